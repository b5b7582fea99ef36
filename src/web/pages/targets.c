/* /targets/:period: the tree. */
#include "web/pages/targets.h"
#include "base/decimal.h"
#include "web/dispatch.h"
#include "web/shell.h"
#include "web/views.h"

enum { RATE_INPUT_SCALE = 7 /* percent × 10^7 is a rate × 10^9 */, MOST_NODES = 400, FOLD_FROM = 60 /* as in the forecast: of more reps only those of one team */ };

const char *target_measure_words(int measure) {
  static const char *const words[TARGET_MEASURES] = {MSG("Closed"), MSG("On-time rate"), MSG("Gross rate"), MSG("Net rate"), MSG("Renewals closed")};
  return measure >= 0 && measure < TARGET_MEASURES ? words[measure] : "";
}

static bool is_rate(int measure) { return measure == TARGET_ON_TIME || measure == TARGET_GROSS || measure == TARGET_NET; }

int target_ask_open(struct request *r, struct str period, struct target_ask *ret) {
  struct str text = pairs_get(r->form.n ? &r->form : &r->query, "measure");
  ret->measure = target_measure_of(text.n ? text : pairs_get(&r->query, "measure"));
  if (ret->measure < 0)
    return err_set(&r->err, ERR_NOTFOUND, "measure: there is none of that name");
  int rc = desk_open(r, period, &ret->desk);
  if (rc >= 0 && ret->desk.period.kind == PERIOD_WEEK)
    return err_set(&r->err, ERR_NOTFOUND, "Targets are set for years, quarters and months");
  return rc;
}

void target_ask_close(struct target_ask *x) { desk_close(&x->desk); }

struct amount target_text(struct request *r, const struct desk *d, int measure, int64_t v, enum money_form form) {
  if (is_rate(measure))
    return (struct amount){format_share(r->reader, v, RATE_ONE, 1), format_share(r->reader, v, RATE_ONE, 2)};
  if (measure == TARGET_COUNT)
    return (struct amount){format_count(r->reader, v), STR_NONE};
  return parts_amount(r->reader, v, d->reporting, form);
}

static int input_scale(const struct desk *d, int measure) {
  return is_rate(measure) ? RATE_INPUT_SCALE : measure == TARGET_COUNT ? 0 : currency_exponent(d->reporting);
}

struct str target_input(struct request *r, const struct desk *d, int measure, int64_t v) {
  int scale = input_scale(d, measure);
  while (is_rate(measure) && scale > 0 && v % 10 == 0) {
    v /= 10;
    scale--;
  }
  return format_amount_input(r->reader, v, scale);
}

int target_read(struct request *r, const struct desk *d, int measure, struct str text, int64_t *ret) {
  text = str_trim(text);
  if (is_rate(measure) && str_ends(text, STR("%")))
    text = str_trim(str_sub(text, 0, text.n - 1));
  if (!text.n || format_amount_read(r->reader, text, input_scale(d, measure), ret) != OK)
    return err_set(&r->err, ERR_RANGE, "The target is not a number that can be read here: write digits, and decimals as your language does");
  return OK;
}

struct str target_href(struct request *r, struct str period, const char *below, int measure, const char *name, struct str value) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/targets/%.*s%s", STR_FMT(period), below);
  if (measure != TARGET_CLOSED)
    desk_add_param(&b, &first, "measure", str_of(target_measure_name(measure)));
  if (name)
    desk_add_param(&b, &first, name, value);
  return arena_str(r->arena, strbuf_str(&b));
}

struct str target_place(struct request *r, const struct target_node *n) { return n->level == FORECAST_ALL ? tr(r, "All") : n->name.n ? n->name : tr(r, "none"); }

/* ---- rows ---- */

static struct str node_str(struct request *r, const struct node *n) {
  char text[NODE_TEXT_SIZE];
  return arena_str(r->arena, str_of(node_text(n, text)));
}

/* The renewals that closed in the period for this place: a region's are those of its teams, as in the forecast. */
static struct str closed_href(struct request *r, const struct desk *d, const struct target_tree *t, size_t i) {
  struct desk_rows x = {0};
  uint32_t teams[DESK_MOST_CODES];
  size_t n = 0;
  desk_where(&x, GRID_CATEGORY, CATEGORY_CLOSED);
  desk_where_range(&x, GRID_EXPECTED, d->period.first, d->period.last);
  for (size_t k = i + 1; t->nodes[i].level == FORECAST_REGION && k < t->n && n < DESK_MOST_CODES; k++)
    if (t->nodes[k].parent == (int32_t)i)
      teams[n++] = t->nodes[k].code;
  if (t->nodes[i].level == FORECAST_REGION)
    desk_where_codes(&x, GRID_TEAM, teams, n, false);
  else if (t->nodes[i].level == FORECAST_TEAM)
    desk_where(&x, GRID_TEAM, t->nodes[i].code);
  else if (t->nodes[i].level == FORECAST_REP)
    desk_where(&x, GRID_REP, t->nodes[i].code);
  return desk_rows_href(r, d, &x, "-amount");
}

/* "Reps $5,180K of $5,200K, $20K not given out": what the reps' targets add up to beside the place's own. */
static struct str sums_say(struct request *r, const struct desk *d, const struct target_tree *t, const struct target_node *n, bool *ret_off) {
  if (!n->row || n->level == FORECAST_REP || !n->reps_n || is_rate(t->measure))
    return STR_NONE;
  int64_t left = n->target - n->reps;
  struct str reps = target_text(r, d, t->measure, n->reps, MONEY_K).text, whole = target_text(r, d, t->measure, n->target, MONEY_K).text;
  struct str off = target_text(r, d, t->measure, left < 0 ? -left : left, MONEY_K).text;
  *ret_off = left < 0;
  return left == 0 ? tr_fmt(r, "Reps {0} of {1}", reps, whole)
         : left > 0 ? tr_fmt(r, "Reps {0} of {1}, {2} not given out", reps, whole, off)
                    : tr_fmt(r, "Reps {0} of {1}, {2} too much", reps, whole, off);
}

struct str target_points(struct request *r, int64_t change) {
  struct str text = format_decimal(r->reader, (double)(change < 0 ? -change : change) / ((double)RATE_ONE / 100));
  return change == 0 ? STR("\u2013") : change < 0 ? tr_fmt(r, "\u2212{0} points", text) : tr_fmt(r, "+{0} points", text);
}

static void fill_results(struct request *r, const struct desk *d, const struct target_tree *t, const struct target_node *n, struct targets_row *x) {
  bool rate = is_rate(t->measure);
  x->last.text = x->now.text = x->gap.text = x->growth = x->share = x->attained = STR("\u2013");
  if (n->has_last)
    x->last = target_text(r, d, t->measure, n->last, MONEY_K);
  if (n->has_now)
    x->now = target_text(r, d, t->measure, n->now, MONEY_K);
  if (!n->has_target)
    return;
  const struct target_node *up = n->parent >= 0 ? &t->nodes[n->parent] : NULL;
  int64_t now = n->has_now ? n->now : 0, gap = n->target - now;
  if (n->has_last)
    x->growth = rate ? target_points(r, n->target - n->last) : format_growth(r->reader, n->target, n->last);
  if (up && up->has_target)
    x->share = format_share(r->reader, n->target, up->target, 1);
  x->attained = format_share(r->reader, now, n->target, 0);
  if (rate)
    x->gap.text = n->has_now ? target_points(r, -gap) : STR("\u2013");
  else
    x->gap = t->measure == TARGET_COUNT ? (struct amount){format_count(r->reader, gap > 0 ? gap : 0), STR_NONE}
             : gap > 0 ? parts_amount(r->reader, gap, d->reporting, MONEY_K)
                       : parts_change(r->reader, -gap, d->reporting, MONEY_K);
  x->gap_good = gap <= 0 && (!rate || n->has_now);
  x->gap_bad = gap > 0 && (rate ? n->has_now : d->period.last < r->today);
}

/* The page with this rep's team open, at their row. */
static struct str row_href(struct request *r, struct str period, int measure, bool folds, struct str anchor) {
  struct str to = target_href(r, period, "", measure, folds ? "open" : NULL, anchor);
  return arena_fmt(r->arena, "%.*s#%.*s", STR_FMT(to), STR_FMT(anchor));
}

static void fill_parts(struct request *r, const struct desk *d, const struct target_tree *t, const struct target_node *n, bool folds, struct targets_row *x) {
  char id[PERIOD_ID_SIZE];
  for (size_t k = 0; k < t->n_parts; k++) {
    const struct target_row *p = n->part[k];
    struct target_part_cell *c = &x->parts[x->n_parts++];
    c->amount.text = STR("\u2013");
    c->amount.title = tr(r, "no target");
    if (p)
      c->amount = target_text(r, d, t->measure, p->counts, MONEY_K);
    c->href = row_href(r, arena_str(r->arena, str_of(period_id(&t->parts[k], id))), t->measure, folds && n->level == FORECAST_REP, x->anchor);
  }
}

static void fill_row(struct request *r, const struct desk *d, const struct target_tree *t, size_t i, bool folds, struct targets_row *x) {
  static const char *const levels[] = {"reg all", "reg", "team", "rep"};
  const struct target_node *n = &t->nodes[i];
  bool addressed = n->level == FORECAST_ALL || n->node.id;
  *x = (struct targets_row){.level = levels[n->level], .name = target_place(r, n), .anchor = addressed ? node_str(r, &n->node) : STR_NONE};
  if (n->may && r->as_of == DAY_NONE)
    x->edit = target_href(r, d->period_id, "", t->measure, "edit", x->anchor);
  x->target.text = x->edit.n ? tr(r, "Set") : STR("\u2013");
  x->target.title = tr(r, "no target");
  if (n->has_target)
    x->target = target_text(r, d, t->measure, n->target, MONEY_K);
  if (n->summed)
    x->say = tr(r, "the sum of the reps below");
  else if (n->target != n->reps)
    x->say = sums_say(r, d, t, n, &x->off);
  if (n->row && n->row->present < n->row->days)
    x->prorated = tr_fmt(r, "{0} × {1} of {2} days", target_text(r, d, t->measure, n->row->amount, MONEY_K).text, format_count(r->reader, n->row->present),
                         format_count(r->reader, n->row->days));
  fill_results(r, d, t, n, x);
  fill_parts(r, d, t, n, folds, x);
  if (!is_rate(t->measure) && addressed)
    x->now_href = closed_href(r, d, t, i);
  x->columns = (is_rate(t->measure) ? 6u : 8u) + t->n_parts;
}

/* ---- the form of a place ---- */

static struct str presence_words(struct request *r, const struct presence_row *p) {
  struct str first = format_weekday_year(r->reader, p->first), last = p->last == DAY_NONE ? STR_NONE : format_weekday_year(r->reader, p->last);
  struct str what = p->kind == PRESENCE_JOINED ? tr_fmt(r, "Joined on {0}", first)
                    : p->kind == PRESENCE_LEFT ? tr_fmt(r, "Left, last day {0}", first)
                    : last.n                   ? tr_fmt(r, "Away from {0} to {1}", first, last)
                                               : tr_fmt(r, "Away from {0} on", first);
  return p->note.n ? arena_fmt(r->arena, "%.*s: %.*s", STR_FMT(what), STR_FMT(p->note)) : what;
}

static int fill_presence(struct request *r, const struct target_tree *t, const struct target_node *n, struct target_form *f) {
  struct presence_row *rows = NULL;
  size_t k = 0;
  int rc = presence_list(r->store, r->arena, r->until, &rows, &k, &r->err);
  f->presence = rc < 0 ? NULL : arena_zalloc(r->arena, k + 1, sizeof *f->presence);
  if (rc < 0 || !f->presence)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < k; i++)
    if (rows[i].person_id == n->node.id)
      f->presence[f->n_presence++] = (struct presence_view){rows[i].id, presence_words(r, &rows[i]), rows[i].by};
  f->is_rep = true;
  f->person = arena_fmt(r->arena, "%" PRId64, n->node.id);
  struct str days = format_count(r->reader, t->days);
  f->rule = n->row && n->row->present < n->row->days
                ? tr_fmt(r, "There on {0} of {1} working days, Monday to Friday: that part of the target counts.", format_count(r->reader, n->row->present), days)
                : tr_fmt(r, "The whole target counts: there on all {0} working days. Who joins, leaves or is away has it pro-rated by working days.", days);
  return OK;
}

static int fill_form(struct request *r, const struct desk *d, const struct target_tree *t, const struct target_node *n, const struct target_form *sent, bool folds,
                     struct targets_row *x) {
  struct target_form *f = arena_zalloc(r->arena, 1, sizeof *f);
  if (!f)
    return ERR_NOMEM;
  *f = (struct target_form){.action = target_href(r, d->period_id, "", t->measure, NULL, STR_NONE), .node = x->anchor, .base = n->row ? n->row->set.version : 0,
                            .needs_reason = n->row || d->period.last < r->today,
                            .unit = is_rate(t->measure) ? STR("%") : t->measure == TARGET_COUNT ? tr(r, "renewals") : str_of(d->reporting_code)};
  f->cancel = row_href(r, d->period_id, t->measure, folds && n->level == FORECAST_REP, x->anchor);
  f->value = n->row ? target_input(r, d, t->measure, n->row->amount) : STR_NONE;
  if (sent && sent->absence_problem.n) {
    f->absence_problem = sent->absence_problem;
    f->first = sent->first;
    f->last = sent->last;
    f->note = sent->note;
    f->joined = sent->joined;
    f->left = sent->left;
  } else if (sent) {
    f->value = sent->value;
    f->reason = sent->reason;
    f->problem = sent->problem;
  }
  x->form = f;
  return n->level == FORECAST_REP && !is_rate(t->measure) ? fill_presence(r, t, n, f) : OK;
}

/* ---- the page ---- */

static struct str head_of(struct request *r, const struct desk *d, const struct target_tree *t, struct targets_view *v) {
  const struct target_node *n = &t->nodes[0];
  struct str target = target_text(r, d, t->measure, n->target, MONEY_HEAD).text, now = target_text(r, d, t->measure, n->has_now ? n->now : 0, MONEY_HEAD).text;
  bool off = false;
  v->say = sums_say(r, d, t, n, &off);
  if (!v->say.n && n->has_target)
    v->say = n->summed ? tr(r, "The sum of the targets of the reps below.") : STR_NONE;
  else if (v->say.n)
    v->say = tr_fmt(r, "{0}.", v->say);
  if (!n->has_target) {
    v->say = tr(r, "Set it in the tree, spread it from above, or import a workbook.");
    return tr_fmt(r, "No target is set for {0}.", d->period_name);
  }
  struct str share = format_share(r->reader, n->has_now ? n->now : 0, n->target, 0);
  if (is_rate(t->measure))
    return n->has_now ? tr_fmt(r, "{0}: target {1}, {2} so far.", d->period_name, target, now) : tr_fmt(r, "{0}: target {1}.", d->period_name, target);
  return tr_fmt(r, "{0}: target {1}, {2} closed, {3} of it.", d->period_name, target, now, share);
}

static int fill_switches(struct request *r, const struct desk *d, int measure, struct targets_view *v) {
  static const char *const scales[] = {MSG("Year"), MSG("Quarter"), MSG("Month")};
  char id[PERIOD_ID_SIZE];
  day_t day = r->today >= d->period.first && r->today <= d->period.last ? r->today : d->period.first;
  v->measures = arena_zalloc(r->arena, TARGET_MEASURES, sizeof *v->measures);
  v->scales = arena_zalloc(r->arena, 3, sizeof *v->scales);
  if (!v->measures || !v->scales)
    return ERR_NOMEM;
  for (int m = 0; m < TARGET_MEASURES; m++)
    v->measures[v->n_measures++] = (struct option){target_href(r, d->period_id, "", m, NULL, STR_NONE), tr(r, target_measure_words(m)), m == measure};
  for (int k = PERIOD_YEAR; k <= PERIOD_MONTH; k++) {
    struct period p = period_of(&d->org.calendar, (enum period_kind)k, day);
    struct str to = arena_str(r->arena, str_of(period_id(&p, id)));
    v->scales[v->n_scales++] = (struct option){target_href(r, to, "", measure, NULL, STR_NONE), tr(r, scales[k]), (int)d->period.kind == k};
  }
  return OK;
}

static int fill_version(struct request *r, const struct desk *d, struct targets_view *v) {
  struct target_version *rows = NULL;
  size_t n = 0;
  int rc = target_versions(r->store, r->arena, d->period_id, r->until, &rows, &n, &r->err);
  if (rc < 0 || !n)
    return rc;
  const struct target_version *x = &rows[n - 1];
  struct str number = format_count(r->reader, x->number), day = format_day(r->reader, format_day_of(r->reader, x->at));
  v->version = x->by.n ? tr_fmt(r, "Version {0}, {1}, {2}", number, day, x->by) : tr_fmt(r, "Version {0}, {1}", number, day);
  v->version_href = arena_fmt(r->arena, "/targets/%.*s/versions/%d", STR_FMT(d->period_id), x->number);
  return OK;
}

static void fill_overs(struct request *r, const struct desk *d, const struct target_tree *t, struct targets_view *v) {
  bool year = d->period.kind == PERIOD_YEAR;
  if (t->n_parts)
    v->overs[v->n_overs++] = (struct option){STR("both"), year ? tr(r, "Reps and quarters") : tr(r, "Reps and months"), true};
  v->overs[v->n_overs++] = (struct option){STR("reps"), tr(r, "Reps, by their share of the ATR due"), !t->n_parts};
  if (t->n_parts)
    v->overs[v->n_overs++] = (struct option){STR("parts"), year ? tr(r, "Quarters, by their seasons") : tr(r, "Months, by their seasons"), false};
}

/* ---- folded teams ---- */

struct folding {
  const struct target_tree *t;
  const struct node *edited; /* whose form is open; NULL = nobody's */
  struct str open;           /* a team, or a rep in it; "none" for those without a team */
  bool folds, shown;         /* shown: the reps of the team that is being filled */
};

static bool is_asked(struct request *r, const struct folding *f, const struct target_node *n) {
  return (n->node.id ? str_eq(f->open, node_str(r, &n->node)) : str_eq(f->open, STR("none"))) ||
         (f->edited && n->node.id && f->edited->kind == n->node.kind && f->edited->id == n->node.id);
}

/* Of a team: whether its reps stand below it, and the link that changes it. */
static void fill_fold(struct request *r, const struct desk *d, struct folding *f, size_t i, struct targets_row *x) {
  const struct target_node *team = &f->t->nodes[i];
  int64_t reps = 0;
  if (!f->folds)
    return;
  f->shown = is_asked(r, f, team);
  for (size_t k = i + 1; k < f->t->n && f->t->nodes[k].level == FORECAST_REP; k++) {
    f->shown |= is_asked(r, f, &f->t->nodes[k]);
    reps++;
  }
  struct str name = team->node.id ? x->anchor : STR("none");
  x->fold = tr_n(r, reps, "{n} rep", "{n} reps");
  x->is_open = f->shown;
  x->fold_href = target_href(r, d->period_id, "", f->t->measure, f->shown ? NULL : "open", name);
}

static struct folding folding_of(struct request *r, const struct target_tree *t, const struct node *edited) {
  struct str open = pairs_get(&r->query, "open"), saved = pairs_get(&r->query, "saved");
  struct folding f = {.t = t, .edited = edited, .open = open.n ? open : saved};
  size_t reps = 0;
  for (size_t i = 0; i < t->n; i++)
    reps += t->nodes[i].level == FORECAST_REP;
  f.folds = reps > FOLD_FROM;
  return f;
}

static int fill(struct request *r, const struct target_ask *ask, const struct target_tree *t, const struct node *open, const struct target_form *sent,
                struct targets_view *v) {
  const struct desk *d = &ask->desk;
  char id[PERIOD_ID_SIZE];
  int rc = OK;
  v->rate = is_rate(t->measure);
  v->rows = arena_zalloc(r->arena, t->n + 1, sizeof *v->rows);
  v->nodes = arena_zalloc(r->arena, t->n + 1, sizeof *v->nodes);
  if (!v->rows || !v->nodes)
    return ERR_NOMEM;
  struct folding f = folding_of(r, t, open);
  for (size_t i = 0; i < t->n && t->n > 1 && rc >= 0; i++) {
    const struct target_node *n = &t->nodes[i];
    if (n->level == FORECAST_REP && f.folds && !f.shown)
      continue;
    struct targets_row *x = &v->rows[v->n_rows++];
    fill_row(r, d, t, i, f.folds, x);
    if (n->level == FORECAST_TEAM)
      fill_fold(r, d, &f, i, x);
    if (n->may && n->level != FORECAST_REP && v->n_nodes < MOST_NODES)
      v->nodes[v->n_nodes++] = (struct option){x->anchor, x->name, v->n_nodes == 0};
    if (open && n->may && r->as_of == DAY_NONE && n->node.kind == open->kind && n->node.id == open->id)
      rc = fill_form(r, d, t, n, sent, f.folds, x);
  }
  for (size_t k = 0; k < t->n_parts; k++)
    v->part_names[v->n_part_names++] = format_period(r->reader, arena_str(r->arena, str_of(period_id(&t->parts[k], id))));
  v->headline = head_of(r, d, t, v);
  v->now_head = v->rate ? tr(r, "So far") : tr(r, "Closed");
  v->may_spread = !v->rate && v->n_nodes && r->as_of == DAY_NONE;
  v->may_import = (r->who.role == ROLE_ADMIN || r->who.role == ROLE_OPS || r->who.role == ROLE_MANAGER) && r->as_of == DAY_NONE;
  v->xlsx_href = arena_fmt(r->arena, "/targets/%.*s/targets.xlsx", STR_FMT(d->period_id));
  v->spread_action = arena_fmt(r->arena, "/targets/%.*s/spread", STR_FMT(d->period_id));
  fill_overs(r, d, t, v);
  v->note = v->rate ? tr(r, "A rate is set where it holds; it is neither spread nor pro-rated.")
                    : tr_fmt(r, "Per year in {0} at the rates of the period’s first day. A rep’s target counts by working days: the target × days there ÷ "
                                "days of the period.", str_of(d->reporting_code));
  if (t->rows.unmatched)
    v->unmatched = tr_n(r, (int64_t)t->rows.unmatched, "{n} target names nobody here, or its currency has no rate.",
                        "{n} targets name nobody here, or their currencies have no rate.");
  return rc < 0 ? rc : fill_version(r, d, v);
}

static struct raw_html_trusted bar_of(struct request *r, const struct target_ask *x) {
  char id[PERIOD_ID_SIZE];
  struct period prev = period_prev(&x->desk.org.calendar, &x->desk.period), next = period_next(&x->desk.org.calendar, &x->desk.period);
  struct str p = arena_str(r->arena, str_of(period_id(&prev, id))), n = arena_str(r->arena, str_of(period_id(&next, id)));
  return desk_period_bar(r, target_href(r, p, "", x->measure, NULL, STR_NONE), format_period(r->reader, p), x->desk.period_name,
                         target_href(r, n, "", x->measure, NULL, STR_NONE), format_period(r->reader, n));
}

int targets_show(struct request *r, struct response *w, struct target_ask *x, const struct node *open, const struct target_form *form) {
  struct targets_view v = {.saved = pairs_get(&r->query, "saved").n > 0};
  struct target_tree t;
  struct desk *d = &x->desk;
  int rc = target_tree_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->period, x->measure, r->today, r->until, &t, &r->err);
  if (rc >= 0)
    rc = fill(r, x, &t, open, form, &v);
  if (rc >= 0)
    rc = fill_switches(r, d, x->measure, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Targets"), .nav = "/targets", .sheet = "rhythm.css", .bar = bar_of(r, x)});
  view_targets(&w->body, &cx, &v);
  return shell_end(r, w);
}

int targets_page(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  struct node open;
  struct str edit = pairs_get(&r->query, "edit");
  int rc = target_ask_open(r, r->params[0], &x);
  return rc < 0 ? rc : targets_show(r, w, &x, edit.n && node_parse(edit, &open) == OK ? &open : NULL, NULL);
}

int targets_now(struct request *r, struct response *w) {
  struct org org;
  char id[PERIOD_ID_SIZE];
  int rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  struct period p = period_of(&org.calendar, PERIOD_QUARTER, r->today);
  return response_redirect(r, w, arena_fmt(r->arena, "/targets/%s", period_id(&p, id)));
}

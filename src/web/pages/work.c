/* The worklist's list: groups, tabs, search, links to the same rows in the grid. */
#include "app/access.h"
#include "base/utf8.h"
#include "store/repo_desk.h"
#include "web/pages/work.h"
#include "web/shell.h"
#include "web/views.h"

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "worklist: out of memory: try again"); }

/* ---- state ---- */

static const char *const TABS[WORK_TABS] = {"", "soon", "nopo", "late", "risk", "still"};

static enum work_tab tab_of(struct str s) {
  for (int i = 1; i < WORK_TABS; i++)
    if (str_eq(s, str_of(TABS[i])))
      return (enum work_tab)i;
  return TAB_ALL;
}

static bool in_tab(const struct book_renewals *x, uint32_t i, enum work_tab tab, day_t today) {
  switch (tab) {
  case TAB_SOON: return x->due[i] >= today && x->due[i] <= today + WORK_SOON_DAYS;
  case TAB_NO_PO: return !(x->flags[i] & RENEWAL_HAS_PO);
  case TAB_LATE: return x->step_date[i] != DAY_NONE && x->step_date[i] < today;
  case TAB_RISK: return (x->flags[i] & RENEWAL_AT_RISK) != 0;
  case TAB_STILL: return x->changed[i] <= today - WORK_STILL_DAYS;
  default: return true;
  }
}

/* The same condition as the grid says it. */
static struct str tab_filter(struct request *r, enum work_tab tab) {
  char a[DAY_ISO_SIZE], b[DAY_ISO_SIZE];
  switch (tab) {
  case TAB_SOON: return arena_fmt(r->arena, " due_date:%s..%s", day_iso(r->today, a), day_iso(r->today + WORK_SOON_DAYS, b));
  case TAB_NO_PO: return STR(" has_po:no");
  case TAB_LATE: return arena_fmt(r->arena, " next_step_date:..%s", day_iso(r->today - 1, a));
  case TAB_RISK: return STR(" at_risk:yes");
  case TAB_STILL: return arena_fmt(r->arena, " changed:..%s", day_iso(r->today - WORK_STILL_DAYS, a));
  default: return STR_NONE;
  }
}

static int row_cmp(const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Rows of the list whose names the search finds, ascending; the grid's own search, so that its rows are the same. */
static int searched(struct request *r, const struct work_state *s, uint32_t **ret, size_t *ret_n) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(WEB_MAX_URL);
  uint32_t *rows = arena_alloc(r->arena, (s->list.n + 1) * sizeof *rows);
  struct grid_totals totals;
  utf8_fold(&key, s->q);
  struct grid_filter f = {.column = GRID_WORK, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE, .rows = rows, .n_rows = s->list.n};
  struct grid_query q = {.filters = &f, .n_filters = 1, .search = arena_str(r->arena, strbuf_str(&key)), .sort = GRID_DUE, .plan_day = s->desk.period.first};
  if (!rows || !q.search.p)
    return no_memory(r);
  for (size_t i = 0; i < s->list.n; i++)
    rows[i] = s->list.items[i].row;
  qsort(rows, s->list.n, sizeof *rows, row_cmp);
  int rc = grid_all(s->desk.book, &q, r->arena, ret, ret_n, &totals, &r->err);
  if (rc >= 0 && *ret_n)
    qsort(*ret, *ret_n, sizeof **ret, row_cmp);
  return rc;
}

static int choose_rows(struct request *r, struct work_state *s) {
  uint32_t *found = NULL;
  size_t n = 0;
  s->shown = arena_alloc(r->arena, (s->list.n + 1) * sizeof *s->shown);
  if (!s->shown)
    return no_memory(r);
  int rc = s->q.n ? searched(r, s, &found, &n) : OK;
  for (size_t i = 0; i < s->list.n && rc >= 0; i++) {
    uint32_t row = s->list.items[i].row;
    if (in_tab(&s->desk.book->renewals, row, s->tab, r->today) && (!s->q.n || (n && bsearch(&row, found, n, sizeof row, row_cmp))))
      s->shown[s->n_shown++] = (uint32_t)i;
  }
  return rc < 0 ? rc : OK;
}

int work_state_read(struct request *r, struct str target, int64_t rep_id, struct work_state *ret) {
  struct str path, query;
  struct pairs p = {0};
  str_cut(target, '?', &path, &query);
  int rc = pairs_decode(r->arena, query, &p);
  if (rc < 0)
    return err_set(&r->err, rc, "worklist: the address cannot be read: open the worklist again");
  if (!rep_id && str_starts(path, STR("/work/")) && str_to_i64(str_sub(path, 6, path.n), &rep_id) < 0)
    rep_id = 0;
  struct work_state s = {.rep_id = rep_id ? rep_id : r->who.id, .q = str_trim(pairs_get(&p, "q")), .tab = tab_of(pairs_get(&p, "tab")), .act = pairs_get(&p, "act")};
  int share = work_share_of(pairs_get(&p, "view"));
  s.share = share < 0 ? WORK_ALL : (enum work_share)share;
  s.mine = s.rep_id == r->who.id;
  s.root = s.mine ? STR("/work") : arena_fmt(r->arena, "/work/%lld", (long long)s.rep_id);
  if (str_to_i64(pairs_get(&p, "peek"), &s.peek) < 0 || s.peek < 0)
    s.peek = 0;
  if (!s.mine && !scope_sees_rep(&r->scope, s.rep_id))
    return err_set(&r->err, ERR_NOTFOUND, "worklist: there is no such person in your team");
  rc = person_name(r->store, r->arena, s.rep_id, &s.rep, &r->err);
  if (rc == OK && !s.rep.n)
    return err_set(&r->err, ERR_NOTFOUND, "worklist: there is no such person in your team");
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &s.desk);
  if (rc < 0)
    return rc;
  rc = work_list(r->store, r->arena, &r->scope, s.desk.book, &s.desk.org, s.rep_id, s.share, r->today, r->until, s.desk.period.first, &s.list, &r->err);
  if (rc >= 0)
    rc = choose_rows(r, &s);
  s.may_edit = r->as_of == DAY_NONE && (s.mine || scope_may_edit(&r->scope, s.rep_id)) && r->who.role != ROLE_EXEC;
  if (rc < 0)
    desk_close(&s.desk);
  else
    *ret = s;
  return rc;
}

static struct str state_href(struct request *r, const struct work_state *s, enum work_share share, enum work_tab tab, int64_t peek, const char *act) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_add(&b, s->root);
  desk_add_param(&b, &first, "view", share == WORK_ALL ? STR_NONE : str_of(work_share_name((int)share)));
  desk_add_param(&b, &first, "tab", str_of(TABS[tab]));
  desk_add_param(&b, &first, "q", s->q);
  if (peek)
    desk_add_param(&b, &first, "peek", arena_fmt(r->arena, "%lld", (long long)peek));
  desk_add_param(&b, &first, "act", str_of(act));
  return arena_str(r->arena, strbuf_str(&b));
}

struct str work_href(struct request *r, const struct work_state *s, int64_t peek, const char *act) { return state_href(r, s, s->share, s->tab, peek, act); }

/* ---- rows ---- */

static struct str late_words(struct request *r, day_t day) {
  day_t late = r->today - day;
  if (late > 0)
    return tr_n(r, late, "{n} day late", "{n} days late");
  if (late < -1)
    return late >= -6 ? tr_fmt(r, "due {0}", format_weekday(r->reader, day)) : format_day(r->reader, day);
  return late == 0 ? tr(r, "due today") : tr(r, "due tomorrow");
}

static struct str due_words(struct request *r, day_t due) {
  day_t left = due - r->today;
  if (left < 0)
    return tr_n(r, -left, "Expired {n} day", "Expired {n} days");
  return left == 0 ? tr(r, "Today") : tr_n(r, left, "{n} day", "{n} days");
}

struct str work_row_href(struct request *r, const struct work_state *s, int64_t id) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2 * WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/renewals/%lld", (long long)id);
  desk_add_param(&b, &first, "from", work_href(r, s, 0, ""));
  return arena_str(r->arena, strbuf_str(&b));
}

static int fill_row(struct request *r, const struct work_state *s, const struct work_item *it, struct work_row *x) {
  const struct book *b = s->desk.book;
  const struct book_renewals *n = &b->renewals;
  uint32_t i = it->row;
  struct renewal full;
  char iso[DAY_ISO_SIZE];
  int rc = r->as_of == DAY_NONE ? renewal_get(r->store, r->arena, n->id[i], &full, &r->err)
                                : renewal_get_as_of(r->store, r->arena, n->id[i], r->until, &full, &r->err);
  if (rc < 0)
    return rc;
  *x = (struct work_row){.id = n->id[i], .version = full.version, .href = work_row_href(r, s, n->id[i]), .peek_href = work_href(r, s, n->id[i], ""),
                         .customer = book_name(&b->accounts, n->account[i]), .contract = book_name(&b->contracts, n->contract[i]),
                         .step = full.next_step.n ? full.next_step : tr(r, "No next step"),
                         .step_late = full.next_step_date != DAY_NONE && full.next_step_date < r->today,
                         .due = due_words(r, n->due[i]), .due_iso = arena_str(r->arena, str_of(day_iso(n->due[i], iso))),
                         .due_note = format_weekday(r->reader, n->due[i]),
                         .overdue = n->due[i] <= r->today + 3, .glyph = parts_glyph(n->category[i]), .category = parts_category(r->reader, n->category[i]),
                         .at_risk = (n->flags[i] & RENEWAL_AT_RISK) != 0, .amount = parts_amount(r->reader, n->forecast[i], b->currency_of[n->currency[i]], MONEY_WHOLE)};
  if (full.next_step_date != DAY_NONE)
    x->step_note = late_words(r, full.next_step_date);
  for (size_t k = 0; k < s->n_promises; k++)
    if (s->promises[k].renewal_id == x->id && !x->promise.n) {
      x->promise_late = s->promises[k].due_date < r->today;
      x->promise = x->promise_late ? tr_fmt(r, "promised for {0}", format_day(r->reader, s->promises[k].due_date)) : tr(r, "promised for today");
    }
  if (n->rep[i] != book_code(&b->reps, s->rep_id))
    x->cover = tr_fmt(r, "for {0}", book_name(&b->reps, n->rep[i]));
  if (it->wakes != DAY_NONE)
    x->wakes = tr_fmt(r, "asleep until {0}", format_weekday(r->reader, it->wakes));
  if (!it->has_rate)
    x->reporting = (struct amount){tr(r, "no rate"), tr(r, "There is no exchange rate for this currency")};
  else if (b->currency_of[n->currency[i]] != s->desk.reporting)
    x->reporting = parts_amount(r->reader, it->value, s->desk.reporting, MONEY_K1);
  return OK;
}

/* ---- groups ---- */

static const char *group_label(int g) {
  static const char *const LABELS[WORK_GROUPS] = {MSG("Now"), MSG("Today"), MSG("This week"), MSG("Later"), MSG("Waiting")};
  return LABELS[g];
}

static struct str group_note(struct request *r, int g) {
  switch (g) {
  case WORK_NOW: return tr(r, "ending, or a step that is late");
  case WORK_TODAY: return tr_fmt(r, "next step due {0}", format_day(r->reader, r->today));
  case WORK_WEEK: return tr(r, "next step by the end of the week");
  case WORK_LATER: return tr(r, "next step after that");
  default: return tr(r, "asleep until their day");
  }
}

struct str work_part_words(struct request *r, struct str part) {
  struct str group, rep, name = STR_NONE;
  int64_t id = 0;
  str_cut(part, '/', &group, &part);
  str_cut(part, '/', &rep, &part);
  int g = work_group_of(group);
  if (str_to_i64(rep, &id) < 0 || person_name(r->store, r->arena, id, &name, NULL) < 0 || !scope_sees_rep(&r->scope, id))
    return group;
  return g < 0 ? name : tr_fmt(r, "{0}, {1}", tr(r, group_label(g)), name);
}

/* The rows of a group ("any": of the list) where the grid shows them, or another page that takes the grid's address. */
static struct str grid_href(struct request *r, const struct work_state *s, const char *root, const char *group) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  struct str f = arena_fmt(r->arena, "work:%s/%lld/%s%.*s", group, (long long)s->rep_id, work_share_name((int)s->share), STR_FMT(tab_filter(r, s->tab)));
  bool first = true;
  strbuf_addz(&b, root);
  desk_add_param(&b, &first, "f", f);
  desk_add_param(&b, &first, "q", s->q);
  return arena_str(r->arena, strbuf_str(&b));
}

/* Count and sum of a group as the grid counts and sums the same rows. */
static int group_sum(struct request *r, struct work_state *s, int g, struct grid_totals *ret) {
  uint32_t *rows = arena_alloc(r->arena, (s->n_shown + 1) * sizeof *rows);
  struct grid_page page;
  if (!rows)
    return no_memory(r);
  struct grid_filter f = {.column = GRID_WORK, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE, .rows = rows};
  struct grid_query q = {.filters = &f, .n_filters = 1, .search = STR_NONE, .sort = GRID_DUE, .plan_day = s->desk.period.first, .limit = 1};
  for (size_t i = 0; i < s->n_shown; i++)
    if ((int)s->list.items[s->shown[i]].group == g)
      rows[f.n_rows++] = s->list.items[s->shown[i]].row;
  qsort(rows, f.n_rows, sizeof *rows, row_cmp);
  int rc = grid_run(s->desk.book, &q, r->arena, &page, &r->err);
  if (rc >= 0)
    *ret = page.totals;
  return rc;
}

static int fill_group(struct request *r, struct work_state *s, int g, size_t room, struct work_group_view *x) {
  struct grid_totals t = {0};
  int rc = group_sum(r, s, g, &t);
  *x = (struct work_group_view){.name = tr(r, group_label(g)), .label = work_group_name(g), .note = group_note(r, g)};
  if (rc < 0 || !t.rows)
    return rc;
  x->count = t.rows;
  x->href = grid_href(r, s, "/renewals", work_group_name(g));
  struct str sum = format_money(r->reader, t.converted, s->desk.reporting, MONEY_HEAD);
  x->sum_title = format_money(r->reader, t.converted, s->desk.reporting, MONEY_FULL);
  x->note = tr_fmt(r, "{0}, {1}", sum, x->note);
  x->rows = arena_zalloc(r->arena, room + 1, sizeof *x->rows);
  if (!x->rows)
    return no_memory(r);
  for (size_t i = 0; i < s->n_shown && rc >= 0 && x->n_rows < room; i++)
    if ((int)s->list.items[s->shown[i]].group == g)
      rc = fill_row(r, s, &s->list.items[s->shown[i]], &x->rows[x->n_rows++]);
  if (x->count > (int64_t)x->n_rows)
    x->more = tr_n(r, x->count - (int64_t)x->n_rows, "{n} more in the grid", "{n} more in the grid");
  return rc;
}

static int fill_groups(struct request *r, struct work_state *s, struct work_view *v) {
  size_t room = WORK_SHOWN;
  v->groups = arena_zalloc(r->arena, WORK_GROUPS, sizeof *v->groups);
  if (!v->groups)
    return no_memory(r);
  for (int g = 0; g < WORK_GROUPS; g++) {
    struct work_group_view *x = &v->groups[v->n_groups];
    int rc = fill_group(r, s, g, room, x);
    if (rc < 0)
      return rc;
    room -= x->n_rows;
    v->n_groups += x->count > 0;
  }
  return OK;
}

static int fill_tabs(struct request *r, const struct work_state *s, struct work_view *v) {
  static const char *const LABELS[WORK_TABS] = {MSG("All"), NULL, MSG("No PO"), MSG("Step late"), MSG("At risk"), NULL};
  v->tabs = arena_zalloc(r->arena, WORK_TABS, sizeof *v->tabs);
  v->shares = arena_zalloc(r->arena, WORK_SHARES, sizeof *v->shares);
  if (!v->tabs || !v->shares)
    return no_memory(r);
  for (int t = 0; t < WORK_TABS; t++) {
    struct work_tab_link *x = &v->tabs[v->n_tabs++];
    *x = (struct work_tab_link){.href = state_href(r, s, s->share, (enum work_tab)t, 0, ""), .current = s->tab == (enum work_tab)t};
    x->label = LABELS[t] ? tr(r, LABELS[t]) : t == TAB_SOON ? tr_n(r, WORK_SOON_DAYS, "Ends in {n} day", "Ends in {n} days")
                                                            : tr_n(r, WORK_STILL_DAYS, "Quiet for {n} day", "Quiet for {n} days");
    for (size_t i = 0; i < s->list.n; i++)
      x->count += in_tab(&s->desk.book->renewals, s->list.items[i].row, (enum work_tab)t, r->today);
  }
  if (!v->n_handovers && s->share == WORK_ALL)
    return OK;
  static const char *const NAMES[WORK_SHARES] = {MSG("Everything"), MSG("My book"), MSG("Mine to cover")};
  for (int k = 0; k < WORK_SHARES; k++)
    v->shares[v->n_shares++] = (struct work_tab_link){.label = tr(r, NAMES[k]), .href = state_href(r, s, (enum work_share)k, s->tab, 0, ""),
                                                      .current = (int)s->share == k};
  return OK;
}

static int fill_handovers(struct request *r, const struct work_state *s, struct work_view *v) {
  struct handover *h = NULL;
  size_t n = 0;
  int rc = handover_list(r->store, r->arena, s->rep_id, r->today, r->until, &h, &n, &r->err);
  v->handovers = arena_zalloc(r->arena, n + 1, sizeof *v->handovers);
  if (rc < 0 || !v->handovers)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    struct str first = format_weekday(r->reader, h[i].first), last = format_weekday(r->reader, h[i].last);
    struct str what = h[i].whole_book ? tr(r, "the whole book") : tr_n(r, h[i].renewals, "{n} renewal", "{n} renewals");
    struct work_handover_view *x = &v->handovers[v->n_handovers++];
    x->id = h[i].id;
    x->may_end = r->as_of == DAY_NONE && (h[i].to_id == r->who.id || work_may_hand(&r->scope, h[i].from_id));
    x->text = h[i].from_id == s->rep_id ? tr_fmt(r, "{0} covers {1} from {2} to {3}: {4}", h[i].to, what, first, last, h[i].reason)
                                        : tr_fmt(r, "Covering {1} of {0} from {2} to {3}: {4}", h[i].from, what, first, last, h[i].reason);
  }
  return OK;
}

static int fill_people(struct request *r, const struct work_state *s, struct work_view *v) {
  struct person *rows = NULL;
  size_t n = 0;
  if (r->who.role == ROLE_REP)
    return OK;
  int rc = access_person_list(r->store, r->arena, &rows, &n, &r->err);
  v->people = arena_zalloc(r->arena, n + 1, sizeof *v->people);
  v->whose = arena_zalloc(r->arena, n + 1, sizeof *v->whose);
  if (rc < 0 || !v->people || !v->whose)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    if (!rows[i].active || (rows[i].role != ROLE_REP && rows[i].role != ROLE_MANAGER) || !scope_sees_rep(&r->scope, rows[i].id))
      continue;
    v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%lld", (long long)rows[i].id), rows[i].name, false};
    if (book_code(&s->desk.book->reps, rows[i].id))
      v->whose[v->n_whose++] = (struct work_person){rows[i].name, arena_fmt(r->arena, "/work/%lld", (long long)rows[i].id), rows[i].id == s->rep_id};
  }
  return OK;
}

int work_list_fill(struct request *r, struct work_state *s, struct work_view *v) {
  *v = (struct work_view){.q = s->q, .root = s->root, .self_href = work_href(r, s, 0, ""), .may_edit = s->may_edit, .total = (int64_t)s->n_shown,
                          .empty_book = s->list.n == 0, .tab_name = str_of(TABS[s->tab])};
  v->share_name = s->share == WORK_ALL ? STR_NONE : str_of(work_share_name((int)s->share));
  v->title = s->mine ? tr(r, "Worklist") : tr_fmt(r, "Worklist of {0}", s->rep);
  v->hand_href = work_may_hand(&r->scope, s->rep_id) && r->as_of == DAY_NONE ? arena_fmt(r->arena, "/work/hand?from=%lld", (long long)s->rep_id) : STR_NONE;
  v->edit_href = s->may_edit && s->n_shown ? grid_href(r, s, "/renewals/workbook", "any") : STR_NONE;
  bulk_note_fill(r, &v->note);
  int rc = promise_due(r->store, r->arena, &r->scope, s->rep_id, r->today, r->until, &s->promises, &s->n_promises, &r->err);
  if (rc >= 0)
    rc = fill_handovers(r, s, v);
  if (rc >= 0)
    rc = fill_tabs(r, s, v);
  if (rc >= 0)
    rc = fill_groups(r, s, v);
  return rc < 0 ? rc : fill_people(r, s, v);
}

/* ---- pages ---- */

struct raw_html_trusted work_bar(struct request *r, const struct work_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2000);
  if (!v->hand_href.n)
    return (struct raw_html_trusted){STR_NONE};
  strbuf_addz(&b, "<a class=\"pick opt\" href=\"");
  html_url_str(&b, v->hand_href);
  strbuf_addz(&b, "\">");
  html_icon_z(&b, "users", 15);
  html_text_str(&b, tr(r, "Hand over"));
  strbuf_addz(&b, "</a><button class=\"pick opt\" type=\"button\" data-show-keys>");
  html_text_str(&b, tr(r, "Keys"));
  strbuf_addz(&b, " <kbd>?</kbd></button>");
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static int send(struct request *r, struct response *w, struct work_state *s) {
  struct str want = r->header(r, "HX-Target");
  struct view_cx cx = view_cx_of(r);
  struct work_view v;
  struct work_peek p = {0};
  STRBUF_CLEANUP struct strbuf panel = STRBUF_INIT(WEB_MAX_PAGE);
  bool only_peek = r->fragment && str_contains(want, STR("peek"));
  int rc = only_peek ? OK : work_list_fill(r, s, &v);
  if (rc >= 0 && (only_peek || !r->fragment)) {
    rc = s->peek || s->n_shown ? work_peek_fill(r, s, &p) : OK;
    if (rc == ERR_NOTFOUND && !only_peek) /* a row that is not theirs: the list stands without a panel */
      rc = OK, p = (struct work_peek){0};
    work_peek_write(r, &panel, &p);
  }
  if (rc < 0)
    return rc;
  if (only_peek) {
    strbuf_add(&w->body, strbuf_str(&panel));
    return panel.failed || w->body.failed ? ERR_NOMEM : OK;
  }
  if (r->fragment) {
    view_work_list(&w->body, &cx, &v);
    return w->body.failed ? ERR_NOMEM : OK;
  }
  v.peek = (struct raw_html_trusted){strbuf_str(&panel)};
  shell_begin(r, w, &(struct page){.title = v.title, .nav = s->mine ? "/work" : NULL, .crumb = s->mine ? STR_NONE : tr(r, "Command center"),
                                   .crumb_href = STR("/"), .main_class = "wl", .bar = work_bar(r, &v)});
  view_work(&w->body, &cx, &v);
  return panel.failed ? ERR_NOMEM : shell_end(r, w);
}

static int page_of(struct request *r, struct response *w, int64_t rep_id) {
  struct work_state s;
  int rc = work_state_read(r, r->target, rep_id, &s);
  if (rc < 0)
    return rc;
  rc = send(r, w, &s);
  desk_close(&s.desk);
  return rc;
}

int work_page(struct request *r, struct response *w) { return page_of(r, w, r->who.id); }

int work_rep_page(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : page_of(r, w, id);
}

/* A renewal among others: the same support over the years, the next act, the rows beside it in the list it came from. */
#include "app/touch.h"
#include "web/pages/desk.h"
#include "web/pages/grid_state.h"
#include "web/pages/renewal.h"
#include "web/pages/work.h"

enum { MOST_BACK = 5, MOST_FORWARD = 3, MOST_TERMS = MOST_BACK + 1 + MOST_FORWARD, TOUCH_DAYS = 30, ORDER_DAYS = 14 };

/* One term of one contract. */
struct step {
  int64_t contract_id, year, lines;
  day_t start, end;
  struct str number;
  currency_t currency;
  int evidence;
};

/* The term on the other side of the most money; false when there is none. */
static int largest(struct request *r, const struct step *from, bool backward, struct step *ret, bool *ret_any) {
  struct term_link *links = NULL;
  size_t n = 0;
  int64_t best = -1;
  *ret_any = false;
  int rc = contract_links(r->store, r->arena, from->contract_id, from->end, backward, r->until, &links, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < n; i++) {
    int64_t year = 0, lines = 0;
    for (size_t k = 0; k < n; k++)
      if (links[k].other_contract_id == links[i].other_contract_id && links[k].other_end == links[i].other_end && links[k].other_currency == links[i].other_currency) {
        lines++;
        if (__builtin_add_overflow(year, links[k].other_annual, &year))
          return err_set(&r->err, ERR_RANGE, "renewal: its lines add up to more than an amount can hold");
      }
    if (year <= best)
      continue;
    best = year;
    *ret = (struct step){links[i].other_contract_id, year, lines, links[i].other_start, links[i].other_end, links[i].other_contract, links[i].other_currency,
                         links[i].evidence};
    *ret_any = true;
  }
  return rc;
}

static int walk(struct request *r, const struct step *from, bool backward, int most, struct step *ret, int *ret_n) {
  struct step at = *from;
  bool any = true;
  int rc = OK;
  for (*ret_n = 0; *ret_n < most && rc >= 0; (*ret_n)++) {
    rc = largest(r, &at, backward, &ret[*ret_n], &any);
    bool onward = any && (backward ? ret[*ret_n].end < at.end : ret[*ret_n].end > at.end); /* never in a circle */
    if (rc < 0 || !onward)
      break;
    at = ret[*ret_n];
  }
  return rc;
}

static struct str step_href(struct request *r, const struct step *s) {
  struct renewal_brief *rows = NULL;
  size_t n = 0;
  struct err quiet = r->err;
  if (renewal_briefs(r->store, r->arena, s->contract_id, 0, r->until, 40, &rows, &n, &quiet) >= 0)
    for (size_t i = 0; i < n; i++)
      if (rows[i].due_date == s->end && scope_sees(&r->scope, rows[i].id, rows[i].owner_id))
        return arena_fmt(r->arena, "/renewals/%lld", (long long)rows[i].id);
  return desk_address(r, "/contracts/", s->number);
}

static void add_term(struct request *r, const struct step *s, const struct step *before, bool current, struct renewal_view *v) {
  struct str from = format_day_year(r->reader, s->start), to = format_day_year(r->reader, s->end);
  v->terms[v->n_terms++] = (struct renewal_term){
    .span = tr_fmt(r, "{0} to {1}", from, to), .number = s->number, .href = current ? STR_NONE : step_href(r, s),
    .evidence = s->evidence == EVIDENCE_NONE ? STR_NONE : str_of(parts_evidence(r->reader, s->evidence)),
    .year = parts_amount(r->reader, s->year, s->currency, MONEY_WHOLE),
    .growth = before && before->currency == s->currency ? format_growth(r->reader, s->year, before->year) : STR_NONE, .current = current};
}

int renewal_terms_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v) {
  struct contract_term *terms = NULL;
  struct step back[MOST_BACK], forward[MOST_FORWARD], self = {.contract_id = x->contract_id, .end = x->due_date, .start = x->due_date, .number = c->number,
                                                              .currency = x->currency, .evidence = EVIDENCE_NONE};
  size_t n = 0;
  int n_back = 0, n_forward = 0;
  int rc = contract_terms(r->store, r->arena, x->contract_id, x->due_date, r->until, &terms, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < n; i++) {
    self.start = terms[i].start_date < self.start ? terms[i].start_date : self.start;
    if (__builtin_add_overflow(self.year, terms[i].annual_value, &self.year))
      return err_set(&r->err, ERR_RANGE, "renewal: its lines add up to more than an amount can hold");
  }
  if (rc >= 0)
    rc = walk(r, &self, true, MOST_BACK, back, &n_back);
  if (rc >= 0)
    rc = walk(r, &self, false, MOST_FORWARD, forward, &n_forward);
  v->terms = arena_zalloc(r->arena, MOST_TERMS, sizeof *v->terms);
  if (rc < 0 || !v->terms)
    return rc < 0 ? rc : ERR_NOMEM;
  if (n_back) /* a link's evidence belongs to the later of its two terms */
    self.evidence = back[0].evidence;
  for (int i = n_back; i-- > 0;) {
    struct step s = back[i];
    s.evidence = i + 1 < n_back ? back[i + 1].evidence : EVIDENCE_NONE;
    add_term(r, &s, i + 1 < n_back ? &back[i + 1] : NULL, false, v);
  }
  add_term(r, &self, n_back ? &back[0] : NULL, true, v);
  for (int i = 0; i < n_forward; i++)
    add_term(r, &forward[i], i ? &forward[i - 1] : &self, false, v);
  if (v->n_terms < 2)
    v->n_terms = 0;
  return OK;
}

/* ---- what to do next ---- */

static struct renewal_advice advice(struct str sentence, struct str act, const char *href, bool hot) {
  return (struct renewal_advice){sentence, act, str_of(href), hot};
}

/* The newest touch as known on the page's day; 0 = none. */
static int last_touch(struct request *r, int64_t id, int64_t *ret) {
  enum { LOOKED_AT = 50 };
  struct touch *rows = NULL;
  size_t n = 0;
  int rc = touch_list(r->store, r->arena, id, LOOKED_AT, &rows, &n, &r->err);
  *ret = 0;
  for (size_t i = 0; rc >= 0 && i < n && !*ret; i++)
    *ret = rows[i].at <= r->until ? rows[i].at : 0;
  return rc;
}

/* The first rule that holds: late facts before missing ones, missing ones before a quiet desk. */
static struct renewal_advice advise(struct request *r, const struct renewal *x, day_t last_safe, int64_t touched, day_t window) {
  struct str due = format_weekday(r->reader, x->due_date), distance = format_distance(r->reader, x->due_date);
  bool commit = x->category == CATEGORY_COMMIT;
  if (x->due_date < r->today)
    return advice(tr_fmt(r, "Support stopped {0}, {1}, and this is still open: book the order, or say why it is lost.", due, distance), tr(r, "Won or lost"), "#edit",
                  true);
  if (commit && !x->po_number.n && x->due_date - r->today <= ORDER_DAYS)
    return advice(tr_fmt(r, "In commit with no PO, and support stops {0}, {1}: get the PO number.", due, distance), tr(r, "Enter the PO"), "#f-po", true);
  if (x->next_step_date != DAY_NONE && x->next_step_date < r->today) {
    struct str day = format_weekday(r->reader, x->next_step_date);
    return advice(tr_fmt(r, "The next step was due {0}: do it, or set another day.", day), tr(r, "Set the step"), "#f-step", true);
  }
  if (last_safe < r->today && !x->po_number.n) {
    struct str day = format_weekday(r->reader, last_safe);
    return advice(tr_fmt(r, "The last safe day for the order was {0}: it is on time only if the order comes faster than usual.", day), tr(r, "Set the step"),
                  "#f-step", true);
  }
  if (commit && x->close_date == DAY_NONE)
    return advice(tr(r, "In commit without a close date: say when the order is expected."), tr(r, "Set the date"), "#f-close", true);
  if (x->close_date != DAY_NONE && x->close_date < r->today) {
    struct str day = format_weekday(r->reader, x->close_date);
    return advice(tr_fmt(r, "It was expected to close on {0}: set the day that is true now.", day), tr(r, "Set the date"), "#f-close", true);
  }
  if (x->po_number.n)
    return advice(tr_fmt(r, "The PO is there: book the order by {0}.", due), tr(r, "Won or lost"), "#edit", false);
  bool near = x->due_date - r->today <= window;
  if (near && !touched && x->stage == STAGE_NOT_STARTED)
    return advice(tr_fmt(r, "Nobody has been reached yet, and support stops {0}: call or write.", distance), tr(r, "Log a touch"), "#touch", false);
  if (near && touched && format_day_of(r->reader, touched) < r->today - TOUCH_DAYS) {
    struct str day = format_weekday(r->reader, format_day_of(r->reader, touched));
    return advice(tr_fmt(r, "The last touch was on {0}: reach the customer or the partner.", day), tr(r, "Log a touch"), "#touch", false);
  }
  if (near && !x->next_step.n)
    return advice(tr(r, "There is no next step: write down what happens next, and when."), tr(r, "Set the step"), "#f-step", false);
  struct str day = format_weekday(r->reader, last_safe);
  return advice(tr_fmt(r, "Nothing is late. The order must be placed by {0} to be on time.", day), STR_NONE, "", false);
}

int renewal_advice_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v) {
  struct org org;
  int64_t touched = 0;
  if (x->outcome != OUTCOME_OPEN)
    return OK;
  int rc = org_load(r->store, &org, &r->err);
  if (rc >= 0)
    rc = last_touch(r, x->id, &touched);
  if (rc < 0)
    return rc;
  day_t last_safe = work_last_safe_day(&org.work, x->due_date, c->sales_model);
  v->last_safe = format_weekday(r->reader, last_safe);
  v->safe_past = last_safe < r->today && !x->po_number.n;
  v->advice = advise(r, x, last_safe, touched, org.window_days);
  if (!v->may_edit)
    v->advice.act = STR_NONE;
  return OK;
}

/* ---- the list it came from ---- */

static struct str neighbor(struct request *r, const struct desk *d, uint32_t row, struct str from) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2 * WEB_MAX_URL);
  strbuf_fmt(&b, "/renewals/%u?from=", d->book->renewals.id[row]);
  html_part_str(&b, from);
  return arena_str(r->arena, strbuf_str(&b));
}

static int find_neighbors(struct request *r, struct grid_state *s, int64_t id, struct str from, struct renewal_view *v) {
  struct grid_page page;
  bool begins = s->query.after == 0;
  s->query.limit = GRID_PAGE_ROWS + 1;
  int rc = grid_run(s->desk.book, &s->query, r->arena, &page, &r->err);
  for (size_t i = 0; rc >= 0 && i < page.n; i++) {
    if (s->desk.book->renewals.id[page.rows[i]] != (uint64_t)id)
      continue;
    if (i > 0)
      v->prev_href = neighbor(r, &s->desk, page.rows[i - 1], from);
    if (i + 1 < page.n)
      v->next_href = neighbor(r, &s->desk, page.rows[i + 1], from);
    struct str place = format_count(r->reader, (int64_t)i + 1), all = format_count(r->reader, page.totals.rows);
    v->place = begins ? tr_fmt(r, "{0} of {1}", place, all) : STR_NONE;
  }
  return rc;
}

/* In the worklist: from is its address, /work?tab=… or /work/17?…. */
static void work_neighbors(struct request *r, int64_t id, struct str from, struct renewal_view *v) {
  struct work_state s;
  struct str path, query, rep;
  int64_t rep_id = 0;
  str_cut(from, '?', &path, &query);
  rep = str_sub(path, 6, path.n); /* behind "/work/" */
  if (path.n > 6 && str_to_i64(rep, &rep_id) != OK)
    return;
  v->list_href = from;
  v->list_name = tr(r, "Worklist");
  if (work_state_read(r, from, rep_id, &s) < 0)
    return;
  for (size_t i = 0; i < s.n_shown; i++) {
    if (s.desk.book->renewals.id[s.list.items[s.shown[i]].row] != (uint64_t)id)
      continue;
    if (i > 0)
      v->prev_href = neighbor(r, &s.desk, s.list.items[s.shown[i - 1]].row, from);
    if (i + 1 < s.n_shown)
      v->next_href = neighbor(r, &s.desk, s.list.items[s.shown[i + 1]].row, from);
    v->place = tr_fmt(r, "{0} of {1}", format_count(r->reader, (int64_t)i + 1), format_count(r->reader, (int64_t)s.n_shown));
  }
  desk_close(&s.desk);
}

int renewal_neighbors_fill(struct request *r, int64_t id, struct renewal_view *v) {
  struct str from = pairs_get(&r->query, "from");
  struct grid_state s;
  struct request list = *r; /* the list's own address, read as the list reads it */
  v->list_href = STR("/renewals");
  v->list_name = tr(r, "Renewals");
  if (!from.n)
    from = pairs_get(&r->form, "from"); /* a form that is shown again */
  v->from = v->form.from = from;
  if (str_eq(from, STR("/work")) || str_starts(from, STR("/work?")) || str_starts(from, STR("/work/"))) {
    if (r->books && r->as_of == DAY_NONE) /* the worklist has no past */
      work_neighbors(&list, id, from, v);
    return OK;
  }
  if (!from.n || !r->books || pairs_decode(r->arena, from, &list.query) < 0)
    return OK;
  v->list_href = arena_fmt(r->arena, "/renewals?%.*s", STR_FMT(from));
  if (grid_state_read(&list, &s) < 0) /* not a list's address: the page stands without its neighbors */
    return OK;
  int rc = find_neighbors(&list, &s, id, from, v);
  desk_close(&s.desk);
  return rc < 0 ? OK : rc;
}

/* The list of 1:1s, a rep's series, planning; and promises as lists show them. */
#include "store/repo_desk.h"
#include "store/repo_note.h"
#include "web/pages/review.h"
#include "web/shell.h"
#include "web/views.h"

enum { SHOWN_DAYS = 60, SETTLED_DAYS = 28 };

struct str review_address(struct request *r, int64_t rep_id, day_t day) {
  char iso[DAY_ISO_SIZE];
  return arena_fmt(r->arena, "/reviews/%" PRId64 "/%s", rep_id, day_iso(day, iso));
}

static struct str iso_of(struct request *r, day_t d) {
  char iso[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, iso)));
}

/* ---- promises ---- */

static struct str state_words(struct request *r, const struct promise *x, bool late) {
  struct str day = format_day(r->reader, x->settled_at ? format_day_of(r->reader, x->settled_at) : x->due_date);
  switch ((enum promise_state)x->state) {
  case PROMISE_KEPT: return tr_fmt(r, "kept {0}", day);
  case PROMISE_BROKEN: return tr_fmt(r, "broken, given up {0}", day);
  case PROMISE_DROPPED: return tr_fmt(r, "dropped {0}", day);
  case PROMISE_PASSED: return tr_fmt(r, "passed on {0}", day);
  case PROMISE_OPEN:
  case PROMISE_STATES:
  default: return late ? tr_n(r, r->today - x->due_date, "{n} day late", "{n} days late") : x->due_date == r->today ? tr(r, "due today") : tr_fmt(r, "by {0}", day);
  }
}

int review_promises_fill(struct request *r, const struct promise *rows, size_t n, struct str back, struct review_promises *ret) {
  struct review_promises v = {.rows = arena_zalloc(r->arena, n + 1, sizeof *v.rows)};
  if (!v.rows)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const struct promise *x = &rows[i];
    bool seen = scope_sees(&r->scope, x->renewal_id, x->owner_id), open = x->state == PROMISE_OPEN, late = open && x->due_date < r->today;
    v.rows[v.n_rows++] = (struct review_promise){
      .id = x->id, .body = x->body, .who = x->person, .back = back, .reason = x->reason, .open = open, .late = late, .kept = x->state == PROMISE_KEPT,
      .broken = x->state == PROMISE_BROKEN, .word = state_words(r, x, late), .customer = seen ? x->customer : STR_NONE,
      .href = seen ? arena_fmt(r->arena, "/renewals/%" PRId64 "#promises", x->renewal_id) : STR_NONE,
      .may_settle = open && r->as_of == DAY_NONE && seen && promise_may_settle(&r->scope, x) && r->who.role != ROLE_EXEC};
  }
  *ret = v;
  return OK;
}

/* ---- the list ---- */

static const struct review *next_of(const struct review *rows, size_t n, int64_t rep_id) {
  for (size_t i = 0; i < n; i++)
    if (rows[i].rep_id == rep_id)
      return &rows[i];
  return NULL;
}

static struct str stale_of(struct request *r, const struct desk *d, uint32_t code) {
  struct desk_rows x = {0};
  desk_where(&x, GRID_REP, code);
  desk_where(&x, GRID_CATEGORY, CATEGORY_COMMIT);
  desk_where_range(&x, GRID_CHANGED, INT64_MIN, (int64_t)r->today - REVIEW_STALE_DAYS);
  return desk_rows_href(r, d, &x, "-amount");
}

struct counting {
  const struct review *open;
  size_t n_open;
  const struct promise_count *counts;
  size_t n_counts;
  const int64_t *stale;
};

static void add_rep(struct request *r, const struct desk *d, const struct person_brief *p, const struct counting *k, struct reviews_view *v) {
  const struct review *next = next_of(k->open, k->n_open, p->id);
  uint32_t code = book_code(&d->book->reps, p->id);
  struct review_rep *x = &v->reps[v->n_reps++];
  *x = (struct review_rep){.name = p->name, .href = arena_fmt(r->arena, "/reviews/%" PRId64, p->id), .next = tr(r, "none planned"), .open = format_count(r->reader, 0),
                           .late = format_count(r->reader, 0)};
  if (next) {
    x->next = next->day == r->today ? tr(r, "today") : format_weekday(r->reader, next->day);
    x->next_href = review_address(r, p->id, next->day);
    x->next_late = next->day < r->today;
    x->manager = next->manager;
  }
  for (size_t i = 0; i < k->n_counts; i++)
    if (k->counts[i].rep_id == p->id) {
      x->open = format_count(r->reader, k->counts[i].open);
      x->late = format_count(r->reader, k->counts[i].late);
      x->has_late = k->counts[i].late > 0;
    }
  int64_t stale = code ? k->stale[code] : 0;
  x->stale = format_count(r->reader, stale);
  x->has_stale = stale > 0;
  x->stale_href = code ? stale_of(r, d, code) : STR_NONE;
}

int reviews_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct reviews_view v = {0};
  struct counting k = {0};
  struct person_brief *people = NULL;
  struct review *open = NULL;
  struct promise_count *counts = NULL;
  struct scope own;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  rc = rc < 0 ? rc : scope_load(r->store, r->arena, r->who.id, &own, &r->err); /* without what is covered */
  rc = rc < 0 ? rc : person_briefs(r->store, r->arena, &people, &n, &r->err);
  rc = rc < 0 ? rc : review_open_list(r->store, r->arena, r->until, &open, &k.n_open, &r->err);
  rc = rc < 0 ? rc : promise_counts(r->store, r->arena, r->today, r->until, &counts, &k.n_counts, &r->err);
  if (rc < 0)
    return rc;
  k.open = open;
  k.counts = counts;
  k.stale = review_stale_counts(d.book, r->arena, r->today);
  v.reps = arena_zalloc(r->arena, n + 1, sizeof *v.reps);
  if (!k.stale || !v.reps)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    if (people[i].id == r->who.id ? r->who.role == ROLE_REP : people[i].role == ROLE_REP && scope_sees_rep(&own, people[i].id))
      add_rep(r, &d, &people[i], &k, &v);
  v.say = r->who.role == ROLE_REP ? tr(r, "The agenda is made from the facts; you and your manager see the same page beforehand.")
                                  : tr_n(r, (int64_t)v.n_reps, "{n} rep. The agenda is made from the facts; both of you see the same page beforehand.",
                                         "{n} reps. The agenda is made from the facts; both of you see the same page beforehand.");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "1:1 reviews"), .nav = "/reviews", .sheet = "rhythm.css"});
  view_reviews(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- a rep's series ---- */

static int fill_days(struct request *r, const struct review *rows, size_t n, struct review_series_view *v) {
  v->days = arena_zalloc(r->arena, n + 1, sizeof *v->days);
  if (!v->days)
    return ERR_NOMEM;
  int rc = OK;
  struct promise_made *made = NULL;
  size_t n_made = 0;
  if (n)
    rc = promise_made_in(r->store, r->arena, rows[0].rep_id, r->until, &made, &n_made, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct review_day *x = &v->days[v->n_days++];
    *x = (struct review_day){.day = format_weekday(r->reader, rows[i].day), .href = review_address(r, rows[i].rep_id, rows[i].day), .manager = rows[i].manager,
                             .open = !rows[i].closed_at, .note = STR("–")};
    for (size_t k = 0; k < n_made; k++)
      if (made[k].review_id == rows[i].id)
        x->note = tr_fmt(r, "{0}, {1}", tr_n(r, made[k].all, "{n} promise", "{n} promises"), tr_n(r, made[k].kept, "{n} kept", "{n} kept"));
  }
  return rc;
}

static int fill_series(struct request *r, int64_t rep_id, struct review_series_view *v) {
  struct review *rows = NULL;
  struct promise *promises = NULL;
  size_t n = 0, n_promises = 0;
  struct str rep = STR_NONE;
  int64_t settled = ((int64_t)r->today - SETTLED_DAYS) * SECONDS_PER_DAY;
  int rc = review_may(r->store, r->arena, &r->scope, rep_id, &v->leads, &r->err);
  rc = rc < 0 ? rc : person_name(r->store, r->arena, rep_id, &rep, &r->err);
  rc = rc < 0 ? rc : review_list(r->store, r->arena, rep_id, r->until, SHOWN_DAYS, &rows, &n, &r->err);
  rc = rc < 0 ? rc : promise_of_rep(r->store, r->arena, rep_id, settled, r->until, &promises, &n_promises, &r->err);
  v->self = arena_fmt(r->arena, "/reviews/%" PRId64, rep_id);
  rc = rc < 0 ? rc : review_promises_fill(r, promises, n_promises, v->self, &v->promises);
  rc = rc < 0 ? rc : fill_days(r, rows, n, v);
  if (rc < 0)
    return rc;
  v->leads = v->leads && r->as_of == DAY_NONE;
  v->title = rep_id == r->who.id ? tr(r, "Your 1:1 reviews") : tr_fmt(r, "1:1 reviews with {0}", rep);
  v->every = format_count(r->reader, n ? rows[0].every_days : REVIEW_USUAL_DAYS);
  v->day = iso_of(r, r->today);
  const struct review *next = n && !rows[0].closed_at ? &rows[0] : NULL;
  v->say = next ? tr_fmt(r, "Next: {0}, with {1}.", format_weekday(r->reader, next->day), next->manager) : tr(r, "No review is planned yet.");
  return OK;
}

static int send_series(struct request *r, struct response *w, struct review_series_view *v) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/reviews", .sheet = "rhythm.css", .crumb = tr(r, "1:1 reviews"), .crumb_href = STR("/reviews")});
  view_review_series(&w->body, &cx, v);
  return shell_end(r, w);
}

int review_series_page(struct request *r, struct response *w) {
  struct review_series_view v = {.said = pairs_has(&r->query, "settled") ? tr(r, "Saved.") : STR_NONE};
  int64_t rep_id = 0;
  int rc = request_id_param(r, 0, &rep_id);
  rc = rc < 0 ? rc : fill_series(r, rep_id, &v);
  return rc < 0 ? rc : send_series(r, w, &v);
}

int review_plan_post(struct request *r, struct response *w) {
  struct review_series_view v = {0};
  int64_t rep_id = 0, id = 0, every = REVIEW_USUAL_DAYS;
  struct org org;
  day_t day = DAY_NONE;
  int rc = request_id_param(r, 0, &rep_id);
  rc = rc < 0 ? rc : org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(str_trim(pairs_get(&r->form, "every")), &every) < 0 || every > INT16_MAX)
    every = 0; /* the rule says what is allowed */
  if (day_parse_iso(pairs_get(&r->form, "day"), &day) < 0)
    day = DAY_NONE;
  rc = review_plan(r->store, r->arena, &r->scope, rep_id, day, (int)every, r->today, org_now(&org, r->now), &id, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    v.error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    rc = fill_series(r, rep_id, &v);
    v.day = pairs_get(&r->form, "day");
    v.every = pairs_get(&r->form, "every");
    return rc < 0 ? rc : send_series(r, w, &v);
  }
  return rc < 0 ? rc : response_redirect(r, w, review_address(r, rep_id, day));
}

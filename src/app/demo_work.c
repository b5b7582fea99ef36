/* What the reps did with the renewals that are open, told as edits in time order, so that versions, the audit and every
 * as-of day read like a real team's. */
#include "app/demo_write.h"
#include "base/alloc.h"
#include "store/repo_renewal.h"

enum { PAST_DAYS = 365, AHEAD_DAYS = 200 };

struct event {
  int64_t at, id;
  int64_t forecast;
  day_t close, step_date;
  int stage, category;
  bool at_risk, po;
  const char *step, *why, *lost_reason;
};
struct events {
  struct event *p;
  size_t n, cap;
};

static int push(struct events *v, const struct event *x) {
  if (!mem_room(&v->p, v->n, &v->cap, 1024, sizeof *v->p)) {
    return ERR_NOMEM;
  }
  v->p[v->n++] = *x;
  return OK;
}

static int later(const void *a, const void *b) {
  const struct event *x = a, *y = b;
  return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->id != y->id ? (x->id < y->id ? -1 : 1) : 0;
}

/* How far the work is, by days to the due date. */
static int stage_reached(struct random *r, int days) {
  static const struct { int days; int percent[STAGE_COUNT]; } rows[] = {
      {120, {85, 12, 3, 0, 0, 0, 0}}, {60, {24, 50, 20, 6, 0, 0, 0}}, {30, {5, 22, 42, 24, 7, 0, 0}},
      {0, {2, 10, 24, 30, 34, 0, 0}}, {-45, {0, 6, 16, 36, 30, 0, 12}}, {-400, {0, 0, 4, 14, 4, 0, 78}}};
  int pick = (int)random_below(r, 100), row = 0;
  while (row < 5 && days < rows[row].days) {
    row++;
  }
  for (int s = 0; s < STAGE_COUNT; s++) {
    if (pick < rows[row].percent[s]) {
      return s;
    }
    pick -= rows[row].percent[s];
  }
  return STAGE_NOT_STARTED;
}

static const char *const stage_why[STAGE_COUNT] = {"", "first call with the customer", "quote sent", "customer asked for changes to the quote", "PO promised", "",
                                                   "customer does not renew"};
static const char *const stage_step[STAGE_COUNT] = {"", "Send the quote", "Ask for a date on the quote", "Answer the customer's change request",
                                                    "Get the PO number", "", ""};
static const char *const lost_reasons[] = {"moved to another vendor", "appliance retired", "budget cut", "site closed", "no answer after three notices"};

/* Working hours of some weekday at or before a day, never after today's morning. */
static int64_t moment(struct random *r, day_t d, day_t today) {
  d = d > today ? today : d;
  int weekday = day_weekday(d);
  d -= weekday > 5 ? weekday - 5 : 0;
  return demo_instant(d, (d == today ? 6 : 13) * 3600 + (int)random_below(r, d == today ? 3600 : 8 * 3600));
}

static int events_of(struct demo_writer *w, const struct open_renewal *x, struct events *v) {
  struct random r = random_seed(w->shape.seed ^ UINT64_C(0xA5A5A5), (uint64_t)x->id);
  day_t today = w->shape.today;
  int days = x->due - today, reached = stage_reached(&r, days), rc = OK;
  struct event e = {.id = x->id, .forecast = x->atr_amount, .close = x->due - (int)random_below(&r, 10), .step_date = DAY_NONE};
  static const int lead[STAGE_COUNT] = {0, 105, 72, 44, 18, 0, -50};
  int64_t at = x->changed_at;
  for (int s = STAGE_CONTACTED; s <= reached && rc == OK; s++) {
    if (s == STAGE_WON || (reached == STAGE_LOST && s > STAGE_QUOTED && s != STAGE_LOST)) {
      continue;
    }
    int64_t when = moment(&r, x->due - lead[s] + (int)random_below(&r, 15) - 7, today);
    at = when > at ? when : at + 3600 + (int64_t)random_below(&r, 36000);
    if (at > demo_instant(today, 7 * 3600)) {
      at = demo_instant(today, 7 * 3600) - (int64_t)random_below(&r, 3600);
    }
    e.at = at;
    e.stage = s;
    e.category = (int)stage_category((enum stage)s);
    e.why = stage_why[s];
    e.step = stage_step[s];
    e.step_date = s == STAGE_LOST ? DAY_NONE : day_of_instant(at) + 3 + (int)random_below(&r, 12);
    e.lost_reason = s == STAGE_LOST ? lost_reasons[random_below(&r, 5)] : NULL;
    e.po = s == STAGE_PO_PROMISED && random_below(&r, 3) != 0;
    rc = push(v, &e);
  }
  if (rc != OK || reached == STAGE_NOT_STARTED || reached == STAGE_LOST) {
    return rc;
  }
  /* Something happened lately: a slip, a new amount, a worry, a judgment against the stage. */
  uint32_t pick = random_below(&r, 100);
  at = e.at + 1800;
  int64_t lately = moment(&r, today - (int)random_below(&r, 20), today);
  e.at = lately > at ? lately : at;
  e.po = e.po && pick % 2 == 0;
  if (pick < 14 || (days < 0 && pick < 60)) {
    e.close = (days < 0 ? today : x->due) + 5 + (int)random_below(&r, 40);
    e.why = "customer asked for more time";
  } else if (pick < 24) {
    e.forecast = x->atr_amount * (70 + (int64_t)random_below(&r, 50)) / 100;
    e.why = "quantities agreed with the customer";
  } else if (pick < 32) {
    e.at_risk = true;
    e.why = "a competitor is quoting";
  } else if (pick < 38 && reached == STAGE_NEGOTIATING) {
    e.category = CATEGORY_COMMIT;
    e.why = "the buyer confirmed by phone";
  } else {
    return OK;
  }
  return push(v, &e);
}

static int apply(struct demo_writer *w, const struct event *x, struct err *e) {
  struct renewal r;
  int rc = renewal_get(w->store, w->row, x->id, &r, e);
  if (rc != OK) {
    return rc;
  }
  r.stage = x->stage;
  r.category = x->category;
  r.category_override = x->category != (int)stage_category((enum stage)x->stage);
  r.close_date = x->close;
  r.forecast_amount = x->forecast; /* of a lost one, too: omitted shows what was lost */
  r.at_risk = x->at_risk;
  r.next_step = x->step != NULL ? str_of(x->step) : STR_NONE;
  r.next_step_date = x->step_date;
  r.po_number = x->po ? arena_fmt(w->row, "PO-%" PRId64, 40000 + x->id * 7 % 50000) : r.po_number;
  r.lost_reason = x->lost_reason != NULL ? str_of(x->lost_reason) : STR_NONE;
  r.outcome = x->stage == STAGE_LOST ? OUTCOME_LOST : OUTCOME_OPEN;
  r.changed_at = x->at;
  r.changed_by = r.owner_id;
  r.why = str_of(x->why);
  rc = renewal_save(w->store, &r, e);
  arena_reset(w->row);
  return rc;
}

struct working {
  struct demo_writer *w;
  struct events v;
};

static int work_one(void *arg, const struct open_renewal *x) {
  struct working *k = arg;
  size_t before = k->v.n;
  int rc = events_of(k->w, x, &k->v);
  k->w->worked += k->v.n > before;
  return rc;
}

int demo_each_open(struct demo_writer *w, int first_days, int last_days, int (*fn)(void *arg, const struct open_renewal *x), void *arg, struct err *e) {
  enum { PAGE = 4096 };
  day_t today = w->shape.today;
  int64_t after = 0;
  size_t n = 0;
  int rc = OK;
  do {
    struct arena *page ARENA_CLEANUP = arena_new(0);
    struct open_renewal *rows = NULL;
    rc = !page ? ERR_NOMEM : vendor_open_renewals(w->store, page, today + first_days, today + last_days, after, PAGE, &rows, &n, e);
    for (size_t i = 0; i < n && rc == OK; i++) {
      rc = fn(arg, &rows[i]);
      after = rows[i].id;
    }
  } while (rc == OK && n == PAGE);
  return rc;
}

int demo_work(struct demo_writer *w, struct err *e) {
  struct working k = {.w = w};
  struct events v;
  int rc = demo_each_open(w, -PAST_DAYS, AHEAD_DAYS, work_one, &k, e);
  v = k.v;
  if (rc == OK && v.n > 0) {
    qsort(v.p, v.n, sizeof *v.p, later);
  }
  for (size_t i = 0; i < v.n && rc == OK; i++) {
    rc = apply(w, &v.p[i], e);
  }
  mem_free(v.p);
  return rc;
}

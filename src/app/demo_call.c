/* Five quarters of weekly calls: each rep with a bias of their own that fades towards the end of a quarter, managers who set numbers beside
 * them, and behind every call the renewals as they stood that Monday. This week one rep has not called and one amended; last week one
 * was late. */
#include <math.h>

#include "app/demo_write.h"
#include "app/node.h"
#include "base/alloc.h"
#include "base/zone.h"
#include "domain/calendar.h"
#include "store/repo_audit.h"
#include "store/repo_call.h"

enum { QUARTERS_BACK = 5, WEEKS_MOST = 14, AROUND_DAYS = 400, LATE_IN = 23, AMENDED_IN = 17, MOST_CODES = 64 };

struct state { /* one version of a renewal */
  int64_t id, at, amount;
  int32_t version, owner;
  uint8_t category;
  bool no_rate;
  day_t counts; /* the day that decides its quarter */
  currency_t currency;
};
struct weekly { /* this week's numbers of a rep */
  int64_t called_id, called, mine;
  bool has;
};
struct calls {
  struct demo_writer *w;
  struct calendar calendar;
  struct period quarter;
  struct state *states;  /* by renewal, then version */
  size_t n, cap;
  int64_t *result;       /* by person id: where the quarter lands */
  struct weekly *weekly; /* by person id */
  struct call_person *people;
  size_t n_people;
  struct call_row *rows; /* room for every state */
  struct arena *a;       /* of one week */
  struct random r;
};

static int keep_state(void *arg, const struct version_seen *v) {
  struct calls *c = arg;
  if (!mem_room(&c->states, c->n, &c->cap, 4096, sizeof *c->states))
    return ERR_NOMEM;
  bool closed = v->category == CATEGORY_CLOSED;
  day_t day = closed && v->booked != DAY_NONE ? v->booked : v->close != DAY_NONE ? v->close : v->due;
  c->states[c->n++] = (struct state){.id = v->renewal_id, .at = v->changed_at, .amount = closed ? v->won : v->forecast, .version = v->version,
                                     .owner = (int32_t)v->owner_id, .category = (uint8_t)v->category, .counts = day, .currency = v->currency};
  return OK;
}

/* The rate of the quarter's first day, as the book has it. */
static int convert(struct calls *c, const struct state *s, int64_t rates[MOST_CODES], currency_t known[MOST_CODES], size_t *n_known, int64_t *ret, bool *ret_none,
                   struct err *e) {
  currency_t reporting = c->w->currency[0];
  size_t k = 0;
  *ret_none = false;
  *ret = s->amount;
  if (s->currency == reporting)
    return OK;
  while (k < *n_known && known[k] != s->currency)
    k++;
  if (k == *n_known && k < MOST_CODES) {
    known[k] = s->currency;
    ++*n_known;
    int rc = vendor_rate(c->w->store, s->currency, c->quarter.first, &rates[k], e);
    if (rc < 0)
      return rc;
  }
  *ret_none = k == MOST_CODES || rates[k] == 0 || money_convert(s->amount, s->currency, rates[k], reporting, ret) < 0;
  *ret = *ret_none ? 0 : *ret;
  return OK;
}

/* Renewals in the state of that instant which count in the quarter; mine: of which owners, by person id. */
static int freeze(struct calls *c, int64_t at, const uint8_t *owners, size_t *ret_n, struct err *e) {
  int64_t rates[MOST_CODES] = {0};
  currency_t known[MOST_CODES] = {0};
  size_t n = 0, n_known = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct state *s = &c->states[i];
    bool newest = s->at <= at && (i + 1 == c->n || c->states[i + 1].id != s->id || c->states[i + 1].at > at);
    if (!newest || s->counts < c->quarter.first || s->counts > c->quarter.last || s->owner < 0 || s->owner > c->w->people || !owners[s->owner])
      continue;
    struct call_row *row = &c->rows[n++];
    *row = (struct call_row){.renewal_id = s->id, .version = s->version, .category = s->category};
    int rc = convert(c, s, rates, known, &n_known, &row->amount, &row->no_rate, e);
    if (rc < 0)
      return rc;
  }
  *ret_n = n;
  return OK;
}

/* Where each rep lands: what closed, and for what is open a part by its category. */
static int find_results(struct calls *c, struct err *e) {
  static const int percent[CATEGORY_COUNT] = {100, 88, 52, 24, 0};
  uint8_t *owners MEM_CLEANUP = mem_zalloc((size_t)c->w->people + 1, 1);
  int rc = owners ? OK : ERR_NOMEM;
  for (size_t i = 0; i < c->n_people && rc == OK; i++) {
    size_t n = 0;
    int64_t id = c->people[i].id, sum = 0;
    owners[id] = 1;
    rc = freeze(c, INT64_MAX, owners, &n, e);
    owners[id] = 0;
    for (size_t k = 0; k < n; k++)
      sum += c->rows[k].amount / 100 * percent[c->rows[k].category];
    c->result[id] = sum;
  }
  return rc;
}

static int64_t to_thousand(double minor) { return (int64_t)llround(minor / 100000) * 100000; }

/* A rep's bias, -9 to +13 %, is their own; in a single week they are off by some more. Both fade while the quarter goes on. */
static int64_t call_of(struct calls *c, int64_t person, int week, double more) {
  struct random own = random_seed(c->w->shape.seed ^ UINT64_C(0xCA11), (uint64_t)person);
  double bias = -0.09 + 0.22 * random_unit(&own), left = 1 - (double)week / (WEEKS_MOST + 1), off = 0.045 * random_normal(&c->r);
  int64_t call = to_thousand((double)c->result[person] * (1 + (bias + off) * (0.25 + 0.75 * left)) * more);
  return call > 0 ? call : 0;
}

static const char *const notes[] = {"", "", "", "Two PO numbers came in this week", "The distributor promises the rest for month end",
                                    "One slips if procurement says no on Thursday",
                                    "Same as last week", "A site closed, taken out", "", "Waiting on the discount for the largest one"};

static int put(struct calls *c, struct call *x, const struct call_row *rows, size_t n, const struct call_part *parts, size_t n_parts, struct err *e) {
  int rc = call_put(c->w->store, x, rows, n, parts, n_parts, e);
  struct str detail = arena_fmt(c->a, "{\"call\":%" PRId64 ",\"period\":\"%.*s\",\"week\":%d,\"revision\":%d,\"commit\":%" PRId64 ",\"renewals\":%" PRId64 "}", x->id,
                                STR_FMT(x->period_id), x->week, x->revision, x->commit, x->frozen);
  if (rc < 0 || !detail.p)
    return rc < 0 ? rc : ERR_NOMEM;
  return audit_add(c->w->store, &(struct audit_entry){.at = x->at, .actor_id = x->person_id, .action = x->for_team_id ? "call.submit_team" : "call.submit",
                                                      .entity = "person", .entity_id = x->person_id, .detail = detail}, e);
}

static struct call begin(struct calls *c, const struct call_person *p, const struct period *week, int64_t at) {
  char id[PERIOD_ID_SIZE];
  day_t due = week->first + (8 - day_weekday(week->first)) % 7;
  struct call x = {.person_id = p->id, .by_id = p->id, .team_id = p->team_id, .region_id = p->region_id, .for_team = STR_NONE, .first = c->quarter.first,
                   .last = c->quarter.last, .week_first = week->first, .week = week->week, .at = at, .currency = c->w->currency[0],
                   .plan_day = c->quarter.first, .note = STR_NONE};
  x.period_id = arena_str(c->a, str_of(period_id(&c->quarter, id)));
  x.due_at = due > week->last ? 0 : zone_instant(zone_load(c->a, p->time_zone), due, 12 * 3600);
  return x;
}

static int rep_calls(struct calls *c, const struct call_person *p, const struct period *week, size_t index, uint8_t *owners, struct err *e) {
  day_t monday = week->first + (8 - day_weekday(week->first)) % 7, today = c->w->shape.today;
  bool now = week->first <= today && today <= week->last, last_week = week->first <= today - 7 && today - 7 <= week->last;
  size_t n = 0;
  if (monday > week->last || monday > today || (now && index == 2))
    return OK;
  bool late = last_week ? index == c->n_people - 1 : !now && random_below(&c->r, LATE_IN) == 0;
  bool amended = now ? index == 0 : random_below(&c->r, AMENDED_IN) == 0;
  int64_t at = demo_instant(now ? today : monday + late, (now ? 6 : late ? 15 : 13) * 3600 + (int)random_below(&c->r, 1500));
  struct call x = begin(c, p, week, at);
  if (!x.period_id.p)
    return ERR_NOMEM;
  owners[p->id] = 1;
  int rc = freeze(c, at, owners, &n, e);
  owners[p->id] = 0;
  for (int i = 0; i <= amended && rc == OK; i++) {
    x.commit = call_of(c, p->id, week->week, i ? 1.02 : 1);
    x.best_case = to_thousand((double)x.commit * (1.05 + 0.06 * random_unit(&c->r)));
    x.pipeline = to_thousand((double)x.best_case * (1.06 + 0.1 * random_unit(&c->r)));
    x.note = i ? STR("The one from Friday is in after all") : str_of(notes[random_below(&c->r, sizeof notes / sizeof *notes)]);
    x.at = at + i * 2400;
    rc = put(c, &x, c->rows, n, NULL, 0, e);
  }
  c->weekly[p->id] = (struct weekly){x.id, x.commit, x.commit, rc == OK};
  return rc;
}

/* A manager sets a number beside one call in the third week of a quarter and another in the eighth. */
static int adjust(struct calls *c, const struct manager_row *m, const struct period *week, const size_t *mine, size_t n, struct adjustment *stands, struct err *e) {
  static const char *const reasons[] = {"One of the three large ones slips, procurement is slow", "Careful by habit: the last four quarters came in above"};
  if ((week->week != 3 && week->week != 8) || n == 0)
    return OK;
  const struct call_person *p = &c->people[mine[week->week == 3 ? 0 : n / 2]];
  const struct weekly *k = &c->weekly[p->id];
  struct adjustment *x = &stands[p->id];
  char id[PERIOD_ID_SIZE];
  if (!k->has)
    return OK;
  *x = (struct adjustment){.for_team_id = m->team_id, .node_kind = NODE_REP, .node_id = p->id, .base_id = x->id, .by_id = m->id, .first = c->quarter.first,
                           .last = c->quarter.last, .plan_day = c->quarter.first, .currency = c->w->currency[0], .period_id = str_of(period_id(&c->quarter, id)),
                           .reason = str_of(reasons[week->week != 3]), .at = demo_instant(week->first + (8 - day_weekday(week->first)) % 7, 20 * 3600),
                           .amount = to_thousand((double)k->called * (week->week == 3 ? 0.95 : 1.04))};
  int rc = adjustment_put(c->w->store, x, e);
  struct str detail = rc < 0 ? STR_NONE : arena_fmt(c->a, "{\"period\":\"%s\",\"place\":\"rep-%" PRId64 "\",\"amount\":%" PRId64 "}", id, p->id, x->amount);
  if (rc == OK)
    rc = detail.p ? audit_add(c->w->store, &(struct audit_entry){.at = x->at, .actor_id = m->id, .action = "call.adjust", .entity = "person", .entity_id = p->id,
                                                                 .detail = detail}, e)
                  : ERR_NOMEM;
  x->period_id = x->reason = STR_NONE;
  return rc;
}

static int manager_calls(struct calls *c, const struct manager_row *m, const struct period *week, uint8_t *owners, struct adjustment *stands, struct err *e) {
  day_t monday = week->first + (8 - day_weekday(week->first)) % 7, today = c->w->shape.today;
  bool now = week->first <= today && today <= week->last;
  size_t n = 0, rows = 0, *mine = arena_zalloc(c->a, c->n_people + 1, sizeof *mine);
  struct call_part *parts = arena_zalloc(c->a, c->n_people + 1, sizeof *parts);
  int64_t total = 0, best = 0;
  if (monday > week->last || monday > today)
    return OK;
  if (!mine || !parts)
    return ERR_NOMEM;
  for (size_t i = 0; i < c->n_people; i++)
    if (manager_has(m, c->people[i].team_id))
      mine[n++] = i;
  int rc = adjust(c, m, week, mine, n, stands, e);
  for (size_t i = 0; i < n; i++) {
    const struct call_person *p = &c->people[mine[i]];
    struct weekly *k = &c->weekly[p->id];
    const struct adjustment *y = stands[p->id].id ? &stands[p->id] : NULL;
    k->mine = y ? y->amount : k->mine;
    parts[i] = (struct call_part){p->id, k->called_id, k->called, k->has || y, k->mine, y ? y->id : 0};
    total += k->has || y ? k->mine : 0;
    best += k->called / 14;
    owners[p->id] = 1;
  }
  if (now && m->top) /* the call of this week is theirs to submit */
    n = 0;
  struct call_person self = {m->id, m->team_id, m->region_id, STR_NONE, m->time_zone};
  struct call x = begin(c, &self, week, demo_instant(monday, now ? 6 * 3600 + 3000 : 21 * 3600));
  x.for_team_id = m->team_id;
  x.for_team = m->team;
  x.commit = total;
  x.best_case = total + best;
  x.pipeline = total + 2 * best;
  rc = rc == OK && n ? freeze(c, x.at, owners, &rows, e) : rc;
  if (rc == OK && n)
    rc = put(c, &x, c->rows, rows, parts, n, e);
  for (size_t i = 0; i < c->n_people; i++)
    owners[c->people[i].id] = 0;
  return rc;
}

static int one_quarter(struct calls *c, const struct manager_row *managers, size_t n_managers, struct err *e) {
  size_t ids = (size_t)c->w->people + 1;
  uint8_t *owners MEM_CLEANUP = mem_zalloc(ids, 1);
  struct adjustment *stands MEM_CLEANUP = mem_zalloc(ids * (n_managers + 1), sizeof *stands);
  int rc = owners && stands ? find_results(c, e) : ERR_NOMEM;
  for (struct period w = period_of(&c->calendar, PERIOD_WEEK, c->quarter.first); rc == OK && w.first <= c->quarter.last && w.first <= c->w->shape.today;
       w = period_next(&c->calendar, &w)) {
    for (size_t i = 0; i < ids; i++)
      c->weekly[i] = (struct weekly){0};
    for (size_t i = 0; i < c->n_people && rc == OK; i++)
      rc = rep_calls(c, &c->people[i], &w, i, owners, e);
    for (size_t i = 0; i < n_managers && rc == OK; i++)
      rc = manager_calls(c, &managers[i], &w, owners, stands + i * ids, e);
    arena_reset(c->a);
  }
  return rc;
}

int demo_calls(struct demo_writer *w, struct err *e) {
  struct arena *week ARENA_CLEANUP = arena_new(0), *all ARENA_CLEANUP = arena_new(0);
  struct calls c = {.w = w, .calendar = CALENDAR_DEFAULT, .a = week, .r = random_seed(w->shape.seed ^ UINT64_C(0xCA115), 1)};
  struct manager_row *managers = NULL;
  size_t n_managers = 0;
  struct period running = period_of(&c.calendar, PERIOD_QUARTER, w->shape.today), first = running;
  for (int i = 0; i < QUARTERS_BACK; i++)
    first = period_prev(&c.calendar, &first);
  c.result = mem_zalloc((size_t)w->people + 1, sizeof *c.result);
  c.weekly = mem_zalloc((size_t)w->people + 1, sizeof *c.weekly);
  int rc = week && all && c.result && c.weekly ? OK : ERR_NOMEM;
  rc = rc == OK ? call_people(w->store, all, &c.people, &c.n_people, e) : rc;
  rc = rc == OK ? vendor_managers(w->store, all, &managers, &n_managers, e) : rc;
  rc = rc == OK ? vendor_each_version(w->store, first.first - AROUND_DAYS, running.last + AROUND_DAYS, keep_state, &c, e) : rc;
  c.rows = rc == OK ? mem_zalloc(c.n + 1, sizeof *c.rows) : NULL;
  rc = rc == OK && !c.rows ? ERR_NOMEM : rc;
  for (c.quarter = first; rc == OK && c.quarter.first <= running.first; c.quarter = period_next(&c.calendar, &c.quarter))
    rc = one_quarter(&c, managers, n_managers, e);
  mem_free(c.states);
  mem_free(c.result);
  mem_free(c.weekly);
  mem_free(c.rows);
  return rc;
}

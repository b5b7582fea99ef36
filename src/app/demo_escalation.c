/* Escalations of the demo: ten that are open or were resolved this week, in every state, and two years of resolved ones; public holidays of the
 * countries in which its people work. */
#include "app/demo_write.h"
#include "app/escalation.h"
#include "app/notify.h"
#include "base/random.h"

enum { NEAR_DAYS = 3, FAR_DAYS = 75, REPS_MOST = 512, STREAM = 41, PAST_PER_REP = 3, PAST_MOST = 600, PAST_DAYS = 720, HOLIDAY_YEARS = 5 };

/* A fixed day of a month, or (day 0) the nth weekday of it; week 5 = the last. */
static const struct {
  const char *country, *name;
  int month, day, week, weekday;
} holidays[] = {
  {"US", "New Year\u2019s Day", 1, 1, 0, 0},       {"US", "Memorial Day", 5, 0, 5, 1},        {"US", "Juneteenth", 6, 19, 0, 0},      {"US", "Independence Day", 7, 4,
      0, 0},
  {"US", "Labor Day", 9, 0, 1, 1},                 {"US", "Thanksgiving", 11, 0, 4, 4},       {"US", "Christmas Day", 12, 25, 0, 0},  {"CA", "New Year\u2019s Day", 1,
      1, 0, 0},
  {"CA", "Canada Day", 7, 1, 0, 0},                {"CA", "Labour Day", 9, 0, 1, 1},          {"CA", "Thanksgiving", 10, 0, 2, 1},    {"CA", "Christmas Day", 12, 25,
      0, 0},
  {"CA", "Boxing Day", 12, 26, 0, 0},              {"BR", "Confraterniza\u00e7\u00e3o", 1, 1, 0, 0}, {"BR", "Tiradentes", 4, 21, 0, 0}, {"BR", "Dia do Trabalho", 5,
      1, 0, 0},
  {"BR", "Independ\u00eancia", 9, 7, 0, 0},        {"BR", "Nossa Senhora Aparecida", 10, 12, 0, 0}, {"BR", "Finados", 11, 2, 0, 0},   {"BR", "Rep\u00fablica", 11, 15,
      0, 0},
  {"BR", "Consci\u00eancia Negra", 11, 20, 0, 0},  {"BR", "Natal", 12, 25, 0, 0},             {"MX", "A\u00f1o Nuevo", 1, 1, 0, 0},   {"MX",
      "D\u00eda de la Constituci\u00f3n", 2, 0, 1, 1},
  {"MX", "Natalicio de Ju\u00e1rez", 3, 0, 3, 1},  {"MX", "D\u00eda del Trabajo", 5, 1, 0, 0}, {"MX", "Independencia", 9, 16, 0, 0},  {"MX", "Revoluci\u00f3n", 11, 0,
      3, 1},
  {"MX", "Navidad", 12, 25, 0, 0}};

static day_t holiday_day(int year, int month, int day, int week, int weekday) {
  day_t first = 0;
  if (day_from_ymd(year, month, day ? day : 1, &first) < 0)
    return DAY_NONE;
  if (day)
    return first;
  day_t d = first + (weekday - day_weekday(first) + 7) % 7 + 7 * (week - 1);
  return d - first >= days_in_month(year, month) ? d - 7 : d;
}

static int add_holidays(struct demo_writer *w, struct err *e) {
  int rc = OK, year = day_to_ymd(w->shape.today).y;
  for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++)
    for (int k = 0; k < HOLIDAY_YEARS && rc == OK; k++)
      rc = holiday_put(w->store, &(struct holiday){holiday_day(year - 3 + k, holidays[i].month, holidays[i].day, holidays[i].week, holidays[i].weekday),
                                                   str_of(holidays[i].country), str_of(holidays[i].name)}, e);
  return rc;
}

/* The open ones. ago: working hours before this morning when it was raised; ahead: working hours from this morning to the next promise, below zero = not kept. */
static const struct open_case {
  int entity, level, state, department, cause, ago, ahead;
  const char *blocked, *reason, *promise, *waiting_on, *update;
} open_cases[] = {
  {ABOUT_RENEWAL, 1, STUCK_NEW, DEPARTMENT_PRICING, 0, 3, 10, "The quote cannot be issued",
      "The price list of the new model is not in the quoting tool and support stops this month.",
   "Ask pricing for a manual quote", "", ""},
  {ABOUT_RENEWAL, 1, STUCK_NEW, DEPARTMENT_DISTRIBUTOR, 0, 5, 14, "The order is not entered",
      "The distributor has the PO and does not book it without the serial numbers.",
   "Send the serial numbers again", "", ""},
  {ABOUT_ACCOUNT, 2, STUCK_NEW, DEPARTMENT_SUPPORT, 0, 2, 8, "The customer will not sign while a case is open",
      "A severity 1 case is open for nine days; their CIO asked for a call.", "", "", ""},
  {ABOUT_RENEWAL, 1, STUCK_WORKING, DEPARTMENT_LEGAL, 0, 22, 6, "The data terms are not agreed", "Their legal wants the new data processing terms before any signature.",
   "Redlines back to the customer", "", "Legal has sent the first draft; two clauses are left."},
  {ABOUT_CONTRACT, 2, STUCK_WORKING, DEPARTMENT_FINANCE, 0, 26, -3, "The customer is on credit hold",
      "An invoice of last year is disputed, so no new order goes through.",
   "Credit note for the disputed invoice", "", "Finance has the documents and checks the dates."},
  {ABOUT_RENEWAL, 3, STUCK_WORKING, DEPARTMENT_CUSTOMER, 0, 18, 4, "Their board froze all spending",
      "Without an exception by Friday the support of the whole data center lapses.",
   "Call between both heads of operations", "", "The exception is asked for; their CFO decides this week."},
  {ABOUT_RENEWAL, 1, STUCK_WAITING, DEPARTMENT_OPERATIONS, 0, 30, 12, "Forty serial numbers are at another customer",
      "The entitlement shows a company that was sold last year.",
   "Entitlement moved and quote renewed", "Order desk", "Proof of the sale is with the order desk."},
  {ABOUT_ACCOUNT, 2, STUCK_WAITING, DEPARTMENT_RESELLER, 0, 34, 18, "The reseller does not answer", "Three renewals wait for one reseller who is changing systems.",
   "Name of the person who orders", "Their purchasing lead", "The distributor offers to take the orders directly."},
  {ABOUT_RENEWAL, 1, STUCK_RESOLVED, DEPARTMENT_LEGAL, CAUSE_TERMS, 30, 0, "The order form is the old one", "The customer signed last year\u2019s form.",
      "New form signed", "",
   "The customer signs the new form; legal has waived the cover letter."},
  {ABOUT_CONTRACT, 2, STUCK_RESOLVED, DEPARTMENT_PRICING, CAUSE_PRICE, 24, 0, "The uplift is above the agreed cap",
      "The contract caps the uplift at three percent, the quote has four.",
   "Corrected quote", "", "The quote is corrected, the PO has come."}};

static const char *const past_blocked[CAUSE_END] = {"", "Serial numbers that are not theirs", "A price above the agreed cap",
    "A discount that nobody approved in time", "Terms that legal had to read",
                                                    "Support that was not active", "An order that stood at the distributor", "A supplier form of the customer",
                                                        "A case that stayed open",
                                                    "A quote that could not be made", "A question that answered itself"};

struct maker {
  struct demo_writer *w;
  struct arena *a;
  struct org org;
  struct random random;
  struct open_renewal picks[REPS_MOST][2]; /* by rep: the two largest that end soon */
  int64_t reps[REPS_MOST];
  size_t n_reps;
};

static int put_step(struct maker *m, struct escalation *x, int act, int64_t at, int64_t by, struct str note, struct err *e) {
  struct escalation_step s = {.at = at, .by_id = by, .n = ++x->steps, .act = act, .now = x->now, .note = note};
  return escalation_step_put(m->w->store, x->id, x->now.state == STUCK_RESOLVED ? at : ESCALATION_OPEN, &s, e);
}

static int begin(struct maker *m, int64_t rep, int which, int entity, struct escalation *x, struct err *e) {
  const struct open_renewal *p = &m->picks[rep][m->picks[rep][which & 1].id ? which & 1 : 0];
  *x = (struct escalation){.entity = entity, .renewal_id = p->id, .due_date = DAY_NONE, .opened_by = rep};
  int rc = escalation_thing(m->w->store, x, m->a, e);
  x->renewal_id = entity == ABOUT_RENEWAL ? x->renewal_id : 0;
  x->contract_id = entity == ABOUT_ACCOUNT ? 0 : x->contract_id;
  return rc;
}

/* Working hours back from an instant: what is as far behind it as `hours` ahead of the result. */
static int64_t hours_before(const struct workhours *w, int64_t at, int hours) {
  int64_t from = at;
  while (workhours_between(w, from, at) < (int64_t)hours * 3600)
    from -= 3600;
  return from;
}

static int write_open(struct maker *m, const struct open_case *k, int64_t rep, struct err *e) {
  struct escalation x;
  struct workhours w;
  int64_t above = 0, morning = demo_instant(m->w->shape.today, 0);
  int rc = begin(m, rep, (int)(k - open_cases), k->entity, &x, e);
  rc = rc == OK ? escalation_above(m->w->store, m->a, rep, &above, e) : rc;
  int64_t owner = k->level > 1 && above ? above : rep;
  rc = rc == OK ? escalation_hours(m->w->store, m->a, &m->org, owner, &w, NULL, e) : rc;
  if (rc < 0)
    return rc;
  x.opened_at = hours_before(&w, morning, k->ago);
  x.reason = str_of(k->reason);
  x.blocked = str_of(k->blocked);
  int64_t promised = k->ahead < 0 ? hours_before(&w, morning, -k->ahead) : workhours_add(&w, morning, (int64_t)k->ahead * 3600);
  x.now = (struct escalation_state){.state = STUCK_NEW, .level = k->level, .department = k->department, .owner_id = owner, .promise = str_of(k->promise),
      .waiting_on = STR_NONE,
                                    .due_at = workhours_add(&w, k->level == ESCALATION_LEVELS ? x.opened_at : morning, (int64_t)(40 - k->ago / 2) * 3600),
                                    .promise_at = k->update[0] ? hours_before(&w, morning, k->ago / 2) : promised};
  rc = escalation_put(m->w->store, &x, e);
  rc = rc == OK ? put_step(m, &x, STEP_RAISED, x.opened_at, rep, STR_NONE, e) : rc;
  if (rc == OK && k->update[0] && k->state != STUCK_RESOLVED) {
    x.now.state = k->state;
    x.now.waiting_on = str_of(k->waiting_on);
    x.now.promise_at = promised;
    rc = put_step(m, &x, STEP_UPDATE, hours_before(&w, morning, k->ago / 2 + 1), owner, str_of(k->update), e);
  }
  if (rc == OK && k->state == STUCK_RESOLVED) {
    int64_t at = hours_before(&w, morning, 4);
    x.now.state = STUCK_RESOLVED;
    x.now.cause = k->cause;
    x.now.work_seconds = workhours_between(&w, x.opened_at, at);
    rc = put_step(m, &x, STEP_RESOLVED, at, owner, str_of(k->update), e);
  }
  if (rc == OK && k->ahead < 0) {
    x.now.broken = true;
    rc = put_step(m, &x, STEP_BROKEN, promised + 60, 0, STR_NONE, e);
    struct notify n = {.person_id = owner, .kind = NOTICE_ESCALATION_BROKEN, .entity = STR("escalation"), .entity_id = x.id, .a = x.customer, .b = x.now.promise,
        .at = promised + 60};
    rc = rc == OK ? notify_send(m->w->store, &n, e) : rc;
  }
  arena_reset(m->a);
  return rc;
}

static int write_past(struct maker *m, int k, struct err *e) {
  static const int causes[] = {CAUSE_DATA, CAUSE_DATA, CAUSE_PRICE, CAUSE_APPROVAL, CAUSE_APPROVAL, CAUSE_TERMS, CAUSE_ENTITLEMENT, CAUSE_ENTITLEMENT, CAUSE_ORDER,
      CAUSE_ORDER,
                               CAUSE_ORDER, CAUSE_PROCUREMENT, CAUSE_PROCUREMENT, CAUSE_SERVICE, CAUSE_SYSTEM, CAUSE_NONE};
  static const int departments[CAUSE_END] = {0, DEPARTMENT_OPERATIONS, DEPARTMENT_PRICING, DEPARTMENT_FINANCE, DEPARTMENT_LEGAL, DEPARTMENT_OPERATIONS,
      DEPARTMENT_DISTRIBUTOR,
                                             DEPARTMENT_CUSTOMER, DEPARTMENT_SUPPORT, DEPARTMENT_OPERATIONS, DEPARTMENT_SALES};
  struct escalation x;
  struct workhours w;
  int64_t rep = m->reps[random_below(&m->random, (uint32_t)m->n_reps)];
  int cause = causes[random_below(&m->random, sizeof causes / sizeof *causes)], level = 1 + (int)(random_below(&m->random, 10) >= 7);
  int hours = 3 + (int)random_below(&m->random, 30) + 4 * cause;
  day_t day = m->w->shape.today - 8 - (day_t)((int64_t)k * (PAST_DAYS - 8) / (int64_t)(m->n_reps * PAST_PER_REP));
  int rc = begin(m, rep, k, k % 3 ? ABOUT_CONTRACT : ABOUT_ACCOUNT, &x, e);
  rc = rc == OK ? escalation_hours(m->w->store, m->a, &m->org, rep, &w, NULL, e) : rc;
  if (rc < 0)
    return rc;
  x.opened_at = hours_before(&w, demo_instant(day, 15 * 3600), hours);
  int64_t at = workhours_add(&w, x.opened_at, (int64_t)hours * 3600);
  x.blocked = str_of(past_blocked[cause]);
  x.reason = STR("The renewal could not go on without it.");
  x.now = (struct escalation_state){.state = STUCK_NEW, .level = level, .department = departments[cause], .owner_id = rep, .promise = STR_NONE, .waiting_on = STR_NONE,
                                    .due_at = workhours_add(&w, x.opened_at, (int64_t)m->org.escalation_hours[level - 1] * 3600),
                                    .promise_at = workhours_add(&w, x.opened_at, (int64_t)m->org.escalation_update_hours[level - 1] * 3600)};
  rc = escalation_put(m->w->store, &x, e);
  rc = rc == OK ? put_step(m, &x, STEP_RAISED, x.opened_at, rep, STR_NONE, e) : rc;
  x.now.state = STUCK_RESOLVED;
  x.now.cause = cause;
  x.now.work_seconds = workhours_between(&w, x.opened_at, at);
  rc = rc == OK ? put_step(m, &x, STEP_RESOLVED, at, rep, STR("It goes on."), e) : rc;
  arena_reset(m->a);
  return rc;
}

static int pick_two(void *arg, const struct open_renewal *x) {
  struct maker *m = arg;
  if (x->owner_id <= 0 || x->owner_id >= REPS_MOST)
    return OK;
  struct open_renewal *p = m->picks[x->owner_id];
  int place = !p[0].id || x->atr_amount > p[0].atr_amount ? 0 : !p[1].id || x->atr_amount > p[1].atr_amount ? 1 : 2;
  if (place == 0)
    p[1] = p[0];
  if (place < 2)
    p[place] = *x;
  return OK;
}

static int pick(struct maker *m, struct err *e) {
  int rc = demo_each_open(m->w, NEAR_DAYS, FAR_DAYS, pick_two, m, e);
  for (int64_t rep = 1; rep < REPS_MOST; rep++)
    if (m->picks[rep][0].id)
      m->reps[m->n_reps++] = rep;
  return rc;
}

int demo_escalations(struct demo_writer *w, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0), *own ARENA_CLEANUP = arena_new(0);
  struct maker *m = own ? arena_zalloc(own, 1, sizeof *m) : NULL;
  if (!a || !m)
    return ERR_NOMEM;
  m->w = w;
  m->a = a;
  m->random = random_seed(w->shape.seed, STREAM);
  int rc = add_holidays(w, e);
  rc = rc == OK ? org_load(w->store, &m->org, e) : rc;
  rc = rc == OK ? pick(m, e) : rc;
  size_t past = m->n_reps * PAST_PER_REP > PAST_MOST ? PAST_MOST : m->n_reps * PAST_PER_REP, n_open = sizeof open_cases / sizeof *open_cases;
  for (size_t i = past; i-- > 0 && rc == OK;) /* oldest first */
    rc = write_past(m, (int)i, e);
  for (size_t i = 0; i < n_open && m->n_reps && rc == OK; i++)
    rc = write_open(m, &open_cases[i], m->reps[i * m->n_reps / n_open], e);
  return rc;
}

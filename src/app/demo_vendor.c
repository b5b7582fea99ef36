/* How the invented accounts buy, renew, shrink, grow, run late and leave.
 *
 * Whether a contract renews follows from things a model could learn: how late the last order was, how many items it
 * covers, announced end of life, tenure, the channel, the discount, the service level, and a steady inclination
 * of the account that no column shows. */
#include "app/demo_vendor.h"

#include <math.h>

#include "domain/terms.h"

enum { YEAR = 365, HISTORY_DAYS = 4 * 365 + 1, LINES_A_REP = 2600, LINES_A_RESELLER = 500 };

struct demo_shape demo_shape_of(int64_t lines, uint64_t seed, day_t today) {
  struct demo_shape s = {.seed = seed, .today = today};
  int64_t reps = lines / LINES_A_REP;
  reps = reps < 8 ? 8 : reps > 200 ? 200 : reps;
  for (int t = 0; t < DEMO_TEAMS; t++) {
    int64_t n = (reps * demo_teams[t].share + 50) / 100, partners = lines * demo_teams[t].share / 100 / LINES_A_RESELLER;
    s.reps[t] = (int)(n < 1 ? 1 : n);
    s.resellers[t] = (int)(partners < 3 ? 3 : partners > 400 ? 400 : partners);
    s.distributors[t] = 2;
  }
  return s;
}

int64_t demo_rate(const struct demo_shape *shape, int team, int month_index) {
  int64_t plan = RATE_ONE * 100 / demo_teams[team].rate_cents;
  struct random r = random_seed(shape->seed, UINT64_C(0xF00000) + (uint64_t)team);
  double drift = 0;
  for (int i = 0; i <= month_index; i++) {
    drift = 0.9 * drift + 0.012 * random_normal(&r);
  }
  return (int64_t)((double)plan * (1 + drift));
}

/* A day of the year that business likes: quarter ends, and December most. */
static day_t seasonal_start(struct random *r, day_t around) {
  static const int weight[12] = {5, 5, 11, 5, 6, 12, 6, 5, 12, 7, 7, 19};
  struct ymd at = day_to_ymd(around);
  int pick = (int)random_below(r, 100), month = 0;
  while (pick >= weight[month]) {
    pick -= weight[month++];
  }
  int last = days_in_month(at.y, month + 1);
  int d = random_below(r, 3) == 0 ? 1 : (int)random_below(r, (uint32_t)last) + 1;
  day_t day = around;
  (void)day_from_ymd(at.y, month + 1, d > last ? last : d, &day);
  return day;
}

struct item {
  int product, line_number, from, from_contract; /* from: index of its newest line */
  uint64_t serial;
  int64_t quantity, list_usd_cents; /* a year, each */
  bool alive;
};
struct course { /* of one contract through the years */
  struct random r;
  const struct demo_shape *shape;
  struct demo_account *a;
  struct item items[DEMO_MAX_ITEMS];
  int n_items, contract;
  int late_days, terms, discount_bp; /* late_days: of the last order against its due date */
  double inclination;
};

static int64_t list_price(const struct course *c, const struct item *x, int days) {
  int64_t local = x->list_usd_cents * demo_teams[c->a->team].rate_cents / 100 * x->quantity;
  local = (local + 50) / 100 * 100; /* list prices have no cents */
  return local * days / YEAR;
}

static void emit(struct course *c, struct item *x, day_t start, day_t end, day_t booked, bool says_from) {
  struct demo_account *a = c->a;
  if (a->n_lines >= DEMO_MAX_LINES) {
    return;
  }
  int days = end - start + 1;
  int64_t list = list_price(c, x, days);
  a->lines[a->n_lines] = (struct demo_line){
      .contract = c->contract, .line_number = x->line_number, .product = x->product, .serial = x->serial, .quantity = x->quantity,
      .list_amount = list, .net_amount = list * (10000 - c->discount_bp) / 10000, .start = start, .end = end, .booked = booked,
      .from = says_from ? x->from : -1, .from_contract = x->from_contract};
  x->from = a->n_lines++;
  x->from_contract = c->contract;
}

static bool end_of_life_near(const struct course *c, int product, day_t on) {
  int months = demo_models[product / DEMO_LEVELS].eol_months;
  return months != 0 && day_add_months(c->shape->today, months) < on + 180;
}

static double renew_chance(const struct course *c, day_t end) {
  int alive = 0, eol = 0, top = 0;
  for (int i = 0; i < c->n_items; i++) {
    alive += c->items[i].alive;
    eol += c->items[i].alive && end_of_life_near(c, c->items[i].product, end);
    top += c->items[i].alive && c->items[i].product % DEMO_LEVELS == 2;
  }
  double z = 1.9 + c->inclination + 0.14 * (alive > 6 ? 6 : alive) + 0.16 * (c->terms > 4 ? 4 : c->terms);
  z -= c->late_days > 30 ? 1.1 : c->late_days > 0 ? 0.35 : 0;
  z -= alive > 0 ? 1.3 * eol / alive : 0;
  z += alive > 0 ? 0.5 * top / alive : 0;
  z -= c->a->model == MODEL_TWO_TIER ? 0.25 : 0;
  z += c->discount_bp > 1200 ? 0.3 : 0;
  return 1 / (1 + exp(-z));
}

/* Days from the due date to the order: negative is early. */
static int order_delay(struct course *c) {
  double z = -2.3 + (c->late_days > 0 ? 0.9 : 0) + (c->a->model == MODEL_TWO_TIER ? 0.45 : 0) - 0.3 * c->inclination +
             (c->a->distributor == 1 ? 0.5 : 0);
  if (random_unit(&c->r) >= 1 / (1 + exp(-z))) {
    return random_below(&c->r, 6) == 0 ? -31 - (int)random_below(&c->r, 50) : -(int)random_below(&c->r, 31);
  }
  uint32_t band = random_below(&c->r, 100);
  return band < 66 ? 1 + (int)random_below(&c->r, 30) : band < 90 ? 31 + (int)random_below(&c->r, 60)
         : band < 98 ? 91 + (int)random_below(&c->r, 90) : 181 + (int)random_below(&c->r, 120);
}

/* What the customer changes when renewing: items dropped, quantities cut or raised, a replaced model, prices. */
static void revise_items(struct course *c, day_t end) {
  int alive = 0;
  for (int i = 0; i < c->n_items; i++) {
    alive += c->items[i].alive;
  }
  for (int i = 0; i < c->n_items; i++) {
    struct item *x = &c->items[i];
    bool eol = end_of_life_near(c, x->product, end);
    uint32_t pick = random_below(&c->r, 1000);
    x->list_usd_cents = x->list_usd_cents * (1020 + (int64_t)random_below(&c->r, 41)) / 1000;
    if (!x->alive) {
      continue;
    }
    if (alive > 1 && pick < (eol ? 170U : 38U)) {
      x->alive = false;
      alive--;
    } else if (pick < 90 && x->quantity > 1) {
      x->quantity -= 1 + (int64_t)random_below(&c->r, (uint32_t)((x->quantity + 3) / 4));
    } else if (pick > 930) {
      x->quantity += 1 + (int64_t)random_below(&c->r, 3);
    }
  }
}

static void add_item(struct course *c) {
  if (c->n_items >= DEMO_MAX_ITEMS) {
    return;
  }
  int model = (int)random_below(&c->r, DEMO_MODELS), level = (int)random_below(&c->r, 10);
  level = level < 4 ? 0 : level < 9 ? 1 : 2;
  static const int level_percent[DEMO_LEVELS] = {80, 100, 145};
  c->items[c->n_items] = (struct item){
      .product = model * DEMO_LEVELS + level, .line_number = c->n_items + 1, .from = -1, .serial = random_u64(&c->r),
      .quantity = demo_models[model].list_usd < 1000 ? 1 + random_below(&c->r, 40) : 1 + random_below(&c->r, 4),
      .list_usd_cents = (int64_t)demo_models[model].list_usd * level_percent[level], .alive = true};
  c->n_items++;
}

static void emit_term(struct course *c, day_t start, day_t end, day_t booked, bool says_from) {
  for (int i = 0; i < c->n_items; i++) {
    if (c->items[i].alive) {
      emit(c, &c->items[i], start, end, booked, says_from && c->items[i].from >= 0);
    }
  }
}

static int new_contract(struct course *c, day_t start) {
  struct demo_account *a = c->a;
  if (a->n_contracts >= (int)(sizeof a->contracts / sizeof a->contracts[0])) {
    return c->contract;
  }
  a->contracts[a->n_contracts] = (struct demo_contract){.number = a->n_contracts + 1, .start = start};
  return a->n_contracts++;
}

static day_t term_end(struct course *c, day_t start) {
  uint32_t pick = random_below(&c->r, 100);
  if (pick < 4) {
    return start + 180 + (int)random_below(&c->r, 120) - 1; /* co-termed to another contract */
  }
  return day_add_months(start, pick < 90 ? 12 : 36) - 1;
}

static void run_contract(struct course *c, day_t start) {
  day_t end = term_end(c, start);
  c->contract = new_contract(c, start);
  emit_term(c, start, end, start - (int)random_below(&c->r, 20), false);
  while (end < c->shape->today + 120) {
    bool renews = random_unit(&c->r) < renew_chance(c, end);
    int delay = order_delay(c);
    day_t booked = end + delay;
    if (!renews || booked > c->shape->today) {
      return; /* lost, or not decided yet */
    }
    revise_items(c, end);
    if (random_below(&c->r, 12) == 0) {
      add_item(c);
    }
    c->late_days = delay;
    c->terms++;
    day_t next = delay > 60 ? booked : end + 1;
    uint32_t how = random_below(&c->r, 10); /* same number, a new one that says what it renews, a new one that does not */
    if (how >= 6) {
      c->contract = new_contract(c, next);
    }
    end = term_end(c, next);
    emit_term(c, next, end, booked, how >= 6 && how < 9);
  }
}

void demo_account_make(const struct demo_shape *shape, int64_t index, struct demo_account *ret) {
  struct random r = random_seed(shape->seed, (uint64_t)index + 1);
  memset(ret, 0, sizeof *ret);
  int pick = (int)random_below(&r, 100), team = 0;
  while (pick >= demo_teams[team].share) {
    pick -= demo_teams[team++].share;
  }
  int channel = (int)random_below(&r, 100);
  const struct demo_team *t = &demo_teams[team];
  *ret = (struct demo_account){.index = index, .team = team, .rep = (int)random_below(&r, (uint32_t)shape->reps[team]), .reseller = -1, .distributor = -1};
  ret->model = channel < t->model_direct ? MODEL_DIRECT : channel < t->model_direct + t->model_one_tier ? MODEL_ONE_TIER : MODEL_TWO_TIER;
  if (ret->model != MODEL_DIRECT) {
    ret->reseller = (int)random_below(&r, (uint32_t)shape->resellers[team]);
  }
  if (ret->model == MODEL_TWO_TIER) {
    ret->distributor = (int)random_below(&r, (uint32_t)shape->distributors[team]);
  }
  int contracts = 1 + (int)random_below(&r, 10) / 7 + (int)random_below(&r, 20) / 19;
  double inclination = 0.8 * random_normal(&r);
  for (int i = 0; i < contracts; i++) {
    struct course c = {.shape = shape, .a = ret, .inclination = inclination};
    c.r = random_seed(shape->seed ^ UINT64_C(0x9E3779B97F4A7C15), (uint64_t)index * 8 + (uint64_t)i);
    int items = 1 + (int)random_below(&c.r, 3) + (random_below(&c.r, 4) == 0 ? (int)random_below(&c.r, 4) : 0);
    c.discount_bp = (int)random_below(&c.r, 8) * 300;
    day_t around = shape->today - (int)random_below(&c.r, HISTORY_DAYS + 200) - 20;
    day_t start = seasonal_start(&c.r, around);
    start = start > shape->today - 10 ? start - YEAR : start;
    for (int k = 0; k < items; k++) {
      add_item(&c);
    }
    run_contract(&c, start);
  }
}

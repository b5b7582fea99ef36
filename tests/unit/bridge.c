/* The bridge: changes worked on paper, one kind after another and several at once; then invented books with fixed seeds, of which start, end and
 * every step are added up again by other means. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/bridge.h"
#include "insight/exact.h"

enum { FIRST = 20000, LAST = FIRST + 90, BEFORE = FIRST - 10, WITHIN = FIRST + 30, LATER = LAST + 20 };
enum { ANN = 1, BOB = 2, CARL = 3, DORA = 4, REPS = 5, NORTH = 1, SOUTH = 2 };
enum { DOLLAR = 1, EURO = 2, YEN = 3, REAL = 4, CURRENCIES = 5 };

static currency_t money(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

/* Ann and Bob in a team of the north, Carl in one of the south, Dora in none. */
static struct book *book_of(size_t renewals) {
  static const char *const names[] = {"", "Ann", "Bob", "Carl", "Dora"};
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = money("USD");
  assert_int_equal(book_currency(b, b->reporting), DOLLAR);
  struct book_rate euro[] = {{FIRST - 30, FIRST - 30, 1081234567}, {WITHIN, WITHIN, 1100000001}}, yen = {FIRST - 30, FIRST - 30, 6712345};
  assert_int_equal(book_set_rates(b, money("EUR"), euro, 2), OK);
  assert_int_equal(book_set_rates(b, money("JPY"), &yen, 1), OK);
  assert_int_equal(book_currency(b, money("BRL")), REAL); /* no rate */
  assert_int_equal(book_alloc_dict(b, &b->regions, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->reps, REPS - 1), OK);
  for (uint32_t i = 1; i < REPS; i++) {
    b->reps.id[i] = 10 * (int64_t)i;
    b->reps.name[i] = str_of(names[i]);
  }
  b->regions.id[NORTH] = 1;
  b->regions.id[SOUTH] = 2;
  b->n_teams = 3;
  b->teams = arena_zalloc(book_arena(b), 3, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), REPS, sizeof *b->rep_team);
  assert_non_null(b->teams);
  assert_non_null(b->rep_team);
  b->teams[1] = (struct book_team){.id = 1, .name = STR("Coast"), .region = NORTH};
  b->teams[2] = (struct book_team){.id = 2, .name = STR("Hills"), .region = SOUTH};
  b->rep_team[ANN] = b->rep_team[BOB] = 1;
  b->rep_team[CARL] = 2;
  assert_int_equal(book_alloc_renewals(b, renewals), OK);
  return b;
}

/* Who stands in which node: the north is Ann's and Bob's team, Dora has none. */
static const uint8_t NORTH_REPS[REPS] = {2, 1, 1, 0, 2}, COAST_REPS[REPS] = {0, 1, 1, 0, 0};
static const uint8_t REP_ALONE[REPS][REPS] = {{1}, {0, 1}, {0, 0, 1}, {0, 0, 0, 1}, {0, 0, 0, 0, 1}};

static struct bridge_measure measure_of(const struct book *b, const uint8_t *node, unsigned categories, bool day_rates) {
  struct bridge_measure m = {.first = FIRST, .last = LAST, .categories = categories, .node = node, .region = NORTH};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  assert_int_equal(bridge_worth(b, DAY_NONE, FIRST, a, m.worth_from), OK);
  assert_int_equal(bridge_worth(b, DAY_NONE, day_rates ? WITHIN : FIRST, a, m.worth_to), OK);
  return m;
}

enum { WITH_COMMIT = 1 << CATEGORY_CLOSED | 1 << CATEGORY_COMMIT, WITH_ALL = WITH_COMMIT | 1 << CATEGORY_BEST_CASE | 1 << CATEGORY_PIPELINE };

#define IS(category_, day_, amount_) {.there = true, .rep = ANN, .region = NORTH, .currency = DOLLAR, .category = (category_), .day = (day_), .amount = (amount_)}
#define LOST_ON(day_, amount_) \
  {.there = true, .rep = ANN, .region = NORTH, .currency = DOLLAR, .category = CATEGORY_OMITTED, .outcome = OUTCOME_LOST, .day = (day_), .amount = (amount_)}
#define LOST(amount_) LOST_ON(WITHIN, amount_)
#define OF(rep_, category_, day_, amount_) \
  {.there = true, .rep = (rep_), .region = NORTH, .currency = DOLLAR, .category = (category_), .day = (day_), .amount = (amount_)}
#define NONE {.day = DAY_NONE}

struct paper {
  const char *what;
  struct bridge_state was, is;
  struct {
    enum bridge_step step;
    int64_t cents;
  } parts[3];
  int n;
};

/* What closed and commit of Ann's team hold, in dollars. */
static const struct paper papers[] = {
  {"nothing happened", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, WITHIN, 100), {{0}}, 0},
  {"a new one", NONE, IS(CATEGORY_COMMIT, WITHIN, 100), {{BRIDGE_NEW, 100}}, 1},
  {"a new one that does not count", NONE, IS(CATEGORY_PIPELINE, WITHIN, 100), {{0}}, 0},
  {"gone", IS(CATEGORY_COMMIT, WITHIN, 100), NONE, {{BRIDGE_REMOVED, -100}}, 1},
  {"won out of commit: nothing is added, but it is a win", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_CLOSED, WITHIN, 100), {{BRIDGE_WON, 0}}, 1},
  {"won out of commit for less", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_CLOSED, WITHIN, 90), {{BRIDGE_WON, 0}, {BRIDGE_SHRUNK, -10}}, 2},
  {"won out of pipeline for less than expected: what was booked", IS(CATEGORY_PIPELINE, WITHIN, 100), IS(CATEGORY_CLOSED, WITHIN, 90), {{BRIDGE_WON, 90}}, 1},
  {"won, expected a quarter later", IS(CATEGORY_COMMIT, LATER, 100), IS(CATEGORY_CLOSED, WITHIN, 100), {{BRIDGE_WON, 100}}, 1},
  {"won, but booked after the period", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_CLOSED, LATER, 110), {{BRIDGE_GROWN, 10}, {BRIDGE_SLIPPED, -110}}, 2},
  {"lost, and its amount cut to nothing: lost with what it had", IS(CATEGORY_COMMIT, WITHIN, 100), LOST(0), {{BRIDGE_LOST, -100}}, 1},
  {"lost, and dated later", IS(CATEGORY_COMMIT, WITHIN, 100), LOST_ON(LATER, 100), {{BRIDGE_LOST, -100}}, 1},
  {"left out, not lost", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_OMITTED, WITHIN, 100), {{BRIDGE_REMOVED, -100}}, 1},
  {"lost out of pipeline: it was not counted", IS(CATEGORY_PIPELINE, WITHIN, 100), LOST(100), {{0}}, 0},
  {"a loss taken back", LOST(100), IS(CATEGORY_COMMIT, WITHIN, 100), {{BRIDGE_MOVED_UP, 100}}, 1},
  {"a win taken back", IS(CATEGORY_CLOSED, WITHIN, 100), IS(CATEGORY_PIPELINE, WITHIN, 120), {{BRIDGE_GROWN, 20}, {BRIDGE_MOVED_DOWN, -120}}, 2},
  {"grown", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, WITHIN, 130), {{BRIDGE_GROWN, 30}}, 1},
  {"shrunk", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, WITHIN, 70), {{BRIDGE_SHRUNK, -30}}, 1},
  {"grown, then pushed", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, LATER, 120), {{BRIDGE_GROWN, 20}, {BRIDGE_SLIPPED, -120}}, 2},
  {"pushed, and down to pipeline: pushed comes first", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_PIPELINE, LATER, 100), {{BRIDGE_SLIPPED, -100}}, 1},
  {"pushed within the period", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, LAST, 100), {{0}}, 0},
  {"brought forward out of the period", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_COMMIT, BEFORE, 100), {{BRIDGE_PULLED_OUT, -100}}, 1},
  {"pulled in, and grown: with the amount it has now", IS(CATEGORY_COMMIT, LATER, 100), IS(CATEGORY_COMMIT, WITHIN, 150), {{BRIDGE_PULLED_IN, 150}}, 1},
  {"slipped in from before", IS(CATEGORY_COMMIT, BEFORE, 100), IS(CATEGORY_COMMIT, WITHIN, 100), {{BRIDGE_SLIPPED_IN, 100}}, 1},
  {"pulled in and up to commit: up is what makes it count", IS(CATEGORY_PIPELINE, LATER, 100), IS(CATEGORY_COMMIT, WITHIN, 100), {{BRIDGE_MOVED_UP, 100}}, 1},
  {"up", IS(CATEGORY_BEST_CASE, WITHIN, 100), IS(CATEGORY_COMMIT, WITHIN, 110), {{BRIDGE_MOVED_UP, 110}}, 1},
  {"down, and cut", IS(CATEGORY_COMMIT, WITHIN, 100), IS(CATEGORY_BEST_CASE, WITHIN, 80), {{BRIDGE_SHRUNK, -20}, {BRIDGE_MOVED_DOWN, -80}}, 2},
  {"within the team", OF(BOB, CATEGORY_COMMIT, WITHIN, 100), OF(ANN, CATEGORY_COMMIT, WITHIN, 100), {{0}}, 0},
  {"into the team, and won for more", OF(CARL, CATEGORY_COMMIT, WITHIN, 100), OF(ANN, CATEGORY_CLOSED, WITHIN, 130),
   {{BRIDGE_REASSIGNED_IN, 100}, {BRIDGE_WON, 0}, {BRIDGE_GROWN, 30}}, 3},
  {"out of the team, with what it had", OF(ANN, CATEGORY_COMMIT, WITHIN, 100), OF(CARL, CATEGORY_CLOSED, WITHIN, 130), {{BRIDGE_REASSIGNED_OUT, -100}}, 1},
  {"an amount of nothing that is pushed is a row all the same", IS(CATEGORY_COMMIT, WITHIN, 0), IS(CATEGORY_COMMIT, LATER, 0), {{BRIDGE_SLIPPED, 0}}, 1},
};

static void on_paper(void **state) {
  (void)state;
  struct book *b = book_of(0);
  struct bridge_measure m = measure_of(b, COAST_REPS, WITH_COMMIT, false);
  for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++) {
    const struct paper *p = &papers[i];
    struct bridge_split x;
    unsigned steps = 0;
    int64_t cents = 0, want[BRIDGE_STEPS] = {0};
    bridge_split(&m, &p->was, &p->is, &x);
    for (int k = 0; k < p->n; k++) {
      steps |= 1U << p->parts[k].step;
      want[p->parts[k].step] = p->parts[k].cents;
    }
    for (int s = 0; s < BRIDGE_STEPS; s++) {
      assert_int_equal(exact_round(x.part[s], &cents), OK);
      if (cents != want[s]) {
        fail_msg("%s: %s is %lld, not %lld", p->what, bridge_step_name(s), (long long)cents, (long long)want[s]);
      }
    }
    if (x.steps != steps) {
      fail_msg("%s: steps %x, not %x", p->what, x.steps, steps);
    }
  }
  book_free(b);
}

/* 100 euros at 1.081234567, then at 1.100000001: what came before the rate moves at the first, the rest is the rate. */
static void moving_rates(void **state) {
  (void)state;
  struct book *b = book_of(0);
  struct bridge_measure m = measure_of(b, NULL, WITH_COMMIT, true);
  struct bridge_state was = IS(CATEGORY_COMMIT, WITHIN, 10000), is = IS(CATEGORY_COMMIT, WITHIN, 20000);
  struct bridge_split x;
  int64_t cents = 0;
  was.currency = is.currency = EURO;
  bridge_split(&m, &was, &is, &x);
  assert_int_equal(exact_round(x.part[BRIDGE_GROWN], &cents), OK);
  assert_int_equal(cents, 10812);
  assert_int_equal(exact_round(x.part[BRIDGE_CURRENCY], &cents), OK);
  assert_int_equal(cents, 375); /* 20,000 × 0.018765434 = 375.31 */
  assert_true(x.was + x.part[BRIDGE_GROWN] + x.part[BRIDGE_CURRENCY] == x.is);
  was.currency = is.currency = REAL;
  bridge_split(&m, &was, &is, &x);
  assert_true(x.no_rate && x.was_in && x.is_in && x.was == 0 && x.is == 0);
  book_free(b);
}

static void names(void **state) {
  (void)state;
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    assert_int_equal(bridge_step_of(str_of(bridge_step_name(s))), s);
  }
  assert_int_equal(bridge_step_of(STR("Pulled in")), BRIDGE_PULLED_IN);
  assert_int_equal(bridge_step_of(STR("pulled")), -1);
  assert_int_equal(bridge_step_of(STR("")), -1);
  assert_string_equal(bridge_step_name(BRIDGE_STEPS), "");
}

/* ---- invented books ---- */

enum { ROWS = 400, THEN = FIRST + 20, ROUNDS = 60 };

static void invent(struct random *g, const struct book_renewals *x, size_t i) {
  static const int32_t days[] = {BEFORE, FIRST, WITHIN, LAST, LATER, LAST + 1, DAY_NONE};
  x->rep[i] = (uint16_t)random_below(g, REPS);
  x->currency[i] = (uint8_t)(1 + random_below(g, CURRENCIES - 1));
  x->category[i] = (uint8_t)random_below(g, CATEGORY_COUNT);
  x->outcome[i] = (uint8_t)random_below(g, OUTCOME_COUNT);
  x->close[i] = days[random_below(g, 7)];
  x->booked[i] = days[random_below(g, 7)];
  x->forecast[i] = (int64_t)random_below(g, 1000000) * (random_below(g, 40) == 0 ? 0 : 1);
  x->won[i] = (int64_t)random_below(g, 1000000);
  x->stage[i] = x->flags[i] = 0;
  x->atr[i] = 0;
  x->step_date[i] = DAY_NONE;
}

/* Often only one thing changes, as in life. */
static void invent_change(struct random *g, const struct book_renewals *now, size_t i, const struct book_renewals *then, size_t k) {
  invent(g, then, k);
  uint32_t kind = random_below(g, 8);
  if (kind != 0) {
    then->rep[k] = kind == 1 ? then->rep[k] : now->rep[i];
    then->currency[k] = kind == 2 ? then->currency[k] : now->currency[i];
    then->category[k] = kind == 3 || kind == 7 ? then->category[k] : now->category[i];
    then->close[k] = kind == 4 || kind == 7 ? then->close[k] : now->close[i];
    then->booked[k] = kind == 4 ? then->booked[k] : now->booked[i];
    then->forecast[k] = kind == 5 || kind == 7 ? then->forecast[k] : now->forecast[i];
    then->won[k] = kind == 5 ? then->won[k] : now->won[i];
  }
}

static void fill(struct random *g, struct book *b) {
  const struct book_renewals *x = &b->renewals;
  for (size_t i = 0; i < ROWS; i++) {
    invent(g, x, i);
    x->id[i] = (uint32_t)i + 1;
    x->contract[i] = x->account[i] = x->reseller[i] = x->distributor[i] = 0;
    x->due[i] = FIRST + (day_t)random_below(g, 120) - 10;
    x->region[i] = (uint16_t)random_below(g, 3);
    x->model[i] = 0;
    x->changed[i] = random_below(g, 2) == 0 ? THEN - 5 : THEN + 1 + (day_t)random_below(g, 9);
  }
}

static struct book_states *states_at(struct random *g, const struct book *b, day_t day) {
  size_t n = 0, k = 0;
  for (size_t i = 0; i < ROWS; i++) {
    n += b->renewals.changed[i] > day;
  }
  struct book_states *x = book_states_new(n);
  assert_non_null(x);
  x->as_of = day;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (b->renewals.changed[i] > day) {
      x->row[k] = i;
      x->there[k] = random_below(g, 10) != 0;
      x->then.rep[k] = 0;
      invent_change(g, &b->renewals, i, &x->then, k++);
    }
  }
  return x;
}

/* Renewal i on a day, read the plain way. False: it does not count. */
static bool plain(const struct book *b, const struct bridge_measure *m, const struct book_states *x, uint32_t i, bool later_rate, __int128 *ret) {
  const struct book_renewals *from = &b->renewals;
  size_t k = i;
  for (size_t p = 0; x != NULL && p < x->n; p++) {
    if (x->row[p] == i) {
      if (!x->there[p]) {
        return false;
      }
      from = &x->then;
      k = p;
    }
  }
  bool closed = from->category[k] == CATEGORY_CLOSED;
  day_t day = closed && from->booked[k] != DAY_NONE ? from->booked[k] : from->close[k] != DAY_NONE ? from->close[k] : b->renewals.due[i];
  uint32_t rep = from->rep[k], team = b->rep_team[rep], region = team != 0 ? b->teams[team].region : b->renewals.region[i];
  bool in = m->node == NULL || (m->node == NORTH_REPS ? region == NORTH : m->node == COAST_REPS ? team == 1 : rep == BOB);
  if (!in || day < FIRST || day > LAST || (m->categories >> from->category[k] & 1U) == 0) {
    return false;
  }
  uint8_t c = from->currency[k];
  int64_t rate = c == DOLLAR ? 1000000000 : c == EURO ? (later_rate ? 1100000001 : 1081234567) : c == YEN ? 6712345 : 0;
  *ret = (__int128)(closed ? from->won[k] : from->forecast[k]) * rate * (c == YEN ? 1000000 : 10000); /* yen have no cents */
  return true;
}

static void check_bridge(const struct book *b, const struct bridge_query *q, bool later_rate, const struct bridge *x) {
  __int128 start = 0, end = 0, value = 0;
  int64_t n_start = 0, n_end = 0, sum = 0, cents = 0;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (q->reps != NULL && !q->reps[b->renewals.rep[i]]) {
      continue;
    }
    if (plain(b, &q->measure, q->from, i, false, &value)) {
      n_start++;
      start += value;
    }
    if (plain(b, &q->measure, q->to, i, later_rate, &value)) {
      n_end++;
      end += value;
    }
  }
  assert_int_equal(x->start.rows, n_start);
  assert_int_equal(x->end.rows, n_end);
  assert_int_equal(div_round_i128(start, (__int128)10000000000000, &cents), OK);
  assert_int_equal(x->start.amount, cents);
  assert_int_equal(div_round_i128(end, (__int128)10000000000000, &cents), OK);
  assert_int_equal(x->end.amount, cents);
  for (int s = 0; s < BRIDGE_STEPS; s++) { /* rows add up to their step, steps to the change: to the cent */
    int64_t step = 0;
    for (size_t i = x->step_from[s]; i < x->step_from[s + 1]; i++) {
      assert_int_equal(x->rows[i].step, s);
      assert_true(i == x->step_from[s] || x->rows[i].row != x->rows[i - 1].row);
      step += x->rows[i].change;
    }
    assert_int_equal(step, x->steps[s].amount);
    assert_int_equal((int64_t)(x->step_from[s + 1] - x->step_from[s]), x->steps[s].rows);
    sum += x->steps[s].amount;
  }
  assert_int_equal((int64_t)x->n_rows, (int64_t)x->step_from[BRIDGE_STEPS]);
  assert_int_equal(x->start.amount + sum, x->end.amount);
}

/* The exact parts of a node's steps, summed over all rows. */
static void exact_steps(const struct book *b, const struct bridge_query *q, __int128 ret[BRIDGE_STEPS]) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct bridge x;
  memset(ret, 0, BRIDGE_STEPS * sizeof *ret);
  assert_int_equal(bridge_run(b, q, a, &x, NULL), OK);
  for (size_t i = 0; i < x.n_rows; i++) {
    struct bridge_split part;
    bridge_split(&q->measure, &x.rows[i].was, &x.rows[i].is, &part);
    ret[x.rows[i].step] += part.part[x.rows[i].step];
  }
}

/* Every step of the whole is the sum over the reps, but for what went from one to another. */
static void check_parts(const struct book *b, struct bridge_query q) {
  __int128 whole[BRIDGE_STEPS], part[BRIDGE_STEPS], sum[BRIDGE_STEPS] = {0};
  q.measure.node = NULL;
  exact_steps(b, &q, whole);
  for (uint32_t rep = 0; rep < REPS; rep++) {
    q.measure.node = REP_ALONE[rep];
    exact_steps(b, &q, part);
    for (int s = 0; s < BRIDGE_STEPS; s++) {
      sum[s] += part[s];
    }
  }
  assert_true(sum[BRIDGE_REASSIGNED_IN] + sum[BRIDGE_REASSIGNED_OUT] == 0);
  sum[BRIDGE_REASSIGNED_IN] = sum[BRIDGE_REASSIGNED_OUT] = 0;
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    if (sum[s] != whole[s]) {
      fail_msg("%s: the parts do not add up", bridge_step_name(s));
    }
  }
}

static void invented(void **state) {
  (void)state;
  struct random g = random_seed(20261123, 1);
  int64_t rows[BRIDGE_STEPS] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct book *b = book_of(ROWS);
    fill(&g, b);
    struct book_states *from = states_at(&g, b, THEN), *to = round % 3 == 0 ? states_at(&g, b, THEN + 4) : NULL;
    uint8_t some[REPS] = {0, 1, 0, 1, 1};
    const uint8_t *const nodes[] = {NULL, NORTH_REPS, COAST_REPS, REP_ALONE[BOB]};
    for (int l = 0; l < 4; l++) {
      struct bridge_query q = {.measure = measure_of(b, nodes[l], round % 2 == 0 ? WITH_COMMIT : WITH_ALL, round % 4 == 1),
                               .reps = round % 5 == 0 ? some : NULL, .from = from, .to = to};
      struct bridge x = {0};
      struct err e = {0};
      assert_int_equal(bridge_run(b, &q, a, &x, &e), OK);
      check_bridge(b, &q, round % 4 == 1, &x);
      for (int s = 0; s < BRIDGE_STEPS; s++) {
        rows[s] += x.steps[s].rows;
      }
      if (l == 0) {
        check_parts(b, q);
      }
    }
    book_states_free(from);
    book_states_free(to);
    book_free(b);
  }
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    if (rows[s] == 0) { /* every kind was met, or the test says nothing of it */
      fail_msg("%s: no row in all rounds", bridge_step_name(s));
    }
  }
}

/* What the forecast says on both days is what the bridge starts and ends with. */
static void ends_are_the_forecast(void **state) {
  (void)state;
  struct random g = random_seed(20261123, 2);
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = book_of(ROWS);
  fill(&g, b);
  for (size_t i = 0; i < ROWS; i++) {
    b->renewals.currency[i] = DOLLAR; /* a category is rounded by itself there; dollars need none */
  }
  struct book_states *from = states_at(&g, b, THEN);
  for (size_t i = 0; i < from->n; i++) {
    from->then.currency[i] = DOLLAR;
    from->there[i] = 1;
  }
  struct bridge_query q = {.measure = measure_of(b, NULL, WITH_COMMIT, false), .from = from};
  struct forecast_query f = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE};
  struct forecast_node *node = NULL;
  struct bridge x = {0};
  size_t n = 0;
  assert_int_equal(bridge_run(b, &q, a, &x, NULL), OK);
  assert_int_equal(forecast_compute(b, &f, a, &node, &n, NULL), OK);
  assert_int_equal(x.end.amount, forecast_cumulative(&node[0], CATEGORY_COMMIT));
  assert_int_equal(x.end.rows, node[0].count[CATEGORY_CLOSED] + node[0].count[CATEGORY_COMMIT]);
  struct book *then = book_fork(b);
  assert_non_null(then);
  for (size_t k = 0; k < from->n; k++) {
    uint32_t i = from->row[k];
    const struct book_renewals *to = &then->renewals;
    to->rep[i] = from->then.rep[k];
    to->category[i] = from->then.category[k];
    to->close[i] = from->then.close[k];
    to->booked[i] = from->then.booked[k];
    to->forecast[i] = from->then.forecast[k];
    to->won[i] = from->then.won[k];
  }
  assert_int_equal(forecast_compute(then, &f, a, &node, &n, NULL), OK);
  assert_int_equal(x.start.amount, forecast_cumulative(&node[0], CATEGORY_COMMIT));
  assert_int_not_equal(x.start.amount, x.end.amount);
  book_free(then);
  book_free(b);
  book_states_free(from);
}

static void too_large(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random g = random_seed(1, 1);
  struct book *b = book_of(ROWS);
  fill(&g, b);
  for (size_t i = 0; i < ROWS; i++) {
    b->renewals.changed[i] = BEFORE;
    b->renewals.currency[i] = DOLLAR;
    b->renewals.category[i] = CATEGORY_COMMIT;
    b->renewals.close[i] = WITHIN;
    b->renewals.forecast[i] = INT64_MAX / 2;
  }
  struct book_states *from = states_at(&g, b, THEN);
  struct bridge_query q = {.measure = measure_of(b, NULL, WITH_COMMIT, false), .from = from};
  struct bridge x;
  struct err e = {0};
  assert_int_equal(from->n, 0);
  assert_int_equal(bridge_run(b, &q, a, &x, &e), ERR_RANGE);
  assert_string_equal(e.text, "bridge: a sum is larger than a number can hold: look for an amount typed wrongly");
  book_states_free(from);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(on_paper), cmocka_unit_test(moving_rates), cmocka_unit_test(names), cmocka_unit_test(invented),
                                     cmocka_unit_test(ends_are_the_forecast), cmocka_unit_test(too_large)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

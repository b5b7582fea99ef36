/* The engine on invented books: a planted truth is found, the same bits come out with one and two threads, and poor books get a sane number with an honest
 * name, never a refusal. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/boost.h"
#include "insight/engine_internal.h"

enum { TODAY = 20500, QUARTER_FIRST = 20480, QUARTER_LAST = 20570, TERM = 365, SEED = 7 };

static const struct calendar calendar = {CALENDAR_MONTHS, 1, 1, false};

struct plan {
  uint32_t past, open;   /* renewals that are ripe, and that are open */
  double small, large;   /* chance of those with one line, with three */
  int64_t atr;
  bool pile;             /* bookings come in the last week of the quarter in which they were due */
  bool crossed;          /* the chance hangs on lines and amount together, on neither alone */
};

static void names(struct book *b, struct book_dict *d, uint32_t n) {
  assert_int_equal(book_alloc_dict(b, d, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = 10 * (int64_t)i;
    d->name[i] = STR("x");
  }
}

static struct book *new_book(uint32_t n) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(currency_parse(STR("USD"), &b->reporting), OK);
  struct book_rate one = {15000, 15000, RATE_ONE};
  assert_int_equal(book_set_rates(b, b->reporting, &one, 1), OK);
  names(b, &b->accounts, n);
  names(b, &b->contracts, n);
  names(b, &b->products, 1);
  names(b, &b->regions, 2);
  names(b, &b->reps, 3);
  b->n_teams = 2;
  b->teams = arena_zalloc(book_arena(b), 2, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), 4, sizeof *b->rep_team);
  assert_true(b->teams != NULL && b->rep_team != NULL);
  b->teams[1] = (struct book_team){.id = 5, .name = STR("East"), .region = 1};
  b->rep_team[1] = b->rep_team[2] = 1;
  assert_int_equal(book_alloc_renewals(b, n), OK);
  return b;
}

/* One renewal of a customer of its own. booked DAY_NONE: lost when it is in the past, else open. */
static void put(struct book *b, uint32_t i, day_t due, bool open, day_t booked, int64_t atr) {
  const struct book_renewals *x = &b->renewals;
  bool back = booked != DAY_NONE;
  x->id[i] = i + 1;
  x->contract[i] = x->account[i] = i + 1;
  x->reseller[i] = x->distributor[i] = 0;
  x->due[i] = x->close[i] = due;
  x->booked[i] = booked;
  x->step_date[i] = DAY_NONE;
  x->changed[i] = due;
  x->atr[i] = x->forecast[i] = atr;
  x->won[i] = back ? atr : 0;
  x->rep[i] = (uint16_t)(1 + i % 3);
  x->region[i] = (uint16_t)(1 + i / 2 % 2);
  x->currency[i] = 1;
  x->model[i] = MODEL_DIRECT;
  x->outcome[i] = open ? OUTCOME_OPEN : back ? OUTCOME_RENEWED : OUTCOME_LOST;
  x->stage[i] = open ? STAGE_NOT_STARTED : back ? STAGE_WON : STAGE_LOST;
  x->category[i] = open ? CATEGORY_PIPELINE : back ? CATEGORY_CLOSED : CATEGORY_OMITTED;
  x->flags[i] = 0;
}

/* Due evenly over the five years before; of the open ones all within the quarter. Odd renewals have three lines. */
static struct book *plan_book(const struct plan *p) {
  uint32_t n = p->past + p->open, n_lines = 0;
  struct book *b = new_book(n);
  struct book_line *lines MEM_CLEANUP = mem_zalloc(3 * (size_t)n + 1, sizeof *lines);
  struct random r = random_seed(SEED, 1);
  assert_non_null(lines);
  for (uint32_t i = 0; i < n; i++) {
    bool open = i >= p->past;
    day_t due = open ? TODAY + 1 + (day_t)((i - p->past) % 60) : TODAY - 190 - (day_t)((uint64_t)i * 1600 / (p->past + 1));
    bool big = p->crossed && i / 2 % 2 != 0;
    int64_t atr = big ? 8 * p->atr : p->atr;
    double chance = (p->crossed ? big == (i % 2 != 0) : i % 2 != 0) ? p->large : p->small;
    chance -= big && i % 2 != 0 ? 0.15 : 0; /* not quite even: a tree has to see where to begin */
    day_t delay = (day_t)random_below(&r, 80) - 60, last = period_of(&calendar, PERIOD_QUARTER, due).last;
    day_t booked = !open && random_unit(&r) < chance ? p->pile ? last - (day_t)(i % 7) : due + delay : DAY_NONE;
    put(b, i, due, open, booked, atr);
    for (uint32_t k = 0; k < (i % 2 != 0 ? 3U : 1U); k++) {
      lines[n_lines] = (struct book_line){.end = due, .start = due - TERM + 1, .booked = booked, .known = due - TERM,
                                          .outcome_known = open ? DAY_NONE : booked != DAY_NONE ? booked : due + 365,
                                          .atr = atr / (i % 2 != 0 ? 3 : 1), .id = n_lines + 1, .account = i + 1, .contract = i + 1, .product = 1, .quantity = 1,
                                          .rep = 1, .region = b->renewals.region[i], .currency = 1, .model = MODEL_DIRECT};
      lines[n_lines].won = booked != DAY_NONE ? lines[n_lines].atr : 0;
      lines[n_lines].outcome_evidence = (uint8_t)(open ? OUTCOME_OPEN : booked != DAY_NONE ? OUTCOME_RENEWED : OUTCOME_LOST);
      n_lines++;
    }
  }
  assert_int_equal(book_set_lines(b, lines, n_lines), OK);
  return b;
}

static const struct period quarter = {.kind = PERIOD_QUARTER, .year = 2026, .index = 1, .first = QUARTER_FIRST, .last = QUARTER_LAST};
static const struct period over = {.kind = PERIOD_QUARTER, .year = 2025, .index = 4, .first = QUARTER_FIRST - 90, .last = QUARTER_FIRST - 1};

static struct engine_result run_with(const struct book *b, int threads, const int64_t *discounted, size_t n, struct arena *a) {
  const struct period periods[] = {quarter, over};
  struct engine_options o = {.today = TODAY, .grace = RISK_GRACE, .threads = threads, .periods = periods, .n_periods = 2, .rho = NAN,
                             .discounted = discounted, .n_discounted = n};
  struct engine_result r;
  struct err e = {0};
  int code = engine_run(b, &o, a, &r, &e);
  if (code != OK) {
    fail_msg("%s", e.text);
  }
  return r;
}

static struct engine_result run(const struct book *b, int threads, struct arena *a) { return run_with(b, threads, NULL, 0, a); }

static struct engine_node *bands(const struct book *b, const struct engine_result *r, size_t place, int64_t target, int threads, struct arena *a,
                                 size_t *ret_n) {
  const struct forecast_target t = {'c', 0, target};
  struct engine_ask q = {.b = b, .period = place == 0 ? &quarter : &over, .place = place, .scores = r->scores, .n_scores = r->n_scores, .ratio = r->model.ratio,
                         .rho = r->model.rho, .targets = &t, .n_targets = 1, .threads = threads, .sets = true};
  struct engine_node *nodes = NULL;
  struct err e = {0};
  if (engine_bands(&q, a, &nodes, ret_n, &e) != OK) {
    fail_msg("%s", e.text);
  }
  return nodes;
}

/* A system that sets the units of a lost line to 0 when it ends, in place: every row of the past has it. */
static void write_at_close(struct book *b) {
  for (size_t i = 0; i < b->lines.n; i++) {
    if ((b->lines.outcome_evidence[i] & 15) == OUTCOME_LOST) {
      b->lines.quantity[i] = 0;
    }
  }
}

/* A model that was stopped is not used: chances are those of the curve, and the run says why. */
static void test_leak_stops(void **state) {
  (void)state;
  struct plan p = {.past = 1500, .open = 60, .small = 0.6, .large = 0.9, .atr = 100000};
  struct book *b = plan_book(&p);
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  struct engine_result honest = run(b, 1, a);
  assert_int_equal(honest.model.ground, ENGINE_LEARNED);
  assert_int_equal(honest.model.probe.verdict, PROBE_FINE);
  assert_true(honest.model.probe.auc > 0.6 && honest.model.probe.auc < 0.8);
  assert_true(fabs(honest.model.probe.later_auc - honest.model.probe.auc) < PROBE_JUMP);
  write_at_close(b);
  struct engine_result leaking = run(b, 1, a);
  assert_int_equal(leaking.model.probe.verdict, PROBE_COLUMN);
  assert_int_equal(leaking.model.probe.column, RISK_UNITS);
  assert_int_equal(leaking.model.ground, ENGINE_DOUBTED);
  assert_false(leaking.model.has_logit);
  for (size_t i = 0; i < leaking.n_scores; i++) {
    assert_true(leaking.scores[i].n_why <= 1); /* at most that it is still open */
  }
  engine_model_write(b, &leaking.model, &text);
  assert_true(str_contains(strbuf_str(&text), STR("\"ground\":\"doubted\"")));
  assert_true(str_contains(strbuf_str(&text), STR("\"probe\":{\"verdict\":\"column\",\"column\":\"units\"")));
  book_free(b);
}

/* How far the chances are from the truth: p planted, delays even over -60 … 19, so that being open still says something. */
static double mean_off(const struct book *b, const struct engine_result *r, uint32_t odd, double p) {
  double sum = 0, n = 0;
  for (size_t i = 0; i < r->n_scores; i++) {
    if (r->scores[i].row % 2 == odd) {
      double gone = (double)(TODAY - b->renewals.due[r->scores[i].row] + 61) / 80, still = p * (1 - gone);
      sum += (double)r->scores[i].chance - still / (still + 1 - p);
      n++;
    }
  }
  return sum / n;
}

static bool same_text(const struct book *b, const struct engine_model *x, const struct engine_model *y) {
  struct strbuf p STRBUF_CLEANUP = STRBUF_INIT(1 << 20), q STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  engine_model_write(b, x, &p);
  engine_model_write(b, y, &q);
  return p.n > 100 && p.failed == 0 && str_eq(strbuf_str(&p), strbuf_str(&q));
}

/* 95 and 70 of 100 by number of lines, nothing else: both are found to some points (sampling: the last fifth bends them), and the number of
 * lines is what moves the chance. */
static void test_planted(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 6000, .open = 400, .small = 0.70, .large = 0.95, .atr = 300000});
  struct engine_result r = run(b, 1, a);
  assert_int_equal(r.model.ground, ENGINE_LEARNED);
  assert_int_equal(r.n_scores, 400);
  assert_true(fabs(mean_off(b, &r, 0, 0.70)) < 0.06);
  assert_true(fabs(mean_off(b, &r, 1, 0.95)) < 0.03);
  assert_true(r.model.n_bins > 1);
  double n = 0;
  for (size_t i = 0; i < r.model.n_bins; i++) {
    n += r.model.bins[i].n;
  }
  assert_true(fabs(n - (double)r.model.unseen) < 0.5);
  const struct engine_score *s = &r.scores[0];
  double odds = logit_odds((double)s->base) + (double)s->other;
  for (int k = 0; k < s->n_why; k++) {
    odds += (double)s->why[k].phi;
  }
  assert_true(fabs(odds - logit_odds((double)s->chance)) < 1e-5); /* what moves it adds up */
  uint8_t first = s->why[s->why[0].what == ENGINE_OPEN_LATE].what;
  assert_true(first == RISK_LINES || first == RISK_UNITS);
  book_free(b);
}

static void test_same_bits(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 3000, .open = 9000, .small = 0.70, .large = 0.95, .atr = 300000});
  struct engine_result r = run(b, 1, a), s = run(b, 2, a);
  assert_true(same_text(b, &r.model, &s.model));
  assert_int_equal(r.n_scores, s.n_scores);
  for (size_t i = 0; i < r.n_scores; i++) {
    assert_memory_equal(r.scores[i].by, s.scores[i].by, sizeof s.scores[i].by);
    assert_true(r.scores[i].chance == s.scores[i].chance && r.scores[i].id == s.scores[i].id);
  }
  size_t n = 0, m = 0;
  struct engine_node *x = bands(b, &r, 0, 2000000000, 1, a, &n), *y = bands(b, &s, 0, 2000000000, 2, a, &m);
  assert_int_equal(n, m);
  for (size_t i = 0; i < n; i++) {
    assert_memory_equal(&x[i].band, &y[i].band, sizeof x[i].band);
    assert_int_equal(x[i].half.n, y[i].half.n);
  }
  book_free(b);
}

static double in_quarter(const struct book *b, const struct calendar *c, double *ret_weight, struct arena *a) {
  struct period q = period_of(&calendar, PERIOD_QUARTER, TODAY);
  struct engine_options o = {.today = TODAY, .grace = RISK_GRACE, .threads = 1, .periods = &q, .n_periods = 1, .rho = NAN, .calendar = c};
  struct engine_result r;
  struct err e = {0};
  assert_int_equal(engine_run(b, &o, a, &r, &e), OK);
  double by = 0, ever = 0;
  for (size_t i = 0; i < r.n_scores; i++) {
    if (b->renewals.due[r.scores[i].row] <= q.last) {
      by += (double)r.scores[i].by[0];
      ever += (double)r.scores[i].chance;
    }
  }
  *ret_weight = r.model.quarter_end;
  return by / ever;
}

/* All that is due in a quarter books in its last week: half way through it nothing is lost yet, and the engine knows it from the calendar. */
static void test_quarter_end(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 4000, .open = 300, .small = 0.8, .large = 0.8, .atr = 300000, .pile = true});
  double weight = 0, none = 0, with = in_quarter(b, &calendar, &weight, a), without = in_quarter(b, NULL, &none, a);
  assert_true(weight > 3);
  assert_true(fabs(none - 1) < 1e-12);
  assert_true(with > without + 0.4 && with > 0.8);
  book_free(b);
}

/* Means add up over the tree, the order of quantiles holds, and what must be saved brings the chance there. */
static void test_tree(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 3000, .open = 300, .small = 0.6, .large = 0.9, .atr = 100000});
  struct engine_result r = run(b, 1, a);
  size_t n = 0;
  struct engine_node *x = bands(b, &r, 0, 0, 1, a, &n);
  double level[4] = {0};
  int64_t open[4] = {0};
  for (size_t i = 0; i < n; i++) {
    level[x[i].level] += x[i].band.mean;
    open[x[i].level] += x[i].n_open;
    assert_true(x[i].band.q05 <= x[i].band.q10 && x[i].band.q10 <= x[i].band.q50 && x[i].band.q50 <= x[i].band.q90 && x[i].band.q90 <= x[i].band.q95);
    assert_true((double)x[i].fixed <= x[i].band.q05 + 1 && x[i].band.q95 <= (double)x[i].fixed + x[i].open + 1);
  }
  for (int k = 1; k < 4; k++) {
    assert_true(fabs(level[k] - level[0]) < 1e-6 * level[0]);
    assert_int_equal(open[k], open[0]);
  }
  assert_true(x[0].has_target && x[0].band.reach == 1); /* a target of zero is reached */
  assert_true(x[0].half.asked && x[0].half.reachable && x[0].half.n == 0);
  assert_int_equal(x[0].n_matters, ENGINE_MATTER);
  int64_t far = (int64_t)(x[0].band.q90 + 2 * x[0].band.sd);
  struct engine_node *y = bands(b, &r, 0, far, 1, a, &n);
  assert_true(y[0].band.reach < 0.1 && y[0].half.n > 0 && y[0].most.n > y[0].half.n);
  book_free(b);
}

/* Nothing known: the curve everybody starts from, and it says so. */
static void test_no_history(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 0, .open = 3, .atr = 100000}), *none = new_book(0);
  struct engine_result r = run(b, 2, a), empty = run(none, 2, a);
  assert_int_equal(r.model.ground, ENGINE_STARTING);
  assert_int_equal(r.n_scores, 3);
  assert_true(fabs((double)r.scores[0].base - 0.85) < 0.005); /* 6.8 of 8 */
  size_t n = 0;
  struct engine_node *x = bands(b, &r, 0, 0, 1, a, &n);
  assert_true(x[0].band.mean > 0 && x[0].band.mean < 300000 && x[0].band.sd > 0);
  assert_int_equal(empty.n_scores, 0);
  x = bands(none, &empty, 0, 100, 1, a, &n);
  assert_int_equal(n, 1);
  assert_true(x[0].band.mean == 0 && x[0].band.reach == 0 && x[0].half.asked && !x[0].half.reachable);
  book_free(b);
  book_free(none);
}

static void test_poor_books(void **state) {
  (void)state;
  static const struct plan plans[] = {
      {.past = 3, .open = 2, .small = 0.5, .large = 0.5, .atr = 100000},   /* three renewals in all */
      {.past = 400, .open = 5, .small = 1, .large = 1, .atr = 100000},     /* nobody was ever lost */
      {.past = 400, .open = 5, .small = 0, .large = 0, .atr = 100000},     /* nobody ever came back */
      {.past = 400, .open = 5, .small = 0.8, .large = 0.8, .atr = 0},      /* amounts of zero */
  };
  struct arena *a ARENA_CLEANUP = arena_new(0);
  for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
    struct book *b = plan_book(&plans[i]);
    struct engine_result r = run(b, 1, a);
    size_t n = 0;
    assert_int_equal(r.model.ground, i == 3 ? ENGINE_LEARNED : ENGINE_STARTING);
    for (size_t k = 0; k < r.n_scores; k++) {
      double p = (double)r.scores[k].chance;
      assert_true(p > 0 && p < 1 && r.scores[k].by[0] >= 0 && r.scores[k].by[0] <= 1);
      assert_true(i != 1 || p > 0.9);
      assert_true(i != 2 || p < 0.1);
      assert_true(r.scores[k].by[1] == 0); /* a quarter that is over */
    }
    struct engine_node *x = bands(b, &r, 0, 1000000, 1, a, &n);
    assert_true(isfinite(x[0].band.mean) && isfinite(x[0].band.q10) && isfinite(x[0].band.q90) && isfinite(x[0].band.reach));
    x = bands(b, &r, 1, 1000000, 1, a, &n);
    assert_true(x[0].band.sd == 0 && x[0].band.q10 == (double)x[0].fixed && x[0].band.q90 == (double)x[0].fixed); /* over: what was booked */
    book_free(b);
  }
}

static bool never(void *ctx, const char *step, int64_t done, int64_t total) {
  (void)step, (void)done, (void)total;
  return ++*(int *)ctx < 3;
}

static void test_stop(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 300, .open = 30, .small = 0.8, .large = 0.8, .atr = 1000});
  int calls = 0;
  struct engine_options o = {.today = TODAY, .grace = RISK_GRACE, .threads = 1, .periods = &quarter, .n_periods = 1, .rho = NAN, .watch = never, .watch_ctx = &calls};
  struct engine_result r = {0};
  struct err e = {0};
  assert_int_equal(engine_run(b, &o, a, &r, &e), ERR_CONFLICT);
  assert_int_equal(calls, 3);
  assert_null(r.scores);
  book_free(b);
}

/* What no sum of columns tells is found by trees, judged on renewals that neither has seen; the same bytes with two threads; drivers add up. */
static void test_trees_win(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  if (!boost_there()) {
    skip();
  }
  struct book *b = plan_book(&(struct plan){.past = 6000, .open = 200, .small = 0.5, .large = 0.95, .atr = 120000, .crossed = true});
  struct engine_result one = run(b, 1, a), two = run(b, 2, a);
  const struct engine_trees *t = &one.model.trees;
  assert_int_equal(t->verdict, ENGINE_TREES_BETTER);
  assert_true(t->gain > 0.05 && t->low > 0 && t->low < t->gain && t->gain < t->high);
  double mean[2] = {0}, n[2] = {0};
  assert_true(t->bytes.n > 1000 && str_eq(t->bytes, two.model.trees.bytes));
  for (size_t i = 0; i < one.n_scores; i++) {
    const struct engine_score *s = &one.scores[i];
    double sum = logit_odds((double)s->base) + (double)s->other;
    for (int k = 0; k < s->n_why; k++) {
      sum += (double)s->why[k].phi;
    }
    assert_true(fabs(sum - logit_odds((double)s->chance)) < 1e-4);
    assert_memory_equal(&s->chance, &two.scores[i].chance, sizeof s->chance);
    bool high = (s->row % 2 != 0) == (s->row / 2 % 2 != 0);
    mean[high] += (double)s->chance;
    n[high]++;
  }
  assert_true(n[0] > 50 && n[1] > 50 && mean[1] / n[1] > mean[0] / n[0] + 0.25);
  book_free(b);
}

/* Where a sum of columns is the truth, or a coin is, the logistic stays; with little data nothing is tried. */
static void test_trees_do_not_win(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const struct plan plans[] = {{.past = 6000, .open = 50, .small = 0.6, .large = 0.9, .atr = 120000},
                               {.past = 6000, .open = 50, .small = 0.8, .large = 0.8, .atr = 120000}};
  for (size_t k = 0; k < 2 && boost_there(); k++) {
    struct book *b = plan_book(&plans[k]);
    struct engine_result r = run(b, 2, a);
    assert_int_equal(r.model.trees.verdict, ENGINE_TREES_NO_BETTER);
    assert_true(r.model.trees.held > 1000 && r.model.trees.bytes.n == 0);
    book_free(b);
  }
  struct book *b = plan_book(&(struct plan){.past = 900, .open = 50, .small = 0.5, .large = 0.95, .atr = 120000, .crossed = true});
  assert_int_equal(run(b, 1, a).model.trees.verdict, ENGINE_TREES_FEW);
  book_free(b);
}

/* 100 of a chance of 0.8 each: 20 of them lost, or 8. sqrt(100 x 0.8 x 0.2) = 4. */
static void test_effect_on_paper(void **state) {
  struct engine_effect x = {.n = 100, .renewed = 80, .expected = 80, .se = 4};
  double gain = 0, low = 0, high = 0;
  (void)state;
  assert_int_equal(engine_telling(&x), ENGINE_TELLS_NO_EFFECT);
  engine_gain(&x, &gain, &low, &high);
  assert_true(fabs(gain) < 1e-12 && low < 0 && high > 0);
  x.renewed = 89; /* odds 89/11 over 4: 2.0227; an even chance becomes 0.66918 */
  assert_int_equal(engine_telling(&x), ENGINE_TELLS);
  engine_gain(&x, &gain, &low, &high);
  assert_true(fabs(gain - 0.169173) < 1e-6 && low > 0 && low < gain);
  x.n = 95; /* six were lost: too few */
  assert_int_equal(engine_telling(&x), ENGINE_TELLS_NOTHING);
}

/* Discounts that went to anybody tell no effect; those that went to renewals which then came more often do. */
static void test_effect_of_discounts(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = plan_book(&(struct plan){.past = 1800, .open = 20, .small = 0.7, .large = 0.7, .atr = 120000});
  int64_t ids[1800];
  size_t n = 0;
  for (size_t i = 0; i < 1800; i += 9) {
    ids[n++] = b->renewals.id[i];
  }
  struct engine_result r = run_with(b, 1, ids, n, a);
  assert_true(r.model.discounts.n == 200 && engine_telling(&r.model.discounts) == ENGINE_TELLS_NO_EFFECT);
  n = 0;
  for (size_t i = 0; i < 1800; i += 3) {
    if (b->renewals.outcome[i] == OUTCOME_RENEWED || i % 6 == 0) {
      ids[n++] = b->renewals.id[i];
    }
  }
  r = run_with(b, 1, ids, n, a);
  assert_true(r.model.discounts.n == (int64_t)n && engine_telling(&r.model.discounts) == ENGINE_TELLS);
  assert_int_equal(run(b, 1, a).model.discounts.n, 0);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_planted), cmocka_unit_test(test_same_bits), cmocka_unit_test(test_tree), cmocka_unit_test(test_quarter_end),
                                     cmocka_unit_test(test_no_history),
                                     cmocka_unit_test(test_poor_books), cmocka_unit_test(test_stop), cmocka_unit_test(test_leak_stops),
                                     cmocka_unit_test(test_trees_win), cmocka_unit_test(test_trees_do_not_win), cmocka_unit_test(test_effect_on_paper),
                                     cmocka_unit_test(test_effect_of_discounts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

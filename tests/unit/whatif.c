/* A scenario on six renewals: what it does not touch keeps its bits, what it touches moves by what can be worked out on paper. */
#include "../group.h"

#include <math.h>

#include "insight/engine_internal.h"
#include "insight/whatif.h"

enum { N = 6, TODAY = 20500, FIRST = 20480, LAST = 20570, LEAD = 120, AMOUNT = 1000000 };

static const struct period quarter = {.kind = PERIOD_QUARTER, .year = 2026, .index = 1, .first = FIRST, .last = LAST};
static struct book *book;
static struct arena *arena;
static struct engine_model model;
static struct engine_score scores[N];

static int set_up(void **state) {
  static const day_t due[N] = {TODAY + 10, TODAY + 40, TODAY + 60, TODAY + 125, TODAY + 140, TODAY + 160};
  static const float chance[N] = {0.9F, 0.8F, 0.5F, 0.9F, 0.7F, 0.6F}, by[N] = {0.8F, 0.7F, 0.4F, 0.1F, 0.05F, 0.02F};
  struct book_rate one = {15000, 15000, RATE_ONE};
  (void)state;
  arena = arena_new(0);
  book = book_new();
  assert_true(arena != NULL && book != NULL && currency_parse(STR("USD"), &book->reporting) == OK);
  assert_int_equal(book_set_rates(book, book->reporting, &one, 1), OK);
  assert_int_equal(book_alloc_dict(book, &book->reps, 3), OK);
  assert_int_equal(book_alloc_dict(book, &book->regions, 1), OK);
  assert_int_equal(book_alloc_renewals(book, N), OK);
  const struct book_renewals *x = &book->renewals;
  for (uint32_t i = 0; i < N; i++) {
    x->id[i] = i + 1;
    x->contract[i] = x->account[i] = x->reseller[i] = x->distributor[i] = 0;
    x->due[i] = x->close[i] = due[i];
    x->booked[i] = x->step_date[i] = DAY_NONE;
    x->changed[i] = TODAY;
    x->atr[i] = x->forecast[i] = AMOUNT * (int64_t)(i + 1);
    x->won[i] = 0;
    x->rep[i] = x->rep_now[i] = (uint16_t)(1 + i % 3);
    x->region[i] = 1;
    x->currency[i] = 1;
    x->model[i] = MODEL_DIRECT;
    x->outcome[i] = OUTCOME_OPEN;
    x->stage[i] = STAGE_NOT_STARTED;
    x->category[i] = CATEGORY_PIPELINE;
    x->flags[i] = 0;
    scores[i] = (struct engine_score){.row = i, .id = i + 1, .model = MODEL_DIRECT, .chance = chance[i], .base = chance[i], .by = {by[i]}};
  }
  model = (struct engine_model){.grace = RISK_GRACE, .beyond = 0.05, .quarter_end = 1.5};
  for (int k = 0; k < MODEL_COUNT; k++) {
    model.timing[k] = *timing_default();
    model.ratio[k] = 1;
  }
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  book_free(book);
  arena_free(arena);
  return 0;
}

static struct whatif_changed apply(const struct whatif *w) {
  struct whatif_when when = {.model = &model, .today = TODAY, .period = &quarter};
  struct whatif_changed out;
  struct err e = {0};
  assert_int_equal(whatif_apply(book, w, &when, scores, N, arena, &out, &e), OK);
  return out;
}

static struct engine_node *bands(const struct whatif_changed *x, uint16_t from, uint16_t to, size_t *ret_n) {
  struct engine_ask q = {.b = book, .period = &quarter, .scores = x != NULL ? x->scores : scores, .n_scores = N, .worth = x != NULL ? x->worth : NULL,
                         .ratio = model.ratio, .rho = 0.02, .threads = 2, .move_from = from, .move_to = to};
  struct engine_node *nodes = NULL;
  struct err e = {0};
  assert_int_equal(engine_bands(&q, arena, &nodes, ret_n, &e), OK);
  return nodes;
}

static double mean_of(const struct whatif_changed *x) {
  size_t n = 0;
  return bands(x, 0, 0, &n)[0].band.mean;
}

static double p_of(int i) { return (double)scores[i].by[0]; }
static double amount_of(int i) { return (double)AMOUNT * (i + 1); }

static void nothing_changes_nothing(void **state) {
  struct whatif_changed x = apply(&(struct whatif){.lead_was = LEAD, .lead_is = LEAD, .share = 1});
  size_t n = 0, k = 0;
  (void)state;
  assert_memory_equal(x.scores, scores, sizeof scores);
  struct engine_node *was = bands(NULL, 0, 0, &n), *is = bands(&x, 0, 0, &k);
  assert_int_equal(n, k);
  for (size_t i = 0; i < n; i++) {
    assert_memory_equal(&was[i].band.mean, &is[i].band.mean, sizeof was[i].band - sizeof was[i].band.reach);
  }
  assert_int_equal(x.shifted + x.discounted + x.outcomes + x.absent, 0);
}

static void an_outcome_moves_by_its_rest(void **state) {
  const struct whatif_outcome set[] = {{0, true}, {2, false}, {99, true}};
  struct whatif_changed x = apply(&(struct whatif){.outcomes = set, .n_outcomes = 3, .lead_was = LEAD, .lead_is = LEAD});
  double moved = amount_of(0) * (1 - p_of(0)) - amount_of(2) * p_of(2);
  (void)state;
  assert_true(fabs(mean_of(&x) - mean_of(NULL) - moved) < 1e-3);
  assert_memory_equal(&x.scores[1], &scores[1], sizeof scores[1]);
  assert_int_equal(x.outcomes, 2);
  assert_int_equal(x.absent, 1);
}

static void a_discount_costs_its_share(void **state) {
  const uint8_t second[4] = {0, 0, 1, 0}; /* rows 1 and 4 */
  struct whatif w = {.lead_was = LEAD, .lead_is = LEAD, .discount = 0.1, .reps = second};
  struct whatif_changed x = apply(&w);
  double theirs = amount_of(1) * p_of(1) + amount_of(4) * p_of(4);
  (void)state;
  assert_true(fabs(mean_of(NULL) - mean_of(&x) - 0.1 * theirs) < 1e-3);
  assert_memory_equal(x.scores, scores, sizeof scores);
  assert_int_equal(x.discounted, 2);
  /* An even chance gains five points: odds of 0.55 to 0.45 more. 0.8 becomes 4 * 11/9 / (4 * 11/9 + 1) = 44/53. */
  w.lift = whatif_lift(0.05);
  x = apply(&w);
  assert_true(fabs((double)x.scores[1].chance - 44.0 / 53) < 1e-6);
  assert_true(fabs((double)x.scores[1].by[0] - p_of(1) * (44.0 / 53) / (double)scores[1].chance) < 1e-6);
  assert_memory_equal(&x.scores[0], &scores[0], sizeof scores[0]);
}

static void days_it_is_begun_earlier(void **state) {
  (void)state;
  assert_int_equal(whatif_earlier(TODAY + 110, TODAY, 120, 150), 0);  /* open already */
  assert_int_equal(whatif_earlier(TODAY + 120, TODAY, 120, 150), 0);
  assert_int_equal(whatif_earlier(TODAY + 130, TODAY, 120, 150), 10); /* would have begun before today: begins today */
  assert_int_equal(whatif_earlier(TODAY + 170, TODAY, 120, 150), 30);
  assert_int_equal(whatif_earlier(TODAY + 170, TODAY, 120, 100), -20);
  assert_int_equal(whatif_earlier(TODAY + 110, TODAY, 120, 100), 0);
}

/* Begun earlier: more of what is due after the quarter books in it, nothing else moves; later: less. Whether they renew stays. */
static void a_lead_moves_when(void **state) {
  struct whatif_changed early = apply(&(struct whatif){.lead_was = LEAD, .lead_is = LEAD + 30, .share = 1});
  struct whatif_changed late = apply(&(struct whatif){.lead_was = LEAD, .lead_is = LEAD - 30, .share = 1});
  (void)state;
  assert_memory_equal(early.scores, scores, 3 * sizeof *scores);
  for (int i = 3; i < N; i++) {
    assert_true(early.scores[i].by[0] > scores[i].by[0] && late.scores[i].by[0] < scores[i].by[0]);
    assert_memory_equal(&early.scores[i].chance, &scores[i].chance, sizeof scores[i].chance);
  }
  assert_int_equal(early.shifted, 3);
  struct whatif_changed none = apply(&(struct whatif){.lead_was = LEAD, .lead_is = LEAD + 30, .share = 0});
  assert_memory_equal(none.scores, scores, sizeof scores);
}

/* The share of a curve that falls into a period, 20 days earlier, is that of the curve 20 days on. */
static void earlier_is_the_curve_moved(void **state) {
  const struct timing_curve *t = timing_default();
  double p = 0.8, due = TODAY + 160;
  double is = engine_in_period(&model, t, NULL, TODAY, p, (day_t)due, 20, &quarter);
  double open = 1 - timing_renewed(t, TODAY - (day_t)due + 20), part = timing_renewed(t, LAST - (day_t)due + 20) - timing_renewed(t, TODAY - (day_t)due + 20);
  (void)state;
  assert_true(fabs(is - timing_ever(t, p, TODAY - (day_t)due) * part / open) < 1e-12);
}

static const struct engine_node *rep_node(const struct engine_node *nodes, size_t n, uint32_t rep) {
  for (size_t i = 0; i < n; i++) {
    if (nodes[i].level == FORECAST_REP && nodes[i].rep == rep) {
      return &nodes[i];
    }
  }
  return NULL;
}

static void a_book_moves_with_its_chances(void **state) {
  size_t n = 0, k = 0;
  struct engine_node *was = bands(NULL, 0, 0, &n), *is = bands(NULL, 1, 2, &k);
  (void)state;
  assert_null(rep_node(is, k, 1));
  assert_true(fabs(rep_node(is, k, 2)->band.mean - rep_node(was, n, 1)->band.mean - rep_node(was, n, 2)->band.mean) < 1e-3);
  assert_true(fabs(is[0].band.mean - was[0].band.mean) < 1e-3 && fabs(is[0].band.q10 - was[0].band.q10) < 1e-3);
  assert_memory_equal(&rep_node(is, k, 3)->band.mean, &rep_node(was, n, 3)->band.mean, sizeof(double));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_changes_nothing), cmocka_unit_test(an_outcome_moves_by_its_rest),
                                     cmocka_unit_test(a_discount_costs_its_share), cmocka_unit_test(days_it_is_begun_earlier), cmocka_unit_test(a_lead_moves_when),
                                     cmocka_unit_test(earlier_is_the_curve_moved), cmocka_unit_test(a_book_moves_with_its_chances)};
  return group_run_tests(tests, set_up, tear_down);
}

/* Random books of several currencies against a plain calculation, their rows, and any number of threads. */
#include "kpi_support.h"
#include "with_arena.h"
#include "base/decimal.h"
#include "base/random.h"
#include "domain/value.h"

enum { ACCOUNTS = 40, FEW = 3000, MANY = 250000 }; /* MANY: enough to be split over threads */
static const char *const codes[] = {"USD", "EUR", "JPY", "BHD", "MXN"}; /* the last has no rate */

static int below(struct random *r, int n) { return (int)random_below(r, (uint32_t)n); }

/* A renewal for every other line, the last of a contract and day first; some closed. */
static void add_renewals(struct book *b, struct random *rng) {
  struct book_renewals *x = &b->renewals;
  assert_int_equal(book_alloc_renewals(b, b->lines.n), OK);
  x->n = 0;
  for (size_t i = 0; i < b->lines.n && x->n < 2000; i += 2) {
    size_t k = x->n++;
    x->id[k] = (uint32_t)x->n;
    x->contract[k] = b->lines.contract[i];
    x->due[k] = b->lines.end[i];
    x->category[k] = (uint8_t)below(rng, CATEGORY_COUNT);
    x->close[k] = x->due[k] - 20 + below(rng, 40);
    x->changed[k] = x->due[k] - below(rng, 60);
  }
}

static struct book *random_book(uint64_t seed, uint32_t n) {
  struct book_line *rows = arena_alloc(arena, n * sizeof *rows);
  struct random rng = random_seed(seed, 0);
  struct book *b = book_of(ACCOUNTS);
  assert_non_null(rows);
  for (int c = 1; c < 4; c++) {
    struct book_rate rates[8];
    for (int k = 0; k < 8; k++) {
      rates[k] = (struct book_rate){day(2025, 12, 1) + 29 * k, day(2025, 12, 1), 100000000 + (int64_t)random_below(&rng, 3000000000u)};
    }
    assert_int_equal(book_set_rates(b, currency(codes[c]), rates, 8), OK);
  }
  (void)book_currency(b, currency(codes[4]));
  b->rep_team = arena_zalloc(book_arena(b), b->reps.n, sizeof *b->rep_team);
  b->teams = arena_zalloc(book_arena(b), 3, sizeof *b->teams);
  b->n_teams = 3;
  b->teams[1].name = STR("North");
  b->teams[2].name = STR("South");
  b->product_family = arena_zalloc(book_arena(b), b->products.n, sizeof *b->product_family);
  for (uint32_t i = 1; i <= ACCOUNTS; i++) {
    b->rep_team[i] = i % 3;
    b->product_family[i] = i % 2 ? STR("Storage") : STR("Network");
  }
  b->contract_partner = arena_zalloc(book_arena(b), b->contracts.n, sizeof *b->contract_partner);
  for (uint32_t i = 1; i <= ACCOUNTS; i++) {
    b->contract_partner[i] = i % 5;
  }
  for (uint32_t i = 0; i < n; i++) {
    day_t end = day(2025, 10, 1) + below(&rng, 500);
    struct book_line x = line_of(i + 1, end, 1 + (int64_t)random_below(&rng, 100000000));
    x.start = end - below(&rng, 700);
    x.known = x.start - 60 + below(&rng, 200);
    x.account = 1 + (uint32_t)below(&rng, ACCOUNTS);
    x.contract = 1 + (uint32_t)below(&rng, ACCOUNTS);
    x.product = 1 + (uint32_t)below(&rng, ACCOUNTS);
    x.quantity = (uint32_t)below(&rng, 12);
    x.rep = (uint16_t)below(&rng, 9);
    x.region = (uint16_t)(x.rep % 4);
    x.model = (uint8_t)below(&rng, MODEL_COUNT);
    x.currency = (uint8_t)(1 + below(&rng, below(&rng, 4) == 0 ? 5 : 4));
    int fate = below(&rng, 10);
    if (fate < 6) {
      x = renewed(x, end - 60 + below(&rng, 480), (int64_t)((double)x.atr * (0.5 + below(&rng, 100) / 100.0)));
      x.outcome_known += below(&rng, 20);
    } else if (fate < 8) {
      x = lost(x, end + below(&rng, 300));
    }
    if (fate < 8) {
      x.flags = (uint8_t)((below(&rng, 9) == 0 ? LINE_BOOKED_ASSUMED : 0) | (below(&rng, 9) == 0 ? LINE_WEAK : 0));
    }
    x.flags = (uint8_t)(x.flags | (below(&rng, 20) == 0 ? LINE_EXCLUDED : 0) | (below(&rng, 9) == 0 ? LINE_ADDED : 0) | (below(&rng, 20) == 0 ? LINE_CANCELLED : 0));
    rows[i] = x;
  }
  assert_int_equal(book_set_lines(b, rows, n), OK);
  add_renewals(b, &rng);
  return b;
}

/* minor × rate × 10^(4 − decimals), summed and rounded once: written again, apart from the kernels. */
static __int128 exact_of(const struct book *b, uint8_t c, int64_t minor, day_t on) {
  int64_t rate = 0;
  assert_int_equal(book_rate(b, c, on, &rate, NULL), OK);
  return (__int128)minor * rate * pow10_i64(4 - currency_exponent(b->currency_of[c]));
}

static int64_t rounded(__int128 x) {
  int64_t ret = 0;
  assert_int_equal(div_round_i128(x, (__int128)RATE_ONE * 100, &ret), OK); /* USD: 4 − 2 decimals */
  return ret;
}

/* A few figures by the book's definition, one line at a time. */
struct plain {
  int64_t due, on_time, booked, no_rate, person;
  __int128 atr, retained, on_time_money, won, in_quarter;
};

static struct plain plain_of(const struct book *b, const struct kpi_query *q, int rep) {
  const struct book_lines *l = &b->lines;
  struct plain p = {0};
  for (size_t i = 0; i < l->n; i++) {
    int64_t rate = 0;
    if (l->end[i] < q->period.first || l->end[i] > q->period.last || l->known[i] > q->as_of || (rep >= 0 && l->rep[i] != rep)) {
      continue;
    }
    if (l->flags[i] & LINE_EXCLUDED) {
      p.person++;
      continue;
    }
    if (book_rate(b, l->currency[i], l->end[i], &rate, NULL) != OK) {
      p.no_rate++;
      continue;
    }
    if (l->flags[i] & LINE_CANCELLED) {
      continue;
    }
    p.due++;
    p.atr += exact_of(b, l->currency[i], l->atr[i], l->end[i]);
    if (l->booked[i] == DAY_NONE || l->outcome_known[i] > q->as_of) {
      continue;
    }
    __int128 kept = exact_of(b, l->currency[i], l->won[i] < l->atr[i] ? l->won[i] : l->atr[i], l->end[i]);
    bool on_time = l->booked[i] <= l->end[i] + q->grace_days;
    p.booked++;
    p.on_time += on_time;
    p.retained += kept;
    p.on_time_money += on_time ? kept : 0;
    p.in_quarter += l->booked[i] <= q->period.last ? kept : 0;
    p.won += exact_of(b, l->currency[i], l->won[i], l->end[i]);
  }
  return p;
}

static void check_plain(const struct plain *p, const struct kpi_group *g) {
  assert_int_equal(g->due, p->due);
  assert_int_equal(g->booked, p->booked);
  assert_int_equal(g->excluded_person, p->person);
  assert_int_equal(g->excluded_no_rate, p->no_rate);
  assert_int_equal(g->values[KPI_ON_TIME_COUNT].num, p->on_time);
  assert_int_equal(g->values[KPI_ON_TIME_COUNT].den, p->due);
  assert_int_equal(g->values[KPI_ATR].num, rounded(p->atr));
  assert_int_equal(g->values[KPI_FINAL].num, rounded(p->retained));
  assert_int_equal(g->values[KPI_ON_TIME_MONEY].num, rounded(p->on_time_money));
  assert_int_equal(g->values[KPI_IN_QUARTER].num, rounded(p->in_quarter));
  assert_int_equal(g->values[KPI_NET].num, rounded(p->won));
}

static struct kpi_query random_query(uint64_t seed, enum kpi_by by) {
  struct kpi_query q = quarter_query(day(2026, 2, 1));
  q.calendar.first_month = 1 + (int)(seed % 3);
  q.period = period_of(&q.calendar, seed % 2 ? PERIOD_QUARTER : PERIOD_YEAR, day(2026, 5, 1));
  q.as_of = q.period.last - 20 + (day_t)(seed % 5) * 10;
  q.grace_days = (int)(seed % 3);
  q.by = by;
  q.threads = 2;
  return q;
}

static void figures_equal_a_plain_calculation(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    struct book *b = random_book(seed, FEW);
    struct kpi_query q = random_query(seed, KPI_BY_REP);
    struct kpi_result res = compute(b, &q, arena);
    struct plain all = plain_of(b, &q, -1);
    check_plain(&all, &res.total);
    assert_true(all.booked > 20 && all.no_rate > 0 && all.person > 0);
    assert_int_equal(res.n_groups, 9);
    for (size_t g = 0; g < res.n_groups; g++) {
      struct plain p = plain_of(b, &q, (int)res.groups[g].key);
      check_plain(&p, &res.groups[g]);
    }
    book_free(b);
    arena_reset(arena);
  }
}

static void same_bits_with_any_number_of_threads(void **state) {
  (void)state;
  struct book *b = random_book(77, MANY);
  struct kpi_query q = random_query(78, KPI_BY_ACCOUNT); /* a year */
  q.threads = 1;
  struct kpi_result one = compute(b, &q, arena);
  for (int threads = 2; threads <= 5; threads++) {
    q.threads = threads;
    struct kpi_result many = compute(b, &q, arena);
    assert_int_equal(many.n_groups, one.n_groups);
    assert_memory_equal(many.total.values, one.total.values, sizeof one.total.values);
    for (size_t g = 0; g < one.n_groups; g++) {
      assert_memory_equal(many.groups[g].values, one.groups[g].values, sizeof one.groups[g].values);
    }
  }
  book_free(b);
  arena_reset(arena);
}

static bool of_the_base(enum kpi_id id) { return id == KPI_GRR || id == KPI_NRR || (id >= KPI_ARR_OPENING && id <= KPI_ARR_CLOSING); }

/* The rows of one side of one figure: their number and their exact sum. */
static void check_side(const struct book *b, const struct kpi_query *q, const struct kpi_group *g, enum kpi_id id, char side) {
  struct kpi_row *rows = NULL;
  size_t n = 0;
  const struct kpi_value *v = &g->values[id];
  day_t first = q->period.first;
  if (g->key != UINT32_MAX && q->by == KPI_BY_MONTH) {
    struct period p = period_of(&q->calendar, PERIOD_MONTH, q->period.first);
    for (uint32_t k = 0; k < g->key; k++) {
      p = period_next(&q->calendar, &p);
    }
    first = p.first > first ? p.first : first;
  }
  assert_int_equal(kpi_rows(b, q, id, side, g->key, arena, &rows, &n, NULL), OK);
  assert_int_equal(n, side == 'n' ? v->rows_num : v->rows_den);
  __int128 sum = 0;
  int64_t count = 0, converted = 0;
  for (size_t i = 0; i < n; i++) {
    converted += rows[i].converted;
    uint32_t line = rows[i].line;
    count += rows[i].amount;
    sum += exact_of(b, b->lines.currency[line], rows[i].amount, of_the_base(id) ? first : b->lines.end[line]);
  }
  int64_t figure = side == 'n' ? v->num : v->den;
  if (id == KPI_LOGO || id == KPI_STALE || id == KPI_SLIP || (id == KPI_GROSS && side == 'n')) {
    assert_true(id != KPI_GROSS ? figure <= count : figure <= rounded(sum)); /* capped or distinct: never more than the rows */
  } else if (kpi_def_of(id)->unit == KPI_UNIT_COUNT_RATE) {
    assert_int_equal(figure, count);
  } else if (of_the_base(id)) {
    /* running sums are rounded, so that the parts add up; a line's share is rounded by itself */
    int64_t apart = figure - converted, most = 2 + (int64_t)n / 2;
    assert_true(apart >= -most && apart <= most);
  } else {
    assert_int_equal(figure, rounded(sum));
  }
}

static void rows_add_up_to_their_figure(void **state) {
  (void)state;
  static const enum kpi_by dims[] = {KPI_BY_NONE, KPI_BY_TEAM, KPI_BY_REGION, KPI_BY_FAMILY, KPI_BY_PARTNER, KPI_BY_MODEL, KPI_BY_CURRENCY, KPI_BY_MONTH};
  for (uint64_t seed = 0; seed < sizeof dims / sizeof dims[0]; seed++) {
    struct book *b = random_book(seed + 100, FEW);
    struct kpi_query q = random_query(seed, dims[seed]);
    struct kpi_result res = compute(b, &q, arena);
    assert_true(dims[seed] == KPI_BY_NONE || res.n_groups >= 2);
    for (size_t g = 0; g <= res.n_groups; g++) {
      const struct kpi_group *x = g < res.n_groups ? &res.groups[g] : &res.total;
      struct kpi_row *rows = NULL;
      size_t n = 0;
      for (int id = 0; id < KPI_COUNT; id++) {
        check_side(b, &q, x, (enum kpi_id)id, 'n');
        if (kpi_def_of((enum kpi_id)id)->unit != KPI_UNIT_MONEY) {
          check_side(b, &q, x, (enum kpi_id)id, 'd');
        }
      }
      assert_int_equal(kpi_rows(b, &q, KPI_ATR, 'x', x->key, arena, &rows, &n, NULL), OK);
      assert_int_equal(n, x->excluded_person + x->excluded_no_rate);
      assert_int_equal(kpi_rows(b, &q, KPI_ATR, 'a', x->key, arena, &rows, &n, NULL), OK);
      assert_int_equal(n, x->values[KPI_ASSUMED].num);
    }
    book_free(b);
    arena_reset(arena);
  }
}

/* Kept totals are the computed ones, for the same question only, also across an edit, and not for a past book. */
static void kept_totals_are_the_computed(void **state) {
  (void)state;
  struct book *b = random_book(7, FEW), *fork = book_fork(b);
  uint8_t some[64] = {0};
  assert_non_null(fork);
  assert_true(b->reps.n < sizeof some);
  some[1] = 1;
  for (int round = 0; round < 60; round++) { /* more questions than are kept, each asked again later */
    struct kpi_query q = random_query((uint64_t)(round % 30), KPI_BY_NONE);
    struct kpi_result want, got;
    q.reps = round % 3 == 0 ? some : NULL;
    const struct book *of = round % 2 == 0 ? b : fork;
    assert_int_equal(kpi_compute(of, &q, arena, &want, NULL), OK);
    assert_int_equal(kpi_kept(of, &q, arena, &got, NULL), OK);
    assert_memory_equal(want.total.values, got.total.values, sizeof want.total.values);
    assert_true(want.total.due == got.total.due && want.total.assumed == got.total.assumed && want.n_parts == got.n_parts);
    assert_int_equal(kpi_kept(of, &q, arena, &got, NULL), OK);
    assert_memory_equal(want.total.values, got.total.values, sizeof want.total.values);
    for (size_t i = 0; i < want.n_parts; i++) {
      assert_true(want.parts[i].currency == got.parts[i].currency && want.parts[i].atr == got.parts[i].atr && want.parts[i].won == got.parts[i].won);
    }
  }
  for (int by = KPI_BY_NONE; by < KPI_BY_COUNT; by++) { /* split, and less asked for */
    for (int round = 0; round < 4; round++) {
      struct kpi_query q = random_query((uint64_t)by, (enum kpi_by)by);
      struct kpi_result want, got;
      q.lines_only = round / 2 != 0;
      q.due_only = round / 2 != 0;
      assert_int_equal(kpi_compute(b, &q, arena, &want, NULL), OK);
      assert_int_equal(kpi_kept(fork, &q, arena, &got, NULL), OK);
      assert_int_equal(want.n_groups, got.n_groups);
      for (size_t i = 0; i < want.n_groups; i++) {
        assert_true(want.groups[i].key == got.groups[i].key && str_eq(want.groups[i].name, got.groups[i].name) && want.groups[i].due == got.groups[i].due);
        assert_memory_equal(want.groups[i].values, got.groups[i].values, sizeof want.groups[i].values);
      }
    }
  }
  book_free(fork);
  book_free(b);
  arena_reset(arena);
}

static void identities_hold_to_the_cent(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    struct book *b = random_book(seed + 500, FEW);
    struct kpi_query q = random_query(seed, seed % 2 ? KPI_BY_ACCOUNT : KPI_BY_QUARTER);
    struct kpi_result res = compute(b, &q, arena);
    for (size_t g = 0; g <= res.n_groups; g++) {
      const struct kpi_value *v = g < res.n_groups ? res.groups[g].values : res.total.values;
      assert_int_equal(v[KPI_ARR_CLOSING].num, v[KPI_ARR_OPENING].num + v[KPI_NEW].num + v[KPI_RESURRECTION].num + v[KPI_EXPANSION].num -
                                                   v[KPI_CONTRACTION].num - v[KPI_CHURN].num);
      assert_int_equal(v[KPI_EXPANSION].num, v[KPI_EXPANSION_QUANTITY].num + v[KPI_EXPANSION_PRICE].num + v[KPI_EXPANSION_ADD_ON].num);
      assert_int_equal(v[KPI_CONTRACTION].num, v[KPI_CONTRACTION_QUANTITY].num + v[KPI_CONTRACTION_PRICE].num + v[KPI_CONTRACTION_ITEM_REMOVAL].num);
      assert_true(v[KPI_CONTRACTION_QUANTITY].num >= 0 && v[KPI_EXPANSION_PRICE].num >= 0 && v[KPI_EXPANSION_ADD_ON].num >= 0);
      assert_int_equal(v[KPI_GRR].num, v[KPI_ARR_OPENING].num - v[KPI_CONTRACTION].num - v[KPI_CHURN].num);
      assert_true(v[KPI_GROSS].num <= v[KPI_GROSS].den);
      assert_true(v[KPI_FINAL].num <= v[KPI_GROSS].num); /* a line's own cap is the tighter one */
      assert_true(v[KPI_STALE].num <= v[KPI_STALE].den && v[KPI_STALE].den == v[KPI_SLIP].den && v[KPI_SLIP].num <= v[KPI_SLIP].rows_num);
      assert_int_equal(v[KPI_RESOLUTION].den, v[KPI_ATR].num);
      assert_int_equal(v[KPI_CONVERSION].num, v[KPI_NET].num);
      int64_t bands = 0;
      for (int band = 0; band < BAND_COUNT; band++) {
        bands += v[KPI_BAND_COUNT + band].num;
      }
      assert_int_equal(bands, v[KPI_FINAL].rows_num);
      assert_int_equal(v[KPI_FINAL].rows_num, v[KPI_IN_QUARTER].rows_num + v[KPI_TRAILING].rows_num);
    }
    book_free(b);
    arena_reset(arena);
  }
}

static void rollup_equals_the_kpis_of_each_quarter(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    struct book *b = random_book(seed + 900, seed == 4 ? MANY : FEW);
    struct kpi_query q = random_query(seed, KPI_BY_REP);
    struct kpi_cell *cells = NULL;
    uint32_t groups = 0, quarters = 0;
    struct period p = period_of(&q.calendar, PERIOD_QUARTER, day(2025, 10, 1)), last = period_of(&q.calendar, PERIOD_QUARTER, day(2027, 1, 10));
    q.threads = (int)seed;
    assert_int_equal(kpi_rollup(b, &q, p.first, last.last, arena, &cells, &groups, &quarters, NULL), OK);
    assert_int_equal(groups, ACCOUNTS + 1);
    for (uint32_t k = 0; k < quarters; k++, p = period_next(&q.calendar, &p)) {
      q.period = p;
      struct kpi_result res = compute(b, &q, arena);
      for (size_t g = 0; g < res.n_groups; g++) {
        const struct kpi_cell *c = &cells[res.groups[g].key * quarters + k];
        const struct kpi_value *v = res.groups[g].values;
        assert_int_equal(c->due, res.groups[g].due);
        assert_int_equal(c->booked, res.groups[g].booked);
        assert_int_equal(c->on_time, v[KPI_ON_TIME_COUNT].num);
        assert_int_equal(c->atr, v[KPI_ATR].num);
        assert_int_equal(c->won, v[KPI_NET].num);
        assert_int_equal(c->retained, v[KPI_FINAL].num);
        assert_int_equal(c->retained_on_time, v[KPI_ON_TIME_MONEY].num);
      }
    }
    assert_int_equal(p.first, last.last + 1);
    book_free(b);
    arena_reset(arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_equal_a_plain_calculation), cmocka_unit_test(same_bits_with_any_number_of_threads), cmocka_unit_test(rows_add_up_to_their_figure),
      cmocka_unit_test(kept_totals_are_the_computed), cmocka_unit_test(identities_hold_to_the_cent), cmocka_unit_test(rollup_equals_the_kpis_of_each_quarter),
  };
  return group_run_tests(tests, begin, end);
}

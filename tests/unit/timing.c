/* When renewals close: Kaplan and Meier's curve of published data, the two ends that add up, chances worked by hand. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "insight/timing.h"

/* Days until death, negative when only seen alive: 228 patients of the North Central Cancer Treatment Group (Loprinzi and others 1994), 165 deaths. */
static const int lung[] = {
    5, 11, 11, 11, 12, 13, 13, 15, 26, 30, 31, 53, 53, 54, 59, 60, 60, 61, 62, 65, 65, 71, 79, 81, 81, 88, 88, -92, 92, 93, 95, 95, -105, 105, 107, 107, 110,
    116, 118, 122, 131, 132, 132, 135, 142, 144, 145, 145, 147, 153, 156, 156, 163, 163, 163, 166, 166, 167, 170, -173, -174, -175, 175, 176, -177, 177, 179,
    179, 180, 181, 181, 182, 183, -185, 186, -188, 189, -191, -192, 194, -196, -197, 197, 199, 201, 201, -202, 202, -203, 207, 208, 210, -211, 212, 218, -221,
    -222, 222, 223, -224, -225, -225, 226, 229, 230, -235, -237, 239, 239, -240, -243, 245, 246, -252, -259, -266, 267, 268, -269, 269, 270, -272, -276, -279,
    283, -284, 284, 285, 285, 286, 288, 291, -292, -292, 293, -296, -300, -301, 301, -303, 303, 305, 306, 310, 310, -315, 320, 329, -332, 337, 340, 345, 348,
    350, 351, 353, 353, -356, 361, 363, 363, -364, 364, 371, 371, -376, -382, -384, 387, 390, 394, -404, -413, 426, 428, 429, 433, 442, -444, 444, 450, 455,
    457, -458, 460, 473, 477, -511, -511, 519, 520, 524, 524, -529, 533, -543, 550, -551, 558, -559, 567, 574, 583, -588, 613, 624, 641, 643, 654, 655, 687,
    689, 705, 707, 728, 731, 735, -740, 765, 791, -806, 814, -821, -840, 883, -965, -1010, -1022};
enum { PATIENTS = sizeof lung / sizeof lung[0], LAST = 1022 };

static void near(double is, double should, double tolerance) {
  if (!(fabs(is - should) <= tolerance)) {
    fail_msg("%.12g instead of %.12g", is, should);
  }
}

static void patients(struct timing_row rows[PATIENTS], int days) {
  for (int i = 0; i < PATIENTS; i++) {
    int day = abs(lung[i]);
    rows[i] = (struct timing_row){(day + days - 1) / days, lung[i] > 0 ? TIMING_LOST : TIMING_OPEN, 1};
  }
}

/* Kaplan and Meier, straight from the definition. */
static double km(const struct timing_row *rows, int day, double *ret_greenwood) {
  double s = 1, g = 0;
  for (int t = 0; t <= day; t++) {
    double at_risk = 0, died = 0;
    for (int i = 0; i < PATIENTS; i++) {
      at_risk += rows[i].day >= t;
      died += rows[i].day == t && rows[i].kind == TIMING_LOST;
    }
    if (died > 0) {
      s *= 1 - died / at_risk;
      g += died / (at_risk * (at_risk - died));
    }
  }
  *ret_greenwood = g;
  return s;
}

static double at_risk[LAST + 1], renewed[LAST + 1], lost[LAST + 1], open_[LAST + 1], cif_r[LAST + 1], cif_l[LAST + 1];
static int daily[LAST + 2];

static void hazards(const struct timing_row *rows, size_t n, const int *edge, size_t buckets) {
  timing_count(rows, n, edge, buckets, at_risk, renewed, lost);
  for (size_t j = 0; j < buckets; j++) {
    lost[j] = at_risk[j] > 0 ? lost[j] / at_risk[j] : 0;
    renewed[j] = at_risk[j] > 0 ? renewed[j] / at_risk[j] : 0;
  }
  timing_incidence(renewed, lost, buckets, open_, cif_r, cif_l);
}

static void published_survival(void **state) {
  (void)state;
  struct timing_row rows[PATIENTS];
  patients(rows, 1);
  for (int d = 0; d <= LAST + 1; d++) {
    daily[d] = d - 1;
  }
  hazards(rows, PATIENTS, daily, LAST + 1); /* bucket d holds day d */
  int median = 0, low = 0, high = 0;
  for (int d = 0; d <= LAST; d++) {
    double g = 0, s = km(rows, d, &g), half = 1.959963984540054 * sqrt(g);
    assert_true(fabs(open_[d] - s) < 1e-14);
    median = median == 0 && s <= .5 ? d : median;
    low = low == 0 && s * exp(-half) <= .5 ? d : low;
    high = high == 0 && s * exp(half) <= .5 ? d : high;
  }
  assert_int_equal(median, 310);
  assert_int_equal(low, 285);
  assert_int_equal(high, 363);
}

static void published_survival_by_month(void **state) {
  (void)state;
  struct timing_row rows[PATIENTS];
  patients(rows, 30);
  hazards(rows, PATIENTS, daily, 36);
  near(open_[3], .8815789474, 1e-9);
  near(open_[6], .7224774900, 1e-9);
  near(open_[12], .4404748766, 1e-9);
}

/* Ten renewals: two early, three on the day's week, one late, two lost, two open. */
static const struct timing_row ten[] = {{-40, TIMING_RENEWED, 1}, {-40, TIMING_RENEWED, 1}, {-3, TIMING_RENEWED, 1}, {0, TIMING_RENEWED, 1}, {-6, TIMING_RENEWED, 1},
                                        {20, TIMING_RENEWED, 1}, {5, TIMING_LOST, 1}, {180, TIMING_LOST, 1}, {-20, TIMING_OPEN, 1}, {60, TIMING_OPEN, 1}};

static void ten_on_paper(void **state) {
  (void)state;
  struct timing_curve c = {0};
  double n = 0;
  assert_int_equal(timing_fit(ten, 10, NULL, &c, NULL), OK);
  near(c.rows, 10, 0);
  /* (-45, -30]: 10 open, 2 renewed. (-21, -14]: one is seen no longer. (-7, 0]: 7 open, 3 renewed. (0, 7]: 4 open, 1 lost. (14, 21]: 3 open, 1 renewed.
   * (45, 60]: one is seen no longer. (170, 190]: 1 open, 1 lost. Renewed in all: .2 + .8 × 3/7 + .8 × 4/7 × 3/4 × 1/3. */
  double all = .2 + .8 * 3 / 7 + .8 * 4 / 7 * .75 / 3;
  near(timing_renewed(&c, -30), .2 / all, 1e-12);
  near(timing_renewed(&c, 0), (.2 + .8 * 3 / 7) / all, 1e-12);
  near(timing_renewed(&c, 21), 1, 1e-12);
  near(timing_renewed(&c, 540), 1, 0);
  near(timing_renewed(&c, -7 + 1) - timing_renewed(&c, -7), .8 * 3 / 7 / 7 / all, 1e-12); /* days of a bucket are alike */
  /* Of four open after the due date one is lost, then one of three is renewed. */
  near(timing_recovery(&c, 0, 21, &n), .75 / 3, 1e-12);
  near(n, 4, 0);
  near(timing_recovery(&c, 0, 0, &n), 0, 0);
  near(timing_recovery(&c, 0, 14, &n), 0, 0);
  double f0 = (.2 + .8 * 3 / 7) / all, g0 = 0, p = .7;
  near(timing_by(&c, p, 0, 21), p * (1 - f0) / (1 - p * f0 - (1 - p) * g0), 1e-12);
  near(timing_by(&c, p, -365, 0), p * f0, 1e-12);
}

/* What is renewed, lost and open adds up, for any chance and day. */
static void ends_add_up(void **state) {
  (void)state;
  struct timing_curve fitted = {0};
  assert_int_equal(timing_fit(ten, 10, timing_default(), &fitted, NULL), OK);
  const struct timing_curve *both[] = {timing_default(), &fitted};
  for (int k = 0; k < 2; k++) {
    const struct timing_curve *c = both[k];
    double open[TIMING_MAX], r[TIMING_MAX], l[TIMING_MAX];
    timing_incidence(c->h_renewed, c->h_lost, c->n, open, r, l);
    for (unsigned j = 0; j < c->n; j++) {
      near(open[j] + r[j] + l[j], 1, 1e-12);
    }
    for (double p = 0; p <= 1; p += .125) {
      for (int from = -400; from < 300; from += 13) {
        double before = 0;
        for (int by = from; by <= 600; by += 11) {
          double got = timing_by(c, p, from, by);
          assert_true(got >= before - 1e-15 && got <= 1);
          before = got;
          assert_true(got + timing_lost_by(c, p, from, by) <= 1 + 1e-12);
        }
        if (p > 0 && p < 1) {
          near(timing_ever(c, p, from) + timing_lost_by(c, p, from, 1000), 1, 1e-9);
        }
      }
      near(timing_ever(c, p, -366), p, 1e-12);
    }
    assert_true(timing_ever(c, .85, 60) < timing_ever(c, .85, 0)); /* who is late is less likely to come */
    near(timing_by(c, .5, 10, 10), 0, 0);
    near(timing_by(c, .5, 10, 9), 0, 0);
    near(timing_by(c, .5, 5000, 6000), 0, 0);
    near(timing_by(c, 1, -365, 540), 1, 1e-12);
    near(timing_by(c, 0, -365, 540), 0, 0);
  }
}

/* A planted pair of curves comes back from what it made, with a third of the rows cut off while open. */
static void planted_curves_come_back(void **state) {
  (void)state;
  enum { ROWS = 40000 };
  static struct timing_row rows[ROWS];
  const struct timing_curve *truth = timing_default();
  struct random rng = random_seed(5, 0);
  struct timing_curve c = {0};
  for (size_t i = 0; i < ROWS; i++) {
    bool renews = random_unit(&rng) < .85;
    const double *y = renews ? truth->renewed : truth->lost;
    double u = random_unit(&rng);
    unsigned j = 0;
    while (j + 1 < truth->n && y[j + 1] <= u) {
      j++;
    }
    rows[i] = (struct timing_row){truth->edge[j + 1], renews ? TIMING_RENEWED : TIMING_LOST, 1};
    int cut = truth->edge[1 + random_below(&rng, truth->n)];
    if (i % 3 == 0 && cut < rows[i].day) {
      rows[i] = (struct timing_row){cut, TIMING_OPEN, 1};
    }
  }
  assert_int_equal(timing_fit(rows, ROWS, NULL, &c, NULL), OK);
  for (unsigned j = 0; j <= c.n; j++) {
    near(c.renewed[j], truth->renewed[j], .01);
    near(c.lost[j], truth->lost[j], .02);
  }
  near(timing_by(&c, .85, 0, 90), timing_by(truth, .85, 0, 90), .02);
}

static void little_data_lean_on_the_prior(void **state) {
  (void)state;
  struct timing_curve c = {0}, none = {0};
  struct err e = {0};
  assert_int_equal(timing_fit(NULL, 0, timing_default(), &none, NULL), OK);
  for (int day = -400; day < 600; day += 7) {
    near(timing_renewed(&none, day), timing_renewed(timing_default(), day), 1e-12);
  }
  near(none.rows, 0, 0);
  assert_int_equal(timing_fit(ten, 3, timing_default(), &c, NULL), OK);
  near(timing_renewed(&c, 0), timing_renewed(timing_default(), 0), .06);
  assert_true(timing_renewed(&c, -30) > timing_renewed(timing_default(), -30));
  assert_int_equal(timing_fit(ten + 6, 4, timing_default(), &c, NULL), OK); /* none renewed */
  assert_true(timing_renewed(&c, 0) > .3);
  c.n = 42;
  assert_int_equal(timing_fit(ten + 6, 4, NULL, &c, &e), ERR_RANGE);
  assert_string_equal(e.text, "Nothing was renewed in these rows: when renewals come cannot be learned from them; use the starting curve");
  struct timing_row bad = {0, TIMING_RENEWED, -1};
  assert_int_equal(timing_fit(&bad, 1, timing_default(), &c, &e), ERR_RANGE);
  bad.weight = NAN;
  assert_int_equal(timing_fit(&bad, 1, timing_default(), &c, &e), ERR_RANGE);
  assert_int_equal(c.n, 42);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_survival),      cmocka_unit_test(published_survival_by_month),   cmocka_unit_test(ten_on_paper),
      cmocka_unit_test(ends_add_up),             cmocka_unit_test(planted_curves_come_back),      cmocka_unit_test(little_data_lean_on_the_prior),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

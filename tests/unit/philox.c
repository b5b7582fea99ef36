/* Published figures: the vectors of Random123, and the Poisson binomial cases of the R packages PoissonBinomial, poibin and GPB. */
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/normal.h"
#include "insight/philox.h"
#include "insight/poisson_binomial.h"

#define NEAR(value, expected, within) assert_true(fabs((double)(value) - (double)(expected)) <= (within))

static void philox(void **state) {
  (void)state;
  static const struct {
    uint32_t counter[4], key[2], expected[4];
  } rows[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < 3; i++) {
    struct philox x = philox_block(rows[i].counter, rows[i].key);
    assert_memory_equal(x.word, rows[i].expected, sizeof x.word);
  }
  const uint32_t counter[4] = {2, 5, 9, 0}, key[2] = {0x89abcdef, 0x01234567};
  struct philox x = philox_block(counter, key);
  assert_true(philox_unit(UINT64_C(0x0123456789abcdef), 9, 5, 11) == (x.word[3] + .5) * 0x1p-32);
  double sum = 0;
  for (uint32_t i = 0; i < 10000; i++) {
    sum += philox_unit(1, 0, 0, i);
  }
  NEAR(sum / 10000, .5, .0116); /* four standard errors */
}

static void poisson_binomial_vignette(void **state) {
  (void)state;
  static const double one[] = {.26550866314209998, .37212389963679016, .57285336335189641, .90820778999477625, .2016819310374558,
                               .89838968496769667, .94467526860535145, .66079779248684645, .62911404389888048, .061786270467564464};
  static const int times[] = {3, 1, 5, 5, 10, 6, 10, 7, 9, 5};
  double p[61], pmf[62], sum = 0, mean = 0, square = 0, below = 0, expected = 0, variance = 0;
  size_t n = 0;
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < times[i]; k++) {
      expected += one[i];
      variance += one[i] * (1 - one[i]);
      p[n++] = one[i];
    }
  }
  assert_int_equal(n, 61);
  poisson_binomial(p, n, pmf);
  NEAR(pmf[0] / 3.574462e-35, 1, 1e-6);
  NEAR(pmf[30] / 1.824629e-02, 1, 1e-6);
  NEAR(pmf[36] / 1.319896e-01, 1, 1e-6);
  NEAR(pmf[61] / 6.727527e-21, 1, 1e-6);
  for (size_t k = 0; k <= n; k++) {
    sum += pmf[k];
    mean += (double)k * pmf[k];
    below += k <= 36 ? pmf[k] : 0;
  }
  for (size_t k = 0; k <= n; k++) {
    square += ((double)k - mean) * ((double)k - mean) * pmf[k];
  }
  NEAR(below / 5.606280e-01, 1, 1e-6);
  NEAR(sum, 1, 1e-12);
  NEAR(mean, expected, 1e-11);
  NEAR(square, variance, 1e-11);
}

static void poisson_binomial_poibin(void **state) {
  (void)state;
  static const double p[] = {.1, .1, .2, .2, .3, .3, .4, .4, .5, .5}, cdf[] = {.02286144, .13517280, .37211652, .65383500, .86212984};
  double pmf[11], sum = 0;
  poisson_binomial(p, 10, pmf);
  for (size_t k = 0; k < 5; k++) {
    sum += pmf[k];
    NEAR(sum, cdf[k], 1e-10);
  }
  static const double sure[] = {1, 0, 1, 0, 0};
  poisson_binomial(sure, 5, pmf);
  for (size_t k = 0; k <= 5; k++) {
    assert_true(pmf[k] == (k == 2));
  }
}

static void poisson_binomial_general(void **state) {
  (void)state;
  static const double p[] = {.1, .2, .2, .3, .3}, expected[] = {.282240, .273280, .078720, .146880, .136640, .039360, .020520, .017080, .004920, .000360};
  static const uint32_t low[] = {1, 0, 0, 0, 0}, high[] = {2, 3, 3, 1, 1};
  double pmf[10];
  poisson_binomial_sums(p, low, high, 5, pmf);
  for (size_t k = 0; k < 10; k++) {
    NEAR(pmf[k], expected[k], 1e-9);
  }
}

/* Figures of Python's statistics.NormalDist and of erfc. */
static void normal(void **state) {
  (void)state;
  NEAR(normal_quantile(.975), 1.959963984540054, 1e-14);
  NEAR(normal_quantile(1e-9), -5.997807015007686, 1e-13);
  NEAR(normal_below(-1.959963984540054), .025, 1e-15);
  NEAR(normal_below(-8) / 6.220960574271785e-16, 1, 1e-12);
  NEAR(normal_density(1), .24197072451914337, 1e-16);
  for (int i = 1; i < 1000; i++) {
    NEAR(normal_below(normal_quantile(i / 1000.)), i / 1000., 1e-14);
  }
  assert_true(normal_quantile(0) == -INFINITY && normal_quantile(1) == INFINITY && isnan(normal_quantile(1.5)) && isnan(normal_quantile(NAN)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox),
      cmocka_unit_test(poisson_binomial_vignette),
      cmocka_unit_test(poisson_binomial_poibin),
      cmocka_unit_test(poisson_binomial_general),
      cmocka_unit_test(normal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Renewals made before, from chains of terms: worked on paper, and many alike lines that must not mix. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "insight/tenure.h"

enum { DAY_0 = 18000, YEAR = 365, ANN = 1, BOB = 2, GATE = 1, GATE_2 = 2, SWITCH = 3, RENEWED = OUTCOME_RENEWED, LOST = OUTCOME_LOST, OPEN = OUTCOME_OPEN };

static struct book_line line(uint32_t account, uint32_t contract, uint32_t product, int start, int days, int outcome) {
  return (struct book_line){.account = account, .contract = contract, .product = product, .start = DAY_0 + start, .end = DAY_0 + start + days - 1, .quantity = 1,
                            .booked = DAY_NONE, .known = DAY_0, .outcome_known = DAY_NONE, .outcome_evidence = (uint8_t)outcome};
}

static struct book *book_of(struct book_line *rows, size_t n) {
  static struct str family[] = {{"", 0}, {"gates", 5}, {"gates", 5}, {NULL, 0}};
  struct book *b = book_new();
  assert_non_null(b);
  for (size_t i = 0; i < n; i++) {
    rows[i].id = (uint32_t)i + 1;
  }
  assert_int_equal(book_alloc_dict(b, &b->accounts, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->products, 3), OK);
  b->product_family = family;
  assert_int_equal(book_set_lines(b, rows, n), OK);
  return b;
}

/* Of the line with an id. */
static uint8_t tenure_at(const struct book *b, uint32_t id) {
  const uint8_t *t = tenure_of_lines(b);
  assert_non_null(t);
  for (size_t i = 0; i < b->lines.n; i++) {
    if (b->lines.id[i] == id) {
      return t[i];
    }
  }
  fail();
  return 0;
}

static void chains_on_paper(void **state) {
  (void)state;
  struct book_line rows[] = {
      line(ANN, 1, GATE, 0, YEAR, RENEWED),                  /* 1: running when the book begins */
      line(ANN, 1, GATE, YEAR, YEAR, RENEWED),               /* 2: its second term */
      line(ANN, 2, GATE_2, 2 * YEAR + 40, YEAR, OPEN),       /* 3: the replacement, forty days late */
      line(ANN, 3, SWITCH, 500, YEAR, LOST),                 /* 4: bought later */
      line(ANN, 4, SWITCH, 500 + YEAR + 10, YEAR, OPEN),     /* 5: bought again; nothing renewed it */
      line(BOB, 5, GATE, 600, YEAR, RENEWED),                /* 6: another customer's */
      line(BOB, 5, GATE, 600 + YEAR, YEAR, OPEN),            /* 7 */
      line(BOB, 6, GATE, 600 + YEAR + 3, YEAR, OPEN),        /* 8: one more unit: 6 had one only */
      line(BOB, 7, SWITCH, 700, YEAR, RENEWED),              /* 9 */
      line(BOB, 8, SWITCH, 700 + 2 * YEAR + 20, YEAR, OPEN), /* 10: more than a year after the end of 9 */
      line(BOB, 9, SWITCH, 700 + YEAR - 182, YEAR, OPEN),    /* 11: too early */
      line(BOB, 9, SWITCH, 700 + YEAR - 181, YEAR + 1, OPEN), /* 12: early enough */
  };
  static const uint8_t should[] = {TENURE_UNKNOWN, TENURE_UNKNOWN | 1, TENURE_UNKNOWN | 2, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  struct book *b = book_of(rows, sizeof rows / sizeof rows[0]);
  for (uint32_t i = 0; i < sizeof should; i++) {
    if (tenure_at(b, i + 1) != should[i]) {
      fail_msg("line %u: %u instead of %u", i + 1, tenure_at(b, i + 1), should[i]);
    }
  }
  assert_ptr_equal(tenure_of_lines(b), tenure_of_lines(b));
  struct book *fork = book_fork(b);
  assert_ptr_equal(tenure_of_lines(fork), tenure_of_lines(b));
  book_free(fork);
  book_free(b);
}

/* Units: four renewed by two lines of two each; a third finds nothing left. */
static void units_are_used_up(void **state) {
  (void)state;
  struct book_line rows[] = {line(ANN, 1, GATE, 400, YEAR, RENEWED), line(ANN, 1, GATE, 400 + YEAR, YEAR, OPEN), line(ANN, 1, GATE, 400 + YEAR, YEAR, OPEN),
                             line(ANN, 2, GATE, 400 + YEAR, YEAR, OPEN), line(BOB, 3, GATE, 0, 10, LOST)};
  rows[0].quantity = 4;
  rows[1].quantity = rows[2].quantity = rows[3].quantity = 2;
  struct book *b = book_of(rows, 5);
  assert_int_equal(tenure_at(b, 1), 0);
  assert_int_equal(tenure_at(b, 2), 1);
  assert_int_equal(tenure_at(b, 3), 1);
  assert_int_equal(tenure_at(b, 4), 0);
  book_free(b);
}

/* One customer with thousands of equal lines: every term finds one of the term before, quickly. */
static void many_alike(void **state) {
  (void)state;
  enum { UNITS = 20000, TERMS = 5 };
  static struct book_line rows[UNITS * TERMS + 1];
  for (int t = 0; t < TERMS; t++) {
    for (int u = 0; u < UNITS; u++) {
      rows[t * UNITS + u] = line(ANN, 1, GATE, 900 + t * YEAR, YEAR, t + 1 < TERMS ? RENEWED : OPEN);
    }
  }
  rows[UNITS * TERMS] = line(BOB, 2, GATE, 0, 30, LOST);
  struct book *b = book_of(rows, UNITS * TERMS + 1);
  b->lines.end[0] = DAY_0; /* the book begins long before */
  const uint8_t *t = tenure_of_lines(b);
  for (size_t i = 0; i < b->lines.n; i++) {
    int term = (b->lines.start[i] - DAY_0 - 900) / YEAR;
    assert_int_equal(tenure_seen(t[i]), b->lines.account[i] == BOB ? 0 : term);
  }
  book_free(b);
}

static void empty_and_out_of_memory(void **state) {
  (void)state;
  struct book *b = book_of(NULL, 0);
  assert_non_null(tenure_of_lines(b));
  book_free(b);
  struct book_line one = line(ANN, 1, GATE, 0, YEAR, OPEN);
  b = book_of(&one, 1);
  for (uint64_t k = 1; k <= 4; k++) {
    mem_fail_at(k, 0);
    assert_null(tenure_of_lines(b));
  }
  mem_fail_at(0, 0);
  assert_non_null(tenure_of_lines(b));
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(chains_on_paper), cmocka_unit_test(units_are_used_up), cmocka_unit_test(many_alike),
                                     cmocka_unit_test(empty_and_out_of_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

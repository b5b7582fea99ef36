/* Rows of a file against known terms. Days are small numbers here: 1..365 is the first year. */
#include "app/import_match.h"
#include <setjmp.h>
#include <cmocka.h>

enum { MAX = 8 };
static struct file_lines lines;
static struct file_line row[MAX];
static struct known_line known[MAX];
static struct match_input in;
static const int64_t contract_id[] = {7}, product_id[] = {3};
static uint32_t order[MAX];
static struct match got[MAX];
static char no_texts[4];

static int setup(void **state)
{
  (void)state;
  lines = (struct file_lines){.line = row, .pool = no_texts};
  in = (struct match_input){.lines = &lines, .contract_id = contract_id, .product_id = product_id, .known = known};
  return 0;
}

static void add_row(uint64_t base, int identity, day_t start, day_t end, int64_t net)
{
  row[lines.n++] = (struct file_line){.base = base, .identity = (uint8_t)identity, .start = start, .end = end, .net = net, .quantity = 1, .outcome = -1,
                                      .booked = DAY_NONE, .renewed_on = DAY_NONE};
}

static void add_known(uint64_t key, day_t start, day_t end, int64_t net)
{
  known[in.n_known++] = (struct known_line){.id = (int64_t)in.n_known, .contract_id = 7, .product_id = 3, .line_key = key, .start = start, .end = end, .net = net,
                                            .quantity = 1, .outcome = -1, .booked = DAY_NONE, .renewed_on = DAY_NONE};
}

static void run(void)
{
  assert_int_equal(match_lines(&in, order, got), OK);
}

static void first_file(void **state)
{
  (void)state;
  add_row(5, IDENTITY_PRODUCT, 366, 730, 100);
  add_row(5, IDENTITY_PRODUCT, 1, 365, 100);
  add_row(5, IDENTITY_PRODUCT, 1, 365, 90); /* a second item of the same product */
  run();
  assert_int_equal(got[1].action, MATCH_NEW);
  assert_false(got[1].extends);
  assert_true(got[0].extends);               /* the later term of the first */
  assert_int_equal(got[0].line_key, got[1].line_key);
  assert_int_not_equal(got[2].line_key, got[1].line_key);
  assert_int_equal(order[0], 1);             /* written in order of time */
  assert_int_equal(order[2], 0);
}

static void the_same_again(void **state)
{
  (void)state;
  add_known(5, 1, 365, 100);
  add_row(5, IDENTITY_PRODUCT, 1, 365, 100);
  run();
  assert_int_equal(got[0].action, MATCH_SAME);
  row[0].net = 120;
  run();
  assert_int_equal(got[0].action, MATCH_CHANGED);
  assert_int_equal(got[0].known, 0);
  in.late = true; /* an older snapshot that comes late */
  run();
  assert_int_equal(got[0].action, MATCH_OLDER);
}

static void later_end_is_a_new_term(void **state)
{
  (void)state;
  add_known(5, 1, 365, 100);
  add_row(5, IDENTITY_LINE, 1, 730, 110); /* the ERP overwrote the end date */
  run();
  assert_int_equal(got[0].action, MATCH_NEW);
  assert_true(got[0].extends);
  assert_int_equal(got[0].start, 366);
  assert_int_equal(got[0].line_key, 5);
  row[0].start = 400; /* or began a new term after a gap */
  run();
  assert_int_equal(got[0].action, MATCH_NEW);
  assert_true(got[0].extends);
  assert_int_equal(got[0].start, 400);
}

static void cut_terms_are_known_again(void **state)
{
  (void)state;
  add_known(5, 1, 365, 100);
  add_known(5, 366, 730, 110);
  add_row(5, IDENTITY_LINE, 1, 730, 110); /* the same overwritten row in the next snapshot */
  run();
  assert_int_equal(got[0].action, MATCH_SAME);
  assert_int_equal(got[0].known, 1);
}

static void earlier_end_is_for_a_person(void **state)
{
  (void)state;
  add_known(5, 1, 365, 100);
  add_row(5, IDENTITY_LINE, 1, 180, 100);
  run();
  assert_int_equal(got[0].action, MATCH_SHORTER);
  assert_int_equal(got[0].known, 0);
}

static void an_older_term_fills_in(void **state)
{
  (void)state;
  add_known(5, 366, 730, 100);
  add_row(5, IDENTITY_LINE, 1, 365, 90);
  in.late = true;
  run();
  assert_int_equal(got[0].action, MATCH_NEW);
  assert_false(got[0].extends);
  assert_int_equal(got[0].line_key, 5);
}

static void unmapped_fields_say_nothing(void **state)
{
  (void)state;
  add_known(5, 1, 365, 100);
  known[0].quantity = 4;
  add_row(5, IDENTITY_LINE, 1, 365, 100);
  run();
  assert_int_equal(got[0].action, MATCH_SAME);
  in.mapped[FIELD_QUANTITY] = true;
  run();
  assert_int_equal(got[0].action, MATCH_CHANGED);
}

static void amendments_of_one_term(void **state)
{
  (void)state;
  add_known(5, 1, 730, 100);
  add_row(5, IDENTITY_TERM, 1, 730, 100);
  add_row(5, IDENTITY_TERM, 366, 730, 40); /* inside the first: an item of its own */
  run();
  assert_int_equal(got[0].action, MATCH_SAME);
  assert_int_equal(got[1].action, MATCH_NEW);
  assert_false(got[1].extends);
  assert_int_not_equal(got[1].line_key, 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(first_file, setup), cmocka_unit_test_setup(the_same_again, setup), cmocka_unit_test_setup(later_end_is_a_new_term, setup),
    cmocka_unit_test_setup(cut_terms_are_known_again, setup), cmocka_unit_test_setup(earlier_end_is_for_a_person, setup),
    cmocka_unit_test_setup(an_older_term_fills_in, setup), cmocka_unit_test_setup(unmapped_fields_say_nothing, setup),
    cmocka_unit_test_setup(amendments_of_one_term, setup)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "app/import_date.h"
#include <setjmp.h>
#include <cmocka.h>

/* The day a cell means under an order, as ISO text; "" = empty, "?" = not a date, "!" = no such day. */
static const char *read_day(const char *cell, enum date_order order)
{
  static char iso[DAY_ISO_SIZE];
  struct date_cell c;
  day_t d;
  int rc = date_scan(str_of(cell), &c);
  if (rc == OK)
    rc = date_resolve(&c, order, &d);
  return rc == ERR_SYNTAX ? "?" : rc == ERR_RANGE ? "!" : day_iso(d, iso);
}

static void one_meaning(void **state)
{
  (void)state;
  static const char *const same[] = {"2026-01-05", "2026/1/5", "2026.01.05", "2026-01-05T16:21:27Z", "2026-01-05T16:21:27.000+0000", "2026-01-05 16:21",
                                     "20260105", "5 Jan 2026", "Jan 5, 2026", "January 5th, 2026", "5-ene-26", "5 de enero de 2026", "05/janv./2026",
                                     "5 janvier 2026", "5 de janeiro de 2026", "Monday, 5 January 2026", "46027", "46027.75", " 2026-01-05 "};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
    assert_string_equal(read_day(same[i], DATE_ORDER_UNKNOWN), "2026-01-05");
  assert_string_equal(read_day("1er ao\xC3\xBBt 2025", DATE_ORDER_UNKNOWN), "2025-08-01");
  assert_string_equal(read_day("31 dez 2025", DATE_ORDER_UNKNOWN), "2025-12-31");
}

static void order_decides(void **state)
{
  (void)state;
  assert_string_equal(read_day("03/04/2026", DATE_ORDER_DMY), "2026-04-03");
  assert_string_equal(read_day("03/04/2026", DATE_ORDER_MDY), "2026-03-04");
  assert_string_equal(read_day("03/04/2026", DATE_ORDER_UNKNOWN), "?");
  assert_string_equal(read_day("4/4/2026", DATE_ORDER_UNKNOWN), "2026-04-04"); /* no difference */
  assert_string_equal(read_day("31/12/2026", DATE_ORDER_UNKNOWN), "2026-12-31");
  assert_string_equal(read_day("31/12/2026", DATE_ORDER_MDY), "!");            /* never turned round in silence */
  assert_string_equal(read_day("7/11/14 0:00", DATE_ORDER_MDY), "2014-07-11");
  assert_string_equal(read_day("1.2.69", DATE_ORDER_DMY), "2069-02-01");
  assert_string_equal(read_day("1.2.70", DATE_ORDER_DMY), "1970-02-01");
}

static void refused(void **state)
{
  (void)state;
  assert_string_equal(read_day("31/02/2026", DATE_ORDER_DMY), "!");
  assert_string_equal(read_day("2026-02-30", DATE_ORDER_DMY), "!");
  assert_string_equal(read_day("29/02/2025", DATE_ORDER_DMY), "!");
  assert_string_equal(read_day("29/02/2024", DATE_ORDER_DMY), "2024-02-29");
  assert_string_equal(read_day("32/13/2026", DATE_ORDER_DMY), "!");
  assert_string_equal(read_day("0/1/2026", DATE_ORDER_DMY), "!");
  assert_string_equal(read_day("9999-12-31", DATE_ORDER_DMY), "!"); /* a mark for "forever" */
  static const char *const words[] = {"soon", "0", "12", "1/2", "1/2/3/4", "2026-1", "5 foo 2026", "Jan 2026", "1/2/2026x", "Placement Services"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    assert_string_equal(read_day(words[i], DATE_ORDER_DMY), "?");
  static const char *const none[] = {"", " ", "-", "\xE2\x80\x93", "#N/A", "n/a", "NULL"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_string_equal(read_day(none[i], DATE_ORDER_DMY), "");
}

static enum date_order order_of(const char *const *cells, struct date_column *c)
{
  *c = (struct date_column){0};
  for (; *cells; cells++)
    date_column_add(c, str_of(*cells));
  return date_column_order(c);
}

static void column_as_a_whole(void **state)
{
  struct date_column c;
  (void)state;
  assert_int_equal(order_of((const char *const[]){"01/02/2026", "31/12/2026", "05/05/2026", NULL}, &c), DATE_ORDER_DMY);
  assert_int_equal(c.filled, 3);
  assert_int_equal(c.differing, 1);
  assert_string_equal(c.sample, "01/02/2026");
  assert_string_equal(date_rule(&c, DATE_ORDER_DMY), "day/month/year");
  assert_int_equal(order_of((const char *const[]){"01/02/2026", "12/31/2026", NULL}, &c), DATE_ORDER_MDY);
  assert_int_equal(order_of((const char *const[]){"01/02/2026", "03/04/2026", NULL}, &c), DATE_ORDER_UNKNOWN);
  assert_int_equal(order_of((const char *const[]){"31/12/2026", "12/31/2026", NULL}, &c), DATE_ORDER_UNKNOWN); /* even: somebody must say */
  assert_int_equal(order_of((const char *const[]){"31/12/2026", "30/12/2026", "12/31/2026", NULL}, &c), DATE_ORDER_DMY);
  assert_int_equal(order_of((const char *const[]){"2026-01-05", "soon", "", NULL}, &c), DATE_ORDER_UNKNOWN);
  assert_int_equal(c.filled, 2);
  assert_int_equal(c.bad, 1);
  assert_string_equal(date_rule(&c, DATE_ORDER_UNKNOWN), "year-month-day");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_meaning), cmocka_unit_test(order_decides), cmocka_unit_test(refused),
                                     cmocka_unit_test(column_as_a_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

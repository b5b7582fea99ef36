/* Corrections of a file, what a check found, and the text both are kept as; rules of single columns in mappings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/import_found.h"
#include "app/import_mends.h"
#include "app/import_text.h"

static struct arena *a;

static int set_up(void **state)
{
  (void)state;
  a = arena_new(0);
  return a ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  arena_free(a);
  return 0;
}

static void is(struct str s, const char *text)
{
  assert_int_equal(s.n, strlen(text));
  assert_memory_equal(s.p, text, s.n);
}

static void fields_keep_every_byte(void **state)
{
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  fields_add(&b, STR("word"));
  fields_add(&b, STR("a\tb\\c\nd\re"));
  fields_add(&b, STR(""));
  fields_add_i64(&b, -7);
  fields_end(&b);
  fields_add(&b, STR("next"));
  fields_end(&b);
  is(strbuf_str(&b), "word\ta\\tb\\\\c\\nd\\re\t\t-7\nnext\n");
  struct str rest = strbuf_str(&b), line;
  assert_true(fields_line(&rest, &line));
  is(fields_next(a, &line), "word");
  is(fields_next(a, &line), "a\tb\\c\nd\re");
  is(fields_next(a, &line), "");
  assert_int_equal(fields_i64(a, &line), -7);
  is(fields_next(a, &line), "");
  assert_true(fields_line(&rest, &line));
  is(fields_next(a, &line), "next");
  assert_false(fields_line(&rest, &line));
}

static void cells_are_corrected_in_a_copy(void **state)
{
  (void)state;
  struct err e = {0};
  struct import_mends m;
  static const char text[] = "value\t1\tD\\u\tBRL\ncell\t7\t0\tx\ncell\t5\t2\tlater\ncell\t5\t0\tfirst\nvalue\t1\t\tUSD\ncredits\t1\nswapped\tend_date\n";
  assert_int_equal(mends_parse(a, str_of(text), &m, &e), OK);
  assert_true(m.credits && m.swapped[FIELD_END] && !m.swapped[FIELD_START] && mends_any(&m));
  struct cell own[2] = {{STR("one"), CELL_NUMBER}, {STR(" Du "), CELL_TEXT}}, *cells = own;
  size_t n = 2;
  mends_apply(&m, 4, &cells, &n);
  assert_int_equal(n, 2);
  assert_ptr_not_equal(cells, own); /* the value of column 1 was corrected */
  is(cells[1].text, "BRL");
  is(cells[0].text, "one");
  assert_int_equal(cells[0].type, CELL_NUMBER);
  is(own[1].text, " Du ");
  cells = own;
  n = 1; /* a ragged row: column 1 is empty, column 2 is not there */
  mends_apply(&m, 5, &cells, &n);
  assert_int_equal(n, 3);
  is(cells[0].text, "first");
  is(cells[1].text, "USD");
  is(cells[2].text, "later");
  cells = own;
  n = 2;
  own[1].text = STR("EUR");
  mends_apply(&m, 6, &cells, &n);
  assert_ptr_equal(cells, own);
}

static void corrections_come_back_from_their_text(void **state)
{
  (void)state;
  struct err e = {0};
  struct import_mends m = {.sheet = STR("Sheet\t1"), .encoding = STR_NONE, .delimiter = ';'}, back;
  assert_int_equal(mends_add_cell(a, &m, 9, 3, STR("nine")), OK);
  assert_int_equal(mends_add_cell(a, &m, 2, 1, STR("old")), OK);
  assert_int_equal(mends_add_cell(a, &m, 2, 1, STR("new")), OK);
  for (size_t i = 0; i < 40; i++)
    assert_int_equal(mends_add_value(a, &m, (int)i, STR("x"), STR("y")), OK);
  struct str text = mends_text(a, &m);
  assert_non_null(text.p);
  assert_int_equal(mends_parse(a, text, &back, &e), OK);
  assert_int_equal(back.n_cells, 2);
  is(back.cells[0].text, "new");
  assert_int_equal(back.cells[1].row, 9);
  assert_int_equal(back.n_values, 40);
  is(back.sheet, "Sheet\t1");
  assert_int_equal(back.delimiter, ';');
  is(mends_text(a, &back), text.p);
  assert_int_equal(mends_parse(a, STR("cell\t0\t1\tx\n"), &back, &e), ERR_SYNTAX);
  assert_int_equal(mends_parse(a, STR("what\t1\n"), &back, &e), ERR_SYNTAX);
  assert_int_equal(mends_parse(a, STR_NONE, &back, &e), OK);
  assert_false(mends_any(&back));
  for (size_t i = 0; i < MENDS_MOST; i++)
    if (mends_add_cell(a, &m, 100 + i, 0, STR("z")) == ERR_LIMIT) {
      assert_int_equal(i, MENDS_MOST - 42);
      return;
    }
  fail_msg("no end to corrections");
}

static void a_check_comes_back_from_its_text(void **state)
{
  (void)state;
  static const char bad[] = "not a date", worse[] = "no such day", mend[] = "write it";
  struct found_collect c = {.arena = a};
  int column[FIELD_COUNT];
  for (int f = 0; f < FIELD_COUNT; f++)
    column[f] = -1;
  column[FIELD_CONTRACT_NUMBER] = 1;
  column[FIELD_END] = 0;
  for (size_t row = 2; row < 30; row++) {
    struct cell cells[2] = {{row % 2 ? STR("soon") : STR(" later "), CELL_TEXT}, {STR("C\t1"), CELL_TEXT}};
    struct row_trouble t = {.n = 0};
    row_trouble_add(&t, FIELD_END, STR("x"), row == 2 ? worse : bad, mend);
    assert_int_equal(found_problem(&c, row, cells, 2, &t, column), OK);
  }
  struct import_column columns[] = {{.column = STR("Fin")}, {.column = STR("Contrat")}};
  struct import_effect effect = {.currency = 3, .before = -5, .after = 7, .n_before = 1, .n_after = 2};
  struct import_result r = {.rows = 40, .refused = 28, .added = 12, .doubt = DOUBT_CUSTOMERS, .doubted = 3, .doubted_of = 4, .columns = columns, .n_columns = 2,
                            .effects = &effect, .n_effects = 1, .has_effect = true, .as_of = -1};
  struct import_found f;
  assert_int_equal(found_parse(a, found_text(a, &c, &r), &f), OK);
  assert_int_equal(f.r.rows, 40);
  assert_int_equal(f.r.doubt, DOUBT_CUSTOMERS);
  assert_int_equal(f.r.as_of, -1);
  assert_int_equal(f.r.n_effects, 1);
  assert_int_equal(f.r.effects[0].before, -5);
  assert_int_equal(f.n_kinds, 2);
  is(f.kinds[0].why, bad); /* the most frequent first */
  is(f.kinds[0].column_name, "Fin");
  assert_int_equal(f.kinds[0].n, 27);
  assert_int_equal(f.kinds[0].n_rows, FOUND_ROWS);
  assert_int_equal(f.kinds[0].n_values, 2);
  is(f.kinds[0].values[1].text, "later");
  assert_int_equal(f.kinds[0].values[1].n, 13);
  assert_int_equal(f.kinds[0].rows[0].row, 3);
  is(f.kinds[0].rows[0].cells[0], "C\t1");
  is(f.shown_names[0], "contract_number");
  assert_int_equal(found_parse(a, STR("nonsense\n"), &f), ERR_SYNTAX);
}

static void columns_have_rules_and_places(void **state)
{
  (void)state;
  struct err e = {0};
  struct str names[] = {STR("Amount"), STR("Amount"), STR("A|B"), STR("Customer"), STR("Product"), STR("Start"), STR("End")};
  struct table_info info = {.columns = names, .n_columns = 7};
  is(mapping_column(a, &info, 1), "[2]");
  is(mapping_column(a, &info, 2), "[3]");
  is(mapping_column(a, &info, 3), "Customer");
  struct import_mapping m;
  struct import_plan p;
  static const char text[] = "net_amount = [2]\nnet_amount.decimal = ,\nstart_date.date_order = mdy\ncontract_number = [3]\n";
  assert_int_equal(mapping_parse(a, IMPORT_CONTRACTS, str_of(text), "m", &m, &e), OK);
  assert_int_equal(m.decimal_of[FIELD_NET_AMOUNT], ',');
  assert_int_equal(m.order_of[FIELD_START], DATE_ORDER_MDY);
  assert_int_equal(m.date_order, DATE_ORDER_UNKNOWN);
  if (mapping_resolve(IMPORT_CONTRACTS, &info, &m, true, "f", &p, &e) < 0)
    fail_msg("%s", e.text);
  assert_int_equal(p.column[FIELD_NET_AMOUNT], 1);
  assert_int_equal(p.column[FIELD_CONTRACT_NUMBER], 2);
  assert_true(str_contains(mapping_text(a, &p, DATE_ORDER_UNKNOWN, 0), STR("start_date.date_order = mdy\n")));
  enum mapping_why why[FIELD_COUNT];
  struct import_mapping none = {0};
  enum import_field other;
  assert_int_equal(mapping_guess(IMPORT_CONTRACTS, &info, &none, &p, why), OK);
  assert_int_equal(why[FIELD_NET_AMOUNT], WHY_ONE_OF_SEVERAL);
  assert_int_equal(p.column[FIELD_NET_AMOUNT], 0);
  assert_int_equal(why[FIELD_END_USER], WHY_SYNONYM);
  assert_false(mapping_lacks(&p, FIELD_NET_AMOUNT, &other));
  assert_int_equal(mapping_guess(IMPORT_TARGETS, &info, &none, &p, why), OK);
  assert_true(mapping_lacks(&p, FIELD_PERIOD, &other));
  assert_int_equal(mapping_parse(a, IMPORT_CONTRACTS, STR("start_date.decimals = 1\n"), "m", &m, &e), ERR_SYNTAX);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  static const struct CMUnitTest tests[] = {TEST(fields_keep_every_byte), TEST(cells_are_corrected_in_a_copy), TEST(corrections_come_back_from_their_text),
                                            TEST(a_check_comes_back_from_its_text), TEST(columns_have_rules_and_places)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/err.h"
#include "base/utf8.h"
#include <setjmp.h>
#include <cmocka.h>

static void sets_and_prefixes(void **state)
{
  (void)state;
  struct err e = {0};
  assert_int_equal(err_set(&e, ERR_IO, "%s: no such file", "a.csv"), ERR_IO);
  assert_int_equal(e.code, ERR_IO);
  assert_string_equal(e.text, "a.csv: no such file");
  assert_int_equal(err_prefix(&e, "row %d", 7), ERR_IO);
  assert_string_equal(e.text, "row 7: a.csv: no such file");
  /* The old text may be an argument. */
  assert_int_equal(err_set(&e, ERR_FAIL, "import: %s", e.text), ERR_FAIL);
  assert_string_equal(e.text, "import: row 7: a.csv: no such file");
  assert_int_equal(err_set(NULL, ERR_DENIED, "x"), ERR_DENIED);
  assert_int_equal(err_prefix(NULL, "x"), OK);
}

static void cuts_at_a_code_point(void **state)
{
  (void)state;
  char long_text[1200];
  for (size_t i = 0; i + 1 < sizeof long_text; i += 2)
    memcpy(long_text + i, "\xC3\xA9", 2); /* é */
  long_text[sizeof long_text - 2] = 0;
  struct err e = {0};
  err_set(&e, ERR_FAIL, "%s", long_text); /* 999 bytes fit: 499 letters and half a one */
  assert_int_equal(strlen(e.text), 998);
  assert_true(utf8_valid(str_of(e.text)));
  err_prefix(&e, "x");
  assert_int_equal(strlen(e.text), 999); /* "x: " and 498 letters */
  assert_true(utf8_valid(str_of(e.text)));
  err_prefix(&e, "%s", long_text);
  assert_int_equal(strlen(e.text), 998);
  assert_true(utf8_valid(str_of(e.text)));
}

static void every_code_has_a_name(void **state)
{
  (void)state;
  for (int code = ERR_USAGE; code < 0; code++)
    if (code != ERR_FAIL)
      assert_string_not_equal(err_name(code), "failed");
  assert_string_equal(err_name(ERR_NOTFOUND), "not found");
  assert_string_equal(err_name(OK), "done");
  assert_string_equal(err_name(-99), "failed");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sets_and_prefixes),
    cmocka_unit_test(cuts_at_a_code_point),
    cmocka_unit_test(every_code_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/utf8.h"
#include "base/strbuf.h"
#include <setjmp.h>
#include <cmocka.h>

static void decodes(void **state)
{
  (void)state;
  struct str s = STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  size_t at = 0;
  assert_int_equal(utf8_next(s, &at), 'a');
  assert_int_equal(utf8_next(s, &at), 0xE9);
  assert_int_equal(utf8_next(s, &at), 0x20AC);
  assert_int_equal(at, 6);
  assert_int_equal(utf8_next(s, &at), 0x1F600);
  assert_int_equal(utf8_next(s, &at), -1);
  assert_int_equal(at, s.n);
  assert_int_equal(utf8_count(s), 4);
}

static void broken_bytes_count_one_each(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t count;
  } rows[] = {
    {"\x80", 1}, {"\xC3", 1}, {"\xE2\x82", 2}, {"\xC0\xAF", 2}, {"\xE0\x80\xAF", 3}, {"\xED\xA0\x80", 3},
    {"\xF4\x90\x80\x80", 4}, {"\xF5\x80\x80\x80", 4}, {"\xFF" "a", 2}, {"\xC3" "a", 2}, {"\xF0\x9F\x98", 3},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_false(utf8_valid(str_of(rows[i].text)));
    assert_int_equal(utf8_count(str_of(rows[i].text)), rows[i].count);
    size_t at = 0;
    assert_int_equal(utf8_next(str_of(rows[i].text), &at), 0xFFFD);
    assert_int_equal(at, 1);
  }
  assert_true(utf8_valid(STR("")));
  assert_true(utf8_valid(STR("\xEF\xBF\xBD"))); /* U+FFFD itself */
  assert_true(utf8_valid(STR("Caf\xC3\xA9 and more than eight bytes \xF4\x8F\xBF\xBF")));
  assert_false(utf8_valid(STR("eight byte chunks, then \x80")));
}

static void encodes(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(100);
  static const uint32_t cps[] = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF};
  for (size_t i = 0; i < 8; i++)
    utf8_add(&b, cps[i]);
  size_t at = 0;
  for (size_t i = 0; i < 8; i++)
    assert_int_equal(utf8_next(strbuf_str(&b), &at), cps[i]);
  assert_int_equal(at, b.n);
  strbuf_clear(&b);
  utf8_add(&b, 0xD800);
  utf8_add(&b, 0x110000);
  assert_string_equal(strbuf_z(&b), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void cuts(void **state)
{
  (void)state;
  struct str s = STR("a\xC3\xA9\xE2\x82\xAC");
  static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6};
  for (size_t max = 0; max < 8; max++)
    assert_int_equal(utf8_cut(s, max).n, expected[max]);
  assert_int_equal(utf8_cut(STR("\x80\x80\x80\x80\x80\x80"), 5).n, 5);
}

static void folds(void **state)
{
  (void)state;
  static const struct {
    const char *text, *key;
  } rows[] = {
    {"Caf\xC3\xA9", "cafe"},
    {"Cafe\xCC\x81", "cafe"}, /* decomposed */
    {"\xC3\x89" "COLE", "ecole"},
    {"Stra\xC3\x9F" "e", "strasse"},
    {"\xC3\x98rsted \xC3\x86sir \xC5\x93uvre", "orsted aesir oeuvre"},
    {"\xC3\x91" "and\xC3\xBA S.A. de C.V.", "nandu s a de c v"},
    {"  Acme,  Inc. ", "acme inc"},
    {"AT&T", "at t"},
    {"A\xC2\xA0" "B\xE2\x80\x94" "C", "a b c"},
    {"\xC3\x97", ""},
    {"", ""},
    {" - ", ""},
    {"\xC5\x81\xC3\xB3" "d\xC5\xBA", "lodz"},
    {"\xC4\xB0stanbul \xC4\xB1", "istanbul i"},
    {"\xC8\x98tefan", "stefan"},
    {"Nguy\xE1\xBB\x85n", "nguyen"},
    {"\xEF\xBC\xA1\xEF\xBC\x91", "a1"}, /* full width A1 */
    {"\xCE\x91\xCE\x98\xCE\x89\xCE\x9D\xCE\x91\xCF\x82", "\xCE\xB1\xCE\xB8\xCE\xB7\xCE\xBD\xCE\xB1\xCF\x83"},
    {"\xD0\x9C\xD0\x9E\xD0\xA1\xD0\x9A\xD0\x92\xD0\x90", "\xD0\xBC\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0"},
    {"\xD0\x81\xD2\x90", "\xD1\x91\xD2\x91"},
    {"\xE6\x9D\xB1\xE4\xBA\xAC", "\xE6\x9D\xB1\xE4\xBA\xAC"},
    {"\xCE\xA2", "\xCE\xA2"}, /* U+03A2 is no capital of final sigma */
    {"N\xC2\xBA 5 m\xC2\xB2", "no 5 m2"},
    {"a\xFF" "b", "a b"}, /* a broken byte separates */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(100);
    utf8_fold(&b, str_of(rows[i].text));
    assert_string_equal(strbuf_z(&b), rows[i].key);
    /* A key is its own key. */
    STRBUF_CLEANUP struct strbuf again = STRBUF_INIT(100);
    utf8_fold(&again, strbuf_str(&b));
    assert_string_equal(strbuf_z(&again), rows[i].key);
  }
}

static void names_are_alike(void **state)
{
  (void)state;
  char longer[4200];
  memset(longer, 'a', sizeof longer);
  assert_true(utf8_alike(STR("In\xC3\xAAs  CARVALHO"), STR("ines carvalho")));
  assert_false(utf8_alike(STR("Ines Carvalho"), STR("Ines Carvalhos")));
  assert_true(utf8_alike(STR_NONE, STR("  ")));
  assert_false(utf8_alike((struct str){longer, sizeof longer}, (struct str){longer, sizeof longer}));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(decodes),
    cmocka_unit_test(broken_bytes_count_one_each),
    cmocka_unit_test(encodes),
    cmocka_unit_test(cuts),
    cmocka_unit_test(folds),
    cmocka_unit_test(names_are_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

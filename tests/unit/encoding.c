#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exchange_support.h"

#include "exchange/source.h"

static enum encoding guess(struct str s) {
  struct encoding_evidence whole = {0}, bytewise = {0};
  encoding_look(&whole, s);
  for (size_t i = 0; i < s.n; i++)
    encoding_look(&bytewise, str_sub(s, i, 1));
  assert_int_equal(encoding_guess(&whole), encoding_guess(&bytewise)); /* pieces do not matter */
  return encoding_guess(&whole);
}

static void names(void **state) {
  (void)state;
  assert_int_equal(encoding_by_name(STR("UTF-8")), ENCODING_UTF_8);
  assert_int_equal(encoding_by_name(STR("Latin1")), ENCODING_ISO_8859_1);
  assert_int_equal(encoding_by_name(STR("CP1251")), ENCODING_WINDOWS_1251);
  assert_int_equal(encoding_by_name(STR("")), ENCODING_UNKNOWN);
  assert_int_equal(encoding_by_name(STR("ebcdic")), ENCODING_UNKNOWN);
  for (int e = ENCODING_UTF_8; e <= ENCODING_ISO_8859_15; e++)
    assert_int_equal(encoding_by_name(str_of(encoding_name((enum encoding)e))), e);
}

static void marks(void **state) {
  (void)state;
  size_t n;
  assert_int_equal(encoding_of_mark(STR("\xEF\xBB\xBFx"), &n), ENCODING_UTF_8);
  assert_int_equal(n, 3);
  assert_int_equal(encoding_of_mark(STR("\xFF\xFEx"), &n), ENCODING_UTF_16LE);
  assert_int_equal(n, 2);
  assert_int_equal(encoding_of_mark(STR("\xFE\xFFx"), &n), ENCODING_UTF_16BE);
  assert_int_equal(encoding_of_mark(STR("\xEF\xBB"), &n), ENCODING_UNKNOWN);
  assert_int_equal(n, 0);
}

static void guesses(void **state) {
  (void)state;
  assert_int_equal(guess(STR("")), ENCODING_UTF_8);
  assert_int_equal(guess(STR("plain,ascii\n")), ENCODING_UTF_8);
  assert_int_equal(guess(STR("caf\xC3\xA9,\xE2\x82\xAC 5\n")), ENCODING_UTF_8);
  assert_int_equal(guess(STR("a\0,\0b\0\n\0")), ENCODING_UTF_16LE);
  assert_int_equal(guess(STR("\0a\0,\0b\0\n")), ENCODING_UTF_16BE);
  /* Sao Paulo, Acao, Munchen, euro sign, dashes */
  assert_int_equal(guess(STR("S\xE3o Paulo,A\xE7\xE3o,M\xFCnchen,\x80 5 \x96 6,don\x92t\n")), ENCODING_WINDOWS_1252);
  assert_int_equal(guess(STR("A\xC7\xC3O,DIRE\xC7\xC3O,\xC9" "COLE\n")), ENCODING_WINDOWS_1252);
  /* "Договор, клиент, сумма" */
  assert_int_equal(guess(STR("\xC4\xEE\xE3\xEE\xE2\xEE\xF0,\xEA\xEB\xE8\xE5\xED\xF2,\xF1\xF3\xEC\xEC\xE0\n")), ENCODING_WINDOWS_1251);
  /* the same words many times in KOI8-R, where common letters stand elsewhere */
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  for (int i = 0; i < 10; i++)
    strbuf_add(&b, STR("\xE4\xCF\xC7\xCF\xD7\xCF\xD2,\xCB\xCC\xC9\xC5\xCE\xD4,\xD3\xD5\xCD\xCD\xC1\n"));
  assert_int_equal(guess(strbuf_str(&b)), ENCODING_UNKNOWN);
  /* code page 850: e acute is 0x82, a quotation mark of Windows-1252 */
  assert_int_equal(guess(STR("caf\x82s,fianc\x82" "e,d\x82" "but\n")), ENCODING_UNKNOWN);
  /* UTF-8 with one broken byte among many good sequences stays UTF-8, so that reading can name the row */
  assert_int_equal(guess(STR("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xE9 x")), ENCODING_UTF_8);
}

static void utf8_prefixes(void **state) {
  (void)state;
  static const struct {
    struct str s;
    size_t good;
    bool open;
  } cases[] = {
      {{"abc", 3}, 3, false},
      {{"a\xC3\xA9", 3}, 3, false},
      {{"a\xC3", 2}, 1, true},
      {{"\xF0\x9F\x98", 3}, 0, true},
      {{"\xF0\x9F\x98\x80", 4}, 4, false},
      {{"\xC0\x80", 2}, 0, false},         /* overlong */
      {{"\xE0\x9F\xBF", 3}, 0, false},     /* overlong */
      {{"\xED\xA0\x80", 3}, 0, false},     /* surrogate */
      {{"\xF4\x90\x80\x80", 4}, 0, false}, /* above U+10FFFF */
      {{"x\x80", 2}, 1, false},
      {{"0123456789012345678901234567890123456789\xFF", 41}, 40, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool open;
    assert_int_equal(encoding_utf8_prefix(cases[i].s, &open), cases[i].good);
    assert_int_equal(open, cases[i].open);
  }
}

static void converted(enum encoding e, struct str in, const char *expected) {
  char out[256];
  size_t used, made;
  assert_int_equal(encoding_convert(e, in, out, sizeof out, &used, &made), OK);
  assert_int_equal(used, in.n);
  assert_true(str_eq((struct str){out, made}, str_of(expected)));
}

static void conversions(void **state) {
  (void)state;
  converted(ENCODING_WINDOWS_1252, STR("\x80\x99\xE9z"), "\xE2\x82\xAC\xE2\x84\xA2\xC3\xA9z");
  converted(ENCODING_WINDOWS_1251, STR("\xC0\xFF\xB8"), "\xD0\x90\xD1\x8F\xD1\x91");
  converted(ENCODING_WINDOWS_1250, STR("\xB9\x9C"), "\xC4\x85\xC5\x9B");
  converted(ENCODING_ISO_8859_1, STR("\x80\xFF"), "\xC2\x80\xC3\xBF");
  converted(ENCODING_ISO_8859_2, STR("\xB1"), "\xC4\x85");
  converted(ENCODING_ISO_8859_5, STR("\xB0"), "\xD0\x90");
  converted(ENCODING_ISO_8859_9, STR("\xFD"), "\xC4\xB1");
  converted(ENCODING_ISO_8859_15, STR("\xA4"), "\xE2\x82\xAC");
  converted(ENCODING_UTF_16LE, STR("a\0\x3D\xD8\0\xDE"), "a\xF0\x9F\x98\x80");
  converted(ENCODING_UTF_16BE, STR("\0a\xD8\x3D\xDE\0"), "a\xF0\x9F\x98\x80");
  char out[64];
  size_t used, made;
  assert_int_equal(encoding_convert(ENCODING_WINDOWS_1252, STR("ab\x81z"), out, sizeof out, &used, &made), ERR_SYNTAX);
  assert_int_equal(used, 2);
  assert_int_equal(encoding_convert(ENCODING_UTF_16LE, STR("a\0\0\xDC"), out, sizeof out, &used, &made), ERR_SYNTAX);
  assert_int_equal(used, 2);
  assert_int_equal(encoding_convert(ENCODING_UTF_16LE, STR("a\0\x3D\xD8"), out, sizeof out, &used, &made), OK);
  assert_int_equal(used, 2); /* half a pair waits */
}

static void tables(void **state) {
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  struct table_options o = {.encoding = STR("")};
  const char *expected = "n\xC3\xA3o|b\n2:\xC3\xA9|1\n";
  assert_string_equal(table_text(&b, STR("\xFF\xFEn\0\xE3\0o\0,\0b\0\n\0\xE9\0,\0001\0\n\0"), NULL), expected);
  assert_string_equal(table_text(&b, STR("\xFE\xFF\0n\0\xE3\0o\0,\0b\0\n\0\xE9\0,\0001\0\n"), NULL), expected);
  assert_string_equal(table_text(&b, STR("n\0\xE3\0o\0,\0b\0\n\0\xE9\0,\0001\0\n\0"), NULL), expected);
  assert_string_equal(table_text(&b, STR("n\xE3o,b\n\xE9,1\n"), NULL), expected);
  assert_string_equal(table_text(&b, STR("\xEF\xBB\xBFn\xC3\xA3o,b\n\xC3\xA9,1\n"), NULL), expected);
  o.encoding = STR("utf-16");
  assert_string_equal(table_text(&b, STR("\xFE\xFF\0n\0\xE3\0o\0,\0b\0\n\0\xE9\0,\0001\0\n"), &o), expected);
  o.encoding = STR("windows-1251");
  assert_string_equal(table_text(&b, STR("\xE0,b\n1,2\n"), &o), "\xD0\xB0|b\n2:1|2\n");
  o.encoding = STR("rot13");
  assert_string_equal(table_text(&b, STR("a,b\n"), &o),
                      "error -3: t: unknown encoding \"rot13\": use utf-8, utf-16le, utf-16be, windows-1250, windows-1251, "
                      "windows-1252, iso-8859-1, -2, -5, -9 or -15\n");
  o.encoding = STR("windows-1252");
  assert_string_equal(table_text(&b, STR("a,b\n1,\x81\n"), &o),
                      "error -3: t: row 2: byte 0x81 is not windows-1252 text: the file mixes encodings or is damaged: save it "
                      "again as UTF-8, or name its encoding\n");
}

/* The first accent stands far behind the bytes that are read at once: the whole file decides. */
static void late_accent(void **state) {
  (void)state;
  struct strbuf bytes STRBUF_CLEANUP = STRBUF_INIT(8 << 20);
  strbuf_addz(&bytes, "a,b\n");
  while (bytes.n < 2 * SOURCE_HEAD)
    strbuf_addz(&bytes, "1,plain ascii\n");
  strbuf_addz(&bytes, "2,caf\xE9\n");
  int fd = fd_of_bytes(strbuf_str(&bytes));
  struct reader *r;
  struct row row;
  bool seen = false;
  assert_int_equal(reader_open(fd, "t", NULL, &r, NULL), OK);
  assert_true(str_eq(reader_info(r)->encoding, STR("windows-1252")));
  while (reader_next(r, &row, NULL) == 1)
    seen |= str_eq(row.cells[1].text, STR("caf\xC3\xA9"));
  assert_true(seen);
  reader_close(r);
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),       cmocka_unit_test(marks),  cmocka_unit_test(guesses),     cmocka_unit_test(utf8_prefixes),
      cmocka_unit_test(conversions), cmocka_unit_test(tables), cmocka_unit_test(late_accent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

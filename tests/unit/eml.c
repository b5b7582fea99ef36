/* Messages as files, byte by byte. */
#include "report/eml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "../group.h"

static struct strbuf b;

static const char *made(const struct eml *x) {
  strbuf_free(&b);
  b = (struct strbuf)STRBUF_INIT(1 << 20);
  eml_write(&b, x);
  assert_int_equal(b.failed, 0);
  return strbuf_z(&b);
}

static void test_whole(void **state) {
  (void)state;
  const struct eml x = {.from_name = STR("Desk"), .from_address = STR("a@x.invalid"), .to_name = STR("Ann \"A\" B"), .to_address = STR("ann@x.example"),
                        .subject = STR("The week"), .text = STR("Hello"), .html = STR("<p>Hello</p>"), .id = STR("d-1@x"), .at = 1795428000}; /* 2026-11-23 10:00 */
  assert_string_equal(made(&x),
    "From: \"Desk\"\r\n <a@x.invalid>\r\n"
    "To: \"Ann \\\"A\\\" B\"\r\n <ann@x.example>\r\n"
    "Subject: The week\r\n"
    "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <d-1@x>\r\n"
    "X-Unsent: 1\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative;\r\n boundary=\"=_perennial_part\"\r\n"
    "\r\n"
    "--=_perennial_part\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n"
    "--=_perennial_part\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGVsbG88L3A+\r\n"
    "--=_perennial_part--\r\n");
}

/* Other letters become encoded words of at most 75 bytes that do not break a character; expected text by Python's email.header. */
static void test_words(void **state) {
  (void)state;
  struct eml x = {.subject = STR("S\u00e3o"), .text = STR(""), .html = STR("")};
  assert_non_null(strstr(made(&x), "Subject: =?UTF-8?B?U8Ojbw==?=\r\n"));
  x.subject = STR("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9a\u00e9");
  assert_non_null(strstr(made(&x), "Subject: =?UTF-8?B?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqWE=?=\r\n =?UTF-8?B?w6k=?=\r\n"));
}

/* What somebody put into a name cannot begin a header. */
static void test_injection(void **state) {
  (void)state;
  const struct eml x = {.to_name = STR("Eve\r\nBcc: all@x.example"), .to_address = STR("eve@x.example>\r\nBcc: <b@x"), .subject = STR("a\nBcc: c"), .text = STR(""),
                        .html = STR(""), .id = STR("1>\r\nX: y")};
  const char *z = made(&x);
  assert_null(strstr(z, "\nBcc"));
  assert_null(strstr(z, "\nX:"));
  assert_non_null(strstr(z, "To: \"Eve  Bcc: all@x.example\"\r\n <eve@x.exampleBcc:b@x>\r\n"));
  assert_non_null(strstr(z, "Subject: a Bcc: c\r\n"));
}

/* Files behind the text; the name twice, plain and by RFC 2231; nothing in it can end its header. */
static void test_files(void **state) {
  (void)state;
  const struct eml_file files[] = {{STR("week\r\nX: \"\u00fc\".csv"), STR("text/csv\r\nX: y"), STR("a,b\r\n1,2\r\n")}};
  const struct eml x = {.to_address = STR("ann@x.example"), .subject = STR("Week"), .text = STR("Hello"), .id = STR("1@x"), .files = files,
                        .n_files = 1, .goes_out = true};
  const char *z = made(&x);
  assert_null(strstr(z, "X-Unsent"));
  assert_null(strstr(z, "\nX: "));
  assert_non_null(strstr(z, "Message-ID: <1@x>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                            "Content-Type: multipart/mixed;\r\n boundary=\"=_perennial_part\"\r\n"));
  assert_non_null(strstr(z, "\r\n\r\nSGVsbG8=\r\n--=_perennial_part\r\nContent-Type: text/csv  X: y\r\nContent-Transfer-Encoding: base64\r\n"
                            "Content-Disposition: attachment;\r\n filename=\"week__X:_____.csv\";\r\n filename*=UTF-8''week%0D%0AX%3A%20%22%C3%BC%22.csv\r\n\r\n"
                            "YSxiDQoxLDINCg==\r\n--=_perennial_part--\r\n"));
}

static void test_lines(void **state) {
  (void)state;
  char text[400];
  memset(text, 'x', sizeof text);
  const struct eml x = {.text = {text, sizeof text}, .html = STR("\xff\xfe")};
  const char *z = made(&x);
  size_t longest = 0, n = 0;
  for (; *z; z++) {
    n = *z == '\n' ? 0 : n + 1;
    longest = n > longest ? n : longest;
  }
  assert_int_equal(longest, 77); /* 76 and CR */
}

static int tear_down(void **state) {
  (void)state;
  strbuf_free(&b);
  return 0;
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_words), cmocka_unit_test(test_injection),
                                            cmocka_unit_test(test_files), cmocka_unit_test(test_lines)};
  return group_run_tests(tests, NULL, tear_down);
}

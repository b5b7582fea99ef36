/* Escaping by context, and addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "web/asset.h"
#include "web/html.h"

#define GIVES(CALL, WANT) \
  do { \
    struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000); \
    CALL; \
    assert_string_equal(strbuf_z(&b), WANT); \
  } while (0)

static void test_text(void **state) {
  (void)state;
  GIVES(html_text(&b, STR("<a href='x'>\"&amp;")), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;");
  GIVES(html_text(&b, "plain"), "plain");
  GIVES(html_text(&b, ((struct str){"a\0b", 3})), "a\xEF\xBF\xBD" "b");
  GIVES(html_text(&b, STR("Acme \xE2\x80\xAEtxt.exe\xE2\x80\xAC")), "Acme \xEF\xBF\xBDtxt.exe\xEF\xBF\xBD"); /* RLO … PDF */
  GIVES(html_text(&b, STR("\xE2\x81\xA7x\xE2\x81\xA9\xE2\x81")), "\xEF\xBF\xBDx\xEF\xBF\xBD\xE2\x81");  /* RLI … PDI, a cut one */
  GIVES(html_text(&b, STR("\xE2\x80\x9C\xE2\x80\xA6\xE2\x80\x8F")), "\xE2\x80\x9C\xE2\x80\xA6\xE2\x80\x8F"); /* quotes, dots, a mark */
  GIVES(html_kept(&b, STR("\xE2\x80\xAE<")), "\xE2\x80\xAE&lt;"); /* in a form: as it came */
  GIVES(html_text(&b, INT64_MIN), "-9223372036854775808");
  GIVES(html_text(&b, (uint8_t)255), "255");
  GIVES(html_text(&b, 12.5), "12.5");
  GIVES(html_text(&b, (bool)true), "true");
}

static void test_url(void **state) {
  (void)state;
  GIVES(html_url(&b, "/renewals?view=1&a=2"), "/renewals?view=1&amp;a=2");
  GIVES(html_url(&b, "?a=1"), "?a=1");
  GIVES(html_url(&b, "#top"), "#top");
  GIVES(html_url(&b, "https://example.com/\"x"), "https://example.com/&quot;x");
  static const char *const bad[] = {"javascript:alert(1)", " javascript:x", "JavaScript:x", "//evil.example", "/\\evil.example", "data:text/html,x", "http://x", "",
                                    "/a\nb", "/a b", "\tjavascript:x", "renewals"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) GIVES(html_url(&b, bad[i]), "#");
}

static void test_part_json(void **state) {
  (void)state;
  GIVES(html_part(&b, STR("São & Co/1")), "S%C3%A3o%20%26%20Co%2F1");
  GIVES(html_part(&b, 42), "42");
  GIVES(html_json(&b, STR("</script><!--\"\\\n\xE2\x80\xA8")), "\"\\u003c/script\\u003e\\u003c!--\\u0022\\u005c\\u000a\\u2028\"");
  GIVES(html_json(&b, 7), "7");
}

static void test_truth(void **state) {
  (void)state;
  int x = 0;
  assert_false(html_true(STR_NONE));
  assert_true(html_true(STR("0")));
  assert_false(html_true(0));
  assert_true(html_true(-1));
  assert_false(html_true((const int *)NULL));
  assert_true(html_true(&x));
  assert_false(html_true((bool)false));
  assert_false(html_true(((struct raw_html_trusted){{"", 0}})));
}

/* ui.md §7: what a browser has to fetch before a page works. */
static void test_asset_sizes(void **state) {
  (void)state;
  const struct asset *js = asset_of_name(STR("app.js")), *css = asset_of_name(STR("app.css")), *font = asset_of_name(STR("hanken.woff2"));
  assert_non_null(js);
  assert_non_null(css);
  assert_non_null(font);
  assert_in_range(js->zipped_n, 10000, 24 << 10);
  assert_in_range(css->zipped_n, 3000, 12 << 10);
  for (const struct asset *a = web_assets; a->name; a++) /* app.css and what a page has beside it, in one */
    if (a != css && str_starts(str_of(a->type), STR("text/css"))) assert_in_range(a->zipped_n, css->zipped_n + 100, 12 << 10);
  assert_in_range(font->n, 20000, 36 << 10);
  assert_ptr_equal(asset_of_address(str_of(css->address)), css);
  assert_null(asset_of_address(STR("/a/app.css")));
  for (const struct asset *a = web_assets; a->name; a++) assert_true(str_starts(str_of(a->address), STR("/a/")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_url), cmocka_unit_test(test_part_json), cmocka_unit_test(test_truth),
                                     cmocka_unit_test(test_asset_sizes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

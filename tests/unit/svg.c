/* Charts: exact markup of small ones. */
#include <setjmp.h>
#include <cmocka.h>
#include "base/err.h"
#include "web/svg.h"

static void is(struct strbuf *b, const char *want) {
  assert_int_equal(b->failed, 0);
  assert_string_equal(strbuf_z(b), want);
  strbuf_free(b);
}

static void strip_is_to_scale(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(4096);
  const struct svg_part parts[] = {
    {"s-closed", 50, STR_NONE, STR_NONE}, {"s-commit", 0, STR_NONE, STR_NONE}, {"s-pipeline", 25, STR_NONE, STR_NONE}};
  svg_strip(&b, &(struct svg_strip){parts, 3, 100, STR_NONE, 0, 10, STR("Closed 50 & pipeline 25 of 100")});
  is(&b, "<svg class=\"x\" height=\"16\" role=\"img\" aria-label=\"Closed 50 &amp; pipeline 25 of 100\">"
         "<rect class=\"s-closed\" x=\"0.000%\" y=\"3\" height=\"10\" width=\"50.000%\"/>"
         "<rect class=\"s-pipeline\" x=\"50.000%\" y=\"3.5\" height=\"9\" width=\"25.000%\"/>"
         "<line class=\"l-surf\" x1=\"50.000%\" x2=\"50.000%\" y1=\"3\" y2=\"13\"/>"
         "<line class=\"l-ink\" x1=\"100.000%\" x2=\"100.000%\" y1=\"0\" y2=\"16\"/></svg>");
}

static void links_make_a_group_and_are_escaped(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(4096);
  const struct svg_part part = {"s-risk", 1, STR("/renewals?a=1&b=\"<"), STR("1 <b>")};
  svg_strip(&b, &(struct svg_strip){&part, 1, 0, STR_NONE, 4, 10, STR("x")});
  is(&b, "<svg class=\"x\" height=\"16\" role=\"group\" aria-label=\"x\">"
         "<a href=\"/renewals?a=1&amp;b=&quot;&lt;\" aria-label=\"1 &lt;b&gt;\"><rect class=\"s-risk\" x=\"0.000%\" y=\"3\" height=\"10\" width=\"25.000%\"/></a></svg>");
}

static void huge_values_do_not_overflow(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(4096);
  const struct svg_part parts[] = {{"s-closed", INT64_MAX - 1, STR_NONE, STR_NONE}, {"s-best", -5, STR_NONE, STR_NONE}};
  svg_strip(&b, &(struct svg_strip){parts, 2, 0, STR_NONE, 0, 10, STR_NONE});
  assert_non_null(strstr(strbuf_z(&b), "width=\"100.000%\""));
  assert_null(strstr(strbuf_z(&b), "s-best"));
  strbuf_free(&b);
}

static void columns_stack_from_the_bottom(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(4096);
  const struct svg_part one[] = {{"s-commit", 10, STR_NONE, STR_NONE}, {"s-best", 30, STR_NONE, STR_NONE}};
  const struct svg_column columns[] = {
    {one, 2, STR("Nov 23"), STR("40"), STR_NONE, STR_NONE, false}, {one, 1, STR("Nov 30"), STR("10"), STR_NONE, STR_NONE, false}};
  svg_bars(&b, &(struct svg_bars){columns, 2, 80, STR_NONE, STR("Renewals by week")});
  is(&b, "<svg class=\"x\" height=\"124\" role=\"img\" aria-label=\"Renewals by week\">"
         "<rect class=\"s-commit\" x=\"7.000%\" width=\"36.000%\" y=\"82\" height=\"20\"/>"
         "<rect class=\"s-best\" x=\"7.000%\" width=\"36.000%\" y=\"22\" height=\"59\"/>"
         "<text class=\"t1 ti\" text-anchor=\"middle\" x=\"25.000%\" y=\"16\">40</text>"
         "<text class=\"t1 tq\" text-anchor=\"middle\" x=\"25.000%\" y=\"118\">Nov 23</text>"
         "<rect class=\"s-commit\" x=\"57.000%\" width=\"36.000%\" y=\"82\" height=\"20\"/>"
         "<text class=\"t1 ti\" text-anchor=\"middle\" x=\"75.000%\" y=\"76\">10</text>"
         "<text class=\"t1 tq odd\" text-anchor=\"middle\" x=\"75.000%\" y=\"118\">Nov 30</text>"
         "<line class=\"l-line2\" x1=\"0\" x2=\"100%\" y1=\"102.5\" y2=\"102.5\"/></svg>");
}

static void interval_line_and_curve(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(4096);
  svg_interval(&b, &(struct svg_interval){25, 50, 75, 0, 100, STR("r")});
  is(&b, "<svg class=\"x\" height=\"20\" role=\"img\" aria-label=\"r\">"
         "<line class=\"l-edge\" x1=\"25.000%\" x2=\"75.000%\" y1=\"10\" y2=\"10\"/>"
         "<line class=\"l-edge\" x1=\"25.000%\" x2=\"25.000%\" y1=\"7\" y2=\"13\"/>"
         "<line class=\"l-edge\" x1=\"75.000%\" x2=\"75.000%\" y1=\"7\" y2=\"13\"/>"
         "<circle class=\"s-ink\" cx=\"50.000%\" cy=\"10\" r=\"3.5\"/></svg>");
  const int64_t values[] = {0, INT64_MIN, 10, 5};
  svg_line(&b, &(struct svg_line){&(struct svg_series){"l-commit", values, 4}, 1, 0, 10, 40, STR("t")});
  is(&b, "<svg class=\"x\" height=\"40\" role=\"img\" aria-label=\"t\">"
         "<svg width=\"100%\" height=\"40\" viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\">"
         "<path class=\"l-commit\" vector-effect=\"non-scaling-stroke\" d=\"M0 40M666 0L1000 20\"/></svg></svg>");
  const int64_t heights[] = {0, 4, 2};
  svg_curve(&b, &(struct svg_curve){heights, 3, 500, 8, STR("c")});
  is(&b, "<svg class=\"x\" height=\"8\" role=\"img\" aria-label=\"c\">"
         "<svg width=\"100%\" height=\"8\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\">"
         "<path class=\"s-sel\" d=\"M0 8L0 8L500 0L1000 4L1000 8Z\"/>"
         "<path class=\"s-closed\" d=\"M500 8L500 0L1000 4L1000 8Z\"/></svg></svg>");
}

static void a_full_buffer_is_sticky(void **state) {
  (void)state;
  struct strbuf b = STRBUF_INIT(40);
  svg_interval(&b, &(struct svg_interval){1, 2, 3, 0, 4, STR("x")});
  assert_int_equal(b.failed, ERR_LIMIT);
  strbuf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(strip_is_to_scale),
    cmocka_unit_test(links_make_a_group_and_are_escaped),
    cmocka_unit_test(huge_values_do_not_overflow),
    cmocka_unit_test(columns_stack_from_the_bottom),
    cmocka_unit_test(interval_line_and_curve),
    cmocka_unit_test(a_full_buffer_is_sticky),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Calendars as files, byte by byte. */
#include "report/ics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_whole(void **state) {
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(10000);
  ics_begin(&b, STR("Renewals"));
  ics_add(&b, &(struct ics_event){.uid = STR("renewal-7@x"), .summary = STR("Acme; Inc, ends"), .description = STR("a\\b\nc\r\x01"), .url = STR("https://x/r/7\r\nX:y"),
                                  .day = 20818, .stamp = 1795428065}); /* 2026-12-31; 2026-11-23 10:01:05 */
  ics_end(&b);
  assert_string_equal(strbuf_z(&b),
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Perennial//Renewals//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
    "X-WR-CALNAME:Renewals\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n"
    "BEGIN:VEVENT\r\nUID:renewal-7@x\r\nDTSTAMP:20261123T100105Z\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n"
    "SUMMARY:Acme\\; Inc\\, ends\r\nDESCRIPTION:a\\\\b\\nc\r\nURL:https://x/r/7X:y\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n");
}

/* A line has at most 75 bytes, a continued one with its blank too, and no character is cut. */
static void test_fold(void **state) {
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(10000), expected STRBUF_CLEANUP = STRBUF_INIT(10000), text STRBUF_CLEANUP = STRBUF_INIT(10000);
  for (int i = 0; i < 66; i++) strbuf_addc(&text, 'a');
  strbuf_addz(&text, "\u00e9\u00e9"); /* the first ends at byte 76 of "SUMMARY:": it goes to the next line */
  for (int i = 0; i < 75; i++) strbuf_addc(&text, 'b');
  ics_add(&b, &(struct ics_event){.uid = STR("1"), .summary = strbuf_str(&text)});
  strbuf_addz(&expected, "SUMMARY:");
  for (int i = 0; i < 66; i++) strbuf_addc(&expected, 'a');
  strbuf_addz(&expected, "\r\n \u00e9\u00e9");
  for (int i = 0; i < 70; i++) strbuf_addc(&expected, 'b');
  strbuf_addz(&expected, "\r\n bbbbb\r\nTRANSP");
  if (!strstr(strbuf_z(&b), strbuf_z(&expected))) fail_msg("%s", strbuf_z(&b));
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_fold)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Time zones: transitions of the file, the rule behind them, names, and files that are none. Expected values are those of
 * `TZ=… date -d @…`. */
#include <setjmp.h>
#include "../group.h"
#include "base/date.h"
#include "base/zone.h"

static struct arena *arena;

static int64_t at(const char *iso_day, int hour) {
  day_t d;
  assert_int_equal(day_parse_iso(str_of(iso_day), &d), 0);
  return (int64_t)d * SECONDS_PER_DAY + hour * 3600;
}

static void is(const char *zone, int64_t when, int offset, const char *want) {
  char name[ZONE_NAME_SIZE];
  const struct zone *z = zone_load(arena, str_of(zone));
  assert_non_null(z);
  assert_int_equal(zone_offset(z, when, name), offset);
  assert_string_equal(name, want);
}

static void offsets(void **state) {
  (void)state;
  is("America/New_York", at("2026-11-22", 12), -18000, "EST");
  is("America/New_York", at("2026-07-01", 12), -14400, "EDT");
  is("America/New_York", at("2026-11-01", 5), -14400, "EDT"); /* the last hour of summer */
  is("America/New_York", at("2026-11-01", 6), -18000, "EST");
  is("America/New_York", at("2060-07-01", 12), -14400, "EDT"); /* by the rule */
  is("America/New_York", at("2060-12-01", 12), -18000, "EST");
  is("America/Sao_Paulo", at("2026-11-22", 12), -10800, "GMT-3");
  is("America/Sao_Paulo", at("2018-12-01", 12), -7200, "GMT-2"); /* the last summer time Brazil had */
  is("America/Mexico_City", at("2026-07-01", 12), -21600, "CST");
  is("America/Bogota", at("2026-07-01", 12), -18000, "GMT-5");
  is("America/St_Johns", at("2026-12-01", 12), -12600, "NST");
  is("Asia/Kolkata", at("2026-12-01", 12), 19800, "IST");
  is("Asia/Kathmandu", at("2026-12-01", 12), 20700, "GMT+5:45");
  is("Australia/Sydney", at("2060-01-01", 12), 39600, "AEDT"); /* summer over the turn of the year, by the rule */
  is("Australia/Sydney", at("2060-07-01", 12), 36000, "AEST");
}

static void refused(void **state) {
  (void)state;
  static const char *const bad[] = {"", "UTC", "Nowhere/Town", "../../etc/passwd", "/etc/passwd", "America/../../../etc/passwd", "a b", "zone1970.tab", "America"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (zone_load(arena, str_of(bad[i]))) fail_msg("%s", bad[i]);
  char name[ZONE_NAME_SIZE];
  assert_int_equal(zone_offset(NULL, 0, name), 0);
  assert_string_equal(name, "UTC");
}

/* Every cut and every single changed byte of a real file: a zone or none, never a read outside. */
static void damaged(void **state) {
  (void)state;
  char bytes[8192], name[ZONE_NAME_SIZE];
  FILE *f = fopen("/usr/share/zoneinfo/America/Bogota", "rb");
  assert_non_null(f);
  size_t n = fread(bytes, 1, sizeof bytes, f);
  fclose(f);
  assert_true(n > 100 && n < sizeof bytes);
  for (size_t cut = 0; cut < n; cut++) {
    char *copy = arena_alloc(arena, cut + 1);
    memcpy(copy, bytes, cut);
    const struct zone *z = zone_of_bytes(arena, (struct str){copy, cut});
    if (z) zone_offset(z, at("2026-07-01", 0), name);
  }
  for (size_t i = 0; i < n; i++)
    for (int v = 0; v < 256; v += 51) {
      char *copy = arena_alloc(arena, n);
      memcpy(copy, bytes, n);
      copy[i] = (char)v;
      const struct zone *z = zone_of_bytes(arena, (struct str){copy, n});
      if (z) zone_offset(z, at("2026-07-01", 0), name), zone_offset(z, at("2060-07-01", 0), name);
    }
}

static void list(void **state) {
  (void)state;
  struct str *names;
  size_t n = 0, found = 0;
  assert_int_equal(zone_names(arena, &names, &n), 0);
  assert_true(n > 250);
  for (size_t i = 0; i < n; i++) {
    found += str_eq(names[i], STR("America/Sao_Paulo")) || str_eq(names[i], STR("UTC"));
    assert_true(i == 0 || str_cmp(names[i - 1], names[i]) < 0);
  }
  assert_int_equal(found, 2);
}

static void clock_is(const char *zone, const char *day, int seconds, const char *utc, int hour) {
  day_t d;
  assert_int_equal(day_parse_iso(str_of(day), &d), 0);
  const struct zone *z = zone_load(arena, str_of(zone));
  int64_t got = zone_instant(z, d, seconds);
  assert_int_equal(got, at(utc, hour));
  if (seconds != 2 * 3600) assert_int_equal(zone_day(z, got), d);
}

/* `TZ=America/New_York date -d '2026-11-23 09:00' +%s` and so on. */
static void instants(void **state) {
  (void)state;
  clock_is("America/New_York", "2026-11-23", 9 * 3600, "2026-11-23", 14);
  clock_is("America/New_York", "2026-07-01", 9 * 3600, "2026-07-01", 13);
  clock_is("America/New_York", "2026-03-08", 3 * 3600, "2026-03-08", 7);  /* the first hour of summer */
  clock_is("America/New_York", "2026-03-08", 2 * 3600, "2026-03-08", 7);  /* skipped */
  clock_is("America/New_York", "2026-03-08", 3600, "2026-03-08", 6);
  clock_is("America/New_York", "2026-11-01", 3600, "2026-11-01", 5);      /* comes twice: the first */
  clock_is("America/Sao_Paulo", "2026-11-23", 23 * 3600, "2026-11-24", 2);
  clock_is("Australia/Sydney", "2026-11-23", 9 * 3600, "2026-11-22", 22);
  clock_is("UTC", "2026-11-23", 9 * 3600, "2026-11-23", 9);
}

static int setup(void **state) {
  (void)state;
  arena = arena_new(0);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(offsets), cmocka_unit_test(refused), cmocka_unit_test(damaged), cmocka_unit_test(list), cmocka_unit_test(instants)};
  return group_run_tests(tests, setup, teardown);
}

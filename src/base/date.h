/* Calendar days as int32 days since 1970-01-01 (proleptic Gregorian), instants as int64 seconds UTC.
 * No clock here: "today" and "now" are arguments everywhere below cli/ and web/. */
#ifndef BASE_DATE_H
#define BASE_DATE_H
#include "base/str.h"

typedef int32_t day_t;
#define DAY_NONE INT32_MIN
#define DAY_MIN (-25567) /* 1900-01-01 */
#define DAY_MAX 73413    /* 2170-12-31: later dates in business files are typing errors or "forever" marks */
#define SECONDS_PER_DAY 86400

struct ymd {
  int y, m, d;
};
/* OK, ERR_RANGE (31 February, month 13, year outside 1..9999). */
int day_from_ymd(int y, int m, int d, day_t *ret);
struct ymd day_to_ymd(day_t d);
/* Exactly YYYY-MM-DD. OK, ERR_SYNTAX, ERR_RANGE. */
int day_parse_iso(struct str s, day_t *ret);
#define DAY_ISO_SIZE 11
/* Writes YYYY-MM-DD and NUL; DAY_NONE and years outside 0..9999 give "". Returns buf. */
char *day_iso(day_t d, char buf[DAY_ISO_SIZE]);
int day_weekday(day_t d);                 /* 1 = Monday … 7 = Sunday */
day_t day_add_months(day_t d, int months); /* clamps to the last day of the month; DAY_NONE outside years 1..9999 */
int days_in_month(int y, int m);
day_t day_of_instant(int64_t seconds);    /* the UTC day */
#define INSTANT_ISO_SIZE 21
char *instant_iso(int64_t seconds, char buf[INSTANT_ISO_SIZE]); /* 2026-11-22T10:11:12Z */
int64_t clock_now(void);   /* only for cli/ and web/: seconds UTC */
int64_t clock_mono_us(void); /* monotonic microseconds, for durations */
#endif

/* Numbers and dates as a person reads them (US English), ui.md §5.4. Every result lives in the arena;
 * on no memory it is the empty string. Nothing here reads a clock: "today" is an argument. */
#ifndef WEB_FORMAT_H
#define WEB_FORMAT_H
#include "base/arena.h"
#include "base/date.h"
#include "base/money.h"

enum money_form {
  MONEY_FULL,  /* $5,123,456.78: titles, pages of one renewal */
  MONEY_WHOLE, /* $5,123,457: tables */
  MONEY_K,     /* $5,123K: roll-ups; below 1,000 whole units */
  MONEY_K1,    /* $237.8K: the reporting currency beside a row's own; from 1,000K as MONEY_K */
  MONEY_HEAD,  /* $5.12M: three digits from a million up, whole K below, whole units below 1,000 */
};
/* Half to even once. Minus is U+2212. USD "$", CAD "CA$", MXN "MX$", BRL "R$"; others their code and a NBSP. */
struct str format_money(struct arena *a, int64_t minor, currency_t c, enum money_form form);
/* A change: always signed, zero is an en dash. */
struct str format_change(struct arena *a, int64_t minor, currency_t c, enum money_form form);
/* 1,932 */
struct str format_count(struct arena *a, int64_t n);
/* "1 renewal", "1,932 renewals": the plural adds an s unless `many` is given. */
struct str format_of(struct arena *a, int64_t n, const char *one, const char *many);
/* num/den as a percentage with `digits` decimals (0..2); den <= 0 gives an en dash. */
struct str format_share(struct arena *a, int64_t num, int64_t den, int digits);
/* Signed change of a over b in percent, one decimal: +2.5%, −13.3%; b <= 0 or no change: an en dash. */
struct str format_growth(struct arena *a, int64_t now, int64_t before);
/* Nov 26; with the year when it is not today's; DAY_NONE gives an en dash. */
struct str format_day(struct arena *a, day_t d, day_t today);
/* Thu Nov 26; with the year when it is not today's. */
struct str format_weekday(struct arena *a, day_t d, day_t today);
/* today, tomorrow, in 3 days, yesterday, 4 days ago; from 60 days on in months, from 24 months in years. */
struct str format_distance(struct arena *a, day_t d, day_t today);
/* Nov 20, 4:52 PM UTC; with the year when it is not today's. */
struct str format_instant(struct arena *a, int64_t at, day_t today);
/* 2026-Q4 -> Q4 2026, 2026-11 -> Nov 2026, 2026-Q4-W07 -> week 7 of Q4 2026; others as they are. */
struct str format_period(struct arena *a, struct str id);
#endif

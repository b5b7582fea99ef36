/* Numbers and dates as this reader reads them, ui.md §5.4. Every result lives in the reader's arena; on no memory it is
 * the empty string. Nothing here reads a clock: today is the reader's. */
#ifndef WORDS_FORMAT_H
#define WORDS_FORMAT_H
#include "base/arena.h"
#include "base/date.h"
#include "base/money.h"
#include "words/words.h"

enum money_form {
  MONEY_FULL,  /* $5,123,456.78: titles, pages of one renewal */
  MONEY_WHOLE, /* $5,123,457: tables */
  MONEY_K,     /* $5,123K: roll-ups; below 1,000 whole units */
  MONEY_K1,    /* $237.8K: the reporting currency beside a row's own; from 1,000K as MONEY_K */
  MONEY_HEAD,  /* $5.12M: three digits from a million up, whole K below, whole units below 1,000 */
};
/* Half to even once. Minus is U+2212. USD "$", CAD "CA$", MXN "MX$", BRL "R$"; others their code and a NBSP. */
struct str format_money(const struct reader *r, int64_t minor, currency_t c, enum money_form form);
/* A change: always signed, zero is an en dash. */
struct str format_change(const struct reader *r, int64_t minor, currency_t c, enum money_form form);
/* 1,932 */
struct str format_count(const struct reader *r, int64_t n);
/* 1.4, in pt-BR 1,4: one decimal; an en dash for what is no number. */
struct str format_decimal(const struct reader *r, double v);
/* num/den as a percentage with `digits` decimals (0..2); den <= 0 gives an en dash. */
struct str format_share(const struct reader *r, int64_t num, int64_t den, int digits);
/* Signed change of a over b in percent, one decimal: +2.5%, −13.3%; b <= 0 or no change: an en dash. */
struct str format_growth(const struct reader *r, int64_t now, int64_t before);
/* Nov 26; with the year when it is not today's; DAY_NONE gives an en dash. */
struct str format_day(const struct reader *r, day_t d);
/* Nov 26, 2026: always with its year. */
struct str format_day_year(const struct reader *r, day_t d);
/* Nov 26: never with its year. */
struct str format_day_short(const struct reader *r, day_t d);
/* Thu Nov 26; with the year when it is not today's. */
struct str format_weekday(const struct reader *r, day_t d);
struct str format_weekday_year(const struct reader *r, day_t d);
/* today, tomorrow, in 3 days, yesterday, 4 days ago; from 60 days on in months, from 24 months in years. */
struct str format_distance(const struct reader *r, day_t d);
/* Nov 20, 4:52 PM EST, in the reader's zone, which is named; with the year when it is not today's. */
struct str format_instant(const struct reader *r, int64_t at);
struct str format_time(const struct reader *r, int64_t at); /* 4:52 PM EST */
/* The day of an instant where the reader is. */
day_t format_day_of(const struct reader *r, int64_t at);
/* 2026-Q4 -> Q4 2026, 2026-11 -> Nov 2026, 2026-Q4-W07 -> week 7 of Q4 2026; others as they are. */
struct str format_period(const struct reader *r, struct str id);

/* A decimal number for a form's field: 1234.5, in pt-BR 1234,5; no marks between thousands. */
struct str format_amount_input(const struct reader *r, int64_t value, int scale);
/* Reads what somebody typed, as their locale writes it, with or without marks. OK, ERR_CONFLICT (only as people elsewhere
 * write it: 12.50 where decimals follow a comma), ERR_LIMIT (more decimals than `scale`), ERR_SYNTAX, ERR_RANGE. */
int format_amount_read(const struct reader *r, struct str s, int scale, int64_t *ret);
#endif

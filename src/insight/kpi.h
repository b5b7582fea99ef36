/* Every KPI of the book, by one function each, for the command line, the API, the pages and the reports alike.
 * Definitions in words: docs/kpi.md; source of the formulas: the vendor's renewal practice stated there.
 *
 * Rows. A line is due in P when its end_date lies in P. It is visible when known <= as_of, and booked when its
 * outcome was known by as_of and it has a booked date. Lines a person excluded, and lines in a currency without any rate,
 * are left out of every numerator and denominator and counted as excluded, by reason.
 * ATR frozen = due lines not flagged ADDED; adds = ADDED; removals = CANCELLED; due = frozen + adds − removals, and that is
 * the denominator of every renewal rate (cancelled lines are in neither side).
 *
 * Money. Each due line converts at the rate in force on its end_date, numerator and denominator alike; sums are exact
 * (128 bits) and rounded once, half to even, to minor units of the reporting currency. Retained money of a line is
 * min(won, atr). Integer sums only: any number of threads gives the same bits.
 *
 * Movement. In an account with opening and closing ARR the lines of a product that went are held against those that came: quantity =
 * (units that came − units that went) × annual value of an old unit, price = the rest; a product that only came is an add-on, one
 * that only went an item removal. Each counts as expansion or contraction by its sign, and the parts are the whole to the cent. */
#ifndef INSIGHT_KPI_H
#define INSIGHT_KPI_H
#include "base/arena.h"
#include "domain/calendar.h"
#include "insight/book.h"

enum kpi_id {
  KPI_ATR_FROZEN, KPI_ATR_ADDS, KPI_ATR_REMOVALS, KPI_ATR, /* money; no denominator */
  KPI_ON_TIME_COUNT, KPI_ON_TIME_MONEY,                  /* booked <= end + grace, over all due in P */
  KPI_ON_TIME_TO_DATE_COUNT, KPI_ON_TIME_TO_DATE_MONEY,  /* the same over lines with end <= as_of: the running period without its future */
  KPI_BAND_COUNT,                                        /* + enum band: share of due lines booked in that band */
  KPI_BAND_MONEY = KPI_BAND_COUNT + BAND_COUNT,          /* + enum band: retained money */
  KPI_IN_QUARTER = KPI_BAND_MONEY + BAND_COUNT,          /* retained and booked by the last day of P */
  KPI_FINAL, KPI_TRAILING,                               /* booked at any time; final − in quarter */
  KPI_GROSS,                                             /* Σ over (account, fiscal quarter) of min(Σ atr, Σ won) / Σ atr */
  KPI_NET,                                               /* Σ won / Σ atr */
  KPI_LOGO,                                              /* contracts with a booked line / contracts due */
  KPI_GRR, KPI_NRR,                                      /* whole base: see kpi_base */
  KPI_RESOLUTION, KPI_CLOSE, KPI_CONVERSION,             /* product of the three = KPI_NET when nothing open is booked */
  KPI_ARR_OPENING, KPI_NEW, KPI_RESURRECTION,            /* movement: account by account, */
  KPI_EXPANSION, KPI_EXPANSION_QUANTITY, KPI_EXPANSION_PRICE, KPI_EXPANSION_ADD_ON, /* within an account that stays by product: kpi_items.c */
  KPI_CONTRACTION, KPI_CONTRACTION_QUANTITY, KPI_CONTRACTION_PRICE, KPI_CONTRACTION_ITEM_REMOVAL, KPI_CHURN, KPI_ARR_CLOSING,
  KPI_STALE, KPI_SLIP,                                   /* of the renewals open on the as-of day: kpi_desk.c */
  KPI_ASSUMED,                                           /* rows whose booked date or link is assumed or weak / rows due */
  KPI_COUNT
};
enum kpi_unit { KPI_UNIT_COUNT_RATE, KPI_UNIT_MONEY_RATE, KPI_UNIT_MONEY };
struct kpi_def {
  const char *key;     /* "on_time_rate_count", "gross_renewal_rate" … also in addresses and JSON */
  const char *title;   /* "On-time renewal rate, count" */
  enum kpi_unit unit;
  int version;         /* of the definition; grows when a formula changes */
  const char *numerator, *denominator; /* in words; denominator "" for plain money */
};
const struct kpi_def *kpi_def_of(enum kpi_id id);
int kpi_id_of(struct str key); /* -1 unknown */

enum kpi_by { KPI_BY_NONE, KPI_BY_REP, KPI_BY_TEAM, KPI_BY_REGION, KPI_BY_PRODUCT, KPI_BY_FAMILY, KPI_BY_PARTNER, KPI_BY_MODEL, KPI_BY_ACCOUNT,
              KPI_BY_CURRENCY, KPI_BY_MONTH, KPI_BY_QUARTER, KPI_BY_COUNT };
const char *kpi_by_name(int by); /* "rep", "sales_model" … */
int kpi_by_of(struct str s);     /* -1 unknown */

struct kpi_query {
  struct period period;
  struct calendar calendar;
  enum kpi_by by;
  day_t as_of;
  int grace_days;
  const uint8_t *reps; /* one byte per rep code, 1 = visible (app/scope.h); NULL = all */
  int threads;         /* 1.. */
  bool lines_only;     /* the KPIs that read renewals (kpi_desk.c) are not asked for, and are 0 */
  bool due_only;       /* neither are those of the whole base: GRR, NRR, the movement */
};
struct kpi_value {
  int64_t num, den;    /* counts, or minor units of the reporting currency; den = 0: no rate */
  int64_t rows_num, rows_den;
};
struct kpi_group {
  uint32_t key;        /* code of the dimension; months and quarters: index from the period's start */
  struct str name;     /* borrowed from the book, or in the arena */
  int64_t due, booked; /* lines */
  int64_t excluded_person, excluded_no_rate, assumed, weak; /* lines due */
  struct kpi_value values[KPI_COUNT];
};
/* Sums of one currency behind the total: minor units of that currency, nothing converted. */
struct kpi_part {
  currency_t currency;
  int64_t lines, atr, won, retained;
  int64_t rate_first, rate_last; /* × 10^9, in force on the first and last due date */
};
struct kpi_result {
  struct kpi_group total;
  struct kpi_group *groups; size_t n_groups; /* only groups with a due or excluded line, or ARR; by name, months and quarters in time order */
  struct kpi_part *parts; size_t n_parts;
};
/* Everything of the result lives in arena; names are the book's. OK, ERR_NOMEM, ERR_RANGE (a sum beyond 64 bits). */
int kpi_compute(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e);
/* The same; the answer is kept beside the book for whoever asks the same question. Thread-safe. */
int kpi_kept(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e);
/* num / den, or NAN when den = 0. */
double kpi_rate(const struct kpi_value *v);

/* The rows behind a figure. side: 'n' numerator, 'd' denominator, 'x' excluded, 'a' assumed or weak. group: key of
 * q->by, or UINT32_MAX for the total. 'x' and 'a' are lines due in the period, whatever the KPI. For gross the amounts are uncapped;
 * for logo, stale and slip a row is a line, the figure counts contracts or renewals. For GRR, NRR and the movement a row's amount is the line's share of the
 * figure, with its sign (a line that went against one that came), so that they add up; each is rounded by itself. The exact sum of the converted amounts rounds to
 * the figure for the row-additive KPIs. */
struct kpi_row {
  uint32_t line;       /* index into book->lines */
  int64_t amount;      /* minor units of the line's own currency; 1 for counts */
  int64_t converted;   /* the line's money in minor units of the reporting currency, rounded by itself; 0 without a rate */
};
int kpi_rows(const struct book *b, const struct kpi_query *q, enum kpi_id id, char side, uint32_t group, struct arena *a, struct kpi_row **ret,
             size_t *ret_n, struct err *e);

/* The bare roll-up the above stands on, for trends and benches: row-additive sums by rep (or any by) × fiscal quarter over a range. */
struct kpi_cell {
  int64_t due, booked, on_time;
  int64_t atr, won, retained, retained_on_time; /* minor units of the reporting currency */
};
/* ret: cells[group × n_quarters + quarter], quarters counted from the one that holds `first`; groups by key, as in kpi_group. q->period is
 * not read. OK, ERR_NOMEM, ERR_RANGE, ERR_LIMIT (more than 4 M cells: too fine a grouping for a trend). */
int kpi_rollup(const struct book *b, const struct kpi_query *q, day_t first, day_t last, struct arena *a, struct kpi_cell **ret, uint32_t *ret_groups,
               uint32_t *ret_quarters, struct err *e);
#endif

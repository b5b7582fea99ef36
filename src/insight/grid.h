/* Renewals as a grid: filter, sort, page by key, totals; over the columns of the book. One text form of a query for
 * addresses, the API, saved links and exports:  category:commit,best_case due:2026-10-01..2026-12-31 rep:Tom*Okafor  … */
#ifndef INSIGHT_GRID_H
#define INSIGHT_GRID_H
#include "base/arena.h"
#include "base/strbuf.h"
#include "domain/calendar.h"
#include "insight/book.h"

enum grid_column { GRID_CUSTOMER, GRID_CONTRACT, GRID_DUE, GRID_CLOSE, GRID_AMOUNT, GRID_CONVERTED, GRID_ATR, GRID_WON, GRID_CATEGORY, GRID_STAGE,
                   GRID_OUTCOME, GRID_REP, GRID_TEAM, GRID_REGION, GRID_RESELLER, GRID_DISTRIBUTOR, GRID_MODEL, GRID_CURRENCY, GRID_STEP_DATE, GRID_CHANGED,
                   GRID_BOOKED, GRID_PO, GRID_AT_RISK, GRID_EXPECTED, GRID_LATE, GRID_CHANGE, GRID_OVERRIDE, GRID_HAS_STEP, GRID_WORK, GRID_IMPORT,
                   GRID_NEXT_STEP, GRID_PO_NUMBER, GRID_LOST_REASON, GRID_COLUMN_COUNT };
/* GRID_EXPECTED: booked date of closed rows, else close date, else due date: the day a roll-up counts the row by. GRID_AMOUNT:
 * won_amount of closed rows, else forecast_amount; GRID_CONVERTED: the same in the reporting currency; GRID_CHANGE: it less atr_amount.
 * GRID_WORK: a part of somebody's worklist (app/worklist.h names it); who asks puts its rows into the filter, without them none match.
 * GRID_IMPORT: renewals of the contracts that an import brought or changed, by its id; rows likewise (app/import_rows.h).
 * GRID_NEXT_STEP, GRID_PO_NUMBER, GRID_LOST_REASON: texts that are not in the book; rows likewise (app/renewal_texts.h).
 * GRID_LATE: days from the due to the booked date, negative when early; blank while nothing is booked. */
const char *grid_column_name(int c); /* "customer", "due_date", "forecast_amount", "owner" … as in addresses */
int grid_column_of(struct str s);    /* -1 unknown */
enum grid_kind { GRID_KIND_SET, GRID_KIND_DAY, GRID_KIND_MONEY, GRID_KIND_NUMBER, GRID_KIND_ROWS, GRID_KIND_TEXT };
enum grid_kind grid_column_kind(enum grid_column c); /* a set has codes; a text has a part or is blank; of days, money and numbers ranges are asked */

/* Days that move with today: of GRID_SPAN_DAYS the next n (or the last -n) and today, 0 = today alone; of the others the span that is n after the one
 * of today, -1..1. Weeks are whole ones, the rest is the organization's calendar. */
enum grid_span { GRID_SPAN_DAYS, GRID_SPAN_WEEK, GRID_SPAN_MONTH, GRID_SPAN_QUARTER, GRID_SPAN_YEAR };
struct grid_when {
  enum grid_span span;
  int n;
};
bool grid_when_read(struct str word, struct grid_when *ret); /* "today", "next_30_days", "last_90_days", "this_quarter"; false: none of these */
void grid_when_print(const struct grid_when *w, struct strbuf *out);
void grid_when_days(const struct grid_when *w, const struct calendar *c, day_t today, day_t *ret_first, day_t *ret_last); /* inclusive */

struct grid_filter {   /* one condition; all must hold */
  enum grid_column column;
  bool negate, blank;  /* blank: rows without a value */
  bool relative;       /* of days: from and to are those of `when`, once grid_query_days has set them; before that it matches nothing */
  struct grid_when when;
  int64_t from, to;    /* days or minor units of the reporting currency, inclusive; INT64_MIN/MAX open */
  uint32_t *codes; size_t n_codes; /* equality set (codes of the dimension, enum values, 0/1) */
  struct str text;     /* contains, folded; for customer, contract, owner, team, region, reseller, distributor and texts. Of GRID_WORK: the part's name;
                        * of GRID_IMPORT: the id */
  const uint32_t *rows; size_t n_rows; /* of GRID_WORK, GRID_IMPORT and texts: indexes into book->renewals, ascending */
  int64_t stamp;       /* not 0: with the text says which rows these are, so that kept answers need not hold and compare them */
};
struct grid_query {
  struct grid_filter *filters; size_t n_filters;
  struct str search;   /* free text over customer, contract number, owner, partners */
  enum grid_column sort; bool descending;
  uint32_t after;      /* id of the last row of the page before; 0 = first page */
  uint32_t limit;      /* rows of a page */
  day_t plan_day;      /* day whose rates convert (first day of the current period) */
  const uint8_t *reps; /* scope … */
  const uint32_t *extra; size_t n_extra; /* … and rows seen besides, ascending indexes into book->renewals */
};
struct grid_totals {
  int64_t rows;
  int64_t converted;   /* sum in the reporting currency, exact then rounded once */
  int64_t by_category[CATEGORY_COUNT], count_by_category[CATEGORY_COUNT];
  int64_t by_currency[64], rows_by_currency[64]; /* minor units, by currency code */
  int64_t no_rate;     /* rows not in `converted` */
};
struct grid_page {
  uint32_t *rows; size_t n; /* indexes into book->renewals, in order */
  bool more;
  struct grid_totals totals; /* of all matching rows, not of the page */
};
/* Parses the text form. Names of people, teams, regions and partners are looked up in the book; an unknown field or value is not
 * an error of the page: it comes back in *ret_bad (comma separated), and an unknown value matches nothing. Lives in arena. OK, ERR_NOMEM. */
int grid_parse(const struct book *b, struct str text, struct arena *a, struct grid_query *ret, struct str *ret_bad, struct err *e);
/* Says which days the relative conditions mean today; after grid_parse, before the query is asked. */
void grid_query_days(struct grid_query *q, const struct calendar *c, day_t today);
/* The text form of the filters (not sort, page or scope); grid_parse of it gives the same filters. */
void grid_print(const struct book *b, const struct grid_query *q, struct strbuf *out);
/* One page. Answers are kept beside the book, within GRID_CACHE_… (grid_cache.c), so that the next page and the same question of
 * anybody with the same scope cost nothing; another generation of the book starts without any. OK, ERR_NOMEM, ERR_RANGE. */
int grid_run(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_page *ret, struct err *e);
/* All matching rows in order, for exports (no page). */
int grid_all(const struct book *b, const struct grid_query *q, struct arena *a, uint32_t **ret, size_t *ret_n, struct grid_totals *ret_totals, struct err *e);
/* One group of the matching rows. */
struct grid_money {
  uint8_t currency;    /* code */
  int64_t rows, minor;
};
struct grid_group {
  uint32_t code;       /* of a set; of days the month as year × 12 + month (0-based), GRID_NO_MONTH for rows without that date */
  int64_t rows, converted, no_rate; /* converted: rounded by itself */
  struct grid_money *money; size_t n_money; /* by currency code; their sums are those of the whole */
};
#define GRID_NO_MONTH UINT32_MAX
bool grid_may_group(int column); /* sets by value, days by month */
/* Groups of all matching rows: months in their order, fixed words (category, stage …) in theirs, names by money, most first. q's sort, after
 * and limit are not read. Lives in arena. OK, ERR_NOMEM, ERR_RANGE. */
int grid_groups(const struct book *b, const struct grid_query *q, enum grid_column by, struct arena *a, struct grid_group **ret, size_t *ret_n,
                struct grid_totals *ret_totals, struct err *e);
/* The condition that finds exactly a group's rows; *code must live as long as it. */
struct grid_filter grid_group_filter(enum grid_column by, uint32_t group, uint32_t *code);
uint32_t grid_row_of_id(const struct book_renewals *r, uint32_t id); /* index of a renewal, UINT32_MAX: none */
/* Amount of one row in minor units of the reporting currency; false without a rate. */
bool grid_converted(const struct book *b, uint32_t row, day_t plan_day, int64_t *ret);
#endif

/* The book as tables for spreadsheets and BI: sets of rows with typed columns, a filter, an order and pages, over the columns in memory.
 * Names are domain.md's. What a reader may not see is not counted, not compared and not reachable by its key. */
#ifndef INSIGHT_FEED_H
#define INSIGHT_FEED_H
#include "base/arena.h"
#include "domain/calendar.h"
#include "insight/book.h"

enum feed_set { FEED_RENEWALS, FEED_LINES, FEED_CONTRACTS, FEED_ACCOUNTS, FEED_PRODUCTS, FEED_OWNERS, FEED_RATES, FEED_DATES, FEED_SET_COUNT };
enum feed_type { FEED_TEXT, FEED_NUMBER, FEED_MONEY, FEED_RATE, FEED_DAY, FEED_FLAG };
struct feed_column {
  const char *name;
  enum feed_type type;
  int what;            /* which value it is; feed.c's own */
  bool stored;         /* not in the book: shown, never filtered or ordered by */
  const char *about;   /* one sentence, for the description of the feed */
};
struct feed_table {
  const char *name, *entity, *about; /* "Renewals", "Renewal" */
  const struct feed_column *columns; /* [0] is the key */
  int n;
};
extern const struct feed_table feed_tables[FEED_SET_COUNT];
int feed_set_of(struct str name);                              /* -1 unknown; letters count */
int feed_column_of(enum feed_set set, struct str name);        /* -1 unknown */

/* Who reads what. Filled by the caller but for the last three; feed_open does those. */
struct feed {
  const struct book *book;
  enum feed_set set;
  const uint8_t *reps;                        /* visible rep codes … */
  const uint32_t *extra; size_t n_extra;      /* … and renewals handed over besides: indexes, ascending */
  day_t plan_day;                             /* whose rates make the reporting amounts: first day of the running quarter */
  day_t today;                                /* the page's day, for the table of dates */
  const struct calendar *calendar;
  bool past;                                  /* the book is one of a past day */
  uint32_t n;                                 /* places; a row is a place that feed_sees */
  uint8_t *seen;                              /* by place, of sets whose rows have no rep of their own; NULL = all */
  int64_t rate[64];                           /* × 10^9 by currency code, 0 = none */
};
/* In arena. OK, ERR_NOMEM. */
int feed_open(struct feed *f, struct arena *a);
bool feed_sees(const struct feed *f, uint32_t row);
/* The place of a key as it stands in an address: 4711, or 'EUR-2026-01-01', or 2026-01-01; ask feed_sees. UINT32_MAX: none. */
uint32_t feed_row_of_key(const struct feed *f, struct str key);

struct feed_value {
  enum feed_type type;
  bool null;
  struct str text;      /* in the book */
  uint32_t code;        /* of a text: the same for the same text of that column; UINT32_MAX = no such number */
  int64_t number;       /* minor units, days, 0 or 1 */
  int exponent;         /* number × 10^-exponent, of money and rates */
};
/* The value of a column that is not stored. scratch: at least FEED_TEXT_SIZE bytes, in which made texts stand. */
enum { FEED_TEXT_SIZE = 32 };
struct feed_value feed_value(const struct feed *f, int column, uint32_t row, char *scratch);
size_t feed_codes(const struct feed *f, int column); /* codes of a text are below it, but for UINT32_MAX */
/* <0, 0, >0: nothing before everything; numbers by what they are worth, texts by bytes. */
int feed_compare(const struct feed_value *a, const struct feed_value *b);

/* What is asked. */
enum { FEED_FILTER_DEPTH = 32, FEED_FILTER_NODES = 1200, FEED_ORDERS_MOST = 8 };
struct feed_filter;
/* Reads OData's $filter: eq ne gt ge lt le in and or not, parentheses, contains startswith endswith tolower toupper trim length year month day, texts in
 * apostrophes, numbers, days, true, false, null. In arena. OK, ERR_SYNTAX (the sentence says what and where), ERR_LIMIT, ERR_NOMEM. */
int feed_filter_read(const struct feed *f, struct str text, struct arena *a, struct feed_filter **ret, struct err *e);
/* Whether a row answers it: nothing known is no. Not for two threads at once. */
bool feed_filter_takes(struct feed_filter *x, const struct feed *f, uint32_t row);

struct feed_order {
  int column;
  bool descending;
};
struct feed_query {
  struct feed_filter *filter;   /* NULL = all */
  struct feed_order orders[FEED_ORDERS_MOST];
  int n_orders;                 /* 0 = as the set stands; equal rows always do */
  bool counts;                  /* ret_count is wanted */
  uint32_t after;               /* the last row of the page before, UINT32_MAX = first page */
  uint32_t skip;                /* rows passed over first; of a first page */
  uint32_t limit;               /* rows of the page, at least 1 */
};
struct feed_page {
  uint32_t *rows; size_t n;
  bool more;
  int64_t count;                /* of all rows that answer, whatever the page; only when counted */
};
/* OK, ERR_NOMEM. In arena. */
int feed_run(const struct feed *f, const struct feed_query *q, struct arena *a, struct feed_page *ret, struct err *e);
#endif

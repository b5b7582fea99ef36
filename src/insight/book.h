/* The book in memory: fixed-width columns, dictionary codes, at most 64 bytes a line.
 * Filled by store/repo_book.c, read by every number in the product. Immutable after book_seal:
 * a change makes a new generation or patches a private copy, readers never see half of it.
 *
 * Codes (rep, region, product, account, contract) are dense indexes into the dictionaries below;
 * code 0 of every dictionary is "none" (id 0, empty name). */
#ifndef INSIGHT_BOOK_H
#define INSIGHT_BOOK_H
#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "base/money.h"
#include "domain/terms.h"

/* Line flags */
enum {
  LINE_BOOKED_ASSUMED = 1, /* booked_date was missing on the successor: its start_date counts */
  LINE_WEAK = 2,           /* linked by product family only */
  LINE_EXCLUDED = 4,       /* a person took it out of the KPIs, with a reason */
  LINE_ADDED = 8,          /* became known after the start of the period in which it is due: an ATR addition */
  LINE_CANCELLED = 16,     /* term cancelled before its end: an ATR removal */
};

/* Lines, sorted by (end, id). Column arrays of n entries each. */
struct book_lines {
  size_t n;
  day_t *end;            /* end_date, inclusive: the due date */
  day_t *start;
  day_t *booked;         /* when it came back; DAY_NONE = not (yet) */
  day_t *known;          /* day from which the line was known */
  day_t *outcome_known;  /* day from which its outcome was known; DAY_NONE = open */
  int64_t *atr;          /* annual value, minor units of currency */
  int64_t *won;          /* annual value booked by successors, 0 if none; same currency */
  uint32_t *id;          /* contract_line.id */
  uint32_t *account, *contract, *product; /* codes; the partner stands with the contract: book_partner */
  uint32_t *quantity;    /* units covered */
  uint16_t *rep, *region;
  uint8_t *currency;     /* code into currencies */
  uint8_t *model;        /* enum sales_model */
  uint8_t *outcome_evidence; /* outcome | evidence << 4 */
  uint8_t *flags;
};

/* Renewal flags */
enum { RENEWAL_OVERRIDE = 1, RENEWAL_AT_RISK = 2, RENEWAL_HAS_PO = 4, RENEWAL_HAS_STEP = 8,
  RENEWAL_REBUILT = 16 /* its record begins later: made from its lines for a past day (book_put_states) */ };

/* Renewals, sorted by id. */
struct book_renewals {
  size_t n;
  uint32_t *id;
  uint32_t *contract, *account, *reseller, *distributor; /* codes */
  day_t *due, *close, *booked, *step_date, *changed; /* changed: day of changed_at */
  int64_t *atr, *forecast, *won; /* minor units of currency */
  uint16_t *rep, *region;
  uint16_t *rep_now;   /* whose scope decides who may see the row: today's owner, in a past book too; rep itself in the newest book */
  uint8_t *currency, *model, *stage, *category, *outcome, *flags;
};

struct book_fold;    /* names folded for search, and their order; made on first use */
struct book_dict {
  uint32_t n;
  int64_t *id;       /* row id in the store */
  struct str *name;  /* display name; bytes owned by the book */
  struct book_fold *_Atomic fold;
};

struct book_team {
  int64_t id;
  struct str name;
  uint32_t parent, region; /* index into teams, code into regions; 0 none */
};

struct book_rate {
  day_t from;
  day_t known;  /* the day from which the rate was known */
  int64_t rate; /* × 10^9, value of one unit in the reporting currency */
};

struct book_index;   /* rows by account (book_index.h) */
enum book_key { BOOK_LINES_BY_ACCOUNT, BOOK_LINES_BY_PARTNER, BOOK_RENEWALS_BY_ACCOUNT, BOOK_RENEWALS_BY_RESELLER, BOOK_RENEWALS_BY_DISTRIBUTOR, BOOK_KEYS };

struct book {
  int64_t seq;              /* store_change_seq at load */
  day_t as_of;              /* what was known on this day; the newest by default */
  currency_t reporting;
  struct book_lines lines;
  struct book_renewals renewals;
  struct book_dict accounts, contracts, products, reps, regions;
  uint32_t *contract_account;        /* by contract code */
  uint32_t *contract_partner;        /* by contract code: the reseller, else the distributor; NULL in a book without partners */
  day_t *contract_cancelled;         /* by contract code: the day a contract was cancelled, DAY_NONE = it was not */
  struct str *product_family;        /* by product code */
  uint32_t *rep_team;                /* by rep code: index into teams, 0 none */
  struct book_team *teams; uint32_t n_teams; /* [0] = none */
  uint8_t n_currencies;              /* codes 0..n-1; 0 = none */
  currency_t currency_of[64];
  struct book_rate *rates[64];       /* by currency code, ascending by from; reporting currency: one rate of 1 */
  uint32_t n_rates[64];
  void *memory;                      /* what book_free releases */
  void (*drop)(void *map, size_t n); /* releases columns that lie in a mapped snapshot; NULL = none */
  void *map; size_t map_n;
  struct book *root;                 /* of a book_fork: whose lines, names and rates it shares */
  _Atomic int holders;               /* forks that share this book's memory, and its owner */
  struct kept *_Atomic kept;         /* answers over these very rows (kept.h); those over lines alone stand beside the root of the newest book's forks */
  struct book_index *_Atomic index[BOOK_KEYS]; /* made on first use; forks of the newest book use their root's */
  struct alike_kept *_Atomic alike; /* accounts that may be one (app/merge.c), one piece of memory; forks use their root's */
  uint8_t *_Atomic tenure;           /* by line (tenure.h); forks of the newest book use their root's */
  struct grid_cache *_Atomic grid;   /* answers of the grid over these very rows; made on first use, never shared with a fork */
};

/* Rate of a currency code in force on a day: the newest with from <= day, else the oldest there is (*ret_assumed
 * tells). ERR_NOTFOUND: no rate at all for this currency; a KPI then reports its rows as excluded, never as 1:1. */
int book_rate(const struct book *b, uint8_t currency, day_t day, int64_t *ret, bool *ret_assumed);
/* Folded names of a dictionary (utf8_fold), in order of code, and each name's place in alphabetical order. Made once by whoever asks
 * first, from any thread. text: every key between '\n' marks; code c's key starts at offset[c] and ends at offset[c + 1] - 1. */
struct book_fold {
  struct str text;
  uint32_t *offset;  /* n + 1 entries */
};
const struct book_fold *book_folded(struct book_dict *d); /* NULL on no memory */
const uint32_t *book_ranks(struct book_dict *d);          /* NULL on no memory */
/* Codes in alphabetical order of their folded names, n of them: equal names by code. For finding a name by halves. NULL on no memory. */
const uint32_t *book_sorted(struct book_dict *d);
/* Half-open index range of lines with first <= end <= last. */
void book_due_range(const struct book *b, day_t first, day_t last, size_t *ret_from, size_t *ret_to);
void book_free(struct book *b); /* takes NULL */

/* A book with its own copy of the renewals' columns and all else shared: for patching a few renewals without a reload.
 * The original may be freed first. NULL on no memory. */
struct book *book_fork(struct book *b);
/* The same for other states of the same renewals: the columns that say which renewal a row is (id, contract, account, partners, due, region, model, currency)
 * are shared, too, and must not be written. */
struct book *book_next(struct book *b);

/* The book as it was known at the end of a past day, made from the newest one: lines known by then, outcomes, cancellations and rates
 * as known then. Its renewals are all of today's, still in today's state: store/repo_book.c puts the versions of then there and
 * takes out those that did not exist. Names are shared with the newest book, which may be freed first. NULL on no memory. */
struct book *book_past(struct book *newest, day_t as_of);
/* Takes out the renewals whose keep[i] is 0. */
void book_keep_renewals(struct book *b, const uint8_t *keep);
/* The first day on which anything of the book was known; DAY_NONE for an empty one. Looks at every line. */
day_t book_first_day(const struct book *b);

/* Building, for store/repo_book.c and tests. Memory of everything below belongs to the book. */
struct book *book_new(void);                                     /* with the empty entries of code 0; NULL on no memory */
struct arena *book_arena(struct book *b);                        /* for names and whatever else lives as long */
int book_alloc_lines(struct book *b, size_t n);                  /* column arrays, not cleared. OK, ERR_NOMEM */
int book_alloc_renewals(struct book *b, size_t n);
/* The same for columns that stand elsewhere: room for n rows in the arena. OK, ERR_NOMEM. */
int book_columns(struct arena *a, struct book_renewals *ret, size_t n);
/* Sizes a dictionary to n entries + code 0. OK, ERR_NOMEM. */
int book_alloc_dict(struct book *b, struct book_dict *d, uint32_t n);
/* Code of a currency, added if new (at most 63). 0 on too many. */
uint8_t book_currency(struct book *b, currency_t c);
/* Rates of a currency, ascending by day; copied. OK, ERR_NOMEM. */
int book_set_rates(struct book *b, currency_t c, const struct book_rate *rates, uint32_t n);
/* Keeps the rates known by the end of as_of and says how many; DAY_NONE keeps all. When none was known by then the table was loaded
 * later than the day: the rates of days up to as_of, which the world knew, count. */
uint32_t book_rates_as_of(struct book_rate *rates, uint32_t n, day_t as_of);
/* One line as a record, before it is laid out in columns. */
struct book_line {
  day_t end, start, booked, known, outcome_known;
  int64_t atr, won;
  uint32_t id, account, contract, product, quantity;
  uint16_t rep, region;
  uint8_t currency, model, outcome_evidence, flags;
};
/* Lays n records out as columns, sorted by (end, id); the records may be in any order of end but ascending by id.
 * OK, ERR_NOMEM, ERR_RANGE (a date outside DAY_MIN … DAY_MAX + 400 years). */
int book_set_lines(struct book *b, const struct book_line *rows, size_t n);
/* The partner of a line (account code): its contract's reseller, else its distributor, else 0. */
static inline uint32_t book_partner(const struct book *b, size_t line) {
  return b->contract_partner != NULL ? b->contract_partner[b->lines.contract[line]] : 0;
}
/* Product families as codes in order of first appearance, 0 = none: *ret_of by product code, *ret_name by family code, *ret_n of them with 0.
 * In arena. OK, ERR_NOMEM. */
int book_families(const struct book *b, struct arena *a, uint32_t **ret_of, struct str **ret_name, uint32_t *ret_n);
/* Text of code in a dictionary; "" when out of range. */
struct str book_name(const struct book_dict *d, uint32_t code);
/* Row of a renewal by its id; SIZE_MAX when absent. */
size_t book_renewal_row(const struct book *b, int64_t id);
/* Code of an id by binary search (ids ascend in every dictionary), 0 when absent. */
uint32_t book_code(const struct book_dict *d, int64_t id);
#endif

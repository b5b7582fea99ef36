/* What each rep carries, and what it would be if accounts went to others: open renewals, their money and risk, languages, and how many have to be
 * placed in which week to be on time. Pure: over the columns of the book. */
#ifndef INSIGHT_CAPACITY_H
#define INSIGHT_CAPACITY_H
#include "base/arena.h"
#include "domain/work.h"
#include "insight/book.h"

enum { CAPACITY_WEEKS = 13, CAPACITY_CODES = 256 };
/* What the book does not hold of accounts. Code 0 is "not known" in both lists. */
struct capacity_facts {
  const uint8_t *language, *country;        /* by account code */
  const struct str *languages, *countries;  /* by code, as they were imported, lower case and upper case */
  uint32_t n_languages, n_countries;
};
struct capacity_query {
  struct work_rule rule;
  day_t today, week_first, plan_day; /* week_first: first day of this week; plan_day: whose rates convert */
  const uint8_t *reps;               /* by rep code: whose renewals are looked at, by today's owner; NULL = everybody's */
  const struct capacity_facts *facts;
  const uint8_t *speaks;             /* [rep code × CAPACITY_CODES + language code]; a rep with none at all is not judged */
};
struct capacity_book {
  int64_t renewals, accounts;        /* open ones; accounts they are of */
  int64_t atr, risk_atr, unfit_atr;  /* minor units of the reporting currency, each rounded once; unfit: in a language the rep does not speak */
  int64_t at_risk, past_safe, unfit, no_rate; /* renewals; past_safe: the last safe day is over */
  int64_t week[CAPACITY_WEEKS];      /* renewals whose last safe day falls into that week, this one first; those past it are in past_safe */
  int64_t *language_atr;             /* by language code */
};
/* By rep code, b->reps.n of them. owner: by row, whose it would be; NULL = as it is. Open = no outcome yet, in commit, best case or
 * pipeline. Lives in arena. OK, ERR_NOMEM, ERR_RANGE. */
int capacity_books(const struct book *b, const struct capacity_query *q, const uint16_t *owner, struct arena *a, struct capacity_book **ret, struct err *e);

enum capacity_kind { CAPACITY_ACCOUNT, CAPACITY_COUNTRY, CAPACITY_PARTNER, CAPACITY_LANGUAGE, CAPACITY_ALL, CAPACITY_KINDS };
const char *capacity_kind_name(int v); /* "account", "country", "partner", "language", "all" */
int capacity_kind_of(struct str s);    /* -1 */
struct capacity_rule {
  int kind;
  uint32_t code;      /* account code, country code, account code of the partner, language code */
  uint16_t from, to;  /* rep codes; from 0 = whoever has it */
};
/* Who would own each row: the first rule that fits an open row decides, of the rows that the query looks at. owner: b->renewals.n entries,
 * written in full. *ret_moved: rows whose owner is another than now; *ret_accounts: accounts they are of. OK, ERR_NOMEM. */
int capacity_assign(const struct book *b, const struct capacity_query *q, const struct capacity_rule *rules, size_t n, uint16_t *owner, int64_t *ret_moved,
                    int64_t *ret_accounts, struct err *e);
/* Moves of whole accounts that even out the money and the weekly load among some reps, as few as do it: each step takes the account whose move
 * helps most from the rep furthest above the average. An account goes only to a rep who speaks its language, or whose languages nobody wrote
 * down. It ends when a move would no longer help by 1/400 of what was uneven, or after `most`. The same book gives the same moves. */
int capacity_propose(const struct book *b, const struct capacity_query *q, const uint8_t *among, size_t most, struct arena *a, struct capacity_rule **ret,
                     size_t *ret_n, struct err *e);

/* Of a row that is looked at; used by the three above. */
bool capacity_counts(const struct book *b, const struct capacity_query *q, size_t row);
/* Week of its last safe day, 0 … CAPACITY_WEEKS - 1; -1 past it, CAPACITY_WEEKS later. */
int capacity_week(const struct capacity_query *q, day_t due, int model);
bool capacity_fits(const struct capacity_query *q, uint32_t rep, uint32_t account);
#endif

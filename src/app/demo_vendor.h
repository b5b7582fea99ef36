/* The invented vendor as pure data and arithmetic: names, catalogue, accounts and their terms. No I/O, no
 * clock; everything follows from the seed and the account's index. */
#ifndef APP_DEMO_VENDOR_H
#define APP_DEMO_VENDOR_H
#include "base/date.h"
#include "base/money.h"
#include "base/random.h"
#include "base/strbuf.h"

enum { DEMO_TEAMS = 5, DEMO_MODELS = 12, DEMO_LEVELS = 3, DEMO_PRODUCTS = DEMO_MODELS * DEMO_LEVELS };
enum { DEMO_MAX_CONTRACTS = 3, DEMO_MAX_ITEMS = 9, DEMO_MAX_LINES = 400 }; /* of one account */

struct demo_team {
  const char *name, *region, *country, *language, *locale, *time_zone;
  const char *currency;
  int share;            /* of the accounts, percent */
  int rate_cents;       /* list price in local currency per USD, × 100 */
  int model_direct, model_one_tier; /* percent of accounts; the rest is two_tier */
};
extern const struct demo_team demo_teams[DEMO_TEAMS];

struct demo_model {
  const char *sku, *name, *family, *product_line;
  int list_usd;         /* a year, middle service level */
  int eol_months, eos_months; /* from the demo's today; 0 = not announced */
  const char *replacement;    /* model SKU or "" */
};
extern const struct demo_model demo_models[DEMO_MODELS];
extern const char *const demo_levels[DEMO_LEVELS];      /* service levels */
extern const char *const demo_level_codes[DEMO_LEVELS]; /* in the SKU */

/* One term of one covered item. */
struct demo_line {
  int contract;     /* index into the account's contract numbers */
  int line_number, product;
  uint64_t serial;
  int64_t quantity, list_amount, net_amount; /* minor units, for the term */
  day_t start, end, booked;
  int from;         /* index of the line it says it renewed, -1 = it does not say */
  int from_contract;
};
struct demo_contract {
  int64_t number;   /* unique per account: printed as C-<account>-<number> */
  day_t start;
};
struct demo_account {
  int64_t index;
  int team, rep;    /* rep: 0.. within the team */
  int model;        /* enum sales_model */
  int reseller, distributor; /* index within the team's partners, -1 = none */
  int n_contracts, n_lines;
  struct demo_contract contracts[DEMO_MAX_CONTRACTS * 8];
  struct demo_line lines[DEMO_MAX_LINES];
};
struct demo_shape {
  uint64_t seed;
  day_t today;
  int reps[DEMO_TEAMS], resellers[DEMO_TEAMS], distributors[DEMO_TEAMS];
};
/* How many people and partners a book of this size has. */
struct demo_shape demo_shape_of(int64_t lines, uint64_t seed, day_t today);
/* Fills *ret with account `index` and all its terms up to today. */
void demo_account_make(const struct demo_shape *shape, int64_t index, struct demo_account *ret);

/* Names: unique for different indexes. Appended to b. */
void demo_account_name(struct strbuf *b, int team, int64_t index);
void demo_partner_name(struct strbuf *b, int team, bool distributor, int index);
void demo_person_name(struct strbuf *b, int team, int index);
void demo_serial(struct strbuf *b, int model, uint64_t serial);
/* Value of one unit of the team's currency in USD × 10^9 on the first day of a month: a slow drift around plan. */
int64_t demo_rate(const struct demo_shape *shape, int team, int month_index);
#endif

/* Reading one contract, its parties and lines, and one account: for pages about them. */
#ifndef STORE_REPO_CONTRACT_H
#define STORE_REPO_CONTRACT_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

struct party {
  int64_t id; /* 0 = none */
  struct str name, country;
};
struct contract {
  int64_t id, owner_id; /* 0 = nobody */
  struct str number, owner, region;
  struct party end_user, bill_to, reseller, distributor;
  int sales_model, state;
  currency_t currency;
  bool auto_renew;
  struct str renewal_pricing_method; /* same, list, uplift or "" */
  int uplift_bp, notice_days;        /* 0 = not given */
  day_t cancelled_on;                /* DAY_NONE = not cancelled */
  int64_t known_at;
};
/* Strings live in arena. ERR_NOTFOUND. */
int contract_get(struct store *s, struct arena *a, int64_t id, struct contract *ret, struct err *e);
/* By its number, however it is written (comparison key of utf8_fold). ERR_NOTFOUND. */
int contract_find(struct store *s, struct str number, int64_t *ret_id, struct err *e);

/* One term of one item, with what became of it. */
struct contract_term {
  int64_t id, contract_id, product_id;
  struct str line_number, sku, product, family, service_level, serial_number;
  int64_t quantity;
  day_t start_date, end_date;
  int64_t net_amount, annual_value, won_annual; /* currency of the line; won in the currency of its successor */
  currency_t currency;
  int outcome, evidence;
  day_t booked_date, eol_date, eos_date;
  bool booked_assumed;
  struct str excluded_reason;
};
/* Everywhere below, until = the last instant known: what became known later is left out, outcomes and states are those of then;
 * INT64_MAX = now. Parties, owners and products have no history: they are today's. */
/* Terms of a contract, newest end first, then by line number. due = DAY_NONE: all; else those that end on that day. */
int contract_terms(struct store *s, struct arena *a, int64_t contract_id, day_t due, int64_t until, struct contract_term **ret, size_t *ret_n, struct err *e);

/* What renewed what: one row per link whose earlier line belongs to the contract and ends on `due` (forward), or
 * whose later line does (backward: what these lines themselves renewed). */
struct term_link {
  int64_t line_id, other_line_id, other_contract_id;
  struct str other_contract;
  day_t other_start, other_end;
  int64_t quantity, other_annual;
  currency_t other_currency;
  int evidence;
  struct str reason; /* of a person's decision, or "" */
};
int contract_links(struct store *s, struct arena *a, int64_t contract_id, day_t due, bool backward, int64_t until, struct term_link **ret,
                   size_t *ret_n, struct err *e);

/* A renewal as it stands in a list. */
struct renewal_brief {
  int64_t id, contract_id, owner_id;
  struct str contract, owner;
  day_t due_date, booked_date;
  int category, outcome;
  currency_t currency;
  int64_t atr_amount, forecast_amount, won_amount;
};
/* Of a contract (account_id 0) or of an end user (contract_id 0), newest due first, at most max. owner_id is today's owner, who decides
 * who may see the row; owner names the one of then. */
int renewal_briefs(struct store *s, struct arena *a, int64_t contract_id, int64_t account_id, int64_t until, size_t max, struct renewal_brief **ret,
                   size_t *ret_n, struct err *e);

struct account {
  int64_t id, parent_id, known_at;
  struct str name, country, language, region, parent;
  int kind; /* bit 0 customer, 1 reseller, 2 distributor */
};
int account_get(struct store *s, struct arena *a, int64_t id, struct account *ret, struct err *e);
#endif

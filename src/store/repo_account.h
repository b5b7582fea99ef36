/* One account beyond its row: by name, who it is now after a merge, children, terms of its contracts. */
#ifndef STORE_REPO_ACCOUNT_H
#define STORE_REPO_ACCOUNT_H
#include "base/money.h"
#include "store/store.h"

/* By its name, however it is written (utf8_fold); a merged name gives the account it is now. ERR_NOTFOUND. */
int account_find(struct store *s, struct str name, int64_t *ret_id, struct err *e);
/* The account that id is now: itself, or the one it was merged into. OK, ERR_NOTFOUND. */
int account_now(struct store *s, int64_t id, int64_t *ret_id, struct err *e);

struct account_brief {
  int64_t id;
  struct str name, country;
};
/* Accounts whose parent it is, by name, at most max. */
int account_children(struct store *s, struct arena *a, int64_t id, size_t max, struct account_brief **ret, size_t *ret_n, struct err *e);

/* Owners of the contracts in which the account has a part, each once; 0 = a contract without one. In arena. */
int account_owners(struct store *s, struct arena *a, int64_t id, int64_t **ret, size_t *ret_n, struct err *e);

/* Touches of the renewals of which the account is the end user, newest first, at most max. */
struct account_touch {
  int64_t renewal_id, owner_id, at; /* owner of the renewal today */
  struct str channel, party, note, by, contract;
};
int account_touches(struct store *s, struct arena *a, int64_t id, int64_t until, size_t max, struct account_touch **ret, size_t *ret_n, struct err *e);

/* Terms of all contracts of which the account is the end user, that were known by an instant; by contract, then by line. */
struct covered_term {
  int64_t line_id, contract_id, owner_id, product_id, quantity, annual_value;
  struct str contract, product, sku, serial; /* product: its name, else the SKU; those of one contract or product share their bytes */
  day_t start, end;                          /* end: the earlier of end_date and a cancellation */
  day_t eol, eos;                            /* DAY_NONE = not known */
  currency_t currency;
  bool excluded;                             /* a person took the line out of the KPIs */
};
int account_terms(struct store *s, struct arena *a, int64_t account_id, int64_t known_until, struct covered_term **ret, size_t *ret_n, struct err *e);
#endif

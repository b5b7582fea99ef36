/* Search and jump: customers, partners, contracts, serial numbers, POs, people, within what somebody may see.
 * The indexes are made once per loaded book and shared by the threads of a server; about 25 bytes a serial number and 20 a word of a name.
 * Edits of renewals and contacts are followed without making them again. */
#ifndef APP_SEARCH_H
#define APP_SEARCH_H
#include "app/book_cache.h"
#include "app/scope.h"
#include "insight/search.h"

enum search_kind { SEARCH_ACCOUNT, SEARCH_CONTRACT, SEARCH_SERIAL, SEARCH_ORDER, SEARCH_RENEWAL, SEARCH_REP, SEARCH_CONTACT, SEARCH_KIND_COUNT };
enum { SEARCH_MOST_OF_KIND = 8, SEARCH_SOON_DAYS = 120, SEARCH_LEAST_LETTERS = 2, SEARCH_LEAST_NUMBER = 3 };

/* One thing found; text lives in the arena. */
struct search_result {
  enum search_kind kind;
  uint8_t match, slips;     /* enum search_match */
  int64_t id;               /* account, contract, renewal, person or contact */
  struct str name;          /* account, contract number, serial number, PO number, person */
  struct str of;            /* customer of a contract, serial number, PO or renewal; account of a contact; the merged name that was asked for */
  struct str contract;      /* of a serial number, PO or renewal */
  int64_t account_id;       /* of a contact */
  int account_kind;         /* of an account: bit 0 customer, 1 reseller, 2 distributor; 0 not known */
  int64_t next_renewal;     /* the visible open renewal due first; 0 = none */
  day_t next_due;
  int64_t next_amount;      /* its forecast, minor units */
  currency_t next_currency;
};
struct search_found {
  struct search_result *rows; /* by kind; kinds by their best row */
  size_t n;
  struct search_result closest[3]; /* accounts with a name near it, when there is nothing: kind, id, name */
  size_t n_closest;
  bool too_short;
};

struct search_cache;
struct search_cache *search_cache_new(void); /* NULL on no memory */
void search_cache_free(struct search_cache *x, struct book_cache *books); /* takes NULL */

/* most: of one kind, up to SEARCH_MOST_OF_KIND. OK, ERR_NOMEM, store codes. */
int search_run(struct book_cache *books, struct store *s, struct arena *a, const struct scope *who, struct str text, day_t today, size_t most,
               struct search_found *ret, struct err *e);
/* Makes the indexes when they are not there, so that nobody waits for them. */
int search_warm(struct book_cache *books, struct store *s, day_t today, struct err *e);

/* Ids of visible renewals whose PO number, or one of whose lines' serial numbers, is `text` or begins with it, newest due first; at most
 * max. Letters and digits count, not case, blanks or dashes; below SEARCH_LEAST_NUMBER of them there is nothing. */
int search_renewals(struct book_cache *books, struct store *s, struct arena *a, const struct scope *who, struct str text, size_t max, int64_t **ret,
                    size_t *ret_n, struct err *e);
#endif

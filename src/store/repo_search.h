/* What search needs besides the book: serial and PO numbers, parties of contracts, contacts, merged names. Read whole,
 * once per loaded book, in the order given; and the small look-ups that show a found row. */
#ifndef STORE_REPO_SEARCH_H
#define STORE_REPO_SEARCH_H
#include "base/date.h"
#include "base/money.h"
#include "store/store.h"

/* A code ends the reading and is given back. */
typedef int search_number_fn(void *arg, int64_t id, struct str number, struct err *e);
/* Serial numbers with the id of the contract of their line; those of one contract may repeat. */
int search_each_serial(struct store *s, search_number_fn *fn, void *arg, struct err *e);
/* PO numbers with the id of their renewal. seq >= 0: only of renewals changed after that change number (store_change_seq). */
int search_each_order(struct store *s, int64_t seq, search_number_fn *fn, void *arg, struct err *e);

struct search_contract {
  int64_t id, owner_id, end_user_id, reseller_id, distributor_id; /* 0 = none */
};
typedef int search_contract_fn(void *arg, const struct search_contract *c);
int search_each_contract(struct store *s, search_contract_fn *fn, void *arg, struct err *e);

typedef int search_pair_fn(void *arg, int64_t id, int64_t other_id, struct str name);
/* Contacts by id: their account and name. */
int search_each_contact(struct store *s, search_pair_fn *fn, void *arg, struct err *e);
/* Merged accounts and those they are now; name is empty. */
int search_each_merged(struct store *s, search_pair_fn *fn, void *arg, struct err *e);
/* Whether any contact or merge changed after a change number. */
int search_contacts_changed(struct store *s, int64_t seq, bool *ret, struct err *e);

/* A term of a contract that has a serial number; the newest end first. */
struct search_line {
  int64_t line_id, renewal_id; /* of the term's end; 0 = none */
  struct str serial, product;
  day_t start, end;
};
int search_lines(struct store *s, struct arena *a, int64_t contract_id, struct search_line **ret, size_t *ret_n, struct err *e);
#endif

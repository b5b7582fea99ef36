/* Merging two accounts that are one, and taking it back. The merged row stays and its name leads to the survivor (account_merged); every
 * reference that was moved is written down (account_merge_row). Rules and permission: app/merge. */
#ifndef STORE_REPO_MERGE_H
#define STORE_REPO_MERGE_H
#include "store/store.h"

/* What points at an account. */
struct merge_counts {
  int64_t as_customer, as_bill_to, as_reseller, as_distributor; /* contracts */
  int64_t renewals, contacts, children, earlier;                /* of those contracts as a customer; accounts merged into it before */
};
int merge_count(struct store *s, int64_t account_id, struct merge_counts *ret, struct err *e);
/* Owners of every contract the account has a part in are in repo_account.h (account_owners). */

struct merge {
  int64_t id, survivor_id, merged_id, merged_at, merged_by, undone_at, undone_by;
  struct str survivor, merged, by, undone_by_name, reason;
  int64_t moved; /* references */
};
/* By its id; ERR_NOTFOUND. Strings in arena. */
int merge_get(struct store *s, struct arena *a, int64_t id, struct merge *ret, struct err *e);
/* Newest first, at most max; account_id 0 = all, else those into or of that account that stand. */
int merge_list(struct store *s, struct arena *a, int64_t account_id, size_t max, struct merge **ret, size_t *ret_n, struct err *e);

/* Inside a write transaction. Moves contracts, contacts, children and earlier merges; sets m->id. Both accounts must stand for themselves
 * (account_now) and differ: the caller has looked. */
int merge_apply(struct store *s, struct merge *m, struct err *e);
/* Moves everything back. ERR_CONFLICT with a sentence: taken back already, merged further, or something moved was changed since; then the
 * transaction must be given up. */
int merge_undo(struct store *s, const struct merge *m, int64_t now, int64_t actor_id, struct err *e);

struct merge_name {
  int64_t id;
  struct str name, key, country;
  int kind;
};
/* Accounts that stand for themselves, by id, into an arena array. */
int merge_names(struct store *s, struct arena *a, struct merge_name **ret, size_t *ret_n, struct err *e);

/* Two accounts that are not one, whatever their names say; the order of the two does not matter. */
struct apart {
  int64_t a_id, b_id, marked_at; /* a_id < b_id */
  struct str a, b, by;
};
/* All marks, by a_id and b_id, into an arena array. */
int apart_list(struct store *s, struct arena *a, struct apart **ret, size_t *ret_n, struct err *e);
/* Inside a write transaction. Whether a mark was there already, or was there to be taken away: 0 rows changed, else 1; or a code. */
int apart_put(struct store *s, int64_t one, int64_t other, int64_t now, int64_t actor_id, struct err *e);
int apart_remove(struct store *s, int64_t one, int64_t other, struct err *e);
/* One of them. ERR_NOTFOUND: there is none, or it was merged. */
int merge_name(struct store *s, struct arena *a, int64_t id, struct merge_name *ret, struct err *e);
#endif

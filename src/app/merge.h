/* Merging duplicate accounts: who may, what would move, doing it and taking it back; each in one transaction with its audit entry. The history of
 * the accounts is derived anew in the same transaction, so that links, outcomes and renewals are right for the merged customer. */
#ifndef APP_MERGE_H
#define APP_MERGE_H
#include "app/scope.h"
#include "store/repo_merge.h"

enum { MERGE_REASON_MAX = 500, MERGE_SUGGESTIONS = 200 };

struct merge_suggestion {
  struct merge_name a, b;
  int slips; /* 0: the same name in another form */
};
/* Accounts that may be one, the surest first, at most MERGE_SUGGESTIONS; of those the person sees, without pairs
 * that were marked as two (merge_apart). */
int merge_suggest(struct store *s, struct arena *a, const struct scope *who, const struct book *b, struct merge_suggestion **ret, size_t *ret_n, struct err *e);

struct merge_ask {
  int64_t survivor_id, merged_id;
  struct str reason;
  day_t today;
  int64_t now;
};
/* Whether it may be done and what moves. OK, ERR_NOTFOUND (out of scope, or none), ERR_DENIED (role, or contracts at the merged account that
 * the person does not see), ERR_RANGE (the same account, or one that was merged). */
int merge_check(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, struct merge_counts *ret, struct err *e);
/* *ret_id = of the merge. The codes of merge_check, and ERR_RANGE without a reason. */
int merge_accounts(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, int64_t *ret_id, struct err *e);
/* Takes a merge back: everything it moved goes where it was. ERR_NOTFOUND, ERR_DENIED, ERR_CONFLICT with a sentence. */
int merge_take_back(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t merge_id, day_t today, int64_t now, struct err *e);
/* Marks two accounts as not one (or, with apart false, takes the mark away): suggestions leave them out from then on. Audited at both. Doing it twice
 * is no error. OK, ERR_NOTFOUND (out of scope, or none), ERR_DENIED (role), ERR_RANGE (the same account). */
int merge_apart(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, bool apart, struct err *e);
#endif

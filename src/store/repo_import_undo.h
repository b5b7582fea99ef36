/* Taking an import back as a whole: what it touched, what stands on top of it, and the rows as they were before.
 * Everything but import_past_get wants a write transaction. OK and store codes. */
#ifndef STORE_REPO_IMPORT_UNDO_H
#define STORE_REPO_IMPORT_UNDO_H
#include "store/store.h"

struct import_past {
  int64_t id, place, finished_at, undone_at; /* place: order in which imports were applied, 0 = recorded by an older version */
  struct str kind, file_name;
  day_t as_of, through_before, through_after;
};
int import_past_get(struct store *s, struct arena *a, int64_t id, struct import_past *ret, struct err *e); /* ERR_NOTFOUND */

/* Gathers the contracts that the import touched, for the calls below. */
int import_undo_begin(struct store *s, const struct import_past *p, struct err *e);
enum import_block { BLOCK_NONE, BLOCK_IMPORT, BLOCK_EDIT, BLOCK_RECORD, BLOCK_TARGET };
struct import_blocker {
  enum import_block what;
  int64_t n, import_id;    /* how many records; the later import */
  struct str file_name, person; /* of that import; who made the newest edit, "" = the command line */
};
/* What was done since on the rows of this import: later imports, edits of renewals, decisions, touches and the like, new versions of targets. */
int import_undo_blocker(struct store *s, struct arena *a, const struct import_past *p, struct import_blocker *ret, struct err *e);
/* End users whose contracts are concerned, and renewals that the import changed with their last version before it. */
struct import_undo_renewal {
  int64_t id;
  int32_t version;
};
int import_undo_accounts(struct store *s, struct arena *a, const struct import_past *p, int64_t **ret, size_t *ret_n, struct err *e);
int import_undo_renewals(struct store *s, struct arena *a, const struct import_past *p, struct import_undo_renewal **ret, size_t *ret_n, struct err *e);
struct import_undo_counts {
  int64_t lines_removed, lines_restored, contracts_removed, accounts_removed, accounts_kept, renewals_removed;
};
/* Removes what it added, puts back what it overwrote. Accounts, products, people and regions that something else uses by now stay.
 * ERR_CONFLICT: something unforeseen refers to a row that would go. */
int import_undo_rows(struct store *s, const struct import_past *p, struct import_undo_counts *ret, struct err *e);
/* Marks it as taken back and drops what was kept for that. */
int import_undo_end(struct store *s, const struct import_past *p, int64_t now, int64_t actor_id, struct err *e);
#endif

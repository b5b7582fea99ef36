/* Takes an applied import back as a whole: what it added goes, what it overwrote comes back, the history of the customers
 * concerned is derived again, in one transaction with one audit entry. Refused while something stands on top of it. */
#ifndef APP_IMPORT_UNDO_H
#define APP_IMPORT_UNDO_H
#include "store/repo_import_undo.h"

struct import_undo {
  int64_t import_id;
  int64_t now, actor_id; /* seconds UTC; 0 = the operator at the command line */
};
/* OK; ERR_NOTFOUND; ERR_CONFLICT: the text names what stands on top and what to do first, or that it was undone already. Store codes.
 * Renewals that the import changed get a new version with their state before it; those it made are removed. */
int import_undo_run(struct store *s, const struct import_undo *u, struct import_undo_counts *ret, struct err *e);
#endif

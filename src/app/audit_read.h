/* Who may read the audit, and the walk over its chain that somebody asks for. Admin and ops see all; a manager what the people of the own
 * teams did. */
#ifndef APP_AUDIT_READ_H
#define APP_AUDIT_READ_H
#include "app/scope.h"
#include "store/repo_audit.h"

/* audit_rows within the scope. q->actors may name one person; others than those in the scope give no rows. ERR_DENIED: no such role. */
int audit_read(struct store *s, struct arena *a, const struct scope *who, const struct audit_query *q, struct audit_row **ret, size_t *ret_n,
               struct err *e);
/* Walks the whole chain and keeps what came of it, with an audit entry; *ret: what is kept. OK also when the chain is broken. */
int audit_check_now(struct store *s, struct arena *a, int64_t actor_id, int64_t now, struct audit_check *ret, struct err *e);
#endif

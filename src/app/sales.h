/* Field sales: who looks after an account, whose accounts somebody sees, and what the sales owner is told of renewals. */
#ifndef APP_SALES_H
#define APP_SALES_H
#include "app/scope.h"
#include "store/repo_sales.h"

/* The people of field sales whose accounts a person sees: themselves, and for who leads a team the sales people in it and in the teams below; nobody for
 * other roles. In arena. */
int sales_led(struct store *s, struct arena *a, int64_t person_id, struct sales_person **ret, size_t *ret_n, struct err *e);

/* Who may say whose account it is: admin, ops and managers, of accounts they see (the caller has looked). */
bool sales_may_assign(const struct scope *who);
/* Sets who looks after an account; 0 = nobody. The new owner is told of the account, not of each renewal that waits there already. In its own write
 * transaction, with an audit entry. OK also when nothing changes. ERR_DENIED, ERR_RANGE (no such active person of field sales). */
int sales_assign(struct store *s, struct arena *a, const struct scope *who, int64_t account_id, int64_t person_id, int64_t now, struct err *e);
/* The same inside an import's transaction, without a check of the actor: *ret_changed. */
struct sales_import {
  int64_t account_id, person_id, import_id, actor_id, now;
};
int sales_assign_import(struct store *s, struct arena *a, const struct sales_import *x, bool *ret_changed, struct err *e);

/* Whether a person of field sales leads their team. In its own write transaction, with an audit entry. ERR_NOTFOUND: no such active person of field sales. */
int sales_lead_set(struct store *s, int64_t person_id, bool leads, int64_t actor_id, int64_t now, struct err *e);

/* Tells sales owners what has become so: a renewal has entered the window, is at risk, needs them; and of asks that are late. Each is told once until it
 * no longer holds. renewal_id 0 = of the whole book (the nightly job). Inside a write transaction; by_id: who made the change, 0 = a day that passed. */
int sales_tell(struct store *s, int64_t renewal_id, day_t today, int64_t now, int64_t by_id, struct err *e);
#endif

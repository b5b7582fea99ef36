/* Read-only views for BI tools that speak SQL to PostgreSQL: names instead of ids, amounts as decimals, days as dates, words instead of numbers. They stand
 * in a schema of their own beside the organization's, SCHEMA_bi, so that a role can be given them and nothing else. */
#ifndef STORE_REPO_VIEWS_H
#define STORE_REPO_VIEWS_H
#include "store/store.h"

/* Makes them anew, and lets the role (made when there is none, without a login; "" = nobody) read them and nothing else. Inside a write transaction, with an
 * audit entry. *ret_schema in arena. OK, ERR_DENIED (SQLite), ERR_SYNTAX (role), ERR_CONFLICT, ERR_FAIL (something of others stands on them; no right). */
int views_install(struct store *s, struct arena *a, struct str role, int64_t now, struct str *ret_schema, struct err *e);
int views_drop(struct store *s, struct arena *a, int64_t now, struct err *e);
#endif

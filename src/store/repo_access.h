/* Rows of sign-in: people, sessions, API tokens, the throttle. Rules are in app/access.h; here is only SQL. */
#ifndef STORE_REPO_ACCESS_H
#define STORE_REPO_ACCESS_H
#include "domain/terms.h"
#include "store/store.h"

struct person_row {
  int64_t id, team_id, password_changed_at;
  struct str email, name, team, language, locale, time_zone, password_hash; /* "" when NULL */
  enum role role;
  bool active;
};
/* Text lives in the arena. ERR_NOTFOUND. email is compared as it is stored: lower case. */
int person_by_id(struct store *s, struct arena *a, int64_t id, struct person_row *ret, struct err *e);
int person_by_email(struct store *s, struct arena *a, struct str email, struct person_row *ret, struct err *e);
/* The person of that name key who has no email yet: made by an import. */
int person_by_bare_name(struct store *s, struct arena *a, struct str name_key, struct person_row *ret, struct err *e);
int person_rows(struct store *s, struct arena *a, struct person_row **ret, size_t *ret_n, struct err *e);
/* p->id 0: a new row, whose id is given back. Else the row gets email, role and team. ERR_CONFLICT: the email is taken.
 * Inside a write transaction, as all that follow unless said otherwise. */
int person_put(struct store *s, struct person_row *p, struct str name_key, int64_t now, struct err *e);
int person_set_password(struct store *s, int64_t id, struct str hash, int64_t now, struct err *e);
int person_set_active(struct store *s, int64_t id, bool active, struct err *e);
int person_set_reading(struct store *s, int64_t id, struct str language, struct str locale, struct str time_zone, struct err *e);
/* Team of that name, made if there is none. */
int team_of_name(struct store *s, struct str name, int64_t *ret_id, struct err *e);

struct session_data {
  struct str id_hash, csrf, address, agent;
  int64_t person_id, created_at, last_seen, expires_at, fresh_at; /* fresh_at: when the password was last given */
};
int session_put(struct store *s, const struct session_data *x, struct err *e);
int session_get(struct store *s, struct arena *a, struct str id_hash, struct session_data *ret, struct err *e); /* ERR_NOTFOUND */
int session_seen(struct store *s, struct str id_hash, int64_t now, struct err *e);
int session_fresh(struct store *s, struct str id_hash, int64_t now, struct err *e); /* the password was given now */
int session_rows(struct store *s, struct arena *a, int64_t person_id, struct session_data **ret, size_t *ret_n, struct err *e);
/* The session is over from now on; its row stays a while, so that a form sent from it is known as its person's. */
int session_over(struct store *s, struct str id_hash, int64_t now, struct err *e);
int session_of_csrf(struct store *s, struct str csrf, int64_t *ret_person, struct err *e); /* 0 = none */
/* person_id 0 = whoever's. Number of rows that went. */
int64_t session_delete(struct store *s, struct str id_hash, int64_t person_id, struct err *e);
int64_t session_delete_others(struct store *s, int64_t person_id, struct str keep_hash, struct err *e);
int64_t session_delete_over(struct store *s, int64_t expired_before, int64_t idle_before, struct err *e);

struct token_data {
  int64_t id, person_id, created_at, expires_at, last_used_at;
  struct str name, scopes;
};
int token_put(struct store *s, struct token_data *t, struct str hash, struct err *e); /* gives t->id */
int token_get(struct store *s, struct arena *a, struct str hash, struct token_data *ret, struct err *e); /* ERR_NOTFOUND */
int token_rows(struct store *s, struct arena *a, int64_t person_id, struct token_data **ret, size_t *ret_n, struct err *e); /* 0 = all */
int token_owner(struct store *s, int64_t id, int64_t *ret_person_id, struct err *e); /* 0 = no such token */
int token_used(struct store *s, int64_t id, int64_t now, struct err *e);
int64_t token_delete(struct store *s, int64_t id, int64_t person_id, struct err *e); /* person 0 = whoever's */
int64_t token_delete_all(struct store *s, int64_t person_id, struct err *e);

struct throttle {
  int64_t failures, last_failure, blocked_until;
};
int throttle_get(struct store *s, struct str key, struct throttle *ret, struct err *e); /* zeros when there is none */
int throttle_put(struct store *s, struct str key, const struct throttle *t, struct err *e);
int throttle_clear(struct store *s, struct str key, struct err *e);
#endif

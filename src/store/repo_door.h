/* Rows around the door: second factor, recovery codes, links that set a password, steps of a sign-in, single sign-on, sealed secrets.
 * Rules are in app/access_*.h; here is only SQL. All but the reads (…_get, …_rows, …_count) run inside a write transaction. Text lives in the arena. */
#ifndef STORE_REPO_DOOR_H
#define STORE_REPO_DOOR_H
#include "store/store.h"

struct totp_row {
  int64_t person_id, created_at, confirmed_at, last_step; /* confirmed_at 0 = no code was right yet */
  struct str secret_sealed;
};
int totp_get(struct store *s, struct arena *a, int64_t person_id, struct totp_row *ret, struct err *e); /* ERR_NOTFOUND */
int totp_put(struct store *s, const struct totp_row *x, struct err *e);
/* Confirms (once) and notes the step of the code. ERR_CONFLICT: a code of this step or a later one was taken already. */
int totp_take_step(struct store *s, int64_t person_id, int64_t step, int64_t now, struct err *e);
int64_t totp_delete(struct store *s, int64_t person_id, struct err *e); /* with the recovery codes; 1 or 0 */

int recovery_put(struct store *s, int64_t person_id, struct str code_hash, int64_t now, struct err *e);
int64_t recovery_delete_all(struct store *s, int64_t person_id, struct err *e);
/* 1 when the code was there and unused, else 0. */
int64_t recovery_use(struct store *s, int64_t person_id, struct str code_hash, int64_t now, struct err *e);
int recovery_count(struct store *s, int64_t person_id, int64_t *ret_left, struct err *e);

struct reset_row {
  int64_t person_id, made_by, created_at, expires_at;
};
int reset_put(struct store *s, struct str token_hash, const struct reset_row *x, struct err *e);
int reset_get(struct store *s, struct str token_hash, struct reset_row *ret, struct err *e); /* ERR_NOTFOUND */
int64_t reset_delete_all(struct store *s, int64_t person_id, struct err *e);

struct step_row {
  int64_t person_id, created_at, expires_at;
  struct str way; /* "password" or "oidc" */
};
int step_put(struct store *s, struct str token_hash, const struct step_row *x, struct err *e);
int step_get(struct store *s, struct arena *a, struct str token_hash, struct step_row *ret, struct err *e); /* ERR_NOTFOUND */
int64_t step_delete(struct store *s, struct str token_hash, struct err *e);
int64_t step_delete_person(struct store *s, int64_t person_id, struct err *e);
int64_t step_delete_over(struct store *s, int64_t now, struct err *e);

/* A sign-in came back from the provider: 1, or 0 when this one did before. Forgets those used before `forget`. */
int64_t oidc_state_use(struct store *s, struct str state_hash, int64_t now, int64_t forget, struct err *e);
int oidc_subject_get(struct store *s, struct str issuer, struct str subject, int64_t *ret_person_id, struct err *e); /* 0 = none */
int oidc_subject_put(struct store *s, struct str issuer, struct str subject, int64_t person_id, int64_t now, struct err *e);
int64_t oidc_subject_delete(struct store *s, int64_t person_id, struct err *e);

int sealed_get(struct store *s, struct arena *a, struct str name, struct str *ret, struct err *e); /* ERR_NOTFOUND */
int sealed_put(struct store *s, struct str name, struct str sealed, int64_t now, struct err *e);
int64_t sealed_delete(struct store *s, struct str name, struct err *e);
#endif

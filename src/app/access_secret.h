/* Inside of app/access: secrets and their hashes. */
#ifndef APP_ACCESS_SECRET_H
#define APP_ACCESS_SECRET_H
#include "app/access.h"
#include "store/repo_access.h"

void secret_new(char text[SECRET_TEXT_SIZE]);                       /* 256 random bits as hexadecimal digits */
void secret_hash(struct str text, char hash[SECRET_TEXT_SIZE]);     /* SHA-256 as hexadecimal digits */
/* hash "" takes the time of a check and answers false. */
bool password_matches(struct str password, struct str hash, struct password_cost cost);
int person_of_row(const struct person_row *p, struct person *ret); /* OK */
int access_audit(struct store *s, const char *action, int64_t actor_id, int64_t person_id, int64_t now, struct err *e);
/* Like access_audit, with a detail: a compact JSON object. */
int access_audit_detail(struct store *s, const char *action, int64_t actor_id, int64_t person_id, struct str detail, int64_t now, struct err *e);
/* Counts a failure under a key; the first free_failures cost nothing. Inside a write transaction. */
int access_count_failure(struct store *s, const char *key, int64_t free_failures, int64_t now, struct err *e);
/* The same in a transaction of its own, with an audit entry about the person when action is not NULL. */
int access_failed(struct store *s, const char *key, int64_t free_failures, const char *action, int64_t person_id, int64_t now, struct err *e);
/* ERR_DENIED with the seconds while the key has to wait. */
int access_held_up(struct store *s, const char *key, int64_t now, struct err *e);
int access_forgive(struct store *s, const char *key, struct err *e); /* a success: the count begins anew */
/* The person has proved who they are by `way` ("password", "oidc"): opens a session, or the step in which the code is asked for. */
int access_pass(struct store *s, const struct sign_in *in, int64_t person_id, const char *way, struct signed_in *ret, struct err *e);
#endif

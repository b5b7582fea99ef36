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
#endif

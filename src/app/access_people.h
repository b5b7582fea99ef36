/* What administrators do with people and teams. Who may is the business of the routes; the person at the
 * command line is actor 0. Every change
 * writes its audit entry, with what was before and after, in the same transaction. */
#ifndef APP_ACCESS_PEOPLE_H
#define APP_ACCESS_PEOPLE_H
#include "app/access.h"
#include "store/repo_people.h"

enum { PEOPLE_TEAM_MOST = 120 }; /* bytes of a team's name */

/* Changes all fields of *p but active and the password. A change of role or email ends the person's sessions, a change of role their API
 * tokens too. *ret_field: the field a refusal is about ("email", "name", "role", "language", "locale", "time_zone", "team"), or "".
 * OK, ERR_NOTFOUND, ERR_SYNTAX, ERR_CONFLICT (the email is another's), ERR_DENIED (the own role; the last administrator's role). */
int access_person_edit(struct store *s, const struct person_detail *p, int64_t actor_id, int64_t now, const char **ret_field, struct err *e);
/* access_person_set_active with the rules for administrators: not oneself, never the last administrator. ERR_DENIED says why. */
int access_person_switch(struct store *s, int64_t id, bool active, int64_t actor_id, int64_t now, struct err *e);

/* Adds (id 0) or changes a team. ERR_CONFLICT (name taken, or the parent lies below the team: a cycle), ERR_SYNTAX, ERR_NOTFOUND. */
int access_team_put(struct store *s, struct team_row *t, int64_t actor_id, int64_t now, struct err *e);
/* ERR_CONFLICT: not empty. ERR_NOTFOUND. */
int access_team_remove(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e);

/* Languages and locales a person can have; NULL at the end. */
extern const char *const people_languages[], *const people_locales[];
#endif

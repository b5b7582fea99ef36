/* Who somebody is and whose rows they may see, for app/scope. */
#ifndef STORE_REPO_SCOPE_H
#define STORE_REPO_SCOPE_H
#include "store/store.h"

/* Role and team of an active person; team 0 = none. ERR_NOTFOUND. */
int scope_person(struct store *s, int64_t person_id, int *ret_role, int64_t *ret_team_id, struct err *e);
/* Ids of the people in a team and in the teams below it, ascending, in arena. */
int scope_team_people(struct store *s, struct arena *a, int64_t team_id, int64_t **ret, size_t *ret_n, struct err *e);
/* The team above a team; 0 = none. */
int scope_team_parent(struct store *s, int64_t team_id, int64_t *ret, struct err *e);
#endif

#include "app/scope.h"

#include "store/repo_scope.h"

struct scope scope_operator(void)
{
  return (struct scope){.role = ROLE_ADMIN, .everything = true};
}

int scope_load(struct store *s, struct arena *a, int64_t person_id, struct scope *ret, struct err *e)
{
  struct scope x = {.person_id = person_id};
  int role = 0;
  int64_t team = 0;
  int r = scope_person(s, person_id, &role, &team, e);
  if (r < 0)
    return r;
  x.role = (enum role)role;
  x.everything = role == ROLE_ADMIN || role == ROLE_EXEC || role == ROLE_OPS;
  if (role == ROLE_MANAGER && team)
    r = scope_team_people(s, a, team, &x.rep_ids, &x.n_rep_ids, e);
  if (r < 0)
    return r;
  bool self = false;
  for (size_t i = 0; i < x.n_rep_ids; i++)
    self |= x.rep_ids[i] == person_id;
  /* A rep, and a manager without a team, have their own book; sales and partners have none here. */
  if (!self && (role == ROLE_REP || role == ROLE_MANAGER)) {
    int64_t *ids = arena_alloc(a, (x.n_rep_ids + 1) * sizeof *ids);
    if (!ids)
      return err_set(e, ERR_NOMEM, "Out of memory");
    for (size_t i = 0; i < x.n_rep_ids; i++)
      ids[i] = x.rep_ids[i];
    ids[x.n_rep_ids++] = person_id;
    x.rep_ids = ids;
  }
  *ret = x;
  return OK;
}

bool scope_sees_rep(const struct scope *s, int64_t rep_id)
{
  if (s->everything)
    return true;
  for (size_t i = 0; i < s->n_rep_ids; i++)
    if (s->rep_ids[i] == rep_id)
      return rep_id != 0;
  return false;
}

bool scope_may_edit(const struct scope *s, int64_t owner_id)
{
  switch (s->role) {
  case ROLE_ADMIN:
  case ROLE_OPS: return true;
  case ROLE_MANAGER:
  case ROLE_REP: return scope_sees_rep(s, owner_id);
  default: return false;
  }
}

uint8_t *scope_reps(const struct scope *s, struct arena *a, const struct book *b)
{
  uint8_t *seen = arena_zalloc(a, b->reps.n ? b->reps.n : 1, 1);
  for (uint32_t i = 0; seen && i < b->reps.n; i++)
    seen[i] = scope_sees_rep(s, b->reps.id[i]);
  return seen;
}

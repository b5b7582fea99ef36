#include "store/repo_scope.h"

#include "store/driver.h"

int scope_person(struct store *s, int64_t person_id, int *ret_role, int64_t *ret_team_id, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(s), "select role, team_id from person where id = $1 and active = 1", BINDS(B_I64(person_id)), &q, e);
  if (r == OK)
    r = stmt_next(q, e);
  if (r == 0)
    return err_set(e, ERR_NOTFOUND, "There is no active person %" PRId64, person_id);
  if (r < 0)
    return r;
  *ret_role = (int)stmt_i64(q, 0);
  *ret_team_id = stmt_i64(q, 1);
  return OK;
}

/* Union, not union all: a team that by mistake lies below itself ends the walk. */
#define TEAM_PEOPLE                                                                                                             \
  "with recursive below (id) as (select cast($1 as bigint) union select t.id from team t join below b on t.parent_id = b.id) " \
  "select p.id from person p where p.team_id in (select id from below) order by p.id /* scan */"

int scope_team_people(struct store *s, struct arena *a, int64_t team_id, int64_t **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t people = 0;
  int r = db_one_i64(store_db(s), "select count(*) from person /* scan */", NULL, 0, &people, e);
  if (r < 0)
    return r;
  int64_t *ids = arena_alloc(a, ((size_t)people + 1) * sizeof *ids);
  if (!ids)
    return err_set(e, ERR_NOMEM, "Out of memory");
  size_t n = 0;
  r = db_query(store_db(s), TEAM_PEOPLE, BINDS(B_I64(team_id)), &q, e);
  while (r == OK && n < (size_t)people && (r = stmt_next(q, e)) == 1) {
    ids[n++] = stmt_i64(q, 0);
    r = OK;
  }
  if (r < 0)
    return r;
  *ret = ids;
  *ret_n = n;
  return OK;
}

int scope_team_parent(struct store *s, int64_t team_id, int64_t *ret, struct err *e)
{
  return db_one_i64(store_db(s), "select parent_id from team where id = $1", BINDS(B_I64(team_id)), 0, ret, e);
}

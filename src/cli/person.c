#include "cli/person.h"

#include "cli/cells.h"

int cli_as(struct cli *c, const char *email, struct scope *ret, struct person *ret_person, struct err *e) {
  struct person p;
  struct scope who;
  day_t today = DAY_NONE;
  if (!email)
    return err_set(e, ERR_USAGE, "--as EMAIL is missing: say whose act it is");
  int rc = access_person_find(c->store, c->arena, str_of(email), &p, e);
  if (rc == OK && !p.active)
    rc = err_set(e, ERR_DENIED, "%s is disabled: acts are those of people who may sign in", email);
  rc = rc == OK ? scope_load(c->store, c->arena, p.id, &who, e) : rc;
  rc = rc == OK ? cli_today(c, &today, e) : rc;
  rc = rc == OK ? scope_cover(c->store, c->arena, today, &who, e) : rc;
  if (rc < 0)
    return rc;
  *ret = who;
  if (ret_person)
    *ret_person = p;
  return OK;
}

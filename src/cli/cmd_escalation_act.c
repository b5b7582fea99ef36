/* escalations raise, update, resolve. */
#include "cli/escalation_act.h"
#include "cli/person.h"
#include "store/repo_contract.h"

int escalation_words_take(struct cli *c, struct escalation_words *ret) {
  const struct {
    const char *name, **value;
  } options[] = {{"as", &ret->as},           {"renewal", &ret->renewal}, {"contract", &ret->contract}, {"account", &ret->account}, {"level", &ret->level},
                 {"department", &ret->department}, {"owner", &ret->owner},     {"blocked", &ret->blocked},   {"reason", &ret->reason},   {"promise", &ret->promise},
                 {"by", &ret->by},           {"note", &ret->note},       {"waiting-on", &ret->waiting_on}, {"cause", &ret->cause}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (cli_option(c, options[i].name, options[i].value) != OK)
      return ERR_USAGE;
  return OK;
}

/* "2026-11-30 14:30" on the person's own clock. */
static int64_t time_of(struct cli *c, const struct person *p, const char *text) {
  struct str day, time;
  if (!text)
    return 0;
  return str_cut(str_of(text), ' ', &day, &time) ? escalation_time(zone_load(c->arena, p->time_zone), day, time) : ESCALATION_NO_TIME;
}

static int number_of(const char *name, const char *text, int64_t *ret, struct err *e) {
  int64_t v = 0;
  if (!text)
    return OK;
  if (str_to_i64(str_of(text), &v) < 0 || v <= 0)
    return err_set(e, ERR_USAGE, "--%s %s: a number above zero", name, text);
  *ret = v;
  return OK;
}

/* The one thing it is about. */
static int thing_of(struct cli *c, const struct escalation_words *x, struct escalation_raise *k, struct err *e) {
  if ((x->renewal != NULL) + (x->contract != NULL) + (x->account != NULL) != 1)
    return err_set(e, ERR_USAGE, "escalations raise: say what it is about: --renewal ID, --contract NUMBER or --account ID");
  int rc = number_of("renewal", x->renewal, &k->renewal_id, e);
  rc = rc == OK ? number_of("account", x->account, &k->account_id, e) : rc;
  return rc == OK && x->contract ? contract_find(c->store, str_of(x->contract), &k->contract_id, e) : rc;
}

int escalation_words_raise(struct cli *c, const struct escalation_words *x, int64_t *ret_id, struct err *e) {
  struct escalation_raise k = {.reason = str_of(x->reason), .blocked = str_of(x->blocked), .promise = str_of(x->promise),
                               .department = escalation_department_of(str_of(x->department))};
  struct person p, owner = {0};
  struct scope who;
  struct org org;
  const char *field = "";
  int64_t level = 1, id = 0;
  int rc = cli_as(c, x->as, &who, &p, e);
  rc = rc == OK ? org_load(c->store, &org, e) : rc;
  rc = rc == OK ? thing_of(c, x, &k, e) : rc;
  rc = rc == OK ? number_of("level", x->level, &level, e) : rc;
  rc = rc == OK && x->owner ? access_person_find(c->store, c->arena, str_of(x->owner), &owner, e) : rc;
  if (rc < 0)
    return rc;
  k.level = level <= ESCALATION_LEVELS ? (int)level : 0;
  k.owner_id = owner.id;
  k.promise_at = time_of(c, &p, x->by);
  rc = escalation_raise(c->store, c->arena, &who, &org, &k, org_now(&org, c->now), &id, &field, e);
  if (rc == OK)
    *ret_id = id;
  return rc;
}

int escalation_words_do(struct cli *c, const struct escalation_words *x, int64_t id, int act, struct err *e) {
  struct escalation_do k = {.id = id, .act = act, .note = str_of(x->note), .promise = str_of(x->promise), .waiting_on = str_of(x->waiting_on),
                            .cause = escalation_cause_of(str_of(x->cause)), .department = x->department ? escalation_department_of(str_of(x->department)) : 0};
  struct person p;
  struct scope who;
  struct org org;
  const char *field = "";
  int rc = cli_as(c, x->as, &who, &p, e);
  rc = rc == OK ? org_load(c->store, &org, e) : rc;
  if (rc < 0)
    return rc;
  k.promise_at = time_of(c, &p, x->by);
  return escalation_do(c->store, c->arena, &who, &org, &k, org_now(&org, c->now), &field, e);
}

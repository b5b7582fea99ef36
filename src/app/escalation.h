/* Escalations: a renewal, account or contract that is stuck, with one owner who owes the next update by a time. Two clocks run in the working
 * hours of the owner's place (domain/workhours.h): until it should be resolved, and until the next update. Every act runs its own write
 * transaction, writes a step and an audit entry. A promise that was not kept is told once; one that is not resolved in time rises to the next
 * level and to the next person up the owner's teams.
 * `now` is the organization's instant (org_now), which a pinned day sets. */
#ifndef APP_ESCALATION_H
#define APP_ESCALATION_H
#include "app/scope.h"
#include "domain/workhours.h"
#include "store/repo_config.h"
#include "store/repo_escalation.h"

/* X(constant, number in the store, spelling in addresses, files and the API). Numbers stay. */
#define ESCALATION_ENTITIES(X) X(ABOUT_RENEWAL, 1, "renewal") X(ABOUT_ACCOUNT, 2, "account") X(ABOUT_CONTRACT, 3, "contract")
#define ESCALATION_STATES(X) X(STUCK_NEW, 1, "new") X(STUCK_WORKING, 2, "working") X(STUCK_WAITING, 3, "waiting") X(STUCK_RESOLVED, 4, "resolved")
#define ESCALATION_DEPARTMENTS(X)                                                                                                      \
  X(DEPARTMENT_SALES, 1, "sales") X(DEPARTMENT_LEGAL, 2, "legal") X(DEPARTMENT_FINANCE, 3, "finance") X(DEPARTMENT_OPERATIONS, 4, "operations") \
  X(DEPARTMENT_PRICING, 5, "pricing") X(DEPARTMENT_SUPPORT, 6, "support") X(DEPARTMENT_PRODUCT, 7, "product")                          \
  X(DEPARTMENT_RESELLER, 8, "reseller") X(DEPARTMENT_DISTRIBUTOR, 9, "distributor") X(DEPARTMENT_CUSTOMER, 10, "customer")
#define ESCALATION_CAUSES(X)                                                                                                            \
  X(CAUSE_DATA, 1, "wrong_data") X(CAUSE_PRICE, 2, "price") X(CAUSE_APPROVAL, 3, "slow_approval") X(CAUSE_TERMS, 4, "contract_terms")    \
  X(CAUSE_ENTITLEMENT, 5, "entitlement") X(CAUSE_ORDER, 6, "order_held") X(CAUSE_PROCUREMENT, 7, "customer_procurement")                 \
  X(CAUSE_SERVICE, 8, "service_quality") X(CAUSE_SYSTEM, 9, "system") X(CAUSE_NONE, 10, "no_cause")
#define ESCALATION_ACTS(X)                                                                                                 \
  X(STEP_RAISED, 1, "raised") X(STEP_UPDATE, 2, "update") X(STEP_MOVED, 3, "moved") X(STEP_GIVEN, 4, "given") X(STEP_ROSE, 5, "rose") \
  X(STEP_BROKEN, 6, "broken") X(STEP_RESOLVED, 7, "resolved") X(STEP_REOPENED, 8, "reopened")
#define ESCALATION_VALUE(NAME, NUMBER, SPELLING) NAME = NUMBER,
enum escalation_entity { ESCALATION_ENTITIES(ESCALATION_VALUE) };
enum escalation_stuck { ESCALATION_STATES(ESCALATION_VALUE) };
enum escalation_department { ESCALATION_DEPARTMENTS(ESCALATION_VALUE) DEPARTMENT_END };
enum escalation_cause { ESCALATION_CAUSES(ESCALATION_VALUE) CAUSE_END };
enum escalation_act { ESCALATION_ACTS(ESCALATION_VALUE) };
/* The spelling, "" out of range; the value of a spelling, -1 unknown. */
const char *escalation_entity_name(int v);
const char *escalation_state_name(int v);
const char *escalation_department_name(int v);
const char *escalation_cause_name(int v);
const char *escalation_act_name(int v);
int escalation_state_of(struct str s);
int escalation_department_of(struct str s);
int escalation_cause_of(struct str s);

enum { ESCALATION_LEVELS = 3, ESCALATION_TEXT = 2000, ESCALATION_SHORT = 200, ESCALATION_PROMISE_DAYS = 90, ESCALATION_MOST = 2000, ESCALATION_RISES = 32 };

/* The calendar of a person: their time zone, the organization's hours, the holidays of the zone's country (else of their locale's). In arena.
 * ret_country may be NULL. */
int escalation_hours(struct store *s, struct arena *a, const struct org *o, int64_t person_id, struct workhours *ret, struct str *ret_country, struct err *e);
/* Whether somebody sees one: whoever sees the renewal or contract, a contract of the account, or owns the escalation. ERR_NOTFOUND otherwise. */
int escalation_visible(struct store *s, struct arena *a, const struct scope *who, const struct escalation *x, struct err *e);
/* Whether they may act on it: who may change the renewal, contract or account, and the escalation's owner. Of one that they see. */
bool escalation_may_act(const struct scope *who, const struct escalation *x);
/* Read and seen. ERR_NOTFOUND. */
int escalation_seen(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, struct escalation *ret, struct err *e);
/* Those that the person sees of what was open since an instant, as of another (INT64_MAX = now), in the order they were raised. */
int escalation_all(struct store *s, struct arena *a, const struct scope *who, int64_t since, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e);
/* Open, and its update or its resolution is late at that instant. */
bool escalation_is_late(const struct escalation *x, int64_t now);

/* A promise's day and time of day as they were typed, "2026-11-30" and "14:30", on the clocks of a zone: 0 = neither was given, ESCALATION_NO_TIME = no
 * day or no time, which the acts refuse. */
enum { ESCALATION_NO_TIME = -1 };
int64_t escalation_time(const struct zone *z, struct str day, struct str time);

/* entity and the one id of what it is about; promise_at 0 = the update is due by the level's hours; owner_id 0 = the raiser, or the thing's rep
 * when the raiser is ops or admin. */
struct escalation_raise {
  int64_t renewal_id, contract_id, account_id, owner_id, promise_at;
  int level, department;
  struct str reason, blocked, promise;
};
/* *ret_id: the new one, or the same that was sent a moment ago. ERR_NOTFOUND (the thing is not seen), ERR_DENIED, ERR_RANGE (*ret_field names the field). */
int escalation_raise(struct store *s, struct arena *a, const struct scope *who, const struct org *o, const struct escalation_raise *x, int64_t now, int64_t *ret_id,
  const char **ret_field, struct err *e);

/* STEP_UPDATE: note, promise, promise_at; waiting_on says that it waits, "" that the owner works on it. STEP_MOVED: state, not resolved. STEP_GIVEN:
 * owner_id, level (0 = as it is). STEP_RESOLVED: cause, department, note. STEP_REOPENED: note. steps: the last step that was seen, 0 = any. */
struct escalation_do {
  int64_t id, owner_id, promise_at;
  int act, steps, state, level, department, cause;
  struct str note, promise, waiting_on;
};
/* ERR_NOTFOUND, ERR_DENIED, ERR_CONFLICT (somebody wrote a step meanwhile, it is resolved already, or is open), ERR_RANGE (*ret_field). */
int escalation_do(struct store *s, struct arena *a, const struct scope *who, const struct org *o, const struct escalation_do *x, int64_t now, const char **ret_field,
  struct err *e);

/* What time alone does: tells promises that were not kept, lets late ones rise. Writes nothing when nothing is due. Safe to repeat. *ret_steps = steps written. */
int escalation_tend(struct store *s, int64_t now, int *ret_steps, struct err *e);
/* The next person up: the manager of the person's team, of the teams above it, then an exec; 0 = nobody is above. A cycle of teams ends the search. */
int escalation_above(struct store *s, struct arena *a, int64_t person_id, int64_t *ret, struct err *e);

/* Working time to resolve, by cause and by department, of what the person sees and was resolved between two instants. */
struct escalation_figure {
  int value;               /* cause or department; 0 = all */
  int64_t n, median;       /* median: seconds of working time; of an even number the lower middle */
};
struct escalation_figures {
  struct escalation_figure all, *causes, *departments; /* most first */
  size_t n_causes, n_departments;
  int64_t last_closed, last_work;                      /* the newest resolution; 0 = none */
};
int escalation_measure(struct store *s, struct arena *a, const struct scope *who, int64_t from, int64_t to, struct escalation_figures *ret, struct err *e);

/* Adds or renames a public holiday; takes one away: with an audit entry. ERR_RANGE (country, day, name), ERR_NOTFOUND. */
int holiday_set(struct store *s, const struct holiday *x, int64_t actor_id, int64_t now, struct err *e);
int holiday_remove(struct store *s, struct str country, day_t day, int64_t actor_id, int64_t now, struct err *e);
#endif

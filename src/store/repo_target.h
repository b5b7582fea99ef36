/* Targets: what was to be reached, by scope and period id. Every change is a new version. */
#ifndef STORE_REPO_TARGET_H
#define STORE_REPO_TARGET_H
#include "base/money.h"
#include "store/store.h"

struct target {
  struct str scope;      /* "company" (or "all"), "region", "team", "rep" */
  struct str scope_name; /* name of the region, team or person */
  struct str kind;       /* "money", "rate", "count" */
  struct str measure;    /* "closed", or the key of a KPI */
  int64_t amount;        /* minor units, a rate × 10^9, or a count */
  currency_t currency;   /* of money; else CURRENCY_NONE */
  int version;
  int64_t id, set_by, set_at; /* set_by 0 = the operator, or an import of theirs */
  struct str reason, by;      /* by: the person's name; "" = the operator */
};
/* The newest versions set by the instant `until` (INT64_MAX: the newest there are) for one period id, ordered by scope and
 * name. The array and its strings live in arena. OK, ERR_NOMEM, ERR_AGAIN, ERR_IO, ERR_FAIL. */
int target_list(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target **ret, size_t *ret_n, struct err *e);
/* The newest version of this place, kind and measure (x) in a period: its id, version, amount and currency. 1 = there is one, 0 = none. */
int target_newest(struct store *s, struct str period_id, const struct target *x, struct target *ret, struct err *e);
/* Inside a write transaction: a new version when it differs from the newest. x: scope, scope_name, kind, measure, amount, currency, reason,
 * set_by, set_at are read; id and version are given, of the newest when nothing differs. base: the version that was seen, -1 = whichever.
 * *ret_was: the version before, 0 = none. 1 = written, 0 = the same already, ERR_CONFLICT: another version since base, and the store's codes. */
int target_put(struct store *s, struct str period_id, struct target *x, int base, int *ret_was, struct err *e);

/* Every version of one period id set by `until`, oldest first, with what stood before. In arena. */
struct target_step {
  struct target now;
  bool had;              /* there was one before */
  int64_t was;
  currency_t was_currency;
};
int target_steps(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target_step **ret, size_t *ret_n, struct err *e);

/* The places whose targets a manager may set, by name: themselves, the teams they lead with their people, and regions all of whose teams are theirs. In arena. */
struct target_place {
  struct str scope, name;
};
int target_places_led(struct store *s, struct arena *a, int64_t person_id, struct target_place **ret, size_t *ret_n, struct err *e);

/* ---- who is there ---- */

enum presence_kind { PRESENCE_JOINED = 1, PRESENCE_LEFT, PRESENCE_AWAY };
struct presence_row {
  int64_t id, person_id, set_by, set_at;
  int kind;
  day_t first, last;     /* away: inclusive, last DAY_NONE = until further notice; joined: the first day; left: the last day (both in first) */
  struct str note, by;
};
/* Those that stood at `until`, by person and day. In arena. */
int presence_list(struct store *s, struct arena *a, int64_t until, struct presence_row **ret, size_t *ret_n, struct err *e);
/* Inside a write transaction. Gives id. A second joined or left day of a person ends the one before. ERR_CONFLICT: no such person. */
int presence_put(struct store *s, struct presence_row *x, struct err *e);
int presence_end(struct store *s, int64_t id, int64_t person_id, int64_t by, int64_t now, struct err *e); /* ERR_NOTFOUND: not theirs, or ended */
#endif

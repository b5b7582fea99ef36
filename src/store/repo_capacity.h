/* Languages that people speak, facts of accounts that the book does not hold, and plans of what would move. */
#ifndef STORE_REPO_CAPACITY_H
#define STORE_REPO_CAPACITY_H
#include "store/store.h"

/* Language and country of every account that has one, by id; "" when NULL. Reads all accounts: once per generation of the book, not per page. In arena. */
struct account_fact {
  int64_t id;
  struct str language, country;
};
int account_fact_rows(struct store *s, struct arena *a, struct account_fact **ret, size_t *ret_n, struct err *e);

/* Active people who may own renewals (reps and managers), by name; language: their own. In arena. */
struct capacity_person {
  int64_t id;
  int role;
  struct str name, language;
};
int capacity_people(struct store *s, struct arena *a, struct capacity_person **ret, size_t *ret_n, struct err *e);
/* What was written down that people speak, by person and language. In arena. */
struct spoken {
  int64_t person_id;
  struct str language;
};
int spoken_rows(struct store *s, struct arena *a, struct spoken **ret, size_t *ret_n, struct err *e);
/* Replaces what a person speaks. Inside a write transaction. */
int spoken_put(struct store *s, int64_t person_id, const struct str *languages, size_t n, struct err *e);

struct capacity_plan {
  int64_t id, made_by, made_at, changed_at;
  int64_t batch_id, applied_by, applied_at; /* 0 = never carried out */
  int64_t undone_at;                        /* of the batch; 0 = it stands */
  int64_t rules;
  struct str name, made_by_name;
};
/* Newest first, at most max; ids 0 = all. In arena. */
int capacity_plan_rows(struct store *s, struct arena *a, int64_t id, size_t max, struct capacity_plan **ret, size_t *ret_n, struct err *e);
/* Inside a write transaction. x->id is set. */
int capacity_plan_add(struct store *s, struct capacity_plan *x, struct err *e);
int capacity_plan_touch(struct store *s, int64_t id, int64_t now, struct err *e);
int capacity_plan_carried(struct store *s, int64_t id, int64_t batch_id, int64_t by_id, int64_t now, struct err *e);
int capacity_plan_delete(struct store *s, int64_t id, struct err *e); /* with its rules */

struct plan_rule {
  int64_t place, account_id, from_id, to_id; /* from_id 0 = whoever has it */
  struct str kind, value, from, to;          /* from, to: names */
};
/* In order. In arena. */
int plan_rules(struct store *s, struct arena *a, int64_t plan_id, struct plan_rule **ret, size_t *ret_n, struct err *e);
/* Inside a write transaction; behind the others, x->place is set. */
int plan_rule_add(struct store *s, int64_t plan_id, struct plan_rule *x, struct err *e);
int plan_rule_delete(struct store *s, int64_t plan_id, int64_t place, struct err *e); /* ERR_NOTFOUND */
#endif

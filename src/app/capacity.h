/* Who carries what, and plans of what would move: nothing moves before a plan is carried out, and what was carried out is one change of renewals
 * that is taken back as one. */
#ifndef APP_CAPACITY_H
#define APP_CAPACITY_H
#include "app/account_facts.h"
#include "app/book_cache.h"
#include "app/renewal_batch.h"
#include "app/scope.h"
#include "store/repo_capacity.h"
#include "store/repo_config.h"

/* A look at the books of the people somebody sees. */
struct capacity_desk {
  struct capacity_query query;
  const struct book *book;              /* the caller's */
  const struct account_facts *facts;
  struct book_cache *cache;             /* NULL: facts are our own */
  struct capacity_person *people; size_t n_people; /* active reps and managers in the scope, by name */
  uint8_t *listed;                      /* by rep code: a person above with role rep: stands in the table also without a renewal */
};
/* c: whose book it is, or NULL with one of book_load. OK, ERR_NOMEM and the store's codes. */
int capacity_open(struct store *s, struct book_cache *c, const struct book *b, const struct scope *who, const struct org *org, day_t today, struct arena *a,
                  struct capacity_desk *ret, struct err *e);
void capacity_close(struct capacity_desk *x); /* safe on a zeroed one */
#define CAPACITY_CLEANUP __attribute__((cleanup(capacity_close)))
/* Languages a person speaks, as codes of the facts' languages, replaced. Whoever may edit the person's renewals; ERR_DENIED, ERR_NOTFOUND. */
int capacity_speak(struct store *s, const struct scope *who, int64_t person_id, const struct str *languages, size_t n, int64_t now, struct err *e);

/* Plans: seen by who made them, by who sees that person's work, and by who sees everything. ERR_NOTFOUND otherwise. */
int capacity_plan_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct capacity_plan *ret, struct err *e);
int capacity_plans(struct store *s, struct arena *a, const struct scope *who, struct capacity_plan **ret, size_t *ret_n, struct err *e);
enum { CAPACITY_MOST_RULES = 200 };
/* A new plan with these rules (none: empty). ERR_DENIED (not a manager, ops or admin), ERR_RANGE (no name, too many rules). */
int capacity_plan_make(struct store *s, const struct scope *who, struct str name, const struct plan_rule *rules, size_t n, int64_t now, int64_t *ret_id, struct err *e);
/* Adds a rule. account, partner: x->value is a name as the account has it; country, language: as accounts have it. ERR_RANGE (what does not fit: a
 * sentence), ERR_CONFLICT (the plan is carried out), ERR_DENIED, ERR_NOTFOUND. */
int capacity_rule_add(struct store *s, struct arena *a, const struct scope *who, const struct capacity_desk *d, int64_t plan_id, struct plan_rule *x, int64_t now,
                      struct err *e);
int capacity_rule_drop(struct store *s, struct arena *a, const struct scope *who, int64_t plan_id, int64_t place, int64_t now, struct err *e);
int capacity_plan_drop(struct store *s, struct arena *a, const struct scope *who, int64_t plan_id, int64_t now, struct err *e);
/* The rules as the kernel takes them: a rule whose account, language or person is not there any more fits nothing and is left out. */
int capacity_codes(const struct capacity_desk *d, struct arena *a, const struct plan_rule *rules, size_t n, struct capacity_rule **ret, size_t *ret_n, struct err *e);
/* Carries the plan out: every open renewal that would be another's becomes theirs, as one change. seen: what the page showed.
 * ERR_CONFLICT: it is carried out already and stands. Else as renewal_batch_apply. */
int capacity_plan_carry(struct store *s, struct arena *a, const struct scope *who, const struct capacity_desk *d, const struct capacity_plan *plan,
                        const struct batch_seen *seen, day_t today, int64_t now, struct batch_result *ret, struct err *e);
/* Whether it stands: carried out and not taken back. */
static inline bool capacity_stands(const struct capacity_plan *p) { return p->batch_id != 0 && p->undone_at == 0; }
#endif

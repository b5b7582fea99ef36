/* Territories: rules that say which rep an open renewal belongs with. The first rule that fits decides; a renewal that none fits stays where
 * it is. Nothing moves by itself: a preview shows what would, and moving one owner's share is one reversible batch (app/renewal_batch.h). */
#ifndef APP_TERRITORY_H
#define APP_TERRITORY_H
#include "app/scope.h"
#include "insight/book.h"
#include "store/repo_people.h"

/* Adds (id 0) or changes a rule. *ret_field: the field a refusal is about. ERR_SYNTAX, ERR_CONFLICT (name taken), ERR_NOTFOUND. */
int territory_save(struct store *s, struct territory_row *t, int64_t actor_id, int64_t now, const char **ret_field, struct err *e);
int territory_remove(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e);
int territory_raise(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e); /* one place earlier */

struct territory_move {
  int64_t owner_id;      /* who would get them */
  struct str owner;
  uint32_t *rows; size_t n; /* indexes into book->renewals of those that are with somebody else now */
  int64_t amount;        /* of them in the reporting currency, at `plan_day`'s rates; rows without a rate are left out */
};
struct territory_plan {
  struct territory_move *moves; size_t n; /* by owner, in order of the rules */
  size_t right, unplaced;                 /* open renewals that are with the right rep already; that no rule fits */
  size_t *by_rule;                        /* open renewals each rule decides, in order of the rules */
};
/* What the rules would do with the open renewals of the book that the actor sees. Reads all accounts when a rule names a country. */
int territory_plan(struct store *s, struct arena *a, const struct book *b, const uint8_t *reps, const struct territory_row *rules, size_t n_rules,
                   day_t plan_day, struct territory_plan *ret, struct err *e);
#endif

/* An amount spread from above: over the reps below a place by their share of the ATR due, over the parts of a period by the seasons of the
 * three years before. A proposal only: target_set writes it once somebody has looked at it. */
#ifndef APP_TARGET_SPREAD_H
#define APP_TARGET_SPREAD_H
#include "app/target_tree.h"

enum { TARGET_SEASON_YEARS = 3 };
struct target_share {
  uint32_t node;           /* index into the tree's nodes */
  int part;                /* index into its parts; -1 = the period itself */
  int64_t amount;
  bool had;
  int64_t was;             /* what stands now */
  int base;                /* its version */
  int64_t weight;          /* ATR due of a rep, or what closed in a part's seasons, in minor units; 0 for sums */
};
struct target_proposal {
  struct target_share *shares; size_t n; /* in order of the tree, the period before its parts */
  bool by_atr, by_season;  /* whether there was anything to weigh by: equal parts otherwise */
  char digest[17];         /* of all its amounts and versions: whether what is saved is what was looked at */
};
/* tree: of money, or of renewals (measure "count", weighed by the same money). at: index of the place. Reps with no working day in the period get
 * nothing. Amounts of regions and teams are the sums of their reps', so that every sum is off by nothing. ERR_RANGE: amount below zero, or nothing to spread over. */
int target_spread(struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct target_tree *tree, const int *present, uint32_t at,
                  int64_t amount, bool over_reps, bool over_parts, struct target_proposal *ret, struct err *e);
/* Its shares as edits of one measure, those of one period together. In arena. */
int target_proposal_edits(struct arena *a, const struct target_tree *tree, const struct target_proposal *x, struct target_edit **ret, size_t *ret_n, struct err *e);
#endif

/* The targets of a period over the tree of the organization, beside what was reached: last year, and so far. */
#ifndef APP_TARGET_TREE_H
#define APP_TARGET_TREE_H
#include "app/target.h"
#include "store/repo_config.h"

enum { TARGET_PARTS = 4 };
struct target_node {
  enum forecast_level level;
  struct node node;
  uint32_t code;
  int32_t parent;        /* index, -1 for the first */
  struct str name;       /* "" of the company */
  bool may;              /* the actor may set it */
  const struct target_row *row;                /* NULL: none is set, or it is not for the actor to see */
  const struct target_row *part[TARGET_PARTS]; /* of the parts of the period */
  bool has_target, summed; /* summed: no target of its own to show, so it is the sum over its reps */
  int64_t target;        /* what counts: pro-rated */
  int64_t below, below_n; /* sum over the places one level below that have a target, and how many those are */
  int64_t reps, reps_n;   /* the same over its reps */
  bool has_last, has_now;
  int64_t last, now;     /* in the measure's unit: last year's result of the same period, the result so far */
};
struct target_tree {
  int measure;
  struct period period, parts[TARGET_PARTS]; /* a year's quarters, a quarter's months */
  size_t n_parts;
  struct target_node *nodes; size_t n;       /* company, then region, team, rep in print order; those that the actor sees */
  struct target_rows rows, part_rows[TARGET_PARTS];
  int days;                                  /* working days of the period */
};
/* The same period a year earlier. OK, ERR_RANGE. */
int target_last_year(const struct calendar *c, const struct period *p, struct period *ret);
/* The quarters of a year, the months of a quarter; how many. */
size_t target_parts(const struct calendar *c, const struct period *p, struct period ret[TARGET_PARTS]);
/* b: the book of the page's day, `today` that day. Lives in arena. OK, ERR_NOMEM, ERR_RANGE, and the store's codes. */
int target_tree_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, int measure,
                     day_t today, int64_t until, struct target_tree *ret, struct err *e);
#endif

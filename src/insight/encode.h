/* Columns of a table as features of a model, learned from training rows only: what a number is replaced by where it is missing, which
 * values of a text column are told apart, centre and spread. */
#ifndef INSIGHT_ENCODE_H
#define INSIGHT_ENCODE_H
#include "insight/logit.h"

struct encode_column {
  const double *number;  /* a value per row, NaN = missing; NULL for a category */
  const uint32_t *code;  /* a category: 1 … levels, 0 = missing */
  uint32_t levels;
};
#define ENCODE_NUMBER UINT32_MAX       /* the number itself, at the training rows' mean where it is missing */
#define ENCODE_MISSING (UINT32_MAX - 1) /* 1 where the number is missing */
struct encode_feature {
  uint32_t column, level; /* level: 1 when the category has it (0 = missing), or one of the two above */
};
struct encode_plan {
  size_t p;
  struct encode_feature *features;
  struct logit_scale scale;
  const uint8_t *const *seen; /* by column: which levels the training rows have; NULL for numbers */
};
/* rows: n indexes into the columns. Of a category the first level in order of code is the base, the others a feature each. A number that is
 * missing on some training rows has a feature for that. A level that no training row has counts as the average of all when it turns up.
 * In arena. OK, ERR_NOMEM, ERR_LIMIT (more than LOGIT_MAX_FEATURES). */
int encode_fit(const struct encode_column *c, size_t n_columns, const uint32_t *rows, size_t n, struct arena *a, struct encode_plan *ret, struct err *e);
/* x: room for n rows of plan->p features, standardised. */
void encode_rows(const struct encode_plan *plan, const struct encode_column *c, const uint32_t *rows, size_t n, double *x);
#endif

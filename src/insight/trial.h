/* A model tried on rows it was not trained on: the same trainer on any labelled table, fold by fold. Imputation, levels of categories
 * and scaling are learned inside each fold. */
#ifndef INSIGHT_TRIAL_H
#define INSIGHT_TRIAL_H
#include "insight/encode.h"

enum { TRIAL_MAX_FOLDS = 100 };
static const double TRIAL_COLUMN_LEAK = 0.90, TRIAL_MODEL_LEAK = 0.92;

struct trial_data {
  size_t n, n_columns;
  const struct encode_column *columns;
  const uint8_t *y;
  const uint32_t *fold; /* of each row, below folds: it is judged by the model trained on all other folds … */
  uint32_t folds;       /* 2 … TRIAL_MAX_FOLDS */
  bool first_only;      /* … or only the rows of fold 0 train, and all others are judged by that one model */
  double ridge;
  bool trees;           /* trees on top of the logistic are tried too (boost.h) */
};
struct trial_result {
  size_t n;             /* rows judged */
  uint32_t *row;        /* which, ascending */
  uint8_t *y;
  double *rate, *logit; /* the chance by the training rows' share alone, and by the logistic */
  double *trees;        /* by the logistic and trees; NULL = not tried */
  size_t most_features; /* of a fold's model */
  double *column_auc;   /* by column: how well it alone tells the outcome; a number by its size or by being there, a category by the
                         * shares of its levels in other folds */
};
/* In arena. The same result for any number of threads. OK, ERR_RANGE (a training part without rows or with one outcome), ERR_LIMIT, ERR_NOMEM. */
int trial_run(const struct trial_data *d, int threads, struct arena *a, struct trial_result *ret, struct err *e);
#endif

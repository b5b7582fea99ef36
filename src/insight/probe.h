/* Whether a model knows more than can be known ahead. Run at every training; a model that fails is not used.
 *
 *   columns    one column alone ranks the outcomes with an AUC above 0.90
 *   model      all of them together above 0.92
 *   later      the same rows as they look some weeks later are told much better: something is written while a renewal closes
 *   shuffled   outcomes dealt anew within each quarter are told at all: the judging itself leaks
 *
 * Rows are judged by a model of the other half of the customers. The same rows and seed give the same result. */
#ifndef INSIGHT_PROBE_H
#define INSIGHT_PROBE_H
#include "base/arena.h"
#include "base/err.h"

enum { PROBE_LEAST = 20 /* of each outcome; with fewer nothing is said */, PROBE_MOST_ROWS = 20000, PROBE_SHUFFLES = 4 };
static const double PROBE_COLUMN_AUC = 0.90, PROBE_MODEL_AUC = 0.92, PROBE_JUMP = 0.03;

enum probe_verdict { PROBE_FINE, PROBE_FEW, PROBE_COLUMN, PROBE_MODEL, PROBE_LATER, PROBE_SHUFFLED, PROBE_VERDICTS };
struct probe_data {
  size_t n, p;
  const double *x;       /* n rows of p columns as they were judged, NaN = missing; not standardised */
  const double *later;   /* the same rows as they look later, NULL = not looked at */
  const uint8_t *y;
  const double *offset;  /* log-odds known without the columns; NULL = 0 */
  const uint32_t *group; /* customer */
  const int32_t *quarter;/* any number that is the same within a quarter */
  double ridge;
  uint64_t seed;
};
struct probe_result {
  enum probe_verdict verdict; /* the first that fails, in the order above */
  size_t column;              /* the one that tells most by itself; p when there is none */
  double column_auc;          /* by its size or by being there */
  double auc, later_auc;      /* of the model within quarters; NaN when not looked at */
  double shuffled_auc, shuffled_se; /* mean over the shuffles, and what chance alone does to it */
};
const char *probe_verdict_name(int v); /* "fine", "few", "column", "model", "later", "shuffled"; "" out of range */
/* Takes at most PROBE_MOST_ROWS rows, the last ones. OK, ERR_NOMEM, ERR_RANGE and ERR_LIMIT of logit_fit. */
int probe_run(const struct probe_data *d, struct probe_result *ret, struct err *e);
/* Nothing was looked at: FEW, of p columns. */
struct probe_result probe_none(size_t p);
/* What was found, for a person; column: the name of ret's column. NUL-terminated, in the arena; "" on no memory. */
struct str probe_sentence(const struct probe_result *r, struct str column, struct arena *a);
#endif

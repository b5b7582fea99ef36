/* What went with something that was done: renewals that got it against what the model would have expected of them. */
#include <math.h>

#include "insight/engine_internal.h"

static const double Z95 = 1.959963984540054;

void engine_effect_add(struct engine_effect *x, double p, bool renewed) {
  x->n++;
  x->renewed += renewed;
  x->expected += p;
  x->se = sqrt(x->se * x->se + p * (1 - p));
}

bool engine_effect_has(const int64_t *ids, size_t n, int64_t id) {
  size_t from = 0, to = n;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (ids[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < n && ids[from] == id;
}

enum engine_telling engine_telling(const struct engine_effect *x) {
  if (x->n < ENGINE_EFFECT_LEAST || x->renewed < ENGINE_EFFECT_KINDS || x->n - x->renewed < ENGINE_EFFECT_KINDS) {
    return ENGINE_TELLS_NOTHING;
  }
  return fabs((double)x->renewed - x->expected) > Z95 * x->se ? ENGINE_TELLS : ENGINE_TELLS_NO_EFFECT;
}

/* Of an even chance, when the mean of the chances moves like that. */
static double even_gain(const struct engine_effect *x, double renewed) {
  double n = (double)x->n;
  return logit_sigmoid(logit_odds(fmin(fmax(renewed / n, 0.001), 0.999)) - logit_odds(x->expected / n)) - 0.5;
}

void engine_gain(const struct engine_effect *x, double *ret, double *ret_low, double *ret_high) {
  *ret = even_gain(x, (double)x->renewed);
  *ret_low = even_gain(x, (double)x->renewed - Z95 * x->se);
  *ret_high = even_gain(x, (double)x->renewed + Z95 * x->se);
}

void engine_effect_write(const char *key, const struct engine_effect *x, struct strbuf *out) {
  strbuf_fmt(out, ",\"%s\":{\"n\":%" PRId64 ",\"renewed\":%" PRId64 ",\"expected\":%.17g,\"se\":%.17g}", key, x->n, x->renewed, x->expected, x->se);
}

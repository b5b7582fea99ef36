#include "insight/encode.h"

#include <math.h>

#include "base/alloc.h"

/* Which levels the rows have; levels + 1 entries. */
static uint8_t *levels_seen(const struct encode_column *c, const uint32_t *rows, size_t n, struct arena *a) {
  uint8_t *seen = arena_zalloc(a, (size_t)c->levels + 1, 1);
  for (size_t i = 0; i < n && seen != NULL; i++) {
    seen[c->code[rows[i]]] = 1;
  }
  return seen;
}

static bool add(struct encode_plan *plan, uint32_t column, uint32_t level) {
  if (plan->p == LOGIT_MAX_FEATURES) {
    return false;
  }
  plan->features[plan->p++] = (struct encode_feature){column, level};
  return true;
}

static bool add_levels(struct encode_plan *plan, uint32_t column, const struct encode_column *c, const uint8_t *seen) {
  bool base = true;
  for (uint32_t level = 1; level <= c->levels; level++) {
    if (seen[level] && !base && !add(plan, column, level)) {
      return false;
    }
    base = base && !seen[level];
  }
  return !seen[0] || base || add(plan, column, 0);
}

static bool add_number(struct encode_plan *plan, uint32_t column, const struct encode_column *c, const uint32_t *rows, size_t n) {
  size_t missing = 0;
  for (size_t i = 0; i < n; i++) {
    missing += isnan(c->number[rows[i]]) != 0;
  }
  return add(plan, column, ENCODE_NUMBER) && (missing == 0 || missing == n || add(plan, column, ENCODE_MISSING));
}

static double raw(const struct encode_plan *plan, const struct encode_column *c, const struct encode_feature *f, uint32_t row) {
  const struct encode_column *x = &c[f->column];
  if (x->number != NULL) {
    return f->level == ENCODE_NUMBER ? x->number[row] : isnan(x->number[row]) != 0;
  }
  uint32_t code = x->code[row];
  return plan->seen[f->column][code] ? code == f->level : NAN;
}

static void fill(const struct encode_plan *plan, const struct encode_column *c, const uint32_t *rows, size_t n, double *x) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < plan->p; j++) {
      x[i * plan->p + j] = raw(plan, c, &plan->features[j], rows[i]);
    }
  }
}

int encode_fit(const struct encode_column *c, size_t n_columns, const uint32_t *rows, size_t n, struct arena *a, struct encode_plan *ret, struct err *e) {
  struct encode_plan plan = {.features = arena_alloc(a, LOGIT_MAX_FEATURES * sizeof *plan.features)};
  const uint8_t **seen = arena_zalloc(a, n_columns + 1, sizeof *seen);
  if (plan.features == NULL || seen == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  bool fits = true;
  for (uint32_t k = 0; k < n_columns && fits; k++) {
    if (c[k].number == NULL) {
      seen[k] = levels_seen(&c[k], rows, n, a);
      if (seen[k] == NULL) {
        return err_set(e, ERR_NOMEM, "out of memory");
      }
    }
    fits = seen[k] != NULL ? add_levels(&plan, k, &c[k], seen[k]) : add_number(&plan, k, &c[k], rows, n);
  }
  if (!fits) {
    return err_set(e, ERR_LIMIT, "the columns make more than %d features: leave out those with many different values", LOGIT_MAX_FEATURES);
  }
  plan.seen = seen;
  double *x MEM_CLEANUP = mem_alloc((n * plan.p + 1) * sizeof *x);
  if (x == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  fill(&plan, c, rows, n, x);
  if (logit_scale_fit(x, n, plan.p, NULL, a, &plan.scale) != OK) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  *ret = plan;
  return OK;
}

void encode_rows(const struct encode_plan *plan, const struct encode_column *c, const uint32_t *rows, size_t n, double *x) {
  fill(plan, c, rows, n, x);
  logit_scale_apply(&plan->scale, x, n);
}

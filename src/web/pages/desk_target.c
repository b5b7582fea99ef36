/* Targets as the forecast and the rates want them. */
#include "store/repo_desk.h"
#include "web/pages/desk.h"

static uint32_t code_of(const struct book_dict *x, struct str name) {
  for (uint32_t i = 1; i < x->n; i++)
    if (str_eq_nocase(x->name[i], name))
      return i;
  return 0;
}

static uint32_t team_of(const struct book *b, struct str name) {
  for (uint32_t i = 1; i < b->n_teams; i++)
    if (str_eq_nocase(b->teams[i].name, name))
      return i;
  return 0;
}

/* Minor units of the reporting currency at the plan rate of the page's period. */
static bool in_reporting(const struct desk *d, const struct target_row *t, int64_t *ret) {
  const struct book *b = d->book;
  *ret = t->amount;
  if (t->currency == d->reporting || t->currency == CURRENCY_NONE)
    return true;
  for (uint8_t i = 1; i < b->n_currencies; i++) {
    int64_t rate;
    bool assumed;
    if (b->currency_of[i] == t->currency && book_rate(b, i, d->period.first, &rate, &assumed) == OK)
      return money_convert(t->amount, t->currency, rate, d->reporting, ret) == OK;
  }
  return false;
}

static bool forecast_row(const struct desk *d, const struct target_row *t, struct forecast_target *ret) {
  if (!str_eq(t->kind, STR("money")) || !in_reporting(d, t, &ret->amount))
    return false;
  if (str_eq(t->scope, STR("company")) || str_eq(t->scope, STR("all"))) {
    ret->scope = 'c';
    ret->code = 0;
    return true;
  }
  if (str_eq(t->scope, STR("region"))) {
    ret->scope = 'r';
    ret->code = code_of(&d->book->regions, t->scope_name);
  } else if (str_eq(t->scope, STR("team"))) {
    ret->scope = 't';
    ret->code = team_of(d->book, t->scope_name);
  } else {
    ret->scope = 'p';
    ret->code = code_of(&d->book->reps, t->scope_name);
  }
  return ret->code != 0;
}

static bool sees_all(const struct desk *d) {
  for (uint32_t i = 1; i < d->book->reps.n; i++)
    if (!d->reps[i])
      return false;
  return true;
}

/* For somebody who sees a part of the book, the whole is that part: its target is the sum of its reps' targets, and
 * the targets of regions, which hold more, don't apply. */
static size_t narrowed(const struct desk *d, struct forecast_target *x, size_t n) {
  size_t k = 0, reps = 0;
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (x[i].scope == 'p' && d->reps[x[i].code]) {
      reps++;
      if (__builtin_add_overflow(sum, x[i].amount, &sum))
        sum = INT64_MAX;
    }
    if (x[i].scope == 't' || (x[i].scope == 'p' && d->reps[x[i].code]))
      x[k++] = x[i];
  }
  if (reps)
    x[k++] = (struct forecast_target){'c', 0, sum};
  return k;
}

int desk_targets(struct request *r, const struct desk *d, struct forecast_target **ret, size_t *ret_n) {
  struct target_row *rows = NULL;
  size_t n = 0, k = 0;
  int rc = target_list(r->store, r->arena, d->period_id, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  struct forecast_target *x = arena_zalloc(r->arena, n + 2, sizeof *x);
  if (!x)
    return err_set(&r->err, ERR_NOMEM, "targets: out of memory: try again");
  for (size_t i = 0; i < n; i++)
    k += forecast_row(d, &rows[i], &x[k]);
  *ret = x;
  *ret_n = sees_all(d) ? k : narrowed(d, x, k);
  return OK;
}

bool desk_rate_target(struct request *r, const struct desk *d, const char *measure, int64_t *ret_bp) {
  struct target_row *rows = NULL;
  size_t n = 0;
  struct err quiet = r->err;
  if (target_list(r->store, r->arena, d->period_id, &rows, &n, &r->err) < 0)
    r->err = quiet; /* the page stands without it */
  for (size_t i = 0; i < n; i++)
    if (str_eq(rows[i].kind, STR("rate")) && str_eq(rows[i].measure, str_of(measure)) &&
        (str_eq(rows[i].scope, STR("company")) || str_eq(rows[i].scope, STR("all")))) {
      *ret_bp = rows[i].amount;
      return true;
    }
  return false;
}

int desk_forecast(struct request *r, const struct desk *d, struct forecast_tree *ret) {
  struct forecast_query q = {.period = d->period, .as_of = r->today, .reps = d->reps};
  struct forecast_target *targets = NULL;
  int rc = desk_targets(r, d, &targets, &q.n_targets);
  q.targets = targets;
  return rc < 0 ? rc : forecast_compute(d->book, &q, r->arena, &ret->nodes, &ret->n, &r->err);
}

#include "app/forecast_run.h"

#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/exact.h"
#include "store/repo_target.h"

enum { NAME_MAX_BYTES = 4096 };

static bool same_name(struct str a, struct str b) {
  struct strbuf x STRBUF_CLEANUP = STRBUF_INIT(NAME_MAX_BYTES), y STRBUF_CLEANUP = STRBUF_INIT(NAME_MAX_BYTES);
  utf8_fold(&x, a);
  utf8_fold(&y, b);
  return x.failed == 0 && y.failed == 0 && str_eq(strbuf_str(&x), strbuf_str(&y));
}

static uint32_t dict_code(const struct book_dict *d, struct str name) {
  for (uint32_t i = 1; i < d->n; i++) {
    if (str_eq(d->name[i], name)) {
      return i;
    }
  }
  for (uint32_t i = 1; i < d->n; i++) {
    if (same_name(d->name[i], name)) {
      return i;
    }
  }
  return 0;
}

static uint32_t team_code(const struct book *b, struct str name) {
  for (uint32_t i = 1; i < b->n_teams; i++) {
    if (same_name(b->teams[i].name, name)) {
      return i;
    }
  }
  return 0;
}

/* False: nobody's name, or no rate. */
static bool match(const struct book *b, const struct target *t, day_t plan_day, struct forecast_target *ret) {
  struct forecast_target x = {0};
  int64_t rate = 0;
  if (str_eq(t->scope, STR("company")) || str_eq(t->scope, STR("all"))) {
    x.scope = 'c';
  } else if (str_eq(t->scope, STR("region"))) {
    x = (struct forecast_target){'r', dict_code(&b->regions, t->scope_name), 0};
  } else if (str_eq(t->scope, STR("team"))) {
    x = (struct forecast_target){'t', team_code(b, t->scope_name), 0};
  } else if (str_eq(t->scope, STR("rep"))) {
    x = (struct forecast_target){'p', dict_code(&b->reps, t->scope_name), 0};
  }
  if (x.scope == 0 || (x.scope != 'c' && x.code == 0)) {
    return false;
  }
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    if (b->currency_of[c] == t->currency && book_rate(b, c, plan_day, &rate, NULL) == OK &&
        exact_round(exact_term(t->amount, rate, t->currency, b->reporting), &x.amount) == OK) {
      *ret = x;
      return true;
    }
  }
  return false;
}

int forecast_run(struct store *s, const struct scope *who, const struct book *b, const struct period *p, struct arena *a, struct forecast_node **ret,
                 size_t *ret_n, size_t *ret_unmatched, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct target *rows = NULL;
  size_t n = 0, unmatched = 0;
  int64_t until = b->as_of == DAY_NONE ? INT64_MAX : ((int64_t)b->as_of + 1) * SECONDS_PER_DAY - 1;
  int code = target_list(s, a, str_of(period_id(p, id)), until, &rows, &n, e);
  if (code != OK) {
    return code;
  }
  struct forecast_target *targets = arena_zalloc(a, n + 1, sizeof *targets);
  struct forecast_query q = {.period = *p, .as_of = b->as_of, .reps = who->everything ? NULL : scope_reps(who, a, b), .targets = targets};
  if (targets == NULL || (!who->everything && q.reps == NULL) || scope_rows(who, a, b, &q.extra, &q.n_extra) != OK) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  for (size_t i = 0; i < n; i++) {
    if (!str_eq(rows[i].kind, STR("money")) || !str_eq(rows[i].measure, STR("closed"))) {
      continue;
    }
    /* The target of a whole says nothing about the part of it that this person sees. */
    bool own = str_eq(rows[i].scope, STR("rep")) || (who->role == ROLE_MANAGER && str_eq(rows[i].scope, STR("team")));
    if (!own && !who->everything) {
      continue;
    }
    if (match(b, &rows[i], p->first, &targets[q.n_targets])) {
      q.n_targets++;
    } else {
      unmatched++;
    }
  }
  *ret_unmatched = unmatched;
  return forecast_compute(b, &q, a, ret, ret_n, e);
}

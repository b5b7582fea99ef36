#include "app/forecast_run.h"

#include "app/target.h"

int forecast_targets(struct store *s, const struct scope *who, const struct book *b, const struct period *p, struct arena *a, struct forecast_target **ret,
                     size_t *ret_n, size_t *ret_unmatched, struct err *e) {
  static const int scopes[] = {[NODE_COMPANY] = 'c', [NODE_REGION] = 'r', [NODE_TEAM] = 't', [NODE_REP] = 'p'};
  struct target_rows set;
  int64_t until = b->as_of == DAY_NONE ? INT64_MAX : ((int64_t)b->as_of + 1) * SECONDS_PER_DAY - 1;
  int code = target_load(s, a, b, p, until, &set, e);
  if (code != OK) {
    return code;
  }
  struct forecast_target *targets = arena_zalloc(a, set.n + 1, sizeof *targets);
  if (targets == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  *ret_n = 0;
  for (size_t i = 0; i < set.n; i++) {
    const struct target_row *t = &set.rows[i];
    /* The target of a whole says nothing about the part of it that this person sees. */
    bool own = t->node.kind == NODE_REP || (who->role == ROLE_MANAGER && t->node.kind == NODE_TEAM);
    if (t->measure == TARGET_CLOSED && (own || who->everything)) {
      targets[(*ret_n)++] = (struct forecast_target){scopes[t->node.kind], t->code, t->counts};
    }
  }
  *ret = targets;
  *ret_unmatched = set.unmatched;
  return OK;
}

int forecast_run(struct store *s, const struct scope *who, const struct book *b, const struct period *p, struct arena *a, struct forecast_node **ret,
                 size_t *ret_n, size_t *ret_unmatched, struct err *e) {
  struct forecast_target *targets = NULL;
  struct forecast_query q = {.period = *p, .as_of = b->as_of, .reps = who->everything ? NULL : scope_reps(who, a, b)};
  if ((!who->everything && q.reps == NULL) || scope_rows(who, a, b, &q.extra, &q.n_extra) != OK) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  int code = forecast_targets(s, who, b, p, a, &targets, &q.n_targets, ret_unmatched, e);
  q.targets = targets;
  return code == OK ? forecast_compute(b, &q, a, ret, ret_n, e) : code;
}

void forecast_own_target(struct forecast_node *nodes, size_t n) {
  int64_t sum = 0;
  bool any = false;
  for (size_t i = 1; i < n; i++) {
    if (nodes[i].level == FORECAST_REP && nodes[i].has_target) {
      any = true;
      if (__builtin_add_overflow(sum, nodes[i].target, &sum)) {
        return;
      }
    }
  }
  if (!any || nodes[0].has_target) {
    return;
  }
  nodes[0].has_target = true;
  nodes[0].target = sum;
  nodes[0].gap = sum - nodes[0].amount[CATEGORY_CLOSED];
  if (nodes[0].gap > 0) {
    nodes[0].coverage = (double)nodes[0].open_atr / (double)nodes[0].gap;
  }
}

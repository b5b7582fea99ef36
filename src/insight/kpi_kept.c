/* KPIs kept beside the lines they are about. What is kept reads nothing of the renewals, so that an edit, which forks the book, does not touch
 * it; what renewals tell (kpi_desk.c) is kept beside the very renewals. */
#include "insight/kept.h"
#include "insight/kpi_internal.h"

struct answer {
  struct kpi_group total;
  size_t n_groups, n_parts; /* which lie behind: groups, parts */
};
struct asking {
  const struct book *b;
  const struct kpi_query *q;
  struct err *e;
};

/* Whose lines these are: a fork of the newest book has its root's. A past book has lines of its own. */
static struct kept *_Atomic *kept_of_lines(const struct book *b) {
  struct book *x = b->root != NULL && b->as_of == DAY_NONE ? b->root : (struct book *)(uintptr_t)b; /* a cache of the book's own */
  return &x->kept;
}

void kpi_question(const struct kpi_run *r, const char *what, struct strbuf *k) {
  const struct kpi_query *q = r->q;
  const struct book *b = r->b;
  strbuf_fmt(k, "%s %d %d %d %d %d %d %d %d %d %d|", what, (int)q->by, (int)q->due_only, (int)q->period.kind, q->period.first, q->period.last,
             (int)q->calendar.kind, q->calendar.first_month, q->calendar.week_start, q->as_of, q->grace_days);
  bool all = q->reps == NULL || memchr(q->reps, 0, b->reps.n) == NULL;
  for (uint32_t i = 0; i < b->reps.n && !all; i++) {
    strbuf_addc(k, q->reps[i] != 0 ? '1' : '0');
  }
}

static int make(void *arg, struct arena *a, void **ret, size_t *ret_n) {
  const struct asking *x = arg;
  struct kpi_query q = *x->q;
  struct kpi_result res = {0};
  q.lines_only = true;
  int code = kpi_compute(x->b, &q, a, &res, x->e);
  size_t groups = res.n_groups * sizeof *res.groups, parts = res.n_parts * sizeof *res.parts;
  struct answer *to = code == OK ? arena_alloc(a, sizeof *to + groups + parts) : NULL;
  if (to == NULL) {
    return code == OK ? err_set(x->e, ERR_NOMEM, "Out of memory") : code;
  }
  *to = (struct answer){res.total, res.n_groups, res.n_parts};
  if (groups > 0) {
    memcpy(to + 1, res.groups, groups);
  }
  if (parts > 0) {
    memcpy((char *)(to + 1) + groups, res.parts, parts);
  }
  *ret = to;
  *ret_n = sizeof *to + groups + parts;
  return OK;
}

int kpi_kept(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(KEPT_KEY_MOST);
  struct asking asking = {b, q, e};
  struct kpi_run r = {.b = b, .q = q};
  struct kpi_desk *desk = NULL;
  void *bytes = NULL;
  size_t n = 0;
  kpi_question(&r, "lines", &key);
  int code = kept_ask(kept_of_lines(b), key.failed != 0 ? STR_NONE : strbuf_str(&key), a, make, &asking, &bytes, &n);
  if (code != OK) {
    return code == ERR_NOMEM ? err_set(e, code, "Out of memory") : code;
  }
  struct answer *x = bytes;
  struct kpi_group *groups = (struct kpi_group *)(x + 1);
  struct kpi_result res = {.total = x->total, .groups = groups, .n_groups = x->n_groups, .parts = (struct kpi_part *)(groups + x->n_groups), .n_parts = x->n_parts};
  if (q->lines_only && res.n_groups == 0) {
    *ret = res;
    return OK;
  }
  code = kpi_run_make(b, q, a, &r, e);
  if (code == OK && !q->lines_only && kpi_desk(&r, &desk) != OK) {
    code = err_set(e, ERR_NOMEM, "Out of memory");
  }
  for (size_t i = 0; i < res.n_groups && code == OK; i++) {
    res.groups[i].name = r.keys.names[res.groups[i].key]; /* it may have lived in the arena of another question */
    if (desk != NULL) {
      kpi_desk_fill(&desk[res.groups[i].key], res.groups[i].values);
    }
  }
  if (code != OK) {
    return code;
  }
  if (desk != NULL) {
    kpi_desk_fill(&desk[r.keys.n], res.total.values);
  }
  *ret = res;
  return OK;
}

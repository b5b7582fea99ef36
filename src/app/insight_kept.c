/* Bands of stored chances, kept beside the book they were worked out on. */
#include "app/insight_run.h"
#include "insight/kept.h"

struct asking {
  const struct engine_ask *q;
  struct err *e;
};

static int work_out(void *arg, struct arena *a, void **ret, size_t *ret_n) {
  const struct asking *x = arg;
  struct engine_node *nodes = NULL;
  size_t n = 0;
  int rc = engine_bands(x->q, a, &nodes, &n, x->e);
  if (rc < 0)
    return rc;
  *ret = nodes;
  *ret_n = n * sizeof *nodes;
  return OK;
}

static void add_bytes(struct strbuf *key, const void *p, size_t n) {
  strbuf_fmt(key, " %zu ", p ? n : 0);
  if (p)
    strbuf_add(key, (struct str){p, n});
}

int insight_bands_kept(const struct engine_ask *q, int64_t run_id, struct arena *a, struct engine_node **ret, size_t *ret_n, struct err *e) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(KEPT_KEY_MOST);
  struct book *b = (struct book *)(uintptr_t)q->b; /* a cache of the book's own */
  struct asking arg = {q, e};
  void *bytes = NULL;
  size_t n = 0;
  strbuf_fmt(&key, "bands %" PRId64 " %zu %d%d%d", run_id, q->place, q->reps != NULL, q->brief, q->whole_only);
  add_bytes(&key, q->reps, b->reps.n);
  add_bytes(&key, q->extra, q->n_extra * sizeof *q->extra);
  add_bytes(&key, q->marked, b->reps.n);
  for (size_t i = 0; i < q->n_targets; i++)
    strbuf_fmt(&key, " %d %u %" PRId64, q->targets[i].scope, q->targets[i].code, q->targets[i].amount);
  int rc = kept_ask(&b->kept, key.failed ? STR_NONE : strbuf_str(&key), a, work_out, &arg, &bytes, &n);
  if (rc < 0)
    return rc == ERR_NOMEM ? err_set(e, rc, "Out of memory") : rc;
  *ret = bytes;
  *ret_n = n / sizeof **ret;
  return OK;
}

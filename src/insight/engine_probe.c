/* Before the logistic is believed: does it know more than can be known? */
#include <math.h>

#include "base/alloc.h"
#include "insight/engine_internal.h"

enum { QUARTER_DAYS = 91 };

struct pair {
  const struct risk_row *then, *later;
};

static int by_due(const void *pa, const void *pb) {
  const struct risk_row *a = ((const struct pair *)pa)->then, *b = ((const struct pair *)pb)->then;
  return a->seen != b->seen ? (a->seen > b->seen) - (a->seen < b->seen) : (a->renewal > b->renewal) - (a->renewal < b->renewal);
}

/* Ripe rows that were still undecided on both days; both lists ascend by renewal. */
static size_t match(const struct risk_rows *then, const struct risk_rows *later, struct pair *ret) {
  size_t n = 0;
  for (size_t i = 0, k = 0; i < then->n_ripe; i++) {
    while (k < later->n_ripe && later->ripe[k].renewal < then->ripe[i].renewal) {
      k++;
    }
    if (k < later->n_ripe && later->ripe[k].renewal == then->ripe[i].renewal) {
      ret[n++] = (struct pair){&then->ripe[i], &later->ripe[k]};
    }
  }
  return n;
}

static int fill(const struct book *b, const struct engine_model *m, const struct pair *pairs, size_t n, struct arena *a, struct probe_data *ret) {
  size_t p = engine_columns(m);
  double *x = arena_alloc(a, (n * p + 1) * sizeof *x), *later = arena_alloc(a, (n * p + 1) * sizeof *later), *offset = arena_alloc(a, (n + 1) * sizeof *offset);
  uint8_t *y = arena_alloc(a, n + 1);
  uint32_t *group = arena_alloc(a, (n + 1) * sizeof *group);
  int32_t *quarter = arena_alloc(a, (n + 1) * sizeof *quarter);
  if (x == NULL || later == NULL || offset == NULL || y == NULL || group == NULL || quarter == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    const struct risk_row *r = pairs[i].then;
    engine_fill_plain(m, r, x + i * p);
    engine_fill_plain(m, pairs[i].later, later + i * p);
    offset[i] = engine_offset(m, r);
    y[i] = r->label == RISK_RENEWED;
    group[i] = b->renewals.account[r->renewal];
    quarter[i] = b->renewals.due[r->renewal] / QUARTER_DAYS;
  }
  *ret = (struct probe_data){.n = n, .p = p, .x = x, .later = later, .y = y, .offset = offset, .group = group, .quarter = quarter, .ridge = ENGINE_RIDGE, .seed = 1};
  return OK;
}

int engine_probe(const struct book *b, const struct risk_rows *rows, const struct engine_options *o, struct engine_model *m, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct risk_rows later;
  struct probe_data d;
  int code = a != NULL ? risk_rows_seen(b, o->today, o->grace, ENGINE_PROBE_BEFORE, o->threads, a, &later, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (code == OK) {
    engine_signals(b, o, &later);
  }
  struct pair *pairs = code == OK ? arena_alloc(a, (rows->n_ripe + 1) * sizeof *pairs) : NULL;
  if (pairs == NULL) {
    return code != OK ? code : err_set(e, ERR_NOMEM, "Out of memory");
  }
  size_t n = match(rows, &later, pairs), skip;
  qsort(pairs, n, sizeof *pairs, by_due);
  skip = n > PROBE_MOST_ROWS ? n - PROBE_MOST_ROWS : 0;
  if (fill(b, m, pairs + skip, n - skip, a, &d) != OK) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  return probe_run(&d, &m->probe, e);
}

static void add_share(struct strbuf *out, const char *key, double v) {
  if (isnan(v)) {
    strbuf_fmt(out, ",\"%s\":null", key);
  } else {
    strbuf_fmt(out, ",\"%s\":%.17g", key, v);
  }
}

void engine_probe_write(const struct engine_model *m, struct strbuf *out) {
  const struct probe_result *r = &m->probe;
  int driver = r->column < engine_columns(m) ? engine_column_driver(m, r->column) : ENGINE_DRIVER_KINDS;
  strbuf_fmt(out, ",\"probe\":{\"verdict\":\"%s\",\"column\":\"%s\"", probe_verdict_name((int)r->verdict), engine_driver_key(driver));
  add_share(out, "column_auc", r->column_auc);
  add_share(out, "auc", r->auc);
  add_share(out, "later_auc", r->later_auc);
  add_share(out, "shuffled_auc", r->shuffled_auc);
  strbuf_addz(out, "}");
}

/* How the desk works on what is due: distinct open renewals behind the lines due in the period, stale or slipped. A renewal is the lines
 * of one contract that end on one day. These are the only KPIs that read renewals: an edit changes them, so they are kept beside the generation. */
#include "base/alloc.h"
#include "base/map.h"
#include "insight/kept.h"
#include "insight/kpi_internal.h"

enum { STALE_DAYS = 14 };

static uint64_t key_of(uint32_t contract, day_t due) { return (uint64_t)contract << 32 | (uint32_t)due; }

static unsigned state_of(const struct book_renewals *n, size_t i, day_t as_of) {
  unsigned stale = n->changed[i] != DAY_NONE && n->changed[i] <= as_of - STALE_DAYS ? 1u << DESK_STALE : 0;
  unsigned slipped = n->close[i] != DAY_NONE && n->close[i] > n->due[i] ? 1u << DESK_SLIPPED : 0;
  return 1u << DESK_OPEN | stale | slipped;
}

/* (contract, due day) of the open renewals of the period -> their state. */
static int index_open(const struct kpi_run *r, struct map64 *open) {
  const struct book_renewals *n = &r->b->renewals;
  const struct period *p = &r->q->period;
  for (size_t i = 0; i < n->n; i++) {
    bool is_open = n->category[i] == CATEGORY_COMMIT || n->category[i] == CATEGORY_BEST_CASE || n->category[i] == CATEGORY_PIPELINE;
    if (n->due[i] < p->first || n->due[i] > p->last || !is_open) {
      continue;
    }
    uint64_t *slot = map64_put(open, key_of(n->contract[i], n->due[i]));
    if (slot == NULL) {
      return ERR_NOMEM;
    }
    *slot = state_of(n, i, r->q->as_of);
  }
  return OK;
}

/* The state of the renewal a line belongs to; 0 when it is not open, or the line does not count. */
static unsigned state_at(const struct kpi_run *r, const struct map64 *open, size_t i) {
  const struct book_lines *l = &r->b->lines;
  int64_t factor = kpi_factors_of(&r->factors, l->end[i])[l->currency[i]];
  if (!(kpi_fields(r->q, l, i, factor) & FIELD_BIT(F_ATR))) {
    return 0;
  }
  const uint64_t *state = map64_get(open, key_of(l->contract[i], l->end[i]));
  return state != NULL ? (unsigned)*state : 0;
}

/* Each renewal once per key, also when its lines have several. */
static int count(const struct kpi_run *r, const struct map64 *open, bool total, struct kpi_desk *sums) {
  const struct book_lines *l = &r->b->lines;
  struct map64 *codes = map64_new(), *seen = map64_new(); /* renewal -> number; (key, number) -> seen */
  int code = codes != NULL && seen != NULL ? OK : ERR_NOMEM;
  for (size_t i = r->from; i < r->to && code == OK; i++) {
    unsigned state = state_at(r, open, i);
    uint32_t key = total ? 0 : kpi_key(&r->keys, i);
    if (state == 0) {
      continue;
    }
    uint64_t *number = map64_put(codes, key_of(l->contract[i], l->end[i]));
    if (number != NULL && *number == 0) {
      *number = map64_count(codes);
    }
    uint64_t *met = number != NULL ? map64_put(seen, (uint64_t)key << 32 | *number) : NULL;
    if (met == NULL) {
      code = ERR_NOMEM;
      break;
    }
    for (int k = 0; k < DESK_COUNT; k++) {
      int64_t has = state >> k & 1u;
      sums[key].rows[k] += has;
      sums[key].renewals[k] += *met == 0 ? has : 0;
    }
    *met = 1;
  }
  map64_free(codes);
  map64_free(seen);
  return code;
}

static int make(void *arg, struct arena *a, void **ret, size_t *ret_n) {
  const struct kpi_run *r = arg;
  struct kpi_desk *sums = arena_zalloc(a, (size_t)r->keys.n + 1, sizeof *sums);
  struct map64 *open = map64_new();
  int code = sums != NULL && open != NULL ? index_open(r, open) : ERR_NOMEM;
  if (code == OK && map64_count(open) > 0) {
    code = count(r, open, true, &sums[r->keys.n]);
    code = code == OK && r->q->by != KPI_BY_NONE ? count(r, open, false, sums) : code;
  }
  map64_free(open);
  if (code != OK) {
    return code;
  }
  if (r->q->by == KPI_BY_NONE) {
    sums[0] = sums[1];
  }
  *ret = sums;
  *ret_n = ((size_t)r->keys.n + 1) * sizeof *sums;
  return OK;
}

int kpi_desk(const struct kpi_run *r, struct kpi_desk **ret) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(KEPT_KEY_MOST);
  struct book *b = (struct book *)(uintptr_t)r->b; /* a cache of the book's own */
  struct kpi_run run = *r;
  void *sums = NULL;
  size_t n = 0;
  kpi_question(r, "desk", &key);
  int code = kept_ask(&b->kept, key.failed != 0 ? STR_NONE : strbuf_str(&key), r->arena, make, &run, &sums, &n);
  if (code == OK) {
    *ret = sums;
  }
  return code;
}

int kpi_desk_rows(const struct kpi_run *r, enum kpi_desk_state state, uint32_t group, kpi_take_fn *take, void *arg) {
  const struct book_lines *l = &r->b->lines;
  struct map64 *open = map64_new();
  int code = open != NULL ? index_open(r, open) : ERR_NOMEM;
  for (size_t i = r->from; i < r->to && code == OK; i++) {
    int64_t factor = kpi_factors_of(&r->factors, l->end[i])[l->currency[i]];
    if ((state_at(r, open, i) >> state & 1u) != 0 && (group == UINT32_MAX || kpi_key(&r->keys, i) == group)) {
      code = take(arg, i, (exact_t)l->atr[i] * factor, factor);
    }
  }
  map64_free(open);
  return code;
}

void kpi_desk_fill(const struct kpi_desk *x, struct kpi_value values[KPI_COUNT]) {
  values[KPI_STALE] = (struct kpi_value){x->renewals[DESK_STALE], x->renewals[DESK_OPEN], x->rows[DESK_STALE], x->rows[DESK_OPEN]};
  values[KPI_SLIP] = (struct kpi_value){x->renewals[DESK_SLIPPED], x->renewals[DESK_OPEN], x->rows[DESK_SLIPPED], x->rows[DESK_OPEN]};
}

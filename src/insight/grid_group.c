/* Groups of the grid: one pass over the matching rows, sums by group and currency in whole minor units. */
#include "base/alloc.h"
#include "base/map.h"
#include "insight/grid_internal.h"

enum { FIRST_YEAR = 1, LAST_YEAR = 9999, MONTHS = 12 * (LAST_YEAR + 1), NEAR_FIRST = 7305 /* 1990 */, NEAR_DAYS = 47848 /* to 2120 */ };

bool grid_may_group(int column) {
  if (column < 0 || column >= GRID_COLUMN_COUNT) {
    return false;
  }
  enum grid_kind kind = grid_column_kind((enum grid_column)column);
  return kind == GRID_KIND_SET || kind == GRID_KIND_DAY;
}

static uint32_t month_of(day_t d) {
  struct ymd x = day_to_ymd(d != DAY_NONE ? d : 0);
  return d != DAY_NONE && x.y >= FIRST_YEAR && x.y <= LAST_YEAR ? (uint32_t)(12 * x.y + x.m - 1) : 0;
}

/* Sums of a group: of its first currency here, of further ones in a map, since a group seldom has two. */
struct sums {
  uint32_t key;
  uint8_t currency;
  bool several;
  int64_t rows, rows_of, minor; /* of all, of that currency */
};
struct further {
  int64_t rows, minor;
};
struct grouping {
  const struct grid_plan *x;
  enum grid_column by;
  bool days, over;
  struct grid_raw raw;
  uint32_t *place;      /* of a key among the groups + 1, 0 = not met yet */
  uint32_t *near_month; /* of days near today */
  struct sums *groups;
  size_t n, room;
  struct map64 *index;  /* group × 64 + currency -> place among further + 1 */
  struct further *further;
  size_t n_further, room_further;
};

static bool grow(void *ret_array, size_t n, size_t *room, size_t size) {
  void *old, *next;
  if (n < *room) {
    return true;
  }
  memcpy(&old, ret_array, sizeof old);
  next = mem_realloc(old, (*room * 2 + 64) * size);
  if (next == NULL) {
    return false;
  }
  memcpy(ret_array, &next, sizeof next);
  *room = *room * 2 + 64;
  return true;
}

static uint32_t key_of(const struct grouping *g, uint32_t row, size_t from, const day_t *day) {
  if (!g->days) {
    const struct grid_raw *raw = &g->raw;
    return grid_code_of(g->x->b, g->by, raw->u32 != NULL ? raw->u32[row] : raw->u16 != NULL ? raw->u16[row] : raw->u8[row]);
  }
  int64_t near = (int64_t)day[row - from] - NEAR_FIRST;
  return near >= 0 && near < NEAR_DAYS ? g->near_month[near] : month_of(day[row - from]);
}

static struct sums *group_of(struct grouping *g, uint32_t key, uint8_t currency) {
  if (g->place[key] != 0) {
    return &g->groups[g->place[key] - 1];
  }
  if (!grow(&g->groups, g->n, &g->room, sizeof *g->groups)) {
    return NULL;
  }
  g->groups[g->n] = (struct sums){.key = key, .currency = currency};
  g->place[key] = (uint32_t)++g->n;
  return &g->groups[g->n - 1];
}

static struct further *further_of(struct grouping *g, size_t group, uint8_t currency) {
  uint64_t *at = map64_put(g->index, group * GRID_CURRENCIES + currency);
  if (at == NULL || (*at == 0 && !grow(&g->further, g->n_further, &g->room_further, sizeof *g->further))) {
    return NULL;
  }
  if (*at == 0) {
    g->further[g->n_further] = (struct further){0};
    *at = ++g->n_further;
  }
  return &g->further[*at - 1];
}

static int add_block(struct grouping *g, size_t from, const uint32_t *rows, size_t n, const day_t *day) {
  const struct book_renewals *r = &g->x->b->renewals;
  for (size_t k = 0; k < n; k++) {
    uint8_t currency = r->currency[rows[k]] & (GRID_CURRENCIES - 1);
    int64_t amount = grid_row_amount(r, rows[k]);
    struct sums *s = group_of(g, key_of(g, rows[k], from, day), currency);
    if (s == NULL) {
      return ERR_NOMEM;
    }
    s->rows++;
    if (s->currency == currency) {
      s->rows_of++;
      g->over |= __builtin_add_overflow(s->minor, amount, &s->minor);
      continue;
    }
    s->several = true;
    struct further *f = further_of(g, (size_t)(s - g->groups), currency);
    if (f == NULL) {
      return ERR_NOMEM;
    }
    f->rows++;
    g->over |= __builtin_add_overflow(f->minor, amount, &f->minor);
  }
  return OK;
}

static int collect(struct grouping *g, struct grid_sums *sums) {
  const struct book *b = g->x->b;
  int code = OK;
  for (size_t from = 0; from < b->renewals.n && code == OK; from += GRID_BLOCK) {
    uint32_t rows[GRID_BLOCK];
    day_t made[GRID_BLOCK];
    size_t in_block = b->renewals.n - from < GRID_BLOCK ? b->renewals.n - from : GRID_BLOCK, n = grid_plan_block(g->x, from, in_block, rows);
    if (n > 0) {
      grid_sums_add(sums, &b->renewals, rows, n);
      code = add_block(g, from, rows, n, g->days ? grid_days(b, g->by, from, in_block, made) : NULL);
    }
  }
  return code;
}

static int finish_group(const struct grouping *g, size_t i, struct arena *a, struct grid_group *ret) {
  const struct sums *s = &g->groups[i];
  __int128 all = 0;
  *ret = (struct grid_group){.code = g->days ? (s->key != 0 ? s->key : GRID_NO_MONTH) : s->key, .rows = s->rows};
  ret->money = arena_alloc(a, (s->several ? GRID_CURRENCIES : 1) * sizeof *ret->money);
  if (ret->money == NULL) {
    return ERR_NOMEM;
  }
  for (uint8_t c = 0; c < GRID_CURRENCIES; c++) {
    const uint64_t *at = s->several ? map64_get(g->index, i * GRID_CURRENCIES + c) : NULL;
    struct grid_money m = {.currency = c, .rows = c == s->currency ? s->rows_of : at != NULL ? g->further[*at - 1].rows : 0};
    m.minor = c == s->currency ? s->minor : at != NULL ? g->further[*at - 1].minor : 0;
    if (m.rows == 0) {
      continue;
    }
    ret->money[ret->n_money++] = m;
    ret->no_rate += g->x->has_rate[c] ? 0 : m.rows;
    all += m.minor * g->x->factor[c];
  }
  return exact_round(all, &ret->converted);
}

static int by_code(const void *x, const void *y) {
  const struct grid_group *a = x, *b = y;
  return a->code < b->code ? -1 : a->code > b->code;
}
static int by_money(const void *x, const void *y) {
  const struct grid_group *a = x, *b = y;
  return a->converted != b->converted ? (a->converted > b->converted ? -1 : 1) : by_code(x, y);
}

static int prepare(struct grouping *g, const struct grid_plan *x, enum grid_column by) {
  *g = (struct grouping){.x = x, .by = by, .days = grid_column_kind(by) == GRID_KIND_DAY};
  size_t keys = g->days ? MONTHS : grid_set_size(x->b, by);
  g->place = arena_zalloc(x->a, keys + 1, sizeof *g->place);
  g->index = map64_new();
  g->near_month = g->days ? arena_alloc(x->a, NEAR_DAYS * sizeof *g->near_month) : NULL;
  if (g->place == NULL || g->index == NULL || (g->days && g->near_month == NULL)) {
    return ERR_NOMEM;
  }
  for (day_t d = 0; g->days && d < NEAR_DAYS; d++) {
    g->near_month[d] = month_of(NEAR_FIRST + d);
  }
  if (!g->days) {
    g->raw = grid_raw_of(x->b, by);
  }
  return OK;
}

int grid_groups(const struct book *b, const struct grid_query *q, enum grid_column by, struct arena *a, struct grid_group **ret, size_t *ret_n,
                struct grid_totals *ret_totals, struct err *e) {
  struct grid_plan x;
  struct grid_sums sums = {0};
  struct grid_totals totals;
  struct grouping g = {0};
  struct grid_group *groups = NULL;
  int code = grid_plan_make(b, q, a, &x);
  code = code == OK ? prepare(&g, &x, by) : code;
  code = code == OK ? collect(&g, &sums) : code;
  code = code == OK ? grid_sums_total(&x, &sums, &totals) : code;
  code = code == OK && g.over ? ERR_RANGE : code;
  if (code == OK && (groups = arena_alloc(a, (g.n + 1) * sizeof *groups)) == NULL) {
    code = ERR_NOMEM;
  }
  for (size_t i = 0; i < g.n && code == OK; i++) {
    code = finish_group(&g, i, a, &groups[i]);
  }
  if (code == OK) {
    bool names = grid_dict_of(b, by) != NULL || by == GRID_TEAM;
    qsort(groups, g.n, sizeof *groups, names ? by_money : by_code);
    *ret = groups;
    *ret_n = g.n;
    *ret_totals = totals;
  }
  mem_free(g.groups);
  mem_free(g.further);
  map64_free(g.index);
  return code == OK ? OK : err_set(e, code, code == ERR_RANGE ? "the sum of these renewals is beyond 64 bits: look for a wrong amount" : "out of memory");
}

struct grid_filter grid_group_filter(enum grid_column by, uint32_t group, uint32_t *code) {
  struct grid_filter f = {.column = by, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  if (grid_column_kind(by) == GRID_KIND_DAY && group == GRID_NO_MONTH) {
    f.blank = true;
  } else if (grid_column_kind(by) == GRID_KIND_DAY) {
    int year = (int)(group / 12), month = (int)(group % 12) + 1;
    day_t first = 0;
    (void)day_from_ymd(year, month, 1, &first);
    f.from = first;
    f.to = first + days_in_month(year, month) - 1;
  } else {
    *code = group;
    f.codes = code;
    f.n_codes = 1;
  }
  return f;
}

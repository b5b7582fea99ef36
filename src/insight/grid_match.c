/* Which rows match: every condition is a step over a block of rows that stays in the processor's nearest cache. */
#include "base/utf8.h"
#include "insight/grid_internal.h"

enum step_kind { STEP_SET, STEP_CODE, STEP_DAYS, STEP_MONEY, STEP_SEARCH, STEP_ROWS };
enum { SEARCHED = 3 };
struct grid_step {
  enum step_kind kind;
  enum grid_column column;
  bool negate;
  struct grid_raw raw;                 /* of a set … */
  const uint8_t *table;                /* … and whether its values match */
  uint32_t code;                       /* or the one that does */
  day_t first, last;                   /* of days and small numbers, inclusive */
  int64_t low[GRID_CURRENCIES], high[GRID_CURRENCIES]; /* of money: minor units by the row's own currency, inclusive */
  const uint8_t *names[SEARCHED];      /* of a search: marks by code of account, contract and rep */
  const uint32_t *rows; size_t n_rows; /* of listed rows; of the scope: rows seen besides */
};

/* Marks in set the codes whose name contains text. */
static int mark_names(struct book_dict *d, struct str text, uint8_t *set) {
  const struct book_fold *f = book_folded(d);
  if (f == NULL) {
    return ERR_NOMEM;
  }
  const char *p = f->text.p, *end = f->text.p + f->text.n;
  uint32_t code = 0;
  while (text.n > 0 && (p = memmem(p, (size_t)(end - p), text.p, text.n)) != NULL) {
    uint32_t at = (uint32_t)(p - f->text.p);
    while (code + 1 < d->n && f->offset[code + 1] <= at) {
      code++;
    }
    set[code] = 1;
    p = code + 1 < d->n ? f->text.p + f->offset[code + 1] - 1 : end;
  }
  return OK;
}

static int mark_teams(const struct book *b, struct str text, uint8_t *set) {
  for (uint32_t i = 1; i < b->n_teams; i++) {
    struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
    utf8_fold(&key, b->teams[i].name);
    if (key.failed) {
      return ERR_NOMEM;
    }
    set[i] |= str_contains(strbuf_str(&key), text);
  }
  return OK;
}

/* One account or contract: no table of all of them is needed. */
static bool code_step(const struct grid_plan *x, const struct grid_filter *f, struct grid_step *s) {
  struct grid_raw raw = grid_raw_of(x->b, f->column);
  if (raw.u32 == NULL || f->n_codes != 1 || f->blank || f->text.n > 0 || f->codes[0] == 0) {
    return false;
  }
  s->kind = STEP_CODE;
  s->raw = raw;
  s->code = f->codes[0];
  return true;
}

static int set_step(const struct grid_plan *x, const struct grid_filter *f, struct grid_step *s) {
  uint32_t size = grid_set_size(x->b, f->column);
  uint8_t *set = arena_zalloc(x->a, (size_t)size + 256, 1);
  struct book_dict *d = grid_dict_of(x->b, f->column);
  s->raw = grid_raw_of(x->b, f->column);
  uint8_t *table = arena_alloc(x->a, (size_t)s->raw.n + 1);
  if (set == NULL || table == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < f->n_codes; i++) {
    if (f->codes[i] < size) {
      set[f->codes[i]] = 1;
    }
  }
  set[0] |= f->blank;
  int code = f->text.n == 0 ? OK : d != NULL ? mark_names(d, f->text, set) : f->column == GRID_TEAM ? mark_teams(x->b, f->text, set) : OK;
  for (uint32_t v = 0; v < s->raw.n; v++) {
    table[v] = (uint8_t)(set[grid_code_of(x->b, f->column, v)] ^ f->negate);
  }
  s->kind = STEP_SET;
  s->table = table;
  return code;
}

static day_t clamp_day(int64_t v) { return v <= DAY_NONE ? DAY_NONE + 1 : v > INT32_MAX ? INT32_MAX : (day_t)v; }

static void days_step(const struct grid_filter *f, struct grid_step *s) {
  bool none = f->from > f->to; /* a bound that was not understood */
  s->kind = STEP_DAYS;
  s->first = f->blank ? DAY_NONE : none ? INT32_MAX : clamp_day(f->from); /* a row without that date is in no range */
  s->last = f->blank || none ? DAY_NONE : f->to <= DAY_NONE ? DAY_NONE : clamp_day(f->to);
}

static int64_t clamp_i64(__int128 v) { return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v; }

/* Bounds in the reporting currency become bounds in each row's own, so that a row costs one comparison and nothing is rounded. */
static void money_step(const struct grid_plan *x, const struct grid_filter *f, struct grid_step *s) {
  __int128 unit = (__int128)RATE_ONE * pow10_i64(EXACT_EXPONENT);
  s->kind = STEP_MONEY;
  for (int c = 0; c < GRID_CURRENCIES; c++) {
    __int128 factor = x->factor[c];
    s->low[c] = INT64_MAX; /* without a rate: in no range */
    s->high[c] = INT64_MIN;
    if (factor > 0 && f->from <= f->to) {
      __int128 from = f->from * unit, to = f->to * unit;
      s->low[c] = f->from == INT64_MIN ? INT64_MIN : clamp_i64(from / factor + (from % factor > 0));
      s->high[c] = f->to == INT64_MAX ? INT64_MAX : clamp_i64(to / factor - (to % factor < 0));
    }
    if (f->blank) { /* nothing, or nothing that can be told */
      s->low[c] = factor > 0 ? 0 : INT64_MIN;
      s->high[c] = factor > 0 ? 0 : INT64_MAX;
    }
  }
}

static int search_step(const struct grid_plan *x, struct str text, struct grid_step *s) {
  static const enum grid_column where[SEARCHED] = {GRID_CUSTOMER, GRID_CONTRACT, GRID_REP};
  s->kind = STEP_SEARCH;
  for (size_t k = 0; k < SEARCHED; k++) {
    struct book_dict *d = grid_dict_of(x->b, where[k]);
    uint8_t *set = arena_zalloc(x->a, d->n, 1);
    if (set == NULL || mark_names(d, text, set) != OK) {
      return ERR_NOMEM;
    }
    s->names[k] = set;
  }
  return OK;
}

static void find_rates(struct grid_plan *x) {
  const struct book *b = x->b;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    int64_t rate = 0;
    x->has_rate[c] = book_rate(b, c, x->q->plan_day, &rate, NULL) == OK;
    x->factor[c] = x->has_rate[c] ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
  }
}

/* Cheap ones first: behind a block without matches the others have nothing to do. */
static int cost_of(const struct grid_step *s) { return s->kind == STEP_SEARCH ? 4 : s->kind == STEP_MONEY ? 3 : s->kind == STEP_SET && s->raw.u32 != NULL ? 2 : 1; }

static void sort_steps(struct grid_plan *x, size_t first) { /* the scope stays first */
  for (size_t i = first + 1; i < x->n_steps; i++) {
    for (size_t k = i; k > first && cost_of(&x->steps[k]) < cost_of(&x->steps[k - 1]); k--) {
      struct grid_step t = x->steps[k];
      x->steps[k] = x->steps[k - 1];
      x->steps[k - 1] = t;
    }
  }
}

int grid_plan_make(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_plan *ret) {
  struct grid_plan x = {.b = b, .q = q, .a = a};
  int code = OK;
  find_rates(&x);
  x.steps = arena_zalloc(a, q->n_filters + 2, sizeof *x.steps);
  if (x.steps == NULL) {
    return ERR_NOMEM;
  }
  bool scoped = q->reps != NULL && memchr(q->reps, 0, b->reps.n) != NULL;
  if (scoped) {
    x.steps[x.n_steps++] = (struct grid_step){
        .kind = STEP_SET, .raw = {.u16 = b->renewals.rep_now, .n = b->reps.n}, .table = q->reps, .rows = q->extra, .n_rows = q->n_extra};
  }
  for (size_t k = 0; k < q->n_filters && code == OK; k++) {
    const struct grid_filter *f = &q->filters[k];
    struct grid_step *s = &x.steps[x.n_steps++];
    enum grid_kind kind = grid_column_kind(f->column);
    s->column = f->column;
    s->negate = f->negate;
    if (kind == GRID_KIND_ROWS || kind == GRID_KIND_TEXT) {
      s->kind = STEP_ROWS;
      s->rows = f->rows;
      s->n_rows = f->n_rows;
    } else if (kind == GRID_KIND_MONEY) {
      money_step(&x, f, s);
    } else if (kind == GRID_KIND_SET) {
      code = code_step(&x, f, s) ? OK : set_step(&x, f, s);
    } else {
      days_step(f, s);
    }
  }
  if (code == OK && q->search.n > 0) {
    code = search_step(&x, q->search, &x.steps[x.n_steps++]);
  }
  sort_steps(&x, scoped);
  if (code == OK) {
    *ret = x;
  }
  return code;
}

/* match[k] stays when table has the row's value. One loop per width, so that nothing in it depends on the column. */
static void keep_listed(uint8_t *match, size_t from, size_t n, const struct grid_raw *raw, const uint8_t *table) {
  if (raw->u32 != NULL) {
    const uint32_t *v = raw->u32 + from;
    for (size_t k = 0; k < n; k++) {
      match[k] &= table[v[k]];
    }
  } else if (raw->u16 != NULL) {
    const uint16_t *v = raw->u16 + from;
    for (size_t k = 0; k < n; k++) {
      match[k] &= table[v[k]];
    }
  } else {
    const uint8_t *v = raw->u8 + from;
    for (size_t k = 0; k < n; k++) {
      match[k] &= table[v[k]];
    }
  }
}

static void keep_code(uint8_t *match, size_t from, size_t n, const struct grid_step *s) {
  const uint32_t *v = s->raw.u32 + from, code = s->code;
  const uint8_t negate = s->negate;
  for (size_t k = 0; k < n; k++) {
    match[k] &= (uint8_t)((v[k] == code) ^ negate);
  }
}

static void keep_days(uint8_t *match, const struct book *b, size_t from, size_t n, const struct grid_step *s) {
  day_t made[GRID_BLOCK];
  const day_t *v = grid_days(b, s->column, from, n, made), first = s->first, last = s->last;
  for (size_t k = 0; k < n; k++) {
    match[k] &= (uint8_t)(((v[k] >= first) & (v[k] <= last)) != s->negate);
  }
}

static void keep_money(uint8_t *match, const struct book *b, size_t from, size_t n, const struct grid_step *s) {
  const struct book_renewals r = b->renewals; /* in registers: the marks written could be the columns, for all the compiler knows */
  for (size_t k = 0; k < n; k++) {
    int64_t minor = grid_row_money(&r, s->column, from + k);
    uint8_t c = r.currency[from + k] & (GRID_CURRENCIES - 1);
    match[k] &= (uint8_t)(((minor >= s->low[c]) & (minor <= s->high[c])) != s->negate);
  }
}

static void keep_found(uint8_t *match, const struct book *b, size_t from, size_t n, const struct grid_step *s) {
  const struct book_renewals r = b->renewals;
  const uint8_t *account = s->names[0], *contract = s->names[1], *rep = s->names[2];
  for (size_t k = 0; k < n; k++) {
    size_t i = from + k;
    match[k] &= account[r.account[i]] | contract[r.contract[i]] | rep[r.rep[i]] | account[r.reseller[i]] | account[r.distributor[i]];
  }
}

/* Sets mark[k] of the listed rows among from..from+n-1. */
static void mark_rows(uint8_t *mark, size_t from, size_t n, const uint32_t *rows, size_t n_rows) {
  size_t low = 0, high = n_rows;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (rows[mid] < from) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  for (; low < n_rows && rows[low] < from + n; low++) {
    mark[rows[low] - from] = 1;
  }
}

static void keep_rows(uint8_t *match, size_t from, size_t n, const struct grid_step *s) {
  uint8_t mark[GRID_BLOCK] = {0};
  mark_rows(mark, from, n, s->rows, s->n_rows);
  for (size_t k = 0; k < n; k++) {
    match[k] &= (uint8_t)(mark[k] ^ s->negate);
  }
}

size_t grid_plan_block(const struct grid_plan *x, size_t from, size_t n, uint32_t rows[GRID_BLOCK]) {
  uint8_t match[GRID_BLOCK];
  size_t found = 0;
  memset(match, 1, n);
  for (size_t k = 0; k < x->n_steps; k++) {
    const struct grid_step *s = &x->steps[k];
    if (s->kind == STEP_SET) {
      keep_listed(match, from, n, &s->raw, s->table);
      mark_rows(match, from, n, s->rows, s->n_rows); /* only the scope has such, and it comes first */
    } else if (s->kind == STEP_CODE) {
      keep_code(match, from, n, s);
    } else if (s->kind == STEP_ROWS) {
      keep_rows(match, from, n, s);
    } else if (s->kind == STEP_DAYS) {
      keep_days(match, x->b, from, n, s);
    } else if (s->kind == STEP_MONEY) {
      keep_money(match, x->b, from, n, s);
    } else {
      keep_found(match, x->b, from, n, s);
    }
    if (memchr(match, 1, n) == NULL) {
      return 0;
    }
  }
  for (size_t k = 0; k < n; k++) { /* no branch: it would be guessed wrong half the time */
    rows[found] = (uint32_t)(from + k);
    found += match[k];
  }
  return found;
}

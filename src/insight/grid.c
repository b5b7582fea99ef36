#include "insight/grid.h"

#include "base/alloc.h"
#include "insight/exact.h"

static const char *const column_names[GRID_COLUMN_COUNT] = {
    "customer", "contract", "due_date", "close_date", "amount", "converted_amount", "atr_amount", "won_amount", "category", "stage", "outcome", "owner",
    "team", "region", "reseller", "distributor", "sales_model", "currency", "next_step_date", "changed", "booked_date", "has_po", "at_risk", "expected_date"};

const char *grid_column_name(int c) { return c >= 0 && c < GRID_COLUMN_COUNT ? column_names[c] : ""; }

int grid_column_of(struct str s) {
  for (int i = 0; i < GRID_COLUMN_COUNT; i++) {
    if (str_eq_nocase(s, str_of(column_names[i]))) {
      return i;
    }
  }
  return -1;
}

static day_t expected_day(const struct book_renewals *r, size_t i) {
  if (r->category[i] == CATEGORY_CLOSED) {
    return r->booked[i] != DAY_NONE ? r->booked[i] : r->due[i];
  }
  return r->close[i] != DAY_NONE ? r->close[i] : r->due[i];
}
/* Without a branch: categories follow no order that a processor could guess. */
static inline int64_t row_amount(const struct book_renewals *r, size_t i) {
  int64_t closed = -(int64_t)(r->category[i] == CATEGORY_CLOSED);
  return (r->won[i] & closed) | (r->forecast[i] & ~closed);
}

struct run {
  const struct book *b;
  const struct grid_query *q;
  struct arena *a;
  uint8_t *match;        /* one byte a row */
  bool has_rate[64];
  __int128 factor[64];   /* exact_term of one minor unit at plan_day's rate; 0 without a rate */
};

static void find_rates(struct run *x) {
  const struct book *b = x->b;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    int64_t rate = 0;
    x->has_rate[c] = book_rate(b, c, x->q->plan_day, &rate, NULL) == OK;
    x->factor[c] = x->has_rate[c] ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
  }
}

static inline __int128 converted_term(const struct run *x, size_t i, int64_t minor) { return minor * x->factor[x->b->renewals.currency[i]]; }

bool grid_converted(const struct book *b, uint32_t row, day_t plan_day, int64_t *ret) {
  int64_t rate = 0;
  uint8_t c = b->renewals.currency[row];
  return book_rate(b, c, plan_day, &rate, NULL) == OK && exact_round(exact_term(row_amount(&b->renewals, row), rate, b->currency_of[c], b->reporting), ret) == OK;
}

/* The column in which a dimension lies, as it is stored: a team is found by its rep, a mark among the flags. */
struct raw_column {
  const uint8_t *u8;
  const uint16_t *u16;
  const uint32_t *u32;
  uint32_t n; /* values it can hold */
};

static struct raw_column raw_of(const struct book *b, enum grid_column c) {
  const struct book_renewals *r = &b->renewals;
  switch ((int)c) {
    case GRID_CUSTOMER: return (struct raw_column){.u32 = r->account, .n = b->accounts.n};
    case GRID_CONTRACT: return (struct raw_column){.u32 = r->contract, .n = b->contracts.n};
    case GRID_RESELLER: return (struct raw_column){.u32 = r->reseller, .n = b->accounts.n};
    case GRID_DISTRIBUTOR: return (struct raw_column){.u32 = r->distributor, .n = b->accounts.n};
    case GRID_REP: case GRID_TEAM: return (struct raw_column){.u16 = r->rep, .n = b->reps.n};
    case GRID_REGION: return (struct raw_column){.u16 = r->region, .n = b->regions.n};
    case GRID_MODEL: return (struct raw_column){.u8 = r->model, .n = 256};
    case GRID_CURRENCY: return (struct raw_column){.u8 = r->currency, .n = 256};
    case GRID_CATEGORY: return (struct raw_column){.u8 = r->category, .n = 256};
    case GRID_STAGE: return (struct raw_column){.u8 = r->stage, .n = 256};
    case GRID_OUTCOME: return (struct raw_column){.u8 = r->outcome, .n = 256};
    default: return (struct raw_column){.u8 = r->flags, .n = 256};
  }
}

/* The code of a dimension from the value in its column. */
static uint32_t code_of(const struct book *b, enum grid_column c, uint32_t raw) {
  switch ((int)c) {
    case GRID_TEAM: return b->rep_team[raw];
    case GRID_PO: return (raw & RENEWAL_HAS_PO) != 0;
    case GRID_AT_RISK: return (raw & RENEWAL_AT_RISK) != 0;
    default: return raw;
  }
}

static bool is_day_column(enum grid_column c) {
  return c == GRID_DUE || c == GRID_CLOSE || c == GRID_STEP_DATE || c == GRID_CHANGED || c == GRID_BOOKED || c == GRID_EXPECTED;
}
static bool is_money_column(enum grid_column c) { return c == GRID_AMOUNT || c == GRID_CONVERTED || c == GRID_ATR || c == GRID_WON; }

static uint32_t dimension_size(const struct book *b, enum grid_column c) {
  switch ((int)c) {
    case GRID_CUSTOMER: case GRID_RESELLER: case GRID_DISTRIBUTOR: return b->accounts.n;
    case GRID_CONTRACT: return b->contracts.n;
    case GRID_REP: return b->reps.n;
    case GRID_TEAM: return b->n_teams;
    case GRID_REGION: return b->regions.n;
    default: return 256;
  }
}

static struct book_dict *dimension_dict(const struct book *b, enum grid_column c) {
  struct book *x = (struct book *)(uintptr_t)b; /* the folded names are a cache of the book's own */
  switch ((int)c) {
    case GRID_CUSTOMER: case GRID_RESELLER: case GRID_DISTRIBUTOR: return &x->accounts;
    case GRID_CONTRACT: return &x->contracts;
    case GRID_REP: return &x->reps;
    case GRID_REGION: return &x->regions;
    default: return NULL;
  }
}

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

/* match[i] stays when table has the row's value. One loop per width, so that nothing in it depends on the column. */
static void keep_listed(uint8_t *match, size_t n, const struct raw_column *raw, const uint8_t *table) {
  if (raw->u32 != NULL) {
    for (size_t i = 0; i < n; i++) {
      match[i] &= table[raw->u32[i]];
    }
  } else if (raw->u16 != NULL) {
    for (size_t i = 0; i < n; i++) {
      match[i] &= table[raw->u16[i]];
    }
  } else {
    for (size_t i = 0; i < n; i++) {
      match[i] &= table[raw->u8[i]];
    }
  }
}

static int apply_codes(struct run *x, const struct grid_filter *f) {
  uint32_t size = dimension_size(x->b, f->column);
  uint8_t *set = arena_zalloc(x->a, (size_t)size + 256, 1);
  struct book_dict *d = dimension_dict(x->b, f->column);
  if (set == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < f->n_codes; i++) {
    if (f->codes[i] < size) {
      set[f->codes[i]] = 1;
    }
  }
  if (f->text.n > 0 && d != NULL && mark_names(d, f->text, set) != OK) {
    return ERR_NOMEM;
  }
  struct raw_column raw = raw_of(x->b, f->column);
  uint8_t *table = arena_alloc(x->a, (size_t)raw.n + 1);
  if (table == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t v = 0; v < raw.n; v++) {
    table[v] = (uint8_t)(set[code_of(x->b, f->column, v)] ^ f->negate);
  }
  keep_listed(x->match, x->b->renewals.n, &raw, table);
  return OK;
}

static const day_t *day_column(const struct book_renewals *r, enum grid_column c) {
  return c == GRID_DUE ? r->due : c == GRID_CLOSE ? r->close : c == GRID_STEP_DATE ? r->step_date : c == GRID_CHANGED ? r->changed
         : c == GRID_BOOKED ? r->booked : NULL;
}

static void apply_days(struct run *x, const struct grid_filter *f) {
  const struct book_renewals *r = &x->b->renewals;
  const day_t *column = day_column(r, f->column);
  /* A row without that date is in no range. */
  int64_t from = f->from <= DAY_NONE ? (int64_t)DAY_NONE + 1 : f->from, to = f->to;
  for (size_t i = 0; i < r->n; i++) {
    int64_t v = column != NULL ? column[i] : expected_day(r, i);
    x->match[i] &= (uint8_t)(((v >= from) & (v <= to)) != f->negate);
  }
}

static void apply_money(struct run *x, const struct grid_filter *f) {
  const struct book_renewals *r = &x->b->renewals;
  __int128 unit = (__int128)RATE_ONE * pow10_i64(EXACT_EXPONENT);
  for (size_t i = 0; i < r->n; i++) {
    if (x->match[i]) {
      int64_t minor = f->column == GRID_ATR ? r->atr[i] : f->column == GRID_WON ? r->won[i] : row_amount(r, i);
      __int128 v = converted_term(x, i, minor);
      bool in = (f->from == INT64_MIN || v >= f->from * unit) && (f->to == INT64_MAX || v <= f->to * unit);
      x->match[i] = (uint8_t)(in != f->negate);
    }
  }
}

static int apply_search(struct run *x, struct str text) {
  static const enum grid_column where[] = {GRID_CUSTOMER, GRID_CONTRACT, GRID_REP, GRID_RESELLER, GRID_DISTRIBUTOR};
  enum { N = sizeof where / sizeof where[0] };
  uint8_t *set[N];
  for (size_t k = 0; k < N; k++) {
    struct book_dict *d = dimension_dict(x->b, where[k]);
    set[k] = arena_zalloc(x->a, d->n, 1);
    if (set[k] == NULL || mark_names(d, text, set[k]) != OK) {
      return ERR_NOMEM;
    }
  }
  const struct book_renewals *r = &x->b->renewals;
  for (size_t i = 0; i < r->n; i++) {
    x->match[i] &= set[0][r->account[i]] | set[1][r->contract[i]] | set[2][r->rep[i]] | set[3][r->reseller[i]] | set[4][r->distributor[i]];
  }
  return OK;
}

static int find_matches(struct run *x) {
  const struct book_renewals *r = &x->b->renewals;
  x->match = arena_alloc(x->a, r->n + 1);
  if (x->match == NULL) {
    return ERR_NOMEM;
  }
  if (x->q->reps == NULL) {
    memset(x->match, 1, r->n);
  } else {
    for (size_t i = 0; i < r->n; i++) {
      x->match[i] = x->q->reps[r->rep[i]] != 0;
    }
  }
  int code = OK;
  for (size_t k = 0; k < x->q->n_filters && code == OK; k++) {
    const struct grid_filter *f = &x->q->filters[k];
    if (is_day_column(f->column)) {
      apply_days(x, f);
    } else if (is_money_column(f->column)) {
      apply_money(x, f);
    } else {
      code = apply_codes(x, f);
    }
  }
  return code == OK && x->q->search.n > 0 ? apply_search(x, x->q->search) : code;
}

static int find_totals(const struct run *x, struct grid_totals *ret) {
  const struct book_renewals *r = &x->b->renewals;
  int64_t sum[64][CATEGORY_COUNT] = {{0}}, count[64][CATEGORY_COUNT] = {{0}};
  *ret = (struct grid_totals){0};
  bool over = false;
  for (size_t i = 0; i < r->n; i++) {
    int64_t *s = &sum[r->currency[i] & 63][r->category[i]], in = x->match[i];
    over |= __builtin_add_overflow(*s, row_amount(r, i) & -in, s);
    count[r->currency[i] & 63][r->category[i]] += in;
  }
  __int128 all = 0, category[CATEGORY_COUNT] = {0};
  for (uint8_t c = 0; c < 64; c++) {
    for (int k = 0; k < CATEGORY_COUNT; k++) {
      ret->rows += count[c][k];
      ret->rows_by_currency[c] += count[c][k];
      over |= __builtin_add_overflow(ret->by_currency[c], sum[c][k], &ret->by_currency[c]);
      ret->count_by_category[k] += count[c][k];
      if (!x->has_rate[c]) {
        ret->no_rate += count[c][k];
        continue;
      }
      __int128 term = sum[c][k] * x->factor[c];
      category[k] += term;
      all += term;
    }
  }
  int code = over ? ERR_RANGE : exact_round(all, &ret->converted);
  for (int k = 0; k < CATEGORY_COUNT && code == OK; k++) {
    code = exact_round(category[k], &ret->by_category[k]);
  }
  return code;
}

struct placed {
  __int128 key;
  uint32_t row;
};

static bool before(const struct placed *a, const struct placed *b) { return a->key != b->key ? a->key < b->key : a->row < b->row; }

/* Numbers that sort rows by the asked column, smallest first. */
struct sorter {
  const struct run *x;
  struct raw_column raw;
  const int64_t *order; /* of a dimension: place of each value of its column */
};
enum { BLOCK = 1024 };

/* Keys of rows from..from+n-1, n <= BLOCK. */
static void sort_keys(const struct sorter *s, size_t from, size_t n, __int128 *key) {
  const struct run *x = s->x;
  const struct book_renewals *r = &x->b->renewals;
  enum grid_column c = x->q->sort;
  int sign = x->q->descending ? -1 : 1;
  if (is_day_column(c)) {
    const day_t *column = day_column(r, c);
    for (size_t i = 0; i < n; i++) {
      day_t d = column != NULL ? column[from + i] : expected_day(r, from + i);
      key[i] = d == DAY_NONE ? INT32_MAX : (int64_t)sign * d; /* rows without a date come last either way */
    }
  } else if (is_money_column(c)) {
    for (size_t i = 0; i < n; i++) {
      int64_t minor = c == GRID_ATR ? r->atr[from + i] : c == GRID_WON ? r->won[from + i] : row_amount(r, from + i);
      key[i] = converted_term(x, from + i, minor * sign);
    }
  } else if (s->raw.u32 != NULL) {
    for (size_t i = 0; i < n; i++) {
      key[i] = s->order[s->raw.u32[from + i]];
    }
  } else if (s->raw.u16 != NULL) {
    for (size_t i = 0; i < n; i++) {
      key[i] = s->order[s->raw.u16[from + i]];
    }
  } else {
    for (size_t i = 0; i < n; i++) {
      key[i] = s->order[s->raw.u8[from + i]];
    }
  }
}

/* Place of a team by its name. */
static uint32_t team_rank(const struct book *b, uint32_t team) {
  uint32_t rank = 0;
  for (uint32_t k = 0; k < b->n_teams; k++) {
    rank += str_cmp(b->teams[k].name, b->teams[team].name) < 0;
  }
  return rank;
}

static int prepare_sort(const struct run *x, struct sorter *s) {
  enum grid_column c = x->q->sort;
  *s = (struct sorter){.x = x};
  if (is_day_column(c) || is_money_column(c)) {
    return OK;
  }
  struct book_dict *d = dimension_dict(x->b, c);
  const uint32_t *rank = d != NULL ? book_ranks(d) : NULL;
  s->raw = raw_of(x->b, c);
  int64_t *order = arena_alloc(x->a, ((size_t)s->raw.n + 1) * sizeof *order);
  if (order == NULL || (d != NULL && rank == NULL)) {
    return ERR_NOMEM;
  }
  for (uint32_t v = 0; v < s->raw.n; v++) {
    uint32_t code = code_of(x->b, c, v);
    int64_t place = rank != NULL ? rank[code] : c == GRID_TEAM ? team_rank(x->b, code) : code;
    order[v] = x->q->descending ? -place : place;
  }
  s->order = order;
  return OK;
}

/* heap: the worst of the kept rows on top. */
static void sift_down(struct placed *h, size_t n, size_t i) {
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= n) {
      return;
    }
    child += child + 1 < n && before(&h[child], &h[child + 1]);
    if (!before(&h[i], &h[child])) {
      return;
    }
    struct placed t = h[i];
    h[i] = h[child];
    h[child] = t;
    i = child;
  }
}

static int by_place(const void *x, const void *y) { return before(x, y) ? -1 : 1; }

static uint32_t row_of_id(const struct book_renewals *r, uint32_t id) {
  size_t from = 0, to = r->n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (r->id[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < r->n && r->id[from] == id ? (uint32_t)from : UINT32_MAX;
}

/* The first `limit` rows in order behind the row `after`; one more than asked tells whether there are more. */
static int pick_page(const struct run *x, struct grid_page *ret) {
  const struct book_renewals *r = &x->b->renewals;
  struct sorter s;
  size_t keep = (size_t)x->q->limit + 1, n = 0;
  struct placed *heap = arena_alloc(x->a, keep * sizeof *heap);
  if (heap == NULL || prepare_sort(x, &s) != OK) {
    return ERR_NOMEM;
  }
  uint32_t after = x->q->after != 0 ? row_of_id(r, x->q->after) : UINT32_MAX;
  struct placed floor = {0, 0};
  if (after != UINT32_MAX) {
    sort_keys(&s, after, 1, &floor.key);
    floor.row = after;
  }
  __int128 key[BLOCK];
  for (size_t from = 0; from < r->n; from += BLOCK) {
    size_t in_block = r->n - from < BLOCK ? r->n - from : BLOCK;
    sort_keys(&s, from, in_block, key);
    for (size_t i = 0; i < in_block; i++) {
      struct placed p = {key[i], (uint32_t)(from + i)};
      /* Once the heap is full a row has to beat its top; of equal keys the earlier row is in already. */
      if (!(x->match[p.row] & (n < keep || p.key < heap[0].key)) || (after != UINT32_MAX && !before(&floor, &p))) {
        continue;
      }
      if (n < keep) {
        heap[n++] = p;
        for (size_t k = n == keep ? keep / 2 : 0; k-- > 0;) {
          sift_down(heap, n, k);
        }
      } else {
        heap[0] = p;
        sift_down(heap, n, 0);
      }
    }
  }
  qsort(heap, n, sizeof *heap, by_place);
  ret->more = n == keep;
  ret->n = n == keep ? n - 1 : n;
  ret->rows = arena_alloc(x->a, (ret->n + 1) * sizeof *ret->rows);
  for (size_t i = 0; ret->rows != NULL && i < ret->n; i++) {
    ret->rows[i] = heap[i].row;
  }
  return ret->rows != NULL ? OK : ERR_NOMEM;
}

int grid_run(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_page *ret, struct err *e) {
  struct run x = {.b = b, .q = q, .a = a};
  struct grid_page page = {0};
  find_rates(&x);
  int code = find_matches(&x);
  code = code == OK ? find_totals(&x, &page.totals) : code;
  code = code == OK ? pick_page(&x, &page) : code;
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "the sum of these renewals is beyond 64 bits: look for a wrong amount" : "out of memory");
  }
  *ret = page;
  return OK;
}

int grid_all(const struct book *b, const struct grid_query *q, struct arena *a, uint32_t **ret, size_t *ret_n, struct grid_totals *ret_totals, struct err *e) {
  struct grid_query all = *q;
  struct grid_page page;
  all.after = 0;
  all.limit = (uint32_t)b->renewals.n;
  int code = grid_run(b, &all, a, &page, e);
  if (code == OK) {
    *ret = page.rows;
    *ret_n = page.n;
    if (ret_totals != NULL) {
      *ret_totals = page.totals;
    }
  }
  return code;
}

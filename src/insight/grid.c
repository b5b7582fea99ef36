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
static int64_t row_amount(const struct book_renewals *r, size_t i) { return r->category[i] == CATEGORY_CLOSED ? r->won[i] : r->forecast[i]; }

struct run {
  const struct book *b;
  const struct grid_query *q;
  struct arena *a;
  uint8_t *match;        /* one byte a row */
  int64_t rate[64];      /* at plan_day */
  bool has_rate[64];
};

static void find_rates(struct run *x) {
  for (uint8_t c = 1; c < x->b->n_currencies; c++) {
    x->has_rate[c] = book_rate(x->b, c, x->q->plan_day, &x->rate[c], NULL) == OK;
  }
}

static __int128 converted_term(const struct run *x, size_t i, int64_t minor) {
  uint8_t c = x->b->renewals.currency[i];
  return x->has_rate[c] ? exact_term(minor, x->rate[c], x->b->currency_of[c], x->b->reporting) : 0;
}

bool grid_converted(const struct book *b, uint32_t row, day_t plan_day, int64_t *ret) {
  int64_t rate = 0;
  uint8_t c = b->renewals.currency[row];
  return book_rate(b, c, plan_day, &rate, NULL) == OK && exact_round(exact_term(row_amount(&b->renewals, row), rate, b->currency_of[c], b->reporting), ret) == OK;
}

/* The code of a row in a dimension. */
static uint32_t code_at(const struct book *b, enum grid_column c, size_t i) {
  const struct book_renewals *r = &b->renewals;
  switch ((int)c) {
    case GRID_CUSTOMER: return r->account[i];
    case GRID_CONTRACT: return r->contract[i];
    case GRID_REP: return r->rep[i];
    case GRID_TEAM: return b->rep_team[r->rep[i]];
    case GRID_REGION: return r->region[i];
    case GRID_RESELLER: return r->reseller[i];
    case GRID_DISTRIBUTOR: return r->distributor[i];
    case GRID_MODEL: return r->model[i];
    case GRID_CURRENCY: return r->currency[i];
    case GRID_CATEGORY: return r->category[i];
    case GRID_STAGE: return r->stage[i];
    case GRID_OUTCOME: return r->outcome[i];
    case GRID_PO: return (r->flags[i] & RENEWAL_HAS_PO) != 0;
    default: return (r->flags[i] & RENEWAL_AT_RISK) != 0;
  }
}

static bool is_day_column(enum grid_column c) {
  return c == GRID_DUE || c == GRID_CLOSE || c == GRID_STEP_DATE || c == GRID_CHANGED || c == GRID_BOOKED || c == GRID_EXPECTED;
}
static bool is_money_column(enum grid_column c) { return c == GRID_AMOUNT || c == GRID_CONVERTED || c == GRID_ATR || c == GRID_WON; }

static day_t day_at(const struct book_renewals *r, enum grid_column c, size_t i) {
  return c == GRID_DUE ? r->due[i] : c == GRID_CLOSE ? r->close[i] : c == GRID_STEP_DATE ? r->step_date[i]
         : c == GRID_CHANGED ? r->changed[i] : c == GRID_BOOKED ? r->booked[i] : expected_day(r, i);
}

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
  for (size_t i = 0; i < x->b->renewals.n; i++) {
    x->match[i] &= (uint8_t)(set[code_at(x->b, f->column, i)] ^ f->negate);
  }
  return OK;
}

static void apply_days(struct run *x, const struct grid_filter *f) {
  const struct book_renewals *r = &x->b->renewals;
  int64_t from = f->from == INT64_MIN ? (int64_t)DAY_NONE + 1 : f->from, to = f->to; /* a row without that date is in no range */
  for (size_t i = 0; i < r->n; i++) {
    int64_t v = day_at(r, f->column, i);
    x->match[i] &= (uint8_t)((v >= from && v <= to) != f->negate);
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
  const struct book *b = x->b;
  const struct book_renewals *r = &b->renewals;
  int64_t sum[64][CATEGORY_COUNT] = {{0}}, count[64][CATEGORY_COUNT] = {{0}};
  *ret = (struct grid_totals){0};
  for (size_t i = 0; i < r->n; i++) {
    if (x->match[i]) {
      sum[r->currency[i]][r->category[i]] += row_amount(r, i);
      count[r->currency[i]][r->category[i]]++;
    }
  }
  __int128 all = 0, category[CATEGORY_COUNT] = {0};
  for (uint8_t c = 0; c < 64; c++) {
    for (int k = 0; k < CATEGORY_COUNT; k++) {
      ret->rows += count[c][k];
      ret->rows_by_currency[c] += count[c][k];
      ret->by_currency[c] += sum[c][k];
      ret->count_by_category[k] += count[c][k];
      if (!x->has_rate[c]) {
        ret->no_rate += count[c][k];
        continue;
      }
      __int128 term = exact_term(sum[c][k], x->rate[c], b->currency_of[c], b->reporting);
      category[k] += term;
      all += term;
    }
  }
  int code = exact_round(all, &ret->converted);
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

/* A number that sorts rows by the asked column, smallest first. */
struct sorter {
  const struct run *x;
  const uint32_t *rank;   /* of names, or NULL */
  uint32_t *team_rank;
};

static __int128 sort_key(const struct sorter *s, size_t i) {
  const struct run *x = s->x;
  const struct book_renewals *r = &x->b->renewals;
  enum grid_column c = x->q->sort;
  __int128 key;
  if (is_day_column(c)) {
    day_t d = day_at(r, c, i);
    key = d == DAY_NONE ? INT32_MAX : d; /* rows without a date come last */
    return x->q->descending && d != DAY_NONE ? -key : key;
  }
  if (is_money_column(c)) {
    int64_t minor = c == GRID_ATR ? r->atr[i] : c == GRID_WON ? r->won[i] : row_amount(r, i);
    key = converted_term(x, i, minor);
  } else {
    uint32_t code = code_at(x->b, c, i);
    key = s->rank != NULL ? s->rank[code] : s->team_rank != NULL ? s->team_rank[code] : code;
  }
  return x->q->descending ? -key : key;
}

static int prepare_sort(const struct run *x, struct sorter *s) {
  struct book_dict *d = dimension_dict(x->b, x->q->sort);
  *s = (struct sorter){.x = x};
  if (d != NULL) {
    s->rank = book_ranks(d);
    return s->rank != NULL ? OK : ERR_NOMEM;
  }
  if (x->q->sort == GRID_TEAM) {
    s->team_rank = arena_zalloc(x->a, x->b->n_teams, sizeof *s->team_rank);
    for (uint32_t i = 0; s->team_rank != NULL && i < x->b->n_teams; i++) {
      for (uint32_t k = 0; k < x->b->n_teams; k++) {
        s->team_rank[i] += str_cmp(x->b->teams[k].name, x->b->teams[i].name) < 0;
      }
    }
    return s->team_rank != NULL ? OK : ERR_NOMEM;
  }
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
    floor = (struct placed){sort_key(&s, after), after};
  }
  for (size_t i = 0; i < r->n; i++) {
    if (!x->match[i]) {
      continue;
    }
    struct placed p = {sort_key(&s, i), (uint32_t)i};
    if (after != UINT32_MAX && !before(&floor, &p)) {
      continue;
    }
    if (n < keep) {
      heap[n++] = p;
      if (n == keep) {
        for (size_t k = keep / 2; k-- > 0;) {
          sift_down(heap, n, k);
        }
      }
    } else if (before(&p, &heap[0])) {
      heap[0] = p;
      sift_down(heap, n, 0);
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

/* Roll-up by rep × fiscal quarter over a whole book, and the renewals grid, timed.
 *
 *   bench_insight LINES [--csv FILE]
 *
 * Builds the lines in memory; with --csv also writes them, so that another program can compute the same sums from the same
 * lines (tests/bench/README.md). Prints medians, and sums that must agree. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "base/parallel.h"
#include "base/random.h"
#include "insight/grid_internal.h"
#include "insight/kpi.h"
#include "insight/retention.h"
#include "insight/tenure.h"

enum { REPS = 200, REGIONS = 8, PRODUCTS = 40, CURRENCIES = 5, ROUNDS = 9, GRID_ROUNDS = 41, PAGE = 100 };
static const char *const currency_names[CURRENCIES] = {"USD", "EUR", "GBP", "JPY", "AUD"};
static const int64_t rates[CURRENCIES] = {1000000000, 1080000000, 1270000000, 6700000, 650000000};
static const char *const channel_names[] = {"direct", "partner", "distribution"};

struct maker {
  struct random random;
  uint32_t accounts;
  day_t first, as_of;
  uint8_t code[CURRENCIES];
};

static uint32_t mix(uint32_t x) { return x * 2654435761u; }

/* An account keeps its region, rep, channel and mostly its currency; one line in four is late or lost. */
static void make_line(struct maker *m, uint32_t i, struct book_line *x, int *ret_currency) {
  struct random *r = &m->random;
  uint32_t account = random_below(r, m->accounts), h = mix(account), region = (h >> 8) % REGIONS, years = random_below(r, 10);
  int currency = region < 3 ? 0 : region == 3 ? 2 : region < 6 ? 1 : region == 6 ? 4 : 3;
  currency = random_below(r, 20) == 0 ? 0 : currency;
  day_t start = m->first + (day_t)random_below(r, (uint32_t)(m->as_of - m->first));
  int term = years < 7 ? 1 : years < 8 ? 2 : 3;
  int64_t amount = ((int64_t)(20000 + random_below(r, 180000)) << random_below(r, 7)) * term + random_below(r, 100);
  uint32_t chance = 40 + random_below(r, 60), luck = random_below(r, 100), timing = random_below(r, 100), growth = random_below(r, 41), days = random_below(r, 75);
  day_t end = day_add_months(start, 12 * term) - 1;
  bool closed = end < m->as_of, back = closed && luck < chance;
  day_t booked = timing < 80 ? end - (day_t)days : end + 1 + (day_t)days;
  *x = (struct book_line){.id = i + 1, .end = end, .start = start, .known = m->first, .atr = amount, .won = back ? amount * (80 + growth) / 100 : 0,
                          .booked = back ? booked : DAY_NONE, .outcome_known = closed ? m->first : DAY_NONE, .account = 1 + account, .contract = 1 + i / 2,
                          .product = 1 + random_below(r, PRODUCTS), .rep = (uint16_t)(1 + (h >> 12) % REPS), .region = (uint16_t)(1 + region),
                          .currency = m->code[currency], .model = (uint8_t)(1 + h % 3),
                          .outcome_evidence = (uint8_t)(!closed ? OUTCOME_OPEN : back ? OUTCOME_RENEWED : OUTCOME_LOST)};
  *ret_currency = currency;
}

static void write_line(FILE *f, const struct book_line *x, int currency) {
  char start[DAY_ISO_SIZE], end[DAY_ISO_SIZE], booked[DAY_ISO_SIZE], amount[DECIMAL_SIZE], won[DECIMAL_SIZE];
  int scale = currency == 3 ? 0 : 2;
  bool open = (x->outcome_evidence & 15) == OUTCOME_OPEN;
  fprintf(f, "%u,%u,%u,%u,R%u,SKU-%02u,%s,%s,%s,%s,0.5,%s,%s,%s,%s\n", x->id, x->contract, x->account, x->rep, x->region, x->product - 1u,
          currency_names[currency], day_iso(x->start, start), day_iso(x->end, end), decimal_text(x->atr, scale, amount),
          open ? "" : x->booked != DAY_NONE ? "1" : "0", day_iso(x->booked, booked), open ? "" : decimal_text(x->won, scale, won), channel_names[x->model - 1]);
}

static bool fill_dict(struct book *b, struct book_dict *d, uint32_t n) {
  if (book_alloc_dict(b, d, n) != OK) {
    return false;
  }
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = i;
    d->name[i] = arena_fmt(book_arena(b), "Name %u", i);
  }
  return true;
}

static struct book *make_book(size_t n, FILE *csv) {
  struct book *b = book_new();
  struct book_line *rows MEM_CLEANUP = mem_alloc(n * sizeof *rows);
  struct maker m = {.random = random_seed(20261122, 1), .accounts = n / 10 < 10 ? 10 : (uint32_t)(n / 10)};
  if (b == NULL || rows == NULL || day_from_ymd(2019, 1, 1, &m.first) != OK || day_from_ymd(2026, 11, 22, &m.as_of) != OK) {
    return NULL;
  }
  for (int c = 0; c < CURRENCIES; c++) {
    currency_t currency = CURRENCY_NONE;
    struct book_rate rate = {m.first, m.first, rates[c]};
    (void)currency_parse(str_of(currency_names[c]), &currency);
    b->reporting = c == 0 ? currency : b->reporting;
    m.code[c] = book_currency(b, currency);
    if (book_set_rates(b, currency, &rate, 1) != OK) {
      return NULL;
    }
  }
  for (size_t i = 0; i < n; i++) {
    int currency;
    make_line(&m, (uint32_t)i, &rows[i], &currency);
    if (csv != NULL) {
      write_line(csv, &rows[i], currency);
    }
  }
  bool ok = fill_dict(b, &b->reps, REPS) && fill_dict(b, &b->regions, REGIONS) && fill_dict(b, &b->products, PRODUCTS) &&
            fill_dict(b, &b->accounts, m.accounts) && fill_dict(b, &b->contracts, (uint32_t)(n / 2 + 1)) && book_set_lines(b, rows, n) == OK;
  b->rep_team = arena_zalloc(book_arena(b), REPS + 1, sizeof *b->rep_team);
  b->teams = arena_zalloc(book_arena(b), 1, sizeof *b->teams);
  b->n_teams = 1;
  return ok ? b : NULL;
}

static int by_value(const void *pa, const void *pb) {
  int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
  return (a > b) - (a < b);
}

static double median_ms(int64_t *us, int n) {
  qsort(us, (size_t)n, sizeof *us, by_value);
  return (double)us[n / 2] / 1000;
}

struct totals {
  int64_t due, atr, won, groups;
};

static int time_rollup(const struct book *b, int threads, struct totals *ret) {
  struct kpi_query q = {.calendar = {CALENDAR_MONTHS, 2, 1, false}, .by = KPI_BY_REP, .threads = threads};
  int64_t us[ROUNDS];
  day_t first = b->lines.end[0], last;
  (void)day_from_ymd(2026, 11, 22, &q.as_of);
  last = q.as_of - 1;
  for (int k = 0; k < ROUNDS; k++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct kpi_cell *cells = NULL;
    uint32_t groups = 0, quarters = 0;
    struct err e = {0};
    int64_t from = clock_mono_us();
    if (kpi_rollup(b, &q, first, last, a, &cells, &groups, &quarters, &e) != OK) {
      fprintf(stderr, "%s\n", e.text);
      return 1;
    }
    us[k] = clock_mono_us() - from;
    struct totals t = {0};
    for (size_t i = 0; i < (size_t)groups * quarters; i++) {
      t.due += cells[i].due;
      t.atr += cells[i].atr;
      t.won += cells[i].won;
      t.groups += cells[i].due > 0;
    }
    if (k > 0 && memcmp(&t, ret, sizeof t) != 0) {
      return 1;
    }
    *ret = t;
  }
  double median = median_ms(us, ROUNDS);
  printf("rollup rep x quarter, %zu lines, threads=%d median_ms=%.1f min_ms=%.1f rows=%" PRId64 " check n=%" PRId64
         " atr=%" PRId64 ".%02" PRId64 " ren=%" PRId64 ".%02" PRId64 "\n",
         b->lines.n, threads, median, (double)us[0] / 1000, ret->groups, ret->due, ret->atr / 100, ret->atr % 100, ret->won / 100, ret->won % 100);
  return 0;
}

/* The least that such a roll-up can cost: four sums a line into groups whose numbers stand ready. */
static int time_bare(const struct book *b) {
  const struct book_lines *l = &b->lines;
  enum { GROUPS = 1 << 14 };
  uint16_t *group MEM_CLEANUP = mem_alloc(l->n * sizeof *group);
  int64_t (*sum)[4] MEM_CLEANUP = mem_zalloc(GROUPS, sizeof *sum);
  int64_t us[ROUNDS];
  if (group == NULL || sum == NULL) {
    return 1;
  }
  for (size_t i = 0; i < l->n; i++) {
    group[i] = (uint16_t)((l->rep[i] * 64u + (uint32_t)(l->end[i] / 91 % 64)) % GROUPS);
  }
  for (int k = 0; k < ROUNDS; k++) {
    int64_t from = clock_mono_us();
    for (size_t i = 0; i < l->n; i++) {
      int64_t *s = sum[group[i]];
      s[0]++;
      s[1] += l->atr[i];
      s[2] += l->won[i];
      s[3] += l->won[i] < l->atr[i] ? l->won[i] : l->atr[i];
    }
    us[k] = clock_mono_us() - from;
  }
  double median = median_ms(us, ROUNDS);
  printf("bare group-by of 4 sums, %zu lines, threads=1 median_ms=%.1f min_ms=%.1f check=%" PRId64 "\n", l->n, median, (double)us[0] / 1000, sum[77][1]);
  return 0;
}

/* Every line becomes a renewal: more rows than any desk has. */
static int make_renewals(struct book *b) {
  const struct book_lines *l = &b->lines;
  struct random r = random_seed(7, 7);
  if (book_alloc_renewals(b, l->n) != OK) {
    return 1;
  }
  const struct book_renewals *x = &b->renewals;
  for (size_t i = 0; i < l->n; i++) {
    int stage = (int)random_below(&r, STAGE_COUNT);
    x->id[i] = (uint32_t)i + 1;
    x->contract[i] = l->contract[i];
    x->account[i] = l->account[i];
    x->reseller[i] = x->distributor[i] = 0;
    x->due[i] = l->end[i];
    x->close[i] = l->end[i] - (day_t)random_below(&r, 60);
    x->booked[i] = l->booked[i];
    x->step_date[i] = DAY_NONE;
    x->changed[i] = l->start[i];
    x->atr[i] = x->forecast[i] = l->atr[i];
    x->won[i] = l->won[i];
    x->rep[i] = l->rep[i];
    x->region[i] = l->region[i];
    x->currency[i] = l->currency[i];
    x->model[i] = l->model[i];
    x->stage[i] = (uint8_t)stage;
    x->category[i] = (uint8_t)stage_category((enum stage)stage);
    x->outcome[i] = OUTCOME_OPEN;
    x->flags[i] = 0;
  }
  return 0;
}

/* kept: the same question again and again, as people page and return; else each worked out anew. */
static int time_grid(const struct book *b, const char *filter, enum grid_column sort, bool descending, bool kept) {
  int64_t us[GRID_ROUNDS], rows = 0;
  for (int k = 0; k < GRID_ROUNDS; k++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_query q = {0};
    struct grid_page page = {0};
    struct str bad = STR_NONE;
    struct err e = {0};
    int64_t from = clock_mono_us();
    if (grid_parse(b, str_of(filter), a, &q, &bad, &e) != OK || bad.n > 0) {
      fprintf(stderr, "%s: %.*s %s\n", filter, STR_FMT(bad), e.text);
      return 1;
    }
    q.sort = sort;
    q.descending = descending;
    q.limit = PAGE;
    q.plan_day = b->lines.end[0];
    int code = kept ? grid_run(b, &q, a, &page, &e) : grid_compute(b, &q, a, &page, &e);
    if (code != OK) {
      fprintf(stderr, "%s: %s\n", filter, e.text);
      return 1;
    }
    us[k] = clock_mono_us() - from;
    rows = page.totals.rows;
  }
  double median = median_ms(us, GRID_ROUNDS);
  printf("grid%s, %zu renewals, filter=\"%s\" sort=%s%s: median_ms=%.2f max_ms=%.2f matching=%" PRId64 "\n", kept ? ", asked again" : "", b->renewals.n, filter,
         grid_column_name((int)sort), descending ? " descending" : "", median, (double)us[GRID_ROUNDS - 1] / 1000, rows);
  return 0;
}

static int run_grid(size_t n) {
  struct book *b = make_book(n, NULL);
  if (b == NULL || make_renewals(b) != 0) {
    return 1;
  }
  int bad = 0;
  for (int kept = 0; kept <= 1; kept++) {
    bad |= time_grid(b, "", GRID_DUE, false, kept) | time_grid(b, "", GRID_DUE, true, kept) | time_grid(b, "", GRID_CONVERTED, true, kept) |
           time_grid(b, "category:commit,best_case", GRID_CONVERTED, true, kept) | time_grid(b, "due_date:2026-10-01..2026-12-31", GRID_CUSTOMER, false, kept) |
           time_grid(b, "customer:~42", GRID_CONVERTED, true, kept) | time_grid(b, "category:commit due_date:2026-10-01..2026-12-31", GRID_REP, true, kept);
  }
  book_free(b);
  return bad;
}

/* Chains of terms once, then curves and the value of the book by sales model. */
static int time_retention(const struct book *b) {
  int64_t took[ROUNDS], from = clock_mono_us();
  struct retention r = {0};
  if (tenure_of_lines(b) == NULL) {
    return 1;
  }
  int64_t chains = clock_mono_us() - from;
  struct retention_query q = {.as_of = day_add_months(b->lines.end[b->lines.n - 1], -36), .by = RETENTION_BY_MODEL, .most = 12, .before = 2, .grace = RETENTION_GRACE,
                              .rate = 0.1, .horizon = 10};
  for (int i = 0; i < ROUNDS; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct err e = {0};
    from = clock_mono_us();
    if (a == NULL || retention_compute(b, &q, a, &r, &e) != OK) {
      fprintf(stderr, "%s\n", e.text);
      return 1;
    }
    took[i] = clock_mono_us() - from;
  }
  double median = median_ms(took, ROUNDS);
  printf("retention by sales model, %zu lines, threads=1 median_ms=%.1f min_ms=%.1f chains_once_ms=%.1f check lines=%" PRId64 " value=%" PRId64 "\n", b->lines.n, median,
         (double)took[0] / 1000, (double)chains / 1000, r.whole.lines, r.whole.value);
  return 0;
}

int main(int argc, char **argv) {
  int64_t n = 0;
  if (argc < 2 || str_to_i64(str_of(argv[1]), &n) != OK || n < 1000 || n > 100000000) {
    fprintf(stderr, "usage: bench_insight LINES [--csv FILE]\n");
    return 2;
  }
  FILE *csv = argc == 4 && strcmp(argv[2], "--csv") == 0 ? fopen(argv[3], "w") : NULL;
  if (csv != NULL) {
    fputs("line_id,contract_id,account_id,rep_id,region,product,currency,start,end,amount,prob,renewed,renewal_date,renewed_amount,channel\n", csv);
  }
  struct book *b = make_book((size_t)n, csv);
  if (b == NULL || (csv != NULL && fclose(csv) != 0)) {
    fprintf(stderr, "out of memory or disk\n");
    return 1;
  }
  struct totals one = {0}, two = {0};
  int bad = time_rollup(b, 1, &one) | time_rollup(b, 2, &two) | time_bare(b) | time_retention(b);
  if (bad == 0 && memcmp(&one, &two, sizeof one) != 0) {
    fprintf(stderr, "one thread and two disagree\n");
    bad = 1;
  }
  struct book_lines size = b->lines;
  size_t bytes = sizeof *size.end * 5 + sizeof *size.atr * 2 + sizeof *size.id * 5 + sizeof *size.rep * 2 + 4;
  printf("columns: %zu bytes a line\n", bytes);
  book_free(b);
  return bad != 0 || run_grid(n > 1000000 ? 1000000 : (size_t)n) != 0;
}

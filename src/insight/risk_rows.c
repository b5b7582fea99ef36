/* One pass over the accounts: what a renewal's features look at lies with its customer. */
#include "insight/risk_rows.h"

#include <math.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/book_index.h"
#include "insight/tenure.h"

enum { CHUNK = 512, CHAIN_DAYS = 365, CHAIN_MOST = 256 /* events looked through for the one before under another number */, TERM_SHORT = 91, TERM_LONG = 1826 };

const char *risk_number_key(int i) {
  static const char *const keys[] = {[RISK_AMOUNT] = "amount", [RISK_LINES] = "lines", [RISK_UNITS] = "units", [RISK_TERM] = "term_years",
                                     [RISK_MADE] = "renewals_made", [RISK_AGE] = "customer_years", [RISK_LATE] = "late_before", [RISK_FIRST] = "first_renewal",
                                     [RISK_SHRUNK] = "partial_before", [RISK_LOSSES] = "losses_before", [RISK_SIZE] = "customer_value"};
  return i >= 0 && i < RISK_NUMBERS ? keys[i] : "";
}

/* A renewal of the account with its own lines [from, to) in `lines`. */
struct event {
  uint32_t row;
  uint32_t from, to;
  day_t due, settled, settled_due; /* the day its outcome was known, DAY_NONE = open; booked day of one that came back */
  uint8_t back, partial;
};
struct step { /* what changes the value in force */
  day_t day;
  double value;
};
struct account {
  struct event *events;
  uint32_t *lines;
  struct step *steps; /* by day, summed up */
  day_t *settled, *lost; /* days on which renewals were known to be settled, to be lost; ascending */
  size_t n_events, n_lines, n_steps, n_settled, n_lost;
};
struct work {
  const struct book *b;
  day_t today;
  int grace, before;
  const uint16_t *family; /* by product code */
  const uint8_t *tenure;  /* by line */
  struct risk_row *ripe, *open; /* by renewal; label RISK_OPEN + 1: none */
  const uint8_t *skip;
  _Atomic int failed;
};
enum { NO_ROW = RISK_OPEN + 1 };

static bool counts(const struct book *b, uint32_t line) { return (b->lines.flags[line] & (LINE_EXCLUDED | LINE_CANCELLED)) == 0; }

/* In whole units of the reporting currency; 0 without a rate. */
static double value_at(const struct book *b, uint32_t line, day_t day) {
  int64_t rate = 0, minor = 0;
  currency_t from = b->currency_of[b->lines.currency[line]];
  if (b->lines.currency[line] == 0 || book_rate(b, b->lines.currency[line], day, &rate, NULL) != OK ||
      money_convert(b->lines.atr[line], from, rate, b->reporting, &minor) != OK) {
    return 0;
  }
  double unit = pow(10, currency_exponent(b->reporting));
  return minor > 0 ? (double)minor / unit : 0;
}

/* ---- one account ---- */

struct key {
  uint32_t contract;
  day_t day;
  uint32_t row;
};
static int key_order(const void *pa, const void *pb) {
  const struct key *a = pa, *b = pb;
  int order = (a->contract > b->contract) - (a->contract < b->contract);
  order = order != 0 ? order : (a->day > b->day) - (a->day < b->day);
  return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}
static int day_order(const void *pa, const void *pb) {
  day_t a = *(const day_t *)pa, b = *(const day_t *)pb;
  return (a > b) - (a < b);
}
static int step_order(const void *pa, const void *pb) {
  const struct step *a = pa, *b = pb;
  int order = (a->day > b->day) - (a->day < b->day);
  return order != 0 ? order : (a->value > b->value) - (a->value < b->value); /* equal days in an order of their own: the same sum */
}

/* What became of a renewal, and since when that was known: the last of its lines decides, or who closed it by hand. */
static void settle(const struct work *w, const struct account *a, struct event *v) {
  const struct book *b = w->b;
  const struct book_renewals *x = &b->renewals;
  day_t known = DAY_MIN;
  for (uint32_t i = v->from; i < v->to; i++) {
    day_t day = b->lines.outcome_known[a->lines[i]];
    known = day == DAY_NONE || known == DAY_NONE ? DAY_NONE : day > known ? day : known;
  }
  uint8_t outcome = x->outcome[v->row];
  v->back = outcome == OUTCOME_RENEWED || outcome == OUTCOME_PARTIAL;
  v->partial = outcome == OUTCOME_PARTIAL;
  v->settled = outcome == OUTCOME_OPEN ? DAY_NONE : known != DAY_NONE && known != DAY_MIN ? known : x->changed[v->row];
  if (v->back && x->booked[v->row] != DAY_NONE && v->settled != DAY_NONE && v->settled < x->booked[v->row]) {
    v->settled = x->booked[v->row];
  }
}

static struct key *sorted_keys(struct arena *scratch, const uint32_t *rows, size_t n, const uint32_t *contract, const day_t *day) {
  struct key *k = arena_alloc(scratch, (n + 1) * sizeof *k);
  for (size_t i = 0; k != NULL && i < n; i++) {
    k[i] = (struct key){contract[rows[i]], day[rows[i]], rows[i]};
  }
  if (k != NULL && n > 1) {
    qsort(k, n, sizeof *k, key_order);
  }
  return k;
}

static bool match_lines(const struct work *w, uint32_t code, struct arena *scratch, struct account *a) {
  const struct book *b = w->b;
  size_t n_lines = 0, n = 0;
  const uint32_t *lines = book_rows_of(b, BOOK_LINES_BY_ACCOUNT, code, &n_lines), *rows = book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, code, &n);
  struct key *by_due = sorted_keys(scratch, rows, n, b->renewals.contract, b->renewals.due);
  struct key *by_end = sorted_keys(scratch, lines, n_lines, b->lines.contract, b->lines.end);
  a->events = arena_zalloc(scratch, n + 1, sizeof *a->events);
  a->lines = arena_alloc(scratch, (n_lines + 1) * sizeof *a->lines);
  if (by_due == NULL || by_end == NULL || a->events == NULL || a->lines == NULL) {
    return false;
  }
  for (size_t i = 0; i < n_lines; i++) {
    if (counts(b, by_end[i].row)) {
      by_end[a->n_lines] = by_end[i];
      a->lines[a->n_lines++] = by_end[i].row;
    }
  }
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    const struct key own = {by_due[i].contract, by_due[i].day, 0};
    while (at < a->n_lines && key_order(&by_end[at], &own) < 0) {
      at++;
    }
    size_t to = at;
    while (to < a->n_lines && by_end[to].contract == own.contract && by_end[to].day == own.day) {
      to++;
    }
    struct event *v = &a->events[a->n_events++];
    *v = (struct event){.row = by_due[i].row, .from = (uint32_t)at, .to = (uint32_t)to, .due = by_due[i].day};
    settle(w, a, v);
  }
  return true;
}

static bool sum_history(const struct work *w, struct arena *scratch, struct account *a) {
  const struct book_lines *l = &w->b->lines;
  a->steps = arena_alloc(scratch, (2 * a->n_lines + 1) * sizeof *a->steps);
  a->settled = arena_alloc(scratch, (a->n_events + 1) * sizeof *a->settled);
  a->lost = arena_alloc(scratch, (a->n_events + 1) * sizeof *a->lost);
  if (a->steps == NULL || a->settled == NULL || a->lost == NULL) {
    return false;
  }
  for (size_t i = 0; i < a->n_lines; i++) {
    uint32_t row = a->lines[i];
    double value = value_at(w->b, row, l->start[row]);
    day_t from = l->known[row] > l->start[row] ? l->known[row] : l->start[row];
    if (from <= l->end[row]) {
      a->steps[a->n_steps++] = (struct step){from, value};
      a->steps[a->n_steps++] = (struct step){l->end[row] + 1, -value};
    }
  }
  qsort(a->steps, a->n_steps, sizeof *a->steps, step_order);
  for (size_t i = 1; i < a->n_steps; i++) {
    a->steps[i].value += a->steps[i - 1].value;
  }
  for (size_t i = 0; i < a->n_events; i++) {
    const struct event *v = &a->events[i];
    if (v->settled != DAY_NONE && v->from < v->to) {
      a->settled[a->n_settled++] = v->settled;
      if (!v->back) {
        a->lost[a->n_lost++] = v->settled;
      }
    }
  }
  qsort(a->settled, a->n_settled, sizeof *a->settled, day_order);
  qsort(a->lost, a->n_lost, sizeof *a->lost, day_order);
  return true;
}

/* How many of the ascending days are <= day. */
static size_t days_by(const day_t *days, size_t n, day_t day) {
  size_t from = 0;
  while (from < n) {
    size_t mid = from + (n - from) / 2;
    if (days[mid] <= day) {
      from = mid + 1;
    } else {
      n = mid;
    }
  }
  return from;
}

static double value_in_force(const struct account *a, day_t day) {
  size_t from = 0, to = a->n_steps;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (a->steps[mid].day <= day) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  double value = from > 0 ? a->steps[from - 1].value : 0;
  return value > 0 ? value : 0;
}

/* ---- one row ---- */

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* The renewal's own lines as known on the day; false when none was. */
static bool fill_own(const struct work *w, const struct account *a, const struct event *v, struct risk_row *r) {
  const struct book_lines *l = &w->b->lines;
  double amount = 0, most = -1;
  int64_t units = 0, n = 0;
  for (uint32_t i = v->from; i < v->to; i++) {
    uint32_t row = a->lines[i];
    if (l->known[row] > r->seen) {
      continue;
    }
    double value = value_at(w->b, row, r->seen);
    amount += value;
    units += l->quantity[row];
    n++;
    if (value > most) {
      most = value;
      r->nth = (uint16_t)clamp(tenure_seen(w->tenure[row]) + 1, 1, RISK_MADE_MOST);
      r->family = w->family[l->product[row]];
      r->x[RISK_TERM] = (float)(clamp(l->end[row] - l->start[row] + 1, TERM_SHORT, TERM_LONG) / 365.25);
    }
  }
  r->x[RISK_AMOUNT] = (float)log1p(amount);
  r->x[RISK_LINES] = n > 0 ? (float)log((double)n) : 0;
  r->x[RISK_UNITS] = (float)log1p((double)units);
  return n > 0;
}

static bool known_back(const struct event *p, day_t seen) { return p->settled != DAY_NONE && p->settled <= seen && p->from < p->to; }

/* The settled renewal before this one: of the same contract, else, for lines that followed others, the customer's that came back and was due nearest to the
 * start of this one's first line, since many systems give the next term a new number. NULL: none known on the day. */
static const struct event *event_before(const struct work *w, const struct account *a, const struct event *v, day_t seen, bool followed) {
  const struct book_renewals *x = &w->b->renewals;
  const struct event *best = NULL;
  for (const struct event *p = v; p-- > a->events && x->contract[p->row] == x->contract[v->row];) {
    if (known_back(p, seen)) {
      return p;
    }
  }
  day_t start = w->b->lines.start[a->lines[v->from]], least = CHAIN_DAYS;
  for (const struct event *p = a->events; followed && p < a->events + a->n_events && a->n_events <= CHAIN_MOST; p++) {
    day_t apart = p->due + 1 > start ? p->due + 1 - start : start - p->due - 1;
    if (p != v && p->back && p->due < v->due && known_back(p, seen) && apart < least) {
      best = p;
      least = apart;
    }
  }
  return best;
}

static void fill_before(const struct work *w, const struct account *a, const struct event *v, struct risk_row *r) {
  const struct book_renewals *x = &w->b->renewals;
  const struct event *p = event_before(w, a, v, r->seen, r->nth > 1);
  r->x[RISK_FIRST] = p == NULL;
  if (p != NULL && p->back) {
    day_t late = x->booked[p->row] != DAY_NONE ? x->booked[p->row] - p->due : 0;
    r->x[RISK_LATE] = (float)clamp((double)late / 30, 0, 6);
    r->x[RISK_SHRUNK] = p->partial;
  }
  r->x[RISK_MADE] = (float)clamp(r->nth - 1, 0, 10);
}

static void fill_customer(const struct account *a, const struct book *b, struct risk_row *r) {
  size_t lost = days_by(a->lost, a->n_lost, r->seen), settled = days_by(a->settled, a->n_settled, r->seen);
  day_t first = DAY_MAX;
  for (size_t i = 0; i < a->n_lines && i < 4096; i++) {
    uint32_t row = a->lines[i];
    if (b->lines.known[row] <= r->seen && b->lines.start[row] < first) {
      first = b->lines.start[row];
    }
  }
  r->x[RISK_LOSSES] = (float)(((double)lost + 0.6) / ((double)settled + 4));
  r->x[RISK_SIZE] = (float)log1p(value_in_force(a, r->seen));
  r->x[RISK_AGE] = first < r->seen ? (float)clamp((double)(r->seen - first) / 365.25, 0, 10) : 0;
}

static bool fill_row(const struct work *w, const struct account *a, const struct event *v, day_t seen, struct risk_row *r) {
  *r = (struct risk_row){.renewal = v->row, .seen = seen, .label = NO_ROW, .model = w->b->renewals.model[v->row], .region = w->b->renewals.region[v->row]};
  if (!fill_own(w, a, v, r)) {
    return false;
  }
  fill_before(w, a, v, r);
  fill_customer(a, w->b, r);
  return true;
}

/* Own outcome is not among the customer's settled ones on either day: a ripe row is seen before it was due. A renewal settled earlier still (a
 * booking 90 days ahead) was no question any more on that day. */
static void make_rows(const struct work *w, const struct account *a, const struct event *v) {
  const struct book_renewals *x = &w->b->renewals;
  struct risk_row *ripe = &w->ripe[v->row], *open = &w->open[v->row];
  day_t seen = v->due - w->before;
  bool undecided = v->settled == DAY_NONE || v->settled > seen;
  if (v->due + w->grace <= w->today && undecided && (x->category[v->row] != CATEGORY_OMITTED || v->settled != DAY_NONE) && fill_row(w, a, v, seen, ripe)) {
    bool back = v->back && x->booked[v->row] != DAY_NONE && x->booked[v->row] - v->due <= w->grace;
    day_t at = back ? x->booked[v->row] : v->settled != DAY_NONE && !v->back && v->settled < v->due + w->grace ? v->settled : v->due + w->grace;
    ripe->label = back ? RISK_RENEWED : RISK_LOST;
    ripe->closed = (int16_t)clamp(at - v->due, -w->before, w->grace);
  }
  bool stage_open = x->outcome[v->row] == OUTCOME_OPEN && x->stage[v->row] != STAGE_LOST && x->stage[v->row] != STAGE_WON;
  day_t last = w->today < v->due ? w->today : v->due; /* no ripe row was ever seen with its own term over */
  if (stage_open && x->category[v->row] != CATEGORY_OMITTED && fill_row(w, a, v, last, open)) {
    open->label = RISK_OPEN;
  }
}

static void do_chunk(void *ctx, int chunk) {
  struct work *w = ctx;
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  uint32_t from = (uint32_t)chunk * CHUNK, to = w->b->accounts.n - from < CHUNK ? w->b->accounts.n : from + CHUNK;
  for (uint32_t code = from; code < to && w->failed == 0; code++) {
    struct account a = {0};
    if (scratch == NULL || !match_lines(w, code, scratch, &a) || !sum_history(w, scratch, &a)) {
      w->failed = 1;
      return;
    }
    for (size_t i = 0; i < a.n_events; i++) {
      make_rows(w, &a, &a.events[i]);
    }
    arena_reset(scratch);
  }
}

/* ---- all of them ---- */

static uint16_t *families(const struct book *b, struct arena *a, struct risk_rows *ret) {
  uint16_t *of = arena_zalloc(a, (size_t)b->products.n + 1, sizeof *of);
  for (uint32_t p = 1; of != NULL && b->product_family != NULL && p < b->products.n; p++) {
    uint16_t f = 1;
    if (b->product_family[p].n == 0) {
      continue;
    }
    while (f <= ret->n_families && !str_eq(ret->family[f], b->product_family[p])) {
      f++;
    }
    if (f > ret->n_families && f <= RISK_FAMILIES) {
      ret->family[f] = b->product_family[p];
      ret->n_families = f;
    }
    of[p] = f <= RISK_FAMILIES ? f : 0;
  }
  return of;
}

static size_t keep(struct risk_row *rows, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (rows[i].label != NO_ROW) {
      rows[kept++] = rows[i];
    }
  }
  return kept;
}

static void count_late(const struct work *w, struct risk_rows *ret) {
  const struct book_renewals *x = &w->b->renewals;
  for (size_t i = 0; i < ret->n_ripe; i++) {
    uint32_t row = ret->ripe[i].renewal;
    ret->late += ret->ripe[i].label == RISK_LOST;
    ret->beyond += ret->ripe[i].label == RISK_LOST && x->booked[row] != DAY_NONE && (x->outcome[row] == OUTCOME_RENEWED || x->outcome[row] == OUTCOME_PARTIAL);
  }
}

int risk_rows_seen(const struct book *b, day_t today, int grace, int before, int threads, struct arena *a, struct risk_rows *ret, struct err *e) {
  struct risk_rows x = {0};
  size_t n = b->renewals.n, some = 0;
  struct work w = {.b = b, .today = today, .grace = grace, .before = before, .family = families(b, a, &x), .tenure = tenure_of_lines(b)};
  w.ripe = x.ripe = arena_alloc(a, (n + 1) * sizeof *x.ripe);
  w.open = x.open = arena_alloc(a, (n + 1) * sizeof *x.open);
  if (w.family == NULL || w.tenure == NULL || x.ripe == NULL || x.open == NULL || book_rows_of(b, BOOK_LINES_BY_ACCOUNT, 0, &some) == NULL ||
      book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, 0, &some) == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  for (size_t i = 0; i < n; i++) {
    x.ripe[i].label = x.open[i].label = NO_ROW;
  }
  parallel_for(threads, (int)((b->accounts.n + CHUNK - 1) / CHUNK), do_chunk, &w);
  if (w.failed != 0) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  x.n_ripe = keep(x.ripe, n);
  x.n_open = keep(x.open, n);
  count_late(&w, &x);
  *ret = x;
  return OK;
}

int risk_rows_make(const struct book *b, day_t today, int grace, int threads, struct arena *a, struct risk_rows *ret, struct err *e) {
  return risk_rows_seen(b, today, grace, RISK_SEEN_BEFORE, threads, a, ret, e);
}

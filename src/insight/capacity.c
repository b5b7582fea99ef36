#include "insight/capacity.h"

#include "base/alloc.h"
#include "base/map.h"
#include "insight/exact.h"

enum { WEEKS_AHEAD = 240 }; /* days whose weeks are worked out once: 13 weeks and a long turnaround */
static const char *const kinds[CAPACITY_KINDS] = {"account", "country", "partner", "language", "all"};

const char *capacity_kind_name(int v) { return v >= 0 && v < CAPACITY_KINDS ? kinds[v] : ""; }

int capacity_kind_of(struct str s) {
  for (int v = 0; v < CAPACITY_KINDS; v++) {
    if (str_eq(s, str_of(kinds[v]))) {
      return v;
    }
  }
  return -1;
}

bool capacity_counts(const struct book *b, const struct capacity_query *q, size_t i) {
  const struct book_renewals *x = &b->renewals;
  return x->outcome[i] == OUTCOME_OPEN && x->category[i] >= CATEGORY_COMMIT && x->category[i] <= CATEGORY_PIPELINE &&
         (q->reps == NULL || q->reps[x->rep_now[i]] != 0);
}

int capacity_week(const struct capacity_query *q, day_t due, int model) {
  enum { WEEK = 7 };
  day_t safe = work_last_safe_day(&q->rule, due, model);
  if (safe < q->today) {
    return -1;
  }
  int week = (safe - q->week_first) / WEEK;
  return week < CAPACITY_WEEKS ? week : CAPACITY_WEEKS;
}

bool capacity_fits(const struct capacity_query *q, uint32_t rep, uint32_t account) {
  const uint8_t *speaks = q->speaks + (size_t)rep * CAPACITY_CODES;
  uint8_t language = q->facts->language[account];
  return language == 0 || speaks[0] == 0 || speaks[language] != 0; /* speaks[0]: somebody wrote down what this rep speaks */
}

/* ---- what each one carries ---- */

struct sums {
  exact_t atr, risk, unfit;
};
struct work {
  const struct book *b;
  const struct capacity_query *q;
  exact_t worth[64];               /* of a minor unit, by currency code; 0 = no rate */
  int8_t week[MODEL_COUNT][WEEKS_AHEAD]; /* of the last safe day, by sales model and days from today to the due date */
  struct capacity_book *books;
  struct sums *sums;
  exact_t *language;               /* [rep × languages + language] */
};

static int week_of(const struct work *w, day_t due, uint8_t model) {
  int64_t ahead = (int64_t)due - w->q->today;
  const int8_t *weeks = w->week[model < MODEL_COUNT ? model : MODEL_UNKNOWN];
  if (ahead < WEEKS_AHEAD) {
    return ahead < 0 ? -1 : weeks[ahead];
  }
  return weeks[WEEKS_AHEAD - 1] == CAPACITY_WEEKS ? CAPACITY_WEEKS : capacity_week(w->q, due, model); /* farther is later still */
}

static void add_row(struct work *w, size_t i, uint32_t rep) {
  const struct book_renewals *x = &w->b->renewals;
  struct capacity_book *to = &w->books[rep];
  bool risk = (x->flags[i] & RENEWAL_AT_RISK) != 0, unfit = !capacity_fits(w->q, rep, x->account[i]);
  int week = week_of(w, x->due[i], x->model[i]);
  exact_t value = (exact_t)x->atr[i] * w->worth[x->currency[i]];
  to->renewals++;
  to->at_risk += risk;
  to->unfit += unfit;
  to->no_rate += w->worth[x->currency[i]] == 0;
  to->past_safe += week < 0;
  if (week >= 0 && week < CAPACITY_WEEKS) {
    to->week[week]++;
  }
  w->language[(size_t)rep * w->q->facts->n_languages + w->q->facts->language[x->account[i]]] += value;
  w->sums[rep].atr += value;
  w->sums[rep].risk += risk ? value : 0;
  w->sums[rep].unfit += unfit ? value : 0;
}

/* Accounts of each rep: nearly every account has one, which a column by account tells; the others go through a map. */
static int count_account(struct map64 *others, uint16_t *first, uint32_t account, uint32_t rep, struct capacity_book *to) {
  if (first[account] == 0) {
    first[account] = (uint16_t)(rep + 1);
    to->accounts++;
    return OK;
  }
  if (first[account] == rep + 1) {
    return OK;
  }
  uint64_t *met = map64_put(others, (uint64_t)account << 16 | rep);
  if (met == NULL) {
    return ERR_NOMEM;
  }
  to->accounts += *met == 0;
  *met = 1;
  return OK;
}

static int round_all(const struct work *w) {
  uint32_t n = w->q->facts->n_languages;
  int code = OK;
  for (uint32_t rep = 0; rep < w->b->reps.n && code == OK; rep++) {
    struct capacity_book *x = &w->books[rep];
    code = exact_round(w->sums[rep].atr, &x->atr);
    code = code == OK ? exact_round(w->sums[rep].risk, &x->risk_atr) : code;
    code = code == OK ? exact_round(w->sums[rep].unfit, &x->unfit_atr) : code;
    for (uint32_t l = 0; l < n && code == OK; l++) {
      code = exact_round(w->language[(size_t)rep * n + l], &x->language_atr[l]);
    }
  }
  return code;
}

static void prepare(struct work *w) {
  for (uint8_t c = 1; c < w->b->n_currencies; c++) {
    int64_t rate = 0;
    w->worth[c] = book_rate(w->b, c, w->q->plan_day, &rate, NULL) == OK ? exact_term(1, rate, w->b->currency_of[c], w->b->reporting) : 0;
  }
  for (int model = 0; model < MODEL_COUNT; model++) {
    for (int ahead = 0; ahead < WEEKS_AHEAD; ahead++) {
      w->week[model][ahead] = (int8_t)capacity_week(w->q, w->q->today + ahead, model);
    }
  }
}

static int sum_up(struct work *w, const uint16_t *owner, struct arena *a) {
  const struct book *b = w->b;
  uint32_t n = w->q->facts->n_languages;
  w->books = arena_zalloc(a, (size_t)b->reps.n + 1, sizeof *w->books);
  int64_t *languages = arena_zalloc(a, (size_t)b->reps.n * n + 1, sizeof *languages);
  struct sums *sums MEM_CLEANUP = mem_zalloc((size_t)b->reps.n + 1, sizeof *sums);
  exact_t *language MEM_CLEANUP = mem_zalloc((size_t)b->reps.n * n + 1, sizeof *language);
  uint16_t *first MEM_CLEANUP = mem_zalloc((size_t)b->accounts.n + 1, sizeof *first);
  struct map64 *others = map64_new();
  int code = w->books != NULL && languages != NULL && sums != NULL && language != NULL && first != NULL && others != NULL ? OK : ERR_NOMEM;
  w->sums = sums;
  w->language = language;
  for (uint32_t rep = 0; rep < b->reps.n && code == OK; rep++) {
    w->books[rep].language_atr = languages + (size_t)rep * n;
  }
  for (size_t i = 0; i < b->renewals.n && code == OK; i++) {
    if (capacity_counts(b, w->q, i)) {
      uint32_t rep = owner != NULL ? owner[i] : b->renewals.rep[i];
      add_row(w, i, rep);
      code = count_account(others, first, b->renewals.account[i], rep, &w->books[rep]);
    }
  }
  code = code == OK ? round_all(w) : code;
  map64_free(others);
  return code;
}

int capacity_books(const struct book *b, const struct capacity_query *q, const uint16_t *owner, struct arena *a, struct capacity_book **ret, struct err *e) {
  struct work w = {.b = b, .q = q};
  prepare(&w);
  int code = sum_up(&w, owner, a);
  if (code == ERR_RANGE) {
    return err_set(e, code, "capacity: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  if (code != OK) {
    return err_set(e, code, "capacity: out of memory");
  }
  *ret = w.books;
  return OK;
}

/* ---- moving by rule ---- */

static bool rule_fits(const struct book *b, const struct capacity_query *q, const struct capacity_rule *r, size_t i) {
  const struct book_renewals *x = &b->renewals;
  uint32_t account = x->account[i];
  if (r->from != 0 && x->rep[i] != r->from) {
    return false;
  }
  switch ((enum capacity_kind)r->kind) {
  case CAPACITY_ACCOUNT: return account == r->code;
  case CAPACITY_COUNTRY: return q->facts->country[account] == r->code;
  case CAPACITY_PARTNER: return x->reseller[i] == r->code || x->distributor[i] == r->code;
  case CAPACITY_LANGUAGE: return q->facts->language[account] == r->code;
  case CAPACITY_ALL: return true;
  case CAPACITY_KINDS:
  default: return false;
  }
}

int capacity_assign(const struct book *b, const struct capacity_query *q, const struct capacity_rule *rules, size_t n, uint16_t *owner, int64_t *ret_moved,
                    int64_t *ret_accounts, struct err *e) {
  uint8_t *met MEM_CLEANUP = mem_zalloc((size_t)b->accounts.n + 1, 1);
  int64_t moved = 0, accounts = 0;
  if (met == NULL) {
    return err_set(e, ERR_NOMEM, "capacity: out of memory");
  }
  for (size_t i = 0; i < b->renewals.n; i++) {
    owner[i] = b->renewals.rep[i];
    if (n == 0 || !capacity_counts(b, q, i)) {
      continue;
    }
    size_t k = 0;
    while (k < n && !rule_fits(b, q, &rules[k], i)) {
      k++;
    }
    if (k < n && rules[k].to != owner[i]) {
      owner[i] = rules[k].to;
      moved++;
      accounts += met[b->renewals.account[i]] == 0;
      met[b->renewals.account[i]] = 1;
    }
  }
  *ret_moved = moved;
  *ret_accounts = accounts;
  return OK;
}

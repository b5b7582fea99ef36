#include "insight/capacity.h"

#include "base/alloc.h"
#include "base/map.h"
#include "insight/exact.h"

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

static int add_row(const struct book *b, const struct capacity_query *q, size_t i, uint32_t rep, const int64_t *rate, struct capacity_book *to, struct sums *s) {
  const struct book_renewals *x = &b->renewals;
  uint8_t currency = x->currency[i];
  bool risk = (x->flags[i] & RENEWAL_AT_RISK) != 0, unfit = !capacity_fits(q, rep, x->account[i]);
  int week = capacity_week(q, x->due[i], x->model[i]);
  exact_t value = rate[currency] != 0 ? exact_term(x->atr[i], rate[currency], b->currency_of[currency], b->reporting) : 0;
  int64_t rounded = 0;
  to->renewals++;
  to->at_risk += risk;
  to->unfit += unfit;
  to->no_rate += rate[currency] == 0;
  to->past_safe += week < 0;
  if (week >= 0 && week < CAPACITY_WEEKS) {
    to->week[week]++;
  }
  int64_t *language = &to->language_atr[q->facts->language[x->account[i]]];
  if (exact_round(value, &rounded) != OK || __builtin_add_overflow(*language, rounded, language)) {
    return ERR_RANGE;
  }
  s->atr += value;
  s->risk += risk ? value : 0;
  s->unfit += unfit ? value : 0;
  return OK;
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

static int round_all(const struct book *b, struct capacity_book *books, const struct sums *s) {
  int code = OK;
  for (uint32_t rep = 0; rep < b->reps.n && code == OK; rep++) {
    code = exact_round(s[rep].atr, &books[rep].atr);
    code = code == OK ? exact_round(s[rep].risk, &books[rep].risk_atr) : code;
    code = code == OK ? exact_round(s[rep].unfit, &books[rep].unfit_atr) : code;
  }
  return code;
}

static void plan_rates(const struct book *b, day_t day, int64_t rate[64]) {
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    rate[c] = book_rate(b, c, day, &rate[c], NULL) == OK ? rate[c] : 0;
  }
}

int capacity_books(const struct book *b, const struct capacity_query *q, const uint16_t *owner, struct arena *a, struct capacity_book **ret, struct err *e) {
  int64_t rate[64] = {0};
  struct capacity_book *books = arena_zalloc(a, (size_t)b->reps.n + 1, sizeof *books);
  int64_t *languages = arena_zalloc(a, (size_t)b->reps.n * q->facts->n_languages + 1, sizeof *languages);
  struct sums *sums MEM_CLEANUP = mem_zalloc((size_t)b->reps.n + 1, sizeof *sums);
  uint16_t *first MEM_CLEANUP = mem_zalloc((size_t)b->accounts.n + 1, sizeof *first);
  struct map64 *others = map64_new();
  int code = books != NULL && languages != NULL && sums != NULL && first != NULL && others != NULL ? OK : ERR_NOMEM;
  plan_rates(b, q->plan_day, rate);
  for (uint32_t rep = 0; rep < b->reps.n && code == OK; rep++) {
    books[rep].language_atr = languages + (size_t)rep * q->facts->n_languages;
  }
  for (size_t i = 0; i < b->renewals.n && code == OK; i++) {
    if (!capacity_counts(b, q, i)) {
      continue;
    }
    uint32_t rep = owner != NULL ? owner[i] : b->renewals.rep[i];
    code = add_row(b, q, i, rep, rate, &books[rep], &sums[rep]);
    code = code == OK ? count_account(others, first, b->renewals.account[i], rep, &books[rep]) : code;
  }
  code = code == OK ? round_all(b, books, sums) : code;
  map64_free(others);
  if (code == ERR_RANGE) {
    return err_set(e, code, "capacity: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  if (code != OK) {
    return err_set(e, code, "capacity: out of memory");
  }
  *ret = books;
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

/* What a backtest shows: scores, gates, a verdict. */
#include <math.h>

#include "app/backtest.h"
#include "base/alloc.h"
#include "insight/explain.h"

#define Z95 1.9599639845

const char *backtest_forecast_key(int f) {
  static const char *const keys[BACKTEST_FORECASTS] = {"model", "call", "manager", "commit", "rate", "stages", "pace"};
  return f >= 0 && f < BACKTEST_FORECASTS ? keys[f] : "";
}

const char *backtest_gate_key(int g) {
  static const char *const keys[BACKTEST_GATES] = {"quarters", "skill", "crps", "coverage", "bias", "amount", "log_loss", "spiegelhalter"};
  return g >= 0 && g < BACKTEST_GATES ? keys[g] : "";
}

const char *backtest_verdict_key(int v) {
  static const char *const keys[] = {[BACKTEST_TOO_LITTLE] = "too_little", [BACKTEST_NO_BETTER] = "no_better", [BACKTEST_BETTER] = "better"};
  return v >= 0 && v <= BACKTEST_BETTER ? keys[v] : "";
}

bool backtest_said(const struct backtest_week *w, enum backtest_forecast f, int64_t *ret) {
  const int64_t said[BACKTEST_FORECASTS] = {w->mean, w->called, w->managed, w->committed, w->rate, w->stages, w->pace};
  static const unsigned needs[BACKTEST_FORECASTS] = {0, BACKTEST_HAS_CALL, BACKTEST_HAS_MANAGER, BACKTEST_HAS_CATEGORIES, 0, BACKTEST_HAS_CATEGORIES, 0};
  *ret = said[f];
  return (w->has & needs[f]) == needs[f];
}

bool backtest_hit(const struct backtest_week *w) { return w->actual >= w->q10 && w->actual <= w->q90; }

/* Twice the mean pinball loss over all levels, from seven of them. */
static double crps_of(const struct backtest_week *w) {
  static const double level[] = {0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95}, width[] = {0.075, 0.10, 0.20, 0.25, 0.20, 0.10, 0.075};
  const int64_t q[] = {w->q05, w->q10, w->q25, w->q50, w->q75, w->q90, w->q95};
  double sum = 0;
  for (int i = 0; i < 7; i++) {
    sum += 2 * width[i] * judge_pinball(level[i], (double)q[i], (double)w->actual);
  }
  return sum;
}

/* Block of each week: its quarter. */
static size_t number_quarters(const struct backtest_week *w, size_t n, uint32_t *block) {
  size_t quarters = 0;
  for (size_t i = 0; i < n; i++) {
    quarters += i == 0 || w[i].first != w[i - 1].first;
    block[i] = (uint32_t)quarters - 1;
  }
  return quarters;
}

static void sum_week(const struct backtest_week *w, struct backtest_summary *r) {
  int64_t said;
  for (int f = 0; f < BACKTEST_FORECASTS; f++) {
    if (backtest_said(w, (enum backtest_forecast)f, &said)) {
      judge_add(&r->all[f], (double)said, (double)w->actual);
      judge_add(&r->by_week[f][w->week < BACKTEST_WEEKS ? w->week : BACKTEST_WEEKS - 1], (double)said, (double)w->actual);
    }
  }
  r->hits += backtest_hit(w);
  r->crps += crps_of(w);
  r->rate_crps += fabs((double)(w->rate - w->actual));
}

static void sum_skill(const struct backtest_week *w, size_t n, const uint32_t *block, struct backtest_summary *r) {
  double *own MEM_CLEANUP = mem_alloc((n + 1) * sizeof *own), *other MEM_CLEANUP = mem_alloc((n + 1) * sizeof *other);
  uint32_t *of MEM_CLEANUP = mem_alloc((n + 1) * sizeof *of);
  int64_t said;
  for (int f = 0; f < BACKTEST_FORECASTS && own != NULL && other != NULL && of != NULL; f++) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
      if (backtest_said(&w[i], (enum backtest_forecast)f, &said)) {
        own[k] = fabs((double)(w[i].mean - w[i].actual));
        other[k] = fabs((double)(said - w[i].actual));
        of[k++] = block[i];
      }
    }
    r->skill[f] = judge_skill(own, other, of, k, r->quarters, 1);
  }
}

static void sum_lines(const struct backtest_week *w, size_t n, struct backtest_summary *r) {
  enum { HONEST_WEEK = 4 };
  double lines = 0, loss = 0, rate = 0, score = 0, variance = 0, expected = 0, actual = 0, early[4] = {0};
  bool better = true;
  for (size_t i = 0; i < n; i++) {
    lines += (double)w[i].lines;
    loss += w[i].loss;
    rate += w[i].rate_loss;
    expected += (double)w[i].lines_expected;
    actual += (double)w[i].lines_actual;
    score += w[i].week == HONEST_WEEK ? w[i].score : 0; /* one week a quarter: the same renewals would be counted twelve times */
    variance += w[i].week == HONEST_WEEK ? w[i].score_variance : 0;
    if (w[i].week == 1 || w[i].week % 4 == 0) {
      early[w[i].week / 4 < 4 ? w[i].week / 4 : 3] += w[i].loss - w[i].rate_loss;
    }
  }
  for (int k = 0; k < 4; k++) {
    better = better && early[k] < 0;
  }
  r->loss = lines > 0 ? loss / lines : NAN;
  r->rate_loss = lines > 0 ? rate / lines : NAN;
  r->spiegelhalter = variance > 0 ? score / sqrt(variance) : NAN;
  r->amount = actual > 0 ? expected / actual : NAN;
  r->value[BACKTEST_LOSS] = lines > 0 ? r->loss - r->rate_loss : NAN;
  r->gate[BACKTEST_LOSS] = lines > 0 ? (better ? BACKTEST_PASSED : BACKTEST_FAILED) : BACKTEST_OPEN;
}

static enum backtest_pass within(double v, double low, double high) { return isnan(v) ? BACKTEST_OPEN : v >= low && v <= high ? BACKTEST_PASSED : BACKTEST_FAILED; }

static void judge_gates(struct backtest_summary *r) {
  double cover = r->weeks > 0 ? (double)r->hits / (double)r->weeks : NAN, crps = r->rate_crps > 0 ? r->crps / r->rate_crps : NAN;
  const double value[] = {[BACKTEST_ENOUGH] = (double)r->quarters, [BACKTEST_SKILL] = r->skill[BACKTEST_RATE].low, [BACKTEST_CRPS] = crps, [BACKTEST_COVERAGE] = cover,
                          [BACKTEST_BIAS] = judge_bias(&r->all[BACKTEST_MODEL]), [BACKTEST_AMOUNT] = r->amount - 1, [BACKTEST_LOSS] = r->value[BACKTEST_LOSS],
                          [BACKTEST_HONEST] = r->spiegelhalter};
  memcpy(r->value, value, sizeof value);
  r->gate[BACKTEST_ENOUGH] = r->quarters >= BACKTEST_LEAST ? BACKTEST_PASSED : BACKTEST_FAILED;
  r->gate[BACKTEST_SKILL] = isnan(value[BACKTEST_SKILL]) ? BACKTEST_OPEN : value[BACKTEST_SKILL] > 0 ? BACKTEST_PASSED : BACKTEST_FAILED;
  r->gate[BACKTEST_CRPS] = isnan(crps) ? BACKTEST_OPEN : crps < 1 ? BACKTEST_PASSED : BACKTEST_FAILED;
  r->gate[BACKTEST_COVERAGE] = within(cover, 0.70, 0.90);
  r->gate[BACKTEST_BIAS] = within(value[BACKTEST_BIAS], -0.02, 0.02);
  r->gate[BACKTEST_AMOUNT] = within(value[BACKTEST_AMOUNT], -0.02, 0.02);
  r->gate[BACKTEST_HONEST] = within(r->spiegelhalter, -2.6, 2.6);
  bool better = r->gate[BACKTEST_SKILL] == BACKTEST_PASSED && r->gate[BACKTEST_LOSS] == BACKTEST_PASSED;
  r->verdict = r->quarters < BACKTEST_LEAST ? BACKTEST_TOO_LITTLE : better ? BACKTEST_BETTER : BACKTEST_NO_BETTER;
}

void backtest_sum(const struct backtest_week *weeks, size_t n, struct backtest_summary *ret) {
  uint32_t *block MEM_CLEANUP = mem_alloc((n + 1) * sizeof *block);
  *ret = (struct backtest_summary){.weeks = n};
  if (block == NULL) {
    return;
  }
  ret->quarters = number_quarters(weeks, n, block);
  for (size_t i = 0; i < n; i++) {
    sum_week(&weeks[i], ret);
  }
  sum_skill(weeks, n, block, ret);
  sum_lines(weeks, n, ret);
  double share = n > 0 ? (double)ret->hits / (double)n : 0;
  explain_wilson(share * (double)ret->quarters, (double)ret->quarters, Z95, &ret->cover_low, &ret->cover_high);
  judge_gates(ret);
}

int backtest_judge(const struct backtest_category *rows, size_t n, struct arena *a, struct judge_lines *ret, struct err *e) {
  enum { MOST = 200000 };
  size_t lines = 0, k = 0;
  for (size_t i = 0; i < n; i++) {
    lines += (size_t)rows[i].lines;
  }
  lines = lines < MOST ? lines : MOST;
  struct judge_line *l MEM_CLEANUP = mem_alloc((lines + 1) * sizeof *l);
  if (l == NULL) {
    return err_set(e, ERR_NOMEM, "backtest: out of memory");
  }
  /* What is kept of a week's category is its mean chance: each of its renewals has that. The newest first, should there be too many. */
  for (size_t i = n; i-- > 0;) {
    for (int64_t j = 0; j < rows[i].lines && k < lines; j++) {
      l[k++] = (struct judge_line){rows[i].chance / (double)rows[i].lines, (uint8_t)rows[i].category, j < rows[i].came, 0};
    }
  }
  return judge_lines(l, k, 0, 0.5, a, ret, e);
}

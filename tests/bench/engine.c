/* bench_engine [OPEN [PAST]]: a whole run of the model in memory: rows, learning, the chance of each open renewal, bands of some 1,000 reps, teams and regions. */
#include <math.h>
#include <time.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/engine.h"

enum { REPS = 900, TEAMS = 90, REGIONS = 9, TODAY = 20780, TERM = 365, SEED = 5, PERIODS = 1 };

static bool names(struct book *b, struct book_dict *d, uint32_t n) {
  bool ok = book_alloc_dict(b, d, n) == OK;
  for (uint32_t i = 1; ok && i <= n; i++) {
    d->id[i] = i;
    d->name[i] = STR("x");
  }
  return ok;
}

static bool people(struct book *b) {
  b->n_teams = TEAMS + 1;
  b->teams = arena_zalloc(book_arena(b), TEAMS + 1, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), REPS + 1, sizeof *b->rep_team);
  for (uint32_t t = 1; b->teams != NULL && t <= TEAMS; t++) {
    b->teams[t] = (struct book_team){.id = t, .name = STR("x"), .region = 1 + t % REGIONS};
  }
  for (uint32_t i = 1; b->rep_team != NULL && i <= REPS; i++) {
    b->rep_team[i] = 1 + i % TEAMS;
  }
  return b->teams != NULL && b->rep_team != NULL;
}

static void put(struct book *b, struct book_line *l, uint32_t i, bool open, struct random *r) {
  const struct book_renewals *x = &b->renewals;
  day_t due = open ? TODAY - 30 + (day_t)random_below(r, 150) : TODAY - 200 - (day_t)random_below(r, 1500);
  bool back = !open && random_unit(r) < 0.85;
  day_t booked = back ? due - 40 + (day_t)random_below(r, 60) : DAY_NONE;
  int64_t atr = 50000 + (int64_t)random_below(r, 5000000);
  x->id[i] = i + 1;
  x->contract[i] = i + 1;
  x->account[i] = 1 + i / 3;
  x->reseller[i] = x->distributor[i] = 0;
  x->due[i] = x->close[i] = due;
  x->booked[i] = booked;
  x->step_date[i] = DAY_NONE;
  x->changed[i] = due;
  x->atr[i] = x->forecast[i] = atr;
  x->won[i] = back ? atr : 0;
  x->rep[i] = x->rep_now[i] = (uint16_t)(1 + i % REPS);
  x->region[i] = (uint16_t)(1 + i % REGIONS);
  x->currency[i] = 1;
  x->model[i] = (uint8_t)(MODEL_DIRECT + (int)(i % 3));
  x->outcome[i] = open ? OUTCOME_OPEN : back ? OUTCOME_RENEWED : OUTCOME_LOST;
  x->stage[i] = open ? STAGE_NOT_STARTED : back ? STAGE_WON : STAGE_LOST;
  x->category[i] = open ? CATEGORY_PIPELINE : back ? CATEGORY_CLOSED : CATEGORY_OMITTED;
  x->flags[i] = 0;
  *l = (struct book_line){.end = due, .start = due - TERM + 1, .booked = booked, .known = due - TERM, .outcome_known = open ? DAY_NONE : back ? booked : due + 180,
                          .atr = atr, .won = back ? atr : 0, .id = i + 1, .account = 1 + i / 3, .contract = i + 1, .product = 1 + i % 40, .quantity = 1 + i % 50,
                          .rep = (uint16_t)(1 + i % REPS), .region = (uint16_t)(1 + i % REGIONS), .currency = 1, .model = x->model[i],
                          .outcome_evidence = x->outcome[i]};
}

static struct book *make(uint32_t open, uint32_t past) {
  struct book *b = book_new();
  uint32_t n = open + past;
  struct book_line *lines MEM_CLEANUP = mem_alloc(((size_t)n + 1) * sizeof *lines);
  struct book_rate one = {10000, 10000, RATE_ONE};
  struct random r = random_seed(SEED, 1);
  if (b == NULL || lines == NULL || currency_parse(STR("USD"), &b->reporting) != OK || book_set_rates(b, b->reporting, &one, 1) != OK ||
      !names(b, &b->accounts, n / 3 + 1) ||
      !names(b, &b->contracts, n) || !names(b, &b->products, 40) || !names(b, &b->regions, REGIONS) || !names(b, &b->reps, REPS) || !people(b) ||
      book_alloc_renewals(b, n) != OK) {
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) {
    put(b, &lines[i], i, i >= past, &r);
  }
  return book_set_lines(b, lines, n) == OK ? b : NULL;
}

static double spent(void) { return (double)clock() / CLOCKS_PER_SEC; } /* of all threads: the machine has other work */

static double wall(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One run: seconds of the processor by step; *check: a sum that has to be the same with any number of threads. */
static int time_run(const struct book *b, int threads, double *check) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const struct calendar calendar = CALENDAR_DEFAULT;
  struct period q = period_of(&calendar, PERIOD_QUARTER, TODAY);
  struct engine_options o = {.today = TODAY, .grace = RISK_GRACE, .threads = threads, .periods = &q, .n_periods = PERIODS, .calendar = &calendar, .rho = NAN};
  struct engine_result r = {0};
  struct engine_node *nodes = NULL;
  size_t n = 0;
  struct err e = {0};
  double at[5] = {spent()}, from = wall();
  int code = risk_rows_make(b, o.today, o.grace, o.threads, a, &r.rows, &e);
  at[1] = spent();
  code = code == OK ? engine_learn(b, &r.rows, &o, a, &r.model, &e) : code;
  at[2] = spent();
  code = code == OK ? engine_score(b, &r.rows, &r.model, &o, a, &r.scores, &r.n_scores, &e) : code;
  at[3] = spent();
  struct engine_ask ask = {.b = b, .period = &q, .scores = r.scores, .n_scores = r.n_scores, .ratio = r.model.ratio, .rho = r.model.rho, .threads = threads};
  code = code == OK ? engine_bands(&ask, a, &nodes, &n, &e) : code;
  at[4] = spent();
  if (code != OK) {
    fprintf(stderr, "%s\n", e.text);
    return 1;
  }
  *check = 0;
  for (size_t i = 0; i < n; i++) {
    *check += nodes[i].band.q10 + nodes[i].band.mean;
  }
  printf("run, %zu open and %zu ripe renewals, %zu nodes, threads=%d, processor s: rows %.2f learn %.2f score %.2f bands %.2f; scored and banded %.2f, whole %.2f"
         " (wall %.2f); judged by %s; check=%.17g\n", r.n_scores, r.rows.n_ripe, n, threads, at[1] - at[0], at[2] - at[1], at[3] - at[2], at[4] - at[3],
         at[4] - at[2], at[4] - at[0], wall() - from, r.model.trees.bytes.n > 0 ? "trees" : "the logistic", *check);
  return 0;
}

int main(int argc, char **argv) {
  int64_t open = 1000000, past = 200000;
  if ((argc > 1 && (str_to_i64(str_of(argv[1]), &open) != OK || open < 1 || open > 10000000)) ||
      (argc > 2 && (str_to_i64(str_of(argv[2]), &past) != OK || past < 0 || past > 10000000))) {
    fprintf(stderr, "usage: bench_engine [OPEN [PAST]]\n");
    return 2;
  }
  struct book *b = make((uint32_t)open, (uint32_t)past);
  double one = 0, two = 0;
  if (b == NULL) {
    fprintf(stderr, "out of memory\n");
    return 1;
  }
  int bad = time_run(b, 1, &one) != 0 || time_run(b, 2, &two) != 0;
  book_free(b);
  if (bad == 0 && memcmp(&one, &two, sizeof one) != 0) {
    fprintf(stderr, "one thread and two disagree\n");
    bad = 1;
  }
  return bad;
}

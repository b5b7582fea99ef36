#include "app/middle.h"

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

struct day {
  const struct book *b;
  bool held;           /* of the cache: to be released; else to be freed when owned */
  struct book *own;
  struct insight_run run;
  struct middle_side side;
};
struct asking {
  struct store *s;
  struct book_cache *c;
  const struct book *newest;
  const struct scope *who;
  const struct middle_ask *q;
  struct arena *a;
  struct day was, is;
};

static int open_day(struct asking *x, day_t day, struct day *d, struct err *e) {
  int rc = OK;
  d->b = x->newest;
  if (day == DAY_NONE)
    return OK;
  if (x->c) {
    rc = book_cache_get_as_of(x->c, x->s, day, &d->b, e);
    d->held = rc == OK;
  } else {
    rc = book_load(x->s, day, &d->own, e);
    d->b = d->own;
  }
  return rc;
}

static void close_day(struct asking *x, struct day *d) {
  if (d->held)
    book_cache_release(x->c, d->b);
  book_free(d->own);
}

static bool place_of(const struct insight_run *run, struct str period, size_t *ret) {
  for (*ret = 0; *ret < run->n_periods; (*ret)++)
    if (str_eq(run->periods[*ret], period))
      return true;
  return false;
}

/* The chances of the day's run over the rows of its book, and the middle of their sum. */
static int fill_side(struct asking *x, struct day *d, size_t place, struct err *e) {
  struct engine_score *scores = NULL;
  struct engine_node *nodes = NULL;
  struct middle_side *m = &d->side;
  size_t n = 0;
  int rc = insight_scores_of(x->s, x->a, &d->run, d->b, &scores, &m->n_scores, e);
  m->b = d->b;
  m->scores = scores;
  m->place = place;
  m->ratio = d->run.ratio;
  m->reps = x->who->everything ? NULL : scope_reps(x->who, x->a, d->b);
  if (rc == OK && ((!x->who->everything && !m->reps) || scope_rows(x->who, x->a, d->b, &m->extra, &m->n_extra) != OK))
    rc = no_memory(e);
  struct engine_ask ask = {.b = d->b, .period = &x->q->period, .place = place, .scores = scores, .n_scores = m->n_scores, .ratio = d->run.ratio, .rho = d->run.rho,
                           .reps = m->reps, .extra = m->extra, .n_extra = m->n_extra, .threads = 1, .brief = true, .whole_only = true};
  rc = rc == OK ? insight_bands_kept(&ask, d->run.id, x->a, &nodes, &n, e) : rc;
  m->middle = rc == OK ? nodes[0].band.q50 : 0;
  return rc;
}

/* ---- what the models in between learned ---- */

struct sum {
  struct middle_learned *rows;
  size_t n;
};

/* Both ascend by id; a renewal that the later run did not judge is none of those open on both days. */
static void add_run(struct sum *sum, const struct engine_score *scores, const float (*before)[ENGINE_PERIODS], size_t n, size_t place, bool first) {
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    double change = (double)scores[i].by[place] - (double)before[i][place];
    if (first) {
      sum->rows[sum->n++] = (struct middle_learned){scores[i].id, change};
      continue;
    }
    while (k < sum->n && sum->rows[k].id < scores[i].id)
      k++;
    if (k < sum->n && sum->rows[k].id == scores[i].id)
      sum->rows[k].chance += change;
  }
}

/* From the later run back to the earlier one, each held against the model of the one before it. 1: all of the way; 0: they do not meet. */
static int follow(struct asking *x, struct str period, struct sum *sum, struct err *e) {
  struct insight_run run = x->is.run;
  for (int k = 0; k < MIDDLE_CHAIN && run.id != x->was.run.id; k++) {
    struct arena *scratch ARENA_CLEANUP = arena_new(0);
    struct engine_score *scores = NULL;
    float (*before)[ENGINE_PERIODS] = NULL;
    size_t n = 0, n_before = 0, place = 0;
    if (!run.before_id || !place_of(&run, period, &place))
      return 0;
    int rc = scratch ? insight_scores(x->s, scratch, run.id, &scores, &n, e) : no_memory(e);
    rc = rc < 0 ? rc : insight_before(x->s, scratch, run.id, &before, &n_before, e);
    if (rc < 0 || n != n_before)
      return rc < 0 ? rc : 0;
    if (!k)
      sum->rows = arena_alloc(x->a, (n + 1) * sizeof *sum->rows);
    if (!sum->rows)
      return no_memory(e);
    add_run(sum, scores, (const float (*)[ENGINE_PERIODS])before, n, place, !k);
    rc = insight_run_get(x->s, x->a, run.before_id, &run, e);
    if (rc <= 0)
      return rc;
  }
  return run.id == x->was.run.id;
}

/* ---- all of it ---- */

static int find_runs(struct asking *x, struct middle_answer *ret, struct err *e) {
  day_t to = x->q->to == DAY_NONE ? x->q->today : x->q->to;
  int rc = insight_run_on(x->s, x->a, x->q->from, &x->was.run, e);
  ret->has_was = rc == 1;
  rc = rc < 0 ? rc : insight_run_on(x->s, x->a, to, &x->is.run, e);
  ret->has_is = rc == 1;
  ret->was = x->was.run;
  ret->is = x->is.run;
  return rc;
}

static int compare(struct asking *x, struct middle_answer *ret, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct str period = str_of(period_id(&x->q->period, id));
  size_t was = 0, is = 0;
  struct sum sum = {0};
  if (!ret->has_was || !ret->has_is || x->was.run.id == x->is.run.id || !place_of(&x->was.run, period, &was) || !place_of(&x->is.run, period, &is))
    return OK;
  int rc = open_day(x, x->q->from, &x->was, e);
  rc = rc < 0 ? rc : open_day(x, x->q->to, &x->is, e);
  rc = rc < 0 ? rc : fill_side(x, &x->was, was, e);
  rc = rc < 0 ? rc : fill_side(x, &x->is, is, e);
  rc = rc < 0 ? rc : follow(x, period, &sum, e);
  if (rc < 0)
    return rc;
  ret->told = rc == 1;
  ret->has = x->was.side.n_scores || x->is.side.n_scores;
  return middle_split(&x->q->period, &x->was.side, &x->is.side, ret->told ? sum.rows : NULL, sum.n, &ret->middle, e);
}

int middle_between(struct store *s, struct book_cache *c, const struct book *newest, const struct scope *who, const struct middle_ask *q, struct arena *a,
                   struct middle_answer *ret, struct err *e) {
  struct asking x = {.s = s, .c = c, .newest = newest, .who = who, .q = q, .a = a};
  struct middle_answer answer = {0};
  int rc = find_runs(&x, &answer, e);
  rc = rc < 0 ? rc : compare(&x, &answer, e);
  close_day(&x, &x.was);
  close_day(&x, &x.is);
  if (rc < 0)
    return rc;
  *ret = answer;
  return OK;
}

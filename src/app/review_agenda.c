#include "app/review_agenda.h"

#include <stdlib.h>

#include "insight/forecast.h"
#include "insight/grid.h"
#include "store/repo_history.h"
#include "store/repo_renewal.h"

enum { TOUCHES = 50 };

static const char *const ASKS[REVIEW_ASKS] = {"quiet_commit", "pushed", "after_end", "who_signs", "still_pipeline", "risk_no_step", "no_step"};

const char *review_ask_name(int v) { return v >= 0 && v < REVIEW_ASKS ? ASKS[v] : ""; }

struct run {
  struct store *s;
  struct arena *a;
  const struct book *b;
  const struct org *org;
  const struct review_facts_ask *q;
  struct review_line *rows; /* open ones of the rep, the largest first */
  size_t n;
};

static bool is_open(const struct book_renewals *x, size_t i) {
  return x->outcome[i] == OUTCOME_OPEN && (x->category[i] == CATEGORY_COMMIT || x->category[i] == CATEGORY_BEST_CASE || x->category[i] == CATEGORY_PIPELINE);
}

static bool in_commit(const struct run *r, uint32_t i) { return r->b->renewals.category[i] == CATEGORY_COMMIT; }

static bool has(const struct run *r, uint32_t i, uint8_t flag) { return (r->b->renewals.flags[i] & flag) != 0; }

static bool is_stale(const struct book_renewals *x, size_t i, day_t today) {
  return x->category[i] == CATEGORY_COMMIT && x->outcome[i] == OUTCOME_OPEN && x->changed[i] <= today - REVIEW_STALE_DAYS;
}

static bool after_end(const struct run *r, uint32_t i) {
  const struct book_renewals *x = &r->b->renewals;
  return x->close[i] != DAY_NONE && x->due[i] != DAY_NONE && x->close[i] > x->due[i];
}

static int larger_first(const void *pa, const void *pb) {
  const struct review_line *a = pa, *b = pb;
  return a->value != b->value ? (a->value < b->value) - (a->value > b->value) : (a->row > b->row) - (a->row < b->row);
}

static int take_rows(struct run *r, struct err *e) {
  const struct book_renewals *x = &r->b->renewals;
  uint32_t rep = book_code(&r->b->reps, r->q->rep_id);
  size_t n = 0;
  for (size_t i = 0; rep && i < x->n; i++)
    n += x->rep[i] == rep && is_open(x, i);
  r->rows = arena_zalloc(r->a, n + 1, sizeof *r->rows);
  if (!r->rows)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; rep && i < x->n; i++)
    if (x->rep[i] == rep && is_open(x, i)) {
      struct review_line *l = &r->rows[r->n++];
      *l = (struct review_line){.row = (uint32_t)i, .was = DAY_NONE, .why = STR_NONE};
      if (!grid_converted(r->b, l->row, r->q->plan_day, &l->value))
        l->value = 0;
    }
  qsort(r->rows, r->n, sizeof *r->rows, larger_first);
  return OK;
}

static int add(struct review_part *p, const struct review_line *l, int n, struct err *e) {
  if (p->n < REVIEW_LINES) {
    p->lines[p->n] = *l;
    p->lines[p->n++].n = n;
  }
  p->all++;
  return __builtin_add_overflow(p->value, l->value, &p->value) ? err_set(e, ERR_RANGE, "review: a sum is larger than a number can hold") : OK;
}

/* What the columns alone tell. */
static int fill_parts(const struct run *r, struct review_agenda *g, struct err *e) {
  const struct book_renewals *x = &r->b->renewals;
  int rc = OK;
  for (size_t k = 0; k < r->n && rc == OK; k++) {
    const struct review_line *l = &r->rows[k];
    uint32_t i = l->row;
    bool soon = x->due[i] <= r->q->today + r->org->window_days, near = x->due[i] <= r->q->today + REVIEW_NEAR_DAYS;
    if (is_stale(x, i, r->q->today))
      rc = add(&g->stale, l, r->q->today - x->changed[i], e);
    if (rc == OK && in_commit(r, i) && !has(r, i, RENEWAL_HAS_PO))
      rc = near ? add(&g->no_po, l, 0, e) : OK;
    if (rc == OK && in_commit(r, i) && !has(r, i, RENEWAL_HAS_PO))
      rc = add(&g->commit_no_po, l, 0, e);
    if (rc == OK && soon && !has(r, i, RENEWAL_HAS_STEP))
      rc = add(&g->no_step, l, 0, e);
    if (rc == OK && soon && x->close[i] == DAY_NONE)
      rc = add(&g->no_close, l, 0, e);
  }
  return rc;
}

static int at_stake(const struct run *r, const struct scope *who, struct review_agenda *g, struct err *e) {
  struct worklist w;
  int rc = work_list(r->s, r->a, who, r->b, r->org, r->q->rep_id, WORK_OWN, r->q->today, r->q->until, r->q->plan_day, &w, e);
  for (size_t i = 0; i < w.n && rc == OK && g->at_stake.n < REVIEW_LINES; i++)
    if (w.items[i].wakes == DAY_NONE)
      rc = add(&g->at_stake, &(struct review_line){.row = w.items[i].row, .value = w.items[i].value, .was = DAY_NONE, .why = STR_NONE}, 0, e);
  return rc;
}

/* ---- how often the expected day moved ---- */

static day_t day_of(const struct renewal *v) { return forecast_day(v->category, v->booked_date, v->close_date, v->due_date); }

/* l->n: moves to a later day, ever; *ret_since: the last of them came after the last review. */
static int moves_of(const struct run *r, struct review_line *l, bool *ret_since, struct err *e) {
  struct renewal *v = NULL;
  size_t n = 0;
  int64_t since = ((int64_t)r->q->since + 1) * SECONDS_PER_DAY;
  int rc = renewal_versions(r->s, r->a, r->b->renewals.id[l->row], &v, &n, e);
  *ret_since = false;
  for (size_t i = 1; i < n && rc == OK && v[i].changed_at <= r->q->until; i++)
    if (v[i].category != CATEGORY_CLOSED && day_of(&v[i]) > day_of(&v[i - 1])) {
      l->n++;
      l->was = day_of(&v[i - 1]);
      l->why = v[i].why;
      *ret_since = v[i].changed_at >= since;
    }
  return rc;
}

/* The largest that may have slipped. often: those moved REVIEW_OFTEN times or more, the largest first. */
static int slips(const struct run *r, struct review_agenda *g, struct review_part *often, struct err *e) {
  const struct book_renewals *x = &r->b->renewals;
  int rc = OK;
  size_t looked = 0;
  for (size_t k = 0; k < r->n && looked < REVIEW_LOOKED_AT && rc == OK; k++) {
    struct review_line l = r->rows[k];
    bool since = false;
    if (x->changed[l.row] <= r->q->since && !after_end(r, l.row))
      continue;
    looked++;
    rc = moves_of(r, &l, &since, e);
    if (rc == OK && since)
      rc = add(&g->slips, &l, l.n, e);
    if (rc == OK && l.n >= REVIEW_OFTEN)
      rc = add(often, &l, l.n, e);
  }
  return rc;
}

/* ---- questions ---- */

static bool asked(const struct review_agenda *g, uint32_t row) {
  for (size_t i = 0; i < g->n_questions; i++)
    if (g->questions[i].line.row == row)
      return true;
  return false;
}

static void ask(struct review_agenda *g, enum review_ask what, const struct review_line *l, int n) {
  struct review_question *q = &g->questions[g->n_questions++];
  *q = (struct review_question){what, *l};
  q->line.n = n;
}

/* Days since anything was done about it. */
static int quiet_for(const struct run *r, uint32_t row, int *ret, struct err *e) {
  struct touch *t = NULL;
  size_t n = 0;
  day_t last = r->b->renewals.changed[row];
  int rc = touch_list(r->s, r->a, r->b->renewals.id[row], r->q->until == INT64_MAX ? 1 : TOUCHES, &t, &n, e);
  for (size_t i = 0; i < n; i++)
    if (t[i].at <= r->q->until && day_of_instant(t[i].at) > last)
      last = day_of_instant(t[i].at);
  *ret = r->q->today - last;
  return rc;
}

static int ask_quiet(const struct run *r, struct review_agenda *g, struct err *e) {
  int rc = OK, days = 0;
  size_t looked = 0;
  for (size_t k = 0; k < r->n && looked < REVIEW_LOOKED_AT && rc == OK; k++) {
    uint32_t row = r->rows[k].row;
    if (!in_commit(r, row) || r->b->renewals.changed[row] > r->q->today - REVIEW_QUIET_DAYS)
      continue;
    looked++;
    rc = quiet_for(r, row, &days, e);
    if (rc == OK && days >= REVIEW_QUIET_DAYS) {
      ask(g, ASK_QUIET_COMMIT, &r->rows[k], days);
      break;
    }
  }
  return rc;
}

static bool holds(const struct run *r, enum review_ask what, uint32_t i) {
  const struct book_renewals *x = &r->b->renewals;
  day_t left = x->due[i] - r->q->today;
  switch (what) {
  case ASK_AFTER_END: return after_end(r, i);
  case ASK_WHO_SIGNS: return in_commit(r, i) && !has(r, i, RENEWAL_HAS_PO) && left >= 0 && left <= REVIEW_NEAR_DAYS;
  case ASK_STILL_PIPELINE: return x->category[i] == CATEGORY_PIPELINE && left >= 0 && left <= REVIEW_SOON_DAYS;
  case ASK_RISK_NO_STEP: return has(r, i, RENEWAL_AT_RISK) && !has(r, i, RENEWAL_HAS_STEP);
  case ASK_NO_STEP: return !has(r, i, RENEWAL_HAS_STEP);
  case ASK_QUIET_COMMIT:
  case ASK_PUSHED:
  case REVIEW_ASKS:
  default: return false;
  }
}

/* One of each kind, the largest; where there are fewer kinds than questions, a second one of a kind. */
static void ask_more(const struct run *r, struct review_agenda *g) {
  size_t before = 0;
  do {
    before = g->n_questions;
    for (int what = ASK_AFTER_END; what < REVIEW_ASKS && g->n_questions < REVIEW_QUESTIONS; what++)
      for (size_t k = 0; k < r->n; k++)
        if (holds(r, (enum review_ask)what, r->rows[k].row) && !asked(g, r->rows[k].row)) {
          ask(g, (enum review_ask)what, &r->rows[k], 0);
          break;
        }
  } while (g->n_questions > before && g->n_questions < REVIEW_QUESTIONS);
}

static int ask_all(const struct run *r, const struct review_part *often, struct review_agenda *g, struct err *e) {
  int rc = ask_quiet(r, g, e);
  for (size_t i = 0; i < often->n && rc == OK; i++)
    if (!asked(g, often->lines[i].row)) {
      ask(g, ASK_PUSHED, &often->lines[i], often->lines[i].n);
      break;
    }
  if (rc == OK)
    ask_more(r, g);
  return rc;
}

int review_agenda(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct review_facts_ask *q,
                  struct review_agenda *ret, struct err *e) {
  struct run r = {.s = s, .a = a, .b = b, .org = org, .q = q};
  struct review_agenda g = {0};
  struct review_part often = {0};
  int rc = take_rows(&r, e);
  rc = rc < 0 ? rc : fill_parts(&r, &g, e);
  rc = rc < 0 ? rc : at_stake(&r, who, &g, e);
  rc = rc < 0 ? rc : slips(&r, &g, &often, e);
  rc = rc < 0 ? rc : ask_all(&r, &often, &g, e);
  if (rc < 0)
    return rc;
  *ret = g;
  return OK;
}

int64_t *review_stale_counts(const struct book *b, struct arena *a, day_t today) {
  int64_t *n = arena_zalloc(a, b->reps.n + 1, sizeof *n);
  for (size_t i = 0; n && i < b->renewals.n; i++)
    n[b->renewals.rep[i]] += is_stale(&b->renewals, i, today);
  return n;
}

#include "app/target.h"

#include "base/map.h"
#include "base/utf8.h"
#include "domain/spread.h"
#include "insight/exact.h"

static const struct { const char *name, *kind, *measure; } measures[TARGET_MEASURES] = {
    {"closed", "money", "closed"}, {"on_time_rate_money", "rate", "on_time_rate_money"}, {"gross_renewal_rate", "rate", "gross_renewal_rate"},
    {"net_renewal_rate", "rate", "net_renewal_rate"}, {"count", "count", "closed"}};

const char *target_measure_name(int m) { return m >= 0 && m < TARGET_MEASURES ? measures[m].name : ""; }
const char *target_kind_name(int m) { return m >= 0 && m < TARGET_MEASURES ? measures[m].kind : ""; }

int target_measure_of(struct str name) {
  for (int m = 0; m < TARGET_MEASURES; m++)
    if (str_eq(name, str_of(measures[m].name)))
      return m;
  return name.n ? -1 : TARGET_CLOSED;
}

static int measure_of(const struct target *t) {
  for (int m = 0; m < TARGET_MEASURES; m++)
    if (str_eq(t->kind, str_of(measures[m].kind)) && str_eq(t->measure, str_of(measures[m].measure)))
      return m;
  return -1;
}

/* ---- names ---- */

static uint32_t dict_code(const struct book_dict *d, struct str name) {
  for (uint32_t i = 1; i < d->n; i++)
    if (str_eq(d->name[i], name))
      return i;
  for (uint32_t i = 1; i < d->n; i++)
    if (utf8_alike(d->name[i], name))
      return i;
  return 0;
}

static uint32_t team_code(const struct book *b, struct str name) {
  for (uint32_t i = 1; i < b->n_teams; i++)
    if (str_eq(b->teams[i].name, name))
      return i;
  for (uint32_t i = 1; i < b->n_teams; i++)
    if (utf8_alike(b->teams[i].name, name))
      return i;
  return 0;
}

bool target_find(const struct book *b, const struct target *t, struct target_row *x) {
  if (str_eq(t->scope, STR("company")) || str_eq(t->scope, STR("all"))) {
    x->node = (struct node){NODE_COMPANY, 0};
    return true;
  }
  if (str_eq(t->scope, STR("region"))) {
    x->code = dict_code(&b->regions, t->scope_name);
    x->node = (struct node){NODE_REGION, b->regions.id[x->code]};
  } else if (str_eq(t->scope, STR("team"))) {
    x->code = team_code(b, t->scope_name);
    x->node = (struct node){NODE_TEAM, x->code ? b->teams[x->code].id : 0};
  } else if (str_eq(t->scope, STR("rep"))) {
    x->code = dict_code(&b->reps, t->scope_name);
    x->node = (struct node){NODE_REP, b->reps.id[x->code]};
  }
  return x->code != 0;
}

/* In the reporting currency at the plan rate. */
static bool convert(const struct book *b, const struct target *t, day_t plan_day, int64_t *ret) {
  int64_t rate = 0;
  if (!str_eq(t->kind, STR("money"))) {
    *ret = t->amount;
    return true;
  }
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (b->currency_of[c] == t->currency && book_rate(b, c, plan_day, &rate, NULL) == OK)
      return exact_round(exact_term(t->amount, rate, t->currency, b->reporting), ret) == OK;
  *ret = t->amount;
  return t->currency == b->reporting; /* a book without rows knows no currency */
}

/* ---- who is there ---- */

int target_presence(struct store *s, struct arena *a, const struct book *b, const struct period *p, int64_t until, int **ret, int *ret_days, struct err *e) {
  struct presence_row *rows = NULL;
  size_t n = 0;
  int rc = presence_list(s, a, until, &rows, &n, e);
  int *present = rc < 0 ? NULL : arena_zalloc(a, b->reps.n + (size_t)1, sizeof *present);
  struct away *away = rc < 0 ? NULL : arena_zalloc(a, n + 1, sizeof *away);
  if (rc < 0 || !present || !away)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  int days = working_days(p->first, p->last);
  for (uint32_t i = 0; i < b->reps.n; i++)
    present[i] = days;
  for (size_t i = 0; i < n;) {
    struct presence x = {.joined = DAY_NONE, .left = DAY_NONE, .away = away};
    int64_t person = rows[i].person_id;
    for (; i < n && rows[i].person_id == person; i++) {
      if (rows[i].kind == PRESENCE_JOINED)
        x.joined = rows[i].first;
      else if (rows[i].kind == PRESENCE_LEFT)
        x.left = rows[i].first;
      else
        away[x.n_away++] = (struct away){rows[i].first, rows[i].last};
    }
    present[book_code(&b->reps, person)] = presence_days(&x, p->first, p->last);
  }
  *ret = present;
  *ret_days = days;
  return OK;
}

/* ---- reading ---- */

/* The row of the same place and measure, or a new one; NULL on no memory. Known measures are found by number: a vendor of hundreds of reps has thousands of
 * targets. */
static struct target_row *place_of(struct target_rows *x, const struct target_row *t, struct map64 *known) {
  uint64_t *number = t->measure < 0 ? NULL : map64_put(known, (uint64_t)t->node.id << 8 | (uint64_t)t->node.kind << 4 | (uint64_t)t->measure);
  if (t->measure >= 0 && !number)
    return NULL;
  for (size_t i = 0; i < x->n && !number; i++)
    if (x->rows[i].node.kind == t->node.kind && x->rows[i].node.id == t->node.id && str_eq(x->rows[i].set.kind, t->set.kind) &&
        str_eq(x->rows[i].set.measure, t->set.measure))
      return &x->rows[i];
  if (number && *number)
    return &x->rows[*number - 1];
  x->n++;
  if (number)
    *number = x->n;
  return &x->rows[x->n - 1];
}

struct placing {
  const struct book *b;
  const struct period *p;
  const int *present; /* by rep code */
  int days;
  struct map64 *known;
  struct target_rows *x;
};

/* The newest of each place and measure; the list is in the order of scopes and names. */
static int place_all(const struct placing *l, const struct target *set, size_t n, struct err *e) {
  struct target_row at = {0};
  bool there = false;
  for (size_t i = 0; i < n; i++) {
    struct target_row t = {.set = set[i], .measure = measure_of(&set[i]), .present = l->days, .days = l->days};
    if (!i || !str_eq(set[i].scope, set[i - 1].scope) || !str_eq(set[i].scope_name, set[i - 1].scope_name)) {
      at = (struct target_row){0};
      there = target_find(l->b, &set[i], &at);
    }
    t.node = at.node;
    t.code = at.code;
    if (!there || !convert(l->b, &set[i], l->p->first, &t.amount)) {
      l->x->unmatched++;
      continue;
    }
    t.counts = t.amount;
    if (t.node.kind == NODE_REP && !str_eq(set[i].kind, STR("rate"))) {
      t.present = l->present[t.code];
      if (t.present < l->days && prorate(t.amount, t.present, l->days, &t.counts) != OK)
        return err_set(e, ERR_RANGE, "The target of %.*s is too large", STR_FMT(set[i].scope_name));
    }
    struct target_row *place = place_of(l->x, &t, l->known);
    if (!place)
      return err_set(e, ERR_NOMEM, "Out of memory");
    if (!place->set.scope.n || place->set.id < t.set.id)
      *place = t;
  }
  return OK;
}

int target_load(struct store *s, struct arena *a, const struct book *b, const struct period *p, int64_t until, struct target_rows *ret, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct target *set = NULL;
  size_t n = 0;
  int *present = NULL, days = 0;
  int rc = target_list(s, a, str_of(period_id(p, id)), until, &set, &n, e);
  rc = rc < 0 ? rc : target_presence(s, a, b, p, until, &present, &days, e);
  struct target_rows x = {.rows = rc < 0 ? NULL : arena_zalloc(a, n + 1, sizeof *x.rows)};
  struct placing l = {b, p, present, days, map64_new(), &x};
  if (rc == OK)
    rc = x.rows && l.known ? place_all(&l, set, n, e) : err_set(e, ERR_NOMEM, "Out of memory");
  map64_free(l.known);
  if (rc == OK)
    *ret = x;
  return rc;
}

const struct target_row *target_of(const struct target_rows *x, const struct node *n, int measure) {
  for (size_t i = 0; i < x->n; i++)
    if (x->rows[i].measure == measure && x->rows[i].node.kind == n->kind && x->rows[i].node.id == n->id)
      return &x->rows[i];
  return NULL;
}

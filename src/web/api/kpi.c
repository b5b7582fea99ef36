/* GET /api/v1/kpi?period=&by=: every figure. GET /api/v1/kpi/NAME?period=&by=&group=&side=n: the rows behind one, a page at a time. */
#include "app/kpi.h"
#include "app/kpi_goal.h"

#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"

enum { ROWS = 100, MOST_ROWS = 1000 };

struct answering {
  const struct desk *d;
  const struct kpi_query *q;
  struct kpi_goals goals;
};

/* "target", "attainment", "gap" (target less what it is): null where nothing is set. */
static void set_goal(json_t *x, const struct answering *o, int id, const struct kpi_group *group, const struct kpi_value *v) {
  struct kpi_goal g;
  bool has = kpi_goal_of(&o->goals, o->q, (enum kpi_id)id, group, v, &g), plain = kpi_def_of((enum kpi_id)id)->unit == KPI_UNIT_MONEY;
  bool both = has && g.has_actual;
  json_object_set_new(x, "target", !has ? json_null() : plain ? api_money(g.target, o->d->reporting) : api_rate(g.target, RATE_ONE));
  json_object_set_new(x, "attainment", both ? api_rate(g.actual, g.target) : json_null());
  json_object_set_new(x, "gap", !both ? json_null() : plain ? api_money(g.target - g.actual, o->d->reporting) : api_rate(g.target - g.actual, RATE_ONE));
}

static json_t *kpi_value_of(const struct answering *o, int id, const struct kpi_group *group, const struct kpi_value *v) {
  const struct desk *d = o->d;
  const struct kpi_def *def = kpi_def_of((enum kpi_id)id);
  bool count = def->unit == KPI_UNIT_COUNT_RATE, plain = def->unit == KPI_UNIT_MONEY;
  json_t *x = json_object();
  json_object_set_new(x, "definition_version", json_integer(def->version));
  json_object_set_new(x, "numerator", count ? json_integer(v->num) : api_money(v->num, d->reporting));
  json_object_set_new(x, "denominator", plain ? json_null() : count ? json_integer(v->den) : api_money(v->den, d->reporting));
  if (!plain)
    json_object_set_new(x, "rate", api_rate(v->num, v->den));
  set_goal(x, o, id, group, v);
  json_object_set_new(x, "rows_numerator", json_integer(v->rows_num));
  json_object_set_new(x, "rows_denominator", json_integer(v->rows_den));
  return x;
}

static json_t *kpi_group_of(const struct answering *o, const struct kpi_group *g, bool whole) {
  json_t *x = json_object(), *values = json_object();
  json_object_set_new(x, "name", api_str(g->name));
  json_object_set_new(x, "lines_due", json_integer(g->due));
  json_object_set_new(x, "lines_booked", json_integer(g->booked));
  json_object_set_new(x, "excluded", json_integer(g->excluded_person + g->excluded_no_rate));
  json_object_set_new(x, "assumed", json_integer(g->assumed));
  json_object_set_new(x, "weak", json_integer(g->weak));
  for (int id = 0; id < KPI_COUNT; id++)
    json_object_set_new(values, kpi_def_of((enum kpi_id)id)->key, kpi_value_of(o, id, whole ? NULL : g, &g->values[id]));
  json_object_set_new(x, "kpis", values);
  return x;
}

static int read_by(struct request *r) {
  struct str text = pairs_get(&r->query, "by");
  int by = text.n ? kpi_by_of(text) : KPI_BY_NONE;
  return by >= 0 ? by : err_set(&r->err, ERR_SYNTAX, "by: %.*s is no way to split: try rep, region, product, partner", STR_FMT(text));
}

static struct kpi_query query_of(const struct request *r, const struct desk *d, int by) {
  return (struct kpi_query){.period = d->period, .calendar = d->org.calendar, .by = (enum kpi_by)by, .as_of = r->today, .grace_days = d->org.grace_days,
                            .reps = d->reps, .threads = 1};
}

int api_kpi(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct kpi_result result;
  int by = read_by(r);
  if (by < 0)
    return by;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc < 0)
    return rc;
  struct kpi_query q = query_of(r, &d, by);
  struct answering o = {.d = &d, .q = &q};
  rc = kpi_kept(d.book, &q, r->arena, &result, &r->err);
  rc = rc < 0 ? rc : kpi_goals_load(r->store, r->arena, &r->scope, d.book, &q, r->until, &o.goals, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *groups = json_array();
  json_object_set_new(x, "period", api_str(d.period_id));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "currency", api_currency(d.reporting));
  json_object_set_new(x, "total", kpi_group_of(&o, &result.total, true));
  for (size_t i = 0; by != KPI_BY_NONE && i < result.n_groups; i++)
    json_array_append_new(groups, kpi_group_of(&o, &result.groups[i], false));
  json_object_set_new(x, "groups", groups);
  return api_send(r, w, x);
}

static json_t *row_of(const struct desk *d, const struct kpi_row *k, bool count) {
  const struct book *b = d->book;
  const struct book_lines *l = &b->lines;
  size_t i = k->line;
  currency_t c = b->currency_of[l->currency[i]];
  json_t *x = json_object();
  json_object_set_new(x, "line_id", json_integer(l->id[i]));
  json_object_set_new(x, "contract_number", api_str(book_name(&b->contracts, l->contract[i])));
  json_object_set_new(x, "end_user_account", api_str(book_name(&b->accounts, l->account[i])));
  json_object_set_new(x, "product", api_str(book_name(&b->products, l->product[i])));
  json_object_set_new(x, "owner", api_str(book_name(&b->reps, l->rep[i])));
  json_object_set_new(x, "quantity", json_integer(l->quantity[i]));
  json_object_set_new(x, "start_date", api_day(l->start[i]));
  json_object_set_new(x, "end_date", api_day(l->end[i]));
  json_object_set_new(x, "booked_date", api_day(l->booked[i]));
  json_object_set_new(x, "outcome", json_string(outcome_name(l->outcome_evidence[i] & 15)));
  json_object_set_new(x, "evidence", json_string(evidence_name(l->outcome_evidence[i] >> 4)));
  json_object_set_new(x, "amount", count ? json_integer(k->amount) : api_money(k->amount, c));
  json_object_set_new(x, "currency", api_currency(c));
  json_object_set_new(x, "converted_amount", api_money(k->converted, d->reporting));
  return x;
}

/* The whole number of a parameter, or `other` when it is absent. */
static int read_number(struct request *r, const char *key, int64_t other, int64_t least, int64_t most, int64_t *ret) {
  *ret = other;
  if (!pairs_has(&r->query, key) || (str_to_i64(pairs_get(&r->query, key), ret) == OK && *ret >= least && *ret <= most))
    return OK;
  return err_set(&r->err, ERR_RANGE, "%s: must be from %lld to %lld", key, (long long)least, (long long)most);
}

/* The group of that name; without one, all of them. */
static int find_group(struct request *r, const struct desk *d, const struct kpi_query *q, uint32_t *ret) {
  struct kpi_result result;
  struct str group = pairs_get(&r->query, "group");
  *ret = UINT32_MAX;
  if (!group.n)
    return OK;
  int rc = kpi_compute(d->book, q, r->arena, &result, &r->err);
  if (rc == OK && (q->by == KPI_BY_NONE || kpi_group_find(&result, group, ret) < 0))
    rc = err_set(&r->err, ERR_NOTFOUND, "group: there is no %.*s in this split", STR_FMT(group));
  return rc;
}

int api_kpi_rows(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct kpi_row *rows = NULL;
  size_t n = 0;
  uint32_t group = UINT32_MAX;
  int64_t after = 0, limit = 0;
  struct str side = pairs_get(&r->query, "side");
  int id = kpi_id_of(r->params[0]), by = read_by(r);
  if (id < 0)
    return err_set(&r->err, ERR_NOTFOUND, "kpi: there is none of that name");
  if (by < 0)
    return by;
  if (side.n > 1 || (side.n == 1 && !memchr("ndxa", side.p[0], 4)))
    return err_set(&r->err, ERR_SYNTAX, "side: must be n (numerator), d (denominator), x (left out) or a (assumed or weak)");
  int rc = read_number(r, "after", 0, 0, INT32_MAX, &after);
  rc = rc < 0 ? rc : read_number(r, "limit", ROWS, 1, MOST_ROWS, &limit);
  rc = rc < 0 ? rc : desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc < 0)
    return rc;
  struct kpi_query q = query_of(r, &d, by);
  char which = side.n ? side.p[0] : 'n';
  bool count = kpi_def_of((enum kpi_id)id)->unit == KPI_UNIT_COUNT_RATE && (which == 'n' || which == 'd');
  rc = find_group(r, &d, &q, &group);
  rc = rc < 0 ? rc : kpi_rows(d.book, &q, (enum kpi_id)id, which, group, r->arena, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  size_t to = (size_t)(after + limit) < n ? (size_t)(after + limit) : n;
  json_t *x = json_object(), *list = json_array();
  for (size_t i = (size_t)after; i < to; i++)
    json_array_append_new(list, row_of(&d, &rows[i], count));
  json_object_set_new(x, "kpi", json_string(kpi_def_of((enum kpi_id)id)->key));
  json_object_set_new(x, "definition_version", json_integer(kpi_def_of((enum kpi_id)id)->version));
  json_object_set_new(x, "period", api_str(d.period_id));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "reporting_currency", api_currency(d.reporting));
  json_object_set_new(x, "count", json_integer((json_int_t)n));
  json_object_set_new(x, "rows", list);
  json_object_set_new(x, "next_after", to < n ? json_integer((json_int_t)to) : json_null());
  return api_send(r, w, x);
}

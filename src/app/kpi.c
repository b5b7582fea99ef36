#include "app/kpi.h"

#include "base/parallel.h"
#include "base/strbuf.h"

static int unknown_by(struct str by, struct err *e) {
  struct strbuf names STRBUF_CLEANUP = STRBUF_INIT(512);
  for (int i = 0; i < KPI_BY_COUNT; i++) {
    strbuf_fmt(&names, "%s%s", i == 0 ? "" : i + 1 < KPI_BY_COUNT ? ", " : " or ", kpi_by_name(i));
  }
  return err_set(e, ERR_SYNTAX, "Grouping \"%.*s\": there is no such dimension: use %s", STR_FMT(by), strbuf_z(&names));
}

static int take_period(const struct org *org, struct str text, day_t as_of, struct period *ret, struct err *e) {
  if (text.n == 0) {
    *ret = period_of(&org->calendar, PERIOD_QUARTER, as_of);
    return OK;
  }
  int code = period_parse(&org->calendar, text, ret);
  if (code == ERR_RANGE) {
    return err_set(e, code, "Period \"%.*s\": the fiscal calendar has no such period: quarters are Q1 to Q4, months 01 to 12, years 1900 to 2170",
                   STR_FMT(text));
  }
  return code == OK ? OK : err_set(e, code, "Period \"%.*s\": not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", STR_FMT(text));
}

int kpi_query_make(const struct org *org, const struct scope *scope, const struct book *b, const struct kpi_request *r, struct arena *a,
                   struct kpi_query *ret, struct err *e) {
  int by = r->by.n > 0 ? kpi_by_of(r->by) : KPI_BY_NONE;
  struct kpi_query q = {.calendar = org->calendar, .by = (enum kpi_by)by, .grace_days = org->grace_days};
  q.as_of = r->as_of != DAY_NONE ? r->as_of : org_today(org, r->now);
  q.threads = r->threads > 0 ? r->threads : parallel_cores();
  if (by < 0) {
    return unknown_by(r->by, e);
  }
  if (q.as_of < DAY_MIN || q.as_of > DAY_MAX) {
    return err_set(e, ERR_RANGE, "The as-of day lies outside the years 1900 to 2170");
  }
  int code = take_period(org, r->period, q.as_of, &q.period, e);
  if (code != OK) {
    return code;
  }
  if (!scope->everything) {
    q.reps = scope_reps(scope, a, b);
    if (q.reps == NULL) {
      return err_set(e, ERR_NOMEM, "Out of memory");
    }
  }
  *ret = q;
  return OK;
}

int kpi_group_find(const struct kpi_result *res, struct str name, uint32_t *ret) {
  bool none = str_eq_nocase(name, STR("none"));
  for (size_t i = 0; i < res->n_groups; i++) {
    if (str_eq_nocase(res->groups[i].name, name) || (none && res->groups[i].name.n == 0)) {
      *ret = res->groups[i].key;
      return OK;
    }
  }
  return ERR_NOTFOUND;
}

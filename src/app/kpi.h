/* What a KPI is asked for, in words, to the query of insight/kpi.h: the one door for the command line, the API, the pages and the
 * reports, so that they all take the same calendar, grace, scope and default period. Then kpi_compute and kpi_rows. */
#ifndef APP_KPI_H
#define APP_KPI_H
#include "app/scope.h"
#include "insight/kpi.h"
#include "store/repo_config.h"

struct kpi_request {
  struct str period; /* "2026-Q4"; empty = the fiscal quarter that holds as_of */
  struct str by;     /* "rep"; empty = none */
  day_t as_of;       /* DAY_NONE = the organization's today */
  int64_t now;       /* seconds UTC */
  int threads;       /* 0 = one per core */
};
/* The query lives as long as the arena. OK, ERR_SYNTAX or ERR_RANGE (period, by or as_of; with a sentence), ERR_NOMEM. */
int kpi_query_make(const struct org *org, const struct scope *scope, const struct book *b, const struct kpi_request *r, struct arena *a,
                   struct kpi_query *ret, struct err *e);
/* Key of the group of that name (any case; "none" is the one without a name). OK, ERR_NOTFOUND. */
int kpi_group_find(const struct kpi_result *res, struct str name, uint32_t *ret);
#endif

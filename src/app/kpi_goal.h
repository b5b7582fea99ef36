/* The target beside a KPI: what was set under the KPI's own key (kind "rate" or "money") for the place and the period that the figure is of. */
#ifndef APP_KPI_GOAL_H
#define APP_KPI_GOAL_H
#include "app/target.h"
#include "insight/kpi.h"

struct kpi_goals {
  const struct book *b;      /* borrowed */
  const struct scope *who;
  struct arena *a;
  enum kpi_by by;
  struct target_rows rows;   /* of the query's period */
  struct target_rows *spans; /* of its months or quarters, when it is split by them */
  size_t n_spans;
};
/* Lives in arena a; b and who outlive it. OK, ERR_NOMEM, ERR_RANGE, and the store's codes. */
int kpi_goals_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct kpi_query *q, int64_t until, struct kpi_goals *ret,
                   struct err *e);
struct kpi_goal {
  struct node node;       /* whose it is */
  struct period period;
  struct str measure;     /* the key it was set under */
  int64_t target;         /* rate × 10^9, or minor units of the reporting currency, pro-rated for a rep */
  int64_t actual;         /* of the figure, in the same unit */
  bool has_actual;        /* false: nothing to divide by */
};
/* group NULL: of the whole that the actor sees, when that is the company, a region, a team or a rep. A split has targets by region, team, rep, month and
 * quarter. The rates to date are held against the target of the whole period. false: there is none, or it is not the actor's to see. */
bool kpi_goal_of(const struct kpi_goals *g, const struct kpi_query *q, enum kpi_id id, const struct kpi_group *group, const struct kpi_value *v, struct kpi_goal *ret);
#endif

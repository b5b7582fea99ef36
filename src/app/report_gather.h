/* What a weekly report is made of: every figure from the function behind the desk's page of it. */
#ifndef APP_REPORT_GATHER_H
#define APP_REPORT_GATHER_H
#include "app/bridge.h"
#include "app/call.h"
#include "app/escalation.h"
#include "app/exception.h"
#include "app/forecast_run.h"
#include "app/insight_run.h"
#include "app/kpi_goal.h"
#include "app/report_make.h"
#include "app/sales_ask.h"
#include "insight/grid.h"

enum { PACK_MONTHS = 6, PACK_TOP = 25, PACK_LATE = 2000, PACK_SHORT = 5, PACK_ROWS = 500 };
struct pack_rows {            /* renewals of a list of the desk */
  struct str filter;          /* as its address spells it */
  uint32_t *rows; size_t n;   /* the first of them, indexes into the book's */
  struct grid_totals all;
};
struct pack {
  struct store *s;
  const struct org *org;
  int64_t subject_id;         /* whom it is about; 0 = nobody alone */
  struct str subject_name;
  const struct report_ask *ask;
  const struct reader *r;
  struct arena *a;
  const struct book *book;    /* of the report's day */
  const struct book *newest;
  struct book_cache *books;   /* may be NULL */
  const uint8_t *reps;
  const uint32_t *extra; size_t n_extra;
  day_t today;
  int64_t until, clock;       /* last instant known; what is late is late at `clock` */
  struct str period_id, period_name, currency_code;
  currency_t currency;
  struct forecast_node *nodes; size_t n_nodes;
  struct kpi_query kpi_query;
  struct kpi_result kpi, kpi_parts, kpi_reps; /* parts: by what the roll-up shows first below the whole */
  struct kpi_goals goals;
  enum kpi_by parts_by;
  enum forecast_level parts_level;
  struct bridge_ask bridge_ask;
  struct bridge bridge;
  bool has_calls;
  struct call_board board;
  struct call_total call;
  struct insight_seen insight;
  struct engine_score *scores; size_t n_scores; /* of the run, ascending by row; none when there is no run */
  struct period months[PACK_MONTHS];
  struct forecast_node *month[PACK_MONTHS]; /* the whole of each */
  struct pack_rows top, risk, late;
  struct escalation *stuck; size_t n_stuck;   /* open ones, late first, then the largest stake */
  int64_t *stakes;                            /* of each, minor units */
  size_t n_stuck_late;
  struct exception *waiting; size_t n_waiting; /* not decided, nearest expiry first */
  struct exception *decided; size_t n_decided; /* in the last seven days */
  int64_t approved_cost;                       /* of those approved, with a rate */
  struct sales_ask *asks; size_t n_asks;       /* open or accepted */
};
/* The codes of report_make. p->s … p->clock are the caller's. */
int pack_gather(struct pack *p, struct err *e);
/* Only the rows that are seen, and the rates. */
int pack_gather_kpis(struct pack *p, struct err *e);
/* Whose rows are seen: before pack_list and the others. */
int pack_open(struct pack *p, struct err *e);
/* A list of the desk, its first rows by amount. */
int pack_list(struct pack *p, const char *filter, uint32_t limit, struct pack_rows *ret, struct err *e);
#endif

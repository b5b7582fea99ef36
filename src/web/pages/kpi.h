/* The KPI table and one KPI: what their views show. */
#ifndef WEB_PAGES_KPI_H
#define WEB_PAGES_KPI_H
#include "insight/kpi.h"
#include "web/parts.h"
#include "web/route.h"

struct kpi_line {
  struct str name, href, value, numerator, denominator, rows, left_out, assumed, what;
  struct str numerator_title, denominator_title, rows_href;
  struct str head; /* of the KPIs that begin here */
  struct str target, target_href, gap, goal; /* "" without one; goal: target and gap in a sentence */
  bool missed;     /* short of it, and the time for it is over */
  bool weak; /* fewer than ten rows behind it */
};
struct kpi_view {
  struct str headline, say, period, as_of;
  struct kpi_line *lines;
  size_t n_lines;
  struct str version, note;
};
struct kpi_row_view {
  struct str account, contract, contract_href, product, due, booked, evidence, excluded;
  struct amount atr, won;
  struct str share, share_title; /* what it adds to the figure; none in a count */
};
struct kpi_one_view {
  struct str name, definition, period, version, as_of, value;
  struct option *bys; /* value: an address */
  size_t n_bys;
  const char *by_label;
  struct kpi_line *lines; /* by value of the switch; the whole last */
  size_t n_lines;
  bool has_targets;
  struct str rows_title, rows_total;
  struct kpi_row_view *rows;
  size_t n_rows;
  bool show_rows, show_share;
  struct str more_href;
};
struct desk;
struct kpi_goals;
/* The line's target and gap, where there is a target of that figure; group NULL: the whole. */
void kpi_target_fill(struct request *r, const struct desk *d, const struct kpi_goals *g, const struct kpi_query *q, enum kpi_id id, const struct kpi_group *group,
                     const struct kpi_value *value, struct kpi_line *x);
route_fn kpi_page, kpi_one_page;
#endif

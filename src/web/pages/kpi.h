/* The KPI table and one KPI: what their views show. */
#ifndef WEB_PAGES_KPI_H
#define WEB_PAGES_KPI_H
#include "web/parts.h"
#include "web/route.h"

struct kpi_line {
  struct str name, href, value, numerator, denominator, rows, left_out, assumed, what;
  struct str numerator_title, denominator_title, rows_href;
  struct str head; /* of the KPIs that begin here */
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
  struct str rows_title, rows_total;
  struct kpi_row_view *rows;
  size_t n_rows;
  bool show_rows, show_share;
  struct str more_href;
};
route_fn kpi_page, kpi_one_page;
#endif

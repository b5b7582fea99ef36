/* The renewals grid: what its view shows. The address holds the whole state. */
#ifndef WEB_PAGES_GRID_H
#define WEB_PAGES_GRID_H
#include "web/parts.h"
#include "web/route.h"

struct grid_hidden {
  struct str name, value;
};
/* One filter: a chip that opens a small form, which keeps the other filters as hidden fields. */
struct grid_chip {
  const char *name, *label;    /* query name; "Category" */
  struct str summary;          /* "Category: Commit, Best case" */
  bool on;
  struct option *options;      /* check boxes; none for dates, amounts and text */
  size_t n_options;
  const char *from_name, *to_name, *kind; /* of a range: input type date or text */
  struct str from, to, clear_href;
  struct grid_hidden *hidden;
  size_t n_hidden;
};
struct grid_head {
  const char *label, *class_name, *aria; /* aria: ascending, descending or "" */
  struct str href;
};
struct grid_row {
  int64_t id;
  struct str href, customer, contract, expires, expires_iso, distance, step, step_day, po, reseller, distributor, owner, changed;
  bool overdue, step_late, at_risk;
  struct raw_html_trusted glyph;
  const char *category;
  struct amount amount, reporting;
};
struct grid_total {
  struct str text, title;
};
struct grid_view {
  struct grid_chip *chips;
  size_t n_chips;
  struct str q, search_problem;
  struct grid_hidden *search_hidden;
  size_t n_search_hidden;
  struct str total;            /* "18 renewals, $1.24M, 62% in commit" */
  struct str total_exact;      /* "$1,240,118.35" */
  int64_t count;
  struct grid_total *currencies; /* when there are several: one per currency */
  size_t n_currencies;
  struct str left_out;         /* "3 without a rate are not in the sum" */
  struct str made;             /* how the number that led here was made */
  struct grid_head *heads;
  size_t n_heads;
  struct grid_row *rows;
  size_t n_rows;
  struct str next_href, first_href, csv_href, xlsx_href, reset_href, drop_href, drop_label;
  bool filtered, empty_book;
  const char *reporting;       /* "USD" */
  struct str place;            /* "101 to 200 of 1,932" */
};

route_fn grid_page, grid_csv;
#endif

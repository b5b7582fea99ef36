/* The renewals grid: what its views show. The address holds the whole state. */
#ifndef WEB_PAGES_GRID_H
#define WEB_PAGES_GRID_H
#include "web/pages/bulk.h"
#include "web/pages/grid_cols.h"
#include "web/parts.h"
#include "web/route.h"

struct grid_hidden {
  struct str name, value;
};
/* A filter, set or often wanted: a link to its form. */
struct grid_chip {
  struct str summary, href, clear_href; /* "Category: Commit, Best case" */
  bool on;
};
struct grid_tab {
  struct str label, href, title;
  bool current, shared;
};
struct grid_head {
  const char *class_name, *aria; /* aria: ascending, descending or NULL */
  struct str label, href;        /* href "": cannot be sorted by */
};
struct grid_row {
  int64_t id, version;
  struct str customer;           /* for the name of the check box */
  struct grid_cell *cells;
  size_t n_cells;
  bool pick;
};
struct grid_total {
  struct str text, title, href;
};
struct grid_group_row {
  struct str label, count, share, toggle_href, rows_href, more; /* rows_href: the list of just these */
  struct amount amount;
  struct raw_html_trusted glyph;
  struct grid_total *money;      /* by currency */
  size_t n_money;
  struct grid_row *rows;         /* of the open one */
  size_t n_rows;
  bool open;
};
struct grid_view {
  struct grid_tab *tabs;
  size_t n_tabs;
  bool changed, may_save, may_manage;
  struct str save_href, reset_view_href; /* save_href: the form that saves */
  struct grid_chip *chips;
  size_t n_chips;
  struct str q, search_problem, add_href, columns_href, group_href, group_label, group_name, ungroup_href;
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
  struct grid_group_row *groups;
  size_t n_groups;
  struct str next_href, first_href, csv_href, xlsx_href, edit_href, reset_href, drop_href, drop_label, next_label, first_label;
  bool filtered, empty_book, pick;
  int density;
  struct bulk_note note;       /* after a change of many */
  const char *reporting;       /* "USD" */
  struct str place;            /* "100 of 1,932" */
  struct str f, period, back, all_label; /* of the selection's form */
  struct option *categories, *stages;
  size_t n_categories, n_stages;
};
/* The form of one filter, or the list of what can be filtered by. */
struct grid_filter_view {
  struct str label, column, from, to, text, clear_href, blank_label;
  struct grid_hidden *hidden;
  size_t n_hidden;
  struct option *options;
  size_t n_options;
  struct option *whens;        /* of days: those that move with today */
  size_t n_whens;
  bool page, contains, range, blank, negate; /* page: without htmx, with its own heading */
  const char *kind, *step;     /* of the ends of a range: date or text */
  struct grid_total *columns;  /* the list: label and address */
  size_t n_columns;
};
/* Which columns, in which order, how dense: one form that says all of it at once, so that no quick click can be lost. And what to group by. */
struct grid_column_row {
  const char *name;
  struct str label;
  bool shown;
};
struct grid_columns_view {
  struct str title, usual_href;
  struct grid_hidden *hidden;
  size_t n_hidden;
  struct grid_column_row *shown, *others;
  size_t n_shown, n_others;
  struct option *densities;
  size_t n_densities;
  struct grid_tab *groups;     /* when it is about these, nothing else is set */
  size_t n_groups;
  bool page;
};

route_fn grid_page, grid_csv, grid_xlsx, grid_filter_page, grid_columns_page, grid_group_page;
#endif

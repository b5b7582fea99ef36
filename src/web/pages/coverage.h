/* The coverage map: on an account's page of its own, and as a part of the account's and the contract's page. */
#ifndef WEB_PAGES_COVERAGE_H
#define WEB_PAGES_COVERAGE_H
#include "app/coverage.h"
#include "web/pages/desk.h"

struct coverage_row {
  struct str item, detail, quantity, gaps, doubles, lapsed;
  struct raw_html_trusted track;
  struct amount value;
  bool over; /* past its end of support */
};
struct coverage_fact { /* one term or span, for the table */
  struct str item, what, from, to, days, contract, href;
  bool risk;
};
struct coverage_tab {
  struct str label, count, href;
  bool current;
};
struct coverage_view {
  struct str sprawl, left_out, note; /* sentences, or "" */
  struct raw_html_trusted scale;
  struct coverage_row *rows;
  size_t n_rows;
  struct coverage_fact *facts;
  size_t n_facts;
  struct coverage_tab *tabs;
  size_t n_tabs;
  struct str more, more_href, first_href; /* the rest */
  bool any, has_eol;
};
/* The map of an account's coverage (contract_id 0) or of one contract's items. `most` rows from `after`; show: "gaps", "double" or "lapsed" only
 * such items. root: address of the page with all of them. */
struct coverage_part {
  int64_t account_id, contract_id;
  struct str show, root;
  size_t after, most;
};
int coverage_fill(struct request *r, const struct desk *d, const struct coverage_part *p, struct coverage_view *ret);

struct coverage_page_view {
  struct str name, href;
  struct coverage_view map;
};
route_fn coverage_page;
#endif

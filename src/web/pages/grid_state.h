/* The state of the renewals grid as its address holds it, shared by the page, its filters and its export. */
#ifndef WEB_PAGES_GRID_STATE_H
#define WEB_PAGES_GRID_STATE_H
#include "web/pages/desk.h"
#include "web/pages/grid.h"

enum { GRID_PAGE_ROWS = 100 };
struct grid_state {
  struct desk desk;       /* open while the state is used */
  struct grid_query query;
  struct str f, q, period, sort, bad; /* as in the address; f in canonical form; bad: what was not understood */
};
/* Reads ?f, q, period, sort, after. Without f and q the open renewals are meant. */
int grid_state_read(struct request *r, struct grid_state *ret);
/* root and the state with these filters, this sort and this key; after 0 = first page. */
struct str grid_state_href(struct request *r, const struct grid_state *s, const char *root, struct str f, struct str sort, int64_t after);
/* The text of these filters. */
struct str grid_state_text(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n);
int grid_chips(struct request *r, const struct grid_state *s, struct grid_view *v);
/* When the address comes from a filter's form (?set=…): the canonical address to go to, else "". */
int grid_chip_set(struct request *r, const struct grid_state *s, struct str *ret_href);
/* "Category: Commit, Best case": what one condition says. */
struct str grid_filter_words(struct request *r, const struct grid_state *s, const struct grid_filter *f);
#endif

/* The state of the renewals grid as its address holds it, shared by the page, its filters, its export and the API. */
#ifndef WEB_PAGES_GRID_STATE_H
#define WEB_PAGES_GRID_STATE_H
#include "app/view.h"
#include "web/pages/grid.h"
#include "web/pages/grid_cols.h"

enum { GRID_PAGE_ROWS = 100, GRID_PAGE_GROUPS = 200 };
struct grid_state {
  struct desk desk;         /* open while the state is used */
  struct grid_query query;
  struct grid_chosen cols;
  struct str f, q, period, sort, bad; /* as in the address; f in canonical form; bad: what was not understood */
  int group;                /* enum grid_column, -1 = rows */
  struct str open;          /* the open group, as its filter */
  int density;              /* 28, 34 or 44 pixels a row */
  int64_t after;            /* of rows an id, of groups a number */
  struct saved_view view;   /* id 0: none is open */
  bool changed;             /* other than the open view says */
};
/* Reads ?view, f, q, period, sort, group, open, cols (or with ?chosen the ticked c), density, after. Without f and q the open renewals are meant;
 * a view speaks where nothing else is said. ERR_NOTFOUND: no such view, or not for this person. */
int grid_state_read(struct request *r, struct grid_state *ret);
/* The address of a state: root?…; after as in the state. To change a part, change it in a copy. */
struct str grid_state_href(struct request *r, const struct grid_state *s, const char *root);
/* The state as a saved view keeps it: without the page, the open group, and the view itself. */
struct str grid_state_query(struct request *r, const struct grid_state *s);
/* The text of these filters. */
struct str grid_state_text(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n);
/* The same list with these filters, from its first row. */
struct str grid_state_with(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n);
/* Fields that a form keeps so that it leads back to the same list, with room for one more; with_f: the filters and the search, too. */
int grid_state_hidden(struct request *r, const struct grid_state *s, bool with_f, struct grid_hidden **ret, size_t *ret_n);

int grid_chips(struct request *r, const struct grid_state *s, struct grid_view *v);
int grid_tabs(struct request *r, const struct grid_state *s, struct grid_view *v);
int grid_group_rows(struct request *r, const struct grid_state *s, struct grid_view *v);
int grid_fill_rows(struct request *r, const struct grid_state *s, const uint32_t *rows, size_t n, struct grid_row **ret, size_t *ret_n);
/* Addresses and words around the list. */
void grid_fill_places(struct request *r, const struct grid_state *s, struct grid_view *v);
int grid_fill_totals(struct request *r, const struct grid_state *s, const struct grid_totals *t, struct grid_view *v);
/* When the address comes from a filter's form (?set=…) or that of columns (?chosen=): the canonical address to go to, else "". */
int grid_chip_set(struct request *r, const struct grid_state *s, struct str *ret_href);
/* "Category: Commit, Best case": what one condition says. */
struct str grid_filter_words(struct request *r, const struct grid_state *s, const struct grid_filter *f);
/* "in the next 30 days", "this quarter". */
struct str grid_when_words(struct request *r, const struct grid_when *w);
/* A value of a set: "Best case", "Tom Okafor", "nobody". */
struct str grid_code_words(struct request *r, const struct grid_state *s, enum grid_column column, uint32_t code);
#endif

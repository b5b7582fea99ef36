/* Saved views: the tabs over the grid, and the pages that save, rename, share and delete. */
#ifndef WEB_PAGES_GRID_VIEWS_H
#define WEB_PAGES_GRID_VIEWS_H
#include "web/pages/grid_state.h"

struct view_row {
  int64_t id, version;
  struct str name, href, owner, sharing, changed, filters;
  bool may_change, may_delete, start, own;
};
struct views_view {
  struct view_row *rows;
  size_t n_rows;
  bool has_start;
};
struct view_form {
  int64_t id, version;       /* id 0: only a new one can be made */
  struct str title, name, query, problem, back;
  struct option *sharings;
  size_t n_sharings;
  bool may_change, start;
};
enum {
  VIEWS_COUNT_US = 4000,     /* what counting may take of a page, but for the last view that was begun */
  VIEWS_COUNT_ROWS = 100000, /* renewals of a book in which one view takes a few milliseconds at most; none is counted in a larger one */
};
/* How many renewals each of these views holds for the actor today, -1 = not counted. The answers are the grid's own, kept beside the book, so a view is
 * counted once after a change, by whichever page comes first; what would take longer than VIEWS_COUNT_US waits for the next page. Never fails. */
void grid_views_count(struct request *r, const struct saved_view *views, size_t n, int64_t *counts);
route_fn grid_views_page, grid_view_form_page, grid_view_add_post, grid_view_change_post, grid_view_delete_post, grid_view_start_post;
#endif

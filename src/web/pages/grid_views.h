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
route_fn grid_views_page, grid_view_form_page, grid_view_add_post, grid_view_change_post, grid_view_delete_post, grid_view_start_post;
#endif

/* One field of one renewal, changed where it stands: the cell of the grid becomes this form; without a script it is a page. */
#ifndef WEB_PAGES_GRID_EDIT_H
#define WEB_PAGES_GRID_EDIT_H
#include "web/pages/grid_state.h"

struct grid_cell_form {
  int64_t id, version;
  struct str customer, label, name, value, problem, back;
  const char *kind;              /* text or date; NULL = a choice */
  struct option *options;
  size_t n_options;
  /* Somebody was faster: what they made of it, and what was asked for. */
  struct str who, theirs, mine, when;
};
/* After a save: the row, the totals, and a note with Undo. */
struct grid_cell_saved {
  int64_t id, version;           /* version 0: it was taken back */
  struct str field, customer, label, value;
  struct grid_row row;
  bool has_row;
  struct grid_view view;
};
route_fn grid_cell_page, grid_cell_post, grid_cell_undo_post;
#endif

/* The forecast roll-up: what its view shows. */
#ifndef WEB_PAGES_FORECAST_H
#define WEB_PAGES_FORECAST_H
#include "web/pages/bridge.h"
#include "web/pages/calls.h"
#include "web/pages/home.h"
#include "web/pages/insight.h"
#include "web/parts.h"
#include "web/route.h"

struct roll_cell {
  struct amount amount;
  struct str href;
  bool quiet; /* zero */
};
struct roll_row {
  const char *level; /* reg, team, rep */
  struct str name, href;
  struct roll_cell cells[4]; /* closed, commit, best case, pipeline */
  size_t n_cells;
  struct amount target, gap;
  struct str coverage;
  bool gap_bad, gap_good;
  struct str fold, fold_href, fold_id; /* of a team in a tree of many reps: "12 reps", and the page with them, or without */
  bool is_open;
  size_t at; /* its node */
  struct roll_call call;
};
struct forecast_view {
  struct str headline, say, period, prev_href, prev_label, next_href, next_label, switch_href;
  struct home_figure *figures;
  size_t n_figures;
  struct raw_html_trusted strip;
  struct roll_row *rows;
  size_t n_rows;
  bool cumulative, has_targets, has_calls, has_mine; /* has_mine: a manager's numbers stand beside the calls */
  struct str called_label, mine_label, then_label;
  struct call_section call;
  struct str rates_note, left_out, csv_href;
  struct insight_section band;
  struct bridge_section moved;
};
/* The page, also after a call that was refused: problem says why, "" = nothing was. */
int forecast_show(struct request *r, struct response *w, struct str problem);
route_fn forecast_page, forecast_now;
#endif

/* The command center: what its view shows. */
#ifndef WEB_PAGES_HOME_H
#define WEB_PAGES_HOME_H
#include "web/parts.h"
#include "web/route.h"

struct home_figure {
  const char *label;
  struct raw_html_trusted glyph;
  struct amount amount;
  struct str href, note;
};
struct home_rate {
  const char *label;
  struct str value, href, note;
  bool bad;
};
struct home_wait {
  const char *icon;
  bool hot;
  struct str title, note, href, act, due, due_note;
  struct amount amount;
  struct str amount_note, amount_href;
};
struct home_change {
  struct raw_html_trusted glyph;
  struct str what, href, who;
  struct amount change;
  bool up, down;
};
struct home_rep {
  struct str name, href, closed_href, commit_href, late, late_href;
  struct raw_html_trusted strip;
  struct amount closed, commit, gap;
  bool gap_bad, has_late;
};
struct home_view {
  struct str headline, say, say_href, say_link, say_rest; /* say: before the link; say_rest: after it */
  struct home_figure *figures;
  size_t n_figures;
  struct raw_html_trusted strip, bars, risk_glyph;
  struct home_rate *rates;
  size_t n_rates;
  struct home_wait *waits;
  size_t n_waits;
  struct str waits_note, calm; /* calm: what comes next when nothing waits */
  struct str calm_href;
  struct home_change *changes;
  size_t n_changes;
  struct str changes_note, changes_title, changes_href;
  struct home_rep *reps;
  size_t n_reps;
  struct str more_reps; /* how many are not shown */
  bool has_targets;
  struct str forecast_href, rates_href;
  struct str band, band_href; /* what the model says of the period; "" before it ran */
  bool empty; /* no renewals at all */
  bool may_import;
};
route_fn home_page;
#endif

/* What if: a scenario in the address, and where the period lands with it. */
#ifndef WEB_PAGES_WHATIF_H
#define WEB_PAGES_WHATIF_H
#include "app/whatif.h"
#include "web/pages/insight.h"

struct whatif_cell {           /* a figure on both sides; was is "" where it is the same */
  struct str was, is, title;
};
struct whatif_line {
  const char *level;           /* reg, team, rep */
  struct str name;
  struct whatif_cell low, mid, high, reach;
  struct amount change;        /* of the middle */
  bool up, down;
};
struct whatif_pick {           /* a renewal to be set */
  struct str id, name, href, due, chance;
  struct amount amount;
  bool booked, lost;
};
struct whatif_view {
  struct insight_tabs nav;
  struct str headline, say, none, discount, gain, lead, share, lead_now, reset_href;
  bool has_band, changed, has_targets;
  struct whatif_line *lines;
  size_t n_lines;
  struct whatif_told { struct str text; } *notes; /* what is known and what is assumed */
  size_t n_notes;
  struct whatif_pick *picks;
  size_t n_picks;
  struct option *periods, *from, *to, *of;
  size_t n_periods, n_from, n_to, n_of;
};
route_fn whatif_page, api_whatif;
#endif

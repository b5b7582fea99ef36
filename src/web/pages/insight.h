/* What the model says: the band of a period beside the calls, the overview of the newest run, and the tabs of insight. */
#ifndef WEB_PAGES_INSIGHT_H
#define WEB_PAGES_INSIGHT_H
#include "app/insight_run.h"
#include "web/pages/desk.h"
#include "web/parts.h"
#include "web/route.h"

struct insight_tabs { /* of every page of insight: what the reader may open */
  struct option *tabs; /* value: the address */
  size_t n_tabs;
};
int insight_tabs_fill(struct request *r, struct insight_tabs *ret);

struct insight_row { /* one node */
  const char *level;  /* reg, team, rep */
  struct str name, booked_href, open_href;
  struct amount booked, commit, call, low, mid, high; /* commit: closed and commit together */
  struct str commit_href, reach, reach_title, width; /* width: share that is the luck of single renewals */
  bool has, reach_bad;
};
struct insight_mark { /* a renewal that matters */
  struct str name, href, due, share;
  struct amount amount;
};
struct insight_section {
  bool shown, has_band, has_targets, has_calls;
  struct str call_label;
  struct str title, ground, say, chance, width, none, overview_href;
  struct insight_row *rows;
  size_t n_rows;
  struct insight_mark *marks;
  size_t n_marks;
  struct str half, most; /* what must be saved for a chance of 50 and of 80 %: the first so many of saves */
  struct str more;       /* how many further ones there are */
  struct insight_mark *saves;
  size_t n_saves;
};
/* The section of a period. t: the tree of the page, whose targets and names it takes; rows false: only the whole. Nothing to show: ret->shown is false. */
int insight_section_fill(struct request *r, const struct desk *d, const struct forecast_tree *t, bool rows, struct insight_section *ret);
/* "The model expects $12.4M, 80 % between …": for the command center; "" where there is no run. */
struct str insight_line(struct request *r, const struct desk *d, const struct forecast_tree *t);

struct insight_period {
  struct str name, href, reach;
  struct amount booked, low, mid, high;
};
struct insight_view {
  struct insight_tabs nav;
  struct str headline, say, none;
  struct insight_section section;
  struct insight_period *periods;
  size_t n_periods;
  struct str as_of, ran, learned, judged, held, swings, model_hash, data_hash, result_hash;
  bool has_run;
};
route_fn insight_page, api_insight_forecast;
#endif

/* /insight/track-record: what the model would have said in past quarters, beside people's calls and what anybody could have said, against what came. */
#ifndef WEB_PAGES_TRACK_RECORD_H
#define WEB_PAGES_TRACK_RECORD_H
#include "app/backtest.h"
#include "web/pages/insight.h"
#include "web/parts.h"
#include "web/route.h"

/* The newest backtest that was done by the page's day. Amounts are of the whole company: who does not see all of it is shown shares of what came. */
struct track {
  bool there, amounts;
  struct backtest_run run;
  struct backtest_week *weeks;
  struct backtest_category *categories;
  size_t n_weeks, n_categories;
  struct backtest_summary *sum;
  struct org org;
};
int track_load(struct request *r, struct track *ret);

struct track_said { /* one forecast in one week */
  struct amount amount;
  struct str error;
  bool bad;
};
struct track_quarter {
  struct str name, href, held, hit;
  struct raw_html_trusted chart;
  struct track_said model, call, manager, rate;
  struct amount actual;
  bool current, miss;
};
struct track_week {
  struct str week, day, learned, hit;
  struct amount low, high;
  struct amount booked;
  struct track_said model, call, manager;
  bool miss, rebuilt;
};
struct track_other { /* one forecast over all weeks */
  struct str name, what, weeks, error, bias, first, middle, last, skill, range;
  bool bad;
};
struct track_gate {
  struct str name, limit, value, state;
  bool failed;
};
struct track_category {
  struct str name, n, came, model, used;
  struct raw_html_trusted glyph;
};
struct track_view {
  struct insight_tabs nav;
  bool there, has_call, has_manager, rebuilt;
  struct str headline, say, verdict, made, quarter_title, quarter_say, shares, stopped;
  struct option *by_week;      /* value: an address */
  size_t n_by_week;
  struct track_quarter *quarters;
  size_t n_quarters;
  struct raw_html_trusted chart;
  struct track_week *weeks;
  size_t n_weeks;
  struct track_other *others;
  size_t n_others;
  struct track_gate *gates;
  size_t n_gates;
  struct track_category *categories;
  size_t n_categories;
};
route_fn track_record_page, api_track_record;
#endif

/* /insight/retention: how long lines stay, by segment and by tenure, and what the running ones are worth. */
#ifndef WEB_PAGES_RETENTION_H
#define WEB_PAGES_RETENTION_H
#include "insight/retention.h"
#include "web/pages/insight.h"
#include "web/parts.h"
#include "web/route.h"

struct desk;
/* What was asked: by, discount (percent), horizon (years), before; within the actor's scope and on the page's day. ERR_SYNTAX with a sentence. */
int retention_query_of(struct request *r, const struct desk *d, struct retention_query *ret);

struct retention_row {
  struct str name, href;
  struct raw_html_trusted curve;
  struct str lines, first, first_range, fifth, years, basis;
  struct amount atr, value;
  bool current, few;
};
struct retention_age_row {
  struct str renewal, came, seen, curve, range, lines, payments;
  struct amount atr, value;
};
struct retention_view {
  struct insight_tabs nav;
  struct str headline, say, flat, older, no_rate, few, early;
  struct option *bys;        /* value: an address */
  size_t n_bys;
  struct retention_row *rows;
  size_t n_rows;
  struct str by, segment, discount, horizon, before; /* of the form */
  struct str ages_title, left_title;
  struct raw_html_trusted chart, scale;
  struct str chart_say, scale_low, scale_high;
  bool has_seen;
  struct retention_age_row *ages;
  size_t n_ages;
};
route_fn retention_page, api_retention;
#endif

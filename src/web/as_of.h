/* Looking at a past day: ?as_of=2026-11-16 on every GET route whose row says so. The dispatcher reads it before the handler runs and
 * keeps it in every link of the answer afterwards, so that no page can forget either; the shell shows the menu and the banner. */
#ifndef WEB_AS_OF_H
#define WEB_AS_OF_H
#include "web/html.h"
#include "web/http.h"

/* A day to go to, in the menu and on the page that refuses a day. */
struct as_of_day {
  struct str label, day, href;
  bool current;
};
struct as_of_field { /* a parameter of the page that the menu's form keeps */
  struct str name, value;
};
struct as_of_view {
  struct str title, sentence, day, day_iso, first_iso, last_iso, action, now_href;
  struct as_of_day *days;
  size_t n_days;
  struct as_of_field *fields;
  size_t n_fields;
  bool past;
};

/* Reads the day of a GET, or refuses a POST that comes from a page of the past. Sets r->as_of, r->until and r->today. OK: go on to
 * the handler. 1: answered (a page that says why not, with the nearest days). Negative: a code with r->err. */
int as_of_take(struct request *r, struct response *w);
/* Puts as_of into every link and GET form of an HTML answer that leads to a route with a past. OK, ERR_NOMEM. */
int as_of_keep(struct request *r, struct response *w);
/* What the shell shows: the menu where the page has a past. *ret NULL where it has none. */
int as_of_menu(struct request *r, struct as_of_view **ret);
/* "v.changed_at <= until" as the store wants it: the last instant known, INT64_MAX for now. */
int64_t as_of_until(day_t as_of);
#endif

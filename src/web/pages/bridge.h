/* What moved between two days: the page, the section that the forecast page shows of it, and its file. */
#ifndef WEB_PAGES_BRIDGE_H
#define WEB_PAGES_BRIDGE_H
#include "app/bridge.h"
#include "web/parts.h"
#include "web/route.h"

struct bridge_line {
  struct str name, href, rows, rows_href;
  struct raw_html_trusted bar;
  struct amount amount;
  bool total, current, up, down;
};
struct bridge_item {
  struct str name, href, rep, was, is, why, by, times;
  bool often;          /* pushed three times or more */
  struct amount amount, own; /* own: in the contract's currency, where that is another one */
  bool up, down;
};
/* The table of steps and the list of one step: the forecast page shows it below its roll-up. */
struct bridge_section {
  struct str title, note, page_href;
  struct bridge_line *lines;
  size_t n_lines;
  struct str step_title, step_note, more, more_href, csv_href;
  struct bridge_item *items;
  size_t n_items;
  bool pushes;         /* the list says how often */
  struct str calm, left_out, trouble; /* nothing moved; renewals without a rate; why there is no bridge */
};
struct middle_line {
  struct str name, rows;
  struct amount amount;
  bool total, head, up, down;
};
/* Where the model's middle went, in people's part, time's and the model's own. */
struct middle_section {
  bool shown;
  struct str title, note, none, mixed;
  struct middle_line *lines;
  size_t n_lines;
};
struct bridge_view {
  struct str headline, say, rates_note, action, from, to, last, call, call_href;
  struct option *nodes, *parts, *rates;
  size_t n_nodes, n_parts, n_rates;
  struct bridge_section section;
  struct middle_section middle;
};

struct desk;
/* Of the page's period, everything the actor sees, since ?compare= or the usual day: five rows of the step that moved most. A trouble (a
 * day that is none) is a sentence in it, not an error: the page around it stands. */
int bridge_section_fill(struct request *r, const struct desk *d, struct bridge_section *ret);
route_fn bridge_page, bridge_csv;
route_fn api_bridge;

/* Shared by the page, the file and the API: what the address asks for. newest: the book it is asked of, held until bridge_close. */
struct bridge_read {
  struct bridge_ask ask;
  const struct book *newest;
  const struct book *held;  /* the same when the page's book is a past one: ours to release */
  struct book_cache *cache;
  struct bridge bridge;
  int step;            /* chosen, or the one that moved most; -1: nothing moved */
  bool chosen;
};
int bridge_open(struct request *r, const struct desk *d, struct bridge_read *ret);
/* Of the page's days and everything the actor sees; another node: ret->shown is false. */
int middle_section_fill(struct request *r, const struct desk *d, const struct bridge_read *x, struct middle_section *ret);
void bridge_close(struct bridge_read *x); /* safe on a zeroed one */
#define BRIDGE_CLEANUP __attribute__((cleanup(bridge_close)))
#endif

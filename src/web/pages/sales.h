/* Field sales: whose accounts have what coming, who is asked to step in, the week as a digest, calendars that are subscribed to. */
#ifndef WEB_PAGES_SALES_H
#define WEB_PAGES_SALES_H
#include "app/sales.h"
#include "app/sales_ask.h"
#include "web/pages/desk.h"

struct sales_figure {
  struct str label, note, href;
  struct amount amount;
  bool bad;
};
struct sales_row {
  struct str customer, customer_href, due, href, contract, category, owner, sales;
  struct raw_html_trusted glyph;
  struct amount amount;
  bool late, risk;
};
struct ask_row {
  struct str what, href, asker, to, customer, renewal_href, due, distance, state, ends;
  struct amount amount;
  bool late, open;
};
struct feed_row {
  int64_t id;
  struct str name, since, used;
};
struct sales_view {
  struct sales_figure figures[4];
  size_t n_figures;
  struct sales_row *rows;
  size_t n_rows;
  struct ask_row *asks, *late;
  size_t n_asks, n_late;
  struct str say, rows_note, rows_href, asks_title, secret, problem, digest_href; /* secret: a calendar address that was just made */
  struct feed_row *feeds;
  size_t n_feeds;
  bool sales, leads, now, saved;
};
struct ask_step_row {
  const char *icon;
  struct str what, when, when_iso, reason;
};
struct ask_view {
  int64_t id;
  struct str what, customer, renewal_href, contract, asker, to, due, distance, state, ends, problem, reason;
  struct amount amount;
  struct ask_step_row *steps;
  size_t n_steps;
  struct option *people;
  size_t n_people;
  bool late, open, may_accept, may_decline, may_pass, may_done, may_withdraw;
};
/* The part of a renewal's page. */
struct renewal_sales {
  int64_t id;
  struct str owner, owner_href, problem, what, due, from;
  struct ask_row *asks;
  size_t n_asks;
  struct option *people;
  size_t n_people;
  bool may_ask;
};
struct renewal;
/* In what state an ask is, in the reader's words. */
struct str ask_state_words(const struct reader *r, int state);
/* One ask as a line of a list. */
void ask_row_fill(struct request *r, const struct sales_ask *x, struct ask_row *ret);
/* People of field sales as choices; `selected` first chosen, 0 = none. OK, or a code. */
int sales_choices(struct request *r, int64_t selected, int64_t without, struct option **ret, size_t *ret_n);
int renewal_sales_fill(struct request *r, const struct renewal *x, struct renewal_sales *v);
route_fn sales_page, ask_page, ask_post, renewal_ask_post;
#endif

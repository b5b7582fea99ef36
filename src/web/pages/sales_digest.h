/* The week of somebody of field sales: one model, shown as a page and as the two bodies of a message. */
#ifndef WEB_PAGES_SALES_DIGEST_H
#define WEB_PAGES_SALES_DIGEST_H
#include "web/pages/sales.h"

struct digest_row {
  struct str when, what, note, href; /* href: a path of ours, "" = none */
  struct amount amount;
  bool hot;
};
struct digest_section {
  struct str title, count, none; /* none: what is said when there are no rows */
  struct digest_row *rows;
  size_t n_rows;
  struct str more;               /* "and 12 more", "" = that is all */
  int place;                     /* from 1, for ids */
};
struct digest_view {
  struct str title, say, eml_href;
  struct digest_section *sections;
  size_t n_sections;
};
/* Of the signed-in person, on the page's day. */
int digest_fill(struct request *r, struct digest_view *v);
/* The bodies of the message; base: "https://desk.example" before every path. In the request's arena. */
struct str digest_text(struct request *r, const struct digest_view *v, struct str base);
struct str digest_html(struct request *r, const struct digest_view *v, struct str base);
/* "https://desk.example": the public address, else as the person reached us. */
struct str site_of(struct request *r);
route_fn digest_page, digest_eml, calendar_ics, calendar_add_post, calendar_end_post;
/* The person's calendar addresses, for /sales. */
int calendar_feeds_fill(struct request *r, struct sales_view *v);
/* /sales with a secret that was just made, or a problem with its name. */
int sales_show(struct request *r, struct response *w, struct str secret, struct str problem);
#endif

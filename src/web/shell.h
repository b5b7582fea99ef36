/* The frame around every page: rail, header bar, tabs on phones. A page writes:
 *   shell_begin(r, w, &(struct page){.title = STR("Renewals"), .nav = "/renewals"});
 *   view_renewals(&w->body, &cx, &data);
 *   return shell_end(r, w);
 * For a fragment (r->fragment) both write nothing, so that the view alone is sent. */
#ifndef WEB_SHELL_H
#define WEB_SHELL_H
#include "web/html.h"
#include "web/http.h"

struct as_of_view;
struct page {
  struct str title;     /* of the window and the bar */
  const char *nav;      /* path of the rail entry that is current, or NULL */
  struct str crumb, crumb_href; /* "Renewals" before a record's title; optional */
  const char *main_class; /* class of <main>, or NULL */
  const char *sheet;    /* the page's stylesheet, a folder of assets/css: "setup.css"; NULL = app.css */
  struct raw_html_trusted bar; /* further controls of the header bar; optional */
};
void shell_begin(struct request *r, struct response *w, const struct page *p);
int shell_end(struct request *r, struct response *w); /* OK, or ERR_NOMEM when the page did not fit */

/* A rail entry is shown to a role only when its path is a route which that role may GET. */
struct nav_entry {
  const char *path, *label, *icon;
  bool more;       /* in the second group of the rail */
  bool tab;        /* also in the bar of phones (five at most) */
  const char *key; /* g and then this key goes there; NULL = none */
};
/* Value of a look cookie ("theme", "density"), or "". */
struct str shell_look(const struct request *r, const char *name);
struct str shell_lang(const struct request *r);
extern const struct nav_entry web_nav[]; /* in shell.c, ended by path NULL; paths must be fixed routes */

struct nav_item {
  const char *path, *label, *icon, *key;
  bool current;
  struct str count; /* of what waits for the person there; "" = nothing, or not counted */
};
enum { SHELL_VIEWS = 6 }; /* saved views in the rail: a person's own first, then the team's */
struct nav_view {
  struct str name, count; /* count: how many renewals, "" = not counted */
  int64_t id;
  bool current;
};
/* Whether the signed-in role may GET this fixed address. */
bool shell_may_get(const struct request *r, const char *path);

/* What the views shell_begin, door_begin and error show. */
struct shell_view {
  bool keys_off; /* the person has turned keys of one character off */
  struct str title, crumb, crumb_href, lang, theme, density, me_name, me_initials, me_role;
  int64_t me_id, day_left; /* day_left: seconds until the desk's day is over; 0 = it stands still, or a past one is shown */
  struct nav_item *main, *more, *tabs;
  size_t n_main, n_more, n_tabs;
  struct nav_view *views;
  size_t n_views;
  const char *main_class, *sheet; /* sheet: its address */
  struct raw_html_trusted bar;
  struct as_of_view *as_of; /* NULL: the page has no past */
  bool past;
  bool has_bell;
  struct str unread, bell; /* the number that stands beside the bell, "" for none; what it says */
};
struct error_view {
  int status;
  struct str title, sentence, request_id;
  bool signed_in;
};
/* The frame of pages before sign-in: only the brand. shell_end closes it too. */
void door_begin(struct request *r, struct response *w, struct str title);

/* A page that says what happened: title, sentence, link back. Under /api/ the same as JSON. Returns OK. */
int error_page(struct request *r, struct response *w, int status, struct str sentence);
#endif

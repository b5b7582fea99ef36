/* The frame around every page: rail, header bar, tabs on phones. A page writes:
 *   shell_begin(r, w, &(struct page){.title = STR("Renewals"), .nav = "/renewals"});
 *   view_renewals(&w->body, &cx, &data);
 *   return shell_end(r, w);
 * For a fragment (r->fragment) both write nothing, so that the view alone is sent. */
#ifndef WEB_SHELL_H
#define WEB_SHELL_H
#include "web/html.h"
#include "web/http.h"

struct page {
  struct str title;     /* of the window and the bar */
  const char *nav;      /* path of the rail entry that is current, or NULL */
  struct str crumb, crumb_href; /* "Renewals" before a record's title; optional */
  const char *main_class; /* class of <main>, or NULL */
  struct raw_html_trusted bar; /* further controls of the header bar; optional */
};
void shell_begin(struct request *r, struct response *w, const struct page *p);
int shell_end(struct request *r, struct response *w); /* OK, or ERR_NOMEM when the page did not fit */

/* A rail entry is shown to a role only when its path is a route which that role may GET. */
struct nav_entry {
  const char *path, *label, *icon, *group; /* group: "main", "more" */
  bool tab; /* also in the bar of phones (five at most) */
};
extern const struct nav_entry web_nav[]; /* in shell.c, ended by path NULL; paths must be fixed routes */

/* A page that says what happened: title, sentence, link back. Under /api/ the same as JSON. Returns OK. */
int error_page(struct request *r, struct response *w, int status, struct str sentence);
#endif

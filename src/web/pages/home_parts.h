/* Inside of the command center: home.c (quarter, team, weeks), home_waits.c (what waits, what changed). */
#ifndef WEB_PAGES_HOME_PARTS_H
#define WEB_PAGES_HOME_PARTS_H
#include "web/pages/desk.h"
#include "web/pages/home.h"

enum { HOME_MOST_WAITS = 40 };
/* Facts that ask for an act, most money first: open past its end, commit with no PO near its end, lapsed, missing
 * targets, currencies without a rate, data findings. */
int home_waits(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_view *v);
/* The weekly call: missing ones among the waits, the call as a figure more. After the figures are filled. */
int home_waits_calls(struct request *r, const struct desk *d, struct home_view *v);
/* Requests for an exception that wait on the person. */
int home_waits_approvals(struct request *r, struct home_view *v);
/* Asks to field sales that are late. */
int home_waits_sales(struct request *r, struct home_view *v);
/* Promises of this person that are due, and their 1:1s up to today; home_waits_review.c. */
int home_waits_review(struct request *r, struct home_view *v);
/* What differs in the renewals from how they stood when the person looked last (seven days ago at first), most money first. */
int home_changes(struct request *r, const struct desk *d, struct home_view *v);
#endif

/* A form that came too late: the session had ended, or another had begun in another tab. What was typed is kept for its person (app/draft.h),
 * who sees it after signing in and sends it or throws it away. */
#ifndef WEB_KEPT_FORM_H
#define WEB_KEPT_FORM_H
#include "web/dispatch.h"

/* Keeps the form of a POST of the desk's work that came from a page of ours, for the person whose session it was sent from. *ret_id = its
 * draft, 0 when it is not one to be kept: another address, another origin, a session that is not known (any more), or somebody else's. */
int kept_form_take(struct request *r, const struct raw_body *body, int64_t *ret_id);
/* After a form was sent from a draft's page and did what it should: the draft goes. */
int kept_form_done(struct request *r, const struct response *w);

struct draft_field {
  struct str label, name, value, shown;
  bool quiet; /* sent, not shown */
};
struct draft_view {
  int64_t id;
  struct str when, path;
  struct draft_field *fields;
  size_t n_fields;
};
route_fn draft_page, draft_discard_post;
#endif

/* Saved views: a name for an address of the renewals grid. A private one is its owner's; a team one is seen and changed by the owner's team
 * and the teams above and below; a locked one is seen by them and changed by its owner. Administrators and sales operations see and change all
 * shared ones. What a view shows is always within the reader's own scope. */
#ifndef APP_VIEW_H
#define APP_VIEW_H
#include "app/scope.h"
#include "store/repo_view.h"

enum { VIEW_NAME_MAX = 80, VIEW_QUERY_MAX = 8000, VIEW_MOST = 200 /* of one person */ };
/* "private", "team", "locked"; -1 unknown */
int view_sharing_of(struct str s);
const char *view_sharing_name(int v);
/* The one with this id. ERR_NOTFOUND: none, or not this person's to see. Lives in arena. */
int view_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct saved_view *ret, struct err *e);
int view_list(struct store *s, struct arena *a, const struct scope *who, struct saved_view **ret, size_t *ret_n, struct err *e);
bool view_may_change(const struct scope *who, const struct saved_view *x);
/* A new one (id 0: owner, team, version and times are set here) or other name, query or sharing of one that still has x->version. Written with
 * its audit entry. OK, ERR_RANGE (name, query, sharing, too many), ERR_NOTFOUND, ERR_DENIED, ERR_CONFLICT. */
int view_save(struct store *s, struct arena *a, const struct scope *who, struct saved_view *x, int64_t now, struct err *e);
/* OK, ERR_NOTFOUND, ERR_DENIED. */
int view_delete(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, struct err *e);
/* The one the person's grid begins with; 0 = none. A view that is no longer theirs to see counts as none. */
int view_start(struct store *s, struct arena *a, const struct scope *who, int64_t *ret_id, struct err *e);
int view_start_set(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct err *e); /* ERR_NOTFOUND */
#endif

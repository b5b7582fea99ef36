/* Saved views of the renewals grid and the one each person begins with. Who may see and change them: app/view.h. */
#ifndef STORE_REPO_VIEW_H
#define STORE_REPO_VIEW_H
#include "store/store.h"

enum { VIEW_PRIVATE, VIEW_TEAM, VIEW_LOCKED };
struct saved_view {
  int64_t id, owner_id, team_id; /* team 0 = everybody's, when it is shared */
  int sharing;                   /* VIEW_… */
  int32_t version;
  int64_t created_at, changed_at, changed_by;
  struct str name, query, owner; /* owner: their name, when read */
};
/* Views that a person may see: their own, and shared ones of their team and the teams above and below it (all shared ones with
 * everything). Own ones first, then by name. id other than 0: only that one. Lives in arena. OK, ERR_NOMEM and the store's codes. */
int view_rows(struct store *s, struct arena *a, int64_t person_id, bool everything, int64_t id, struct saved_view **ret, size_t *ret_n, struct err *e);
/* Inside a write transaction: a new one (sets id, version, and the team from its owner's) / the name, query and sharing of one that still
 * has x->version (ERR_CONFLICT otherwise; sets the new version) / without it, nor as anybody's default. */
int view_add(struct store *s, struct saved_view *x, struct err *e);
int view_change(struct store *s, struct saved_view *x, struct err *e);
int view_remove(struct store *s, int64_t id, struct err *e);
/* 0 = none. */
int view_default_get(struct store *s, int64_t person_id, int64_t *ret_view_id, struct err *e);
int view_default_set(struct store *s, int64_t person_id, int64_t view_id, struct err *e);
/* How many a person owns. */
int view_count(struct store *s, int64_t owner_id, int64_t *ret, struct err *e);
#endif

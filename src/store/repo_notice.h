/* What people are told: one row per person and fact. */
#ifndef STORE_REPO_NOTICE_H
#define STORE_REPO_NOTICE_H
#include "store/store.h"

enum { NOTICE_IN_PRODUCT = 1, NOTICE_IN_DIGEST = 2 };
struct notice {
  int64_t id, person_id, entity_id, by_id, at, read_at; /* by_id 0 = the program itself; read_at 0 = not yet */
  int kind, ways;
  struct str entity, a, b, c, by; /* by: the person's name */
};
/* Inside a write transaction; x->id is set. */
int notice_put(struct store *s, struct notice *x, struct err *e);
/* Whether a person is active, and what they have set by that name ("" = nothing). ERR_NOTFOUND. In arena. */
int notice_wish(struct store *s, struct arena *a, int64_t person_id, struct str name, bool *ret_active, struct str *ret, struct err *e);
/* Shown in the product, of that person, newest first, known until then; before: only those with a lower id (0 = from the newest on). At most max. In arena. */
int notice_list(struct store *s, struct arena *a, int64_t person_id, int64_t before, int64_t until, size_t max, struct notice **ret, size_t *ret_n, struct err *e);
/* For the digest, of from <= at < to, oldest first, at most max. In arena. */
int notice_digest(struct store *s, struct arena *a, int64_t person_id, int64_t from, int64_t to, size_t max, struct notice **ret, size_t *ret_n, struct err *e);
/* ERR_NOTFOUND: there is none of that person. In arena. */
int notice_get(struct store *s, struct arena *a, int64_t person_id, int64_t id, struct notice *ret, struct err *e);
/* Not read yet, counted up to `most`: one look into a small index, for every page. */
int notice_unread(struct store *s, int64_t person_id, int64_t most, int64_t *ret, struct err *e);
/* Marks as read, inside a write transaction: one, those of a kind about one thing, all up to an id. The number of rows, or a negative code. */
int64_t notice_read(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e);
int64_t notice_read_about(struct store *s, int64_t person_id, int kind, struct str entity, int64_t entity_id, int64_t now, struct err *e);
int64_t notice_read_all(struct store *s, int64_t person_id, int64_t last_id, int64_t now, struct err *e);
#endif

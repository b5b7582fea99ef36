/* Text that is not lost when a session ends: a form sent too late is kept for its person, who confirms it after signing in again. And
 * when a person looked last. */
#ifndef APP_DRAFT_H
#define APP_DRAFT_H
#include "app/scope.h"
#include "store/repo_note.h"

enum {
  DRAFT_MAX = 64 << 10,                /* bytes of one form */
  DRAFT_MOST = 20,                     /* kept of one person: the oldest goes */
  DRAFT_KEPT_SECONDS = 7 * 24 * 3600,
  VISIT_PAUSE_SECONDS = 3 * 3600,      /* a longer pause begins a new visit */
};
/* Keeps a form for the person. Runs its own write transaction. OK, ERR_LIMIT (too large). */
int draft_keep(struct store *s, struct arena *a, int64_t person_id, struct str path, struct str fields, int64_t now, int64_t *ret_id, struct err *e);
int draft_drop(struct store *s, int64_t person_id, int64_t id, struct err *e); /* its own transaction; OK also when there is none */
/* Marks a visit; own transaction. */
int visit_note(struct store *s, int64_t person_id, int64_t now, struct err *e);
#endif

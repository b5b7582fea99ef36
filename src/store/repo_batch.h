/* Changes of several renewals in one act: which rows, and which version each got, so that the act can be taken back. */
#ifndef STORE_REPO_BATCH_H
#define STORE_REPO_BATCH_H
#include "store/store.h"

struct change_batch {
  int64_t id, at, by_id;
  unsigned fields;         /* RENEWAL_SET_… that it set */
  int64_t renewals;        /* how many it changed */
  struct str why;
  int64_t undone_at, undone_by; /* 0 = stands */
};
struct batch_mark {
  int64_t renewal_id;
  int32_t version;         /* that the batch wrote */
  bool undone;
};
/* Inside a write transaction. x->id is set. */
int batch_add(struct store *s, struct change_batch *x, struct err *e);
int batch_mark_add(struct store *s, int64_t batch_id, int64_t renewal_id, int32_t version, struct err *e);
int batch_mark_undone(struct store *s, int64_t batch_id, int64_t renewal_id, struct err *e);
/* Writes undone_at and undone_by. */
int batch_undone(struct store *s, const struct change_batch *x, struct err *e);
/* ERR_NOTFOUND. Text lives in arena. */
int batch_get(struct store *s, struct arena *a, int64_t id, struct change_batch *ret, struct err *e);
/* Its rows, by renewal. In arena. */
int batch_marks(struct store *s, struct arena *a, int64_t id, struct batch_mark **ret, size_t *ret_n, struct err *e);
/* Renewals that anything marked as changed after `seq` (store_change_seq), ascending, at most max; *ret_many: so many or such
 * a change (an import) that the list is not complete. In arena. */
int batch_changed_since(struct store *s, struct arena *a, int64_t seq, size_t max, int64_t **ret, size_t *ret_n, bool *ret_many, struct err *e);
#endif

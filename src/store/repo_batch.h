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
/* The contract goes along to the new owner. 1 = it moved, 0 = it is theirs already. */
int batch_contract_move(struct store *s, int64_t batch_id, int64_t contract_id, int64_t to_id, int64_t now, struct err *e);
/* And goes back, when it is still with whom the change gave it to. 1 or 0. */
int batch_contract_back(struct store *s, int64_t batch_id, int64_t contract_id, int64_t now, struct err *e);
/* Owners from whom contracts were moved while no file has named the new owner: what an import must not bring back. By contract. In arena. */
struct contract_moved {
  int64_t contract_id, from_id;
};
int contract_moves(struct store *s, struct arena *a, struct contract_moved **ret, size_t *ret_n, struct err *e);
int contract_move_confirm(struct store *s, int64_t contract_id, int64_t import_id, struct err *e);
/* Notes written together with it. */
int batch_note_add(struct store *s, int64_t batch_id, int64_t note_id, struct err *e);
struct batch_note {
  int64_t note_id, renewal_id;
};
int batch_notes(struct store *s, struct arena *a, int64_t batch_id, struct batch_note **ret, size_t *ret_n, struct err *e);
/* Takes one of them away; the renewal keeps everything else. */
int batch_note_remove(struct store *s, int64_t batch_id, int64_t note_id, struct err *e);
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

/* Signals: what is imported about accounts and contracts besides the contracts. */
#ifndef STORE_REPO_SIGNAL_H
#define STORE_REPO_SIGNAL_H
#include "insight/signal.h"
#include "store/store.h"

struct new_signal {
  int64_t account_id, contract_id; /* exactly one of them */
  day_t at;
  struct str name, text;           /* text "" with a number */
  bool has_number;
  int64_t number;                  /* × 10^9 */
  int64_t known_at, import_id;
};
/* Inside a write transaction. The same day, name, place and value once more is no new one: *ret_fresh. OK and store codes. */
int signal_add(struct store *s, const struct new_signal *x, bool *ret_fresh, struct err *e);
/* All, sorted, with the codes of a book; those of accounts and contracts it does not have are left out, those of a merged account are the
 * survivor's. In arena. OK, ERR_NOMEM and store codes. */
int signal_load(struct store *s, struct arena *a, const struct book *b, struct signal_set *ret, struct err *e);
#endif

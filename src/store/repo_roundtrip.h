/* Workbooks that come back with edits: the key that signs them, and what was read of one until it is applied. Rules are in app/roundtrip.h;
 * here is only SQL. */
#ifndef STORE_REPO_ROUNDTRIP_H
#define STORE_REPO_ROUNDTRIP_H
#include "store/store.h"

struct roundtrip_stored {
  int64_t id, person_id, at; /* person_id 0 = the command line */
  struct str file_name, origin, lines;
  int64_t seen;              /* rows the file had */
  int64_t applied_at, batch_id; /* 0 = not (batch_id also when nothing was left to change) */
};
/* Lives in arena. ERR_NOTFOUND: no workbook was ever written. */
int roundtrip_key_get(struct store *s, struct arena *a, struct str *ret, struct err *e);
/* Inside a write transaction; the first one stays. */
int roundtrip_key_put(struct store *s, struct str secret, struct err *e);
int roundtrip_put(struct store *s, struct roundtrip_stored *x, struct err *e); /* gives the id; inside a write transaction */
/* One that this person sent in. ERR_NOTFOUND. */
int roundtrip_get(struct store *s, struct arena *a, int64_t id, int64_t person_id, struct roundtrip_stored *ret, struct err *e);
int roundtrip_done(struct store *s, int64_t id, int64_t now, int64_t batch_id, struct err *e);
int roundtrip_delete_old(struct store *s, int64_t before, struct err *e);
#endif

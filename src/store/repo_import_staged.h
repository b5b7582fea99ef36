/* Files that were uploaded and how far each has come. The id of a staged file becomes that of its import_run. Writers want a write
 * transaction. OK and store codes; ERR_NOTFOUND. */
#ifndef STORE_REPO_IMPORT_STAGED_H
#define STORE_REPO_IMPORT_STAGED_H
#include "store/store.h"

enum staged_state { /* stored */
  STAGED_MAPPING = 0,   /* uploaded; columns are being mapped */
  STAGED_CHECKING = 1,  /* a job reads the file */
  STAGED_CHECKED = 2,
  STAGED_APPLYING = 3,  /* a job imports it */
  STAGED_APPLIED = 4,
  STAGED_DISCARDED = 5,
};
struct staged {
  int64_t id, person_id, file_size, created_at, changed_at;
  int state;
  day_t as_of;          /* DAY_NONE: today, when it is applied */
  struct str sha256, file_name, kind, source;
  struct str mapping;   /* text of import_mapping.h, "" = as guessed */
  struct str mends;     /* text of import_mends.h */
  struct str result;    /* of the last check: import_staged.h */
  struct str error;     /* why the last job failed, "" = it did not */
  struct str person;    /* name; only read */
};
int staged_get(struct store *s, struct arena *a, int64_t id, struct staged *ret, struct err *e);
/* The newest staged file with these bytes that is neither applied nor discarded. *ret_id = 0 when there is none. */
int staged_find(struct store *s, struct str sha256, int64_t *ret_id, struct err *e);
/* Those neither applied nor discarded, newest first; result, mapping and mends are left empty. */
int staged_open(struct store *s, struct arena *a, size_t max, struct staged **ret, size_t *ret_n, struct err *e);
int staged_add(struct store *s, struct staged *x, struct err *e); /* gives x->id */
/* What a person decides; only while the state is MAPPING or CHECKED, which becomes MAPPING. ERR_CONFLICT otherwise. */
int staged_choose(struct store *s, const struct staged *x, struct err *e);
/* state from -> to; *ret_done tells whether it was in `from`. result NULL text (p = NULL) leaves the result as it is. */
int staged_move(struct store *s, int64_t id, int from, int to, struct str result, struct str error, int64_t now, bool *ret_done, struct err *e);
/* Jobs that nobody runs any more (a program that was killed): back to the state before, with the sentence. *ret_n = how many. */
int staged_recover(struct store *s, struct str sentence, int64_t now, int64_t *ret_n, struct err *e);
#endif

/* Imports that a server runs beside its requests: uploaded files in a folder of their own, one job at a time on a connection of its own,
 * progress to look at, cancel. A job that ends with its program has changed nothing: everything it writes is one transaction, and the
 * staged file says how far it was. Functions may be called from any thread, each with the caller's own store. */
#ifndef APP_IMPORT_DESK_H
#define APP_IMPORT_DESK_H
#include "app/import.h"
#include "store/repo_import_staged.h"

struct import_desk;
/* folder: where uploads are kept (made when missing, mode 0700); NULL: uploads are refused with a sentence. Jobs that a killed program left
 * are set back. OK, ERR_NOMEM, ERR_IO, store codes. */
int import_desk_new(const char *url, const char *folder, struct import_desk **ret, struct err *e);
void import_desk_free(struct import_desk *d); /* cancels what runs and waits for it; takes NULL */

struct import_upload {
  const char *path;      /* a temporary file; moved or copied */
  int64_t size, person_id, now;
  struct str file_name, kind, source; /* source "" = from the file name */
  day_t as_of;
};
/* Takes an upload into the folder. Bytes that are there already, not yet imported, give their id: the import goes on where it was.
 * ERR_USAGE (no folder; empty file; unknown kind), ERR_IO, ERR_NOMEM, store codes. */
int import_desk_take(struct import_desk *d, struct store *s, struct arena *a, const struct import_upload *u, int64_t *ret_id, struct err *e);
/* Path of a staged file and of its refused rows. In arena; p = NULL on no memory. */
struct str import_desk_file(const struct import_desk *d, struct arena *a, int64_t id);
struct str import_desk_problems(const struct import_desk *d, struct arena *a, int64_t id);
/* The options under which a staged file is read: mapping and mends parsed. ERR_SYNTAX, ERR_NOMEM. */
int import_desk_options(const struct import_desk *d, struct arena *a, const struct staged *x, day_t today, int64_t now, struct import_options *ret, struct err *e);

enum desk_job { DESK_CHECK, DESK_APPLY, DESK_UNDO };
struct desk_order {
  enum desk_job job;
  int64_t id, actor_id;
  bool confirmed; /* DESK_APPLY: although it looks like the wrong file */
};
/* Queues a job. ERR_CONFLICT: the file is not where the job begins (another one works on it, it was imported), or the queue is full. */
int import_desk_start(struct import_desk *d, struct store *s, const struct desk_order *o, struct err *e);
struct desk_status {
  enum { DESK_IDLE, DESK_QUEUED, DESK_RUNNING, DESK_ENDED } state;
  enum desk_job job;
  char step[40];
  int64_t done, total;  /* of the step; total <= 0: not known */
  bool canceling;
  char error[500];      /* ENDED: why it failed, "" = it did not */
};
/* What is known of the last job of an import in this program. */
void import_desk_status(struct import_desk *d, int64_t id, struct desk_status *ret);
/* Asks a queued or running job to end before it writes. */
void import_desk_cancel(struct import_desk *d, int64_t id);
/* Removes the file of a staged import and marks it discarded. ERR_CONFLICT while a job works on it. */
int import_desk_discard(struct import_desk *d, struct store *s, int64_t id, int64_t now, struct err *e);
#endif

/* Writes what was understood: one transaction for the whole import. */
#ifndef APP_IMPORT_APPLY_H
#define APP_IMPORT_APPLY_H
#include "app/import_lists.h"
#include "app/import_resolve.h"

/* One import on its way into the store. The transaction may run more than once: it starts from nothing each time. */
struct import_job {
  const struct import_options *options;
  const struct import_plan *plan;
  struct file_lines *lines;   /* contracts */
  struct file_list *list;     /* the other kinds */
  struct arena *arena;        /* parent of the transaction's own arena */
  struct str mapping;         /* text to save; also tells two imports of one file apart */
  struct import_note note;
  bool rehearse;             /* of a dry run: write everything, look at the forecast, roll back */
  bool dry_run, undone;      /* undone: the dry run is over, what it wrote is to be rolled back */
  int64_t known_at;           /* of what the file says */
  int64_t twice;              /* exact repetitions inside the file: same */
  struct import_result *result; /* counts are set by the last run */
};
/* store_tx_fn. For a dry run inside store_read (to rehearse: store_write), else store_write_bulk. */
int apply_lines(struct store *s, void *job, struct err *e);
/* import_run, saved mapping, audit entry; around the rows of any kind. */
int apply_open(struct store *s, struct import_job *j, struct err *e);
int apply_close(struct store *s, struct import_job *j, struct err *e);
#endif

/* One change to many renewals: looked at before it is made, written in one transaction, and taken back as a whole.
 * Every row goes through the rules of app/renewal.h and gets its own version and audit entry, with the same why. */
#ifndef APP_RENEWAL_BATCH_H
#define APP_RENEWAL_BATCH_H
#include "app/renewal.h"
#include "store/repo_batch.h"

enum { BATCH_MOST = 10000 }; /* renewals in one change */

struct batch_item {
  int64_t id;
  int32_t version; /* the one the editor saw; 0 = not known, then struct renewal_batch.seen guards the row */
  int64_t owner_id; /* with RENEWAL_SET_OWNER: whose this one becomes; 0 = the edit's owner_id */
  const struct renewal_edit *edit; /* its own fields and values in place of the batch's, whose set then names all fields of all rows; NULL = the
                                      batch's. Its set may be 0 when there is a note. All items have one, or none has */
  struct str note;  /* is written on the renewal when the row is not refused; "" = none */
};
/* The state of the store that a preview showed. Zeroed: no guard. */
struct batch_seen {
  int64_t seq; /* store_change_seq */
  int64_t at;  /* when it was looked at */
};
struct renewal_batch {
  const struct batch_item *items; size_t n; /* an id twice counts once */
  struct renewal_edit edit;  /* set, values and why; id and version are not read. An amount (RENEWAL_SET_FORECAST, _WON) counts in
                                each renewal's own currency: refuse it for rows of several currencies before you come here */
  struct batch_seen seen;
  bool for_good;             /* with RENEWAL_SET_OWNER: the contracts and the open promises of who had it go along, and come back when it is taken back */
};
enum batch_fate {
  BATCH_CHANGE,   /* will be (was) changed */
  BATCH_SAME,     /* has these values already */
  BATCH_ABSENT,   /* no such renewal in the actor's book */
  BATCH_DENIED,   /* seen, but not the actor's to change */
  BATCH_RULE,     /* a rule forbids it: why says which */
  BATCH_CONFLICT, /* changed by somebody since it was looked at */
  BATCH_FATES
};
struct batch_row {
  int64_t id;
  enum batch_fate fate;
  unsigned changed;             /* RENEWAL_SET_… that differ between before and after */
  struct renewal before, after; /* zeroed when BATCH_ABSENT; equal when the row is not changed */
  struct str why;               /* the sentence of a refusal, "" otherwise */
  struct str note;              /* what will be (was) noted on it */
};
struct batch_result {
  int64_t batch_id;             /* of what was applied; 0 = nothing was, or only looked at */
  struct batch_row *rows; size_t n; /* in the order of items */
  size_t count[BATCH_FATES];
  struct batch_seen seen;       /* of the moment looked at: hand it back to apply */
};
/* What the change would do, row by row; writes nothing. Everything lives in arena.
 * OK, ERR_USAGE (no field, no why, no row), ERR_LIMIT (more than BATCH_MOST rows), ERR_NOMEM and the store's codes. */
int renewal_batch_preview(struct store *s, struct arena *a, const struct scope *who, const struct renewal_batch *b, day_t today, int64_t now,
  struct batch_result *ret, struct err *e);
/* Makes it: the rows that may be changed are, in one transaction, with their change_batch; the others stay as they are and are told by
 * their fate. Rows whose version, or whose state since `seen`, has moved are BATCH_CONFLICT. When no row is left to change nothing is
 * written and batch_id is 0. Codes as above. */
int renewal_batch_apply(struct store *s, struct arena *a, const struct scope *who, const struct renewal_batch *b, day_t today, int64_t now,
  struct batch_result *ret, struct err *e);

struct batch_undo {
  struct change_batch batch;
  struct batch_row *rows; size_t n; /* BATCH_CHANGE = taken back (or can be), BATCH_SAME = was already, BATCH_CONFLICT = edited on top,
                                       BATCH_ABSENT, BATCH_DENIED, BATCH_RULE = may not be changed any more */
  size_t count[BATCH_FATES];
  size_t notes;                 /* that it wrote and that stand: they go with the rest */
};
/* What became of a batch and what undoing it would do. ERR_NOTFOUND: no such batch, or neither the actor's own nor of somebody
 * whose book the actor sees. */
int renewal_batch_look(struct store *s, struct arena *a, const struct scope *who, int64_t batch_id, day_t today, int64_t now, struct batch_undo *ret,
  struct err *e);
/* Takes a batch back: each row gets the values it had before, as a new version. With rest false it is all rows or none: ERR_CONFLICT
 * when one cannot be taken back (*ret says which; nothing is written). With rest true the others are. ERR_NOTFOUND as above;
 * ERR_CONFLICT also when nothing is left to take back. *ret is written on OK and ERR_CONFLICT. */
int renewal_batch_undo(struct store *s, struct arena *a, const struct scope *who, int64_t batch_id, bool rest, day_t today, int64_t now,
  struct batch_undo *ret, struct err *e);
#endif

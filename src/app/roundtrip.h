/* The round trip: renewals leave as a workbook in which some columns may be changed, and what was changed comes back.
 *
 * A workbook is known by the hidden column at its front. The heading of that column is the origin: who made it, when, from which state of
 * the book, for which partner, and how its columns and words are called; signed with a key that only this store has. Below it stands the
 * key of each row: the renewal, the version that the row shows, and a mark of the same key, so that a number that was dragged along a
 * column is noticed. So rows may be sorted, filtered, moved and left out, columns moved and left out, and the file may be written again by any program.
 * A row that is missing means no change.
 *
 * What is compared, field by field: the cell, the version that the row shows, and what stands in the store now. Only a cell that differs from
 * its own version is a change; when that field was changed meanwhile by somebody else, it is a conflict, and a person chooses. */
#ifndef APP_ROUNDTRIP_H
#define APP_ROUNDTRIP_H
#include "app/renewal_batch.h"
#include "exchange/table.h"
#include "insight/book.h"
#include "words/words.h"

enum roundtrip_field { ROUNDTRIP_CATEGORY, ROUNDTRIP_STAGE, ROUNDTRIP_CLOSE, ROUNDTRIP_AMOUNT, ROUNDTRIP_STEP, ROUNDTRIP_STEP_DATE, ROUNDTRIP_PO,
                       ROUNDTRIP_NOTE /* empty when it leaves; what is written there becomes a note */, ROUNDTRIP_FIELDS };
enum roundtrip_fixed { ROUNDTRIP_KEY, ROUNDTRIP_CUSTOMER, ROUNDTRIP_CONTRACT, ROUNDTRIP_DUE, ROUNDTRIP_OWNER, ROUNDTRIP_CURRENCY, ROUNDTRIP_LAST, ROUNDTRIP_FIXED };
enum {
  ROUNDTRIP_MOST_ROWS = 200000,
  ROUNDTRIP_MOST_BYTES = 32 << 20,
  ROUNDTRIP_KEPT_SECONDS = 14 * 86400, /* what was read of a workbook and not applied */
};
/* Where a workbook comes from. */
struct roundtrip_origin {
  struct str organization, by, partner;   /* names; partner "" = made for staff */
  int64_t by_id, at, seq, partner_id;     /* seq: store_change_seq */
  struct str heading[ROUNDTRIP_FIELDS];   /* "" = not in it */
  struct str stage[STAGE_COUNT], category[CATEGORY_COUNT]; /* the words in its cells */
};
/* The heading of the hidden column. Makes the store's key when there is none yet: its own write transaction. OK, ERR_NOMEM, store codes. */
int roundtrip_sign(struct store *s, struct arena *a, const struct roundtrip_origin *x, struct str *ret, struct err *e);
/* ERR_SYNTAX: no origin at all; ERR_DENIED: that of another organization, or changed. Texts live in arena. */
int roundtrip_verify(struct store *s, struct arena *a, struct str text, struct roundtrip_origin *ret, struct err *e);
bool roundtrip_is_origin(struct str heading);

/* ---- out ---- */

struct roundtrip_ask {
  const struct book *book;
  const uint32_t *rows; size_t n; /* of the book's renewals, in order */
  const struct reader *reader;    /* whose language it speaks */
  struct roundtrip_origin origin; /* organization, by, by_id, at, partner, partner_id; the rest is filled here */
};
/* For a partner (partner_id) it has only what they may see, amounts, category, stage, owner and next step being the vendor's own view: and a partner
 * tells when the order comes, its number, and whatever else in a note.
 * Writes the workbook to path; values are those of the store now, all of one state. OK, ERR_LIMIT (too many rows), ERR_IO, ERR_NOMEM. */
int roundtrip_write(struct store *s, struct arena *a, const struct roundtrip_ask *ask, const char *path, struct err *e);

/* ---- in ---- */

struct roundtrip_line {
  size_t line;                 /* in the file */
  size_t again;                /* another line with the same renewal and other values, 0 = none */
  int64_t id;                  /* 0: its key is missing, or damaged */
  bool damaged;
  int32_t version;
  struct cell cells[ROUNDTRIP_FIELDS];
};
struct roundtrip_sheet {
  struct str origin_text;
  struct roundtrip_origin origin;
  bool present[ROUNDTRIP_FIELDS];
  struct roundtrip_line *lines; size_t n;
  size_t seen;                 /* rows the file had: lines may be fewer after roundtrip_look took out those without a change */
};
/* Reads a workbook in a child process. name: the file's, for sentences. ERR_SYNTAX (no workbook of ours: the sentence says what it is
 * and what to do), ERR_DENIED (another organization's), ERR_LIMIT, ERR_IO, ERR_NOMEM. Everything lives in arena. */
int roundtrip_read(struct store *s, struct arena *a, const char *path, struct str name, struct roundtrip_sheet *ret, struct err *e);

/* What somebody chose where two people changed one field: 1 = the workbook's value. */
struct roundtrip_choice {
  int64_t id;
  unsigned take; /* RENEWAL_SET_… */
};
struct roundtrip_row {
  struct batch_row batch;      /* fate: BATCH_CHANGE, BATCH_ABSENT, BATCH_DENIED, BATCH_RULE; BATCH_CONFLICT: nothing but conflicts, or it moved */
  size_t line;
  unsigned conflicts;          /* fields that both changed and nobody has decided yet, or decided for the book's value */
  unsigned decided;            /* of conflicts: where the workbook's value was chosen */
  struct renewal mine;         /* with the workbook's values */
  struct renewal base;         /* as the workbook showed it; id 0 = not known */
};
struct roundtrip_look {
  struct roundtrip_row *rows; size_t n; /* in the file's order, rows without a change left out */
  size_t count[BATCH_FATES];
  size_t same;                 /* rows without a change */
  size_t conflicts;            /* rows with conflicts */
  int64_t batch_id;            /* after apply: 0 = nothing was changed */
  struct batch_result result;  /* of the rows that were judged */
};
/* A value as data: an ISO day, a decimal amount, a name of domain.md, a text. In arena. */
struct str roundtrip_value(struct arena *a, const struct renewal *r, unsigned bit);
/* Compares; writes nothing. OK, store codes, ERR_NOMEM, ERR_LIMIT (more changes than one act may have). */
int roundtrip_look(struct store *s, struct arena *a, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_choice *choices,
                   size_t n_choices, day_t today, int64_t now, struct roundtrip_look *ret, struct err *e);
/* Compares anew and makes the changes through renewal_batch_apply: one transaction, one action to take back. why: for the history. */
int roundtrip_apply(struct store *s, struct arena *a, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_choice *choices,
                    size_t n_choices, struct str why, day_t today, int64_t now, struct roundtrip_look *ret, struct err *e);
/* Keeps what was read, without the rows that `look` found to have no change, for the person who sent it. */
int roundtrip_keep(struct store *s, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_look *look, struct str file_name,
                   int64_t now, int64_t *ret_id, struct err *e);
/* What was kept. ERR_NOTFOUND: not theirs, or too old. */
struct roundtrip_kept {
  int64_t id, at, applied_at, batch_id;
  struct str file_name;
  struct roundtrip_sheet sheet;
};
int roundtrip_open(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct roundtrip_kept *ret, struct err *e);
/* Says that it was applied. */
int roundtrip_close(struct store *s, int64_t id, int64_t batch_id, int64_t now, struct err *e);
#endif

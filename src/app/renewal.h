/* The one way a person changes a renewal: may they, is it sensible, has nobody changed it meanwhile; then the
 * row, its version and the audit entry in one transaction (store/repo_renewal.h). */
#ifndef APP_RENEWAL_H
#define APP_RENEWAL_H
#include "app/scope.h"
#include "store/repo_renewal.h"

/* Which fields an edit sets. */
enum {
  RENEWAL_SET_STAGE = 1,
  RENEWAL_SET_CATEGORY = 2,       /* by hand; the stage's own category takes the override away */
  RENEWAL_SET_CLOSE_DATE = 4,
  RENEWAL_SET_FORECAST = 8,
  RENEWAL_SET_NEXT_STEP = 16,
  RENEWAL_SET_NEXT_STEP_DATE = 32,
  RENEWAL_SET_AT_RISK = 64,
  RENEWAL_SET_PO_NUMBER = 128,
  RENEWAL_SET_LOST_REASON = 256,
  RENEWAL_SET_BOOKED_DATE = 512,
  RENEWAL_SET_WON = 1024,
  RENEWAL_SET_OWNER = 2048,       /* manager, ops, admin only */
};
struct renewal_edit {
  int64_t id;
  int32_t version;        /* the version the editor saw; 0 = whatever is stored (command line) */
  unsigned set;           /* RENEWAL_SET_… */
  int stage, category;
  day_t close_date, next_step_date, booked_date; /* DAY_NONE clears */
  int64_t forecast_amount, won_amount; /* minor units of the renewal's currency, annual */
  bool at_risk;
  int64_t owner_id;
  struct str next_step, po_number, lost_reason; /* "" clears */
  struct str why;         /* required */
};
/* What came of it. On ERR_CONFLICT: seen = the state the editor started from, stored = the state that is there now
 * (who and why are in it), wanted = the stored state with the editor's fields on top, and clashes = the fields of
 * edit->set that the other person changed too: a merge page shows these and sends wanted with stored.version. */
struct renewal_edited {
  struct renewal seen, stored, wanted; /* after OK: seen = before, stored = wanted = after */
  unsigned clashes;
  unsigned changed;       /* RENEWAL_SET_… that really differ; 0 after OK = nothing to do, no version written, also when an older version was seen */
  const char *field;      /* the field a refusal is about, "" when none */
};
/* Runs its own write transaction. Strings of *ret live in arena. today bounds what dates make sense.
 * OK, ERR_NOTFOUND (no such renewal or outside the scope), ERR_DENIED (seen but not editable), ERR_RANGE (a rule
 * is broken: ret->field says which field), ERR_CONFLICT, ERR_USAGE (nothing to set, or no why). *ret is written also on
 * ERR_RANGE and ERR_CONFLICT. Rules: won needs booked_date (not after today) and won_amount, lost needs lost_reason; category closed only with stage won;
 * a lost renewal is omitted; an amount is >= 0; a category that differs from its stage's is marked as override. */
int renewal_edit(struct store *s, struct arena *a, const struct scope *who, const struct renewal_edit *edit, day_t today, int64_t now,
  struct renewal_edited *ret, struct err *e);
/* For changes of many (app/renewal_batch.h): one edit inside the caller's transaction, with the same rules and codes. write false only
 * judges: *ret tells what would come of it. edit was looked at with renewal_edit_check (ERR_USAGE: nothing to set, or no good why). */
int renewal_edit_step(struct store *s, struct arena *a, const struct scope *who, const struct renewal_edit *edit, day_t today, int64_t now, bool write,
  struct renewal_edited *ret, struct err *e);
int renewal_edit_check(const struct renewal_edit *edit, struct err *e);
/* The edit, without its why, that leads from one state of a renewal to another. Texts are borrowed from `to`. */
struct renewal_edit renewal_edit_between(const struct renewal *from, const struct renewal *to);
/* The edit that takes a renewal back from its newest version to the one before it (undo): fills an edit with the
 * fields that differ. ERR_NOTFOUND when there is no earlier version. Strings live in arena. */
int renewal_undo(struct store *s, struct arena *a, int64_t id, struct renewal_edit *ret, struct err *e);
/* Name of one RENEWAL_SET_… bit in domain.md's words: "forecast_category", "close_date" … */
const char *renewal_field_name(unsigned bit);
#endif

/* What became of every line: derives links, outcomes, renewals and contract states from the lines in
 * the store. Import, demo, relink and the nightly job all call the one function here. Restartable and
 * idempotent: a second run on the same facts writes nothing. Docs: docs/internals/history.md. */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H
#include "base/date.h"
#include "domain/terms.h"
#include "store/store.h"

/* What changed. account_ids are the end users whose contracts or lines were added or changed (any order,
 * duplicates are fine); all = every account.
 * today: the day up to which facts are judged. An import passes the day on which its file was true (as_of, or
 * today when none was given); the nightly job passes the day the organization lives in. Judging never goes back: a
 * day before the latest one already used counts as that latest one, so that an old snapshot that comes late does
 * not reopen what has lapsed since.
 * known_at: instant (seconds UTC) from which the change was known: start of the as_of day for a snapshot, else now.
 * Lines that carry known_derived = 1 get their events' own times instead (an order from its booked_date, a lapse
 * from end_date + maximum lapse), as does every lapse.
 * stated_outcome of a line: NULL = the file says nothing, the history is inferred. Any value, OPEN included = the file
 * has an outcome column and this is what it says: nothing is then inferred from product or family for that line. */
struct history_change {
  bool all;
  const int64_t *account_ids;
  size_t n;
  int64_t import_id; /* 0 = none */
  day_t today;
  int64_t now;       /* seconds UTC: audit entries and edits of renewals */
  int64_t known_at;
  int64_t actor_id;  /* 0 = the program or the operator at the command line */
};

/* What a run did. */
struct history_counts {
  int64_t lines;                           /* lines looked at */
  int64_t by_outcome[OUTCOME_COUNT];       /* of them, their outcome now */
  int64_t by_evidence[EVIDENCE_COUNT];     /* of the renewed and partial ones */
  int64_t assumed;                         /* booked_date assumed */
  int64_t links_added, links_removed;
  int64_t outcomes_changed;                /* rows of line_outcome written */
  int64_t renewals_added, renewals_changed;
  int64_t contracts_changed;               /* whose state changed */
  int64_t findings_added;
};

/* Inside the caller's write transaction. *ret is written only on success (may be NULL). The caller must call
 * this after its lines are written, with no bulk open. OK, ERR_NOMEM, ERR_AGAIN, ERR_IO, ERR_RANGE, ERR_FAIL. */
int history_derive(struct store *s, const struct history_change *c, struct history_counts *ret, struct err *e);

/* The same for a store without any contract line, before the new ones are written: rows are what is to come (all contracts
 * with their lines, ids given, no link, renewal or outcome; products as history_products_load gives them). history_first_begin
 * takes rows over, whatever comes of it, and concludes; then the caller writes contracts, with the state of the i-th from
 * history_first_state, and lines; history_first_end writes the rest, with no bulk open. One pass over the file's rows instead of reading them
 * back and changing every contract. Inside the caller's write transaction; codes as history_derive. */
struct history_rows;
struct history_work;
int history_first_begin(struct store *s, const struct history_change *c, struct history_rows *rows, struct history_work **ret, struct err *e);
enum contract_state history_first_state(const struct history_work *w, size_t contract);
int history_first_end(struct history_work *w, struct history_counts *ret, struct err *e);
void history_first_free(struct history_work *w); /* always call; takes NULL */

/* A person says what renewed a line: replaces every link of the line by these, which rank before all evidence and
 * survive every later run. No successor (n = 0) = "nothing renewed it". Each successor must be another line that ends later; the
 * same end user is not required. Writes an audit entry, derives the accounts concerned again. In its own write
 * transaction. ERR_NOTFOUND, ERR_RANGE (a successor that can't be one), ERR_USAGE (no reason given). */
struct history_decision {
  int64_t line_id;
  const int64_t *successor_ids;
  size_t n;
  struct str reason;
  day_t today;
  int64_t now, actor_id;
};
int history_relink(struct store *s, const struct history_decision *d, struct history_counts *ret, struct err *e);
/* Takes a line out of the KPIs, of linking and of its renewal, or back in; reason is required both ways. */
int history_exclude(struct store *s, const struct history_decision *d, bool exclude, struct history_counts *ret, struct err *e);
#endif

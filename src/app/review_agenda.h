/* What a 1:1 should be about, from the facts: each part at most five renewals, the largest first, with how many there are in all. The rows are
 * the open renewals of the rep's own book on the book's day (category commit, best case or pipeline, no outcome yet).
 *
 *   stale        in commit, nothing changed for REVIEW_STALE_DAYS
 *   no_po        in commit without a PO, ending within REVIEW_NEAR_DAYS or ended already
 *   slips        expected day moved to a later one since the last review, with how often ever; of the REVIEW_LOOKED_AT largest renewals that
 *                changed since then or are expected after their end
 *   no_step, no_close, commit_no_po   what is missing: no next step, no close date (both: ending within the window or ended), commit without a PO
 *   at_stake     head of the worklist: what is about to become late, by the money it puts at risk
 *
 * Three questions, by rules, in this order; each takes the largest renewal it holds for that no question before it has:
 *   quiet_commit   in commit, and neither changed nor touched for REVIEW_QUIET_DAYS: "what has the customer said?"
 *   pushed         expected day moved REVIEW_OFTEN times or more: "what is different this time?"
 *   after_end      expected after the day on which its support ends: "what covers the gap?"
 *   who_signs      in commit without a PO, ending within REVIEW_NEAR_DAYS: "who signs, and when?"
 *   still_pipeline in pipeline, ending within REVIEW_SOON_DAYS: "what would move it?"
 *   risk_no_step   at risk without a next step: "what is the next step?"
 *   no_step        any open one without a next step: the same
 * Where fewer of them hold, the last five are asked of a second renewal. */
#ifndef APP_REVIEW_AGENDA_H
#define APP_REVIEW_AGENDA_H
#include "app/work.h"

enum { REVIEW_LINES = 5, REVIEW_QUESTIONS = 3, REVIEW_STALE_DAYS = 14, REVIEW_NEAR_DAYS = 14, REVIEW_QUIET_DAYS = 10, REVIEW_OFTEN = 2, REVIEW_SOON_DAYS = 30,
       REVIEW_LOOKED_AT = 40 };
enum review_ask { ASK_QUIET_COMMIT, ASK_PUSHED, ASK_AFTER_END, ASK_WHO_SIGNS, ASK_STILL_PIPELINE, ASK_RISK_NO_STEP, ASK_NO_STEP, REVIEW_ASKS };
const char *review_ask_name(int v); /* "quiet_commit" …; "" when out of range */

struct review_line {
  uint32_t row;       /* in the book's renewals */
  int64_t value;      /* minor units of the reporting currency; 0 without a rate */
  int n;              /* stale, quiet: days; slips and pushed: how often */
  day_t was;          /* slips: the day before the last move */
  struct str why;     /* slips: the reason of the last move */
};
struct review_part {
  struct review_line lines[REVIEW_LINES];
  size_t n;
  int64_t all, value; /* of all rows, not only those shown */
};
struct review_question {
  enum review_ask ask;
  struct review_line line;
};
struct review_agenda {
  struct review_part stale, no_po, slips, no_step, no_close, commit_no_po, at_stake;
  struct review_question questions[REVIEW_QUESTIONS];
  size_t n_questions;
};
struct review_facts_ask {
  int64_t rep_id;
  day_t since;        /* of the last review; slips since the end of it */
  day_t today, plan_day;
  int64_t until;
};
/* b: the book of the page's day. The caller has checked that the actor may see this rep's 1:1. Lives in a. OK, ERR_NOMEM, ERR_RANGE and the store's. */
int review_agenda(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct review_facts_ask *q,
                  struct review_agenda *ret, struct err *e);
/* How many renewals of each rep code are stale in commit, for a list of reps: one pass. NULL on no memory. */
int64_t *review_stale_counts(const struct book *b, struct arena *a, day_t today);
#endif

/* The weekly call: what a rep says a quarter will bring, what a manager counts instead, and what was behind both.
 *
 * A call is three running sums in the reporting currency: commit (what will be closed at the end, with what is closed already), best_case
 * (commit and what may come on top), pipeline (everything). It belongs to the fiscal week of the organization's day on which it is made, and
 * to the team the submitter stands in that day. Another one in the same week is an amendment; all are kept. Submitting freezes each renewal
 * behind it: those of the period, as the forecast counts them, at the rates of the period's first day. */
#ifndef APP_CALL_H
#define APP_CALL_H
#include "app/book_cache.h"
#include "app/node.h"
#include "store/repo_call.h"
#include "store/repo_config.h"

enum { CALL_NOTE_MAX = 2000, CALL_REASON_MAX = 1000 };
struct call_ask {
  struct period period;     /* a quarter, the running one or the next */
  int64_t person_id;        /* of the operator: whose call; else 0 */
  int64_t commit, best_case, pipeline;
  struct str note;
};
/* A rep's call. The same once more within two minutes is the same call. ERR_DENIED: only reps call. ERR_RANGE: sums that do not run up, a
 * closed or far quarter, a long note. ERR_CONFLICT: the book changed meanwhile, several times. */
int call_submit(struct store *s, struct arena *a, const struct scope *who, struct book_cache *books, const struct org *org, const struct call_ask *x,
                int64_t now, struct call *ret, struct err *e);

/* ---- everything of one week ---- */

enum call_state { CALL_NONE, CALL_MISSING, CALL_OVERDUE, CALL_DONE, CALL_LATE }; /* NONE: nobody expects one */
struct call_line { /* one rep */
  struct call_person person;
  enum call_state state;
  bool expected;
  int revisions;              /* of this week; more than 1 = amended */
  int64_t due_at;             /* 0: no call is due this week */
  const struct call *now, *before, *then; /* newest of this week, of the week before, of this week a quarter ago; NULL = none */
  int64_t team_id, region_id; /* where it counts: the call's own place, else where the rep stands */
  int64_t called;             /* now->commit in the book's currency; 0 when there is none or it has no rate */
  const struct adjustment *adjustment; /* in force; NULL = none */
  bool has_mine, from_below;  /* a number the manager counts; from_below: another manager's submitted one */
  int64_t mine;
};
struct call_board {
  struct period quarter, week; /* week: a quarter's week; its first day is what calls are kept by */
  int weeks;                   /* of that quarter */
  int64_t for_team_id;         /* whose numbers "mine" are: the actor's team, or the whole of somebody who sees everything; 0 = nobody's */
  struct str for_team;
  bool may_adjust;
  const struct book *book;
  struct call_line *lines;     /* by person id */
  size_t n_lines;
  struct call *calls;          /* of this week and the one before, every revision; what the pointers point into */
  const struct call **leads;   /* managers' calls of this week that the actor may see, the newest of each */
  size_t n_leads;
  uint8_t *lead_has;           /* n_lines bytes for each of them: 1 = the rep counts in that team */
  struct adjustment *adjustments; /* newest of each place of for_team_id */
  size_t n_adjustments;
  const struct call *own, *own_before, *own_then; /* for_team_id's submissions: this week, the week before, a quarter ago */
  int64_t foreign;             /* calls in a currency that has no rate any more: in no sum */
};
/* `today` decides the week; only what was known by `until`; `now` decides what is overdue. Lists and texts live in arena. */
struct call_when {
  day_t today;
  int64_t until, now;
};
int call_board_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *quarter,
                    const struct call_when *when, struct call_board *ret, struct err *e);
struct call_total {
  int64_t called, before, then, mine;
  int64_t n_called, n_before, n_then, n_mine, n_expected, n_missing, n_overdue, n_late; /* lines */
  const struct adjustment *adjustment; /* of this very place */
  const struct call *lead;             /* a manager's submitted call for exactly these reps */
};
/* Sums over the reps of a place: a team's are those that stand in it directly, as in the forecast's tree. mine is the manager's number of the
 * place, else the one a manager below submitted for exactly these reps, else the sum of what lies below. */
void call_board_total(const struct call_board *x, const struct node *n, struct call_total *ret);
/* Where a team's numbers go up to: the manager's own whole. */
void call_board_whole(const struct call_board *x, struct call_total *ret);
const struct call_line *call_board_line(const struct call_board *x, int64_t person_id); /* NULL: not in it */

/* The fiscal week that holds a day, and when a call of it is due on the clock of that zone: 0 when the week has no such day. */
int64_t call_due_at(struct arena *a, const struct org *org, const struct period *week, struct str time_zone);
/* An amount kept in another currency or with another calendar, in the book's currency of today. False: no rate. */
bool call_amount(const struct book *b, int64_t minor, currency_t currency, day_t plan_day, int64_t *ret);

/* ---- the manager ---- */

struct call_adjust {
  struct period period;
  struct node node;         /* a rep, a team or region of theirs, or the company: their whole */
  int64_t base_id;          /* the adjustment they saw, 0 = none */
  bool take_back;
  int64_t amount;
  struct str reason;
};
/* A number beside the call, never over it. ERR_DENIED: only managers of a team. ERR_NOTFOUND: not their place. ERR_RANGE: no reason, an
 * amount below zero, a closed or far quarter. ERR_CONFLICT: another one was set since base_id. */
int call_adjust(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_adjust *x,
                int64_t now, int64_t *ret_id, struct err *e);
/* A total over the reps below it: each rep's number is raised or lowered in proportion to what is counted for them, in whole cents that add up to it; reps
 * without a number get none. Places below that had a number of the manager's own, or of a manager below, count their reps again. */
struct call_share {
  const struct call_line *line;
  int64_t amount;
};
/* What each rep would get; nothing is written. ERR_RANGE: below zero, or no rep has a number above zero. */
int call_spread_look(const struct call_board *x, struct arena *a, const struct node *n, int64_t amount, struct call_share **ret, size_t *ret_n, struct err *e);
int64_t call_spread_base(const struct call_board *x); /* changes with every number of the manager's layer */
struct call_spread {
  struct period period;
  struct node node;       /* no rep */
  int64_t amount, seen, base; /* seen: what the place counted, base: call_spread_base, when it was looked at */
  struct str reason;
};
/* All in one transaction. The codes of call_adjust; ERR_CONFLICT: a number or a call behind it changed since the look. */
int call_spread(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_spread *x, int64_t now,
                struct err *e);
/* Submits the manager's whole upward: freezes the renewals of all their reps, each rep's call and the number counted. seen: the total the
 * manager looked at; ERR_CONFLICT when it is another by now. */
int call_submit_team(struct store *s, struct arena *a, const struct scope *who, struct book_cache *books, const struct org *org,
                     const struct period *period, int64_t seen, struct str note, int64_t now, struct call *ret, struct err *e);

/* ---- looking back ---- */

struct call_week { /* one week of the quarter in which somebody called */
  day_t first;
  int week;
  int64_t called, own;        /* reps' newest calls of the week; the newest submission of for_team_id */
  int64_t n_called, n_late, n_amended;
  bool has_own;
};
enum { CALL_PAST = 4 };
struct call_record { /* calls of the same week in the quarters before, against what was closed at their ends */
  int64_t person_id;          /* 0: all reps together, or the manager's own */
  struct str name;
  int64_t called[CALL_PAST], result[CALL_PAST];
  bool has[CALL_PAST];
  int64_t sum_called, sum_result, sum_off; /* over those that there are; sum_off: |called - result| each. bias = called / result - 1, accuracy = 1 - off / result */
};
struct call_past {
  struct call_week *weeks;    /* by day */
  size_t n_weeks;
  struct period quarters[CALL_PAST]; /* newest first */
  size_t n_quarters;
  struct call_record all, own, *reps; /* reps by person id */
  size_t n_reps;
};
/* Over everything the actor sees; the board says which quarter, week and whose. A result is what stands closed in that quarter by `until`,
 * with the reps who own the rows. */
int call_past_load(struct store *s, struct arena *a, const struct scope *who, const struct org *org, const struct call_board *board, int64_t until,
                   struct call_past *ret, struct err *e);

/* One call with what is behind it. ERR_NOTFOUND: not the actor's. */
int call_show(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, struct call *ret, struct err *e);
#endif

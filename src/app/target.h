/* Targets as they count: each found in the tree of the organization, in the reporting currency, and pro-rated for a rep who is there for a
 * part of the period. The one function behind the forecast, the command center, the KPI pages and the targets' own.
 *
 * Pro-rating: a rep's money and count targets count for the working days (Monday to Friday) of the period on which the rep is there, over all
 * working days of the period: amount × present ÷ days, rounded once, half to even. Rates are never pro-rated, nor are targets of teams, regions
 * and the company: what a rep's absence leaves open is what their line calls not given out. */
#ifndef APP_TARGET_H
#define APP_TARGET_H
#include "app/node.h"
#include "domain/calendar.h"
#include "store/repo_target.h"

/* What is measured: "closed" (money), "on_time_rate_money", "gross_renewal_rate", "net_renewal_rate", "count" (renewals closed). */
enum target_measure { TARGET_CLOSED, TARGET_ON_TIME, TARGET_GROSS, TARGET_NET, TARGET_COUNT, TARGET_MEASURES };
const char *target_measure_name(int m);   /* as addresses, options and the API spell it */
int target_measure_of(struct str name);   /* "" is closed; -1 unknown */
const char *target_kind_name(int m);      /* "money", "rate", "count" */

struct target_row {
  struct target set;     /* as it was set */
  struct node node;
  uint32_t code;         /* of the book: region, team (index), rep; 0 = the company */
  int measure;           /* enum target_measure, -1 = another one */
  int64_t amount;        /* minor units of the reporting currency at the plan rate of the period's first day, rate × 10^9, or a count */
  int64_t counts;        /* the same, pro-rated */
  int present, days;     /* working days; present < days: pro-rated */
};
struct target_rows {
  struct target_row *rows; /* one per place and measure: where several names mean one place, the newest */
  size_t n, unmatched;     /* unmatched: names that are nobody's, currencies without a rate */
};
/* Everybody's: whose may be shown is the caller's to ask (node_check). In arena. OK, ERR_NOMEM, and the store's codes. */
int target_load(struct store *s, struct arena *a, const struct book *b, const struct period *p, int64_t until, struct target_rows *ret, struct err *e);
/* Where a stored target belongs: fills node and code. false: its name is nobody's. */
bool target_find(const struct book *b, const struct target *t, struct target_row *ret);
/* NULL: no target. */
const struct target_row *target_of(const struct target_rows *x, const struct node *n, int measure);

/* Working days of the period on which each rep code of the book is there; *ret_days: of the whole period. In arena. */
int target_presence(struct store *s, struct arena *a, const struct book *b, const struct period *p, int64_t until, int **ret, int *ret_days, struct err *e);

/* ---- setting ---- */

enum { TARGET_REASON_MAX = 500, TARGET_NOTE_MAX = 200 };
#define TARGET_MONEY_MAX INT64_C(1000000000000000) /* minor units */
#define TARGET_RATE_MAX (2 * INT64_C(1000000000))  /* 200 %: net rates pass 100 */
struct target_edit {
  struct node node;
  struct period period;
  int measure;
  int64_t amount; /* minor units of the reporting currency, rate × 10^9, count */
  int base;       /* the version that was seen, 0 = none, -1 = whichever */
};
/* Who may set a place's target: admin and ops all; a manager the regions, teams and reps that are wholly theirs. OK, ERR_DENIED, ERR_NOTFOUND, ERR_NOMEM. */
int target_may(const struct scope *who, struct arena *a, const struct book *b, const struct node *n, struct err *e);
/* All of them or none, in one transaction, with one entry in the audit. A reason is needed for what changes a target that stands, and for a period that
 * is over. *ret_n: how many were written; the others stood so already. ERR_RANGE: below zero, too large, no reason. ERR_CONFLICT: base.
 * ERR_DENIED, ERR_NOTFOUND: target_may. */
int target_set(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct target_edit *x, size_t n, struct str reason,
               day_t today, int64_t now, size_t *ret_n, struct err *e);

/* Joined, left or away, for a rep of theirs. ERR_RANGE: a day is missing, or the last is before the first; a long note. ERR_DENIED, ERR_NOTFOUND. */
int target_presence_set(struct store *s, struct arena *a, const struct scope *who, const struct book *b, struct presence_row *x, int64_t now, struct err *e);
int target_presence_end(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t person_id, int64_t id, int64_t now, struct err *e);

/* ---- versions ---- */

/* What was set at once, by one person: version 1 is the first of the period. */
struct target_version {
  int number;
  int64_t at, by_id;
  struct str by, reason;     /* reason of the first that has one */
  const struct target_step *steps; size_t n; /* of the targets that were set, in their order */
};
int target_versions(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target_version **ret, size_t *ret_n, struct err *e);
#endif

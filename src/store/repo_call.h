/* The weekly call: submissions with the renewals behind them, and managers' numbers beside them. Rules are in app/call.h; here is
 * storage. Nothing here is ever updated or deleted. Amounts are minor units of the currency that stands beside them. */
#ifndef STORE_REPO_CALL_H
#define STORE_REPO_CALL_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

/* One renewal behind a submission, as it stood. */
struct call_row {
  int64_t renewal_id, amount; /* won when closed, else forecast; 0 without a rate */
  int version, category;
  bool no_rate;               /* its currency had none: in no sum */
};
/* One rep of a manager's submission. */
struct call_part {
  int64_t person_id, called_id, called; /* called_id 0: the rep had not called */
  bool has_amount;
  int64_t amount, adjustment_id;        /* what the manager counted; adjustment_id 0 = the number from below */
};
struct call {
  int64_t id, person_id, seq, by_id;
  int64_t for_team_id;             /* a manager's call for a team; 0 = a rep's */
  int64_t team_id, region_id;      /* where the submitter stood; 0 = none */
  struct str person, by, for_team; /* names; by "" = the operator */
  struct str period_id;
  day_t first, last, week_first;   /* of the period; of the fiscal week */
  int week, revision;
  int64_t at, due_at;              /* due_at 0: that week has no such day */
  currency_t currency;
  day_t plan_day;
  int64_t commit, best_case, pipeline; /* running sums: commit holds what is closed, best_case holds commit … */
  int64_t frozen, no_rate, sum[CATEGORY_COUNT];
  struct str note, prev_hash, hash;
};
/* Inside a write transaction. Gives id, seq, revision, frozen, no_rate, sum, prev_hash and hash; rows ascend by renewal_id. The hash covers
 * every field, the rows and the parts, behind the submitter's one before. ERR_RANGE: a sum that does not fit; and the store's codes. */
int call_put(struct store *s, struct call *x, const struct call_row *rows, size_t n, const struct call_part *parts, size_t n_parts, struct err *e);
/* ERR_NOTFOUND. */
int call_get(struct store *s, struct arena *a, int64_t id, struct call *ret, struct err *e);
/* Of one period, known by `until`, with week_first from … to; by week, person, revision. In arena. */
int call_list(struct store *s, struct arena *a, struct str period_id, day_t from, day_t to, int64_t until, struct call **ret, size_t *ret_n, struct err *e);
/* The same of each, without texts: what looking back over many weeks needs. */
struct call_mark {
  int64_t person_id, for_team_id, at, due_at, commit;
  day_t week_first, plan_day;
  int week, revision;
  currency_t currency;
};
int call_marks(struct store *s, struct arena *a, struct str period_id, day_t from, day_t to, int64_t until, struct call_mark **ret, size_t *ret_n, struct err *e);
int call_rows(struct store *s, struct arena *a, int64_t id, struct call_row **ret, size_t *ret_n, struct err *e);
int call_parts(struct store *s, struct arena *a, int64_t id, struct call_part **ret, size_t *ret_n, struct err *e);
/* The person's newest of that period and week; 0 = none. */
int call_newest(struct store *s, int64_t person_id, struct str period_id, day_t week_first, int64_t *ret_id, struct err *e);

/* Version and amounts of a renewal as it stands, for freezing it. ERR_NOTFOUND. */
struct call_renewal {
  int64_t forecast_amount, won_amount;
  int version, category;
  currency_t currency;
};
int call_renewal_get(struct store *s, int64_t renewal_id, struct call_renewal *ret, struct err *e);

struct adjustment {
  int64_t id, for_team_id, node_id, base_id, amount, by_id, at;
  int node_kind;                   /* enum node_kind of app/node.h */
  struct str period_id, reason, by;
  day_t first, last, plan_day;
  currency_t currency;
  bool taken_back;                 /* no number any more */
};
/* Inside a write transaction; gives id. ERR_CONFLICT: base_id is not the newest of its place. */
int adjustment_put(struct store *s, struct adjustment *x, struct err *e);
/* Every one of a period and a manager's team (0 = all teams) known by `until`, oldest first. In arena. */
int adjustment_list(struct store *s, struct arena *a, struct str period_id, int64_t for_team_id, int64_t until, struct adjustment **ret, size_t *ret_n,
                    struct err *e);

/* Who is expected to call: active people who are reps, by id, with their team and zone. In arena. */
struct call_person {
  int64_t id, team_id, region_id;  /* region: the team's own or the nearest above */
  struct str name, time_zone;
  int role;
  bool active;
  int64_t created_at;
};
/* Active reps, by id. */
int call_people(struct store *s, struct arena *a, struct call_person **ret, size_t *ret_n, struct err *e);
/* Everybody there ever was, whatever their role, by id. */
int call_people_ever(struct store *s, struct arena *a, struct call_person **ret, size_t *ret_n, struct err *e);
/* One active person, whatever their role. ERR_NOTFOUND. */
int call_person_get(struct store *s, struct arena *a, int64_t id, struct call_person *ret, struct err *e);

/* Walks every chain: hashes, sequences, packed rows against their sums. found() gets a sentence each. OK or the store's codes. */
typedef void call_found_fn(void *arg, const char *text);
int call_verify(struct store *s, call_found_fn *found, void *arg, int64_t *ret_submissions, struct err *e);

/* The packed form: a byte 1, then for each row id minus the id before, version (both as 7 bits a byte, low first), a byte of category and
 * 16 when there was no rate, and the amount (zigzag, 7 bits a byte). call_unpack: OK, ERR_SYNTAX (not this form), ERR_NOMEM. */
int call_pack(struct arena *a, const struct call_row *rows, size_t n, struct str *ret);
int call_unpack(struct arena *a, struct str bytes, struct call_row **ret, size_t *ret_n);
#endif

/* Asking somebody of field sales to step in at a renewal: to whom, what for, by when; the answer, and what became of it. */
#ifndef APP_SALES_ASK_H
#define APP_SALES_ASK_H
#include "app/scope.h"
#include "store/repo_sales.h"

enum ask_state { ASK_OPEN = 1, ASK_ACCEPTED, ASK_DECLINED, ASK_DONE, ASK_WITHDRAWN, ASK_STATES };
/* Every act is a step that stays. */
enum ask_act { ASK_ACT_ASKED = 1, ASK_ACT_ACCEPTED, ASK_ACT_DECLINED, ASK_ACT_PASSED, ASK_ACT_DONE, ASK_ACT_WITHDRAWN, ASK_ACT_LATE, ASK_ACTS };
const char *ask_state_name(int state); /* "open", "accepted", "declined", "done", "withdrawn"; "" when out of range */
int ask_act_of(struct str name);       /* "accept", "decline", "pass", "done", "withdraw"; -1 unknown */
enum { ASK_WHAT_MAX = 1000, ASK_DAYS_MOST = 366, ASKS_MOST = 500 };

struct sales_ask_new {
  int64_t renewal_id, to_id;
  struct str what;
  day_t due;
};
/* By whoever may change the renewal, which must be open. Tells the one who is asked. In its own write transaction, with an audit entry.
 * ERR_NOTFOUND (not in the actor's book), ERR_DENIED, ERR_RANGE (whom, what, day, or the renewal is closed; the text says which). */
int sales_ask_make(struct store *s, struct arena *a, const struct scope *who, const struct sales_ask_new *x, day_t today, int64_t now, int64_t *ret_id, struct err *e);

struct sales_ask_answer {
  int64_t id, to_id; /* to_id: whom it is passed to */
  enum ask_act act;
  struct str reason; /* must be given with declined and passed */
};
/* Accept, decline and pass on: the one asked, or who leads them, while it is open. Done: they or the asker's side, while it is open or accepted. Withdraw: the
 * asker's side. *ret: as it is then. ERR_NOTFOUND (not seen), ERR_DENIED (not theirs to answer), ERR_RANGE (reason, or whom), ERR_CONFLICT (somebody was first). */
int sales_ask_act(struct store *s, struct arena *a, const struct scope *who, const struct sales_ask_answer *x, int64_t now, struct sales_ask *ret, struct err *e);
/* What the actor may do with an ask: bits 1 << enum ask_act. leads: people whose accounts the actor sees (sales_led). */
unsigned sales_ask_may(const struct scope *who, const struct sales_person *leads, size_t n_leads, const struct sales_ask *x);
/* Says once of each ask that its day is over: a step, and both sides are told. Inside a write transaction. */
int sales_asks_call_late(struct store *s, struct arena *a, day_t today, int64_t now, struct err *e);
/* Takes an ask back to how it stood at an instant, by its steps: state, whom it was with, the last reason. One made later stays as it is. */
int sales_ask_then(struct store *s, struct arena *a, int64_t until, struct sales_ask *x, struct err *e);
/* Of one renewal as they stood then, newest first, at most max. In arena. */
int sales_asks_of_then(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e);
/* Those open or accepted that concern the actor: for field sales those to them and to whom they lead, for others those by people they see. By due day, at
 * most ASKS_MOST. until: as they stood then, INT64_MAX = now. In arena. */
int sales_asks_mine(struct store *s, struct arena *a, const struct scope *who, int64_t until, struct sales_ask **ret, size_t *ret_n, struct err *e);
#endif

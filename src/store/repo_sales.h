/* Field sales: who looks after an account, what they have been told, what they are asked for, the calendars people subscribe to.
 * Rules are in app/sales.h, app/sales_ask.h and app/calendar_feed.h; here is only SQL. */
#ifndef STORE_REPO_SALES_H
#define STORE_REPO_SALES_H
#include "base/money.h"
#include "store/store.h"

struct sales_owner {
  int64_t account_id, person_id, since;
  struct str account, person; /* names */
};
/* Of one account at an instant: 1, or 0 when nobody looks after it then. In arena. */
int sales_owner_of(struct store *s, struct arena *a, int64_t account_id, int64_t until, struct sales_owner *ret, struct err *e);
/* Accounts a person looks after at an instant, by name. In arena. */
int sales_accounts(struct store *s, struct arena *a, int64_t person_id, int64_t until, struct sales_owner **ret, size_t *ret_n, struct err *e);
/* Ends what stands and begins anew; person_id 0 = nobody from now on. Inside a write transaction. */
int sales_owner_put(struct store *s, int64_t account_id, int64_t person_id, int64_t at, int64_t by_id, int64_t import_id, struct err *e);
/* Takes back what an import said of owners: whoever was before is it again, where nobody said otherwise since. Inside a write transaction. */
int sales_owner_undo(struct store *s, int64_t import_id, struct err *e);
/* Active people of the role sales, by name; and whether one leads a team, and which. In arena. */
struct sales_person {
  int64_t id, team_id;
  bool leads;
  struct str name;
};
int sales_people(struct store *s, struct arena *a, struct sales_person **ret, size_t *ret_n, struct err *e);
int sales_person_get(struct store *s, struct arena *a, int64_t id, struct sales_person *ret, struct err *e); /* 1, or 0: no such active person of field sales */
int sales_lead_put(struct store *s, int64_t person_id, bool leads, struct err *e); /* ERR_NOTFOUND */
/* Renewals of the accounts that a person looks after, due since a day, and those they are asked about and have not answered with no. In arena. */
int sales_renewals(struct store *s, struct arena *a, int64_t person_id, day_t since, int64_t **ret, size_t *ret_n, struct err *e);
/* The accounts that a person looks after now; the renewals they are asked about, as above. Ids in arena. */
int sales_account_ids(struct store *s, struct arena *a, int64_t person_id, int64_t **ret, size_t *ret_n, struct err *e);
int sales_asked_ids(struct store *s, struct arena *a, int64_t person_id, int64_t **ret, size_t *ret_n, struct err *e);

/* ---- what sales owners are told ---- */
struct sales_news {
  int64_t renewal_id, person_id, amount;
  currency_t currency;
  day_t due;
  struct str customer;
};
enum { SALES_NEWS_WINDOW = 1, SALES_NEWS_RISK, SALES_NEWS_NEED, SALES_NEWS_KINDS }; /* stored in sales_told.kind */
struct sales_when { /* the day that is judged, and the organization's window */
  day_t today;
  int window_days;
};
/* Open renewals of which this is so on that day and whose sales owner has not been told; id 0 = all of them. In arena.
 * window: due within it; risk: flagged; need: due within 14 days or past, nothing confirmed. */
int sales_untold(struct store *s, struct arena *a, int kind, const struct sales_when *when, int64_t renewal_id, struct sales_news **ret, size_t *ret_n, struct err *e);
int sales_told_put(struct store *s, int64_t renewal_id, int kind, int64_t at, struct err *e);
/* Forgets what no longer holds, so that it is told anew when it does again; id 0 = of all renewals. */
int sales_told_forget(struct store *s, const struct sales_when *when, int64_t renewal_id, struct err *e);
/* Whoever becomes the owner of an account now is not told of what was so before. */
int sales_told_account(struct store *s, int64_t account_id, const struct sales_when *when, int64_t at, struct err *e);

/* ---- asks ---- */
struct sales_ask {
  int64_t id, renewal_id, asked_by, asked_at, to_id, changed_at;
  int64_t rep_id, amount; /* of the renewal: its owner, what is expected */
  currency_t currency;
  day_t due, renewal_due; /* by when; when the renewal ends */
  int state;
  struct str what, asker, to, customer, reason; /* reason: of the last step that gave one */
};
struct sales_ask_step {
  int64_t at, by_id, to_id;
  int act;
  struct str by, to, reason;
};
int sales_ask_put(struct store *s, struct sales_ask *x, struct err *e); /* a new one: id is set. Inside a write transaction, like the next two */
int sales_ask_move(struct store *s, int64_t id, int state, int64_t to_id, int64_t at, struct err *e);
int sales_ask_step_put(struct store *s, int64_t ask_id, const struct sales_ask_step *x, struct err *e);
int sales_ask_get(struct store *s, struct arena *a, int64_t id, struct sales_ask *ret, struct err *e); /* ERR_NOTFOUND */
int sales_ask_steps(struct store *s, struct arena *a, int64_t ask_id, struct sales_ask_step **ret, size_t *ret_n, struct err *e); /* oldest first */
/* Of one renewal, newest first, made by then. At most max. In arena. */
int sales_asks_of(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e);
/* Open and accepted ones to a person, or of everybody, by due day. At most max. In arena. */
int sales_asks_to(struct store *s, struct arena *a, int64_t person_id, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e);
int sales_asks_open(struct store *s, struct arena *a, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e);
/* Who asked each of these, in the same order: so that somebody's are found without a question for each of their people. In arena. */
struct sales_asker {
  int64_t ask_id, person_id;
};
int sales_askers(struct store *s, struct arena *a, struct sales_asker **ret, size_t *ret_n, struct err *e);
/* Every one made by then that was not settled by then, or was not looked at since: what may have been open. By due day, at most max. In arena. */
int sales_asks_then(struct store *s, struct arena *a, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e);
/* Open and accepted ones due before a day that were not called late yet. In arena. */
int sales_asks_late(struct store *s, struct arena *a, day_t today, struct sales_ask **ret, size_t *ret_n, struct err *e);

/* ---- calendars ---- */
struct calendar_feed {
  int64_t id, person_id, created_at, last_used_at;
  struct str name;
};
int calendar_feed_put(struct store *s, struct calendar_feed *x, struct str secret_hash, struct err *e);
int calendar_feeds(struct store *s, struct arena *a, int64_t person_id, struct calendar_feed **ret, size_t *ret_n, struct err *e); /* not revoked, newest first */
int calendar_feed_find(struct store *s, struct arena *a, struct str secret_hash, struct calendar_feed *ret, struct err *e); /* ERR_NOTFOUND */
int calendar_feed_revoke(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e); /* ERR_NOTFOUND */
int calendar_feed_used(struct store *s, int64_t id, int64_t now, struct err *e);
#endif

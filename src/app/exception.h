/* Requests to depart from policy on a renewal: asking, who decides, deciding, standing in, authority. domain/authority.h has the rules of cost,
 * authority and likeness. Every change runs its own write transaction and leaves a step (the request's version), an audit entry and
 * what the people concerned are told.
 *
 * Who decides: the manager of the owner's team, then those of the teams above, then operations, executives and administrators, in this order; the
 * nearest whose authority covers the size and the cost on the day it is asked. Never the person who asked and never the renewal's owner. Where that is
 * no manager, the nearest manager with any authority over the kind is asked first, and by approving passes it on to whoever covers it then: each agreement is
 * a step. Besides the one it waits for, whoever stands in for them today, and everybody who sees the renewal and has the authority, may decide. */
#ifndef APP_EXCEPTION_H
#define APP_EXCEPTION_H
#include "app/scope.h"
#include "store/repo_config.h"
#include "store/repo_exception.h"

enum {
  EXCEPTION_TEXT_MAX = 4000,      /* bytes of a reason, evidence, question or answer */
  EXCEPTION_DAYS_MOST = 90,       /* a request waits at most so long */
  EXCEPTION_DAYS_DEFAULT = 14,
  EXCEPTION_VALID_DAYS = 90,      /* an approval is good for so long unless it says otherwise */
  EXCEPTION_VALID_MOST = 366,
  EXCEPTION_DOCUMENTS_MOST = 20,
};
struct exception_ask {
  int64_t renewal_id, size;
  int kind;
  struct str reason, evidence;
  const int64_t *documents; size_t n_documents; /* of the renewal */
  day_t expires, recapture;                     /* the last day to decide; recapture DAY_NONE = none */
};
/* What a request would cost and who would decide it, before it is asked. */
struct exception_quote {
  int64_t annual, rate_bp, policy_id, fx_rate, cost, cost_reporting; /* cost_reporting -1, fx_rate 0: no rate */
  int64_t approver_id, decider_id; /* whom it waits for first, and whose authority covers it; 0: nobody has the authority */
  currency_t currency, reporting;
  struct str approver, decider;
};
/* ERR_NOTFOUND, ERR_DENIED (may not edit the renewal), ERR_RANGE (size). b: for the plan rate; today: the day it is asked. */
int exception_quote(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct exception_ask *x,
                    day_t today, struct exception_quote *ret, struct err *e);
/* The codes above, and ERR_CONFLICT: the same kind is open for this renewal already, or nobody has the authority. */
int exception_ask(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct exception_ask *x,
                  day_t today, int64_t now, int64_t *ret_id, struct err *e);

struct exception_decision {
  int64_t id, size; /* size 0 = as it stands; else approve with this smaller one */
  int32_t version;  /* the version the person saw */
  int act;          /* EXCEPTION_APPROVE (passes on what the one it waits for may not approve alone), EXCEPTION_RETURN, EXCEPTION_DECLINE */
  struct str note;  /* needed but for an approval as asked */
  day_t valid_until;/* of an approval; DAY_NONE = EXCEPTION_VALID_DAYS */
};
/* ERR_NOTFOUND; ERR_DENIED (own request, or no authority: the text says whose it is); ERR_RANGE; ERR_CONFLICT (somebody was first, or it is withdrawn
 * or expired: the text says which). */
int exception_decide(struct store *s, struct arena *a, const struct scope *who, const struct exception_decision *x, day_t today, int64_t now, struct err *e);
/* What waits for the person themselves today and was not asked by them, nearest expiry first; covered: their own authority is enough for all of it.
 * At most EXCEPTION_MANY_MOST. In arena. */
enum { EXCEPTION_MANY_MOST = 200 };
struct exception_own {
  struct exception x;
  bool covered;
};
int exception_own(struct store *s, struct arena *a, const struct scope *who, day_t today, struct exception_own **ret, size_t *ret_n, struct err *e);
/* Approves each pick as it was asked, in one transaction, with the person's own authority: never for whom they stand in, never in part. A pick that
 * is refused stays as it is and says why; the others are approved. ERR_RANGE (too many), or a failure, after which none is approved. */
struct exception_pick {
  int64_t id;
  int32_t version;   /* the version the person saw */
  bool done;
  struct str why;    /* the refusal */
};
int exception_approve_many(struct store *s, struct arena *a, const struct scope *who, struct exception_pick *picks, size_t n, day_t today, int64_t now,
                           size_t *ret_done, struct err *e);
/* By the person who asked, of a request that came back: it waits again for the same approver. Codes as above. */
int exception_answer(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, day_t today, int64_t now,
                     struct err *e);
/* By the person who asked, while it is not decided. */
int exception_withdraw(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, day_t today, int64_t now,
                       struct err *e);
/* Inside a write transaction: what waits for a person who leaves, or who lost their role, goes to the next in line, who is told together with the one
 * who asked; their delegations end. With nobody next in line it waits for whoever has the authority. */
int exception_person_left(struct store *s, int64_t person_id, int64_t by_id, int64_t now, struct err *e);

/* How it stands on a day: expired when nobody decided in time. enum exception_state. */
int exception_state_on(const struct exception *x, day_t day);
/* Those whose requests a person decides today: they themselves, then whom they stand in for. In arena. */
int exception_seats(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t **ret, size_t *ret_n, struct err *e);
/* Whether a person sees a request: its renewal is theirs to see, they asked, or it waits for one of their seats. */
bool exception_seen(const struct scope *who, const struct exception *x, const int64_t *seats, size_t n_seats);
/* One that the person sees. ERR_NOTFOUND. */
int exception_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, day_t today, struct exception *ret, struct err *e);
/* Lists (repo_exception.h) without the rows the person does not see; q->max bounds what is read. */
int exception_find(struct store *s, struct arena *a, const struct scope *who, const struct exception_query *q, day_t today, struct exception **ret, size_t *ret_n,
                   struct err *e);
/* Everything that waits for a person on a day: for their seats, and back to them with a question. Nearest expiry first. In arena. */
int exception_inbox(struct store *s, struct arena *a, int64_t person_id, day_t today, struct exception **ret, size_t *ret_n, struct err *e);
/* Whether the person may decide it today, and up to which size they may approve (INT64_MAX = any that it can have, 0 = they may only return or decline).
 * ret_next: for whom it waits after they have agreed to all of it, because it is theirs and more than they may approve; else "". May be NULL. */
int exception_may_decide(struct store *s, struct arena *a, const struct scope *who, const struct exception *x, day_t today, bool *ret, int64_t *ret_most,
                         struct str *ret_next, struct err *e);

/* A past case that is like one, and what became of the customer the year after. */
struct exception_precedent {
  struct exception x;
  int likeness;
  enum exception_after after;
  day_t after_due, after_booked;
  bool seen; /* false: the customer is not the person's to see */
};
/* The most alike of the last EXCEPTION_LIKE_LOOKED decided ones of its kind, best first, newest among equals, at most max. */
enum { EXCEPTION_LIKE_LOOKED = 400 };
int exception_precedents(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct exception *x, int64_t until, size_t max,
                         struct exception_precedent **ret, size_t *ret_n, struct err *e);

/* ---- exception_rules.c: authority, policies, standing in ---- */
/* Rules set by an instant. In arena. */
int authority_load(struct store *s, struct arena *a, int64_t until, struct authority_rule **ret, size_t *ret_n, struct err *e);
/* The policy of a kind on a day: the newest that has begun, else the program's own (id 0, no words). */
struct exception_policy exception_policy_on(const struct exception_policy *rows, size_t n, int kind, day_t day);
/* By ops and admin. ERR_DENIED, ERR_RANGE (kind, role, limits, no reason, or a day before today). */
int authority_set(struct store *s, const struct scope *who, const struct authority_rule *rule, struct str why, day_t today, int64_t now, struct err *e);
int exception_policy_set(struct store *s, const struct scope *who, int kind, day_t from, int64_t rate_bp, struct str words, day_t today, int64_t now,
                         struct err *e);
/* Somebody decides for a person who is away: set by that person, by whoever may edit their work, ops or admin. The other must be an active
 * manager, exec, ops or admin. ERR_NOTFOUND, ERR_DENIED, ERR_RANGE, ERR_CONFLICT (somebody stands in on some of these days already). */
int exception_delegate(struct store *s, struct arena *a, const struct scope *who, struct delegation *x, day_t today, int64_t now, struct err *e);
int exception_delegate_end(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, struct err *e);
#endif

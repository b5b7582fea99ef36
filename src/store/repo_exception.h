/* Exceptions from policy: requests with their steps, authority, policies and who decides for whom. Rules are in domain/authority.h and
 * app/exception.h; here is only SQL. Writes run inside a write transaction. Strings live in the arena. until = the last instant known. */
#ifndef STORE_REPO_EXCEPTION_H
#define STORE_REPO_EXCEPTION_H
#include "base/money.h"
#include "domain/authority.h"
#include "store/store.h"

/* A request as it stood at an instant. Costs: minor units of `currency`; in `reporting` -1 when there was no rate. */
struct exception {
  int64_t id, renewal_id, asked_by, asked_at, owner_id; /* owner_id: of the renewal today, for the scope */
  int kind, segment;
  int64_t annual_amount, rate_bp, policy_id, partner_id, fx_rate; /* 0 = none */
  currency_t currency, reporting;
  day_t expires, recapture, due;                        /* due: of the renewal */
  struct str reason, evidence, country;
  struct str customer, contract, partner, asker, owner; /* names */
  int state, act;                                       /* stored, and the last step's act */
  int32_t version;                                      /* number of that step, 1 = asked */
  int64_t size, asked_size, cost, cost_reporting, approver_id, decided_by, changed_at, decided_at; /* decided_at 0 = not yet */
  day_t valid_until;
  struct str approver, decider;
};
struct exception_step {
  int64_t exception_id, at, by_id, for_id; /* for_id: whom they stood in for, 0 = nobody */
  int32_t n;
  int act, state;
  struct str body, by, for_name, approver;
  int64_t size, cost, cost_reporting, approver_id;
  day_t valid_until;
};
/* A new one with its first step; x->id is set. */
int exception_put(struct store *s, struct exception *x, struct err *e);
/* Step n+1 over version n: ERR_CONFLICT when the request has moved on. decided: the request ends with it. */
int exception_step_put(struct store *s, const struct exception_step *x, bool decided, struct err *e);
int exception_document_put(struct store *s, int64_t exception_id, int64_t document_id, struct err *e);

/* ERR_NOTFOUND, also before it was asked. */
int exception_row(struct store *s, struct arena *a, int64_t id, int64_t until, struct exception *ret, struct err *e);
enum exception_list {
  EXCEPTIONS_OF_RENEWAL, /* key: renewal; newest first */
  EXCEPTIONS_ASKED_BY,   /* key: person; newest first */
  EXCEPTIONS_FOR,        /* key: approver; waiting now, nearest expiry first */
  EXCEPTIONS_HELD,       /* key: approver; waiting or returned now */
  EXCEPTIONS_BACK_TO,    /* key: person who asked; returned now */
  EXCEPTIONS_OPEN,       /* waiting or returned now, or asked lately: from `from` on, newest first; key ignored */
  EXCEPTIONS_DECIDED,    /* newest decision first; key: before this instant, 0 = from the newest */
  EXCEPTIONS_LIKE,       /* key: kind; approved or declined, newest first */
  EXCEPTIONS_PERIOD,     /* asked in [from, key), oldest first */
  EXCEPTIONS_LISTS
};
struct exception_query {
  enum exception_list list;
  int64_t key, from, until;
  size_t max;
};
int exception_list(struct store *s, struct arena *a, const struct exception_query *q, struct exception **ret, size_t *ret_n, struct err *e);
/* Renewals with a discount beyond the price list that was approved by that instant, ascending, each once. */
int exception_discounted(struct store *s, struct arena *a, int64_t until, int64_t **ret, size_t *ret_n, struct err *e);
/* How many wait for a person on a day, and came back to them, counted by two small indexes. */
int exception_waiting(struct store *s, int64_t person_id, day_t today, int64_t *ret, struct err *e);
/* Oldest first. */
int exception_steps(struct store *s, struct arena *a, int64_t id, int64_t until, struct exception_step **ret, size_t *ret_n, struct err *e);
struct exception_document {
  int64_t id, removed_at;
  struct str file_name;
};
int exception_documents(struct store *s, struct arena *a, int64_t id, struct exception_document **ret, size_t *ret_n, struct err *e);

struct authority_entry {
  struct authority_rule rule;
  struct str why, by;
  int64_t set_at, set_by;
};
/* All rows set by an instant, oldest first. */
int authority_entries(struct store *s, struct arena *a, int64_t until, struct authority_entry **ret, size_t *ret_n, struct err *e);
int authority_put(struct store *s, struct authority_entry *x, struct err *e); /* x->rule.id is set */
struct exception_policy {
  int64_t id, rate_bp, set_by, set_at; /* id 0: the program's own, body "" */
  int kind;
  day_t from;
  struct str body, by;
};
int exception_policies(struct store *s, struct arena *a, int64_t until, struct exception_policy **ret, size_t *ret_n, struct err *e); /* oldest first */
int exception_policy_put(struct store *s, struct exception_policy *x, struct err *e);

struct delegation {
  int64_t id, from_id, to_id, made_by, made_at, ended_by, ended_at;
  day_t first, last;
  struct str reason, from, to;
};
int delegation_put(struct store *s, struct delegation *x, struct err *e);
int delegation_close(struct store *s, int64_t id, int64_t by_id, int64_t at, struct err *e);
int delegation_get(struct store *s, struct arena *a, int64_t id, struct delegation *ret, struct err *e); /* ERR_NOTFOUND */
/* Not ended and not over on that day, also those that begin later: from or to a person (0 = all), by first day. */
int delegation_list(struct store *s, struct arena *a, int64_t person_id, day_t today, struct delegation **ret, size_t *ret_n, struct err *e);
/* Whom a person stands in for on a day, or with `to` who stands in for them. Ids. */
int delegation_of(struct store *s, struct arena *a, int64_t person_id, bool to, day_t today, int64_t **ret, size_t *ret_n, struct err *e);

/* Customer's country, the partner who covers the contract (0 = none) and the team of the owner (0 = none) of a renewal. */
int exception_renewal_facts(struct store *s, struct arena *a, int64_t renewal_id, struct str *ret_country, int64_t *ret_partner, int64_t *ret_team,
                            struct err *e);
/* Proofs for `perennial check`: requests whose row disagrees with their last step, or whose steps have gaps. The number of them. */
int exception_broken(struct store *s, int64_t *ret, struct err *e);
#endif

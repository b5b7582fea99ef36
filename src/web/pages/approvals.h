/* Exceptions on the web: the list with one case beside it, acts, the request form, the ledger, authority and standing in. */
#ifndef WEB_PAGES_APPROVALS_H
#define WEB_PAGES_APPROVALS_H
#include "app/exception.h"
#include "web/parts.h"
#include "web/route.h"

struct desk;
struct renewal;
struct approval_item {
  struct str title, note, href, cost, due;
  bool current, hot;
};
struct approval_group {
  struct str name, note;
  struct approval_item *items;
  size_t n_items;
};
struct approval_step {
  const char *icon;
  struct str what, when, when_iso, body;
};
struct approval_like {
  struct str customer, href, day, size, decision, after, alike;
  struct amount cost;
  bool bad;
};
struct approval_paper {
  struct str name, href;
};
struct approval_limit {
  struct str role, words;
  bool covers;
};
struct approval_case {
  int64_t id, version;
  struct str title, customer, kind, state, href, contract, asked, asker, owner, partner, size, expires, waits_for, problem, no_rate;
  struct amount cost, local_cost, annual;
  bool has_local;
  struct str reason, evidence, policy, rule, recapture, valid_until;
  bool open, overdue, approved, bad;
  struct approval_paper *papers;
  size_t n_papers;
  struct approval_limit *limits;
  size_t n_limits;
  struct approval_like *likes;
  size_t n_likes;
  struct approval_step *steps;
  size_t n_steps;
  /* what the reader may do */
  bool may_decide, may_approve, passes, returned, may_answer, may_withdraw;
  struct str size_value, unit, valid_value, note_value, most;
};
struct approvals_view {
  struct approval_group *groups;
  size_t n_groups;
  bool has_case, chosen; /* chosen: the address names it, so that a phone shows the case before the list */
  struct approval_case c;
  struct str said, calm, prev_href, next_href;
  bool may_away, several; /* several: more than one waits for the reader themselves */
};
/* Approving several at once: the choice, then the look, then what was refused. */
struct many_row {
  struct str customer, pick, words, href, asker, due, reason, why;
  struct amount cost;
  bool hot;
};
struct many_view {
  struct str title, say, problem, total, button, left_title;
  bool look;
  struct many_row *rows, *left;
  size_t n_rows, n_left;
};
/* One of the renewal's exceptions, and what the renewal's page shows of them. */
struct renewal_exception {
  struct str words, href, state, note, cost;
  bool bad, good;
};
struct renewal_exceptions {
  int64_t id;
  bool may_ask;
  struct renewal_exception *rows;
  size_t n_rows;
};
struct approval_ask_view {
  int64_t id;
  struct str customer, contract, href, problem;
  struct option *kinds;
  size_t n_kinds;
  struct approval_paper *rules; /* name: kind, href: its rule */
  size_t n_rules;
  struct str share, days, reason, evidence, expires, recapture, min_day;
  struct option *papers;
  size_t n_papers;
  struct str annual;
  bool quoted;
  struct str quote; /* "It would cost $1,234. Marisol Andrade decides." */
};

struct ledger_total {
  struct str name, asked, approved, declined, open;
  struct amount cost, waiver;
};
struct ledger_row {
  struct str customer, href, words, owner, partner, asked, state, recapture;
  struct amount cost;
};
struct ledger_view {
  struct str headline, say, by_name, csv_href, rows_note;
  struct option *bys; /* value: address */
  size_t n_bys;
  struct ledger_total *totals, all;
  size_t n_totals;
  struct ledger_row *rows;
  size_t n_rows;
};
struct authority_kind {
  struct str name, policy, rule;
  struct approval_limit *limits;
  size_t n_limits;
};
struct authority_change {
  struct str what, from, who, why, when;
};
struct authority_view {
  struct str problem, today, from, size, cost, why, rate, words, currency;
  bool may_set;
  struct authority_kind *kinds;
  struct option *kind_options, *roles;
  struct authority_change *changes;
  size_t n_kinds, n_kind_options, n_roles, n_changes;
};
struct away_row {
  int64_t id;
  struct str text;
};
struct away_view {
  struct str problem, first, last, reason;
  struct option *people;
  struct away_row *rows;
  size_t n_people, n_rows;
};

/* approval_words.c */
const char *approval_kind(const struct reader *r, int kind);        /* "Discount beyond authority" */
const char *approval_state(const struct reader *r, int state);
struct str approval_size(const struct reader *r, int kind, int64_t size);  /* "12%", "45 days" */
struct str approval_words(const struct reader *r, int kind, int64_t size); /* "a discount of 12%" as a title */
struct str approval_policy(const struct reader *r, const struct exception_policy *p); /* its words, or the program's own */
struct str approval_rule(const struct reader *r, int kind, int64_t rate_bp);          /* how the cost is computed */
struct str approval_limits(const struct reader *r, const struct authority_rule *rule, currency_t reporting);
struct str approval_after(const struct reader *r, const struct exception_precedent *p);
struct str approval_step_words(const struct reader *r, const struct exception *x, const struct exception_step *z);
const char *approval_step_icon(int act);

/* How a case is shown, for the page and after a refused act. */
int approvals_send(struct request *r, struct response *w, int64_t id, struct str problem);
/* A row of the list. */
struct approval_item approval_item_of(struct request *r, const struct exception *x);
/* approval_ask.c: the section of the renewal's page. */
int renewal_exceptions_fill(struct request *r, const struct renewal *x, struct renewal_exceptions *ret);

route_fn approvals_page, approval_page, approval_decide_post, approval_answer_post, approval_withdraw_post;
route_fn approvals_many_page, approvals_many_post;
route_fn approval_ask_page, approval_ask_post;
route_fn approvals_ledger_page, approvals_ledger_csv, authority_page, authority_post, authority_policy_post;
route_fn approvals_away_page, approvals_away_post, approvals_away_end_post;
#endif

/* Escalations: the board and the list, one of them, and what other pages show of them. */
#ifndef WEB_PAGES_ESCALATIONS_H
#define WEB_PAGES_ESCALATIONS_H
#include "app/escalation.h"
#include "web/pages/desk.h"

/* ---- words: escalation_words.c ---- */
struct str escalation_state_words(const struct reader *r, int state);
struct str escalation_department_words(const struct reader *r, int department);
struct str escalation_cause_words(const struct reader *r, int cause);
struct str escalation_level_words(const struct reader *r, int level);
/* "2 days 4 h" of working time, by the length of the organization's day. */
struct str escalation_span(const struct reader *r, const struct org *o, int64_t seconds);
/* "Tom Okafor waits on Legal: Dana Fry"; the owner alone while it waits on nobody. */
struct str escalation_who(const struct reader *r, const struct escalation *x);
/* What comes next: the promise, or that an update is due. */
struct str escalation_promise(const struct reader *r, const struct escalation *x);
/* The instant the page stands on: the organization's now, or the end of the past day. */
int64_t escalation_now(const struct request *r, const struct org *o);
/* Open renewals of the thing that the actor sees, in the reporting currency; where they are listed; the nearest end of support. */
struct escalation_stake {
  int64_t amount, rows;
  day_t nearest; /* DAY_NONE = nothing is open */
  struct str href;
};
int escalation_stake(struct request *r, const struct desk *d, const struct escalation *x, struct escalation_stake *ret);

/* ---- board and list ---- */
struct escalation_move {
  const char *state;
  struct str label;
  const char *key; /* "[" and "]" of the columns beside it, else "" */
  bool resolves;   /* leads to the form that asks for the cause */
};
struct escalation_card {
  int64_t id;
  int steps;
  struct str customer, href, blocked, level, who, promise, when, when_iso, clock, due, state, owner, waits, department;
  struct amount amount;
  struct str amount_href;
  bool hot, late, may_act, mine;
  struct escalation_move *moves;
  size_t n_moves;
};
struct escalation_column {
  struct str title, count, id;
  struct escalation_card *cards;
  size_t n_cards;
};
struct escalation_measure_row {
  struct str name, n, median;
};
struct escalations_view {
  struct str headline, say, board_href, list_href, since, empty;
  bool list, any, saved;
  struct escalation_column columns[STUCK_RESOLVED];
  size_t n_columns;
  struct escalation_card *cards;
  size_t n_cards;
  struct escalation_measure_row *causes, *departments;
  size_t n_causes, n_departments;
  struct str all_n, all_median;
};

/* ---- one ---- */
struct escalation_event {
  const char *icon;
  struct str what, when, when_iso, note, next;
  bool hot;
};
struct escalation_view {
  int64_t id;
  int steps;
  struct str customer, customer_href, thing, thing_href, reason, blocked, state, level, who, owner, waiting_on, department, cause, took, opened, clock, calendar;
  struct str promise, promise_when, promise_iso, due, due_iso, rows;
  struct amount amount;
  struct str amount_href;
  bool open, late_promise, late_due, may_act, waiting;
  struct escalation_event *events;
  size_t n_events;
  struct option *people, *levels, *causes, *departments;
  size_t n_people, n_levels, n_causes, n_departments;
  struct str problem, done;
  const char *field; /* that the problem is about, "" */
  struct str note, next, next_day, next_time, on, resolution;
};
struct escalation_form {
  struct str customer, thing, thing_href, name, value, problem, reason, blocked, promise, promise_day, promise_time, hours;
  struct option *levels, *departments, *people;
  size_t n_levels, n_departments, n_people;
  const char *field;
};
route_fn escalations_page, escalation_page, escalation_new_page;
route_fn escalation_raise_post, escalation_update_post, escalation_move_post, escalation_give_post, escalation_resolve_post, escalation_reopen_post;

/* ---- on other pages ---- */
struct escalation_section {
  struct escalation_card *cards; /* open ones first */
  size_t n_cards;
  struct str raise_href;         /* "" = not on a past day, or no right */
};
int escalation_section_fill(struct request *r, const struct renewal *x, struct escalation_section *ret);
struct home_view;
/* Late ones that the person sees and those they own, most money first; at most `most`. */
int home_waits_escalations(struct request *r, const struct desk *d, struct home_view *v, size_t most);
#endif

/* The weekly call: its columns and forms on the forecast page, a manager's number, the calls of a quarter, one call. */
#ifndef WEB_PAGES_CALLS_H
#define WEB_PAGES_CALLS_H
#include "app/call.h"
#include "web/parts.h"
#include "web/route.h"

struct desk;
struct forecast_node;

/* The cells of one row of the roll-up. */
struct roll_call {
  struct amount called, before, then, mine;
  struct str called_href, missing, missing_href, mine_href, why, mark; /* why: the reason beside the manager's number; mark: amended, late */
  bool quiet, hot, moved;
};
struct call_field {
  const char *name, *label;
  struct str value, hint;
};
/* What stands over the roll-up: the form of a rep or of a manager, or what became of it. */
struct call_section {
  bool shown, rep, manager, may_send, may_remind; /* shown: there is something to say */
  struct str title, state, state_hint, problem, action, currency, note, total, total_title, seen, send, calls_href, missing, names, remind_action, reminded;
  bool hot;
  struct call_field fields[3];
  size_t n_fields;
};
/* The board of the page's period; *ret_has false for a period that is no quarter. The page's book must be held while it is used. */
int calls_open(struct request *r, const struct desk *d, struct call_board *ret, bool *ret_has);
void calls_row(struct request *r, const struct desk *d, const struct call_board *b, const struct forecast_node *n, struct roll_call *ret);
/* whole: the actor's row of the forecast, from which a first call starts. problem: what was wrong with the form that was sent, "" = none. */
int calls_section(struct request *r, const struct desk *d, const struct call_board *b, const struct forecast_node *whole, struct str problem, struct call_section *ret);
/* "Week 9 of Q3 2026": the heading of the column beside. */
struct str calls_then(struct request *r, const struct desk *d, const struct call_board *b);
struct str calls_input(struct request *r, int64_t minor, currency_t c); /* for a field: whole units without decimals */
struct str calls_state(struct request *r, const struct call_line *l);

struct calls_week {
  struct str name, href, day;
  struct amount called, own;
  struct str n_called, late, amended;
  bool current;
};
struct calls_line {
  struct str name, href, state, at, note, revisions;
  struct amount commit, best_case, pipeline;
  bool hot, has;
};
struct calls_error {
  struct amount called;
  struct str error;
  bool bad, has;
};
struct calls_record {
  struct str name;
  struct calls_error past[CALL_PAST];
  size_t n_past;
  struct str bias, accuracy;
  bool bad;
};
struct calls_result {
  struct str quarter, href;
  struct amount called, own, result;
  struct str error, own_error;
  bool bad, own_bad;
};
struct calls_view {
  struct str period, period_href, headline, say, legend_low, legend_high, week_title, past_title;
  struct raw_html_trusted chart;
  struct calls_week *weeks;
  size_t n_weeks;
  struct calls_line *lines;
  size_t n_lines;
  struct calls_result *results;
  size_t n_results;
  struct calls_record *records;
  size_t n_records;
  struct str *quarters;
  size_t n_quarters;
  bool has_own, has_past;
};
struct call_piece {
  struct str name, href;
  struct amount amount, called;
  const char *category;
  struct raw_html_trusted glyph;
  struct str version, now;
};
struct call_view {
  struct str title, say, back, note, hash, rows_note, more, frozen_title;
  struct call_field sums[3]; /* running sums as they were called */
  size_t n_sums;
  struct call_piece *rows, *parts, *revisions;
  size_t n_rows, n_parts, n_revisions;
};
struct adjust_share {
  struct str name, called, now, amount;
};
struct adjust_view {
  struct str title, say, back, action, problem, amount, reason, currency, base, called, called_note, now, now_note, seen, numbers;
  bool has_number, may_spread;
  struct adjust_share *shares; /* the look at a total over the reps */
  size_t n_shares;
};
route_fn calls_page, call_one_page, call_post, call_adjust_page, call_adjust_post, call_remind_post;
route_fn api_calls, api_call, api_call_post; /* api/calls.c */
#endif

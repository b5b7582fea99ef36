/* Who carries what, and plans of what would move: what the views show. */
#ifndef WEB_PAGES_CAPACITY_H
#define WEB_PAGES_CAPACITY_H
#include "web/parts.h"
#include "web/route.h"

/* One rep; on a plan's page also as it would be (is_…), with `changed` where something differs. */
struct capacity_line {
  int64_t id;
  struct str name, href, renewals, renewals_href, accounts, past_safe, languages, unfit, cover, hand_href, share;
  struct amount atr, risk;
  struct raw_html_trusted weeks;
  struct str weeks_say;
  struct str is_renewals, is_accounts, is_unfit;
  struct amount is_atr, is_risk, change;
  struct raw_html_trusted is_weeks;
  bool late, misfit, changed, risk_changed, unfit_changed, is_misfit;
};
struct capacity_plan_line {
  struct str name, href, by, when, state;
};
struct capacity_view {
  struct str headline, say, weeks_title, node;
  struct str place, first_label, next_label, next_href; /* of one page of many reps */
  struct capacity_line *lines;
  size_t n_lines;
  struct capacity_plan_line *plans;
  size_t n_plans;
  struct option *nodes;
  size_t n_nodes;
  bool may_plan;
  struct option *people; /* with what they speak */
  size_t n_people;
  struct str error, name, spoken; /* of the form that was sent */
};
struct capacity_rule_line {
  int64_t place;
  struct str text;
};
struct capacity_promise { /* goes along with its renewal */
  struct str due, who, body, customer, href, to;
  bool late;
};
struct capacity_plan_view {
  struct capacity_promise *promises;
  size_t n_promises, promises_all;
  struct str promises_note;
  int64_t id;
  struct str name, headline, say, by, error, value;
  struct str lines_note; /* how many stay as they are and are not shown */
  struct capacity_rule_line *rules;
  size_t n_rules;
  struct capacity_line *lines;
  size_t n_lines;
  struct option *kinds, *from, *to;
  size_t n_kinds, n_from, n_to;
  struct str move, seen_seq, seen_at, batch_href, back, done; /* move: the button's text */
  int64_t batch_id;
  bool may_plan, stands, undone;
};
route_fn capacity_page, capacity_plan_page;
route_fn capacity_plan_add_post, capacity_rule_add_post, capacity_rule_drop_post, capacity_plan_drop_post, capacity_carry_post, capacity_speak_post;
route_fn api_capacity;

struct desk;
struct capacity_desk;
struct capacity_book;
/* Fills the columns of now of a rep. most: the highest column of all weeks. */
void capacity_line_fill(struct request *r, const struct desk *d, const struct capacity_desk *c, uint32_t rep, const struct capacity_book *x, int64_t most,
                        struct capacity_line *to);
/* Small columns of a rep's weeks, with the sentence that says them. */
struct raw_html_trusted capacity_weeks(struct request *r, const struct capacity_desk *c, const struct capacity_book *x, int64_t most, struct str *ret_say);
int64_t capacity_most(const struct capacity_desk *c, const struct capacity_book *books);
/* Rep codes of the table, by name; last what nobody owns. */
int capacity_order(struct request *r, const struct capacity_desk *c, const struct capacity_book *books, uint32_t **ret, size_t *ret_n);
#endif

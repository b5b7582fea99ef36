/* 1:1 reviews: the list, a rep's series, the page of one day; promises, here and on a renewal's page. */
#ifndef WEB_PAGES_REVIEW_H
#define WEB_PAGES_REVIEW_H
#include "app/promise.h"
#include "app/review.h"
#include "app/review_agenda.h"
#include "web/pages/desk.h"

enum { MAY_REVIEW = MAY_MANAGER | MAY_REP };

struct review_item {
  struct raw_html_trusted glyph;
  struct str name, href, note, amount_note;
  struct amount amount;
  bool up, down;
};
/* One part of the agenda: at most five lines, and where all of them are. */
struct review_part_view {
  struct str id, title, note, href, calm;
  struct review_item *items;
  size_t n_items;
};
struct review_promise {
  int64_t id;
  struct str body, customer, href, who, due, due_iso, word, reason, back;
  bool open, late, kept, broken, may_settle;
};
struct review_promises { /* of a page: the list is the same on the page of a review, of a rep and of a renewal */
  struct review_promise *rows;
  size_t n_rows;
  struct str more, more_href; /* those that are not shown */
};
struct review_question_view {
  struct str text, name, href;
};
struct review_line_view {
  int64_t id;
  struct str body, who, when, when_iso, promise, rows; /* promise: what it became */
  bool private, may_promise, may_remove;
};
struct review_view {
  struct str title, headline, say, self, error, said, then_href, promise_body, note_text, due, rep_href, every;
  int64_t rep_id, note_id;
  bool live, open, past, may_write, may_close, leads, first;
  struct review_part_view *parts;
  size_t n_parts;
  struct review_question_view *questions;
  size_t n_questions;
  struct review_promises agreed;
  struct str agreed_note;
  struct review_line_view *lines;
  size_t n_lines;
  struct option *renewals, *people;
  size_t n_renewals, n_people;
};
struct review_day {
  struct str day, href, manager, note;
  bool open;
};
struct review_series_view {
  struct str title, say, error, said, self, day, every, work_href;
  bool leads, past;
  struct review_promises promises;
  struct review_day *days;
  size_t n_days;
};
struct review_rep {
  struct str name, href, next, next_href, manager, open, late, stale, stale_href;
  bool next_late, has_late, has_stale;
};
struct reviews_view {
  struct str say;
  struct review_rep *reps;
  size_t n_reps;
};

route_fn reviews_page, review_series_page, review_page;
route_fn review_plan_post, review_note_post, review_promise_post, review_close_post, review_move_post;
route_fn promise_post, renewal_promise_post;

/* /reviews/17/2026-11-23 */
struct str review_address(struct request *r, int64_t rep_id, day_t day);
/* Promises as a list shows them; a renewal that the actor does not see has no name there. back: where settling one leads. */
int review_promises_fill(struct request *r, const struct promise *rows, size_t n, struct str back, struct review_promises *ret);
/* A page again after a refusal: what was wrong, and what was typed. */
struct review_again {
  struct str error, note, promise, due;
  int64_t note_id;
};
int review_page_again(struct request *r, struct response *w, int64_t rep_id, day_t day, const struct review_again *again);
/* The agenda's parts and questions; review_parts.c. `from`: day of the last review. */
int review_parts_fill(struct request *r, const struct desk *d, const struct review *x, day_t from, struct review_view *v);
#endif

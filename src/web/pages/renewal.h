/* The page of one renewal: what its view shows. Filled by renewal.c and renewal_edit.c. */
#ifndef WEB_PAGES_RENEWAL_H
#define WEB_PAGES_RENEWAL_H
#include "app/renewal.h"
#include "store/repo_contract.h"
#include "web/pages/approvals.h"
#include "web/form.h"
#include "web/pages/sales.h"
#include "web/pages/escalations.h"
#include "web/parts.h"
#include "web/route.h"

struct renewal_party {
  const char *role;
  struct str name, href, note;
};
struct renewal_line {
  struct str item, detail, serial, quantity, coverage, outcome, became, became_href, excluded;
  struct amount term, year, next, growth;
  bool lost;
};
struct renewal_change {
  const char *field;
  struct str from, to;
};
struct renewal_event {
  const char *icon;
  struct str who, what, when, when_iso, why;
  struct renewal_change *changes;
  size_t n_changes;
};
struct renewal_link {
  struct str number, href, coverage, evidence, lines;
  struct amount year;
};
/* A piece of a note's text: as it is, or a person mentioned. */
struct renewal_piece {
  struct str text;
  bool mention;
};
struct renewal_note {
  struct str who, when, when_iso;
  struct renewal_piece *pieces;
  size_t n_pieces;
};
struct renewal_document {
  int64_t id;
  struct str name, href, note;
  bool gone, may_drop;
};
/* One term of the same support over the years: what this one renewed, itself, and what renewed it. */
struct renewal_term {
  struct str span, number, href, evidence, growth;
  struct amount year;
  bool current;
};
/* What to do next, by rule: one sentence and where to do it. */
struct renewal_advice {
  struct str sentence, act, href;
  bool hot;
};
struct renewal_sibling {
  struct str due, href, outcome;
  struct raw_html_trusted glyph;
  struct amount amount;
  bool current;
};
/* The form's fields as text, with an error each. */
struct renewal_field {
  struct str value, error;
};
struct renewal_form {
  int64_t id, version;
  struct option *stages, *categories;
  size_t n_stages, n_categories;
  struct renewal_field close_date, forecast_amount, next_step, next_step_date, po_number, booked_date, won_amount, lost_reason, why;
  struct str category_error, stage_error;
  bool at_risk, outcome_open; /* outcome_open: show the fields of won and lost */
  struct str currency, problem, from;
};
/* What was promised about it. */
struct review_promises;
struct renewal_promises {
  int64_t id;
  struct review_promises *list;
  bool may_promise;
  struct option *people;
  size_t n_people;
  struct str from, problem, body, due;
};
/* What the model says of it, and of what that is made. */
struct renewal_driver {
  struct str what, points, from, width; /* from, width: of the bar, in percent; the middle is no effect */
  bool down;
};
struct renewal_like {
  struct str name, due, href, outcome;
  struct amount amount;
  bool lost;
};
struct renewal_said {
  struct str text;
};
struct renewal_chance_in {
  struct str period, chance;
};
struct renewal_insight {
  bool shown, starting, doubted, none_yet; /* none_yet: it is open and no run has judged it */
  struct str chance, like, range, base, base_note, other, ground, day, similar;
  struct renewal_chance_in *periods;
  size_t n_periods;
  struct renewal_driver *drivers;
  size_t n_drivers;
  struct renewal_like *rows;
  size_t n_rows;
  struct renewal_said *say;
  size_t n_say;
};
struct renewal_view {
  int64_t id, version;
  struct str customer, customer_href, contract, contract_href, due, due_iso, distance;
  bool open, overdue, may_edit, at_risk, override, saved, logged, may_undo;
  struct raw_html_trusted glyph, risk_glyph;
  const char *category, *stage, *outcome;
  struct amount amount, amount_reporting, last_year, last_term, atr;
  struct str growth, rate_note;
  struct str asleep; /* "Asleep until Tue Dec 1. Tom Okafor: board meets then"; "" when awake */
  struct renewal_party *parties;
  size_t n_parties;
  struct renewal_line *lines;
  size_t n_lines;
  struct str lines_note;
  struct amount total_term, total_year, total_next;
  bool has_next;
  struct renewal_event *events;
  size_t n_events;
  struct renewal_link *before, *after;
  size_t n_before, n_after;
  struct renewal_sibling *siblings;
  size_t n_siblings;
  struct str owner, region, sales_model, state, pricing, notice, close_date, next_step, next_step_date, po_number, booked_date, lost_reason;
  bool step_late;
  struct str list_href, list_name; /* back to the list it came from */
  struct str prev_href, next_href, place;
  struct renewal_form form;
  struct option *channels, *parties_options;
  size_t n_channels, n_parties_options;
  struct str touch_problem, touch_note;
  struct renewal_advice advice;
  struct renewal_term *terms;
  size_t n_terms;
  struct renewal_note *notes;
  size_t n_notes;
  struct option *people; /* to mention */
  size_t n_people;
  struct str note_text, note_problem, document_problem;
  struct str from;         /* the list it came from, for the forms */
  bool may_note, mentioned, noted, kept, dropped;
  struct renewal_document *documents;
  size_t n_documents;
  struct str last_safe, span, history_href;
  struct str events_more;  /* "All 41 entries", "" when all stand on the page */
  bool one_span, has_outcome, safe_past;
  struct renewal_sales sales;
  struct renewal_exceptions exceptions;
  struct renewal_promises promises;
  struct escalation_section escalations;
  struct renewal_insight insight;
};
/* Every change of every field, for /renewals/:id/history. */
struct history_row {
  struct str when, when_iso, who, from, to, why;
  const char *field;
  int64_t version;
};
struct history_field {
  const char *label;
  struct str href;
  bool current;
};
struct history_view {
  struct str customer, contract, href, note;
  struct history_field *fields;
  size_t n_fields;
  struct history_row *rows;
  size_t n_rows;
};
/* One field of two people's edits. */
struct merge_field {
  const char *name, *label;
  struct str seen, stored, mine, stored_value, mine_value;
  bool clash; /* both changed it: the editor must choose; else the one value is sent */
};
struct merge_view {
  int64_t id, version;
  struct str customer, href, who, when, their_why, why;
  struct merge_field *fields;
  size_t n_fields;
  int64_t clashes;
  struct renewal_event *events; /* touches and notes of others since the page was opened */
  size_t n_events;
};

/* Reads everything about the renewal the actor may see. ERR_NOTFOUND outside the scope. */
int renewal_view_fill(struct request *r, int64_t id, struct renewal_view *v);
/* The form with the stored values. */
int renewal_form_fill(struct request *r, const struct renewal *x, struct renewal_form *f);
int renewal_page_send(struct request *r, struct response *w, struct renewal_view *v);
/* Words of a field's value, for history and merging: "Best case", "Thu Nov 26", "R$1,284,310". */
struct str renewal_value(struct request *r, const struct renewal *x, unsigned bit);
/* The same value as the form sends it: "best_case", "2026-11-26", "1284310.00". */
struct str renewal_raw(struct request *r, const struct renewal *x, unsigned bit);
bool renewal_same(const struct renewal *x, const struct renewal *y, unsigned bit);
const char *renewal_label(unsigned bit); /* in English, to be said by tr(): "Category", "Close date" … */
const char *renewal_input(unsigned bit); /* the form field's name; "" for the owner */
#define RENEWAL_BITS 12 /* RENEWAL_SET_… are 1 << 0 … 1 << 11 */
/* Versions and touches, newest first, as the page's history. */
int renewal_events(struct request *r, int64_t id, struct renewal_event **ret, size_t *ret_n);

/* The page to go back to after a form of it: with ?saved=1, ?logged=1 … and the list it came from. said NULL: only the page. */
struct str renewal_address(struct request *r, int64_t id, const char *said);
/* Whether the program wrote a version from the contract's rows (its instant is then a day), and how that reads. */
bool renewal_derived(const struct renewal *x);
struct str renewal_why(struct request *r, const struct renewal *x);
struct str renewal_when(struct request *r, const struct renewal *x);
/* renewal_notes.c: notes, whom to mention, documents. */
int renewal_notes_fill(struct request *r, const struct renewal *x, struct renewal_view *v);
/* renewal_insight.c */
int renewal_insight_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_insight *v);
/* renewal_promises.c */
int renewal_promises_fill(struct request *r, const struct renewal *x, struct renewal_promises *v);
/* renewal_chain.c: the same support over the years, what to do next, the rows beside it in the list it came from. */
int renewal_terms_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v);
int renewal_advice_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v);
int renewal_neighbors_fill(struct request *r, int64_t id, struct renewal_view *v);

route_fn renewal_history_page, renewal_note_post, renewal_mentions_seen_post, renewal_document_post, document_page, document_drop_post;
route_fn renewal_page, renewal_edit_post, renewal_undo_post, renewal_touch_post;
#endif

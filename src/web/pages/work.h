/* The worklist: a rep's home. The address holds the whole state: /work?view=own&tab=nopo&q=…&peek=48213&act=log.
 * The list and the panel beside it are pieces of their own: htmx takes the piece it asks for (HX-Target), the page without it the whole. */
#ifndef WEB_PAGES_WORK_H
#define WEB_PAGES_WORK_H
#include "app/work.h"
#include "app/promise.h"
#include "web/form.h"
#include "web/pages/bulk.h"
#include "web/pages/desk.h"
#include "web/pages/renewal.h"

enum work_tab { TAB_ALL, TAB_SOON, TAB_NO_PO, TAB_LATE, TAB_RISK, TAB_STILL, WORK_TABS };
enum { WORK_SHOWN = 100, WORK_SOON_DAYS = 14, WORK_STILL_DAYS = 14 };

/* What the address asks for. */
struct work_state {
  struct desk desk;          /* open while the state is used */
  struct worklist list;      /* whole, before tab and search */
  uint32_t *shown; size_t n_shown; /* places in list.items that tab and search leave */
  int64_t rep_id;
  struct str rep;            /* name */
  bool mine, may_edit;       /* the actor's own list; may change its rows */
  enum work_share share;
  enum work_tab tab;
  struct str q, root;        /* root: "/work" or "/work/17" */
  int64_t peek;              /* 0 = the first row */
  struct promise *promises; size_t n_promises; /* due ones of that rep */
  struct str act;            /* form shown in the panel: "log", "step", "later", or "" */
};
struct work_tab_link {
  struct str label, href;
  int64_t count;
  bool current;
};
struct work_row {
  int64_t id;
  int32_t version;
  struct str href, peek_href, peek_part, customer, contract, step, step_note, due, due_iso, due_note, cover, wakes, promise;
  bool promise_late, overdue, step_late, current, at_risk;
  struct raw_html_trusted glyph;
  const char *category;
  struct amount amount, reporting;
};
struct work_group_view {
  struct str name, note, href, sum_title, more;
  const char *label;
  int64_t count;
  struct work_row *rows;
  size_t n_rows;
};
struct work_person {
  struct str name, href;
  bool current;
};
struct work_handover_view {
  int64_t id;
  struct str text;
  bool may_end;
};
struct work_view {
  struct str title, q, self_href, list_href, root, hand_href, edit_href, first_time, tab_name, share_name;
  struct work_tab_link *tabs, *shares;
  size_t n_tabs, n_shares;
  struct work_group_view *groups;
  size_t n_groups;
  struct work_handover_view *handovers;
  size_t n_handovers;
  struct option *people;     /* owners the bulk bar may choose; none for a rep */
  size_t n_people;
  struct work_person *whose; /* whose lists the actor may look at */
  size_t n_whose;
  bool may_edit, empty_book;
  struct str done;           /* what is next when nothing is left */
  int64_t total;
  struct bulk_note note;
  struct raw_html_trusted peek; /* the panel, rendered */
};
struct work_why {
  struct str text;
  struct amount part;
  int percent;
};
struct work_choice {
  const char *value, *label, *key;
  bool on;
  struct raw_html_trusted glyph;
};
struct work_peek {
  int64_t id, version;
  struct str customer, href, contract, place, note, note_more, self, act, form_problem, toast, wake_text, back;
  bool hot, may_edit, open, at_risk, can_undo, asleep, form_log, form_step, form_later, fresh_step;
  struct work_why *why;
  size_t n_why;
  struct str why_title, score;
  struct amount amount, reporting, last_year;
  struct str rate_note, growth, currency, reseller, distributor, owner, amount_value, close_value, step_value, step_date_value, po_value, note_value, reason_value,
      until_value, tomorrow;
  struct str category, stage_word, close_word, step_word, step_day_word;
  struct raw_html_trusted glyph;
  bool step_late;
  struct work_choice *categories;
  size_t n_categories;
  struct option *stages, *channels, *parties;
  size_t n_stages, n_channels, n_parties;
  struct renewal_event *events;
  size_t n_events;
  /* two people, one field */
  bool conflict;
  struct str conflict_who, conflict_when, conflict_field, conflict_theirs, conflict_mine, conflict_name, conflict_value;
};

/* Reads the address of a GET, or the hidden field `self` of a POST, which is such an address; rep_id 0 = the actor. */
int work_state_read(struct request *r, struct str target, int64_t rep_id, struct work_state *ret);
/* What a GRID_WORK filter says: "Now, Tom Okafor". */
struct str work_part_words(struct request *r, struct str part);
/* The address of a state: with another row in the panel and a form there; tab and view as they are. */
struct str work_href(struct request *r, const struct work_state *s, int64_t peek, const char *act);
/* A renewal's page that knows it was reached from this list. */
struct str work_row_href(struct request *r, const struct work_state *s, int64_t id);
int work_list_fill(struct request *r, struct work_state *s, struct work_view *v);
/* What a renewal's page says of its sleep; "" when it is awake. */
int work_asleep(struct request *r, int64_t id, struct str *ret);
struct raw_html_trusted work_bar(struct request *r, const struct work_view *v); /* controls of the header bar */
/* The panel of one row; of the list's first when s->peek is 0. ERR_NOTFOUND when the actor does not see it. */
int work_peek_fill(struct request *r, struct work_state *s, struct work_peek *v);
void work_peek_write(struct request *r, struct strbuf *b, const struct work_peek *v);

struct work_promise {
  struct str due, body, customer, href;
  bool late;
};
struct work_hand_view {
  struct work_promise *promises; /* open ones of who hands over */
  size_t n_promises;

  struct str title, from, first, last, reason, problem, back, ids;
  int64_t from_id, chosen, book;
  struct option *colleagues;
  size_t n_colleagues;
};

route_fn work_page, work_rep_page, work_edit_post, work_log_post, work_later_post, work_wake_post, work_undo_post, work_hand_page, work_hand_post,
  work_take_back_post, work_keys_post;
#endif

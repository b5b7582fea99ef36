/* One change to many renewals, for every list with a selection: looked at, made, taken back.
 *
 * POST /renewals/bulk takes a form with
 *   id           once per row: "48213", or "48213:7" with the version that was shown (a check box's value); several may stand in one
 *                field, separated by commas
 *   or all=1     every row of a filter: f, q and period as in the grid's address, and count, how many the person was shown
 *   back         the address to return to
 *   fields       category, stage, close_date, next_step, next_step_date, at_risk (yes or no), owner (a person's id), forecast_amount; an empty
 *                field is left as it is
 *   why          for the history; has a default
 *   go=1         at once when nothing needs a look: at most BULK_AT_ONCE rows and no amount
 * and answers with a page that shows old → new, or goes back with ?changed=ID, which bulk_note_fill turns into a note with Undo. */
#ifndef WEB_PAGES_BULK_H
#define WEB_PAGES_BULK_H
#include "app/renewal_batch.h"
#include "web/form.h"
#include "web/pages/desk.h"

enum { BULK_AT_ONCE = 20 };

struct bulk_diff {
  struct str label, from, to;
};
struct bulk_row {
  struct str href, customer, contract, due, why, state;
  struct bulk_diff *diffs;
  size_t n_diffs;
};
struct bulk_effect {
  struct str label;       /* "Commit, Q4 2026" */
  struct amount change;
  bool up;
};
struct bulk_hidden {
  struct str name, value;
};
struct bulk_view {
  struct str title, say, problem, back, why, more, left_more, no_rate;
  struct bulk_row *rows, *left;  /* the first that change; the first that stay as they are, with the reason */
  size_t n_rows, n_left;
  struct str left_title;
  struct bulk_effect *effects;
  size_t n_effects;
  struct bulk_hidden *hidden;
  size_t n_hidden;
  struct str button;             /* "Change 18 renewals"; "" when none can */
};
struct bulk_done_view {
  int64_t id;
  struct str title, who, when, when_iso, why, problem, back, more, left_title;
  struct bulk_row *rows, *left;
  size_t n_rows, n_left;
  bool may_undo, only_rest;      /* only_rest: some rows were edited on top */
  struct str undo_label;
};
/* The note on a list after a change: "18 renewals changed", with Undo. id 0 and no text: nothing to say. */
struct bulk_note {
  int64_t id;
  struct str text, href, back;
};
/* Reads ?changed= and ?undone= of this request. Never fails the page: a batch that is not the actor's says nothing. */
void bulk_note_fill(struct request *r, struct bulk_note *ret);

/* What a form asks for. */
struct bulk_ask {
  struct desk desk;              /* bulk_ask_read opens it; desk_close(&x.desk) */
  struct renewal_batch batch;
  struct str back, why, forecast_amount;
  bool all, go;
  int64_t shown;                 /* rows the person was shown, -1 = not said */
  uint64_t digest;               /* of the ids */
  bool moved;                    /* the filter finds other rows than those that were shown */
  struct str problem;            /* a sentence when a field is wrong */
};
int bulk_ask_read(struct request *r, struct bulk_ask *ret);
/* Fills the page of a look. */
int bulk_view_fill(struct request *r, const struct bulk_ask *x, const struct batch_result *b, struct bulk_view *v);
/* What the rows that change do to the forecast: effects and no_rate of a page. */
int bulk_effects_fill(struct request *r, const struct desk *d, const struct batch_result *b, struct bulk_view *v);
/* One row for a page: names from the book, old → new of the fields in `changed`. */
int bulk_row_fill(struct request *r, const struct desk *d, const struct batch_row *b, struct bulk_row *ret);
/* An address of ours without the notes that an earlier change left in it, and with name=value when name is given. */
struct str bulk_back(struct request *r, struct str back, const char *name, int64_t value);

route_fn bulk_post, bulk_apply_post, bulk_page, bulk_undo_post;
#endif

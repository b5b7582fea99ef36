/* Targets: the tree of a period with what is set, what counts and what was reached; spreading from above; versions; who is there. */
#ifndef WEB_PAGES_TARGETS_H
#define WEB_PAGES_TARGETS_H
#include "app/target_tree.h"
#include "web/pages/desk.h"

struct target_part_cell {
  struct amount amount;
  struct str href;
};
struct presence_view {
  int64_t id;
  struct str what, who;
};
struct target_form { /* of one place, open in its row */
  struct str action, node, value, reason, problem, cancel, unit, rule, person;
  int64_t base;
  bool needs_reason, is_rep;
  struct str absence_problem, first, last, note; /* of the form of who is there, when it was sent */
  bool joined, left;
  struct presence_view *presence;
  size_t n_presence;
};
struct targets_row {
  const char *level; /* reg all, reg, team, rep */
  struct str name, anchor, edit, say, prorated, growth, share, attained, now_href;
  struct amount target, last, now, gap;
  struct target_part_cell parts[TARGET_PARTS];
  size_t n_parts;
  struct str fold, fold_href; /* of a team whose reps can be hidden: how many there are */
  bool off, gap_bad, gap_good, is_open;
  struct target_form *form; /* NULL: closed */
  size_t columns;
};
struct targets_view {
  struct str headline, say, problem, period, now_head, note, unmatched, spread_action, version, version_href;
  struct option *measures, *scales, *nodes;
  size_t n_measures, n_scales, n_nodes;
  struct str part_names[TARGET_PARTS];
  size_t n_part_names;
  struct option overs[3]; /* over what an amount is spread */
  size_t n_overs;
  struct targets_row *rows;
  size_t n_rows;
  struct str xlsx_href;
  bool rate, may_spread, may_import, saved;
};
struct share_row {
  const char *level;
  struct str name, weight;
  struct amount cells[1 + TARGET_PARTS], was;
  size_t n_cells;
  bool moved;
};
struct spread_view {
  struct str headline, say, problem, action, node, amount, over, digest, reason, back;
  struct str heads[1 + TARGET_PARTS];
  size_t n_heads;
  struct share_row *rows;
  size_t n_rows;
  bool reps, parts;
};
struct target_step_row {
  struct str place, measure, was, now, change, reason;
};
/* One target before and after, in the currency it was set in. */
struct target_step;
void target_step_fill(struct request *r, const struct target_step *s, struct target_step_row *x);
struct target_version_link {
  struct str label, note, href;
  bool current;
};
struct target_version_view {
  struct str headline, say, reason;
  struct target_step_row *rows;
  size_t n_rows;
  struct target_version_link *versions;
  size_t n_versions;
};

/* What a request to the targets' pages is about. */
struct target_ask {
  struct desk desk;
  int measure;
};
int target_ask_open(struct request *r, struct str period, struct target_ask *ret); /* ERR_NOTFOUND: no such period or measure */
void target_ask_close(struct target_ask *x);
#define TARGET_ASK_CLEANUP __attribute__((cleanup(target_ask_close)))
/* A value of the measure as it stands in a cell; with its exact form as title. d: of money only. */
struct amount target_text(struct request *r, const struct desk *d, int measure, int64_t v, enum money_form form);
struct str target_points(struct request *r, int64_t change); /* of a rate × 10^9: "+1.2 points" */
/* As it is typed, and read. Rates in percent. */
struct str target_input(struct request *r, const struct desk *d, int measure, int64_t v);
int target_read(struct request *r, const struct desk *d, int measure, struct str text, int64_t *ret); /* ERR_RANGE with a sentence */
/* /targets/PERIOD, with the measure and one more parameter (NULL: none). */
struct str target_href(struct request *r, struct str period, const char *below, int measure, const char *name, struct str value);
struct str target_place(struct request *r, const struct target_node *n);
const char *target_measure_words(int measure); /* a message: tr() says it */
/* The page with the place's form open; status of w is the caller's. form NULL: all closed. */
int targets_show(struct request *r, struct response *w, struct target_ask *x, const struct node *open, const struct target_form *form);
route_fn targets_now, targets_page, targets_post, targets_presence_post, targets_presence_end_post;
route_fn targets_xlsx;
route_fn targets_spread_page, targets_spread_post, targets_version_page;
#endif

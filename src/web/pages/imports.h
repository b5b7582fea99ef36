/* Imports in the browser: list, upload, mapping, check, result. */
#ifndef WEB_PAGES_IMPORTS_H
#define WEB_PAGES_IMPORTS_H
#include "app/import_desk.h"
#include "app/import_found.h"
#include "store/repo_desk.h"
#include "web/pages/targets.h"
#include "web/parts.h"
#include "web/route.h"

struct import_desk;

/* ---- the list ---- */
struct import_row {
  struct str when, file, kind, source, as_of, counts, findings, who, href;
  bool unfinished, undone;
};
struct staged_row {
  struct str file, kind, state, who, when, href, size;
  bool working, stopped;
};
struct finding_row {
  struct str rule, count, department, sample;
};
struct imports_view {
  struct import_row *runs; size_t n_runs;
  struct staged_row *staged; size_t n_staged;
  struct finding_row *findings; size_t n_findings;
  struct str next_href;
  bool may_import;
};

/* ---- upload ---- */
struct import_new_view {
  struct option *kinds; size_t n_kinds;
  struct str as_of, source, problem, file_name, limit;
};

/* ---- mapping ---- */
struct map_column {
  int number;                  /* from 1 */
  struct str name, why, rule, understood;
  struct str *samples; size_t n_samples;
  struct option *fields; size_t n_fields;
  struct option *rules; size_t n_rules; /* none: the field has no rule of its own */
  bool taken, open, twice;
};
struct map_cell {
  struct str text, why;
};
struct map_line {
  struct map_cell *cells; size_t n_cells;
};
struct import_map_view {
  int64_t id;
  struct str file, size, source, as_of, currency, problem, question, stopped, read_as;
  struct option *kinds; size_t n_kinds;
  struct option *sheets; size_t n_sheets;
  struct map_column *columns; size_t n_columns;
  struct str *missing; size_t n_missing;
  struct str *heads; size_t n_heads;
  struct map_line *lines; size_t n_lines;
  bool asks_currency, unreadable, corrected;
};

/* ---- check ---- */
struct mend_value_row {
  struct str name, old, count; /* of the input */
};
struct mend_row {
  int64_t row;
  struct str name, wrong;
  struct str *cells; size_t n_cells;
  bool fixed; /* cannot be mended in place */
};
struct mend_kind {
  int number;
  struct str column_name, why, mend, count, more, act, act_label;
  struct str *heads; size_t n_heads;
  struct mend_value_row *values; size_t n_values;
  struct mend_row *rows; size_t n_rows;
};
struct effect_row {
  struct str currency, renewals, before, after, change;
};
struct import_target_row {
  struct str period;
  struct target_step_row step;
};
struct import_check_view {
  int64_t id, stamp; /* stamp: of the check that is shown */
  struct str file, kind, source, as_of;
  struct str title, step, error, doubt, apply_label, rows, added, changed, same, refused, also, percent;
  struct effect_row *effects; size_t n_effects;
  struct import_target_row *targets; size_t n_targets;
  struct str targets_more; /* how many are not shown */
  struct mend_kind *kinds; size_t n_kinds;
  bool working, canceling, checked, nothing, long_file, seen_before, none_good, forecast;
};

/* ---- result ---- */
struct import_link {
  struct str label, href, note;
};
struct import_done_view {
  int64_t id;
  struct str file, kind, source, as_of, who, when, counts, also, error, undone, problems_href, title;
  struct import_link *contracts; size_t n_contracts;
  bool may_undo, working, more, renewals, targets;
};

route_fn imports_page, import_new_page, import_new_post, import_map_page, import_map_post, import_check_page, import_check_post, import_mend_post, import_cancel_post,
  import_apply_post, import_discard_post, import_problems_csv, import_done_page, import_undo_post;

/* The desk of this server, or ERR_NOTFOUND with a sentence. */
int imports_desk(struct request *r, struct import_desk **ret);
/* The staged file that the address names. ERR_NOTFOUND. */
int imports_staged(struct request *r, struct staged *ret);
/* A manager works on files of their own only: a file holds rows of other teams. */
bool imports_own(const struct request *r, int64_t person_id);
/* How a field and a kind are called on pages. */
const char *imports_field(const struct reader *r, enum import_field f);
const char *imports_kind(const struct reader *r, int kind);
struct option *imports_kinds(struct request *r, struct str now, size_t *ret_n); /* NULL on no memory */
/* "1,932 rows: 1,918 new, 14 refused". */
struct str imports_counts(struct request *r, const struct import_result *x);
struct str imports_size(struct request *r, int64_t bytes);
struct str imports_href(struct request *r, int64_t id, const char *step); /* "/imports/340/map" */
#endif

/* From a file of rows to rows of the store: mapping of columns, understanding of dates and numbers by
 * column, refusal of bad rows with a mend, matching with what is known, one transaction.
 *
 * The file is read twice: once to understand its columns, once to convert its rows into fixed-size
 * records (about 130 bytes a row plus one copy of each distinct name). Nothing is written before the
 * last row has been read. Docs: docs/internals/import.md. */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H
#include "base/arena.h"
#include "base/date.h"
#include "base/money.h"
#include "exchange/table.h"
#include "store/repo_target.h"
#include <stdatomic.h>

enum import_kind { IMPORT_CONTRACTS, IMPORT_ACCOUNTS, IMPORT_PRODUCTS, IMPORT_FX, IMPORT_TARGETS, IMPORT_TOUCHES, IMPORT_SIGNALS, IMPORT_KIND_COUNT };
const char *import_kind_name(int v);    /* "contracts" … "" when out of range */
int import_kind_of(struct str s);       /* -1 when unknown */

enum date_order { DATE_ORDER_UNKNOWN, DATE_ORDER_DMY, DATE_ORDER_MDY, DATE_ORDER_YMD };

struct import_mends; /* import_mends.h */
struct row_trouble;  /* import_problems.h */
enum { IMPORT_EFFECT_ROWS = 50000 };

struct import_options {
  enum import_kind kind;
  const char *file;
  struct str file_name;     /* as the user knows it (an upload has another path); empty = from file */
  struct str source;        /* name under which the mapping is kept; empty = from the file name without digits and dates */
  const char *map_file;     /* NULL = the saved mapping of the source, else synonyms */
  struct str mapping;       /* a mapping as text, ranks like map_file; empty = none */
  const struct import_mends *mends; /* what a person corrected in the file; NULL = nothing */
  struct table_options table;
  day_t as_of;              /* day on which the file was true; DAY_NONE = today, and known times are derived for new contracts */
  day_t today;
  int64_t now;              /* seconds UTC, written as started_at */
  int64_t actor_id;         /* 0 = the operator at the command line */
  enum date_order date_order; /* UNKNOWN = decide by column */
  char decimal;             /* '.', ',' or 0 = decide by column */
  currency_t currency;      /* for rows without one; NONE = the reporting currency when the file has no currency column */
  bool dry_run, strict, allow_credits;
  bool effect;              /* of a dry run: also what would become of the open forecast, up to IMPORT_EFFECT_ROWS rows */
  bool confirmed;           /* import although it looks like the wrong file (enum import_doubt) */
  int64_t id;               /* of the run, reserved before from "import_run"; 0 = a new one */
  const atomic_bool *cancel; /* true ends the run between two rows with ERR_CONFLICT; may be NULL */
  /* Each refused row as it stands in the file; may be NULL. OK or a code, which ends the run. */
  int (*problem)(void *ctx, size_t row, const struct cell *cells, size_t n, const struct row_trouble *t, const int *column_of_field);
  void *problem_ctx;
  const char *problems;     /* where refused rows go; NULL = nowhere (counts only) */
  void (*progress)(void *ctx, const char *step, int64_t done, int64_t total); /* may be NULL */
  void *progress_ctx;
};

/* How one column was understood. */
struct import_column {
  struct str field;      /* domain.md's name, or "" when the column is not used */
  struct str column;     /* the file's header; "" for a constant */
  struct str rule;       /* "day/month/year", "decimal comma", "text", "constant \"USD\"" … */
  struct str sample, understood; /* first value that is not empty, and what it became */
};
/* Refused rows by kind of problem. */
struct import_trouble {
  struct str why, mend, column, value; /* of the first such row */
  int64_t row, count;
};
/* Why a file may be the wrong one. */
enum import_doubt {
  DOUBT_NONE,
  DOUBT_CHANGES,   /* a great part of the known lines would change or end earlier */
  DOUBT_CUSTOMERS, /* an earlier file of the source was imported, and this one has none of its customers */
};
/* The open renewals of one currency, before and after. */
struct import_effect {
  currency_t currency;
  int64_t before, after, n_before, n_after; /* forecast amounts in minor units; renewals */
};
/* A target that a file sets anew or otherwise. */
struct import_target {
  struct str period;
  struct target_step step; /* without who and why */
};
enum { IMPORT_TARGETS_TOLD = 300 };
struct import_result {
  enum import_kind kind;
  struct str source, file_name, sha256;
  bool seen_before;      /* the same bytes with the same mapping were imported before: nothing was done */
  bool written;          /* false after a dry run, a strict refusal, or when seen before */
  day_t as_of;
  int64_t rows, added, changed, same, refused; /* rows of the file; rows = added + changed + same + refused */
  int64_t extended;      /* of added: later terms of lines already known */
  int64_t older;         /* of same: differ from the store, which knows something newer */
  int64_t findings;      /* data findings opened */
  enum import_doubt doubt;
  int64_t doubted, doubted_of; /* lines that would change, of those known; new customers, of all in the file */
  bool has_effect;       /* effects tell; false for long files */
  struct import_effect *effects; size_t n_effects;
  struct import_target *targets; size_t n_targets; /* of a dry run of targets, in the order of the file: at most IMPORT_TARGETS_TOLD of added + changed */
  int64_t accounts_added, products_added, people_added, contracts_added;
  struct import_column *columns; size_t n_columns;
  struct import_trouble *troubles; size_t n_troubles;
  struct str *preview_fields; size_t n_preview_fields; /* first rows as understood: rows × fields, row after row */
  struct str *preview; size_t n_preview_rows;
  struct str problems_file; /* "" when none was written */
  int64_t import_id;     /* 0 when nothing was written */
};
/* Everything in *ret lives in arena. OK (also when rows were refused: see ret->refused), ERR_SYNTAX (not a
 * table, mapping impossible, column not understandable: the text asks for what is needed), ERR_USAGE,
 * ERR_LIMIT, ERR_IO, ERR_CONFLICT (doubted and not confirmed; canceled), ERR_AGAIN (store busy), ERR_NOMEM, ERR_FAIL. After an error nothing was written. On a mapping
 * error *ret still carries kind and columns, so that a screen can show what was seen. */
int import_run(struct store *s, struct arena *a, const struct import_options *o, struct import_result *ret, struct err *e);
#endif

/* The book's rows as text under domain names: what a person takes away to another program. The same rows for the command and the page. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H
#include "app/scope.h"
#include "insight/grid.h"

enum export_kind { EXPORT_RENEWALS, EXPORT_TERMS, EXPORT_CONTRACTS, EXPORT_KIND_COUNT };
int export_kind_of(struct str s); /* "renewals", "terms", "contracts"; -1 unknown */
struct export_column {
  const char *name;
  bool number; /* a plain decimal number, or empty */
};
enum { EXPORT_MAX_COLUMNS = 24 };
const struct export_column *export_columns(enum export_kind kind, int *ret_n);

/* Gets each row's cells in order of the columns, borrowed until it returns; OK or a code that ends the export. */
struct export_sink {
  void *ctx;
  int (*row)(void *ctx, const struct str *cells, int n, struct err *e);
};
struct export_query {
  enum export_kind kind;
  struct str filter;      /* of renewals: the grid's text form */
  day_t first, last;      /* of terms and contracts: due within; first > last = all */
  day_t plan_day;         /* of renewals: whose rates compare amounts */
  day_t today;            /* of contracts: the day whose coverage counts; of renewals: the day that relative conditions mean */
  struct calendar calendar; /* … and their quarters */
};
/* Rows the scope may see. Renewals by due date, terms by end date, contracts by id. OK, ERR_SYNTAX (filter: the text says which part), ERR_NOMEM,
 * ERR_RANGE, and the sink's codes. *ret_rows may be NULL. */
int export_run(const struct book *b, const struct scope *who, const struct export_query *q, const struct export_sink *sink, int64_t *ret_rows, struct err *e);
#endif

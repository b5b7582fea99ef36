/* Inside of app/import_apply: one run of the transaction, and the rows of a first import for the history. */
#ifndef APP_IMPORT_FIRST_H
#define APP_IMPORT_FIRST_H
#include "app/history.h"
#include "app/import_apply.h"
#include "store/repo_batch.h"
#include "store/repo_history.h"

struct import_work {
  struct store *s;
  struct import_job *j;
  struct file_lines *l;
  struct arena *arena;
  struct resolved r;
  struct match *match;      /* by line */
  uint32_t *order;
  int64_t *contract_id;     /* by contract index, known and new */
  int64_t first_line;       /* id of the first new line, in the order of `order` */
  int64_t *account_known, *product_known, *contract_known; /* earliest known time of new ones */
  uint8_t *contract_used, *contract_set, *account_touched, *account_met;
  struct import_result counts;
  day_t late_after;
  struct contract_moved *moved; size_t n_moved; /* owners whom a file may still name although the contract was moved on */
  struct history_change change;
  struct history_work *history; /* of a first import, else NULL */
};
int import_no_memory(struct err *e);
/* The contract as the file has it; what the file does not say stays as it is known. Without texts. */
struct new_contract import_contract_of(const struct import_work *x, size_t contract);
/* The line without its id. */
struct new_line import_line_of(const struct import_work *x, const struct file_line *f, const struct match *m);

/* All new contracts and lines, in the order of their ids, and the products of the store, for history_first_begin. Ids of accounts, products,
 * people and contracts are given. OK, ERR_NOMEM, store codes; nothing to free then. */
int import_first_rows(struct import_work *x, struct history_rows *ret, struct err *e);
#endif

/* The small imports: accounts, products, exchange rates, targets, touches. Their rows are kept as values and
 * written one by one. */
#ifndef APP_IMPORT_LISTS_H
#define APP_IMPORT_LISTS_H
#include "app/import_values.h"
#include "store/repo_config.h"
#include "store/repo_target.h"

struct list_value {
  struct str text;
  int64_t number;
  day_t day;
  bool has;
};
struct file_list {
  struct arena *arena;        /* of the texts and rows; borrowed */
  enum import_kind kind;
  int slot[FIELD_COUNT];      /* -1 = not in the file */
  int n_slots;
  struct list_row {
    int64_t renewal;          /* of a touch; of a signal its contract or else its account */
    struct list_value *value; /* n_slots */
    currency_t currency;
    uint32_t row;
  } *row;
  size_t n, cap;
  int64_t actor_id;           /* of targets: a manager sets those of their own places; 0 = the operator */
  day_t today;                /* of signals: none lies behind it */
  bool rights_known, all_places;
  struct target_place *places; /* theirs, once they were asked for */
  size_t n_places;
};
void list_init(struct file_list *l, struct arena *a, enum import_kind kind, int64_t actor_id, const struct import_plan *p);
void list_free(struct file_list *l);
/* Takes one good row; may find it bad after all (t): a touch needs its renewal in the store. OK, ERR_NOMEM, store codes. */
int list_take(struct file_list *l, struct store *s, const struct org *org, const struct import_values *v, struct row_trouble *t, struct err *e);
/* "" / 0 / DAY_NONE when the row does not have it. */
struct str list_text(const struct file_list *l, size_t i, enum import_field f);
int64_t list_number(const struct file_list *l, size_t i, enum import_field f);
day_t list_day(const struct file_list *l, size_t i, enum import_field f);
bool list_has(const struct file_list *l, size_t i, enum import_field f);
/* store_tx_fn over a struct import_job (import_apply.h). A dry run does everything and ends with ERR_CONFLICT and
 * job->undone set, so that the transaction is rolled back. */
int apply_list(struct store *s, void *job, struct err *e);
#endif

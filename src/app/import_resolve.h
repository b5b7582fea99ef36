/* The names of a file and what the store calls them. */
#ifndef APP_IMPORT_RESOLVE_H
#define APP_IMPORT_RESOLVE_H
#include "app/import_match.h"

/* Ids by key code of the dictionaries, 0 = not known. Everything in arena but known, which is on the heap. */
struct resolved {
  int64_t *account, *product, *person, *region;
  struct known_contract *contract; /* by index into lines->contract; id 0 = new */
  bool *suffixed;                  /* its key carries the end user: the number serves several */
  struct known_line *known; size_t n_known, cap_known;
};
/* Inside a transaction. OK and store codes. */
int resolve_lines(struct store *s, struct arena *a, struct file_lines *l, struct resolved *ret, struct err *e);
void resolved_free(struct resolved *r);
/* Ids of a dictionary's keys among the accounts, products, people or regions of the store. */
int resolve_names(struct store *s, struct arena *a, struct dict *d, enum import_thing what, int64_t **ret, struct err *e);
/* number_key of a contract. Appends to b. */
void contract_key(struct strbuf *b, const struct file_lines *l, const struct file_contract *c, bool suffixed);
#endif

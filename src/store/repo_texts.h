/* The texts of renewals that people search by: next step, PO number, why it was lost. */
#ifndef STORE_REPO_TEXTS_H
#define STORE_REPO_TEXTS_H
#include "store/store.h"

struct renewal_text_row {
  int64_t id;
  struct str next_step, po_number, lost_reason; /* "" = none; valid during the call */
};
/* A code below 0 ends the reading and is given back. */
typedef int renewal_text_fn(void *arg, const struct renewal_text_row *x, struct err *e);
/* Renewals with any such text, by id. seq >= 0: those changed after that change number (store_change_seq), with or without a text, each once. */
int renewal_texts_each(struct store *s, int64_t seq, renewal_text_fn *fn, void *arg, struct err *e);
#endif

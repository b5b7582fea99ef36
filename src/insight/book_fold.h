/* Freeing what book_folded made; for book.c. */
#ifndef INSIGHT_BOOK_FOLD_H
#define INSIGHT_BOOK_FOLD_H
#include "insight/book.h"
void book_fold_free(struct book_dict *d);
#endif

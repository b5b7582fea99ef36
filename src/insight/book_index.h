/* Rows of the book by the account that has a part in them. About 5 bytes a row and 4 an account for each part asked about. */
#ifndef INSIGHT_BOOK_INDEX_H
#define INSIGHT_BOOK_INDEX_H
#include "insight/book.h"

struct book_index {
  uint32_t *from; /* by account code: where its rows begin; one entry more for the end */
  uint32_t *rows;
};
/* Indexes of the lines or renewals in which the account of this code has that part, ascending; code 0: those in which nobody has it. Made once by
 * whoever asks first, from any thread; borrowed from the book. NULL on no memory. */
const uint32_t *book_rows_of(const struct book *b, enum book_key k, uint32_t code, size_t *ret_n);
void book_index_free(struct book *b); /* for book.c */
#endif

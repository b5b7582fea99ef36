/* The rows of one account as a book of their own, so that any figure of it is the figure's own function over few rows. */
#ifndef INSIGHT_BOOK_PART_H
#define INSIGHT_BOOK_PART_H
#include "insight/grid.h"

/* Renewals in which `account` (a code) has the part GRID_CUSTOMER, GRID_RESELLER or GRID_DISTRIBUTOR, and lines of which it is the customer, or
 * for the other two the partner; dictionaries and rates are b's. *extra and n: rows of b seen besides (struct grid_query), turned into rows of
 * the part. *ret borrows from b and from arena; end it with book_part_end, never with book_free. OK, ERR_NOMEM. */
int book_part_of(const struct book *b, enum grid_column part, uint32_t account, const uint32_t **extra, size_t *n, struct arena *a, struct book *ret);
void book_part_end(struct book *part);
#endif

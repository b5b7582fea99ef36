/* The lines of one account as a book of their own, so that any KPI of it is the KPI's own function over few lines. */
#ifndef INSIGHT_BOOK_PART_H
#define INSIGHT_BOOK_PART_H
#include "insight/book.h"

/* Lines of which `account` (a code) is the customer, or with `partner` the partner; dictionaries, rates and renewals are b's. *ret borrows
 * from b and from arena: it is never given to book_free. OK, ERR_NOMEM. */
int book_part_of(const struct book *b, uint32_t account, bool partner, struct arena *a, struct book *ret);
#endif

/* What repo_book.c and repo_book_rows.c share while a book is read. */
#ifndef STORE_REPO_BOOK_ROWS_H
#define STORE_REPO_BOOK_ROWS_H
#include "store/driver.h"
#include "store/repo_book.h"

struct contract_row { /* by contract code */
  uint32_t account, reseller, distributor;
  day_t cancelled;
  uint16_t rep, region;
  uint8_t model, currency;
};
struct book_reader {
  struct db *db;
  const struct org *org;
  struct book *book;
  day_t as_of;
  int64_t until;    /* last instant known; INT64_MAX for the newest book */
  struct contract_row *contract;
};
int book_read_lines(struct book_reader *r, struct err *e);
int book_read_renewals(struct book_reader *r, struct err *e);
#endif

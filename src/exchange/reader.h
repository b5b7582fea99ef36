/* A table inside this process: the file's kind, the rows of its reader, the header among them. */
#ifndef EXCHANGE_READER_H
#define EXCHANGE_READER_H
#include "exchange/row.h"

/* What a kind of file gives: every row, blank ones too. */
struct row_source {
  void *self;
  int (*next)(void *self, struct row *ret, struct err *e); /* 1, 0 at the end, or a code */
  void (*progress)(const void *self, int64_t *ret_done, int64_t *ret_total);
  void (*close)(void *self);
};

struct reader;
/* fd is borrowed until reader_close. name: of the file, for messages, borrowed too. Codes as table_open. */
int reader_open(int fd, const char *name, const struct table_options *o, struct reader **ret, struct err *e);
const struct table_info *reader_info(const struct reader *r);
/* As table_next. */
int reader_next(struct reader *r, struct row *ret, struct err *e);
void reader_progress(const struct reader *r, int64_t *ret_done, int64_t *ret_total);
void reader_close(struct reader *r); /* takes NULL */
#endif

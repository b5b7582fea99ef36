/* A table as text, for exact expectations: the columns, then each row as "number:cell|cell", then the error if one came.
 * Empty cells show as nothing; cells that are neither text nor empty have their type in front: N, D, B or E and a colon. */
#ifndef TESTS_EXCHANGE_SUPPORT_H
#define TESTS_EXCHANGE_SUPPORT_H
#include <sys/mman.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "exchange/reader.h"

static inline int fd_of_bytes(struct str bytes)
{
  int fd = memfd_create("test", MFD_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
  return fd;
}

static inline void add_cell(struct strbuf *b, const struct cell *c)
{
  static const char *const types[] = {"", "N:", "D:", "B:", "E:", ""};
  strbuf_addz(b, types[c->type]);
  strbuf_add(b, c->text);
}

static inline void add_rows(struct strbuf *b, struct reader *r)
{
  struct err e = {0};
  struct row row;
  int got;
  while ((got = reader_next(r, &row, &e)) == 1) {
    strbuf_fmt(b, "%zu:", row.number);
    for (size_t i = 0; i < row.n; i++) {
      strbuf_addz(b, i > 0 ? "|" : "");
      add_cell(b, &row.cells[i]);
    }
    strbuf_addc(b, '\n');
  }
  if (got < 0)
    strbuf_fmt(b, "error %d: %s\n", got, e.text);
}

/* Reads fd as a file called "t" and closes it. */
static inline const char *table_text_fd(struct strbuf *b, int fd, const struct table_options *o)
{
  struct reader *r = NULL;
  struct err e = {0};
  strbuf_clear(b);
  int code = reader_open(fd, "t", o, &r, &e);
  if (code != OK) {
    strbuf_fmt(b, "error %d: %s\n", code, e.text);
  } else {
    const struct table_info *info = reader_info(r);
    for (size_t i = 0; i < info->n_columns; i++)
      strbuf_fmt(b, "%s%.*s", i > 0 ? "|" : "", STR_FMT(info->columns[i]));
    strbuf_addc(b, '\n');
    add_rows(b, r);
  }
  reader_close(r);
  close(fd);
  return strbuf_z(b);
}

static inline const char *table_text(struct strbuf *b, struct str bytes, const struct table_options *o)
{
  return table_text_fd(b, fd_of_bytes(bytes), o);
}
#endif

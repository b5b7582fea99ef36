/* Fuzz target: delimited text, through the reader of this process. The same bytes must give the same rows twice, cells must
 * be valid UTF-8 without NUL, and what crosses the wire must arrive as it was sent. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "exchange/reader.h"
#include "exchange/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

static void check_wire(const struct row *row) {
  static struct cell cells[TABLE_MAX_COLUMNS];
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(WIRE_MAX);
  struct row got;
  size_t at = 0;
  wire_put_row(&b, row);
  MUST(b.failed == 0);
  MUST(wire_get_row(strbuf_str(&b), &at, cells, &got) == 1);
  MUST(at == b.n && got.n == row->n && got.number == row->number);
  for (size_t i = 0; i < row->n; i++)
    MUST(str_eq(got.cells[i].text, row->cells[i].text) && got.cells[i].type == row->cells[i].type);
}

/* A hash of everything the file gives, and the rows' number. */
static uint64_t read_all(int fd, size_t *ret_rows) {
  struct reader *r;
  struct row row;
  struct err e = {0};
  uint64_t sum = 0;
  size_t last = 0;
  int code = reader_open(fd, "t", NULL, &r, &e);
  *ret_rows = 0;
  if (code != OK) {
    MUST(code < 0 && e.text[0] != '\0');
    return (uint64_t)-code;
  }
  const struct table_info *info = reader_info(r);
  MUST(info->n_columns > 0 && info->n_columns <= TABLE_MAX_COLUMNS && info->header_row > 0);
  while ((code = reader_next(r, &row, &e)) == 1) {
    MUST(row.number > last && row.n > 0 && row.n <= TABLE_MAX_COLUMNS);
    last = row.number;
    ++*ret_rows;
    for (size_t i = 0; i < row.n; i++) {
      MUST((row.cells[i].type == CELL_EMPTY) == (row.cells[i].text.n == 0));
      MUST(utf8_valid(row.cells[i].text) && memchr(row.cells[i].text.p, 0, row.cells[i].text.n) == NULL);
      sum = sum * 31 + str_hash(row.cells[i].text);
    }
    check_wire(&row);
  }
  MUST(code == 0 || e.text[0] != '\0');
  reader_close(r);
  return sum * 31 + (uint64_t)-code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  size_t rows, again;
  MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
  uint64_t sum = read_all(fd, &rows);
  MUST(read_all(fd, &again) == sum && again == rows);
  close(fd);
  return 0;
}

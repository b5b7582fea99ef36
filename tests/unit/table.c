/* The whole way: a file on disk, the reading process, rows here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "exchange/table.h"

static char path[64];

static void write_file(struct str bytes) {
  str_to_z(STR("/tmp/perennial-table-XXXXXX"), path, sizeof path);
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
  close(fd);
}

static void add_table(struct strbuf *b, const struct table_options *o) {
  struct table *t = NULL;
  struct err e = {0};
  struct cell *cells;
  size_t n, row;
  int got = table_open(path, o, &t, &e);
  if (got == OK) {
    const struct table_info *info = table_info(t);
    strbuf_fmt(b, "%s %.*s %c %s %zu", info->format, STR_FMT(info->encoding), info->delimiter, info->line_end, info->header_row);
    for (size_t i = 0; i < info->n_columns; i++)
      strbuf_fmt(b, " [%.*s]", STR_FMT(info->columns[i]));
    strbuf_addc(b, '\n');
    while ((got = table_next(t, &cells, &n, &row, &e)) == 1) {
      strbuf_fmt(b, "%zu:", row);
      for (size_t i = 0; i < n; i++)
        strbuf_fmt(b, "%s%.*s", i > 0 ? "|" : "", STR_FMT(cells[i].text));
      strbuf_addc(b, '\n');
    }
    int64_t done, total;
    table_progress(t, &done, &total);
    strbuf_fmt(b, "read %lld of %lld\n", (long long)done, (long long)total);
  }
  if (got < 0)
    strbuf_fmt(b, "error %d: %s\n", got, strstr(e.text, "perennial-table-") == e.text ? e.text + 22 : e.text);
  table_close(t);
}

static void expect(struct str bytes, const struct table_options *o, const char *text) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  write_file(bytes);
  add_table(&b, o);
  unlink(path);
  assert_string_equal(strbuf_z(&b), text);
}

static void rows_arrive(void **state) {
  (void)state;
  expect(STR("title\n\n a ;b;\n1;\"x;\"\"y\"\"\";\n\"2\"             ;\"\";3\n"), NULL,
         "csv utf-8 ; LF 3 [a] [b] [Column 3]\n4:1|x;\"y\"|\n5:2||3\nread 49 of 49\n");
  expect(STR("a\xE7\xE3o,b\r\n\xE9,2\r\n"), &(struct table_options){.encoding = STR("latin1")},
         "csv iso-8859-1 , CRLF 1 [a\xC3\xA7\xC3\xA3o] [b]\n2:\xC3\xA9|2\nread 13 of 13\n");
  expect(STR("a:b\n1:2\n"), &(struct table_options){.delimiter = ':'}, "csv utf-8 : LF 1 [a] [b]\n2:1|2\nread 8 of 8\n");
}

static void refusals_arrive(void **state) {
  (void)state;
  expect(STR("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), NULL,
         "error -3:  is a PDF, not a table: export the contracts as CSV or XLSX\n");
  expect(STR("a,b\n1,\"2\n"), NULL,
         "error -3: : row 2: a quoted cell begins here and is never closed: close the quote, or double it if it is part of the "
         "text\n");
  struct table *t = NULL;
  struct err e;
  assert_int_equal(table_open("/no/such/file.csv", NULL, &t, &e), ERR_IO);
  assert_string_equal(e.text, "/no/such/file.csv: there is no such file");
  assert_int_equal(table_open("/tmp", NULL, &t, &e), ERR_IO);
  assert_string_equal(e.text, "/tmp is a folder: name the file in it");
}

/* `lines` lines "N,xxxx…" of about 60 bytes behind a header. */
static void write_lines(int lines) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(64 << 20);
  strbuf_addz(&b, "number,text\n");
  for (int i = 1; i <= lines; i++)
    strbuf_fmt(&b, "%d,%s\n", i, "fifty bytes of a text that is the same in every line");
  assert_int_equal(b.failed, 0);
  write_file(strbuf_str(&b));
}

/* Many batches through few slots, and a row too large for a slot between small ones. */
static void batches(void **state) {
  (void)state;
  struct table *t;
  struct cell *cells;
  size_t n, row;
  char number[16];
  write_lines(50000);
  assert_int_equal(table_open(path, NULL, &t, NULL), OK);
  for (size_t i = 1; i <= 50000; i++) {
    assert_int_equal(table_next(t, &cells, &n, &row, NULL), 1);
    assert_int_equal(row, i + 1);
    snprintf(number, sizeof number, "%zu", i);
    assert_true(str_eq(cells[0].text, str_of(number)));
  }
  assert_int_equal(table_next(t, &cells, &n, &row, NULL), 0);
  assert_int_equal(table_next(t, &cells, &n, &row, NULL), 0);
  table_close(t);
  unlink(path);

  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(64 << 20);
  strbuf_addz(&b, "a,b\n1,small\n2,");
  memset(strbuf_reserve(&b, 1 << 20), 'x', 1 << 20);
  b.n += 1 << 20;
  strbuf_addz(&b, "\n3,small\n");
  write_file(strbuf_str(&b));
  assert_int_equal(table_open(path, NULL, &t, NULL), OK);
  for (size_t i = 1; i <= 3; i++) {
    assert_int_equal(table_next(t, &cells, &n, &row, NULL), 1);
    assert_int_equal(cells[1].text.n, i == 2 ? 1 << 20 : 5);
  }
  assert_int_equal(table_next(t, &cells, &n, &row, NULL), 0);
  table_close(t);
  unlink(path);
}

/* The one child of this thread. */
static pid_t reader_pid(void) {
  char text[64] = {0};
  int64_t pid = 0;
  int fd = open("/proc/thread-self/children", O_RDONLY);
  assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
  close(fd);
  assert_int_equal(str_to_i64(str_trim(str_of(text)), &pid), OK);
  return (pid_t)pid;
}

static void locked_in(void **state) {
  (void)state;
  struct table *t;
  char name[64], text[4096] = {0};
  write_lines(50000);
  assert_int_equal(table_open(path, NULL, &t, NULL), OK);
  snprintf(name, sizeof name, "/proc/%d/status", (int)reader_pid());
  int fd = open(name, O_RDONLY);
  assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
  close(fd);
  assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
  assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
  table_close(t);
  unlink(path);
}

static void reader_dies(void **state) {
  (void)state;
  struct table *t;
  struct err e = {0};
  struct cell *cells;
  size_t n, row, last = 0;
  int got;
  write_lines(50000);
  assert_int_equal(table_open(path, NULL, &t, NULL), OK);
  assert_int_equal(table_next(t, &cells, &n, &row, &e), 1);
  assert_int_equal(kill(reader_pid(), SIGTERM), 0);
  while ((got = table_next(t, &cells, &n, &row, &e)) == 1)
    last = row;
  assert_int_equal(got, ERR_IO);
  char expected[200];
  snprintf(expected, sizeof expected, "%s: the reader stopped after row %zu (it crashed): export the table again, as CSV if it is a workbook",
           path + strlen("/tmp/"), last);
  assert_string_equal(e.text, expected);
  assert_int_equal(table_next(t, &cells, &n, &row, &e), ERR_IO); /* stays so */
  table_close(t);
  unlink(path);
}

/* Closing in the middle ends the reader and leaves no process behind. */
static void closed_early(void **state) {
  (void)state;
  struct table *t;
  write_lines(50000);
  assert_int_equal(table_open(path, NULL, &t, NULL), OK);
  pid_t pid = reader_pid();
  table_close(t);
  assert_int_equal(kill(pid, 0), -1);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_arrive), cmocka_unit_test(refusals_arrive), cmocka_unit_test(batches),
      cmocka_unit_test(locked_in),   cmocka_unit_test(reader_dies),     cmocka_unit_test(closed_early),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

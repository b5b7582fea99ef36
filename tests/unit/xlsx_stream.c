/* A list that does not fit one worksheet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

#include "report/xlsx_stream.h"
#include "../group.h"

static char path[] = "/tmp/perennial-stream-XXXXXX";

/* The last bytes of a part, which end its last row; "" when there is none. */
static const char *end_of(zip_t *z, const char *part, char buf[static 4096]) {
  size_t kept = 0;
  zip_file_t *f = zip_fopen(z, part, 0);
  buf[0] = 0;
  for (zip_int64_t n = 1; f != NULL && n > 0;) {
    char more[2048];
    n = zip_fread(f, more, sizeof more);
    if (n > 0) {
      size_t stays = kept > 2000 ? 2000 : kept;
      memmove(buf, buf + kept - stays, stays);
      memcpy(buf + stays, more, (size_t)n);
      kept = stays + (size_t)n;
      buf[kept] = 0;
    }
  }
  if (f != NULL) {
    zip_fclose(f);
  }
  return buf;
}

static void a_full_sheet_goes_on_in_the_next(void **state) {
  (void)state;
  const struct xlsx_stream_column column = {.title = STR("Number"), .kind = REPORT_COUNT};
  struct xlsx_stream *x = NULL;
  struct err e = {0};
  char buf[4096];
  assert_int_equal(xlsx_stream_open(path, "Renewals", &column, 1, &x, &e), OK);
  for (int64_t i = 1; i <= XLSX_STREAM_ROWS + 3; i++) {
    struct xlsx_stream_cell cell = {.cell = {.number = i}};
    assert_int_equal(xlsx_stream_row(x, &cell, &e), OK);
  }
  assert_int_equal(xlsx_stream_close(x, OK, &e), OK);

  zip_t *z = zip_open(path, ZIP_RDONLY, NULL);
  assert_non_null(z);
  assert_non_null(strstr(end_of(z, "xl/worksheets/sheet1.xml", buf), "<c r=\"A1048576\"><v>1048575</v></c></row></sheetData>"));
  assert_non_null(strstr(buf, "<autoFilter ref=\"A1:A1048576\"/>"));
  end_of(z, "xl/worksheets/sheet2.xml", buf);
  assert_non_null(strstr(buf, "<t>Number</t>"));
  assert_non_null(strstr(buf, "<c r=\"A4\"><v>1048578</v></c></row></sheetData>"));
  end_of(z, "xl/workbook.xml", buf);
  assert_non_null(strstr(buf, "<sheet name=\"Renewals\""));
  assert_non_null(strstr(buf, "<sheet name=\"Renewals 2\""));
  zip_close(z);
}

static void a_form_is_one_sheet(void **state) {
  (void)state;
  const struct xlsx_stream_column column = {.title = STR("Number"), .kind = REPORT_COUNT, .edit = true};
  const struct str line = STR("How it works");
  const struct xlsx_stream_form form = {.title = STR("t"), .organization = STR("o"), .page = STR("&P"), .about = "About", .lines = &line, .n_lines = 1};
  struct xlsx_stream *x = NULL;
  struct err e = {0};
  struct xlsx_stream_cell cell = {.cell = {.number = 1}};
  assert_int_equal(xlsx_stream_open_form(path, "Renewals", &column, 1, &form, &x, &e), OK);
  for (int64_t i = 1; i <= XLSX_STREAM_ROWS; i++) {
    assert_int_equal(xlsx_stream_row(x, &cell, &e), OK);
  }
  assert_int_equal(xlsx_stream_row(x, &cell, &e), ERR_LIMIT);
  assert_int_equal(xlsx_stream_close(x, ERR_LIMIT, &e), ERR_LIMIT);
}

static int make_file(void **state) {
  (void)state;
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_full_sheet_goes_on_in_the_next), cmocka_unit_test(a_form_is_one_sheet)};
  return group_run_tests(tests, make_file, remove_file);
}

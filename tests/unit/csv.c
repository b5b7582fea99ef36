#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exchange_support.h"

#include "base/alloc.h"
#include "exchange/csv.h"

#define EXPECT(bytes, text) expect(STR(bytes), NULL, text)

static void expect(struct str bytes, const struct table_options *o, const char *text)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  assert_string_equal(table_text(&b, bytes, o), text);
}

static struct csv_dialect detected(struct str sample)
{
  struct csv_dialect d;
  assert_int_equal(csv_detect(sample, true, &d), OK);
  return d;
}

static void plain_records(void **state)
{
  (void)state;
  EXPECT("a,b,c\n1,2,3\n4,5,6\n", "a|b|c\n2:1|2|3\n3:4|5|6\n");
  EXPECT("a,b\n1,2", "a|b\n2:1|2\n");
  EXPECT("a,b\n,\n1,\n,2\n", "a|b\n3:1|\n4:|2\n");
  EXPECT("id\n7\n8\n", "id\n2:7\n3:8\n");
  EXPECT("a,b\n", "a|b\n");
  EXPECT("\xEF\xBB\xBF" "a,b\n1,2\n", "a|b\n2:1|2\n");
}

static void line_ends(void **state)
{
  (void)state;
  EXPECT("a,b\r\n1,2\r\n3,4\r\n", "a|b\n2:1|2\n3:3|4\n");
  EXPECT("a,b\r1,2\r3,4", "a|b\n2:1|2\n3:3|4\n");
  EXPECT("a,b\r1,2\r\n3,4\n5,6\r", "a|b\n2:1|2\n3:3|4\n4:5|6\n");
  /* a blank line between: CR LF is one end, CR CR LF are two */
  EXPECT("a,b\r\r\n1,2\n\n3,4\n", "a|b\n3:1|2\n5:3|4\n");
  assert_string_equal(detected(STR("a,b\n1,2\n")).line_end, "LF");
  assert_string_equal(detected(STR("a,b\r\n1,2\r\n")).line_end, "CRLF");
  assert_string_equal(detected(STR("a,b\r1,2\r")).line_end, "CR");
  assert_string_equal(detected(STR("a,b\r1,2\n")).line_end, "mixed");
  /* line ends in quotes are text, not records */
  assert_string_equal(detected(STR("a,b\n\"x\r\ny\",2\n")).line_end, "LF");
}

static void quotes(void **state)
{
  (void)state;
  EXPECT("a,b\n\"1,5\",\"x\ny\"\n", "a|b\n2:1,5|x\ny\n");
  EXPECT("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", "a|b\n2:say \"hi\"|\"\n");
  EXPECT("a,b\n\"\",\"\"\"x\"\n", "a|b\n2:|\"x\n");
  EXPECT("\"a\",\"b\"\r\n\"1\",\"2\"\r\n", "a|b\n2:1|2\n");
  EXPECT("a,b\n\"x\",\"y\"", "a|b\n2:x|y\n");
  /* quotes where none belong */
  EXPECT("a,b\n5\" pipe,6\" pipe\n", "a|b\n2:5\" pipe|6\" pipe\n");
  EXPECT("a,b\n\"he said \"hi\" twice\",2\n", "a|b\n2:he said \"hi\" twice|2\n");
  EXPECT("a,b\n\"x\" ,\"y\" \n", "a|b\n2:x|y\n");
  EXPECT("a,b\n \"x\",2\n", "a|b\n2: \"x\"|2\n");
}

static void unterminated_quote(void **state)
{
  (void)state;
  EXPECT("a,b\n1,2\n3,\"4\n5,6\n7,8\n",
         "error -3: t: row 3: a quoted cell begins here and is never closed: close the quote, or double it if it is part of "
         "the text\n");
  EXPECT("a,b\n1,\"",
         "error -3: t: row 2: a quoted cell begins here and is never closed: close the quote, or double it if it is part of "
         "the text\n");
}

static void delimiters(void **state)
{
  (void)state;
  EXPECT("a;b;c\n1,5;2;3\n1,7;2;4\n", "a|b|c\n2:1,5|2|3\n3:1,7|2|4\n");
  EXPECT("a\tb\n1,2\t3\n", "a|b\n2:1,2|3\n");
  EXPECT("a|b\nx,y|3\n", "a|b\n2:x,y|3\n");
  EXPECT("sep=;\na;b\n1;2\n", "a|b\n3:1|2\n");
  EXPECT("sep=|\r\na|b\r\n1|2,5\r\n", "a|b\n3:1|2,5\n");
  assert_int_equal(detected(STR("a;b\n\"x,y\";2\n\"x,z\";3\n")).delimiter, ';');
  assert_int_equal(detected(STR("only\none\ncolumn\n")).delimiter, ',');
  struct table_options told = {.delimiter = ':'};
  expect(STR("a:b\n1,2:3\n"), &told, "a|b\n2:1,2|3\n");
  told.delimiter = '"';
  expect(STR("a:b\n1,2:3\n"), &told, "error -3: t: the delimiter must be one visible character or a tab\n");
}

static void headers(void **state)
{
  (void)state;
  EXPECT("Contracts of the year\n\nRun on,2026-01-02\n\nnumber,account,end,amount\n7,Acme,2026-12-31,5\n",
         "number|account|end|amount\n6:7|Acme|2026-12-31|5\n");
  EXPECT(" a ,, b \n1,2,3\n", "a|Column 2|b\n2:1|2|3\n");
  EXPECT("a,b,,\n1,2,,\n3,4,5,\n", "a|b|Column 3\n2:1|2|\n3:3|4|5\n");
  EXPECT("a,b,,\n1,2,,\n", "a|b\n2:1|2\n");
  EXPECT("a,a\n1,2\n", "a|a\n2:1|2\n");
  EXPECT("2024,2025\n1,2\n", "2024|2025\n2:1|2\n");
  EXPECT("id,2024,2025\na,1,2\nb,3,4\n", "id|2024|2025\n2:a|1|2\n3:b|3|4\n");
  /* ragged rows go to the caller as they are */
  EXPECT("a,b,c\n1\n1,2,3,4\n", "a|b|c\n2:1\n3:1|2|3|4\n");
}

static void blank_files(void **state)
{
  (void)state;
  EXPECT("", "error -3: t is empty (0 bytes), not a table: export it again\n");
  EXPECT("\n \n,,\n", "error -3: t has no rows: it holds nothing but blank lines: export it again\n");
}

/* Cells and records that lie across the ends of the buffer, and many sizes around them. */
static void long_texts(void **state)
{
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(16 << 20);
  for (size_t pad = 262120; pad < 262150; pad++) {
    strbuf_clear(&b);
    strbuf_addz(&b, "a,b\n");
    memset(strbuf_reserve(&b, pad), 'x', pad);
    b.n += pad;
    strbuf_addz(&b, ",1\r\n\"q\"\"r\",\"s\r\n\"\r\n");
    int fd = fd_of_bytes(strbuf_str(&b));
    struct reader *r;
    struct row row;
    assert_int_equal(reader_open(fd, "t", NULL, &r, NULL), OK);
    assert_int_equal(reader_next(r, &row, NULL), 1);
    assert_int_equal(row.cells[0].text.n, pad);
    assert_int_equal(reader_next(r, &row, NULL), 1);
    assert_true(str_eq(row.cells[0].text, STR("q\"r")));
    assert_true(str_eq(row.cells[1].text, STR("s\r\n")));
    assert_int_equal(reader_next(r, &row, NULL), 0);
    reader_close(r);
    close(fd);
  }
}

static void limits(void **state)
{
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(16 << 20), text STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  strbuf_addz(&b, "a,b\n1,\"");
  size_t n = TABLE_MAX_CELL + 1000;
  memset(strbuf_reserve(&b, n), 'x', n);
  b.n += n;
  assert_string_equal(table_text(&text, strbuf_str(&b), NULL),
                      "error -2: t: row 2: a quoted cell is longer than 1024 KiB: most likely a quote that is never closed: "
                      "close it or double it\n");
  strbuf_clear(&b);
  strbuf_addz(&b, "a,b\n1,2\n");
  for (int i = 0; i < TABLE_MAX_COLUMNS; i++)
    strbuf_addz(&b, "x,");
  assert_string_equal(table_text(&text, strbuf_str(&b), NULL),
                      "error -2: t: row 3: more than 1024 columns: is the delimiter right?\n");
}

static void not_text(void **state)
{
  (void)state;
  EXPECT("a,b\n\xC3\xA9,1\n\xC3\xA8,1\n\xC3\xA9,1\n\xC3\xA9,1\nx\xE9,2\n",
         "error -3: t: row 6: byte 0xE9 is not utf-8 text: the file mixes encodings or is damaged: save it again as UTF-8, or "
         "name its encoding\n");
}

/* Every allocation that can fail does so once: a code comes back, nothing leaks (the sanitizer build sees). */
static void out_of_memory(void **state)
{
  (void)state;
  int fd = fd_of_bytes(STR("a;b\n\"1\"\"\";2\n"));
  int failures = 0;
  for (uint64_t k = 1; k < 1000; k++) {
    struct reader *r = NULL;
    struct row row;
    mem_fail_at(k, 0);
    int code = reader_open(fd, "t", NULL, &r, NULL);
    if (code == OK)
      assert_int_equal(reader_info(r)->delimiter, ';');
    while (code == OK && (code = reader_next(r, &row, NULL)) == 1)
      code = OK;
    bool reached = mem_count() >= k;
    mem_fail_at(0, 0);
    reader_close(r);
    if (!reached)
      break;
    failures += code == ERR_NOMEM;
    assert_true(code == ERR_NOMEM || code == OK);
  }
  assert_true(failures >= 4);
  close(fd);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_records), cmocka_unit_test(line_ends),   cmocka_unit_test(quotes),
      cmocka_unit_test(unterminated_quote), cmocka_unit_test(delimiters), cmocka_unit_test(headers),
      cmocka_unit_test(blank_files),   cmocka_unit_test(long_texts),  cmocka_unit_test(limits),
      cmocka_unit_test(not_text),      cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

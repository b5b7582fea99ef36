#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exchange_support.h"

#define EXPECT(bytes, text) expect(STR(bytes), text)

static void expect(struct str bytes, const char *text) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  assert_string_equal(table_text(&b, bytes, NULL), text);
}

static void named_by_content(void **state) {
  (void)state;
  EXPECT("%PDF-1.4\n1 0 obj\n", "error -3: t is a PDF, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "error -3: t is a PNG image, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("\xFF\xD8\xFF\xE0\0\x10JFIF", "error -3: t is a JPEG image, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("GIF89a\x01\0\x01\0", "error -3: t is a GIF image, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("\x1F\x8B\x08\0\0\0\0\0", "error -3: t is a gzip archive, not a table: unpack it and import the file inside\n");
  EXPECT("SQLite format 3\0\x10\0", "error -3: t is an SQLite database, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("{\\rtf1 x}", "error -3: t is an RTF document, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("TABLE\r\n0,1\r\n\"EXCEL\"\r\n",
         "error -3: t is a DIF file, not a table: open it in a spreadsheet program and save it as XLSX or CSV\n");
  EXPECT("ID;PWXL;N;E\r\nP;PGeneral\r\nF;P0;DG0G8\r\nE\r\n",
         "error -3: t is a SYLK file, not a table: open it in a spreadsheet program and save it as XLSX or CSV\n");
  EXPECT("\x7F" "ELF\x02\x01\x01\0\0\0", "error -3: t is a binary file, not a table: export the contracts as CSV or XLSX\n");
}

static void markup(void **state) {
  (void)state;
  EXPECT("\xEF\xBB\xBF\n<!DOCTYPE HTML><table><tr><td>1</td></tr></table>",
         "error -3: t is a web page (HTML), not a table: open it in a spreadsheet program and save it as XLSX or CSV\n");
  EXPECT("<table border=1><tr><td>1</td></tr></table>",
         "error -3: t is a web page (HTML), not a table: open it in a spreadsheet program and save it as XLSX or CSV\n");
  EXPECT("<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
         "error -3: t is an Excel 2003 XML spreadsheet, not a table: open it in a spreadsheet program and save it as XLSX or CSV\n");
  EXPECT("<?xml version=\"1.0\"?><rows/>", "error -3: t is XML, not a table: export the contracts as CSV or XLSX\n");
  EXPECT("[\n  {\"a\": 1}\n]", "error -3: t is JSON, not a table: export the contracts as CSV or XLSX\n");
}

/* An OLE2 file: the names in its directory are UTF-16. */
static void old_office(void **state) {
  (void)state;
  EXPECT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........W\0o\0r\0k\0b\0o\0o\0k\0......................",
         "error -3: t is a legacy Excel workbook (.xls), not a table: open it in a spreadsheet program and save it as XLSX\n");
  EXPECT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0......................",
         "error -3: t is a password-protected workbook, not a table: open it in Excel, remove the password (File > Info), save it "
         "again\n");
  EXPECT("\x09\x08\x10\0\0\x06\x05\0", "error -3: t is a bare Excel 97 sheet, not a table: open it in a spreadsheet program and save it "
                                       "as XLSX or CSV\n");
}

/* Tables that begin like something else. */
static void still_tables(void **state) {
  (void)state;
  EXPECT("ID;Product\n1;P\n2;F\n", "ID|Product\n2:1|P\n3:2|F\n");
  EXPECT("[id],{name}\n1,x\n", "[id]|{name}\n2:1|x\n");
  EXPECT("TABLE,0\nx,1\n", "TABLE|0\n2:x|1\n");
  EXPECT("PK,b\n1,2\n", "PK|b\n2:1|2\n");
  EXPECT("a,b\n1,<b>\n", "a|b\n2:1|<b>\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(named_by_content),
      cmocka_unit_test(markup),
      cmocka_unit_test(old_office),
      cmocka_unit_test(still_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

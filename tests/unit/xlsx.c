#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "xlsx_support.h"

#include "base/alloc.h"
#include "exchange/package.h"
#include "exchange/xlsx_value.h"

static void expect_parts(const struct file_part *parts, size_t n, const struct table_options *o, const char *text) {
  struct strbuf zip STRBUF_CLEANUP = STRBUF_INIT(64 << 20), b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  make_zip(&zip, parts, n);
  assert_string_equal(table_text(&b, strbuf_str(&zip), o), text);
}

/* A workbook of one sheet with these rows, shared strings and styles. */
static void expect_book(const char *book, const char *rows, const char *strings, const char *styles, const char *text) {
  struct file_part parts[] = {
      {"_rels/.rels", ROOT_RELS, 0},
      {"xl/workbook.xml", book, 0},
      {"xl/_rels/workbook.xml.rels",
       RELS(RELATION("rId1", "worksheet", "worksheets/sheet1.xml") RELATION("rId2", "sharedStrings", "/xl/sharedStrings.xml")
                RELATION("rId3", "styles", "./styles.xml")),
       0},
      {"xl/worksheets/sheet1.xml", rows, 0},
      {"xl/sharedStrings.xml", strings, 0},
      {"xl/styles.xml", styles, 0},
  };
  expect_parts(parts, 6, NULL, text);
}

#define NO_STRINGS "<sst " MAIN_NS "/>"
#define NO_STYLES "<styleSheet " MAIN_NS "/>"

static void expect_rows(const char *sheet, const char *text) {
  expect_book(BOOK(ONE_SHEET), sheet, NO_STRINGS, NO_STYLES, text);
}

static void strings(void **state) {
  (void)state;
  expect_book(BOOK(ONE_SHEET),
              SHEET("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
                    "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\" t=\"s\"><v>3</v></c></row>"
                    "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>4</v></c><c r=\"B3\" t=\"str\"><f>A1</f><v>a &amp; b</v></c></row>"),
              "<sst " MAIN_NS "><si><t>name</t></si><si><t>note</t></si>"
              "<si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>"
              "<si><t>\xE6\x9D\xB1\xE4\xBA\xAC</t><rPh sb=\"0\" eb=\"2\"><t>tokyo</t></rPh><phoneticPr fontId=\"1\"/></si>"
              "<si><t xml:space=\"preserve\"> x_x000D_y_x005F_ </t></si></sst>",
              NO_STYLES,
              "name|note\n2:rich text|\xE6\x9D\xB1\xE4\xBA\xAC\n3: x\ry_ |a & b\n");
  expect_rows(SHEET("<row><c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c><c t=\"inlineStr\"><is><t>b</t></is></c></row>"
                    "<row><c t=\"inlineStr\"><is><t>x</t><rPh><t>drop</t></rPh></is></c><c><v>7</v></c></row>"),
              "inline|b\n2:x|N:7\n");
  expect_rows(SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c></row>"),
              "error -3: t, row 2: a cell refers to a text that is not in the workbook: it is damaged: save it again\n");
}

static void positions(void **state) {
  (void)state;
  /* gaps of cells and rows, empty styled cells, no references at all */
  expect_rows(SHEET("<row r=\"3\"><c r=\"B3\" t=\"str\"><v>a</v></c><c r=\"D3\" t=\"str\"><v>c</v></c></row>"
                    "<row r=\"7\"><c r=\"B7\"><v>1</v></c><c r=\"C7\" s=\"1\"/><c r=\"XFD7\" s=\"1\"/></row>"
                    "<row><c t=\"str\"><v>p</v></c><c t=\"str\"><v>q</v></c></row>"),
              "Column 1|a|Column 3|c\n7:|N:1\n8:p|q\n");
  expect_rows(SHEET(ROW_AB "<row r=\"2\"><c r=\"AMK2\"><v>1</v></c></row>"),
              "error -2: t, row 2: more than 1024 columns: keep the columns of the contracts only\n");
  expect_rows(SHEET(ROW_AB "<row r=\"2\"><c r=\"1A\"><v>1</v></c></row>"),
              "error -3: t, row 2: \"1A\" is no cell reference: save it again\n");
  expect_rows(SHEET(""), "error -3: sheet \"Data\" of t is empty: name the sheet that holds the table\n");
  expect_rows(SHEET(ROW_AB), "a|b\n");
}

static void types(void **state) {
  (void)state;
  expect_rows(SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\" t=\"b\"><v>1</v></c><c r=\"B2\" t=\"b\"><v>0</v></c></row>"
                           "<row r=\"3\"><c r=\"A3\" t=\"e\"><v>#N/A</v></c><c r=\"B3\" t=\"str\"><v>0042</v></c></row>"
                           "<row r=\"4\"><c r=\"A4\" t=\"d\"><v>2026-01-31T00:00:00.000Z</v></c><c r=\"B4\" t=\"d\"><v>2026-01-31T10:20:30</v></c></row>"
                           "<row r=\"5\"><c r=\"A5\"><v>1234.5600000000001</v></c><c r=\"B5\" t=\"n\"><v>1.5E3</v></c></row>"),
              "a|b\n2:B:true|B:false\n3:E:#N/A|0042\n4:D:2026-01-31|D:2026-01-31T10:20:30\n5:N:1234.56|N:1500\n");
  /* a formula counts by its result; without one it is no empty cell, unless its result is the empty text */
  expect_rows(SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\"><f>1+1</f><v>2</v></c><c r=\"B2\"><f>1+1</f></c></row>"
                           "<row r=\"3\"><c r=\"A3\"><f>1+1</f><v></v></c><c r=\"B3\" t=\"str\"><f>T(1)</f><v></v></c></row>"),
              "a|b\n2:N:2|E:#CALC?\n3:E:#CALC?\n");
}

#define STYLES                                                                                                          \
  "<styleSheet " MAIN_NS "><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy;@\"/>"                 \
  "<numFmt numFmtId=\"165\" formatCode=\"#,##0 &quot;days&quot;\"/></numFmts>"                                          \
  "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"                                                                  \
  "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"22\"/>" \
  "</cellXfs></styleSheet>"
#define DATES                                                                                                            \
  SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>46022</v></c><c r=\"B2\" s=\"2\"><v>60</v></c></row>"                \
               "<row r=\"3\"><c r=\"A3\" s=\"3\"><v>46022</v></c><c r=\"B3\" s=\"4\"><v>46022.5</v></c></row>")

static void dates(void **state) {
  (void)state;
  expect_book(BOOK(ONE_SHEET), DATES, NO_STRINGS, STYLES,
              "a|b\n2:D:2025-12-31|D:1900-02-29\n3:N:46022|D:2025-12-31T12:00:00\n");
  expect_book(BOOK("<workbookPr date1904=\"1\"/>" ONE_SHEET), DATES, NO_STRINGS, STYLES,
              "a|b\n2:D:2030-01-01|D:1904-03-01\n3:N:46022|D:2030-01-01T12:00:00\n");
}

static void number(const char *raw, const char *plain) {
  char buf[VALUE_SIZE], z[VALUE_SIZE];
  struct str s;
  if (plain == NULL) {
    assert_false(value_number(str_of(raw), buf, &s));
    return;
  }
  assert_true(value_number(str_of(raw), buf, &s));
  assert_string_equal(str_to_z(s, z, sizeof z), plain);
}

static void numbers(void **state) {
  (void)state;
  number("0.30000000000000004", "0.3");
  number("42.299999999999997", "42.3");
  number("1234567.8899999999", "1234567.89");
  number("99999.999999999999", "100000");
  number("0.99999999999999999", "1");
  number("-0.0", "0");
  number("1E-7", "0.0000001");
  number("-1.25e+2", "-125");
  number("1.2345678901234567E+19", "12345678901234600000");
  number("4111111111111111111", "4111111111111111111"); /* written as an integer: all digits are meant */
  number("007", "7");
  number("100", "100");
  number("0", "0");
  number("0.0012", "0.0012");
  number("12.", "12");
  number("", NULL);
  number("abc", NULL);
  number("1,5", NULL);
  number("1e", NULL);
  number("1e999", NULL);
  number("--1", NULL);
}

static void date(const char *raw, enum number_style style, bool system_1904, const char *text, enum cell_type type) {
  char buf[VALUE_SIZE], z[VALUE_SIZE];
  struct cell c = value_date(str_of(raw), style, system_1904, buf);
  assert_string_equal(str_to_z(c.text, z, sizeof z), text);
  assert_int_equal(c.type, type);
}

static void serials(void **state) {
  (void)state;
  date("1", STYLE_DATE, false, "1900-01-01", CELL_DATE);
  date("59", STYLE_DATE, false, "1900-02-28", CELL_DATE);
  date("60", STYLE_DATE, false, "1900-02-29", CELL_DATE);
  date("61", STYLE_DATE, false, "1900-03-01", CELL_DATE);
  date("0", STYLE_DATE, false, "1900-01-00", CELL_DATE);
  date("0", STYLE_DATE, true, "1904-01-01", CELL_DATE);
  date("2958465", STYLE_DATE, false, "9999-12-31", CELL_DATE);
  date("2958466", STYLE_DATE, false, "2958466", CELL_NUMBER);
  date("2957003", STYLE_DATE, true, "9999-12-31", CELL_DATE);
  date("-1", STYLE_DATE, false, "-1", CELL_NUMBER);
  date("41684.35264774306", STYLE_DATE, false, "2014-02-14T08:27:49", CELL_DATE);
  date("45291.999999999993", STYLE_DATE, false, "2024-01-01", CELL_DATE); /* a whole day after rounding to seconds */
  date("0.5", STYLE_TIME, false, "12:00:00", CELL_TEXT);
  date("1.25", STYLE_ELAPSED, false, "1.25", CELL_NUMBER);
  date("soon", STYLE_DATE, false, "soon", CELL_TEXT);
}

static void formats(void **state) {
  (void)state;
  static const struct {
    const char *code;
    enum number_style style;
  } cases[] = {
      {"General", STYLE_NUMBER},         {"0.00E+00", STYLE_NUMBER},        {"#,##0.00 [$EUR]", STYLE_NUMBER},
      {"[Red]0.00", STYLE_NUMBER},       {"\"day\" 0", STYLE_NUMBER},       {"0\\d", STYLE_NUMBER},
      {"_(* #,##0_);_(@_)", STYLE_NUMBER}, {"yyyy-mm-dd", STYLE_DATE},      {"[$-409]d-mmm-yy;@", STYLE_DATE},
      {"mmm", STYLE_DATE},               {"DD.MM.YYYY hh:mm", STYLE_DATE},  {"h:mm AM/PM", STYLE_TIME},
      {"mm:ss", STYLE_TIME},             {"[h]:mm:ss", STYLE_ELAPSED},      {"0;\"d\"yy", STYLE_NUMBER},
      {"", STYLE_NUMBER},                {"@", STYLE_NUMBER},               {"[unclosed", STYLE_NUMBER},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(style_of_code(str_of(cases[i].code)), cases[i].style);
  assert_int_equal(style_of_builtin(14), STYLE_DATE);
  assert_int_equal(style_of_builtin(20), STYLE_TIME);
  assert_int_equal(style_of_builtin(44), STYLE_NUMBER);
  assert_int_equal(style_of_builtin(46), STYLE_ELAPSED);
}

static void sheets(void **state) {
  (void)state;
  const struct file_part parts[] = {
      {"_rels/.rels", ROOT_RELS, 0},
      {"xl/workbook.xml",
       BOOK("<sheets><sheet name=\"Old\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/><sheet name=\"Cover\" sheetId=\"2\" r:id=\"rId2\"/>"
            "<sheet name=\"Chart\" sheetId=\"9\" r:id=\"rId9\"/><sheet name=\"R &amp; D\" sheetId=\"3\" r:id=\"rId3\"/></sheets>"),
       0},
      {"xl/_rels/workbook.xml.rels",
       RELS(RELATION("rId1", "worksheet", "worksheets/sheet1.xml") RELATION("rId2", "worksheet", "/xl/worksheets/sheet2.xml")
                RELATION("rId3", "worksheet", "../xl/worksheets/./sheet3.xml") RELATION("rId9", "chartsheet", "chartsheets/sheet1.xml")),
       0},
      {"xl/worksheets/sheet1.xml", SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row>"), 0},
      {"xl/worksheets/sheet2.xml", SHEET("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>Only a title</v></c></row>"), 0},
      {"xl/worksheets/sheet3.xml", SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\"><v>3</v></c></row>"), 0},
  };
  struct table_options o = {.sheet = STR("")};
  expect_parts(parts, 6, &o, "a|b\n2:N:3\n");
  o.sheet = STR("Old");
  expect_parts(parts, 6, &o, "a|b\n2:N:1\n");
  o.sheet = STR("2");
  expect_parts(parts, 6, &o, "Only a title\n");
  o.sheet = STR("r & d");
  expect_parts(parts, 6, &o, "a|b\n2:N:3\n");
  o.sheet = STR("4");
  expect_parts(parts, 6, &o, "error -3: t has no sheet \"4\": it has \"Old\", \"Cover\", \"R & D\"\n");
}

static void dialects_of_xml(void **state) {
  (void)state;
  /* prefixes, the strict namespaces, backslashes and capitals in paths */
  const struct file_part parts[] = {
      {"_rels\\.rels", RELS("<Relationship Id=\"a\" Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" "
                            "Target=\"/XL/Workbook.xml\"/>"), 0},
      {"xl\\workbook.xml",
       "<x:workbook xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" "
       "xmlns:q=\"http://purl.oclc.org/ooxml/officeDocument/relationships\"><x:sheets><x:sheet name=\"S\" q:id=\"b\"/></x:sheets></x:workbook>",
       0},
      {"xl\\_rels\\workbook.xml.rels",
       RELS("<Relationship Id=\"b\" Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet\" Target=\"s.xml\"/>"), 0},
      {"xl\\s.xml",
       "<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" xmlns:o=\"urn:other\"><x:sheetData>"
       "<x:row><x:c t=\"str\"><x:v>a</x:v></x:c><x:c t=\"str\"><x:v>b</x:v></x:c></x:row>"
       "<x:row><x:c><x:v>1</x:v><o:v>9</o:v></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>",
       0},
  };
  expect_parts(parts, 4, NULL, "a|b\n2:N:1|N:2\n");
}

static void refusals(void **state) {
  (void)state;
  expect_rows("<!DOCTYPE x [<!ENTITY a \"b\">]>" SHEET(ROW_AB),
              "error -3: t has an XML part with a DOCTYPE, which no workbook needs: it is refused\n");
  expect_rows("<worksheet " MAIN_NS "><sheetData><row>",
              "error -3: t has an XML part that is not well-formed (damaged or written by a faulty program): save it again in a "
              "spreadsheet program\n");
  expect_parts((const struct file_part[]){{"contracts.csv", "a,b\n1,2\n", 0}}, 1, NULL,
               "error -3: t is a ZIP archive, not a table: unpack it and import the file inside\n");
  expect_parts((const struct file_part[]){{"word/document.xml", "<x/>", 0}}, 1, NULL,
               "error -3: t is a Word document, not a table: export the contracts as CSV or XLSX\n");
  expect_parts((const struct file_part[]){{"content.xml", "<x/>", 0}}, 1, NULL,
               "error -3: t is an OpenDocument file, not a table: open it in a spreadsheet program and save it as XLSX\n");
  expect_parts((const struct file_part[]){{"mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0}, {"content.xml", "<x/>", 0}}, 2, NULL,
               "error -3: t is an OpenDocument spreadsheet (.ods): open it in a spreadsheet program and save it as XLSX\n");
  expect_parts((const struct file_part[]){{"../evil", "x", 0}}, 1, NULL,
               "error -3: t has a part whose path leads out of the package: it is refused\n");
  expect_parts((const struct file_part[]){{"/etc/passwd", "x", 0}}, 1, NULL,
               "error -3: t has a part whose path leads out of the package: it is refused\n");
}

static void bomb_and_damage(void **state) {
  (void)state;
  struct strbuf zeroes STRBUF_CLEANUP = STRBUF_INIT(8 << 20), zip STRBUF_CLEANUP = STRBUF_INIT(8 << 20);
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  size_t n = 4 << 20;
  memset(strbuf_reserve(&zeroes, n), ' ', n);
  make_zip(&zip, &(struct file_part){"xl/workbook.xml", zeroes.p, n}, 1);
  assert_string_equal(table_text(&b, strbuf_str(&zip), NULL),
                      "error -2: t unpacks to far more than a table needs (over 100 times its size, or over 1 GiB): it is refused "
                      "as a zip bomb\n");
  make_zip(&zip, (const struct file_part[]){{"_rels/.rels", ROOT_RELS, 0}, {"xl/workbook.xml", BOOK(ONE_SHEET), 0}}, 2);
  assert_string_equal(table_text(&b, str_sub(strbuf_str(&zip), 0, zip.n - 30), NULL),
                      "error -3: t is damaged or cut short (its end is missing): download or export it again\n");
  /* one byte of the checksum of the first part, in its local header and in the directory */
  struct str s = strbuf_str(&zip);
  char *local = zip.p, *directory = memmem(s.p, s.n, "PK\x01\x02", 4);
  local[14] ^= 1;
  directory[16] ^= 1;
  assert_string_equal(table_text(&b, s, NULL), "error -3: t is damaged or cut short (CRC error): download or export it again\n");
}

static void paths(void **state) {
  (void)state;
  char buf[PACKAGE_MAX_PATH];
  assert_true(str_eq(package_resolve(STR("xl/workbook.xml"), STR("worksheets/a.xml"), buf), STR("xl/worksheets/a.xml")));
  assert_true(str_eq(package_resolve(STR("xl/workbook.xml"), STR("/xl/a.xml"), buf), STR("xl/a.xml")));
  assert_true(str_eq(package_resolve(STR("xl/workbook.xml"), STR("../a/./b"), buf), STR("a/b")));
  assert_true(str_eq(package_resolve(STR(""), STR("xl/workbook.xml"), buf), STR("xl/workbook.xml")));
  assert_int_equal(package_resolve(STR("xl/workbook.xml"), STR("../../a"), buf).n, 0);
}

/* Every allocation of ours fails once: a code comes back, nothing is half-read for whole. */
static void out_of_memory(void **state) {
  (void)state;
  struct strbuf zip STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  const struct file_part parts[] = {
      {"_rels/.rels", ROOT_RELS, 0},
      {"xl/workbook.xml", BOOK(ONE_SHEET), 0},
      {"xl/_rels/workbook.xml.rels",
       RELS(RELATION("rId1", "worksheet", "s.xml") RELATION("rId2", "sharedStrings", "t.xml") RELATION("rId3", "styles", "u.xml")), 0},
      {"xl/s.xml", SHEET(ROW_AB "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" s=\"1\"><v>46022</v></c></row>"), 0},
      {"xl/t.xml", "<sst " MAIN_NS "><si><t>text</t></si></sst>", 0},
      {"xl/u.xml", STYLES, 0},
  };
  make_zip(&zip, parts, 6);
  int fd = fd_of_bytes(strbuf_str(&zip)), failures = 0;
  for (uint64_t k = 1; k < 1000; k++) {
    struct reader *r = NULL;
    struct row row;
    size_t rows = 0;
    mem_fail_at(k, 0);
    int code = reader_open(fd, "t", NULL, &r, NULL);
    while (code == OK && (code = reader_next(r, &row, NULL)) == 1) {
      assert_true(str_eq(row.cells[0].text, STR("text")) && str_eq(row.cells[1].text, STR("2025-12-31")));
      rows++;
      code = OK;
    }
    bool reached = mem_count() >= k;
    mem_fail_at(0, 0);
    reader_close(r);
    if (!reached) {
      assert_int_equal(rows, 1);
      break;
    }
    failures++;
    assert_int_equal(code, ERR_NOMEM);
  }
  assert_true(failures > 10);
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings),  cmocka_unit_test(positions),       cmocka_unit_test(types),
      cmocka_unit_test(dates),    cmocka_unit_test(numbers),         cmocka_unit_test(serials),
      cmocka_unit_test(formats),  cmocka_unit_test(sheets),          cmocka_unit_test(dialects_of_xml),
      cmocka_unit_test(refusals), cmocka_unit_test(bomb_and_damage), cmocka_unit_test(paths),
      cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

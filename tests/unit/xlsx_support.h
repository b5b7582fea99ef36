/* Small workbooks made in the test. */
#ifndef TESTS_XLSX_SUPPORT_H
#define TESTS_XLSX_SUPPORT_H
#include <zip.h>

#include "exchange_support.h"

#define MAIN_NS "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define R_NS "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELS(inner) "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" inner "</Relationships>"
#define RELATION(id, type, target) "<Relationship Id=\"" id "\" Type=\"" REL "/" type "\" Target=\"" target "\"/>"
#define ROOT_RELS RELS(RELATION("rId1", "officeDocument", "xl/workbook.xml"))
#define BOOK(inner) "<workbook " MAIN_NS " " R_NS ">" inner "</workbook>"
#define ONE_SHEET "<sheets><sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"
#define SHEET(rows) "<worksheet " MAIN_NS "><sheetData>" rows "</sheetData></worksheet>"
#define ROW_AB "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>b</t></is></c></row>"

struct file_part {
  const char *path, *text;
  size_t n; /* 0 = up to the NUL */
};

/* The zip as bytes in *b. */
static inline void make_zip(struct strbuf *b, const struct file_part *parts, size_t n) {
  zip_error_t why;
  zip_source_t *bytes = zip_source_buffer_create(NULL, 0, 0, &why);
  zip_source_keep(bytes);
  zip_t *z = zip_open_from_source(bytes, ZIP_TRUNCATE, &why);
  assert_non_null(z);
  for (size_t i = 0; i < n; i++) {
    size_t length = parts[i].n > 0 ? parts[i].n : strlen(parts[i].text);
    zip_source_t *text = zip_source_buffer(z, parts[i].text, length, 0);
    assert_true(zip_file_add(z, parts[i].path, text, ZIP_FL_ENC_UTF_8) >= 0);
  }
  assert_int_equal(zip_close(z), 0);
  zip_stat_t st;
  zip_source_stat(bytes, &st);
  strbuf_clear(b);
  char *room = strbuf_reserve(b, st.size);
  assert_non_null(room);
  zip_source_open(bytes);
  assert_int_equal(zip_source_read(bytes, room, st.size), (zip_int64_t)st.size);
  zip_source_close(bytes);
  zip_source_free(bytes);
  b->n += st.size;
}
#endif

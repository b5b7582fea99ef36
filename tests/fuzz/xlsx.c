/* Fuzz target: workbooks. An input that begins with "PK" is a ZIP file as it stands. Any other is a text of parts, each
 * behind a line "=== path", and is packed here, so that mutations reach the XML behind the checksums. Parts that are not
 * given are plain ones that work. */
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "base/utf8.h"
#include "exchange/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define RELATION(id, type, target) "<Relationship Id=\"" id "\" Type=\"" REL "/" type "\" Target=\"" target "\"/>"

static const struct {
  const char *path, *text;
} plain[] = {
    {"_rels/.rels", "<Relationships>" RELATION("a", "officeDocument", "xl/workbook.xml") "</Relationships>"},
    {"xl/workbook.xml", "<workbook " MAIN " xmlns:r=\"" REL "\"><sheets><sheet name=\"S\" r:id=\"a\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels", "<Relationships>" RELATION("a", "worksheet", "sheet.xml") RELATION("b", "sharedStrings", "strings.xml")
                                       RELATION("c", "styles", "styles.xml") "</Relationships>"},
    {"xl/sheet.xml", "<worksheet " MAIN "><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
                     "<row><c s=\"1\"><v>45000</v></c><c><v>1.5</v></c></row></sheetData></worksheet>"},
    {"xl/strings.xml", "<sst " MAIN "><si><t>a</t></si><si><r><t>b</t></r></si></sst>"},
    {"xl/styles.xml", "<styleSheet " MAIN "><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
};

static void add_part(zip_t *z, struct str path, struct str text) {
  char name[256];
  zip_source_t *s = zip_source_buffer(z, text.p, text.n, 0);
  MUST(s != NULL);
  str_to_z(path, name, sizeof name);
  zip_int64_t i = zip_file_add(z, name, s, ZIP_FL_OVERWRITE | ZIP_FL_ENC_RAW);
  if (i < 0)
    zip_source_free(s);
  else
    zip_set_file_compression(z, (zip_uint64_t)i, ZIP_CM_STORE, 0);
}

static void add_given(zip_t *z, struct str s) {
  while (str_starts(s, STR("=== "))) {
    struct str path, text = STR_NONE, rest;
    str_cut(str_sub(s, 4, s.n), '\n', &path, &rest);
    const char *end = rest.n > 0 ? memmem(rest.p, rest.n, "\n=== ", 5) : NULL;
    text = end != NULL ? (struct str){rest.p, (size_t)(end - rest.p)} : rest;
    s = end != NULL ? str_sub(rest, text.n + 1, rest.n) : STR_NONE;
    add_part(z, path, text);
  }
}

static void write_packed(int fd, struct str s) {
  zip_error_t why;
  zip_source_t *bytes = zip_source_buffer_create(NULL, 0, 0, &why);
  zip_source_keep(bytes);
  zip_t *z = zip_open_from_source(bytes, ZIP_TRUNCATE, &why);
  MUST(z != NULL);
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    add_part(z, str_of(plain[i].path), str_of(plain[i].text));
  add_given(z, s);
  char block[65536];
  zip_int64_t n;
  if (zip_close(z) != 0)
    zip_discard(z);
  else if (zip_source_open(bytes) == 0) {
    while ((n = zip_source_read(bytes, block, sizeof block)) > 0)
      MUST(write(fd, block, (size_t)n) == n);
    zip_source_close(bytes);
  }
  zip_source_free(bytes);
}

static void read_all(int fd) {
  struct reader *r;
  struct row row;
  struct err e = {0};
  size_t rows = 0;
  int code = reader_open(fd, "t", NULL, &r, &e);
  if (code != OK) {
    MUST(code < 0 && e.text[0] != '\0');
    return;
  }
  while ((code = reader_next(r, &row, &e)) == 1 && rows++ < 100000)
    for (size_t i = 0; i < row.n; i++) {
      MUST((row.cells[i].type == CELL_EMPTY) == (row.cells[i].text.n == 0));
      MUST(utf8_valid(row.cells[i].text) && memchr(row.cells[i].text.p, 0, row.cells[i].text.n) == NULL);
    }
  MUST(code >= 0 || e.text[0] != '\0');
  reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str s = {(const char *)data, size};
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  MUST(fd >= 0);
  if (str_starts(s, STR("PK")))
    MUST(write(fd, data, size) == (ssize_t)size);
  else
    write_packed(fd, s);
  read_all(fd);
  close(fd);
  return 0;
}

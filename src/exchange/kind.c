#include "exchange/kind.h"

#include <unistd.h>

#include "exchange/encoding.h"

#define EXPORT "export the contracts as CSV or XLSX"
#define SAVE_AS "open it in a spreadsheet program and save it as XLSX or CSV"
#define UNPACK "unpack it and import the file inside"

/* `at` is the offset of the magic bytes. */
static const struct {
  size_t at;
  struct str magic;
  const char *what, *mend;
} magics[] = {
#define MAGIC(at, bytes, what, mend) {at, {bytes, sizeof(bytes) - 1}, what, mend}
    MAGIC(0, "\x89PNG\r\n", "a PNG image", EXPORT),
    MAGIC(0, "\xFF\xD8\xFF", "a JPEG image", EXPORT),
    MAGIC(0, "GIF87a", "a GIF image", EXPORT),
    MAGIC(0, "GIF89a", "a GIF image", EXPORT),
    MAGIC(0, "II*\0", "a TIFF image", EXPORT),
    MAGIC(0, "MM\0*", "a TIFF image", EXPORT),
    MAGIC(8, "WEBPVP8", "a WebP image", EXPORT),
    MAGIC(0, "%!PS", "a PostScript document", EXPORT),
    MAGIC(0, "{\\rtf", "an RTF document", EXPORT),
    MAGIC(0, "\x1F\x8B", "a gzip archive", UNPACK),
    MAGIC(0, "BZh", "a bzip2 archive", UNPACK),
    MAGIC(0, "\xFD" "7zXZ\0", "an xz archive", UNPACK),
    MAGIC(0, "7z\xBC\xAF\x27\x1C", "a 7-Zip archive", UNPACK),
    MAGIC(0, "Rar!\x1A\x07", "a RAR archive", UNPACK),
    MAGIC(0, "\x28\xB5\x2F\xFD", "a Zstandard archive", UNPACK),
    MAGIC(257, "ustar", "a tar archive", UNPACK),
    MAGIC(0, "SQLite format 3\0", "an SQLite database", EXPORT),
    MAGIC(0, "PAR1", "a Parquet file", EXPORT),
    MAGIC(0, "ARROW1", "an Arrow file", EXPORT),
    MAGIC(4, "Standard Jet DB", "an Access database", EXPORT),
    MAGIC(4, "Standard ACE DB", "an Access database", EXPORT),
    MAGIC(0, "\x09\x00\x04\x00", "an Excel workbook from before 1997", SAVE_AS),
    MAGIC(0, "\x09\x02\x06\x00", "an Excel workbook from before 1997", SAVE_AS),
    MAGIC(0, "\x09\x04\x06\x00", "an Excel workbook from before 1997", SAVE_AS),
    MAGIC(0, "\x09\x08\x08\x00", "an Excel workbook from before 1997", SAVE_AS),
    MAGIC(0, "\x09\x08\x10\x00", "a bare Excel 97 sheet", SAVE_AS),
    MAGIC(0, "\0\0\x02\0\x04\x04", "a Lotus 1-2-3 worksheet", SAVE_AS),
    MAGIC(0, "\0\0\x02\0\x06\x04", "a Lotus 1-2-3 worksheet", SAVE_AS),
    MAGIC(0, "\0\0\x1A\0", "a Lotus 1-2-3 worksheet", SAVE_AS),
    MAGIC(0, "\xFF\x00\x02\x00", "a Works spreadsheet", SAVE_AS),
    MAGIC(0, "\0\0\xFE\xFF", "UTF-32 text", "save it as UTF-8"),
    MAGIC(0, "\xFF\xFE\0\0", "UTF-32 text", "save it as UTF-8"),
    MAGIC(0, "TABLE\r\n0,1", "a DIF file", SAVE_AS),
    MAGIC(0, "TABLE\n0,1", "a DIF file", SAVE_AS),
    MAGIC(0, "MIME-Version:", "a web archive", SAVE_AS),
#undef MAGIC
};

static int refuse(struct err *e, const char *name, const char *what, const char *mend)
{
  return err_set(e, ERR_SYNTAX, "%s is %s, not a table: %s", name, what, mend);
}

static bool starts_nocase(struct str s, struct str prefix)
{
  return s.n >= prefix.n && str_eq_nocase(str_sub(s, 0, prefix.n), prefix);
}

/* Does the file hold the ASCII word as UTF-16LE, as OLE directories write names? */
static bool holds_wide(int fd, const char *word)
{
  char wide[64], block[1 << 16];
  size_t n = 0;
  for (; word[n / 2] != '\0' && n + 2 <= sizeof wide; n += 2) {
    wide[n] = word[n / 2];
    wide[n + 1] = '\0';
  }
  int64_t at = 0;
  ssize_t r;
  while ((r = pread(fd, block, sizeof block, at)) > (ssize_t)n) {
    if (memmem(block, (size_t)r, wide, n) != NULL)
      return true;
    at += r - (ssize_t)n;
  }
  return false;
}

static int refuse_ole(int fd, const char *name, struct err *e)
{
  if (holds_wide(fd, "EncryptedPackage"))
    return refuse(e, name, "a password-protected workbook", "open it in Excel, remove the password (File > Info), save it again");
  if (holds_wide(fd, "WordDocument"))
    return refuse(e, name, "a Word document", EXPORT);
  if (holds_wide(fd, "PowerPoint Document"))
    return refuse(e, name, "a PowerPoint presentation", EXPORT);
  if (holds_wide(fd, "Workbook") || holds_wide(fd, "Book"))
    return refuse(e, name, "a legacy Excel workbook (.xls)", "open it in a spreadsheet program and save it as XLSX");
  return refuse(e, name, "an old Microsoft Office document", EXPORT);
}

static int refuse_markup(struct str s, const char *name, struct err *e)
{
  struct str head = str_sub(s, 0, 4096);
  if (str_contains(head, STR("urn:schemas-microsoft-com:office:spreadsheet")))
    return refuse(e, name, "an Excel 2003 XML spreadsheet", SAVE_AS);
  if (str_contains(head, STR("urn:oasis:names:tc:opendocument")))
    return refuse(e, name, "a flat OpenDocument file", SAVE_AS);
  static const char *const html[] = {"<!doctype html", "<html", "<head", "<meta", "<body", "<table", "<div", "<style", "<script"};
  for (size_t i = 0; i < sizeof html / sizeof *html; i++)
    if (starts_nocase(s, str_of(html[i])) || (starts_nocase(s, STR("<?xml")) && str_contains(head, str_of(html[i]))))
      return refuse(e, name, "a web page (HTML)", SAVE_AS);
  if (starts_nocase(s, STR("<?xml")) || starts_nocase(s, STR("<!doctype")) || starts_nocase(s, STR("<!--")))
    return refuse(e, name, "XML", EXPORT);
  return OK;
}

/* Symbolic Link: "ID;P…", then records of one or two letters. A CSV may begin "ID;Product", but not go on like that. */
static bool is_sylk(struct str s)
{
  struct str line, rest = s;
  if (!str_starts(s, STR("ID;")))
    return false;
  for (int i = 0; i < 3; i++) {
    if (!str_cut(rest, '\n', &line, &rest))
      return false;
    if (i > 0 && (line.n < 2 || memchr("PFBCOWN", line.p[0], 7) == NULL || line.p[1] != ';'))
      return false;
  }
  return true;
}

static bool is_json(struct str s)
{
  if (s.n < 2 || (s.p[0] != '{' && s.p[0] != '['))
    return false;
  struct str inner = str_trim(str_sub(s, 1, 64));
  return inner.n > 0 && (s.p[0] == '{' ? inner.p[0] == '"' : inner.p[0] == '{');
}

static bool is_dbase(struct str s)
{
  const uint8_t *p = (const uint8_t *)s.p;
  if (s.n < 33 || memchr("\x02\x03\x04\x05\x30\x31\x32\x43\x7B\x83\x8B\x8C\xCB\xE5\xF5", p[0], 15) == NULL)
    return false;
  unsigned header = p[8] | (unsigned)p[9] << 8;
  return p[2] >= 1 && p[2] <= 12 && p[3] >= 1 && p[3] <= 31 && header >= 33 && memchr(s.p, 0, 32) != NULL;
}

static bool is_binary(struct str head, bool told_utf16)
{
  size_t mark, odd = 0, zero = 0;
  enum encoding marked = encoding_of_mark(head, &mark);
  if (told_utf16 || marked == ENCODING_UTF_16LE || marked == ENCODING_UTF_16BE)
    return false;
  struct encoding_evidence v = {0};
  encoding_look(&v, head);
  enum encoding guessed = encoding_guess(&v);
  if (guessed == ENCODING_UTF_16LE || guessed == ENCODING_UTF_16BE)
    return false;
  for (size_t i = 0; i < head.n; i++) {
    unsigned char c = (unsigned char)head.p[i];
    zero += c == 0;
    odd += c < 0x20 && memchr("\t\n\v\f\r\x1A", c, 6) == NULL;
  }
  return zero > 0 || odd * 50 > head.n;
}

static int refuse_text(struct str head, const char *name, struct err *e)
{
  struct str s = str_trim(str_sub(head, 0, 8192));
  if (s.n == 0)
    return OK;
  if (s.p[0] == '<')
    return refuse_markup(s, name, e);
  if (is_json(s))
    return refuse(e, name, "JSON", EXPORT);
  if (is_sylk(s))
    return refuse(e, name, "a SYLK file", SAVE_AS);
  return OK;
}

int kind_of(int fd, struct str head, const char *name, bool told_utf16, enum kind *ret, struct err *e)
{
  if (head.n == 0)
    return err_set(e, ERR_SYNTAX, "%s is empty (0 bytes), not a table: export it again", name);
  if (str_starts(head, STR("PK\x03\x04")) || str_starts(head, STR("PK\x05\x06"))) {
    *ret = KIND_ZIP;
    return OK;
  }
  if (str_starts(head, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
    return refuse_ole(fd, name, e);
  if (str_contains(str_sub(head, 0, 1024), STR("%PDF-")))
    return refuse(e, name, "a PDF", EXPORT);
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if (head.n > magics[i].at && str_starts(str_sub(head, magics[i].at, 64), magics[i].magic))
      return refuse(e, name, magics[i].what, magics[i].mend);
  if (is_dbase(head))
    return refuse(e, name, "a dBase file", SAVE_AS);
  if (is_binary(head, told_utf16))
    return refuse(e, name, "a binary file", EXPORT);
  *ret = KIND_TEXT;
  return refuse_text(head, name, e);
}

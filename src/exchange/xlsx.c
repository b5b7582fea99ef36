#include "exchange/xlsx.h"

#include "base/alloc.h"
#include "exchange/xlsx_sheet.h"

enum { MAX_SHEETS = 1000, LOOK_ROWS = 200, BOOK_BYTES = 16 << 20 };

const char *const xlsx_spaces[] = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    NULL,
};

struct listed {
  struct str name, id, path;
  bool hidden;
};
struct xlsx {
  struct package *package;
  const char *name;
  struct arena *mem;
  struct str book, strings_path, styles_path;
  struct listed list[MAX_SHEETS]; /* worksheets, in the workbook's order */
  size_t n_list;
  struct str names[MAX_SHEETS];
  struct strings *strings;
  struct styles *styles;
  struct sheet *sheet;
  struct sheet_context context;
  size_t chosen, row;
  bool is_book;
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

static void no_text(void *ctx, struct str t)
{
  (void)ctx, (void)t;
}

static int no_end(void *ctx, const char *name, struct err *e)
{
  (void)ctx, (void)name, (void)e;
  return OK;
}

/* The part that a relationship of x->book (or of the package) points at, kept in x->mem. */
static struct str target_of(struct xlsx *x, const struct xml_attributes *a)
{
  char buf[PACKAGE_MAX_PATH], plain[PACKAGE_MAX_PATH];
  return arena_str(x->mem, package_resolve(x->book, xml_unescape(xml_bare(a, "Target"), plain, sizeof plain), buf));
}

static int on_package_rel(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct xlsx *x = ctx;
  if (strcmp(name, "Relationship") != 0 || x->book.n > 0 || !str_ends(xml_bare(a, "Type"), STR("/officeDocument")))
    return OK;
  x->book = target_of(x, a);
  return x->book.p != NULL ? OK : no_memory(e);
}

static int on_book(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct xlsx *x = ctx;
  char buf[1024];
  if (strcmp(name, "workbook") == 0)
    x->is_book = true;
  if (strcmp(name, "workbookPr") == 0) {
    struct str v = xml_bare(a, "date1904");
    x->context.system_1904 = str_eq(v, STR("1")) || str_eq_nocase(v, STR("true")) || str_eq_nocase(v, STR("on"));
  }
  if (strcmp(name, "sheet") != 0)
    return OK;
  if (x->n_list == MAX_SHEETS)
    return err_set(e, ERR_LIMIT, "%s has more than %d sheets: save the one with the contracts alone", x->name, MAX_SHEETS);
  struct listed *s = &x->list[x->n_list++];
  struct str state = xml_bare(a, "state");
  s->name = arena_str(x->mem, xml_unescape(xml_bare(a, "name"), buf, sizeof buf));
  s->id = arena_str(x->mem, xml_prefixed(a, "id"));
  s->hidden = str_eq(state, STR("hidden")) || str_eq(state, STR("veryHidden"));
  return s->name.p != NULL && s->id.p != NULL ? OK : no_memory(e);
}

static int on_book_rel(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct xlsx *x = ctx;
  struct str type = xml_bare(a, "Type"), id = xml_bare(a, "Id");
  if (strcmp(name, "Relationship") != 0 || str_eq(xml_bare(a, "TargetMode"), STR("External")))
    return OK;
  struct str path = target_of(x, a);
  if (path.p == NULL)
    return no_memory(e);
  if (str_ends(type, STR("/sharedStrings")))
    x->strings_path = path;
  else if (str_ends(type, STR("/styles")))
    x->styles_path = path;
  else if (str_ends(type, STR("/worksheet")))
    for (size_t i = 0; i < x->n_list; i++)
      if (str_eq(x->list[i].id, id))
        x->list[i].path = path;
  return OK;
}

static int read_part(struct xlsx *x, struct str path, int (*start)(void *, const char *, const struct xml_attributes *, struct err *),
                     struct err *e)
{
  struct xml_events on = {x, xlsx_spaces, start, no_end, no_text};
  return xml_read_part(x->package, path, x->name, &on, e);
}

static bool is_opendocument_spreadsheet(struct package *p)
{
  struct part *part;
  char type[64];
  size_t n = 0;
  if (part_open(p, STR("mimetype"), &part, NULL) != OK)
    return false;
  int code = part_read(part, type, sizeof type, &n, NULL);
  part_close(part);
  return code == OK && str_starts((struct str){type, n}, STR("application/vnd.oasis.opendocument.spreadsheet"));
}

/* A ZIP file that holds no workbook: say what it is. */
static int refuse(const struct xlsx *x, struct err *e)
{
  static const struct {
    const char *part, *what, *mend;
  } kinds[] = {
      {"xl/workbook.bin", "a binary workbook (.xlsb)", "open it in Excel and save it as XLSX"},
      {"word/document.xml", "a Word document", "export the contracts as CSV or XLSX"},
      {"ppt/presentation.xml", "a PowerPoint presentation", "export the contracts as CSV or XLSX"},
      {"Index/Document.iwa", "an Apple Numbers document", "export it as XLSX or CSV"},
      {"Index.zip", "an Apple Numbers document", "export it as XLSX or CSV"},
      {"index.apxl", "an old Apple document", "export it as XLSX or CSV"},
      {"content.xml", "an OpenDocument file", "open it in a spreadsheet program and save it as XLSX"},
      {"EncryptedPackage", "a password-protected workbook", "open it in Excel, remove the password, save it again"},
  };
  if (is_opendocument_spreadsheet(x->package))
    return err_set(e, ERR_SYNTAX, "%s is an OpenDocument spreadsheet (.ods): open it in a spreadsheet program and save it as XLSX",
                   x->name);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (package_has(x->package, str_of(kinds[i].part)))
      return err_set(e, ERR_SYNTAX, "%s is %s, not a table: %s", x->name, kinds[i].what, kinds[i].mend);
  return err_set(e, ERR_SYNTAX, "%s is a ZIP archive, not a table: unpack it and import the file inside", x->name);
}

/* "xl/workbook.xml" -> "xl/_rels/workbook.xml.rels" */
static struct str rels_of(struct xlsx *x)
{
  size_t slash = x->book.n;
  while (slash > 0 && x->book.p[slash - 1] != '/')
    slash--;
  return arena_fmt(x->mem, "%.*s_rels/%.*s.rels", (int)slash, x->book.p, (int)(x->book.n - slash), x->book.p + slash);
}

static void drop_other_sheets(struct xlsx *x)
{
  size_t n = 0;
  for (size_t i = 0; i < x->n_list; i++)
    if (x->list[i].path.n > 0)
      x->list[n++] = x->list[i];
  x->n_list = n;
  for (size_t i = 0; i < n; i++)
    x->names[i] = x->list[i].name;
}

static int read_book(struct xlsx *x, struct err *e)
{
  int code = read_part(x, STR("_rels/.rels"), on_package_rel, e);
  if (code != OK && code != ERR_NOTFOUND)
    return code;
  if (x->book.n == 0)
    x->book = STR("xl/workbook.xml");
  code = str_ends(x->book, STR(".bin")) ? ERR_NOTFOUND : read_part(x, x->book, on_book, e);
  if (code == ERR_NOTFOUND || (code == OK && !x->is_book))
    return refuse(x, e);
  if (code != OK)
    return code;
  struct str rels = rels_of(x);
  if (rels.p == NULL)
    return no_memory(e);
  code = read_part(x, rels, on_book_rel, e);
  if (code != OK && code != ERR_NOTFOUND)
    return code;
  drop_other_sheets(x);
  if (x->n_list == 0)
    return err_set(e, ERR_SYNTAX, "%s has no worksheet: save the workbook again with the contracts on a sheet", x->name);
  return OK;
}

static int read_shared(struct xlsx *x, struct err *e)
{
  int code = OK;
  if (x->strings_path.n > 0)
    code = strings_read(x->package, x->strings_path, x->name, &x->strings, e);
  if ((code == OK || code == ERR_NOTFOUND) && x->styles_path.n > 0)
    code = styles_read(x->package, x->styles_path, x->name, &x->styles, e);
  x->context.what = x->name;
  x->context.strings = x->strings;
  x->context.styles = x->styles;
  return code == ERR_NOTFOUND ? OK : code;
}

static int open_sheet(struct xlsx *x, size_t i, struct err *e)
{
  sheet_close(x->sheet);
  x->sheet = NULL;
  x->chosen = i;
  x->row = 0;
  int code = sheet_open(x->package, x->list[i].path, &x->context, &x->sheet, e);
  if (code == ERR_NOTFOUND)
    return err_set(e, ERR_SYNTAX, "%s has no data for sheet \"%.*s\": it is damaged: save it again", x->name,
                   STR_FMT(x->list[i].name));
  return code;
}

static int no_such_sheet(const struct xlsx *x, struct str sheet, struct err *e)
{
  struct err list = {0};
  for (size_t i = 0; i < x->n_list && i < 12; i++)
    err_set(&list, ERR_NOTFOUND, "%s%s\"%.*s\"", list.text, i > 0 ? ", " : "", (int)(x->names[i].n < 40 ? x->names[i].n : 40),
            x->names[i].p);
  return err_set(e, ERR_SYNTAX, "%s has no sheet \"%.*s\": it has %s%s", x->name, (int)(sheet.n < 80 ? sheet.n : 80), sheet.p,
                 list.text, x->n_list > 12 ? " …" : "");
}

static int choose_named(struct xlsx *x, struct str sheet, struct err *e)
{
  int64_t number;
  for (size_t i = 0; i < x->n_list; i++)
    if (str_eq(x->names[i], sheet))
      return open_sheet(x, i, e);
  for (size_t i = 0; i < x->n_list; i++)
    if (str_eq_nocase(x->names[i], sheet))
      return open_sheet(x, i, e);
  if (str_to_i64(sheet, &number) == OK && number >= 1 && (uint64_t)number <= x->n_list)
    return open_sheet(x, (size_t)number - 1, e);
  return no_such_sheet(x, sheet, e);
}

/* Most cells any of the first rows has: 2 means 2 or more. */
static int fullness(struct xlsx *x, size_t *ret, struct err *e)
{
  struct row row;
  int got = 1;
  *ret = 0;
  for (int i = 0; i < LOOK_ROWS && *ret < 2 && (got = sheet_next(x->sheet, &row, e)) == 1; i++) {
    size_t filled = row_filled(&row);
    *ret = filled > 2 ? 2 : filled > *ret ? filled : *ret;
  }
  return got < 0 ? got : OK;
}

/* The first visible sheet with a row like a header's, else the first visible with anything, else the first. */
static int choose_first(struct xlsx *x, struct err *e)
{
  size_t fallback = SIZE_MAX, best = 0, filled;
  for (size_t i = 0; i < x->n_list; i++) {
    if (x->list[i].hidden)
      continue;
    int code = open_sheet(x, i, e);
    if (code == OK)
      code = fullness(x, &filled, e);
    if (code != OK)
      return code;
    if (filled >= 2)
      return open_sheet(x, i, e);
    if (fallback == SIZE_MAX || filled > best) {
      fallback = i;
      best = filled;
    }
  }
  return open_sheet(x, fallback == SIZE_MAX ? 0 : fallback, e);
}

static void xlsx_close(void *self)
{
  struct xlsx *x = self;
  sheet_close(x->sheet);
  strings_free(x->strings);
  styles_free(x->styles);
  package_close(x->package);
  arena_free(x->mem);
  mem_free(x);
}

int xlsx_open(int fd, const char *name, struct str sheet, struct xlsx **ret, struct err *e)
{
  struct xlsx *x = mem_zalloc(1, sizeof *x);
  if (x == NULL)
    return no_memory(e);
  x->name = name;
  x->mem = arena_new(BOOK_BYTES);
  int code = x->mem != NULL ? package_open(fd, name, &x->package, e) : no_memory(e);
  if (code == OK)
    code = read_book(x, e);
  if (code == OK)
    code = read_shared(x, e);
  if (code == OK)
    code = sheet.n > 0 ? choose_named(x, sheet, e) : choose_first(x, e);
  if (code != OK) {
    xlsx_close(x);
    return code;
  }
  *ret = x;
  return OK;
}

void xlsx_describe(const struct xlsx *x, struct table_info *info)
{
  info->sheet = x->names[x->chosen];
  info->sheets = (struct str *)(uintptr_t)x->names;
  info->n_sheets = x->n_list;
  info->macros = package_has(x->package, STR("xl/vbaProject.bin"));
}

static int next(void *self, struct row *ret, struct err *e)
{
  return sheet_next(((struct xlsx *)self)->sheet, ret, e);
}

static void progress(const void *self, int64_t *ret_done, int64_t *ret_total)
{
  sheet_progress(((const struct xlsx *)self)->sheet, ret_done, ret_total);
}

struct row_source xlsx_rows(struct xlsx *x)
{
  return (struct row_source){x, next, progress, xlsx_close};
}

#include "report/template.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/alloc.h"
#include "report/opc.h"
#include "words/format.h"

enum { MOST_UNKNOWN = 12, NAME_MOST = 80, PIECES = 400, MOST_BYTES = 64 << 20 };

struct filler {
  const struct report *r;
  struct arena *a;
  struct strbuf unknown; /* names, for the sentence */
  int n_unknown;
};

/* ---- what a name stands for ---- */

static const struct report_figure *figure_of(const struct report *r, struct str id) {
  for (size_t i = 0; i < r->n_sections; i++) {
    for (size_t k = 0; k < r->sections[i].n_figures; k++) {
      if (str_eq(id, str_of(r->sections[i].figures[k].id))) {
        return &r->sections[i].figures[k];
      }
    }
  }
  return NULL;
}

static bool figure_text(const struct report *r, const struct report_figure *f, struct str part, struct str *ret) {
  *ret = part.n == 0                        ? report_figure_text(r, f, &f->value)
         : str_eq(part, STR("full"))        ? report_cell_text(r, f->kind, &f->value)
         : str_eq(part, STR("target"))      ? report_cell_text(r, f->kind, &f->target)
         : str_eq(part, STR("note"))        ? f->note
         : str_eq(part, STR("label"))       ? f->label
         : str_eq(part, STR("definition")) ? f->definition
                                            : (struct str){NULL, 0};
  return ret->p != NULL;
}

static bool text_of(const struct report *r, struct str name, struct str *ret) {
  struct str id, part;
  const struct {
    const char *name;
    struct str text;
  } own[] = {{"headline", r->headline}, {"second", r->second}, {"title", r->title}, {"subject", r->subject}, {"organization", r->organization}, {"period",
      r->period_name},
             {"as_of", format_day_year(r->reader, r->as_of)}};
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (str_eq(name, str_of(own[i].name))) {
      *ret = own[i].text;
      return true;
    }
  }
  (void)str_cut(name, '.', &id, &part);
  const struct report_figure *f = figure_of(r, id);
  if (f != NULL) {
    return figure_text(r, f, part, ret);
  }
  for (size_t i = 0; i < r->n_sections; i++) {
    const struct report_section *s = &r->sections[i];
    if (str_eq(id, str_of(s->id)) && (str_eq(part, STR("claim")) || str_eq(part, STR("source")) || str_eq(part, STR("heading")))) {
      *ret = str_eq(part, STR("claim")) ? s->claim : str_eq(part, STR("source")) ? s->source : s->heading;
      return true;
    }
  }
  return false;
}

static void add_unknown(struct filler *f, struct str name) {
  STRBUF_CLEANUP struct strbuf braced = STRBUF_INIT(NAME_MOST + 8);
  strbuf_fmt(&braced, "{{%.*s}}", STR_FMT(str_sub(name, 0, NAME_MOST)));
  if (f->n_unknown < MOST_UNKNOWN && !str_contains(strbuf_str(&f->unknown), strbuf_str(&braced))) {
    strbuf_fmt(&f->unknown, "%s%.*s", f->n_unknown > 0 ? ", " : "", STR_FMT(strbuf_str(&braced)));
    f->n_unknown++;
  }
}

/* The next {{name}} at or after `from`: where it begins and ends. false: none. */
static bool next_name(struct str s, size_t from, size_t *ret_begin, size_t *ret_end) {
  for (size_t i = from; i + 3 < s.n; i++) {
    if (s.p[i] != '{' || s.p[i + 1] != '{') {
      continue;
    }
    for (size_t k = i + 2; k + 1 < s.n && k - i < NAME_MOST; k++) {
      if (s.p[k] == '}' && s.p[k + 1] == '}') {
        *ret_begin = i;
        *ret_end = k + 2;
        return true;
      }
    }
  }
  return false;
}

/* Text as it stands in the XML, with names replaced by escaped text; the rest is not touched. */
static void add_filled(struct filler *f, struct str s, struct strbuf *out) {
  size_t at = 0, begin = 0, end = 0;
  while (next_name(s, at, &begin, &end)) {
    struct str name = str_trim(str_sub(s, begin + 2, end - begin - 4)), text;
    strbuf_add(out, str_sub(s, at, begin - at));
    if (text_of(f->r, name, &text)) {
      opc_text(out, text);
    } else {
      add_unknown(f, name);
    }
    at = end;
  }
  strbuf_add(out, str_sub(s, at, s.n));
}

/* ---- paragraphs ---- */

struct piece {
  size_t begin, end; /* of the text between <t> and </t>, in the part */
};
struct words_of { /* the names of elements: text and paragraph */
  struct str text, paragraph;
};

static bool opens(struct str s, size_t at, struct str name) {
  char next = at + 1 + name.n < s.n ? s.p[at + 1 + name.n] : 0;
  return s.p[at] == '<' && str_starts(str_sub(s, at + 1, s.n), name) && (next == '>' || next == ' ' || next == '/');
}

static bool closes(struct str s, size_t at, struct str name) {
  char next = at + 2 + name.n < s.n ? s.p[at + 2 + name.n] : 0;
  return s.p[at] == '<' && at + 1 < s.n && s.p[at + 1] == '/' && str_starts(str_sub(s, at + 2, s.n), name) && next == '>';
}

/* Writes a paragraph's bytes from..to. Where a name is cut in pieces by the program that wrote the file, all of the paragraph's text goes into its first
 * piece; else each piece stays where it is. */
static void add_paragraph(struct filler *f, struct str s, size_t from, size_t to, const struct piece *pieces, size_t n, struct strbuf *out) {
  STRBUF_CLEANUP struct strbuf whole = STRBUF_INIT(MOST_BYTES);
  size_t begin, end, in_whole = 0, in_pieces = 0, at = from;
  for (size_t i = 0; i < n; i++) {
    struct str own = str_sub(s, pieces[i].begin, pieces[i].end - pieces[i].begin);
    strbuf_add(&whole, own);
    for (size_t k = 0; next_name(own, k, &begin, &end); k = end) {
      in_pieces++;
    }
  }
  for (size_t k = 0; next_name(strbuf_str(&whole), k, &begin, &end); k = end) {
    in_whole++;
  }
  bool together = in_whole > in_pieces;
  for (size_t i = 0; i < n && in_whole > 0; i++) {
    strbuf_add(out, str_sub(s, at, pieces[i].begin - at));
    if (!together) {
      add_filled(f, str_sub(s, pieces[i].begin, pieces[i].end - pieces[i].begin), out);
    } else if (i == 0) {
      add_filled(f, strbuf_str(&whole), out);
    }
    at = pieces[i].end;
  }
  strbuf_add(out, str_sub(s, at, to - at));
}

static void fill_part(struct filler *f, struct str s, const struct words_of *w, struct strbuf *out) {
  struct piece pieces[PIECES];
  size_t n = 0, from = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] != '<') {
      continue;
    }
    if (opens(s, i, w->text) && n < PIECES) {
      size_t begin = str_find(s, '>', i), end = begin != SIZE_MAX && s.p[begin - 1] != '/' ? str_find(s, '<', begin) : SIZE_MAX;
      if (end != SIZE_MAX) {
        pieces[n++] = (struct piece){begin + 1, end};
        i = end - 1;
      }
    } else if (closes(s, i, w->paragraph)) {
      add_paragraph(f, s, from, i, pieces, n, out);
      from = i;
      n = 0;
    }
  }
  add_paragraph(f, s, from, s.n, pieces, n, out);
}

/* ---- numbers of a workbook ---- */

/* Which shared strings are one figure's name alone. */
static const struct report_figure **whole_names(struct filler *f, struct str strings, size_t *ret_n) {
  size_t n = 0, at = 0;
  for (size_t i = 0; i < strings.n; i++) {
    n += strings.p[i] == '<' && opens(strings, i, STR("si"));
  }
  const struct report_figure **found = arena_zalloc(f->a, n + 1, sizeof *found);
  for (size_t i = 0; found != NULL && i < strings.n; i++) {
    if (strings.p[i] != '<' || !opens(strings, i, STR("si"))) {
      continue;
    }
    size_t t = i, begin, end;
    while (t < strings.n && !(strings.p[t] == '<' && opens(strings, t, STR("t"))) && !closes(strings, t, STR("si"))) {
      t++;
    }
    size_t text = t < strings.n ? str_find(strings, '>', t) : SIZE_MAX, stop = text != SIZE_MAX ? str_find(strings, '<', text) : SIZE_MAX;
    struct str own = stop != SIZE_MAX ? str_trim(str_sub(strings, text + 1, stop - text - 1)) : STR_NONE;
    if (next_name(own, 0, &begin, &end) && begin == 0 && end == own.n) {
      found[at] = figure_of(f->r, str_trim(str_sub(own, 2, own.n - 4)));
    }
    at++;
  }
  *ret_n = found != NULL ? at : 0;
  return found;
}

/* The figure whose name alone is the text of an <is> that begins at s; NULL: none. *ret_end: behind </is>. */
static const struct report_figure *inline_name(const struct filler *f, struct str s, size_t *ret_end) {
  size_t text = str_starts(s, STR("<is><t")) ? str_find(s, '>', 5) : SIZE_MAX, stop = text != SIZE_MAX ? str_find(s, '<', text) : SIZE_MAX, begin, end;
  if (stop == SIZE_MAX || !str_starts(str_sub(s, stop, s.n), STR("</t></is>"))) {
    return NULL;
  }
  struct str own = str_trim(str_sub(s, text + 1, stop - text - 1));
  *ret_end = stop + sizeof "</t></is>" - 1;
  return next_name(own, 0, &begin, &end) && begin == 0 && end == own.n ? figure_of(f->r, str_trim(str_sub(own, 2, own.n - 4))) : NULL;
}

/* The figure of a cell whose text is its name alone. type: how the cell says what it holds. */
static const struct report_figure *cell_figure(const struct filler *f, struct str head, struct str rest, const struct report_figure *const *names, size_t n,
    struct str *ret_type,
                                               size_t *ret_end) {
  int64_t index = -1;
  if (str_contains(head, STR(" t=\"inlineStr\""))) {
    *ret_type = STR(" t=\"inlineStr\"");
    return inline_name(f, rest, ret_end);
  }
  *ret_type = STR(" t=\"s\"");
  size_t end = str_starts(rest, STR("<v>")) ? str_find(rest, '<', 3) : SIZE_MAX;
  bool shared = str_contains(head, *ret_type) && end != SIZE_MAX && str_to_i64(str_sub(rest, 3, end - 3), &index) == OK && index >= 0 && (size_t)index < n;
  *ret_end = end != SIZE_MAX ? end + sizeof "</v>" - 1 : 0;
  return shared ? names[index] : NULL;
}

/* A sheet with those cells as numbers. */
static void fill_sheet(struct filler *f, struct str s, const struct report_figure *const *names, size_t n, struct strbuf *out) {
  size_t at = 0, end = 0;
  struct str type;
  for (size_t i = 0; i < s.n; i++) {
    size_t tag = s.p[i] == '<' && opens(s, i, STR("c")) ? str_find(s, '>', i) : SIZE_MAX, place = 0;
    if (tag == SIZE_MAX || s.p[tag - 1] == '/') {
      continue;
    }
    struct str head = str_sub(s, i, tag - i);
    const struct report_figure *x = cell_figure(f, head, str_sub(s, tag + 1, s.n), names, n, &type, &end);
    if (x == NULL || x->value.empty || x->kind == REPORT_TEXT || x->kind == REPORT_DAY) {
      continue;
    }
    while (!str_starts(str_sub(head, place, head.n), type)) {
      place++;
    }
    strbuf_add(out, str_sub(s, at, i + place - at));
    strbuf_add(out, str_sub(head, place + type.n, head.n));
    strbuf_addz(out, "><v>");
    opc_number(out, report_number(f->r, x->kind, &x->value));
    strbuf_addz(out, "</v>");
    at = tag + 1 + end;
    i = at - 1;
  }
  strbuf_add(out, str_sub(s, at, s.n));
}

/* Formulas of the template read the numbers anew when it is opened. */
static void fill_workbook(struct str s, struct strbuf *out) {
  size_t at = 0;
  while (at < s.n && !(s.p[at] == '<' && opens(s, at, STR("calcPr")))) {
    at++;
  }
  bool add = at < s.n && !str_contains(str_sub(s, at, s.n), STR("fullCalcOnLoad"));
  size_t name = at + sizeof "<calcPr" - 1;
  strbuf_add(out, str_sub(s, 0, add ? name : s.n));
  strbuf_addz(out, add ? " fullCalcOnLoad=\"1\"" : "");
  strbuf_add(out, str_sub(s, name, add ? s.n : 0));
}

/* ---- the package ---- */

struct kind {
  const char *prefix;
  struct words_of words;
};

static const struct words_of *words_for(struct str name) {
  static const struct kind kinds[] = {{"word/document", {{"w:t", 3}, {"w:p", 3}}}, {"word/header", {{"w:t", 3}, {"w:p", 3}}}, {"word/footer", {{"w:t", 3}, {"w:p", 3}}},
                                      {"word/footnotes", {{"w:t", 3}, {"w:p", 3}}}, {"ppt/slides/slide", {{"a:t", 3}, {"a:p", 3}}},
                                      {"ppt/notesSlides/", {{"a:t", 3}, {"a:p", 3}}}, {"xl/sharedStrings", {{"t", 1}, {"si", 2}}}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (str_starts(name, str_of(kinds[i].prefix)) && str_ends(name, STR(".xml"))) {
      return &kinds[i].words;
    }
  }
  return NULL;
}

/* Macros, and whatever a program would fetch from elsewhere when it opens the file. */
static int check_part(const struct opc_file *x, struct err *e) {
  bool code = str_contains(x->name, STR("vbaProject")) || str_contains(x->name, STR("activeX/")) || str_contains(x->name, STR("macrosheets/")) ||
              (str_contains(x->name, STR("embeddings/")) && str_ends(x->name, STR(".bin"))) ||
              (str_eq(x->name, STR("[Content_Types].xml")) && str_contains(x->bytes, STR("macroEnabled")));
  if (code) {
    return err_set(e, ERR_DENIED, "The template holds a macro (%.*s): save it without macros, as .docx, .pptx or .xlsx", STR_FMT(str_sub(x->name, 0, 100)));
  }
  bool out = str_starts(x->name, STR("xl/externalLinks/"));
  struct str rest = x->bytes;
  for (size_t at = 0; str_ends(x->name, STR(".rels")) && !out && (at = str_find(rest, '<', at)) != SIZE_MAX; at++) {
    size_t end = str_find(rest, '>', at);
    struct str tag = str_sub(rest, at, end == SIZE_MAX ? rest.n : end - at);
    out = str_contains(tag, STR("TargetMode=\"External\"")) && !str_contains(tag, STR("/hyperlink\""));
  }
  if (out) {
    return err_set(e, ERR_DENIED, "The template reaches out to another file or address (%.*s): break its links and save it again", STR_FMT(str_sub(x->name, 0, 100)));
  }
  if ((str_ends(x->name, STR(".xml")) || str_ends(x->name, STR(".rels"))) && str_contains(x->bytes, STR("<!DOCTYPE"))) {
    return err_set(e, ERR_SYNTAX, "The template is damaged: %.*s has a DOCTYPE", STR_FMT(str_sub(x->name, 0, 100)));
  }
  return OK;
}

static int read_part(zip_t *z, zip_uint64_t i, struct arena *a, uint64_t *total, struct opc_file *ret, struct err *e) {
  zip_stat_t st;
  if (zip_stat_index(z, i, 0, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0 || st.encryption_method != ZIP_EM_NONE) {
    return err_set(e, ERR_SYNTAX, "The template is damaged or has a password");
  }
  *total += st.size;
  if (st.size > TEMPLATE_PART_MOST || *total > TEMPLATE_TOTAL_MOST) {
    return err_set(e, ERR_LIMIT, "The template is larger than can be filled: take pictures out of it");
  }
  char *bytes = arena_alloc(a, (size_t)st.size + 1);
  struct str name = arena_str(a, str_of(st.name));
  zip_file_t *f = bytes != NULL ? zip_fopen_index(z, i, 0) : NULL;
  bool whole = f != NULL && zip_fread(f, bytes, st.size) == (zip_int64_t)st.size && zip_fread(f, &(char){0}, 1) == 0; /* the directory may lie */
  if (f != NULL) {
    (void)zip_fclose(f);
  }
  if (bytes == NULL || name.p == NULL) {
    return err_set(e, ERR_NOMEM, "The template could not be read: out of memory");
  }
  *ret = (struct opc_file){name, {bytes, (size_t)st.size}};
  return whole ? check_part(ret, e) : err_set(e, ERR_SYNTAX, "The template is damaged: %s cannot be read", st.name);
}

static int read_all(const char *path, struct arena *a, struct opc_file **ret, size_t *ret_n, struct err *e) {
  struct stat st;
  int why = 0;
  uint64_t total = 0;
  if (stat(path, &st) != 0) {
    return err_set(e, ERR_IO, "%s: there is no such template, or it may not be read", path);
  }
  if (st.st_size > TEMPLATE_FILE_MOST) {
    return err_set(e, ERR_LIMIT, "The template is larger than 20 MB: take pictures out of it");
  }
  zip_t *z = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &why);
  zip_int64_t n = z != NULL ? zip_get_num_entries(z, 0) : 0;
  struct opc_file *files = arena_alloc(a, TEMPLATE_PARTS * sizeof *files);
  int code = files == NULL                    ? err_set(e, ERR_NOMEM, "The template could not be read: out of memory")
             : z == NULL                      ? err_set(e, ERR_SYNTAX, "The template is no .docx, .pptx or .xlsx file, or it is damaged")
             : n <= 0 || n > TEMPLATE_PARTS   ? err_set(e, ERR_LIMIT, "The template has more parts than can be filled")
                                              : OK;
  for (zip_int64_t i = 0; i < n && code == OK; i++) {
    code = read_part(z, (zip_uint64_t)i, a, &total, &files[i], e);
  }
  zip_discard(z);
  if (code == OK) {
    *ret = files;
    *ret_n = (size_t)n;
  }
  return code;
}

static int taken(struct filler *f, const struct strbuf *out, struct str *ret, struct err *e) {
  struct str filled = out->failed == 0 ? arena_str(f->a, strbuf_str(out)) : STR_NONE;
  if (out->failed != 0 || filled.p == NULL) {
    return err_set(e, out->failed != 0 ? out->failed : ERR_NOMEM, "The template could not be filled: it is too large, or out of memory");
  }
  *ret = filled;
  return OK;
}

static int fill_one(struct filler *f, struct opc_file *x, const struct report_figure *const *names, size_t n_names, struct err *e) {
  static const struct words_of in_sheet = {{"t", 1}, {"is", 2}};
  STRBUF_CLEANUP struct strbuf numbers = STRBUF_INIT(MOST_BYTES), out = STRBUF_INIT(MOST_BYTES);
  const struct words_of *w = words_for(x->name);
  int code = OK;
  if (str_starts(x->name, STR("xl/worksheets/sheet"))) {
    fill_sheet(f, x->bytes, names, n_names, &numbers);
    code = taken(f, &numbers, &x->bytes, e);
    w = &in_sheet;
  } else if (str_eq(x->name, STR("xl/workbook.xml"))) {
    fill_workbook(x->bytes, &out);
    return taken(f, &out, &x->bytes, e);
  }
  if (code != OK || w == NULL) {
    return code;
  }
  fill_part(f, x->bytes, w, &out);
  return taken(f, &out, &x->bytes, e);
}

static int fill_all(struct filler *f, struct opc_file *files, size_t n, struct err *e) {
  const struct report_figure **names = NULL;
  size_t n_names = 0;
  int code = OK;
  for (size_t i = 0; i < n; i++) {
    if (str_eq(files[i].name, STR("xl/sharedStrings.xml"))) {
      names = whole_names(f, files[i].bytes, &n_names);
    }
  }
  for (size_t i = 0; i < n && code == OK; i++) {
    code = fill_one(f, &files[i], names, n_names, e);
  }
  if (code == OK && f->n_unknown > 0) {
    code = err_set(e, ERR_SYNTAX, "The template asks for what the report does not have: %s", strbuf_z(&f->unknown));
  }
  return code;
}

int report_fill(const struct report *r, const char *template, const char *path, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct opc_file *files = NULL;
  struct str bytes;
  size_t n = 0;
  struct filler f = {.r = r, .a = a, .unknown = STRBUF_INIT(4096)};
  int code = a != NULL ? read_all(template, a, &files, &n, e) : err_set(e, ERR_NOMEM, "The template could not be read: out of memory");
  code = code == OK ? fill_all(&f, files, n, e) : code;
  code = code == OK ? opc_zip(files, n, a, &bytes, e) : code;
  strbuf_free(&f.unknown);
  return code == OK ? report_put_file(path, bytes, e) : code;
}

int report_write_own(const struct report *r, const char *folder, enum report_format f, const char *path, struct err *e) {
  struct arena *a = r->reader->arena;
  const char *ext = report_format_name(f);
  struct str language = words_language(r->reader->words);
  if (!folder[0] || (f != REPORT_XLSX && f != REPORT_DOCX && f != REPORT_PPTX))
    return report_write(r, f, path, e);
  struct str tongue = arena_fmt(a, "%s/%s.%.*s.%s", folder, r->kind, STR_FMT(language), ext), any = arena_fmt(a, "%s/%s.%s", folder, r->kind, ext);
  if (!tongue.p || !any.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  const char *own = access(tongue.p, F_OK) == 0 ? tongue.p : access(any.p, F_OK) == 0 ? any.p : NULL;
  int rc = own ? report_fill(r, own, path, e) : report_write(r, f, path, e);
  const char *file = own ? strrchr(own, '/') + 1 : NULL;
  struct str said = rc < 0 && own ? arena_str(a, str_of(e->text)) : STR_NONE;
  return said.n ? err_set(e, rc, "%s: %s", file, said.p) : rc;
}

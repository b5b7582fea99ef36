#include "report/opc.h"

#include <math.h>
#include <zip.h>

#include "base/alloc.h"
#include "base/date.h"
#include "base/utf8.h"

enum { DOS_1980 = 0x21, MOST_LINKS = 4096 };
struct link {
  const char *type;
  int to;          /* part, -1 = out */
  struct str url;
};
struct part {
  struct str name;
  const char *type;
  struct strbuf body;
  struct link *links;
  int n_links;
};
struct opc {
  struct arena *a;
  struct part parts[OPC_PARTS + 2]; /* [OPC_PARTS] = the package itself, [OPC_PARTS + 1] = what is thrown away */
  int n, next_id;
  int failed;
};

struct opc *opc_new(void) {
  struct opc *o = mem_zalloc(1, sizeof *o);
  if (o == NULL) {
    return NULL;
  }
  o->a = arena_new(0);
  for (int i = 0; i < OPC_PARTS + 2; i++) {
    strbuf_init(&o->parts[i].body, OPC_PART_BYTES);
  }
  o->failed = o->a == NULL ? ERR_NOMEM : OK;
  return o;
}

void opc_free(struct opc *o) {
  if (o == NULL) {
    return;
  }
  for (int i = 0; i < OPC_PARTS + 2; i++) {
    strbuf_free(&o->parts[i].body);
  }
  arena_free(o->a);
  mem_free(o);
}

void opc_cleanup(struct opc **o) { opc_free(*o); }

static struct part *part_of(struct opc *o, int part) { return &o->parts[part >= 0 && part < o->n ? part : part == -1 ? OPC_PARTS : OPC_PARTS + 1]; }

int opc_add(struct opc *o, const char *name, const char *type) {
  struct str copy = o->failed == OK ? arena_str(o->a, str_of(name)) : STR_NONE;
  if (o->n == OPC_PARTS || copy.p == NULL || o->failed != OK) {
    o->failed = o->failed != OK ? o->failed : o->n == OPC_PARTS ? ERR_LIMIT : ERR_NOMEM;
    return OPC_PARTS + 1;
  }
  o->parts[o->n].name = copy;
  o->parts[o->n].type = type;
  return o->n++;
}

struct strbuf *opc_body(struct opc *o, int part) { return &part_of(o, part)->body; }

static int add_link(struct opc *o, int from, struct link x) {
  struct part *p = part_of(o, from);
  if ((p->n_links & (p->n_links - 1)) == 0 && o->failed == OK) { /* full at powers of two */
    struct link *more = p->n_links == MOST_LINKS ? NULL : arena_alloc(o->a, (size_t)(p->n_links == 0 ? 1 : 2 * p->n_links) * sizeof *more);
    if (more == NULL) {
      o->failed = p->n_links == MOST_LINKS ? ERR_LIMIT : ERR_NOMEM;
    } else if (p->n_links > 0) {
      memcpy(more, p->links, (size_t)p->n_links * sizeof *more);
    }
    p->links = more != NULL ? more : p->links;
  }
  if (o->failed != OK) {
    return 1;
  }
  p->links[p->n_links] = x;
  return ++p->n_links;
}

int opc_link(struct opc *o, int from, const char *type, int to) { return add_link(o, from, (struct link){type, to, STR_NONE}); }

int opc_link_out(struct opc *o, int from, const char *type, struct str url) {
  struct str copy = o->a != NULL ? arena_str(o->a, url) : STR_NONE;
  return add_link(o, from, (struct link){type, -1, copy.p != NULL ? copy : STR_NONE});
}

int opc_next_id(struct opc *o) { return ++o->next_id; }

/* ---- text ---- */

void opc_text(struct strbuf *b, struct str s) {
  size_t at = 0;
  for (int32_t cp = utf8_next(s, &at); cp >= 0; cp = utf8_next(s, &at)) {
    switch (cp) {
      case '<': strbuf_addz(b, "&lt;"); break;
      case '>': strbuf_addz(b, "&gt;"); break;
      case '&': strbuf_addz(b, "&amp;"); break;
      case '"': strbuf_addz(b, "&quot;"); break;
      default: utf8_add(b, cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0xFFFE || cp == 0xFFFF ? ' ' : (uint32_t)cp); break;
    }
  }
}

/* Not printf alone: its point is the locale's. */
void opc_number(struct strbuf *b, double v) {
  char text[64];
  if (!isfinite(v)) {
    strbuf_addc(b, '0');
    return;
  }
  (void)snprintf(text, sizeof text, "%.15g", v);
  for (char *p = text; *p != 0; p++) {
    *p = *p == ',' ? '.' : *p;
  }
  strbuf_addz(b, text);
}

void opc_properties(struct opc *o, struct str title, struct str subject, struct str company, struct str language, int32_t day) {
  char iso[DAY_ISO_SIZE];
  int core = opc_add(o, "docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml");
  struct strbuf *b = opc_body(o, core);
  strbuf_addz(b, OPC_HEAD "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
                 "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
  opc_text(b, title);
  strbuf_addz(b, "</dc:title><dc:subject>");
  opc_text(b, subject);
  strbuf_addz(b, "</dc:subject><dc:creator>Perennial</dc:creator><dc:language>");
  opc_text(b, language);
  (void)day_iso(day, iso);
  strbuf_fmt(b, "</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">%sT00:00:00Z</dcterms:created>"
                "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">%sT00:00:00Z</dcterms:modified></cp:coreProperties>", iso, iso);
  int app = opc_add(o, "docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml");
  b = opc_body(o, app);
  strbuf_addz(b, OPC_HEAD "<Properties "
      "xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>Perennial</Application><Company>");
  opc_text(b, company);
  strbuf_addz(b, "</Company></Properties>");
  (void)opc_link(o, -1, "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", core);
  (void)opc_link(o, -1, OPC_REL "/extended-properties", app);
}

/* ---- packing ---- */

/* "word/document.xml" -> "word/_rels/document.xml.rels"; the package's: "_rels/.rels". */
static struct str rels_name(struct opc *o, const struct part *p) {
  size_t slash = p->name.n;
  while (slash > 0 && p->name.p[slash - 1] != '/') {
    slash--;
  }
  return arena_fmt(o->a, "%.*s_rels/%.*s.rels", (int)slash, p->name.n > 0 ? p->name.p : "", (int)(p->name.n - slash), p->name.n > 0 ? p->name.p + slash : "");
}

static void write_rels(struct opc *o, const struct part *p, struct strbuf *b) {
  strbuf_addz(b, OPC_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
  for (int i = 0; i < p->n_links; i++) {
    const struct link *x = &p->links[i];
    strbuf_fmt(b, "<Relationship Id=\"rId%d\" Type=\"%s\" Target=\"", i + 1, x->type);
    if (x->to >= 0) {
      strbuf_fmt(b, "/%.*s\"/>", STR_FMT(part_of(o, x->to)->name));
    } else {
      opc_text(b, x->url);
      strbuf_addz(b, "\" TargetMode=\"External\"/>");
    }
  }
  strbuf_addz(b, "</Relationships>");
}

static void write_types(struct opc *o, struct strbuf *b) {
  strbuf_addz(b, OPC_HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                 "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                 "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                 "<Default Extension=\"xlsx\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\"/>");
  for (int i = 0; i < o->n; i++) {
    if (!str_ends(o->parts[i].name, STR(".xlsx"))) {
      strbuf_fmt(b, "<Override PartName=\"/%.*s\" ContentType=\"%s\"/>", STR_FMT(o->parts[i].name), o->parts[i].type);
    }
  }
  strbuf_addz(b, "</Types>");
}

static int put(zip_t *z, const char *name, struct str bytes) {
  zip_source_t *s = zip_source_buffer(z, bytes.n > 0 ? bytes.p : "", bytes.n, 0);
  zip_int64_t at = s != NULL ? zip_file_add(z, name, s, ZIP_FL_ENC_UTF_8) : -1;
  if (at < 0) {
    zip_source_free(s);
    return ERR_NOMEM;
  }
  (void)zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_DEFLATE, 6);
  return zip_file_set_dostime(z, (zip_uint64_t)at, 0, DOS_1980, 0) == 0 ? OK : ERR_FAIL;
}

/* A part and its relationships as files. */
static int list_part(struct opc *o, const struct part *p, struct opc_file *files, size_t *n) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(OPC_PART_BYTES);
  if (p->name.n > 0) {
    files[(*n)++] = (struct opc_file){p->name, strbuf_str(&p->body)};
  }
  if (p->n_links == 0 || p->body.failed != 0) {
    return p->body.failed;
  }
  write_rels(o, p, &b);
  struct str name = rels_name(o, p), bytes = b.failed == 0 ? arena_str(o->a, strbuf_str(&b)) : STR_NONE;
  if (b.failed != 0 || name.p == NULL || bytes.p == NULL) {
    return b.failed != 0 ? b.failed : ERR_NOMEM;
  }
  files[(*n)++] = (struct opc_file){name, bytes};
  return OK;
}

static int read_back(zip_source_t *s, struct arena *a, struct str *ret) {
  zip_stat_t st;
  if (zip_source_open(s) != 0) {
    return ERR_FAIL;
  }
  int code = zip_source_stat(s, &st) == 0 ? OK : ERR_FAIL;
  char *p = code == OK ? arena_alloc(a, (size_t)st.size + 1) : NULL;
  if (code == OK && p == NULL) {
    code = ERR_NOMEM;
  }
  if (code == OK && zip_source_read(s, p, st.size) != (zip_int64_t)st.size) {
    code = ERR_FAIL;
  }
  zip_source_close(s);
  if (code == OK) {
    *ret = (struct str){p, (size_t)st.size};
  }
  return code;
}

int opc_zip(const struct opc_file *files, size_t n, struct arena *a, struct str *ret, struct err *e) {
  zip_error_t why;
  zip_error_init(&why);
  zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, &why);
  zip_t *z = s != NULL ? zip_open_from_source(s, ZIP_TRUNCATE, &why) : NULL;
  zip_error_fini(&why);
  if (z == NULL) {
    zip_source_free(s);
    return err_set(e, ERR_NOMEM, "report: out of memory");
  }
  zip_source_keep(s);
  int code = OK;
  for (size_t i = 0; i < n && code == OK; i++) {
    code = put(z, files[i].name.p, files[i].bytes);
  }
  if (code != OK || zip_close(z) != 0) {
    zip_discard(z);
    code = code != OK ? code : ERR_FAIL;
  }
  code = code == OK ? read_back(s, a, ret) : code;
  zip_source_free(s);
  return code == OK ? OK : err_set(e, code, "report: the package could not be written");
}

int opc_pack(struct opc *o, struct arena *a, struct str *ret, struct err *e) {
  STRBUF_CLEANUP struct strbuf types = STRBUF_INIT(OPC_PART_BYTES);
  struct opc_file *files = o->failed == OK ? arena_alloc(o->a, (2 * OPC_PARTS + 2) * sizeof *files) : NULL;
  size_t n = 0;
  if (files == NULL) {
    return err_set(e, o->failed != OK ? o->failed : ERR_NOMEM, "report: the file has too many parts, or out of memory");
  }
  write_types(o, &types);
  files[n++] = (struct opc_file){STR("[Content_Types].xml"), strbuf_str(&types)};
  int code = types.failed != 0 ? types.failed : list_part(o, &o->parts[OPC_PARTS], files, &n);
  for (int i = 0; i < o->n && code == OK; i++) {
    code = list_part(o, &o->parts[i], files, &n);
  }
  return code == OK ? opc_zip(files, n, a, ret, e) : err_set(e, code, "report: a part of the file is too large");
}

#include "app/document.h"

#include <sodium.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_renewal.h"

/* What the content looks like. */
enum content { CONTENT_NONE, CONTENT_PDF, CONTENT_PNG, CONTENT_JPEG, CONTENT_OLE, CONTENT_DOCX, CONTENT_XLSX, CONTENT_PPTX, CONTENT_ODF, CONTENT_TEXT };

static const struct {
  const char *ending, *kind, *media_type;
  enum content content;
} KINDS[] = {
    {".pdf", "pdf", "application/pdf", CONTENT_PDF},
    {".png", "image", "image/png", CONTENT_PNG},
    {".jpg", "image", "image/jpeg", CONTENT_JPEG},
    {".jpeg", "image", "image/jpeg", CONTENT_JPEG},
    {".docx", "word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", CONTENT_DOCX},
    {".xlsx", "excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CONTENT_XLSX},
    {".pptx", "powerpoint", "application/vnd.openxmlformats-officedocument.presentationml.presentation", CONTENT_PPTX},
    {".odt", "opendocument", "application/vnd.oasis.opendocument.text", CONTENT_ODF},
    {".ods", "opendocument", "application/vnd.oasis.opendocument.spreadsheet", CONTENT_ODF},
    {".doc", "word", "application/msword", CONTENT_OLE},
    {".xls", "excel", "application/vnd.ms-excel", CONTENT_OLE},
    {".msg", "mail", "application/vnd.ms-outlook", CONTENT_OLE},
    {".eml", "mail", "message/rfc822", CONTENT_TEXT},
    {".txt", "text", "text/plain", CONTENT_TEXT},
    {".csv", "text", "text/csv", CONTENT_TEXT},
};
enum { N_KINDS = sizeof KINDS / sizeof KINDS[0] };

static bool holds(struct str bytes, const char *what, size_t n) { return memmem(bytes.p, bytes.n, what, n) != NULL; }

/* Packages of Office and OpenDocument; with macros they are no documents any more. */
static enum content package_content(struct str b) {
  static const char odf[] = "mimetypeapplication/vnd.oasis.opendocument.";
  if (holds(b, "vbaProject.bin", 14)) return CONTENT_NONE;
  if (b.n > 30 + sizeof odf && memcmp(b.p + 30, odf, sizeof odf - 1) == 0) return CONTENT_ODF;
  if (!holds(b, "[Content_Types].xml", 19)) return CONTENT_NONE;
  if (holds(b, "word/document.xml", 17)) return CONTENT_DOCX;
  return holds(b, "xl/workbook.xml", 15) ? CONTENT_XLSX : holds(b, "ppt/presentation.xml", 20) ? CONTENT_PPTX : CONTENT_NONE;
}

static bool is_text(struct str b) {
  for (size_t i = 0; i < b.n; i++) {
    unsigned char c = (unsigned char)b.p[i];
    if (c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f') return false;
  }
  return true;
}

static enum content content_of(struct str b) {
  if (str_starts(b, STR("%PDF-"))) return CONTENT_PDF;
  if (str_starts(b, STR("\x89PNG\r\n\x1A\n"))) return CONTENT_PNG;
  if (str_starts(b, STR("\xFF\xD8\xFF"))) return CONTENT_JPEG;
  if (str_starts(b, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) return CONTENT_OLE;
  if (str_starts(b, STR("PK\x03\x04"))) return package_content(b);
  return is_text(b) ? CONTENT_TEXT : CONTENT_NONE;
}

static int row_of(struct str name) {
  for (int i = 0; i < N_KINDS; i++) {
    struct str ending = str_of(KINDS[i].ending);
    if (name.n > ending.n && str_eq_nocase(str_sub(name, name.n - ending.n, ending.n), ending)) return i;
  }
  return -1;
}

const char *document_kind(struct str bytes, struct str file_name) {
  int i = row_of(file_name);
  return i >= 0 && content_of(bytes) == KINDS[i].content ? KINDS[i].kind : NULL;
}

const char *document_media_type(struct str file_name) {
  int i = row_of(file_name);
  return i >= 0 ? KINDS[i].media_type : "application/octet-stream";
}

struct str document_name(struct arena *a, struct str file_name) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(DOCUMENT_NAME_MAX + 8);
  struct str s = file_name;
  for (size_t i = s.n; i-- > 0;)
    if (s.p[i] == '/' || s.p[i] == '\\') {
      s = str_sub(s, i + 1, s.n);
      break;
    }
  if (s.n > DOCUMENT_NAME_MAX) { /* the ending stays: it says what the file is */
    struct str ending = str_sub(s, s.n - 8, 8);
    size_t dot = str_find(ending, '.', 0);
    ending = dot == SIZE_MAX ? STR_NONE : str_sub(ending, dot, 8);
    strbuf_add(&b, utf8_cut(s, DOCUMENT_NAME_MAX - 8));
    strbuf_add(&b, ending);
  } else strbuf_add(&b, s);
  for (size_t i = 0; i < b.n; i++)
    if ((unsigned char)b.p[i] < 32 || b.p[i] == 127) b.p[i] = '_';
  struct str name = str_trim(strbuf_str(&b));
  return arena_str(a, name.n && utf8_valid(name) ? name : STR("document"));
}

struct keeping {
  struct arena *a;
  const struct scope *who;
  struct document d;
  struct str bytes;
  int64_t now;
};

static int writable(struct store *s, const struct keeping *x, int64_t renewal_id, struct err *e) {
  struct renewal r;
  int rc = renewal_get(s, x->a, renewal_id, &r, e);
  if (rc < 0) return rc;
  if (!scope_sees(x->who, renewal_id, r.owner_id)) return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, renewal_id);
  if (!scope_edits(x->who, renewal_id, r.owner_id)) return err_set(e, ERR_DENIED, "Your role may read this renewal but not keep documents on it: ask its owner");
  return OK;
}

static int audit(struct store *s, const struct keeping *x, const char *action, struct err *e) {
  struct str detail = arena_fmt(x->a, "{\"document\":%" PRId64 ",\"sha256\":\"%.*s\"}", x->d.id, STR_FMT(x->d.sha256));
  if (!detail.p) return err_set(e, ERR_NOMEM, "Out of memory");
  const struct audit_entry entry = {.at = x->now, .actor_id = x->who->person_id, .action = action, .entity = "renewal", .entity_id = x->d.renewal_id, .detail = detail};
  return audit_add(s, &entry, e);
}

static int add_tx(struct store *s, void *arg, struct err *e) {
  struct keeping *x = arg;
  struct document *there = NULL;
  size_t n = 0;
  int64_t total = 0;
  int rc = writable(s, x, x->d.renewal_id, e);
  if (rc == OK) rc = document_list(s, x->a, x->d.renewal_id, INT64_MAX, 1000, &there, &n, e);
  if (rc == OK) rc = document_total(s, x->d.renewal_id, &total, e);
  if (rc < 0) return rc;
  for (size_t i = 0; i < n; i++)
    if (!there[i].removed_at && str_eq(there[i].sha256, x->d.sha256) && str_eq(there[i].file_name, x->d.file_name)) {
      x->d.id = there[i].id;
      return OK;
    }
  if (total + x->d.size > DOCUMENT_TOTAL_MAX) return err_set(e, ERR_LIMIT, "This renewal holds %d MB of documents already: remove some first", DOCUMENT_TOTAL_MAX >> 20);
  rc = document_put(s, &x->d, x->bytes, e);
  return rc == OK ? audit(s, x, "document.add", e) : rc;
}

int document_add(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str file_name, struct str bytes, int64_t now, int64_t *ret_id,
                 struct err *e) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  char hex[2 * sizeof hash + 1];
  struct keeping x = {.a = a, .who = who, .bytes = bytes, .now = now};
  x.d = (struct document){.renewal_id = renewal_id, .at = now, .by_id = who->person_id, .size = (int64_t)bytes.n, .file_name = document_name(a, file_name)};
  if (!bytes.n) return err_set(e, ERR_RANGE, "The file is empty: choose another");
  if (bytes.n > DOCUMENT_MAX) return err_set(e, ERR_LIMIT, "The file is too large: at most %d MB", DOCUMENT_MAX >> 20);
  const char *kind = document_kind(bytes, x.d.file_name);
  if (!kind)
    return err_set(e, ERR_RANGE, "This is not a file that is kept here, or its content is not what its name says: PDF, PNG, JPEG, Word, Excel, PowerPoint,"
                                 " OpenDocument, mail, text and CSV are taken, without macros");
  crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  x.d.kind = str_of(kind);
  x.d.sha256 = arena_str(a, str_of(hex));
  if (!x.d.sha256.p || !x.d.file_name.p) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = store_write(s, add_tx, &x, e);
  if (rc == OK) *ret_id = x.d.id;
  return rc;
}

static int visible(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct document *ret, struct err *e) {
  int rc = document_row(s, a, id, ret, e);
  return rc == OK && !scope_sees(who, ret->renewal_id, ret->owner_id) ? err_set(e, ERR_NOTFOUND, "There is no document %" PRId64, id) : rc;
}

int document_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct document *ret, struct str *ret_bytes, struct err *e) {
  struct document d;
  int rc = visible(s, a, who, id, &d, e);
  if (rc == OK) rc = document_bytes(s, a, id, ret_bytes, e);
  if (rc == OK) *ret = d;
  return rc;
}

static int drop_tx(struct store *s, void *arg, struct err *e) {
  struct keeping *x = arg;
  int64_t id = x->d.id;
  int rc = visible(s, x->a, x->who, id, &x->d, e);
  if (rc < 0) return rc;
  if (!scope_edits(x->who, x->d.renewal_id, x->d.owner_id) || (x->who->role == ROLE_REP && x->d.by_id != x->who->person_id))
    return err_set(e, ERR_DENIED, "Only the person who added a document, or a manager, may remove it");
  rc = document_remove(s, id, x->who->person_id, x->now, e);
  return rc == OK ? audit(s, x, "document.remove", e) : rc;
}

int document_drop(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, int64_t *ret_renewal, struct err *e) {
  struct keeping x = {.a = a, .who = who, .now = now, .d = {.id = id}};
  int rc = store_write(s, drop_tx, &x, e);
  if (rc == OK) *ret_renewal = x.d.renewal_id;
  return rc;
}

/* Texts and numbers one behind the other: in the origin of a workbook, and of what is kept of one that was sent in. */
#include "app/roundtrip_parts.h"
#include "store/repo_roundtrip.h"

void pack_str(struct strbuf *b, struct str s) {
  strbuf_fmt(b, "%zu:", s.n);
  strbuf_add(b, s);
}

void pack_i64(struct strbuf *b, int64_t v) { strbuf_fmt(b, "%" PRId64 ":", v); }

bool unpack_i64(struct str *s, int64_t *ret) {
  struct str number;
  return str_cut(*s, ':', &number, s) && str_to_i64(number, ret) == OK;
}

bool unpack_str(struct str *s, struct str *ret) {
  int64_t n = 0;
  if (!unpack_i64(s, &n) || n < 0 || (uint64_t)n > s->n) return false;
  *ret = (struct str){s->p, (size_t)n};
  *s = str_sub(*s, (size_t)n, s->n);
  return true;
}

static void pack_line(struct strbuf *b, const struct roundtrip_line *x) {
  pack_i64(b, (int64_t)x->line);
  pack_i64(b, (int64_t)x->again);
  pack_i64(b, x->id);
  pack_i64(b, x->version);
  pack_i64(b, x->damaged);
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    pack_i64(b, (int64_t)x->cells[f].type);
    pack_str(b, x->cells[f].text);
  }
}

static bool unpack_line(struct str *s, struct roundtrip_line *x) {
  int64_t line, again, version, type, damaged;
  bool good = unpack_i64(s, &line) && unpack_i64(s, &again) && unpack_i64(s, &x->id) && unpack_i64(s, &version) && unpack_i64(s, &damaged);
  for (int f = 0; f < ROUNDTRIP_FIELDS && good; f++) {
    good = unpack_i64(s, &type) && type >= 0 && type <= CELL_EMPTY && unpack_str(s, &x->cells[f].text);
    if (good) x->cells[f].type = (enum cell_type)type;
  }
  if (good) {
    x->line = (size_t)line;
    x->again = (size_t)again;
    x->version = (int32_t)version;
    x->damaged = damaged != 0;
  }
  return good;
}

static int keep_tx(struct store *s, void *arg, struct err *e) {
  struct roundtrip_stored *x = arg;
  int rc = roundtrip_delete_old(s, x->at - ROUNDTRIP_KEPT_SECONDS, e);
  return rc == OK ? roundtrip_put(s, x, e) : rc;
}

int roundtrip_keep(struct store *s, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_look *look, struct str file_name,
                   int64_t now, int64_t *ret_id, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64 << 20);
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) pack_i64(&b, sheet->present[f]);
  size_t at = 0;
  for (size_t i = 0; i < sheet->n && at < look->n; i++)
    if (sheet->lines[i].line == look->rows[at].line) {
      pack_line(&b, &sheet->lines[i]);
      at++;
    }
  if (b.failed) return err_set(e, ERR_NOMEM, "Out of memory");
  struct roundtrip_stored x = {.person_id = who->person_id, .at = now, .file_name = file_name, .origin = sheet->origin_text, .seen = (int64_t)sheet->seen,
                               .lines = strbuf_str(&b)};
  int rc = store_write(s, keep_tx, &x, e);
  if (rc == OK) *ret_id = x.id;
  return rc;
}

int roundtrip_open(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct roundtrip_kept *ret, struct err *e) {
  struct roundtrip_stored row;
  struct roundtrip_kept x = {0};
  int64_t flag = 0;
  int rc = roundtrip_get(s, a, id, who->person_id, &row, e);
  if (rc == OK) rc = roundtrip_verify(s, a, row.origin, &x.sheet.origin, e);
  if (rc < 0) return rc;
  struct str left = row.lines;
  bool good = true;
  for (int f = 0; f < ROUNDTRIP_FIELDS && good; f++) {
    good = unpack_i64(&left, &flag);
    x.sheet.present[f] = flag != 0;
  }
  size_t most = left.n / 16 + 1; /* a line takes more than that */
  x.sheet.lines = arena_zalloc(a, most, sizeof *x.sheet.lines);
  if (!x.sheet.lines) return err_set(e, ERR_NOMEM, "Out of memory");
  while (good && left.n && x.sheet.n < most) {
    good = unpack_line(&left, &x.sheet.lines[x.sheet.n]);
    x.sheet.n += good;
  }
  if (!good) return err_set(e, ERR_FAIL, "What was kept of the workbook can't be read: upload it again");
  x.id = row.id;
  x.at = row.at;
  x.applied_at = row.applied_at;
  x.batch_id = row.batch_id;
  x.file_name = row.file_name;
  x.sheet.origin_text = row.origin;
  x.sheet.seen = (size_t)row.seen;
  *ret = x;
  return OK;
}

struct closing {
  int64_t id, batch_id, now;
};

static int close_tx(struct store *s, void *arg, struct err *e) {
  const struct closing *x = arg;
  return roundtrip_done(s, x->id, x->now, x->batch_id, e);
}

int roundtrip_close(struct store *s, int64_t id, int64_t batch_id, int64_t now, struct err *e) {
  return store_write(s, close_tx, &(struct closing){id, batch_id, now}, e);
}

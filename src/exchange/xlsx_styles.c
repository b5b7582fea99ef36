#include "exchange/xlsx_parts.h"

#include "base/alloc.h"

enum { MAX_FORMATS = 4096, MAX_STYLES = 65536 };

struct format {
  int64_t id;
  enum number_style style;
};
struct styles {
  struct format *formats;
  int64_t *ids; /* number format of each cell style */
  uint8_t *styles;
  size_t n_formats, cap_formats, n_ids, cap_ids;
  bool in_cells; /* inside cellXfs, not cellStyleXfs or dxfs */
  int in_other;
};

static int grow(void *array, size_t *cap, size_t n, size_t size, size_t max, struct err *e)
{
  if (n >= max)
    return err_set(e, ERR_LIMIT, "the workbook has more styles than spreadsheet programs allow: save it again");
  return mem_room(array, n, cap, 64, size) ? OK : err_set(e, ERR_NOMEM, "out of memory");
}

static int add_format(struct styles *s, const struct xml_attributes *a, struct err *e)
{
  char buf[512];
  int64_t id;
  if (str_to_i64(xml_bare(a, "numFmtId"), &id) != OK)
    return OK;
  int code = grow(&s->formats, &s->cap_formats, s->n_formats, sizeof *s->formats, MAX_FORMATS, e);
  if (code == OK)
    s->formats[s->n_formats++] =
        (struct format){id, style_of_code(xml_unescape(xml_bare(a, "formatCode"), buf, sizeof buf))};
  return code;
}

static int add_style(struct styles *s, const struct xml_attributes *a, struct err *e)
{
  int64_t id;
  int code = grow(&s->ids, &s->cap_ids, s->n_ids, sizeof *s->ids, MAX_STYLES, e);
  if (code != OK)
    return code;
  s->ids[s->n_ids++] = str_to_i64(xml_bare(a, "numFmtId"), &id) == OK ? id : 0;
  return OK;
}

static int start(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct styles *s = ctx;
  if (strcmp(name, "dxfs") == 0)
    s->in_other++;
  else if (strcmp(name, "cellXfs") == 0)
    s->in_cells = true;
  else if (strcmp(name, "numFmt") == 0 && s->in_other == 0)
    return add_format(s, a, e);
  else if (strcmp(name, "xf") == 0 && s->in_cells)
    return add_style(s, a, e);
  return OK;
}

static int end(void *ctx, const char *name, struct err *e)
{
  struct styles *s = ctx;
  (void)e;
  if (strcmp(name, "dxfs") == 0)
    s->in_other--;
  else if (strcmp(name, "cellXfs") == 0)
    s->in_cells = false;
  return OK;
}

static void text(void *ctx, struct str t)
{
  (void)ctx, (void)t;
}

/* A workbook may give a built-in id a code of its own. */
static enum number_style style_of_id(const struct styles *s, int64_t id)
{
  for (size_t i = 0; i < s->n_formats; i++)
    if (s->formats[i].id == id)
      return s->formats[i].style;
  return style_of_builtin(id);
}

static int settle(struct styles *s, struct err *e)
{
  s->styles = mem_zalloc(s->n_ids + 1, 1);
  if (s->styles == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  for (size_t i = 0; i < s->n_ids; i++) {
    bool same = i > 0 && s->ids[i] == s->ids[i - 1];
    s->styles[i] = same ? s->styles[i - 1] : (uint8_t)style_of_id(s, s->ids[i]);
  }
  return OK;
}

int styles_read(struct package *p, struct str path, const char *what, struct styles **ret, struct err *e)
{
  struct styles *s = mem_zalloc(1, sizeof *s);
  if (s == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  struct xml_events on = {s, xlsx_spaces, start, end, text};
  int code = xml_read_part(p, path, what, &on, e);
  if (code == OK)
    code = settle(s, e);
  if (code != OK) {
    styles_free(s);
    return code;
  }
  *ret = s;
  return OK;
}

void styles_free(struct styles *s)
{
  if (s == NULL)
    return;
  mem_free(s->formats);
  mem_free(s->ids);
  mem_free(s->styles);
  mem_free(s);
}

enum number_style styles_get(const struct styles *s, int64_t index)
{
  return s != NULL && index >= 0 && (uint64_t)index < s->n_ids ? (enum number_style)s->styles[index] : STYLE_NUMBER;
}

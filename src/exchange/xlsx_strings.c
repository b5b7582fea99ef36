#include "exchange/xlsx_parts.h"

#include "base/alloc.h"
#include "base/strbuf.h"

struct strings {
  struct strbuf text;
  size_t *ends; /* of each string in text */
  size_t n, cap;
  bool in_item, in_text;
  int phonetic; /* depth inside rPh */
};

static int hex(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of "_xHHHH_" at p, or -1. */
static int escape_at(const char *p, size_t n)
{
  int v = 0;
  if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
    return -1;
  for (int i = 2; i < 6; i++) {
    if (hex(p[i]) < 0)
      return -1;
    v = v * 16 + hex(p[i]);
  }
  return v;
}

size_t strings_unescape(char *p, size_t n)
{
  size_t out = 0;
  for (size_t i = 0; i < n;) {
    int unit = escape_at(p + i, n - i);
    /* only ASCII is ever written like this; NUL is left as it stands */
    if (unit > 0 && unit < 0x80) {
      p[out++] = (char)unit;
      i += 7;
    } else {
      p[out++] = p[i++];
    }
  }
  return out;
}

static int start(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct strings *s = ctx;
  (void)a;
  if (strcmp(name, "si") == 0)
    s->in_item = true;
  else if (strcmp(name, "rPh") == 0)
    s->phonetic++;
  else if (strcmp(name, "t") == 0)
    s->in_text = s->in_item && s->phonetic == 0;
  return s->text.failed != 0 ? err_set(e, s->text.failed, "the workbook's texts need too much memory") : OK;
}

static int end_item(struct strings *s, struct err *e)
{
  size_t begin = s->n > 0 ? s->ends[s->n - 1] : 0;
  if (s->text.failed != 0)
    return err_set(e, s->text.failed, "the workbook's texts need too much memory");
  if (!mem_room(&s->ends, s->n, &s->cap, 1024, sizeof *s->ends))
    return err_set(e, ERR_NOMEM, "out of memory");
  if (s->text.n > begin)
    s->text.n = begin + strings_unescape(s->text.p + begin, s->text.n - begin);
  s->ends[s->n++] = s->text.n;
  s->in_item = false;
  return OK;
}

static int end(void *ctx, const char *name, struct err *e)
{
  struct strings *s = ctx;
  if (strcmp(name, "t") == 0)
    s->in_text = false;
  else if (strcmp(name, "rPh") == 0)
    s->phonetic--;
  else if (strcmp(name, "si") == 0 && s->in_item)
    return end_item(s, e);
  return OK;
}

static void text(void *ctx, struct str t)
{
  struct strings *s = ctx;
  if (s->in_text)
    strbuf_add(&s->text, t);
}

int strings_read(struct package *p, struct str path, const char *what, struct strings **ret, struct err *e)
{
  struct strings *s = mem_zalloc(1, sizeof *s);
  if (s == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  strbuf_init(&s->text, PACKAGE_MAX_TOTAL);
  struct xml_events on = {s, xlsx_spaces, start, end, text};
  int code = xml_read_part(p, path, what, &on, e);
  if (code != OK) {
    strings_free(s);
    return code;
  }
  *ret = s;
  return OK;
}

void strings_free(struct strings *s)
{
  if (s == NULL)
    return;
  strbuf_free(&s->text);
  mem_free(s->ends);
  mem_free(s);
}

bool strings_get(const struct strings *s, int64_t index, struct str *ret)
{
  if (s == NULL || index < 0 || (uint64_t)index >= s->n)
    return false;
  size_t begin = index > 0 ? s->ends[index - 1] : 0;
  *ret = s->ends[index] > begin ? (struct str){s->text.p + begin, s->ends[index] - begin} : STR_NONE;
  return true;
}

#include "web/form.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/utf8.h"

/* A sentence for a field; the label is the page's own word for it. */
static struct str say(struct request *r, const char *what, struct str label, int64_t n, int *nomem) {
  struct str s = n ? arena_fmt(r->arena, "%.*s %s %" PRId64 ".", STR_FMT(label), what, n) : arena_fmt(r->arena, "%.*s %s.", STR_FMT(label), what);
  if (!s.p) *nomem = 1;
  return s.p ? s : STR_NONE;
}

static bool controls(struct str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || c == 127) return true;
  }
  return false;
}

static bool email_shape(struct str s) {
  size_t at = str_find(s, '@', 0);
  if (at == SIZE_MAX || at == 0 || at + 1 >= s.n || str_find(s, '@', at + 1) != SIZE_MAX) return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] <= 32 || strchr("<>()[],;:\\\"", s.p[i])) return false;
  struct str host = str_sub(s, at + 1, s.n);
  return host.p[0] != '.' && host.p[host.n - 1] != '.' && s.n <= 254;
}

static struct str text_field(struct request *r, const struct field *f, struct str v, struct str *out, int *nomem) {
  struct str label = str_of(f->label);
  size_t n = utf8_count(v);
  int64_t most = f->max ? f->max : 500;
  if (f->kind != FIELD_SECRET && controls(v)) return say(r, "has characters that can't be stored", label, 0, nomem);
  if ((int64_t)n > most) return say(r, "is too long: the most is", label, most, nomem);
  if (f->min && (int64_t)n < f->min) return say(r, "is too short: the least is", label, f->min, nomem);
  if (f->kind == FIELD_EMAIL && !email_shape(v)) return say(r, "is not an email address, like name@example.com", label, 0, nomem);
  *out = v;
  return STR_NONE;
}

static struct str number_field(struct request *r, const struct field *f, struct str v, int64_t *out, int *nomem) {
  struct str label = str_of(f->label);
  int64_t n;
  bool inexact = false;
  int rc = f->kind == FIELD_INTEGER ? str_to_i64(v, &n) : decimal_parse(v, '.', ',', f->scale, &n, &inexact);
  if (rc < 0) return say(r, f->kind == FIELD_INTEGER ? "is not a whole number" : "is not a number, like 1,234.50", label, 0, nomem);
  if (inexact) return say(r, "has too many decimals: the most is", label, f->scale, nomem);
  if (f->max > f->min && (n < f->min || n > f->max)) {
    char low[DECIMAL_SIZE], high[DECIMAL_SIZE];
    int scale = f->kind == FIELD_DECIMAL ? f->scale : 0;
    struct str s = arena_fmt(r->arena, "%s must be from %s to %s.", f->label, decimal_text(f->min, scale, low), decimal_text(f->max, scale, high));
    if (!s.p) *nomem = 1;
    return s.p ? s : STR_NONE;
  }
  *out = n;
  return STR_NONE;
}

/* Puts the value of one field into its place. The sentence of what is wrong, or "". */
static struct str field_read(struct request *r, const struct field *f, struct str v, void *base, int *nomem) {
  char *at = (char *)base + f->offset;
  struct str label = str_of(f->label);
  if (f->kind == FIELD_FLAG) return *(bool *)(void *)at = v.n && !str_eq(v, STR("0")), STR_NONE;
  if (!v.n && f->required) return say(r, "is missing", label, 0, nomem);
  switch (f->kind) {
  case FIELD_TEXT:
  case FIELD_SECRET:
  case FIELD_EMAIL:
    if (!v.n) return *(struct str *)(void *)at = STR_NONE, STR_NONE;
    return text_field(r, f, v, (struct str *)(void *)at, nomem);
  case FIELD_INTEGER:
  case FIELD_DECIMAL: return v.n ? number_field(r, f, v, (int64_t *)(void *)at, nomem) : STR_NONE;
  case FIELD_DAY: {
    day_t d = DAY_NONE;
    if (v.n && day_parse_iso(v, &d) < 0) return say(r, "is not a date, like 2026-11-30", label, 0, nomem);
    return *(day_t *)(void *)at = d, STR_NONE;
  }
  case FIELD_CHOICE: {
    int c = v.n ? f->of(v) : -1;
    if (v.n && c < 0) return say(r, "is not one of its choices", label, 0, nomem);
    return *(int *)(void *)at = c, STR_NONE;
  }
  case FIELD_FLAG: break;
  }
  return STR_NONE;
}

int form_empty(struct request *r, const struct field *fields, size_t n, struct form *f) {
  struct str *values = arena_zalloc(r->arena, n + 1, sizeof *values), *errors = arena_zalloc(r->arena, n + 1, sizeof *errors);
  if (!values || !errors) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) values[i] = errors[i] = STR_NONE;
  *f = (struct form){fields, n, values, errors, 0};
  return OK;
}

int form_read(struct request *r, const struct field *fields, size_t n, void *ret, struct form *f) {
  int nomem = form_empty(r, fields, n, f) < 0;
  for (size_t i = 0; i < n && !nomem; i++) {
    struct str v = pairs_get(&r->form, fields[i].name);
    if (fields[i].kind != FIELD_SECRET) v = str_trim(v);
    f->values[i] = v;
    f->errors[i] = field_read(r, &fields[i], v, ret, &nomem);
    f->n_errors += f->errors[i].n > 0;
  }
  return nomem ? ERR_NOMEM : OK;
}

static size_t place(const struct form *f, const char *name) {
  for (size_t i = 0; i < f->n; i++)
    if (!strcmp(f->fields[i].name, name)) return i;
  return SIZE_MAX;
}

void form_fail(struct form *f, const char *name, struct str text) {
  size_t i = place(f, name);
  if (i == SIZE_MAX) return;
  f->n_errors += f->errors[i].n == 0;
  f->errors[i] = text;
}

struct str form_value(const struct form *f, const char *name) {
  size_t i = place(f, name);
  return i == SIZE_MAX || f->fields[i].kind == FIELD_SECRET ? STR_NONE : f->values[i];
}

struct str form_error(const struct form *f, const char *name) {
  size_t i = place(f, name);
  return i == SIZE_MAX ? STR_NONE : f->errors[i];
}

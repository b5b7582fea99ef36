#include "web/form.h"
#include "base/date.h"
#include "base/utf8.h"
#include "web/format.h"

/* A sentence for a field: {0} is the label, which is the page's own word for it. */
static struct str say(struct request *r, struct str sentence, int *nomem) {
  if (arena_failed(r->arena)) *nomem = 1;
  return sentence;
}
#define SAY(text, ...) say(r, tr_fmt(r, text, label, ##__VA_ARGS__), nomem)

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
  struct str label = tr(r, f->label);
  size_t n = utf8_count(v);
  int64_t most = f->max ? f->max : 500;
  if (f->kind != FIELD_SECRET && controls(v)) return SAY("{0} has characters that can't be stored.");
  if ((int64_t)n > most) return SAY("{0} is too long: the most is {1}.", format_count(r->reader, most));
  if (f->min && (int64_t)n < f->min) return SAY("{0} is too short: the least is {1}.", format_count(r->reader, f->min));
  if (f->kind == FIELD_EMAIL && !email_shape(v)) return SAY("{0} is not an email address, like name@example.com.");
  *out = v;
  return STR_NONE;
}

static struct str number_field(struct request *r, const struct field *f, struct str v, int64_t *out, int *nomem) {
  struct str label = tr(r, f->label);
  int64_t n;
  int scale = f->kind == FIELD_DECIMAL ? f->scale : 0;
  int rc = f->kind == FIELD_INTEGER ? str_to_i64(v, &n) : format_amount_read(r->reader, v, scale, &n);
  struct str like = format_amount_input(r->reader, 123450, 2);
  bool bounded = f->max > f->min, beyond = rc == ERR_RANGE && bounded; /* more digits than a number can have here */
  if (rc < 0 && !beyond && f->kind == FIELD_INTEGER) return SAY("{0} is not a whole number.");
  if (rc == ERR_CONFLICT) return SAY("{0} can be read in two ways: write it like {1}.", like);
  if (rc == ERR_LIMIT) return SAY("{0} has too many decimals: the most is {1}.", format_count(r->reader, scale));
  if (rc < 0 && !beyond) return SAY("{0} is not a number, like {1}.", like);
  if (beyond || (bounded && (n < f->min || n > f->max)))
    return SAY("{0} must be from {1} to {2}.", format_amount_input(r->reader, f->min, scale), format_amount_input(r->reader, f->max, scale));
  *out = n;
  return STR_NONE;
}

/* Puts the value of one field into its place. The sentence of what is wrong, or "". */
static struct str field_read(struct request *r, const struct field *f, struct str v, void *base, int *nomem) {
  char *at = (char *)base + f->offset;
  struct str label = tr(r, f->label);
  if (f->kind == FIELD_FLAG) return *(bool *)(void *)at = v.n && !str_eq(v, STR("0")), STR_NONE;
  if (!v.n && f->required) return SAY("{0} is missing.");
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
    if (v.n && day_parse_iso(v, &d) < 0) return SAY("{0} is not a date, like 2026-11-30.");
    return *(day_t *)(void *)at = d, STR_NONE;
  }
  case FIELD_CHOICE: {
    int c = v.n ? f->of(v) : -1;
    if (v.n && c < 0) return SAY("{0} is not one of its choices.");
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

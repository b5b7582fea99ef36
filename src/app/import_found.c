/* What a check found: gathering, text, and back. */
#include "app/import_found.h"
#include "app/import_text.h"
#include "base/utf8.h"

/* Which columns stand beside a wrong cell: the first mapped ones tell which row it is. */
static void choose_shown(struct import_found *x, const int *column_of_field)
{
  for (int f = 0; f < FIELD_COUNT && x->n_shown < FOUND_SHOWN; f++)
    if (column_of_field[f] >= 0) {
      x->shown[x->n_shown] = column_of_field[f];
      x->shown_names[x->n_shown++] = str_of(field_spec((enum import_field)f)->name);
    }
}

static struct found_kind *kind_of(struct found_collect *c, enum import_field f, const char *why, const char *mend, int column)
{
  struct import_found *x = &c->found;
  for (int i = 0; i < x->n_kinds; i++)
    if (x->kinds[i].field == f && x->kinds[i].why.p == why)
      return &x->kinds[i];
  if (x->n_kinds == FOUND_KINDS)
    return NULL;
  struct found_kind *k = &x->kinds[x->n_kinds++];
  *k = (struct found_kind){.field = f, .column = column, .why = str_of(why), .mend = str_of(mend), .column_name = STR_NONE,
                           .rows = arena_zalloc(c->arena, FOUND_ROWS, sizeof *k->rows)};
  return k;
}

static int add_value(struct arena *a, struct found_kind *k, struct str text)
{
  for (int i = 0; i < k->n_values; i++)
    if (str_eq(k->values[i].text, text)) {
      k->values[i].n++;
      return OK;
    }
  if (k->n_values == FOUND_VALUES) {
    k->many_values = true;
    return OK;
  }
  struct found_value v = {arena_str(a, text), 1};
  if (!v.text.p)
    return ERR_NOMEM;
  k->values[k->n_values++] = v;
  return OK;
}

static int add_row(struct found_collect *c, struct found_kind *k, size_t row, const struct cell *cells, size_t n, struct str wrong)
{
  if (k->n_rows == FOUND_ROWS)
    return OK;
  struct found_row *r = &k->rows[k->n_rows++];
  *r = (struct found_row){.row = (int64_t)row, .wrong = arena_str(c->arena, utf8_cut(wrong, FOUND_TEXT)), .cut = wrong.n > FOUND_TEXT};
  bool ok = r->wrong.p != NULL;
  for (int i = 0; i < c->found.n_shown && ok; i++) {
    size_t at = (size_t)c->found.shown[i];
    r->cells[i] = at < n ? arena_str(c->arena, utf8_cut(cells[at].text, FOUND_TEXT)) : STR_NONE;
    ok = r->cells[i].p != NULL;
  }
  return ok ? OK : ERR_NOMEM;
}

int found_problem(void *ctx, size_t row, const struct cell *cells, size_t n, const struct row_trouble *t, const int *column_of_field)
{
  struct found_collect *c = ctx;
  int rc = OK;
  if (!c->found.kinds) {
    c->found.kinds = arena_zalloc(c->arena, FOUND_KINDS, sizeof *c->found.kinds);
    choose_shown(&c->found, column_of_field);
  }
  if (!c->found.kinds)
    return ERR_NOMEM;
  for (int i = 0; i < t->n && rc == OK; i++) {
    int column = column_of_field[t->item[i].field];
    struct found_kind *k = kind_of(c, t->item[i].field, t->item[i].why, t->item[i].mend, column);
    if (!k)
      continue;
    if (!k->rows)
      return ERR_NOMEM;
    struct str wrong = column >= 0 && (size_t)column < n ? str_trim(cells[column].text) : STR_NONE;
    k->n++;
    rc = wrong.n > FOUND_TEXT ? OK : add_value(c->arena, k, wrong);
    k->many_values |= wrong.n > FOUND_TEXT;
    if (rc == OK)
      rc = add_row(c, k, row, cells, n, wrong);
  }
  return rc;
}

/* ---- text ---- */

static void add_counts(struct strbuf *b, const struct import_result *r)
{
  const int64_t n[] = {r->rows, r->added, r->changed, r->same, r->refused, r->extended, r->older, r->findings, r->accounts_added, r->products_added,
                       r->people_added, r->contracts_added, r->as_of, r->seen_before, (int64_t)r->doubt, r->doubted, r->doubted_of, r->has_effect};
  strbuf_addz(b, "counts");
  for (size_t i = 0; i < sizeof n / sizeof *n; i++)
    fields_add_i64(b, n[i]);
  fields_end(b);
  for (size_t i = 0; i < r->n_effects; i++) {
    const struct import_effect *x = &r->effects[i];
    strbuf_fmt(b, "effect\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", (int)x->currency, x->before, x->after, x->n_before, x->n_after);
  }
  for (size_t i = 0; i < r->n_targets; i++) {
    const struct target_step *x = &r->targets[i].step;
    strbuf_fmt(b, "target\t%" PRId64 "\t%d\t%d\t%" PRId64 "\t%d", x->now.amount, (int)x->now.currency, x->had, x->was, (int)x->was_currency);
    fields_add(b, r->targets[i].period);
    fields_add(b, x->now.scope);
    fields_add(b, x->now.scope_name);
    fields_add(b, x->now.kind);
    fields_add(b, x->now.measure);
    fields_end(b);
  }
}

static void add_kind(struct strbuf *b, const struct import_found *x, const struct found_kind *k, const struct import_result *r)
{
  struct str column = STR_NONE;
  for (size_t i = 0; i < r->n_columns; i++) /* the file's columns come first, in their order */
    if (k->column >= 0 && i == (size_t)k->column)
      column = r->columns[i].column;
  strbuf_fmt(b, "kind\t%s\t%d\t%" PRId64 "\t%d", field_spec(k->field)->name, k->column, k->n, k->many_values);
  fields_add(b, column);
  fields_add(b, k->why);
  fields_add(b, k->mend);
  fields_end(b);
  for (int i = 0; i < k->n_values; i++) {
    strbuf_fmt(b, "value\t%" PRId64, k->values[i].n);
    fields_add(b, k->values[i].text);
    fields_end(b);
  }
  for (int i = 0; i < k->n_rows; i++) {
    strbuf_fmt(b, "row\t%" PRId64 "\t%d", k->rows[i].row, k->rows[i].cut);
    fields_add(b, k->rows[i].wrong);
    for (int c = 0; c < x->n_shown; c++)
      fields_add(b, k->rows[i].cells[c]);
    fields_end(b);
  }
}

struct str found_text(struct arena *a, const struct found_collect *c, const struct import_result *r)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4 << 20);
  add_counts(&b, r);
  for (int i = 0; i < c->found.n_shown; i++) {
    strbuf_fmt(&b, "shown\t%d", c->found.shown[i]);
    fields_add(&b, c->found.shown_names[i]);
    fields_end(&b);
  }
  bool said[FOUND_KINDS] = {false};
  for (int i = 0; i < c->found.n_kinds; i++) { /* the most frequent first */
    int best = -1;
    for (int k = 0; k < c->found.n_kinds; k++)
      if (!said[k] && (best < 0 || c->found.kinds[k].n > c->found.kinds[best].n))
        best = k;
    said[best] = true;
    add_kind(&b, &c->found, &c->found.kinds[best], r);
  }
  return b.failed ? (struct str){NULL, 0} : arena_str(a, strbuf_str(&b));
}

static void read_counts(struct arena *a, struct str line, struct import_result *r)
{
  int64_t n[18];
  for (size_t i = 0; i < 18; i++)
    n[i] = fields_i64(a, &line);
  r->rows = n[0];
  r->added = n[1];
  r->changed = n[2];
  r->same = n[3];
  r->refused = n[4];
  r->extended = n[5];
  r->older = n[6];
  r->findings = n[7];
  r->accounts_added = n[8];
  r->products_added = n[9];
  r->people_added = n[10];
  r->contracts_added = n[11];
  r->as_of = (day_t)n[12];
  r->seen_before = n[13] != 0;
  r->doubt = n[14] == DOUBT_CHANGES ? DOUBT_CHANGES : n[14] == DOUBT_CUSTOMERS ? DOUBT_CUSTOMERS : DOUBT_NONE;
  r->doubted = n[15];
  r->doubted_of = n[16];
  r->has_effect = n[17] != 0;
}

enum { MOST_EFFECTS = 200 };

static int read_kind(struct arena *a, struct str line, struct import_found *x)
{
  struct str name = fields_next(a, &line);
  if (x->n_kinds == FOUND_KINDS)
    return ERR_SYNTAX;
  struct found_kind *k = &x->kinds[x->n_kinds++];
  *k = (struct found_kind){.rows = arena_zalloc(a, FOUND_ROWS, sizeof *k->rows)};
  for (int f = 0; f < FIELD_COUNT; f++)
    if (str_eq(name, str_of(field_spec((enum import_field)f)->name)))
      k->field = (enum import_field)f;
  k->column = (int)fields_i64(a, &line);
  k->n = fields_i64(a, &line);
  k->many_values = fields_i64(a, &line) != 0;
  k->column_name = fields_next(a, &line);
  k->why = fields_next(a, &line);
  k->mend = fields_next(a, &line);
  return k->rows && k->column_name.p && k->why.p && k->mend.p ? OK : ERR_NOMEM;
}

static int read_row(struct arena *a, struct str line, const struct import_found *x, struct found_kind *k)
{
  if (k->n_rows == FOUND_ROWS)
    return ERR_SYNTAX;
  struct found_row *r = &k->rows[k->n_rows++];
  r->row = fields_i64(a, &line);
  r->cut = fields_i64(a, &line) != 0;
  r->wrong = fields_next(a, &line);
  for (int i = 0; i < FOUND_SHOWN; i++)
    r->cells[i] = i < x->n_shown ? fields_next(a, &line) : STR_NONE;
  return OK;
}

static int read_target(struct arena *a, struct str line, struct import_result *r)
{
  if (r->n_targets == IMPORT_TARGETS_TOLD)
    return ERR_SYNTAX;
  struct import_target *x = &r->targets[r->n_targets++];
  struct target_step *s = &x->step;
  s->now.amount = fields_i64(a, &line);
  s->now.currency = (currency_t)fields_i64(a, &line);
  s->had = fields_i64(a, &line) != 0;
  s->was = fields_i64(a, &line);
  s->was_currency = (currency_t)fields_i64(a, &line);
  x->period = fields_next(a, &line);
  s->now.scope = fields_next(a, &line);
  s->now.scope_name = fields_next(a, &line);
  s->now.kind = fields_next(a, &line);
  s->now.measure = fields_next(a, &line);
  return x->period.p && s->now.scope.p && s->now.scope_name.p && s->now.kind.p && s->now.measure.p ? OK : ERR_NOMEM;
}

static int read_line(struct arena *a, struct str line, struct import_found *x)
{
  struct str word = fields_next(a, &line);
  struct found_kind *k = x->n_kinds ? &x->kinds[x->n_kinds - 1] : NULL;
  if (str_eq(word, STR("counts"))) {
    read_counts(a, line, &x->r);
  } else if (str_eq(word, STR("effect"))) {
    struct import_effect *e = x->r.n_effects < MOST_EFFECTS ? &x->r.effects[x->r.n_effects++] : NULL;
    if (!e)
      return ERR_SYNTAX;
    e->currency = (currency_t)fields_i64(a, &line);
    e->before = fields_i64(a, &line);
    e->after = fields_i64(a, &line);
    e->n_before = fields_i64(a, &line);
    e->n_after = fields_i64(a, &line);
  } else if (str_eq(word, STR("target"))) {
    return read_target(a, line, &x->r);
  } else if (str_eq(word, STR("shown")) && x->n_shown < FOUND_SHOWN) {
    x->shown[x->n_shown] = (int)fields_i64(a, &line);
    x->shown_names[x->n_shown++] = fields_next(a, &line);
  } else if (str_eq(word, STR("kind"))) {
    return read_kind(a, line, x);
  } else if (str_eq(word, STR("value")) && k && k->n_values < FOUND_VALUES) {
    k->values[k->n_values].n = fields_i64(a, &line);
    k->values[k->n_values++].text = fields_next(a, &line);
  } else if (str_eq(word, STR("row")) && k) {
    return read_row(a, line, x, k);
  } else {
    return ERR_SYNTAX;
  }
  return OK;
}

int found_parse(struct arena *a, struct str text, struct import_found *ret)
{
  struct import_found x = {.kinds = arena_zalloc(a, FOUND_KINDS, sizeof *x.kinds)};
  struct str line, rest = text;
  x.r.effects = arena_zalloc(a, MOST_EFFECTS, sizeof *x.r.effects);
  x.r.targets = arena_zalloc(a, IMPORT_TARGETS_TOLD, sizeof *x.r.targets);
  int rc = x.kinds && x.r.effects && x.r.targets ? OK : ERR_NOMEM;
  while (rc == OK && fields_line(&rest, &line))
    rc = read_line(a, line, &x);
  if (rc == OK)
    *ret = x;
  return rc;
}

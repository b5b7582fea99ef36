/* A first look at a file. */
#include "app/import_look.h"
#include "app/import_mends.h"
#include "app/import_values.h"
#include "base/utf8.h"
#include "store/repo_config.h"
#include "store/repo_import.h"

struct look_row {
  struct cell *cells;
  size_t n, row;
};
struct look {
  const struct import_options *o;
  struct arena *a;
  struct import_look *r;
  struct table_info info;
  struct look_row rows[LOOK_ROWS];
  size_t n;
  struct import_mapping mapping;
  struct import_plan plan;
  enum mapping_why why[FIELD_COUNT];
  struct import_columns columns;
  currency_t currency;
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

static int keep_row(struct look *x, const struct cell *cells, size_t n, size_t row)
{
  struct look_row *r = &x->rows[x->n++];
  *r = (struct look_row){arena_alloc(x->a, (n + 1) * sizeof *r->cells), n, row};
  bool ok = r->cells != NULL;
  for (size_t i = 0; i < n && ok; i++) {
    r->cells[i] = (struct cell){arena_str(x->a, utf8_cut(cells[i].text, 500)), cells[i].type};
    ok = r->cells[i].text.p != NULL;
  }
  return ok ? OK : ERR_NOMEM;
}

static int copy_texts(struct arena *a, const struct str *from, size_t n, struct str **ret)
{
  struct str *p = arena_alloc(a, (n + 1) * sizeof *p);
  for (size_t i = 0; p && i < n; i++) {
    p[i] = arena_str(a, from[i]);
    if (!p[i].p)
      return ERR_NOMEM;
  }
  *ret = p;
  return p ? OK : ERR_NOMEM;
}

static int read_rows(struct look *x, struct err *e)
{
  struct table *t = NULL;
  struct cell *cells;
  size_t n, row;
  int rc = table_open(x->o->file, &x->o->table, &t, e);
  if (rc < 0)
    return rc;
  const struct table_info *i = table_info(t);
  x->info = *i;
  x->info.encoding = arena_str(x->a, i->encoding);
  x->info.sheet = arena_str(x->a, i->sheet);
  if (copy_texts(x->a, i->columns, i->n_columns, &x->info.columns) < 0 || copy_texts(x->a, i->sheets, i->n_sheets, &x->info.sheets) < 0)
    rc = no_memory(e);
  while (rc == OK && x->n < LOOK_ROWS && (rc = table_next(t, &cells, &n, &row, e)) == 1) {
    if (x->o->mends)
      mends_apply(x->o->mends, row, &cells, &n);
    rc = keep_row(x, cells, n, row) < 0 ? no_memory(e) : OK;
  }
  table_close(t);
  return rc < 0 ? rc : OK;
}

static int understand(struct look *x, struct store *s, struct err *e)
{
  struct str text = x->o->mapping;
  int rc = OK;
  if (text.n == 0)
    rc = import_mapping_get(s, x->a, import_kind_name((int)x->o->kind), x->o->source, &text, e);
  if (rc == OK && text.n && mapping_parse(x->a, x->o->kind, text, "the mapping", &x->mapping, e) < 0)
    x->mapping = (struct import_mapping){0}; /* a saved mapping that cannot be read is none */
  if (rc == OK && mapping_guess(x->o->kind, &x->info, &x->mapping, &x->plan, x->why) < 0)
    rc = no_memory(e);
  x->plan.strict = x->o->mapping.n > 0;
  for (size_t i = 0; i < x->n && rc == OK; i++)
    rc = columns_row(&x->columns, &x->plan, x->rows[i].cells, x->rows[i].n, x->a, e);
  if (rc < 0)
    return rc;
  struct err open = {0};
  rc = columns_decide(&x->plan, &x->columns, x->plan.strict ? x->mapping.date_order : DATE_ORDER_UNKNOWN, x->plan.strict ? x->mapping.decimal : 0,
                      x->mapping.date_order, x->mapping.decimal, "", &open);
  x->r->question = rc < 0 ? arena_str(x->a, str_of(open.text)) : STR_NONE;
  return x->r->question.p ? OK : no_memory(e);
}

static int show_column(struct look *x, size_t i)
{
  struct look_column *c = &x->r->columns[i];
  *c = (struct look_column){.name = x->info.columns[i], .field = -1, .rule = STR_NONE, .understood = STR_NONE};
  for (size_t k = 0; k < x->n && c->n_samples < LOOK_SAMPLES; k++) {
    struct str s = i < x->rows[k].n ? str_trim(x->rows[k].cells[i].text) : STR_NONE;
    bool seen = s.n == 0;
    for (int j = 0; j < c->n_samples; j++)
      seen |= str_eq(c->samples[j], utf8_cut(s, 60));
    if (!seen)
      c->samples[c->n_samples++] = arena_str(x->a, utf8_cut(s, 60));
  }
  for (int f = 0; f < FIELD_COUNT; f++)
    if (x->plan.column[f] == (int)i) {
      c->field = f;
      c->why = x->why[f];
      c->type = field_spec((enum import_field)f)->type;
      c->order = x->mapping.order_of[f];
      c->decimal = x->mapping.decimal_of[f];
      c->open = c->type == TYPE_DATE && x->columns.order[f] == DATE_ORDER_UNKNOWN && x->columns.dates[f].differing > 0;
      c->rule = str_of(values_rule(&x->columns, (enum import_field)f));
    }
  return OK;
}

static void list_missing(struct look *x)
{
  for (int f = 0; f < FIELD_COUNT; f++) {
    enum import_field other;
    if (field_in((enum import_field)f, x->o->kind) && mapping_lacks(&x->plan, (enum import_field)f, &other))
      x->r->missing[x->r->n_missing++] = (enum import_field)f;
  }
}

/* The first rows, each cell as understood or with what is wrong. */
static int preview(struct look *x)
{
  struct values_reader reader;
  struct import_values *v = arena_zalloc(x->a, 1, sizeof *v);
  struct import_look *r = x->r;
  if (!v)
    return ERR_NOMEM;
  for (int f = 0; f < FIELD_COUNT; f++)
    if (x->plan.column[f] >= 0 || (x->plan.constant[f] && f != FIELD_CURRENCY))
      r->fields[r->n_fields++] = (enum import_field)f;
  values_begin(&reader, &x->plan, &x->columns, x->currency, x->o->allow_credits || (x->o->mends && x->o->mends->credits));
  if (x->o->mends)
    reader.swapped = x->o->mends->swapped;
  for (size_t i = 0; i < x->n && r->n_preview < LOOK_PREVIEW; i++, r->n_preview++) {
    struct row_trouble t;
    t.n = 0;
    values_read(&reader, x->rows[i].cells, x->rows[i].n, x->rows[i].row, v, &t);
    for (size_t k = 0; k < r->n_fields; k++) {
      enum import_field f = r->fields[k];
      struct look_cell *c = &r->preview[r->n_preview * r->n_fields + k];
      for (int j = 0; j < t.n; j++)
        if (t.item[j].field == f)
          c->why = str_of(t.item[j].why);
      c->text = c->why.n ? arena_str(x->a, utf8_cut(v->text[f], 80)) : values_show(v, f, x->a);
      if (!c->text.p)
        return ERR_NOMEM;
      int column = x->plan.column[f];
      if (column >= 0 && r->columns[column].understood.n == 0 && c->why.n == 0)
        r->columns[column].understood = c->text;
    }
  }
  return OK;
}

static bool has_amounts(const struct import_plan *p)
{
  for (int f = 0; f < FIELD_COUNT; f++)
    if (p->column[f] >= 0 && field_spec((enum import_field)f)->type == TYPE_AMOUNT)
      return true;
  return false;
}

int import_look(struct store *s, struct arena *a, const struct import_options *o, struct import_look *ret, struct err *e)
{
  struct look *x = arena_zalloc(a, 1, sizeof *x);
  struct import_look *r = arena_zalloc(a, 1, sizeof *r);
  struct org org;
  if (!x || !r)
    return no_memory(e);
  *x = (struct look){.o = o, .a = a, .r = r};
  int rc = org_load(s, &org, e);
  if (rc == OK)
    rc = read_rows(x, e);
  if (rc == OK)
    rc = understand(x, s, e);
  if (rc < 0)
    return rc;
  bool said = x->plan.column[FIELD_CURRENCY] >= 0 || x->plan.constant[FIELD_CURRENCY];
  x->currency = o->currency != CURRENCY_NONE ? o->currency : said ? CURRENCY_NONE : org.reporting_currency;
  r->n_columns = x->info.n_columns;
  r->columns = arena_zalloc(a, r->n_columns + 1, sizeof *r->columns);
  for (size_t i = 0; r->columns && i < r->n_columns; i++)
    show_column(x, i);
  list_missing(x);
  if (!r->columns || preview(x) < 0)
    return no_memory(e);
  r->currency = x->plan.constant[FIELD_CURRENCY] ? x->plan.value[FIELD_CURRENCY] : STR_NONE;
  r->needs_currency = field_in(FIELD_CURRENCY, o->kind) && has_amounts(&x->plan) && x->plan.column[FIELD_CURRENCY] < 0;
  r->rows = x->n;
  r->format = str_of(x->info.format);
  r->encoding = x->info.encoding;
  r->sheet = x->info.sheet;
  r->delimiter = x->info.delimiter;
  r->sheets = x->info.sheets;
  r->n_sheets = x->info.n_sheets;
  *ret = *r;
  return OK;
}

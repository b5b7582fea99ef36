/* Which column is which field, with the first rows as they would be understood. */
#include "app/import_look.h"
#include "app/import_mends.h"
#include "store/repo_config.h"
#include "web/pages/imports.h"
#include "web/shell.h"
#include "web/views.h"

enum { NAME_SIZE = 24 };

static const char *why_words(const struct reader *r, enum mapping_why why, bool chosen) {
  switch (why) {
  case WHY_GIVEN: return chosen ? "" : tr(r, "as in the last file of this source").p;
  case WHY_NAME: return tr(r, "its own name").p;
  case WHY_SYNONYM: return tr(r, "a known name for it").p;
  case WHY_MAYBE: return tr(r, "a guess: look at the values").p;
  case WHY_ONE_OF_SEVERAL: return tr(r, "the first of several columns that could be it").p;
  case WHY_NONE: break;
  }
  return "";
}

static int field_options(struct request *r, enum import_kind kind, int now, struct map_column *c) {
  c->fields = arena_zalloc(r->arena, FIELD_COUNT + 1, sizeof *c->fields);
  if (!c->fields)
    return ERR_NOMEM;
  c->fields[c->n_fields++] = (struct option){STR_NONE, tr(r, "Not taken"), now < 0};
  for (int f = 0; f < FIELD_COUNT; f++)
    if (field_in((enum import_field)f, kind))
      c->fields[c->n_fields++] = (struct option){str_of(field_spec((enum import_field)f)->name), str_of(imports_field(r->reader, (enum import_field)f)), f == now};
  return OK;
}

/* A rule can be chosen for dates and for numbers with decimals. */
static int rule_options(struct request *r, const struct look_column *k, struct map_column *c) {
  bool date = k->field >= 0 && k->type == TYPE_DATE, number = k->field >= 0 && (k->type == TYPE_AMOUNT || k->type == TYPE_DECIMAL);
  if (!date && !number)
    return OK;
  c->rules = arena_zalloc(r->arena, 5, sizeof *c->rules);
  if (!c->rules)
    return ERR_NOMEM;
  c->rules[c->n_rules++] = (struct option){STR_NONE, c->open ? tr(r, "Choose: day or month first") : tr_fmt(r, "By the column: {0}", c->rule), !k->order && !k->decimal};
  if (date) {
    c->rules[c->n_rules++] = (struct option){STR("dmy"), tr(r, "Day/month/year"), k->order == DATE_ORDER_DMY};
    c->rules[c->n_rules++] = (struct option){STR("mdy"), tr(r, "Month/day/year"), k->order == DATE_ORDER_MDY};
    c->rules[c->n_rules++] = (struct option){STR("ymd"), tr(r, "Year/month/day"), k->order == DATE_ORDER_YMD};
  } else {
    c->rules[c->n_rules++] = (struct option){STR("."), tr(r, "Decimal point: 1,234.56"), k->decimal == '.'};
    c->rules[c->n_rules++] = (struct option){STR(","), tr(r, "Decimal comma: 1.234,56"), k->decimal == ','};
  }
  return OK;
}

static int fill_columns(struct request *r, enum import_kind kind, bool chosen, const struct import_look *look, struct import_map_view *v) {
  v->columns = arena_zalloc(r->arena, look->n_columns + 1, sizeof *v->columns);
  if (!v->columns)
    return ERR_NOMEM;
  int rc = OK;
  for (size_t i = 0; i < look->n_columns && rc == OK; i++) {
    const struct look_column *k = &look->columns[i];
    struct map_column *c = &v->columns[v->n_columns++];
    *c = (struct map_column){.number = (int)i + 1, .name = k->name, .samples = arena_alloc(r->arena, sizeof k->samples), .n_samples = (size_t)k->n_samples,
                             .taken = k->field >= 0, .open = k->open, .understood = k->understood, .rule = tr_sentence(r, k->rule),
                             .why = k->field >= 0 ? str_of(why_words(r->reader, k->why, chosen)) : STR_NONE};
    if (!c->samples)
      return ERR_NOMEM;
    memcpy(c->samples, k->samples, sizeof k->samples);
    rc = field_options(r, kind, k->field, c);
    if (rc == OK)
      rc = rule_options(r, k, c);
  }
  return rc;
}

static int fill_preview(struct request *r, const struct import_look *look, struct import_map_view *v) {
  v->missing = arena_zalloc(r->arena, look->n_missing + 1, sizeof *v->missing);
  v->heads = arena_zalloc(r->arena, look->n_fields + 1, sizeof *v->heads);
  v->lines = arena_zalloc(r->arena, look->n_preview + 1, sizeof *v->lines);
  if (!v->missing || !v->heads || !v->lines)
    return ERR_NOMEM;
  for (size_t i = 0; i < look->n_missing; i++)
    v->missing[v->n_missing++] = look->missing[i] == FIELD_PRODUCT ? tr(r, "Product or description") : look->missing[i] == FIELD_NET_AMOUNT
      ? tr(r, "Net amount or unit price") : str_of(imports_field(r->reader, look->missing[i]));
  for (size_t i = 0; i < look->n_fields; i++)
    v->heads[v->n_heads++] = str_of(imports_field(r->reader, look->fields[i]));
  for (size_t i = 0; i < look->n_preview; i++) {
    struct map_line *l = &v->lines[v->n_lines++];
    l->cells = arena_zalloc(r->arena, look->n_fields + 1, sizeof *l->cells);
    if (!l->cells)
      return ERR_NOMEM;
    for (size_t k = 0; k < look->n_fields; k++) {
      const struct look_cell *c = &look->preview[i * look->n_fields + k];
      l->cells[l->n_cells++] = (struct map_cell){c->text, tr_sentence(r, c->why)};
    }
  }
  return OK;
}

static struct str read_as(struct request *r, const struct import_look *look) {
  char mark[2] = {look->delimiter == '\t' ? 0 : look->delimiter, 0};
  if (!str_eq(look->format, STR("csv")))
    return look->sheet.n ? tr_fmt(r, "Excel workbook, sheet {0}", look->sheet) : tr(r, "Excel workbook");
  return mark[0] ? tr_fmt(r, "Text in {0}, cells parted by {1}", look->encoding, str_of(mark)) : tr_fmt(r, "Text in {0}, cells parted by tabs", look->encoding);
}

/* What the page shows of a staged file; a file that cannot be read at all is a page too. */
static int fill(struct request *r, struct import_desk *d, const struct staged *x, struct import_map_view *v) {
  struct import_options o;
  struct import_look look;
  char iso[DAY_ISO_SIZE] = "";
  if (x->as_of != DAY_NONE)
    day_iso(x->as_of, iso);
  v->id = x->id;
  v->file = x->file_name;
  v->size = imports_size(r, x->file_size);
  v->source = x->source;
  v->as_of = arena_str(r->arena, str_of(iso));
  v->stopped = tr_sentence(r, x->error);
  v->kinds = imports_kinds(r, x->kind, &v->n_kinds);
  if (!v->kinds)
    return ERR_NOMEM;
  int rc = import_desk_options(d, r->arena, x, r->today, r->now, &o, &r->err);
  if (rc == OK)
    rc = import_look(r->store, r->arena, &o, &look, &r->err);
  if (rc == ERR_SYNTAX || rc == ERR_LIMIT || rc == ERR_IO) {
    v->unreadable = true;
    v->problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
    return OK;
  }
  if (rc < 0)
    return rc;
  v->read_as = read_as(r, &look);
  v->question = tr_sentence(r, look.question);
  v->currency = look.currency;
  v->asks_currency = look.needs_currency;
  v->corrected = mends_any(o.mends);
  v->sheets = arena_zalloc(r->arena, look.n_sheets + 1, sizeof *v->sheets);
  for (size_t i = 0; v->sheets && look.n_sheets > 1 && i < look.n_sheets; i++)
    v->sheets[v->n_sheets++] = (struct option){look.sheets[i], look.sheets[i], str_eq(look.sheets[i], look.sheet)};
  rc = v->sheets ? fill_columns(r, o.kind, x->mapping.n > 0, &look, v) : ERR_NOMEM;
  return rc < 0 ? rc : fill_preview(r, &look, v);
}

static int show(struct request *r, struct response *w, struct import_map_view *v) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v->file, .nav = "/imports", .sheet = "setup.css", .crumb = tr(r, "Imports"), .crumb_href = STR("/imports")});
  view_import_map(&w->body, &cx, v);
  return shell_end(r, w);
}

static struct str step_of(struct request *r, const struct staged *x) {
  return imports_href(r, x->id, x->state == STAGED_APPLIED ? "done" : "check");
}

int import_map_page(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  struct import_map_view v = {0};
  int rc = imports_desk(r, &d);
  if (rc == OK)
    rc = imports_staged(r, &x);
  if (rc < 0)
    return rc;
  if (x.state == STAGED_DISCARDED)
    return ERR_NOTFOUND;
  if (x.state != STAGED_MAPPING && x.state != STAGED_CHECKED)
    return response_redirect(r, w, step_of(r, &x));
  rc = fill(r, d, &x, &v);
  return rc < 0 ? rc : show(r, w, &v);
}

/* ---- what was chosen ---- */

static struct str chosen(struct request *r, char what, size_t column) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%c%zu", what, column);
  return pairs_get(&r->form, name);
}

/* The form as the text of a mapping. *ret_twice: a field that two columns were given, as it is called, or "". */
static int mapping_of_form(struct request *r, enum import_kind kind, const struct table_info *info, struct str *ret, struct str *ret_twice) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(MAPPING_MAX);
  bool used[FIELD_COUNT] = {false};
  *ret_twice = STR_NONE;
  for (size_t i = 0; i < info->n_columns; i++) {
    struct str field = chosen(r, 'f', i + 1), rule = chosen(r, 'r', i + 1);
    int f = field.n ? field_of(kind, field) : -1;
    if (f < 0)
      continue;
    if (used[f]) {
      *ret_twice = str_of(imports_field(r->reader, (enum import_field)f));
      continue;
    }
    used[f] = true;
    struct str column = mapping_column(r->arena, info, (int)i);
    const char *name = field_spec((enum import_field)f)->name;
    if (!column.p)
      return ERR_NOMEM;
    strbuf_fmt(&b, "%s = %.*s\n", name, STR_FMT(column));
    bool date = field_spec((enum import_field)f)->type == TYPE_DATE;
    if (rule.n == 3 && date && (str_eq(rule, STR("dmy")) || str_eq(rule, STR("mdy")) || str_eq(rule, STR("ymd"))))
      strbuf_fmt(&b, "%s.date_order = %.*s\n", name, STR_FMT(rule));
    if (rule.n == 1 && !date && (rule.p[0] == '.' || rule.p[0] == ','))
      strbuf_fmt(&b, "%s.decimal = %c\n", name, rule.p[0]);
  }
  currency_t currency;
  struct str code = str_trim(pairs_get(&r->form, "currency"));
  bool constant = !used[FIELD_CURRENCY] && field_in(FIELD_CURRENCY, kind) && code.n && currency_parse(code, &currency) == OK;
  if (constant)
    strbuf_fmt(&b, "currency = \"%.*s\"\n", STR_FMT(code));
  for (int f = 0; f < FIELD_COUNT; f++)
    if (field_in((enum import_field)f, kind) && !used[f] && !(f == FIELD_CURRENCY && constant))
      strbuf_fmt(&b, "%s = -\n", field_spec((enum import_field)f)->name);
  if (b.failed)
    return b.failed;
  *ret = arena_str(r->arena, strbuf_str(&b));
  return ret->p ? OK : ERR_NOMEM;
}

static struct table_info info_of(const struct import_look *look, struct arena *a) {
  struct table_info i = {.n_columns = look->n_columns, .columns = arena_alloc(a, (look->n_columns + 1) * sizeof *i.columns)};
  for (size_t k = 0; i.columns && k < look->n_columns; k++)
    i.columns[k] = look->columns[k].name;
  return i;
}

static int choose_tx(struct store *s, void *arg, struct err *e) { return staged_choose(s, arg, e); }

/* Takes the form into *x. *ret_problem: what has to be mended before a check. */
static int take(struct request *r, struct import_desk *d, struct staged *x, struct str *ret_problem) {
  struct import_options o;
  struct import_look look;
  struct str kind = pairs_get(&r->form, "kind"), source = str_trim(pairs_get(&r->form, "source")), as_of = str_trim(pairs_get(&r->form, "as_of"));
  struct str sheet = pairs_get(&r->form, "sheet"), twice = STR_NONE;
  day_t day = DAY_NONE;
  *ret_problem = STR_NONE;
  if (as_of.n && (day_parse_iso(as_of, &day) < 0 || day > r->today))
    *ret_problem = tr(r, "Write the day on which the file was true as 2026-11-22; it cannot lie in the future.");
  else
    x->as_of = day;
  if (source.n && source.n <= 100)
    x->source = source;
  int rc = import_desk_options(d, r->arena, x, r->today, r->now, &o, &r->err);
  if (rc < 0)
    return rc;
  bool other = (import_kind_of(kind) >= 0 && !str_eq(kind, x->kind)) || (sheet.n && o.mends->sheet.n && !str_eq(sheet, o.mends->sheet));
  struct import_mends m = *o.mends;
  if (import_kind_of(kind) >= 0)
    x->kind = kind;
  if (sheet.n)
    m.sheet = sheet;
  if (other) { /* what was mapped was mapped for something else */
    m.n_cells = m.n_values = 0;
    x->mapping = STR_NONE;
  }
  x->mends = mends_text(r->arena, &m);
  if (!x->mends.p)
    return ERR_NOMEM;
  rc = other ? OK : import_look(r->store, r->arena, &o, &look, &r->err);
  if (rc == ERR_SYNTAX || rc == ERR_LIMIT || rc == ERR_IO) /* it cannot be read: the page says why */
    rc = OK;
  else if (rc == OK && !other) {
    struct table_info info = info_of(&look, r->arena);
    rc = info.columns ? mapping_of_form(r, o.kind, &info, &x->mapping, &twice) : ERR_NOMEM;
  }
  if (rc == OK && twice.n)
    *ret_problem = tr_fmt(r, "Two columns are mapped to {0}: keep one of them.", twice);
  x->changed_at = r->now;
  return rc < 0 ? rc : store_write(r->store, choose_tx, x, &r->err);
}

int import_map_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  struct import_map_view v = {0};
  struct str problem = STR_NONE;
  bool check = str_eq(pairs_get(&r->form, "do"), STR("check"));
  int rc = imports_desk(r, &d);
  if (rc == OK)
    rc = imports_staged(r, &x);
  if (rc == OK && x.state != STAGED_MAPPING && x.state != STAGED_CHECKED)
    rc = err_set(&r->err, ERR_CONFLICT, "This file is being worked on, or was imported or discarded: open the page again");
  if (rc == OK)
    rc = take(r, d, &x, &problem);
  if (rc < 0)
    return rc;
  if (!check && !r->fragment && !problem.n)
    return response_redirect(r, w, imports_href(r, x.id, "map"));
  rc = fill(r, d, &x, &v);
  if (rc < 0)
    return rc;
  if (check && !problem.n && !v.n_missing && !v.question.n && !v.unreadable) {
    rc = import_desk_start(d, r->store, &(struct desk_order){.job = DESK_CHECK, .id = x.id, .actor_id = r->who.id}, &r->err);
    return rc < 0 ? rc : response_redirect(r, w, imports_href(r, x.id, "check"));
  }
  if (problem.n)
    v.problem = problem;
  w->status = r->fragment ? 200 : 422; /* a preview is no refusal */
  return show(r, w, &v);
}

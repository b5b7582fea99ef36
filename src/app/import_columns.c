/* Columns as a whole. */
#include "app/import_columns.h"
#include "app/import_mends.h"
#include "base/utf8.h"

static bool is_number(enum import_field f)
{
  enum field_type t = field_spec(f)->type;
  return t == TYPE_AMOUNT || t == TYPE_DECIMAL || t == TYPE_WHOLE;
}

static int scan_cell(struct import_columns *c, enum import_field f, const struct cell *x, struct arena *a, struct err *e)
{
  if (x->type == CELL_EMPTY || x->text.n == 0 || x->type == CELL_ERROR)
    return OK;
  if (c->sample[f].n == 0 && str_trim(x->text).n) {
    c->sample[f] = arena_str(a, utf8_cut(str_trim(x->text), 80));
    if (!c->sample[f].p)
      return err_set(e, ERR_NOMEM, "out of memory");
  }
  if (field_spec(f)->type == TYPE_DATE)
    date_column_add(&c->dates[f], x->text);
  else if (x->type != CELL_NUMBER) /* a workbook's own number has a point by definition */
    number_column_add(&c->numbers[f], x->text);
  return OK;
}

int columns_row(struct import_columns *c, const struct import_plan *p, const struct cell *cells, size_t n, struct arena *a, struct err *e)
{
  for (int f = 0; f < FIELD_COUNT; f++) {
    if (p->column[f] < 0 || (size_t)p->column[f] >= n)
      continue;
    bool typed = field_spec((enum import_field)f)->type == TYPE_DATE || is_number((enum import_field)f);
    int rc = !typed && c->sample[f].n ? OK : scan_cell(c, (enum import_field)f, &cells[p->column[f]], a, e);
    if (rc < 0)
      return rc;
  }
  c->rows++;
  return OK;
}

int columns_scan(struct table *t, const struct import_plan *p, const struct import_options *o, struct arena *a, struct import_columns *ret,
                 struct err *e)
{
  enum import_field used[FIELD_COUNT];
  int n_used = 0, rc;
  struct cell *cells;
  size_t n, row;
  *ret = (struct import_columns){0};
  for (int f = 0; f < FIELD_COUNT; f++)
    if (p->column[f] >= 0)
      used[n_used++] = (enum import_field)f;
  while ((rc = table_next(t, &cells, &n, &row, e)) == 1) {
    if (o->mends)
      mends_apply(o->mends, row, &cells, &n);
    for (int i = 0; i < n_used; i++) {
      enum import_field f = used[i];
      bool typed = field_spec(f)->type == TYPE_DATE || is_number(f);
      if ((size_t)p->column[f] >= n || (!typed && ret->sample[f].n))
        continue;
      int bad = scan_cell(ret, f, &cells[p->column[f]], a, e);
      if (bad < 0)
        return bad;
    }
    if ((++ret->rows & 0x3FFF) == 0 && o->progress) {
      int64_t done, total;
      table_progress(t, &done, &total);
      o->progress(o->progress_ctx, "reading columns", done, total);
    }
    if ((ret->rows & 0x3FFF) == 0 && o->cancel && atomic_load(o->cancel))
      return err_set(e, ERR_CONFLICT, "canceled: nothing was imported");
  }
  return rc;
}

enum date_order columns_order(const struct import_columns *c)
{
  int64_t day_first = 0, month_first = 0;
  for (int f = 0; f < FIELD_COUNT; f++) {
    enum date_order o = date_column_order(&c->dates[f]);
    day_first += o == DATE_ORDER_DMY;
    month_first += o == DATE_ORDER_MDY;
  }
  return day_first > month_first ? DATE_ORDER_DMY : month_first > day_first ? DATE_ORDER_MDY : DATE_ORDER_UNKNOWN;
}

char columns_decimal(const struct import_columns *c)
{
  int64_t point = 0, comma = 0;
  for (int f = 0; f < FIELD_COUNT; f++) {
    char d = number_column_decimal(&c->numbers[f]);
    point += d == '.';
    comma += d == ',';
  }
  return point > comma ? '.' : comma > point ? ',' : 0;
}

static int decide_dates(const struct import_plan *p, struct import_columns *c, enum date_order forced, enum date_order kept, const char *file, struct err *e)
{
  enum date_order others = columns_order(c);
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct date_column *d = &c->dates[f];
    enum date_order own = date_column_order(d);
    bool even = own == DATE_ORDER_UNKNOWN && d->day_first > 0;
    enum date_order said = p->mapping.order_of[f];
    c->order[f] = said && p->strict ? said : forced ? forced : own ? own : said ? said : even ? DATE_ORDER_UNKNOWN : others ? others : kept;
    if (c->order[f] != DATE_ORDER_UNKNOWN || (d->differing == 0 && !even))
      continue;
    struct str column = utf8_cut(p->info->columns[p->column[f]], 80);
    if (even)
      return err_set(e, ERR_SYNTAX,
                     "%s: column \"%.*s\": as many dates have the day first as have the month first (%lld each): say which is right with --date-order dmy or "
                     "--date-order mdy; the others then go to the problems file",
                     file, STR_FMT(column), (long long)d->day_first);
    return err_set(e, ERR_SYNTAX,
                   "%s: column \"%.*s\": %s can be day/month or month/day, and no date of the file tells which: say it with --date-order dmy or "
                   "--date-order mdy (or the line  date_order = dmy  in the mapping file)",
                   file, STR_FMT(column), d->sample);
  }
  return OK;
}

static int decide_numbers(const struct import_plan *p, struct import_columns *c, char forced, char kept, const char *file, struct err *e)
{
  char others = columns_decimal(c);
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct number_column *d = &c->numbers[f];
    char own = number_column_decimal(d);
    bool even = own == 0 && d->point > 0;
    char said = p->mapping.decimal_of[f];
    c->decimal[f] = said && p->strict ? said : forced ? forced : own ? own : said ? said : even ? 0 : others ? others : kept;
    if (c->decimal[f])
      continue;
    c->decimal[f] = '.';
    if ((d->open == 0 && !even) || field_spec((enum import_field)f)->type == TYPE_WHOLE)
      continue;
    struct str column = utf8_cut(p->info->columns[p->column[f]], 80);
    return err_set(e, ERR_SYNTAX,
                   "%s: column \"%.*s\": %s can be read with a decimal point or a decimal comma, and no number of the file tells which: say it with "
                   "--decimal . or --decimal , (or the line  decimal = ,  in the mapping file)",
                   file, STR_FMT(column), even ? "its numbers" : d->sample);
  }
  return OK;
}

int columns_decide(const struct import_plan *p, struct import_columns *c, enum date_order forced_order, char forced_decimal,
                   enum date_order kept_order, char kept_decimal, const char *file, struct err *e)
{
  int rc = decide_dates(p, c, forced_order, kept_order, file, e);
  return rc < 0 ? rc : decide_numbers(p, c, forced_decimal, kept_decimal, file, e);
}

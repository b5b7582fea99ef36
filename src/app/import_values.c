/* Cells to values, under the rules decided for the columns. */
#include "app/import_values.h"
#include "base/decimal.h"
#include "app/import_words.h"
#include "base/strbuf.h"
#include "domain/terms.h"

void values_begin(struct values_reader *r, const struct import_plan *p, const struct import_columns *c, currency_t default_currency, bool allow_credits)
{
  *r = (struct values_reader){.plan = p, .columns = c, .default_currency = default_currency, .allow_credits = allow_credits};
  for (int f = 0; f < FIELD_COUNT; f++)
    if (f != FIELD_CURRENCY && (p->column[f] >= 0 || p->constant[f]))
      r->used[r->n_used++] = (enum import_field)f;
}

/* The text of a field in this row: trimmed, with the apostrophe of a guarded cell taken off, empty marks as empty. */
static struct str field_text(const struct values_reader *r, enum import_field f, const struct cell *cells, size_t n, struct row_trouble *t)
{
  int c = r->plan->column[f];
  if (c < 0)
    return r->plan->value[f];
  if ((size_t)c >= n || cells[c].type == CELL_EMPTY)
    return STR_NONE;
  struct str s = str_trim(cells[c].text);
  if (s.n > 1 && s.p[0] == '\'' && (s.p[1] == '=' || s.p[1] == '@' || s.p[1] == '+' || s.p[1] == '-'))
    s = str_sub(s, 1, s.n);
  if (cell_is_empty(s)) /* accountants write a zero as a dash */
    return field_spec(f)->type == TYPE_AMOUNT && r->columns->numbers[f].dashes && cell_is_dash(s) ? STR("0") : STR_NONE;
  if (cells[c].type == CELL_ERROR)
    row_trouble_add(t, f, s, "the cell holds a spreadsheet error", "mend the formula in the workbook, or empty the cell");
  return s;
}

static int read_currency(struct values_reader *r, struct str s, currency_t *ret)
{
  if (s.n == 3 && memcmp(s.p, r->last_currency_text, 3) == 0) {
    *ret = r->last_currency;
    return OK;
  }
  struct number_cell sign;
  currency_t c = CURRENCY_NONE;
  if (currency_parse(s, &c) < 0) {
    /* a sign: R$, EUR as the euro sign … */
    char with[24];
    struct str probe = {with, 0};
    if (s.n + 2 > sizeof with)
      return ERR_NOTFOUND;
    memcpy(with, s.p, s.n);
    with[s.n] = '1';
    probe.n = s.n + 1;
    if (number_scan(probe, &sign) < 0 || sign.currency == CURRENCY_NONE || !str_eq(sign.core, STR("1")))
      return ERR_NOTFOUND;
    c = sign.currency;
  } else if (s.n == 3) {
    memcpy(r->last_currency_text, s.p, 3);
    r->last_currency = c;
  }
  *ret = c;
  return OK;
}

static void find_currency(struct values_reader *r, const struct cell *cells, size_t n, struct import_values *v, struct row_trouble *t)
{
  struct str s = field_text(r, FIELD_CURRENCY, cells, n, t);
  v->currency = CURRENCY_NONE;
  v->text[FIELD_CURRENCY] = s;
  v->has[FIELD_CURRENCY] = s.n > 0;
  if (s.n == 0)
    return;
  if (read_currency(r, s, &v->currency) < 0)
    row_trouble_add(t, FIELD_CURRENCY, s, "unknown currency", "write the three letters of ISO 4217, such as USD, EUR, BRL, MXN");
}

static void read_date(const struct values_reader *r, enum import_field f, struct import_values *v, struct row_trouble *t)
{
  struct date_cell d;
  struct str s = v->text[f];
  int rc = date_scan(s, &d);
  v->day[f] = DAY_NONE;
  enum date_order order = r->columns->order[f];
  if (rc == OK)
    rc = date_resolve(&d, order, &v->day[f]);
  if (rc == ERR_RANGE && r->swapped && r->swapped[f] && d.what == DATE_PARTS && (order == DATE_ORDER_MDY ? d.a > 12 : d.b > 12))
    rc = date_resolve(&d, order == DATE_ORDER_MDY ? DATE_ORDER_DMY : DATE_ORDER_MDY, &v->day[f]);
  if (rc == OK)
    return;
  if (rc == ERR_SYNTAX)
    row_trouble_add(t, f, s, "not a date", "write the date as the other rows do, or as YYYY-MM-DD");
  else if (d.what == DATE_PARTS && d.a <= 31 && d.b <= 31 && (r->columns->order[f] == DATE_ORDER_MDY ? d.a > 12 : d.b > 12))
    row_trouble_add(t, f, s, "day and month are the other way round than in the rest of the column", "write the date as YYYY-MM-DD");
  else
    row_trouble_add(t, f, s, "no such day", "correct the date: the calendar, and the years 1900 to 2170, do not have it");
}

static void read_amount(const struct values_reader *r, enum import_field f, struct import_values *v, struct row_trouble *t)
{
  struct number_cell x;
  int64_t value;
  struct str s = v->text[f];
  if (number_scan(s, &x) < 0) {
    row_trouble_add(t, f, s, "not an amount", "write digits with one decimal mark, such as 1234.56");
    return;
  }
  if (x.core.n == 0) {
    v->has[f] = false;
    return;
  }
  if (x.currency != CURRENCY_NONE && v->currency != CURRENCY_NONE && x.currency != v->currency && v->has[FIELD_CURRENCY]) {
    row_trouble_add(t, f, s, "the amount names another currency than the currency column", "make both agree");
    return;
  }
  if (x.currency != CURRENCY_NONE && !v->has[FIELD_CURRENCY])
    v->currency = x.currency;
  currency_t cur = v->currency != CURRENCY_NONE ? v->currency : r->default_currency;
  int rc = number_resolve(&x, r->columns->decimal[f] ? r->columns->decimal[f] : '.', currency_exponent(cur), &value, NULL);
  if (rc == ERR_RANGE || (rc == OK && (value > IMPORT_AMOUNT_MAX || value < -IMPORT_AMOUNT_MAX)))
    row_trouble_add(t, f, s, "the amount is too large", "amounts go up to 10,000,000,000,000.00: check for a missing decimal mark or a number in the wrong column");
  else if (rc < 0)
    row_trouble_add(t, f, s, "not a number of this column's form", "write it with the decimal mark of the other rows and thousands in groups of three");
  else if (value < 0 && !r->allow_credits)
    row_trouble_add(t, f, s, "the amount is negative", "correct it, or import credits with --allow-credits");
  else
    v->number[f] = value;
}

static void read_number(const struct values_reader *r, enum import_field f, struct import_values *v, struct row_trouble *t)
{
  struct number_cell x;
  bool inexact = false, whole = field_spec(f)->type == TYPE_WHOLE;
  struct str s = v->text[f];
  if (number_scan(s, &x) == OK && x.core.n == 0) {
    v->has[f] = false;
    return;
  }
  int rc = number_scan(s, &x);
  if (rc == OK)
    rc = number_resolve(&x, r->columns->decimal[f] ? r->columns->decimal[f] : '.', whole ? 0 : RATE_SCALE_DIGITS, &v->number[f], &inexact);
  if (rc == ERR_RANGE)
    row_trouble_add(t, f, s, "the number is too large", "check for a missing decimal mark");
  else if (rc < 0)
    row_trouble_add(t, f, s, "not a number", whole ? "write a whole number" : "write digits with one decimal mark");
  else if (whole && (inexact || v->number[f] < 1 || v->number[f] > INT32_MAX))
    row_trouble_add(t, f, s, "not a whole number of at least 1", "write a whole number from 1 to 2147483647, or leave the cell empty for 1");
}

static bool long_text(enum import_field f)
{
  return f == FIELD_DESCRIPTION || f == FIELD_NOTE || f == FIELD_REASON;
}

void values_read(struct values_reader *r, const struct cell *cells, size_t n, size_t row, struct import_values *v, struct row_trouble *t)
{
  v->row = row;
  for (size_t i = r->plan->info->n_columns; i < n; i++)
    if (cells[i].type != CELL_EMPTY && str_trim(cells[i].text).n) {
      row_trouble_add(t, r->used[0], cells[i].text, "the row has more cells than the header", "a separator inside a value must stand in quotes");
      break;
    }
  find_currency(r, cells, n, v, t);
  for (int i = 0; i < r->n_used; i++) {
    enum import_field f = r->used[i];
    const struct field_spec *spec = field_spec(f);
    v->text[f] = field_text(r, f, cells, n, t);
    v->has[f] = v->text[f].n > 0;
    v->number[f] = 0;
    v->day[f] = DAY_NONE;
    if (!v->has[f]) {
      if (spec->required & (1u << r->plan->kind))
        row_trouble_add(t, f, STR_NONE, "the cell is empty and may not be", "fill it in");
      continue;
    }
    switch (spec->type) {
    case TYPE_DATE: read_date(r, f, v, t); break;
    case TYPE_AMOUNT: read_amount(r, f, v, t); break;
    case TYPE_WHOLE: case TYPE_DECIMAL: read_number(r, f, v, t); break;
    default:
      if (v->text[f].n > (long_text(f) ? IMPORT_NOTE_MAX : IMPORT_TEXT_MAX))
        row_trouble_add(t, f, v->text[f], "the text is too long", long_text(f) ? "shorten it to 4000 bytes" : "shorten it to 200 bytes");
    }
    if (!v->has[f] && (spec->required & (1u << r->plan->kind)) && t->n == 0)
      row_trouble_add(t, f, v->text[f], "the cell is empty and may not be", "fill it in");
  }
  bool column = r->plan->column[FIELD_CURRENCY] >= 0 || r->plan->constant[FIELD_CURRENCY];
  if (v->currency == CURRENCY_NONE && !v->has[FIELD_CURRENCY]) {
    v->currency = r->default_currency;
    if (column && v->currency == CURRENCY_NONE && (r->plan->kind == IMPORT_CONTRACTS || r->plan->kind == IMPORT_FX))
      row_trouble_add(t, FIELD_CURRENCY, STR_NONE, "the currency is missing", "fill it in, or say --currency USD for rows without one");
  }
}

struct str values_show(const struct import_values *v, enum import_field f, struct arena *a)
{
  char day[DAY_ISO_SIZE];
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(8192);
  if (f == FIELD_CURRENCY)
    strbuf_addz(&b, currency_code(v->currency, day));
  else if (!v->has[f])
    return STR_NONE;
  else
    switch (field_spec(f)->type) {
    case TYPE_DATE: strbuf_addz(&b, day_iso(v->day[f], day)); break;
    case TYPE_AMOUNT: money_add_text(&b, v->number[f], v->currency); break;
    case TYPE_WHOLE: strbuf_i64(&b, v->number[f]); break;
    case TYPE_DECIMAL: decimal_add(&b, v->number[f], RATE_SCALE_DIGITS); break;
    default:
      if (f == FIELD_SALES_MODEL)
        strbuf_addz(&b, sales_model_name(import_sales_model(v->text[f])));
      else if (f == FIELD_OUTCOME)
        strbuf_addz(&b, outcome_name(import_outcome(v->text[f])));
      else
        strbuf_add(&b, v->text[f]);
    }
  return b.failed ? (struct str){NULL, 0} : arena_str(a, strbuf_str(&b));
}

const char *values_rule(const struct import_columns *c, enum import_field f)
{
  switch (field_spec(f)->type) {
  case TYPE_DATE: return date_rule(&c->dates[f], c->order[f]);
  case TYPE_AMOUNT:
    if (c->numbers[f].dashes)
      return c->decimal[f] == ',' ? "decimal comma, a dash is 0" : "decimal point, a dash is 0";
    return c->decimal[f] == ',' ? "decimal comma" : "decimal point";
  case TYPE_DECIMAL: return c->decimal[f] == ',' ? "decimal comma" : "decimal point";
  case TYPE_WHOLE: return "whole number";
  case TYPE_CURRENCY: return "currency code";
  default: return "text";
  }
}

/* The CSV sink: one long table, a row per figure and per cell with a number, so that a spreadsheet or a program can filter it. */
#include "base/decimal.h"
#include "base/strbuf.h"
#include "report/write.h"

enum { MOST_BYTES = 64 << 20 };

/* Quoted where it must be; text that a spreadsheet would take for a formula is marked as text. */
static void add_text(struct strbuf *b, struct arena *a, struct str s) {
  s = report_clean(a, s);
  bool quote = false, formula = s.n > 0 && memchr("=+-@\t\r", s.p[0], 6) != NULL;
  for (size_t i = 0; i < s.n; i++) {
    quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == ';';
  }
  strbuf_addz(b, quote ? "\"" : "");
  strbuf_addz(b, formula ? "'" : "");
  for (size_t i = 0; i < s.n; i++) {
    strbuf_addz(b, s.p[i] == '"' ? "\"" : "");
    strbuf_addc(b, s.p[i]);
  }
  strbuf_addz(b, quote ? "\"" : "");
}

static const char *unit_of(const struct report *r, enum report_kind kind, char buf[4]) {
  bool money = kind == REPORT_MONEY || kind == REPORT_CHANGE;
  return money ? currency_code(r->currency, buf) : kind == REPORT_RATE ? "rate" : kind == REPORT_DAY ? "day" : kind == REPORT_COUNT ? "count" : "text";
}

static void add_value(struct strbuf *b, const struct report *r, enum report_kind kind, const struct report_cell *c) {
  char buf[DECIMAL_SIZE], day[DAY_ISO_SIZE];
  int64_t millionths = 0;
  if (c->empty) {
    return;
  }
  switch ((int)kind) {
    case REPORT_MONEY:
    case REPORT_CHANGE: strbuf_addz(b, decimal_text(c->number, r->exponent, buf)); break;
    case REPORT_RATE:
      if (mul_div_i64(c->number, 1000000, c->den, &millionths) == OK) {
        strbuf_addz(b, decimal_text(millionths, 6, buf));
      }
      break;
    case REPORT_DAY: strbuf_addz(b, day_iso((day_t)c->number, day)); break;
    case REPORT_COUNT: strbuf_i64(b, c->number); break;
    default: add_text(b, r->reader->arena, c->text); break;
  }
}

static void add_row(struct strbuf *b, const struct report *r, const char *section, struct str item, struct str measure, enum report_kind kind,
                    const struct report_cell *value, const struct report_cell *target, struct str definition) {
  char code[4], day[DAY_ISO_SIZE];
  struct arena *a = r->reader->arena;
  strbuf_fmt(b, "%s,", section);
  add_text(b, a, item);
  strbuf_addc(b, ',');
  add_text(b, a, measure);
  strbuf_addc(b, ',');
  add_value(b, r, kind, value);
  strbuf_fmt(b, ",%s,", unit_of(r, kind, code));
  add_value(b, r, kind, target);
  strbuf_fmt(b, ",%.*s,%s,", STR_FMT(r->period_id), day_iso(r->as_of, day));
  add_text(b, a, definition);
  strbuf_addc(b, ',');
  strbuf_add(b, r->base.n > 0 ? report_url(r, value->href) : value->href);
  strbuf_addz(b, "\r\n");
}

static void add_table(struct strbuf *b, const struct report *r, const char *section, const struct report_table *t) {
  static const struct report_cell none = {.empty = true};
  for (size_t i = 0; i < t->n_rows; i++) {
    const struct report_cell *row = &t->cells[i * t->n_columns];
    for (size_t k = 1; k < t->n_columns; k++) {
      enum report_kind kind = report_kind_of(&t->columns[k], &row[k]);
      struct report_cell c = row[k];
      c.href = c.href.n > 0 ? c.href : row[0].href;
      add_row(b, r, section, row[0].text, str_of(t->columns[k].title), kind, &c, &none, STR_NONE);
    }
  }
}

int report_write_csv(const struct report *r, const char *path, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(MOST_BYTES);
  strbuf_addz(&b, "\xEF\xBB\xBFsection,item,measure,value,unit,target,period,as_of,definition,address\r\n");
  for (size_t i = 0; i < r->n_sections; i++) {
    const struct report_section *s = &r->sections[i];
    for (size_t k = 0; k < s->n_figures; k++) {
      const struct report_figure *f = &s->figures[k];
      add_row(&b, r, s->id, str_of(f->id), f->label, f->kind, &f->value, &f->target, f->definition);
    }
    for (size_t k = 0; k < s->n_tables; k++) {
      add_table(&b, r, s->id, &s->tables[k]);
    }
  }
  return b.failed != 0 ? err_set(e, b.failed, "%s: the report is too large for a CSV file", path) : report_put_file(path, strbuf_str(&b), e);
}

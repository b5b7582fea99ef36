#include "report/model.h"

#include "base/decimal.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "words/format.h"

const uint32_t report_colors[COLOR_COUNT] = {[COLOR_CLOSED] = 0x0E5A4B,   [COLOR_COMMIT] = 0x2372B5, [COLOR_BEST_CASE] = 0x7FB0DD, [COLOR_PIPELINE] = 0xBFC9C3,
                                             [COLOR_UP] = 0x2E8B6F,       [COLOR_DOWN] = 0xB4532A,   [COLOR_TARGET] = 0x16201B,    [COLOR_NONE] = 0xFFFFFF};
#define DASH "\u2013"

struct report_cell *report_row(struct report_table *t, struct arena *a, size_t *cap) {
  if (t->n_rows == *cap) {
    size_t grown = *cap == 0 ? 64 : *cap * 2;
    struct report_cell *cells = arena_alloc(a, grown * t->n_columns * sizeof *cells);
    if (cells == NULL) {
      return NULL;
    }
    if (t->n_rows > 0) {
      memcpy(cells, t->cells, t->n_rows * t->n_columns * sizeof *cells);
    }
    t->cells = cells;
    *cap = grown;
  }
  struct report_cell *row = &t->cells[t->n_rows++ * t->n_columns];
  for (size_t i = 0; i < t->n_columns; i++) {
    row[i] = CELL_NONE;
  }
  return row;
}

struct report_cell cell_text(struct str s) { return (struct report_cell){.empty = s.n == 0, .text = s}; }
struct report_cell cell_count(int64_t n) { return (struct report_cell){.number = n}; }
struct report_cell cell_money(int64_t minor) { return (struct report_cell){.number = minor}; }
struct report_cell cell_rate(int64_t num, int64_t den) { return den <= 0 ? CELL_NONE : (struct report_cell){.number = num, .den = den}; }
struct report_cell cell_day(day_t d) { return d == DAY_NONE ? CELL_NONE : (struct report_cell){.number = d}; }

struct report_cell cell_as(enum report_kind kind, struct report_cell c) {
  c.as = (uint8_t)(1 + (unsigned)kind);
  return c;
}

struct report_cell cell_link(struct report_cell c, struct str href) {
  c.href = href;
  return c;
}

enum report_kind report_kind_of(const struct report_column *column, const struct report_cell *c) {
  return c->as != 0 ? (enum report_kind)(c->as - 1) : column->kind;
}

static struct str text_in(const struct report *r, enum report_kind kind, const struct report_cell *c, enum money_form form) {
  if (c->empty) {
    return STR(DASH);
  }
  switch ((int)kind) {
    case REPORT_COUNT: return format_count(r->reader, c->number);
    case REPORT_MONEY: return format_money(r->reader, c->number, r->currency, form);
    case REPORT_CHANGE: return format_change(r->reader, c->number, r->currency, form);
    case REPORT_RATE: return format_share(r->reader, c->number, c->den, 1);
    case REPORT_DAY: return format_day(r->reader, (day_t)c->number);
    default: return c->text;
  }
}

struct str report_cell_text(const struct report *r, enum report_kind kind, const struct report_cell *c) { return text_in(r, kind, c, MONEY_WHOLE); }
struct str report_figure_text(const struct report *r, const struct report_figure *f, const struct report_cell *c) {
  return text_in(r, f->kind, c, MONEY_HEAD);
}

struct str report_clean(struct arena *a, struct str s) {
  bool clean = utf8_valid(s);
  for (size_t i = 0; i < s.n && clean; i++) {
    unsigned char c = (unsigned char)s.p[i];
    clean = c >= 0x20 && c != 0x7F && c != 0xEF;
  }
  if (clean) {
    return s;
  }
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(s.n * 3 + 16);
  size_t at = 0;
  for (int32_t cp = utf8_next(s, &at); cp >= 0; cp = utf8_next(s, &at)) {
    bool control = (cp < 0x20 && cp != '\n') || (cp >= 0x7F && cp < 0xA0) || cp == 0xFFFE || cp == 0xFFFF;
    utf8_add(&b, control ? ' ' : (uint32_t)cp);
  }
  struct str out = b.failed ? STR_NONE : arena_str(a, strbuf_str(&b));
  return out.p != NULL ? out : STR_NONE;
}

struct str report_url(const struct report *r, struct str href) {
  return href.n == 0 || r->base.n == 0 ? STR_NONE : arena_fmt(r->reader->arena, "%.*s%.*s", STR_FMT(r->base), STR_FMT(href));
}

double report_number(const struct report *r, enum report_kind kind, const struct report_cell *c) {
  if (kind == REPORT_RATE) {
    return c->den > 0 ? (double)c->number / (double)c->den : 0;
  }
  bool money = kind == REPORT_MONEY || kind == REPORT_CHANGE;
  return money ? (double)c->number / (double)pow10_i64(r->exponent) : (double)c->number;
}

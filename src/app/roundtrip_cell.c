/* What a cell of an edited workbook means, judged beside the value that stood in it. */
#include "app/roundtrip_parts.h"
#include "base/decimal.h"
#include "base/utf8.h"

enum { SHOWN = 60, EXCEL_EPOCH = 25569 /* 1970-01-01 */, DAYS_FROM = 10957 /* 2000-01-01 */, DAYS_TO = 47482 /* 2100-01-01 */ };

/* A text without what no form could hold: control characters; line ends are one '\n'; blanks at the ends go. */
static struct str plain(struct arena *a, struct str s) {
  char *to = arena_alloc(a, s.n + 1);
  size_t n = 0;
  for (size_t i = 0; to && i < s.n; i++) {
    char c = s.p[i] == '\r' ? '\n' : s.p[i];
    bool second = s.p[i] == '\n' && i > 0 && s.p[i - 1] == '\r';
    if (!second && ((unsigned char)c >= ' ' || c == '\n' || c == '\t') && c != 127) to[n++] = c;
  }
  return to ? str_trim((struct str){to, n}) : STR_NONE;
}

/* The start of what stands in a cell, for a sentence about it. */
static struct str shown(const struct cell *c) {
  struct str s = str_sub(c->text, 0, SHOWN);
  while (s.n && !utf8_valid(s)) s.n--;
  return s;
}

static int no_value(const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, struct err *e) {
  if (str_eq(c->text, CELL_UNCALCULATED))
    return err_set(e, ERR_RANGE, "%.*s holds a formula without its result: open the workbook in a spreadsheet program and save it there", STR_FMT(x->heading[f]));
  return err_set(e, ERR_RANGE, "%.*s shows the error %.*s: put a value in its place", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
}

static int text(struct arena *a, const struct cell *c, struct str *to, struct err *e) {
  struct str s = plain(a, c->text);
  if (!s.p) return err_set(e, ERR_NOMEM, "Out of memory");
  if (!str_eq(s, plain(a, *to))) *to = s;
  return OK;
}

/* A day as a day, as ISO text, or as the number that is left when a program lost the format. */
static int day(const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, day_t *to, struct err *e) {
  struct str s = str_trim(c->text);
  int64_t number = 0;
  day_t d = DAY_NONE;
  if (c->type == CELL_EMPTY || !s.n) {
    *to = DAY_NONE;
    return OK;
  }
  if (c->type == CELL_DATE && s.n > 10) s.n = 10;
  if (c->type == CELL_NUMBER && str_to_i64(s, &number) == OK && number - EXCEL_EPOCH >= DAYS_FROM && number - EXCEL_EPOCH < DAYS_TO) {
    *to = (day_t)(number - EXCEL_EPOCH);
    return OK;
  }
  if (c->type != CELL_ERROR && day_parse_iso(s, &d) == OK) {
    *to = d;
    return OK;
  }
  return err_set(e, ERR_RANGE, "%.*s: \"%.*s\" is not a day of the calendar: write it as 2026-11-30", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
}

/* Spreadsheets keep 15 digits: an amount of more is the same when its first 15 are. */
static bool same_amount(int64_t cell, int64_t there) {
  int64_t gap = cell > there ? cell - there : there - cell, rest = (there < 0 ? -there : there) / pow10_i64(15);
  return gap == 0 || (rest > 0 && gap <= 10 * rest);
}

static int amount(const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, currency_t currency, int64_t *to, struct err *e) {
  int64_t minor = 0;
  struct str s = str_trim(c->text);
  if (c->type == CELL_EMPTY || !s.n) return err_set(e, ERR_RANGE, "%.*s is empty: write the amount expected, or 0", STR_FMT(x->heading[f]));
  int rc = c->type == CELL_NUMBER || c->type == CELL_TEXT ? decimal_parse(s, '.', 0, currency_exponent(currency), &minor, NULL) : ERR_SYNTAX;
  if (rc == ERR_RANGE) return err_set(e, ERR_RANGE, "%.*s: \"%.*s\" is larger than any amount here: check its digits", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
  if (rc < 0) return err_set(e, ERR_RANGE, "%.*s: \"%.*s\" is not an amount: write a number", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
  if (minor < 0) return err_set(e, ERR_RANGE, "%.*s: \"%.*s\" is negative: write the amount expected, or 0", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
  if (!same_amount(minor, *to)) *to = minor;
  return OK;
}

/* One of the words that the workbook was made with, or the name of domain.md. */
static int word(const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, const struct str *words, int n, int (*of)(struct str), int *to,
                struct err *e) {
  struct str s = str_trim(c->text);
  if (c->type == CELL_EMPTY || !s.n) return err_set(e, ERR_RANGE, "%.*s is empty: choose one from its list", STR_FMT(x->heading[f]));
  int found = -1;
  for (int i = 0; i < n && found < 0; i++)
    if (str_eq_nocase(s, words[i])) found = i;
  if (found < 0) found = of(s);
  if (found < 0 || c->type != CELL_TEXT)
    return err_set(e, ERR_RANGE, "%.*s: \"%.*s\" is not in its list: choose one of the list", STR_FMT(x->heading[f]), STR_FMT(shown(c)));
  *to = found;
  return OK;
}

struct str roundtrip_note(struct arena *a, const struct cell *c) { return c->type == CELL_EMPTY || c->type == CELL_ERROR ? STR_NONE : plain(a, c->text); }

int roundtrip_cell(struct arena *a, const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, struct renewal *to, struct err *e) {
  if (c->type == CELL_ERROR) return no_value(x, f, c, e);
  switch (f) {
    case ROUNDTRIP_CATEGORY: return word(x, f, c, x->category, CATEGORY_COUNT, category_of, &to->category, e);
    case ROUNDTRIP_STAGE: return word(x, f, c, x->stage, STAGE_COUNT, stage_of, &to->stage, e);
    case ROUNDTRIP_CLOSE: return day(x, f, c, &to->close_date, e);
    case ROUNDTRIP_AMOUNT: return amount(x, f, c, to->currency, &to->forecast_amount, e);
    case ROUNDTRIP_STEP: return text(a, c, &to->next_step, e);
    case ROUNDTRIP_STEP_DATE: return day(x, f, c, &to->next_step_date, e);
    case ROUNDTRIP_PO: return text(a, c, &to->po_number, e);
    default: return OK; /* a note is no field of a renewal */
  }
}

struct str roundtrip_value(struct arena *a, const struct renewal *r, unsigned bit) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64);
  char iso[DAY_ISO_SIZE];
  switch (bit) {
    case RENEWAL_SET_STAGE: return str_of(stage_name(r->stage));
    case RENEWAL_SET_CATEGORY: return str_of(category_name(r->category));
    case RENEWAL_SET_CLOSE_DATE: return arena_str(a, str_of(day_iso(r->close_date, iso)));
    case RENEWAL_SET_NEXT_STEP_DATE: return arena_str(a, str_of(day_iso(r->next_step_date, iso)));
    case RENEWAL_SET_FORECAST: money_add_text(&b, r->forecast_amount, r->currency); return arena_str(a, strbuf_str(&b));
    case RENEWAL_SET_NEXT_STEP: return r->next_step;
    case RENEWAL_SET_PO_NUMBER: return r->po_number;
    default: return STR_NONE;
  }
}

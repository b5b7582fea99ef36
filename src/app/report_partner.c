/* The partner pack: what a reseller or distributor has to renew. It may leave the house: nothing is in it that only the house should know. */
#include "app/report_parts.h"
#include "base/decimal.h"
#include "insight/grid.h"

enum { SHORT = 12, MOST = 5000 };
static const struct report_column columns[] = {{MSG("Customer"), REPORT_TEXT, 36, false},  {MSG("Contract"), REPORT_TEXT, 16, false}, {MSG("Expires"), REPORT_DAY, 12,
    false},
                                               {MSG("Your contact"), REPORT_TEXT, 20, false}, {MSG("Currency"), REPORT_TEXT, 9, false},
                                               {MSG("Annual value"), REPORT_COUNT, 14, false}, {MSG("Purchase order"), REPORT_TEXT, 14, false}};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* By its number or its name, of those that sell in the book: resellers and distributors of renewals that are seen. 0: none. */
static uint32_t find_partner(const struct pack *p, struct str subject) {
  const struct book_renewals *r = &p->book->renewals;
  int64_t id = 0;
  uint32_t code = str_to_i64(subject, &id) == OK ? book_code(&p->book->accounts, id) : 0;
  for (size_t i = 0; i < r->n; i++) {
    if (p->reps[r->rep_now[i]] == 0) {
      continue;
    }
    const uint32_t sides[] = {r->reseller[i], r->distributor[i]};
    for (int k = 0; k < 2; k++) {
      if (sides[k] != 0 && (code != 0 ? sides[k] == code : str_eq_nocase(book_name(&p->book->accounts, sides[k]), subject))) {
        return sides[k];
      }
    }
  }
  return 0;
}

static int64_t whole_units(const struct book *b, uint32_t i) {
  int64_t units = 0;
  return div_round_i128(b->renewals.atr[i], pow10_i64(currency_exponent(b->currency_of[b->renewals.currency[i]])), &units) == OK ? units : 0;
}

static int list_table(struct pack *p, const char *name, struct str title, const char *empty, const struct pack_rows *list, size_t most, struct report_table *t) {
  const struct book *b = p->book;
  const struct book_renewals *r = &b->renewals;
  size_t cap = 0;
  *t = part_table(name, title.p, empty, part_columns(p, columns, COLUMNS), COLUMNS);
  for (size_t k = 0; k < list->n && k < most && t->columns != NULL; k++) {
    uint32_t i = list->rows[k];
    char code[4];
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(say_name(p, &b->accounts, r->account[i]));
    row[1] = cell_text(say_name(p, &b->contracts, r->contract[i]));
    row[2] = cell_day(r->due[i]);
    row[3] = cell_text(say_name(p, &b->reps, r->rep[i]));
    row[4] = cell_text(arena_str(p->a, str_of(currency_code(b->currency_of[r->currency[i]], code))));
    row[5] = cell_count(whole_units(b, i));
    row[6] = cell_text((r->flags[i] & RENEWAL_HAS_PO) != 0 ? tr(p->r, "received") : tr(p->r, "awaited"));
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int partner_list(struct pack *p, uint32_t partner, const char *rest, struct pack_rows *ret, struct err *e) {
  struct pack_rows sides[2];
  for (int k = 0; k < 2; k++) {
    STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4000);
    struct grid_filter f = {.column = k == 0 ? GRID_RESELLER : GRID_DISTRIBUTOR, .from = INT64_MIN, .to = INT64_MAX, .codes = &partner, .n_codes = 1, .text = STR_NONE};
    grid_print(p->book, &(struct grid_query){.filters = &f, .n_filters = 1}, &b);
    struct str filter = arena_fmt(p->a, "%.*s %s", STR_FMT(strbuf_str(&b)), rest);
    int code = filter.p != NULL ? pack_list(p, filter.p, MOST, &sides[k], e) : part_out_of_memory(e);
    if (code != OK) {
      return code;
    }
  }
  *ret = sides[0].all.rows >= sides[1].all.rows ? sides[0] : sides[1]; /* one sells, or one delivers to those who sell */
  return OK;
}

int report_partner(struct pack *p, struct report *ret, struct err *e) {
  enum { SECTIONS = 2, SHEETS = 2 };
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE], yesterday[DAY_ISO_SIZE];
  struct pack_rows open, late;
  uint32_t partner = find_partner(p, p->ask->subject);
  if (partner == 0) {
    return err_set(e, ERR_NOTFOUND, "%.*s: there is no such partner with renewals in your book", STR_FMT(str_sub(p->ask->subject, 0, 80)));
  }
  (void)day_iso(p->ask->period.first, from);
  (void)day_iso(p->ask->period.last, to);
  struct str in_period = arena_fmt(p->a, "category:commit,best_case,pipeline due_date:%s..%s", from, to), past = arena_fmt(p->a, "outcome:open due_date:..%s",
      day_iso(p->today - 1, yesterday));
  int code = in_period.p != NULL && past.p != NULL ? partner_list(p, partner, in_period.p, &open, e) : part_out_of_memory(e);
  code = code == OK ? partner_list(p, partner, past.p, &late, e) : code;
  struct report_section *s = arena_zalloc(p->a, SECTIONS, sizeof *s);
  struct report_sheet *sheets = arena_zalloc(p->a, SHEETS, sizeof *sheets);
  if (code != OK || s == NULL || sheets == NULL) {
    return code != OK ? code : part_out_of_memory(e);
  }
  struct str name = say_name(p, &p->book->accounts, partner), due = tr_fmt(p->r, "Due in {0}", p->period_name), over = tr(p->r, "Past their end date");
  const char *none = tr(p->r, "Nothing is due.").p;
  if (part_section(p, &s[0], "due", due, 1, 0) != OK || part_section(p, &s[1], "late", over, 1, 0) != OK ||
      list_table(p, "DueShort", STR_NONE, none, &open, SHORT, &s[0].tables[0]) != OK || list_table(p, "PastShort", STR_NONE, none, &late, SHORT,
          &s[1].tables[0]) != OK ||
      part_sheet(p, &sheets[0], tr(p->r, "Due").p, due, 1, 0) != OK || part_sheet(p, &sheets[1], tr(p->r, "Late").p, over, 1, 0) != OK ||
      list_table(p, "DueList", due, none, &open, MOST, &sheets[0].tables[0]) != OK || list_table(p, "PastList", over, none, &late, MOST, &sheets[1].tables[0]) != OK) {
    return part_out_of_memory(e);
  }
  s[0].claim = tr_n(p->r, open.all.rows, "{n} renewal of {0} is open.", "{n} renewals of {0} are open.", p->period_name);
  s[1].claim = late.all.rows == 0 ? tr(p->r, "Nothing is past its end date.") : tr_n(p->r, late.all.rows, "{n} renewal is past its end date.",
      "{n} renewals are past their end date.");
  s[1].calm = late.n == 0;
  s[0].source = tr(p->r, "By annual value, in the currency of each contract. The full lists stand in the workbook.");
  struct report_figure *f = part_figure(p, &s[0], "due_renewals", REPORT_COUNT, due, cell_count(open.all.rows));
  f->definition = tr(p->r, "Open renewals through this partner that end in the period.");
  f = part_figure(p, &s[0], "late_renewals", REPORT_COUNT, over, cell_count(late.all.rows));
  f->definition = tr(p->r, "Renewals through this partner past their end date without an outcome.");
  ret->title = tr_fmt(p->r, "Renewals of {0}, {1}", name, p->period_name);
  ret->subject = tr_fmt(p->r, "Partner pack as of {0}", format_day_year(p->r, p->today));
  ret->headline = tr_n(p->r, open.all.rows, "{0} has {n} renewal due in {1}.", "{0} has {n} renewals due in {1}.", name, p->period_name);
  ret->second = s[1].claim;
  ret->kind = arena_fmt(p->a, "partner-%" PRId64, p->book->accounts.id[partner]).p;
  ret->kind = ret->kind != NULL ? ret->kind : "partner";
  ret->base = STR_NONE; /* the desk is not theirs to open */
  ret->sections = s;
  ret->n_sections = SECTIONS;
  ret->sheets = sheets;
  ret->n_sheets = SHEETS;
  return OK;
}

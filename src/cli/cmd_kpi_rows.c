/* kpi --rows: the lines behind a figure. */
#include "cli/cmd_kpi_rows.h"

#include "base/decimal.h"

static const char *why_of(const struct kpi_view *v, const struct kpi_row *row) {
  unsigned flags = v->book->lines.flags[row->line];
  int64_t rate = 0;
  if (flags & LINE_EXCLUDED) {
    return "excluded by a person";
  }
  if (book_rate(v->book, v->book->lines.currency[row->line], v->book->lines.end[row->line], &rate, NULL) != OK) {
    return "no exchange rate";
  }
  if (flags & LINE_WEAK) {
    return flags & LINE_BOOKED_ASSUMED ? "linked by family, booked date assumed" : "linked by family";
  }
  return flags & LINE_BOOKED_ASSUMED ? "booked date assumed" : "";
}

static void cell_money(struct cli_table *t, int64_t minor, currency_t c) {
  char buf[DECIMAL_SIZE];
  cli_cell(t, str_of(decimal_text(minor, currency_exponent(c), buf)));
}

static void cell_day(struct cli_table *t, day_t d) {
  char buf[DAY_ISO_SIZE];
  cli_cell(t, str_of(day_iso(d, buf)));
}

static void print_row(const struct kpi_view *v, struct cli_table *t, const struct kpi_row *row, bool count) {
  const struct book *b = v->book;
  const struct book_lines *l = &b->lines;
  size_t i = row->line;
  currency_t own = b->currency_of[l->currency[i]];
  char code[4];
  bool known = l->outcome_known[i] != DAY_NONE && l->outcome_known[i] <= v->q.as_of;
  cli_cell_i64(t, l->id[i]);
  cli_cell(t, book_name(&b->contracts, l->contract[i]));
  cli_cell(t, book_name(&b->accounts, l->account[i]));
  cli_cell(t, book_name(&b->products, l->product[i]));
  cli_cell(t, book_name(&b->reps, l->rep[i]));
  cell_day(t, l->start[i]);
  cell_day(t, l->end[i]);
  cell_day(t, known ? l->booked[i] : DAY_NONE);
  cli_cell(t, str_of(outcome_name(known ? l->outcome_evidence[i] & 15 : OUTCOME_OPEN)));
  cli_cell(t, str_of(evidence_name(known ? l->outcome_evidence[i] >> 4 : EVIDENCE_NONE)));
  if (count) {
    cli_cell_i64(t, row->amount);
  } else {
    cell_money(t, row->amount, own);
  }
  cli_cell(t, str_of(currency_code(own, code)));
  cell_money(t, row->converted, b->reporting);
  cli_cell(t, str_of(currency_code(b->reporting, code)));
  cli_cell(t, str_of(why_of(v, row)));
}

int kpi_print_rows(const struct kpi_view *v, uint32_t group, struct err *e) {
  static const struct cli_column columns[] = {
      {"line_id", true, true}, {"contract_number", false, false}, {"end_user_account", false, false}, {"product", false, false}, {"owner", false, false},
      {"start_date", false, false}, {"end_date", false, false}, {"booked_date", false, false}, {"outcome", false, false}, {"evidence", false, false},
      {"amount", true, false}, {"currency", false, false}, {"converted", true, false}, {"reporting_currency", false, false}, {"note", false, false}};
  enum kpi_id id = v->name >= 0 ? (enum kpi_id)v->name : KPI_ATR;
  struct kpi_row *rows = NULL;
  size_t n = 0;
  int code = kpi_rows(v->book, &v->q, id, v->side, group, v->c->arena, &rows, &n, e);
  if (code != OK) {
    return code;
  }
  bool count = kpi_def_of(id)->unit == KPI_UNIT_COUNT_RATE && (v->side == 'n' || v->side == 'd');
  struct cli_table *t = cli_table_new(v->c, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < n; i++) {
    print_row(v, t, &rows[i], count);
  }
  code = cli_table_end(t);
  if (code == OK && v->c->format == FORMAT_TABLE) {
    fprintf(v->c->out, "%zu line%s\n", n, n == 1 ? "" : "s");
  }
  return code;
}

#include "app/export.h"

#include "base/alloc.h"
#include "base/decimal.h"

enum { CELL_BYTES = 32 };

static const struct export_column renewal_columns[] = {
    {"contract_number", false}, {"end_user_account", false}, {"due_date", false}, {"owner", false}, {"team", false}, {"region", false},
    {"sales_model", false}, {"reseller_account", false}, {"distributor_account", false}, {"stage", false}, {"forecast_category", false},
    {"close_date", false}, {"booked_date", false}, {"outcome", false}, {"currency", false}, {"atr_amount", true}, {"forecast_amount", true},
    {"won_amount", true}, {"at_risk", false}, {"has_po", false}, {"next_step_date", false}, {"changed", false}};
static const struct export_column term_columns[] = {
    {"contract_number", false}, {"line_id", true}, {"end_user_account", false}, {"owner", false}, {"region", false}, {"sales_model", false},
    {"partner", false}, {"product", false}, {"product_family", false}, {"start_date", false}, {"end_date", false}, {"currency", false},
    {"annual_value", true}, {"outcome", false}, {"evidence", false}, {"booked_date", false}, {"booked_assumed", false}, {"won_annual", true},
    {"excluded", false}, {"cancelled", false}, {"known_on", false}};
static const struct export_column contract_columns[] = {
    {"contract_number", false}, {"end_user_account", false}, {"owner", false}, {"region", false}, {"sales_model", false}, {"partner", false},
    {"start_date", false}, {"end_date", false}, {"lines", true}, {"covered_lines", true}, {"currency", false}, {"covered_annual_value", true}};

const struct export_column *export_columns(enum export_kind kind, int *ret_n) {
  switch (kind) {
    case EXPORT_RENEWALS: *ret_n = sizeof renewal_columns / sizeof renewal_columns[0]; return renewal_columns;
    case EXPORT_TERMS: *ret_n = sizeof term_columns / sizeof term_columns[0]; return term_columns;
    default: *ret_n = sizeof contract_columns / sizeof contract_columns[0]; return contract_columns;
  }
}

int export_kind_of(struct str s) {
  return str_eq(s, STR("renewals")) ? EXPORT_RENEWALS : str_eq(s, STR("terms")) ? EXPORT_TERMS : str_eq(s, STR("contracts")) ? EXPORT_CONTRACTS : -1;
}

/* One row being made: cells point into the book or into `made`. */
struct row {
  const struct book *b;
  const struct export_sink *sink;
  struct str cell[EXPORT_MAX_COLUMNS];
  char made[EXPORT_MAX_COLUMNS][CELL_BYTES];
  int n;
  int64_t rows;
};

static void text(struct row *r, struct str s) { r->cell[r->n++] = s; }
static void word(struct row *r, const char *s) { text(r, str_of(s)); }
static void yes(struct row *r, bool v) { text(r, v ? STR("yes") : STR("no")); }
static void date(struct row *r, day_t d) { word(r, day_iso(d, r->made[r->n])); }
static void whole(struct row *r, int64_t v) { word(r, decimal_text(v, 0, r->made[r->n])); }
static void money(struct row *r, int64_t minor, currency_t c) { word(r, decimal_text(minor, currency_exponent(c), r->made[r->n])); }
static void code(struct row *r, currency_t c) { word(r, currency_code(c, r->made[r->n])); }

static int end_row(struct row *r, struct err *e) {
  int n = r->n;
  r->n = 0;
  r->rows++;
  return r->sink->row(r->sink->ctx, r->cell, n, e);
}

static int renewal_row(struct row *r, size_t i, struct err *e) {
  const struct book *b = r->b;
  const struct book_renewals *x = &b->renewals;
  currency_t c = b->currency_of[x->currency[i]];
  uint32_t team = b->rep_team[x->rep[i]];
  text(r, book_name(&b->contracts, x->contract[i]));
  text(r, book_name(&b->accounts, x->account[i]));
  date(r, x->due[i]);
  text(r, book_name(&b->reps, x->rep[i]));
  text(r, b->teams[team].name);
  text(r, book_name(&b->regions, x->region[i]));
  word(r, sales_model_name(x->model[i]));
  text(r, book_name(&b->accounts, x->reseller[i]));
  text(r, book_name(&b->accounts, x->distributor[i]));
  word(r, stage_name(x->stage[i]));
  word(r, category_name(x->category[i]));
  date(r, x->close[i]);
  date(r, x->booked[i]);
  word(r, outcome_name(x->outcome[i]));
  code(r, c);
  money(r, x->atr[i], c);
  money(r, x->forecast[i], c);
  money(r, x->won[i], c);
  yes(r, (x->flags[i] & RENEWAL_AT_RISK) != 0);
  yes(r, (x->flags[i] & RENEWAL_HAS_PO) != 0);
  date(r, x->step_date[i]);
  date(r, x->changed[i]);
  return end_row(r, e);
}

static int term_row(struct row *r, size_t i, struct err *e) {
  const struct book *b = r->b;
  const struct book_lines *l = &b->lines;
  currency_t c = b->currency_of[l->currency[i]];
  text(r, book_name(&b->contracts, l->contract[i]));
  whole(r, l->id[i]);
  text(r, book_name(&b->accounts, l->account[i]));
  text(r, book_name(&b->reps, l->rep[i]));
  text(r, book_name(&b->regions, l->region[i]));
  word(r, sales_model_name(l->model[i]));
  text(r, book_name(&b->accounts, book_partner(b, i)));
  text(r, book_name(&b->products, l->product[i]));
  text(r, l->product[i] != 0 ? b->product_family[l->product[i]] : STR_NONE);
  date(r, l->start[i]);
  date(r, l->end[i]);
  code(r, c);
  money(r, l->atr[i], c);
  word(r, outcome_name(l->outcome_evidence[i] & 15));
  word(r, evidence_name(l->outcome_evidence[i] >> 4));
  date(r, l->booked[i]);
  yes(r, (l->flags[i] & LINE_BOOKED_ASSUMED) != 0);
  money(r, l->won[i], c);
  yes(r, (l->flags[i] & LINE_EXCLUDED) != 0);
  yes(r, (l->flags[i] & LINE_CANCELLED) != 0);
  date(r, l->known[i]);
  return end_row(r, e);
}

/* What a contract's lines say together. */
struct contract_sum {
  size_t line;  /* one of its lines + 1, 0 = none due in the range */
  day_t start, end;
  int64_t lines, covered, annual;
};

static int contract_row(struct row *r, uint32_t contract, const struct contract_sum *s, struct err *e) {
  const struct book *b = r->b;
  size_t i = s->line - 1;
  currency_t c = b->currency_of[b->lines.currency[i]];
  text(r, book_name(&b->contracts, contract));
  text(r, book_name(&b->accounts, b->lines.account[i]));
  text(r, book_name(&b->reps, b->lines.rep[i]));
  text(r, book_name(&b->regions, b->lines.region[i]));
  word(r, sales_model_name(b->lines.model[i]));
  text(r, book_name(&b->accounts, book_partner(b, i)));
  date(r, s->start);
  date(r, s->end);
  whole(r, s->lines);
  whole(r, s->covered);
  code(r, c);
  money(r, s->annual, c);
  return end_row(r, e);
}

static int export_contracts(struct row *r, const uint8_t *reps, const struct export_query *q, size_t from, size_t to, struct err *e) {
  const struct book_lines *l = &r->b->lines;
  struct contract_sum *sums MEM_CLEANUP = mem_zalloc((size_t)r->b->contracts.n + 1, sizeof *sums);
  if (sums == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  for (size_t i = from; i < to; i++) {
    struct contract_sum *s = &sums[l->contract[i]];
    bool covers = l->start[i] <= q->today && l->end[i] >= q->today;
    if (l->contract[i] == 0 || (reps != NULL && reps[l->rep[i]] == 0)) {
      continue;
    }
    s->start = s->line == 0 || l->start[i] < s->start ? l->start[i] : s->start;
    s->end = s->line == 0 || l->end[i] > s->end ? l->end[i] : s->end;
    s->line = i + 1;
    s->lines++;
    s->covered += covers;
    if (covers && __builtin_add_overflow(s->annual, l->atr[i], &s->annual)) {
      return err_set(e, ERR_RANGE, "contract %.*s: the sum of its lines is beyond 64 bits: look for a wrong amount", STR_FMT(r->b->contracts.name[l->contract[i]]));
    }
  }
  int status = OK;
  for (uint32_t k = 1; k < r->b->contracts.n && status == OK; k++) {
    status = sums[k].line != 0 ? contract_row(r, k, &sums[k], e) : OK;
  }
  return status;
}

static int export_renewals(struct row *r, struct arena *a, const struct scope *who, const uint8_t *reps, const struct export_query *q, struct err *e) {
  struct grid_query grid = {0};
  struct str bad = STR_NONE;
  uint32_t *rows = NULL;
  size_t n = 0;
  int status = grid_parse(r->b, q->filter, a, &grid, &bad, e);
  if (status == OK && bad.n > 0) {
    return err_set(e, ERR_SYNTAX, "filter: %.*s: not a column or value of the book: see `perennial help export`", STR_FMT(bad));
  }
  for (size_t i = 0; status == OK && i < grid.n_filters; i++) {
    enum grid_kind kind = grid_column_kind(grid.filters[i].column);
    if (kind == GRID_KIND_ROWS || kind == GRID_KIND_TEXT) {
      return err_set(e, ERR_SYNTAX, "filter: %s: not a column or value of the book: see `perennial help export`", grid_column_name((int)grid.filters[i].column));
    }
  }
  grid_query_days(&grid, &q->calendar, q->today);
  grid.sort = GRID_DUE;
  grid.plan_day = q->plan_day;
  grid.reps = reps;
  if (status == OK && reps != NULL && scope_rows(who, a, r->b, &grid.extra, &grid.n_extra) != OK) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  status = status == OK ? grid_all(r->b, &grid, a, &rows, &n, NULL, e) : status;
  for (size_t i = 0; i < n && status == OK; i++) {
    status = renewal_row(r, rows[i], e);
  }
  return status;
}

int export_run(const struct book *b, const struct scope *who, const struct export_query *q, const struct export_sink *sink, int64_t *ret_rows, struct err *e) {
  struct row r = {.b = b, .sink = sink};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const uint8_t *reps = a != NULL && !who->everything ? scope_reps(who, a, b) : NULL;
  size_t from = 0, to = b->lines.n;
  int status = OK;
  if (a == NULL || (reps == NULL && !who->everything)) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  if (q->first <= q->last) {
    book_due_range(b, q->first, q->last, &from, &to);
  }
  if (q->kind == EXPORT_RENEWALS) {
    status = export_renewals(&r, a, who, reps, q, e);
  } else if (q->kind == EXPORT_CONTRACTS) {
    status = export_contracts(&r, reps, q, from, to, e);
  } else {
    for (size_t i = from; i < to && status == OK; i++) {
      status = reps == NULL || reps[b->lines.rep[i]] != 0 ? term_row(&r, i, e) : OK;
    }
  }
  if (status == OK && ret_rows != NULL) {
    *ret_rows = r.rows;
  }
  return status;
}

#include "web/pages/grid_cols.h"
#include "web/pages/renewal.h"

const struct grid_col grid_cols[SHOW_COUNT] = {
  [SHOW_CUSTOMER] = {"customer", MSG("Customer"), "end_user_account", "c-n", GRID_CUSTOMER, false, false, 0},
  [SHOW_CONTRACT] = {"contract", MSG("Contract"), "contract_number", "c-z", GRID_CONTRACT, false, false, 0},
  [SHOW_DUE] = {"due_date", MSG("Expires"), "due_date", "c-e", GRID_DUE, false, false, 0},
  [SHOW_AMOUNT] = {"amount", MSG("Amount"), "amount", "c-a r", GRID_AMOUNT, true, false, RENEWAL_SET_FORECAST},
  [SHOW_CONVERTED] = {"converted_amount", NULL, "reporting_amount", "c-u r", GRID_CONVERTED, true, false, 0},
  [SHOW_CATEGORY] = {"category", MSG("Category"), "forecast_category", "c-c", GRID_CATEGORY, false, false, RENEWAL_SET_CATEGORY},
  [SHOW_STAGE] = {"stage", MSG("Stage"), "stage", "c-z", GRID_STAGE, false, false, RENEWAL_SET_STAGE},
  [SHOW_STEP] = {"next_step", MSG("Next step"), "next_step", "c-s", GRID_STEP_DATE, false, true, RENEWAL_SET_NEXT_STEP},
  [SHOW_STEP_DATE] = {"next_step_date", MSG("Step due"), "next_step_date", "c-z nw", GRID_STEP_DATE, false, false, RENEWAL_SET_NEXT_STEP_DATE},
  [SHOW_PO] = {"po_number", MSG("PO"), "po_number", "c-p", GRID_PO, false, true, RENEWAL_SET_PO_NUMBER},
  [SHOW_CLOSE] = {"close_date", MSG("Close date"), "close_date", "c-z nw", GRID_CLOSE, false, false, RENEWAL_SET_CLOSE_DATE},
  [SHOW_EXPECTED] = {"expected_date", MSG("Lands"), "expected_date", "c-z nw", GRID_EXPECTED, false, false, 0},
  [SHOW_BOOKED] = {"booked_date", MSG("Booked"), "booked_date", "c-z nw", GRID_BOOKED, true, false, 0},
  [SHOW_LATE] = {"days_late", MSG("Days late"), "days_late", "c-z r", GRID_LATE, true, false, 0},
  [SHOW_ATR] = {"atr_amount", MSG("Last year"), "atr_amount", "c-z r", GRID_ATR, true, false, 0},
  [SHOW_CHANGE] = {"change_amount", MSG("Change"), "change_amount", "c-z r", GRID_CHANGE, true, false, 0},
  [SHOW_WON] = {"won_amount", MSG("Won"), "won_amount", "c-z r", GRID_WON, true, false, 0},
  [SHOW_CURRENCY] = {"currency", MSG("Currency"), "currency", "c-z", GRID_CURRENCY, false, false, 0},
  [SHOW_OUTCOME] = {"outcome", MSG("Outcome"), "outcome", "c-z", GRID_OUTCOME, false, false, 0},
  [SHOW_AT_RISK] = {"at_risk", MSG("At risk"), "at_risk", "c-z", GRID_AT_RISK, true, false, RENEWAL_SET_AT_RISK},
  [SHOW_BY_HAND] = {"category_by_hand", MSG("Category by hand"), "category_by_hand", "c-z", GRID_OVERRIDE, true, false, 0},
  [SHOW_OWNER] = {"owner", MSG("Owner"), "owner", "c-o", GRID_REP, false, false, 0},
  [SHOW_TEAM] = {"team", MSG("Team"), "team", "c-z nw", GRID_TEAM, false, false, 0},
  [SHOW_REGION] = {"region", MSG("Region"), "region", "c-z nw", GRID_REGION, false, false, 0},
  [SHOW_RESELLER] = {"reseller", MSG("Reseller"), "reseller_account", "c-r", GRID_RESELLER, false, false, 0},
  [SHOW_DISTRIBUTOR] = {"distributor", MSG("Distributor"), "distributor_account", "c-d", GRID_DISTRIBUTOR, false, false, 0},
  [SHOW_MODEL] = {"sales_model", MSG("Sales model"), "sales_model", "c-z nw", GRID_MODEL, false, false, 0},
  [SHOW_CHANGED] = {"changed", MSG("Changed"), "changed_on", "c-g q2 nw", GRID_CHANGED, true, false, 0},
  [SHOW_LOST_REASON] = {"lost_reason", MSG("Lost because"), "lost_reason", "c-z", -1, false, true, 0},
  [SHOW_WHY] = {"why", MSG("Last reason"), "why", "c-z", -1, false, true, 0},
  [SHOW_VERSION] = {"version", MSG("Version"), "version", "c-z r", -1, false, true, 0},
  [SHOW_ID] = {"id", MSG("Number"), "id", "c-z r", -1, false, false, 0},
};
static const uint8_t USUAL[] = {SHOW_CUSTOMER, SHOW_DUE, SHOW_AMOUNT, SHOW_CONVERTED, SHOW_CATEGORY, SHOW_STEP, SHOW_PO, SHOW_RESELLER, SHOW_OWNER};

int grid_col_of(struct str name) {
  for (int i = 0; i < SHOW_COUNT; i++)
    if (str_eq_nocase(name, str_of(grid_cols[i].name)))
      return i;
  return -1;
}

int grid_col_of_filter(enum grid_column c) {
  if (c == GRID_NEXT_STEP || c == GRID_LOST_REASON || c == GRID_PO_NUMBER)
    return c == GRID_NEXT_STEP ? SHOW_STEP : c == GRID_PO_NUMBER ? SHOW_PO : SHOW_LOST_REASON;
  for (int i = 0; i < SHOW_COUNT; i++)
    if (grid_cols[i].sort == (int)c && i != SHOW_STEP)
      return i;
  return -1;
}

struct str grid_col_label(const struct reader *r, const struct desk *d, int col) {
  return grid_cols[col].label ? tr(r, grid_cols[col].label) : str_of(d->reporting_code);
}

struct str grid_column_label(const struct reader *r, const struct desk *d, enum grid_column c) {
  if (c == GRID_HAS_STEP)
    return tr(r, "Has a next step");
  if (c == GRID_WORK)
    return tr(r, "Worklist");
  if (c == GRID_IMPORT)
    return tr(r, "Import");
  if (c == GRID_PO_NUMBER)
    return tr(r, "PO number");
  if (c == GRID_CONVERTED)
    return tr(r, "Amount");
  int col = grid_col_of_filter(c);
  return col < 0 ? str_of(grid_column_name((int)c)) : grid_col_label(r, d, col);
}

static struct grid_chosen usual(void) {
  struct grid_chosen x = {.n = sizeof USUAL};
  memcpy(x.col, USUAL, sizeof USUAL);
  return x;
}

struct grid_chosen grid_chosen_read(struct str cols) {
  struct grid_chosen x = {.n = 0};
  bool there[SHOW_COUNT] = {false};
  struct str name;
  while (x.n < SHOW_COUNT && str_cut(cols, ',', &name, &cols)) {
    int col = grid_col_of(str_trim(name));
    if (col >= 0 && !there[col]) {
      x.col[x.n++] = (uint8_t)col;
      there[col] = true;
    }
  }
  return x.n ? x : usual();
}

struct str grid_chosen_text(struct arena *a, const struct grid_chosen *x) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2048);
  struct grid_chosen u = usual();
  if (x->n == u.n && !memcmp(x->col, u.col, u.n))
    return STR_NONE;
  for (size_t i = 0; i < x->n; i++)
    strbuf_fmt(&b, "%s%s", i ? "," : "", grid_cols[x->col[i]].name);
  return arena_str(a, strbuf_str(&b));
}

bool grid_chosen_stored(const struct grid_chosen *x) {
  bool any = false;
  for (size_t i = 0; i < x->n; i++)
    any |= grid_cols[x->col[i]].stored;
  return any;
}

static struct str dict_name(const struct book_dict *d, uint32_t code) { return code && code < d->n ? book_name(d, code) : STR_NONE; }

static day_t expected_day(const struct book_renewals *n, uint32_t i) {
  day_t d = n->category[i] == CATEGORY_CLOSED ? n->booked[i] : n->close[i];
  return d != DAY_NONE ? d : n->due[i];
}

static int64_t amount_of(const struct book_renewals *n, uint32_t i) { return n->category[i] == CATEGORY_CLOSED ? n->won[i] : n->forecast[i]; }

static struct grid_value text(struct str s) { return (struct grid_value){.kind = VALUE_TEXT, .text = s, .blank = !s.n}; }
static struct grid_value word(const char *s) { return text(str_of(s)); }
static struct grid_value day(day_t d) { return (struct grid_value){.kind = VALUE_DAY, .number = d, .blank = d == DAY_NONE}; }
static struct grid_value count(int64_t n) { return (struct grid_value){.kind = VALUE_COUNT, .number = n}; }
static struct grid_value flag(bool on) { return (struct grid_value){.kind = VALUE_FLAG, .number = on}; }
static struct grid_value money(int64_t minor, currency_t c) { return (struct grid_value){.kind = VALUE_MONEY, .number = minor, .currency = c}; }

static struct grid_value converted_value(const struct desk *d, uint32_t i) {
  struct grid_value v = money(0, d->reporting);
  v.blank = !grid_converted(d->book, i, d->period.first, &v.number);
  return v;
}

static struct grid_value late_value(const struct book_renewals *n, uint32_t i) {
  struct grid_value v = count(n->booked[i] == DAY_NONE ? 0 : n->booked[i] - n->due[i]);
  v.blank = n->booked[i] == DAY_NONE;
  return v;
}

static struct grid_value stored_value(int col, const struct renewal *full) {
  switch (col) {
  case SHOW_STEP: return text(full->next_step);
  case SHOW_PO: return text(full->po_number);
  case SHOW_LOST_REASON: return text(full->lost_reason);
  case SHOW_WHY: return text(full->why);
  default: return count(full->version);
  }
}

static struct grid_value word_value(const struct desk *d, int col, uint32_t i) {
  const struct book *b = d->book;
  const struct book_renewals *n = &b->renewals;
  switch (col) {
  case SHOW_CUSTOMER: return text(dict_name(&b->accounts, n->account[i]));
  case SHOW_CONTRACT: return text(dict_name(&b->contracts, n->contract[i]));
  case SHOW_CATEGORY: return word(category_name(n->category[i]));
  case SHOW_STAGE: return word(stage_name(n->stage[i]));
  case SHOW_OUTCOME: return word(outcome_name(n->outcome[i]));
  case SHOW_OWNER: return text(dict_name(&b->reps, n->rep[i]));
  case SHOW_TEAM: return text(b->teams[b->rep_team[n->rep[i]]].name);
  case SHOW_REGION: return text(dict_name(&b->regions, n->region[i]));
  case SHOW_RESELLER: return text(dict_name(&b->accounts, n->reseller[i]));
  case SHOW_DISTRIBUTOR: return text(dict_name(&b->accounts, n->distributor[i]));
  default: return word(sales_model_name(n->model[i]));
  }
}

/* A text whose three letters are made from the currency. */
static struct grid_value currency_value(currency_t c) { return (struct grid_value){.kind = VALUE_TEXT, .currency = c, .blank = c == CURRENCY_NONE}; }

struct grid_value grid_col_value(const struct desk *d, int col, uint32_t i, const struct renewal *full) {
  const struct book *b = d->book;
  const struct book_renewals *n = &b->renewals;
  currency_t c = b->currency_of[n->currency[i]];
  if (grid_cols[col].stored)
    return stored_value(col, full);
  switch (col) {
  case SHOW_DUE: return day(n->due[i]);
  case SHOW_CLOSE: return day(n->close[i]);
  case SHOW_EXPECTED: return day(expected_day(n, i));
  case SHOW_BOOKED: return day(n->booked[i]);
  case SHOW_STEP_DATE: return day(n->step_date[i]);
  case SHOW_CHANGED: return day(n->changed[i]);
  case SHOW_AMOUNT: return money(amount_of(n, i), c);
  case SHOW_CONVERTED: return converted_value(d, i);
  case SHOW_ATR: return money(n->atr[i], c);
  case SHOW_CHANGE: return money(amount_of(n, i) - n->atr[i], c);
  case SHOW_WON: return money(n->won[i], c);
  case SHOW_CURRENCY: return currency_value(c);
  case SHOW_LATE: return late_value(n, i);
  case SHOW_AT_RISK: return flag((n->flags[i] & RENEWAL_AT_RISK) != 0);
  case SHOW_BY_HAND: return flag((n->flags[i] & RENEWAL_OVERRIDE) != 0);
  case SHOW_ID: return count(n->id[i]);
  default: return word_value(d, col, i);
  }
}

#include "insight/feed.h"

#include "base/decimal.h"
#include "base/strbuf.h"

enum what {
  W_ID, W_CONTRACT_ID, W_CONTRACT, W_ACCOUNT_ID, W_ACCOUNT, W_RESELLER, W_DISTRIBUTOR, W_PARTNER, W_MODEL, W_OWNER_ID, W_OWNER, W_TEAM, W_REGION, W_DUE,
  W_CLOSE, W_EXPECTED, W_BOOKED, W_LATE, W_STAGE, W_CATEGORY, W_BY_HAND, W_AT_RISK, W_OUTCOME, W_EVIDENCE, W_CURRENCY, W_ATR, W_FORECAST, W_WON, W_AMOUNT,
  W_REPORTING, W_REPORTING_ATR, W_REPORTING_FORECAST, W_REPORTING_WON, W_REPORTING_AMOUNT, W_STEP_DATE, W_HAS_PO, W_CHANGED, W_STORED, W_PRODUCT_ID,
  W_PRODUCT, W_FAMILY, W_QUANTITY, W_START, W_END, W_ASSUMED, W_EXCLUDED, W_CANCELLED, W_CANCELLED_ON, W_NAME, W_RATE_KEY, W_FROM, W_RATE, W_DAY,
  W_YEAR, W_QUARTER, W_MONTH, W_WEEK, W_WEEKDAY,
};

static const struct feed_column renewal_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Number of the renewal, as in its address."},
    {"contract_id", FEED_NUMBER, W_CONTRACT_ID, false, "Key of its contract."},
    {"contract_number", FEED_TEXT, W_CONTRACT, false, "Number of its contract."},
    {"end_user_account_id", FEED_NUMBER, W_ACCOUNT_ID, false, "Key of the customer."},
    {"end_user_account", FEED_TEXT, W_ACCOUNT, false, "Name of the customer."},
    {"reseller_account", FEED_TEXT, W_RESELLER, false, "Name of the reseller, if there is one."},
    {"distributor_account", FEED_TEXT, W_DISTRIBUTOR, false, "Name of the distributor, if there is one."},
    {"sales_model", FEED_TEXT, W_MODEL, false, "direct, one_tier or two_tier."},
    {"owner_id", FEED_NUMBER, W_OWNER_ID, false, "Key of the renewal representative."},
    {"owner", FEED_TEXT, W_OWNER, false, "Name of the renewal representative."},
    {"team", FEED_TEXT, W_TEAM, false, "Team of the owner."},
    {"region", FEED_TEXT, W_REGION, false, "Region of the contract."},
    {"due_date", FEED_DAY, W_DUE, false, "Last day covered."},
    {"close_date", FEED_DAY, W_CLOSE, false, "Day on which the order is expected."},
    {"expected_date", FEED_DAY, W_EXPECTED, false, "The day a forecast counts it by: booked_date when closed, else close_date, else due_date."},
    {"booked_date", FEED_DAY, W_BOOKED, false, "Day of the order."},
    {"days_late", FEED_NUMBER, W_LATE, false, "Days from due_date to booked_date, negative when early."},
    {"stage", FEED_TEXT, W_STAGE, false, "not_started, contacted, quoted, negotiating, po_promised, won or lost."},
    {"forecast_category", FEED_TEXT, W_CATEGORY, false, "closed, commit, best_case, pipeline or omitted."},
    {"category_by_hand", FEED_FLAG, W_BY_HAND, false, "The category was set by a person, not by the stage."},
    {"at_risk", FEED_FLAG, W_AT_RISK, false, "Marked as at risk."},
    {"outcome", FEED_TEXT, W_OUTCOME, false, "open, renewed, partial or lost."},
    {"has_po", FEED_FLAG, W_HAS_PO, false, "A purchase order number is known."},
    {"next_step_date", FEED_DAY, W_STEP_DATE, false, "Day of the next step."},
    {"changed_on", FEED_DAY, W_CHANGED, false, "Day of the last change."},
    {"currency", FEED_TEXT, W_CURRENCY, false, "Of the amounts without \"reporting\"."},
    {"atr_amount", FEED_MONEY, W_ATR, false, "Annual value available to renew."},
    {"forecast_amount", FEED_MONEY, W_FORECAST, false, "Annual value expected."},
    {"won_amount", FEED_MONEY, W_WON, false, "Annual value that came back."},
    {"amount", FEED_MONEY, W_AMOUNT, false, "won_amount when closed, else forecast_amount: what a forecast adds up."},
    {"reporting_currency", FEED_TEXT, W_REPORTING, false, "Of the reporting amounts."},
    {"reporting_atr_amount", FEED_MONEY, W_REPORTING_ATR, false, "At the rate of the running quarter's first day; null without a rate."},
    {"reporting_forecast_amount", FEED_MONEY, W_REPORTING_FORECAST, false, "At the rate of the running quarter's first day; null without a rate."},
    {"reporting_won_amount", FEED_MONEY, W_REPORTING_WON, false, "At the rate of the running quarter's first day; null without a rate."},
    {"reporting_amount", FEED_MONEY, W_REPORTING_AMOUNT, false, "At the rate of the running quarter's first day; null without a rate."},
    {"next_step", FEED_TEXT, W_STORED, true, "The next step in words. Not for filters."},
    {"po_number", FEED_TEXT, W_STORED, true, "Purchase order. Not for filters."},
    {"lost_reason", FEED_TEXT, W_STORED, true, "Why it was lost. Not for filters."},
};
static const struct feed_column line_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Number of the contract line."},
    {"contract_id", FEED_NUMBER, W_CONTRACT_ID, false, "Key of its contract."},
    {"contract_number", FEED_TEXT, W_CONTRACT, false, "Number of its contract."},
    {"end_user_account_id", FEED_NUMBER, W_ACCOUNT_ID, false, "Key of the customer."},
    {"end_user_account", FEED_TEXT, W_ACCOUNT, false, "Name of the customer."},
    {"partner_account", FEED_TEXT, W_PARTNER, false, "Its reseller, else its distributor."},
    {"sales_model", FEED_TEXT, W_MODEL, false, "direct, one_tier or two_tier."},
    {"owner_id", FEED_NUMBER, W_OWNER_ID, false, "Key of the renewal representative."},
    {"owner", FEED_TEXT, W_OWNER, false, "Name of the renewal representative."},
    {"team", FEED_TEXT, W_TEAM, false, "Team of the owner."},
    {"region", FEED_TEXT, W_REGION, false, "Region of the contract."},
    {"product_id", FEED_NUMBER, W_PRODUCT_ID, false, "Key of the product."},
    {"product", FEED_TEXT, W_PRODUCT, false, "What is covered."},
    {"product_family", FEED_TEXT, W_FAMILY, false, "Its family."},
    {"quantity", FEED_NUMBER, W_QUANTITY, false, "Units covered."},
    {"start_date", FEED_DAY, W_START, false, "First day covered."},
    {"end_date", FEED_DAY, W_END, false, "Last day covered: the day by which KPIs count the line."},
    {"booked_date", FEED_DAY, W_BOOKED, false, "Day on which it came back."},
    {"booked_assumed", FEED_FLAG, W_ASSUMED, false, "booked_date was missing: the successor's start counts."},
    {"outcome", FEED_TEXT, W_OUTCOME, false, "open, renewed, partial or lost."},
    {"evidence", FEED_TEXT, W_EVIDENCE, false, "How the outcome is known."},
    {"excluded", FEED_FLAG, W_EXCLUDED, false, "A person took it out of the KPIs."},
    {"cancelled", FEED_FLAG, W_CANCELLED, false, "Cancelled before its end."},
    {"currency", FEED_TEXT, W_CURRENCY, false, "Of the amounts without \"reporting\"."},
    {"annual_value", FEED_MONEY, W_ATR, false, "Annual value due."},
    {"won_annual", FEED_MONEY, W_WON, false, "Annual value that came back."},
    {"reporting_currency", FEED_TEXT, W_REPORTING, false, "Of the reporting amounts."},
    {"reporting_annual_value", FEED_MONEY, W_REPORTING_ATR, false, "At the rate of the running quarter's first day; null without a rate."},
    {"reporting_won_annual", FEED_MONEY, W_REPORTING_WON, false, "At the rate of the running quarter's first day; null without a rate."},
};
static const struct feed_column contract_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Key of the contract."},
    {"contract_number", FEED_TEXT, W_NAME, false, "Its number."},
    {"end_user_account_id", FEED_NUMBER, W_ACCOUNT_ID, false, "Key of the customer."},
    {"end_user_account", FEED_TEXT, W_ACCOUNT, false, "Name of the customer."},
    {"partner_account", FEED_TEXT, W_PARTNER, false, "Its reseller, else its distributor."},
    {"cancelled_on", FEED_DAY, W_CANCELLED_ON, false, "The day it was cancelled."},
};
static const struct feed_column account_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Key of the account."},
    {"name", FEED_TEXT, W_NAME, false, "Name of the customer, reseller or distributor."},
};
static const struct feed_column product_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Key of the product."},
    {"product", FEED_TEXT, W_NAME, false, "Its SKU."},
    {"product_family", FEED_TEXT, W_FAMILY, false, "Its family."},
};
static const struct feed_column owner_columns[] = {
    {"id", FEED_NUMBER, W_ID, false, "Key of the person."},
    {"name", FEED_TEXT, W_NAME, false, "Name."},
    {"team", FEED_TEXT, W_TEAM, false, "Team."},
};
static const struct feed_column rate_columns[] = {
    {"id", FEED_TEXT, W_RATE_KEY, false, "Currency and day."},
    {"currency", FEED_TEXT, W_CURRENCY, false, "The currency."},
    {"rate_date", FEED_DAY, W_FROM, false, "First day on which the rate holds."},
    {"rate", FEED_RATE, W_RATE, false, "Value of one unit in the reporting currency."},
    {"reporting_currency", FEED_TEXT, W_REPORTING, false, "The reporting currency."},
};
static const struct feed_column date_columns[] = {
    {"date", FEED_DAY, W_DAY, false, "The day: relate it to any date of the other tables."},
    {"fiscal_year", FEED_TEXT, W_YEAR, false, "2026, by the organization's calendar."},
    {"fiscal_quarter", FEED_TEXT, W_QUARTER, false, "2026-Q4."},
    {"month", FEED_TEXT, W_MONTH, false, "2026-11."},
    {"fiscal_week", FEED_TEXT, W_WEEK, false, "2026-Q4-W07."},
    {"weekday", FEED_NUMBER, W_WEEKDAY, false, "1 is Monday."},
};
#define COLUMNS(x) x, (int)(sizeof x / sizeof x[0])
const struct feed_table feed_tables[FEED_SET_COUNT] = {
    [FEED_RENEWALS] = {"Renewals", "Renewal", "The work of renewing what ends on one day of one contract.", COLUMNS(renewal_columns)},
    [FEED_LINES] = {"ContractLines", "ContractLine", "Covered items with what became of them: the rows behind every rate.", COLUMNS(line_columns)},
    [FEED_CONTRACTS] = {"Contracts", "Contract", "Support agreements.", COLUMNS(contract_columns)},
    [FEED_ACCOUNTS] = {"Accounts", "Account", "Customers, resellers and distributors.", COLUMNS(account_columns)},
    [FEED_PRODUCTS] = {"Products", "Product", "What is covered.", COLUMNS(product_columns)},
    [FEED_OWNERS] = {"Owners", "Owner", "Renewal representatives.", COLUMNS(owner_columns)},
    [FEED_RATES] = {"ExchangeRates", "ExchangeRate", "Rates as they hold from a day on.", COLUMNS(rate_columns)},
    [FEED_DATES] = {"Dates", "Date", "Days with the organization's fiscal calendar.", COLUMNS(date_columns)},
};

int feed_set_of(struct str name) {
  for (int i = 0; i < FEED_SET_COUNT; i++)
    if (str_eq(name, str_of(feed_tables[i].name)))
      return i;
  return -1;
}

int feed_column_of(enum feed_set set, struct str name) {
  for (int i = 0; i < feed_tables[set].n; i++)
    if (str_eq(name, str_of(feed_tables[set].columns[i].name)))
      return i;
  return -1;
}

/* ---- which rows there are */
static const struct book_dict *dict_of(const struct feed *f) {
  const struct book *b = f->book;
  switch (f->set) {
  case FEED_CONTRACTS: return &b->contracts;
  case FEED_ACCOUNTS: return &b->accounts;
  case FEED_PRODUCTS: return &b->products;
  case FEED_OWNERS: return &b->reps;
  default: return NULL;
  }
}

enum { DATES_YEARS = 10 };

/* Whole fiscal years from the first to the last end_date, at most ten years around today. */
static void date_range(const struct feed *f, day_t *ret_first, day_t *ret_last) {
  const struct book_lines *l = &f->book->lines;
  day_t first = l->n ? l->end[0] : f->today, last = l->n ? l->end[l->n - 1] : f->today;
  day_t low = day_add_months(f->today, -12 * DATES_YEARS), high = day_add_months(f->today, 12 * DATES_YEARS);
  first = first < low ? low : first > f->today ? f->today : first;
  last = last > high ? high : last < f->today ? f->today : last;
  *ret_first = period_of(f->calendar, PERIOD_YEAR, first).first;
  *ret_last = period_of(f->calendar, PERIOD_YEAR, last).last;
}

static uint32_t count_rates(const struct book *b) {
  uint32_t n = 0;
  for (uint8_t c = 1; c < b->n_currencies; c++)
    n += b->n_rates[c];
  return n;
}

static bool renewal_seen(const struct feed *f, uint32_t row) {
  if (!f->reps || f->reps[f->book->renewals.rep_now[row]])
    return true;
  size_t from = 0, to = f->n_extra;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (f->extra[mid] < row)
      from = mid + 1;
    else
      to = mid;
  }
  return from < f->n_extra && f->extra[from] == row;
}

static void mark_renewal(const struct feed *f, uint8_t *seen, uint32_t i) {
  const struct book_renewals *x = &f->book->renewals;
  if (f->set == FEED_CONTRACTS)
    seen[x->contract[i]] = 1;
  else if (f->set == FEED_ACCOUNTS)
    seen[x->account[i]] = seen[x->reseller[i]] = seen[x->distributor[i]] = 1;
  else if (f->set == FEED_OWNERS)
    seen[x->rep[i]] = 1;
}

static void mark_line(const struct feed *f, uint8_t *seen, size_t i) {
  const struct book_lines *l = &f->book->lines;
  if (f->set == FEED_CONTRACTS)
    seen[l->contract[i]] = 1;
  else if (f->set == FEED_ACCOUNTS)
    seen[l->account[i]] = seen[book_partner(f->book, i)] = 1;
  else if (f->set == FEED_PRODUCTS)
    seen[l->product[i]] = 1;
  else
    seen[l->rep[i]] = 1;
}

/* A part of the book has the names that its own rows have, and a past one those of its rows: names are the newest book's. */
static int mark_seen(struct feed *f, struct arena *a) {
  const struct book *b = f->book;
  f->seen = arena_zalloc(a, (size_t)f->n + 1, 1);
  if (!f->seen)
    return ERR_NOMEM;
  for (uint32_t i = 0; i < b->renewals.n; i++)
    if (renewal_seen(f, i))
      mark_renewal(f, f->seen, i);
  for (size_t i = 0; i < b->lines.n; i++)
    if (!f->reps || f->reps[b->lines.rep[i]])
      mark_line(f, f->seen, i);
  f->seen[0] = 0;
  return OK;
}

int feed_open(struct feed *f, struct arena *a) {
  const struct book *b = f->book;
  const struct book_dict *d = dict_of(f);
  day_t first, last;
  for (uint8_t c = 0; c < 64; c++)
    if (c >= b->n_currencies || book_rate(b, c, f->plan_day, &f->rate[c], NULL) < 0)
      f->rate[c] = 0;
  f->seen = NULL;
  if (f->reps && !memchr(f->reps, 0, b->reps.n))
    f->reps = NULL;
  if (d) {
    f->n = d->n;
    return f->reps || f->past ? mark_seen(f, a) : OK;
  }
  if (f->set == FEED_DATES) {
    date_range(f, &first, &last);
    f->n = (uint32_t)(last - first + 1);
  } else
    f->n = f->set == FEED_RENEWALS ? (uint32_t)b->renewals.n : f->set == FEED_LINES ? (uint32_t)b->lines.n : count_rates(b);
  return OK;
}

bool feed_sees(const struct feed *f, uint32_t row) {
  switch (f->set) {
  case FEED_RENEWALS: return renewal_seen(f, row);
  case FEED_LINES: return !f->reps || f->reps[f->book->lines.rep[row]];
  case FEED_RATES:
  case FEED_DATES: return true;
  default: return row > 0 && (!f->seen || f->seen[row]);
  }
}

/* ---- values */
static struct feed_value nothing(enum feed_type type) { return (struct feed_value){.type = type, .null = true, .text = STR_NONE, .code = UINT32_MAX}; }
static struct feed_value text(struct str s, uint32_t code) { return (struct feed_value){.type = FEED_TEXT, .null = !s.n, .text = s, .code = code}; }
static struct feed_value word(const char *s, unsigned code) { return text(str_of(s), code); }
static struct feed_value number(int64_t n) { return (struct feed_value){.type = FEED_NUMBER, .text = STR_NONE, .number = n}; }
static struct feed_value flag(bool on) { return (struct feed_value){.type = FEED_FLAG, .text = STR_NONE, .number = on}; }
static struct feed_value day(day_t d) { return d == DAY_NONE ? nothing(FEED_DAY) : (struct feed_value){.type = FEED_DAY, .text = STR_NONE, .number = d}; }

static struct feed_value name_of(const struct book_dict *d, uint32_t code) { return code ? text(book_name(d, code), code) : nothing(FEED_TEXT); }
static struct feed_value id_of(const struct book_dict *d, uint32_t code) { return code && code < d->n ? number(d->id[code]) : nothing(FEED_NUMBER); }

static struct feed_value money(const struct feed *f, uint8_t currency, int64_t minor) {
  return (struct feed_value){.type = FEED_MONEY, .text = STR_NONE, .number = minor, .exponent = currency_exponent(f->book->currency_of[currency])};
}

static struct feed_value converted(const struct feed *f, uint8_t currency, int64_t minor) {
  const struct book *b = f->book;
  int64_t out;
  if (!f->rate[currency] || money_convert(minor, b->currency_of[currency], f->rate[currency], b->reporting, &out) < 0)
    return nothing(FEED_MONEY);
  return (struct feed_value){.type = FEED_MONEY, .text = STR_NONE, .number = out, .exponent = currency_exponent(b->reporting)};
}

static struct feed_value currency_text(currency_t c, uint32_t code, char *scratch) { return text(str_of(currency_code(c, scratch)), code); }

static int64_t amount_of(const struct book_renewals *x, uint32_t i) { return x->category[i] == CATEGORY_CLOSED ? x->won[i] : x->forecast[i]; }

static day_t expected_of(const struct book_renewals *x, uint32_t i) {
  day_t d = x->category[i] == CATEGORY_CLOSED ? x->booked[i] : x->close[i];
  return d != DAY_NONE ? d : x->due[i];
}

static struct feed_value renewal_names(const struct feed *f, int what, uint32_t i) {
  const struct book *b = f->book;
  const struct book_renewals *x = &b->renewals;
  switch (what) {
  case W_CONTRACT_ID: return id_of(&b->contracts, x->contract[i]);
  case W_CONTRACT: return name_of(&b->contracts, x->contract[i]);
  case W_ACCOUNT_ID: return id_of(&b->accounts, x->account[i]);
  case W_ACCOUNT: return name_of(&b->accounts, x->account[i]);
  case W_RESELLER: return name_of(&b->accounts, x->reseller[i]);
  case W_DISTRIBUTOR: return name_of(&b->accounts, x->distributor[i]);
  case W_MODEL: return word(sales_model_name(x->model[i]), x->model[i]);
  case W_OWNER_ID: return id_of(&b->reps, x->rep[i]);
  case W_OWNER: return name_of(&b->reps, x->rep[i]);
  case W_TEAM: return text(b->teams[b->rep_team[x->rep[i]]].name, b->rep_team[x->rep[i]]);
  case W_REGION: return name_of(&b->regions, x->region[i]);
  case W_STAGE: return word(stage_name(x->stage[i]), x->stage[i]);
  case W_CATEGORY: return word(category_name(x->category[i]), x->category[i]);
  case W_OUTCOME: return word(outcome_name(x->outcome[i]), x->outcome[i]);
  default: return nothing(FEED_TEXT);
  }
}

static struct feed_value renewal_value(const struct feed *f, int what, uint32_t i, char *scratch) {
  const struct book *b = f->book;
  const struct book_renewals *x = &b->renewals;
  uint8_t c = x->currency[i];
  switch (what) {
  case W_ID: return number(x->id[i]);
  case W_DUE: return day(x->due[i]);
  case W_CLOSE: return day(x->close[i]);
  case W_EXPECTED: return day(expected_of(x, i));
  case W_BOOKED: return day(x->booked[i]);
  case W_LATE: return x->booked[i] == DAY_NONE ? nothing(FEED_NUMBER) : number(x->booked[i] - x->due[i]);
  case W_STEP_DATE: return day(x->step_date[i]);
  case W_CHANGED: return day(x->changed[i]);
  case W_BY_HAND: return flag((x->flags[i] & RENEWAL_OVERRIDE) != 0);
  case W_AT_RISK: return flag((x->flags[i] & RENEWAL_AT_RISK) != 0);
  case W_HAS_PO: return flag((x->flags[i] & RENEWAL_HAS_PO) != 0);
  case W_CURRENCY: return currency_text(b->currency_of[c], c, scratch);
  case W_REPORTING: return currency_text(b->reporting, 0, scratch);
  case W_ATR: return money(f, c, x->atr[i]);
  case W_FORECAST: return money(f, c, x->forecast[i]);
  case W_WON: return money(f, c, x->won[i]);
  case W_AMOUNT: return money(f, c, amount_of(x, i));
  case W_REPORTING_ATR: return converted(f, c, x->atr[i]);
  case W_REPORTING_FORECAST: return converted(f, c, x->forecast[i]);
  case W_REPORTING_WON: return converted(f, c, x->won[i]);
  case W_REPORTING_AMOUNT: return converted(f, c, amount_of(x, i));
  default: return renewal_names(f, what, i);
  }
}

static struct feed_value line_names(const struct feed *f, int what, uint32_t i) {
  const struct book *b = f->book;
  const struct book_lines *l = &b->lines;
  switch (what) {
  case W_CONTRACT_ID: return id_of(&b->contracts, l->contract[i]);
  case W_CONTRACT: return name_of(&b->contracts, l->contract[i]);
  case W_ACCOUNT_ID: return id_of(&b->accounts, l->account[i]);
  case W_ACCOUNT: return name_of(&b->accounts, l->account[i]);
  case W_PARTNER: return name_of(&b->accounts, book_partner(b, i));
  case W_MODEL: return word(sales_model_name(l->model[i]), l->model[i]);
  case W_OWNER_ID: return id_of(&b->reps, l->rep[i]);
  case W_OWNER: return name_of(&b->reps, l->rep[i]);
  case W_TEAM: return text(b->teams[b->rep_team[l->rep[i]]].name, b->rep_team[l->rep[i]]);
  case W_REGION: return name_of(&b->regions, l->region[i]);
  case W_PRODUCT_ID: return id_of(&b->products, l->product[i]);
  case W_PRODUCT: return name_of(&b->products, l->product[i]);
  case W_FAMILY: return l->product[i] ? text(b->product_family[l->product[i]], l->product[i]) : nothing(FEED_TEXT);
  case W_OUTCOME: return word(outcome_name(l->outcome_evidence[i] & 15), l->outcome_evidence[i] & 15u);
  case W_EVIDENCE: return word(evidence_name(l->outcome_evidence[i] >> 4), l->outcome_evidence[i] >> 4);
  default: return nothing(FEED_TEXT);
  }
}

static struct feed_value line_value(const struct feed *f, int what, uint32_t i, char *scratch) {
  const struct book *b = f->book;
  const struct book_lines *l = &b->lines;
  uint8_t c = l->currency[i];
  switch (what) {
  case W_ID: return number(l->id[i]);
  case W_QUANTITY: return number(l->quantity[i]);
  case W_START: return day(l->start[i]);
  case W_END: return day(l->end[i]);
  case W_BOOKED: return day(l->booked[i]);
  case W_ASSUMED: return flag((l->flags[i] & LINE_BOOKED_ASSUMED) != 0);
  case W_EXCLUDED: return flag((l->flags[i] & LINE_EXCLUDED) != 0);
  case W_CANCELLED: return flag((l->flags[i] & LINE_CANCELLED) != 0);
  case W_CURRENCY: return currency_text(b->currency_of[c], c, scratch);
  case W_REPORTING: return currency_text(b->reporting, 0, scratch);
  case W_ATR: return money(f, c, l->atr[i]);
  case W_WON: return money(f, c, l->won[i]);
  case W_REPORTING_ATR: return converted(f, c, l->atr[i]);
  case W_REPORTING_WON: return converted(f, c, l->won[i]);
  default: return line_names(f, what, i);
  }
}

static struct feed_value dict_value(const struct feed *f, int what, uint32_t i) {
  const struct book *b = f->book;
  switch (what) {
  case W_ID: return number(dict_of(f)->id[i]);
  case W_NAME: return text(book_name(dict_of(f), i), i);
  case W_ACCOUNT_ID: return id_of(&b->accounts, b->contract_account[i]);
  case W_ACCOUNT: return name_of(&b->accounts, b->contract_account[i]);
  case W_PARTNER: return name_of(&b->accounts, b->contract_partner ? b->contract_partner[i] : 0);
  case W_CANCELLED_ON: return day(b->contract_cancelled[i]);
  case W_FAMILY: return text(b->product_family[i], i);
  default: return text(b->teams[b->rep_team[i]].name, b->rep_team[i]);
  }
}

static struct feed_value rate_value(const struct feed *f, int what, uint32_t i, char *scratch) {
  const struct book *b = f->book;
  uint8_t c = 1;
  while (i >= b->n_rates[c])
    i -= b->n_rates[c++];
  const struct book_rate *r = &b->rates[c][i];
  switch (what) {
  case W_CURRENCY: return currency_text(b->currency_of[c], c, scratch);
  case W_REPORTING: return currency_text(b->reporting, 0, scratch);
  case W_FROM: return day(r->from);
  case W_RATE: return (struct feed_value){.type = FEED_RATE, .text = STR_NONE, .number = r->rate, .exponent = RATE_SCALE_DIGITS};
  default: break;
  }
  currency_code(b->currency_of[c], scratch);
  scratch[3] = '-';
  day_iso(r->from, scratch + 4);
  return text(str_of(scratch), UINT32_MAX);
}

static struct feed_value date_value(const struct feed *f, int what, uint32_t i, char *scratch) {
  static const enum period_kind kinds[] = {PERIOD_YEAR, PERIOD_QUARTER, PERIOD_MONTH, PERIOD_WEEK};
  day_t first, last;
  date_range(f, &first, &last);
  day_t d = first + (day_t)i;
  if (what == W_DAY)
    return day(d);
  if (what == W_WEEKDAY)
    return number(day_weekday(d));
  struct period p = period_of(f->calendar, kinds[what - W_YEAR], d);
  return text(str_of(period_id(&p, scratch)), UINT32_MAX);
}

struct feed_value feed_value(const struct feed *f, int column, uint32_t row, char *scratch) {
  int what = feed_tables[f->set].columns[column].what;
  switch (f->set) {
  case FEED_RENEWALS: return renewal_value(f, what, row, scratch);
  case FEED_LINES: return line_value(f, what, row, scratch);
  case FEED_RATES: return rate_value(f, what, row, scratch);
  case FEED_DATES: return date_value(f, what, row, scratch);
  default: return dict_value(f, what, row);
  }
}

size_t feed_codes(const struct feed *f, int column) {
  const struct book *b = f->book;
  switch (feed_tables[f->set].columns[column].what) {
  case W_CONTRACT: return b->contracts.n;
  case W_ACCOUNT:
  case W_RESELLER:
  case W_DISTRIBUTOR:
  case W_PARTNER: return b->accounts.n;
  case W_OWNER: return b->reps.n;
  case W_TEAM: return b->n_teams;
  case W_REGION: return b->regions.n;
  case W_PRODUCT:
  case W_FAMILY: return b->products.n;
  case W_NAME: return f->n;
  default: return 64; /* words and currencies */
  }
}

int feed_compare(const struct feed_value *a, const struct feed_value *b) {
  if (a->null || b->null)
    return (int)b->null - (int)a->null;
  if (a->type == FEED_TEXT)
    return str_cmp(a->text, b->text);
  if (a->exponent == b->exponent)
    return (a->number > b->number) - (a->number < b->number);
  __int128 x = (__int128)a->number * pow10_i64(RATE_SCALE_DIGITS - a->exponent), y = (__int128)b->number * pow10_i64(RATE_SCALE_DIGITS - b->exponent);
  return (x > y) - (x < y);
}

static uint32_t row_of_id(const struct feed *f, int64_t id) {
  const struct book *b = f->book;
  const struct book_dict *d = dict_of(f);
  if (d) {
    uint32_t code = book_code(d, id);
    return code ? code : UINT32_MAX;
  }
  const uint32_t *ids = f->set == FEED_RENEWALS ? b->renewals.id : b->lines.id;
  uint32_t n = f->n;
  if (f->set == FEED_LINES) { /* sorted by end_date: a look through a million numbers takes less than a millisecond */
    for (uint32_t i = 0; i < n; i++)
      if (ids[i] == id)
        return i;
    return UINT32_MAX;
  }
  uint32_t from = 0, to = n;
  while (from < to) {
    uint32_t mid = from + (to - from) / 2;
    if (ids[mid] < id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < n && ids[from] == id ? from : UINT32_MAX;
}

uint32_t feed_row_of_key(const struct feed *f, struct str key) {
  int64_t id;
  day_t d, first, last;
  uint32_t row = UINT32_MAX;
  char scratch[FEED_TEXT_SIZE];
  if (f->set == FEED_DATES && day_parse_iso(key, &d) == OK) {
    date_range(f, &first, &last);
    row = d >= first && d <= last ? (uint32_t)(d - first) : UINT32_MAX;
  } else if (f->set == FEED_RATES && key.n > 2 && key.p[0] == '\'' && key.p[key.n - 1] == '\'') {
    struct str name = str_sub(key, 1, key.n - 2);
    for (uint32_t i = 0; i < f->n && row == UINT32_MAX; i++)
      if (str_eq(name, rate_value(f, W_RATE_KEY, i, scratch).text))
        row = i;
  } else if (f->set != FEED_DATES && f->set != FEED_RATES && str_to_i64(key, &id) == OK && id > 0)
    row = row_of_id(f, id);
  return row;
}

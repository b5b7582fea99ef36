/* The columns of the grid: their names, their kinds, and where in the book they lie. */
#include "insight/grid_internal.h"

static const struct {
  const char *name;
  enum grid_kind kind;
} columns[GRID_COLUMN_COUNT] = {
    [GRID_CUSTOMER] = {"customer", GRID_KIND_SET}, [GRID_CONTRACT] = {"contract", GRID_KIND_SET}, [GRID_DUE] = {"due_date", GRID_KIND_DAY},
    [GRID_CLOSE] = {"close_date", GRID_KIND_DAY}, [GRID_AMOUNT] = {"amount", GRID_KIND_MONEY}, [GRID_CONVERTED] = {"converted_amount", GRID_KIND_MONEY},
    [GRID_ATR] = {"atr_amount", GRID_KIND_MONEY}, [GRID_WON] = {"won_amount", GRID_KIND_MONEY}, [GRID_CATEGORY] = {"category", GRID_KIND_SET},
    [GRID_STAGE] = {"stage", GRID_KIND_SET}, [GRID_OUTCOME] = {"outcome", GRID_KIND_SET}, [GRID_REP] = {"owner", GRID_KIND_SET},
    [GRID_TEAM] = {"team", GRID_KIND_SET}, [GRID_REGION] = {"region", GRID_KIND_SET}, [GRID_RESELLER] = {"reseller", GRID_KIND_SET},
    [GRID_DISTRIBUTOR] = {"distributor", GRID_KIND_SET}, [GRID_MODEL] = {"sales_model", GRID_KIND_SET}, [GRID_CURRENCY] = {"currency", GRID_KIND_SET},
    [GRID_STEP_DATE] = {"next_step_date", GRID_KIND_DAY}, [GRID_CHANGED] = {"changed", GRID_KIND_DAY}, [GRID_BOOKED] = {"booked_date", GRID_KIND_DAY},
    [GRID_PO] = {"has_po", GRID_KIND_SET}, [GRID_AT_RISK] = {"at_risk", GRID_KIND_SET}, [GRID_EXPECTED] = {"expected_date", GRID_KIND_DAY},
    [GRID_LATE] = {"days_late", GRID_KIND_NUMBER}, [GRID_CHANGE] = {"change_amount", GRID_KIND_MONEY},
    [GRID_OVERRIDE] = {"category_by_hand", GRID_KIND_SET}, [GRID_HAS_STEP] = {"has_next_step", GRID_KIND_SET},
    [GRID_WORK] = {"work", GRID_KIND_ROWS}, [GRID_IMPORT] = {"import", GRID_KIND_ROWS},
    [GRID_NEXT_STEP] = {"next_step", GRID_KIND_TEXT}, [GRID_PO_NUMBER] = {"po_number", GRID_KIND_TEXT}, [GRID_LOST_REASON] = {"lost_reason", GRID_KIND_TEXT}};

const char *grid_column_name(int c) { return c >= 0 && c < GRID_COLUMN_COUNT ? columns[c].name : ""; }

int grid_column_of(struct str s) {
  for (int i = 0; i < GRID_COLUMN_COUNT; i++) {
    if (str_eq_nocase(s, str_of(columns[i].name))) {
      return i;
    }
  }
  return -1;
}

enum grid_kind grid_column_kind(enum grid_column c) { return columns[c].kind; }

struct grid_raw grid_raw_of(const struct book *b, enum grid_column c) {
  const struct book_renewals *r = &b->renewals;
  switch ((int)c) {
    case GRID_CUSTOMER: return (struct grid_raw){.u32 = r->account, .n = b->accounts.n};
    case GRID_CONTRACT: return (struct grid_raw){.u32 = r->contract, .n = b->contracts.n};
    case GRID_RESELLER: return (struct grid_raw){.u32 = r->reseller, .n = b->accounts.n};
    case GRID_DISTRIBUTOR: return (struct grid_raw){.u32 = r->distributor, .n = b->accounts.n};
    case GRID_REP: case GRID_TEAM: return (struct grid_raw){.u16 = r->rep, .n = b->reps.n};
    case GRID_REGION: return (struct grid_raw){.u16 = r->region, .n = b->regions.n};
    case GRID_MODEL: return (struct grid_raw){.u8 = r->model, .n = 256};
    case GRID_CURRENCY: return (struct grid_raw){.u8 = r->currency, .n = 256};
    case GRID_CATEGORY: return (struct grid_raw){.u8 = r->category, .n = 256};
    case GRID_STAGE: return (struct grid_raw){.u8 = r->stage, .n = 256};
    case GRID_OUTCOME: return (struct grid_raw){.u8 = r->outcome, .n = 256};
    default: return (struct grid_raw){.u8 = r->flags, .n = 256};
  }
}

uint32_t grid_code_of(const struct book *b, enum grid_column c, uint32_t raw) {
  switch ((int)c) {
    case GRID_TEAM: return b->rep_team[raw];
    case GRID_PO: return (raw & RENEWAL_HAS_PO) != 0;
    case GRID_AT_RISK: return (raw & RENEWAL_AT_RISK) != 0;
    case GRID_OVERRIDE: return (raw & RENEWAL_OVERRIDE) != 0;
    case GRID_HAS_STEP: return (raw & RENEWAL_HAS_STEP) != 0;
    default: return raw;
  }
}

uint32_t grid_set_size(const struct book *b, enum grid_column c) {
  switch ((int)c) {
    case GRID_CUSTOMER: case GRID_RESELLER: case GRID_DISTRIBUTOR: return b->accounts.n;
    case GRID_CONTRACT: return b->contracts.n;
    case GRID_REP: return b->reps.n;
    case GRID_TEAM: return b->n_teams;
    case GRID_REGION: return b->regions.n;
    default: return 256;
  }
}

struct book_dict *grid_dict_of(const struct book *b, enum grid_column c) {
  struct book *x = (struct book *)(uintptr_t)b; /* the folded names are a cache of the book's own */
  switch ((int)c) {
    case GRID_CUSTOMER: case GRID_RESELLER: case GRID_DISTRIBUTOR: return &x->accounts;
    case GRID_CONTRACT: return &x->contracts;
    case GRID_REP: return &x->reps;
    case GRID_REGION: return &x->regions;
    default: return NULL;
  }
}

static void expected_days(const struct book_renewals *r, size_t from, size_t n, day_t *out) {
  for (size_t k = 0; k < n; k++) {
    size_t i = from + k;
    day_t d = r->category[i] == CATEGORY_CLOSED ? r->booked[i] : r->close[i];
    out[k] = d != DAY_NONE ? d : r->due[i];
  }
}

static void late_days(const struct book_renewals *r, size_t from, size_t n, day_t *out) {
  for (size_t k = 0; k < n; k++) {
    size_t i = from + k;
    out[k] = r->booked[i] != DAY_NONE ? r->booked[i] - r->due[i] : DAY_NONE;
  }
}

const day_t *grid_days(const struct book *b, enum grid_column c, size_t from, size_t n, day_t made[GRID_BLOCK]) {
  const struct book_renewals *r = &b->renewals;
  switch ((int)c) {
    case GRID_DUE: return r->due + from;
    case GRID_CLOSE: return r->close + from;
    case GRID_STEP_DATE: return r->step_date + from;
    case GRID_CHANGED: return r->changed + from;
    case GRID_BOOKED: return r->booked + from;
    case GRID_LATE: late_days(r, from, n, made); return made;
    default: expected_days(r, from, n, made); return made;
  }
}

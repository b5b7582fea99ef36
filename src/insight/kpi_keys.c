/* Group keys, conversion factors, and which fields a line counts in. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "domain/value.h"
#include "insight/kpi_internal.h"

int kpi_factors_make(const struct book *b, day_t first, day_t last, struct arena *a, struct kpi_factors *ret) {
  struct kpi_factors f = {.first = first, .days = last < first ? 0 : (size_t)(last - first) + 1, .currencies = b->n_currencies};
  f.factor = arena_zalloc(a, f.days * f.currencies + 1, sizeof *f.factor);
  if (f.factor == NULL) {
    return ERR_NOMEM;
  }
  for (uint8_t c = 0; c < b->n_currencies; c++) {
    int64_t rate = 0, lift = exact_lift(b->currency_of[c], b->reporting);
    uint32_t next = 0; /* first rate later than the day; rates only move forward from here */
    for (size_t d = 0; d < f.days; d++) {
      day_t day = first + (day_t)d;
      bool changed = d == 0;
      while (next < b->n_rates[c] && b->rates[c][next].from <= day) {
        next++;
        changed = true;
      }
      if (changed && book_rate(b, c, day, &rate, NULL) != OK) {
        break;
      }
      if (rate > 0 && __builtin_mul_overflow(rate, lift, &f.factor[d * f.currencies + c])) {
        return ERR_RANGE;
      }
    }
  }
  *ret = f;
  return OK;
}

static int name_spans(const struct calendar *c, enum period_kind kind, day_t first, day_t last, struct arena *a, struct kpi_keys *k) {
  struct period p = period_of(c, kind, first);
  size_t days = last < first ? 0 : (size_t)(last - first) + 1;
  uint32_t *table = arena_zalloc(a, days + 1, sizeof *table);
  for (k->n = 1; p.last < last; k->n++) {
    p = period_next(c, &p);
  }
  k->names = arena_zalloc(a, k->n, sizeof *k->names);
  k->spans = arena_zalloc(a, k->n, sizeof *k->spans);
  if (table == NULL || k->names == NULL || k->spans == NULL) {
    return ERR_NOMEM;
  }
  p = period_of(c, kind, first);
  for (uint32_t i = 0; i < k->n; i++, p = period_next(c, &p)) {
    char id[PERIOD_ID_SIZE];
    k->names[i] = arena_str(a, str_of(period_id(&p, id)));
    k->spans[i] = p;
    for (day_t d = p.first < first ? first : p.first; d <= p.last && d <= last; d++) {
      table[d - first] = i;
    }
    if (k->names[i].p == NULL) {
      return ERR_NOMEM;
    }
  }
  k->table = table;
  k->n_in = (uint32_t)days;
  k->base = (uint32_t)first;
  return OK;
}

/* Product families as keys in order of first appearance; key 0 is "none". */
static int name_families(const struct book *b, struct arena *a, struct kpi_keys *k) {
  uint32_t *table = NULL;
  int code = book_families(b, a, &table, &k->names, &k->n);
  k->table = table;
  k->n_in = b->products.n;
  return code;
}

static int name_teams(const struct book *b, struct arena *a, struct kpi_keys *k) {
  k->n = b->n_teams > 0 ? b->n_teams : 1;
  k->names = arena_zalloc(a, k->n, sizeof *k->names);
  if (k->names == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t i = 0; i < k->n; i++) {
    k->names[i] = i < b->n_teams ? b->teams[i].name : STR_NONE;
  }
  k->table = b->rep_team;
  k->n_in = b->rep_team != NULL ? b->reps.n : 0;
  return OK;
}

static int name_models(struct arena *a, struct kpi_keys *k) {
  k->n = MODEL_COUNT;
  k->names = arena_zalloc(a, k->n, sizeof *k->names);
  for (uint32_t i = 0; k->names != NULL && i < k->n; i++) {
    k->names[i] = str_of(sales_model_name((int)i));
  }
  return k->names == NULL ? ERR_NOMEM : OK;
}

static int name_currencies(const struct book *b, struct arena *a, struct kpi_keys *k) {
  k->n = b->n_currencies > 0 ? b->n_currencies : 1;
  k->names = arena_zalloc(a, k->n, sizeof *k->names);
  for (uint32_t i = 0; k->names != NULL && i < k->n; i++) {
    char code[4];
    k->names[i] = arena_str(a, str_of(currency_code(i < b->n_currencies ? b->currency_of[i] : CURRENCY_NONE, code)));
    if (k->names[i].p == NULL) {
      return ERR_NOMEM;
    }
  }
  return k->names == NULL ? ERR_NOMEM : OK;
}

static void from_dict(const struct book_dict *d, struct kpi_keys *k) {
  static struct str nameless[1] = {{"", 0}};
  k->n = d->n > 0 ? d->n : 1;
  k->names = d->n > 0 ? d->name : nameless;
}

#define COLUMN(keys, array) ((keys)->column = (array), (keys)->width = (int)sizeof *(array))

static void from_partners(const struct book *b, struct kpi_keys *k) {
  if (b->contract_partner != NULL) {
    COLUMN(k, b->lines.contract);
    k->table = b->contract_partner;
    k->n_in = b->contracts.n;
  }
}

int kpi_keys_make(const struct book *b, const struct calendar *c, enum kpi_by by, day_t first, day_t last, struct arena *a, struct kpi_keys *ret) {
  const struct book_lines *l = &b->lines;
  static struct str nothing[1] = {{"", 0}};
  struct kpi_keys k = {.n = 1, .names = nothing};
  int code = OK;
  switch (by) {
    case KPI_BY_REP: from_dict(&b->reps, &k); COLUMN(&k, l->rep); break;
    case KPI_BY_TEAM: code = name_teams(b, a, &k); COLUMN(&k, l->rep); break;
    case KPI_BY_REGION: from_dict(&b->regions, &k); COLUMN(&k, l->region); break;
    case KPI_BY_PRODUCT: from_dict(&b->products, &k); COLUMN(&k, l->product); break;
    case KPI_BY_FAMILY: code = name_families(b, a, &k); COLUMN(&k, l->product); break;
    case KPI_BY_PARTNER: from_dict(&b->accounts, &k); from_partners(b, &k); break;
    case KPI_BY_MODEL: code = name_models(a, &k); COLUMN(&k, l->model); break;
    case KPI_BY_ACCOUNT: from_dict(&b->accounts, &k); COLUMN(&k, l->account); break;
    case KPI_BY_CURRENCY: code = name_currencies(b, a, &k); COLUMN(&k, l->currency); break;
    case KPI_BY_MONTH: code = name_spans(c, PERIOD_MONTH, first, last, a, &k); COLUMN(&k, l->end); break;
    case KPI_BY_QUARTER: code = name_spans(c, PERIOD_QUARTER, first, last, a, &k); COLUMN(&k, l->end); break;
    default: break;
  }
  if (k.table == NULL) {
    k.n_in = by == KPI_BY_TEAM ? 1 : k.n;
  }
  if (code == OK) {
    *ret = k;
  }
  return code;
}

int kpi_run_make(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_run *ret, struct err *e) {
  struct kpi_run r = {.b = b, .q = q, .arena = a};
  int code = kpi_keys_make(b, &q->calendar, q->by, q->period.first, q->period.last, a, &r.keys);
  code = code == OK ? kpi_factors_make(b, q->period.first, q->period.last, a, &r.factors) : code;
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "An exchange rate is too large to compute with: look at the rates of the book" : "Out of memory");
  }
  if (b->product_family != NULL) {
    struct kpi_keys families = {0};
    if (name_families(b, a, &families) != OK) {
      return err_set(e, ERR_NOMEM, "Out of memory");
    }
    r.family = families.table;
  }
  book_due_range(b, q->period.first, q->period.last, &r.from, &r.to);
  *ret = r;
  return OK;
}

uint32_t kpi_fields(const struct kpi_query *q, const struct book_lines *l, size_t i, int64_t factor) {
  unsigned flags = l->flags[i];
  if (!kpi_visible(q, l, i)) {
    return 0;
  }
  if (flags & LINE_EXCLUDED) {
    return FIELD_BIT(F_EXCLUDED_PERSON);
  }
  if (factor == 0) {
    return FIELD_BIT(F_EXCLUDED_NO_RATE);
  }
  uint32_t f = flags & LINE_ADDED ? FIELD_BIT(F_ADDS) : FIELD_BIT(F_FROZEN);
  if (flags & LINE_CANCELLED) {
    return f | FIELD_BIT(F_REMOVALS);
  }
  bool to_date = l->end[i] <= q->as_of, known = l->outcome_known[i] != DAY_NONE && l->outcome_known[i] <= q->as_of;
  f |= FIELD_BIT(F_ATR) | (to_date ? FIELD_BIT(F_ATR_TO_DATE) : 0);
  if (known && (flags & (LINE_BOOKED_ASSUMED | LINE_WEAK))) {
    f |= FIELD_BIT(F_ASSUMED_OR_WEAK) | (flags & LINE_BOOKED_ASSUMED ? FIELD_BIT(F_ASSUMED) : 0) | (flags & LINE_WEAK ? FIELD_BIT(F_WEAK) : 0);
  }
  if (!known || l->booked[i] == DAY_NONE) {
    return f | (known && (l->outcome_evidence[i] & 15) == OUTCOME_LOST ? FIELD_BIT(F_RESOLVED) : 0);
  }
  day_t booked = l->booked[i], end = l->end[i];
  f |= FIELD_BIT(F_RETAINED) | FIELD_BIT(F_WON) | FIELD_BIT(F_RESOLVED) | FIELD_BIT(F_RENEWED);
  f |= FIELD_BIT((unsigned)F_BAND + (unsigned)timing_band(end, booked, q->grace_days));
  f |= booked <= q->period.last ? FIELD_BIT(F_IN_QUARTER) : FIELD_BIT(F_TRAILING);
  if (timing_on_time(end, booked, q->grace_days)) {
    f |= FIELD_BIT(F_ON_TIME) | (to_date ? FIELD_BIT(F_ON_TIME_TO_DATE) : 0);
  }
  return f;
}

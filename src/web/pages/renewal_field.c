/* The fields of a renewal as words, as form values, and compared: one table for the form, the history and the
 * merge page. */
#include "store/repo_desk.h"
#include "web/pages/renewal.h"

struct field_words {
  unsigned bit;
  const char *label, *input;
};
static const struct field_words WORDS[RENEWAL_BITS] = {
  {RENEWAL_SET_STAGE, MSG("Stage"), "stage"},
  {RENEWAL_SET_CATEGORY, MSG("Category"), "category"},
  {RENEWAL_SET_CLOSE_DATE, MSG("Close date"), "close_date"},
  {RENEWAL_SET_FORECAST, MSG("Expected per year"), "forecast_amount"},
  {RENEWAL_SET_NEXT_STEP, MSG("Next step"), "next_step"},
  {RENEWAL_SET_NEXT_STEP_DATE, MSG("Step due"), "next_step_date"},
  {RENEWAL_SET_AT_RISK, MSG("At risk"), "at_risk"},
  {RENEWAL_SET_PO_NUMBER, MSG("PO number"), "po_number"},
  {RENEWAL_SET_LOST_REASON, MSG("Lost because"), "lost_reason"},
  {RENEWAL_SET_BOOKED_DATE, MSG("Booked on"), "booked_date"},
  {RENEWAL_SET_WON, MSG("Won per year"), "won_amount"},
  {RENEWAL_SET_OWNER, MSG("Owner"), ""},
};

static const struct field_words *words(unsigned bit) {
  for (size_t i = 0; i < RENEWAL_BITS; i++)
    if (WORDS[i].bit == bit)
      return &WORDS[i];
  return NULL;
}

const char *renewal_label(unsigned bit) {
  const struct field_words *w = words(bit);
  return w ? w->label : "";
}

const char *renewal_input(unsigned bit) {
  const struct field_words *w = words(bit);
  return w ? w->input : "";
}

static struct str or_none(struct request *r, struct str s) { return s.n ? s : tr(r, "none"); }

static struct str day_words(struct request *r, day_t d) { return d == DAY_NONE ? tr(r, "none") : format_weekday(r->reader, d); }

static struct str owner_words(struct request *r, int64_t id) {
  struct str name = STR_NONE;
  return person_name(r->store, r->arena, id, &name, NULL) == OK && name.n ? name : tr(r, "nobody");
}

struct str renewal_value(struct request *r, const struct renewal *x, unsigned bit) {
  switch (bit) {
  case RENEWAL_SET_STAGE: return str_of(parts_stage(r->reader, x->stage));
  case RENEWAL_SET_CATEGORY: return str_of(parts_category(r->reader, x->category));
  case RENEWAL_SET_CLOSE_DATE: return day_words(r, x->close_date);
  case RENEWAL_SET_FORECAST: return format_money(r->reader, x->forecast_amount, x->currency, MONEY_FULL);
  case RENEWAL_SET_NEXT_STEP: return or_none(r, x->next_step);
  case RENEWAL_SET_NEXT_STEP_DATE: return day_words(r, x->next_step_date);
  case RENEWAL_SET_AT_RISK: return x->at_risk ? tr(r, "yes") : tr(r, "no");
  case RENEWAL_SET_PO_NUMBER: return or_none(r, x->po_number);
  case RENEWAL_SET_LOST_REASON: return or_none(r, x->lost_reason);
  case RENEWAL_SET_BOOKED_DATE: return day_words(r, x->booked_date);
  case RENEWAL_SET_WON: return format_money(r->reader, x->won_amount, x->currency, MONEY_FULL);
  case RENEWAL_SET_OWNER: return owner_words(r, x->owner_id);
  default: return STR_NONE;
  }
}

static struct str day_raw(struct request *r, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, buf)));
}

static struct str money_raw(struct request *r, int64_t minor, currency_t c) { return format_amount_input(r->reader, minor, currency_exponent(c)); }

struct str renewal_raw(struct request *r, const struct renewal *x, unsigned bit) {
  switch (bit) {
  case RENEWAL_SET_STAGE: return str_of(stage_name(x->stage));
  case RENEWAL_SET_CATEGORY: return str_of(category_name(x->category));
  case RENEWAL_SET_CLOSE_DATE: return day_raw(r, x->close_date);
  case RENEWAL_SET_FORECAST: return money_raw(r, x->forecast_amount, x->currency);
  case RENEWAL_SET_NEXT_STEP: return x->next_step;
  case RENEWAL_SET_NEXT_STEP_DATE: return day_raw(r, x->next_step_date);
  case RENEWAL_SET_AT_RISK: return x->at_risk ? STR("1") : STR("0");
  case RENEWAL_SET_PO_NUMBER: return x->po_number;
  case RENEWAL_SET_LOST_REASON: return x->lost_reason;
  case RENEWAL_SET_BOOKED_DATE: return day_raw(r, x->booked_date);
  case RENEWAL_SET_WON: return money_raw(r, x->won_amount, x->currency);
  default: return STR_NONE;
  }
}

bool renewal_same(const struct renewal *x, const struct renewal *y, unsigned bit) {
  switch (bit) {
  case RENEWAL_SET_STAGE: return x->stage == y->stage;
  case RENEWAL_SET_CATEGORY: return x->category == y->category;
  case RENEWAL_SET_CLOSE_DATE: return x->close_date == y->close_date;
  case RENEWAL_SET_FORECAST: return x->forecast_amount == y->forecast_amount;
  case RENEWAL_SET_NEXT_STEP: return str_eq(x->next_step, y->next_step);
  case RENEWAL_SET_NEXT_STEP_DATE: return x->next_step_date == y->next_step_date;
  case RENEWAL_SET_AT_RISK: return x->at_risk == y->at_risk;
  case RENEWAL_SET_PO_NUMBER: return str_eq(x->po_number, y->po_number);
  case RENEWAL_SET_LOST_REASON: return str_eq(x->lost_reason, y->lost_reason);
  case RENEWAL_SET_BOOKED_DATE: return x->booked_date == y->booked_date;
  case RENEWAL_SET_WON: return x->won_amount == y->won_amount;
  default: return x->owner_id == y->owner_id;
  }
}

#include "domain/terms.h"

static const char *const sales_models[MODEL_COUNT] = {"unknown", "direct", "one_tier", "two_tier"};
static const char *const stages[STAGE_COUNT] = {"not_started", "contacted", "quoted", "negotiating", "po_promised", "won", "lost"};
static const char *const categories[CATEGORY_COUNT] = {"closed", "commit", "best_case", "pipeline", "omitted"};
static const char *const outcomes[OUTCOME_COUNT] = {"open", "renewed", "partial", "lost"};
static const char *const evidences[EVIDENCE_COUNT] = {"stated", "explicit", "serial", "product", "weak", "extended", "manual", "none"};
static const char *const contract_states[CONTRACT_STATE_COUNT] = {"pending", "active", "in_window", "expired", "lapsed", "renewed", "cancelled"};
static const char *const roles[ROLE_COUNT] = {"admin", "exec", "manager", "rep", "ops", "sales", "partner"};
static const char *const bands[BAND_COUNT] = {"early", "on_time", "late_1_30", "late_31_90", "late_91_180", "late_181_365", "late_over_365"};

static const char *name_in(const char *const *names, int count, int v)
{
  return v >= 0 && v < count ? names[v] : "";
}

static bool spelled(const char *name, struct str s)
{
  size_t i = 0;
  for (; i < s.n && name[i]; i++) {
    char c = s.p[i];
    if (c >= 'A' && c <= 'Z')
      c = (char)(c + 32);
    if (c == ' ' || c == '-')
      c = '_';
    if (c != name[i])
      return false;
  }
  return i == s.n && !name[i];
}

static int value_in(const char *const *names, int count, struct str s)
{
  s = str_trim(s);
  for (int v = 0; v < count; v++)
    if (spelled(names[v], s))
      return v;
  return -1;
}

const char *sales_model_name(int v)
{
  return name_in(sales_models, MODEL_COUNT, v);
}

const char *stage_name(int v)
{
  return name_in(stages, STAGE_COUNT, v);
}

const char *category_name(int v)
{
  return name_in(categories, CATEGORY_COUNT, v);
}

const char *outcome_name(int v)
{
  return name_in(outcomes, OUTCOME_COUNT, v);
}

const char *evidence_name(int v)
{
  return name_in(evidences, EVIDENCE_COUNT, v);
}

const char *contract_state_name(int v)
{
  return name_in(contract_states, CONTRACT_STATE_COUNT, v);
}

const char *role_name(int v)
{
  return name_in(roles, ROLE_COUNT, v);
}

const char *band_name(int v)
{
  return name_in(bands, BAND_COUNT, v);
}

int sales_model_of(struct str s)
{
  return value_in(sales_models, MODEL_COUNT, s);
}

int stage_of(struct str s)
{
  return value_in(stages, STAGE_COUNT, s);
}

int category_of(struct str s)
{
  return value_in(categories, CATEGORY_COUNT, s);
}

int outcome_of(struct str s)
{
  return value_in(outcomes, OUTCOME_COUNT, s);
}

int role_of(struct str s)
{
  return value_in(roles, ROLE_COUNT, s);
}

/* No default: the compiler refuses a stage without a category. */
enum category stage_category(enum stage s)
{
  switch (s) {
  case STAGE_NOT_STARTED:
  case STAGE_CONTACTED: return CATEGORY_PIPELINE;
  case STAGE_QUOTED:
  case STAGE_NEGOTIATING: return CATEGORY_BEST_CASE;
  case STAGE_PO_PROMISED: return CATEGORY_COMMIT;
  case STAGE_WON: return CATEGORY_CLOSED;
  case STAGE_LOST:
  case STAGE_COUNT: break;
  }
  return CATEGORY_OMITTED;
}

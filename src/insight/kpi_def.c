/* Definitions in words, and which fields make them. docs/kpi.md says the same at length. */
#include "insight/kpi_internal.h"

#define RETAINED_OVER(what) "retained money (the smaller of won and ATR) of lines due in the period " what
#define ATR_DUE "ATR of all lines due in the period, cancelled ones apart"
#define LINES_DUE "lines due in the period, cancelled ones apart"
#define OPEN_DUE "open renewals due in the period"
#define BASE_START "ARR of the lines in force on the day before the period"

static const struct kpi_def defs[KPI_COUNT] = {
    [KPI_ATR_FROZEN] = {"atr_frozen", "ATR at the start of the period", KPI_UNIT_MONEY, 1, "annual value of lines due in the period and known at its start", ""},
    [KPI_ATR_ADDS] = {"atr_adds", "ATR added", KPI_UNIT_MONEY, 1, "annual value of lines due in the period that became known after its start", ""},
    [KPI_ATR_REMOVALS] = {"atr_removals", "ATR removed", KPI_UNIT_MONEY, 1, "annual value of lines due in the period whose term was cancelled", ""},
    [KPI_ATR] = {"atr", "Available to renew (ATR)", KPI_UNIT_MONEY, 1, "ATR at the start + added - removed", ""},
    [KPI_ON_TIME_COUNT] = {"on_time_rate_count", "On-time renewal rate, count", KPI_UNIT_COUNT_RATE, 1, "lines due in the period booked by their end date plus grace",
                           LINES_DUE},
    [KPI_ON_TIME_MONEY] = {"on_time_rate_money", "On-time renewal rate, money", KPI_UNIT_MONEY_RATE, 1, RETAINED_OVER("booked by their end date plus grace"), ATR_DUE},
    [KPI_ON_TIME_TO_DATE_COUNT] = {"on_time_to_date_rate_count", "On-time renewal rate to date, count", KPI_UNIT_COUNT_RATE, 1,
                                   "lines due in the period up to the as-of day booked by their end date plus grace",
                                   "lines due in the period up to the as-of day, cancelled ones apart"},
    [KPI_ON_TIME_TO_DATE_MONEY] = {"on_time_to_date_rate_money", "On-time renewal rate to date, money", KPI_UNIT_MONEY_RATE, 1,
                                   RETAINED_OVER("up to the as-of day booked by their end date plus grace"),
                                   "ATR of lines due in the period up to the as-of day, cancelled ones apart"},
#define BAND(b, key, title, words) \
  [KPI_BAND_COUNT + (b)] = {"band_" key "_rate_count", "Renewed " title ", count", KPI_UNIT_COUNT_RATE, 1, "lines due in the period booked " words, LINES_DUE}, \
  [KPI_BAND_MONEY + (b)] = {"band_" key "_rate_money", "Renewed " title ", money", KPI_UNIT_MONEY_RATE, 1, RETAINED_OVER("booked " words), ATR_DUE}
    BAND(BAND_EARLY, "early", "early", "30 days or more before their end date"),
    BAND(BAND_ON_TIME, "on_time", "on time", "later than that and by their end date plus grace"),
    BAND(BAND_LATE_30, "late_1_30", "1-30 days late", "late, up to 30 days after their end date"),
    BAND(BAND_LATE_90, "late_31_90", "31-90 days late", "31 to 90 days after their end date"),
    BAND(BAND_LATE_180, "late_91_180", "91-180 days late", "91 to 180 days after their end date"),
    BAND(BAND_LATE_365, "late_181_365", "181-365 days late", "181 to 365 days after their end date"),
    BAND(BAND_LATE_MORE, "late_over_365", "more than 365 days late", "more than 365 days after their end date"),
#undef BAND
    [KPI_IN_QUARTER] = {"in_quarter_renewal_rate", "In-quarter renewal rate", KPI_UNIT_MONEY_RATE, 1, RETAINED_OVER("booked by the last day of the period"), ATR_DUE},
    [KPI_FINAL] = {"final_renewal_rate", "Final renewal rate", KPI_UNIT_MONEY_RATE, 1, RETAINED_OVER("booked at any time"), ATR_DUE},
    [KPI_TRAILING] = {"trailing_renewal_rate", "Trailing renewal rate", KPI_UNIT_MONEY_RATE, 1, RETAINED_OVER("booked after the last day of the period"), ATR_DUE},
    [KPI_GROSS] = {"gross_renewal_rate", "Gross renewal rate", KPI_UNIT_MONEY_RATE, 1,
                   "per account and fiscal quarter the smaller of its ATR due and its won value, summed", ATR_DUE},
    [KPI_NET] = {"net_renewal_rate", "Net renewal rate", KPI_UNIT_MONEY_RATE, 1, "won value of lines due in the period, upsell included", ATR_DUE},
    [KPI_LOGO] = {"logo_renewal_rate", "Logo (contract) renewal rate", KPI_UNIT_COUNT_RATE, 1, "contracts with a line due in the period that was booked",
                  "contracts with a line due in the period"},
    [KPI_GRR] = {"grr", "Gross revenue retention (GRR)", KPI_UNIT_MONEY_RATE, 2, "opening ARR - churn - contraction", BASE_START},
    [KPI_NRR] = {"nrr", "Net revenue retention (NRR)", KPI_UNIT_MONEY_RATE, 1, "opening ARR + expansion - churn - contraction", BASE_START},
    [KPI_RESOLUTION] = {"resolution_rate", "Resolution rate", KPI_UNIT_MONEY_RATE, 1, "ATR of lines due in the period that are booked or known to be lost", ATR_DUE},
    [KPI_CLOSE] = {"close_rate", "Close rate", KPI_UNIT_MONEY_RATE, 1, "ATR of lines due in the period that are booked",
                   "ATR of lines due in the period that are booked or known to be lost"},
    [KPI_CONVERSION] = {"conversion_rate", "Conversion rate", KPI_UNIT_MONEY_RATE, 1,
                        "won value of lines due in the period, upsell included",
                        "ATR of lines due in the period that are booked"},
    [KPI_ARR_OPENING] = {"arr_opening", "Opening ARR", KPI_UNIT_MONEY, 1, BASE_START, ""},
    [KPI_NEW] = {"arr_new", "New ARR", KPI_UNIT_MONEY, 1, "closing ARR of accounts without opening ARR that never had a line end before", ""},
    [KPI_RESURRECTION] = {"arr_resurrection", "Resurrected ARR", KPI_UNIT_MONEY, 1,
                          "closing ARR of accounts without opening ARR that had a line end before", ""},
    [KPI_EXPANSION] = {"arr_expansion", "Expansion", KPI_UNIT_MONEY, 2, "more units, higher prices and added products of accounts with opening and closing ARR", ""},
    [KPI_EXPANSION_QUANTITY] = {"arr_expansion_quantity", "Expansion by quantity", KPI_UNIT_MONEY, 1,
                                "more units of a product in an account, at the annual value of an old unit", ""},
    [KPI_EXPANSION_PRICE] = {"arr_expansion_price", "Expansion by price", KPI_UNIT_MONEY, 1, "growth of a product in an account that its units do not explain", ""},
    [KPI_EXPANSION_ADD_ON] = {"arr_expansion_add_on", "Expansion by add-on", KPI_UNIT_MONEY, 1,
                              "products that an account with opening ARR did not have on the day before the period", ""},
    [KPI_CONTRACTION] = {"arr_contraction", "Contraction", KPI_UNIT_MONEY, 2,
                           "fewer units, lower prices and removed products of accounts with opening and closing ARR", ""},
    [KPI_CONTRACTION_QUANTITY] = {"arr_contraction_quantity", "Contraction by quantity", KPI_UNIT_MONEY, 1,
                                  "fewer units of a product in an account, at the annual value of an old unit", ""},
    [KPI_CONTRACTION_PRICE] = {"arr_contraction_price", "Contraction by price", KPI_UNIT_MONEY, 1,
                               "decline of a product in an account that its units do not explain", ""},
    [KPI_CONTRACTION_ITEM_REMOVAL] = {"arr_contraction_item_removal", "Contraction by item removal", KPI_UNIT_MONEY, 1,
                                      "products that an account with closing ARR no longer has", ""},
    [KPI_CHURN] = {"arr_churn", "Churn", KPI_UNIT_MONEY, 1, "opening ARR of accounts without closing ARR", ""},
    [KPI_ARR_CLOSING] = {"arr_closing", "Closing ARR", KPI_UNIT_MONEY, 1,
                         "ARR of the lines in force on the last day of the period, or on the as-of day when that is earlier",
                         ""},
    [KPI_STALE] = {"stale_rate", "Stale rate", KPI_UNIT_COUNT_RATE, 1, "open renewals due in the period without a change for 14 days", OPEN_DUE},
    [KPI_SLIP] = {"slip_rate", "Slip rate", KPI_UNIT_COUNT_RATE, 1, "open renewals due in the period expected to close after their due date", OPEN_DUE},
    [KPI_ASSUMED] = {"assumed_share", "Assumed or weak share", KPI_UNIT_COUNT_RATE, 1,
                     "lines due in the period whose booked date is assumed or whose link is weak", LINES_DUE},
};

const struct kpi_def *kpi_def_of(enum kpi_id id) { return &defs[id]; }

int kpi_id_of(struct str key) {
  for (int i = 0; i < KPI_COUNT; i++) {
    if (str_eq_nocase(key, str_of(defs[i].key))) {
      return i;
    }
  }
  return -1;
}

static const char *const by_names[KPI_BY_COUNT] = {"none", "rep", "team", "region", "product", "product_family", "partner", "sales_model", "account",
                                                   "currency", "month", "quarter"};

const char *kpi_by_name(int by) { return by >= 0 && by < KPI_BY_COUNT ? by_names[by] : ""; }

int kpi_by_of(struct str s) {
  for (int i = 0; i < KPI_BY_COUNT; i++) {
    if (str_eq_nocase(s, str_of(by_names[i]))) {
      return i;
    }
  }
  return str_eq_nocase(s, STR("family")) ? KPI_BY_FAMILY : str_eq_nocase(s, STR("model")) ? KPI_BY_MODEL : -1;
}

struct kpi_recipe kpi_recipe_of(enum kpi_id id) {
  if (id >= KPI_BAND_COUNT && id < KPI_BAND_MONEY) {
    return (struct kpi_recipe){KIND_ROWS, F_BAND + (int)(id - KPI_BAND_COUNT), F_ATR};
  }
  if (id >= KPI_BAND_MONEY && id < KPI_IN_QUARTER) {
    return (struct kpi_recipe){KIND_ROWS, F_BAND + (int)(id - KPI_BAND_MONEY), F_ATR};
  }
  switch (id) {
    case KPI_ATR_FROZEN: return (struct kpi_recipe){KIND_ROWS, F_FROZEN, F_NONE};
    case KPI_ATR_ADDS: return (struct kpi_recipe){KIND_ROWS, F_ADDS, F_NONE};
    case KPI_ATR_REMOVALS: return (struct kpi_recipe){KIND_ROWS, F_REMOVALS, F_NONE};
    case KPI_ATR: return (struct kpi_recipe){KIND_ROWS, F_ATR, F_NONE};
    case KPI_ON_TIME_COUNT:
    case KPI_ON_TIME_MONEY: return (struct kpi_recipe){KIND_ROWS, F_ON_TIME, F_ATR};
    case KPI_ON_TIME_TO_DATE_COUNT:
    case KPI_ON_TIME_TO_DATE_MONEY: return (struct kpi_recipe){KIND_ROWS, F_ON_TIME_TO_DATE, F_ATR_TO_DATE};
    case KPI_IN_QUARTER: return (struct kpi_recipe){KIND_ROWS, F_IN_QUARTER, F_ATR};
    case KPI_FINAL: return (struct kpi_recipe){KIND_ROWS, F_RETAINED, F_ATR};
    case KPI_TRAILING: return (struct kpi_recipe){KIND_ROWS, F_TRAILING, F_ATR};
    case KPI_GROSS: return (struct kpi_recipe){KIND_GROSS, F_WON, F_ATR};
    case KPI_NET: return (struct kpi_recipe){KIND_ROWS, F_WON, F_ATR};
    case KPI_LOGO: return (struct kpi_recipe){KIND_LOGO, F_RETAINED, F_ATR};
    case KPI_RESOLUTION: return (struct kpi_recipe){KIND_ROWS, F_RESOLVED, F_ATR};
    case KPI_CLOSE: return (struct kpi_recipe){KIND_ROWS, F_RENEWED, F_RESOLVED};
    case KPI_CONVERSION: return (struct kpi_recipe){KIND_ROWS, F_WON, F_RENEWED};
    case KPI_STALE: return (struct kpi_recipe){KIND_DESK, DESK_STALE, DESK_OPEN};
    case KPI_SLIP: return (struct kpi_recipe){KIND_DESK, DESK_SLIPPED, DESK_OPEN};
    case KPI_ASSUMED: return (struct kpi_recipe){KIND_ROWS, F_ASSUMED_OR_WEAK, F_ATR};
    default: return (struct kpi_recipe){KIND_BASE, F_NONE, F_NONE};
  }
}

enum kpi_amount kpi_field_amount(int field) {
  if (field == F_WON) {
    return AMOUNT_WON;
  }
  bool retained = field == F_ON_TIME || field == F_ON_TIME_TO_DATE || field == F_IN_QUARTER || field == F_RETAINED || field == F_TRAILING || field >= F_BAND;
  return retained ? AMOUNT_RETAINED : AMOUNT_ATR;
}

double kpi_rate(const struct kpi_value *v) { return v->den == 0 ? __builtin_nan("") : (double)v->num / (double)v->den; }

#include "web/parts.h"

#define GLYPH(name, inside) \
  {{"<svg class=\"gl " name "\" width=\"12\" height=\"12\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">" inside "</svg>", \
    sizeof("<svg class=\"gl " name "\" width=\"12\" height=\"12\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">" inside "</svg>") - 1}}
#define RING "<circle class=\"o\" cx=\"7\" cy=\"7\" r=\"5.6\""

struct raw_html_trusted parts_glyph(int category) {
  static const struct raw_html_trusted GLYPHS[CATEGORY_COUNT] = {
    [CATEGORY_CLOSED] = GLYPH("closed", "<circle class=\"f\" cx=\"7\" cy=\"7\" r=\"6.2\"/><path class=\"ck\" d=\"M4.2 7.2l2 2 3.6-4\"/>"),
    [CATEGORY_COMMIT] = GLYPH("commit", RING "/><path class=\"f\" d=\"M7 7V3.2A3.8 3.8 0 1 1 3.2 7z\"/>"),
    [CATEGORY_BEST_CASE] = GLYPH("best", RING "/><path class=\"f\" d=\"M7 3.2a3.8 3.8 0 0 1 0 7.6z\"/>"),
    [CATEGORY_PIPELINE] = GLYPH("pipeline", RING " stroke-dasharray=\"2.2 1.7\"/>"),
    [CATEGORY_OMITTED] = GLYPH("pipeline", RING "/><path class=\"o\" d=\"M4 10L10 4\"/>"),
  };
  return category >= 0 && category < CATEGORY_COUNT ? GLYPHS[category] : (struct raw_html_trusted){STR_NONE};
}

struct raw_html_trusted parts_risk_glyph(void) {
  return (struct raw_html_trusted)GLYPH("risk", "<path class=\"o\" d=\"M7 2L12.6 12H1.4z\"/><path class=\"o\" d=\"M7 6v2.6M7 10.2v.6\"/>");
}

#define WORD(table, v) ((v) >= 0 && (size_t)(v) < sizeof(table) / sizeof *(table) && (table)[v] ? (table)[v] : "")

const char *parts_category(int v) {
  static const char *const WORDS[] = {"Closed", "Commit", "Best case", "Pipeline", "Omitted"};
  return WORD(WORDS, v);
}

const char *parts_stage(int v) {
  static const char *const WORDS[] = {"Not started", "Contacted", "Quoted", "Negotiating", "PO promised", "Won", "Lost"};
  return WORD(WORDS, v);
}

const char *parts_sales_model(int v) {
  static const char *const WORDS[] = {"Not given", "Direct", "One tier", "Two tier"};
  return WORD(WORDS, v);
}

const char *parts_outcome(int v) {
  static const char *const WORDS[] = {"Open", "Renewed", "Renewed in part", "Lost"};
  return WORD(WORDS, v);
}

const char *parts_contract_state(int v) {
  static const char *const WORDS[] = {"Pending", "Active", "In window", "Expired", "Lapsed", "Renewed", "Cancelled"};
  return WORD(WORDS, v);
}

const char *parts_band(int v) {
  static const char *const WORDS[] = {"30 days early or more", "On time", "Late 1 to 30 days", "Late 31 to 90", "Late 91 to 180", "Late 181 to 365", "Late over 365"};
  return WORD(WORDS, v);
}

const char *parts_role(int v) {
  static const char *const WORDS[] = {"Administrator", "Executive", "Manager", "Renewals representative", "Sales operations", "Sales", "Partner"};
  return WORD(WORDS, v);
}

const char *parts_evidence(int v) {
  static const char *const WORDS[] = {"the file says so",       "the file names the line it renewed", "same customer and serial number", "same customer and product",
                                      "same product family only", "same line with a later end date",  "a person decided",                "nothing links it"};
  return WORD(WORDS, v);
}

const char *parts_category_class(int v) {
  static const char *const WORDS[] = {"s-closed", "s-commit", "s-best", "s-pipeline", "s-mid"};
  return WORD(WORDS, v);
}

struct amount parts_amount(struct arena *a, int64_t minor, currency_t c, enum money_form form) {
  return (struct amount){format_money(a, minor, c, form), format_money(a, minor, c, MONEY_FULL)};
}

struct amount parts_change(struct arena *a, int64_t minor, currency_t c, enum money_form form) {
  return (struct amount){format_change(a, minor, c, form), format_change(a, minor, c, MONEY_FULL)};
}

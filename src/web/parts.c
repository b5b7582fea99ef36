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

#define SAID(table, v) reader_text(r, WORD(table, v)).p
#define WORD(table, v) ((v) >= 0 && (size_t)(v) < sizeof(table) / sizeof *(table) && (table)[v] ? (table)[v] : "")

const char *parts_category(const struct reader *r, int v) {
  static const char *const WORDS[] = {MSG("Closed"), MSG("Commit"), MSG("Best case"), MSG("Pipeline"), MSG("Omitted")};
  return SAID(WORDS, v);
}

const char *parts_stage(const struct reader *r, int v) {
  static const char *const WORDS[] = {
    MSG("Not started"), MSG("Contacted"), MSG("Quoted"), MSG("Negotiating"), MSG("PO promised"), MSG("Won"), MSG("Lost")};
  return SAID(WORDS, v);
}

const char *parts_sales_model(const struct reader *r, int v) {
  static const char *const WORDS[] = {MSG("Not given"), MSG("Direct"), MSG("One tier"), MSG("Two tier")};
  return SAID(WORDS, v);
}

const char *parts_outcome(const struct reader *r, int v) {
  static const char *const WORDS[] = {MSG("Open"), MSG("Renewed"), MSG("Renewed in part"), MSG("Lost")};
  return SAID(WORDS, v);
}

const char *parts_contract_state(const struct reader *r, int v) {
  static const char *const WORDS[] = {
    MSG("Pending"), MSG("Active"), MSG("In window"), MSG("Expired"), MSG("Lapsed"), MSG("Renewed"), MSG("Cancelled")};
  return SAID(WORDS, v);
}

const char *parts_band(const struct reader *r, int v) {
  static const char *const WORDS[] = {
    MSG("30 days early or more"), MSG("On time"), MSG("Late 1 to 30 days"), MSG("Late 31 to 90"), MSG("Late 91 to 180"),
    MSG("Late 181 to 365"), MSG("Late over 365")};
  return SAID(WORDS, v);
}

const char *parts_role(const struct reader *r, int v) {
  static const char *const WORDS[] = {
    MSG("Administrator"), MSG("Executive"), MSG("Manager"), MSG("Renewal rep"), MSG("Sales operations"), MSG("Sales"),
    MSG("Partner")};
  return SAID(WORDS, v);
}

const char *parts_evidence(const struct reader *r, int v) {
  static const char *const WORDS[] = {
    MSG("the file says so"), MSG("the file names the line it renewed"), MSG("same customer and serial number"),
    MSG("same customer and product"), MSG("same product family only"), MSG("same line with a later end date"),
    MSG("a person decided"), MSG("nothing links it")};
  return SAID(WORDS, v);
}

static struct str word_of(const struct reader *r, const char *const *words, struct str name) {
  for (; *words; words++)
    if (str_eq(words_plain(str_of(*words)), name))
      return reader_text(r, *words);
  return name;
}

struct str parts_touch_channel(const struct reader *r, struct str name) {
  static const char *const WORDS[] = {MSG("touch|email"), MSG("touch|phone"), MSG("touch|meeting"), MSG("touch|chat"), MSG("touch|letter"),
                                      MSG("touch|portal"), MSG("touch|visit"), MSG("touch|other"), NULL};
  return word_of(r, WORDS, name);
}

struct str parts_touch_party(const struct reader *r, struct str name) {
  static const char *const WORDS[] = {MSG("customer"), MSG("reseller"), MSG("distributor"), MSG("touch|sales"), NULL};
  return word_of(r, WORDS, name);
}

const char *parts_category_class(int v) {
  static const char *const WORDS[] = {"s-closed", "s-commit", "s-best", "s-pipeline", "s-mid"};
  return WORD(WORDS, v);
}

struct amount parts_amount(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  return (struct amount){format_money(r, minor, c, form), format_money(r, minor, c, MONEY_FULL)};
}

struct amount parts_change(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  return (struct amount){format_change(r, minor, c, form), format_change(r, minor, c, MONEY_FULL)};
}

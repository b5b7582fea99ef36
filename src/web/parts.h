/* Pieces that several pages show: words and glyphs of categories, stages, evidence; amounts with their exact
 * value in the title; notes. Text lives in the request's arena or is static. */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H
#include "base/money.h"
#include "domain/terms.h"
#include "web/format.h"
#include "web/html.h"

/* The category's disc (ui.md §5.1), decorative: its name always stands beside it. */
struct raw_html_trusted parts_glyph(int category);
struct raw_html_trusted parts_risk_glyph(void);
/* In the reader's language: "Best case", "PO promised", "Two tier", "Partial" … "" when out of range. */
const char *parts_category(const struct reader *r, int v);
const char *parts_stage(const struct reader *r, int v);
const char *parts_sales_model(const struct reader *r, int v);
const char *parts_outcome(const struct reader *r, int v);
const char *parts_contract_state(const struct reader *r, int v);
const char *parts_band(const struct reader *r, int v);
const char *parts_role(const struct reader *r, int v);
/* "the file says so", "same serial number", "same product family only" … */
const char *parts_evidence(const struct reader *r, int v);
/* A channel or party of a touch, as app/touch.h names it, as a word within a sentence; its own name when it is unknown. */
struct str parts_touch_channel(const struct reader *r, struct str name);
struct str parts_touch_party(const struct reader *r, struct str name);
/* Class of the chart mark of a category: s-closed … */
const char *parts_category_class(int v);

/* An amount as it stands in a cell: short text, exact value as title. */
struct amount {
  struct str text, title;
};
struct amount parts_amount(const struct reader *r, int64_t minor, currency_t c, enum money_form form);
struct amount parts_change(const struct reader *r, int64_t minor, currency_t c, enum money_form form);

/* A choice of a form or a filter. */
struct option {
  struct str value, label;
  bool selected;
};
#endif

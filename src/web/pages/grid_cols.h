/* The columns that the grid can show: their names, what stands in a cell, and the same value for files and programs. */
#ifndef WEB_PAGES_GRID_COLS_H
#define WEB_PAGES_GRID_COLS_H
#include "app/renewal.h"
#include "web/pages/desk.h"

enum grid_show { SHOW_CUSTOMER, SHOW_CONTRACT, SHOW_DUE, SHOW_AMOUNT, SHOW_CONVERTED, SHOW_CATEGORY, SHOW_STAGE, SHOW_STEP, SHOW_STEP_DATE, SHOW_PO,
                 SHOW_CLOSE, SHOW_EXPECTED, SHOW_BOOKED, SHOW_LATE, SHOW_ATR, SHOW_CHANGE, SHOW_WON, SHOW_CURRENCY, SHOW_OUTCOME, SHOW_AT_RISK,
                 SHOW_BY_HAND, SHOW_OWNER, SHOW_TEAM, SHOW_REGION, SHOW_RESELLER, SHOW_DISTRIBUTOR, SHOW_MODEL, SHOW_CHANGED, SHOW_LOST_REASON,
                 SHOW_WHY, SHOW_VERSION, SHOW_ID, SHOW_COUNT };
struct grid_col {
  const char *name;     /* in cols=, and of the filter and sort when there is one */
  const char *label;    /* MSG; NULL: the reporting currency's code */
  const char *header;   /* domain.md's name, for files and programs */
  const char *class_name;
  int sort;             /* enum grid_column, -1 = cannot be sorted or filtered by */
  bool descending_first;
  bool stored;          /* needs the renewal from the store */
  unsigned edit;        /* RENEWAL_SET_… that its cell can change, 0 = none */
};
extern const struct grid_col grid_cols[SHOW_COUNT];
int grid_col_of(struct str name);          /* enum grid_show, -1 unknown */
int grid_col_of_filter(enum grid_column c); /* the one that shows it, -1 none */
/* "Owner", for chips and headings; of columns that only filter, too. */
struct str grid_column_label(const struct reader *r, const struct desk *d, enum grid_column c);
struct str grid_col_label(const struct reader *r, const struct desk *d, int col);

/* Those that a list shows, in order. */
struct grid_chosen {
  uint8_t col[SHOW_COUNT];
  size_t n;
};
/* "customer,due_date,…"; unknown names are left out; "" and a list without any known name give the usual ones. */
struct grid_chosen grid_chosen_read(struct str cols);
struct str grid_chosen_text(struct arena *a, const struct grid_chosen *x); /* "" for the usual ones */
bool grid_chosen_stored(const struct grid_chosen *x);

enum grid_value_kind { VALUE_TEXT, VALUE_DAY, VALUE_MONEY, VALUE_COUNT, VALUE_FLAG };
struct grid_value {
  enum grid_value_kind kind;
  bool blank;
  struct str text;      /* domain words for enums */
  int64_t number;       /* day, minor units, count, 0 or 1 */
  currency_t currency;  /* of money */
};
/* The value of a row as data. full may be NULL when the column needs nothing from the store. */
struct grid_value grid_col_value(const struct desk *d, int col, uint32_t row, const struct renewal *full);

/* The same as a person reads it. */
struct grid_cell {
  const char *class_name;
  struct str text, title, iso, small, href, say; /* say: what an empty one that can be changed is called */
  struct raw_html_trusted glyph;
  bool bad, small_bad, risk, edit;
};
void grid_cell_fill(struct request *r, const struct desk *d, int col, uint32_t row, const struct renewal *full, bool may_edit, struct grid_cell *ret);
#endif

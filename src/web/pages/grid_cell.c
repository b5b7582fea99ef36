/* What stands in a cell of the grid. */
#include "web/pages/grid_cols.h"
#include "web/pages/renewal.h"

static void day_cell(struct request *r, const struct grid_value *v, struct grid_cell *x) {
  char iso[DAY_ISO_SIZE];
  if (v->blank)
    return;
  x->title = arena_str(r->arena, str_of(day_iso((day_t)v->number, iso)));
  x->text = format_day(r->reader, (day_t)v->number);
}

static void money_cell(struct request *r, int col, const struct grid_value *v, struct grid_cell *x) {
  struct amount a = col == SHOW_CHANGE      ? parts_change(r->reader, v->number, v->currency, MONEY_WHOLE)
                    : col == SHOW_CONVERTED ? parts_amount(r->reader, v->number, v->currency, MONEY_K1)
                                            : parts_amount(r->reader, v->number, v->currency, MONEY_WHOLE);
  if (v->blank)
    a = (struct amount){tr(r, "no rate"), tr(r, "There is no exchange rate for this currency")};
  x->text = a.text;
  x->title = a.title;
}

static struct str words_of_row(struct request *r, const struct desk *d, int col, uint32_t i, struct str fallback) {
  const struct book_renewals *n = &d->book->renewals;
  switch (col) {
  case SHOW_CATEGORY: return str_of(parts_category(r->reader, n->category[i]));
  case SHOW_STAGE: return str_of(parts_stage(r->reader, n->stage[i]));
  case SHOW_OUTCOME: return str_of(parts_outcome(r->reader, n->outcome[i]));
  case SHOW_MODEL: return str_of(parts_sales_model(r->reader, n->model[i]));
  default: return fallback;
  }
}

static void text_cell(struct request *r, const struct desk *d, int col, uint32_t i, const struct grid_value *v, struct grid_cell *x) {
  char code[4];
  x->text = col == SHOW_CURRENCY ? arena_str(r->arena, str_of(currency_code(v->currency, code))) : words_of_row(r, d, col, i, v->text);
  if (col == SHOW_CATEGORY)
    x->glyph = parts_glyph(d->book->renewals.category[i]);
}

/* What only some columns have: a second line, a mark, a link. */
static void dress(struct request *r, const struct desk *d, int col, uint32_t i, struct grid_cell *x) {
  const struct book_renewals *n = &d->book->renewals;
  bool open = n->outcome[i] == OUTCOME_OPEN;
  if (col == SHOW_CUSTOMER) {
    x->small = n->contract[i] ? book_name(&d->book->contracts, n->contract[i]) : STR_NONE;
    x->href = desk_row_href(r, n->id[i]);
  } else if (col == SHOW_DUE) {
    x->iso = x->title; /* of the other days the title says it, which keeps the page light */
    x->title = STR_NONE;
    x->text = format_weekday(r->reader, n->due[i]);
    x->small = format_distance(r->reader, n->due[i]);
    x->bad = open && n->due[i] < r->today;
  } else if (col == SHOW_STEP) {
    x->small = n->step_date[i] == DAY_NONE ? STR_NONE : format_day(r->reader, n->step_date[i]);
    x->small_bad = open && n->step_date[i] != DAY_NONE && n->step_date[i] < r->today;
  } else if (col == SHOW_STEP_DATE) {
    x->bad = open && n->step_date[i] != DAY_NONE && n->step_date[i] < r->today;
  } else if (col == SHOW_CATEGORY) {
    x->risk = (n->flags[i] & RENEWAL_AT_RISK) != 0;
  }
}

void grid_cell_fill(struct request *r, const struct desk *d, int col, uint32_t i, const struct renewal *full, bool may_edit, struct grid_cell *ret) {
  const struct book_renewals *n = &d->book->renewals;
  struct grid_value v = grid_col_value(d, col, i, full);
  *ret = (struct grid_cell){.class_name = grid_cols[col].class_name};
  if (v.kind == VALUE_DAY)
    day_cell(r, &v, ret);
  else if (v.kind == VALUE_MONEY)
    money_cell(r, col, &v, ret);
  else if (v.kind == VALUE_COUNT)
    ret->text = v.blank ? STR_NONE : col == SHOW_ID ? arena_fmt(r->arena, "%lld", (long long)v.number) : format_count(r->reader, v.number);
  else if (v.kind == VALUE_FLAG)
    ret->text = v.number ? tr(r, "yes") : tr(r, "no");
  else
    text_cell(r, d, col, i, &v, ret);
  dress(r, d, col, i, ret);
  /* What was won is not a forecast: it is changed on the renewal's own page. */
  ret->edit = may_edit && grid_cols[col].edit && !(col == SHOW_AMOUNT && n->category[i] == CATEGORY_CLOSED);
  if (ret->edit) {
    ret->href = arena_fmt(r->arena, "/renewals/%u/cell/%s", n->id[i], renewal_input(grid_cols[col].edit));
    if (!ret->text.n) {
      ret->say = tr_fmt(r, "Set {0}", grid_col_label(r->reader, d, col));
      ret->text = STR("\xe2\x80\x93");
    }
  }
}

/* The lines behind a figure, by the same classification that counted them. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "insight/kpi_internal.h"

struct taken {
  const struct kpi_run *r;
  struct kpi_row *rows; /* heap while growing */
  size_t n, cap;
  enum kpi_amount what;
  bool count;           /* amount is 1 */
};

/* kpi_take_fn. Without a rate (factor 0) the row is listed with nothing converted. */
static int take_share(void *arg, size_t line, exact_t money, int64_t factor) {
  struct taken *t = arg;
  int64_t amount = kpi_line_amount(&t->r->b->lines, line, t->what), converted = 0;
  int code = exact_round(money, &converted);
  if (code == OK && factor != 0) {
    code = div_round_i128(money, factor, &amount);
  }
  if (code != OK) {
    return code;
  }
  if (!mem_room(&t->rows, t->n, &t->cap, 64, sizeof *t->rows)) {
    return ERR_NOMEM;
  }
  t->rows[t->n++] = (struct kpi_row){(uint32_t)line, t->count ? 1 : amount, converted};
  return OK;
}

static int take(struct taken *t, size_t line, int64_t factor) {
  return take_share(t, line, (exact_t)kpi_line_amount(&t->r->b->lines, line, t->what) * factor, factor);
}

static int due_rows(const struct kpi_run *r, uint32_t wanted, uint32_t group, struct taken *t) {
  const struct book_lines *l = &r->b->lines;
  int code = OK;
  for (size_t i = r->from; i < r->to && code == OK; i++) {
    int64_t factor = kpi_factors_of(&r->factors, l->end[i])[l->currency[i]];
    if ((kpi_fields(r->q, l, i, factor) & wanted) && (group == UINT32_MAX || kpi_key(&r->keys, i) == group)) {
      code = take(t, i, factor);
    }
  }
  return code;
}

static int collect(const struct kpi_run *r, enum kpi_id id, char side, uint32_t group, struct taken *t) {
  struct kpi_recipe how = kpi_recipe_of(id);
  if (side == 'x') {
    return due_rows(r, FIELD_BIT(F_EXCLUDED_PERSON) | FIELD_BIT(F_EXCLUDED_NO_RATE), group, t);
  }
  if (side == 'a') {
    return due_rows(r, FIELD_BIT(F_ASSUMED_OR_WEAK), group, t);
  }
  if (how.kind == KIND_BASE) {
    return kpi_base_rows(r, id, side, group, take_share, t);
  }
  if (how.kind == KIND_DESK) {
    t->count = true;
    return kpi_desk_rows(r, (enum kpi_desk_state)(side == 'n' ? how.num : how.den), group, take_share, t);
  }
  int field = side == 'n' ? how.num : how.den;
  if (field == F_NONE) {
    return OK; /* plain money has no denominator */
  }
  t->what = kpi_field_amount(field);
  t->count = kpi_def_of(id)->unit == KPI_UNIT_COUNT_RATE;
  return due_rows(r, FIELD_BIT(field), group, t);
}

int kpi_rows(const struct book *b, const struct kpi_query *q, enum kpi_id id, char side, uint32_t group, struct arena *a, struct kpi_row **ret,
             size_t *ret_n, struct err *e) {
  struct kpi_run r;
  int code = kpi_run_make(b, q, a, &r, e);
  if (code != OK) {
    return code;
  }
  struct taken t = {.r = &r, .what = AMOUNT_ATR};
  struct kpi_row *rows = NULL;
  code = collect(&r, id, side, group, &t);
  if (code == OK) {
    rows = arena_alloc(a, (t.n + 1) * sizeof *rows);
    code = rows != NULL ? OK : ERR_NOMEM;
  }
  if (code == OK && t.n > 0) {
    memcpy(rows, t.rows, t.n * sizeof *rows);
  }
  mem_free(t.rows);
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "An amount of the period is beyond what can be converted: look for absurd amounts or rates" : "Out of memory");
  }
  *ret = rows;
  *ret_n = t.n;
  return OK;
}

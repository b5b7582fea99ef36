/* Days said from today on, so that a saved view moves with the day: today, next_30_days, last_90_days, this_quarter, next_month … */
#include "insight/grid_internal.h"

enum { MOST_DAYS = 3650 };

static const char *const spans[] = {[GRID_SPAN_WEEK] = "week", [GRID_SPAN_MONTH] = "month", [GRID_SPAN_QUARTER] = "quarter", [GRID_SPAN_YEAR] = "year"};
static const char *const turns[] = {"last", "this", "next"};

bool grid_when_read(struct str word, struct grid_when *ret) {
  struct str turn, rest, number;
  int64_t n = 0;
  if (str_eq_nocase(word, STR("today"))) {
    *ret = (struct grid_when){GRID_SPAN_DAYS, 0};
    return true;
  }
  if (!str_cut(word, '_', &turn, &rest) || !rest.n) {
    return false;
  }
  for (int k = 0; k < 3; k++) {
    if (!str_eq_nocase(turn, str_of(turns[k]))) {
      continue;
    }
    for (int s = GRID_SPAN_WEEK; s <= GRID_SPAN_YEAR; s++) {
      if (str_eq_nocase(rest, str_of(spans[s]))) {
        *ret = (struct grid_when){(enum grid_span)s, k - 1};
        return true;
      }
    }
    if (k != 1 && str_cut(rest, '_', &number, &rest) && str_eq_nocase(rest, STR("days")) && str_to_i64(number, &n) == OK && n >= 1 && n <= MOST_DAYS) {
      *ret = (struct grid_when){GRID_SPAN_DAYS, (int)(k == 0 ? -n : n)};
      return true;
    }
  }
  return false;
}

void grid_when_print(const struct grid_when *w, struct strbuf *out) {
  if (w->span != GRID_SPAN_DAYS) {
    strbuf_fmt(out, "%s_%s", turns[w->n + 1], spans[w->span]);
  } else if (w->n == 0) {
    strbuf_addz(out, "today");
  } else {
    strbuf_fmt(out, "%s_%d_days", turns[w->n < 0 ? 0 : 2], w->n < 0 ? -w->n : w->n);
  }
}

void grid_when_days(const struct grid_when *w, const struct calendar *c, day_t today, day_t *ret_first, day_t *ret_last) {
  static const enum period_kind kinds[] = {[GRID_SPAN_MONTH] = PERIOD_MONTH, [GRID_SPAN_QUARTER] = PERIOD_QUARTER, [GRID_SPAN_YEAR] = PERIOD_YEAR};
  if (w->span == GRID_SPAN_DAYS) {
    *ret_first = w->n < 0 ? today + w->n : today;
    *ret_last = w->n > 0 ? today + w->n : today;
  } else if (w->span == GRID_SPAN_WEEK) { /* whole weeks; those of a period id end with the quarter */
    *ret_first = today - (day_weekday(today) - c->week_start + 7) % 7 + 7 * w->n;
    *ret_last = *ret_first + 6;
  } else {
    struct period p = period_of(c, kinds[w->span], today);
    p = w->n < 0 ? period_prev(c, &p) : w->n > 0 ? period_next(c, &p) : p;
    *ret_first = p.first;
    *ret_last = p.last;
  }
}

void grid_query_days(struct grid_query *q, const struct calendar *c, day_t today) {
  for (size_t i = 0; i < q->n_filters; i++) {
    struct grid_filter *f = &q->filters[i];
    day_t first = DAY_NONE, last = DAY_NONE;
    if (f->relative) {
      grid_when_days(&f->when, c, today, &first, &last);
      f->from = first;
      f->to = last;
    }
  }
}

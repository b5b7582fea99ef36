/* What moved between two books of the same organization, one row a renewal and kind of change. */
#include "app/report_weekly.h"
#include "insight/grid.h"

enum { C_WHAT, C_CUSTOMER, C_CONTRACT, C_OWNER, C_BEFORE, C_NOW, C_AMOUNT, C_CHANGE, C_COUNT };
static const struct report_column columns[C_COUNT] = {
    {"What", REPORT_TEXT, 13, false},   {"Customer", REPORT_TEXT, 38, false}, {"Contract", REPORT_TEXT, 15, false},  {"Owner", REPORT_TEXT, 20, false},
    {"Before", REPORT_TEXT, 16, false}, {"Now", REPORT_TEXT, 16, false},      {"Amount now", REPORT_MONEY, 14, false}, {"Change", REPORT_CHANGE, 14, false}};

struct change_writer {
  const struct weekly_options *o;
  const struct book *now, *before;
  struct arena *a;
  struct report_table *t;
  size_t cap;
};

static day_t expected(const struct book_renewals *r, size_t i) {
  if (r->category[i] == CATEGORY_CLOSED) {
    return r->booked[i] != DAY_NONE ? r->booked[i] : r->due[i];
  }
  return r->close[i] != DAY_NONE ? r->close[i] : r->due[i];
}

static bool concerns(const struct change_writer *w, const struct book *b, size_t i) {
  day_t d = expected(&b->renewals, i);
  return d >= w->o->period.first && d <= w->o->period.last;
}

static int64_t amount(const struct change_writer *w, const struct book *b, size_t i) {
  int64_t v = 0;
  return grid_converted(b, (uint32_t)i, w->o->period.first, &v) ? v : 0;
}

static struct str day_text(struct arena *a, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(a, str_of(day_iso(d, buf)));
}

static int add(struct change_writer *w, const char *what, size_t i, struct str was, struct str is, int64_t amount_was) {
  const struct book *b = w->now;
  struct report_cell *row = report_row(w->t, w->a, &w->cap);
  if (row == NULL) {
    return ERR_NOMEM;
  }
  int64_t v = amount(w, b, i);
  row[C_WHAT] = cell_text(str_of(what));
  row[C_CUSTOMER] = cell_text(book_name(&b->accounts, b->renewals.account[i]));
  row[C_CONTRACT] = cell_text(book_name(&b->contracts, b->renewals.contract[i]));
  row[C_OWNER] = cell_text(book_name(&b->reps, b->renewals.rep[i]));
  row[C_BEFORE] = cell_text(was);
  row[C_NOW] = cell_text(is);
  row[C_AMOUNT] = cell_money(v);
  row[C_CHANGE] = cell_money(v - amount_was);
  return OK;
}

/* i in the new book, k in the old one. */
static int compare(struct change_writer *w, size_t i, size_t k) {
  const struct book_renewals *n = &w->now->renewals, *o = &w->before->renewals;
  struct str was = str_of(report_words(w->a, category_name(o->category[k]))), is = str_of(report_words(w->a, category_name(n->category[i])));
  int64_t before = amount(w, w->before, k), after = amount(w, w->now, i);
  if (n->category[i] == CATEGORY_CLOSED && o->category[k] != CATEGORY_CLOSED) {
    return add(w, "Won", i, was, is, before);
  }
  if (n->category[i] == CATEGORY_OMITTED && o->category[k] != CATEGORY_OMITTED) {
    return add(w, "Lost or omitted", i, was, is, before);
  }
  int code = OK;
  if (n->category[i] != o->category[k]) {
    code = add(w, n->category[i] < o->category[k] ? "Moved up" : "Moved down", i, was, is, after);
  }
  if (code == OK && n->close[i] != o->close[k] && n->category[i] != CATEGORY_CLOSED) {
    code = add(w, n->close[i] > o->close[k] ? "Slipped" : "Pulled in", i, day_text(w->a, o->close[k]), day_text(w->a, n->close[i]), after);
  }
  if (code == OK && n->rep[i] != o->rep[k]) {
    code = add(w, "Reassigned", i, book_name(&w->before->reps, o->rep[k]), book_name(&w->now->reps, n->rep[i]), after);
  }
  if (code == OK && after != before) {
    code = add(w, after > before ? "Grown" : "Shrunk", i, is, is, before);
  }
  return code;
}

int report_changes(const struct weekly_options *o, const uint8_t *reps, const struct book *now, const struct book *before, struct arena *a,
                   struct report_table *ret, struct err *e) {
  struct report_table t = {.name = "Changes", .title = "Changes", .empty = "Nothing changed in this period since then.", .columns = columns, .n_columns = C_COUNT,
                           .money_exponent = currency_exponent(now->reporting)};
  struct change_writer w = {o, now, before, a, &t, 0};
  const struct book_renewals *n = &now->renewals, *was = &before->renewals;
  int code = OK;
  for (size_t i = 0, k = 0; i < n->n && code == OK; i++) {
    while (k < was->n && was->id[k] < n->id[i]) {
      k++;
    }
    bool known = k < was->n && was->id[k] == n->id[i];
    if ((reps != NULL && !reps[n->rep[i]]) || (!concerns(&w, now, i) && !(known && concerns(&w, before, k)))) {
      continue;
    }
    code = known ? compare(&w, i, k) : add(&w, "New", i, STR_NONE, str_of(report_words(a, category_name(n->category[i]))), 0);
  }
  if (code != OK) {
    return err_set(e, code, "out of memory");
  }
  *ret = t;
  return OK;
}

/* The text form of a grid query: conditions separated by blanks, each `column:value,value…`.
 *   -category:omitted        not
 *   owner:"Tom Okafor"       a value with blanks stands in double quotes, a double quote in it is doubled
 *   customer:#4711           one of several with the same name, by its id
 *   customer:~hospital       the name contains
 *   due_date:2026-10-01..2026-12-31, amount:10000..   ranges, either end open; money in the reporting currency
 *   due_date:next_30_days    days that move with today: today, last_90_days, this_quarter, next_month … (grid_when.c)
 *   reseller:none            without one; close_date:none without a date, po_number:none without a text, amount:none nothing or no rate
 *   next_step:~call          a text has this part; the ~ may be left out
 *   has_po:yes               flags: yes or no
 * Words without a column are a free search. */
#include "base/decimal.h"
#include "base/utf8.h"
#include "insight/grid_internal.h"

enum { QUERY_MAX_FILTERS = 40, QUERY_MAX_VALUES = 200, QUERY_MAX_TEXT = 8192 };

struct reader {
  const struct book *b;
  struct arena *a;
  struct str text;
  size_t at;
  struct strbuf bad, search;
  bool quoted; /* the last value was: it means what it says */
  bool failed; /* out of memory on the way */
};

static enum grid_kind kind_of(int c) { return grid_column_kind((enum grid_column)c); }
static struct book_dict *dict_of(const struct book *b, int c) { return grid_dict_of(b, (enum grid_column)c); }
static bool is_flag(int c) { return c == GRID_PO || c == GRID_AT_RISK || c == GRID_OVERRIDE || c == GRID_HAS_STEP; }

/* What stands in quotes at the cursor. */
static struct str quoted_value(struct reader *r) {
  struct strbuf b = STRBUF_INIT(QUERY_MAX_TEXT);
  for (r->at++; r->at < r->text.n; r->at++) {
    bool mark = r->text.p[r->at] == '"', doubled = mark && r->at + 1 < r->text.n && r->text.p[r->at + 1] == '"';
    if (mark && !doubled) {
      break;
    }
    r->at += doubled;
    strbuf_addc(&b, r->text.p[r->at]);
  }
  r->at += r->at < r->text.n;
  struct str v = arena_str(r->a, strbuf_str(&b));
  r->failed |= b.failed != 0 || v.p == NULL;
  strbuf_free(&b);
  return v.p != NULL ? v : STR_NONE;
}

/* One value at the cursor: quoted, or up to a comma or blank. */
static struct str next_value(struct reader *r) {
  size_t from = r->at;
  r->quoted = from < r->text.n && r->text.p[from] == '"';
  if (r->quoted) {
    return quoted_value(r);
  }
  while (r->at < r->text.n && r->text.p[r->at] != ',' && r->text.p[r->at] != ' ') {
    r->at++;
  }
  return str_sub(r->text, from, r->at - from);
}

static struct str folded(struct reader *r, struct str s) {
  struct strbuf b = STRBUF_INIT(QUERY_MAX_TEXT * 4);
  utf8_fold(&b, s);
  struct str key = arena_str(r->a, strbuf_str(&b));
  r->failed |= b.failed != 0 || key.p == NULL;
  strbuf_free(&b);
  return key;
}

static struct str fold_key(const struct book_fold *f, uint32_t code) {
  return (struct str){f->text.p + f->offset[code], f->offset[code + 1] - f->offset[code] - 1};
}

/* Place of the first code with that folded name among book_sorted, or of the next name. UINT32_MAX: no memory. */
static uint32_t place_of_name(struct book_dict *d, struct str key) {
  const struct book_fold *f = book_folded(d);
  const uint32_t *sorted = f != NULL ? book_sorted(d) : NULL;
  uint32_t from = 0, to = d->n;
  while (sorted != NULL && from < to) {
    uint32_t mid = from + (to - from) / 2;
    if (str_cmp(fold_key(f, sorted[mid]), key) < 0) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return sorted != NULL ? from : UINT32_MAX;
}

/* All that bear the name: a person who writes one means both. */
static bool add_by_name(struct reader *r, struct book_dict *d, struct str key, struct grid_filter *f) {
  const struct book_fold *fold = book_folded(d);
  uint32_t at = fold != NULL ? place_of_name(d, key) : UINT32_MAX;
  bool found = false;
  r->failed |= at == UINT32_MAX;
  for (; at < d->n && str_eq(fold_key(fold, book_sorted(d)[at]), key) && f->n_codes < QUERY_MAX_VALUES; at++) {
    if (book_sorted(d)[at] != 0) {
      f->codes[f->n_codes++] = book_sorted(d)[at];
      found = true;
    }
  }
  return found;
}

static uint32_t team_by_name(struct reader *r, struct str key) {
  for (uint32_t i = 1; i < r->b->n_teams; i++) {
    if (str_eq(folded(r, r->b->teams[i].name), key)) {
      return i;
    }
  }
  return UINT32_MAX;
}

static uint32_t enum_code(const struct book *b, int c, struct str v) {
  currency_t currency;
  int code = c == GRID_MODEL ? sales_model_of(v) : c == GRID_CATEGORY ? category_of(v) : c == GRID_STAGE ? stage_of(v) : c == GRID_OUTCOME ? outcome_of(v) : -1;
  if (c == GRID_CURRENCY && currency_parse(v, &currency) == OK) {
    for (uint8_t i = 1; i < b->n_currencies; i++) {
      code = b->currency_of[i] == currency ? i : code;
    }
  }
  if (is_flag(c)) {
    code = str_eq_nocase(v, STR("yes")) ? 1 : str_eq_nocase(v, STR("no")) ? 0 : -1;
  }
  return code < 0 ? UINT32_MAX : (uint32_t)code;
}

/* Adds the codes of a value to the filter; false: it is not known. */
static bool add_value(struct reader *r, int c, struct str v, struct grid_filter *f) {
  struct book_dict *d = dict_of(r->b, c);
  uint32_t code = UINT32_MAX;
  int64_t id = 0;
  if (d == NULL && c != GRID_TEAM) {
    code = enum_code(r->b, c, v);
  } else if (!r->quoted && str_eq_nocase(v, STR("none"))) {
    code = 0;
  } else if (d != NULL && !r->quoted && v.n > 1 && v.p[0] == '#' && str_to_i64(str_sub(v, 1, v.n), &id) == OK) {
    uint32_t of_id = book_code(d, id);
    code = of_id != 0 ? of_id : UINT32_MAX;
  } else if (d != NULL) {
    return add_by_name(r, d, folded(r, v), f);
  } else {
    code = team_by_name(r, folded(r, v));
  }
  if (code != UINT32_MAX && f->n_codes < QUERY_MAX_VALUES) {
    f->codes[f->n_codes++] = code;
  }
  return code != UINT32_MAX;
}

static void note_bad(struct reader *r, struct str what) {
  if (r->bad.n > 0) {
    strbuf_addz(&r->bad, ", ");
  }
  strbuf_add(&r->bad, what);
}

static bool read_bound(struct reader *r, int c, struct str v, int64_t *ret) {
  day_t day;
  if (v.n == 0) {
    return true; /* an open end keeps what it was */
  }
  if (kind_of(c) == GRID_KIND_DAY) {
    if (day_parse_iso(v, &day) != OK) {
      return false;
    }
    *ret = day;
    return true;
  }
  if (kind_of(c) == GRID_KIND_NUMBER) {
    return str_to_i64(v, ret) == OK;
  }
  return decimal_parse(v, '.', 0, currency_exponent(r->b->reporting), ret, NULL) == OK;
}

static void read_range(struct reader *r, struct grid_filter *f, struct str v) {
  size_t dots = SIZE_MAX;
  if (str_eq_nocase(v, STR("none"))) {
    f->blank = true;
    return;
  }
  if (kind_of((int)f->column) == GRID_KIND_DAY && grid_when_read(v, &f->when)) {
    f->relative = true;
    f->from = INT64_MAX; /* not yet known: nothing */
    f->to = INT64_MIN + 1;
    return;
  }
  for (size_t i = 0; i + 1 < v.n && dots == SIZE_MAX; i++) {
    dots = v.p[i] == '.' && v.p[i + 1] == '.' ? i : SIZE_MAX;
  }
  struct str from = dots == SIZE_MAX ? v : str_sub(v, 0, dots), to = dots == SIZE_MAX ? v : str_sub(v, dots + 2, v.n);
  f->from = INT64_MIN;
  f->to = INT64_MAX;
  if (!read_bound(r, (int)f->column, from, &f->from) || !read_bound(r, (int)f->column, to, &f->to) || (from.n == 0 && to.n == 0)) {
    note_bad(r, v);
    f->from = INT64_MAX; /* matches nothing */
    f->to = INT64_MIN + 1;
  }
}

static int read_filter(struct reader *r, int column, bool negate, struct grid_filter *f) {
  *f = (struct grid_filter){.column = (enum grid_column)column, .negate = negate, .from = INT64_MIN, .to = INT64_MAX};
  if (kind_of(column) == GRID_KIND_ROWS) {
    f->text = arena_str(r->a, next_value(r));
    r->failed |= f->text.p == NULL;
    return OK;
  }
  if (kind_of(column) == GRID_KIND_TEXT) {
    bool contains = r->at < r->text.n && r->text.p[r->at] == '~';
    r->at += contains;
    struct str v = next_value(r);
    f->blank = !contains && !r->quoted && str_eq_nocase(v, STR("none"));
    f->text = f->blank ? STR_NONE : folded(r, v);
    return OK;
  }
  if (kind_of(column) != GRID_KIND_SET) {
    read_range(r, f, next_value(r));
    return OK;
  }
  f->codes = arena_alloc(r->a, QUERY_MAX_VALUES * sizeof *f->codes);
  if (f->codes == NULL) {
    return ERR_NOMEM;
  }
  for (;;) {
    bool contains = r->at < r->text.n && r->text.p[r->at] == '~';
    r->at += contains;
    struct str v = next_value(r);
    if (contains && (dict_of(r->b, column) != NULL || column == GRID_TEAM)) {
      f->text = folded(r, v);
    } else {
      if (!add_value(r, column, v, f)) {
        note_bad(r, v);
      }
    }
    if (r->at >= r->text.n || r->text.p[r->at] != ',') {
      return OK;
    }
    r->at++;
  }
}

/* A word at the cursor: a condition, or a part of the free search. */
static int read_word(struct reader *r, struct grid_query *q) {
  size_t from = r->at;
  bool negate = r->text.p[from] == '-';
  size_t colon = from;
  while (colon < r->text.n && r->text.p[colon] != ':' && r->text.p[colon] != ' ' && r->text.p[colon] != '"') {
    colon++;
  }
  bool has_colon = colon < r->text.n && r->text.p[colon] == ':';
  struct str name = str_sub(r->text, from + negate, colon - from - negate);
  int column = has_colon ? grid_column_of(name) : -1;
  if (column >= 0 && q->n_filters < QUERY_MAX_FILTERS) {
    r->at = colon + 1;
    int code = read_filter(r, column, negate, &q->filters[q->n_filters]);
    q->n_filters += code == OK;
    return code;
  }
  if (has_colon) {
    r->at = colon + 1;
    (void)next_value(r);
    note_bad(r, name);
    return OK;
  }
  struct str word = next_value(r);
  if (r->search.n > 0) {
    strbuf_addc(&r->search, ' ');
  }
  strbuf_add(&r->search, word);
  r->at += r->at < r->text.n && r->text.p[r->at] == ',';
  return OK;
}

int grid_parse(const struct book *b, struct str text, struct arena *a, struct grid_query *ret, struct str *ret_bad, struct err *e) {
  struct reader r = {.b = b, .a = a, .text = str_sub(text, 0, QUERY_MAX_TEXT), .bad = STRBUF_INIT(QUERY_MAX_TEXT * 2), .search = STRBUF_INIT(QUERY_MAX_TEXT)};
  struct grid_query q = {.sort = GRID_DUE, .limit = 100, .filters = arena_alloc(a, QUERY_MAX_FILTERS * sizeof *q.filters)};
  int code = q.filters != NULL ? OK : ERR_NOMEM;
  while (code == OK && r.at < r.text.n) {
    if (r.text.p[r.at] == ' ') {
      r.at++;
    } else {
      code = read_word(&r, &q);
    }
  }
  if (code == OK) {
    q.search = folded(&r, strbuf_str(&r.search));
    struct str bad = arena_str(a, strbuf_str(&r.bad));
    code = r.failed || r.bad.failed != 0 || r.search.failed != 0 || bad.p == NULL ? ERR_NOMEM : OK;
    if (code == OK) {
      *ret_bad = bad;
      *ret = q;
    }
  }
  strbuf_free(&r.bad);
  strbuf_free(&r.search);
  return code == OK ? OK : err_set(e, code, "out of memory");
}

static void print_value(struct strbuf *out, struct str v) {
  bool quote = v.n == 0 || str_contains(v, STR(" ")) || str_contains(v, STR(",")) || str_contains(v, STR("\"")) || memchr("~#-", v.p[0], 3) != NULL ||
               str_eq_nocase(v, STR("none"));
  if (quote) {
    strbuf_addc(out, '"');
  }
  for (size_t i = 0; i < v.n; i++) {
    strbuf_addz(out, v.p[i] == '"' ? "\"" : "");
    strbuf_addc(out, v.p[i]);
  }
  if (quote) {
    strbuf_addc(out, '"');
  }
}

/* By its name, or by its id when others have that name or it has none. */
static void print_name(struct book_dict *d, uint32_t code, struct strbuf *out) {
  const uint32_t *rank = book_ranks(d), *sorted = book_sorted(d);
  bool alone = rank != NULL && sorted[rank[code]] == code && (rank[code] + 1 == d->n || rank[sorted[rank[code] + 1]] != rank[code]);
  if (alone && d->name[code].n > 0) {
    print_value(out, d->name[code]);
  } else {
    strbuf_fmt(out, "#%lld", (long long)d->id[code]);
  }
}

static void print_code(const struct book *b, int c, uint32_t code, struct strbuf *out) {
  struct book_dict *d = dict_of(b, c);
  char buf[4];
  if ((d != NULL || c == GRID_TEAM) && code == 0) {
    strbuf_addz(out, "none");
  } else if (d != NULL && code < d->n) {
    print_name(d, code, out);
  } else if (c == GRID_TEAM) {
    print_value(out, code < b->n_teams ? b->teams[code].name : STR_NONE);
  } else if (c == GRID_CURRENCY) {
    strbuf_addz(out, currency_code(code < 64 ? b->currency_of[code] : CURRENCY_NONE, buf));
  } else if (is_flag(c)) {
    strbuf_addz(out, code != 0 ? "yes" : "no");
  } else {
    strbuf_addz(out, c == GRID_MODEL ? sales_model_name((int)code) : c == GRID_CATEGORY ? category_name((int)code)
                     : c == GRID_STAGE ? stage_name((int)code) : outcome_name((int)code));
  }
}

static void print_bound(const struct book *b, int c, int64_t v, struct strbuf *out) {
  char day[DAY_ISO_SIZE];
  if (kind_of(c) == GRID_KIND_DAY) {
    strbuf_addz(out, day_iso((day_t)v, day));
  } else if (kind_of(c) == GRID_KIND_NUMBER) {
    strbuf_i64(out, v);
  } else {
    money_add_text(out, v, b->reporting);
  }
}

void grid_print(const struct book *b, const struct grid_query *q, struct strbuf *out) {
  for (size_t i = 0; i < q->n_filters; i++) {
    const struct grid_filter *f = &q->filters[i];
    int c = (int)f->column;
    strbuf_fmt(out, "%s%s%s:", i > 0 ? " " : "", f->negate ? "-" : "", grid_column_name(c));
    if (kind_of(c) == GRID_KIND_ROWS) {
      print_value(out, f->text);
      continue;
    }
    if (f->blank && kind_of(c) != GRID_KIND_SET) {
      strbuf_addz(out, "none");
      continue;
    }
    if (kind_of(c) == GRID_KIND_TEXT) {
      strbuf_addc(out, '~');
      print_value(out, f->text);
      continue;
    }
    if (f->relative) {
      grid_when_print(&f->when, out);
      continue;
    }
    if (kind_of(c) != GRID_KIND_SET) {
      if (f->from != INT64_MIN) {
        print_bound(b, c, f->from, out);
      }
      strbuf_addz(out, "..");
      if (f->to != INT64_MAX) {
        print_bound(b, c, f->to, out);
      }
      continue;
    }
    for (size_t k = 0; k < f->n_codes; k++) {
      strbuf_addz(out, k > 0 ? "," : "");
      print_code(b, c, f->codes[k], out);
    }
    if (f->text.n > 0) {
      strbuf_addz(out, f->n_codes > 0 ? ",~" : "~");
      print_value(out, f->text);
    }
  }
  if (q->search.n > 0) {
    strbuf_addz(out, q->n_filters > 0 ? " " : "");
    print_value(out, q->search);
  }
}

#include "app/labelled.h"

#include <math.h>

#include "app/import_date.h"
#include "app/import_number.h"
#include "base/alloc.h"
#include "base/decimal.h"
#include "base/map.h"
#include "base/strbuf.h"

enum { FINE_SCALE = 9, COARSE_SCALE = 3, ROOM = 1024 };

struct reading {
  const struct labelled_ask *q;
  struct arena *a;
  struct table *table;
  struct map **values;  /* by column: different texts */
  uint32_t **code;      /* by column, by row: text + 1, 0 = missing */
  size_t n, cap, n_columns;
};

static bool is_missing(struct str s) {
  return cell_is_empty(s) || str_eq(s, STR("?")) || str_eq_nocase(s, STR("nan"));
}

static int room(struct reading *x) {
  if (x->n < x->cap) {
    return OK;
  }
  size_t cap = x->cap == 0 ? ROOM : 2 * x->cap;
  for (size_t k = 0; k < x->n_columns; k++) {
    uint32_t *grown = mem_realloc(x->code[k], cap * sizeof *grown);
    if (grown == NULL) {
      return ERR_NOMEM;
    }
    x->code[k] = grown;
  }
  x->cap = cap;
  return OK;
}

static int add_row(struct reading *x, const struct cell *cells, size_t n) {
  if (room(x) != OK) {
    return ERR_NOMEM;
  }
  for (size_t k = 0; k < x->n_columns; k++) {
    struct str text = k < n && cells[k].type != CELL_EMPTY && cells[k].type != CELL_ERROR ? str_trim(cells[k].text) : STR_NONE;
    uint32_t code = is_missing(text) ? 0 : map_code(x->values[k], text, NULL);
    if (code == MAP_NONE) {
      return ERR_NOMEM;
    }
    x->code[k][x->n] = is_missing(text) ? 0 : code + 1;
  }
  x->n++;
  return OK;
}

static int read_rows(struct reading *x, struct err *e) {
  struct cell *cells = NULL;
  size_t n = 0, number = 0;
  int more = 0;
  while ((more = table_next(x->table, &cells, &n, &number, e)) == 1) {
    if ((x->n + 1) * x->n_columns > LABELLED_MAX_CELLS) {
      return err_set(e, ERR_LIMIT, "%s: more than %d million cells: take a part of the rows or columns", x->q->path, LABELLED_MAX_CELLS / 1000000);
    }
    if (add_row(x, cells, n) != OK) {
      return err_set(e, ERR_NOMEM, "out of memory");
    }
  }
  return more;
}

static int prepare(struct reading *x) {
  x->n_columns = table_info(x->table)->n_columns;
  x->values = arena_zalloc(x->a, x->n_columns + 1, sizeof *x->values);
  x->code = arena_zalloc(x->a, x->n_columns + 1, sizeof *x->code);
  for (size_t k = 0; k < x->n_columns && x->values != NULL && x->code != NULL; k++) {
    x->values[k] = map_new();
    if (x->values[k] == NULL) {
      return ERR_NOMEM;
    }
  }
  return x->values != NULL && x->code != NULL ? OK : ERR_NOMEM;
}

static void release(struct reading *x) {
  for (size_t k = 0; k < x->n_columns; k++) {
    if (x->values != NULL) {
      map_free(x->values[k]);
    }
    if (x->code != NULL) {
      mem_free(x->code[k]);
    }
  }
  table_close(x->table);
}

/* The column of a name: its index, or a sentence that lists what there is. */
static int find(const struct reading *x, struct str name, size_t *ret, struct err *e) {
  const struct table_info *info = table_info(x->table);
  struct strbuf list STRBUF_CLEANUP = STRBUF_INIT(600);
  for (size_t k = 0; k < info->n_columns; k++) {
    if (str_eq_nocase(info->columns[k], name)) {
      *ret = k;
      return OK;
    }
    strbuf_fmt(&list, "%s%.*s", k > 0 ? ", " : "", STR_FMT(info->columns[k]));
  }
  return err_set(e, ERR_NOTFOUND, "%s: there is no column \"%.*s\": it has %s", x->q->path, STR_FMT(name), strbuf_z(&list));
}

static int take_outcome(struct reading *x, size_t label, struct labelled *t, struct err *e) {
  const struct map *values = x->values[label];
  uint32_t n = map_count(values);
  if (n != 2) {
    if (n == 0) {
      return err_set(e, ERR_RANGE, "%s: no row has a value in \"%.*s\": the outcome of each row stands there", x->q->path, STR_FMT(x->q->label));
    }
    if (n == 1) {
      return err_set(e, ERR_RANGE, "%s: \"%.*s\" is \"%.*s\" on every row: there is nothing to tell apart", x->q->path, STR_FMT(x->q->label),
                     STR_FMT(map_key(values, 0)));
    }
    return err_set(e, ERR_RANGE, "%s: \"%.*s\" has %u different values: an outcome has two, as yes and no", x->q->path, STR_FMT(x->q->label), n);
  }
  struct str a = map_key(values, 0), b = map_key(values, 1), wanted = x->q->positive;
  bool first = wanted.n > 0 ? str_eq_nocase(a, wanted) : str_cmp(a, b) > 0;
  if (wanted.n > 0 && !first && !str_eq_nocase(b, wanted)) {
    return err_set(e, ERR_NOTFOUND, "%s: \"%.*s\" is never \"%.*s\": it is %.*s or %.*s", x->q->path, STR_FMT(x->q->label), STR_FMT(wanted), STR_FMT(a), STR_FMT(b));
  }
  t->positive = arena_str(x->a, first ? a : b);
  t->negative = arena_str(x->a, first ? b : a);
  t->y = arena_alloc(x->a, x->n + 1);
  if (t->y == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  size_t kept = 0;
  for (size_t i = 0; i < x->n; i++) { /* rows without an outcome go, in every column */
    uint32_t code = x->code[label][i];
    if (code == 0) {
      continue;
    }
    t->y[kept] = code == (first ? 1 : 2);
    t->ones += t->y[kept];
    for (size_t k = 0; k < x->n_columns; k++) {
      x->code[k][kept] = x->code[k][i];
    }
    kept++;
  }
  t->unlabelled = x->n - kept;
  t->n = x->n = kept;
  return OK;
}

/* Value of each different text, NaN when it is none. */
static void parse_numbers(const struct map *values, double *ret) {
  struct number_column column = {0};
  for (uint32_t v = 0; v < map_count(values); v++) {
    number_column_add(&column, map_key(values, v));
  }
  char mark = number_column_decimal(&column);
  for (uint32_t v = 0; v < map_count(values); v++) {
    struct number_cell cell;
    int64_t scaled = 0;
    bool inexact = false;
    int scale = FINE_SCALE, code = number_scan(map_key(values, v), &cell);
    code = code == OK && cell.core.n == 0 ? ERR_SYNTAX : code;
    code = code == OK ? number_resolve(&cell, mark != 0 ? mark : '.', scale, &scaled, &inexact) : code;
    if (code == ERR_RANGE) {
      scale = COARSE_SCALE;
      code = number_resolve(&cell, mark != 0 ? mark : '.', scale, &scaled, &inexact);
    }
    ret[v] = code == OK ? (double)scaled / (double)pow10_i64(scale) : NAN;
  }
}

static void parse_dates(const struct map *values, double *ret) {
  struct date_column column = {0};
  for (uint32_t v = 0; v < map_count(values); v++) {
    date_column_add(&column, map_key(values, v));
  }
  enum date_order order = date_column_order(&column);
  for (uint32_t v = 0; v < map_count(values); v++) {
    struct date_cell cell;
    day_t day = DAY_NONE;
    bool read = date_scan(map_key(values, v), &cell) == OK && cell.what != DATE_EMPTY && date_resolve(&cell, order, &day) == OK;
    ret[v] = read ? (double)day : (double)NAN;
  }
}

/* Whether 19 of 20 filled cells have a value: then the column's numbers, NaN where there is none. */
static bool as_numbers(const struct reading *x, size_t k, const double *value, struct labelled_column *c, double *ret) {
  size_t unread = 0;
  for (size_t i = 0; i < x->n; i++) {
    uint32_t code = x->code[k][i];
    ret[i] = code > 0 ? value[code - 1] : NAN;
    unread += code > 0 && isnan(ret[i]);
  }
  c->unread = unread;
  return 20 * unread <= c->filled;
}

static int take_category(struct reading *x, size_t k, struct labelled_column *c, struct labelled *t) {
  uint32_t *code = arena_alloc(x->a, (x->n + 1) * sizeof *code);
  c->unread = 0;
  if (code == NULL) {
    return ERR_NOMEM;
  }
  memcpy(code, x->code[k], x->n * sizeof *code);
  c->use = LABELLED_CATEGORY;
  if (c->values > LABELLED_MAX_LEVELS) {
    c->use = LABELLED_LEFT_OUT;
    c->why = 2 * c->values > c->filled ? "a different text on most rows" : "more than 200 different texts";
    return OK;
  }
  t->column_of[t->n_features] = (uint32_t)k;
  t->features[t->n_features++] = (struct encode_column){NULL, code, (uint32_t)map_count(x->values[k])};
  return OK;
}

static int take_feature(struct reading *x, size_t k, struct labelled_column *c, struct labelled *t) {
  double *value MEM_CLEANUP = mem_alloc((map_count(x->values[k]) + 1) * sizeof *value);
  double *number = arena_alloc(x->a, (x->n + 1) * sizeof *number);
  if (value == NULL || number == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < x->n; i++) {
    c->filled += x->code[k][i] > 0;
  }
  c->values = map_count(x->values[k]);
  if (c->filled == 0) {
    c->use = LABELLED_LEFT_OUT;
    c->why = "empty";
    return OK;
  }
  parse_numbers(x->values[k], value);
  c->use = LABELLED_NUMBER;
  bool numbers = as_numbers(x, k, value, c, number);
  if (!numbers) {
    parse_dates(x->values[k], value);
    c->use = LABELLED_DATE;
    numbers = as_numbers(x, k, value, c, number);
  }
  if (!numbers) {
    return take_category(x, k, c, t);
  }
  t->column_of[t->n_features] = (uint32_t)k;
  t->features[t->n_features++] = (struct encode_column){number, NULL, 0};
  return OK;
}

static bool named(struct str list, struct str name) {
  struct str one;
  while (str_cut(list, ',', &one, &list)) {
    if (str_eq_nocase(str_trim(one), name)) {
      return true;
    }
  }
  return false;
}

/* Every name that is to be left out has to be there: a slip of the pen must not let a column in. */
static int check_without(const struct reading *x, struct err *e) {
  struct str list = x->q->without, one;
  size_t at = 0;
  int code = OK;
  while (code == OK && str_cut(list, ',', &one, &list)) {
    code = find(x, str_trim(one), &at, e);
  }
  return code;
}

static int take_group(struct reading *x, size_t k, struct labelled *t) {
  uint32_t next = map_count(x->values[k]);
  t->group = arena_alloc(x->a, (x->n + 1) * sizeof *t->group);
  for (size_t i = 0; i < x->n && t->group != NULL; i++) { /* a row without a name is a group of its own */
    t->group[i] = x->code[k][i] > 0 ? x->code[k][i] - 1 : next++;
  }
  t->n_groups = next;
  return t->group != NULL ? OK : ERR_NOMEM;
}

static int take_columns(struct reading *x, size_t label, size_t group, struct labelled *t) {
  const struct table_info *info = table_info(x->table);
  t->n_columns = x->n_columns;
  t->columns = arena_zalloc(x->a, x->n_columns + 1, sizeof *t->columns);
  t->features = arena_zalloc(x->a, x->n_columns + 1, sizeof *t->features);
  t->column_of = arena_alloc(x->a, (x->n_columns + 1) * sizeof *t->column_of);
  int code = t->columns != NULL && t->features != NULL && t->column_of != NULL ? OK : ERR_NOMEM;
  for (size_t k = 0; k < x->n_columns && code == OK; k++) {
    struct labelled_column *c = &t->columns[k];
    c->name = arena_str(x->a, info->columns[k]);
    if (k == label) {
      c->use = LABELLED_OUTCOME;
    } else if (k == group) {
      c->use = LABELLED_GROUP;
      code = take_group(x, k, t);
    } else if (named(x->q->without, c->name)) {
      c->use = LABELLED_LEFT_OUT;
      c->why = "left out as asked";
    } else {
      code = take_feature(x, k, c, t);
    }
  }
  return code;
}

static int load(struct reading *x, struct labelled *t, struct err *e) {
  size_t label = 0, group = SIZE_MAX;
  int code = find(x, x->q->label, &label, e);
  code = code == OK && x->q->group.n > 0 ? find(x, x->q->group, &group, e) : code;
  code = code == OK ? check_without(x, e) : code;
  if (code == OK && label == group) {
    code = err_set(e, ERR_RANGE, "%s: \"%.*s\" is the outcome: rows are kept together by another column", x->q->path, STR_FMT(x->q->label));
  }
  code = code == OK ? read_rows(x, e) : code;
  code = code == OK ? take_outcome(x, label, t, e) : code;
  if (code == OK && take_columns(x, label, group, t) != OK) {
    code = err_set(e, ERR_NOMEM, "out of memory");
  }
  if (code == OK && t->n_features == 0) {
    code = err_set(e, ERR_RANGE, "%s: nothing to learn from: besides the outcome no column has numbers or a few different values", x->q->path);
  }
  return code;
}

int labelled_load(const struct labelled_ask *q, struct arena *a, struct labelled *ret, struct err *e) {
  struct table_options o = {0};
  struct reading x = {.q = q, .a = a};
  struct labelled t = {0};
  int code = table_open(q->path, &o, &x.table, e);
  if (code != OK) {
    return code;
  }
  code = prepare(&x) == OK ? load(&x, &t, e) : err_set(e, ERR_NOMEM, "out of memory");
  release(&x);
  if (code == OK) {
    *ret = t;
  }
  return code;
}

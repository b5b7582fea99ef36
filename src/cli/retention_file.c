#include "cli/retention_file.h"

#include "base/alloc.h"
#include "base/decimal.h"
#include "base/map.h"

enum { SCALE = 6, NO_COLUMN = -1, FIRST_YEAR = 1900 };

struct cohort {
  struct str name;
  size_t n;              /* periods there are */
  int64_t first;         /* the number its first period had */
  double alive[COHORT_MAX + 1];
};
struct reading {
  const struct retention_ask *ask;
  struct arena *arena;
  const struct table_info *info;
  int period, cohort;    /* columns; NO_COLUMN */
  int series_at[RETENTION_SERIES];
  size_t n_series;
  bool wide;
  struct map *names;
  struct cohort *cohorts; /* [cohort × series + series], grown */
  size_t n, cap;
};

static bool is_one_of(struct str s, const char *const *words) {
  for (; *words != NULL; words++) {
    if (str_eq_nocase(str_trim(s), str_of(*words))) {
      return true;
    }
  }
  return false;
}

static const char *const period_words[] = {"period", "periods", "year", "years", "t", "renewal", "renewals", "age", "tenure", "month", "quarter", "term", NULL};
static const char *const cohort_words[] = {"cohort", "cohorts", "group", "segment", "start", "joined", "acquired", NULL};
static const char *const alive_words[] = {"alive", "survivors", "active", "customers", "count", "retained", NULL};

/* A row per cohort: every heading after the first is a period, 0, 1, 2 … */
static bool is_wide(const struct table_info *info) {
  for (size_t i = 1; i < info->n_columns; i++) {
    int64_t number = 0;
    if (str_to_i64(str_trim(info->columns[i]), &number) != OK || number != (int64_t)i - 1) {
      return false;
    }
  }
  return info->n_columns > 1;
}

static int too_many(struct err *e) {
  return err_set(e, ERR_LIMIT, "more than %d columns of numbers: name one with --column", RETENTION_SERIES);
}

static int take_columns(struct reading *r, struct err *e) {
  const struct table_info *info = r->info;
  bool only_alive = false;
  r->period = r->cohort = NO_COLUMN;
  r->wide = is_wide(info);
  if (r->wide) {
    r->n_series = 1;
    return OK;
  }
  for (size_t i = 0; i < info->n_columns; i++) {
    r->period = r->period == NO_COLUMN && is_one_of(info->columns[i], period_words) ? (int)i : r->period;
    r->cohort = r->cohort == NO_COLUMN && is_one_of(info->columns[i], cohort_words) ? (int)i : r->cohort;
    only_alive |= is_one_of(info->columns[i], alive_words);
  }
  if (r->period == NO_COLUMN) {
    return err_set(e, ERR_SYNTAX, "no column says the period: name one `period` (or `year`) beside `alive`, or give a row per cohort with the columns 0, 1, 2 and so on");
  }
  for (size_t i = 0; i < info->n_columns; i++) {
    if ((int)i == r->period || (int)i == r->cohort) {
      continue;
    }
    bool wanted = r->ask->column.n > 0 ? str_eq_nocase(str_trim(info->columns[i]), r->ask->column) : !only_alive || is_one_of(info->columns[i], alive_words);
    if (wanted && r->n_series == RETENTION_SERIES) {
      return too_many(e);
    }
    if (wanted) {
      r->series_at[r->n_series++] = (int)i;
    }
  }
  if (r->n_series == 0 && r->ask->column.n > 0) {
    return err_set(e, ERR_SYNTAX, "there is no column %.*s: look at the file's first row", STR_FMT(r->ask->column));
  }
  return r->n_series > 0 ? OK : err_set(e, ERR_SYNTAX, "no column says how many were alive: name one `alive`");
}

static int number_of(const struct reading *r, const struct cell *c, double *ret) {
  int64_t scaled = 0;
  struct str s = str_trim(c->text);
  if (s.n > 0 && s.p[s.n - 1] == '%') {
    s.n--;
  }
  char dec = c->type == CELL_NUMBER ? '.' : r->ask->decimal;
  int code = decimal_parse(s, dec, dec == '.' ? ',' : '.', SCALE, &scaled, NULL);
  if (code == OK) {
    *ret = (double)scaled / 1e6;
  }
  return code;
}

static bool is_empty(const struct cell *cells, size_t n, size_t i) { return i >= n || cells[i].type == CELL_EMPTY || str_trim(cells[i].text).n == 0; }

static int no_number(const struct reading *r, size_t row, struct str text, struct err *e) {
  return err_set(e, ERR_SYNTAX, "row %zu: %.*s is no number%s", row, (int)(text.n < 40 ? text.n : 40), text.p,
                 r->ask->decimal == '.' && str_find(text, ',', 0) != SIZE_MAX ? ": is the comma the decimal mark? Say --decimal ," : "");
}

/* The cohorts of a name, one for each series, made if new. */
static int cohort_of(struct reading *r, struct str name, struct cohort **ret, struct err *e) {
  bool added = false;
  uint32_t k = map_code(r->names, name, &added);
  if (k == MAP_NONE) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  if (k >= RETENTION_COHORTS) {
    return err_set(e, ERR_LIMIT, "more than %d cohorts: put them together by year", RETENTION_COHORTS);
  }
  if (added) {
    for (size_t s = 0; s < r->n_series; s++) {
      if (!mem_room(&r->cohorts, r->n, &r->cap, 16, sizeof *r->cohorts)) {
        return err_set(e, ERR_NOMEM, "Out of memory");
      }
      memset(&r->cohorts[r->n], 0, sizeof *r->cohorts);
      r->cohorts[r->n++].name = map_key(r->names, k);
    }
  }
  *ret = &r->cohorts[k * r->n_series];
  return OK;
}

static int add_alive(struct cohort *c, size_t row, double alive, struct err *e) {
  if (c->n > COHORT_MAX) {
    return err_set(e, ERR_LIMIT, "row %zu: more than %d periods of one cohort: use longer periods", row, COHORT_MAX);
  }
  c->alive[c->n++] = alive;
  return OK;
}

/* Periods of a cohort come in order from its start. */
static int check_period(const struct cohort *c, int64_t period, size_t row, struct err *e) {
  if (c->n == 0 && period != 0 && period < FIRST_YEAR) {
    return err_set(e, ERR_RANGE, "row %zu: the first period is %" PRId64 ": begin with period 0, the number alive at the start", row, period);
  }
  if (c->n > 0 && period != c->first + (int64_t)c->n) {
    return err_set(e, ERR_RANGE, "row %zu: period %" PRId64 " where %" PRId64 " is next: periods go up by one within a cohort", row, period,
                   c->first + (int64_t)c->n);
  }
  return OK;
}

static int take_long(struct reading *r, const struct cell *cells, size_t n, size_t row, struct err *e) {
  double period = 0, alive = 0;
  struct cohort *c = NULL;
  if (is_empty(cells, n, (size_t)r->period) || number_of(r, &cells[r->period], &period) != OK || period != (double)(int64_t)period) {
    return err_set(e, ERR_SYNTAX, "row %zu: its period is not a whole number", row);
  }
  struct str name = r->cohort != NO_COLUMN && (size_t)r->cohort < n ? str_trim(cells[r->cohort].text) : STR_NONE;
  int code = cohort_of(r, name, &c, e);
  for (size_t s = 0; s < r->n_series && code == OK; s++) {
    size_t at = (size_t)r->series_at[s];
    if (is_empty(cells, n, at)) {
      continue;
    }
    if (number_of(r, &cells[at], &alive) != OK) {
      return no_number(r, row, cells[at].text, e);
    }
    code = check_period(&c[s], (int64_t)period, row, e);
    c[s].first = c[s].n == 0 ? (int64_t)period : c[s].first;
    code = code == OK ? add_alive(&c[s], row, alive, e) : code;
  }
  return code;
}

static int take_wide(struct reading *r, const struct cell *cells, size_t n, size_t row, struct err *e) {
  struct cohort *c = NULL;
  struct str name = arena_fmt(r->arena, "%zu", row); /* names may repeat */
  int code = name.p != NULL ? cohort_of(r, name, &c, e) : err_set(e, ERR_NOMEM, "Out of memory");
  size_t last = r->info->n_columns;
  while (last > 1 && is_empty(cells, n, last - 1)) {
    last--;
  }
  for (size_t i = 1; i < last && code == OK; i++) {
    double alive = 0;
    if (is_empty(cells, n, i)) {
      return err_set(e, ERR_RANGE, "row %zu: period %zu is missing: only the end of a cohort may be empty", row, i - 1);
    }
    if (number_of(r, &cells[i], &alive) != OK) {
      return no_number(r, row, cells[i].text, e);
    }
    code = add_alive(c, row, alive, e);
  }
  return code;
}

static int add_up(struct reading *r, struct retention_series *to, size_t s, struct err *e) {
  to->name = r->wide || r->cohort != NO_COLUMN ? STR("all cohorts") : arena_str(r->arena, str_trim(r->info->columns[r->series_at[s]]));
  if (r->cohort != NO_COLUMN && r->n_series > 1) {
    to->name = arena_str(r->arena, str_trim(r->info->columns[r->series_at[s]]));
  }
  int code = to->name.p != NULL ? OK : ERR_NOMEM;
  for (size_t i = s; i < r->n && code == OK; i += r->n_series) {
    struct cohort *c = &r->cohorts[i];
    double scale = r->ask->customers > 0 && c->n > 0 && c->alive[0] > 0 ? r->ask->customers / c->alive[0] : 1;
    for (size_t k = 0; k < c->n; k++) {
      c->alive[k] *= scale;
    }
    to->cohorts += c->n > 0;
    code = cohort_add_survivors(&to->table, c->alive, c->n, e);
    if (code != OK && r->n > r->n_series) {
      return r->wide ? err_prefix(e, "row %.*s", STR_FMT(c->name)) : err_prefix(e, "cohort %.*s", STR_FMT(c->name));
    }
    if (code != OK) {
      return err_prefix(e, "%.*s", STR_FMT(to->name));
    }
  }
  return code;
}

static int read_all(struct reading *r, struct table *t, struct retention_series **ret, struct err *e) {
  struct cell *cells = NULL;
  size_t n = 0, row = 0;
  int more = 0, code = take_columns(r, e);
  r->names = code == OK ? map_new() : NULL;
  if (code == OK && r->names == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  while (code == OK && (more = table_next(t, &cells, &n, &row, e)) == 1) {
    code = r->wide ? take_wide(r, cells, n, row, e) : take_long(r, cells, n, row, e);
  }
  code = code == OK ? more : code;
  struct retention_series *series = code == OK ? arena_zalloc(r->arena, r->n_series, sizeof *series) : NULL;
  if (code == OK && series == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  for (size_t s = 0; s < r->n_series && code == OK; s++) {
    code = add_up(r, &series[s], s, e);
  }
  if (code == OK) {
    *ret = series;
  }
  return code;
}

int retention_file_read(const char *path, const struct retention_ask *ask, struct arena *a, struct retention_series **ret, size_t *ret_n, struct err *e) {
  struct table *t = NULL;
  int code = table_open(path, &ask->table, &t, e);
  if (code != OK) {
    return code;
  }
  struct reading r = {.ask = ask, .arena = a, .info = table_info(t)};
  code = read_all(&r, t, ret, e);
  if (code == OK) {
    *ret_n = r.n_series;
  }
  mem_free(r.cohorts);
  map_free(r.names);
  table_close(t);
  return code;
}

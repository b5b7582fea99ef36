/* A workbook that came back: found among its sheets, its columns by their headings, its rows by their keys. */
#include "app/roundtrip_parts.h"
#include "base/map.h"

enum { MOST_SHEETS = 30 };

struct coming {
  struct store *s;
  struct arena *a;
  const char *path;
  const char *name;
  struct table *table;
  size_t key;                      /* the column of keys */
  int column[ROUNDTRIP_FIELDS];    /* -1 = not in the file */
  struct roundtrip_secret secret;
  struct map64 *met;               /* renewal -> index of its line + 1 */
  size_t room;
  struct roundtrip_sheet *sheet;
};

static bool find_key(struct coming *x) {
  const struct table_info *info = table_info(x->table);
  for (size_t i = 0; i < info->n_columns; i++)
    if (roundtrip_is_origin(info->columns[i])) {
      x->key = i;
      return true;
    }
  return false;
}

static int refuse_kind(const struct coming *x, const struct table_info *info, struct err *e) {
  if (strcmp(info->format, "csv") == 0)
    return err_set(e, ERR_SYNTAX, "%s is a CSV file, whatever its name says: upload the workbook itself, saved as .xlsx", x->name);
  if (info->macros)
    return err_set(e, ERR_SYNTAX, "%s brings macros along: save it as a workbook without macros (.xlsx) and upload that", x->name);
  return OK;
}

/* The sentences of the reader speak of the file on the disk, and of contracts to import: here it has the person's name, and another mend. */
static int say(const struct coming *x, int code, const struct err *from, struct err *e) {
  const char *slash = strrchr(x->path, '/');
  struct str file = str_of(slash ? slash + 1 : x->path), what = str_of(from->text), mend = STR_NONE;
  for (size_t i = str_find(what, ':', 0); i != SIZE_MAX; i = str_find(what, ':', i + 1)) mend = str_sub(what, i, what.n);
  if (mend.n && (str_contains(mend, STR("export")) || str_contains(mend, STR("import")) || str_contains(mend, STR("contract"))))
    return err_set(e, code, "%s is not a workbook that Edit in Excel made: upload that one, saved as .xlsx", x->name);
  bool named = str_starts(what, file);
  return err_set(e, code, "%s%.*s", named ? x->name : "", STR_FMT(named ? str_sub(what, file.n, what.n) : what));
}

static int open_sheet(struct coming *x, struct str sheet, struct err *e) {
  struct table_options o = {.sheet = sheet, .encoding = STR_NONE};
  struct err why = {0};
  table_close(x->table);
  x->table = NULL;
  int rc = table_open(x->path, &o, &x->table, &why);
  return rc == OK ? refuse_kind(x, table_info(x->table), e) : say(x, rc, &why, e);
}

/* The sheet with the hidden column: most often the first visible one; people put others before it, or hide it. */
static int find_sheet(struct coming *x, struct err *e) {
  struct str names[MOST_SHEETS];
  int rc = open_sheet(x, STR_NONE, e);
  if (rc < 0 || find_key(x)) return rc;
  const struct table_info *info = table_info(x->table);
  size_t n = info->n_sheets < MOST_SHEETS ? info->n_sheets : MOST_SHEETS;
  for (size_t i = 0; i < n; i++) names[i] = arena_str(x->a, info->sheets[i]);
  for (size_t i = 0; i < n; i++) {
    struct err quiet = {0};
    rc = open_sheet(x, names[i], &quiet);
    if (rc == ERR_NOMEM || rc == ERR_IO) return err_set(e, rc, "%s", quiet.text);
    if (rc == OK && find_key(x)) return OK;
  }
  return err_set(e, ERR_SYNTAX, "%s was not made by Edit in Excel, or its hidden first column is gone: make a new workbook and carry the changes over", x->name);
}

static int find_columns(struct coming *x, struct err *e) {
  const struct table_info *info = table_info(x->table);
  bool any = false;
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    struct str heading = x->sheet->origin.heading[f];
    x->column[f] = -1;
    for (size_t i = 0; i < info->n_columns && heading.n; i++) {
      if (i == x->key || !str_eq(str_trim(info->columns[i]), heading)) continue;
      if (x->column[f] >= 0) return err_set(e, ERR_SYNTAX, "%s has two columns named %.*s: keep the one that counts", x->name, STR_FMT(heading));
      x->column[f] = (int)i;
    }
    x->sheet->present[f] = x->column[f] >= 0;
    any |= x->sheet->present[f];
  }
  return any ? OK : err_set(e, ERR_SYNTAX, "%s has none of the columns that can be changed: their headings were renamed: give them back their names", x->name);
}

static bool same_cells(const struct roundtrip_line *a, const struct roundtrip_line *b) {
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++)
    if (a->cells[f].type != b->cells[f].type || !str_eq(a->cells[f].text, b->cells[f].text)) return false;
  return a->version == b->version;
}

/* One row. A second one for a renewal with the same values says nothing; with others, both are marked. */
static int take(struct coming *x, const struct cell *cells, size_t n, size_t number, struct err *e) {
  struct roundtrip_sheet *t = x->sheet;
  struct roundtrip_line line = {.line = number};
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    size_t at = (size_t)x->column[f];
    line.cells[f] = (struct cell){STR_NONE, CELL_EMPTY};
    if (x->column[f] < 0 || at >= n || cells[at].type == CELL_EMPTY) continue;
    line.cells[f] = (struct cell){arena_str(x->a, cells[at].text), cells[at].type};
    if (!line.cells[f].text.p) return err_set(e, ERR_NOMEM, "Out of memory");
  }
  t->seen++;
  bool keyed = x->key < n && cells[x->key].type != CELL_EMPTY;
  bool good = keyed && cells[x->key].type == CELL_TEXT && roundtrip_key_read(&x->secret, cells[x->key].text, &line.id, &line.version);
  line.damaged = keyed && !good;
  uint64_t *met = good ? map64_put(x->met, (uint64_t)line.id) : NULL;
  if (good && !met) return err_set(e, ERR_NOMEM, "Out of memory");
  if (good && *met) {
    struct roundtrip_line *first = &t->lines[*met - 1];
    if (same_cells(first, &line)) return OK;
    first->again = first->again ? first->again : number;
    line.again = first->line;
  }
  if (t->n == x->room) {
    size_t room = x->room ? 2 * x->room : 256;
    struct roundtrip_line *more = arena_alloc(x->a, room * sizeof *more);
    if (!more) return err_set(e, ERR_NOMEM, "Out of memory");
    if (t->n) memcpy(more, t->lines, t->n * sizeof *more);
    t->lines = more;
    x->room = room;
  }
  t->lines[t->n++] = line;
  if (good && !*met) *met = t->n;
  return OK;
}

static int read_rows(struct coming *x, struct err *e) {
  struct cell *cells = NULL;
  size_t n = 0, number = 0;
  int more;
  while ((more = table_next(x->table, &cells, &n, &number, e)) == 1) {
    if (x->sheet->seen == ROUNDTRIP_MOST_ROWS)
      return err_set(e, ERR_LIMIT, "%s has more than %d rows: delete the rows that you did not change", x->name, ROUNDTRIP_MOST_ROWS);
    int rc = take(x, cells, n, number, e);
    if (rc < 0) return rc;
  }
  return more;
}

static int read_all(struct coming *x, struct err *e) {
  int rc = find_sheet(x, e);
  if (rc < 0) return rc;
  x->sheet->origin_text = arena_str(x->a, table_info(x->table)->columns[x->key]);
  rc = roundtrip_verify(x->s, x->a, x->sheet->origin_text, &x->sheet->origin, e);
  if (rc == OK) rc = roundtrip_secret(x->s, x->a, false, &x->secret, e);
  if (rc == OK) rc = find_columns(x, e);
  return rc == OK ? read_rows(x, e) : rc;
}

int roundtrip_read(struct store *s, struct arena *a, const char *path, struct str name, struct roundtrip_sheet *ret, struct err *e) {
  char shown[200];
  struct roundtrip_sheet sheet = {0};
  struct coming x = {.s = s, .a = a, .path = path, .name = str_to_z(name, shown, sizeof shown), .met = map64_new(), .sheet = &sheet};
  int rc = x.met ? read_all(&x, e) : err_set(e, ERR_NOMEM, "Out of memory");
  table_close(x.table);
  map64_free(x.met);
  if (rc == OK) *ret = sheet;
  return rc;
}

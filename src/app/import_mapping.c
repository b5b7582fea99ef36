/* Mapping texts and their resolution against the columns of a file. */
#include "app/import_mapping.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include <errno.h>

static const char *const orders[] = {"", "dmy", "mdy", "ymd"};

static int option_line(struct str key, struct str value, const char *name, size_t line, enum date_order *ret_order, char *ret_decimal,
                       struct err *e)
{
  if (str_eq(key, STR("date_order"))) {
    for (int i = 1; i < 4; i++)
      if (str_eq_nocase(value, str_of(orders[i]))) {
        *ret_order = (enum date_order)i;
        return 1;
      }
    return err_set(e, ERR_SYNTAX, "%s: line %zu: date_order = %.*s is not known: write dmy, mdy or ymd", name, line, STR_FMT(str_sub(value, 0, 40)));
  }
  if (str_eq(key, STR("decimal"))) {
    if (value.n >= 3 && value.p[0] == '"')
      value = str_sub(value, 1, value.n - 2);
    if (value.n != 1 || (value.p[0] != '.' && value.p[0] != ','))
      return err_set(e, ERR_SYNTAX, "%s: line %zu: decimal = %.*s is not known: write . or ,", name, line, STR_FMT(str_sub(value, 0, 40)));
    *ret_decimal = value.p[0];
    return 1;
  }
  return 0;
}

static int entry_line(struct arena *a, enum import_kind kind, struct str key, struct str value, struct import_mapping *m, const char *name,
                      size_t line, struct err *e)
{
  int f = field_of(kind, key);
  if (f < 0)
    return err_set(e, ERR_SYNTAX, "%s: line %zu: %.*s is not a field of an import of %s: the fields are listed by perennial import --help",
                   name, line, STR_FMT(str_sub(key, 0, 60)), import_kind_name((int)kind));
  if (m->entry[f].what != ENTRY_NONE)
    return err_set(e, ERR_SYNTAX, "%s: line %zu: %s is mapped twice: keep one line (write  %s = A | B  for alternatives)", name, line,
                   field_spec((enum import_field)f)->name, field_spec((enum import_field)f)->name);
  struct mapping_entry x = {ENTRY_COLUMNS, value};
  if (str_eq(value, STR("-"))) {
    x.what = ENTRY_OFF;
  } else if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"') {
    x.what = ENTRY_CONSTANT;
    x.text = str_sub(value, 1, value.n - 2);
  } else if (value.n == 0) {
    return err_set(e, ERR_SYNTAX, "%s: line %zu: %s has no column: write  %s = Column name,  a \"constant\" or -", name, line,
                   field_spec((enum import_field)f)->name, field_spec((enum import_field)f)->name);
  }
  x.text = arena_str(a, x.text);
  if (!x.text.p)
    return err_set(e, ERR_NOMEM, "out of memory");
  m->entry[f] = x;
  return OK;
}

int mapping_parse(struct arena *a, enum import_kind kind, struct str text, const char *name, struct import_mapping *ret, struct err *e)
{
  struct import_mapping m = {0};
  struct str line, rest = text;
  if (text.n > MAPPING_MAX)
    return err_set(e, ERR_LIMIT, "%s: larger than %d KiB: this is not a mapping file", name, MAPPING_MAX / 1024);
  for (size_t n = 1; str_cut(rest, '\n', &line, &rest); n++) {
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
      continue;
    size_t eq = str_find(line, '=', 0);
    if (eq == SIZE_MAX)
      return err_set(e, ERR_SYNTAX, "%s: line %zu: \"%.*s\" has no '=': write  field = Column name", name, n, STR_FMT(str_sub(line, 0, 60)));
    struct str key = str_trim(str_sub(line, 0, eq)), value = str_trim(str_sub(line, eq + 1, line.n));
    struct str field, option;
    str_cut(key, '.', &field, &option);
    int of = option.n ? field_of(kind, field) : -1;
    int rc = option_line(of >= 0 ? option : key, value, name, n, of >= 0 ? &m.order_of[of] : &m.date_order, of >= 0 ? &m.decimal_of[of] : &m.decimal, e);
    if (rc == 0)
      rc = entry_line(a, kind, key, value, &m, name, n, e);
    if (rc < 0)
      return rc;
  }
  *ret = m;
  return OK;
}

int mapping_read(struct arena *a, enum import_kind kind, const char *file, struct import_mapping *ret, struct err *e)
{
  FILE *f = fopen(file, "rb");
  if (!f)
    return err_set(e, ERR_IO, "%s: the mapping file cannot be read: %s", file, strerror(errno));
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(MAPPING_MAX + 8192);
  char *room;
  size_t got;
  do {
    room = strbuf_reserve(&b, 4096);
    got = room ? fread(room, 1, 4096, f) : 0;
    b.n += got;
  } while (got > 0 && b.n <= MAPPING_MAX);
  bool bad = ferror(f);
  fclose(f);
  if (bad || b.failed)
    return err_set(e, bad ? ERR_IO : ERR_NOMEM, "%s: the mapping file cannot be read", file);
  return mapping_parse(a, kind, strbuf_str(&b), file, ret, e);
}

/* Keys of the file's headers, made once. */
struct keys {
  struct str key[TABLE_MAX_COLUMNS];
  char text[TABLE_MAX_COLUMNS][HEADER_KEY_SIZE];
};

static struct keys *keys_of(const struct table_info *info)
{
  struct keys *k = mem_alloc(sizeof *k);
  for (size_t i = 0; k && i < info->n_columns; i++) {
    k->key[i] = header_key(info->columns[i], k->text[i], HEADER_KEY_SIZE);
    if (!k->key[i].p) {
      mem_free(k);
      return NULL;
    }
  }
  return k;
}

/* Column with this header, exactly or by key. -1 none, -2 several, -3 no memory. */
static int column_named(const struct table_info *info, const struct keys *keys, struct str name)
{
  char a[HEADER_KEY_SIZE];
  int found = -1;
  for (size_t i = 0; i < info->n_columns; i++)
    if (str_eq(info->columns[i], name))
      found = found == -1 ? (int)i : -2;
  if (found != -1)
    return found;
  struct str key = header_key(name, a, sizeof a);
  if (!key.p)
    return -3;
  for (size_t i = 0; i < info->n_columns && key.n; i++)
    if (str_eq(keys->key[i], key))
      found = found == -1 ? (int)i : -2;
  int64_t number = 0;
  if (found == -1 && name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']' && str_to_i64(str_sub(name, 1, name.n - 2), &number) == OK && number >= 1 &&
      (size_t)number <= info->n_columns)
    found = (int)number - 1;
  return found;
}

/* The sentence about a field for which two columns would do. */
static int twice(const char *file, const struct table_info *info, enum import_field f, int i, int j, struct err *e)
{
  struct str a = str_sub(info->columns[i], 0, 80), b = str_sub(info->columns[j], 0, 80);
  const char *name = field_spec(f)->name;
  if (str_eq(a, b))
    return err_set(e, ERR_SYNTAX,
                   "%s: %s: columns %d and %d are both called \"%.*s\": rename one of them in the file, or put the line  %s = -  into a mapping file "
                   "and pass it with --map",
                   file, name, i + 1, j + 1, STR_FMT(a), name);
  return err_set(e, ERR_SYNTAX,
                 "%s: %s: both \"%.*s\" and \"%.*s\" could be meant: put the line  %s = %.*s  (or the other one) into a mapping file and pass it with --map",
                 file, name, STR_FMT(a), STR_FMT(b), name, STR_FMT(a));
}

static int resolve_given(const struct table_info *info, const struct keys *keys, const struct mapping_entry *x, enum import_field f, const char *file,
                         struct import_plan *p, struct err *e)
{
  struct str name, rest = x->text;
  while (str_cut(rest, '|', &name, &rest)) {
    name = str_trim(name);
    if (name.n == 0)
      continue;
    int c = column_named(info, keys, name);
    if (c == -3)
      return err_set(e, ERR_NOMEM, "out of memory");
    if (c == -2)
      return err_set(e, ERR_SYNTAX, "%s: %s: the mapping says \"%.*s\" and several columns have that name: rename them in the file", file,
                     field_spec(f)->name, STR_FMT(str_sub(name, 0, 80)));
    if (c >= 0) {
      p->column[f] = c;
      return 1;
    }
  }
  /* A bare currency code where a column was expected: the same currency everywhere. */
  currency_t cur;
  if (f == FIELD_CURRENCY && currency_parse(str_trim(x->text), &cur) == OK) {
    p->constant[f] = true;
    p->value[f] = str_trim(x->text);
    return 1;
  }
  return 0;
}

/* Best column for a field among those not taken, at one rank. -1 none, -2 several (in pair). */
static int best_at(const struct import_plan *p, const struct keys *keys, enum import_field f, int rank, const bool *taken, int pair[2])
{
  int found = -1;
  for (size_t i = 0; i < p->info->n_columns; i++) {
    if (taken[i] || header_rank(p->kind, f, keys->key[i]) != rank)
      continue;
    pair[found == -1 ? 0 : 1] = (int)i;
    if (found != -1)
      return -2;
    found = (int)i;
  }
  return found;
}

static bool settled(const struct import_plan *p, int f)
{
  return p->column[f] >= 0 || p->constant[f] || p->mapping.entry[f].what == ENTRY_OFF || !field_in((enum import_field)f, p->kind);
}

static bool needed(const struct import_plan *p, int f)
{
  return (field_spec((enum import_field)f)->required & (1u << p->kind)) || (p->kind == IMPORT_CONTRACTS && f == FIELD_NET_AMOUNT);
}

static void guess_synonyms(struct import_plan *p, const struct keys *keys, bool *taken, enum mapping_why *why)
{
  for (int rank = 0; rank < 3; rank++)
    for (int f = 0; f < FIELD_COUNT; f++) {
      int pair[2] = {-1, -1}, c = settled(p, f) ? -1 : best_at(p, keys, (enum import_field)f, rank, taken, pair);
      if (c == -2 && (rank < 2 || needed(p, f)))
        c = pair[0];
      if (c < 0)
        continue;
      why[f] = pair[1] >= 0 ? WHY_ONE_OF_SEVERAL : (enum mapping_why)(WHY_NAME + rank);
      p->column[f] = c;
      taken[c] = true;
    }
}

static int resolve_synonyms(struct import_plan *p, const struct keys *keys, const char *file, bool *taken, struct err *e)
{
  for (int rank = 0; rank < 3; rank++)
    for (int f = 0; f < FIELD_COUNT; f++) {
      if (settled(p, f))
        continue;
      int pair[2] = {-1, -1}, c = best_at(p, keys, (enum import_field)f, rank, taken, pair);
      if (c == -2 && (rank < 2 || needed(p, f)))
        return twice(file, p->info, (enum import_field)f, pair[0], pair[1], e);
      if (c < 0)
        continue;
      p->column[f] = c;
      taken[c] = true;
    }
  return OK;
}

static void add_columns(struct strbuf *b, const struct table_info *info)
{
  for (size_t i = 0; i < info->n_columns; i++) {
    if (b->n > 260) {
      strbuf_fmt(b, " and %zu more", info->n_columns - i);
      return;
    }
    strbuf_fmt(b, "%s\"%.*s\"", i ? ", " : "", STR_FMT(utf8_cut(info->columns[i], 60)));
  }
}

/* Column most like a field, -1 when none is near. */
static int nearest(const struct import_plan *p, enum import_field f, const bool *taken)
{
  char buf[HEADER_KEY_SIZE]; /* without memory there is no guess */
  int best = -1, score = 64;
  for (size_t i = 0; i < p->info->n_columns; i++) {
    int s = taken[i] ? 0 : header_likeness(p->kind, f, header_key(p->info->columns[i], buf, sizeof buf));
    if (s > score) {
      score = s;
      best = (int)i;
    }
  }
  return best;
}

static int missing(const struct import_plan *p, const char *file, int f, const char *what, const bool *taken, struct err *e)
{
  struct strbuf seen STRBUF_CLEANUP = STRBUF_INIT(4096);
  add_columns(&seen, p->info);
  const char *name = field_spec((enum import_field)f)->name;
  int near = nearest(p, (enum import_field)f, taken);
  if (near >= 0)
    return err_set(e, ERR_SYNTAX,
                   "%s: no column for %s among %s: if \"%.*s\" is meant, put the line  %s = %.*s  into a mapping file and pass it with --map", file, what,
                   strbuf_z(&seen), STR_FMT(utf8_cut(p->info->columns[near], 60)), name, STR_FMT(utf8_cut(p->info->columns[near], 60)));
  return err_set(e, ERR_SYNTAX,
                 "%s: no column for %s among %s: export the file with that column, or name it by the line  %s = Column name  (or  %s = \"constant\") in a "
                 "mapping file passed with --map",
                 file, what, strbuf_z(&seen), name, name);
}

static int check_required(const struct import_plan *p, const char *file, const bool *taken, struct err *e)
{
  for (int f = 0; f < FIELD_COUNT; f++)
    if ((field_spec((enum import_field)f)->required & (1u << p->kind)) && p->column[f] < 0 && !p->constant[f])
      return missing(p, file, f, field_spec((enum import_field)f)->name, taken, e);
  if (p->kind == IMPORT_CONTRACTS && p->column[FIELD_NET_AMOUNT] < 0 && !p->constant[FIELD_NET_AMOUNT] && p->column[FIELD_UNIT_PRICE] < 0)
    return missing(p, file, FIELD_NET_AMOUNT, "net_amount", taken, e);
  if (p->kind == IMPORT_CONTRACTS && p->column[FIELD_PRODUCT] < 0 && !p->constant[FIELD_PRODUCT] && p->column[FIELD_DESCRIPTION] < 0 &&
      !p->constant[FIELD_DESCRIPTION])
    return missing(p, file, FIELD_PRODUCT, "product or description", taken, e);
  return OK;
}

/* Every column that a mapping file names is there. */
static int check_given(const struct import_plan *p, const char *file, struct err *e)
{
  for (int f = 0; f < FIELD_COUNT; f++)
    if (p->mapping.entry[f].what == ENTRY_COLUMNS && p->column[f] < 0 && !p->constant[f]) {
      struct strbuf seen STRBUF_CLEANUP = STRBUF_INIT(4096);
      add_columns(&seen, p->info);
      return err_set(e, ERR_SYNTAX, "%s: the mapping takes %s from \"%.*s\", which is not among %s: correct the name, or write  %s = -", file,
                     field_spec((enum import_field)f)->name, STR_FMT(utf8_cut(p->mapping.entry[f].text, 80)), strbuf_z(&seen),
                     field_spec((enum import_field)f)->name);
    }
  return OK;
}

/* Problem files carry these before the original columns: never data. */
static void skip_problem_columns(const struct table_info *info, bool *taken)
{
  static const char *const names[] = {"row", "column", "value", "why", "mend"};
  if (info->n_columns < 5)
    return;
  for (int i = 0; i < 5; i++)
    if (!str_eq(info->columns[i], str_of(names[i])))
      return;
  for (int i = 0; i < 5; i++)
    taken[i] = true;
}

bool mapping_lacks(const struct import_plan *p, enum import_field f, enum import_field *ret_other)
{
  enum import_field other = f;
  bool required = (field_spec(f)->required & (1u << p->kind)) != 0;
  if (p->kind == IMPORT_CONTRACTS && (f == FIELD_NET_AMOUNT || f == FIELD_PRODUCT)) {
    required = true;
    other = f == FIELD_PRODUCT ? FIELD_DESCRIPTION : FIELD_UNIT_PRICE;
  }
  *ret_other = other;
  return required && p->column[f] < 0 && !p->constant[f] && p->column[other] < 0 && !p->constant[other];
}

int mapping_guess(enum import_kind kind, const struct table_info *info, const struct import_mapping *m, struct import_plan *ret, enum mapping_why why[FIELD_COUNT])
{
  bool taken[TABLE_MAX_COLUMNS] = {false};
  struct err e = {0};
  *ret = (struct import_plan){.kind = kind, .mapping = *m, .info = info};
  struct keys *keys MEM_CLEANUP = keys_of(info);
  if (!keys)
    return ERR_NOMEM;
  skip_problem_columns(info, taken);
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct mapping_entry *x = &m->entry[f];
    ret->column[f] = -1;
    why[f] = WHY_NONE;
    if (x->what == ENTRY_CONSTANT) {
      ret->constant[f] = true;
      ret->value[f] = x->text;
    } else if (x->what == ENTRY_COLUMNS && resolve_given(info, keys, x, (enum import_field)f, "", ret, &e) == ERR_NOMEM) {
      return ERR_NOMEM;
    }
    if (ret->constant[f] || ret->column[f] >= 0)
      why[f] = WHY_GIVEN;
    if (ret->column[f] >= 0)
      taken[ret->column[f]] = true;
  }
  guess_synonyms(ret, keys, taken, why);
  return OK;
}

struct str mapping_column(struct arena *a, const struct table_info *info, int column)
{
  struct str name = info->columns[column];
  bool plain = name.n > 0 && name.p[0] != '"' && name.p[0] != '[' && !str_eq(name, STR("-")) && str_find(name, '|', 0) == SIZE_MAX &&
               str_find(name, '\n', 0) == SIZE_MAX && str_find(name, '\r', 0) == SIZE_MAX;
  struct keys *keys MEM_CLEANUP = plain ? keys_of(info) : NULL;
  if (plain && !keys)
    return (struct str){NULL, 0};
  if (plain && column_named(info, keys, name) == column)
    return name;
  return arena_fmt(a, "[%d]", column + 1);
}

int mapping_resolve(enum import_kind kind, const struct table_info *info, const struct import_mapping *m, bool strict, const char *file,
                    struct import_plan *ret, struct err *e)
{
  bool taken[TABLE_MAX_COLUMNS] = {false};
  *ret = (struct import_plan){.kind = kind, .mapping = *m, .strict = strict, .info = info};
  for (int f = 0; f < FIELD_COUNT; f++)
    ret->column[f] = -1;
  if (info->n_columns > TABLE_MAX_COLUMNS)
    return err_set(e, ERR_LIMIT, "%s: more than %d columns", file, TABLE_MAX_COLUMNS);
  struct keys *keys MEM_CLEANUP = keys_of(info);
  if (!keys)
    return err_set(e, ERR_NOMEM, "out of memory");
  skip_problem_columns(info, taken);
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct mapping_entry *x = &m->entry[f];
    if (x->what == ENTRY_CONSTANT) {
      ret->constant[f] = true;
      ret->value[f] = x->text;
    } else if (x->what == ENTRY_COLUMNS) {
      int rc = resolve_given(info, keys, x, (enum import_field)f, file, ret, e);
      if (rc < 0)
        return rc;
      if (ret->column[f] >= 0)
        taken[ret->column[f]] = true;
    }
  }
  int rc = strict ? check_given(ret, file, e) : OK;
  if (rc == OK)
    rc = resolve_synonyms(ret, keys, file, taken, e);
  return rc < 0 ? rc : check_required(ret, file, taken, e);
}

/* Whether a list of alternatives names the column. *failed: no memory to tell. */
static bool names_column(struct str list, struct str column, bool *failed)
{
  char a[HEADER_KEY_SIZE], b[HEADER_KEY_SIZE];
  struct str name, key = header_key(column, a, sizeof a);
  while (str_cut(list, '|', &name, &list)) {
    struct str other = header_key(name, b, sizeof b);
    *failed |= !key.p || !other.p;
    if (str_eq(str_trim(name), column) || str_eq(other, key))
      return true;
  }
  return false;
}

struct str mapping_text(struct arena *a, const struct import_plan *p, enum date_order order, char decimal)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(MAPPING_MAX);
  bool failed = false;
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct mapping_entry *x = &p->mapping.entry[f];
    if (!field_in((enum import_field)f, p->kind))
      continue;
    const char *name = field_spec((enum import_field)f)->name;
    struct str column = p->column[f] >= 0 ? p->info->columns[p->column[f]] : STR_NONE;
    if (x->what == ENTRY_OFF)
      strbuf_fmt(&b, "%s = -\n", name);
    else if (p->constant[f])
      strbuf_fmt(&b, "%s = \"%.*s\"\n", name, STR_FMT(p->value[f]));
    else if (x->what == ENTRY_COLUMNS && (column.n == 0 || names_column(x->text, column, &failed)))
      strbuf_fmt(&b, "%s = %.*s\n", name, STR_FMT(x->text));
    else if (x->what == ENTRY_COLUMNS)
      strbuf_fmt(&b, "%s = %.*s | %.*s\n", name, STR_FMT(x->text), STR_FMT(column));
    else if (column.n)
      strbuf_fmt(&b, "%s = %.*s\n", name, STR_FMT(column));
    if (p->mapping.order_of[f])
      strbuf_fmt(&b, "%s.date_order = %s\n", name, orders[p->mapping.order_of[f]]);
    if (p->mapping.decimal_of[f])
      strbuf_fmt(&b, "%s.decimal = %c\n", name, p->mapping.decimal_of[f]);
  }
  if (order != DATE_ORDER_UNKNOWN)
    strbuf_fmt(&b, "date_order = %s\n", orders[order]);
  if (decimal)
    strbuf_fmt(&b, "decimal = %c\n", decimal);
  return b.failed || failed ? (struct str){NULL, 0} : arena_str(a, strbuf_str(&b));
}

struct str mapping_source(struct arena *a, struct str file_name)
{
  struct strbuf folded STRBUF_CLEANUP = STRBUF_INIT(4096);
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4096);
  size_t slash = 0, end = file_name.n;
  for (size_t i = 0; i < file_name.n; i++)
    if (file_name.p[i] == '/' || file_name.p[i] == '\\')
      slash = i + 1;
  for (size_t i = file_name.n; i-- > slash;)
    if (file_name.p[i] == '.') {
      end = i > slash ? i : file_name.n;
      break;
    }
  utf8_fold(&folded, str_sub(file_name, slash, end - slash));
  struct str word, rest = strbuf_str(&folded);
  while (str_cut(rest, ' ', &word, &rest)) {
    size_t letters = 0;
    for (size_t i = 0; i < word.n; i++)
      letters += !(word.p[i] >= '0' && word.p[i] <= '9');
    bool quarter = letters == 1 && word.n >= 2 && (word.p[0] == 'q' || word.p[0] == 't' || word.p[0] == 'h' || word.p[0] == 'v' || word.p[0] == 'w');
    if (letters == 0 || quarter || str_eq(word, STR("problems")))
      continue;
    if (b.n)
      strbuf_addc(&b, ' ');
    for (size_t i = 0; i < word.n; i++)
      if (!(word.p[i] >= '0' && word.p[i] <= '9'))
        strbuf_addc(&b, word.p[i]);
  }
  if (b.failed || folded.failed)
    return (struct str){NULL, 0};
  return b.n ? arena_str(a, strbuf_str(&b)) : arena_str(a, STR("file"));
}

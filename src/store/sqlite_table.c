#include "store/sqlite_table.h"

#include "base/strbuf.h"

enum { TEXT_MAX = 3000 }; /* of all the statements: they stand on the image's first page */

struct reader {
  struct db *db;
  struct arena *arena;
  const char *table;
  struct image_table *t;
  size_t text;   /* bytes of statements */
  bool possible, failed; /* failed: out of memory */
  struct str names[IMAGE_COLUMNS];
};

static char *copy(struct reader *x, struct str s)
{
  return (char *)(uintptr_t)arena_str(x->arena, s).p;
}

/* Runs sql with the name as its parameter; take is called for every row. */
static int each(struct reader *x, const char *sql, const char *name, void (*take)(struct reader *x, const struct stmt *q, void *arg), void *arg, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(x->db, sql, BINDS(B_STR(str_of(name))), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) == 1)
    take(x, q, arg);
  return rc;
}

/* type, name, sql of sqlite_schema. */
static void take_schema(struct reader *x, const struct stmt *q, void *arg)
{
  struct image_table *t = x->t;
  (void)arg;
  x->text += stmt_str(q, 1).n + stmt_str(q, 2).n + 100;
  if (str_eq(stmt_str(q, 0), STR("table"))) {
    t->sql = copy(x, stmt_str(q, 2));
  } else if (!str_eq(stmt_str(q, 0), STR("index")) || stmt_null(q, 2) || t->n_indexes == IMAGE_INDEXES) {
    x->possible = false; /* a trigger, or an index that a constraint made */
  } else {
    struct image_index *i = &t->index[t->n_indexes];
    i->name = copy(x, stmt_str(q, 1));
    i->sql = copy(x, stmt_str(q, 2));
    t->n_indexes++;
  }
}

/* name, type, not null, default, place in the primary key. */
static void take_column(struct reader *x, const struct stmt *q, void *arg)
{
  struct image_table *t = x->t;
  (void)arg;
  if (t->n_columns == IMAGE_COLUMNS) {
    x->possible = false;
    return;
  }
  struct image_column *c = &t->column[t->n_columns];
  int64_t value = 0, key = stmt_i64(q, 4);
  x->names[t->n_columns] = arena_str(x->arena, stmt_str(q, 0));
  c->text = str_eq_nocase(stmt_str(q, 1), STR("text"));
  c->not_null = stmt_i64(q, 2) != 0;
  c->missing = B_NULL;
  if (!c->text && !str_eq_nocase(stmt_str(q, 1), STR("integer")))
    x->possible = false;
  if (!stmt_null(q, 3)) {
    bool number = str_to_i64(stmt_str(q, 3), &value) == OK;
    c->missing = B_I64(value);
    x->possible &= number && !c->text;
  }
  if (key == 1 && t->id == -2) {
    t->id = t->n_columns; /* the only one, unless another follows */
    x->possible &= !c->text;
  }
  if (key && key != t->n_columns + 1 && t->id == -1)
    x->possible = false;
  if (key > 1 && t->id >= 0)
    x->possible = false;
  t->n_key += key != 0;
  t->n_columns++;
}

/* name, unique, partial. */
static void take_index(struct reader *x, const struct stmt *q, void *arg)
{
  (void)arg;
  for (int i = 0; i < x->t->n_indexes; i++)
    if (str_eq(str_of(x->t->index[i].name), stmt_str(q, 0))) {
      x->t->index[i].unique = stmt_i64(q, 1) != 0;
      x->t->index[i].partial = stmt_i64(q, 2) != 0;
    }
}

/* Of partial indexes those on the rows whose first column is not NULL. */
static void check_partial(struct reader *x, const struct image_index *i)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(300);
  if (!i->partial || !x->possible)
    return;
  strbuf_fmt(&b, ") where %.*s is not null", STR_FMT(x->names[i->column[0]]));
  x->failed |= b.failed < 0 || !i->sql;
  x->possible = !x->failed && str_ends(str_trim(str_of(i->sql)), strbuf_str(&b));
}

/* column of the table, descending, collation; in the order of the index. */
static void take_index_column(struct reader *x, const struct stmt *q, void *arg)
{
  struct image_index *i = arg;
  int64_t column = stmt_i64(q, 0);
  if (column < 0 || stmt_i64(q, 1) != 0 || !str_eq(stmt_str(q, 2), STR("BINARY")) || i->n_columns == IMAGE_INDEX_COLUMNS)
    x->possible = false;
  else
    i->column[i->n_columns++] = (int)column;
}

static int read_all(struct reader *x, struct err *e)
{
  int64_t without_rowid = 0;
  struct image_table *t = x->t;
  int rc = db_one_i64(x->db, "select wr from pragma_table_list($1) where schema = 'main' /* scan */", BINDS(B_STR(str_of(x->table))), 0, &without_rowid, e);
  t->id = without_rowid ? -1 : -2;
  if (rc == OK)
    rc = each(x, "select type, name, sql from sqlite_schema where tbl_name = $1 order by rowid /* scan */", x->table, take_schema, NULL, e);
  if (rc == OK)
    rc = each(x, "select name, type, \"notnull\", dflt_value, pk from pragma_table_info($1) order by cid /* scan */", x->table, take_column, NULL, e);
  if (rc == OK)
    rc = each(x, "select name, \"unique\", partial from pragma_index_list($1) /* scan */", x->table, take_index, NULL, e);
  for (int i = 0; i < t->n_indexes && rc == OK; i++)
    rc = each(x, "select cid, \"desc\", coll from pragma_index_xinfo($1) where key = 1 order by seqno /* scan */", t->index[i].name, take_index_column, &t->index[i], e);
  for (int i = 0; i < t->n_indexes && rc == OK; i++)
    check_partial(x, &t->index[i]);
  if (t->id == -2 || !t->sql || x->text > TEXT_MAX || t->n_key > IMAGE_INDEX_COLUMNS)
    x->possible = false;
  if (t->id >= 0)
    t->n_key = 0;
  return rc;
}

/* Finds each name of the list among the table's columns. */
static void find_columns(struct reader *x, const char *columns, uint8_t *place)
{
  struct str rest = str_of(columns), name;
  for (int i = 0; x->possible && rest.n; i++) {
    size_t end = str_find(rest, ',', 0);
    int at = 0;
    name = str_trim(str_sub(rest, 0, end == SIZE_MAX ? rest.n : end));
    rest = end == SIZE_MAX ? STR_NONE : str_sub(rest, end + 1, rest.n);
    while (at < x->t->n_columns && !str_eq(x->names[at], name))
      at++;
    place[i] = (uint8_t)at;
    x->possible &= at < x->t->n_columns;
  }
}

int sqlite_table_read(struct db *db, struct arena *a, const char *table, const char *columns, struct image_table **ret, uint8_t *ret_place, struct err *e)
{
  struct reader x = {.db = db, .arena = a, .table = table, .t = arena_zalloc(a, 1, sizeof *x.t), .possible = true};
  if (!x.t)
    return err_set(e, ERR_NOMEM, "Out of memory");
  x.t->name = copy(&x, str_of(table));
  int rc = read_all(&x, e);
  if (rc == OK && x.possible)
    find_columns(&x, columns, ret_place);
  if (rc == OK && (x.failed || arena_failed(a)))
    rc = err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK)
    *ret = x.possible ? x.t : NULL;
  return rc;
}

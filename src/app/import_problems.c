/* Problem rows: counting and the file to mend. */
#include "app/import_problems.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include <errno.h>
#include <unistd.h>

enum { MAX_KINDS = 64 };
struct kind {
  const char *why, *mend;
  enum import_field field;
  char value[64], column[64];
  int64_t row, count;
};
struct problems {
  const struct table_info *info;
  char *path, *part; /* final name, and the name while it is being written */
  FILE *file;
  int64_t rows;
  struct kind kinds[MAX_KINDS];
  int n_kinds;
  bool again; /* the input itself is a problems file: its five columns are left out */
};

void row_trouble_add(struct row_trouble *t, enum import_field f, struct str value, const char *why, const char *mend)
{
  if (t->n == (int)(sizeof t->item / sizeof t->item[0]))
    return;
  t->item[t->n].field = f;
  t->item[t->n].value = value;
  t->item[t->n].why = why;
  t->item[t->n].mend = mend;
  t->n++;
}

static char *joined(const char *a, const char *b)
{
  size_t n = strlen(a), m = strlen(b);
  char *p = mem_alloc(n + m + 1);
  if (p) {
    memcpy(p, a, n);
    memcpy(p + n, b, m + 1);
  }
  return p;
}

struct problems *problems_new(const char *path, const struct table_info *info)
{
  struct problems *p = mem_zalloc(1, sizeof *p);
  if (!p)
    return NULL;
  p->info = info;
  p->again = info->n_columns > 5 && str_eq(info->columns[0], STR("row")) && str_eq(info->columns[1], STR("column")) &&
             str_eq(info->columns[2], STR("value")) && str_eq(info->columns[3], STR("why")) && str_eq(info->columns[4], STR("mend"));
  if (path) {
    p->path = joined(path, "");
    p->part = joined(path, ".part");
    if (!p->path || !p->part) {
      problems_free(p);
      return NULL;
    }
  }
  return p;
}

void problems_free(struct problems *p)
{
  if (!p)
    return;
  if (p->file) {
    fclose(p->file);
    unlink(p->part);
  }
  mem_free(p->path);
  mem_free(p->part);
  mem_free(p);
}

/* One CSV cell; a spreadsheet must not take it for a formula. The import takes the apostrophe off again. */
static void add_cell(struct strbuf *b, struct str s, bool first)
{
  if (!first)
    strbuf_addc(b, ',');
  bool risky = s.n && (s.p[0] == '=' || s.p[0] == '@' || s.p[0] == '\t' || s.p[0] == '\r' || ((s.p[0] == '+' || s.p[0] == '-') && s.n > 1));
  for (size_t i = 1; risky && (s.p[0] == '-' || s.p[0] == '+'); i++) {
    if (i == s.n)
      risky = false; /* a signed number */
    else if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || s.p[i] == ',' || s.p[i] == ' '))
      break;
  }
  bool quote = risky;
  for (size_t i = 0; i < s.n && !quote; i++)
    quote = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
  if (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
    quote = true;
  if (!quote) {
    strbuf_add(b, s);
    return;
  }
  strbuf_addc(b, '"');
  if (risky)
    strbuf_addc(b, '\'');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      strbuf_addc(b, '"');
    strbuf_addc(b, s.p[i]);
  }
  strbuf_addc(b, '"');
}

static int put_line(struct problems *p, struct strbuf *b, struct err *e)
{
  strbuf_addc(b, '\n');
  if (b->failed)
    return err_set(e, b->failed, "out of memory while writing the problems file");
  if (fwrite(b->p, 1, b->n, p->file) != b->n)
    return err_set(e, ERR_IO, "%s: the problems file cannot be written: %s", p->path, strerror(errno));
  return OK;
}

static int open_file(struct problems *p, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4 << 20);
  p->file = fopen(p->part, "wb");
  if (!p->file)
    return err_set(e, ERR_IO, "%s: the problems file cannot be written: %s: name another with --problems FILE", p->path, strerror(errno));
  strbuf_addz(&b, "row,column,value,why,mend");
  for (size_t i = p->again ? 5 : 0; i < p->info->n_columns; i++)
    add_cell(&b, p->info->columns[i], false);
  return put_line(p, &b, e);
}

static struct str column_name(const struct problems *p, const int *column_of_field, enum import_field f)
{
  int c = column_of_field[f];
  return c >= 0 ? p->info->columns[c] : str_of(field_spec(f)->name);
}

static void count_kind(struct problems *p, size_t row, const int *column_of_field, const struct row_trouble *t, int i)
{
  int k = 0;
  while (k < p->n_kinds && !(p->kinds[k].why == t->item[i].why && p->kinds[k].field == t->item[i].field))
    k++;
  if (k == MAX_KINDS)
    return;
  struct kind *x = &p->kinds[k];
  if (k == p->n_kinds) {
    p->n_kinds++;
    x->why = t->item[i].why;
    x->mend = t->item[i].mend;
    x->field = t->item[i].field;
    x->row = (int64_t)row;
    str_to_z(t->item[i].value, x->value, sizeof x->value);
    str_to_z(column_name(p, column_of_field, x->field), x->column, sizeof x->column);
  }
  x->count++;
}

int problems_add(struct problems *p, size_t row, const struct cell *cells, size_t n, const int *column_of_field, const struct row_trouble *t, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(64 << 20), part STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  p->rows++;
  for (int i = 0; i < t->n; i++)
    count_kind(p, row, column_of_field, t, i);
  if (!p->path)
    return OK;
  int rc = p->file ? OK : open_file(p, e);
  if (rc < 0)
    return rc;
  strbuf_i64(&b, (int64_t)row);
  for (int what = 0; what < 4; what++) {
    strbuf_clear(&part);
    for (int i = 0; i < t->n; i++) {
      if (i)
        strbuf_addz(&part, " | ");
      struct str s = what == 0 ? column_name(p, column_of_field, t->item[i].field) : what == 1 ? utf8_cut(t->item[i].value, 200)
                   : what == 2 ? str_of(t->item[i].why) : str_of(t->item[i].mend);
      strbuf_add(&part, s);
    }
    add_cell(&b, strbuf_str(&part), false);
  }
  if (part.failed)
    return err_set(e, part.failed, "out of memory while writing the problems file");
  size_t from = p->again ? 5 : 0, columns = n > p->info->n_columns ? n : p->info->n_columns;
  for (size_t i = from; i < columns; i++)
    add_cell(&b, i < n ? cells[i].text : STR_NONE, false);
  return put_line(p, &b, e);
}

int64_t problems_rows(const struct problems *p)
{
  return p->rows;
}

int problems_finish(struct problems *p, bool *ret_written, struct err *e)
{
  *ret_written = false;
  if (!p->file)
    return OK;
  int bad = fflush(p->file) != 0 || fsync(fileno(p->file)) != 0;
  bad |= fclose(p->file) != 0;
  p->file = NULL;
  if (bad || rename(p->part, p->path) != 0) {
    int why = errno;
    unlink(p->part);
    return err_set(e, ERR_IO, "%s: the problems file cannot be written: %s", p->path, strerror(why));
  }
  *ret_written = true;
  return OK;
}

static int by_count(const void *a, const void *b)
{
  const struct import_trouble *x = a, *y = b;
  return x->count != y->count ? (x->count < y->count ? 1 : -1) : (x->row > y->row) - (x->row < y->row);
}

int problems_list(const struct problems *p, struct arena *a, struct import_trouble **ret, size_t *ret_n)
{
  struct import_trouble *list = arena_zalloc(a, (size_t)p->n_kinds + 1, sizeof *list);
  if (!list)
    return ERR_NOMEM;
  for (int i = 0; i < p->n_kinds; i++) {
    const struct kind *k = &p->kinds[i];
    list[i] = (struct import_trouble){str_of(k->why), str_of(k->mend), arena_str(a, str_of(k->column)), arena_str(a, str_of(k->value)), k->row, k->count};
    if (!list[i].column.p || !list[i].value.p)
      return ERR_NOMEM;
  }
  qsort(list, (size_t)p->n_kinds, sizeof *list, by_count);
  *ret = list;
  *ret_n = (size_t)p->n_kinds;
  return OK;
}

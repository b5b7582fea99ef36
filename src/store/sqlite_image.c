#include "store/sqlite_image.h"

#include "base/alloc.h"
#include "base/sort.h"
#include <endian.h>

enum {
  PAGE = 4096,
  LEAF_MAX = PAGE - 35,                     /* the longest record of a table's leaf without overflow pages */
  ENTRY_MAX = (PAGE - 12) * 64 / 255 - 23,  /* the same for an index */
  LEVELS = 12,
  TABLE_LEAF = 0x0D, TABLE_INNER = 0x05, INDEX_LEAF = 0x0A, INDEX_INNER = 0x02,
};

/* A b-tree growing to the right: one open page a level, leaves at level 0. */
struct tree {
  bool index;
  int levels;
  struct level {
    uint32_t page;
    unsigned n, content; /* cells, and where the lowest of them begins */
    int64_t last;        /* rowid of the last cell of a table's leaf */
  } level[LEVELS];
};
/* What the indexes need of one column of all rows. The rowid is kept behind the table's columns. */
struct kept {
  bool wanted;
  int64_t *at; /* the number, or where the text lies in the pages */
  uint32_t *n; /* length of the text, or one of the two below */
};
#define KEPT_NULL UINT32_MAX
#define KEPT_INT (UINT32_MAX - 1)
struct image {
  const struct image_table *t;
  uint8_t *pages;
  size_t n_pages, cap_pages;
  struct tree rows;
  size_t n, cap; /* rows, and room in kept */
  int64_t last[IMAGE_INDEX_COLUMNS]; /* key of the last row */
  struct kept kept[IMAGE_COLUMNS + 1];
  uint8_t cell[PAGE + 64];
  uint16_t body[IMAGE_COLUMNS + 1];  /* where each value lies in the last record */
};

/* ---- numbers ---- */

static void put16(uint8_t *p, unsigned v)
{
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
  put16(p, v >> 16);
  put16(p + 2, v & 0xFFFF);
}

/* 7 bits a byte, highest first; the ninth byte has 8. Gives the bytes used. */
static unsigned put_varint(uint8_t *p, uint64_t v)
{
  uint8_t b[9];
  unsigned n = 0;
  if (v >> 56) {
    p[8] = (uint8_t)v;
    v >>= 8;
    for (int i = 7; i >= 0; i--, v >>= 7)
      p[i] = (uint8_t)(v | 0x80);
    return 9;
  }
  do
    b[n++] = (uint8_t)(v | 0x80);
  while (v >>= 7);
  b[0] &= 0x7F;
  for (unsigned i = 0; i < n; i++)
    p[i] = b[n - 1 - i];
  return n;
}

/* ---- records ---- */

/* Bytes of an integer's shortest form, in *ret_type its serial type. */
static unsigned int_size(int64_t v, uint8_t *ret_type)
{
  static const uint8_t type[] = {0, 1, 2, 3, 4, 5, 5, 6, 6}, size[] = {0, 1, 2, 3, 4, 6, 6, 8, 8}; /* by the bytes that number and sign need */
  uint64_t magnitude = (uint64_t)(v < 0 ? ~v : v);
  if (magnitude <= 1 && v >= 0) {
    *ret_type = (uint8_t)(8 + v);
    return 0;
  }
  unsigned bytes = 8 - (unsigned)__builtin_clzll(magnitude << 1 | 1) / 8;
  *ret_type = type[bytes];
  return size[bytes];
}

/* Writes the record of n values behind `to`, which has room for max + 8 bytes. Leaves m->body. Gives its length; 0 = longer than max. */
static unsigned put_record(struct image *m, uint8_t *to, const struct bind *v, int n, unsigned max)
{
  uint8_t types[IMAGE_COLUMNS * 5 + 5], size[IMAGE_COLUMNS + 1];
  unsigned header = 0, length = 0;
  for (int i = 0; i < n; i++) {
    size[i] = 0;
    if (v[i].type == BIND_I64) {
      size[i] = (uint8_t)int_size(v[i].i, &types[header]);
      header++;
      length += size[i];
    } else if (v[i].type == BIND_TEXT) {
      if (v[i].s.n > max)
        return 0;
      header += put_varint(types + header, 13 + 2 * (uint64_t)v[i].s.n);
      length += (unsigned)v[i].s.n;
    } else {
      types[header++] = 0;
    }
    if (length > max)
      return 0;
  }
  header += header + 1 < 128 ? 1 : 2;
  if (header + length > max)
    return 0;
  unsigned at = put_varint(to, header);
  memcpy(to + at, types, header - at);
  at = header;
  for (int i = 0; i < n; i++) {
    m->body[i] = (uint16_t)at;
    if (v[i].type == BIND_TEXT) {
      if (v[i].s.n)
        memcpy(to + at, v[i].s.p, v[i].s.n);
      at += (unsigned)v[i].s.n;
    }
    if (size[i]) { /* eight bytes at once, of which the first ones count: the next value goes over the rest */
      uint64_t big = htobe64((uint64_t)v[i].i << (64 - 8 * size[i]));
      memcpy(to + at, &big, sizeof big);
      at += size[i];
    }
  }
  return at;
}

/* ---- pages ---- */

static uint8_t *page_of(const struct image *m, uint32_t page)
{
  return m->pages + (size_t)(page - 1) * PAGE;
}

static bool page_add(struct image *m, uint32_t *ret)
{
  if (m->n_pages == m->cap_pages) {
    size_t cap = m->cap_pages ? m->cap_pages + m->cap_pages / 2 : 16;
    uint8_t *p = cap < UINT32_MAX ? mem_realloc(m->pages, cap * PAGE) : NULL;
    if (!p)
      return false;
    m->pages = p;
    m->cap_pages = cap;
  }
  *ret = (uint32_t)++m->n_pages;
  memset(page_of(m, *ret), 0, PAGE);
  return true;
}

static unsigned page_header(int level)
{
  return level ? 12 : 8;
}

static bool level_open(struct image *m, struct tree *t, int level)
{
  struct level *x = &t->level[level];
  *x = (struct level){.content = PAGE};
  if (!page_add(m, &x->page))
    return false;
  page_of(m, x->page)[0] = level ? (t->index ? INDEX_INNER : TABLE_INNER) : t->index ? INDEX_LEAF : TABLE_LEAF;
  if (level == t->levels)
    t->levels++;
  return true;
}

static void level_close(struct image *m, struct tree *t, int level, uint32_t right)
{
  const struct level *x = &t->level[level];
  uint8_t *p = page_of(m, x->page);
  put16(p + 3, x->n);
  put16(p + 5, x->content);
  if (level)
    put32(p + 8, right);
}

static int tree_add(struct image *m, struct tree *t, int level, const uint8_t *cell, unsigned n, int64_t rowid);

/* The page of a level is full: its neighbor goes on, and the level above learns of it. In an index and in inner pages the
 * last cell moves up; a table's leaf keeps all its cells. */
static int level_next(struct image *m, struct tree *t, int level)
{
  struct level *x = &t->level[level];
  uint8_t up[PAGE];
  unsigned n = 4;
  uint32_t full = x->page, right = 0;
  const uint8_t *p = page_of(m, full);
  put32(up, full);
  if (level || t->index) {
    const uint8_t *last = p + x->content, *from = level ? last + 4 : last;
    unsigned end = x->n > 1 ? (unsigned)(p[page_header(level) + 2 * (x->n - 2)] << 8 | p[page_header(level) + 2 * (x->n - 2) + 1]) : PAGE;
    if (level)
      right = (uint32_t)last[0] << 24 | (uint32_t)last[1] << 16 | (uint32_t)last[2] << 8 | last[3];
    n += (unsigned)(p + end - from);
    memcpy(up + 4, from, n - 4);
    x->content = end;
    x->n--;
    put16(page_of(m, full) + page_header(level) + 2 * x->n, 0);
  } else {
    n += put_varint(up + 4, (uint64_t)x->last);
  }
  level_close(m, t, level, right);
  if (level + 1 == LEVELS)
    return ERR_LIMIT;
  int rc = tree_add(m, t, level + 1, up, n, 0);
  return rc == OK && !level_open(m, t, level) ? ERR_NOMEM : rc;
}

static int tree_add(struct image *m, struct tree *t, int level, const uint8_t *cell, unsigned n, int64_t rowid)
{
  struct level *x = &t->level[level];
  if (level == t->levels && !level_open(m, t, level))
    return ERR_NOMEM;
  if (page_header(level) + 2 * (x->n + 1) + n > x->content) {
    int rc = level_next(m, t, level);
    if (rc < 0)
      return rc;
  }
  uint8_t *p = page_of(m, x->page);
  x->content -= n;
  memcpy(p + x->content, cell, n);
  put16(p + page_header(level) + 2 * x->n, x->content);
  x->n++;
  x->last = rowid;
  return OK;
}

/* Closes the open pages from the leaves up; gives the root. */
static uint32_t tree_end(struct image *m, struct tree *t)
{
  uint32_t right = 0;
  for (int i = 0; i < t->levels; i++) {
    level_close(m, t, i, right);
    right = t->level[i].page;
  }
  return right;
}

/* ---- rows ---- */

int image_new(const struct image_table *t, struct image **ret)
{
  struct image *m = mem_zalloc(1, sizeof *m);
  uint32_t first;
  if (!m)
    return ERR_NOMEM;
  m->t = t;
  m->rows.index = t->id < 0;
  for (int i = 0; i < t->n_indexes; i++)
    for (int k = 0; k < t->index[i].n_columns; k++)
      m->kept[t->index[i].column[k]].wanted = true;
  for (int i = 0; i < t->n_key && t->n_indexes; i++)
    m->kept[i].wanted = true;
  m->kept[t->n_columns].wanted = t->id >= 0 && t->n_indexes;
  if (!page_add(m, &first)) {
    image_free(m);
    return ERR_NOMEM;
  }
  *ret = m;
  return OK;
}

void image_free(struct image *m)
{
  if (!m)
    return;
  for (int i = 0; i <= IMAGE_COLUMNS; i++) {
    mem_free(m->kept[i].at);
    mem_free(m->kept[i].n);
  }
  mem_free(m->pages);
  mem_free(m);
}

size_t image_rows(const struct image *m)
{
  return m->n;
}

size_t image_size(const struct image *m)
{
  return m->n_pages * PAGE;
}

static bool kept_room(struct image *m)
{
  if (m->n < m->cap)
    return true;
  size_t cap = m->cap ? m->cap + m->cap / 2 : 64;
  for (int i = 0; i <= m->t->n_columns; i++) {
    struct kept *k = &m->kept[i];
    if (!k->wanted)
      continue;
    int64_t *at = mem_realloc(k->at, cap * sizeof *at);
    if (at)
      k->at = at;
    uint32_t *n = at ? mem_realloc(k->n, cap * sizeof *n) : NULL;
    if (!n)
      return false;
    k->n = n;
  }
  m->cap = cap;
  return true;
}

/* Whether no index entry of the row needs more than its page. */
static bool entries_fit(const struct image_table *t, const struct bind *row)
{
  enum { NUMBERS = (2 * IMAGE_INDEX_COLUMNS + 1) * 14 + 2 }; /* the longest numbers and the head of the record */
  for (int i = 0; i < t->n_indexes; i++) {
    size_t n = NUMBERS;
    for (int k = 0; k < t->index[i].n_columns; k++)
      n += row[t->index[i].column[k]].type == BIND_TEXT ? row[t->index[i].column[k]].s.n : 0;
    if (n > ENTRY_MAX)
      return false;
  }
  return true;
}

/* Whether the table takes the values, and in this order. */
static bool row_fits(const struct image *m, const struct bind *row)
{
  const struct image_table *t = m->t;
  for (int i = 0; i < t->n_columns; i++) {
    const struct image_column *c = &t->column[i];
    if (row[i].type == BIND_NULL ? c->not_null || i == t->id : row[i].type != (c->text ? BIND_TEXT : BIND_I64))
      return false;
  }
  if (t->id >= 0)
    return m->n == 0 || row[t->id].i > m->last[0];
  for (int i = 0; i < t->n_key; i++) {
    if (t->column[i].text)
      return false;
    if (m->n == 0 || row[i].i > m->last[i])
      return true;
    if (row[i].i < m->last[i])
      return false;
  }
  return false;
}

static void keep(struct kept *k, size_t row, const struct bind *v, int64_t text_at)
{
  k->at[row] = v->type == BIND_I64 ? v->i : text_at;
  k->n[row] = v->type == BIND_I64 ? KEPT_INT : v->type == BIND_TEXT ? (uint32_t)v->s.n : KEPT_NULL;
}

int image_row(struct image *m, const struct bind *row)
{
  const struct image_table *t = m->t;
  if (!row_fits(m, row) || !entries_fit(t, row))
    return 0;
  if (t->n_indexes && !kept_room(m))
    return ERR_NOMEM;
  struct bind v[IMAGE_COLUMNS];
  memcpy(v, row, (size_t)t->n_columns * sizeof *v);
  if (t->id >= 0)
    v[t->id] = B_NULL; /* the rowid stands before the record */
  uint8_t *record = m->cell + 16;
  unsigned n = put_record(m, record, v, t->n_columns, t->id < 0 ? ENTRY_MAX : LEAF_MAX), head = 0;
  if (n == 0)
    return 0;
  uint8_t before[16];
  head = put_varint(before, n);
  if (t->id >= 0)
    head += put_varint(before + head, (uint64_t)row[t->id].i);
  memcpy(record - head, before, head);
  int rc = tree_add(m, &m->rows, 0, record - head, head + n, t->id >= 0 ? row[t->id].i : 0);
  if (rc < 0)
    return rc;
  int64_t at = (int64_t)(m->rows.level[0].page - 1) * PAGE + m->rows.level[0].content + head;
  for (int i = 0; i < t->n_columns; i++)
    if (m->kept[i].wanted)
      keep(&m->kept[i], m->n, &row[i], at + m->body[i]);
  if (m->kept[t->n_columns].wanted)
    keep(&m->kept[t->n_columns], m->n, &row[t->id], 0);
  for (int i = 0; i < t->n_key; i++)
    m->last[i] = row[i].i;
  if (t->id >= 0)
    m->last[0] = row[t->id].i;
  m->n++;
  return 1;
}

/* ---- indexes ---- */

/* The columns of an index entry: its own, then the key of the row as far as it is not among them. */
struct entry {
  const struct image *m;
  int column[IMAGE_INDEX_COLUMNS * 2 + 1], n, n_own;
};

static struct entry entry_of(const struct image *m, const struct image_index *x)
{
  struct entry e = {.m = m, .n_own = x->n_columns};
  for (int i = 0; i < x->n_columns; i++)
    e.column[e.n++] = x->column[i];
  if (m->t->id >= 0)
    e.column[e.n++] = m->t->n_columns;
  for (int k = 0; k < m->t->n_key; k++) {
    bool there = false;
    for (int i = 0; i < x->n_columns; i++)
      there |= x->column[i] == k;
    if (!there)
      e.column[e.n++] = k;
  }
  return e;
}

static struct bind kept_value(const struct image *m, int column, uint32_t row)
{
  const struct kept *k = &m->kept[column];
  if (k->n[row] == KEPT_NULL)
    return B_NULL;
  if (k->n[row] == KEPT_INT)
    return B_I64(k->at[row]);
  return B_STR(((struct str){(const char *)m->pages + k->at[row], k->n[row]}));
}

/* NULL before everything; numbers; texts by their bytes. One column has one type. */
static int compare_values(struct bind a, struct bind b)
{
  if (a.type == BIND_NULL || b.type == BIND_NULL)
    return (b.type == BIND_NULL) - (a.type == BIND_NULL);
  if (a.type == BIND_I64)
    return (a.i > b.i) - (a.i < b.i);
  size_t n = a.s.n < b.s.n ? a.s.n : b.s.n;
  int c = n ? memcmp(a.s.p, b.s.p, n) : 0;
  return c ? c : (a.s.n > b.s.n) - (a.s.n < b.s.n);
}

static int compare_rows(const struct entry *e, uint32_t a, uint32_t b, int columns)
{
  int c = 0;
  for (int i = 0; i < columns && c == 0; i++)
    c = compare_values(kept_value(e->m, e->column[i], a), kept_value(e->m, e->column[i], b));
  return c;
}

static int compare_order(const void *a, const void *b, void *e)
{
  return compare_rows(e, *(const uint32_t *)a, *(const uint32_t *)b, ((const struct entry *)e)->n);
}

/* Bytes that all texts of a column begin with. */
static size_t shared_head(const struct image *m, int column)
{
  struct bind first = kept_value(m, column, 0);
  size_t n = first.type == BIND_TEXT ? first.s.n : 0;
  for (uint32_t i = 1; i < m->n && n; i++) {
    struct bind v = kept_value(m, column, i);
    size_t same = 0, max = v.type != BIND_TEXT ? 0 : v.s.n < n ? v.s.n : n;
    while (same < max && v.s.p[same] == first.s.p[same])
      same++;
    n = same;
  }
  return n;
}

/* A number that sorts like the value where two numbers differ. */
static uint64_t sort_key(struct bind v, size_t skip)
{
  uint64_t key = 0;
  if (v.type == BIND_I64)
    return (uint64_t)v.i ^ (UINT64_C(1) << 63);
  for (size_t i = 0; i < 8 && v.type == BIND_TEXT; i++)
    key = key << 8 | (skip + i < v.s.n ? (unsigned char)v.s.p[skip + i] : 0);
  return key;
}

/* Whether two rows, neighbors in the order, have the same own columns, none of them NULL. */
static bool same_key(const struct entry *e, uint32_t a, uint32_t b)
{
  bool null = false;
  for (int k = 0; k < e->n_own; k++)
    null |= e->m->kept[e->column[k]].n[a] == KEPT_NULL;
  return !null && compare_rows(e, a, b, e->n_own) == 0;
}

/* All rows in the order of the index: by a number made of the first column, then, where those agree, by comparing.
 * ERR_CONFLICT: two have the same key and must not. */
static int sort_rows(const struct image *m, const struct entry *e, bool unique, uint32_t *order)
{
  size_t skip = shared_head(m, e->column[0]);
  MEM_CLEANUP uint64_t *keys = mem_alloc(m->n * sizeof *keys);
  MEM_CLEANUP uint32_t *spare = mem_alloc(m->n * sizeof *spare);
  if (!keys || !spare)
    return ERR_NOMEM;
  for (uint32_t i = 0; i < m->n; i++)
    keys[i] = sort_key(kept_value(m, e->column[0], i), skip);
  sort_u64(keys, order, spare, m->n);
  for (size_t i = 0, to; i < m->n; i = to) {
    bool sorted = true;
    for (to = i + 1; to < m->n && keys[order[to]] == keys[order[i]]; to++)
      sorted &= compare_rows(e, order[to - 1], order[to], e->n) < 0;
    if (!sorted)
      qsort_r(order + i, to - i, sizeof *order, compare_order, (void *)(uintptr_t)e);
    for (size_t k = i + 1; k < to && unique; k++)
      if (same_key(e, order[k - 1], order[k]))
        return ERR_CONFLICT;
  }
  return OK;
}

static int index_build(struct image *m, const struct image_index *x, uint32_t *ret_root)
{
  struct entry e = entry_of(m, x);
  struct tree t = {.index = true};
  MEM_CLEANUP uint32_t *order = mem_alloc(m->n * sizeof *order);
  if (!order)
    return ERR_NOMEM;
  int rc = sort_rows(m, &e, x->unique, order);
  if (rc == OK && !level_open(m, &t, 0)) /* a partial index may stay empty */
    rc = ERR_NOMEM;
  for (size_t i = 0; i < m->n && rc == OK; i++) {
    struct bind v[IMAGE_INDEX_COLUMNS * 2 + 1];
    for (int k = 0; k < e.n; k++)
      v[k] = kept_value(m, e.column[k], order[i]);
    if (x->partial && v[0].type == BIND_NULL)
      continue;
    uint8_t *record = m->cell + 16;
    unsigned n = put_record(m, record, v, e.n, ENTRY_MAX);
    if (n == 0)
      return ERR_LIMIT;
    unsigned head = n < 128 ? 1 : 2;
    put_varint(record - head, n);
    rc = tree_add(m, &t, 0, record - head, head + n, 0);
  }
  *ret_root = tree_end(m, &t);
  return rc;
}

/* ---- the database ---- */

/* A row of sqlite_schema, in the tree on page 1. */
static bool schema_row(struct image *m, unsigned *cells, unsigned *content, const char *type, const char *name, uint32_t root, const char *sql)
{
  const struct bind v[] = {B_STR(str_of(type)), B_STR(str_of(name)), B_STR(str_of(m->t->name)), B_I64(root), B_STR(str_of(sql))};
  uint8_t *record = m->cell + 16, *p = m->pages;
  unsigned n = put_record(m, record, v, 5, LEAF_MAX - 300), head = n < 128 ? 1 : 2;
  if (n == 0 || 100 + 8 + 2 * (*cells + 1) + head + 1 + n > *content)
    return false;
  *content -= head + 1 + n;
  put_varint(p + *content, n);
  p[*content + head] = (uint8_t)(*cells + 1);
  memcpy(p + *content + head + 1, record, n);
  put16(p + 100 + 8 + 2 * *cells, *content);
  ++*cells;
  return true;
}

static void put_header(struct image *m)
{
  uint8_t *p = m->pages;
  memcpy(p, "SQLite format 3", 16);
  put16(p + 16, PAGE);
  p[18] = p[19] = 1;         /* no write-ahead log */
  p[21] = 64;
  p[22] = p[23] = 32;
  put32(p + 24, 1);          /* change counter; the size in pages is valid for it */
  put32(p + 28, (uint32_t)m->n_pages);
  put32(p + 40, 1);          /* schema cookie */
  put32(p + 44, 4);          /* schema format */
  put32(p + 56, 1);          /* UTF-8 */
  put32(p + 92, 1);
  put32(p + 96, 3040001);
}

int image_finish(struct image *m, uint8_t **ret, size_t *ret_n, const struct image_index **ret_index)
{
  const struct image_table *t = m->t;
  unsigned cells = 0, content = PAGE;
  bool fits = schema_row(m, &cells, &content, "table", t->name, tree_end(m, &m->rows), t->sql);
  for (int i = 0; i < t->n_indexes && fits; i++) {
    uint32_t root = 0;
    int rc = index_build(m, &t->index[i], &root);
    if (rc == ERR_CONFLICT)
      *ret_index = &t->index[i];
    if (rc < 0)
      return rc;
    fits = schema_row(m, &cells, &content, "index", t->index[i].name, root, t->index[i].sql);
  }
  if (!fits)
    return ERR_LIMIT;
  put_header(m);
  m->pages[100] = TABLE_LEAF;
  put16(m->pages + 103, cells);
  put16(m->pages + 105, content);
  *ret = m->pages;
  *ret_n = m->n_pages * PAGE;
  return OK;
}

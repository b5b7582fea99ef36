/* store_write_bulk gives what store_write gives, whatever the rows are like: in SQLite an empty table is then filled by another way. */
#include "support.h"

#include "base/arena.h"
#include "base/random.h"

enum { TEXT_SIZE = 6000, NAME_MAX_LENGTH = 1500 }; /* PostgreSQL indexes no text of more than about 2,700 bytes */

/* What the rows of one test are like. */
struct shape {
  int64_t rows;
  uint32_t longest;    /* text */
  bool same_head;      /* texts that begin alike and differ late */
  int64_t disorder;    /* every so many rows an id below the last one; 0 = never */
  int64_t look;        /* every so many rows another statement; 0 = never */
};
struct filling {
  const struct shape *shape;
  const char *item, *pair; /* tables */
};

static int64_t number(struct random *r)
{
  int64_t v = (int64_t)(random_u64(r) >> random_below(r, 64));
  return random_below(r, 2) ? v : ~v;
}

/* A text that no other row has. */
static struct str text(struct random *r, const struct shape *x, uint32_t longest, int64_t row, char *to)
{
  uint32_t n = random_below(r, longest + 1);
  size_t at = 0;
  if (x->same_head)
    at += (size_t)snprintf(to, 100, "contract of the western region ");
  while (at < n)
    to[at++] = (char)('a' + random_below(r, 26));
  return (struct str){to, at + (size_t)snprintf(to + at, 30, "%d", (int)row)};
}

static int fill(struct store *s, void *arg, struct err *e)
{
  const struct filling *f = arg;
  const struct shape *x = f->shape;
  struct random r = random_seed(42, (uint64_t)x->rows);
  struct bulk *item = NULL, *pair = NULL;
  static char name[TEXT_SIZE], note[TEXT_SIZE], long_text[TEXT_SIZE];
  int64_t seen = 0;
  int rc = bulk_begin(store_db(s), f->item, "id, n, name, note, long_text", &item, e);
  if (rc == OK)
    rc = bulk_begin(store_db(s), f->pair, "a,b,weight", &pair, e);
  for (int64_t i = 0; i < x->rows && rc == OK; i++) {
    bulk_i64(item, x->disorder && i % x->disorder == x->disorder - 1 ? -i * 3 : i * 3 + 1);
    random_below(&r, 4) ? bulk_i64(item, i % 5 ? number(&r) : 7) : bulk_null(item);
    bulk_str(item, text(&r, x, x->longest < NAME_MAX_LENGTH ? x->longest : NAME_MAX_LENGTH, i, name));
    random_below(&r, 2) ? bulk_str(item, text(&r, x, x->longest < NAME_MAX_LENGTH ? x->longest : NAME_MAX_LENGTH, 0, note)) : bulk_null(item);
    bulk_str(item, text(&r, x, x->longest, 0, long_text));
    rc = bulk_row(item, e);
    if (rc < 0)
      break;
    bulk_i64(pair, i / 3);
    bulk_i64(pair, i);
    bulk_i64(pair, number(&r));
    rc = bulk_row(pair, e);
    if (rc == OK && x->look && i % x->look == x->look - 1)
      rc = db_one_i64(store_db(s), "select count(*) from id_counter /* scan */", NULL, 0, &seen, e);
  }
  int a = bulk_end(item, rc < 0 ? NULL : e), b = bulk_end(pair, rc < 0 ? NULL : e);
  return rc < 0 ? rc : a < 0 ? a : b;
}

static void make_tables(struct store *s, const char *suffix)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000);
  strbuf_fmt(&b, "create table item%s (id bigint primary key, name text not null, state int not null default 7, note text, n bigint, long_text text, extra bigint);"
    "create unique index item_name%s on item%s(name); create index item_n%s on item%s(n, state);"
    "create index item_note%s on item%s(note) where note is not null; create index item_none%s on item%s(extra) where extra is not null;"
    "create table pair%s (a bigint not null, b bigint not null, weight bigint, primary key (a, b)); create index pair_b%s on pair%s(b)",
    suffix, suffix, suffix, suffix, suffix, suffix, suffix, suffix, suffix, suffix, suffix, suffix);
  run(s, strbuf_z(&b));
}

static int64_t difference(struct store *s, const char *a, const char *b)
{
  struct strbuf q STRBUF_CLEANUP = STRBUF_INIT(400);
  strbuf_fmt(&q, "select count(*) from (select * from %s except select * from %s) x /* scan */", a, b);
  return one(s, strbuf_z(&q));
}

static void both_ways_give_the_same(void **state)
{
  struct place *p = *state;
  struct err e = {0};
  static const struct shape shapes[] = {
    {.rows = 0}, {.rows = 1, .longest = 10}, {.rows = 3}, {.rows = 400, .longest = 300}, {.rows = 30000, .longest = 20}, {.rows = 3000, .longest = 60, .same_head = true},
    {.rows = 600, .longest = 990}, {.rows = 200, .longest = 1200}, {.rows = 100, .longest = 5500}, {.rows = 500, .longest = 30, .disorder = 100},
    {.rows = 500, .longest = 30, .look = 77},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    make_tables(p->s, "1");
    make_tables(p->s, "2");
    ok(store_write(p->s, fill, &(struct filling){&shapes[i], "item1", "pair1"}, &e), &e);
    ok(store_write_bulk(p->s, fill, &(struct filling){&shapes[i], "item2", "pair2"}, &e), &e);
    assert_int_equal(one(p->s, "select count(*) from item2 /* scan */"), shapes[i].rows);
    assert_int_equal(one(p->s, "select count(*) from pair2 /* scan */"), shapes[i].rows);
    assert_int_equal(difference(p->s, "item1", "item2") + difference(p->s, "item2", "item1"), 0);
    assert_int_equal(difference(p->s, "pair1", "pair2") + difference(p->s, "pair2", "pair1"), 0);
    assert_int_equal(findings(p->s, NULL), 0); /* among them: pages and indexes agree */
    run(p->s, "drop table item1; drop table item2; drop table pair1; drop table pair2");
  }
}

/* A second bulk into the same table, one row of which the table refuses. */
struct more {
  int64_t id;
  const char *name;
  bool null_name, twice;
};

static int add_more(struct store *s, void *arg, struct err *e)
{
  const struct more *m = arg;
  struct bulk *b = NULL;
  int rc = bulk_begin(store_db(s), "item1", "id, name", &b, e);
  for (int64_t i = 0; i < 1 + m->twice && rc == OK; i++) {
    bulk_i64(b, m->id + i);
    m->null_name ? bulk_null(b) : bulk_str(b, str_of(m->name));
    rc = bulk_row(b, e);
  }
  int end = bulk_end(b, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

static void rules_hold_in_a_new_table_too(void **state)
{
  struct place *p = *state;
  struct err e = {0};
  make_tables(p->s, "1");
  assert_int_equal(store_write_bulk(p->s, add_more, &(struct more){.id = 1, .null_name = true}, &e), ERR_CONFLICT);
  assert_int_equal(store_write_bulk(p->s, add_more, &(struct more){.id = 1, .name = "one", .twice = true}, &e), ERR_CONFLICT);
  assert_non_null(strstr(e.text, "item_name1"));
  assert_int_equal(one(p->s, "select count(*) from item1 /* scan */"), 0);
  ok(store_write_bulk(p->s, add_more, &(struct more){.id = 1, .name = "one"}, &e), &e);
  assert_int_equal(store_write_bulk(p->s, add_more, &(struct more){.id = 2, .name = "one"}, &e), ERR_CONFLICT);
  assert_int_equal(store_write_bulk(p->s, add_more, &(struct more){.id = 1, .name = "two"}, &e), ERR_CONFLICT);
  ok(store_write_bulk(p->s, add_more, &(struct more){.id = 2, .name = "two"}, &e), &e);
  assert_int_equal(one(p->s, "select sum(id * state) from item1 /* scan */"), 21);
  assert_int_equal(findings(p->s, NULL), 0);
}

/* What was kept since a savepoint goes with it, what stood before stays. */
static int roll_back(struct store *s, void *arg, struct err *e)
{
  struct db *db = store_db(s);
  struct bulk *b = NULL;
  (void)arg;
  int rc = bulk_begin(db, "pair1", "a, b", &b, e);
  for (int64_t i = 0; i < 4 && rc == OK; i++) {
    if (i == 2)
      rc = db_savepoint(db, e);
    bulk_i64(b, i);
    bulk_i64(b, i);
    rc = rc < 0 ? rc : bulk_row(b, e);
    if (i == 2 && rc == OK)
      db_savepoint_rollback(db);
  }
  int end = bulk_end(b, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

static void a_savepoint_takes_its_rows_along(void **state)
{
  struct place *p = *state;
  struct err e = {0};
  make_tables(p->s, "1");
  ok(store_write_bulk(p->s, roll_back, NULL, &e), &e);
  assert_int_equal(one(p->s, "select sum(a) from pair1 /* scan */"), 4);
  assert_int_equal(findings(p->s, NULL), 0);
}

const struct CMUnitTest bulk_tests[] = {
  PLACE_TEST(both_ways_give_the_same),
  PLACE_TEST(rules_hold_in_a_new_table_too),
  PLACE_TEST(a_savepoint_takes_its_rows_along),
};
const size_t n_bulk_tests = sizeof bulk_tests / sizeof *bulk_tests;

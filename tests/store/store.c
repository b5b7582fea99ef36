/* Migrations, the transaction runner, ids and the change sequence. */
#include "support.h"

#include <pthread.h>

static void migrating_again_does_nothing(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int applied = -1, version = 0;
  ok(store_migrate(p->s, &applied, &e), &e);
  ok(store_version(p->s, &version, &e), &e);
  assert_int_equal(applied, 0);
  assert_int_equal(version, store_known_version());
  assert_string_equal(store_url(p->s), p->url);
}

/* A step of this program that came out after a higher one had been applied is caught up, and check asks for it. */
static void a_step_left_out_is_caught_up(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int applied = -1, version = 0;
  bool all = false;
  struct store_check n = {0};
  ok(store_migrated(p->s, &all, &e), &e);
  assert_true(all);
  run(p->s, "delete from schema_migration where version = 10; drop table account_apart"); /* nothing refers to it */
  ok(store_migrated(p->s, &all, &e), &e);
  assert_false(all);
  ok(store_check(p->s, NULL, NULL, &n, &e), &e);
  assert_int_equal(n.findings, 1);
  ok(store_migrate(p->s, &applied, &e), &e);
  ok(store_version(p->s, &version, &e), &e);
  assert_int_equal(applied, 1);
  assert_int_equal(version, store_known_version());
  assert_int_equal(one(p->s, "select count(*) from schema_migration where version = 10 and name = '0010_duplicate.sql'"), 1);
  ok(store_migrated(p->s, &all, &e), &e);
  assert_true(all);
}

static void a_newer_schema_is_refused(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *s = NULL;
  char expected[100];
  int known = store_known_version();
  run(p->s, "insert into schema_migration (version, name, sha256) values (99, 'later', '')");
  snprintf(expected, sizeof expected, "was written by a newer Perennial (schema 99, this program knows %d): install the newer version", known);
  refused(store_open(p->url, &s, &e), ERR_FAIL, &e, expected);
  refused(store_migrate(p->s, NULL, &e), ERR_FAIL, &e, expected);
}

struct tries {
  int left, runs;
};

static int fail_first(struct store *s, void *arg, struct err *e) {
  struct tries *t = arg;
  t->runs++;
  int64_t n = db_run(store_db(s), "insert into region (id, name) values (1, 'A')", NULL, e);
  if (n < 0) return (int)n;
  return t->left-- > 0 ? err_set(e, ERR_AGAIN, "busy") : 42;
}

static void a_busy_transaction_runs_again_from_the_start(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct tries t = {2, 0};
  assert_int_equal(store_write(p->s, fail_first, &t, &e), 42);
  assert_int_equal(t.runs, 3);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 1);
}

static void after_eight_tries_it_gives_up(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct tries t = {100, 0};
  refused(store_write(p->s, fail_first, &t, &e), ERR_AGAIN, &e, "busy");
  assert_int_equal(t.runs, 8);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 0);
}

static int write_inside(struct store *s, void *arg, struct err *e) {
  return store_write(s, fail_first, arg, e);
}

static void transactions_do_not_nest(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct tries t = {0, 0};
  refused(store_write(p->s, write_inside, &t, &e), ERR_FAIL, &e, "do not nest");
  assert_int_equal(t.runs, 0);
  assert_false(db_in_tx(store_db(p->s)));
}

static int fail_after_write(struct store *s, void *arg, struct err *e) {
  struct tries t = {0, 0};
  (void)arg;
  fail_first(s, &t, e);
  return err_set(e, ERR_RANGE, "no");
}

static void a_failed_transaction_leaves_nothing(void **state) {
  struct place *p = *state;
  struct err e = {0};
  refused(store_write(p->s, fail_after_write, NULL, &e), ERR_RANGE, &e, "no");
  refused(store_write_bulk(p->s, fail_after_write, NULL, &e), ERR_RANGE, &e, "no");
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 0);
}

/* Reads a number, adds one, writes it back: loses counts unless writers take turns. */
static int add_one(struct store *s, void *arg, struct err *e) {
  int64_t n = 0;
  (void)arg;
  int rc = db_one_i64(store_db(s), "select entity_id from change_log where seq = 1", NULL, 0, &n, e);
  if (rc == OK) rc = (int)db_run(store_db(s), "update change_log set entity_id = $1 where seq = 1", BINDS(B_I64(n + 1)), e);
  return rc;
}

enum { ADDS = 100 };
static void *add_many(void *place) {
  struct store *s = place_again(place);
  struct err e = {0};
  intptr_t failed = 0;
  for (int i = 0; i < ADDS; i++) failed += store_write(s, add_one, NULL, &e) < 0;
  store_close(s);
  return (void *)failed;
}

static void writers_take_turns(void **state) {
  struct place *p = *state;
  pthread_t thread[3];
  void *failed[3];
  run(p->s, "insert into change_log (seq, entity, entity_id) values (1, 'count', 0)");
  for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&thread[i], NULL, add_many, p), 0);
  for (int i = 0; i < 3; i++) {
    pthread_join(thread[i], &failed[i]);
    assert_ptr_equal(failed[i], NULL);
  }
  assert_int_equal(one(p->s, "select entity_id from change_log where seq = 1"), 3 * ADDS);
}

static void *write_one_region(void *place) {
  struct store *s = place_again(place);
  struct err e = {0};
  struct tries t = {0, 0};
  intptr_t rc = store_write(s, fail_first, &t, &e);
  store_close(s);
  return (void *)rc;
}

static void a_writer_waits_for_the_other(void **state) {
  struct place *p = *state;
  struct err e = {0};
  pthread_t thread;
  void *rc;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  assert_int_equal(pthread_create(&thread, NULL, write_one_region, p), 0);
  ok(db_run(store_db(p->s), "insert into region (id, name) values (2, 'B')", NULL, &e), &e);
  ok(db_commit(store_db(p->s), &e), &e);
  pthread_join(thread, &rc);
  assert_int_equal((intptr_t)rc, 42);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 2);
}

static int read_twice(struct store *s, void *arg, struct err *e) {
  struct store *other = arg;
  struct tries t = {0, 0};
  int64_t before = one(s, "select count(*) from region /* scan */");
  ok(store_write(other, fail_first, &t, e), e);
  int64_t after = one(s, "select count(*) from region /* scan */");
  return before == 0 && after == 0 ? 1 : ERR_FAIL;
}

static void a_reader_sees_one_moment(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *other = place_again(p);
  assert_int_equal(store_read(p->s, read_twice, other, &e), 1);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 1);
  store_close(other);
}

static int reserve(struct store *s, void *arg, struct err *e) {
  int64_t *first = arg;
  int rc = store_reserve_ids(s, "contract_line", 10, &first[0], e);
  if (rc == OK) rc = store_reserve_ids(s, "contract_line", 1, &first[1], e);
  if (rc == OK) rc = store_reserve_ids(s, "renewal", 5, &first[2], e);
  return rc;
}

static void ids_are_reserved_once(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int64_t first[3] = {0};
  ok(store_write(p->s, reserve, first, &e), &e);
  assert_int_equal(first[0], 1);
  assert_int_equal(first[1], 11);
  assert_int_equal(first[2], 1);
  ok(store_write_bulk(p->s, reserve, first, &e), &e);
  assert_int_equal(first[0], 12);
  assert_int_equal(first[2], 6);
}

static int change_two(struct store *s, void *arg, struct err *e) {
  (void)arg;
  int rc = store_changed(s, "renewal", 5, e);
  return rc < 0 ? rc : store_changed(s, "contract", 0, e);
}

static void the_change_sequence_grows(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int64_t seq = -1;
  ok(store_change_seq(p->s, &seq, &e), &e);
  assert_int_equal(seq, 0);
  ok(store_write(p->s, change_two, NULL, &e), &e);
  ok(store_change_seq(p->s, &seq, &e), &e);
  assert_int_equal(seq, 2);
  assert_int_equal(one(p->s, "select entity_id from change_log where seq = 1 and entity = 'renewal'"), 5);
}

static void unknown_urls_are_refused(void **state) {
  struct err e = {0};
  struct store *s = NULL;
  (void)state;
  refused(store_open("mysql://localhost/x", &s, &e), ERR_USAGE, &e, "this kind of database is not known");
  refused(store_open("", &s, &e), ERR_USAGE, &e, "without a name");
  refused(store_open("postgresql://nobody@127.0.0.1:1/none", &s, &e), ERR_IO, &e, "check the URL and that the server runs");
  assert_null(s);
  store_close(NULL);
}

static int note_change(struct store *s, void *arg, struct err *e) {
  (void)arg;
  return store_changed(s, "note", 1, e);
}

/* What may be missed does not wait for somebody who writes for long. */
static void a_note_does_not_wait(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *other = place_again(p);
  ok(db_begin(store_db(other), TX_WRITE, &e), &e);
  ok(store_changed(other, "long work", 1, &e), &e);
  int64_t before = clock_mono_us();
  assert_int_equal(store_write_now(p->s, note_change, NULL, &e), ERR_AGAIN);
  assert_true(clock_mono_us() - before < 10000000); /* eight tries of 2 s each would have been more */
  ok(db_commit(store_db(other), &e), &e);
  ok(store_write_now(p->s, note_change, NULL, &e), &e);
  assert_int_equal(one(p->s, "select count(*) from change_log where entity = 'note'"), 1);
  store_close(other);
}

const struct CMUnitTest store_tests[] = {
    PLACE_TEST(migrating_again_does_nothing),
    PLACE_TEST(a_step_left_out_is_caught_up),
    PLACE_TEST(a_newer_schema_is_refused),
    PLACE_TEST(a_busy_transaction_runs_again_from_the_start),
    PLACE_TEST(after_eight_tries_it_gives_up),
    PLACE_TEST(transactions_do_not_nest),
    PLACE_TEST(a_failed_transaction_leaves_nothing),
    PLACE_TEST(writers_take_turns),
    PLACE_TEST(a_writer_waits_for_the_other),
    PLACE_TEST(a_note_does_not_wait),
    PLACE_TEST(a_reader_sees_one_moment),
    PLACE_TEST(ids_are_reserved_once),
    PLACE_TEST(the_change_sequence_grows),
    PLACE_TEST(unknown_urls_are_refused),
};
const size_t n_store_tests = sizeof store_tests / sizeof *store_tests;

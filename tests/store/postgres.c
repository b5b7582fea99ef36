/* What a server brings with it: lost connections, aborted transactions, backups that are not ours. */
#include "support.h"

static void end_backend(const struct place *p, int64_t pid) {
  struct err e = {0};
  struct store *other = place_again(p);
  int64_t gone = 0;
  ok(db_one_i64(store_db(other), "select pg_terminate_backend(cast($1 as int), 5000)", BINDS(B_I64(pid)), 0, &gone, &e), &e);
  assert_int_equal(gone, 1);
  store_close(other);
}

static int lose_connection(struct store *s, void *arg, struct err *e) {
  ok(db_run(store_db(s), "insert into region (id, name) values (1, 'A')", NULL, e), e);
  end_backend(arg, one(s, "select pg_backend_pid()"));
  return (int)db_run(store_db(s), "insert into region (id, name) values (2, 'B')", NULL, e);
}

static int count_regions(struct store *s, void *arg, struct err *e) {
  (void)arg;
  (void)e;
  return (int)one(s, "select count(*) from region /* scan */");
}

static void a_lost_connection_is_said_and_made_anew(void **state) {
  struct place *p = *state;
  struct err e = {0};
  assert_int_equal(ok(store_read(p->s, count_regions, NULL, &e), &e), 0); /* prepared on the old connection */
  refused(store_write(p->s, lose_connection, p, &e), ERR_IO, &e, "was lost");
  assert_false(db_in_tx(store_db(p->s)));
  assert_int_equal(ok(store_read(p->s, count_regions, NULL, &e), &e), 0);
  end_backend(p, one(p->s, "select pg_backend_pid()")); /* lost between two transactions: nobody notices */
  assert_int_equal(ok(store_read(p->s, count_regions, NULL, &e), &e), 0);
}

static int go_on_after_error(struct store *s, void *arg, struct err *e) {
  (void)arg;
  ok(db_run(store_db(s), "insert into region (id, name) values (1, 'A')", NULL, e), e);
  assert_int_equal(db_run(store_db(s), "insert into region (id, name) values (1, 'A')", NULL, e), ERR_CONFLICT);
  return OK; /* as if nothing had happened */
}

static void an_aborted_transaction_is_not_taken_for_saved(void **state) {
  struct place *p = *state;
  struct err e = {0};
  refused(store_write(p->s, go_on_after_error, NULL, &e), ERR_FAIL, &e, "an earlier error ended the transaction");
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 0);
}

static void backups_are_left_to_pg_dump(void **state) {
  struct place *p = *state;
  struct err e = {0};
  refused(store_backup(p->s, place_file(p, "copy", 0), &e), ERR_FAIL, &e, "use pg_dump");
  refused(store_restore(p->url, place_file(p, "copy", 0), &e), ERR_FAIL, &e, "use pg_restore");
}

static void sentences_show_no_password(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *s = NULL;
  refused(store_open("postgresql://someone:hidden@127.0.0.1:1/none", &s, &e), ERR_IO, &e, "PostgreSQL database none on 127.0.0.1");
  assert_null(strstr(e.text, "hidden"));
  assert_null(strstr(db_shown(store_db(p->s)), "search_path"));
  assert_null(db_file(store_db(p->s)));
}

static int fill(struct store *s, void *arg, struct err *e) {
  struct bulk *b = NULL;
  (void)arg;
  ok(bulk_begin(store_db(s), "region", "id, name", &b, e), e);
  for (int64_t i = 1; i <= 10; i++) {
    char name[20];
    bulk_i64(b, i);
    bulk_str(b, (struct str){name, (size_t)snprintf(name, sizeof name, "r%d", (int)i)});
    ok(bulk_row(b, e), e);
  }
  ok(bulk_end(b, e), e);
  return (int)db_run(store_db(s), "update region set name = name || '!'", NULL, e);
}

static void organizations_live_in_schemas(void **state) {
  struct place *p = *state;
  void *other_state = NULL;
  struct err e = {0};
  place_make(&other_state);
  struct place *other = other_state;
  assert_int_equal(ok(store_write(p->s, fill, NULL, &e), &e), 10);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 10);
  assert_int_equal(one(other->s, "select count(*) from region /* scan */"), 0);
  place_remove(&other_state);
}

const struct CMUnitTest postgres_tests[] = {
    PLACE_TEST(a_lost_connection_is_said_and_made_anew),
    PLACE_TEST(an_aborted_transaction_is_not_taken_for_saved),
    PLACE_TEST(backups_are_left_to_pg_dump),
    PLACE_TEST(sentences_show_no_password),
    PLACE_TEST(organizations_live_in_schemas),
};
const size_t n_postgres_tests = sizeof postgres_tests / sizeof *postgres_tests;

/* Statements, values, savepoints and bulks behave the same on both databases. */
#include "support.h"

#include <sys/resource.h>

static struct db *db_of(void **state) {
  struct place *p = *state;
  return store_db(p->s);
}

static void parameters_go_by_their_number(void **state) {
  struct err e = {0};
  struct stmt *q = NULL;
  ok(db_query(db_of(state), "select $2, $1, $2", BINDS(B_I64(-7), B_STR(STR("seven"))), &q, &e), &e);
  assert_int_equal(ok(stmt_next(q, &e), &e), 1);
  assert_true(str_eq(stmt_str(q, 0), STR("seven")));
  assert_int_equal(stmt_i64(q, 1), -7);
  assert_true(str_eq(stmt_str(q, 1), STR("-7")));
  assert_true(str_eq(stmt_str(q, 2), STR("seven")));
  assert_int_equal(ok(stmt_next(q, &e), &e), 0);
  stmt_done(q);
}

static void a_missing_value_is_refused(void **state) {
  struct err e = {0};
  struct stmt *q = NULL;
  refused(db_query(db_of(state), "select $1, $2", BINDS(B_I64(1)), &q, &e), ERR_FAIL, &e, "no value for $2");
}

static void values_come_back_as_they_went(void **state) {
  static const char insert[] = "insert into touch (id, renewal_id, at, by_id, channel, party, language, note) values ($1, $2, $3, $4, $5, $6, $7, $8)";
  struct place *p = *state;
  struct err e = {0};
  struct stmt *q = NULL;
  add_book(p->s, 1);
  struct db *db = store_db(p->s);
  assert_int_equal(1, ok(db_run(db, insert, BINDS(B_I64(INT64_MAX), B_I64(1), B_I64(INT64_MIN), B_ID(0), B_STR(STR_NONE), B_STR(STR("Zoë\t\"x\"\n")),
                                                  B_NULL, B_STR(STR("a\\b"))), &e), &e));
  ok(db_query(db, "select id, at, by_id, channel, party, language, note from touch where id = $1", BINDS(B_I64(INT64_MAX)), &q, &e), &e);
  assert_int_equal(ok(stmt_next(q, &e), &e), 1);
  assert_true(stmt_i64(q, 0) == INT64_MAX && stmt_i64(q, 1) == INT64_MIN);
  assert_true(stmt_null(q, 2) && stmt_i64(q, 2) == 0 && stmt_day(q, 2) == DAY_NONE);
  assert_false(stmt_null(q, 3));
  assert_int_equal(stmt_str(q, 3).n, 0);
  assert_true(str_eq(stmt_str(q, 4), STR("Zoë\t\"x\"\n")));
  assert_true(stmt_null(q, 5) && stmt_str(q, 5).n == 0);
  assert_true(str_eq(stmt_str(q, 6), STR("a\\b")));
  stmt_done(q);
  /* the same statement with other types: a NULL becomes a number and a text */
  assert_int_equal(1, ok(db_run(db, insert, BINDS(B_I64(2), B_I64(1), B_I64(5), B_ID(1), B_STR(STR("mail")), B_STR(STR("rep")), B_STR(STR("en")),
                                                  B_STR(STR("x"))), &e), &e));
  assert_int_equal(one(p->s, "select by_id from touch where id = 2"), 1);
}

static void numbers_of_sums_and_comparisons_are_read(void **state) {
  struct err e = {0};
  struct stmt *q = NULL;
  ok(db_query(db_of(state),
              "with n(v) as (select 4000000000000000000 union all select 1 union all select 20000) "
              "select sum(v), sum(v - 4000000000000000000), 1 < 2, 2 < 1, $1, avg(v - v + 2) from n /* scan */",
              BINDS(B_F64(-0.375)), &q, &e), &e);
  assert_int_equal(ok(stmt_next(q, &e), &e), 1);
  assert_true(stmt_i64(q, 0) == INT64_C(4000000000000020001));
  assert_true(stmt_i64(q, 1) == INT64_C(-7999999999999979999));
  assert_int_equal(stmt_i64(q, 2), 1);
  assert_int_equal(stmt_i64(q, 3), 0);
  assert_true(stmt_f64(q, 4) == -0.375);
  assert_true(stmt_f64(q, 5) == 2.0);
  assert_true(stmt_f64(q, 1) < -7.9e18);
  stmt_done(q);
}

#define SERIES "with recursive n(i) as (select 1 union all select i + 1 from n where i < "

static void statements_nest(void **state) {
  struct err e = {0};
  struct stmt *outer = NULL;
  struct db *db = db_of(state);
  int64_t n = 0, sum = 0;
  ok(db_query(db, SERIES "5000) select i, 'row ' || i from n /* scan */", NULL, &outer, &e), &e);
  while (ok(stmt_next(outer, &e), &e) == 1) {
    int64_t twice = 0;
    char expected[20];
    ok(db_one_i64(db, "select $1 * 2", BINDS(B_I64(stmt_i64(outer, 0))), 0, &twice, &e), &e);
    struct str text = {expected, (size_t)snprintf(expected, sizeof expected, "row %d", (int)++n)};
    assert_true(str_eq(stmt_str(outer, 1), text));
    sum += twice;
  }
  stmt_done(outer);
  assert_int_equal(n, 5000);
  assert_int_equal(sum, 5000 * 5001);
}

static void starting_again_ends_the_first_run(void **state) {
  static const char sql[] = SERIES "10) select i from n /* scan */";
  struct err e = {0};
  struct stmt *q = NULL;
  ok(db_query(db_of(state), sql, NULL, &q, &e), &e);
  ok(stmt_next(q, &e), &e);
  ok(stmt_next(q, &e), &e);
  ok(db_query(db_of(state), sql, NULL, &q, &e), &e);
  ok(stmt_next(q, &e), &e);
  assert_int_equal(stmt_i64(q, 0), 1);
  stmt_done(q);
  stmt_done(NULL);
}

static void another_text_at_the_same_address_is_another_statement(void **state) {
  char sql[40];
  struct err e = {0};
  for (int i = 0; i < 1000; i++) { /* more than the cache holds */
    int64_t n = 0;
    snprintf(sql, sizeof sql, "select %d", i);
    ok(db_one_i64(db_of(state), sql, NULL, 0, &n, &e), &e);
    assert_int_equal(n, i);
  }
}

static void the_cache_drops_statements_not_in_use(void **state) {
  enum { N = 900 };
  static char sql[N][32];
  struct err e = {0};
  struct stmt *held = NULL;
  ok(db_query(db_of(state), SERIES "3) select i from n /* scan */", NULL, &held, &e), &e);
  ok(stmt_next(held, &e), &e);
  for (int i = 0; i < N; i++) {
    int64_t n = 0;
    snprintf(sql[i], sizeof sql[i], "select %d + 1", i);
    ok(db_one_i64(db_of(state), sql[i], NULL, 0, &n, &e), &e);
    assert_int_equal(n, i + 1);
  }
  assert_int_equal(ok(stmt_next(held, &e), &e), 1);
  assert_int_equal(stmt_i64(held, 0), 2);
  stmt_done(held);
}

static void a_big_result_is_not_held_in_memory(void **state) {
  struct rusage before, after;
  struct err e = {0};
  struct stmt *q = NULL;
  int64_t rows = 0, bytes = 0;
  getrusage(RUSAGE_SELF, &before);
  ok(db_query(db_of(state), SERIES "300000) select i, '0123456789012345678901234567890123456789012345678901234567890123456789' || i from n /* scan */",
              NULL, &q, &e), &e);
  while (ok(stmt_next(q, &e), &e) == 1) {
    rows++;
    bytes += (int64_t)stmt_str(q, 1).n;
  }
  stmt_done(q);
  getrusage(RUSAGE_SELF, &after);
  assert_int_equal(rows, 300000);
  assert_true(bytes > 22 * 1000 * 1000);
#if !defined(__SANITIZE_ADDRESS__) /* which keeps freed memory for a while */
  assert_true(after.ru_maxrss - before.ru_maxrss < 8000); /* KiB */
#endif
}

static void broken_rules_are_conflicts(void **state) {
  struct err e = {0};
  struct db *db = db_of(state);
  ok(db_run(db, "insert into region (id, name) values (1, 'Secret Name')", NULL, &e), &e);
  refused(db_run(db, "insert into region (id, name) values (2, 'Secret Name')", NULL, &e), ERR_CONFLICT, &e, "insert into region");
  assert_null(strstr(e.text, "Secret"));
  refused(db_run(db, "insert into region (id, name) values (1, 'Other')", NULL, &e), ERR_CONFLICT, &e, "region");
  refused(db_run(db, "insert into region (id, name) values (3, null)", NULL, &e), ERR_CONFLICT, &e, "region");
  refused(db_run(db, "insert into team (id, name, region_id) values (1, 'T', 99)", NULL, &e), ERR_CONFLICT, &e, "team");
  refused(db_run(db, "select nonsense from region", NULL, &e), ERR_FAIL, &e, "from region");
  assert_int_equal(ok(db_run(db, "update region set name = 'New' where id = 1", NULL, &e), &e), 1);
  assert_int_equal(ok(db_run(db, "delete from region where id = 99", NULL, &e), &e), 0);
}

static void a_savepoint_keeps_what_was_before(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct db *db = store_db(p->s);
  assert_int_equal(db_savepoint(db, &e), ERR_FAIL);
  ok(db_begin(db, TX_WRITE, &e), &e);
  ok(db_run(db, "insert into region (id, name) values (1, 'A')", NULL, &e), &e);
  ok(db_savepoint(db, &e), &e);
  ok(db_run(db, "insert into region (id, name) values (2, 'B')", NULL, &e), &e);
  assert_int_equal(db_run(db, "insert into region (id, name) values (3, 'A')", NULL, &e), ERR_CONFLICT);
  db_savepoint_rollback(db);
  ok(db_savepoint(db, &e), &e);
  ok(db_run(db, "insert into region (id, name) values (4, 'D')", NULL, &e), &e);
  ok(db_savepoint_release(db, &e), &e);
  assert_int_equal(db_savepoint_release(db, &e), ERR_FAIL);
  ok(db_commit(db, &e), &e);
  assert_int_equal(one(p->s, "select sum(id) from region /* scan */"), 5);
}

static void bulks_take_any_text(void **state) {
  static const char *const text[] = {"", "\\N", "\\", "tab\there", "line\nfeed\r\n", "ünï", "\\.", "a'b\"c"};
  struct place *p = *state;
  struct err e = {0};
  struct bulk *b = NULL;
  struct stmt *q = NULL;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "product", "id, sku, sku_key, name, eol_date, import_id, known_at", &b, &e), &e);
  for (size_t i = 0; i < 8; i++) {
    char key[2] = {(char)('a' + i), 0};
    bulk_i64(b, (int64_t)i);
    bulk_str(b, str_of(text[i]));
    bulk_str(b, (struct str){key, 1});
    bulk_null(b);
    bulk_day(b, i % 2 ? DAY_NONE : (int32_t)i);
    bulk_id(b, (int64_t)i);
    bulk_i64(b, INT64_MIN);
    ok(bulk_row(b, &e), &e);
  }
  ok(bulk_end(b, &e), &e);
  ok(db_commit(store_db(p->s), &e), &e);
  ok(db_query(store_db(p->s), "select sku, name, eol_date, import_id, known_at from product order by id /* scan */", NULL, &q, &e), &e);
  for (int64_t i = 0; i < 8; i++) {
    assert_int_equal(ok(stmt_next(q, &e), &e), 1);
    assert_true(str_eq(stmt_str(q, 0), str_of(text[i])));
    assert_true(stmt_null(q, 1));
    assert_int_equal(stmt_day(q, 2), i % 2 ? DAY_NONE : i);
    assert_int_equal(stmt_null(q, 3), i == 0);
    assert_true(stmt_i64(q, 4) == INT64_MIN);
  }
  assert_int_equal(ok(stmt_next(q, &e), &e), 0);
  stmt_done(q);
}

static void team_row(struct bulk *b, int64_t id, int64_t region) {
  static char name[20]; /* lives until bulk_row */
  bulk_i64(b, id);
  bulk_str(b, (struct str){name, (size_t)snprintf(name, sizeof name, "team %d", (int)id)});
  bulk_id(b, region);
}

static void several_bulks_are_open_at_once(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct bulk *parent = NULL, *child = NULL;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "region", "id, name", &parent, &e), &e);
  ok(bulk_begin(store_db(p->s), "team", "id, name, region_id", &child, &e), &e);
  for (int64_t i = 1; i <= 60000; i++) {
    char name[20];
    bulk_i64(parent, i);
    bulk_str(parent, (struct str){name, (size_t)snprintf(name, sizeof name, "region %d", (int)i)});
    ok(bulk_row(parent, &e), &e);
    team_row(child, i, i);
    ok(bulk_row(child, &e), &e);
    if (i == 777) assert_int_equal(one(p->s, "select count(*) from team /* scan */"), 777); /* rows are seen at once */
  }
  ok(bulk_end(child, &e), &e);
  ok(bulk_end(parent, &e), &e);
  ok(db_commit(store_db(p->s), &e), &e);
  assert_int_equal(one(p->s, "select count(*) from team t join region r on r.id = t.region_id /* scan */"), 60000);
}

static void a_bulk_with_a_bad_row_fails_for_good(void **state) {
  struct place *p = *state;
  struct err e = {0}, again = {0};
  struct bulk *b = NULL;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "team", "id, name, region_id", &b, &e), &e);
  team_row(b, 1, 0);
  ok(bulk_row(b, &e), &e);
  bulk_i64(b, 2);
  refused(bulk_row(b, &e), ERR_FAIL, &e, "1 values for 3 columns");
  team_row(b, 3, 0);
  refused(bulk_row(b, &again), ERR_FAIL, &again, "1 values for 3 columns");
  refused(bulk_end(b, &again), ERR_FAIL, &again, "1 values for 3 columns");
  db_rollback(store_db(p->s));
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "team", "id, name, region_id", &b, &e), &e);
  team_row(b, 1, 0);
  ok(bulk_row(b, &e), &e);
  team_row(b, 1, 0);
  int rc = bulk_row(b, &e), end = bulk_end(b, &e); /* at the row or at the end, by driver */
  assert_true(rc == ERR_CONFLICT || (rc == OK && end == ERR_CONFLICT));
  db_rollback(store_db(p->s));
  assert_int_equal(one(p->s, "select count(*) from team /* scan */"), 0);
  assert_int_equal(ok(bulk_end(NULL, &e), &e), OK);
}

static void a_statement_inside_a_row_is_refused(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct bulk *b = NULL;
  int64_t n = 0;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "team", "id, name, region_id", &b, &e), &e);
  bulk_i64(b, 1);
  refused(db_one_i64(store_db(p->s), "select 1", NULL, 0, &n, &e), ERR_FAIL, &e, "in the middle of a bulk row");
  assert_int_equal(bulk_end(b, &e), ERR_FAIL);
  db_rollback(store_db(p->s));
  assert_int_equal(one(p->s, "select count(*) from team /* scan */"), 0);
}

static void a_savepoint_drops_rows_kept_since(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct bulk *b = NULL;
  ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
  ok(bulk_begin(store_db(p->s), "team", "id, name, region_id", &b, &e), &e);
  for (int64_t i = 1; i <= 3; i++) {
    if (i == 2) ok(db_savepoint(store_db(p->s), &e), &e);
    team_row(b, i, 0);
    ok(bulk_row(b, &e), &e);
    if (i == 2) db_savepoint_rollback(store_db(p->s));
  }
  ok(bulk_end(b, &e), &e);
  ok(db_commit(store_db(p->s), &e), &e);
  assert_int_equal(one(p->s, "select sum(id) from team /* scan */"), 4);
}

static void tables_are_found(void **state) {
  struct err e = {0};
  bool there = false;
  ok(db_has_table(db_of(state), "renewal", &there, &e), &e);
  assert_true(there);
  ok(db_has_table(db_of(state), "renewals", &there, &e), &e);
  assert_false(there);
}

const struct CMUnitTest driver_tests[] = {
    PLACE_TEST(parameters_go_by_their_number),
    PLACE_TEST(a_missing_value_is_refused),
    PLACE_TEST(values_come_back_as_they_went),
    PLACE_TEST(numbers_of_sums_and_comparisons_are_read),
    PLACE_TEST(statements_nest),
    PLACE_TEST(starting_again_ends_the_first_run),
    PLACE_TEST(another_text_at_the_same_address_is_another_statement),
    PLACE_TEST(the_cache_drops_statements_not_in_use),
    PLACE_TEST(a_big_result_is_not_held_in_memory),
    PLACE_TEST(broken_rules_are_conflicts),
    PLACE_TEST(a_savepoint_keeps_what_was_before),
    PLACE_TEST(bulks_take_any_text),
    PLACE_TEST(several_bulks_are_open_at_once),
    PLACE_TEST(a_bulk_with_a_bad_row_fails_for_good),
    PLACE_TEST(a_statement_inside_a_row_is_refused),
    PLACE_TEST(a_savepoint_drops_rows_kept_since),
    PLACE_TEST(tables_are_found),
};
const size_t n_driver_tests = sizeof driver_tests / sizeof *driver_tests;

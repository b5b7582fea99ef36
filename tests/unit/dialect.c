/* What SQLite gets for the shared dialect, statement by statement. */
#include "store/dialect.h"

#include <setjmp.h>
#include <cmocka.h>

static void same(const char *in, const char *expected) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(10000);
  dialect_sqlite(&b, str_of(in));
  assert_int_equal(b.failed, 0);
  assert_string_equal(strbuf_z(&b), expected);
}

static void types_become_sqlite_types(void **state) {
  (void)state;
  same("create table t (a bigint, b int not null, c text, d double precision, e bytea);",
       "create table t (a integer, b integer not null, c text, d real , e blob) strict;");
}

static void a_number_key_is_the_rowid(void **state) {
  (void)state;
  same("create table t (id bigint primary key, x text);", "create table t (id integer primary key, x text) strict;");
  same("create table t (id int primary key);", "create table t (id integer primary key) strict;");
}

static void other_keys_need_no_rowid(void **state) {
  (void)state;
  same("create table t (k text primary key);", "create table t (k text primary key) strict, without rowid;");
  same("create table t (a bigint, b int, primary key (a, b));", "create table t (a integer, b integer, primary key (a, b)) strict, without rowid;");
}

static void a_table_without_key_keeps_its_rowid(void **state) {
  (void)state;
  same("create table t (a bigint references u(id));", "create table t (a integer references u(id)) strict;");
}

static void other_statements_pass_unchanged(void **state) {
  (void)state;
  same("create index i on t(int_a); insert into t values ('int; bigint', 1); select 1::int",
       "create index i on t(int_a); insert into t values ('int; bigint', 1); select 1::int");
}

static void comments_and_quotes_are_kept(void **state) {
  (void)state;
  same("-- int; table\ncreate table t ( -- bigint; here\n a int default 'it''s int; really', \"int\" text /* int; */);",
       "-- int; table\ncreate table t ( -- bigint; here\n a integer default 'it''s int; really', \"int\" text /* int; */) strict;");
}

static void altered_tables_change_types_only(void **state) {
  (void)state;
  same("alter table t add column n bigint not null default 0;", "alter table t add column n integer not null default 0;");
}

static void the_last_statement_needs_no_semicolon(void **state) {
  (void)state;
  same("CREATE TABLE t (id BIGINT PRIMARY KEY)", "CREATE TABLE t (id integer PRIMARY KEY) strict;");
  same("", "");
  same("/* never closed", "/* never closed");
  same("select 'never closed", "select 'never closed");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(types_become_sqlite_types),       cmocka_unit_test(a_number_key_is_the_rowid),
      cmocka_unit_test(other_keys_need_no_rowid),        cmocka_unit_test(a_table_without_key_keeps_its_rowid),
      cmocka_unit_test(other_statements_pass_unchanged), cmocka_unit_test(comments_and_quotes_are_kept),
      cmocka_unit_test(altered_tables_change_types_only), cmocka_unit_test(the_last_statement_needs_no_semicolon),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

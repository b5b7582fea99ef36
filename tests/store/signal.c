/* Signals in the store: of accounts and contracts, once, found by a book's codes, merged accounts, taken back. test_signal_store sqlite|postgres. */
#include "support.h"

#include <math.h>

#include "app/book_cache.h"
#include "store/repo_signal.h"

static struct store *s;
static struct arena *a;

static int open_place(void **state) {
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into account (id, name, name_key, kind, known_at) values (1, 'Acme', 'acme', 1, 0), (2, 'Bolt', 'bolt', 1, 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (21, 'C-1', 'c-1', 1, 13395, 0);");
  return a != NULL ? r : -1;
}

static int close_place(void **state) {
  arena_free(a);
  return place_remove(state);
}

static const struct new_signal rows[] = {
    {.account_id = 2, .at = 20000, .name = {"usage", 5}, .has_number = true, .number = 1500000000, .known_at = 20000LL * SECONDS_PER_DAY, .import_id = 7},
    {.contract_id = 21, .at = 20010, .name = {"ticket", 6}, .text = {"down again", 10}, .known_at = 20011LL * SECONDS_PER_DAY + 5, .import_id = 7},
    {.contract_id = 21, .at = 19990, .name = {"usage", 5}, .has_number = true, .number = 0, .known_at = 20011LL * SECONDS_PER_DAY, .import_id = 8},
    {.account_id = 99, .at = 19990, .name = {"usage", 5}, .has_number = true, .number = 1, .known_at = 0, .import_id = 8}, /* no such account in the book */
};

static int add_all(struct store *store, void *fresh, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == OK; i++) {
    bool is = false;
    rc = signal_add(store, &rows[i], &is, e);
    *(int *)fresh += is;
  }
  return rc;
}

static struct signal_set load(void) {
  struct signal_set x;
  struct book *b = NULL;
  struct err e = {0};
  ok(book_load(s, DAY_NONE, &b, &e), &e);
  ok(signal_load(s, a, b, &x, &e), &e);
  book_free(b);
  return x;
}

static void test_kept_once(void **state) {
  struct err e = {0};
  int fresh = 0;
  (void)state;
  ok(store_write(s, add_all, &fresh, &e), &e);
  assert_int_equal(fresh, 4);
  ok(store_write(s, add_all, &fresh, &e), &e);
  assert_int_equal(fresh, 4);
  struct signal_set x = load();
  assert_int_equal(x.n, 3);
  assert_int_equal(x.n_names, 2);
  assert_true(str_eq(x.names[0], STR("usage")));
  /* Acme's two by day, then Bolt's. */
  assert_int_equal(x.rows[0].at, 19990);
  assert_int_equal(x.rows[0].contract, 1);
  assert_true(x.rows[0].number == 0);
  assert_int_equal(x.rows[1].known, 20011);
  assert_true(isnan(x.rows[1].number));
  assert_int_equal(x.rows[2].account, 2);
  assert_int_equal(x.rows[2].contract, 0);
  assert_true(x.rows[2].number == 1.5);
}

static void test_merged(void **state) {
  struct err e = {0};
  int fresh = 0;
  (void)state;
  ok(store_write(s, add_all, &fresh, &e), &e);
  run(s, "insert into account_merge (id, survivor_id, merged_id, reason, survivor_kind, merged_at) values (1, 1, 2, 'one firm', 1, 0);"
         "insert into account_merged (merged_id, survivor_id, merge_id) values (2, 1, 1);");
  struct signal_set x = load();
  assert_int_equal(x.n, 3);
  assert_int_equal(x.rows[1].account, x.rows[0].account);
  assert_true(x.rows[1].number == 1.5);
}

int main(int argc, char **argv) {
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_kept_once, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(test_merged, open_place, close_place)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

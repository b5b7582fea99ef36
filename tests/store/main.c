/* test_store sqlite|postgres: the same suite on either database, then what only that one has. */
#include "support.h"

static int group(const char *name, const struct CMUnitTest *tests, size_t n) {
  return _cmocka_run_group_tests(name, tests, n, NULL, NULL);
}

int main(int argc, char **argv) {
  if (argc != 2 || (strcmp(argv[1], "sqlite") != 0 && strcmp(argv[1], "postgres") != 0)) {
    fprintf(stderr, "usage: test_store sqlite|postgres\n");
    return 2;
  }
  on_postgres = strcmp(argv[1], "postgres") == 0;
  int failed = group("driver", driver_tests, n_driver_tests);
  failed += group("bulk", bulk_tests, n_bulk_tests);
  failed += group("store", store_tests, n_store_tests);
  failed += group("repo", repo_tests, n_repo_tests);
  if (on_postgres) failed += group("postgres", postgres_tests, n_postgres_tests);
  else failed += group("sqlite", sqlite_tests, n_sqlite_tests);
  return failed ? 1 : 0;
}

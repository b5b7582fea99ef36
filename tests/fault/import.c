/* An import with its 1st, 2nd, 3rd … allocation failing: each time a sentence, nothing written and nothing leaked;
 * the first run that gets through writes everything. */
#include "app/import.h"
#include "base/alloc.h"
#include "store/repo_import.h"
#include <setjmp.h>
#include "../group.h"
#include <unistd.h>

static const char rows[] = "Contract,Line,Customer,Product,Owner,Reseller,Start,End,Currency,Amount\n"
                           "F-1,1,Acme,P1,Ana,Part & Co,2025-01-01,2025-12-31,USD,100\n"
                           "F-1,2,Acme,P2,Ana,Part & Co,2025-01-01,2025-12-31,USD,40.50\n"
                           "F-2,1,Birch,P1,Ben,,2024-01-01,2024-12-31,USD,10\n"
                           "F-2,1,Birch,P1,Ben,,2025-02-30,2025-12-31,USD,10\n";
static char folder[] = "/tmp/perennial-fault.XXXXXX";
static char file[64], db[64], problems[64];

static int setup(void **state)
{
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  snprintf(file, sizeof file, "%s/rows.csv", folder);
  snprintf(db, sizeof db, "%s/t.db", folder);
  snprintf(problems, sizeof problems, "%s/problems.csv", folder);
  FILE *f = fopen(file, "wb");
  if (!f)
    return -1;
  bool ok = fwrite(rows, 1, sizeof rows - 1, f) == sizeof rows - 1;
  return fclose(f) == 0 && ok ? 0 : -1;
}

static int teardown(void **state)
{
  static const char *const names[] = {"rows.csv", "problems.csv", "problems.csv.part", "t.db", "t.db-wal", "t.db-shm"};
  char path[96];
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  return rmdir(folder);
}

static int once(struct store *s, uint64_t fail_at, bool dry_run, bool *ret_met)
{
  struct err e = {0};
  struct import_result r = {0};
  struct import_options o = {.kind = IMPORT_CONTRACTS, .file = file, .as_of = DAY_NONE, .today = 20500, .now = INT64_C(20500) * SECONDS_PER_DAY,
                             .dry_run = dry_run, .problems = problems};
  mem_fail_at(fail_at, 0);
  struct arena *a = arena_new(0);
  int rc = a ? import_run(s, a, &o, &r, &e) : ERR_NOMEM;
  *ret_met = mem_count() >= fail_at;
  mem_fail_at(0, 0);
  if (a && rc < 0)
    assert_true(e.code == rc && e.text[0] != '\0');
  if (rc == OK && !*ret_met)
    assert_true(r.rows == 4 && r.added == 3 && r.refused == 1 && r.contracts_added == 2 && r.accounts_added == 3 && r.people_added == 2);
  arena_free(a);
  return rc;
}

static int64_t lines_there(struct store *s)
{
  int64_t n = -1;
  struct err e;
  assert_int_equal(import_count_lines(s, &n, &e), OK);
  return n;
}

static void every_allocation(void **state)
{
  struct store *s = NULL;
  struct err e;
  int64_t before = mem_live();
  (void)state;
  assert_int_equal(store_open(db, &s, &e), OK);
  assert_int_equal(store_migrate(s, NULL, &e), OK);
  for (int dry_run = 1; dry_run >= 0; dry_run--) {
    uint64_t k = 1;
    bool met = true;
    for (;; k++) {
      int rc = once(s, k, dry_run, &met);
      if (!met && rc == OK)
        break;
      if (rc == OK)
        fail_msg("allocation %d failed and nobody said so", (int)k);
      assert_int_equal(lines_there(s), 0);
      assert_int_not_equal(access(problems, F_OK), 0);
    }
    assert_true(k > 100);
    assert_int_equal(lines_there(s), dry_run ? 0 : 1);
    unlink(problems);
  }
  store_close(s);
  assert_int_equal(mem_live(), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation)};
  return group_run_tests(tests, setup, teardown);
}

/* Every allocation of opening, migrating, writing rows in bulk, reading, auditing, checking and backing up
 * fails in turn: a code, no leak, and what was there before is still whole. */
#include "fault.h"

#include <unistd.h>

#include "store/driver.h"
#include "store/repo_audit.h"
#include "store/repo_check.h"
#include "store/repo_config.h"

static char file[] = "/tmp/perennial-fault-XXXXXX", copy[100];

static int fill(struct store *s, void *arg, struct err *e) {
  struct bulk *regions = NULL, *teams = NULL;
  int rc = bulk_begin(store_db(s), "region", "id, name", &regions, e);
  (void)arg;
  if (rc == OK) rc = bulk_begin(store_db(s), "team", "id, name, region_id", &teams, e);
  for (int64_t i = 1; i <= 40 && rc == OK; i++) {
    struct str name = {&"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[i], 1};
    bulk_i64(regions, i);
    bulk_str(regions, name);
    rc = bulk_row(regions, e);
    if (rc < 0) break;
    bulk_i64(teams, i);
    bulk_str(teams, name);
    bulk_id(teams, i);
    rc = bulk_row(teams, e);
  }
  int first = bulk_end(teams, rc < 0 ? NULL : e), second = bulk_end(regions, rc < 0 || first < 0 ? NULL : e);
  if (rc == OK) rc = first;
  if (rc == OK) rc = second;
  if (rc == OK) rc = audit_add(s, &(struct audit_entry){.at = 1, .action = "test.fill", .entity = "", .detail = STR("{}")}, e);
  return rc < 0 ? rc : config_set(s, STR("name"), STR("Harbor"), 0, 1, e);
}

static int read_back(struct store *s, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct org o;
  int64_t entries = 0;
  struct store_check n;
  int rows = 0, rc = org_load(s, &o, e);
  if (rc == OK) rc = audit_verify(s, &entries, e);
  if (rc == OK) rc = store_check(s, NULL, NULL, &n, e);
  if (rc == OK) rc = db_query(store_db(s), "select name from team order by id /* scan */", NULL, &q, e);
  while (rc == OK && (rc = stmt_next(q, e)) > 0) {
    rows++;
    rc = OK;
  }
  if (rc < 0) return rc;
  assert_int_equal(rows, 40);
  assert_int_equal(entries, 2);
  assert_int_equal(n.findings, 0);
  return OK;
}

static void clear_place(void) {
  static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < 4; i++) {
    char path[100];
    snprintf(path, sizeof path, "%s%s", file, suffix[i]);
    unlink(path);
  }
  unlink(copy);
}

static bool a_life_of_a_store(void) {
  struct store *s = NULL;
  struct err e = {0};
  clear_place();
  int rc = store_open(file, &s, &e);
  if (rc == OK) rc = store_migrate(s, NULL, &e);
  if (rc == OK) rc = store_write_bulk(s, fill, NULL, &e);
  if (rc == OK) rc = read_back(s, &e);
  if (rc == OK) rc = store_backup(s, copy, &e);
  store_close(s);
  if (rc < 0) {
    assert_int_equal(rc, ERR_NOMEM);
    assert_true(strlen(e.text) > 0);
    assert_int_not_equal(access(copy, F_OK), 0);
  }
  return rc < 0;
}

static void no_memory(void **state) {
  (void)state;
  fault_loop(a_life_of_a_store, 50);
}

int main(void) {
  if (mkstemp(file) < 0) return 1;
  snprintf(copy, sizeof copy, "%s-copy", file);
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_memory)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  clear_place();
  return failed;
}

/* One suite, two databases: each test gets a place of its own (a new file, or a new schema). */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H
#include <setjmp.h>

#include "../group.h"

#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_audit.h"
#include "store/repo_check.h"
#include "store/repo_config.h"
#include "store/repo_renewal.h"

struct place {
  char url[400];
  char folder[100]; /* a temporary folder of this test; with SQLite the database is folder/book.db */
  struct store *s;  /* open and migrated */
};
extern bool on_postgres;

/* cmocka set-up and tear-down: *state is a struct place. */
int place_make(void **state);
int place_remove(void **state);
/* Another connection to the same place. Close it with store_close. */
struct store *place_again(const struct place *p);
/* folder/name in a static buffer of its own per call site number 0..3. */
const char *place_file(const struct place *p, const char *name, int slot);

/* Fails the test with the sentence when code < 0. */
#define ok(code, e) ok_at((code), (e), __FILE__, __LINE__)
int64_t ok_at(int64_t code, const struct err *e, const char *file, int line);
/* The code and a part of the sentence. */
#define refused(code, expected, e, part) refused_at((code), (expected), (e), (part), __FILE__, __LINE__)
void refused_at(int64_t code, int expected, const struct err *e, const char *part, const char *file, int line);

int64_t one(struct store *s, const char *sql); /* first column of the first row, -1 = none */
void run(struct store *s, const char *sql);    /* a script, must succeed */
/* An account, a person (id 1), contracts 1..n and renewals 1..n of them, version 1, written at 1000 by nobody. */
void add_book(struct store *s, int64_t n);
/* A write of the given renewal's next step, version as in *r. */
int save_step(struct store *s, void *renewal, struct err *e);
int64_t findings(struct store *s, const char *area); /* of that area; NULL = all */

extern const struct CMUnitTest driver_tests[], bulk_tests[], store_tests[], repo_tests[], sqlite_tests[], postgres_tests[];
extern const size_t n_driver_tests, n_bulk_tests, n_store_tests, n_repo_tests, n_sqlite_tests, n_postgres_tests;
#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_make, place_remove)
#endif

/* What a file brings with it: permissions, locks, foreign files, a full disk, backups of a running store. */
#include "support.h"

#include "store/sqlite_table.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static int mode_of(const char *path) {
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return st.st_mode & 0777;
}

static void files_are_private(void **state) {
  struct place *p = *state;
  struct err e = {0};
  add_book(p->s, 1);
  assert_int_equal(mode_of(p->url), 0600);
  assert_int_equal(mode_of(place_file(p, "book.db-wal", 0)), 0600);
  ok(store_backup(p->s, place_file(p, "copy.db", 0), &e), &e);
  assert_int_equal(mode_of(place_file(p, "copy.db", 0)), 0600);
  assert_int_equal(chmod(p->url, 0640), 0);
  assert_int_equal(findings(p->s, "file"), 1);
}

static void what_is_no_store_is_refused(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *s = NULL;
  const char *f = place_file(p, "notes.txt", 0);
  write_file(f, "These are the notes of a meeting, and they are longer than a header of a database, which has one hundred bytes.\n");
  refused(store_open(f, &s, &e), ERR_FAIL, &e, "it is not a Perennial database");
  refused(store_open(p->folder, &s, &e), ERR_IO, &e, "it is not a file");
  refused(store_open(place_file(p, "none/book.db", 1), &s, &e), ERR_IO, &e, "its folder does not exist");
  /* another program's SQLite file */
  f = place_file(p, "other.db", 2);
  ok(store_open(f, &s, &e), &e);
  run(s, "create table songs (id int primary key); pragma application_id=0");
  store_close(s);
  s = NULL;
  refused(store_open(f, &s, &e), ERR_FAIL, &e, "another program's tables are in it");
  assert_null(s);
}

static void a_locked_file_says_so(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *s = NULL;
  store_close(p->s);
  p->s = place_again(p);
  run(p->s, "pragma locking_mode=exclusive");
  add_book(p->s, 1);
  refused(store_open(p->url, &s, &e), ERR_AGAIN, &e, "another program holds a lock on");
  assert_null(s);
}

static int add_regions(struct store *s, void *arg, struct err *e) {
  int64_t n = *(int64_t *)arg;
  struct bulk *b = NULL;
  int rc = bulk_begin(store_db(s), "region", "id, name", &b, e);
  for (int64_t i = 0; i < n && rc == OK; i++) {
    char name[200];
    bulk_i64(b, i + 1);
    bulk_str(b, (struct str){name, (size_t)snprintf(name, sizeof name, "%0150d", (int)i)});
    rc = bulk_row(b, e);
  }
  int end = bulk_end(b, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

static void a_full_disk_leaves_nothing_half_written(void **state) {
  struct place *p = *state;
  struct rlimit was, tight;
  struct err e = {0};
  int64_t n = 20000; /* about 6 MB with its index */
  add_book(p->s, 10);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (rlim_t limit = 1; limit <= 10; limit += 3) { /* the write fails at different places: spilled pages, the commit */
    tight = (struct rlimit){300000 * limit, was.rlim_max};
    run(p->s, limit % 2 ? "pragma cache_size=-256" : "pragma cache_size=-16384");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int rc = store_write(p->s, add_regions, &n, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    refused(rc, ERR_IO, &e, "the disk is full");
    assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 0);
    assert_int_equal(findings(p->s, NULL), 0);
  }
  /* the copy does not fit either, and leaves no file */
  tight = (struct rlimit){50000, was.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
  int rc = store_backup(p->s, place_file(p, "copy.db", 0), &e);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
  refused(rc, ERR_IO, &e, "the disk is full");
  assert_int_not_equal(access(place_file(p, "copy.db", 0), F_OK), 0);
  assert_int_not_equal(access(place_file(p, "copy.db.part", 0), F_OK), 0);
  /* with room again, all goes well */
  ok(store_write(p->s, add_regions, &n, &e), &e);
  assert_int_equal(one(p->s, "select count(*) from region /* scan */"), 20000);
}

struct writer {
  const struct place *place;
  atomic_int saves;
  atomic_bool stop;
};

static void *keep_saving(void *arg) {
  struct writer *w = arg;
  struct store *s = place_again(w->place);
  struct arena *a = arena_new(0);
  struct err e = {0};
  intptr_t failed = 0;
  for (int64_t i = 0; !w->stop; i++) {
    struct renewal r;
    failed += renewal_get(s, a, i % 50 + 1, &r, &e) < 0;
    r.changed_at = 2000 + i;
    failed += store_write(s, save_step, &r, &e) < 0;
    arena_reset(a);
    w->saves++;
  }
  arena_free(a);
  store_close(s);
  return (void *)failed;
}

static void a_backup_of_a_busy_store_is_whole(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct writer w = {.place = p};
  pthread_t thread;
  void *failed;
  add_book(p->s, 50);
  assert_int_equal(pthread_create(&thread, NULL, keep_saving, &w), 0);
  for (int i = 0; i < 5; i++) {
    char name[20];
    int seen = w.saves;
    struct store *copy = NULL;
    while (w.saves < seen + 3) {} /* the writer is at work */
    snprintf(name, sizeof name, "copy%d.db", i);
    ok(store_backup(p->s, place_file(p, name, 0), &e), &e);
    ok(store_open(place_file(p, name, 0), &copy, &e), &e);
    assert_int_equal(findings(copy, NULL), 0);
    int64_t versions = one(copy, "select count(*) from renewal_version /* scan */");
    assert_true(versions >= 50 + seen);
    assert_int_equal(versions - 50, one(copy, "select count(*) from audit /* scan */"));
    store_close(copy);
  }
  w.stop = true;
  pthread_join(thread, &failed);
  assert_ptr_equal(failed, NULL);
}

static void a_backup_comes_back(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct store *s = NULL;
  const char *copy = place_file(p, "copy.db", 0), *new_place = place_file(p, "restored.db", 1), *full = place_file(p, "full.db", 2);
  add_book(p->s, 7);
  ok(store_backup(p->s, copy, &e), &e);
  refused(store_backup(p->s, copy, &e), ERR_CONFLICT, &e, "it exists already");
  ok(store_restore(new_place, copy, &e), &e);
  assert_int_equal(mode_of(new_place), 0600);
  ok(store_open(new_place, &s, &e), &e);
  assert_int_equal(one(s, "select count(*) from renewal /* scan */"), 7);
  assert_int_equal(findings(s, NULL), 0);
  store_close(s);
  refused(store_restore(new_place, copy, &e), ERR_CONFLICT, &e, "it holds data already");
  write_file(full, "");
  ok(store_restore(full, copy, &e), &e); /* an empty file is an empty place */
  refused(store_restore(place_file(p, "x.db", 3), p->folder, &e), ERR_IO, &e, "it is not a file");
  refused(store_restore(place_file(p, "x.db", 3), place_file(p, "none.db", 0), &e), ERR_IO, &e, "No such file");
  write_file(place_file(p, "junk", 0), "junk that is not a database but long enough to be taken for one, perhaps, by somebody who looks at sizes only");
  refused(store_restore(place_file(p, "x.db", 3), place_file(p, "junk", 0), &e), ERR_FAIL, &e, "it is not a Perennial database");
  assert_int_not_equal(access(place_file(p, "x.db", 3), F_OK), 0);
}

static void dangling_rows_are_found(void **state) {
  struct place *p = *state;
  add_book(p->s, 2);
  run(p->s, "pragma foreign_keys=off; update renewal set owner_id = 9 where id = 2; update renewal_version set owner_id = 9 where renewal_id = 2");
  assert_int_equal(findings(p->s, "foreign_key"), 1);
  assert_int_equal(findings(p->s, NULL), 1);
}

static void a_bulk_write_puts_the_settings_back(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int64_t n = 1000;
  ok(store_write_bulk(p->s, add_regions, &n, &e), &e);
  assert_int_equal(one(p->s, "pragma synchronous"), 2);
  assert_int_equal(one(p->s, "pragma cache_size"), -16384);
  assert_int_equal(one(p->s, "pragma foreign_keys"), 1);
  n = 1; /* the same id again */
  assert_int_equal(store_write_bulk(p->s, add_regions, &n, &e), ERR_CONFLICT);
  assert_int_equal(one(p->s, "pragma synchronous"), 2);
}

/* A new index that an image cannot hold would make the first import several times as slow, and nothing else would tell. */
static void the_large_tables_can_be_images(void **state) {
  static const char *const tables[][2] = {
    {"account", "id"}, {"product", "id"}, {"contract", "id"}, {"contract_line", "id"}, {"line_link", "line_id"}, {"line_outcome", "line_id"},
    {"renewal", "id"}, {"renewal_version", "renewal_id"}, {"data_finding", "id"}, {"touch", "id"}};
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    struct image_table *t = NULL;
    uint8_t place = 9;
    ok(sqlite_table_read(store_db(p->s), a, tables[i][0], tables[i][1], &t, &place, &e), &e);
    assert_non_null(t);
    assert_int_equal(place, 0);
  }
}

const struct CMUnitTest sqlite_tests[] = {
    PLACE_TEST(files_are_private),
    PLACE_TEST(what_is_no_store_is_refused),
    PLACE_TEST(a_locked_file_says_so),
    PLACE_TEST(a_full_disk_leaves_nothing_half_written),
    PLACE_TEST(a_backup_of_a_busy_store_is_whole),
    PLACE_TEST(a_backup_comes_back),
    PLACE_TEST(dangling_rows_are_found),
    PLACE_TEST(a_bulk_write_puts_the_settings_back),
    PLACE_TEST(the_large_tables_can_be_images),
};
const size_t n_sqlite_tests = sizeof sqlite_tests / sizeof *sqlite_tests;

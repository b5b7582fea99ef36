/* Imports over HTTP: an upload with its token, whose file it is, jobs that are canceled or were killed, an act done twice. */
#include "http/support.h"

#include "app/import_desk.h"
#include "base/arena.h"
#include "store/driver.h"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TODAY = 20779 /* 2026-11-22 */ };
#define HEAD "Contract,Customer,Product,Start,End,Currency,Amount\r\n"
static struct house h;
static struct import_desk *desk;
static char folder[120];
static struct who {
  const char *name;
  char cookie[128], csrf[80];
} ops = {.name = "ops"}, manager = {.name = "manager"}, admin = {.name = "admin"};

static void come(struct who *w) {
  char email[64];
  snprintf(email, sizeof email, "%s@example.com", w->name);
  sign_in(&h, email, w->cookie);
  csrf_of(&h, w->cookie, w->csrf);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  snprintf(folder, sizeof folder, "%s/files", h.dir);
  if (import_desk_new(h.db, folder, &desk, &e) < 0) fail_msg("%s", e.text);
  h.web.today = TODAY;
  h.web.imports = desk;
  house_serve(&h);
  come(&ops);
  come(&manager);
  come(&admin);
  return 0;
}

static void empty_folder(void) {
  DIR *d = opendir(folder);
  for (struct dirent *x; d && (x = readdir(d));) {
    char path[500];
    snprintf(path, sizeof path, "%s/%s", folder, x->d_name);
    unlink(path);
  }
  if (d) closedir(d);
  rmdir(folder);
}

static int tear_down(void **state) {
  (void)state;
  server_stop(h.server);
  h.server = NULL;
  import_desk_free(desk);
  empty_folder();
  house_close(&h);
  return 0;
}

/* A multipart form with one file; token: in the form, or none. */
static void upload(const struct who *w, const char *file_name, const char *bytes, bool token, struct answer *a) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  if (token) strbuf_fmt(&b, "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n", w->csrf);
  strbuf_fmt(&b,
             "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ncontracts\r\n"
                 "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: text/csv\r\n\r\n%s\r\n"
             "--FormBoundaryAbCdEf0123--\r\n", file_name, bytes);
  ask(&h, &(struct ask){.method = "POST", .path = "/imports/new", .body = strbuf_z(&b),
                         .type = "multipart/form-data; boundary=FormBoundaryAbCdEf0123", .cookie = w->cookie, .origin = "own"}, a);
}

static int get(const struct who *w, const char *path, struct answer *a) {
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = w->cookie}, a);
  return a->status;
}

static int post(const struct who *w, const char *path, const char *fields, struct answer *a) {
  char body[600];
  snprintf(body, sizeof body, "csrf=%s%s", w->csrf, fields);
  ask(&h, &(struct ask){.method = "POST", .path = path, .body = body, .cookie = w->cookie, .origin = "own"}, a);
  return a->status;
}

static int64_t upload_id(const struct who *w, const char *file_name, const char *bytes) {
  struct answer a;
  upload(w, file_name, bytes, true, &a);
  assert_int_equal(a.status, 303);
  struct str to = answer_header(&a, "Location");
  assert_true(str_starts(to, STR("/imports/")));
  int64_t id = 0;
  struct str text, rest;
  str_cut(str_sub(to, 9, to.n), '/', &text, &rest);
  assert_int_equal(str_to_i64(text, &id), OK);
  answer_free(&a);
  return id;
}

static int state_of(int64_t id) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct staged x;
  struct err e = {0};
  if (staged_get(h.store, a, id, &x, &e) < 0) fail_msg("%s", e.text);
  return x.state;
}

/* Looks until the job has ended; the test's own time limit ends a job that does not. */
static void ended(int64_t id) {
  struct desk_status s;
  do {
    import_desk_status(desk, id, &s);
    usleep(1000);
  } while (s.state == DESK_QUEUED || s.state == DESK_RUNNING);
}

static const char *at(int64_t id, const char *step) {
  static char path[80];
  snprintf(path, sizeof path, "/imports/%" PRId64 "/%s", id, step);
  return path;
}

static int64_t lines_in(void) {
  struct err e = {0};
  int64_t n = -1;
  if (db_one_i64(store_db(h.store), "select count(*) from contract_line /* scan */", NULL, -1, &n, &e) < 0) fail_msg("%s", e.text);
  return n;
}

static void an_upload_wants_its_token(void **state) {
  (void)state;
  struct answer a;
  upload(&ops, "a.csv", HEAD "T-1,Acme,P,2026-01-01,2026-12-31,USD,10\r\n", false, &a);
  assert_int_equal(a.status, 403);
  answer_free(&a);
  upload(&ops, "empty.csv", "", true, &a);
  assert_int_equal(a.status, 422);
  assert_true(answer_says(&a, "The file is empty"));
  answer_free(&a);
  int64_t id = upload_id(&ops, "../../etc/pass\twd.csv", HEAD "T-2,Acme,P,2026-01-01,2026-12-31,USD,10\r\n");
  assert_int_equal(get(&ops, at(id, "map"), &a), 200);
  assert_true(answer_says(&a, "pass wd.csv"));
  assert_false(answer_says(&a, "etc/pass"));
  answer_free(&a);
}

static void a_file_belongs_to_who_sent_it(void **state) {
  (void)state;
  static const char *const shown[] = {"map", "check", "problems.csv"}, *const posts[] = {"map", "check", "mend", "apply", "cancel", "discard", "undo"};
  struct answer a;
  int64_t id = upload_id(&ops, "mine.csv", HEAD "M-1,Secret Customer,P,2026-01-01,2026-12-31,USD,10\r\n");
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    assert_int_equal(get(&manager, at(id, shown[i]), &a), 404);
    assert_false(answer_says(&a, "Secret Customer"));
    answer_free(&a);
  }
  for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
    assert_int_equal(post(&manager, at(id, posts[i]), "", &a), 404);
    answer_free(&a);
  }
  assert_int_equal(get(&manager, "/imports", &a), 200);
  assert_false(answer_says(&a, "mine.csv"));
  answer_free(&a);
  assert_int_equal(get(&admin, at(id, "map"), &a), 200);
  answer_free(&a);
  assert_int_equal(state_of(id), STAGED_MAPPING);
}

static void what_is_applied_is_applied_once(void **state) {
  (void)state;
  struct answer a;
  int64_t before = lines_in(), id = upload_id(&ops, "once.csv", HEAD "O-1,Once,P,2026-01-01,2026-12-31,USD,10\r\nO-2,Once,P,2026-01-01,2026-12-31,USD,\r\n");
  assert_int_equal(post(&ops, at(id, "apply"), "", &a), 409); /* not checked yet */
  answer_free(&a);
  assert_int_equal(post(&ops, at(id, "check"), "", &a), 303);
  answer_free(&a);
  ended(id);
  assert_int_equal(state_of(id), STAGED_CHECKED);
  assert_int_equal(lines_in(), before);
  assert_int_equal(get(&ops, at(id, "problems.csv"), &a), 200);
  assert_true(answer_says(&a, "the cell is empty and may not be"));
  assert_true(str_starts(answer_header(&a, "Content-Disposition"), STR("attachment")));
  answer_free(&a);
  assert_int_equal(post(&ops, at(id, "mend"), "&checked=1&row0_0=5", &a), 409); /* of another check */
  answer_free(&a);
  for (int i = 0; i < 2; i++) { /* pressed twice */
    assert_int_equal(post(&ops, at(id, "apply"), "", &a), 303);
    answer_free(&a);
  }
  ended(id);
  assert_int_equal(state_of(id), STAGED_APPLIED);
  assert_int_equal(lines_in(), before + 1);
  assert_int_equal(post(&ops, at(id, "apply"), "", &a), 303); /* the back button */
  answer_free(&a);
  assert_int_equal(post(&ops, at(id, "discard"), "", &a), 409);
  answer_free(&a);
  assert_int_equal(post(&ops, at(id, "map"), "", &a), 409);
  answer_free(&a);
  assert_int_equal(post(&manager, at(id, "undo"), "", &a), 404);
  answer_free(&a);
  assert_int_equal(post(&ops, at(id, "undo"), "", &a), 303);
  answer_free(&a);
  ended(id);
  assert_int_equal(lines_in(), before);
  assert_int_equal(get(&ops, at(id, "done"), &a), 200);
  assert_true(answer_says(&a, "This import was undone"));
  answer_free(&a);
}

static int put_state(struct store *s, void *arg, struct err *e) {
  const int64_t *x = arg;
  int64_t n = db_run(store_db(s), "update import_staged set state = $2 where id = $1", BINDS(B_I64(x[0]), B_I64(x[1])), e);
  return n < 0 ? (int)n : OK;
}

/* A program that was killed leaves its states; the next one sets them back and says so. */
static void killed_jobs_are_set_back(void **state) {
  (void)state;
  struct err e = {0};
  struct answer a;
  int64_t one = upload_id(&ops, "one.csv", HEAD "K-1,One,P,2026-01-01,2026-12-31,USD,10\r\n");
  int64_t two = upload_id(&ops, "two.csv", HEAD "K-2,Two,P,2026-01-01,2026-12-31,USD,10\r\n");
  int64_t states[2][2] = {{one, STAGED_CHECKING}, {two, STAGED_APPLYING}};
  for (int i = 0; i < 2; i++)
    if (store_write(h.store, put_state, states[i], &e) < 0) fail_msg("%s", e.text);
  struct import_desk *again = NULL;
  if (import_desk_new(h.db, folder, &again, &e) < 0) fail_msg("%s", e.text);
  import_desk_free(again);
  assert_int_equal(state_of(one), STAGED_MAPPING);
  assert_int_equal(state_of(two), STAGED_CHECKED);
  assert_int_equal(get(&ops, at(one, "map"), &a), 200);
  assert_true(answer_says(&a, "The server was stopped while it worked on this file"));
  answer_free(&a);
  /* The same bytes go on where they were. */
  assert_int_equal(upload_id(&ops, "another name.csv", HEAD "K-1,One,P,2026-01-01,2026-12-31,USD,10\r\n"), one);
  assert_int_equal(post(&ops, at(one, "discard"), "", &a), 303);
  answer_free(&a);
  assert_int_equal(get(&ops, at(one, "map"), &a), 404);
  answer_free(&a);
  assert_true(upload_id(&ops, "one.csv", HEAD "K-1,One,P,2026-01-01,2026-12-31,USD,10\r\n") != one);
}

static int64_t staged_files(void) {
  struct err e = {0};
  int64_t n = -1;
  if (db_one_i64(store_db(h.store), "select count(*) from import_staged /* scan */", NULL, -1, &n, &e) < 0) fail_msg("%s", e.text);
  return n;
}

static int kept_files(void) {
  int n = 0;
  DIR *d = opendir(folder);
  for (struct dirent *x; d && (x = readdir(d));) n += x->d_name[0] != '.';
  if (d) closedir(d);
  return n;
}

/* The first part of an upload; then the line is cut. */
static void cut_upload(const struct who *w) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  char own[64];
  snprintf(own, sizeof own, "127.0.0.1:%d", h.port);
  strbuf_fmt(&b, "POST /imports/new HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: %s\r\nContent-Length: 900000\r\n"
                 "Content-Type: multipart/form-data; boundary=FormBoundaryAbCdEf0123\r\n\r\n", own, own, w->cookie);
  strbuf_fmt(&b, "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
                 "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ncontracts\r\n"
                 "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.csv\"\r\nContent-Type: text/csv\r\n\r\n" HEAD, w->csrf);
  for (int i = 0; i < 2000; i++) strbuf_fmt(&b, "K-%d,Cut %d,P,2026-01-01,2026-12-31,USD,10\r\n", i, i);
  int fd = connect_to(&h);
  assert_int_equal(send(fd, b.p, b.n, MSG_NOSIGNAL), (ssize_t)b.n);
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger)), 0); /* cut, not closed */
  close(fd);
}

/* More lines are cut than uploads may run at once: none leaves a file, an import, or its place taken; the same file sent whole is one import, and
 * sent again goes on where that one is. */
static void a_cut_line_leaves_nothing(void **state) {
  (void)state;
  struct answer a;
  static const char ROW[] = HEAD "K-77,Cut 77,P,2026-01-01,2026-12-31,USD,10\r\n";
  int64_t staged = staged_files();
  int files = kept_files(), status = 503;
  for (int i = 0; i < 12; i++) cut_upload(&ops);
  while (status == 503) { /* a cut line is seen a moment later; the test's own time limit ends it */
    upload(&ops, "cut.csv", ROW, true, &a);
    status = a.status;
    answer_free(&a);
  }
  assert_int_equal(status, 303);
  assert_int_equal(staged_files(), staged + 1);
  assert_int_equal(kept_files(), files + 1);
  int64_t id = upload_id(&ops, "cut.csv", ROW);
  assert_int_equal(post(&ops, at(id, "check"), "", &a), 303);
  answer_free(&a);
  ended(id);
  assert_int_equal(state_of(id), STAGED_CHECKED);
  upload(&ops, "cut.csv", ROW, true, &a);
  assert_int_equal(a.status, 303);
  assert_true(str_eq(answer_header(&a, "Location"), str_of(at(id, "check")))); /* not the beginning */
  answer_free(&a);
  assert_int_equal(staged_files(), staged + 1);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_upload_wants_its_token),
      cmocka_unit_test(a_file_belongs_to_who_sent_it),
      cmocka_unit_test(what_is_applied_is_applied_once),
      cmocka_unit_test(killed_jobs_are_set_back),
      cmocka_unit_test(a_cut_line_leaves_nothing),
  };
  return group_run_tests(tests, set_up, tear_down);
}

#include "support.h"

#include <ftw.h>
#include <unistd.h>

bool on_postgres;
static int places;

int64_t ok_at(int64_t code, const struct err *e, const char *file, int line) {
  if (code >= 0) return code;
  print_error("%s:%d: code %d: %s\n", file, line, (int)code, e ? e->text : "");
  _fail(file, line);
  return code;
}

void refused_at(int64_t code, int expected, const struct err *e, const char *part, const char *file, int line) {
  if (code == expected && strstr(e->text, part)) return;
  print_error("%s:%d: code %d instead of %d, or no \"%s\" in: %s\n", file, line, (int)code, expected, part, e->text);
  _fail(file, line);
}

const char *place_file(const struct place *p, const char *name, int slot) {
  static char buf[4][200];
  snprintf(buf[slot], sizeof buf[slot], "%s/%s", p->folder, name);
  return buf[slot];
}

static void make_schema(struct place *p) {
  struct err e = {0};
  struct db *db = NULL;
  const char *server = getenv("PERENNIAL_TEST_POSTGRES");
  char sql[100];
  assert_non_null(server);
  ok(db_open(server, &db, &e), &e);
  snprintf(sql, sizeof sql, "create schema place_%d", ++places);
  ok(db_script(db, sql, &e), &e);
  db_close(db);
  snprintf(p->url, sizeof p->url, "%s&options=-csearch_path%%3Dplace_%d", server, places);
}

int place_make(void **state) {
  struct err e = {0};
  struct place *p = calloc(1, sizeof *p);
  assert_non_null(p);
  snprintf(p->folder, sizeof p->folder, "/tmp/perennial-store.XXXXXX");
  assert_non_null(mkdtemp(p->folder));
  if (on_postgres) make_schema(p);
  else snprintf(p->url, sizeof p->url, "%s/book.db", p->folder);
  ok(store_open(p->url, &p->s, &e), &e);
  ok(store_migrate(p->s, NULL, &e), &e);
  *state = p;
  return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at) {
  (void)st;
  (void)flag;
  (void)at;
  return remove(path);
}

int place_remove(void **state) {
  struct place *p = *state;
  store_close(p->s);
  nftw(p->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  free(p);
  return 0;
}

struct store *place_again(const struct place *p) {
  struct err e = {0};
  struct store *s = NULL;
  ok(store_open(p->url, &s, &e), &e);
  return s;
}

int64_t one(struct store *s, const char *sql) {
  struct err e = {0};
  int64_t n = 0;
  ok(db_one_i64(store_db(s), sql, NULL, -1, &n, &e), &e);
  return n;
}

void run(struct store *s, const char *sql) {
  struct err e = {0};
  ok(db_script(store_db(s), sql, &e), &e);
}

static int book_in_tx(struct store *s, void *arg, struct err *e) {
  int64_t n = *(int64_t *)arg;
  struct renewal *rows = calloc((size_t)n, sizeof *rows);
  struct bulk *b = NULL;
  run(s, "insert into person (id, name, name_key, role, created_at) values (1, 'Ana Ruiz', 'ana ruiz', 3, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Harbor Freight Lines', 'harbor freight lines', 0)");
  ok(bulk_begin(store_db(s), "contract", "id, number, number_key, end_user_account_id, currency, known_at", &b, e), e);
  for (int64_t i = 0; i < n; i++) {
    char number[20];
    struct str text = {number, (size_t)snprintf(number, sizeof number, "C-%d", (int)i + 1)};
    rows[i] = (struct renewal){.id = i + 1, .contract_id = i + 1, .owner_id = 1, .due_date = 20000, .close_date = DAY_NONE, .category = CATEGORY_PIPELINE,
                               .currency = 1, .atr_amount = 120000, .forecast_amount = 120000, .booked_date = DAY_NONE, .next_step_date = DAY_NONE,
                               .version = 1, .changed_at = 1000, .why = STR("opened")};
    bulk_i64(b, i + 1);
    bulk_str(b, text);
    bulk_str(b, text);
    bulk_i64(b, 1);
    bulk_i64(b, 1);
    bulk_i64(b, 0);
    ok(bulk_row(b, e), e);
  }
  ok(bulk_end(b, e), e);
  int rc = renewal_bulk_add(s, rows, (size_t)n, e);
  free(rows);
  return rc;
}

void add_book(struct store *s, int64_t n) {
  struct err e = {0};
  ok(store_write(s, book_in_tx, &n, &e), &e);
}

int save_step(struct store *s, void *renewal, struct err *e) {
  return renewal_save(s, renewal, e);
}

struct tally {
  const char *area;
  int64_t n;
};

static void count_finding(void *arg, const char *area, const char *text) {
  struct tally *t = arg;
  (void)text;
  t->n += t->area == NULL || strcmp(t->area, area) == 0;
}

int64_t findings(struct store *s, const char *area) {
  struct err e = {0};
  struct store_check n = {0};
  struct tally t = {area, 0};
  ok(store_check(s, count_finding, &t, &n, &e), &e);
  return t.n;
}

/* Search on a store: bench_search STORE. Builds the index, then asks as people type: every beginning of names, slips, serial numbers and what is
 * not there, as an executive and as one rep. Prints processor time: to build, the median and the 99th percentile. */
#include <stdio.h>
#include <time.h>

#include "app/search.h"
#include "base/date.h"
#include "base/strbuf.h"
#include "store/driver.h"

enum { MOST = 4000 };

/* Processor time of this thread: what the machine does besides is not in it. */
static int64_t processor_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t took[MOST];
static int by_time(const void *x, const void *y) {
  int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
  return (a > b) - (a < b);
}

struct bench {
  struct store *s;
  struct book_cache *books;
  struct arena *texts;
  struct str asks[MOST];
  size_t n;
};

static void add(struct bench *t, struct str text) {
  if (t->n < MOST && text.n > 1) {
    t->asks[t->n++] = arena_str(t->texts, text);
  }
}

/* A name as it is typed: its first two, four … letters; then with two letters exchanged. */
static void add_typed(struct bench *t, struct str name) {
  for (size_t n = 2; n < name.n && n <= 14; n += 4) {
    add(t, str_sub(name, 0, n));
  }
  if (name.n > 8) {
    struct str slip = arena_str(t->texts, name);
    char *p = (char *)(uintptr_t)slip.p;
    char c = p[4];
    p[4] = p[5];
    p[5] = c;
    add(t, slip);
  }
}

static int collect(struct bench *t, struct err *e) {
  static const char *const sql[] = {"select name from account where id % 2269 = 1 limit 60 /* scan */",
                                    "select number from contract where id % 4603 = 1 limit 60 /* scan */",
                                    "select serial_number from contract_line where id % 16661 = 1 and serial_number is not null limit 60 /* scan */"};
  for (int k = 0; k < 3; k++) {
    struct stmt *q STMT_CLEANUP = NULL;
    int rc = db_query(store_db(t->s), sql[k], BINDS(), &q, e);
    while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
      add_typed(t, arena_str(t->texts, stmt_str(q, 0)));
    }
    if (rc < 0) {
      return rc;
    }
  }
  add(t, STR("zzyzxqq"));
  add(t, STR("hospital santa qwertz"));
  return OK;
}

static int ask_all(struct bench *t, const struct scope *who, const char *label, struct err *e) {
  for (size_t i = 0; i < t->n; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct search_found found;
    int64_t from = processor_us();
    int rc = search_run(t->books, t->s, a, who, t->asks[i], 20779, 5, &found, e);
    took[i] = processor_us() - from;
    if (rc < 0) {
      return rc;
    }
  }
  qsort(took, t->n, sizeof *took, by_time);
  printf("%-10s %zu searches: median %.2f ms, p99 %.2f ms, most %.2f ms\n", label, t->n, (double)took[t->n / 2] / 1000, (double)took[t->n * 99 / 100] / 1000,
         (double)took[t->n - 1] / 1000);
  return OK;
}

static int bench(struct bench *t, struct err *e) {
  struct scope all = scope_operator(), rep;
  int64_t person = 0;
  const struct book *b = NULL;
  int rc = book_cache_get(t->books, t->s, &b, e);
  if (rc < 0) {
    return rc;
  }
  printf("%zu lines, %u accounts, %u contracts, %zu renewals\n", b->lines.n, b->accounts.n - 1, b->contracts.n - 1, b->renewals.n);
  book_cache_release(t->books, b);
  int64_t from = processor_us();
  rc = search_warm(t->books, t->s, 20779, e);
  printf("index made in %.0f ms\n", (double)(processor_us() - from) / 1000);
  if (rc == OK) {
    rc = collect(t, e);
  }
  if (rc == OK) {
    rc = ask_all(t, &all, "everything", e);
  }
  if (rc == OK) {
    rc = db_one_i64(store_db(t->s), "select owner_id from contract where id = 7", BINDS(), 0, &person, e);
  }
  if (rc == OK) {
    rc = scope_load(t->s, t->texts, person, &rep, e);
  }
  return rc == OK ? ask_all(t, &rep, "one rep", e) : rc;
}

int main(int argc, char **argv) {
  struct err e = {0};
  struct bench t = {.books = book_cache_new(NULL), .texts = arena_new(0)};
  int rc = argc == 2 ? store_open(argv[1], &t.s, &e) : ERR_USAGE;
  if (rc == OK) {
    rc = bench(&t, &e);
  }
  if (rc < 0) {
    fprintf(stderr, "bench_search STORE: %s\n", e.text);
  }
  book_cache_free(t.books);
  store_close(t.s);
  arena_free(t.texts);
  return rc < 0;
}

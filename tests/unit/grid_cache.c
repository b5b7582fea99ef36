/* Answers kept beside the book: the same as worked out anew, page by page; never those of another scope, another question or an older
 * generation; asked by several threads at once; and no more of them than the cache has room for. */
#include "grid_book.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/grid_internal.h"

enum { ROWS = 5000 };

static struct book *random_book(uint64_t seed) {
  struct book *b = empty_book(ROWS);
  struct random r = random_seed(seed, 1);
  for (size_t i = 0; i < ROWS; i++) {
    put(b, i, (uint16_t)random_below(&r, 3), random_below(&r, 5), (uint8_t)(1 + random_below(&r, 4)), (int)random_below(&r, STAGE_COUNT),
        DAY_0 + (day_t)random_below(&r, 60), random_below(&r, 500), random_below(&r, 500));
  }
  return b;
}

static void same_page(const struct grid_page *x, const struct grid_page *y) {
  assert_int_equal(x->n, y->n);
  assert_memory_equal(x->rows, y->rows, x->n * sizeof *x->rows);
  assert_int_equal(x->more, y->more);
  assert_memory_equal(&x->totals, &y->totals, sizeof x->totals);
}

static void check(const struct book *b, struct grid_query *q, struct arena *a, struct grid_page *ret) {
  struct grid_page fresh;
  assert_int_equal(grid_run(b, q, a, ret, NULL), OK);
  assert_int_equal(grid_compute(b, q, a, &fresh, NULL), OK);
  same_page(ret, &fresh);
}

/* Pages of every size, forward through the whole list and again, with stretches that end amid a page. */
static void pages_are_those_worked_out_anew(void **state) {
  (void)state;
  struct book *b = random_book(7);
  static const uint32_t limits[] = {1, 100, 170, 1000, 1024, 3000};
  for (int sort = 0; sort < GRID_COLUMN_COUNT; sort += 5) {
    for (size_t k = 0; k < 2 * (sizeof limits / sizeof limits[0]); k++) {
      struct arena *a ARENA_CLEANUP = arena_new(0);
      struct grid_query q = {.sort = (enum grid_column)sort, .descending = k % 2 != 0, .plan_day = DAY_0, .limit = limits[k / 2]};
      struct grid_page p = {.more = true};
      for (int pages = 0; p.more && pages < 60; pages++) {
        check(b, &q, a, &p);
        q.after = b->renewals.id[p.rows[p.n - 1]];
      }
    }
  }
  book_free(b);
}

static void another_scope_gets_its_own(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  static const uint8_t ann[] = {0, 1, 0}, bob[] = {0, 0, 1}, nobody[] = {0, 0, 0}, both[] = {0, 1, 1}, all[] = {1, 1, 1};
  const uint8_t *const scopes[] = {all, ann, bob, nobody, both, NULL, ann, all};
  static const int64_t rows[] = {6, 3, 2, 0, 5, 6, 3, 6};
  for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
    struct grid_query q = {.sort = GRID_DUE, .limit = 100, .plan_day = DAY_0, .reps = scopes[i]};
    struct grid_page p;
    check(b, &q, a, &p);
    assert_int_equal(p.totals.rows, rows[i]);
    for (size_t k = 0; k < p.n; k++) {
      assert_true(scopes[i] == NULL || scopes[i][b->renewals.rep[p.rows[k]]]);
    }
  }
  book_free(b);
}

static void another_question_gets_its_own(void **state) {
  (void)state;
  static const char *const texts[] = {"", "category:commit", "-category:commit", "category:commit,best_case", "due_date:2026-01-11..", "due_date:..2026-01-11",
                                      "close_date:none", "-booked_date:none", "owner:Bob", "customer:~acme", "acme", "nandu", "amount:100..", "atr_amount:100.."};
  struct book *b = paper_book();
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
      struct arena *a ARENA_CLEANUP = arena_new(0);
      struct grid_query q = {0};
      struct str bad = STR_NONE;
      struct grid_page p;
      assert_int_equal(grid_parse(b, str_of(texts[i]), a, &q, &bad, NULL), OK);
      for (q.plan_day = DAY_0; q.plan_day < DAY_0 + 2; q.plan_day++) {
        check(b, &q, a, &p);
      }
    }
  }
  book_free(b);
}

/* An edit makes a fork: it must not answer from what was kept of its original, nor the other way round. */
static void a_new_generation_starts_anew(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct grid_query q = {.sort = GRID_DUE, .limit = 100, .plan_day = DAY_0};
  struct grid_page before, after, again;
  check(b, &q, a, &before);
  struct book *fork = book_fork(b);
  assert_non_null(fork);
  fork->renewals.forecast[0] += 5000;
  fork->renewals.due[0] = DAY_0 + 50;
  check(fork, &q, a, &after);
  assert_int_equal(after.totals.converted, before.totals.converted + 5000);
  assert_int_equal(after.rows[after.n - 1], 0);
  check(b, &q, a, &again);
  same_page(&before, &again);
  book_free(b);
  check(fork, &q, a, &again);
  same_page(&after, &again);
  book_free(fork);
}

struct asker {
  const struct book *b;
  uint64_t seed;
  int64_t sum;
};

static void *ask(void *arg) {
  struct asker *x = arg;
  struct random r = random_seed(x->seed, 3);
  for (int i = 0; i < 300; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    static const uint8_t ann[] = {0, 1, 0};
    struct grid_query q = {.sort = (enum grid_column)random_below(&r, 3), .limit = 100, .plan_day = DAY_0, .reps = random_below(&r, 2) ? ann : NULL};
    struct grid_page p, fresh;
    if (grid_run(x->b, &q, a, &p, NULL) != OK || grid_compute(x->b, &q, a, &fresh, NULL) != OK || p.n != fresh.n ||
        memcmp(p.rows, fresh.rows, p.n * sizeof *p.rows) != 0 || memcmp(&p.totals, &fresh.totals, sizeof p.totals) != 0) {
      return arg;
    }
    x->sum += p.totals.rows;
  }
  return NULL;
}

static void several_ask_at_once(void **state) {
  (void)state;
  enum { THREADS = 4 };
  struct book *b = random_book(11);
  pthread_t threads[THREADS];
  struct asker askers[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    askers[i] = (struct asker){b, i, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    void *failed = NULL;
    pthread_join(threads[i], &failed);
    assert_null(failed);
    assert_true(askers[i].sum > 0);
  }
  book_free(b);
}

/* Far more questions than there is room for: what is held stops growing, and what is asked again is still right. */
static void room_is_bounded(void **state) {
  (void)state;
  struct book *b = paper_book();
  int64_t held = 0;
  for (int i = 0; i < 3000; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_query q = {.sort = GRID_DUE, .limit = 10, .plan_day = DAY_0 + i % 2500};
    struct grid_page p;
    assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
    assert_int_equal(p.totals.rows, 6);
    if (i == 1100) {
      held = mem_live();
    }
    assert_true(i < 1100 || mem_live() <= held);
  }
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pages_are_those_worked_out_anew), cmocka_unit_test(another_scope_gets_its_own),
                                     cmocka_unit_test(another_question_gets_its_own), cmocka_unit_test(a_new_generation_starts_anew),
                                     cmocka_unit_test(several_ask_at_once), cmocka_unit_test(room_is_bounded)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Answers kept beside rows: each question is worked out once, also by threads at once; what failed or is too long is not kept; room is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "insight/kept.h"

struct question {
  _Atomic int made;
  int code;
  size_t n; /* length of the answer */
  char with;
};

static int make(void *arg, struct arena *a, void **ret, size_t *ret_n) {
  struct question *q = arg;
  char *p = arena_alloc(a, q->n + 1);
  atomic_fetch_add(&q->made, 1);
  if (p == NULL || q->code != OK) {
    return p == NULL ? ERR_NOMEM : q->code;
  }
  memset(p, q->with, q->n);
  *ret = p;
  *ret_n = q->n;
  return OK;
}

static void expect(struct kept *_Atomic *at, const char *key, struct question *q, int made) {
  struct arena *a = arena_new(0);
  void *bytes = NULL;
  size_t n = 0;
  int code = kept_ask(at, str_of(key), a, make, q, &bytes, &n);
  assert_int_equal(code, q->code);
  if (code == OK) {
    assert_int_equal(n, q->n);
    for (size_t i = 0; i < n; i += 997) {
      assert_int_equal(((char *)bytes)[i], q->with);
    }
  }
  assert_int_equal(atomic_load(&q->made), made);
  arena_free(a);
}

static void asked_again(void **state) {
  struct kept *_Atomic at = NULL;
  struct question a = {.n = 10, .with = 'a'}, b = {.n = 0, .with = 'b'};
  (void)state;
  expect(&at, "a", &a, 1);
  expect(&at, "b", &b, 1);
  expect(&at, "a", &a, 1);
  expect(&at, "b", &b, 1);
  expect(&at, "", &a, 2); /* a question without text is not kept */
  expect(&at, "", &a, 3);
  kept_free(at);
}

static void failed_and_too_long(void **state) {
  struct kept *_Atomic at = NULL;
  struct question bad = {.code = ERR_RANGE}, huge = {.n = 5 << 20, .with = 'h'};
  (void)state;
  expect(&at, "bad", &bad, 1);
  bad.code = OK;
  expect(&at, "bad", &bad, 2);
  expect(&at, "bad", &bad, 2);
  expect(&at, "huge", &huge, 1);
  expect(&at, "huge", &huge, 2);
  kept_free(at);
}

/* 128 answers, and 32 MiB of them; what was asked for lately stays. */
static void bounded(void **state) {
  struct kept *_Atomic at = NULL, *_Atomic large = NULL;
  struct question small[200], big[12];
  char key[20];
  (void)state;
  for (int i = 0; i < 200; i++) {
    small[i] = (struct question){.n = 8, .with = (char)i};
    snprintf(key, sizeof key, "%d", i);
    expect(&at, key, &small[i], 1);
    expect(&at, "0", &small[0], 1);
  }
  expect(&at, "199", &small[199], 1);
  expect(&at, "1", &small[1], 2);
  for (int i = 0; i < 12; i++) {
    big[i] = (struct question){.n = 4 << 20, .with = (char)i};
    snprintf(key, sizeof key, "%d", i);
    expect(&large, key, &big[i], 1);
  }
  expect(&large, "11", &big[11], 1);
  expect(&large, "4", &big[4], 1);
  expect(&large, "3", &big[3], 2);
  kept_free(at);
  kept_free(large);
}

static bool begins_with_a(void *arg, struct str key) {
  (void)arg;
  return key.p[0] == 'a';
}

/* What still holds goes along to other rows; the rest is worked out anew there, and both keep their own. */
static void carried(void **state) {
  struct kept *_Atomic at = NULL, *_Atomic next = NULL, *_Atomic none = NULL;
  struct question a = {.n = 10, .with = 'a'}, b = {.n = 20, .with = 'b'}, bad = {.code = ERR_RANGE};
  (void)state;
  kept_carry(&none, &next, begins_with_a, NULL);
  assert_null(next);
  expect(&at, "a1", &a, 1);
  expect(&at, "b1", &b, 1);
  expect(&at, "a2", &bad, 1);
  kept_carry(&at, &next, begins_with_a, NULL);
  expect(&next, "a1", &a, 1);
  expect(&next, "b1", &b, 2);
  expect(&next, "a2", &bad, 2);
  kept_free(at);
  expect(&next, "a1", &a, 1); /* a copy of its own */
  kept_free(next);
}

struct asker {
  struct kept *_Atomic *at;
  struct question *q;
  pthread_barrier_t *start;
  int wrong;
};

static void *ask(void *arg) {
  struct asker *x = arg;
  struct arena *a = arena_new(0);
  pthread_barrier_wait(x->start);
  for (int i = 0; i < 1000; i++) {
    char key[20];
    void *bytes = NULL;
    size_t n = 0;
    snprintf(key, sizeof key, "%d", i % 100);
    x->wrong += kept_ask(x->at, str_of(key), a, make, &x->q[i % 100], &bytes, &n) != OK || n != x->q[i % 100].n || *(char *)bytes != x->q[i % 100].with;
    arena_reset(a);
  }
  arena_free(a);
  return NULL;
}

static void at_once(void **state) {
  enum { THREADS = 4 };
  struct kept *_Atomic at = NULL;
  struct question q[100];
  struct asker askers[THREADS];
  pthread_t threads[THREADS];
  pthread_barrier_t start;
  (void)state;
  pthread_barrier_init(&start, NULL, THREADS);
  for (int i = 0; i < 100; i++) {
    q[i] = (struct question){.n = (size_t)i + 1, .with = (char)i};
  }
  for (int i = 0; i < THREADS; i++) {
    askers[i] = (struct asker){.at = &at, .q = q, .start = &start};
    assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    assert_int_equal(askers[i].wrong, 0);
  }
  for (int i = 0; i < 100; i++) {
    assert_int_equal(atomic_load(&q[i].made), 1);
  }
  pthread_barrier_destroy(&start);
  kept_free(at);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(asked_again), cmocka_unit_test(failed_and_too_long), cmocka_unit_test(bounded), cmocka_unit_test(carried),
                                     cmocka_unit_test(at_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

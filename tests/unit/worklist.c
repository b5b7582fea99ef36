/* A worklist from the columns of the book. The book is the grid's; DAY_0 is 2026-01-01, a Thursday. */
#include "grid_book.h"

#include "insight/worklist.h"

/* Four open renewals of Ann, one of Bob, one of Ann that is closed. Values in USD: yen at 0.0067. */
static struct book *work_book(void)
{
  struct book *b = empty_book(6);
  put(b, 0, ANN, ACME, 1, STAGE_QUOTED, DAY_0 + 60, 100000, 0);     /* id 11: best case, far enough */
  put(b, 1, ANN, NORTH, 1, STAGE_PO_PROMISED, DAY_0 + 2, 50000, 0);  /* id 12: commit, ends in two days: now */
  put(b, 2, BOB, ACME, 1, STAGE_QUOTED, DAY_0 + 2, 900000, 0);       /* id 13: Bob's */
  put(b, 3, ANN, HOSPITAL, 2, STAGE_CONTACTED, DAY_0 + 60, 1000000, 0); /* id 14: 1,000,000 yen = 6,700.00 */
  put(b, 4, ANN, ACME, 4, STAGE_CONTACTED, DAY_0 + 2, 100, 0);       /* id 15: reais have no rate */
  put(b, 5, ANN, ACME, 1, STAGE_WON, DAY_0 + 2, 100000, 100000);     /* id 16: closed */
  for (size_t i = 0; i < 6; i++) {
    b->renewals.model[i] = MODEL_DIRECT;
    b->renewals.flags[i] = 0;
    b->renewals.category[i] = (uint8_t)stage_category((enum stage)b->renewals.stage[i]);
    b->renewals.outcome[i] = b->renewals.stage[i] == STAGE_WON ? OUTCOME_RENEWED : OUTCOME_OPEN;
  }
  return b;
}

static struct worklist rank(const struct book *b, struct work_query q, struct arena *a)
{
  struct worklist w;
  struct err e = {0};
  q.rule = WORK_RULE_DEFAULT;
  q.today = DAY_0;
  q.week_end = DAY_0 + 3;
  q.plan_day = DAY_0;
  assert_int_equal(worklist_rank(b, &q, a, &w, &e), OK);
  return w;
}

static void expect(const struct book *b, const struct worklist *w, const uint32_t *ids, size_t n)
{
  assert_int_equal(w->n, n);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(b->renewals.id[w->items[i].row], ids[i]);
}

static void ranked_by_group_then_score(void **state)
{
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = work_book();
  const uint8_t ann[] = {0, 1, 0};
  struct worklist w = rank(b, (struct work_query){.reps = ann}, a);
  expect(b, &w, (const uint32_t[]){12, 15, 14, 11}, 4);
  assert_int_equal(w.count[WORK_NOW], 2);
  assert_int_equal(w.count[WORK_LATER], 2);
  assert_int_equal(w.first[WORK_LATER], 2);
  assert_int_equal(w.items[2].value, 670000);
  /* Last safe day 46 days on (Mar 2 less 10 business days = Feb 16): 1000 - 950*46/90 = 515 (485.56 taken whole); no step: 100. */
  assert_int_equal(w.items[2].score.last_safe, DAY_0 + 46);
  assert_int_equal(w.items[2].score.per_mille[WORK_DEADLINE], 515);
  assert_int_equal(w.items[2].score.score, 670000 * 615 / 1000);
  assert_false(w.items[1].has_rate);
  assert_int_equal(w.items[1].score.score, 0);
  book_free(b);
}

static void sleepers_wait_and_others_may_be_added(void **state)
{
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = work_book();
  const uint8_t ann[] = {0, 1, 0}, nobody[] = {0, 0, 0};
  const struct work_sleep sleeps[] = {{11, DAY_0}, {12, DAY_0 + 1}, {99, DAY_0 + 9}};
  const uint32_t rows[] = {2, 3, 5}; /* Bob's, one that is Ann's anyway, a closed one */
  struct worklist w = rank(b, (struct work_query){.reps = ann, .rows = rows, .n_rows = 3, .sleeps = sleeps, .n_sleeps = 3}, a);
  expect(b, &w, (const uint32_t[]){13, 15, 14, 11, 12}, 5);
  assert_int_equal(w.items[4].group, WORK_WAITING);
  assert_int_equal(w.items[4].wakes, DAY_0 + 1);
  assert_int_equal(w.items[3].wakes, DAY_NONE); /* woke today */
  w = rank(b, (struct work_query){.reps = nobody, .rows = rows, .n_rows = 1}, a);
  expect(b, &w, (const uint32_t[]){13}, 1);
  w = rank(b, (struct work_query){0}, a);
  assert_int_equal(w.n, 0);
  book_free(b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(ranked_by_group_then_score), cmocka_unit_test(sleepers_wait_and_others_may_be_added)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

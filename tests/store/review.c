/* 1:1s, their notes, promises. test_review sqlite|postgres. */
#include "store/desk.h"

#include "app/notify.h"
#include "app/promise.h"
#include "app/review.h"
#include "app/work.h"

/* Team 10 over 11; 20 beside them. People: 1 Ann and 2 Bob, reps of 11; 3 Mia, manager of 10; 4 Max, manager of 11; 5 Cem, manager of 20; 6 Eve, exec;
 * 7 Ada, admin. Renewals 1 to 3 are Ann's, 4 Bob's; 3 is lost. Today is Monday 2026-11-23. */
static struct store *s;
static struct arena *a;
enum { ANN = 1, BOB, MIA, MAX, CEM, EVE, ADA, ROWS = 4, TODAY = 20780 };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[ROWS];
  (void)arg;
  for (int i = 0; i < ROWS; i++)
    r[i] = renewal_open(i + 1, i < 3 ? ANN : BOB, TODAY + 38, NOW - 86400);
  r[2].stage = STAGE_LOST;
  r[2].category = CATEGORY_OMITTED;
  r[2].outcome = OUTCOME_LOST;
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'), (20, 'EMEA'); insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 11, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Max', 'max', 2, 11, 0), (5, 'Cem', 'cem', 2, 20, 0), (6, 'Eve', 'eve', 1, null, 0), (7, 'Ada', 'ada', 0, null, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0), "
         "(3, 'C3', 'c3', 1, 1, 0), (4, 'C4', 'c4', 1, 1, 0);");
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, NULL);
}

static struct scope who(int64_t person) { return scope_as(s, a, person, TODAY); }

static int64_t plan(int64_t by, int64_t rep, day_t day) {
  struct err e = {0};
  struct scope w = who(by);
  int64_t id = 0;
  ok(review_plan(s, a, &w, rep, day, 7, TODAY, NOW, &id, &e), &e);
  return id;
}

static void test_who(void **state) {
  (void)state;
  struct err e = {0};
  static const struct {
    int64_t person, rep;
    int code;
    bool leads;
  } rows[] = {{ANN, ANN, OK, false},         {ANN, BOB, ERR_NOTFOUND, false}, {MIA, ANN, OK, true},          {MAX, ANN, OK, true},
              {CEM, ANN, ERR_NOTFOUND, false}, {EVE, ANN, ERR_NOTFOUND, false}, {ADA, ANN, ERR_NOTFOUND, false}, {MIA, MIA, OK, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct scope w = who(rows[i].person);
    bool leads = false;
    assert_int_equal(review_may(s, a, &w, rows[i].rep, &leads, &e), rows[i].code);
    assert_int_equal(leads, rows[i].leads);
  }
  struct scope ann = who(ANN);
  int64_t id = 0;
  struct handover_ask h = {.from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 4, .reason = STR("leave")};
  ok(work_hand(s, a, &ann, &h, TODAY, NOW, &id, &e), &e);
  struct scope bob = who(BOB); /* has Ann's book for today, not her 1:1 */
  assert_true(scope_sees_rep(&bob, ANN));
  refused(review_may(s, a, &bob, ANN, NULL, &e), ERR_NOTFOUND, &e, "no such person");
  refused(review_plan(s, a, &ann, ANN, TODAY, 7, TODAY, NOW, &id, &e), ERR_DENIED, &e, "Only somebody who leads");
}

static void test_series(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), ann = who(ANN);
  struct review x, *rows = NULL;
  size_t n = 0;
  int64_t id = plan(MIA, ANN, TODAY), other = 0;
  day_t next = 0;
  refused(review_plan(s, a, &mia, ANN, TODAY, 7, TODAY, NOW, &other, &e), ERR_CONFLICT, &e, "on that day already");
  refused(review_plan(s, a, &mia, ANN, TODAY - 1, 7, TODAY, NOW, &other, &e), ERR_RANGE, &e, "past");
  refused(review_plan(s, a, &mia, ANN, TODAY + 9, 0, TODAY, NOW, &other, &e), ERR_RANGE, &e, "days apart");
  assert_int_equal(one(s, "select count(*) from notice where person_id = 1 and kind = 40"), 1);
  ok(review_close(s, a, &ann, id, TODAY, NOW + 60, &next, &e), &e);
  assert_int_equal(next, TODAY + 7);
  assert_int_equal(one(s, "select count(*) from notice where person_id = 3 and kind = 41"), 1);
  refused(review_close(s, a, &mia, id, TODAY, NOW + 70, &next, &e), ERR_CONFLICT, &e, "closed already");
  ok(review_on(s, a, ANN, TODAY, NOW + 30, &x, &e), &e); /* as it was known then */
  assert_int_equal(x.closed_at, 0);
  ok(review_on(s, a, ANN, TODAY, NOW + 60, &x, &e), &e);
  assert_int_equal(x.closed_at, NOW + 60);
  assert_int_equal(x.closed_by, ANN);
  refused(review_on(s, a, ANN, TODAY, NOW - 1, &x, &e), ERR_NOTFOUND, &e, "no review");
  ok(review_open_list(s, a, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].day, TODAY + 7);
  ok(review_open_list(s, a, NOW + 30, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].day, TODAY);
  ok(review_open_of_manager(s, a, MIA, TODAY + 6, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(review_on(s, a, ANN, TODAY + 7, INT64_MAX, &x, &e), &e);
  refused(review_close(s, a, &mia, x.id, TODAY, NOW + 80, &next, &e), ERR_RANGE, &e, "still to come");
  ok(review_move(s, a, &mia, x.id, TODAY + 8, TODAY, NOW + 90, &e), &e);
  refused(review_move(s, a, &ann, x.id, TODAY + 9, TODAY, NOW + 90, &e), ERR_DENIED, &e, "Only somebody who leads");
  refused(review_move(s, a, &mia, x.id, TODAY, TODAY, NOW + 90, &e), ERR_CONFLICT, &e, "on that day already");
  assert_int_equal(review_before(s, a, ANN, TODAY + 8, INT64_MAX, &x, &e), 1);
  assert_int_equal(x.id, id);
  assert_int_equal(review_before(s, a, ANN, TODAY, INT64_MAX, &x, &e), 0);
}

/* Lines that a person sees, "body|body", private ones with a star. */
static void lines(int64_t review, int64_t reader, int64_t until, const char *expected) {
  struct err e = {0};
  struct review_note *rows = NULL;
  size_t n = 0;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(2000);
  ok(review_notes(s, a, review, reader, until, &rows, &n, &e), &e);
  for (size_t i = 0; i < n; i++)
    strbuf_fmt(&b, "%s%.*s%s", i ? "|" : "", STR_FMT(rows[i].body), rows[i].private ? "*" : "");
  assert_string_equal(strbuf_z(&b), expected);
}

static void test_notes(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), ann = who(ANN), max = who(MAX), bob = who(BOB);
  int64_t id = plan(MIA, ANN, TODAY), note = 0, own = 0, again = 0;
  day_t next = 0;
  ok(review_write(s, a, &mia, id, STR("Legal has it"), false, NOW + 1, &note, &e), &e);
  ok(review_write(s, a, &mia, id, STR(" Legal has it "), false, NOW + 60, &again, &e), &e); /* sent twice */
  assert_int_equal(again, note);
  ok(review_write(s, a, &mia, id, STR("tired"), true, NOW + 2, &own, &e), &e);
  ok(review_write(s, a, &ann, id, STR("ask for help"), true, NOW + 3, &again, &e), &e);
  lines(id, MIA, INT64_MAX, "Legal has it|tired*");
  lines(id, ANN, INT64_MAX, "Legal has it|ask for help*");
  lines(id, MAX, INT64_MAX, "Legal has it");
  lines(id, MIA, NOW + 1, "Legal has it");
  refused(review_write(s, a, &bob, id, STR("x"), false, NOW, &again, &e), ERR_NOTFOUND, &e, "no review");
  refused(review_write(s, a, &ann, id, STR(" "), false, NOW, &again, &e), ERR_RANGE, &e, "empty");
  refused(review_take_away(s, a, &ann, id, note, NOW + 9, &e), ERR_NOTFOUND, &e, "no line of yours");
  refused(review_take_away(s, a, &max, id, own, NOW + 9, &e), ERR_NOTFOUND, &e, "no line of yours");
  ok(review_take_away(s, a, &mia, id, own, NOW + 10, &e), &e);
  lines(id, MIA, INT64_MAX, "Legal has it");
  lines(id, MIA, NOW + 5, "Legal has it|tired*");
  ok(review_close(s, a, &mia, id, TODAY, NOW + 20, &next, &e), &e);
  refused(review_write(s, a, &mia, id, STR("late"), false, NOW + 30, &again, &e), ERR_CONFLICT, &e, "closed");
  assert_int_equal(one(s, "select count(*) from audit where detail like '%Legal%' /* scan */"), 0);
}

static int promise(int64_t by, struct promise_ask x, struct err *e, int64_t *ret) {
  struct scope w = who(by);
  return promise_make(s, a, &w, &x, TODAY, NOW, ret, e);
}

static void test_promise(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = plan(MIA, ANN, TODAY), p = 0, q = 0;
  struct promise x, *rows = NULL;
  struct promise_count *counts = NULL;
  size_t n = 0;
  ok(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = TODAY + 2, .body = STR("Get the PO")}, &e, &p), &e);
  ok(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = TODAY + 2, .body = STR("Get the PO ")}, &e, &q), &e); /* sent twice */
  assert_int_equal(p, q);
  ok(promise(MIA, (struct promise_ask){.renewal_id = 2, .person_id = ANN, .review_id = id, .due = TODAY, .body = STR("Call them")}, &e, &q), &e);
  assert_int_equal(one(s, "select count(*) from notice where person_id = 1 and kind = 42"), 1);
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = TODAY - 1, .body = STR("x")}, &e, &q), ERR_RANGE, &e, "past");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = DAY_NONE, .body = STR("x")}, &e, &q), ERR_RANGE, &e, "By when");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = TODAY + 400, .body = STR("x")}, &e, &q), ERR_RANGE, &e, "too far");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .due = TODAY, .body = STR(" ")}, &e, &q), ERR_RANGE, &e, "What is promised");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .person_id = BOB, .due = TODAY, .body = STR("x")}, &e, &q), ERR_RANGE, &e, "Nobody else");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 4, .due = TODAY, .body = STR("x")}, &e, &q), ERR_NOTFOUND, &e, "no renewal");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 3, .due = TODAY, .body = STR("x")}, &e, &q), ERR_CONFLICT, &e, "closed");
  refused(promise(EVE, (struct promise_ask){.renewal_id = 1, .due = TODAY, .body = STR("x")}, &e, &q), ERR_DENIED, &e, "not yours");
  refused(promise(CEM, (struct promise_ask){.renewal_id = 1, .review_id = id, .due = TODAY, .body = STR("x")}, &e, &q), ERR_NOTFOUND, &e, "no renewal");
  ok(promise_counts(s, a, TODAY + 1, INT64_MAX, &counts, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(counts[0].rep_id, ANN);
  assert_int_equal(counts[0].open, 2);
  assert_int_equal(counts[0].late, 1);
  ok(promise_of_person(s, a, ANN, TODAY, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_string_equal(arena_fmt(a, "%.*s at %.*s", STR_FMT(rows[0].body), STR_FMT(rows[0].customer)).p, "Call them at Acme");
  /* Settling: by who promised or who leads them; given up in time is dropped, later it is broken. */
  struct scope ann = who(ANN), bob = who(BOB), mia = who(MIA), eve = who(EVE);
  refused(promise_settle(s, a, &bob, p, true, STR_NONE, TODAY, NOW, NULL, &e), ERR_NOTFOUND, &e, "no promise");
  refused(promise_settle(s, a, &eve, p, true, STR_NONE, TODAY, NOW, NULL, &e), ERR_DENIED, &e, "Who promised");
  refused(promise_settle(s, a, &ann, p, false, STR(" "), TODAY, NOW, NULL, &e), ERR_RANGE, &e, "reason");
  ok(promise_settle(s, a, &mia, p, false, STR("other plan"), TODAY + 2, NOW + 100, &x, &e), &e);
  refused(promise_settle(s, a, &ann, p, true, STR_NONE, TODAY, NOW + 101, NULL, &e), ERR_CONFLICT, &e, "settled meanwhile");
  ok(promise_get(s, a, p, &x, &e), &e);
  assert_int_equal(x.state, PROMISE_DROPPED);
  ok(promise_of_rep(s, a, ANN, NOW + 100, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(rows[1].id, p);
  ok(promise_of_rep(s, a, ANN, NOW + 101, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(promise_settle(s, a, &ann, rows[0].id, false, STR("forgot"), TODAY + 1, NOW + 200, NULL, &e), &e);
  ok(promise_of_renewal(s, a, 2, NOW + 150, 9, &rows, &n, &e), &e); /* as it was known then */
  assert_int_equal(rows[0].state, PROMISE_OPEN);
  ok(promise_of_renewal(s, a, 2, INT64_MAX, 9, &rows, &n, &e), &e);
  assert_int_equal(rows[0].state, PROMISE_BROKEN);
}

static void test_line_becomes_promise(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = plan(MIA, ANN, TODAY), note = 0, own = 0, p = 0;
  struct promise_made *made = NULL;
  struct promise x;
  size_t n = 0;
  struct scope mia = who(MIA), ann = who(ANN);
  ok(review_write(s, a, &mia, id, STR("Ann asks their legal"), false, NOW, &note, &e), &e);
  ok(review_write(s, a, &mia, id, STR("mine"), true, NOW, &own, &e), &e);
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .review_id = id, .note_id = own, .due = TODAY + 1}, &e, &p), ERR_RANGE, &e, "What is promised");
  refused(promise(ANN, (struct promise_ask){.renewal_id = 1, .review_id = id, .note_id = own, .due = TODAY + 1, .body = STR("y")}, &e, &p), ERR_NOTFOUND, &e,
          "That line");
  ok(promise(MIA, (struct promise_ask){.renewal_id = 1, .person_id = ANN, .review_id = id, .note_id = note, .due = TODAY + 1}, &e, &p), &e);
  ok(promise_get(s, a, p, &x, &e), &e);
  assert_true(str_eq(x.body, STR("Ann asks their legal")));
  refused(promise(MIA, (struct promise_ask){.renewal_id = 2, .review_id = id, .note_id = note, .due = TODAY + 1}, &e, &p), ERR_NOTFOUND, &e, "promise already");
  refused(review_take_away(s, a, &mia, id, note, NOW + 1, &e), ERR_NOTFOUND, &e, "no line of yours");
  ok(promise_settle(s, a, &ann, x.id, true, STR_NONE, TODAY, NOW + 50, NULL, &e), &e);
  ok(promise_made_in(s, a, ANN, INT64_MAX, &made, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(made[0].all, 1);
  assert_int_equal(made[0].kept, 1);
  ok(promise_made_in(s, a, ANN, NOW + 10, &made, &n, &e), &e);
  assert_int_equal(made[0].kept, 0);
}

/* Whoever covers for somebody has their promises, too, for those days. */
static void test_covered(void **state) {
  struct err e = {0};
  struct scope ann = who(ANN), bob = who(BOB);
  struct handover_ask h = {.from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 3, .reason = STR("leave")};
  struct promise_ask x = {.renewal_id = 1, .due = TODAY, .body = STR("Call them")}, later = {.renewal_id = 2, .due = TODAY + 1, .body = STR("Send it")};
  struct promise *rows = NULL;
  int64_t id = 0, other = 0, hand = 0;
  size_t n = 0;
  (void)state;
  ok(promise_make(s, a, &ann, &x, TODAY, NOW, &id, &e), &e);
  ok(promise_make(s, a, &ann, &later, TODAY, NOW, &other, &e), &e);
  ok(promise_due(s, a, &bob, BOB, TODAY, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 0);
  refused(promise_settle(s, a, &bob, id, true, STR_NONE, TODAY, NOW, NULL, &e), ERR_NOTFOUND, &e, "no promise");
  ok(work_hand(s, a, &ann, &h, TODAY, NOW, &hand, &e), &e);
  bob = who(BOB);
  ok(promise_due(s, a, &bob, BOB, TODAY, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].id, id);
  ok(promise_due(s, a, &bob, ANN, TODAY + 1, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  ok(promise_settle(s, a, &bob, id, true, STR_NONE, TODAY, NOW, NULL, &e), &e);
  ok(work_take_back(s, a, &ann, hand, TODAY, NOW, &e), &e);
  bob = who(BOB);
  refused(promise_settle(s, a, &bob, other, true, STR_NONE, TODAY, NOW, NULL, &e), ERR_NOTFOUND, &e, "no promise");
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_who, open_place, close_place),     cmocka_unit_test_setup_teardown(test_series, open_place, close_place),
    cmocka_unit_test_setup_teardown(test_notes, open_place, close_place),   cmocka_unit_test_setup_teardown(test_promise, open_place, close_place),
    cmocka_unit_test_setup_teardown(test_line_becomes_promise, open_place, close_place), cmocka_unit_test_setup_teardown(test_covered, open_place, close_place),
  };
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

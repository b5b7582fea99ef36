/* Sleeping renewals, handovers and what they do to scope, the worklist from the store. test_work sqlite|postgres. */
#include "store/desk.h"

#include "app/book_cache.h"
#include "app/renewal.h"
#include "app/touch.h"
#include "app/work.h"
#include "insight/grid.h"

/* Team 10 over 11 and 12; 20 beside them. People: 1 Ann (11), 2 Bob (12), 3 Mia manager of 10, 4 Eve exec, 5 Cem rep of 20, 6 Olu ops.
 * Renewals 1 to 4 are Ann's, 5 and 6 Bob's, 7 Cem's; 100.00 USD and more each, due on 2026-12-31, direct. Today is Monday 2026-11-23. */
static struct store *s;
static struct arena *a;
static struct book *book;
static struct org org;
enum { ANN = 1, BOB = 2, MIA = 3, EVE = 4, CEM = 5, OLU = 6, ROWS = 7, TODAY = 20780 };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int add_renewals(struct store *x, void *arg, struct err *e)
{
  struct renewal r[ROWS];
  (void)arg;
  for (int i = 0; i < ROWS; i++) {
    r[i] = renewal_open(i + 1, i < 4 ? ANN : i < 6 ? BOB : CEM, TODAY + 38, NOW - 86400);
    r[i].forecast_amount += 100 * i;
  }
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state)
{
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'), (20, 'EMEA');"
         "insert into team (id, name, parent_id) values (11, 'East', 10), (12, 'West', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 12, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Eve', 'eve', 1, null, 0), (5, 'Cem', 'cem', 3, 20, 0), (6, 'Olu', 'olu', 4, null, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);");
  for (int i = 1; i <= ROWS; i++) {
    char sql[300];
    snprintf(sql, sizeof sql, "insert into contract (id, number, number_key, end_user_account_id, sales_model, currency, known_at) "
             "values (%d, 'C%d', 'c%d', 1, 1, 1, 0)", i, i, i);
    run(s, sql);
  }
  ok(store_write(s, add_renewals, NULL, &e), &e);
  ok(org_load(s, &org, &e), &e);
  book = NULL;
  return a ? r : -1;
}

static int close_place(void **state)
{
  struct err e = {0};
  int64_t entries = 0;
  ok(audit_verify(s, &entries, &e), &e);
  assert_int_equal(findings(s, "version"), 0);
  assert_int_equal(findings(s, "counter"), 0);
  book_free(book);
  arena_free(a);
  return place_remove(state);
}

static struct scope scope_on(int64_t person, day_t today) { return scope_as(s, a, person, today); }

static struct worklist list_then(int64_t actor, int64_t rep, enum work_share share, day_t today, int64_t until)
{
  struct err e = {0};
  struct worklist w;
  struct scope who = scope_on(actor, today);
  book_free(book);
  book = NULL;
  ok(book_load(s, DAY_NONE, &book, &e), &e);
  ok(work_list(s, a, &who, book, &org, rep, share, today, until, today, &w, &e), &e);
  return w;
}

static struct worklist list(int64_t actor, int64_t rep, enum work_share share, day_t today)
{
  return list_then(actor, rep, share, today, INT64_MAX);
}

/* "id:group id:group …" */
static void shows(const struct worklist *w, const char *expected)
{
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  for (size_t i = 0; i < w->n; i++)
    strbuf_fmt(&b, "%s%u:%s", i ? " " : "", book->renewals.id[w->items[i].row], work_group_name((int)w->items[i].group));
  assert_string_equal(strbuf_z(&b), expected);
}

static int snooze(int64_t person, int64_t id, day_t until, const char *reason, day_t today, struct err *e)
{
  struct scope who = scope_on(person, today);
  *e = (struct err){0};
  return work_snooze(s, a, &who, id, until, str_of(reason), today, NOW, e);
}

static void a_sleeping_renewal_waits_and_wakes(void **state)
{
  (void)state;
  struct err e;
  struct worklist w = list(ANN, ANN, WORK_ALL, TODAY);
  shows(&w, "4:later 3:later 2:later 1:later"); /* most money first; last safe day Dec 17 */
  refused(snooze(ANN, 1, TODAY, "x", TODAY, &e), ERR_RANGE, &e, "not in the future");
  refused(snooze(ANN, 1, DAY_NONE, "x", TODAY, &e), ERR_RANGE, &e, "missing");
  refused(snooze(ANN, 1, TODAY + 400, "x", TODAY, &e), ERR_RANGE, &e, "more than a year");
  refused(snooze(ANN, 1, TODAY + 2, " ", TODAY, &e), ERR_RANGE, &e, "reason is missing");
  refused(snooze(BOB, 1, TODAY + 2, "x", TODAY, &e), ERR_NOTFOUND, &e, "no renewal 1");
  refused(snooze(EVE, 1, TODAY + 2, "x", TODAY, &e), ERR_DENIED, &e, "may read");
  ok(snooze(ANN, 1, TODAY + 2, "board meets on Wednesday", TODAY, &e), &e);
  ok(snooze(MIA, 1, TODAY + 3, "and again", TODAY, &e), &e);
  w = list(ANN, ANN, WORK_ALL, TODAY);
  shows(&w, "4:later 3:later 2:later 1:waiting");
  assert_int_equal(w.items[3].wakes, TODAY + 3);
  w = list(ANN, ANN, WORK_ALL, TODAY + 3); /* wakes by itself, also when a day was missed */
  shows(&w, "4:later 3:later 2:later 1:later");
  struct snooze *z = NULL;
  size_t n = 0;
  ok(snooze_list(s, a, 1, INT64_MAX, 10, &z, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_string_equal(z[0].reason.p, "and again");
  assert_string_equal(z[0].by.p, "Mia");
  assert_int_equal(z[0].ended_at, 0);
  assert_int_equal(z[1].ended_by, MIA);
  struct scope ann = scope_on(ANN, TODAY), bob = scope_on(BOB, TODAY);
  refused(work_wake(s, a, &bob, 1, TODAY, NOW, &e), ERR_NOTFOUND, &e, "no renewal 1");
  ok(work_wake(s, a, &ann, 1, TODAY, NOW + 5, &e), &e);
  ok(work_wake(s, a, &ann, 1, TODAY, NOW + 6, &e), &e); /* awake already */
  w = list(ANN, ANN, WORK_ALL, TODAY);
  assert_int_equal(w.count[WORK_WAITING], 0);
  w = list_then(ANN, ANN, WORK_ALL, TODAY, NOW - 1); /* not asleep yet */
  assert_int_equal(w.count[WORK_WAITING], 0);
  w = list_then(ANN, ANN, WORK_ALL, TODAY, NOW + 4); /* not woken yet */
  assert_int_equal(w.count[WORK_WAITING], 1);
  assert_int_equal(w.items[3].wakes, TODAY + 3);
  ok(snooze_list(s, a, 1, NOW + 4, 1, &z, &n, &e), &e);
  assert_int_equal(z[0].ended_at, 0);
  ok(snooze_list(s, a, 1, NOW + 5, 1, &z, &n, &e), &e);
  assert_int_equal(z[0].ended_at, NOW + 5);
  ok(snooze_list(s, a, 1, NOW - 1, 1, &z, &n, &e), &e);
  assert_int_equal(n, 0);
  assert_int_equal(one(s, "select count(*) from audit where entity = 'renewal' and entity_id = 1 and action in ('snooze.add', 'snooze.end') /* scan */"), 3);
  run(s, "update renewal set stage = 6, category = 4 where id = 2; update renewal_version set stage = 6, category = 4 where renewal_id = 2");
  refused(snooze(ANN, 2, TODAY + 2, "x", TODAY, &e), ERR_RANGE, &e, "It is closed");
}

static int hand(int64_t person, struct handover_ask x, int64_t *id, struct err *e)
{
  struct scope who = scope_on(person, TODAY);
  *e = (struct err){0};
  if (!x.reason.n)
    x.reason = STR("leave");
  return work_hand(s, a, &who, &x, TODAY, NOW, id, e);
}
#define HAND(person, id, e, ...) hand(person, (struct handover_ask){__VA_ARGS__}, id, e)

static bool edits(int64_t person, int64_t renewal, day_t today)
{
  struct scope who = scope_on(person, today);
  struct renewal_edited x;
  struct err e = {0};
  int r = renewal_edit(s, a, &who, &(struct renewal_edit){.id = renewal, .set = RENEWAL_SET_NEXT_STEP, .next_step = STR("try"), .why = STR("test")}, today,
    NOW, &x, &e);
  assert_true(r == OK || r == ERR_NOTFOUND);
  return r == OK;
}

static void a_book_is_covered_during_the_days_only(void **state)
{
  (void)state;
  struct err e;
  int64_t id = 0, again = 0;
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = CEM, .first = TODAY, .last = TODAY + 4), ERR_RANGE, &e, "cannot cover"); /* another tree of teams */
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = ANN, .first = TODAY, .last = TODAY + 4), ERR_RANGE, &e, "cannot cover");
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = EVE, .first = TODAY, .last = TODAY + 4), ERR_RANGE, &e, "cannot cover");
  refused(HAND(ANN, &id, &e, .from_id = BOB, .to_id = ANN, .first = TODAY, .last = TODAY + 4), ERR_NOTFOUND, &e, "no such person");
  refused(HAND(EVE, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 4), ERR_DENIED, &e, "may not hand over");
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY + 4, .last = TODAY), ERR_RANGE, &e, "end before they begin");
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY - 4, .last = TODAY - 1), ERR_RANGE, &e, "over already");
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 366), ERR_RANGE, &e, "longer than a year");
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 4, .reason = STR("  ")), ERR_RANGE, &e, "reason is missing");
  assert_false(edits(BOB, 1, TODAY));
  ok(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY + 1, .last = TODAY + 4), &e);
  refused(HAND(MIA, &again, &e, .from_id = ANN, .to_id = MIA, .first = TODAY + 4, .last = TODAY + 9), ERR_CONFLICT, &e, "handed over for some of these days");
  assert_false(edits(BOB, 1, TODAY));
  assert_true(edits(BOB, 1, TODAY + 1));
  assert_true(edits(BOB, 1, TODAY + 4));
  assert_false(edits(BOB, 1, TODAY + 5)); /* ended by itself */
  assert_false(edits(BOB, 7, TODAY + 1));
  assert_true(edits(ANN, 1, TODAY + 1)); /* the owner keeps the book */
  struct worklist w = list(BOB, BOB, WORK_COVER, TODAY + 1);
  shows(&w, "4:later 3:later 2:later 1:later"); /* a step without a day is no step that is due */
  w = list(BOB, BOB, WORK_OWN, TODAY + 1);
  shows(&w, "6:later 5:later");
  w = list(BOB, BOB, WORK_ALL, TODAY + 1);
  assert_int_equal(w.n, 6);
  w = list(BOB, BOB, WORK_ALL, TODAY + 5);
  assert_int_equal(w.n, 2);
  struct handover *h = NULL;
  size_t n = 0;
  ok(handover_list(s, a, ANN, TODAY, INT64_MAX, &h, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_string_equal(h[0].to.p, "Bob");
  ok(handover_list(s, a, BOB, TODAY + 5, INT64_MAX, &h, &n, &e), &e);
  assert_int_equal(n, 0);
  struct scope cem = scope_on(CEM, TODAY), eve = scope_on(EVE, TODAY), bob = scope_on(BOB, TODAY);
  refused(work_take_back(s, a, &cem, id, TODAY, NOW, &e), ERR_NOTFOUND, &e, "no handover");
  refused(work_take_back(s, a, &eve, id, TODAY, NOW, &e), ERR_DENIED, &e, "may read");
  ok(work_take_back(s, a, &bob, id, TODAY, NOW, &e), &e);
  ok(work_take_back(s, a, &bob, id, TODAY, NOW + 9, &e), &e);
  assert_false(edits(BOB, 1, TODAY + 1));
  w = list_then(MIA, BOB, WORK_COVER, TODAY + 1, NOW + 8);
  assert_int_equal(w.n, 0);
  run(s, "update handover set made_at = made_at - 10"); /* as if it had stood for a while */
  w = list_then(MIA, BOB, WORK_COVER, TODAY + 1, NOW - 1);
  shows(&w, "4:later 3:later 2:later 1:later");
  w = list_then(BOB, BOB, WORK_COVER, TODAY + 1, NOW - 1); /* who may see a row is decided by today's scope */
  assert_int_equal(w.n, 0);
  ok(handover_list(s, a, BOB, TODAY, NOW - 1, &h, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(handover_list(s, a, 0, TODAY, NOW - 11, &h, &n, &e), &e);
  assert_int_equal(n, 0);
  assert_int_equal(one(s, "select count(*) from audit where entity = 'handover' /* scan */"), 2);
}

static void chosen_renewals_are_covered_alone(void **state)
{
  (void)state;
  struct err e;
  int64_t id = 0, touch = 0;
  const int64_t mine[] = {3, 1, 3}, foreign[] = {1, 5};
  refused(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY, .ids = foreign, .n = 2), ERR_NOTFOUND, &e, "5 is not in that book");
  ok(HAND(ANN, &id, &e, .from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY, .ids = mine, .n = 3), &e);
  assert_true(edits(BOB, 1, TODAY));
  assert_false(edits(BOB, 2, TODAY));
  assert_false(edits(BOB, 1, TODAY + 1));
  struct scope bob = scope_on(BOB, TODAY);
  ok(touch_log(s, a, &bob, &(struct touch){.renewal_id = 3, .channel = STR("phone"), .party = STR("customer"), .note = STR("said yes")}, NOW, &touch, &e), &e);
  refused(touch_log(s, a, &bob, &(struct touch){.renewal_id = 2, .channel = STR("phone"), .party = STR("customer"), .note = STR("x")}, NOW, &touch, &e),
    ERR_NOTFOUND, &e, "no renewal 2");
  struct worklist w = list(BOB, BOB, WORK_ALL, TODAY);
  shows(&w, "6:later 5:later 3:later 1:later");
  /* The grid's part of it is the same rows, and only for those who see the rep. */
  struct grid_query q = {0};
  struct grid_page page;
  struct str bad;
  ok(grid_parse(book, STR("work:later/2/cover"), a, &q, &bad, &e), &e);
  ok(work_resolve(s, a, &bob, book, &org, TODAY, INT64_MAX, &q, &e), &e);
  q.reps = scope_reps(&bob, a, book);
  ok(scope_rows(&bob, a, book, &q.extra, &q.n_extra), &e);
  assert_int_equal(q.n_extra, 2);
  q.limit = 10;
  q.plan_day = TODAY;
  ok(grid_run(book, &q, a, &page, &e), &e);
  assert_int_equal(page.n, 2);
  assert_int_equal(page.totals.converted, 10000 + 10200);
  struct scope cem = scope_on(CEM, TODAY);
  ok(work_resolve(s, a, &cem, book, &org, TODAY, INT64_MAX, &q, &e), &e);
  assert_int_equal(q.filters[0].n_rows, 0);
  /* Somebody else's from tomorrow on: the new owner's book is not handed over. */
  run(s, "update renewal set owner_id = 5 where id = 1; update renewal_version set owner_id = 5 where renewal_id = 1");
  bob = scope_on(BOB, TODAY);
  assert_false(scope_sees(&bob, 1, CEM));
  assert_true(scope_sees(&bob, 3, ANN));
}

static void colleagues_are_those_who_may_cover(void **state)
{
  (void)state;
  struct err e = {0};
  struct work_colleague *c = NULL;
  size_t n = 0;
  struct scope ann = scope_on(ANN, TODAY), mia = scope_on(MIA, TODAY), olu = scope_on(OLU, TODAY);
  ok(work_colleagues(s, a, &ann, ANN, &c, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(c[0].id, BOB);
  assert_int_equal(c[1].id, MIA);
  ok(work_colleagues(s, a, &mia, ANN, &c, &n, &e), &e);
  assert_int_equal(n, 2);
  ok(work_colleagues(s, a, &olu, ANN, &c, &n, &e), &e);
  assert_int_equal(n, 3);
  run(s, "update person set active = 0 where id = 2");
  ok(work_colleagues(s, a, &ann, ANN, &c, &n, &e), &e);
  assert_int_equal(n, 1);
}

static int put_setting(struct store *x, void *arg, struct err *e)
{
  return person_setting_put(x, ANN, "single_keys", str_of(arg), e);
}

static void settings_are_a_persons_own(void **state)
{
  (void)state;
  struct err e = {0};
  struct str v;
  ok(person_setting_get(s, a, ANN, "single_keys", &v, &e), &e);
  assert_int_equal(v.n, 0);
  ok(store_write(s, put_setting, "off", &e), &e);
  ok(store_write(s, put_setting, "on", &e), &e);
  ok(person_setting_get(s, a, ANN, "single_keys", &v, &e), &e);
  assert_string_equal(v.p, "on");
  ok(person_setting_get(s, a, BOB, "single_keys", &v, &e), &e);
  assert_int_equal(v.n, 0);
}

int main(int argc, char **argv)
{
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(a_sleeping_renewal_waits_and_wakes), TEST(a_book_is_covered_during_the_days_only),
    TEST(chosen_renewals_are_covered_alone), TEST(colleagues_are_those_who_may_cover), TEST(settings_are_a_persons_own)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What people are told, and what they wish. test_notice sqlite|postgres. */
#include "store/desk.h"

#include "app/note.h"
#include "app/notify.h"
#include "app/renewal_batch.h"
#include "app/work.h"

/* Team 10 over 11. People: 1 Ann and 2 Bob, reps of 11; 3 Mia, manager of 10; 4 Ed, who has left. Renewals 1 to 3 are Ann's, 4 Bob's. */
static struct store *s;
static struct arena *a;
enum { ANN = 1, BOB, MIA, ED, ROWS = 4, TODAY = 20780 };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[ROWS];
  (void)arg;
  for (int i = 0; i < ROWS; i++)
    r[i] = renewal_open(i + 1, i < 3 ? ANN : BOB, TODAY + 38, NOW - 86400);
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'); insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 11, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Ed', 'ed', 3, 11, 0); update person set active = 0 where id = 4;"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0), "
         "(3, 'C3', 'c3', 1, 1, 0), (4, 'C4', 'c4', 1, 1, 0);");
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, NULL);
}

static int send_tx(struct store *x, void *arg, struct err *e) { return notify_send(x, arg, e); }

static int send(int64_t to, int64_t by, int kind, int64_t at) {
  struct err e = {0};
  struct notify n = {.person_id = to, .kind = kind, .entity = STR("renewal"), .entity_id = 1, .a = STR("Acme"), .b = STR("b"), .by_id = by, .at = at};
  return store_write(s, send_tx, &n, &e);
}

static int64_t unread(int64_t person) {
  struct err e = {0};
  int64_t n = -1;
  ok(notice_unread(s, person, NOTIFY_UNREAD_MOST, &n, &e), &e);
  return n;
}

/* "kind:entity/id:a:b:c" of what a person is shown, newest first. */
static void shows(int64_t person, const char *expected) {
  struct err e = {0};
  struct notice *rows = NULL;
  size_t n = 0;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(2000);
  ok(notice_list(s, a, person, 0, INT64_MAX, 50, &rows, &n, &e), &e);
  for (size_t i = 0; i < n; i++)
    strbuf_fmt(&b, "%s%s:%.*s/%" PRId64 ":%.*s:%.*s:%.*s", i ? " " : "", notify_kind_of(rows[i].kind)->name, STR_FMT(rows[i].entity), rows[i].entity_id,
               STR_FMT(rows[i].a), STR_FMT(rows[i].b), STR_FMT(rows[i].c));
  assert_string_equal(strbuf_z(&b), expected);
}

static struct scope who(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static void test_send(void **state) {
  (void)state;
  assert_int_equal(send(ANN, MIA, NOTICE_MENTION, NOW), OK);
  assert_int_equal(send(ANN, ANN, NOTICE_MENTION, NOW), OK); /* one's own act */
  assert_int_equal(send(ED, MIA, NOTICE_MENTION, NOW), OK);  /* has left */
  assert_int_equal(send(0, MIA, NOTICE_MENTION, NOW), OK);   /* nobody */
  assert_int_equal(send(ANN, MIA, 9999, NOW), ERR_RANGE);
  assert_int_equal(one(s, "select count(*) from notice /* scan */"), 1);
  assert_int_equal(unread(ANN), 1);
  shows(ANN, "mention:renewal/1:Acme:b:");
  shows(BOB, "");
}

static void test_read(void **state) {
  (void)state;
  struct err e = {0};
  struct notice *rows = NULL;
  size_t n = 0;
  for (int i = 0; i < 5; i++) assert_int_equal(send(ANN, MIA, NOTICE_GIVEN, NOW + i), OK);
  ok(notice_list(s, a, ANN, 0, INT64_MAX, 2, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  int64_t second = rows[1].id;
  assert_int_equal(rows[0].at, NOW + 4);
  assert_int_equal(rows[0].by_id, MIA);
  ok(notice_list(s, a, ANN, second, INT64_MAX, 9, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  ok(notice_list(s, a, ANN, 0, NOW + 1, 9, &rows, &n, &e), &e); /* as it was known then */
  assert_int_equal(n, 2);
  refused(notify_read(s, a, BOB, second, NOW + 9, &e), ERR_NOTFOUND, &e, "no notice");
  ok(notify_read(s, a, ANN, second, NOW + 9, &e), &e);
  assert_int_equal(unread(ANN), 4);
  ok(notify_read_all(s, ANN, second, NOW + 10, &e), &e); /* what came later stays */
  assert_int_equal(unread(ANN), 1);
  assert_int_equal(one(s, "select count(*) from notice where read_at = 1795428009 /* scan */"), 1); /* NOW + 9: not read twice */
  int64_t most = 0;
  for (int i = 0; i < 3; i++) assert_int_equal(send(BOB, MIA, NOTICE_GIVEN, NOW), OK);
  ok(notice_unread(s, BOB, 2, &most, &e), &e);
  assert_int_equal(most, 2); /* counted no further */
}

static void test_wishes(void **state) {
  (void)state;
  struct err e = {0};
  struct notice *rows = NULL;
  size_t n = 0;
  int *ways = NULL;
  ok(notify_wishes(s, a, ANN, &ways, &e), &e);
  for (size_t i = 0; i < n_notify_kinds; i++) assert_int_equal(ways[i], NOTICE_IN_PRODUCT | NOTICE_IN_DIGEST);
  ways[0] = 0;                /* mention */
  ways[1] = NOTICE_IN_DIGEST; /* handed_you */
  ways[2] = NOTICE_IN_PRODUCT;
  ok(notify_wishes_set(s, ANN, ways, NOW, &e), &e);
  assert_int_equal(send(ANN, MIA, NOTICE_MENTION, NOW), OK);
  assert_int_equal(send(ANN, MIA, NOTICE_HANDED_YOU, NOW + 1), OK);
  assert_int_equal(send(ANN, MIA, NOTICE_HANDED_OFF, NOW + 2), OK);
  assert_int_equal(unread(ANN), 1);
  shows(ANN, "handed_off:renewal/1:Acme:b:");
  ok(notice_digest(s, a, ANN, NOW, NOW + 10, 50, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].kind, NOTICE_HANDED_YOU);
  assert_int_equal(one(s, "select count(*) from audit where action = 'person.notices'"), 1);
  ok(notify_wishes(s, a, BOB, &ways, &e), &e); /* another person's are untouched */
  assert_int_equal(ways[0], NOTICE_IN_PRODUCT | NOTICE_IN_DIGEST);
}

static void test_mention(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), ann = who(ANN);
  int64_t id = 0;
  ok(note_write(s, a, &mia, 1, STR("@Ann and @Mia: where is the PO?"), NOW, &id, &e), &e);
  shows(ANN, "mention:renewal/1:Acme:@Ann and @Mia: where is the PO?:");
  shows(MIA, "");
  ok(note_write(s, a, &mia, 1, STR("@Ann and @Mia: where is the PO?"), NOW + 60, &id, &e), &e); /* sent twice */
  assert_int_equal(unread(ANN), 1);
  bool waits = false;
  ok(mention_waits_on(s, ANN, 1, &waits, &e), &e);
  assert_true(waits);
  ok(mention_waits_on(s, ANN, 2, &waits, &e), &e); /* another renewal */
  assert_false(waits);
  ok(note_mentions_seen(s, a, &ann, 1, NOW + 61, &e), &e); /* seen on the renewal: read at the bell */
  ok(mention_waits_on(s, ANN, 1, &waits, &e), &e);
  assert_false(waits);
  assert_int_equal(unread(ANN), 0);
  ok(note_write(s, a, &mia, 1, STR("@Ann?"), NOW + 300, &id, &e), &e);
  ok(notify_read_all(s, ANN, INT64_MAX, NOW + 301, &e), &e); /* and the other way around */
  assert_int_equal(one(s, "select count(*) from mention where person_id = 1 and seen_at is null"), 0);
}

static void test_handover(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), bob = who(BOB);
  struct handover_ask x = {.from_id = ANN, .to_id = BOB, .first = TODAY, .last = TODAY + 4, .reason = STR("leave")};
  int64_t id = 0;
  ok(work_hand(s, a, &mia, &x, TODAY, NOW, &id, &e), &e);
  shows(BOB, "handed_you:handover/1:Ann:2026-11-23:2026-11-27");
  shows(ANN, "handed_off:handover/1:Bob:2026-11-23:2026-11-27");
  ok(work_take_back(s, a, &bob, id, TODAY, NOW + 5, &e), &e);
  shows(BOB, "handed_you:handover/1:Ann:2026-11-23:2026-11-27"); /* Bob did it */
  shows(ANN, "handed_back:handover/1:Ann:Bob: handed_off:handover/1:Bob:2026-11-23:2026-11-27");
}

static struct batch_result change(const struct scope *w, const struct batch_item *items, size_t n, struct renewal_edit edit, int64_t now) {
  struct err e = {0};
  struct batch_result r;
  edit.why = STR("reorg");
  ok(renewal_batch_apply(s, a, w, &(struct renewal_batch){.items = items, .n = n, .edit = edit}, TODAY, now, &r, &e), &e);
  return r;
}

static void test_batch(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), ann = who(ANN);
  static const struct batch_item all[] = {{1, 1}, {2, 1}, {4, 1}};
  struct batch_result r = change(&mia, all, 3, (struct renewal_edit){.set = RENEWAL_SET_NEXT_STEP, .next_step = STR("Call")}, NOW);
  assert_int_equal(r.count[BATCH_CHANGE], 3);
  shows(ANN, "renewals_changed:change_batch/1:2:reorg:");
  shows(BOB, "renewals_changed:renewal/4:1:reorg:");
  struct batch_undo undo;
  ok(renewal_batch_undo(s, a, &mia, r.batch_id, false, TODAY, NOW + 5, &undo, &e), &e);
  shows(BOB, "renewals_changed_back:renewal/4:1:reorg: renewals_changed:renewal/4:1:reorg:");
  run(s, "delete from notice");
  static const struct batch_item two[] = {{1, 0}, {2, 0}};
  change(&mia, two, 2, (struct renewal_edit){.set = RENEWAL_SET_OWNER, .owner_id = BOB}, NOW + 10);
  shows(ANN, "renewals_changed:change_batch/2:2:reorg:");
  shows(BOB, "renewals_given:change_batch/2:2:reorg:");
  run(s, "delete from notice");
  static const struct batch_item own[] = {{3, 0}};
  change(&ann, own, 1, (struct renewal_edit){.set = RENEWAL_SET_NEXT_STEP, .next_step = STR("Call")}, NOW + 20);
  shows(ANN, ""); /* one's own */
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_send, open_place, close_place),     cmocka_unit_test_setup_teardown(test_read, open_place, close_place),
    cmocka_unit_test_setup_teardown(test_wishes, open_place, close_place),   cmocka_unit_test_setup_teardown(test_mention, open_place, close_place),
    cmocka_unit_test_setup_teardown(test_handover, open_place, close_place), cmocka_unit_test_setup_teardown(test_batch, open_place, close_place),
  };
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Field sales: whose accounts are whose, what that lets them see, what they are told, and asks. test_sales sqlite|postgres. */
#include "store/desk.h"

#include "app/book_cache.h"
#include "app/notify.h"
#include "app/renewal.h"
#include "app/sales.h"
#include "app/sales_ask.h"

/* Team 10 over 11. Reps: 1 Ann (11); 2 Cem (20). 3 Mia, manager of 10. Field sales: 5 Sam and 6 Tia (11), 7 Lea leads 10, 8 Xia of 20, 9 Old, who has left.
 * Accounts 1 Acme (renewals 1, 2), 2 Bolt (3), 3 Core (4, of Cem). Renewals end in 30, 200, 119 and 30 days. */
static struct store *s;
static struct arena *a;
enum { ANN = 1, CEM, MIA, EVE, SAM, TIA, LEA, XIA, OLD, ROWS = 4, TODAY = 20780 };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int add_renewals(struct store *x, void *arg, struct err *e) {
  static const int days[ROWS] = {30, 200, 119, 30};
  struct renewal r[ROWS];
  (void)arg;
  for (int i = 0; i < ROWS; i++) {
    r[i] = renewal_open(i + 1, i < 3 ? ANN : CEM, TODAY + days[i], NOW - 86400);
    r[i].forecast_amount = 12300;
  }
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'), (20, 'EMEA'); insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at, leads) values (1, 'Ann', 'ann', 3, 11, 0, 0), (2, 'Cem', 'cem', 3, 20, 0, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0, 0), (4, 'Eve', 'eve', 1, null, 0, 0), (5, 'Sam', 'sam', 5, 11, 0, 0), (6, 'Tia', 'tia', 5, 11, 0, 0), "
         "(7, 'Lea', 'lea', 5, 10, 0, 1), (8, 'Xia', 'xia', 5, 20, 0, 0), (9, 'Old', 'old', 5, 11, 0, 0); update person set active = 0 where id = 9;"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0), (2, 'Bolt', 'bolt', 0), (3, 'Core', 'core', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0), "
         "(3, 'C3', 'c3', 2, 1, 0), (4, 'C4', 'c4', 3, 1, 0);");
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, NULL);
}

static struct scope who(int64_t person) {
  struct err e = {0};
  struct scope x = scope_as(s, a, person, TODAY);
  if (x.role == ROLE_SALES) { /* the book gives the same rows as the store */
    struct book *b = NULL;
    struct scope by_book;
    ok(scope_load(s, a, person, &by_book, &e), &e);
    ok(book_load(s, DAY_NONE, &b, &e), &e);
    ok(scope_cover_sales(s, a, b, TODAY, &by_book, &e), &e);
    assert_int_equal(x.n_renewal_ids, by_book.n_renewal_ids);
    if (x.n_renewal_ids)
      assert_memory_equal(x.renewal_ids, by_book.renewal_ids, x.n_renewal_ids * sizeof *x.renewal_ids);
    book_free(b);
  }
  return x;
}

static void assign(int64_t account, int64_t person, int64_t now) {
  struct err e = {0};
  struct scope mia = who(MIA);
  ok(sales_assign(s, a, &mia, account, person, now, &e), &e);
}

/* "kind a b c" of what a person was told, oldest first, then forgotten. */
static void told(int64_t person, const char *expected) {
  struct err e = {0};
  struct notice *rows = NULL;
  size_t n = 0;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000);
  ok(notice_list(s, a, person, 0, INT64_MAX, 50, &rows, &n, &e), &e);
  for (size_t i = n; i-- > 0;)
    strbuf_fmt(&b, "%s%s %.*s %.*s %.*s", i + 1 < n ? ", " : "", notify_kind_of(rows[i].kind)->name, STR_FMT(rows[i].a), STR_FMT(rows[i].b), STR_FMT(rows[i].c));
  assert_string_equal(strbuf_z(&b), expected);
  char sql[80];
  snprintf(sql, sizeof sql, "delete from notice where person_id = %d", (int)person);
  run(s, sql);
}

static int tell_tx(struct store *x, void *arg, struct err *e) {
  const int *day = arg;
  return sales_tell(x, 0, TODAY + *day, NOW + *day * 86400, 0, e);
}

static void night(int day) {
  struct err e = {0};
  ok(store_write(s, tell_tx, &day, &e), &e);
}

static void test_owners(void **state) {
  (void)state;
  struct err e = {0};
  struct sales_owner o;
  struct scope mia = who(MIA), ann = who(ANN);
  assert_int_equal(sales_owner_of(s, a, 1, INT64_MAX, &o, &e), 0);
  refused(sales_assign(s, a, &ann, 1, SAM, NOW, &e), ERR_DENIED, &e, "ask the manager");
  refused(sales_assign(s, a, &mia, 1, ANN, NOW, &e), ERR_RANGE, &e, "nobody of field sales");
  refused(sales_assign(s, a, &mia, 1, OLD, NOW, &e), ERR_RANGE, &e, "nobody of field sales");
  assign(1, SAM, NOW);
  assign(1, SAM, NOW + 1); /* the same: nothing */
  assign(1, TIA, NOW + 10);
  assert_int_equal(sales_owner_of(s, a, 1, NOW + 5, &o, &e), 1);
  assert_int_equal(o.person_id, SAM);
  assert_int_equal(sales_owner_of(s, a, 1, INT64_MAX, &o, &e), 1);
  assert_int_equal(o.person_id, TIA);
  assign(1, 0, NOW + 20);
  assert_int_equal(sales_owner_of(s, a, 1, INT64_MAX, &o, &e), 0);
  assert_int_equal(one(s, "select count(*) from sales_owner /* scan */"), 2);
  assert_int_equal(one(s, "select count(*) from audit where action = 'account.sales_owner'"), 3);
  told(SAM, "sales_account_yours Acme  ");
}

static void sees(int64_t person, const char *expected) {
  struct scope x = who(person);
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(100);
  for (int64_t id = 1; id <= ROWS; id++)
    if (scope_sees(&x, id, id <= 3 ? ANN : CEM)) strbuf_fmt(&b, "%d%s", (int)id, scope_edits(&x, id, id <= 3 ? ANN : CEM) ? "!" : "");
  assert_string_equal(strbuf_z(&b), expected);
}

static void test_scope(void **state) {
  (void)state;
  sees(SAM, "");
  assign(1, SAM, NOW);
  assign(2, TIA, NOW);
  assign(3, XIA, NOW);
  sees(SAM, "12"); /* reads, never edits */
  sees(TIA, "3");
  sees(LEA, "123"); /* the team's */
  sees(XIA, "4");
  sees(ANN, "1!2!3!");
  assign(1, TIA, NOW + 9);
  sees(SAM, "");
  run(s, "update renewal set due_date = 20780 - 401 where id = 3");
  sees(TIA, "12"); /* too long ago */
  run(s, "update person set role = 3 where id = 6");
  sees(LEA, ""); /* no longer one of field sales */
}

static void test_told(void **state) {
  (void)state;
  struct err e = {0};
  struct scope ann = who(ANN);
  assign(1, SAM, NOW);
  assign(2, SAM, NOW);
  told(SAM, "sales_account_yours Acme  , sales_account_yours Bolt  ");
  night(0);
  told(SAM, ""); /* what was in the window before is no news */
  struct renewal_edit commit = {.id = 1, .version = 1, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_COMMIT, .why = STR("w")};
  struct renewal_edited done;
  ok(renewal_edit(s, a, &ann, &commit, TODAY, NOW + 90, &done, &e), &e);
  night(20);
  told(SAM, ""); /* ends in ten days, but is confirmed */
  commit.version = 2;
  commit.category = CATEGORY_PIPELINE;
  ok(renewal_edit(s, a, &ann, &commit, TODAY + 20, NOW + 20 * 86400, &done, &e), &e);
  told(SAM, "sales_need Acme 12300 USD 2026-12-23"); /* at once */
  night(79);
  told(SAM, "");
  night(80); /* 200 days ahead less 80: inside the window of 120 */
  told(SAM, "sales_window Acme 12300 USD 2027-06-11");
  night(81);
  told(SAM, ""); /* once */
  struct renewal_edit risk = {.id = 2, .version = 1, .set = RENEWAL_SET_AT_RISK, .at_risk = true, .why = STR("w")};
  ok(renewal_edit(s, a, &ann, &risk, TODAY + 81, NOW + 81 * 86400, &done, &e), &e);
  told(SAM, "sales_risk Acme 12300 USD 2027-06-11");
  risk.version = 2;
  risk.at_risk = false;
  ok(renewal_edit(s, a, &ann, &risk, TODAY + 81, NOW + 81 * 86400, &done, &e), &e);
  told(SAM, "");
  risk.version = 3;
  risk.at_risk = true;
  ok(renewal_edit(s, a, &ann, &risk, TODAY + 81, NOW + 81 * 86400, &done, &e), &e);
  told(SAM, "sales_risk Acme 12300 USD 2027-06-11"); /* anew */
}

static int64_t make(int64_t by, int64_t to, day_t due, const char *what, int expected, const char *part) {
  struct err e = {0};
  struct scope x = who(by);
  int64_t id = 0;
  int rc = sales_ask_make(s, a, &x, &(struct sales_ask_new){.renewal_id = 1, .to_id = to, .what = str_of(what), .due = due}, TODAY, NOW, &id, &e);
  if (expected == OK) ok(rc, &e);
  else refused(rc, expected, &e, part);
  return id;
}

static void answer(int64_t by, int64_t id, enum ask_act act, int64_t to, const char *reason, int expected, const char *part) {
  struct err e = {0};
  struct scope x = who(by);
  struct sales_ask after;
  int rc = sales_ask_act(s, a, &x, &(struct sales_ask_answer){.id = id, .act = act, .to_id = to, .reason = str_of(reason)}, NOW + 100, &after, &e);
  if (expected == OK) ok(rc, &e);
  else refused(rc, expected, &e, part);
}

static int64_t state_of(int64_t id) {
  struct err e = {0};
  struct sales_ask x;
  ok(sales_ask_get(s, a, id, &x, &e), &e);
  return x.state;
}

static void test_ask(void **state) {
  (void)state;
  assign(1, SAM, NOW);
  told(SAM, "sales_account_yours Acme  ");
  make(CEM, SAM, TODAY + 3, "Call them", ERR_NOTFOUND, "no renewal");
  make(EVE, SAM, TODAY + 3, "Call them", ERR_DENIED, "ask its owner");
  make(ANN, SAM, TODAY - 1, "Call them", ERR_RANGE, "day");
  make(ANN, SAM, TODAY + 3, " ", ERR_RANGE, "What it is for");
  make(ANN, OLD, TODAY + 3, "Call them", ERR_RANGE, "field sales");
  make(ANN, MIA, TODAY + 3, "Call them", ERR_RANGE, "field sales");
  int64_t id = make(ANN, SAM, TODAY + 3, "Call them", OK, NULL);
  assert_int_equal(make(ANN, SAM, TODAY + 3, "Call them", OK, NULL), id); /* a double click */
  told(SAM, "sales_asked Acme Call them 2026-11-26");
  answer(XIA, id, ASK_ACT_ACCEPTED, 0, "", ERR_NOTFOUND, "no ask");
  answer(ANN, id, ASK_ACT_ACCEPTED, 0, "", ERR_DENIED, "not yours");
  answer(SAM, id, ASK_ACT_WITHDRAWN, 0, "", ERR_DENIED, "not yours");
  answer(SAM, id, ASK_ACT_PASSED, XIA, "", ERR_RANGE, "reason");
  answer(SAM, id, ASK_ACT_PASSED, SAM, "away", ERR_RANGE, "have it already");
  answer(SAM, id, ASK_ACT_PASSED, XIA, "hers now", OK, NULL);
  assert_int_equal(state_of(id), ASK_OPEN);
  sees(XIA, "1"); /* what she is asked about */
  told(ANN, "sales_ask_passed Acme Xia 2026-11-26");
  told(XIA, "sales_asked Acme Call them 2026-11-26");
  answer(SAM, id, ASK_ACT_ACCEPTED, 0, "", ERR_DENIED, "not yours"); /* no longer */
  answer(XIA, id, ASK_ACT_DECLINED, 0, " ", ERR_RANGE, "reason");
  answer(XIA, id, ASK_ACT_ACCEPTED, 0, "", OK, NULL);
  told(ANN, "sales_ask_accepted Acme  2026-11-26");
  answer(XIA, id, ASK_ACT_ACCEPTED, 0, "", ERR_CONFLICT, "already");
  answer(XIA, id, ASK_ACT_DONE, 0, "signed", OK, NULL);
  told(ANN, "sales_ask_done Acme signed 2026-11-26");
  told(XIA, "");
  answer(ANN, id, ASK_ACT_WITHDRAWN, 0, "", ERR_CONFLICT, "already");
  assert_int_equal(one(s, "select count(*) from sales_ask_step /* scan */"), 4);
  sees(XIA, "");
}

static void test_ask_by_others(void **state) {
  (void)state;
  struct err e = {0};
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int64_t one_id = make(ANN, SAM, TODAY + 3, "Call", OK, NULL), two = make(MIA, SAM, TODAY + 1, "Visit", OK, NULL);
  told(SAM, "sales_asked Acme Call 2026-11-26, sales_asked Acme Visit 2026-11-24");
  struct scope lea = who(LEA), mia = who(MIA), cem = who(CEM), eve = who(EVE);
  ok(sales_asks_mine(s, a, &lea, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(rows[0].id, two); /* by day */
  ok(sales_asks_mine(s, a, &mia, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  ok(sales_asks_mine(s, a, &cem, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(sales_asks_mine(s, a, &eve, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  answer(LEA, one_id, ASK_ACT_DECLINED, 0, "no time", OK, NULL); /* whoever leads answers for them */
  assert_int_equal(state_of(one_id), ASK_DECLINED);
  told(ANN, "sales_ask_declined Acme no time 2026-11-26");
  night(1);
  told(SAM, "");
  night(2);
  night(3);
  told(SAM, "sales_ask_late Acme Visit 2026-11-24"); /* once */
  told(MIA, "sales_ask_late Acme Visit 2026-11-24");
  answer(MIA, two, ASK_ACT_WITHDRAWN, 0, "too late", OK, NULL);
  told(SAM, "sales_ask_withdrawn Acme too late 2026-11-24");
}

/* A past day shows the ask as it stood at its end. */
static void test_ask_then(void **state) {
  static const struct {
    int64_t after, to;
    int state;
    size_t sam, xia, ann;
  } rows[] = {{90, SAM, ASK_OPEN, 1, 0, 1}, {150, XIA, ASK_OPEN, 0, 1, 1}, {200, XIA, ASK_ACCEPTED, 0, 1, 1}, {250, XIA, ASK_DONE, 0, 0, 0}};
  struct err e = {0};
  char sql[200];
  (void)state;
  int64_t id = make(ANN, SAM, TODAY + 3, "Call them", OK, NULL);
  answer(SAM, id, ASK_ACT_PASSED, XIA, "hers now", OK, NULL);
  answer(XIA, id, ASK_ACT_ACCEPTED, 0, "", OK, NULL);
  answer(XIA, id, ASK_ACT_DONE, 0, "signed", OK, NULL);
  snprintf(sql, sizeof sql, "update sales_ask_step set at = %lld + 60 * n; update sales_ask set changed_at = %lld", (long long)NOW, (long long)NOW + 240);
  run(s, sql);
  struct scope sam = who(SAM), xia = who(XIA), ann = who(ANN);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct sales_ask x, *list = NULL;
    size_t n = 0;
    ok(sales_ask_get(s, a, id, &x, &e), &e);
    ok(sales_ask_then(s, a, NOW + rows[i].after, &x, &e), &e);
    assert_int_equal(x.state, rows[i].state);
    assert_int_equal(x.to_id, rows[i].to);
    assert_true(str_eq(x.reason, i == 0 ? STR_NONE : i < 3 ? STR("hers now") : STR("signed")));
    ok(sales_asks_mine(s, a, &sam, NOW + rows[i].after, &list, &n, &e), &e);
    assert_int_equal(n, rows[i].sam);
    ok(sales_asks_mine(s, a, &xia, NOW + rows[i].after, &list, &n, &e), &e);
    assert_int_equal(n, rows[i].xia);
    ok(sales_asks_mine(s, a, &ann, NOW + rows[i].after, &list, &n, &e), &e);
    assert_int_equal(n, rows[i].ann);
  }
}

static void test_closed(void **state) {
  (void)state;
  run(s, "update renewal set outcome = 3 where id = 1; update renewal_version set outcome = 3 where renewal_id = 1");
  make(ANN, SAM, TODAY + 3, "Call them", ERR_RANGE, "closed");
}

static void test_feeds(void **state) {
  (void)state;
  struct err e = {0};
  struct calendar_feed f;
  run(s, "insert into calendar_feed (id, person_id, secret_hash, name, created_at) values (1, 5, 'x', 'phone', 0)");
  ok(calendar_feed_find(s, a, STR("x"), &f, &e), &e);
  assert_int_equal(f.person_id, SAM);
  refused(calendar_feed_find(s, a, STR("y"), &f, &e), ERR_NOTFOUND, &e, "no such calendar");
  refused(calendar_feed_revoke(s, TIA, 1, NOW, &e), ERR_NOTFOUND, &e, "no calendar");
  ok(calendar_feed_revoke(s, SAM, 1, NOW, &e), &e);
  refused(calendar_feed_find(s, a, STR("x"), &f, &e), ERR_NOTFOUND, &e, "no such calendar");
}

int main(int argc, char **argv) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(test_owners), TEST(test_scope), TEST(test_told), TEST(test_ask), TEST(test_ask_by_others),
                                     TEST(test_closed),
                                     TEST(test_ask_then), TEST(test_feeds)};
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

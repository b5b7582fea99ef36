/* Requests to depart from policy. test_exception sqlite|postgres. */
#include "store/desk.h"

#include "app/access_people.h"
#include "app/book_cache.h"
#include "app/exception.h"
#include "app/notify.h"
#include "store/repo_renewal.h"

/* Team 10 over 11. Ann and Bob, reps of 11; Mia, manager of 11; Max, manager of 10; Eve, executive; Olga, operations; Zoe, rep of another team.
 * Renewals 1 and 2 are Ann's: 10,000.00 and 1,000,000.00 a year; 3 is Bob's, due the year before and renewed late a year after. */
static struct store *s;
static struct arena *a;
static struct book *book;
static struct org org;
enum { ANN = 1, BOB, MIA, MAX, EVE, OLGA, ZOE, TODAY = 20780 };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[5];
  static const struct {
    int64_t contract, owner, atr;
    int due, outcome, booked;
  } rows[] = {{1, ANN, 1000000, TODAY + 30, OUTCOME_OPEN, DAY_NONE}, {2, ANN, 100000000, TODAY + 30, OUTCOME_OPEN, DAY_NONE},
              {3, BOB, 1100000, TODAY - 400, OUTCOME_RENEWED, TODAY - 410}, {3, BOB, 1100000, TODAY - 35, OUTCOME_RENEWED, TODAY - 25},
              {4, ZOE, 1000000, TODAY + 30, OUTCOME_OPEN, DAY_NONE}};
  (void)arg;
  for (int i = 0; i < 5; i++) {
    r[i] = renewal_open(i + 1, rows[i].owner, rows[i].due, NOW - 500 * 86400);
    r[i].contract_id = rows[i].contract;
    r[i].booked_date = rows[i].booked;
    r[i].atr_amount = r[i].forecast_amount = rows[i].atr;
    if (rows[i].outcome) {
      r[i].stage = STAGE_WON;
      r[i].category = CATEGORY_CLOSED;
      r[i].outcome = rows[i].outcome;
      r[i].won_amount = rows[i].atr;
    }
  }
  return renewal_bulk_add(x, r, 5, e);
}

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'), (12, 'Other'); insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 11, 0), "
         "(3, 'Mia', 'mia', 2, 11, 0), (4, 'Max', 'max', 2, 10, 0), (5, 'Eve', 'eve', 1, null, 0), (6, 'Olga', 'olga', 4, null, 0), (7, 'Zoe', 'zoe', 3, 12, 0);"
         "insert into account (id, name, name_key, country, known_at) values (1, 'Acme', 'acme', 'US', 0), (2, 'Beta', 'beta', 'US', 0), (3, 'Gamma', 'gamma', 'US', 0), "
         "(4, 'Delta', 'delta', 'US', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (1, 'C1', 'c1', 1, 14277, 1, 0), "
         "(2, 'C2', 'c2', 2, 14277, 1, 0), (3, 'C3', 'c3', 3, 14277, 2, 0), (4, 'C4', 'c4', 4, 14277, 7, 0);");
  currency_t usd = CURRENCY_NONE;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  char sql[100];
  snprintf(sql, sizeof sql, "update contract set currency = %d", usd);
  run(s, sql);
  ok(store_write(s, add_renewals, NULL, &e), &e);
  ok(book_load(s, DAY_NONE, &book, &e), &e);
  ok(org_load(s, &org, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  struct err e = {0};
  int64_t entries = 0, broken = -1;
  ok(audit_verify(s, &entries, &e), &e);
  ok(exception_broken(s, &broken, &e), &e);
  assert_int_equal(broken, 0);
  assert_int_equal(findings(s, NULL), 0);
  book_free(book);
  arena_free(a);
  return place_remove(state);
}

static struct scope who(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static int try_ask(int64_t person, int64_t renewal, int kind, int64_t size, int64_t at, int64_t *ret, struct err *e) {
  struct scope by = who(person);
  struct exception_ask x = {.renewal_id = renewal, .size = size, .kind = kind, .reason = STR("why"), .evidence = STR("mail"),
                            .expires = TODAY + 14, .recapture = TODAY + 395};
  return exception_ask(s, a, &by, book, &org, &x, TODAY, at, ret, e);
}

static int64_t asked(int64_t person, int64_t renewal, int kind, int64_t size) {
  struct err e = {0};
  int64_t id = 0;
  ok(try_ask(person, renewal, kind, size, NOW, &id, &e), &e);
  return id;
}

static struct exception row(int64_t id) {
  struct err e = {0};
  struct exception x;
  ok(exception_row(s, a, id, INT64_MAX, &x, &e), &e);
  return x;
}

static int decide_on(int64_t person, int64_t id, int32_t version, int act, int64_t size, const char *note, int today, struct err *e) {
  struct scope by = who(person);
  struct exception_decision d = {.id = id, .version = version, .act = act, .size = size, .note = str_of(note), .valid_until = DAY_NONE};
  return exception_decide(s, a, &by, &d, today, NOW + version * 60, e);
}

static int decide(int64_t person, int64_t id, int32_t version, int act, int64_t size, const char *note, struct err *e) {
  return decide_on(person, id, version, act, size, note, TODAY, e);
}

static int64_t told(int64_t person, int kind) {
  char sql[120];
  snprintf(sql, sizeof sql, "select count(*) from notice where person_id = %d and kind = %d", (int)person, kind);
  return one(s, sql);
}

static void test_route(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000), none = 0;
  struct exception x = row(id);
  assert_int_equal(x.approver_id, MIA); /* her team's manager, up to 10% */
  assert_int_equal(x.cost, 100000);
  assert_int_equal(x.cost_reporting, 100000);
  assert_int_equal(x.state, EXCEPTION_WAITING);
  assert_int_equal(x.version, 1);
  assert_string_equal(x.customer.p, "Acme");
  assert_int_equal(told(MIA, NOTICE_EXCEPTION_ASKED), 1);
  assert_int_equal(row(asked(ANN, 2, EXCEPTION_DISCOUNT, 700)).approver_id, MIA);              /* 70,000.00: hers to agree to before Olga decides */
  assert_int_equal(row(asked(MIA, 1, EXCEPTION_PRICE_HOLD, 30)).approver_id, MAX);             /* never oneself: the manager above */
  struct scope ann = who(ANN), olga = who(OLGA);
  struct exception_quote q;
  struct exception_ask k = {.renewal_id = 2, .kind = EXCEPTION_DISCOUNT, .size = 700};
  ok(exception_quote(s, a, &ann, book, &org, &k, TODAY, &q, &e), &e);
  assert_int_equal(q.approver_id, MIA);
  assert_int_equal(q.decider_id, OLGA);
  k = (struct exception_ask){.renewal_id = 2, .kind = EXCEPTION_BACKDATE_WAIVER, .size = 300}; /* 821,917.81 */
  ok(exception_quote(s, a, &ann, book, &org, &k, TODAY, &q, &e), &e);
  assert_int_equal(q.decider_id, EVE);
  k = (struct exception_ask){.renewal_id = 2, .kind = EXCEPTION_PAYMENT_TERMS, .size = 180}; /* 39,452.05, and Olga asks */
  ok(exception_quote(s, a, &olga, book, &org, &k, TODAY, &q, &e), &e);
  assert_int_equal(q.approver_id, MIA);
  assert_int_equal(q.decider_id, EVE);
  run(s, "insert into authority_rule (id, kind, role, valid_from, may, max_size, max_cost, why, set_at) values (1, 6, 2, 20780, 0, null, null, 'none', 1)");
  ok(exception_quote(s, a, &olga, book, &org, &k, TODAY, &q, &e), &e);
  assert_int_equal(q.approver_id, EVE); /* managers have no say in this kind */
  refused(try_ask(ANN, 1, EXCEPTION_DISCOUNT, 500, NOW, &none, &e), ERR_CONFLICT, &e, "still open");
  run(s, "update team set parent_id = 11 where id = 10; update person set team_id = 11 where id in (3, 4)"); /* a circle with nobody above: the way up ends */
  k = (struct exception_ask){.renewal_id = 1, .kind = EXCEPTION_PRICE_HOLD, .size = 30};
  struct scope mia = who(MIA);
  run(s, "update person set active = 0 where id = 4");
  ok(exception_quote(s, a, &mia, book, &org, &k, TODAY, &q, &e), &e);
  assert_int_equal(q.approver_id, OLGA);
}

static void test_refused_asks(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = 0;
  struct scope ann = who(ANN);
  refused(try_ask(ANN, 5, EXCEPTION_DISCOUNT, 500, NOW, &id, &e), ERR_NOTFOUND, &e, "no renewal 5");
  refused(try_ask(BOB, 3, EXCEPTION_DISCOUNT, 500, NOW, &id, &e), ERR_RANGE, &e, "closed");
  refused(try_ask(EVE, 1, EXCEPTION_DISCOUNT, 500, NOW, &id, &e), ERR_DENIED, &e, "ask its owner");
  refused(try_ask(ANN, 1, EXCEPTION_DISCOUNT, 10001, NOW, &id, &e), ERR_RANGE, &e, "size does not fit");
  refused(try_ask(ANN, 1, 99, 10, NOW, &id, &e), ERR_RANGE, &e, "size does not fit");
  struct exception_ask x = {.renewal_id = 1, .size = 100, .kind = EXCEPTION_DISCOUNT, .reason = STR("  "), .evidence = STR_NONE, .expires = TODAY, .recapture = DAY_NONE};
  refused(exception_ask(s, a, &ann, book, &org, &x, TODAY, NOW, &id, &e), ERR_RANGE, &e, "reason is missing");
  x.reason = STR("why");
  x.expires = TODAY - 1;
  refused(exception_ask(s, a, &ann, book, &org, &x, TODAY, NOW, &id, &e), ERR_RANGE, &e, "next 90 days");
  x.expires = TODAY;
  x.recapture = TODAY;
  refused(exception_ask(s, a, &ann, book, &org, &x, TODAY, NOW, &id, &e), ERR_RANGE, &e, "future");
  x.recapture = DAY_NONE;
  x.documents = &(int64_t){77};
  x.n_documents = 1;
  assert_int_equal(exception_ask(s, a, &ann, book, &org, &x, TODAY, NOW, &id, &e), ERR_NOTFOUND);
  assert_int_equal(one(s, "select count(*) from exception_case /* scan */"), 0); /* nothing half written */
}

static void test_decide(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000);
  refused(decide(ANN, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_DENIED, &e, "own request");
  refused(decide(BOB, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_NOTFOUND, &e, "no request");
  refused(decide(MIA, id, 1, EXCEPTION_RETURN, 0, " ", &e), ERR_RANGE, &e, "words are missing");
  ok(decide(MIA, id, 1, EXCEPTION_RETURN, 0, "Which sites?", &e), &e);
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_RETURNED), 1);
  struct scope ann = who(ANN), bob = who(BOB), mia = who(MIA);
  refused(exception_answer(s, a, &mia, id, 2, STR("x"), TODAY, NOW + 100, &e), ERR_DENIED, &e, "Only Ann");
  assert_int_equal(exception_answer(s, a, &bob, id, 2, STR("x"), TODAY, NOW + 100, &e), ERR_NOTFOUND);
  ok(exception_answer(s, a, &ann, id, 2, STR("All"), TODAY, NOW + 150, &e), &e);
  assert_int_equal(told(MIA, NOTICE_EXCEPTION_ANSWERED), 1);
  refused(exception_answer(s, a, &ann, id, 3, STR("All"), TODAY, NOW + 160, &e), ERR_CONFLICT, &e, "Nobody asked");
  refused(decide(MIA, id, 3, EXCEPTION_APPROVE, 1001, "more", &e), ERR_RANGE, &e, "or less");
  refused(decide(MIA, id, 3, EXCEPTION_APPROVE, 600, "", &e), ERR_RANGE, &e, "words are missing"); /* a change says why */
  ok(decide(MIA, id, 3, EXCEPTION_APPROVE, 600, "Six", &e), &e);
  struct exception x = row(id);
  assert_int_equal(x.state, EXCEPTION_APPROVED);
  assert_int_equal(x.size, 600);
  assert_int_equal(x.asked_size, 1000);
  assert_int_equal(x.cost_reporting, 60000);
  assert_int_equal(x.version, 4);
  assert_int_equal(x.decided_by, MIA);
  assert_int_equal(x.valid_until, TODAY + 90);
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_APPROVED), 1);
  ok(exception_row(s, a, id, NOW + 155, &x, &e), &e); /* as it stood before */
  assert_int_equal(x.state, EXCEPTION_WAITING);
  assert_int_equal(x.size, 1000);
  assert_int_equal(x.version, 3);
  assert_int_equal(exception_row(s, a, id, NOW - 1, &x, &e), ERR_NOTFOUND);
  assert_int_equal(one(s, "select count(*) from audit where entity = 'exception' and entity_id = 1"), 4);
}

static void test_two_approvers(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000);
  ok(decide(MIA, id, 1, EXCEPTION_APPROVE, 0, "", &e), &e);
  refused(decide(MAX, id, 1, EXCEPTION_DECLINE, 0, "No", &e), ERR_CONFLICT, &e, "Mia has approved the request already");
  assert_int_equal(row(id).state, EXCEPTION_APPROVED);
  id = asked(ANN, 1, EXCEPTION_PRICE_HOLD, 30);
  ok(decide(MIA, id, 1, EXCEPTION_RETURN, 0, "Why?", &e), &e);
  refused(decide(MAX, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_CONFLICT, &e, "changed since you opened it");
  ok(decide(MAX, id, 2, EXCEPTION_DECLINE, 0, "No", &e), &e); /* who looked again may */
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_DECLINED), 1);
}

static void test_over(void **state) {
  (void)state;
  struct err e = {0};
  struct scope ann = who(ANN);
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000);
  refused(decide_on(MIA, id, 1, EXCEPTION_APPROVE, 0, "", TODAY + 15, &e), ERR_CONFLICT, &e, "expired on 2026-12-07");
  struct exception x = row(id);
  assert_int_equal(exception_state_on(&x, TODAY + 14), EXCEPTION_WAITING);
  assert_int_equal(exception_state_on(&x, TODAY + 15), EXCEPTION_EXPIRED);
  int64_t n = 0;
  ok(exception_waiting(s, MIA, TODAY, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(exception_waiting(s, MIA, TODAY + 15, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(exception_withdraw(s, a, &ann, id, 1, STR_NONE, TODAY, NOW + 5, &e), &e);
  assert_int_equal(told(MIA, NOTICE_EXCEPTION_WITHDRAWN), 1);
  refused(decide(MIA, id, 2, EXCEPTION_APPROVE, 0, "", &e), ERR_CONFLICT, &e, "has withdrawn the request");
  refused(exception_withdraw(s, a, &ann, id, 2, STR_NONE, TODAY, NOW + 6, &e), ERR_CONFLICT, &e, "has withdrawn");
  asked(ANN, 1, EXCEPTION_DISCOUNT, 1000); /* and may be asked anew */
}

static void test_limits(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), olga = who(OLGA);
  int64_t id = asked(ANN, 2, EXCEPTION_DISCOUNT, 700), most = 0; /* 70,000.00 */
  bool may = false;
  ok(decide(MIA, id, 1, EXCEPTION_APPROVE, 0, "", &e), &e); /* agrees: it waits for Olga */
  struct exception x = row(id);
  ok(exception_may_decide(s, a, &mia, &x, TODAY, &may, &most, NULL, &e), &e);
  assert_true(may);
  assert_int_equal(most, 250); /* 25,000.00 of 1,000,000.00 */
  refused(decide(MIA, id, 2, EXCEPTION_APPROVE, 0, "", &e), ERR_DENIED, &e, "more than your role"); /* once is enough */
  ok(exception_may_decide(s, a, &olga, &x, TODAY, &may, &most, NULL, &e), &e);
  assert_int_equal(most, INT64_MAX);
  struct authority_rule rule = {.kind = EXCEPTION_DISCOUNT, .role = ROLE_OPS, .from = TODAY, .may = true, .max_size = 100, .max_cost = -1};
  refused(authority_set(s, &mia, &rule, STR("x"), TODAY, NOW, &e), ERR_DENIED, &e, "Operations");
  refused(authority_set(s, &olga, &rule, STR(""), TODAY, NOW, &e), ERR_RANGE, &e, "reason");
  rule.from = TODAY - 1;
  refused(authority_set(s, &olga, &rule, STR("x"), TODAY, NOW, &e), ERR_RANGE, &e, "today or later");
  rule.from = TODAY;
  ok(authority_set(s, &olga, &rule, STR("less in winter"), TODAY, NOW, &e), &e);
  ok(decide(OLGA, id, 2, EXCEPTION_APPROVE, 100, "one", &e), &e);
  assert_int_equal(one(s, "select count(*) from audit where action = 'authority.set'"), 1);
  ok(exception_policy_set(s, &olga, EXCEPTION_PAYMENT_TERMS, TODAY, 1200, STR("Money costs more."), TODAY, NOW, &e), &e);
  x = row(asked(ANN, 1, EXCEPTION_PAYMENT_TERMS, 73));
  assert_int_equal(x.cost, 24000); /* 10,000.00 × 73/365 × 12% */
  assert_int_equal(x.policy_id, 1);
}

static void test_stand_in(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), ann = who(ANN);
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000), n = 0;
  struct delegation d = {.from_id = MIA, .to_id = OLGA, .first = TODAY, .last = TODAY + 3, .reason = STR("leave")}, other = d;
  refused(exception_delegate(s, a, &ann, &d, TODAY, NOW, &e), ERR_NOTFOUND, &e, "no such person");
  d.to_id = ANN;
  refused(exception_delegate(s, a, &mia, &d, TODAY, NOW, &e), ERR_RANGE, &e, "cannot stand in");
  d.to_id = OLGA;
  ok(exception_delegate(s, a, &mia, &d, TODAY, NOW, &e), &e);
  assert_int_equal(told(OLGA, NOTICE_EXCEPTION_STAND_IN), 1);
  refused(exception_delegate(s, a, &mia, &other, TODAY, NOW, &e), ERR_CONFLICT, &e, "Olga stands in");
  ok(exception_waiting(s, OLGA, TODAY, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(exception_waiting(s, OLGA, TODAY + 4, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(decide(OLGA, id, 1, EXCEPTION_APPROVE, 0, "", &e), &e);
  struct exception_step *steps = NULL;
  size_t k = 0;
  ok(exception_steps(s, a, id, INT64_MAX, &steps, &k, &e), &e);
  assert_int_equal(k, 2);
  assert_int_equal(steps[1].by_id, OLGA);
  assert_int_equal(steps[1].for_id, MIA);
  ok(exception_delegate_end(s, a, &mia, d.id, NOW + 9, &e), &e);
  ok(exception_waiting(s, OLGA, TODAY, &n, &e), &e);
  assert_int_equal(n, 0);
  /* One who stands in decides nothing of their own. */
  d = (struct delegation){.from_id = EVE, .to_id = OLGA, .first = TODAY, .last = TODAY, .reason = STR("leave")};
  struct scope eve = who(EVE);
  ok(exception_delegate(s, a, &eve, &d, TODAY, NOW, &e), &e);
  id = asked(OLGA, 2, EXCEPTION_PAYMENT_TERMS, 180);
  ok(decide(MIA, id, 1, EXCEPTION_APPROVE, 0, "", &e), &e);
  assert_int_equal(row(id).approver_id, EVE);
  refused(decide(OLGA, id, 2, EXCEPTION_APPROVE, 0, "", &e), ERR_DENIED, &e, "own request");
}

static void test_chain(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), max = who(MAX);
  int64_t id = asked(ANN, 2, EXCEPTION_DISCOUNT, 2000), most = 0; /* 200,000.00: more than Mia and Olga may */
  bool may = false;
  struct str next = STR_NONE;
  struct exception x = row(id);
  ok(exception_may_decide(s, a, &mia, &x, TODAY, &may, &most, &next, &e), &e);
  assert_int_equal(most, 250);
  assert_string_equal(next.p, "Eve");
  ok(exception_may_decide(s, a, &max, &x, TODAY, &may, &most, &next, &e), &e);
  assert_int_equal(next.n, 0); /* it does not wait for him */
  refused(decide(MAX, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_DENIED, &e, "more than your role");
  refused(decide(MIA, id, 1, EXCEPTION_APPROVE, 1500, "less", &e), ERR_DENIED, &e, "more than your role"); /* in part it is not passed on */
  ok(decide(MIA, id, 1, EXCEPTION_APPROVE, 0, "They have the volume", &e), &e);
  x = row(id);
  assert_int_equal(x.state, EXCEPTION_WAITING);
  assert_int_equal(x.approver_id, EVE);
  assert_int_equal(x.version, 2);
  assert_int_equal(x.decided_at, 0);
  assert_int_equal(told(EVE, NOTICE_EXCEPTION_ASKED), 1);
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_MOVED), 1);
  struct exception_step *steps = NULL;
  size_t n = 0;
  ok(exception_steps(s, a, id, INT64_MAX, &steps, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(steps[1].act, EXCEPTION_PASS);
  assert_int_equal(steps[1].by_id, MIA);
  assert_string_equal(steps[1].body.p, "They have the volume");
  assert_int_equal(one(s, "select count(*) from audit where action = 'exception.pass'"), 1);
  refused(decide(EVE, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_CONFLICT, &e, "changed since you opened it");
  ok(decide(EVE, id, 2, EXCEPTION_APPROVE, 0, "", &e), &e);
  assert_int_equal(row(id).state, EXCEPTION_APPROVED);
  assert_int_equal(row(id).decided_by, EVE);
  /* Nobody is left above: it stays where it is. */
  id = asked(ANN, 2, EXCEPTION_PARTNER_CHANGE, 4000);
  ok(access_person_set_active(s, EVE, false, 0, NOW + 1000, &e), &e);
  refused(decide(MIA, id, 1, EXCEPTION_APPROVE, 0, "", &e), ERR_CONFLICT, &e, "Nobody has the authority for this size");
  assert_int_equal(row(id).version, 1);
}

static void test_many(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), max = who(MAX), ann = who(ANN);
  struct exception_own *own = NULL;
  size_t n = 0, done = 0;
  int64_t one_id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000), two = asked(ANN, 1, EXCEPTION_PRICE_HOLD, 30), three = asked(ANN, 1, EXCEPTION_PAYMENT_TERMS, 30);
  int64_t her_own = asked(MIA, 1, EXCEPTION_BACKDATE_WAIVER, 30), large = asked(ANN, 2, EXCEPTION_DISCOUNT, 700);
  ok(exception_own(s, a, &mia, TODAY, &own, &n, &e), &e);
  assert_int_equal(n, 4);
  assert_int_equal(own[0].x.id, one_id);
  assert_false(own[3].covered); /* hers to agree to, not to decide */
  assert_true(own[0].covered && own[1].covered && own[2].covered);
  ok(exception_own(s, a, &mia, TODAY + 15, &own, &n, &e), &e);
  assert_int_equal(n, 0); /* expired */
  ok(decide(MIA, two, 1, EXCEPTION_RETURN, 0, "Why?", &e), &e);
  struct exception_pick picks[] = {{.id = one_id, .version = 1}, {.id = two, .version = 1}, {.id = her_own, .version = 1}, {.id = large, .version = 1},
                                   {.id = 999, .version = 1}, {.id = three, .version = 1}};
  ok(exception_approve_many(s, a, &mia, picks, 6, TODAY, NOW + 500, &done, &e), &e);
  assert_int_equal(done, 2);
  assert_true(picks[0].done && picks[5].done);
  assert_true(str_contains(picks[1].why, STR("changed since you opened it")));
  assert_true(str_contains(picks[2].why, STR("own request")));
  assert_true(str_contains(picks[3].why, STR("more than your role")));
  assert_true(str_contains(picks[4].why, STR("no request 999")));
  assert_int_equal(row(one_id).state, EXCEPTION_APPROVED);
  assert_int_equal(row(one_id).decided_by, MIA);
  assert_int_equal(row(two).state, EXCEPTION_RETURNED);
  assert_int_equal(row(three).state, EXCEPTION_APPROVED);
  assert_int_equal(row(her_own).state, EXCEPTION_WAITING);
  assert_int_equal(row(large).state, EXCEPTION_WAITING);
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_APPROVED), 2);
  /* Not for whom one stands in. */
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000);
  struct delegation d = {.from_id = MIA, .to_id = MAX, .first = TODAY, .last = TODAY, .reason = STR("leave")};
  ok(exception_delegate(s, a, &mia, &d, TODAY, NOW, &e), &e);
  ok(exception_own(s, a, &max, TODAY, &own, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(own[0].x.id, her_own);
  struct exception_pick other = {.id = id, .version = 1};
  ok(exception_approve_many(s, a, &max, &other, 1, TODAY, NOW + 600, &done, &e), &e);
  assert_int_equal(done, 0);
  assert_true(str_contains(other.why, STR("for whom you stand in")));
  refused(exception_approve_many(s, a, &ann, picks, EXCEPTION_MANY_MOST + 1, TODAY, NOW, &done, &e), ERR_RANGE, &e, "At most 200");
}

static void test_leaver(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000), second = asked(ANN, 1, EXCEPTION_PRICE_HOLD, 30);
  ok(decide(MIA, second, 1, EXCEPTION_RETURN, 0, "Why?", &e), &e);
  ok(access_person_set_active(s, MIA, false, 0, NOW + 1000, &e), &e);
  assert_int_equal(row(id).approver_id, MAX); /* the next in line */
  assert_int_equal(row(id).state, EXCEPTION_WAITING);
  assert_int_equal(row(id).version, 2);
  assert_int_equal(row(second).approver_id, MAX);
  assert_int_equal(row(second).state, EXCEPTION_RETURNED);
  assert_int_equal(told(MAX, NOTICE_EXCEPTION_ASKED), 2);
  assert_int_equal(told(ANN, NOTICE_EXCEPTION_MOVED), 2);
}

static void test_precedents(void **state) {
  (void)state;
  struct err e = {0};
  struct scope ann = who(ANN), mia = who(MIA);
  run(s, "update renewal set outcome = 0 where id = 3");
  int64_t old = asked(BOB, 3, EXCEPTION_DISCOUNT, 900), own = asked(ANN, 2, EXCEPTION_DISCOUNT, 200), id = asked(ANN, 1, EXCEPTION_DISCOUNT, 1000);
  ok(decide(MIA, old, 1, EXCEPTION_APPROVE, 0, "", &e), &e);
  ok(decide(MIA, own, 1, EXCEPTION_DECLINE, 0, "No", &e), &e);
  struct exception x = row(id);
  struct exception_precedent *p = NULL;
  size_t n = 0;
  ok(exception_precedents(s, a, &mia, book, &x, INT64_MAX, 5, &p, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(p[0].x.id, old);
  assert_int_equal(p[0].likeness, 90); /* 9% beside 10%: within a quarter; same segment, country, no partner */
  assert_true(p[0].seen);
  assert_int_equal(p[0].after, AFTER_LATE);
  assert_int_equal(p[0].after_booked - p[0].after_due, 10);
  assert_int_equal(p[1].x.id, own);
  assert_int_equal(p[1].after, AFTER_NONE);
  ok(exception_precedents(s, a, &ann, book, &x, INT64_MAX, 1, &p, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_false(p[0].seen); /* Bob's customer */
  run(s, "update renewal set outcome = 1 where id = 3");
}

int main(int argc, char **argv) {
#define PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)
  static const struct CMUnitTest tests[] = {PLACE(test_route),         PLACE(test_refused_asks), PLACE(test_decide), PLACE(test_two_approvers), PLACE(test_over),
                                            PLACE(test_limits),        PLACE(test_stand_in),     PLACE(test_many), PLACE(test_chain),
                                            PLACE(test_leaver), PLACE(test_precedents)};
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

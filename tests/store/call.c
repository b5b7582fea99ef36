/* The weekly call: submitting, freezing, chains, managers' numbers, what check finds. test_call sqlite|postgres. */
#include "store/desk.h"

#include "app/access.h"
#include "app/access_people.h"
#include "app/call.h"
#include "store/repo_people.h"

/* Team 10 AMS over 11 East (region 1) and 12 West (region 2); 20 beside them. People: 1 Ann (11, New York), 2 Bob (12), 3 Mia and 4 Mona, managers of 10, 5 Max,
 * manager of 11, 6 Eve exec, 7 Cem rep of 20. Renewals 1 to 4 are Ann's, 5 and 6 Bob's, 7 Cem's: 100.00 USD each and 1.00 more each, due on 2026-12-31,
 * pipeline; 2 is in commit, 3 closed with 90.00, 4 due in the next quarter, 6 in BRL, which has no rate. Today is Monday 2026-11-23, week 9 of 2026-Q4. */
static struct store *s;
static struct arena *a;
static struct book_cache *books;
static struct org org;
enum { ANN = 1, BOB = 2, MIA = 3, MONA = 4, MAX = 5, EVE = 6, CEM = 7, ROWS = 7, TODAY = 20780 };
#define MONDAY (INT64_C(20780) * 86400)
#define NOW (MONDAY + 36000) /* 10:00 UTC */

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[ROWS];
  (void)arg;
  for (int i = 0; i < ROWS; i++) {
    r[i] = renewal_open(i + 1, i < 4 ? ANN : i < 6 ? BOB : CEM, TODAY + 38, MONDAY - 86400);
    r[i].forecast_amount += 100 * i;
  }
  r[1].category = CATEGORY_COMMIT;
  r[1].stage = STAGE_PO_PROMISED;
  r[2].category = CATEGORY_CLOSED;
  r[2].stage = STAGE_WON;
  r[2].outcome = OUTCOME_RENEWED;
  r[2].booked_date = TODAY - 10;
  r[2].won_amount = 9000;
  r[2].why = STR("told by phone");
  r[3].close_date = TODAY + 60;
  assert_int_equal(currency_parse(STR("BRL"), &r[5].currency), OK);
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  books = book_cache_new(NULL);
  run(s, "insert into region (id, name) values (1, 'Sunrise'), (2, 'Sunset');"
         "insert into team (id, name) values (10, 'AMS'), (20, 'EMEA');"
         "insert into team (id, name, parent_id, region_id) values (11, 'East', 10, 1), (12, 'West', 10, 2);"
         "insert into person (id, name, name_key, role, team_id, time_zone, created_at) values (1, 'Ann', 'ann', 3, 11, 'America/New_York', 0), "
         "(2, 'Bob', 'bob', 3, 12, 'UTC', 0), (3, 'Mia', 'mia', 2, 10, 'UTC', 0), (4, 'Mona', 'mona', 2, 10, 'UTC', 0), (5, 'Max', 'max', 2, 11, 'UTC', 0), "
         "(6, 'Eve', 'eve', 1, null, 'UTC', 0), (7, 'Cem', 'cem', 3, 20, 'UTC', 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);");
  for (int i = 1; i <= ROWS; i++) {
    char sql[300];
    snprintf(sql, sizeof sql, "insert into contract (id, number, number_key, end_user_account_id, sales_model, currency, known_at) "
             "values (%d, 'C%d', 'c%d', 1, 1, 1, 0)", i, i, i);
    run(s, sql);
  }
  ok(store_write(s, add_renewals, NULL, &e), &e);
  ok(org_load(s, &org, &e), &e);
  org.today = TODAY;
  return a && books ? r : -1;
}

static int close_place(void **state) {
  book_cache_free(books);
  return place_sound(state, a, "version");
}

static struct scope scope_of(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static struct period quarter(const char *id) {
  struct period p;
  assert_int_equal(period_parse(&org.calendar, str_of(id), &p), OK);
  return p;
}

static int submit_on(int64_t person, const char *period, int64_t commit, int64_t best, int64_t pipeline, const char *note, int64_t at, struct call *ret, struct err *e) {
  struct scope who = scope_of(person);
  *e = (struct err){0};
  org.today = (day_t)(at / 86400);
  int rc = call_submit(s, a, &who, books, &org, &(struct call_ask){quarter(period), 0, commit, best, pipeline, str_of(note)}, at, ret, e);
  org.today = TODAY;
  return rc;
}

static struct call_board board_on(int64_t person, int64_t at) {
  const struct book *b = NULL;
  struct err e = {0};
  struct call_board x;
  struct scope who = scope_of(person);
  struct period q = quarter("2026-Q4");
  ok(book_cache_get(books, s, &b, &e), &e);
  ok(call_board_load(s, a, &who, b, &org, &q, &(struct call_when){(day_t)(at / 86400), INT64_MAX, at}, &x, &e), &e);
  book_cache_release(books, b); /* the cache holds it until the next is asked for */
  return x;
}

static struct call_total total_of(const struct call_board *x, const char *node) {
  struct node n;
  struct call_total t;
  assert_int_equal(node_parse(str_of(node), &n), OK);
  call_board_total(x, &n, &t);
  return t;
}

static int adjust(int64_t person, const char *node, int64_t amount, int64_t base, const char *reason, int64_t at, int64_t *id, struct err *e) {
  struct scope who = scope_of(person);
  struct call_adjust x = {.period = quarter("2026-Q4"), .base_id = base, .amount = amount, .take_back = amount == INT64_MIN, .reason = str_of(reason)};
  const struct book *b = NULL;
  *e = (struct err){0};
  assert_int_equal(node_parse(str_of(node), &x.node), OK);
  ok(book_cache_get(books, s, &b, e), e);
  int rc = call_adjust(s, a, &who, b, &org, &x, at, id, e);
  book_cache_release(books, b);
  return rc;
}

static void a_call_freezes_what_is_behind_it(void **state) {
  (void)state;
  struct err e;
  struct call x, y;
  struct call_row *rows = NULL;
  size_t n = 0;
  ok(submit_on(ANN, "2026-Q4", 19000, 20000, 29100, " two sure ones ", NOW, &x, &e), &e);
  assert_int_equal(x.frozen, 3); /* 4 is due in the next quarter */
  assert_int_equal(x.sum[CATEGORY_CLOSED], 9000);
  assert_int_equal(x.sum[CATEGORY_COMMIT], 10100);
  assert_int_equal(x.sum[CATEGORY_PIPELINE], 10000);
  assert_int_equal(x.week, 9);
  assert_int_equal(x.revision, 1);
  assert_int_equal(x.team_id, 11);
  assert_int_equal(x.region_id, 1);
  assert_int_equal(x.due_at, MONDAY + 17 * 3600); /* noon in New York */
  ok(call_rows(s, a, x.id, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(rows[1].renewal_id, 2);
  assert_int_equal(rows[1].version, 1);
  assert_int_equal(rows[1].category, CATEGORY_COMMIT);
  assert_int_equal(rows[1].amount, 10100);
  ok(call_get(s, a, x.id, &y, &e), &e);
  assert_string_equal(y.note.p, "two sure ones");
  assert_string_equal(y.person.p, "Ann");
  assert_string_equal(y.by.p, "Ann");
  assert_int_equal(y.hash.n, 64);
  /* What has no rate is frozen and in no sum. */
  ok(submit_on(BOB, "2026-Q4", 0, 0, 10400, "", NOW, &x, &e), &e);
  assert_int_equal(x.frozen, 2);
  assert_int_equal(x.no_rate, 1);
  assert_int_equal(x.sum[CATEGORY_PIPELINE], 10400);
  assert_int_equal(findings(s, NULL), 0);
  /* A later edit changes nothing of it. */
  run(s, "update renewal set forecast_amount = 1 where id = 2; update renewal_version set forecast_amount = 1 where renewal_id = 2");
  ok(call_rows(s, a, 1, &rows, &n, &e), &e);
  assert_int_equal(rows[1].amount, 10100);
  assert_int_equal(findings(s, "call"), 0);
}

static void twice_amended_late_and_closed(void **state) {
  (void)state;
  struct err e;
  struct call x, again;
  ok(submit_on(ANN, "2026-Q4", 100, 200, 300, "a", NOW, &x, &e), &e);
  ok(submit_on(ANN, "2026-Q4", 100, 200, 300, "a ", NOW + 60, &again, &e), &e); /* a double click */
  assert_int_equal(again.id, x.id);
  ok(submit_on(ANN, "2026-Q4", 100, 200, 300, "b", NOW + 90, &again, &e), &e);
  assert_int_equal(again.revision, 2);
  ok(submit_on(ANN, "2026-Q4", 100, 200, 300, "b", NOW + 90 + 121, &again, &e), &e); /* later it is meant */
  assert_int_equal(again.revision, 3);
  struct call_board b = board_on(MIA, NOW + 3600);
  const struct call_line *ann = call_board_line(&b, ANN);
  assert_int_equal(ann->state, CALL_DONE);
  assert_int_equal(ann->revisions, 3);
  /* The next week: after its hour, and the week after that. */
  ok(submit_on(ANN, "2026-Q4", 150, 200, 300, "late", MONDAY + 7 * 86400 + 17 * 3600 + 1, &x, &e), &e);
  assert_int_equal(x.week, 10);
  assert_int_equal(x.revision, 1);
  b = board_on(MIA, MONDAY + 8 * 86400);
  ann = call_board_line(&b, ANN);
  assert_int_equal(ann->state, CALL_LATE);
  assert_int_equal(ann->before->commit, 100);
  assert_int_equal(ann->before->revision, 3);
  refused(submit_on(ANN, "2026-Q3", 1, 1, 1, "", NOW, &x, &e), ERR_RANGE, &e, "2026-Q3 ended on 2026-09-30: its calls are closed");
  refused(submit_on(ANN, "2027-Q2", 1, 1, 1, "", NOW, &x, &e), ERR_RANGE, &e, "too far away");
  refused(submit_on(ANN, "2026-11", 1, 1, 1, "", NOW, &x, &e), ERR_RANGE, &e, "for a quarter, such as 2026-Q4");
  refused(submit_on(ANN, "2026-Q4", 2, 1, 3, "", NOW, &x, &e), ERR_RANGE, &e, "do not run up");
  refused(submit_on(ANN, "2026-Q4", -1, 1, 3, "", NOW, &x, &e), ERR_RANGE, &e, "do not run up");
  refused(submit_on(MIA, "2026-Q4", 1, 2, 3, "", NOW, &x, &e), ERR_DENIED, &e, "Only reps");
  refused(submit_on(EVE, "2026-Q4", 1, 2, 3, "", NOW, &x, &e), ERR_DENIED, &e, "Only reps");
  ok(submit_on(ANN, "2027-Q1", 1, 2, 3, "", NOW, &x, &e), &e);
  assert_int_equal(x.frozen, 1);
  assert_int_equal(one(s, "select count(*) from forecast_submission /* scan */"), 5);
  assert_int_equal(one(s, "select count(*) from audit where action = 'call.submit' /* scan */"), 5);
  assert_int_equal(findings(s, NULL), 0);
}

static void who_is_missing(void **state) {
  (void)state;
  struct err e;
  struct call x;
  ok(submit_on(BOB, "2026-Q4", 700, 800, 900, "", MONDAY - 6 * 86400, &x, &e), &e); /* Tuesday of week 8, after noon on Monday */
  ok(submit_on(ANN, "2026-Q4", 500, 600, 700, "", NOW, &x, &e), &e);
  struct call_board b = board_on(MIA, NOW);
  struct call_total t = total_of(&b, "company");
  assert_int_equal(b.n_lines, 2);
  assert_int_equal(t.called, 500);
  assert_int_equal(t.n_called, 1);
  assert_int_equal(t.before, 700);
  assert_int_equal(t.n_expected, 2);
  assert_int_equal(t.n_missing, 1);
  assert_int_equal(t.n_overdue, 0); /* 10:00 */
  b = board_on(MIA, MONDAY + 12 * 3600 + 1);
  assert_int_equal(total_of(&b, "company").n_overdue, 1);
  assert_int_equal(total_of(&b, "team-12").n_overdue, 1);
  assert_int_equal(total_of(&b, "team-11").n_missing, 0);
  assert_int_equal(total_of(&b, "region-1").called, 500);
  b = board_on(ANN, NOW);
  assert_int_equal(b.n_lines, 1);
  assert_int_equal(b.for_team_id, 0);
  b = board_on(EVE, NOW);
  assert_int_equal(b.n_lines, 3);
  assert_false(b.may_adjust);
  /* A week without that day asks for nothing: Oct 1 2026 is a Thursday. */
  struct period first = period_of(&org.calendar, PERIOD_WEEK, quarter("2026-Q4").first);
  assert_int_equal(call_due_at(a, &org, &first, STR("UTC")), 0);
}

static void a_rep_who_moved_counts_where_they_were(void **state) {
  (void)state;
  struct err e;
  struct call x;
  ok(submit_on(ANN, "2026-Q4", 500, 600, 700, "", NOW, &x, &e), &e);
  run(s, "update person set team_id = 12 where id = 1");
  run(s, "insert into change_log (seq, entity, entity_id) select coalesce(max(seq), 0) + 1, 'person', 1 from change_log /* scan */");
  struct call_board b = board_on(MIA, NOW + 60);
  assert_int_equal(total_of(&b, "team-11").called, 500);
  assert_int_equal(total_of(&b, "team-12").called, 0);
  assert_int_equal(total_of(&b, "rep-1").called, 500);
  ok(submit_on(ANN, "2026-Q4", 550, 600, 700, "", MONDAY + 8 * 86400, &x, &e), &e);
  b = board_on(MIA, MONDAY + 8 * 86400 + 60);
  assert_int_equal(total_of(&b, "team-12").called, 550);
  assert_int_equal(total_of(&b, "team-11").before, 0); /* the week before is told beside the rep's place of now */
  assert_int_equal(total_of(&b, "company").before, 500);
}

/* Teams that lie below each other, as no page lets them but an import or a hand in the store might: everything ends, and everybody counts once. */
static void teams_in_a_circle(void **state) {
  (void)state;
  struct err e;
  struct call x;
  run(s, "update team set parent_id = 11 where id = 10");
  run(s, "insert into change_log (seq, entity, entity_id) select coalesce(max(seq), 0) + 1, 'team', 10 from change_log /* scan */");
  ok(submit_on(ANN, "2026-Q4", 500, 600, 700, "", NOW, &x, &e), &e);
  ok(submit_on(BOB, "2026-Q4", 40, 50, 60, "", NOW, &x, &e), &e);
  struct call_board b = board_on(MIA, NOW + 60);
  assert_int_equal(total_of(&b, "company").called, 540);
  assert_int_equal(total_of(&b, "team-11").called, 500);
  assert_int_equal(total_of(&b, "team-12").called, 40);
  b = board_on(MAX, NOW + 60); /* his team lies above Mia's as much as below it */
  assert_int_equal(total_of(&b, "company").called, 540);
}

static void a_managers_number_stands_beside(void **state) {
  (void)state;
  struct err e;
  struct call x;
  int64_t id = 0, other = 0;
  ok(submit_on(ANN, "2026-Q4", 500, 600, 700, "", NOW, &x, &e), &e);
  ok(submit_on(BOB, "2026-Q4", 300, 300, 300, "", NOW, &x, &e), &e);
  refused(adjust(MIA, "rep-1", 450, 0, " ", NOW, &id, &e), ERR_RANGE, &e, "reason is missing");
  refused(adjust(MIA, "rep-1", -1, 0, "x", NOW, &id, &e), ERR_RANGE, &e, "below zero");
  refused(adjust(MIA, "rep-7", 1, 0, "x", NOW, &id, &e), ERR_NOTFOUND, &e, "rep-7");
  refused(adjust(MAX, "rep-2", 1, 0, "x", NOW, &id, &e), ERR_NOTFOUND, &e, "rep-2");
  refused(adjust(ANN, "rep-1", 1, 0, "x", NOW, &id, &e), ERR_DENIED, &e, "Only the manager");
  refused(adjust(EVE, "rep-1", 1, 0, "x", NOW, &id, &e), ERR_DENIED, &e, "Only the manager");
  ok(adjust(MIA, "rep-1", 450, 0, "one slips", NOW, &id, &e), &e);
  ok(adjust(MIA, "rep-1", 450, 0, "one slips", NOW + 5, &other, &e), &e); /* a double click */
  assert_int_equal(other, id);
  refused(adjust(MONA, "rep-1", 400, 0, "two slip", NOW + 5, &other, &e), ERR_CONFLICT, &e, "changed this call meanwhile"); /* two managers at once */
  struct call_board b = board_on(MIA, NOW + 60);
  const struct call_line *ann = call_board_line(&b, ANN);
  assert_int_equal(ann->called, 500);
  assert_int_equal(ann->mine, 450);
  assert_string_equal(ann->adjustment->reason.p, "one slips");
  struct call_total t = total_of(&b, "company");
  assert_int_equal(t.called, 800);
  assert_int_equal(t.mine, 750);
  ok(adjust(MONA, "rep-1", 400, id, "two slip", NOW + 60, &id, &e), &e);
  ok(adjust(MIA, "company", 900, 0, "a large one comes", NOW + 60, &other, &e), &e);
  b = board_on(MONA, NOW + 90);
  assert_int_equal(total_of(&b, "company").mine, 900);
  assert_int_equal(total_of(&b, "team-11").mine, 400);
  ok(adjust(MIA, "company", INT64_MIN, other, "it does not", NOW + 90, &other, &e), &e);
  b = board_on(MONA, NOW + 99);
  assert_int_equal(total_of(&b, "company").mine, 700);
  assert_int_equal(total_of(&b, "company").called, 800); /* never over the reps' */
  b = board_on(MAX, NOW + 99); /* another manager's numbers are their own */
  assert_int_equal(total_of(&b, "company").mine, 500);
  /* Another calendar or currency loses nothing. */
  run(s, "insert into org_config (key, value) values ('fiscal_year_start', '2')");
  assert_int_equal(one(s, "select count(*) from forecast_adjustment where amount is not null /* scan */"), 3);
  ok(org_load(s, &org, &e), &e);
  org.today = TODAY;
  b = board_on(MIA, NOW + 99); /* 2026-Q4 is November to January now; the calls of that name stay */
  assert_int_equal(call_board_line(&b, ANN)->mine, 400);
}

static void a_manager_submits_upward(void **state) {
  (void)state;
  struct err e = {0};
  struct call x, top;
  struct call_part *p = NULL;
  size_t n = 0;
  int64_t id = 0;
  struct scope max = scope_of(MAX), mia = scope_of(MIA), ann = scope_of(ANN);
  struct period q = quarter("2026-Q4");
  refused(call_submit_team(s, a, &max, books, &org, &q, 0, STR_NONE, NOW, &x, &e), ERR_RANGE, &e, "nothing to submit");
  refused(call_submit_team(s, a, &ann, books, &org, &q, 0, STR_NONE, NOW, &x, &e), ERR_DENIED, &e, "Only the manager");
  ok(submit_on(ANN, "2026-Q4", 500, 600, 800, "", NOW, &x, &e), &e);
  ok(submit_on(BOB, "2026-Q4", 300, 310, 320, "", NOW, &x, &e), &e);
  ok(adjust(MAX, "rep-1", 420, 0, "one slips", NOW, &id, &e), &e);
  refused(call_submit_team(s, a, &max, books, &org, &q, 500, STR_NONE, NOW, &x, &e), ERR_CONFLICT, &e, "total changed");
  ok(call_submit_team(s, a, &max, books, &org, &q, 420, STR("without Acme"), NOW, &x, &e), &e);
  assert_int_equal(x.commit, 420);
  assert_int_equal(x.best_case, 520);
  assert_int_equal(x.pipeline, 720);
  assert_int_equal(x.frozen, 3);
  assert_int_equal(x.for_team_id, 11);
  ok(call_parts(s, a, x.id, &p, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(p[0].called, 500);
  assert_int_equal(p[0].amount, 420);
  assert_int_equal(p[0].adjustment_id, id);
  /* The manager above starts from it; the rep's number still stands. */
  struct call_board b = board_on(MIA, NOW + 60);
  const struct call_line *line = call_board_line(&b, ANN);
  assert_int_equal(line->called, 500);
  assert_int_equal(line->mine, 420);
  assert_true(line->from_below);
  assert_int_equal(total_of(&b, "team-11").mine, 420);
  assert_non_null(total_of(&b, "team-11").lead);
  assert_int_equal(total_of(&b, "company").mine, 720);
  ok(call_submit_team(s, a, &mia, books, &org, &q, 720, STR_NONE, NOW + 60, &top, &e), &e);
  ok(call_submit_team(s, a, &mia, books, &org, &q, 720, STR_NONE, NOW + 61, &x, &e), &e); /* a double click */
  assert_int_equal(x.id, top.id);
  assert_int_equal(top.frozen, 5);
  b = board_on(EVE, NOW + 99);
  assert_int_equal(total_of(&b, "team-11").mine, 420);
  assert_int_equal(total_of(&b, "rep-2").mine, 300);
  assert_int_equal(findings(s, NULL), 0);
  refused(call_show(s, a, &ann, top.id, INT64_MAX, &x, &e), ERR_NOTFOUND, &e, "no call");
  ok(call_show(s, a, &mia, top.id, INT64_MAX, &x, &e), &e);
  assert_string_equal(x.for_team.p, "AMS");
}

static void count(void *arg, const char *text) {
  (void)text;
  ++*(int64_t *)arg;
}

static void check_finds_every_change(void **state) {
  static const char *const damage[] = {
      "update forecast_submission set note = 'other' where id = 1",
      "update forecast_submission set commit_amount = commit_amount + 1 where id = 1",
      "update forecast_submission set sum_commit = sum_commit + 1 where id = 2",
      "update forecast_submission set at = at - 7200 where id = 2",
      "update forecast_submission_rows set rows = (select rows from forecast_submission_rows where submission_id = 3) where submission_id = 1",
      "delete from forecast_submission_rows where submission_id = 2",
      "update forecast_submission_part set amount = 7 where submission_id = 4",
      "update renewal_version set category = 0 where renewal_id = 1",
      "delete from forecast_submission_rows where submission_id = 1; delete from forecast_submission where id = 1",
      "delete from forecast_submission_rows where submission_id = 3; delete from forecast_submission where id = 3"};
  (void)state;
  struct err e;
  struct call x;
  struct scope max = scope_of(MAX);
  struct period q = quarter("2026-Q4");
  for (int i = 0; i < 3; i++)
    ok(submit_on(i < 2 ? ANN : BOB, "2026-Q4", 500 + i, 600, 700, "n", NOW + 300 * i, &x, &e), &e);
  ok(call_submit_team(s, a, &max, books, &org, &q, 501, STR_NONE, NOW + 999, &x, &e), &e);
  assert_int_equal(findings(s, NULL), 0);
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    int64_t n = 0, wrong = 0;
    ok(db_begin(store_db(s), TX_WRITE, &e), &e);
    run(s, damage[i]);
    ok(call_verify(s, count, &wrong, &n, &e), &e);
    if (!wrong)
      fail_msg("not found: %s", damage[i]);
    db_rollback(store_db(s));
  }
  assert_int_equal(findings(s, NULL), 0);
}

static int spread(int64_t person, const char *node, int64_t amount, int64_t seen, int64_t base, const char *reason, struct err *e) {
  struct scope who = scope_of(person);
  struct call_spread x = {.period = quarter("2026-Q4"), .amount = amount, .seen = seen, .base = base, .reason = str_of(reason)};
  const struct book *b = NULL;
  *e = (struct err){0};
  assert_int_equal(node_parse(str_of(node), &x.node), OK);
  ok(book_cache_get(books, s, &b, e), e);
  int rc = call_spread(s, a, &who, b, &org, &x, NOW + 200, e);
  book_cache_release(books, b);
  return rc;
}

static void a_total_goes_over_the_reps(void **state) {
  (void)state;
  struct err e;
  struct call x;
  struct call_share *shares = NULL;
  size_t n = 0;
  int64_t id = 0;
  struct scope max = scope_of(MAX);
  struct period q = quarter("2026-Q4");
  struct node all = {NODE_COMPANY, 0};
  refused(spread(MIA, "company", 100, 0, 0, "x", &e), ERR_RANGE, &e, "no number of a rep");
  ok(submit_on(ANN, "2026-Q4", 500, 600, 700, "", NOW, &x, &e), &e);
  ok(submit_on(BOB, "2026-Q4", 700, 800, 900, "", NOW, &x, &e), &e);
  struct call_board b = board_on(MIA, NOW + 60);
  ok(call_spread_look(&b, a, &all, 1000, &shares, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(shares[0].amount, 417); /* 416.67 and 583.33 */
  assert_int_equal(shares[1].amount, 583);
  refused(call_spread_look(&b, a, &all, -1, &shares, &n, &e), ERR_RANGE, &e, "below zero");
  ok(call_spread_look(&b, a, &all, INT64_MAX, &shares, &n, &e), &e);
  assert_int_equal(shares[0].amount + shares[1].amount, INT64_MAX);
  ok(adjust(MIA, "company", 1500, 0, "the whole", NOW + 70, &id, &e), &e);
  b = board_on(MIA, NOW + 80);
  refused(spread(MIA, "company", 1800, 1500, id, " ", &e), ERR_RANGE, &e, "reason is missing");
  refused(spread(MIA, "company", 1800, 1499, id, "strong week", &e), ERR_CONFLICT, &e, "changed while you looked");
  refused(spread(MIA, "company", 1800, 1500, id - 1, "strong week", &e), ERR_CONFLICT, &e, "changed while you looked");
  refused(spread(ANN, "company", 1800, 1500, id, "strong week", &e), ERR_DENIED, &e, "Only the manager");
  assert_int_equal(one(s, "select count(*) from forecast_adjustment /* scan */"), 1);
  ok(spread(MIA, "company", 1800, 1500, call_spread_base(&b), "strong week", &e), &e);
  b = board_on(MIA, NOW + 300);
  assert_int_equal(total_of(&b, "rep-1").mine, 750);
  assert_int_equal(total_of(&b, "rep-2").mine, 1050);
  assert_int_equal(total_of(&b, "company").mine, 1800);
  assert_true(total_of(&b, "company").adjustment->taken_back); /* it follows its reps again */
  assert_int_equal(one(s, "select count(*) from forecast_adjustment where amount is not null /* scan */"), 3);
  /* Max submits for East: his number would hide Ann's share. */
  b = board_on(MAX, NOW + 310);
  ok(call_submit_team(s, a, &max, books, &org, &q, 500, STR_NONE, NOW + 320, &x, &e), &e);
  b = board_on(MIA, NOW + 330);
  assert_int_equal(total_of(&b, "team-11").mine, 500);
  assert_int_equal(total_of(&b, "company").mine, 1550);
  ok(spread(MIA, "company", 900, 1550, call_spread_base(&b), "weak week", &e), &e);
  b = board_on(MIA, NOW + 400);
  assert_int_equal(total_of(&b, "rep-1").mine, 375); /* 900 x 750 / 1800 */
  assert_int_equal(total_of(&b, "team-11").mine, 375);
  assert_int_equal(total_of(&b, "company").mine, 900);
}

static void edit(int64_t person, enum role role, int64_t team, int64_t at) {
  struct err e = {0};
  struct person_detail p;
  const char *field = "";
  ok(person_detail_get(s, a, person, &p, &e), &e);
  p.role = role;
  p.team_id = team;
  ok(access_person_edit(s, &p, EVE, at, &field, &e), &e);
}

static struct call_board week_of(int day, int64_t until) {
  const struct book *b = NULL;
  struct err e = {0};
  struct call_board x;
  struct scope who = scope_operator();
  struct period q = quarter("2026-Q4");
  ok(book_cache_get(books, s, &b, &e), &e);
  ok(call_board_load(s, a, &who, b, &org, &q, &(struct call_when){day, until, until < INT64_MAX ? until : NOW + 86400}, &x, &e), &e);
  book_cache_release(books, b);
  return x;
}

static bool expects(const struct call_board *x, int64_t person) {
  const struct call_line *l = call_board_line(x, person);
  return l && l->expected;
}

/* Calls of the week of Monday 16 were due that noon. On Tuesday Cem left, on Wednesday Bob became a manager and Ann changed teams, on Thursday Dan came;
 * on the Friday before, Max was a rep for an hour. */
static void expected_callers_stay_as_they_were(void **state) {
  (void)state;
  struct err e = {0};
  edit(MAX, ROLE_REP, 11, MONDAY - 10 * 86400);
  edit(MAX, ROLE_MANAGER, 11, MONDAY - 10 * 86400 + 3600);
  ok(access_person_set_active(s, CEM, false, EVE, MONDAY - 6 * 86400, &e), &e);
  edit(BOB, ROLE_MANAGER, 12, MONDAY - 5 * 86400);
  edit(ANN, ROLE_REP, 12, MONDAY - 5 * 86400);
  edit(ANN, ROLE_REP, 10, MONDAY - 4 * 86400);
  char sql[200];
  snprintf(sql, sizeof sql, "insert into person (id, name, name_key, role, team_id, time_zone, created_at) values (8, 'Dan', 'dan', 3, 11, 'UTC', %" PRId64 ")",
           MONDAY - 4 * 86400);
  run(s, sql);
  struct call_board b = week_of(TODAY - 7, INT64_MAX);
  assert_true(expects(&b, ANN) && expects(&b, BOB) && expects(&b, CEM));
  assert_false(expects(&b, 8) || expects(&b, MAX) || expects(&b, MIA));
  assert_int_equal(call_board_line(&b, ANN)->team_id, 11);
  assert_int_equal(call_board_line(&b, ANN)->region_id, 1);
  b = week_of(TODAY, INT64_MAX);
  assert_true(expects(&b, ANN) && expects(&b, 8));
  assert_false(expects(&b, BOB) || expects(&b, CEM));
  assert_int_equal(call_board_line(&b, ANN)->team_id, 10);
  b = week_of(TODAY - 5, MONDAY - 5 * 86400 - 1); /* as of Tuesday: Cem has left, Bob and Ann are where they were */
  assert_true(expects(&b, ANN) && expects(&b, BOB));
  assert_false(expects(&b, CEM) || expects(&b, 8));
  assert_int_equal(call_board_line(&b, ANN)->team_id, 11);
}

static void packed_rows_come_back(void **state) {
  (void)state;
  const struct call_row rows[] = {{1, 0, 1, CATEGORY_OMITTED, true}, {2, -1, 7, CATEGORY_CLOSED, false}, {4000000000, INT64_MAX, INT32_MAX, CATEGORY_COMMIT, false},
                                  {4000000001, INT64_MIN, 300, CATEGORY_PIPELINE, false}, {INT64_MAX, 64, 128, CATEGORY_BEST_CASE, false}};
  struct call_row *back = NULL;
  size_t n = 0;
  struct str bytes;
  assert_int_equal(call_pack(a, rows, 5, &bytes), OK);
  assert_int_equal(call_unpack(a, bytes, &back, &n), OK);
  assert_int_equal(n, 5);
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(back[i].renewal_id, rows[i].renewal_id);
    assert_int_equal(back[i].amount, rows[i].amount);
    assert_int_equal(back[i].version, rows[i].version);
    assert_int_equal(back[i].category, rows[i].category);
    assert_int_equal(back[i].no_rate, rows[i].no_rate);
  }
  assert_int_equal(call_unpack(a, STR("\1"), &back, &n), OK); /* a call with nothing behind it */
  assert_int_equal(n, 0);
  static const struct str bad[] = {{"", 0}, {"\2", 1}, {"\1\1", 2}, {"\1\0\1\1\1", 5}, {"\1\1\1\5\1", 5}, {"\1\1\1\1\200", 5},
                                   {"\1\377\377\377\377\377\377\377\377\377\377\1\1\1\1", 14}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (call_unpack(a, bad[i], &back, &n) != ERR_SYNTAX)
      fail_msg("taken: %zu", i);
}

int main(int argc, char **argv) {
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(a_call_freezes_what_is_behind_it), TEST(twice_amended_late_and_closed), TEST(who_is_missing),
                                     TEST(a_rep_who_moved_counts_where_they_were), TEST(a_managers_number_stands_beside), TEST(teams_in_a_circle),
                                     TEST(a_manager_submits_upward), TEST(check_finds_every_change),
                                     TEST(packed_rows_come_back), TEST(expected_callers_stay_as_they_were),
                                     TEST(a_total_goes_over_the_reps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

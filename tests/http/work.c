/* The worklist and changes of many renewals over HTTP: what a rep can do to a row of another team (nothing), and to one that is
 * covered (everything, during the days and not after). */
#include "http/support.h"

enum { TODAY = 20779 /* 2026-11-22 */ };
static struct house h;
static char rep[128], rep_csrf[80], manager[128];

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){501, "Own Customer", h.people[ROLE_REP], 1, 3, TODAY + 23, false});
  house_renewal_add(&h, &(struct house_renewal){502, "Zanzibar Holdings", h.other_rep, 1, 3, TODAY + 23, false});
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "manager@example.com", manager);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static int post(const char *path, const char *fields, struct answer *a) {
  return post_as(&h, rep, rep_csrf, path, fields, a);
}

static bool names_it(const char *cookie, const char *path) {
  struct answer a;
  int status = get_as(&h, cookie, path, &a);
  bool said = answer_says(&a, "Zanzibar");
  answer_free(&a);
  return status == 200 && said;
}

static void a_foreign_row_is_out_of_reach(void **state) {
  (void)state;
  struct answer a;
  static const char *const PLACES[] = {"/work?peek=502", "/work?q=zanzibar", "/renewals?f=work:now/2/all", "/work/hand?id=502"};
  for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) assert_false(names_it(rep, PLACES[i]));
  static const char *const POSTS[] = {"/work/renewals/502", "/work/renewals/502/log", "/work/renewals/502/later", "/work/renewals/502/wake", "/work/renewals/502/undo"};
  for (size_t i = 0; i < sizeof POSTS / sizeof *POSTS; i++) {
    int status = post(POSTS[i], "version=1&category=commit&channel=phone&party=customer&note=x&until=2026-12-01&reason=x", &a);
    if (status != 404 || answer_says(&a, "Zanzibar")) fail_msg("%s: %d", POSTS[i], status);
    answer_free(&a);
  }
  /* Together with an own row: that one changes, the foreign one is a number that is not in the book. */
  assert_int_equal(post("/renewals/bulk", "id=501:1&id=502:1&category=commit&back=/work", &a), 200);
  assert_true(answer_says(&a, "Own Customer") && answer_says(&a, "Renewal 502") && !answer_says(&a, "Zanzibar"));
  answer_free(&a);
  assert_int_equal(post("/renewals/bulk", "id=501:1&id=502:1&category=commit&go=1&back=/work", &a), 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select category from renewal where id = 501"), 1);
  assert_int_equal(house_number(&h, "select category from renewal where id = 502"), 3);
  assert_int_equal(house_number(&h, "select version from renewal where id = 502"), 1);
  char fields[100];
  snprintf(fields, sizeof fields, "from=%d&to=%d&first=2026-11-22&last=2026-11-30&reason=x", (int)h.other_rep, (int)h.people[ROLE_REP]);
  assert_int_equal(post("/work/hand", fields, &a), 404); /* nobody takes another's book */
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from handover /* scan */"), 0);
}

static void a_cover_reaches_during_the_days(void **state) {
  (void)state;
  struct answer a;
  char sql[400];
  snprintf(sql, sizeof sql, "insert into handover (id, from_id, to_id, first_date, last_date, reason, whole_book, made_at) values (1, %d, %d, %d, %d, 'leave', 1, 0)",
           (int)h.other_rep, (int)h.people[ROLE_REP], TODAY - 2, TODAY);
  house_run(&h, sql);
  assert_true(names_it(rep, "/work"));
  assert_true(names_it(rep, "/renewals/502"));
  assert_true(names_it(rep, "/renewals?f="));
  assert_false(names_it(manager, "/renewals/502")); /* the cover's manager is not the one who covers */
  assert_int_equal(post("/work/renewals/502", "version=1&category=best_case&self=/work", &a), 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select category from renewal where id = 502"), 2);
  snprintf(sql, sizeof sql, "update handover set last_date = %d", TODAY - 1);
  house_run(&h, sql);
  assert_false(names_it(rep, "/work"));
  assert_int_equal(get_as(&h, rep, "/renewals/502", &a), 404);
  answer_free(&a);
  assert_int_equal(post("/work/renewals/502", "version=2&category=commit&self=/work", &a), 404);
  answer_free(&a);
  /* One renewal alone. */
  snprintf(sql, sizeof sql, "update handover set last_date = %d, whole_book = 0; insert into handover_renewal (handover_id, renewal_id) values (1, 502)", TODAY);
  house_run(&h, sql);
  assert_true(names_it(rep, "/work?view=cover"));
  assert_true(names_it(rep, "/renewals?f="));
  assert_int_equal(post("/work/renewals/502", "version=2&category=commit&self=/work", &a), 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select category from renewal where id = 502"), 1);
  house_run(&h, "delete from handover_renewal; delete from handover");
}

static void pressing_twice_changes_once(void **state) {
  (void)state;
  struct answer a;
  int64_t version = house_number(&h, "select version from renewal where id = 501");
  char fields[200];
  snprintf(fields, sizeof fields, "version=%d&next_step=Call+them&self=/work", (int)version);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(post("/work/renewals/501", fields, &a), 303);
    answer_free(&a);
  }
  assert_int_equal(house_number(&h, "select version from renewal where id = 501"), version + 1);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(post("/renewals/bulk", "id=501&at_risk=yes&go=1&back=/work", &a), 303);
    answer_free(&a);
  }
  assert_int_equal(house_number(&h, "select version from renewal where id = 501"), version + 2);
  assert_int_equal(post("/renewals/bulk", "id=501&at_risk=yes&go=1&back=https://evil.example/", &a), 303);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals"))); /* never to another house */
  answer_free(&a);
}

static void a_filter_is_counted_again(void **state) {
  (void)state;
  struct answer a;
  assert_int_equal(post("/renewals/bulk/apply", "all=1&f=category:commit&count=7&next_step=Check&back=/renewals", &a), 409);
  assert_true(answer_says(&a, "The list has changed"));
  answer_free(&a);
  assert_int_equal(post("/renewals/bulk/apply", "all=1&f=category:commit&count=1&next_step=Check&back=/renewals", &a), 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from renewal where next_step = 'Check' and id = 501"), 1);
  assert_int_equal(house_number(&h, "select count(*) from renewal where next_step = 'Check' /* scan */"), 1);
}

/* The panel shows the latest three. Instants are whole seconds: a touch is not pushed out by the changes of its own second. */
static void a_touch_stands_over_the_changes_of_its_second(void **state) {
  (void)state;
  struct answer a;
  static const char *const CHANGES[] = {"category=best_case", "category=commit", "next_step=Write", "next_step=Ask"};
  for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
    char fields[100];
    snprintf(fields, sizeof fields, "version=%d&self=/work&%s", (int)house_number(&h, "select version from renewal where id = 501"), CHANGES[i]);
    assert_int_equal(post("/work/renewals/501", fields, &a), 303);
    answer_free(&a);
  }
  assert_int_equal(post("/work/renewals/501/log", "channel=phone&party=customer&note=They+sign+on+Friday&next_step=Get+the+PO&self=/work", &a), 303);
  answer_free(&a);
  house_run(&h, "update touch set at = (select max(changed_at) from renewal_version where renewal_id = 501);"
         "update renewal_version set changed_at = (select max(at) from touch) where renewal_id = 501 and changed_at > 1700000000");
  assert_int_equal(get_as(&h, rep, "/work?peek=501", &a), 200);
  assert_true(answer_says(&a, "They sign on Friday"));
  answer_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_foreign_row_is_out_of_reach), cmocka_unit_test(a_cover_reaches_during_the_days),
                                     cmocka_unit_test(pressing_twice_changes_once), cmocka_unit_test(a_filter_is_counted_again),
                                     cmocka_unit_test(a_touch_stands_over_the_changes_of_its_second)};
  return group_run_tests(tests, set_up, tear_down);
}

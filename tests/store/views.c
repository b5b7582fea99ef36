/* SQL views for BI tools: the same figures as the desk's, for a role that reads nothing else; SQLite says why it has none. test_views sqlite|postgres. */
#include "store/desk.h"

#include "base/money.h"
#include "store/repo_views.h"

static struct store *s;
static struct arena *a;
enum { TODAY = 20780 /* 2026-11-23 */ };

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[2] = {renewal_open(1, 1, TODAY + 8, 1000), renewal_open(2, 1, TODAY + 9, 1000)};
  currency_t yen = 0;
  (void)arg;
  assert_int_equal(currency_parse(STR("JPY"), &yen), OK);
  r[0].atr_amount = r[0].forecast_amount = 123456;
  r[1].currency = yen;
  r[1].atr_amount = 25;       /* × 0.0067 = 0.1675 */
  r[1].forecast_amount = 1250; /* × 0.0067 = 8.375: half to even, 8.38 */
  r[1].won_amount = 3750;     /* × 0.0067 = 25.125: half to even, 25.12 */
  return renewal_bulk_add(x, r, 2, e);
}

static int open_place(void **state) {
  struct err e = {0};
  char sql[600];
  currency_t yen = 0;
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  assert_int_equal(currency_parse(STR("JPY"), &yen), OK);
  run(s, "insert into org_config (key, value) values ('today', '2026-11-23');"
         "insert into team (id, name) values (10, 'East'); insert into region (id, name) values (5, 'AMS');"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 10, 0);"
         "insert into account (id, name, name_key, country, kind, known_at) values (1, 'Acme', 'acme', 'US', 1, 0), (2, 'Best', 'best', 'US', 2, 0);"
         "insert into contract (id, number, number_key, end_user_account_id, reseller_account_id, sales_model, region_id, currency, known_at) values"
         " (1, 'C1', 'c1', 1, 2, 2, 5, 1, 0), (2, 'C2', 'c2', 1, null, 1, 5, 1, 0);");
  snprintf(sql, sizeof sql, "insert into fx_rate (currency, rate_date, rate, source, known_at) values (%d, %d, 6700000, 't', 0), (%d, %d, 9900000, 't', 0)", yen,
           TODAY - 400, yen, TODAY - 10 /* in the running quarter: not its first day's */);
  run(s, sql);
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) { return place_sound(state, a, NULL); }

struct wish {
  const char *role;
  struct str schema;
};

static int install_tx(struct store *x, void *arg, struct err *e) {
  struct wish *w = arg;
  return views_install(x, a, str_of(w->role), 1000, &w->schema, e);
}

static int drop_tx(struct store *x, void *arg, struct err *e) {
  (void)arg;
  return views_drop(x, a, 1000, e);
}

/* The first column, as text, of a query in which @ stands for the schema. */
static void is(const struct wish *w, const char *query, const char *expected) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4000);
  struct stmt *q STMT_CLEANUP = NULL;
  struct err e = {0};
  for (const char *p = query; *p; p++)
    if (*p == '@')
      strbuf_add(&b, w->schema);
    else
      strbuf_addc(&b, *p);
  ok(db_query(store_db(s), strbuf_z(&b), NULL, &q, &e), &e);
  assert_int_equal(stmt_next(q, &e), 1);
  if (!str_eq(stmt_str(q, 0), str_of(expected)))
    fail_msg("%s: %.*s, wanted %s", query, STR_FMT(stmt_str(q, 0)), expected);
}

static void test_views(void **state) {
  (void)state;
  struct err e = {0};
  struct wish w = {"bi reader", STR_NONE};
  if (!on_postgres) {
    refused(store_write(s, install_tx, &w, &e), ERR_DENIED, &e, "This store is SQLite");
    return;
  }
  ok(store_write(s, install_tx, &w, &e), &e);
  is(&w, "select contract_number || '|' || end_user_account || '|' || reseller_account || '|' || sales_model || '|' || owner || '|' || team || '|' || region"
         " from @.renewal where id = 1", "C1|Acme|Best|one_tier|Ann|East|AMS");
  is(&w, "select due_date || '|' || stage || '|' || forecast_category || '|' || outcome || '|' || at_risk from @.renewal where id = 1",
     "2026-12-01|contacted|pipeline|open|false");
  is(&w, "select currency || '|' || atr_amount || '|' || reporting_atr_amount from @.renewal where id = 1", "USD|1234.56|1234.56");
  is(&w, "select currency || '|' || atr_amount || '|' || forecast_amount || '|' || reporting_forecast_amount || '|' || reporting_won_amount from @.renewal where id = 2",
     "JPY|25|1250|8.38|25.12");
  is(&w, "select count(*) || '|' || min(version) from @.renewal_history", "2|1");
  is(&w, "select first_date || '|' || last_date from @.quarter where id = '2026-Q4'", "2026-10-01|2026-12-31");
  is(&w, "select digits::text from @.currency where currency = 'BHD'", "3");
  is(&w, "select @.half_even(0.125, 2) || '|' || @.half_even(-0.135, 2) || '|' || @.half_even(2.5, 0)", "0.12|-0.14|2");
  is(&w, "select is_reseller::text from @.account where name = 'Best'", "true");
  ok(store_write(s, install_tx, &w, &e), &e); /* again, with the role that is there */
  /* The role reads the views and nothing else. */
  char sql[300];
  run(s, "set role \"bi reader\"");
  is(&w, "select count(*)::text from @.renewal", "2");
  is(&w, "select count(*)::text from @.contract_line", "0");
  assert_true(db_run(store_db(s), "select count(*) from person", NULL, &e) < 0);
  assert_true(db_run(store_db(s), "select count(*) from renewal", NULL, &e) < 0);
  snprintf(sql, sizeof sql, "create table %.*s.mine (x int)", STR_FMT(w.schema));
  assert_true(db_script(store_db(s), sql, &e) < 0);
  snprintf(sql, sizeof sql, "delete from %.*s.touch", STR_FMT(w.schema));
  assert_true(db_script(store_db(s), sql, &e) < 0);
  run(s, "reset role");
  /* Something of others that stands on them is not taken away. */
  snprintf(sql, sizeof sql, "create view mine as select id from %.*s.renewal", STR_FMT(w.schema));
  run(s, sql);
  assert_true(store_write(s, drop_tx, NULL, &e) < 0);
  run(s, "drop view mine");
  ok(store_write(s, drop_tx, NULL, &e), &e);
  assert_int_equal(one(s, "select count(*) from pg_namespace where nspname = current_schema() || '_bi' /* scan */"), 0);
  run(s, "drop role \"bi reader\"");
}

int main(int argc, char **argv) {
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_views, open_place, close_place)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

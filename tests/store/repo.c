/* Renewals with versions, the audit chain, settings, and check, which must find every kind of damage. */
#include "support.h"

#include "base/alloc.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct renewal get(struct store *s, struct arena *a, int64_t id) {
  struct err e = {0};
  struct renewal r;
  ok(renewal_get(s, a, id, &r, &e), &e);
  return r;
}

/* Rows that a save writes, in one number: versions, audit entries, changes. */
static int64_t traces(struct store *s) {
  return one(s, "select (select count(*) from renewal_version) * 10000 + (select count(*) from audit) * 100 + (select count(*) from change_log) /* scan */");
}

static void a_save_leaves_version_audit_and_change(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  add_book(p->s, 2);
  struct renewal r = get(p->s, a, 1), old;
  assert_int_equal(r.version, 1);
  assert_true(str_eq(r.why, STR("opened")));
  r.stage = STAGE_PO_PROMISED;
  r.category = CATEGORY_COMMIT;
  r.category_override = r.at_risk = true;
  r.close_date = 19990;
  r.forecast_amount = 130050;
  r.next_step = STR("Call \"Ana\"; ask for the PO");
  r.next_step_date = 19980;
  r.po_number = STR("PO 77");
  r.changed_at = 2000;
  r.changed_by = 1;
  r.why = STR("PO promised");
  ok(store_write(p->s, save_step, &r, &e), &e);
  assert_int_equal(r.version, 2);
  assert_int_equal(traces(p->s), 3 * 10000 + 1 * 100 + 1);
  struct renewal now = get(p->s, a, 1);
  assert_int_equal(now.version, 2);
  assert_int_equal(now.stage, STAGE_PO_PROMISED);
  assert_int_equal(now.category, CATEGORY_COMMIT);
  assert_true(now.category_override && now.at_risk);
  assert_int_equal(now.close_date, 19990);
  assert_int_equal(now.forecast_amount, 130050);
  assert_int_equal(now.booked_date, DAY_NONE);
  assert_int_equal(now.changed_by, 1);
  assert_true(str_eq(now.next_step, STR("Call \"Ana\"; ask for the PO")));
  assert_true(str_eq(now.po_number, STR("PO 77")));
  assert_int_equal(now.lost_reason.n, 0);
  ok(renewal_get_as_of(p->s, a, 1, 1999, &old, &e), &e);
  assert_int_equal(old.version, 1);
  assert_int_equal(old.stage, STAGE_NOT_STARTED);
  assert_int_equal(old.due_date, 20000);
  ok(renewal_get_as_of(p->s, a, 1, 2000, &old, &e), &e);
  assert_int_equal(old.version, 2);
  assert_int_equal(renewal_get_as_of(p->s, a, 1, 999, &old, &e), ERR_NOTFOUND);
  assert_int_equal(renewal_get(p->s, a, 77, &old, &e), ERR_NOTFOUND);
  struct renewal *all = NULL;
  size_t n = 0;
  ok(renewal_versions(p->s, a, 1, &all, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(all[0].version, 1);
  assert_int_equal(all[1].version, 2);
  assert_true(str_eq(all[1].why, STR("PO promised")));
  assert_int_equal(findings(p->s, NULL), 0);
}

static void the_second_editor_gets_a_conflict(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct store *other = place_again(p);
  add_book(p->s, 1);
  struct renewal mine = get(p->s, a, 1), theirs = get(other, a, 1);
  theirs.stage = STAGE_QUOTED;
  theirs.changed_at = 1500;
  ok(store_write(other, save_step, &theirs, &e), &e);
  mine.stage = STAGE_CONTACTED;
  mine.changed_at = 1600;
  refused(store_write(p->s, save_step, &mine, &e), ERR_CONFLICT, &e, "you saw version 1, it is at 2");
  assert_int_equal(mine.version, 1);
  assert_int_equal(get(p->s, a, 1).stage, STAGE_QUOTED);
  mine.id = 5;
  assert_int_equal(store_write(p->s, save_step, &mine, &e), ERR_NOTFOUND);
  assert_int_equal(traces(p->s), 2 * 10000 + 1 * 100 + 1);
  store_close(other);
}

/* Each of the four tables away in turn: the save fails in the middle and must leave nothing. */
static void a_save_that_fails_halfway_leaves_nothing(void **state) {
  static const char *const away[] = {"renewal_version", "audit", "change_log", "id_counter"};
  struct place *p = *state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  add_book(p->s, 1);
  int64_t before = traces(p->s);
  for (int i = 0; i < 4; i++) {
    struct err e = {0};
    char sql[100];
    struct renewal r = get(p->s, a, 1);
    r.stage = STAGE_WON;
    r.changed_at = 1500;
    snprintf(sql, sizeof sql, "alter table %s rename to away", away[i]);
    run(p->s, sql);
    assert_int_equal(store_write(p->s, save_step, &r, &e), ERR_FAIL);
    snprintf(sql, sizeof sql, "alter table away rename to %s", away[i]);
    run(p->s, sql);
    assert_int_equal(traces(p->s), before);
    assert_int_equal(get(p->s, a, 1).version, 1);
    assert_int_equal(r.version, 1);
  }
  assert_int_equal(findings(p->s, NULL), 0);
}

/* Every allocation of a save fails in turn, on a new connection so that nothing is cached. */
static void a_save_without_memory_leaves_nothing(void **state) {
  struct place *p = *state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  add_book(p->s, 1);
  for (uint64_t k = 1;; k++) {
    struct err e = {0};
    int64_t before = traces(p->s);
    struct renewal r = get(p->s, a, 1);
    struct store *s = place_again(p);
    r.changed_at = 1500;
    mem_fail_at(k, 0);
    int rc = store_write(s, save_step, &r, &e);
    uint64_t made = mem_count();
    mem_fail_at(0, 0);
    store_close(s);
    assert_true(rc == OK || rc == ERR_NOMEM);
    assert_int_equal(traces(p->s), before + (rc == OK ? 10101 : 0));
    if (made < k) break; /* the last try met no failure */
    assert_true(k < 200);
  }
  assert_int_equal(findings(p->s, NULL), 0);
}

static int add_entries(struct store *s, void *arg, struct err *e) {
  int64_t n = *(int64_t *)arg;
  for (int64_t i = 0; i < n; i++) {
    int rc = audit_add(s, &(struct audit_entry){.at = 100 + i, .actor_id = i % 3, .action = "test.add", .entity = "thing", .entity_id = i,
                                                .detail = STR("{\"a\":1}")}, e);
    if (rc < 0) return rc;
  }
  return OK;
}

static void audit_damage_is_found(void **state) {
  static const char *const damage[] = {
      "update audit set at = 0 where id = 3", "update audit set actor_id = 9 where id = 3", "update audit set action = 'x' where id = 3",
      "update audit set entity = 'x' where id = 3", "update audit set entity_id = 77 where id = 3", "update audit set detail = '' where id = 3",
      "update audit set hash = prev_hash where id = 3", "update audit set prev_hash = hash where id = 3", "delete from audit where id = 1",
      "delete from audit where id = 3", "delete from audit where id = 5", "delete from audit",
      "update audit set entity = 'thingt', action = 'est.add' where id = 2",
  };
  struct place *p = *state;
  struct err e = {0};
  int64_t n = 5, seen = 0;
  ok(store_write(p->s, add_entries, &n, &e), &e);
  ok(audit_verify(p->s, &seen, &e), &e);
  assert_int_equal(seen, 5);
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    ok(db_begin(store_db(p->s), TX_WRITE, &e), &e);
    run(p->s, damage[i]);
    refused(audit_verify(p->s, &seen, &e), ERR_CONFLICT, &e, "The audit is broken");
    db_rollback(store_db(p->s));
  }
  ok(audit_verify(p->s, &seen, &e), &e);
}

struct setting {
  const char *key, *value;
};

static int set_one(struct store *s, void *arg, struct err *e) {
  const struct setting *x = arg;
  return config_set(s, str_of(x->key), str_of(x->value), 0, 500, e);
}

static void settings_are_checked_and_kept(void **state) {
  static struct setting good[] = {{"name", "Harbor \"East\""}, {"fiscal_year_start", "4"}, {"fiscal_calendar", "445"}, {"week_start", "7"},
                                  {"fiscal_year_name", "start"}, {"reporting_currency", "CAD"}, {"grace_days", "10"}, {"window_days", "90"},
                                  {"max_lapse_days", "180"}, {"today", "2026-11-22"}, {"procurement_days", "8"}, {"reseller_days", "0"},
                                  {"distributor_days", "3"}, {"urgency_days", "60"}, {"call_weekday", "5"}, {"call_time", "09:30"}};
  static struct setting bad[] = {{"fiscal_year_start", "13"}, {"fiscal_calendar", "weeks"}, {"week_start", "0"}, {"reporting_currency", "ZZZ"},
                                 {"grace_days", "-1"}, {"today", "2026-02-30"}, {"name", ""}, {"window_days", "x"}, {"urgency_days", "0"},
                                 {"call_time", "9:30"}, {"call_time", "24:00"}, {"call_weekday", "0"}};
  struct place *p = *state;
  struct err e = {0};
  struct org o;
  struct str v;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  ok(org_load(p->s, &o, &e), &e);
  assert_int_equal(o.window_days, 120);
  assert_int_equal(o.max_lapse_days, 365);
  assert_int_equal(o.calendar.first_month, 1);
  assert_int_equal(o.today, DAY_NONE);
  assert_int_equal(org_today(&o, 86400 * 10 + 5), 10);
  assert_int_equal(org_now(&o, 86400 * 10 + 5), 86400 * 10 + 5);
  assert_int_equal(o.call_weekday, 1);
  assert_int_equal(o.call_minute, 720);
  assert_int_equal(o.work.procurement_days, 10);
  assert_int_equal(o.work.max_lapse_days, 365);
  for (size_t i = 0; i < 16; i++) ok(store_write(p->s, set_one, &good[i], &e), &e);
  for (size_t i = 0; i < 12; i++) assert_int_equal(store_write(p->s, set_one, &bad[i], &e), ERR_SYNTAX);
  refused(store_write(p->s, set_one, &(struct setting){"color", "red"}, &e), ERR_NOTFOUND, &e, "the settings are call_time");
  ok(org_load(p->s, &o, &e), &e);
  assert_string_equal(o.name, "Harbor \"East\"");
  assert_int_equal(o.calendar.first_month, 4);
  assert_int_equal(o.calendar.kind, CALENDAR_445);
  assert_int_equal(o.calendar.week_start, 7);
  assert_true(o.calendar.named_by_start);
  assert_int_equal(o.grace_days, 10);
  assert_int_equal(o.window_days, 90);
  assert_int_equal(o.max_lapse_days, 180);
  assert_int_equal(o.work.max_lapse_days, 180);
  assert_int_equal(o.work.procurement_days, 8);
  assert_int_equal(o.work.reseller_days, 0);
  assert_int_equal(o.work.distributor_days, 3);
  assert_int_equal(o.work.urgency_days, 60);
  assert_int_equal(o.call_weekday, 5);
  assert_int_equal(o.call_minute, 570);
  assert_int_equal(o.today, 20779);
  assert_int_equal(org_today(&o, 0), 20779);
  assert_int_equal(org_now(&o, 86400 * 10 + 5), INT64_C(20779) * 86400 + 5);
  ok(config_get(p->s, a, STR("reporting_currency"), &v, &e), &e);
  assert_true(str_eq(v, STR("CAD")));
  assert_int_equal(config_get(p->s, a, STR("nonsense"), &v, &e), ERR_NOTFOUND);
  assert_int_equal(one(p->s, "select count(*) from audit where action = 'config.set' /* scan */"), 16);
  assert_int_equal(findings(p->s, NULL), 0);
}

/* Two lines: 1,000.00 over 365 days from day 20000, and its successor of quantity 3. */
static void add_lines(struct store *s) {
  run(s, "insert into contract_line (id, contract_id, line_number, line_key, quantity, start_date, end_date, currency, net_amount, annual_value, known_at) "
         "values (1, 1, '1', 1, 3, 20000, 20364, 1, 100000, 100000, 0), (2, 1, '1', 1, 3, 20365, 20729, 1, 110000, 110000, 0);"
         "insert into line_link (line_id, successor_line_id, quantity, evidence, known_at) values (1, 2, 3, 1, 0);"
         "insert into id_counter (table_name, next_id) values ('contract_line', 3);"
         "insert into line_outcome (line_id, outcome, evidence, won_annual, known_at, renewal_id) values (1, 1, 1, 110000, 0, 3);"
         "update renewal set outcome = 1, won_amount = 110000, why = 'history: a file' where id = 3;"
         "update renewal_version set outcome = 1, won_amount = 110000, why = 'history: a file' where renewal_id = 3");
}

static void check_finds_every_kind_of_damage(void **state) {
  static const struct {
    const char *area, *sql;
  } damage[] = {
      {"version", "update renewal set stage = 3 where id = 2"},
      {"version", "update renewal set next_step = '' where id = 2"},
      {"version", "update renewal set version = 3 where id = 1"},
      {"version", "delete from renewal_version where renewal_id = 1 and version = 1"},
      {"version", "delete from renewal_version where renewal_id = 2"},
      {"sum", "update contract_line set annual_value = annual_value + 1 where id = 1"},
      {"sum", "update contract_line set end_date = start_date - 1 where id = 1"},
      {"sum", "update line_link set quantity = 4 where line_id = 1"},
      {"sum", "update line_outcome set won_annual = 110001 where line_id = 1"},
      {"counter", "update id_counter set next_id = 2 where table_name = 'contract_line'"},
      {"schema", "update schema_migration set sha256 = 'other' where version = 1"},
      {"audit", "update audit set detail = 'x' where id = 1"},
  };
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  add_book(p->s, 3);
  add_lines(p->s);
  struct renewal r = get(p->s, a, 1);
  r.changed_at = 1500;
  ok(store_write(p->s, save_step, &r, &e), &e);
  struct store_check n;
  ok(store_check(p->s, NULL, NULL, &n, &e), &e);
  assert_int_equal(n.findings, 0);
  assert_int_equal(n.renewals, 3);
  assert_int_equal(n.versions, 4);
  assert_int_equal(n.lines, 2);
  assert_int_equal(n.audit_entries, 1);
  run(p->s, "create table kept_renewal as select * from renewal; create table kept_version as select * from renewal_version;"
            "create table kept_line as select * from contract_line; create table kept_audit as select * from audit");
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    run(p->s, damage[i].sql);
    if (findings(p->s, damage[i].area) != 1 || findings(p->s, NULL) != 1) fail_msg("not found once: %s", damage[i].sql);
    run(p->s, "delete from renewal_version; insert into renewal_version select * from kept_version;"
              "update line_link set quantity = 3; update line_outcome set won_annual = 110000; update id_counter set next_id = 3 where table_name = 'contract_line';"
              "update audit set detail = (select k.detail from kept_audit k where k.id = audit.id);"
              "update contract_line set annual_value = (select k.annual_value from kept_line k where k.id = contract_line.id),"
              " end_date = (select k.end_date from kept_line k where k.id = contract_line.id);"
              "update renewal set version = (select k.version from kept_renewal k where k.id = renewal.id), stage = 0, next_step = null");
    if (strcmp(damage[i].area, "schema") == 0) run(p->s, "update schema_migration set sha256 = 'other'");
    else assert_int_equal(findings(p->s, NULL), 0);
    if (strcmp(damage[i].area, "schema") == 0) break;
  }
}

struct crash {
  int64_t rows;
};

/* A child that dies by SIGKILL inside its transaction, or right after its commit. */
static int write_and_die(struct store *s, void *arg, struct err *e) {
  const struct crash *c = arg;
  struct arena *a = arena_new(0);
  for (int64_t i = 0; i < c->rows; i++) {
    struct renewal r;
    int rc = renewal_get(s, a, i + 1, &r, e);
    r.stage = STAGE_QUOTED;
    r.changed_at = 1500;
    if (rc == OK) rc = renewal_save(s, &r, e);
    if (rc < 0) _exit(2);
  }
  raise(SIGKILL);
  return OK;
}

static void a_kill_in_the_middle_of_a_write_leaves_the_last_state(void **state) {
  struct place *p = *state;
  add_book(p->s, 2000);
  int64_t before = traces(p->s);
  /* the child must not share this process's connection */
  store_close(p->s);
  p->s = NULL;
  for (int64_t rows = 1; rows <= 2000; rows += 1999) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      struct err e = {0};
      struct store *s = NULL;
      struct crash c = {rows};
      if (store_open(p->url, &s, &e) < 0) _exit(3);
      if (!on_postgres && db_script(store_db(s), "pragma cache_size=10", &e) < 0) _exit(4); /* pages reach the disk early */
      store_write(s, write_and_die, &c, &e);
      _exit(5);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    p->s = place_again(p);
    assert_int_equal(findings(p->s, NULL), 0);
    assert_int_equal(traces(p->s), before);
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct err e = {0};
    struct renewal r = get(p->s, a, 1); /* and it takes writes again */
    ok(store_write(p->s, save_step, &r, &e), &e);
    before += 10101;
    store_close(p->s);
    p->s = NULL;
  }
}

const struct CMUnitTest repo_tests[] = {
    PLACE_TEST(a_save_leaves_version_audit_and_change),
    PLACE_TEST(the_second_editor_gets_a_conflict),
    PLACE_TEST(a_save_that_fails_halfway_leaves_nothing),
    PLACE_TEST(a_save_without_memory_leaves_nothing),
    PLACE_TEST(audit_damage_is_found),
    PLACE_TEST(settings_are_checked_and_kept),
    PLACE_TEST(check_finds_every_kind_of_damage),
    PLACE_TEST(a_kill_in_the_middle_of_a_write_leaves_the_last_state),
};
const size_t n_repo_tests = sizeof repo_tests / sizeof *repo_tests;

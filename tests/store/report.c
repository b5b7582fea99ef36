/* Reports that are kept and sent: the times they are due, once each, to everybody once, whatever dies in between; a mail server of the test's own.
 * test_store_report sqlite|postgres. */
#include "store/desk.h"
#include "store/smtp_server.h"

#include "app/mail.h"
#include "app/report_schedule.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* People: 1 Mia, manager of team 10; 2 Ann, rep of team 11 below it; 3 Ole of another team; 4 Ada, administrator. One renewal of Ann, one of Ole. */
static struct store *s;
static struct arena *a;
static struct smtp_server *server;
enum { MIA = 1, ANN, OLE, ADA };
#define AT(DAY, SECONDS) (INT64_C(86400) * (DAY) + (SECONDS))
enum { MONDAY = 20780 /* 2026-11-23 */ };

static int add_renewals(struct store *x, void *arg, struct err *e) {
  struct renewal r[2] = {renewal_open(1, ANN, MONDAY + 38, AT(MONDAY - 5, 0)), renewal_open(2, OLE, MONDAY + 38, AT(MONDAY - 5, 0))};
  (void)arg;
  return renewal_bulk_add(x, r, 2, e);
}

static int open_place(void **state) {
  struct err e = {0};
  char sql[900], key[200];
  int port = 0, r = place_make(state);
  struct place *p = *state;
  s = r == 0 ? p->s : NULL;
  a = arena_new(0);
  server = smtp_server_start(&port);
  snprintf(key, sizeof key, "%s/secrets.key", p->folder);
  setenv("PERENNIAL_KEY_FILE", key, 1);
  run(s, "insert into team (id, name) values (10, 'AMS'), (12, 'EMEA'); insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, email, role, team_id, created_at) values (1, 'Mia', 'mia', 'mia@x.example', 2, 10, 0),"
         " (2, 'Ann', 'ann', 'ann@x.example', 3, 11, 0), (3, 'Ole', 'ole', 'ole@x.example', 3, 12, 0), (4, 'Ada', 'ada', 'ada@x.example', 0, null, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0);");
  ok(store_write(s, add_renewals, NULL, &e), &e);
  snprintf(sql, sizeof sql, "insert into org_config (key, value) values ('smtp_host', '127.0.0.1'), ('smtp_port', '%d'), ('smtp_security', 'none'),"
           " ('smtp_from', 'desk@palisade.example'), ('name', 'Palisade'), ('report_folder', '%s/out')", port, p->folder);
  run(s, sql);
  return a ? r : -1;
}

static int close_place(void **state) {
  char command[300];
  snprintf(command, sizeof command, "%s/out", ((struct place *)*state)->folder);
  (void)rmdir(command);
  smtp_server_stop(server);
  return place_sound(state, a, NULL);
}

static struct report_schedule weekly(const char *zone) {
  return (struct report_schedule){.name = STR("Monday"), .what = STR("weekly"), .span = STR("quarter"), .formats = STR("csv"), .language = STR("en"), .person_id = MIA,
                                  .weekday = 1, .minute = 7 * 60, .time_zone = str_of(zone), .active = true};
}

/* Of Mia; to these addresses, and not to the folder. */
static int64_t plan(struct report_schedule *x, const char *to, int64_t now) {
  struct err e = {0};
  struct report_recipient *rows = NULL;
  const char *field = "";
  size_t n = 0;
  struct scope who = scope_as(s, a, MIA, MONDAY);
  ok(report_recipients_read(a, str_of(to), &rows, &n, &e), &e);
  ok(report_schedule_save(s, &who, x, rows, n, now, &field, &e), &e);
  return x->id;
}

static struct report_tended tend_with(struct store *x, int64_t now) {
  struct err e = {0};
  struct report_tended t = {0};
  ok(report_tend(x, NULL, STR_NONE, now, &t, &e), &e);
  return t;
}
static struct report_tended tend(int64_t now) { return tend_with(s, now); }

static void deliveries(const char *expected) {
  struct err e = {0};
  struct report_delivery *rows = NULL;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4000);
  size_t n = 0;
  ok(report_delivery_list(s, a, 1, 50, &rows, &n, &e), &e);
  for (size_t i = 0; i < n; i++)
    strbuf_fmt(&b, "%s%.*s:%d/%d", i ? " " : "", STR_FMT(str_sub(rows[i].address, 0, str_find(rows[i].address, '@', 0))), (int)rows[i].state, rows[i].tries);
  assert_string_equal(strbuf_z(&b), expected);
}

static int64_t next_in(const char *zone, int weekday, int minute, int64_t after) {
  struct report_schedule x = weekly(zone);
  x.weekday = weekday;
  x.minute = minute;
  return report_next(&x, zone_load(a, str_of(zone)), after);
}

/* 7:00 on the wall, whatever the sun says. Instants worked out with Python's zoneinfo. */
static void test_times(void **state) {
  (void)state;
  enum { NOV1 = 20758 /* Sunday 2026-11-01: New York's clocks go back at 06:00 UTC */, MAR14 = 20891 /* Sunday 2027-03-14: forward at 07:00 UTC */ };
  int64_t at = next_in("America/New_York", 1, 420, AT(NOV1 - 8, 0));
  assert_int_equal(at, AT(NOV1 - 6, 11 * 3600)); /* Monday 2026-10-26 07:00 EDT */
  at = next_in("America/New_York", 1, 420, at);
  assert_int_equal(at, AT(NOV1 + 1, 12 * 3600)); /* Monday 2026-11-02 07:00 EST: a week and an hour */
  assert_int_equal(next_in("America/New_York", 1, 420, at), AT(NOV1 + 8, 12 * 3600));
  assert_int_equal(next_in("America/New_York", 1, 420, at - 1), at);
  /* 01:30 comes twice that Sunday: the first, 05:30 UTC, and not again an hour later. */
  at = next_in("America/New_York", 7, 90, AT(NOV1 - 1, 0));
  assert_int_equal(at, AT(NOV1, 5 * 3600 + 1800));
  assert_int_equal(next_in("America/New_York", 7, 90, at), AT(NOV1 + 7, 6 * 3600 + 1800));
  assert_int_equal(next_in("America/New_York", 0, 90, at), AT(NOV1 + 1, 6 * 3600 + 1800)); /* every day: the next is Monday's */
  /* 02:30 does not come: an hour behind the change, 03:30 EDT = 07:30 UTC. */
  at = next_in("America/New_York", 7, 150, AT(MAR14 - 1, 0));
  assert_int_equal(at, AT(MAR14, 7 * 3600 + 1800));
  assert_int_equal(next_in("America/New_York", 7, 150, at), AT(MAR14 + 7, 6 * 3600 + 1800));
  /* A day that begins elsewhere: Monday 07:00 in Auckland is Sunday evening in London. */
  assert_int_equal(next_in("Pacific/Auckland", 1, 420, AT(MONDAY - 2, 0)), AT(MONDAY - 1, 18 * 3600));
  assert_int_equal(next_in("UTC", 1, 0, AT(MONDAY, 0)), AT(MONDAY + 7, 0));
}

static void test_due_once(void **state) {
  (void)state;
  struct report_schedule x = weekly("America/Sao_Paulo"); /* 07:00 is 10:00 UTC */
  plan(&x, "ann@x.example\nbob@y.example pt\n", AT(MONDAY - 3, 0));
  assert_int_equal(x.next_at, AT(MONDAY, 36000));
  struct report_tended t = tend(AT(MONDAY, 35999));
  assert_int_equal(t.due + t.sent, 0);
  t = tend(AT(MONDAY, 36000));
  assert_int_equal(t.due, 1);
  assert_int_equal(t.sent, 2);
  assert_int_equal(smtp_server_taken(server), 2);
  const char *last = smtp_server_last(server);
  assert_non_null(strstr(last, "FROM <desk@palisade.example>"));
  assert_non_null(strstr(last, "TO <bob@y.example>"));
  assert_non_null(strstr(last, "Auto-Submitted: auto-generated"));
  assert_non_null(strstr(last, "filename=\"weekly-2026-Q4-as-of-2026-11-23.csv\""));
  assert_non_null(strstr(last, "Message-ID: <report-1-2@palisade.example>"));
  deliveries("ann:2/1 bob:2/1");
  /* Looked at again, by this program and another, the same minute and later: nothing. */
  for (int i = 0; i < 3; i++)
    tend(AT(MONDAY, 36000 + 60 * i));
  struct store *other = place_again(*state);
  tend_with(other, AT(MONDAY, 50000));
  store_close(other);
  assert_int_equal(smtp_server_taken(server), 2);
  assert_int_equal(one(s, "select count(*) from report_run /* scan */"), 2); /* one for each language, both of Mia's rows */
  assert_int_equal(one(s, "select count(*) from report_run where person_id = 1 and language in ('en', 'pt') /* scan */"), 2);
  t = tend(AT(MONDAY + 7, 36000));
  assert_int_equal(t.sent, 2);
  assert_int_equal(smtp_server_taken(server), 4);
  assert_int_equal(one(s, "select count(*) from audit where action = 'report.sent' /* scan */"), 4);
}

/* Down from Sunday on: one report when it is back, of then, and the weeks that went by are counted, not made up for. */
static void test_missed(void **state) {
  (void)state;
  struct report_schedule x = weekly("UTC");
  plan(&x, "ann@x.example", AT(MONDAY - 3, 0));
  struct report_tended t = tend(AT(MONDAY + 16, 9000)); /* a Wednesday, two weeks and two days later */
  assert_int_equal(t.due, 1);
  assert_int_equal(t.sent, 1);
  assert_int_equal(one(s, "select skipped from report_due where id = 1"), 2);
  assert_int_equal(one(s, "select due_at from report_due where id = 1"), AT(MONDAY + 14, 25200));
  assert_int_equal(one(s, "select next_at from report_schedule where id = 1"), AT(MONDAY + 21, 25200));
  assert_int_equal(one(s, "select day from report_run where id = 1"), MONDAY + 16);
  t = tend(AT(MONDAY + 16, 9060));
  assert_int_equal(t.due + t.sent, 0);
}

static void test_failures(void **state) {
  (void)state;
  static const int64_t waits[] = {300, 900, 2700, 8100, 24300};
  struct report_schedule x = weekly("UTC");
  plan(&x, "bad@x.example\nlater@x.example\ncut@x.example\nann@x.example", AT(MONDAY - 3, 0));
  int64_t now = AT(MONDAY, 25200);
  struct report_tended t = tend(now);
  assert_int_equal(t.sent, 1);
  assert_int_equal(t.failed, 2);
  assert_int_equal(t.uncertain, 1);
  deliveries("bad:4/1 later:0/1 cut:3/1 ann:2/1"); /* the others did not wait for the one that is refused */
  assert_int_equal(one(s, "select count(*) from report_delivery where state = 4 and error like '%refuses the message with 550%' /* scan */"), 1);
  assert_int_equal(one(s, "select count(*) from report_delivery where state = 3 and error like '%it may have arrived' /* scan */"), 1);
  /* Tried again after 5, 15, 45, 135 and 405 minutes, then given up; what is uncertain is never sent by itself. */
  for (int i = 0; i < 5; i++) {
    t = tend(now + waits[i] - 1);
    assert_int_equal(t.failed, 0);
    now += waits[i];
    t = tend(now);
    assert_int_equal(t.failed, 1);
  }
  deliveries("bad:4/1 later:4/6 cut:3/1 ann:2/1");
  tend(now + 1000000 - 600000);
  assert_int_equal(smtp_server_taken(server), 2); /* ann's, and the one that was cut off */
  /* A person says that it goes out again, and only who may see the schedule. */
  struct err e = {0};
  struct scope ole = scope_as(s, a, OLE, MONDAY), mia = scope_as(s, a, MIA, MONDAY);
  refused(report_send_again(s, &ole, 3, now, &e), ERR_NOTFOUND, &e, "no such schedule");
  refused(report_send_again(s, &mia, 4, now, &e), ERR_CONFLICT, &e, "has been sent");
  ok(report_send_again(s, &mia, 3, now, &e), &e);
  tend(now);
  assert_int_equal(smtp_server_taken(server), 3);
}

/* The program dies when the server has the message and has not yet said so: it arrived once, and nobody sends it again. */
static void test_killed(void **state) {
  (void)state;
  struct report_schedule x = weekly("UTC");
  plan(&x, "die@x.example\nann@x.example", AT(MONDAY - 3, 0));
  int64_t now = AT(MONDAY, 25200);
  int gate[2];
  assert_int_equal(pipe(gate), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    char go;
    struct store *mine = read(gate[0], &go, 1) == 1 ? place_again(*state) : NULL;
    if (mine)
      tend_with(mine, now);
    _exit(0); /* not reached: killed before */
  }
  int status = 0;
  smtp_server_kill(server, child);
  assert_int_equal(write(gate[1], "x", 1), 1);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  close(gate[0]);
  close(gate[1]);
  assert_int_equal(smtp_server_taken(server), 1);
  deliveries("die:1/1 ann:0/0");
  struct report_tended t = tend(now + 60); /* the other one goes out; the first may still be on its way */
  assert_int_equal(t.sent, 1);
  deliveries("die:1/1 ann:2/1");
  t = tend(now + REPORT_LEASE + 1);
  assert_int_equal(t.uncertain, 1);
  deliveries("die:3/1 ann:2/1");
  tend(now + 86400);
  assert_int_equal(smtp_server_taken(server), 2);
}

static void test_no_server(void **state) {
  (void)state;
  struct report_schedule x = weekly("UTC");
  run(s, "update org_config set value = '' where key = 'smtp_host'");
  plan(&x, "ann@x.example", AT(MONDAY - 3, 0));
  struct report_tended t = tend(AT(MONDAY, 25200));
  assert_int_equal(t.failed, 1);
  assert_int_equal(one(s, "select count(*) from report_delivery where state = 0 and error like 'No mail server is set up%' /* scan */"), 1);
  /* A server that offers no encryption gets nothing when it is wanted. */
  run(s, "update org_config set value = '127.0.0.1' where key = 'smtp_host'; update org_config set value = 'starttls' where key = 'smtp_security'");
  t = tend(AT(MONDAY, 25200 + 300));
  assert_int_equal(t.failed, 1);
  assert_int_equal(smtp_server_connections(server), 1);
  assert_int_equal(smtp_server_taken(server), 0);
  assert_int_equal(one(s, "select count(*) from report_delivery where state = 0 and error like '%offers no encryption%' /* scan */"), 1);
  run(s, "update org_config set value = 'none' where key = 'smtp_security'");
  t = tend(AT(MONDAY, 25200 + 1200));
  assert_int_equal(t.sent, 1);
}

static void test_folder(void **state) {
  const struct place *p = *state;
  struct report_schedule x = weekly("UTC");
  struct err e = {0};
  struct str bytes;
  struct report_file f;
  char path[400], text[200];
  x.to_folder = true;
  plan(&x, "", AT(MONDAY - 3, 0));
  struct report_tended t = tend(AT(MONDAY, 25200));
  assert_int_equal(t.failed, 1); /* the folder is not there yet */
  snprintf(path, sizeof path, "%s/out", p->folder);
  assert_int_equal(mkdir(path, 0700), 0);
  t = tend(AT(MONDAY, 25200 + 300));
  assert_int_equal(t.sent, 1);
  ok(report_file_bytes(s, a, 1, STR("csv"), &f, &bytes, &e), &e);
  snprintf(path, sizeof path, "%s/out/schedule-1/%.*s", p->folder, STR_FMT(f.name));
  FILE *in = fopen(path, "r");
  assert_non_null(in);
  size_t n = fread(text, 1, sizeof text, in);
  fclose(in);
  assert_memory_equal(text, bytes.p, n < bytes.n ? n : bytes.n);
  unlink(path);
  snprintf(path, sizeof path, "%s/out/schedule-1", p->folder);
  rmdir(path);
}

/* Another's rows, fields that are no good, two editors, and a person who has left. */
static void test_rules(void **state) {
  (void)state;
  struct err e = {0};
  const char *field = "";
  struct report_recipient *to = NULL;
  size_t n = 0;
  struct scope mia = scope_as(s, a, MIA, MONDAY), ada = scope_as(s, a, ADA, MONDAY);
  static const char *const bad[] = {"ann", "ann@", "@x.example", "ann@x", "a b@x.example", "ann@x.example,bob@x.example", "ann@x..example", "ann@x.example\r",
                                    "<ann@x.example>", "ann@x.example\nann@X.EXAMPLE", "ann@x.example de"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (i != 7) /* a carriage return is trimmed */
      assert_int_equal(report_recipients_read(a, str_of(bad[i]), &to, &n, &e), ERR_SYNTAX);
  ok(report_recipients_read(a, STR(" ann@x.example  pt \r\n\r\nbob@y.example"), &to, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_true(str_eq(to[0].language, STR("pt")) && !to[1].language.n);
  struct report_schedule x = weekly("UTC");
  x.person_id = OLE;
  refused(report_schedule_save(s, &mia, &x, to, n, 0, &field, &e), ERR_DENIED, &e, "your own rows");
  ok(report_schedule_save(s, &ada, &x, to, n, 0, &field, &e), &e); /* who sees everything may */
  static const struct {
    const char *field;
    struct report_schedule with;
  } cases[] = {{"name", {.name = {"", 0}}}, {"what", {.what = {"daily", 5}}}, {"formats", {.formats = {"exe", 3}}}, {"language", {.language = {"de", 2}}},
               {"time_zone", {.time_zone = {"Mars/Base", 9}}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct report_schedule y = weekly("UTC");
    y.name = i == 0 ? cases[i].with.name : y.name;
    y.what = i == 1 ? cases[i].with.what : y.what;
    y.formats = i == 2 ? cases[i].with.formats : y.formats;
    y.language = i == 3 ? cases[i].with.language : y.language;
    y.time_zone = i == 4 ? cases[i].with.time_zone : y.time_zone;
    assert_int_equal(report_schedule_save(s, &mia, &y, to, n, 0, &field, &e), ERR_SYNTAX);
    assert_string_equal(field, cases[i].field);
  }
  struct report_schedule seen;
  refused(report_schedule_open(s, a, &mia, x.id, &seen, &e), ERR_NOTFOUND, &e, "no such schedule");
  ok(report_schedule_open(s, a, &ada, x.id, &seen, &e), &e);
  struct report_schedule first = seen, second = seen;
  ok(report_schedule_save(s, &ada, &first, to, n, 0, &field, &e), &e);
  refused(report_schedule_save(s, &ada, &second, to, n, 0, &field, &e), ERR_CONFLICT, &e, "meanwhile");
  run(s, "update person set active = 0 where id = 3");
  struct report_tended t = tend(AT(MONDAY, 25200));
  assert_int_equal(t.failed, 2);
  assert_int_equal(one(s, "select count(*) from report_delivery where state = 4 and error like '%is disabled' /* scan */"), 2);
  assert_int_equal(smtp_server_taken(server), 0);
  refused(report_schedule_drop(s, &mia, x.id, 0, &e), ERR_NOTFOUND, &e, "no such schedule");
  ok(report_schedule_drop(s, &ada, x.id, 0, &e), &e);
  refused(report_schedule_open(s, a, &ada, x.id, &seen, &e), ERR_NOTFOUND, &e, "no schedule");
}

/* The same bytes whenever they are fetched; the same content once. */
static void test_kept(void **state) {
  (void)state;
  struct err e = {0};
  struct report_run first, second;
  struct report_file f, again;
  struct str bytes, same;
  struct report_wish x = {.what = STR("weekly"), .span = STR("2026-Q4"), .formats = STR("csv,html"), .language = STR("en"), .locale = STR_NONE, .base = STR_NONE,
                          .as_of = MONDAY - 1, .person_id = MIA, .made_by = MIA};
  ok(report_keep(s, NULL, &x, AT(MONDAY, 0), a, &first, &e), &e);
  ok(report_file_bytes(s, a, first.id, STR("csv"), &f, &bytes, &e), &e);
  run(s, "update account set name = 'Renamed' where id = 1");
  ok(report_file_bytes(s, a, first.id, STR("csv"), &again, &same, &e), &e);
  assert_true(str_eq(bytes, same) && str_eq(f.sha256, again.sha256));
  assert_true(str_contains(bytes, STR("closed")));
  run(s, "update account set name = 'Acme' where id = 1");
  ok(report_keep(s, NULL, &x, AT(MONDAY, 500), a, &second, &e), &e);
  assert_true(second.id != first.id);
  assert_int_equal(one(s, "select count(*) from report_content /* scan */"), 2); /* made again of the same day: the same bytes */
  x.span = STR("2026-Q9");
  refused(report_keep(s, NULL, &x, AT(MONDAY, 0), a, &first, &e), ERR_NOTFOUND, &e, "not a period");
  struct scope ole = scope_as(s, a, OLE, MONDAY), mia = scope_as(s, a, MIA, MONDAY), ada = scope_as(s, a, ADA, MONDAY);
  assert_false(report_run_seen(&ole, &second));
  assert_true(report_run_seen(&mia, &second));
  assert_true(report_run_seen(&ada, &second));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
int main(int argc, char **argv) {
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  const struct CMUnitTest tests[] = {TEST(test_times), TEST(test_due_once), TEST(test_missed), TEST(test_failures), TEST(test_killed), TEST(test_no_server),
                                     TEST(test_folder), TEST(test_rules), TEST(test_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

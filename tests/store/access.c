/* Accounts and access in the store, on both databases: people and teams, the second factor, links, single sign-on's states, territories, the
 * pages of the audit. */
#include "support.h"

#include "app/access_factor.h"
#include "app/access_people.h"
#include "app/access_seal.h"
#include "app/audit_read.h"
#include "app/territory.h"
#include "store/repo_door.h"

#include <liboath/oath.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHEAP ((struct password_cost){1, 8192 * 1024})
enum { NOW = 1800000000 };

static int64_t add(struct store *s, const char *email, const char *name, enum role role) {
  struct err e = {0};
  int64_t id = 0;
  struct person_new p = {str_of(email), str_of(name), role, STR_NONE, STR("quiet harbor lantern")};
  ok(access_person_add(s, &p, CHEAP, 0, NOW, &id, &e), &e);
  return id;
}

static void keys_beside(const struct place *p) {
  char path[200];
  snprintf(path, sizeof path, "%s/secrets.key", p->folder);
  unlink(path);
  assert_int_equal(setenv("PERENNIAL_KEY_FILE", path, 1), 0);
}

/* An import makes owners by name alone, who can't sign in; whoever is added under that name is that owner, and can. */
static void an_owner_of_an_import_is_added(void **state) {
  struct place *p = *state;
  run(p->s, "insert into person (id, name, name_key, role, active, created_at) values (900, 'Ines Carvalho', 'ines carvalho', 3, 0, 1700000000)");
  assert_int_equal(add(p->s, "ines@example.com", "Ines Carvalho", ROLE_REP), 900);
  assert_int_equal(one(p->s, "select active from person where id = 900"), 1);
}

static void people_are_changed_with_their_rules(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const char *field = "";
  int64_t ada = add(p->s, "ada@example.com", "Ada", ROLE_ADMIN), tom = add(p->s, "tom@example.com", "Tom", ROLE_REP);
  struct person_detail d;
  ok(person_detail_get(p->s, a, tom, &d, &e), &e);
  assert_true(d.active && d.has_password && !d.has_factor);
  d.email = STR("ADA@example.com");
  refused(access_person_edit(p->s, &d, ada, NOW, &field, &e), ERR_CONFLICT, &e, "another person has this email");
  assert_string_equal(field, "email");
  d.email = STR("Tom.Okafor@Example.com");
  d.time_zone = STR("Mars/Olympus");
  refused(access_person_edit(p->s, &d, ada, NOW, &field, &e), ERR_SYNTAX, &e, "no such time zone");
  d.time_zone = STR("../../etc/passwd");
  refused(access_person_edit(p->s, &d, ada, NOW, &field, &e), ERR_SYNTAX, &e, "no such time zone");
  d.time_zone = STR("UTC");
  d.role = ROLE_MANAGER;
  ok(access_person_edit(p->s, &d, ada, NOW, &field, &e), &e);
  assert_int_equal(one(p->s, "select count(*) from person where email = 'tom.okafor@example.com' and role = 2"), 1);
  assert_int_equal(one(p->s, "select count(*) from audit where action = 'person.edit' and detail like '%\"role\":[\"rep\",\"manager\"]%'"), 1);
  int64_t entries = one(p->s, "select count(*) from audit /* scan */");
  ok(access_person_edit(p->s, &d, ada, NOW, &field, &e), &e); /* the same again: no entry */
  assert_int_equal(one(p->s, "select count(*) from audit /* scan */"), entries);
  ok(person_detail_get(p->s, a, ada, &d, &e), &e);
  d.role = ROLE_OPS;
  refused(access_person_edit(p->s, &d, tom, NOW, &field, &e), ERR_DENIED, &e, "only administrator");
  refused(access_person_edit(p->s, &d, ada, NOW, &field, &e), ERR_DENIED, &e, "another administrator");
  refused(access_person_switch(p->s, ada, false, tom, NOW, &e), ERR_DENIED, &e, "only administrator");
  ok(access_person_switch(p->s, tom, false, ada, NOW, &e), &e);
  assert_int_equal(one(p->s, "select active from person where name = 'Tom'"), 0);
  assert_int_equal(findings(p->s, NULL), 0);
}

static void teams_do_not_lie_below_themselves(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct team_row top = {.name = STR("Americas")}, mid = {.name = STR("US")}, low = {.name = STR("US East")};
  ok(access_team_put(p->s, &top, 0, NOW, &e), &e);
  mid.parent_id = top.id;
  ok(access_team_put(p->s, &mid, 0, NOW, &e), &e);
  low.parent_id = mid.id;
  ok(access_team_put(p->s, &low, 0, NOW, &e), &e);
  top.parent_id = low.id;
  refused(access_team_put(p->s, &top, 0, NOW, &e), ERR_CONFLICT, &e, "below itself");
  top.parent_id = top.id;
  refused(access_team_put(p->s, &top, 0, NOW, &e), ERR_CONFLICT, &e, "below itself");
  top.parent_id = 0;
  top.name = STR("US");
  refused(access_team_put(p->s, &top, 0, NOW, &e), ERR_CONFLICT, &e, "team of that name");
  refused(access_team_remove(p->s, mid.id, 0, NOW, &e), ERR_CONFLICT, &e, "not empty");
  ok(access_team_remove(p->s, low.id, 0, NOW, &e), &e);
  assert_int_equal(access_team_remove(p->s, low.id, 0, NOW, &e), ERR_NOTFOUND);
  assert_int_equal(one(p->s, "select count(*) from team"), 2);
}

/* Six digits for a secret in groups of base32, by the library itself. */
static void code_of(struct str text, int64_t at, char code[8]) {
  char plain[80], *secret = NULL;
  size_t n = 0, size = 0;
  for (size_t i = 0; i < text.n; i++)
    if (text.p[i] != ' ') plain[n++] = text.p[i];
  assert_int_equal(oath_base32_decode(plain, n, &secret, &size), OATH_OK);
  assert_int_equal(oath_totp_generate(secret, size, (time_t)at, 30, 0, 6, code), OATH_OK);
  free(secret);
}

static void a_code_counts_once(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  char code[8], codes[FACTOR_CODES][FACTOR_CODE_SIZE], again[FACTOR_CODES][FACTOR_CODE_SIZE];
  struct factor_secret secret;
  struct factor_state f;
  bool recovery = false;
  keys_beside(p);
  int64_t tom = add(p->s, "tom@example.com", "Tom", ROLE_REP);
  ok(access_factor_begin(p->s, a, tom, NOW, &secret, &e), &e);
  assert_true(str_starts(secret.uri, STR("otpauth://totp/")) && str_contains(secret.uri, STR("tom%40example.com")));
  refused(access_factor_confirm(p->s, tom, STR("12345"), NOW, codes, &e), ERR_DENIED, &e, "not right");
  code_of(secret.text, NOW, code);
  ok(access_factor_confirm(p->s, tom, str_of(code), NOW, codes, &e), &e);
  refused(access_factor_check(p->s, tom, str_of(code), NOW, NULL, &e), ERR_DENIED, &e, "used already");
  code_of(secret.text, NOW - 30, code);
  refused(access_factor_check(p->s, tom, str_of(code), NOW, NULL, &e), ERR_DENIED, &e, "used already"); /* older than one that was taken */
  code_of(secret.text, NOW + 30, code);
  ok(access_factor_check(p->s, tom, str_of(code), NOW + 30, &recovery, &e), &e);
  assert_false(recovery);
  code_of(secret.text, NOW + 200, code);
  refused(access_factor_check(p->s, tom, str_of(code), NOW + 90, NULL, &e), ERR_DENIED, &e, "not right"); /* too far ahead */
  ok(access_factor_check(p->s, tom, str_of(codes[7]), NOW + 90, &recovery, &e), &e);
  assert_true(recovery);
  refused(access_factor_check(p->s, tom, str_of(codes[7]), NOW + 90, NULL, &e), ERR_DENIED, &e, "not right");
  ok(access_factor_state(p->s, a, tom, &f, &e), &e);
  assert_true(f.on && f.codes_left == FACTOR_CODES - 1);
  ok(access_recovery_renew(p->s, tom, NOW + 90, again, &e), &e);
  refused(access_factor_check(p->s, tom, str_of(codes[1]), NOW + 90, NULL, &e), ERR_DENIED, &e, "not right"); /* void since */
  for (int i = 0; i < 8; i++) (void)access_factor_check(p->s, tom, STR("000 000"), NOW + 91, NULL, &e);
  refused(access_factor_check(p->s, tom, str_of(again[0]), NOW + 91, NULL, &e), ERR_DENIED, &e, "wait");
  ok(access_factor_check(p->s, tom, str_of(again[0]), NOW + 3600, NULL, &e), &e);
  refused(access_factor_begin(p->s, a, tom, NOW, &secret, &e), ERR_CONFLICT, &e, "on already");
  ok(access_factor_off(p->s, tom, 0, NOW, &e), &e);
  assert_int_equal(one(p->s, "select (select count(*) from totp) + (select count(*) from recovery_code)"), 0);
  assert_int_equal(findings(p->s, NULL), 0);
}

static void secrets_open_with_their_key_only(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct str sealed, other, text;
  struct stat st;
  keys_beside(p);
  refused(access_unseal(p->s, a, "x", STR("AAAA"), &text, &e), ERR_FAIL, &e, "missing");
  ok(access_seal(p->s, a, "x", STR("a secret"), &sealed, &e), &e);
  ok(access_seal(p->s, a, "x", STR("a secret"), &other, &e), &e);
  assert_false(str_eq(sealed, other));
  ok(access_unseal(p->s, a, "x", sealed, &text, &e), &e);
  assert_true(str_eq(text, STR("a secret")));
  refused(access_unseal(p->s, a, "y", sealed, &text, &e), ERR_FAIL, &e, "can't be opened"); /* sealed for another place */
  refused(access_unseal(p->s, a, "x", STR("AAAA"), &text, &e), ERR_FAIL, &e, "can't be opened");
  const char *path = getenv("PERENNIAL_KEY_FILE");
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  assert_int_equal(chmod(path, 0644), 0);
  refused(access_unseal(p->s, a, "x", sealed, &text, &e), ERR_FAIL, &e, "open to others");
  assert_int_equal(unlink(path), 0);
  ok(access_seal(p->s, a, "x", STR("z"), &other, &e), &e); /* a new key */
  refused(access_unseal(p->s, a, "x", sealed, &text, &e), ERR_FAIL, &e, "not the one");
}

static void a_link_works_once_for_a_day(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  char first[SECRET_TEXT_SIZE], token[SECRET_TEXT_SIZE];
  struct person who;
  int64_t tom = add(p->s, "tom@example.com", "Tom", ROLE_REP);
  ok(access_reset_make(p->s, tom, 0, NOW, first, &e), &e);
  ok(access_reset_make(p->s, tom, 0, NOW, token, &e), &e);
  assert_int_equal(access_reset_find(p->s, a, str_of(first), NOW, &who, &e), ERR_NOTFOUND); /* ended by the newer one */
  ok(access_reset_find(p->s, a, str_of(token), NOW + ACCESS_LINK_SECONDS - 1, &who, &e), &e);
  assert_int_equal(who.id, tom);
  assert_int_equal(access_reset_find(p->s, a, str_of(token), NOW + ACCESS_LINK_SECONDS, &who, &e), ERR_NOTFOUND);
  refused(access_reset_use(p->s, str_of(token), STR("short"), CHEAP, NOW, &e), ERR_SYNTAX, &e, "too short");
  ok(access_reset_use(p->s, str_of(token), STR("a lantern on the quay"), CHEAP, NOW, &e), &e);
  assert_int_equal(access_reset_use(p->s, str_of(token), STR("a lantern on the quay"), CHEAP, NOW, &e), ERR_NOTFOUND);
  assert_int_equal(one(p->s, "select count(*) from reset_link"), 0);
  ok(access_person_set_active(p->s, tom, false, 0, NOW, &e), &e);
  refused(access_reset_make(p->s, tom, 0, NOW, token, &e), ERR_DENIED, &e, "disabled");
}

static int use_state(struct store *s, void *arg, struct err *e) {
  int64_t *n = arg;
  *n = oidc_state_use(s, STR("abc"), NOW, NOW - 10, e);
  return *n < 0 ? (int)*n : OK;
}

static void a_state_comes_back_once(void **state) {
  struct place *p = *state;
  struct err e = {0};
  int64_t n = 0;
  ok(store_write(p->s, use_state, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(store_write(p->s, use_state, &n, &e), &e);
  assert_int_equal(n, 0);
}

static int many_entries(struct store *s, void *arg, struct err *e) {
  (void)arg;
  int rc = OK;
  for (int i = 0; i < 120 && rc == OK; i++)
    rc = audit_add(s, &(struct audit_entry){.at = NOW + i / 3, .actor_id = i % 4, .action = i % 2 ? "renewal.edit" : "touch.add", .entity = "renewal",
                                            .entity_id = i, .detail = STR_NONE}, e);
  return rc;
}

/* Page by page gives every entry once, newest first; filters; a manager's part; a changed entry shows. */
static void the_audit_reads_by_key(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct audit_row *rows = NULL;
  size_t n = 0, seen = 0;
  ok(store_write(p->s, many_entries, NULL, &e), &e);
  struct audit_query q = {.action = STR_NONE, .entity = STR_NONE, .limit = 7};
  for (int64_t last = INT64_MAX; seen < 200; seen += n) {
    ok(audit_rows(p->s, a, &q, &rows, &n, &e), &e);
    if (!n) break;
    for (size_t i = 0; i < n; i++) {
      assert_true(rows[i].id < last && rows[i].whole);
      last = rows[i].id;
    }
    q.before_at = rows[n - 1].at;
    q.before_id = rows[n - 1].id;
  }
  assert_int_equal(seen, 120);
  int64_t two[] = {1, 3};
  q = (struct audit_query){.actors = two, .n_actors = 2, .action = STR("renewal.edit"), .entity = STR_NONE, .from = NOW + 10, .to = NOW + 20, .limit = 100};
  ok(audit_rows(p->s, a, &q, &rows, &n, &e), &e);
  assert_int_equal(n, 15); /* the odd ones of 30..59 */
  for (size_t i = 1; i < n; i++) assert_true(rows[i].id < rows[i - 1].id);
  struct scope manager = {.person_id = 2, .role = ROLE_MANAGER, .rep_ids = two, .n_rep_ids = 1}, rep = {.person_id = 1, .role = ROLE_REP};
  q = (struct audit_query){.action = STR_NONE, .entity = STR_NONE, .limit = 200};
  ok(audit_read(p->s, a, &manager, &q, &rows, &n, &e), &e);
  assert_int_equal(n, 30);
  q.actors = &two[1];
  q.n_actors = 1;
  ok(audit_read(p->s, a, &manager, &q, &rows, &n, &e), &e); /* asks for somebody else's */
  assert_int_equal(n, 0);
  assert_int_equal(audit_read(p->s, a, &rep, &q, &rows, &n, &e), ERR_DENIED);
  struct str *kinds = NULL;
  ok(audit_actions(p->s, a, &kinds, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_true(str_eq(kinds[0], STR("renewal.edit")) && str_eq(kinds[1], STR("touch.add")));
  struct audit_check c;
  ok(audit_check_now(p->s, a, 0, NOW, &c, &e), &e);
  assert_int_equal(c.entries, 120);
  run(p->s, "update audit set entity_id = 999 where id = 60");
  ok(audit_check_now(p->s, a, 0, NOW, &c, &e), &e);
  assert_true(str_contains(c.problem, STR("entry 60")));
  q = (struct audit_query){.action = STR_NONE, .entity = STR("renewal"), .entity_id = 999, .limit = 5};
  ok(audit_rows(p->s, a, &q, &rows, &n, &e), &e);
  assert_true(n == 1 && !rows[0].whole);
  q.actors = &two[1]; /* who did it */
  q.n_actors = 1;
  ok(audit_rows(p->s, a, &q, &rows, &n, &e), &e);
  assert_true(n == 1 && rows[0].id == 60);
  q.actors = two; /* and who did not */
  ok(audit_rows(p->s, a, &q, &rows, &n, &e), &e);
  assert_int_equal(n, 0);
}

static void territories_keep_their_order(void **state) {
  struct place *p = *state;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const char *field = "";
  struct territory_row *rows = NULL;
  size_t n = 0;
  int64_t tom = add(p->s, "tom@example.com", "Tom", ROLE_REP);
  struct territory_row brazil = {.name = STR("Brazil"), .country = STR("BR"), .sales_model = -1, .owner_id = tom},
                       rest = {.name = STR("Rest"), .sales_model = MODEL_DIRECT, .owner_id = tom, .country = STR_NONE}, nobody = {.name = STR("x"), .country = STR_NONE};
  ok(territory_save(p->s, &brazil, 0, NOW, &field, &e), &e);
  ok(territory_save(p->s, &rest, 0, NOW, &field, &e), &e);
  refused(territory_save(p->s, &nobody, 0, NOW, &field, &e), ERR_SYNTAX, &e, "Choose who");
  nobody = (struct territory_row){.name = STR("Rest"), .owner_id = tom, .country = STR_NONE};
  refused(territory_save(p->s, &nobody, 0, NOW, &field, &e), ERR_CONFLICT, &e, "rule of that name");
  ok(territory_raise(p->s, rest.id, 0, NOW, &e), &e);
  ok(territory_raise(p->s, rest.id, 0, NOW, &e), &e); /* the first stays the first */
  ok(territory_rows(p->s, a, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_true(str_eq(rows[0].name, STR("Rest")) && rows[0].sales_model == MODEL_DIRECT && str_eq(rows[0].owner, STR("Tom")));
  assert_true(str_eq(rows[1].country, STR("BR")) && rows[1].sales_model == -1);
  ok(territory_remove(p->s, rest.id, 0, NOW, &e), &e);
  assert_int_equal(territory_remove(p->s, rest.id, 0, NOW, &e), ERR_NOTFOUND);
  assert_int_equal(territory_raise(p->s, rest.id, 0, NOW, &e), ERR_NOTFOUND);
}

int main(int argc, char **argv) {
  on_postgres = argc > 1 && !strcmp(argv[1], "postgres");
  const struct CMUnitTest tests[] = {
      PLACE_TEST(an_owner_of_an_import_is_added), PLACE_TEST(people_are_changed_with_their_rules),
      PLACE_TEST(teams_do_not_lie_below_themselves), PLACE_TEST(a_code_counts_once),
      PLACE_TEST(secrets_open_with_their_key_only),    PLACE_TEST(a_link_works_once_for_a_day),       PLACE_TEST(a_state_comes_back_once),
      PLACE_TEST(the_audit_reads_by_key),              PLACE_TEST(territories_keep_their_order),
  };
  return cmocka_run_group_tests_name(on_postgres ? "access on PostgreSQL" : "access on SQLite", tests, NULL, NULL);
}

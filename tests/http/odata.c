/* The feed over HTTP: what Excel, Power BI and scripts ask, answer by answer; tokens by Bearer and Basic; options that are refused in words; pages; scope in
 * every set, filter, order and page; past days; CSV. */
#include "http/support.h"

#include "base/money.h"
#include <jansson.h>
#include <sodium.h>

enum { TODAY = 20779 /* 2026-11-22 */ };

static struct house h;
static char token[ROLE_COUNT][API_TOKEN_SIZE], other_token[API_TOKEN_SIZE];

/* Renewals 41 to 44 of the rep, 45 of a rep of another team, 1,200 dollars each, and one line each. */
static int set_up(void **state) {
  static const char *const names[] = {"Harbor Mills", "Quarry Bank", "=cmd|A1", "\u00d1and\u00fa \"Norte\"", "Zanzibar Holdings"};
  struct err e = {0};
  (void)state;
  house_open(&h);
  for (int i = 0; i < 5; i++) {
    struct house_renewal x = {.id = 41 + i, .customer = names[i], .owner = i == 4 ? h.other_rep : h.people[ROLE_REP], .stage = i, .category = i == 1 ? 1 : 3,
                              .due = TODAY + 10 * i, .line = true};
    house_renewal_add(&h, &x);
  }
  house_run(&h, "update renewal set next_step = 'Call Ana', po_number = '=PO' where id = 41; update renewal set forecast_amount = 123456 where id = 42");
  house_serve_book(&h, TODAY);
  for (int r = 0; r < ROLE_COUNT; r++)
    if (access_token_add(h.store, h.people[r], STR("feed"), TOKEN_READ, 1, 0, clock_now(), token[r], &e) < 0)
      fail_msg("%s", e.text);
  if (access_token_add(h.store, h.other_rep, STR("feed"), TOKEN_READ, 1, 0, clock_now(), other_token, &e) < 0)
    fail_msg("%s", e.text);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

/* path without /odata/v1; blanks and quotes of a query are escaped here, so that the tests read as people write. */
static void get_with(const char *bearer, const char *path, const char *extra, int status, struct answer *a) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(20000);
  strbuf_addz(&b, "/odata/v1");
  for (const char *p = path; *p; p++) {
    if (*p == ' ' || *p == '\'' || *p == '"' || (unsigned char)*p > 126)
      strbuf_fmt(&b, "%%%02X", (unsigned char)*p);
    else
      strbuf_addc(&b, *p);
  }
  ask(&h, &(struct ask){.path = strbuf_z(&b), .bearer = bearer, .extra = extra}, a);
  if (a->status != status)
    fail_msg("%s: %d, wanted %d: %.900s", path, a->status, status, a->body.n ? a->body.p : "");
}

static void is(const char *bearer, const char *path, const char *body) {
  struct answer a;
  get_with(bearer, path, NULL, 200, &a);
  if (!str_eq(str_trim(a.body), str_of(body)))
    fail_msg("%s:\n%.*s\nwanted\n%s", path, STR_FMT(a.body), body);
  answer_free(&a);
}

static void says(const char *bearer, const char *path, int status, const char *text, const char *not_text) {
  struct answer a;
  get_with(bearer, path, NULL, status, &a);
  if (text && !answer_says(&a, text))
    fail_msg("%s does not say %s: %.900s", path, text, a.body.p);
  if (not_text && answer_says(&a, not_text))
    fail_msg("%s says %s", path, not_text);
  answer_free(&a);
}

/* "41 42": the ids of a page, and where the next one is, as a path behind /odata/v1 ("" = none). */
static void ids_of(const char *bearer, const char *path, const char *ids, char next[2000]) {
  struct answer a;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2000);
  get_with(bearer, path, NULL, 200, &a);
  json_t *x = json_loadb(a.body.p, a.body.n, 0, NULL);
  assert_non_null(x);
  json_t *rows = json_object_get(x, "value");
  for (size_t i = 0; i < json_array_size(rows); i++)
    strbuf_fmt(&b, "%s%lld", i ? " " : "", (long long)json_integer_value(json_object_get(json_array_get(rows, i), "id")));
  const char *to = json_string_value(json_object_get(x, "@odata.nextLink"));
  if (strcmp(strbuf_z(&b), ids) != 0)
    fail_msg("%s: \"%s\", wanted \"%s\"", path, strbuf_z(&b), ids);
  if (next) {
    const char *at = to ? strstr(to, "/odata/v1") : NULL;
    str_to_z(str_of(at ? at + 9 : ""), next, 2000);
  } else
    assert_null(to);
  json_decref(x);
  answer_free(&a);
}

static void test_documents(void **state) {
  (void)state;
  struct answer a;
  get_with(token[ROLE_EXEC], "/", NULL, 200, &a);
  assert_true(str_eq(answer_header(&a, "OData-Version"), STR("4.0")));
  assert_true(str_starts(answer_header(&a, "Content-Type"), STR("application/json;odata.metadata=minimal")));
  assert_true(answer_says(&a, "/odata/v1/$metadata\",\"value\":[{\"name\":\"Renewals\",\"kind\":\"EntitySet\",\"url\":\"Renewals\"},"));
  answer_free(&a);
  get_with(token[ROLE_EXEC], "", NULL, 200, &a);
  answer_free(&a);
  get_with(token[ROLE_EXEC], "/$metadata", NULL, 200, &a);
  assert_true(str_starts(answer_header(&a, "Content-Type"), STR("application/xml")));
  assert_true(answer_says(&a, "<EntityType Name=\"Renewal\"><Key><PropertyRef Name=\"id\"/></Key>"));
  assert_true(answer_says(&a, "<Property Name=\"forecast_amount\" Type=\"Edm.Decimal\" Precision=\"23\" Scale=\"4\">"));
  assert_true(answer_says(&a, "<Property Name=\"due_date\" Type=\"Edm.Date\">"));
  assert_true(answer_says(&a, "<EntitySet Name=\"ContractLines\" EntityType=\"Perennial.ContractLine\">"));
  assert_true(answer_says(&a, "<PropertyPath>po_number</PropertyPath>"));
  answer_free(&a);
}

static void test_who(void **state) {
  (void)state;
  struct answer a;
  char both[200], coded[400], line[500];
  get_with(NULL, "/Renewals", NULL, 401, &a);
  assert_true(str_eq(answer_header(&a, "WWW-Authenticate"), STR("Basic realm=\"Perennial\", charset=\"UTF-8\"")));
  assert_true(answer_says(&a, "{\"error\":{\"code\":\"sign_in\",\"message\":\"The feed needs an API token"));
  answer_free(&a);
  snprintf(both, sizeof both, "excel:%s", token[ROLE_REP]);
  sodium_bin2base64(coded, sizeof coded, (const unsigned char *)both, strlen(both), sodium_base64_VARIANT_ORIGINAL);
  snprintf(line, sizeof line, "Authorization: Basic %s\r\n", coded);
  get_with(NULL, "/Renewals/$count", line, 200, &a);
  assert_true(str_eq(str_trim(a.body), STR("4")));
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/me", .extra = line}, &a); /* Basic is for the feed only */
  assert_int_equal(a.status, 401);
  answer_free(&a);
  static const char *const bad[] = {"Authorization: Basic !!!\r\n", "Authorization: Basic \r\n", "Authorization: Basic ZXhjZWw=\r\n", "Authorization: Basic ZXhjZWw6\r\n",
                                    "Authorization: Basic ZXhjZWw6d3Jvbmc=\r\n", "Authorization: Digest x\r\n"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    get_with(NULL, "/Renewals", bad[i], 401, &a);
    answer_free(&a);
  }
  char cookie[128];
  sign_in(&h, "rep@example.com", cookie);
  ask(&h, &(struct ask){.path = "/odata/v1/Renewals", .cookie = cookie}, &a); /* a page that a person is led to cannot read the feed */
  assert_int_equal(a.status, 401);
  answer_free(&a);
  says(token[ROLE_SALES], "/Renewals", 403, "\"code\":\"denied\"", "Harbor");
  says(token[ROLE_PARTNER], "/$metadata", 403, NULL, NULL);
  house_run(&h, "update api_token set expires_at = 1 where person_id in (select id from person where email = 'ops@example.com')");
  says(token[ROLE_OPS], "/Renewals", 401, NULL, NULL);
}

static void test_rows(void **state) {
  (void)state;
  char context[300], wanted[900];
  snprintf(context, sizeof context, "\"@odata.context\":\"http://127.0.0.1:%d/odata/v1/$metadata#Renewals", h.port);
  snprintf(wanted, sizeof wanted, "{%s(id,end_user_account,due_date,forecast_amount)\",\"@odata.count\":4,\"value\":["
           "{\"id\":42,\"end_user_account\":\"Quarry Bank\",\"due_date\":\"2026-12-02\",\"forecast_amount\":1234.56}]}", context);
  is(token[ROLE_REP], "/Renewals?$select=forecast_amount,due_date,id,end_user_account&$top=1&$skip=1&$count=true", wanted);
  snprintf(wanted, sizeof wanted, "{%s(id,next_step,po_number)/$entity\",\"id\":41,\"next_step\":\"Call Ana\",\"po_number\":\"=PO\"}", context);
  is(token[ROLE_REP], "/Renewals(41)?$select=id,po_number,next_step", wanted);
  /* Whole and decimal numbers as texts, when the reader says that it wants them so. */
  struct answer a;
  get_with(token[ROLE_REP], "/Renewals?$select=id,forecast_amount,at_risk&$top=1&$count=true",
           "Accept: application/json;odata.metadata=none;IEEE754Compatible=true\r\n", 200, &a);
  assert_true(str_eq(str_trim(a.body), STR("{\"@odata.count\":\"4\",\"value\":[{\"id\":\"41\",\"at_risk\":false,\"forecast_amount\":\"1200.00\"}]}")));
  assert_true(str_eq(answer_header(&a, "Content-Type"), STR("application/json;odata.metadata=none;IEEE754Compatible=true")));
  answer_free(&a);
  says(token[ROLE_REP], "/Renewals?$filter=id eq 44", 200, "\"end_user_account\":\"\xC3\x91" "and\xC3\xBA \\u0022Norte\\u0022\"", NULL);
  is(token[ROLE_REP], "/Renewals/$count", "4");
  is(token[ROLE_REP], "/Renewals/$count?$filter=forecast_category eq 'commit'", "1");
  is(token[ROLE_EXEC], "/ContractLines/$count", "5");
  is(token[ROLE_REP], "/ContractLines/$count?$filter=end_date gt 2026-12-31", "0");
  says(token[ROLE_REP], "/Owners", 200, "\"name\":\"rep\"", "\"name\":\"other\"");
  says(token[ROLE_REP], "/Dates(2026-11-23)", 200, "\"fiscal_quarter\":\"2026-Q4\"", NULL);
  says(token[ROLE_REP], "/Contracts?$filter=contract_number eq 'N-41'", 200, "\"end_user_account\":\"Harbor Mills\"", NULL);
}

/* As Excel and Power BI write them. */
static void test_questions(void **state) {
  (void)state;
  const char *rep = token[ROLE_REP];
  ids_of(rep, "/Renewals?$top=1000", "41 42 43 44", NULL);
  ids_of(rep, "/Renewals?$filter=due_date ge 2026-12-01 and due_date lt 2026-12-20&$select=id,due_date", "42 43", NULL);
  ids_of(rep, "/Renewals?%24filter=year(due_date) eq 2026 and month(due_date) eq 12&%24orderby=due_date desc&%24select=id", "44 43 42", NULL);
  ids_of(rep, "/Renewals?$filter=contains(tolower(end_user_account),'\xC3\xB1" "and\xC3\xBA')", "44", NULL);
  ids_of(rep, "/Renewals?$filter=forecast_amount gt 1200.00 or id eq 43", "42 43", NULL);
  ids_of(rep, "/Renewals?$filter=close_date eq null and not (stage in ('contacted','quoted'))&$orderby=id desc", "44 41", NULL);
  ids_of(rep, "/Renewals?$format=application/json;odata.metadata=minimal&$top=0", "", NULL);
  ids_of(rep, "/Renewals?custom=1&$skip=9", "", NULL);
}

static void test_pages(void **state) {
  (void)state;
  char next[2000];
  struct answer a;
  const char *prefer = "Prefer: odata.maxpagesize=2\r\n";
  get_with(token[ROLE_EXEC], "/Renewals?$select=id&$orderby=due_date desc&$top=4&$count=true", prefer, 200, &a);
  assert_true(str_eq(answer_header(&a, "Preference-Applied"), STR("odata.maxpagesize=2")));
  assert_true(answer_says(&a, "\"@odata.count\":5,\"value\":[{\"id\":45},\n{\"id\":44}],\"@odata.nextLink\":\"http://127.0.0.1:"));
  assert_true(answer_says(&a, "$top=2\\u0026$skiptoken=44\"")); /* what is left of $top */
  answer_free(&a);
  ids_of(token[ROLE_EXEC], "/Renewals?$select=id&$orderby=due_date%20desc&$top=2&$skiptoken=44", "43 42", NULL);
  ids_of(token[ROLE_EXEC], "/Renewals?$select=id&$skiptoken=43", "44 45", NULL);
  ids_of(token[ROLE_EXEC], "/ContractLines?$select=id&$orderby=end_date&$skiptoken=43", "44 45", next);
  assert_string_equal(next, "");
  says(token[ROLE_EXEC], "/Renewals?$skiptoken=9999", 410, "begin with its first", NULL);
  says(token[ROLE_EXEC], "/Renewals?$skiptoken=", 410, NULL, NULL);
  /* A place in an order tells a value: that of a row that is not seen has no page behind it. */
  says(token[ROLE_REP], "/Renewals?$orderby=forecast_amount&$skiptoken=45", 410, NULL, "\"id\":41");
}

static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *path;
    int status;
    const char *says;
  } cases[] = {
      {"/Planets", 404, "\"code\":\"not_found\""},
      {"/renewals", 404, NULL}, /* letters count */
      {"/Renewals(99)", 404, NULL},
      {"/Renewals(x)", 404, NULL},
      {"/Renewals()", 400, "write it like Renewals(4711)"},
      {"/Renewals(41", 400, NULL},
      {"/Renewals(41)/$count", 400, NULL},
      {"/Renewals?$filter=planet eq 'Mars'", 400, "$filter: no property or function of that name at character 1"},
      {"/Renewals?$filter=next_step eq 'x'", 400, "cannot be filtered by"},
      {"/Renewals?$select=id,planet", 400, "$select: Renewals has no property"},
      {"/Renewals?$select=", 400, "no property is named"},
      {"/Renewals?$orderby=planet", 400, "$orderby: Renewals has no property"},
      {"/Renewals?$orderby=id up", 400, "asc or desc"},
      {"/Renewals?$orderby=po_number", 400, "cannot be ordered by"},
      {"/Renewals?$top=-1", 400, "$top: a whole number from 0"},
      {"/Renewals?$top=ten", 400, NULL},
      {"/Renewals?$skip=1.5", 400, NULL},
      {"/Renewals?$count=yes", 400, "$count: true or false"},
      {"/Renewals?$format=xml", 400, "$format: json or csv"},
      {"/Renewals?$top=1&$top=2", 400, "stands twice"},
      {"/Renewals?filter=id eq 41", 400, "write it with a dollar sign: $filter"},
      {"/Renewals?$filtre=id", 400, "no such option"},
      {"/Renewals?$expand=owner", 501, "\"code\":\"not_implemented\""},
      {"/Renewals?$apply=aggregate(id)", 501, NULL},
      {"/Renewals?$search=harbor", 501, NULL},
      {"/Renewals?as_of=2040-01-01", 400, "\"code\":\"bad_request\""},
      {"/Renewals/41/owner", 404, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct answer a;
    get_with(token[ROLE_EXEC], cases[i].path, NULL, cases[i].status, &a);
    if (!answer_says(&a, "{\"error\":{\"code\":") || (cases[i].says && !answer_says(&a, cases[i].says)))
      fail_msg("%s: %.*s, wanted %s", cases[i].path, STR_FMT(a.body), cases[i].says ? cases[i].says : "an error");
    assert_true(str_eq(answer_header(&a, "OData-Version"), STR("4.0")));
    answer_free(&a);
  }
}

static void test_csv(void **state) {
  (void)state;
  struct answer a;
  is(token[ROLE_REP], "/Renewals.csv?$select=id,end_user_account,due_date,forecast_amount,at_risk,close_date,po_number&$orderby=id desc",
     "id,end_user_account,due_date,close_date,at_risk,forecast_amount,po_number\r\n"
     "44,\"\xC3\x91" "and\xC3\xBA \"\"Norte\"\"\",2026-12-22,,false,1200.00,\r\n43,\"'=cmd|A1\",2026-12-12,,false,1200.00,\r\n"
     "42,Quarry Bank,2026-12-02,,false,1234.56,\r\n41,Harbor Mills,2026-11-22,,false,1200.00,\"'=PO\"");
  get_with(token[ROLE_REP], "/Accounts?$format=csv&$filter=startswith(name,'Q')", NULL, 200, &a);
  assert_true(str_eq(a.body, STR("id,name\r\n42,Quarry Bank\r\n")));
  assert_true(str_eq(answer_header(&a, "Content-Type"), STR("text/csv; charset=utf-8")));
  assert_true(str_contains(answer_header(&a, "Content-Disposition"), STR("Accounts-2026-11-22.csv")));
  answer_free(&a);
}

/* Nothing of another team in any set, by any option; the other rep and who sees all do see it. */
static void test_scope(void **state) {
  (void)state;
  static const char *const sets[] = {"Renewals", "ContractLines", "Contracts", "Accounts", "Products", "Owners", "ExchangeRates", "Dates"};
  static const char *const options[] = {"", "?$count=true", "?$orderby=id desc", "?$filter=id ne 1", "?$format=csv", "?as_of=2026-11-01", "?$top=1&$skip=3", "(45)"};
  int shown = 0;
  for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++)
    for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
      struct answer a;
      char path[200];
      snprintf(path, sizeof path, "/odata/v1/%s%s", sets[s], options[o]);
      for (char *p = path; *p; p++)
        *p = *p == ' ' ? '+' : *p;
      const char *const readers[] = {token[ROLE_REP], token[ROLE_MANAGER], other_token, token[ROLE_EXEC]};
      for (int i = 0; i < 4; i++) {
        ask(&h, &(struct ask){.path = path, .bearer = readers[i]}, &a);
        bool there = answer_says(&a, "Zanzibar") || answer_says(&a, "N-45");
        if (there && i < 2)
          fail_msg("%s: shows another team's row: %.900s", path, a.body.p);
        if (a.status >= 500)
          fail_msg("%s: %d", path, a.status);
        shown += there;
        answer_free(&a);
      }
    }
  assert_in_range(shown, 30, 80);
  is(token[ROLE_MANAGER], "/Renewals/$count", "4");
  is(other_token, "/Renewals/$count", "1");
  is(token[ROLE_EXEC], "/Renewals/$count", "5");
  is(other_token, "/Accounts/$count", "1");
  is(other_token, "/Contracts/$count", "1");
}

static void test_past(void **state) {
  (void)state;
  house_run(&h, "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
                "forecast_amount, won_amount, outcome) select id, 2, 1795305600, owner_id, stage, 1, 1, 0, currency, atr_amount, 99900, 0, 0 from renewal where id = 43;"
                "update renewal set version = 2, category = 1, forecast_amount = 99900, changed_at = 1795305600 where id = 43"); /* 2026-11-22 */
  house_changed(&h);
  says(token[ROLE_REP], "/Renewals(43)?$select=forecast_amount,forecast_category", 200, "\"forecast_category\":\"commit\",\"forecast_amount\":999.00", NULL);
  says(token[ROLE_REP], "/Renewals(43)?$select=forecast_amount,forecast_category&as_of=2026-11-20", 200,
       "\"forecast_category\":\"pipeline\",\"forecast_amount\":1200.00", NULL);
  struct answer a;
  get_with(token[ROLE_REP], "/Renewals?$select=id&as_of=2026-11-20", "Prefer: maxpagesize=1\r\n", 200, &a);
  assert_true(answer_says(&a, "as_of=2026-11-20")); /* the next page is of the same day */
  answer_free(&a);
}

static void test_too_many(void **state) {
  (void)state;
  int status = 0, n = 0;
  struct answer a;
  for (; n < 2 * WEB_MAX_FEED_MINUTE && status != 429; n++) {
    ask(&h, &(struct ask){.path = "/odata/v1/Dates/$count", .bearer = token[ROLE_ADMIN]}, &a);
    status = a.status;
    if (status == 429) {
      int64_t wait = 0;
      assert_int_equal(str_to_i64(answer_header(&a, "Retry-After"), &wait), OK);
      assert_in_range(wait, 1, 60);
      assert_true(answer_says(&a, "\"code\":\"too_many\""));
    }
    answer_free(&a);
  }
  assert_int_equal(status, 429);
  assert_true(n > WEB_MAX_FEED_MINUTE);
  is(token[ROLE_EXEC], "/Dates/$count?$top=1", "730"); /* of others nothing is taken; two fiscal years */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_documents), cmocka_unit_test(test_who), cmocka_unit_test(test_rows), cmocka_unit_test(test_questions),
                                     cmocka_unit_test(test_pages), cmocka_unit_test(test_refused), cmocka_unit_test(test_csv), cmocka_unit_test(test_scope),
                                     cmocka_unit_test(test_past), cmocka_unit_test(test_too_many)};
  return group_run_tests(tests, set_up, tear_down);
}

/* Declared forms: values, sentences, and what is shown again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "domain/terms.h"
#include "web/form.h"
#include "web/locale.h"

static const char *locale = "en-US";

struct sample {
  struct str name, secret, email;
  int64_t count, amount;
  day_t day;
  int stage;
  bool risk;
};
#define F(NAME, LABEL, KIND, ...) {.name = #NAME, .label = LABEL, .kind = KIND, .offset = offsetof(struct sample, NAME), __VA_ARGS__}
static const struct field fields[] = {
    F(name, "The name", FIELD_TEXT, .required = true, .min = 2, .max = 5),
    F(secret, "The secret", FIELD_SECRET, .max = 20),
    F(email, "The email", FIELD_EMAIL),
    F(count, "The count", FIELD_INTEGER, .min = 1, .max = 10),
    F(amount, "The amount", FIELD_DECIMAL, .scale = 2, .min = 0, .max = 100000000),
    F(day, "The day", FIELD_DAY),
    F(stage, "The stage", FIELD_CHOICE, .of = stage_of),
    F(risk, "At risk", FIELD_FLAG),
};

static struct sample read_form(struct arena *a, const char *body, struct form *f) {
  struct request r = {.arena = a, .reader = {{.arena = a, .locale = locale_of(str_of(locale))}}};
  struct sample x = {.count = -1, .amount = -1};
  assert_int_equal(pairs_decode(a, str_of(body), &r.form), OK);
  assert_int_equal(FORM_READ(&r, fields, &x, f), OK);
  return x;
}

static void test_good(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct form f;
  struct sample x = read_form(a, "name=+Ana+&secret=+s+&email=a@b.co&count=10&amount=1,234.5&day=2026-02-28&stage=quoted&risk=1", &f);
  assert_int_equal(f.n_errors, 0);
  assert_true(str_eq(x.name, STR("Ana")));
  assert_true(str_eq(x.secret, STR(" s ")));
  assert_int_equal(x.count, 10);
  assert_int_equal(x.amount, 123450);
  assert_int_equal(x.day, 20512);
  assert_int_equal(x.stage, STAGE_QUOTED);
  assert_true(x.risk);
  assert_int_equal(form_value(&f, "secret").n, 0);
}

static void wrong(const char *body, const char *field, const char *sentence) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct form f;
  read_form(a, body, &f);
  assert_int_equal(f.n_errors, 1);
  char text[300];
  assert_string_equal(str_to_z(form_error(&f, field), text, sizeof text), sentence);
}

static void test_wrong(void **state) {
  (void)state;
  wrong("name=", "name", "The name is missing.");
  wrong("name=x", "name", "The name is too short: the least is 2.");
  wrong("name=ãããããã", "name", "The name is too long: the most is 5.");
  wrong("name=a%01b", "name", "The name has characters that can't be stored.");
  wrong("name=ab&email=a@@b", "email", "The email is not an email address, like name@example.com.");
  wrong("name=ab&count=1.5", "count", "The count is not a whole number.");
  wrong("name=ab&count=11", "count", "The count must be from 1 to 10.");
  wrong("name=ab&count=99999999999999999999", "count", "The count must be from 1 to 10.");
  wrong("name=ab&amount=1,2,34", "amount", "The amount is not a number, like 1234.50.");
  wrong("name=ab&amount=99999999999999999999", "amount", "The amount must be from 0.00 to 1000000.00.");
  wrong("name=ab&amount=1.2345", "amount", "The amount has too many decimals: the most is 2.");
  wrong("name=ab&amount=1.234", "amount", "The amount can be read in two ways: write it like 1234.50.");
  wrong("name=ab&amount=1,5", "amount", "The amount can be read in two ways: write it like 1234.50.");
  wrong("name=ab&amount=-1", "amount", "The amount must be from 0.00 to 1000000.00.");
  wrong("name=ab&day=2026-02-31", "day", "The day is not a date, like 2026-11-30.");
  wrong("name=ab&stage=sold", "stage", "The stage is not one of its choices.");
}

static void test_amounts_by_locale(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct form f;
  locale = "pt-BR";
  assert_int_equal(read_form(a, "name=ab&amount=1.234,56", &f).amount, 123456);
  assert_int_equal(read_form(a, "name=ab&amount=1234", &f).amount, 123400);
  assert_int_equal(read_form(a, "name=ab&amount=1.234", &f).amount, 123400);
  wrong("name=ab&amount=12.50", "amount", "The amount can be read in two ways: write it like 1234,50.");
  wrong("name=ab&amount=1,234", "amount", "The amount can be read in two ways: write it like 1234,50.");
  locale = "fr-CA";
  assert_int_equal(read_form(a, "name=ab&amount=1+234,5", &f).amount, 123450);
  assert_int_equal(read_form(a, "name=ab&amount=1%C2%A0234,5", &f).amount, 123450);
  locale = "en-US";
}

static void test_empty_and_fail(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct form f;
  struct sample x = read_form(a, "name=ab&risk=0", &f);
  assert_int_equal(f.n_errors, 0);
  assert_int_equal(x.day, DAY_NONE);
  assert_int_equal(x.stage, -1);
  assert_int_equal(x.count, -1); /* an empty number leaves what was there */
  assert_false(x.risk);
  form_fail(&f, "name", STR("Taken."));
  assert_int_equal(f.n_errors, 1);
  assert_true(str_eq(form_error(&f, "name"), STR("Taken.")));
  assert_true(str_eq(form_value(&f, "name"), STR("ab")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_wrong), cmocka_unit_test(test_amounts_by_locale),
                                     cmocka_unit_test(test_empty_and_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

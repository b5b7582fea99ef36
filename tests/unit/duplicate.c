/* Names of accounts that may be one. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/duplicate.h"

static struct str folded(struct arena *a, const char *text) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  utf8_fold(&b, str_of(text));
  return arena_str(a, strbuf_str(&b));
}

static void stems(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  static const char *const t[][2] = {
      {"Acme, Inc.", "acme"},
      {"ACME S.A. de C.V.", "acme"},
      {"Telefónica Brasil S.A.", "telefonica brasil"},
      {"Padaria e Confeitaria Lima Ltda", "padaria confeitaria lima"},
      {"Redes del Centro, S. de R.L. de C.V.", "redes del centro"},
      {"Acme Inc., Dover", "acme dover"},
      {"S.A.", "s"}, /* a name that is nothing else keeps something */
      {"Banco de la Nación", "banco de la nacion"},
      {"Co Ltd", "co"},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct str s = duplicate_stem(a, folded(a, t[i][0]));
    if (!str_eq(s, str_of(t[i][1]))) {
      fail_msg("%s: %.*s, wanted %s", t[i][0], STR_FMT(s), t[i][1]);
    }
  }
}

struct row {
  const char *name, *country;
};
static size_t pairs_of(struct arena *a, const struct row *rows, size_t n, struct duplicate_pair **ret) {
  struct duplicate_name names[20];
  size_t n_pairs = 0;
  for (size_t i = 0; i < n; i++) {
    names[i] = (struct duplicate_name){(int64_t)i + 1, folded(a, rows[i].name), str_of(rows[i].country)};
  }
  assert_int_equal(duplicate_pairs(names, n, 50, a, ret, &n_pairs), OK);
  return n_pairs;
}

static void pair_is(const struct duplicate_pair *p, uint32_t a, uint32_t b, int slips) {
  assert_int_equal(p->a, a);
  assert_int_equal(p->b, b);
  assert_int_equal(p->slips, slips);
}

static void pairs(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct duplicate_pair *p = NULL;
  static const struct row rows[] = {
      {"Acme Inc", "US"},                    /* 0 */
      {"ACME, LLC", "us"},                   /* 1: the form differs */
      {"Acme S.A.", "MX"},                   /* 2: another country */
      {"Hospital São Lucas", "BR"},          /* 3 */
      {"Sao Lucas Hospital Ltda", "BR"},     /* 4: the order differs */
      {"Northwind Traders", "US"},           /* 5 */
      {"Northwnid Traders Corp", ""},        /* 6: two letters exchanged, country not known */
      {"Store 12", "US"},                    /* 7 */
      {"Store 13", "US"},                    /* 8: other figures */
      {"Xorthwind Traders", "US"},           /* 9: the first letter differs */
      {"Bank", "US"},                        /* 10 */
      {"Tank", "US"},                        /* 11: too short for a slip */
  };
  size_t n = pairs_of(a, rows, sizeof rows / sizeof *rows, &p);
  assert_int_equal(n, 5);
  pair_is(&p[0], 0, 1, 0);
  pair_is(&p[1], 3, 4, 0);
  pair_is(&p[2], 5, 6, 1);
  pair_is(&p[3], 5, 9, 1);
  pair_is(&p[4], 6, 9, 2);
  assert_int_equal(pairs_of(a, rows, 1, &p), 0);
  assert_int_equal(pairs_of(a, rows, 0, &p), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stems), cmocka_unit_test(pairs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

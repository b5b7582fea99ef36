/* Finding names with slips, and numbers by their beginning. Expected answers are written by hand. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/search.h"

static const char *const accounts[] = {
    "Hospital Santa Aurélia",     /* 1 */
    "Hospital San Gabriel",       /* 2 */
    "Pacific Crest Hospitals",    /* 3 */
    "Telefónica São Paulo, S.A.", /* 4 */
    "Acme, Inc.",                 /* 5 */
    "Acme",                       /* 6 */
    "São Tomé Distribuição",      /* 7 */
    "Northwind Traders",          /* 8 */
    "Ñandú Norte",                /* 9 */
    "Acme Industrial Supply",     /* 10 */
};
enum { ACCOUNTS = sizeof accounts / sizeof accounts[0] };

static struct book *book_with(const char *const *names, uint32_t n) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(book_alloc_dict(b, &b->accounts, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    b->accounts.id[i] = i;
    b->accounts.name[i] = str_of(names[i - 1]);
  }
  return b;
}

struct asking {
  struct arena *a;
  struct book *b;
  struct search_names *x;
  const uint8_t *visible;
  const int64_t *weight;
  struct search_hit *hit;
  size_t n;
};

static void ask(struct asking *t, const char *text, bool closest) {
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(1000);
  utf8_fold(&key, str_of(text));
  struct search_ask q = {.text = arena_str(t->a, strbuf_str(&key)), .visible = t->visible, .weight = t->weight, .slips = true, .max = 5};
  assert_int_equal((closest ? search_names_closest : search_names_find)(t->x, &q, t->a, &t->hit, &t->n), OK);
}

/* The codes found are exactly these, in this order; 0 ends the list. */
static void expect(struct asking *t, const char *text, const uint32_t *codes) {
  ask(t, text, false);
  size_t i = 0;
  for (; codes[i] != 0; i++) {
    if (i >= t->n || t->hit[i].code != codes[i]) {
      fail_msg("%s: place %zu is %u, wanted %u", text, i, i < t->n ? t->hit[i].code : 0, codes[i]);
    }
  }
  if (t->n != i) {
    fail_msg("%s: %zu found, wanted %zu", text, t->n, i);
  }
}
#define FINDS(text, ...) expect(&t, text, (const uint32_t[]){__VA_ARGS__ __VA_OPT__(, ) 0})

static struct asking open_accounts(void) {
  struct asking t = {.a = arena_new(0), .b = book_with(accounts, ACCOUNTS)};
  t.x = search_names_new(&t.b->accounts);
  assert_non_null(t.x);
  return t;
}
static void close_asking(struct asking *t) {
  search_names_free(t->x);
  book_free(t->b);
  arena_free(t->a);
}

static void names(void **state) {
  (void)state;
  struct asking t = open_accounts();
  FINDS("acme", 6, 5, 10);                 /* whole name, then its beginning: the shorter first */
  assert_int_equal(t.hit[0].match, SEARCH_EXACT);
  assert_int_equal(t.hit[1].match, SEARCH_PREFIX);
  FINDS("hosp", 2, 1, 3);                  /* the beginning of the name goes before the beginning of a word */
  assert_int_equal(t.hit[2].match, SEARCH_WORDS);
  FINDS("SAO PAULO", 4);                   /* accents and case */
  FINDS("paulo telef", 4);                 /* any order */
  FINDS("san", 2, 1);                      /* "santa" begins with it, and San Gabriel is the shorter */
  FINDS("nandu", 9);
  FINDS("gabriel acme");                   /* every word must be there */
  FINDS("zzzz");
  FINDS("");
  close_asking(&t);
}

static void slips(void **state) {
  (void)state;
  struct asking t = open_accounts();
  FINDS("telefnoica", 4);                  /* two exchanged */
  assert_int_equal(t.hit[0].match, SEARCH_TYPO);
  assert_int_equal(t.hit[0].slips, 1);
  FINDS("telfonica", 4);                   /* one missing */
  FINDS("telefoniica", 4);                 /* one too many */
  FINDS("telefonyca", 4);                  /* one wrong */
  FINDS("delefonica", 4);                  /* the first one wrong */
  FINDS("northwnid tradres", 8);           /* one in each word */
  FINDS("hosptial gabriel", 2);
  FINDS("gabrl", 2);                       /* the beginning of a word, with a slip */
  FINDS("amce", 6, 5, 10);
  FINDS("sna");                            /* three letters take no slip */
  FINDS("norte", 9, 8);                   /* and the beginning of Northwind is one letter off */
  close_asking(&t);
}

static void closest(void **state) {
  (void)state;
  struct asking t = open_accounts();
  ask(&t, "telvonyca", false);
  assert_int_equal(t.n, 0);
  ask(&t, "telvonyca", true);
  assert_int_equal(t.n, 1);
  assert_int_equal(t.hit[0].code, 4);
  ask(&t, "qqqqqqqq", true);
  assert_int_equal(t.n, 0);
  close_asking(&t);
}

static void scope_and_weight(void **state) {
  (void)state;
  struct asking t = open_accounts();
  uint8_t visible[ACCOUNTS + 1] = {0};
  int64_t weight[ACCOUNTS + 1] = {0};
  visible[3] = visible[1] = visible[2] = 1;
  t.visible = visible;
  FINDS("acme");
  FINDS("telefnoica");
  ask(&t, "telvonyca", true);
  assert_int_equal(t.n, 0);                /* a name out of scope is not even a guess */
  weight[1] = 700;
  t.weight = weight;
  FINDS("hospital", 1, 2, 3);              /* money breaks the tie of 1 and 2, not of a match and a better one */
  close_asking(&t);
}

static void distance(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    int whole, prefix;
  } t[] = {{"kitten", "sitting", 3, 2}, {"abcd", "abdc", 1, 1}, {"abc", "abc", 0, 0}, {"abcde", "abcdefgh", 3, 0}, {"ca", "abc", 3, 1},
           {"gabrl", "gabriel", 2, 1}, {"", "ab", 2, 0}};
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    assert_int_equal(search_distance(str_of(t[i].a), str_of(t[i].b), false, 9), t[i].whole);
    assert_int_equal(search_distance(str_of(t[i].a), str_of(t[i].b), true, 9), t[i].prefix);
    assert_int_equal(search_distance(str_of(t[i].a), str_of(t[i].b), false, 1), t[i].whole > 1 ? 2 : t[i].whole);
  }
}

/* Words that agree in their first sixteen bytes, and a name of 10,000 letters. */
static void long_words(void **state) {
  (void)state;
  static char huge[10001];
  memset(huge, 'x', sizeof huge - 1);
  const char *const odd[] = {"abcdefghijklmnopq2", "abcdefghijklmnopq1", "abcdefghijklmnop", huge};
  struct asking t = {.a = arena_new(0), .b = book_with(odd, 4)};
  t.x = search_names_new(&t.b->accounts);
  assert_non_null(t.x);
  FINDS("abcdefghijklmnopq1", 2);
  FINDS("abcdefghijklmnop", 3, 1, 2);
  FINDS("xxxxx", 4);
  close_asking(&t);
}

static void number_range(struct search_numbers *x, const char *text, size_t want_from, size_t want_to) {
  char key[SEARCH_NUMBER_MAX];
  size_t from, to, n = search_number_key(str_of(text), key);
  search_numbers_range(x, (struct str){key, n}, &from, &to);
  assert_int_equal(from, want_from);
  assert_int_equal(to, want_to);
}

static void numbers(void **state) {
  (void)state;
  struct search_numbers *x = search_numbers_new();
  static const char *const serials[] = {"SN-12 34", "sn1234", "SN-1235", "FGT60F-0001", " - ", "ÑX-9", "SN-12"};
  assert_non_null(x);
  for (uint32_t i = 0; i < 7; i++) {
    assert_int_equal(search_numbers_add(x, str_of(serials[i]), 100 + i), OK);
  }
  assert_int_equal(search_numbers_seal(x), OK);
  assert_int_equal(search_numbers_count(x), 6);  /* fgt60f0001 nx9 sn12 sn1234 sn1234 sn1235 */
  number_range(x, "sn-1234", 3, 5);
  assert_int_equal(search_numbers_id(x, 3), 100);
  assert_int_equal(search_numbers_id(x, 4), 101);
  number_range(x, "SN12", 2, 6);
  number_range(x, "nx9", 1, 2);
  number_range(x, "zz", 6, 6);
  search_numbers_free(x);
}

/* 20,000 random numbers against a plain reading. */
static void numbers_at_random(void **state) {
  (void)state;
  enum { MANY = 20000 };
  struct random r = random_seed(11, 1);
  static char text[MANY][24];
  struct search_numbers *x = search_numbers_new();
  assert_non_null(x);
  for (uint32_t i = 0; i < MANY; i++) {
    int n = 1 + (int)(random_u64(&r) % 22);
    for (int k = 0; k < n; k++) {
      text[i][k] = k < 10 ? 'a' : (char)('a' + random_u64(&r) % 3); /* long beginnings in common */
    }
    assert_int_equal(search_numbers_add(x, str_of(text[i]), i), OK);
  }
  assert_int_equal(search_numbers_seal(x), OK);
  for (int ask = 0; ask < 40; ask++) {
    struct str key = str_of(text[random_u64(&r) % MANY]);
    size_t want = 0, from, to;
    for (uint32_t i = 0; i < MANY; i++) {
      want += str_starts(str_of(text[i]), key);
    }
    search_numbers_range(x, key, &from, &to);
    assert_int_equal(to - from, want);
    for (size_t i = from; i < to; i++) {
      assert_true(str_starts(str_of(text[search_numbers_id(x, i)]), key));
    }
  }
  search_numbers_free(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names), cmocka_unit_test(slips), cmocka_unit_test(closest), cmocka_unit_test(scope_and_weight), cmocka_unit_test(distance),
      cmocka_unit_test(long_words), cmocka_unit_test(numbers), cmocka_unit_test(numbers_at_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

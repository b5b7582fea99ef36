#include "fault.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/money.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static struct str key_of(uint32_t i, char buf[32])
{
  int n = snprintf(buf, 32, "key %" PRIu32, i);
  return (struct str){buf, (size_t)n};
}

/* A failed insertion adds nothing and loses nothing. */
static bool dictionary(void)
{
  struct map *m = map_new();
  if (!m)
    return true;
  static char big[70000];
  char buf[32];
  bool failed = false;
  uint32_t n = 0;
  for (; n < 600 && !failed; n++) {
    bool added = false;
    struct str key = n == 300 ? (struct str){big, sizeof big} : key_of(n, buf);
    uint32_t code = map_code(m, key, &added);
    failed = code == MAP_NONE;
    assert_true(failed || (code == n && added));
    if (failed) {
      assert_false(added);
      assert_int_equal(map_find(m, key), MAP_NONE);
      break;
    }
  }
  assert_int_equal(map_count(m), n);
  for (uint32_t i = 0; i < n; i++)
    assert_int_equal(map_find(m, i == 300 ? (struct str){big, sizeof big} : key_of(i, buf)), i);
  map_free(m);
  return failed;
}

static bool number_map(void)
{
  struct map64 *m = map64_new();
  if (!m)
    return true;
  bool failed = false;
  uint64_t n = 0;
  for (; n < 1000; n++) {
    uint64_t *v = map64_put(m, n);
    failed = !v;
    if (failed)
      break;
    *v = n * 3;
  }
  assert_int_equal(map64_count(m), n);
  for (uint64_t i = 0; i < n; i++)
    assert_int_equal(*map64_get(m, i), i * 3);
  map64_free(m);
  return failed;
}

/* What was given before a failure stays good, and used bytes stay exact. */
static bool arenas(void)
{
  ARENA_CLEANUP struct arena *a = arena_new(0);
  if (!a)
    return true;
  bool failed = false;
  size_t used = 0;
  for (int row = 0; row < 20; row++) {
    struct arena *child = arena_child(a);
    if (!child) {
      failed = true;
      continue;
    }
    char *large = arena_zalloc(child, 100, 100);
    struct str text = arena_fmt(child, "row %d %0300d", row, row), copy = arena_str(child, STR("copy"));
    void *small = arena_alloc(a, 1000);
    used += small ? 1008 : 0;
    failed |= !large || !text.p || !copy.p || !small;
    if (large)
      assert_int_equal(large[9999], 0);
    assert_int_equal(text.n, text.p ? strlen(text.p) : 0);
    assert_int_equal(copy.n, copy.p ? 4 : 0);
    if (row % 2)
      arena_reset(child);
    arena_free(child);
    assert_int_equal(arena_used(a), used);
  }
  struct arena *left = arena_child(a); /* goes with its parent */
  failed |= !left || !arena_alloc(left, 5000);
  return failed;
}

/* Failure is sticky: the text is a prefix of what was meant, and the end knows. */
static bool builder(void)
{
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(100000);
  static char expected[20000];
  size_t n = 0;
  for (int i = 0; i < 300; i++) {
    strbuf_fmt(&b, "%d;", i);
    strbuf_addc(&b, 'x');
    strbuf_addz(&b, "yz");
    strbuf_i64(&b, i);
    utf8_add(&b, 0xE9);
    n += (size_t)snprintf(expected + n, sizeof expected - n, "%d;xyz%d\xC3\xA9", i, i);
  }
  struct str got = strbuf_str(&b);
  if (!b.failed)
    assert_int_equal(got.n, n);
  else
    assert_int_equal(b.failed, ERR_NOMEM);
  assert_true(got.n == 0 || memcmp(got.p, expected, got.n) == 0);
  assert_int_equal(strlen(strbuf_z(&b)), got.n);
  return b.failed != 0;
}

static bool folded_and_money(void)
{
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  currency_t usd;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  for (int i = 0; i < 20; i++) {
    utf8_fold(&b, STR("\xC3\x91" "and\xC3\xBA S.A. de C.V."));
    money_add_text(&b, 123456, usd);
  }
  if (!b.failed)
    assert_int_equal(b.n, 20 * (16 + 7));
  return b.failed != 0;
}

/* Saying that memory is out needs no memory. */
static bool message(void)
{
  struct err e = {0};
  err_set(&e, ERR_NOMEM, "%s: %s", "contracts.csv", err_name(ERR_NOMEM));
  err_prefix(&e, "import");
  assert_string_equal(e.text, "import: contracts.csv: out of memory");
  assert_int_equal(mem_count(), 0);
  return false;
}

static void dictionary_survives(void **state)
{
  (void)state;
  fault_loop(dictionary, 10);
}

static void number_map_survives(void **state)
{
  (void)state;
  fault_loop(number_map, 6);
}

static void arenas_survive(void **state)
{
  (void)state;
  fault_loop(arenas, 40);
}

static void builder_survives(void **state)
{
  (void)state;
  fault_loop(builder, 7);
}

static void texts_survive(void **state)
{
  (void)state;
  fault_loop(folded_and_money, 3);
}

static void message_needs_no_memory(void **state)
{
  (void)state;
  fault_loop(message, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dictionary_survives), cmocka_unit_test(number_map_survives), cmocka_unit_test(arenas_survive),
    cmocka_unit_test(builder_survives),    cmocka_unit_test(texts_survive),       cmocka_unit_test(message_needs_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

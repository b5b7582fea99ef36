/* Words: texts, holes, plurals and error sentences of a catalogue, and English where it lacks them. */
#include <setjmp.h>
#include "../group.h"
#include "web/html.h"

static struct arena *arena;
static struct reader english, spanish, french;

static void is(struct str got, const char *want) {
  char z[200];
  assert_string_equal(str_to_z(got, z, sizeof z), want);
}

static void texts(void **state) {
  (void)state;
  is(tr(&spanish, "Renewals"), "Renovaciones");
  is(tr(&english, "Renewals"), "Renewals");
  is(tr(&french, "Renewals"), "Renewals");
  is(tr(&spanish, "Unsure"), "Unsure"); /* fuzzy */
  is(tr(&spanish, "Not done"), "Not done");
  is(tr(&spanish, "Unknown"), "Unknown");
  is(tr(&spanish, "A \"quote\" & <b>\n"), "Una \"cita\" & <b>\n");
}

static void remarks_tell_meanings_apart(void **state) {
  (void)state;
  is(tr(&spanish, "state|Open"), "Abierta");
  is(tr(&spanish, "act|Open"), "Abrir");
  is(tr(&english, "act|Open"), "Open");
  is(tr(&spanish, "other|Open"), "Open");
  is(tr(&spanish, "write A | B"), "write A | B");
  is(tr(&english, "a remark|Open"), "Open");
  is(tr(&english, "5|6"), "5|6"); /* letters and spaces alone make a remark */
  is(tr(&english, "or: |"), "or: |");
  is(tr(&english, "|"), "|");
}

static void holes(void **state) {
  (void)state;
  is(tr_fmt(&spanish, "{0} of {1} renewed", STR("3"), STR("{0}")), "De {0}, 3 renovadas"); /* what stands in a hole is not read */
  is(tr_fmt(&english, "{0} of {1} renewed", STR("3"), STR("4")), "3 of 4 renewed");
  is(tr_fmt(&english, "{0} of {1} renewed", STR("3")), "3 of  renewed");
  is(tr_fmt(&english, "It ended on {0}. Then {1}.", STR("31 oct."), STR("4")), "It ended on 31 oct. Then 4.");
  is(tr_fmt(&english, "{0} .", STR("31 oct.")), "31 oct. .");
  is(tr_fmt(&english, "{x} {} {10} { 0} {", STR("3")), "{x} {} {10} { 0} {");
}

static void numbers(void **state) {
  (void)state;
  is(tr_n(&english, 1, "{n} line", "{n} lines"), "1 line");
  is(tr_n(&english, 0, "{n} line", "{n} lines"), "0 lines");
  is(tr_n(&spanish, 0, "{n} line", "{n} lines"), "0 líneas");
  is(tr_n(&spanish, 1, "{n} line", "{n} lines"), "1 línea");
  is(tr_n(&spanish, 2, "{n} line", "{n} lines"), "2 líneas");
  is(tr_n(&french, 0, "{n} line", "{n} lines"), "0 ligne");
  is(tr_n(&french, 1, "{n} line", "{n} lines"), "1 ligne");
  is(tr_n(&french, 2, "{n} line", "{n} lines"), "2 lignes");
  is(tr_fmt(&french, "Not saved: \"{0}\"; again?", STR("x")), "Pas enregistré\u00a0: «\u00a0x\u00a0»\u00a0; encore\u00a0?"); /* no line begins with a colon */
  is(tr_n(&english, 2, "{n} line of {0}", "{n} lines of {0}", STR("Tom")), "2 lines of Tom");
}

static void sentences_of_errors(void **state) {
  (void)state;
  is(tr_sentence(&spanish, STR("renewal 12: there is none in your book")), "renovación 12: no está en su cartera");
  is(tr_sentence(&spanish, STR("team North: there is none")), "team North: no existe");
  is(tr_sentence(&spanish, STR("row 7: renewal 12: there is none in your book")), "row 7: renovación 12: no está en su cartera");
  is(tr_sentence(&spanish, STR("something else")), "something else");
  is(tr_sentence(&english, STR("renewal 12: there is none in your book")), "renewal 12: there is none in your book");
}

static void languages(void **state) {
  (void)state;
  assert_non_null(words_of(STR("es")));
  assert_ptr_equal(words_of(STR("es-MX")), words_of(STR("ES")));
  assert_null(words_of(STR("en")));
  assert_null(words_of(STR("est")));
  assert_null(words_of(STR("")));
  is(words_language(words_of(STR("fr-CA"))), "fr");
  is(words_language(NULL), "en");
}

static void views(void **state) {
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  struct view_cx cx = {.reader = &spanish}, none = {0};
  struct str id = STR("A \"quote\" & <b>\n"), line = STR("{n} line");
  html_words(&b, &cx, STR("A &quot;quote&quot; &amp; &lt;b&gt;"), id, str_hash(id));
  html_words(&b, &none, STR("A &quot;quote&quot;"), id, str_hash(id));
  assert_string_equal(strbuf_z(&b), "Una &quot;cita&quot; &amp; &lt;b&gt;\nA &quot;quote&quot;");
  strbuf_clear(&b);
  struct words_walk w = html_walk(&cx, line, STR("{n} lines"), str_hash(line), 1200);
  assert_int_equal(html_step(&b, &cx, &w), -1);
  assert_string_equal(strbuf_z(&b), "1,200 líneas");
  id = STR("{0} of {1} renewed");
  w = html_walk(&cx, id, STR_NONE, str_hash(id), 0);
  assert_int_equal(html_step(&b, &cx, &w), 1);
  assert_int_equal(html_step(&b, &cx, &w), 0);
  assert_int_equal(html_step(&b, &cx, &w), -1);
}

static int setup(void **state) {
  (void)state;
  arena = arena_new(0);
  english = spanish = french = (struct reader){.arena = arena, .today = DAY_NONE};
  spanish.words = words_of(STR("es"));
  french.words = words_of(STR("fr"));
  return arena && spanish.words && french.words ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts),   cmocka_unit_test(remarks_tell_meanings_apart),
    cmocka_unit_test(holes),   cmocka_unit_test(numbers),
    cmocka_unit_test(sentences_of_errors), cmocka_unit_test(languages),
    cmocka_unit_test(views),
  };
  return group_run_tests(tests, setup, teardown);
}

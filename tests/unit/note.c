/* Who a note names, and what a document is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/document.h"
#include "app/note.h"

static const struct person_brief people[] = {{1, {"Tom Park", 8}, 0}, {2, {"Tom", 3}, 0}, {3, {"In\xC3\xAAs Carvalho", 14}, 0}};

/* "place+length=person" of each mention. */
static void named(const char *body, const char *want) {
  char got[200] = "";
  size_t at = 0, n, who, used = 0;
  for (; note_mention_next(str_of(body), people, 3, &at, &n, &who); at += n)
    used += (size_t)snprintf(got + used, sizeof got - used, "%s%zu+%zu=%d", used ? " " : "", at, n, (int)people[who].id);
  assert_string_equal(got, want);
}

static void mentions(void **state) {
  (void)state;
  named("", "");
  named("@", "");
  named("ask @Tom Park today", "4+9=1"); /* the longest name */
  named("ask @tom about it", "4+4=2");    /* case does not matter */
  named("@Tom@Tom Park.", "0+4=2");       /* an address is no mention: the second @ stands in a word */
  named("@Tommy and @Tompark", "");
  named("tom@Tom Park", "");
  named("(@In\xC3\xAAs Carvalho)", "1+15=3");
  named("@In\xC3\xAAs Carvalho\xC3\xA3o", "");
  named("@Tom, @Tom", "0+4=2 6+4=2");
}

static void kinds(void **state) {
  (void)state;
  struct str docx = STR("PK\x03\x04....[Content_Types].xml....word/document.xml");
  struct str macros = STR("PK\x03\x04....[Content_Types].xml....word/document.xml word/vbaProject.bin");
  assert_string_equal(document_kind(STR("%PDF-1.7"), STR("a.PDF")), "pdf");
  assert_null(document_kind(STR("%PDF-1.7"), STR("a.docx")));
  assert_null(document_kind(STR("<html>"), STR("a.pdf")));
  assert_string_equal(document_kind(docx, STR("a.docx")), "word");
  assert_null(document_kind(docx, STR("a.xlsx")));
  assert_null(document_kind(macros, STR("a.docx")));
  assert_null(document_kind(STR("PK\x03\x04 anything"), STR("a.docx")));
  assert_string_equal(document_kind(STR("a;b\r\n1;2"), STR("rows.csv")), "text");
  assert_null(document_kind(STR("a\0b"), STR("rows.csv")));
  assert_null(document_kind(STR("text"), STR("a.exe")));
  assert_null(document_kind(STR("text"), STR(".txt"))); /* an ending is no name */
  assert_string_equal(document_media_type(STR("x.jpeg")), "image/jpeg");
  assert_string_equal(document_media_type(STR("x.bin")), "application/octet-stream");
}

static void names(void **state) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  char longest[400];
  (void)state;
  assert_true(str_eq(document_name(a, STR("C:\\files\\order.pdf")), STR("order.pdf")));
  assert_true(str_eq(document_name(a, STR("../../etc/passwd.txt")), STR("passwd.txt")));
  assert_true(str_eq(document_name(a, STR("a\r\nb.pdf")), STR("a__b.pdf")));
  assert_true(str_eq(document_name(a, STR("dir/")), STR("document")));
  memset(longest, 'x', sizeof longest);
  memcpy(longest + 396, ".pdf", 4);
  struct str cut = document_name(a, (struct str){longest, sizeof longest});
  assert_true(cut.n <= DOCUMENT_NAME_MAX && str_ends(cut, STR(".pdf")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(mentions), cmocka_unit_test(kinds), cmocka_unit_test(names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

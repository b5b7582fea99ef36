/* The view compiler: what it makes of a sample (compiled at build), and what it refuses (run here on files). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sample_views.h"
#include "unit/sample_view.h"

#include <sys/wait.h>
#include <unistd.h>

static const char *viewc_path;

static void test_sample(void **state) {
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(10000);
  struct str tags[] = {STR("x"), STR("<y>")};
  struct sample_row rows[] = {{"one", true, tags, 2}, {"two", false, NULL, 0}};
  struct sample_view v = {.name = STR("A & \"B\""), .note = STR_NONE, .link = STR("javascript:alert(1)"), .count = 7, .rows = rows, .n_rows = 2,
                          .head = {-5}, .picture = {STR("<svg></svg>")}};
  struct view_cx cx = {.csrf = STR("tok"), .nonce = "n1", .back = STR("/")};
  view_sample(&b, &cx, &v);
  assert_string_equal(strbuf_z(&b),
                      "<h1 title=\"A &amp; &quot;B&quot;\">A &amp; &quot;B&quot;</h1>\n\n<p>none</p>\n"
                      "<a href=\"#\">go</a> <a href=\"/find?q=A%20%26%20%22B%22\">find</a>\n"
                      "<ul><li class=\"hot\">0 one 7[x][&lt;y&gt;]</li><li>1 two 7</li></ul>\n\n<b>-5</b>\n\n<svg></svg>\n"
                      "<form method=\"post\" action=\"/save\"><input type=\"hidden\" name=\"csrf\" value=\"tok\">"
                      "<button hx-post=\"/save\" type=\"submit\" hx-nonce=\"n1\">Save</button></form>\n"
                      "<script type=\"application/json\" id=\"data\">{\"name\":\"A \\u0026 \\u0022B\\u0022\"}</script>\n<pre>a\n  b</pre>\n"
                      "<h2 title=\"Due &amp; open\">Due &amp; open</h2>\n"
                      "<p>A &amp; &quot;B&quot; has &lt;7&gt; 7 rows <input placeholder=\"Find A &amp; &quot;B&quot;\"></p>\n"
                      "<p><a href=\"#\">A &amp; &quot;B&quot;</a> goes on, now <b translate=\"no\">Perennial <b>one</b> two</b> Open · 7</p>\n");
}

static void test_sample_empty(void **state) {
  (void)state;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(10000);
  struct sample_view v = {.name = STR("N"), .note = STR("<i>"), .link = STR("/x?a=1&b=2"), .picture = {STR_NONE}};
  struct view_cx cx = {.csrf = STR_NONE, .nonce = "n", .back = STR("/")};
  view_sample(&b, &cx, &v);
  struct str out = strbuf_str(&b);
  assert_true(str_contains(out, STR("<p>&lt;i&gt;</p>")));
  assert_true(str_contains(out, STR("<a href=\"/x?a=1&amp;b=2\">")));
  assert_true(str_contains(out, STR("<ul><li>empty</li></ul>\nzero\n")));
  assert_true(str_contains(out, STR("action=\"/save\"><button"))); /* nobody is signed in: no token */
}

/* Runs the compiler on one view; its exit status, and what it printed. */
static int compile(const char *view, char *said, size_t size) {
  char dir[] = "/tmp/viewc-XXXXXX", in[64], h[64], c[64];
  int out[2];
  assert_non_null(mkdtemp(dir));
  snprintf(in, sizeof in, "%s/bad.html", dir);
  snprintf(h, sizeof h, "%s/v.h", dir);
  snprintf(c, sizeof c, "%s/v.c", dir);
  FILE *f = fopen(in, "w");
  assert_non_null(f);
  fputs(view, f);
  fclose(f);
  assert_int_equal(pipe(out), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], STDERR_FILENO);
    close(out[0]);
    execl(viewc_path, viewc_path, h, c, in, (char *)NULL);
    _exit(127);
  }
  close(out[1]);
  size_t n = 0;
  ssize_t got;
  while (n + 1 < size && (got = read(out[0], said + n, size - 1 - n)) > 0) n += (size_t)got;
  said[n] = 0;
  close(out[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  unlink(in), unlink(h), unlink(c), rmdir(dir);
  return WEXITSTATUS(status);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"<p>x</p>", "a view begins with"},
      {"<!-- view none -->\n<p onclick=\"x\">", "not allowed"},
      {"<!-- view none -->\n<p style=\"color:red\">", "not allowed"},
      {"<!-- view none -->\n<p hx-on:click=\"x\">", "not allowed"},
      {"<!-- view none -->\n<style>p{}</style>", "inline style"},
      {"<!-- view none -->\n<script>alert(1)</script>", "inline script"},
      {"<!-- view none -->\n<a href=\"javascript:x\">", "script in an attribute"},
      {"<!-- view none -->\n<a hx-vals=\"js:{a:1}\">", "script in an attribute"},
      {"<!-- view none -->\n<a hx-trigger=\"keyup[x]\">", "needs eval"},
      {"<!-- view none -->\n<a href={{x}}>", "quoted"},
      {"<!-- view none -->\n<p {{x}}>", "in text, in a quoted value"},
      {"<!-- view none -->\n<form method=\"post\" action=\"/x\"></form>", "needs {{@csrf}}"},
      {"<!-- view none -->\n{{#if x}}<p>", "not closed"},
      {"<!-- view none -->\n{{#if x}}<p {{/if}}>", "must end where it began"},
      {"<!-- view none -->\n{{#each x}}{{/if}}", "not opened here"},
      {"<!-- view none -->\n{{x", "without }}"},
      {"<!-- view none -->\n{{x(1)}}", "not a field's name"},
      {"<!-- view none -->\n{{../x}}", "out of the view"},
      {"<!-- view none -->\n{{t \"\"}}", "a quoted text"},
      {"<!-- view none -->\n{{t \"x}}", "a quoted text"},
      {"<!-- view none -->\n<a href=\"{{t \"x\"}}\">", "no address"},
      {"<!-- view none -->\n{{|}}", "separates the parts"},
      {"<!-- view none -->\n{{#t \"{0}\"}}<p>", "not closed"},
      {"<!-- view none -->\n{{#t \"{0}\"}}x{{else}}y{{/t}}", "{{else}}"},
      {"<!-- view none -->\n<p title=\"{{raw_html_trusted x}}\">", "raw HTML stands in text"},
  };
  char said[2000];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(compile(bad[i][0], said, sizeof said), 1);
    if (!strstr(said, bad[i][1])) fail_msg("%s: said %s", bad[i][0], said);
  }
  assert_int_equal(compile("<!-- view none -->\n<p>fine</p>\n", said, sizeof said), 0);
  assert_string_equal(said, "");
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sample), cmocka_unit_test(test_sample_empty), cmocka_unit_test(test_refused)};
  if (argc < 2) return 2;
  viewc_path = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}

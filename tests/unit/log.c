#include "base/log.h"
#include "base/date.h"
#include "base/err.h"
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

static int saved, pipe_end[2];

static int catch_stderr(void **state)
{
  (void)state;
  saved = dup(STDERR_FILENO);
  return saved < 0 || pipe(pipe_end) < 0 || dup2(pipe_end[1], STDERR_FILENO) < 0;
}

static int release_stderr(void **state)
{
  (void)state;
  int rc = dup2(saved, STDERR_FILENO) < 0;
  log_set_level(LOG_INFO);
  return close(saved) | close(pipe_end[0]) | close(pipe_end[1]) | rc;
}

static struct str said(char *buf, size_t size)
{
  assert_int_equal(write(STDERR_FILENO, ".", 1), 1); /* so that read never waits */
  ssize_t n = read(pipe_end[0], buf, size);
  assert_true(n >= 1 && buf[n - 1] == '.');
  return (struct str){buf, (size_t)n - 1};
}

static void one_line_per_event(void **state)
{
  (void)state;
  char buf[4096];
  log_line(LOG_WARN, "import %d: %s", 7, "two\nlines\x1b[31m");
  struct str s = said(buf, sizeof buf);
  assert_true(s.n > 21);
  day_t d;
  assert_int_equal(day_parse_iso(str_sub(s, 0, 10), &d), OK);
  assert_int_equal(s.p[10], 'T');
  assert_true(str_eq(str_sub(s, 20, s.n), STR(" warn import 7: two?lines?[31m\n")));
}

static void levels(void **state)
{
  (void)state;
  char buf[4096];
  log_line(LOG_DEBUG, "quiet");
  assert_int_equal(said(buf, sizeof buf).n, 0);
  log_set_level(LOG_ERROR);
  log_line(LOG_WARN, "quiet");
  assert_int_equal(said(buf, sizeof buf).n, 0);
  log_line(LOG_ERROR, "loud");
  assert_true(str_ends(said(buf, sizeof buf), STR(" error loud\n")));
}

static void long_lines_are_cut(void **state)
{
  (void)state;
  char buf[4096];
  log_line(LOG_ERROR, "%03000d", 1);
  struct str s = said(buf, sizeof buf);
  assert_int_equal(s.n, 2047);
  assert_int_equal(s.p[2046], '\n');
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(one_line_per_event, catch_stderr, release_stderr),
    cmocka_unit_test_setup_teardown(levels, catch_stderr, release_stderr),
    cmocka_unit_test_setup_teardown(long_lines_are_cut, catch_stderr, release_stderr),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The digest of a file against FIPS 180's examples and sha256sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "exchange/digest.h"

static void expect(const char *bytes, size_t n, const char *hex) {
  char path[] = "/tmp/digestXXXXXX", got[DIGEST_TEXT];
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, n), (ssize_t)n);
  close(fd);
  assert_int_equal(digest_file(path, got), OK);
  unlink(path);
  assert_string_equal(got, hex);
}

static void known_digests(void **state) {
  static char many[70000]; /* more than is read at once */
  (void)state;
  memset(many, 'a', sizeof many);
  expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(many, sizeof many, "66915c0872933db504e7578828dd85b7e74a4e0a061f9756793b89c4151bd4b5");
}

static void what_cannot_be_read(void **state) {
  char got[DIGEST_TEXT] = "as it was";
  (void)state;
  assert_int_equal(digest_file("/nowhere/at/all", got), ERR_IO);
  assert_int_equal(errno, ENOENT);
  assert_int_equal(digest_file("/tmp", got), ERR_IO);
  assert_int_equal(errno, EISDIR);
  assert_string_equal(got, "as it was");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_digests), cmocka_unit_test(what_cannot_be_read)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Runs a fuzz target without a fuzzer: replays every file of the corpus (arguments: files and
 * folders), then FUZZ_RUNS (default 20000) mutations of them from a fixed seed. The target is
 * written for libFuzzer: `clang -fsanitize=fuzzer` takes it in place of this file.
 * A target aborts when a property does not hold; the input is then in fuzz-failure.bin. */
#include "base/random.h"
#include "base/str.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX 1000
#define INPUT_MAX ((size_t)1 << 16)

static struct {
  uint8_t *p;
  size_t n;
} corpus[FILES_MAX];
static int corpus_count;
static uint8_t input[INPUT_MAX];
static size_t input_size;

static void keep_input(int sig)
{
  int fd = open("fuzz-failure.bin", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0 && write(fd, input, input_size) >= 0)
    close(fd);
  signal(sig, SIG_DFL);
  raise(sig);
}

static int run(void)
{
  /* A copy of the exact size, so that sanitizers see a read past the end. */
  uint8_t *copy = malloc(input_size ? input_size : 1);
  if (!copy)
    return 1;
  memcpy(copy, input, input_size);
  LLVMFuzzerTestOneInput(copy, input_size);
  free(copy);
  return 0;
}

static int add_file(const char *path)
{
  FILE *f = fopen(path, "rb");
  if (!f || corpus_count == FILES_MAX) {
    fprintf(stderr, "%s: not read\n", path);
    if (f)
      fclose(f);
    return 1;
  }
  input_size = fread(input, 1, INPUT_MAX, f);
  fclose(f);
  uint8_t *p = malloc(input_size ? input_size : 1);
  if (!p)
    return 1;
  memcpy(p, input, input_size);
  corpus[corpus_count].p = p;
  corpus[corpus_count++].n = input_size;
  return run();
}

/* Sorted, so that every machine sees the same order. */
static int add_folder(const char *path)
{
  struct dirent **names;
  int n = scandir(path, &names, NULL, alphasort), rc = n <= 0;
  for (int i = 0; i < n; i++) {
    char file[4096];
    snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
    if (names[i]->d_name[0] != '.')
      rc |= add_file(file);
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return rc;
}

static uint8_t interesting(struct random *r)
{
  static const uint8_t bytes[] = "0123456789.,-+() eE'\"\n\r\t;/\\<>&%\0\x7F\x80\xBF\xC2\xA0\xE2\xEF\xFF";
  return random_below(r, 2) ? bytes[random_below(r, sizeof bytes)] : (uint8_t)random_u64(r);
}

static void mutate(struct random *r)
{
  size_t n = input_size, at = n ? random_below(r, (uint32_t)n) : 0;
  switch (random_below(r, 5)) {
  case 0: /* change */
    if (n)
      input[at] = interesting(r);
    break;
  case 1: /* insert */
    if (n < INPUT_MAX) {
      memmove(input + at + 1, input + at, n - at);
      input[at] = interesting(r);
      input_size++;
    }
    break;
  case 2: { /* delete a run */
    size_t k = n ? 1 + random_below(r, (uint32_t)(n - at < 8 ? n - at : 8)) : 0;
    if (k > n - at)
      k = n - at;
    memmove(input + at, input + at + k, n - at - k);
    input_size -= k;
    break;
  }
  case 3: { /* repeat a run */
    size_t k = n ? 1 + random_below(r, (uint32_t)(n - at)) : 0;
    if (k <= n - at && n + k <= INPUT_MAX) {
      memmove(input + at + k, input + at, n - at);
      input_size += k;
    }
    break;
  }
  default: { /* splice another input in */
    int other = (int)random_below(r, (uint32_t)corpus_count);
    size_t from = corpus[other].n ? random_below(r, (uint32_t)corpus[other].n) : 0, k = corpus[other].n - from;
    if (at + k <= INPUT_MAX) {
      memcpy(input + at, corpus[other].p + from, k);
      if (at + k > n)
        input_size = at + k;
    }
  }
  }
}

int main(int argc, char **argv)
{
  int rc = argc < 2;
  signal(SIGABRT, keep_input);
  for (int i = 1; i < argc; i++) {
    struct stat st;
    rc |= stat(argv[i], &st) < 0 ? 1 : S_ISDIR(st.st_mode) ? add_folder(argv[i]) : add_file(argv[i]);
  }
  if (corpus_count == 0 || rc) {
    fprintf(stderr, "usage: %s FILE|FOLDER…  (a corpus that can be read)\n", argv[0]);
    return 2;
  }
  int64_t runs = 20000;
  const char *wish = getenv("FUZZ_RUNS");
  if (wish)
    str_to_i64(str_of(wish), &runs);
  struct random r = random_seed(20260101, 0);
  for (int64_t i = 0; i < runs && !rc; i++) {
    int from = (int)random_below(&r, (uint32_t)corpus_count);
    memcpy(input, corpus[from].p, corpus[from].n);
    input_size = corpus[from].n;
    for (uint32_t k = 1 + random_below(&r, 6); k > 0; k--)
      mutate(&r);
    rc = run();
  }
  printf("%d files, %lld mutations\n", corpus_count, (long long)runs);
  for (int i = 0; i < corpus_count; i++)
    free(corpus[i].p);
  return rc;
}

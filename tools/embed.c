/* embed OUT.c SYMBOL FILE...: writes `const struct embedded SYMBOL[]` (base/embedded.h) with the files' bytes,
 * in the order given. Build time only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int one_file(FILE *out, const char *path, int number) {
  FILE *in = fopen(path, "rb");
  if (!in) {
    fprintf(stderr, "embed: cannot read %s: %s\n", path, strerror(errno));
    return 1;
  }
  fprintf(out, "static const char file_%d[] = {", number);
  size_t n = 0;
  for (int c; (c = getc(in)) != EOF; n++) fprintf(out, "%s%d,", n % 32 == 0 ? "\n" : "", c > 127 ? c - 256 : c);
  fprintf(out, "0};\n");
  int failed = ferror(in);
  fclose(in);
  return failed;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: embed OUT.c SYMBOL FILE...\n");
    return 2;
  }
  FILE *out = fopen(argv[1], "wb");
  if (!out) {
    fprintf(stderr, "embed: cannot write %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  fprintf(out, "#include \"base/embedded.h\"\n");
  int failed = 0;
  for (int i = 3; i < argc && !failed; i++) failed = one_file(out, argv[i], i);
  fprintf(out, "extern const struct embedded %s[];\nconst struct embedded %s[] = {\n", argv[2], argv[2]);
  for (int i = 3; i < argc; i++) {
    const char *slash = strrchr(argv[i], '/');
    fprintf(out, "  {\"%s\", file_%d, sizeof file_%d - 1},\n", slash ? slash + 1 : argv[i], i, i);
  }
  fprintf(out, "  {NULL, NULL, 0}};\n");
  failed |= ferror(out) | fclose(out);
  return failed ? 1 : 0;
}

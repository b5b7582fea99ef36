/* checksrc ROOT: the source checker. Reads every .c and .h under ROOT/src, tools and tests and fails on
 * what docs/style.md forbids and a machine can see:
 * - an #include against the direction base <- words | domain, insight <- store | exchange | report <- app <- web | cli;
 * - sqlite3.h, libpq-fe.h, microhttpd.h outside their one file;
 * - tabs, trailing blanks, lines over 170 columns, files over 700 lines, functions over 70 lines;
 * - words of unfinished work in comments; printf to stdout or stderr below cli/ and web/. */
#define PERENNIAL_ALLOW_BANNED 1
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_COLUMNS = 170, FILE_MAX_LINES = 700, FUNCTION_MAX_LINES = 70, PATH_SIZE = 1024, TEXT_SIZE = 4096 };

struct layer {
  const char *name;
  const char *may_include[10];
};
static const struct layer layers[] = {
    {"base", {"base"}},
    {"words", {"base", "words"}},
    {"domain", {"base", "domain"}},
    {"insight", {"base", "domain", "insight"}},
    {"store", {"base", "domain", "insight", "store"}},
    {"exchange", {"base", "domain", "insight", "exchange"}},
    {"report", {"base", "words", "domain", "insight", "report"}},
    {"app", {"base", "words", "domain", "insight", "store", "exchange", "report", "app"}},
    {"web", {"base", "words", "domain", "insight", "store", "report", "app", "web", "exchange"}},
    {"cli", {"base", "words", "domain", "insight", "store", "exchange", "report", "app", "cli"}},
};
static const char *const guarded[][2] = {
    {"sqlite3.h", "src/store/driver_sqlite.c"},
    {"libpq-fe.h", "src/store/driver_postgres.c"},
    {"microhttpd.h", "src/web/http_mhd.c"},
    {"liboath/oath.h", "src/app/access_factor.c"},
    {"qrencode.h", "src/web/qr.c"},
    {"lapacke.h", "src/insight/logit.c"},
    {"curl/curl.h", "src/exchange/curl_once.h"},
    {"nlopt.h", "src/insight/cohort.c"},
    {"xgboost/c_api.h", "src/insight/boost.c"},
};
/* Split, so that this table does not find itself. */
static const char *const unfinished[] = {"TO" "DO", "FIX" "ME", "XX" "X:", "HA" "CK"};
/* Banned like those of base/banned.h, but headers of libraries use the words. */
static const char *const banned_calls[] = {"strncpy(", "strtoul(", "rand("};
static int complaints, files;

static void complain(const char *path, int line, const char *what, const char *detail) {
  fprintf(stderr, "%s:%d: %s%s\n", path, line, what, detail);
  complaints++;
}

static const struct layer *layer_of(const char *path) {
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
    size_t n = strlen(layers[i].name);
    if (strncmp(path, "src/", 4) == 0 && strncmp(path + 4, layers[i].name, n) == 0 && path[4 + n] == '/') {
      return &layers[i];
    }
  }
  return NULL;
}

static void check_include(const char *path, int line, const char *text) {
  const char *open = strpbrk(text, "<\"");
  if (open == NULL) {
    return;
  }
  for (size_t i = 0; i < sizeof guarded / sizeof guarded[0]; i++) {
    if (strstr(open, guarded[i][0]) != NULL && strncmp(path, "src/", 4) == 0 && strcmp(path, guarded[i][1]) != 0) {
      complain(path, line, "this header belongs to one file only: ", guarded[i][1]);
    }
  }
  const struct layer *l = layer_of(path);
  const char *slash = strchr(open, '/');
  if (l == NULL || *open != '"' || slash == NULL) {
    return;
  }
  bool cmd_serve = strcmp(path, "src/cli/cmd_serve.c") == 0 && strncmp(open + 1, "web/", 4) == 0;
  for (size_t i = 0; i < 10 && l->may_include[i] != NULL; i++) {
    size_t n = strlen(l->may_include[i]);
    if ((size_t)(slash - open - 1) == n && strncmp(open + 1, l->may_include[i], n) == 0) {
      return;
    }
  }
  if (!cmd_serve) { /* the one command that starts the web */
    complain(path, line, "include against the direction of layers: ", open);
  }
}

static void check_words(const char *path, int line, const char *text) {
  for (size_t i = 0; i < sizeof unfinished / sizeof unfinished[0]; i++) {
    if (strstr(text, unfinished[i]) != NULL) {
      complain(path, line, "a word of unfinished work: ", unfinished[i]);
    }
  }
  for (size_t i = 0; i < sizeof banned_calls / sizeof banned_calls[0] && strncmp(path, "src/", 4) == 0; i++) {
    const char *at = strstr(text, banned_calls[i]);
    if (at != NULL && (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_'))) {
      complain(path, line, "a banned function: ", banned_calls[i]);
    }
  }
  const struct layer *l = layer_of(path);
  bool quiet = l != NULL && strcmp(l->name, "cli") != 0 && strcmp(path, "src/base/log.c") != 0;
  if (quiet && (strstr(text, "fprintf(stderr") != NULL || strstr(text, "fprintf(stdout") != NULL)) {
    complain(path, line, "prints from a library: return an err or use base/log.h", "");
  }
}

static void check_line(const char *path, int line, char *text) {
  size_t n = strlen(text), columns = 0;
  if (n > 0 && text[n - 1] == '\n') {
    text[--n] = '\0';
  }
  for (size_t i = 0; i < n; i++) {
    columns += ((unsigned char)text[i] & 0xC0) != 0x80;
  }
  if (columns > LINE_MAX_COLUMNS) {
    complain(path, line, "line over 170 columns", "");
  }
  if (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r')) {
    complain(path, line, "blank at the end of the line", "");
  }
  if (strchr(text, '\t') != NULL) {
    complain(path, line, "tab", "");
  }
  if (strncmp(text, "#include", 8) == 0) {
    check_include(path, line, text);
  }
  check_words(path, line, text);
}

static void check_file(const char *root, const char *path) {
  char full[PATH_SIZE], text[TEXT_SIZE];
  int line = 0, opened = 0;
  bool is_c = strcmp(path + strlen(path) - 2, ".c") == 0;
  FILE *f = (size_t)snprintf(full, sizeof full, "%s/%s", root, path) < sizeof full ? fopen(full, "r") : NULL;
  if (f == NULL) {
    complain(path, 0, "cannot be read", "");
    return;
  }
  files++;
  while (fgets(text, sizeof text, f) != NULL) {
    line++;
    check_line(path, line, text);
    size_t n = strlen(text);
    if (is_c && n > 0 && text[n - 1] == '{' && isalpha((unsigned char)text[0]) && strchr(text, ')') != NULL) {
      opened = line;
    }
    if (opened != 0 && text[0] == '}') {
      if (line - opened > FUNCTION_MAX_LINES) {
        complain(path, opened, "function over 70 lines", "");
      }
      opened = 0;
    }
  }
  if (line > FILE_MAX_LINES) {
    complain(path, line, "file over 700 lines: does it still hold one subject?", "");
  }
  fclose(f);
}

static void walk(const char *root, const char *path) {
  char full[PATH_SIZE], below[PATH_SIZE];
  DIR *d = (size_t)snprintf(full, sizeof full, "%s/%s", root, path) < sizeof full ? opendir(full) : NULL;
  if (d == NULL) {
    return;
  }
  for (struct dirent *x; (x = readdir(d)) != NULL;) {
    size_t n = strlen(x->d_name);
    struct stat st;
    if (x->d_name[0] == '.' || strcmp(x->d_name, "node_modules") == 0 || (size_t)snprintf(below, sizeof below, "%s/%s", path, x->d_name) >= sizeof below ||
        (size_t)snprintf(full, sizeof full, "%s/%s", root, below) >= sizeof full || stat(full, &st) != 0) {
      continue;
    }
    if (S_ISDIR(st.st_mode)) {
      walk(root, below);
    } else if (n > 2 && (strcmp(x->d_name + n - 2, ".c") == 0 || strcmp(x->d_name + n - 2, ".h") == 0)) {
      check_file(root, below);
    }
  }
  closedir(d);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: checksrc ROOT\n");
    return 2;
  }
  walk(argv[1], "src");
  walk(argv[1], "tools");
  walk(argv[1], "tests");
  if (files == 0) {
    fprintf(stderr, "checksrc: %s: no source files here\n", argv[1]);
    return 2;
  }
  fprintf(stderr, "checksrc: %d files, %d complaint%s\n", files, complaints, complaints == 1 ? "" : "s");
  return complaints == 0 ? 0 : 1;
}

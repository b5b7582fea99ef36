/* A browser of the benches: one server, one connection at a time, who is signed in. Times are the caller's. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

struct bench_client {
  const char *port;    /* on the loopback */
  char cookie[300];    /* "" = nobody is signed in */
  char token[200];     /* of a program; "" = none */
};
/* A connection, or -1. */
int bench_dial(const struct bench_client *c);
/* Asks for a page and reads the whole answer. Its status; -1 = the connection broke. to, of size bytes, gets head and body up to its room. */
int bench_get(const struct bench_client *c, int connection, const char *path, char *to, size_t size);
/* Signs in with a password; false: refused. */
bool bench_sign_in(struct bench_client *c, const char *email, const char *password);
/* Starts `program --db db serve` on the client's port; -1 = it did not. */
pid_t bench_start(const struct bench_client *c, const char *program, const char *db);
/* Ends it and waits for it. */
void bench_stop(pid_t server);
/* Microseconds from `from` (clock_mono_us) until the page is there; -1 = it never came. */
int64_t bench_first_answer(const struct bench_client *c, const char *path, int64_t from);
/* For qsort. */
int bench_by_value(const void *a, const void *b);
#endif

/* The desk under load: bench_server PROGRAM DB PORT EMAIL PASSWORD.
 *
 * Starts `PROGRAM --db DB serve` on that port of the loopback, waits for the first page, signs in, starts it again
 * (its snapshot of the book is there now: warm) and times the first command center; then asks for the renewals grid, filtered and
 * sorted, with 1 client and with 16 at once, each on a connection of its own. Prints milliseconds. */
#include "client.h"

#include "base/date.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CLIENTS = 16, ASKED = 480, ANSWER = 1 << 20 };
static struct bench_client who;

/* ---- many questions ---- */

static const char *const pages[] = {
    "/renewals?f=category%3Acommit,best_case,pipeline&sort=-amount", "/renewals?f=category%3Acommit&sort=due_date",
    "/renewals?f=category%3Apipeline&sort=-due_date", "/renewals?f=stage%3Aquoted&sort=customer"};
struct client {
  pthread_t thread;
  int asked, failed;
  int64_t us[ASKED];
};

static void *run_client(void *arg) {
  struct client *c = arg;
  char *to = malloc(ANSWER);
  int s = bench_dial(&who);
  for (int i = 0; i < c->asked; i++) {
    int64_t from = clock_mono_us();
    bool good = to && s >= 0 && bench_get(&who, s, pages[i % 4], to, ANSWER) == 200;
    c->us[i] = clock_mono_us() - from;
    c->failed += !good;
    if (!good && s >= 0) {
      close(s);
      s = bench_dial(&who);
    }
  }
  if (s >= 0) close(s);
  free(to);
  return NULL;
}

static int load(int clients) {
  static struct client c[CLIENTS];
  static int64_t all[ASKED * CLIENTS];
  size_t n = 0;
  int failed = 0;
  int64_t from = clock_mono_us();
  for (int i = 0; i < clients; i++) {
    c[i] = (struct client){.asked = ASKED / clients};
    if (pthread_create(&c[i].thread, NULL, run_client, &c[i]) != 0) return 1;
  }
  for (int i = 0; i < clients; i++) {
    pthread_join(c[i].thread, NULL);
    failed += c[i].failed;
    memcpy(all + n, c[i].us, (size_t)c[i].asked * sizeof *all);
    n += (size_t)c[i].asked;
  }
  double seconds = (double)(clock_mono_us() - from) / 1e6;
  qsort(all, n, sizeof *all, bench_by_value);
  printf("renewals grid, %d client%s: p50 %.1f ms, p99 %.1f ms, %.0f pages a second, %d failed\n", clients, clients == 1 ? "" : "s", (double)all[n / 2] / 1000,
         (double)all[n * 99 / 100] / 1000, (double)n / seconds, failed);
  return failed > 0;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: bench_server PROGRAM DB PORT EMAIL PASSWORD\n");
    return 2;
  }
  const char *program = argv[1], *db = argv[2];
  who.port = argv[3];
  signal(SIGPIPE, SIG_IGN);
  int64_t from = clock_mono_us();
  pid_t child = bench_start(&who, program, db);
  int64_t door = bench_first_answer(&who, "/sign-in", from);
  bool in = door >= 0 && bench_sign_in(&who, argv[4], argv[5]);
  int64_t book = in ? bench_first_answer(&who, "/", from) : -1;
  bench_stop(child);
  if (book < 0) {
    fprintf(stderr, "bench_server: %s\n", door < 0 ? "the server gave no page" : in ? "no command center came" : "signing in failed");
    return 1;
  }
  printf("start to the sign-in page: %.0f ms; to the first command center with nothing prepared: %.0f ms\n", (double)door / 1000, (double)book / 1000);
  from = clock_mono_us();
  child = bench_start(&who, program, db);
  int64_t warm = bench_first_answer(&who, "/", from);
  printf("start to the first command center, warm: %.0f ms\n", (double)warm / 1000);
  int bad = warm < 0 || bench_first_answer(&who, pages[0], clock_mono_us()) < 0 || load(1) | load(CLIENTS);
  bench_stop(child);
  struct rusage use;
  if (getrusage(RUSAGE_CHILDREN, &use) == 0) printf("the server's memory at most: %.0f MiB\n", (double)use.ru_maxrss / 1024);
  return bad;
}

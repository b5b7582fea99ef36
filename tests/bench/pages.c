/* What each page costs on a big book: bench_pages PROGRAM DB PORT PASSWORD MANAGER REP [PATH...].
 *
 * Starts the server, signs both people in and asks for each page over and over on one connection: the first time (nothing kept about it),
 * then ROUNDS times, then EDITS times right after somebody changed a renewal (a new generation of the book). Prints, for each, the processor
 * time that the whole server used for one answer, which other programs on the machine do not lengthen, and the wall time. PATHs are asked as the manager.
 * With PERENNIAL_BENCH_TOKEN (perennial token add) the API's pages too, with PERENNIAL_BENCH_SALES (an address) those of field sales. Renewals are edited:
 * the store should be one made for this. */
#include "client.h"

#include "base/date.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 60, EDITS = 7, ANSWER = 1 << 20, PATH_MOST = 400, SLOW_US = 400000, SLOW_ROUNDS = 5 };
static const char *program, *db;
static char edited[PATH_MOST]; /* id of the renewal that is changed */
static char answer[ANSWER];

struct asked {
  int64_t cpu[ROUNDS], wall[ROUNDS];
  int n;
};

/* Processor time of the server so far, in microseconds. */
static int64_t cpu_of(pid_t server) {
  clockid_t clock;
  struct timespec t = {0};
  if (clock_getcpuclockid(server, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool once(const struct bench_client *who, int s, pid_t server, const char *path, struct asked *x) {
  int64_t cpu = cpu_of(server), wall = clock_mono_us();
  int status = bench_get(who, s, path, answer, sizeof answer);
  x->wall[x->n] = clock_mono_us() - wall;
  x->cpu[x->n++] = cpu_of(server) - cpu;
  return status == 200;
}

/* Somebody changes a renewal, by a process of its own. */
static bool edit(int64_t n) {
  char step[60];
  int status = 1;
  snprintf(step, sizeof step, "Call number %lld", (long long)n);
  pid_t child = fork();
  if (child == 0) {
    dup2(2, 1);
    execl(program, program, "--db", db, "renewal", "set", edited, "--next-step", step, "--why", "bench", (char *)NULL);
    _exit(127);
  }
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static double ms(int64_t *values, int n, int percent) {
  qsort(values, (size_t)n, sizeof *values, bench_by_value);
  int at = n * percent / 100;
  return n ? (double)values[at < n ? at : n - 1] / 1000 : 0;
}

static bool page(const struct bench_client *who, pid_t server, const char *path) {
  struct asked first = {.n = 0}, again = {.n = 0}, after = {.n = 0};
  static int64_t edits;
  int s = bench_dial(who);
  bool good = s >= 0 && once(who, s, server, path, &first);
  int rounds = first.cpu[0] > SLOW_US ? SLOW_ROUNDS : ROUNDS;
  for (int i = 0; i < rounds && good; i++) good = once(who, s, server, path, &again);
  for (int i = 0; i < EDITS && good && rounds == ROUNDS; i++) good = edit(++edits) && once(who, s, server, path, &after);
  if (s >= 0) close(s);
  printf("%-58.58s | %7.1f | %7.1f %7.1f | %7.1f %7.1f | %7.1f %7.1f%s\n", path, (double)first.cpu[0] / 1000, ms(again.cpu, again.n, 50),
         ms(again.cpu, again.n, 99), ms(again.wall, again.n, 50), ms(again.wall, again.n, 99), ms(after.cpu, after.n, 50), ms(after.cpu, after.n, 99),
         good ? "" : "  FAILED");
  fflush(stdout);
  return good;
}

/* The first link of a page that begins with root, put into to with what is to follow; false: there is none. */
static bool find_link(const struct bench_client *who, const char *path, const char *root, const char *then, char to[PATH_MOST]) {
  char want[100];
  int s = bench_dial(who);
  bool there = s >= 0 && bench_get(who, s, path, answer, sizeof answer) == 200;
  if (s >= 0) close(s);
  int n = snprintf(want, sizeof want, "href=\"%s", root);
  for (const char *at = there ? strstr(answer, want) : NULL; at != NULL; at = strstr(at + 1, want)) {
    const char *from = at + 6, *value = at + n;
    size_t length = strcspn(value, "\"?/#");
    if (length == 0 || (value[0] >= 'a' && value[0] <= 'z' && strcmp(root, "/contracts/") != 0)) continue;
    snprintf(to, PATH_MOST, "%.*s%s", (int)(value + length - from), from, then);
    return true;
  }
  return false;
}

static const char *const OF_MANAGER[] = {
    "/", "/kpi", "/kpi/gross_renewal_rate", "/kpi/on_time_rate_money", "/renewals", "/renewals?sort=-amount&f=category%3Acommit",
    "/renewals?q=north", "/renewals?group=rep", "/imports", "/audit", "/audit?what=renewal.edit", "/accounts/duplicates", "/settings",
    "/search?q=north", "/renewals/columns", "/renewals/filter?col=customer", "/capacity", "/approvals", "/escalations", "/notices", "/reviews"};
static const char *const OF_REP[] = {"/work", "/work?tab=soon", "/renewals", "/kpi", "/search?q=north"};
static const char *const OF_SALES[] = {"/sales", "/notices", "/renewals", "/search?q=north"};
static const char *const OF_PROGRAMS[] = {"/api/v1/kpi", "/api/v1/forecast", "/api/v1/renewals?limit=100", "/api/v1/worklist"};

static bool pages_of(const struct bench_client *who, pid_t server, const char *const *paths, size_t n) {
  bool good = true;
  for (size_t i = 0; i < n; i++) good &= page(who, server, paths[i]);
  return good;
}

/* A past day of the pages that can show one; the first of them makes the book of that day. */
static bool past_pages(const struct bench_client *who, pid_t server, day_t today, const char *const *paths, size_t n) {
  bool good = true;
  for (size_t i = 0; i < n; i++) {
    char path[2 * PATH_MOST], iso[DAY_ISO_SIZE];
    snprintf(path, sizeof path, "%s%cas_of=%s", paths[i], strchr(paths[i], '?') ? '&' : '?', day_iso(today - 60, iso));
    good &= page(who, server, path);
  }
  return good;
}

/* The quarter's pages: its address stands in the command center's head. */
static bool quarter_pages(const struct bench_client *who, pid_t server) {
  static const char *const OF_FORECAST[] = {"/calls", "/bridge"};
  static const char *const OF_TARGETS[] = {"", "?measure=on_time_rate_money", "?measure=gross_renewal_rate", "?measure=net_renewal_rate"};
  char forecast[PATH_MOST], path[2 * PATH_MOST];
  bool good = find_link(who, "/", "/forecast/", "", forecast);
  if (!good) return false;
  good = page(who, server, forecast);
  for (size_t i = 0; i < sizeof OF_FORECAST / sizeof *OF_FORECAST; i++) {
    snprintf(path, sizeof path, "%s%s", forecast, OF_FORECAST[i]);
    good &= page(who, server, path);
  }
  for (size_t i = 0; i < sizeof OF_TARGETS / sizeof *OF_TARGETS; i++) {
    snprintf(path, sizeof path, "/targets/%s%s", forecast + strlen("/forecast/"), OF_TARGETS[i]);
    good &= page(who, server, path);
  }
  return good;
}

static bool things(const struct bench_client *who, pid_t server) {
  char renewal[PATH_MOST], path[2 * PATH_MOST];
  bool good = find_link(who, "/renewals?sort=-amount", "/renewals/", "", renewal);
  if (!good) return false;
  memcpy(edited, renewal + strlen("/renewals/"), sizeof edited - strlen("/renewals/"));
  good = page(who, server, renewal);
  snprintf(path, sizeof path, "%s/history", renewal);
  good &= page(who, server, path);
  if (find_link(who, renewal, "/contracts/", "", path)) good &= page(who, server, path);
  if (find_link(who, renewal, "/accounts/", "", path)) good &= page(who, server, path);
  if (find_link(who, renewal, "/accounts/", "/coverage", path)) good &= page(who, server, path);
  good &= quarter_pages(who, server);
  if (find_link(who, "/imports", "/imports/", "/done", path)) good &= page(who, server, path);
  return good;
}

int main(int argc, char **argv) {
  if (argc < 7) {
    fprintf(stderr, "usage: bench_pages PROGRAM DB PORT PASSWORD MANAGER REP [PATH...]\n");
    return 2;
  }
  static const char *const PAST[] = {"/", "/kpi", "/kpi/gross_renewal_rate", "/renewals"};
  struct bench_client manager = {.port = argv[3]}, rep = manager, token = manager, sales = manager;
  const char *secret = getenv("PERENNIAL_BENCH_TOKEN");
  program = argv[1], db = argv[2];
  signal(SIGPIPE, SIG_IGN);
  int64_t from = clock_mono_us();
  pid_t server = bench_start(&manager, program, db);
  bool good = bench_first_answer(&manager, "/sign-in", from) >= 0 && bench_sign_in(&manager, argv[5], argv[4]) && bench_sign_in(&rep, argv[6], argv[4]) &&
              bench_first_answer(&manager, "/renewals?q=nobody", from) >= 0;
  if (!good) fprintf(stderr, "bench_pages: the server gave no page, or signing in failed\n");
  if (good) {
    day_t today = day_of_instant(clock_now());
    printf("%-58s | %7s | %15s | %15s | %15s\n", "milliseconds, p50 and p99", "first", "processor", "wall", "after an edit");
    good &= things(&manager, server) & pages_of(&manager, server, OF_MANAGER, sizeof OF_MANAGER / sizeof *OF_MANAGER);
    good &= pages_of(&manager, server, (const char *const *)(argv + 7), (size_t)(argc - 7)) & past_pages(&manager, server, today, PAST, 4);
    printf("a rep's:\n");
    good &= pages_of(&rep, server, OF_REP, sizeof OF_REP / sizeof *OF_REP);
    const char *seller = getenv("PERENNIAL_BENCH_SALES");
    if (seller != NULL && bench_sign_in(&sales, seller, argv[4])) {
      printf("field sales:\n");
      good &= pages_of(&sales, server, OF_SALES, sizeof OF_SALES / sizeof *OF_SALES);
    }
    if (secret != NULL) {
      snprintf(token.token, sizeof token.token, "%s", secret);
      good &= pages_of(&token, server, OF_PROGRAMS, sizeof OF_PROGRAMS / sizeof *OF_PROGRAMS) & past_pages(&token, server, today, OF_PROGRAMS, 2);
    }
  }
  bench_stop(server);
  return good ? 0 : 1;
}

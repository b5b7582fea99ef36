/* The desk under load: bench_server PROGRAM DB PORT EMAIL PASSWORD.
 *
 * Starts `PROGRAM --db DB serve` on that port of the loopback, waits for the first page, signs in, starts it again
 * (its snapshot of the book is there now: warm) and times the first command center; then asks for the renewals grid, filtered and
 * sorted, with 1 client and with 16 at once, each on a connection of its own. Prints milliseconds. */
#include "base/date.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 16, ASKED = 480, ANSWER = 1 << 20, PATIENCE_US = 120000000 };
static const char *program, *db, *email, *password, *port_text;
static uint16_t port;
static char cookie[300];

static int dial(void) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s >= 0 && connect(s, (struct sockaddr *)&a, sizeof a) == 0) return s;
  if (s >= 0) close(s);
  return -1;
}

/* Sends a request and reads the whole answer, head and body, into to. Its status; -1 = the connection broke. */
static int ask(int s, const char *request, char *to, size_t *ret_n) {
  size_t n = strlen(request), got = 0, need = SIZE_MAX;
  int64_t status = -1;
  if (write(s, request, n) != (ssize_t)n) return -1;
  while (got < need) {
    ssize_t k = got < ANSWER - 1 ? read(s, to + got, ANSWER - 1 - got) : -1;
    if (k <= 0) return -1;
    got += (size_t)k;
    to[got] = '\0';
    const char *end = need == SIZE_MAX ? strstr(to, "\r\n\r\n") : NULL, *length = end ? strcasestr(to, "content-length:") : NULL;
    if (!end) continue;
    int64_t body = 0;
    size_t digits = length ? strspn(length + 15, " ") : 0, count = length ? strspn(length + 15 + digits, "0123456789") : 0;
    if (!length || str_to_i64((struct str){length + 15 + digits, count}, &body) < 0) return -1;
    need = (size_t)(end + 4 - to) + (size_t)body;
  }
  *ret_n = got;
  return str_to_i64((struct str){to + 9, 3}, &status) < 0 ? -1 : (int)status;
}

static int get(int s, const char *path, char *to) {
  char request[1000];
  size_t n;
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s%s%s\r\n", path, port_text, cookie[0] ? "Cookie: " : "", cookie, cookie[0] ? "\r\n" : "");
  return ask(s, request, to, &n);
}

static pid_t start(void) {
  char listen[40];
  snprintf(listen, sizeof listen, "127.0.0.1:%s", port_text);
  pid_t child = fork();
  if (child == 0) {
    dup2(2, 1);
    execl(program, program, "--db", db, "serve", "--listen", listen, (char *)NULL);
    _exit(127);
  }
  return child;
}

/* Microseconds from `from` until the page is there; -1 = it never came. */
static int64_t first_answer(const char *path, int64_t from) {
  char *to = malloc(ANSWER);
  int status = -1;
  while (to && status != 200 && clock_mono_us() - from < PATIENCE_US) {
    int s = dial();
    if (s < 0) {
      usleep(2000);
      continue;
    }
    status = get(s, path, to);
    close(s);
  }
  free(to);
  return status == 200 ? clock_mono_us() - from : -1;
}

static bool sign_in(void) {
  char body[400], request[1200], *to = malloc(ANSWER), *set = NULL;
  size_t n, k = 0;
  int s = dial();
  for (const char *parts[] = {email, password}, **p = parts; p < parts + 2; p++) {
    k += (size_t)snprintf(body + k, sizeof body - k, "%s", p == parts ? "email=" : "&password=");
    for (const char *c = *p; *c && k < sizeof body - 8; c++)
      k += (size_t)snprintf(body + k, sizeof body - k, (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ? "%c" : "%%%02X", (unsigned char)*c);
  }
  snprintf(request, sizeof request, "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nOrigin: http://127.0.0.1:%s\r\n"
           "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s", port_text, port_text, k, body);
  int status = s >= 0 && to ? ask(s, request, to, &n) : -1;
  if (status == 303 || status == 302) set = strcasestr(to, "set-cookie:");
  if (set) {
    set += 11 + strspn(set + 11, " ");
    snprintf(cookie, sizeof cookie, "%.*s", (int)strcspn(set, ";\r\n"), set);
  }
  if (s >= 0) close(s);
  free(to);
  return cookie[0] != '\0';
}

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
  int s = dial();
  for (int i = 0; i < c->asked; i++) {
    int64_t from = clock_mono_us();
    bool good = to && s >= 0 && get(s, pages[i % 4], to) == 200;
    c->us[i] = clock_mono_us() - from;
    c->failed += !good;
    if (!good && s >= 0) {
      close(s);
      s = dial();
    }
  }
  if (s >= 0) close(s);
  free(to);
  return NULL;
}

static int by_value(const void *pa, const void *pb) {
  int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
  return (a > b) - (a < b);
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
  qsort(all, n, sizeof *all, by_value);
  printf("renewals grid, %d client%s: p50 %.1f ms, p99 %.1f ms, %.0f pages a second, %d failed\n", clients, clients == 1 ? "" : "s", (double)all[n / 2] / 1000,
         (double)all[n * 99 / 100] / 1000, (double)n / seconds, failed);
  return failed > 0;
}

static void stop(pid_t child) {
  int status;
  kill(child, SIGTERM);
  waitpid(child, &status, 0);
}

int main(int argc, char **argv) {
  int64_t number = 0;
  if (argc != 6 || str_to_i64(str_of(argv[3]), &number) < 0 || number < 1 || number > 65535) {
    fprintf(stderr, "usage: bench_server PROGRAM DB PORT EMAIL PASSWORD\n");
    return 2;
  }
  program = argv[1], db = argv[2], port_text = argv[3], email = argv[4], password = argv[5], port = (uint16_t)number;
  signal(SIGPIPE, SIG_IGN);
  int64_t from = clock_mono_us();
  pid_t child = start();
  int64_t door = first_answer("/sign-in", from);
  bool in = door >= 0 && sign_in();
  int64_t book = in ? first_answer("/", from) : -1;
  if (child > 0) stop(child);
  if (book < 0) {
    fprintf(stderr, "bench_server: %s\n", door < 0 ? "the server gave no page" : in ? "no command center came" : "signing in failed");
    return 1;
  }
  printf("start to the sign-in page: %.0f ms; to the first command center with nothing prepared: %.0f ms\n", (double)door / 1000, (double)book / 1000);
  from = clock_mono_us();
  child = start();
  int64_t warm = first_answer("/", from);
  printf("start to the first command center, warm: %.0f ms\n", (double)warm / 1000);
  int bad = warm < 0 || first_answer(pages[0], clock_mono_us()) < 0 || load(1) | load(CLIENTS);
  stop(child);
  struct rusage use;
  if (getrusage(RUSAGE_CHILDREN, &use) == 0) printf("the server's memory at most: %.0f MiB\n", (double)use.ru_maxrss / 1024);
  return bad;
}

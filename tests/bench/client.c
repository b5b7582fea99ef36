#include "client.h"

#include "base/date.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAD_MOST = 16 << 10, PIECE = 64 << 10, PATIENCE_US = 120000000 };

int bench_dial(const struct bench_client *c) {
  int64_t port = 0;
  if (str_to_i64(str_of(c->port), &port) < 0 || port < 1 || port > 65535) return -1;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s >= 0 && connect(s, (struct sockaddr *)&a, sizeof a) == 0) return s;
  if (s >= 0) close(s);
  return -1;
}

/* Bytes of head and body, by the head's own words; 0 = the head is not whole yet, -1 = it says no length. */
static int64_t length_of(const char *head) {
  const char *end = strstr(head, "\r\n\r\n"), *length = end ? strcasestr(head, "content-length:") : NULL;
  if (!end) return 0;
  int64_t body = 0;
  size_t blanks = length ? strspn(length + 15, " ") : 0, digits = length ? strspn(length + 15 + blanks, "0123456789") : 0;
  if (!length || str_to_i64((struct str){length + 15 + blanks, digits}, &body) < 0) return -1;
  return end + 4 - head + body;
}

/* Sends a request and reads the answer to its end; what to has no room for is read and forgotten. */
static int ask(int s, const char *request, char *to, size_t size) {
  static _Thread_local char piece[PIECE];
  size_t n = strlen(request), kept = 0;
  int64_t need = 0, got = 0, status = -1;
  if (write(s, request, n) != (ssize_t)n) return -1;
  while (need == 0 || got < need) {
    ssize_t k = read(s, piece, sizeof piece);
    if (k <= 0) return -1;
    got += k;
    size_t room = size - 1 - kept, take = (size_t)k < room ? (size_t)k : room;
    memcpy(to + kept, piece, take);
    kept += take;
    to[kept] = '\0';
    if (need == 0) need = length_of(to);
    if (need < 0 || (need == 0 && got > HEAD_MOST)) return -1;
  }
  return str_to_i64((struct str){to + 9, 3}, &status) < 0 ? -1 : (int)status;
}

int bench_get(const struct bench_client *c, int connection, const char *path, char *to, size_t size) {
  char request[4000];
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s%s%s%s%s%s\r\n", path, c->port, c->cookie[0] ? "Cookie: " : "", c->cookie,
           c->cookie[0] ? "\r\n" : "", c->token[0] ? "Authorization: Bearer " : "", c->token, c->token[0] ? "\r\n" : "");
  return ask(connection, request, to, size);
}

bool bench_sign_in(struct bench_client *c, const char *email, const char *password) {
  char body[400], request[1200], head[HEAD_MOST], *set = NULL;
  size_t k = 0;
  int s = bench_dial(c);
  for (const char *parts[] = {email, password}, **p = parts; p < parts + 2; p++) {
    k += (size_t)snprintf(body + k, sizeof body - k, "%s", p == parts ? "email=" : "&password=");
    for (const char *b = *p; *b && k < sizeof body - 8; b++)
      k += (size_t)snprintf(body + k, sizeof body - k, (*b >= '0' && *b <= '9') || (*b >= 'a' && *b <= 'z') ? "%c" : "%%%02X", (unsigned char)*b);
  }
  snprintf(request, sizeof request, "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nOrigin: http://127.0.0.1:%s\r\n"
           "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s", c->port, c->port, k, body);
  int status = s >= 0 ? ask(s, request, head, sizeof head) : -1;
  if (status == 303 || status == 302) set = strcasestr(head, "set-cookie:");
  if (set) {
    set += 11 + strspn(set + 11, " ");
    snprintf(c->cookie, sizeof c->cookie, "%.*s", (int)strcspn(set, ";\r\n"), set);
  }
  if (s >= 0) close(s);
  return c->cookie[0] != '\0';
}

pid_t bench_start(const struct bench_client *c, const char *program, const char *db) {
  char listen[40];
  snprintf(listen, sizeof listen, "127.0.0.1:%s", c->port);
  pid_t child = fork();
  if (child == 0) {
    dup2(2, 1);
    execl(program, program, "--db", db, "serve", "--listen", listen, (char *)NULL);
    _exit(127);
  }
  return child;
}

void bench_stop(pid_t server) {
  int status;
  if (server <= 0) return;
  kill(server, SIGTERM);
  waitpid(server, &status, 0);
}

int64_t bench_first_answer(const struct bench_client *c, const char *path, int64_t from) {
  char head[HEAD_MOST];
  int status = -1;
  while (status != 200 && clock_mono_us() - from < PATIENCE_US) {
    int s = bench_dial(c);
    if (s < 0) {
      usleep(2000);
      continue;
    }
    status = bench_get(c, s, path, head, sizeof head);
    close(s);
  }
  return status == 200 ? clock_mono_us() - from : -1;
}

int bench_by_value(const void *pa, const void *pb) {
  int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
  return (a > b) - (a < b);
}

#include "store/smtp_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strbuf.h"

struct smtp_server {
  int fd, taken, connections, victim;
  bool stopping;
  pthread_t thread;
  pthread_mutex_t lock;
  struct strbuf last;
};

/* A line without its end; false when the connection ended. */
static bool line(FILE *f, struct strbuf *b) {
  strbuf_clear(b);
  for (int c; (c = fgetc(f)) != EOF;) {
    if (c == '\n')
      return true;
    if (c != '\r')
      strbuf_addc(b, (char)c);
  }
  return false;
}

static void say(FILE *f, const char *text) {
  fputs(text, f);
  fputs("\r\n", f);
  fflush(f);
}

static void take(struct smtp_server *x, const char *from, const char *to, const struct strbuf *message) {
  pthread_mutex_lock(&x->lock);
  x->taken++;
  strbuf_clear(&x->last);
  strbuf_fmt(&x->last, "FROM %s\nTO %s\n\n", from, to);
  strbuf_add(&x->last, strbuf_str(message));
  if (strstr(to, "die@") && x->victim > 0)
    kill(x->victim, SIGKILL);
  pthread_mutex_unlock(&x->lock);
}

static void serve(struct smtp_server *x, FILE *in, FILE *out) {
  struct strbuf l STRBUF_CLEANUP = STRBUF_INIT(1 << 20), message STRBUF_CLEANUP = STRBUF_INIT(64 << 20);
  char from[300] = "", to[300] = "";
  say(out, "220 test");
  while (line(in, &l)) {
    const char *z = strbuf_z(&l);
    if (!strncmp(z, "EHLO", 4)) say(out, "250-test\r\n250 8BITMIME");
    else if (!strncmp(z, "MAIL FROM:", 10)) snprintf(from, sizeof from, "%s", z + 10), say(out, "250 ok");
    else if (!strncmp(z, "RCPT TO:", 8)) {
      snprintf(to, sizeof to, "%s", z + 8);
      say(out, strstr(to, "bad@") ? "550 no such person" : "250 ok");
    } else if (!strcmp(z, "DATA")) {
      say(out, "354 go on");
      strbuf_clear(&message);
      while (line(in, &l) && strcmp(strbuf_z(&l), ".") != 0) {
        const char *text = strbuf_z(&l);
        strbuf_addz(&message, text[0] == '.' ? text + 1 : text);
        strbuf_addc(&message, '\n');
      }
      if (strstr(to, "later@")) {
        say(out, "451 try again");
        continue;
      }
      take(x, from, to, &message);
      if (strstr(to, "cut@") || strstr(to, "die@"))
        return;
      say(out, "250 taken");
    } else if (!strcmp(z, "QUIT")) {
      say(out, "221 bye");
      return;
    } else say(out, "250 ok");
  }
}

static void *run(void *arg) {
  struct smtp_server *x = arg;
  for (;;) {
    int fd = accept(x->fd, NULL, NULL);
    pthread_mutex_lock(&x->lock);
    bool stop = x->stopping;
    x->connections += !stop;
    pthread_mutex_unlock(&x->lock);
    if (stop || fd < 0) {
      if (fd >= 0) close(fd);
      return NULL;
    }
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    if (in && out) serve(x, in, out);
    if (out) fclose(out);
    if (in) fclose(in);
  }
}

struct smtp_server *smtp_server_start(int *ret_port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t n = sizeof at;
  struct smtp_server *x = calloc(1, sizeof *x);
  if (!x) abort();
  signal(SIGPIPE, SIG_IGN);
  strbuf_init(&x->last, 64 << 20);
  pthread_mutex_init(&x->lock, NULL);
  x->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(x->fd, (struct sockaddr *)&at, sizeof at) || listen(x->fd, 16) || getsockname(x->fd, (struct sockaddr *)&at, &n)) abort();
  *ret_port = ntohs(at.sin_port);
  if (pthread_create(&x->thread, NULL, run, x)) abort();
  return x;
}

void smtp_server_stop(struct smtp_server *x) {
  struct sockaddr_in at;
  socklen_t n = sizeof at;
  pthread_mutex_lock(&x->lock);
  x->stopping = true;
  pthread_mutex_unlock(&x->lock);
  getsockname(x->fd, (struct sockaddr *)&at, &n);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  (void)connect(fd, (struct sockaddr *)&at, sizeof at); /* wakes accept */
  pthread_join(x->thread, NULL);
  close(fd);
  close(x->fd);
  strbuf_free(&x->last);
  pthread_mutex_destroy(&x->lock);
  free(x);
}

void smtp_server_kill(struct smtp_server *x, int pid) {
  pthread_mutex_lock(&x->lock);
  x->victim = pid;
  pthread_mutex_unlock(&x->lock);
}

int smtp_server_taken(struct smtp_server *x) {
  pthread_mutex_lock(&x->lock);
  int n = x->taken;
  pthread_mutex_unlock(&x->lock);
  return n;
}

int smtp_server_connections(struct smtp_server *x) {
  pthread_mutex_lock(&x->lock);
  int n = x->connections;
  pthread_mutex_unlock(&x->lock);
  return n;
}

const char *smtp_server_last(struct smtp_server *x) { return strbuf_z(&x->last); }

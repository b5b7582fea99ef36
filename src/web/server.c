/* Workers: each has its own store connection, and an arena per request. A slow report holds one worker, never
 * the I/O threads. */
#include "web/server.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/parallel.h"
#include "store/repo_config.h"
#include "web/dispatch.h"
#include "web/http_mhd.h"

#include <pthread.h>
#include <sodium.h>

enum { QUEUE_MOST = 1024, WORKERS_MOST = 64, DRAIN_SECONDS = 10 };

struct server {
  const struct web *web;
  struct transport *transport;
  pthread_mutex_t lock;
  pthread_cond_t work, idle;
  struct exchange *first, *last;
  int queued, running, n_workers;
  bool stopping;
  struct worker {
    struct server *server;
    struct store *store;
    pthread_t thread;
    bool started;
  } workers[WORKERS_MOST];
};

bool server_take(struct server *s, struct exchange *x) {
  pthread_mutex_lock(&s->lock);
  bool taken = !s->stopping && s->queued < QUEUE_MOST;
  if (taken) {
    x->next = NULL;
    if (s->last) s->last->next = x;
    else s->first = x;
    s->last = x;
    s->queued++;
    pthread_cond_signal(&s->work);
  }
  pthread_mutex_unlock(&s->lock);
  return taken;
}

static struct str header_of(const struct request *r, const char *name) { return exchange_header(r->transport, name); }

static const char *method_name(const struct exchange *x) {
  return x->head ? "HEAD" : x->method == HTTP_GET ? "GET" : x->method == HTTP_POST ? "POST" : "OTHER";
}

/* One line per request. The query is left out: it may hold what somebody searched for. */
static void log_request(const struct exchange *x, const struct request *r) {
  char path[200];
  size_t n = str_find(x->target, '?', 0);
  struct str p = str_sub(x->target, 0, n == SIZE_MAX ? x->target.n : n);
  size_t used = 0;
  for (size_t i = 0; i < p.n && used + 1 < sizeof path; i++) path[used++] = p.p[i] > 32 && p.p[i] < 127 ? p.p[i] : '_';
  path[used] = 0;
  log_line(x->response.status >= 500 ? LOG_ERROR : LOG_INFO, "request %s %s %s %d %zu bytes %.1f ms person %" PRId64 "%s%s", r->id, method_name(x), path,
           x->response.status, x->response.fixed ? x->response.fixed_n : x->response.body.n, (double)(clock_mono_us() - x->began_us) / 1000.0,
           r->who.id, x->response.status >= 500 && r->err.text[0] ? ": " : "", x->response.status >= 500 ? r->err.text : "");
}

static void handle(struct worker *k, struct exchange *x) {
  const struct web *w = k->server->web;
  struct request r = {.method = x->method, .head = x->head, .target = x->target, .host = x->host, .address = x->address, .agent = x->agent,
                      .now = clock_now(), .arena = x->arena, .store = k->store, .books = w->books, .web = w, .header = header_of, .transport = x};
  r.today = w->today == DAY_NONE ? day_of_instant(r.now) : w->today;
  x->body.bytes = strbuf_str(&x->bytes);
  if (x->bytes.failed) x->body.too_large = true;
  web_handle(&r, &x->body, &x->response);
  log_request(x, &r);
}

static void *work(void *arg) {
  struct worker *k = arg;
  struct server *s = k->server;
  pthread_mutex_lock(&s->lock);
  for (;;) {
    while (!s->first && !s->stopping) pthread_cond_wait(&s->work, &s->lock);
    struct exchange *x = s->first;
    if (!x) break; /* stopping, and nothing is left */
    s->first = x->next;
    if (!s->first) s->last = NULL;
    s->queued--;
    s->running++;
    pthread_mutex_unlock(&s->lock);
    handle(k, x);
    transport_resume(x);
    pthread_mutex_lock(&s->lock);
    s->running--;
    if (!s->running && !s->first) pthread_cond_broadcast(&s->idle);
  }
  pthread_mutex_unlock(&s->lock);
  return NULL;
}

static int workers_start(struct server *s, struct err *e) {
  int n = s->web->workers ? s->web->workers : 2 * parallel_cores();
  s->n_workers = n < 4 ? 4 : n > WORKERS_MOST ? WORKERS_MOST : n;
  for (int i = 0; i < s->n_workers; i++) {
    struct worker *k = &s->workers[i];
    k->server = s;
    int rc = store_open(s->web->db_url, &k->store, e);
    if (rc < 0) return rc;
    if (pthread_create(&k->thread, NULL, work, k)) return err_set(e, ERR_FAIL, "The server can't start its threads: raise the limit of processes");
    k->started = true;
  }
  return OK;
}

int server_start(const struct web *w, struct server **ret, struct err *e) {
  int rc = routes_check(w->routes, e);
  if (rc < 0) return rc;
  if (sodium_init() < 0) return err_set(e, ERR_FAIL, "The server can't start: the system gives no random numbers");
  struct server *s = mem_zalloc(1, sizeof *s);
  if (!s) return err_set(e, ERR_NOMEM, "Out of memory");
  s->web = w;
  pthread_mutex_init(&s->lock, NULL);
  pthread_cond_init(&s->work, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&s->idle, &monotonic);
  pthread_condattr_destroy(&monotonic);
  rc = workers_start(s, e);
  if (rc == OK) rc = transport_start(w, s, &s->transport, e);
  if (rc < 0) {
    server_stop(s);
    return rc;
  }
  *ret = s;
  return OK;
}

int server_port(const struct server *s) { return transport_port(s->transport); }

void server_stop(struct server *s) {
  if (!s) return;
  if (s->transport) transport_quiesce(s->transport);
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += DRAIN_SECONDS;
  pthread_mutex_lock(&s->lock);
  s->stopping = true;
  pthread_cond_broadcast(&s->work);
  while ((s->running || s->first) && pthread_cond_timedwait(&s->idle, &s->lock, &until) == 0) {
  }
  pthread_mutex_unlock(&s->lock);
  for (int i = 0; i < s->n_workers; i++) {
    if (s->workers[i].started) pthread_join(s->workers[i].thread, NULL);
    store_close(s->workers[i].store);
  }
  transport_stop(s->transport);
  pthread_mutex_destroy(&s->lock);
  pthread_cond_destroy(&s->work);
  pthread_cond_destroy(&s->idle);
  mem_free(s);
}

/* Sockets and HTTP by libmicrohttpd: the only file that knows it. I/O threads read a request whole, hand it to a worker
 * (the connection is suspended meanwhile) and send the response. A further thread ends connections that are too slow:
 * the library's own timeout starts anew with every byte. */
#include "web/http_mhd.h"

#include "base/alloc.h"
#include "base/log.h"
#include "web/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 1000, CONNECTION_MEMORY = 48 << 10, POST_BUFFER = 64 << 10, SLOW_FACTOR = 10, UPLOADS_MOST = 8 };

struct peer { /* one open connection, for the deadlines */
  struct peer *next, *prev;
  int fd;
  int64_t since_us; /* when the wait for a whole request, or its sending, began; 0 = a worker has it */
  int factor;
};
struct transport {
  const struct web *web;
  struct server *server;
  struct MHD_Daemon *daemon;
  int port, uploads;
  bool quiet;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  pthread_t reaper;
  bool has_reaper, stopping;
  struct peer *peers;
};

/* ---- deadlines */
static struct peer *peer_of(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return i ? i->socket_context : NULL;
}

static void peer_waits(struct transport *t, struct MHD_Connection *c, bool waits, int factor) {
  struct peer *p = peer_of(c);
  if (!p) return;
  pthread_mutex_lock(&t->lock);
  p->since_us = waits ? clock_mono_us() : 0;
  p->factor = factor;
  pthread_mutex_unlock(&t->lock);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **socket_context, enum MHD_ConnectionNotificationCode code) {
  struct transport *t = cls;
  struct peer *p = *socket_context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    p = i ? mem_zalloc(1, sizeof *p) : NULL;
    if (!p) return;
    p->fd = i->connect_fd;
    p->since_us = clock_mono_us();
    p->factor = 1;
    pthread_mutex_lock(&t->lock);
    p->next = t->peers;
    if (p->next) p->next->prev = p;
    t->peers = p;
    pthread_mutex_unlock(&t->lock);
    *socket_context = p;
  } else if (p) {
    pthread_mutex_lock(&t->lock);
    if (p->prev) p->prev->next = p->next;
    else t->peers = p->next;
    if (p->next) p->next->prev = p->prev;
    pthread_mutex_unlock(&t->lock);
    mem_free(p);
    *socket_context = NULL;
  }
}

static void *reap(void *arg) {
  struct transport *t = arg;
  int64_t limit = (int64_t)(t->web->request_seconds ? t->web->request_seconds : 60) * 1000000;
  pthread_mutex_lock(&t->lock);
  while (!t->stopping) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 250000000;
    if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
    pthread_cond_timedwait(&t->wake, &t->lock, &until);
    int64_t now = clock_mono_us();
    for (struct peer *p = t->peers; p; p = p->next)
      if (p->since_us && now - p->since_us > limit * p->factor) shutdown(p->fd, SHUT_RDWR);
  }
  pthread_mutex_unlock(&t->lock);
  return NULL;
}

/* ---- one request */
struct str exchange_header(struct exchange *x, const char *name) {
  const char *v = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
  return str_of(v);
}

static void *on_target(void *cls, const char *uri, struct MHD_Connection *c) {
  (void)cls;
  struct exchange *x = mem_zalloc(1, sizeof *x);
  if (!x) return NULL;
  x->connection = c;
  x->upload_fd = -1;
  x->began_us = clock_mono_us();
  response_init(&x->response);
  x->arena = arena_new(WEB_MAX_ARENA);
  if (x->arena) x->target = arena_str(x->arena, str_of(uri));
  return x;
}

static void on_done(void *cls, struct MHD_Connection *c, void **con_cls, enum MHD_RequestTerminationCode code) {
  struct transport *t = cls;
  struct exchange *x = *con_cls;
  (void)code;
  *con_cls = NULL;
  peer_waits(t, c, true, 1);
  if (!x) return;
  if (x->form) {
    MHD_destroy_post_processor(x->form);
    pthread_mutex_lock(&t->lock);
    t->uploads--;
    pthread_mutex_unlock(&t->lock);
  }
  if (x->upload_fd >= 0) close(x->upload_fd);
  if (x->upload_path[0]) unlink(x->upload_path);
  strbuf_free(&x->bytes);
  response_free(&x->response);
  arena_free(x->arena);
  mem_free(x);
}

static enum MHD_Result send_response(struct exchange *x) {
  struct response *w = &x->response;
  struct MHD_Response *m;
  if (w->file >= 0) {
    off_t n = lseek(w->file, 0, SEEK_END);
    m = n < 0 ? NULL : MHD_create_response_from_fd64((uint64_t)n, w->file);
    if (m) w->file = -1; /* the library closes it */
  } else {
    struct str b = w->fixed ? (struct str){w->fixed, w->fixed_n} : strbuf_str(&w->body);
    m = MHD_create_response_from_buffer(b.n, (void *)(uintptr_t)b.p, MHD_RESPMEM_PERSISTENT);
  }
  if (!m) return MHD_NO;
  char value[2000];
  MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_TYPE,
                          w->content_type.n ? str_to_z(w->content_type, value, sizeof value) : "text/html; charset=utf-8");
  for (size_t i = 0; i < w->n_headers; i++) {
    struct strbuf v STRBUF_CLEANUP = STRBUF_INIT(WEB_MAX_URL * 4);
    strbuf_add(&v, w->headers[i].value);
    MHD_add_response_header(m, w->headers[i].name.p, strbuf_z(&v));
  }
  enum MHD_Result done = MHD_queue_response(x->connection, (unsigned)w->status, m);
  MHD_destroy_response(m);
  return done;
}

/* An answer made here, when no worker may be asked: too large, too many. */
static void fill_plain(struct exchange *x, int status, const char *word, const char *text) {
  struct response *w = &x->response;
  bool api = str_starts(x->target, STR("/api/"));
  strbuf_clear(&w->body);
  if (api) strbuf_fmt(&w->body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"mend\":\"Send less, or try again later.\"}}\n", word, text);
  else strbuf_fmt(&w->body, "<!doctype html><html lang=\"en\"><title>Perennial</title><h1>%s</h1>", text);
  w->status = status;
  w->content_type = api ? STR("application/json") : STR_NONE;
  response_header(w, "Content-Security-Policy", STR("default-src 'none'; frame-ancestors 'none'"));
  response_header(w, "X-Content-Type-Options", STR("nosniff"));
  response_header(w, "Cache-Control", STR("no-store"));
  if (status == 503) response_header(w, "Retry-After", STR("5"));
  log_line(LOG_WARN, "request refused %d %s", status, word);
}

static enum MHD_Result send_plain(struct exchange *x, int status, const char *word, const char *text) {
  fill_plain(x, status, word, text);
  return send_response(x);
}

static int upload_write(struct exchange *x, const char *data, size_t size) {
  if (x->upload_fd < 0) {
    str_to_z(STR("/tmp/perennial-upload-XXXXXX"), x->upload_path, sizeof x->upload_path);
    x->upload_fd = mkostemp(x->upload_path, O_CLOEXEC);
    if (x->upload_fd < 0) x->upload_path[0] = 0;
    else x->body.upload.path = x->upload_path;
  }
  while (size && x->upload_fd >= 0) {
    ssize_t n = write(x->upload_fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    data += n;
    size -= (size_t)n;
    x->body.upload.size += n;
  }
  return size || x->upload_fd < 0 ? ERR_IO : OK;
}

/* A piece of a plain field: added to the field it continues, or a new one. */
static int field_add(struct exchange *x, const char *key, const char *data, uint64_t off, size_t size) {
  struct pairs *f = &x->body.fields;
  x->in_fields += size;
  if (x->in_fields > WEB_MAX_FORM || f->n >= WEB_MAX_PAIRS) return ERR_LIMIT;
  if (!f->p) f->p = arena_zalloc(x->arena, WEB_MAX_PAIRS, sizeof *f->p);
  if (!f->p) return ERR_NOMEM;
  struct str old = STR_NONE;
  if (off && f->n) old = f->p[f->n - 1].value;
  else f->p[f->n++].name = arena_str(x->arena, str_of(key));
  char *joined = arena_alloc(x->arena, old.n + size + 1);
  if (!joined || !f->p[f->n - 1].name.p) return ERR_NOMEM;
  memcpy(joined, old.p, old.n);
  memcpy(joined + old.n, data, size);
  joined[old.n + size] = 0;
  f->p[f->n - 1].value = (struct str){joined, old.n + size};
  return OK;
}

static enum MHD_Result on_part(void *cls, enum MHD_ValueKind kind, const char *key, const char *file_name, const char *type, const char *encoding,
                               const char *data, uint64_t off, size_t size) {
  struct exchange *x = cls;
  struct upload *u = &x->body.upload;
  (void)kind, (void)type, (void)encoding;
  int rc;
  if (file_name) {
    if (!u->field.n) u->field = arena_str(x->arena, str_of(key)), u->file_name = arena_str(x->arena, str_of(file_name));
    rc = str_eq(u->field, str_of(key)) ? upload_write(x, data, size) : ERR_LIMIT; /* one file a form */
  } else rc = field_add(x, key, data, off, size);
  if (rc == ERR_LIMIT) x->body.too_large = true;
  else if (rc < 0) x->body.broken = true;
  return rc < 0 ? MHD_NO : MHD_YES;
}

static enum MHD_Result add_size(void *cls, enum MHD_ValueKind kind, const char *key, const char *value) {
  (void)kind;
  *(size_t *)cls += (key ? strlen(key) : 0) + (value ? strlen(value) : 0) + 4;
  return MHD_YES;
}

static bool peer_address(struct MHD_Connection *c, char *buf, size_t size) {
  const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  socklen_t n = i && i->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
  if (!i || getnameinfo(i->client_addr, n, buf, (socklen_t)size, NULL, 0, NI_NUMERICHOST)) return str_to_z(STR("unknown"), buf, size), false;
  return !strncmp(buf, "127.", 4) || !strcmp(buf, "::1");
}

/* Address of the person: the peer's, or what our own proxy said last. */
static void take_address(struct transport *t, struct exchange *x) {
  bool loopback = peer_address(x->connection, x->address_text, sizeof x->address_text);
  struct str forwarded = exchange_header(x, "X-Forwarded-For"), piece, last = STR_NONE;
  while (t->web->public_url.n && loopback && str_cut(forwarded, ',', &piece, &forwarded)) last = str_trim(piece);
  if (last.n) str_to_z(last, x->address_text, sizeof x->address_text);
  x->address = str_of(x->address_text);
}

static size_t body_limit(const struct route *r) {
  static const size_t usual[] = {[BODY_NONE] = 0, [BODY_FORM] = WEB_MAX_FORM, [BODY_UPLOAD] = WEB_MAX_UPLOAD, [BODY_JSON] = WEB_MAX_JSON};
  return !r ? 0 : r->limit ? r->limit : usual[r->body];
}

static enum MHD_Result begin_upload(struct transport *t, struct exchange *x) {
  pthread_mutex_lock(&t->lock);
  bool room = t->uploads < UPLOADS_MOST;
  t->uploads += room;
  pthread_mutex_unlock(&t->lock);
  if (!room) return send_plain(x, 503, "busy", "Too many uploads run at once. Try again in a minute.");
  x->form = MHD_create_post_processor(x->connection, POST_BUFFER, on_part, x);
  if (x->form) return MHD_YES;
  pthread_mutex_lock(&t->lock);
  t->uploads--;
  pthread_mutex_unlock(&t->lock);
  x->body.broken = true; /* not multipart: the dispatcher says so */
  return MHD_YES;
}

static enum MHD_Result begin(struct transport *t, struct exchange *x, const char *method) {
  size_t header_bytes = 0;
  x->begun = true;
  x->head = !strcmp(method, "HEAD");
  x->method = x->head || !strcmp(method, "GET") ? HTTP_GET : !strcmp(method, "POST") ? HTTP_POST : HTTP_METHOD_OTHER;
  MHD_get_connection_values(x->connection, MHD_HEADER_KIND, add_size, &header_bytes);
  if (header_bytes > WEB_MAX_HEADER) return send_plain(x, 431, "headers_too_large", "The headers of the request are too large.");
  x->host = exchange_header(x, "Host");
  x->agent = exchange_header(x, "User-Agent");
  take_address(t, x);
  struct str path, query, params[WEB_MAX_PARAMS];
  const char *allow;
  str_cut(x->target, '?', &path, &query);
  if (route_find(t->web->routes, x->method, path, &x->route, params, &allow) != ROUTE_FOUND) x->route = NULL;
  x->limit = body_limit(x->route);
  strbuf_init(&x->bytes, x->limit ? x->limit : 1);
  int64_t length = 0;
  struct str said = exchange_header(x, "Content-Length");
  if (said.n && (str_to_i64(said, &length) < 0 || (uint64_t)length > x->limit))
    return send_plain(x, 413, "too_large", "What was sent is too large for this address.");
  if (!x->route || x->route->body != BODY_UPLOAD) return MHD_YES;
  peer_waits(t, x->connection, true, SLOW_FACTOR);
  return begin_upload(t, x);
}

static enum MHD_Result take_data(struct exchange *x, const char *data, size_t size) {
  x->seen += size;
  if (x->seen > x->limit) {
    x->body.too_large = true;
    return x->seen > x->limit + WEB_MAX_FORM ? MHD_NO : MHD_YES; /* read on for a while, so that the answer is seen */
  }
  if (x->body.broken || x->body.too_large) return MHD_YES;
  if (!x->form) strbuf_add(&x->bytes, (struct str){data, size});
  else if (MHD_post_process(x->form, data, size) != MHD_YES && !x->body.too_large) x->body.broken = true;
  return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
                                  size_t *size, void **con_cls) {
  struct transport *t = cls;
  struct exchange *x = *con_cls;
  (void)url, (void)version;
  if (!x || !x->arena || !x->target.p) return MHD_NO;
  if (!x->begun) return begin(t, x, method);
  if (x->done) {
    peer_waits(t, c, true, SLOW_FACTOR);
    return send_response(x);
  }
  if (*size) {
    enum MHD_Result rc = take_data(x, data, *size);
    *size = 0;
    return rc;
  }
  peer_waits(t, c, false, 1);
  MHD_suspend_connection(c);
  if (!server_take(t->server, x)) {
    fill_plain(x, 503, "busy", "The server is busy or stopping. Try again in a moment.");
    transport_resume(x);
  }
  return MHD_YES;
}

void transport_resume(struct exchange *x) {
  x->done = true;
  MHD_resume_connection(x->connection);
}

/* ---- the listening socket */
static void on_log(void *cls, const char *fmt, va_list args) {
  char text[400];
  (void)cls;
  vsnprintf(text, sizeof text, fmt, args);
  log_line(LOG_DEBUG, "http: %s", text);
}

static int resolve(const char *listen, char *host, size_t host_size, struct addrinfo **ret, struct err *e) {
  struct str s = str_of(listen);
  size_t colon = SIZE_MAX;
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] == ':') colon = i;
  int64_t port = -1;
  struct str h = str_sub(s, 0, colon == SIZE_MAX ? 0 : colon);
  if (h.n > 1 && h.p[0] == '[' && h.p[h.n - 1] == ']') h = str_sub(h, 1, h.n - 2);
  if (colon == SIZE_MAX || str_to_i64(str_sub(s, colon + 1, s.n), &port) < 0 || port < 0 || port > 65535 || !h.n)
    return err_set(e, ERR_USAGE, "--listen %s: not an address and port: write it like 127.0.0.1:8080", listen);
  char text[16];
  snprintf(text, sizeof text, "%d", (int)port);
  str_to_z(str_eq(h, STR("localhost")) ? STR("127.0.0.1") : h, host, host_size);
  struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
  if (getaddrinfo(host, text, &want, ret)) return err_set(e, ERR_USAGE, "--listen %s: not an address of this machine: write it like 127.0.0.1:8080", listen);
  return OK;
}

static int listen_on(const char *listen_text, int *ret_fd, int *ret_port, bool *ret_v6, struct err *e) {
  char host[100];
  struct addrinfo *a = NULL;
  int rc = resolve(listen_text, host, sizeof host, &a, e);
  if (rc < 0) return rc;
  int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  bool good = fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
  int why = errno;
  *ret_v6 = a->ai_family == AF_INET6;
  freeaddrinfo(a);
  struct sockaddr_storage bound = {0};
  socklen_t n = sizeof bound;
  if (good) good = getsockname(fd, (struct sockaddr *)&bound, &n) == 0;
  if (!good) {
    if (fd >= 0) close(fd);
    if (why == EADDRINUSE) return err_set(e, ERR_IO, "%s: the port is in use: stop the other program or choose another one with --listen", listen_text);
    if (why == EACCES) return err_set(e, ERR_IO, "%s: the port needs rights of the system: choose one above 1023 with --listen", listen_text);
    return err_set(e, ERR_IO, "%s: can't listen there: %s: choose an address of this machine with --listen", listen_text, strerror(why));
  }
  *ret_port = ntohs(*ret_v6 ? ((struct sockaddr_in6 *)&bound)->sin6_port : ((struct sockaddr_in *)&bound)->sin_port);
  *ret_fd = fd;
  return OK;
}

static struct MHD_Daemon *daemon_start(struct transport *t, int fd, bool v6) {
  const struct web *w = t->web;
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (v6 ? MHD_USE_IPv6 : 0u);
  unsigned per_address = w->public_url.n ? 0 : (unsigned)(w->per_address ? w->per_address : 128);
  struct MHD_OptionItem more[] = {
      {MHD_OPTION_THREAD_POOL_SIZE, w->io_threads, NULL},
      {MHD_OPTION_END, 0, NULL},
  };
  if (w->io_threads < 2) more[0] = more[1];
  return MHD_start_daemon(flags, 0, NULL, NULL, on_request, t, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                          MHD_OPTION_NOTIFY_COMPLETED, on_done, t, MHD_OPTION_NOTIFY_CONNECTION, on_connection, t, MHD_OPTION_URI_LOG_CALLBACK,
                          on_target, t, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address,
                          MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(w->idle_seconds ? w->idle_seconds : 30), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                          (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

int transport_start(const struct web *w, struct server *server, struct transport **ret, struct err *e) {
  struct transport *t = mem_zalloc(1, sizeof *t);
  int fd = -1;
  bool v6 = false;
  if (!t) return err_set(e, ERR_NOMEM, "Out of memory");
  t->web = w;
  t->server = server;
  pthread_mutex_init(&t->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&t->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  int rc = listen_on(w->listen, &fd, &t->port, &v6, e);
  if (rc == OK) {
    t->daemon = daemon_start(t, fd, v6);
    if (!t->daemon) close(fd), rc = err_set(e, ERR_FAIL, "The server can't start: the system gives no more threads or files: raise its limits");
  }
  if (rc == OK) {
    t->has_reaper = pthread_create(&t->reaper, NULL, reap, t) == 0;
    if (!t->has_reaper) rc = err_set(e, ERR_FAIL, "The server can't start its threads: raise the limit of processes");
  }
  if (rc < 0) {
    transport_stop(t);
    return rc;
  }
  *ret = t;
  return OK;
}

int transport_port(const struct transport *t) { return t->port; }

void transport_quiesce(struct transport *t) {
  int fd = t->quiet ? -1 : MHD_quiesce_daemon(t->daemon);
  t->quiet = true;
  if (fd >= 0) close(fd);
}

void transport_stop(struct transport *t) {
  if (!t) return;
  pthread_mutex_lock(&t->lock);
  t->stopping = true;
  pthread_cond_broadcast(&t->wake);
  pthread_mutex_unlock(&t->lock);
  if (t->has_reaper) pthread_join(t->reaper, NULL);
  if (t->daemon) MHD_stop_daemon(t->daemon);
  pthread_mutex_destroy(&t->lock);
  pthread_cond_destroy(&t->wake);
  mem_free(t);
}

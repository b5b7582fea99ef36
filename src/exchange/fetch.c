#include "exchange/fetch.h"

#include "base/strbuf.h"
#include "exchange/curl_once.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static bool curl_ready;
static void curl_begin(void) { curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

CURL *curl_handle(void) {
  pthread_once(&curl_once, curl_begin);
  return curl_ready ? curl_easy_init() : NULL;
}

struct receiving {
  struct strbuf body;
  bool loopback, refused;
};

struct str fetch_host(struct str url) {
  struct str rest = str_starts(url, STR("https://")) ? str_sub(url, 8, url.n) : str_starts(url, STR("http://")) ? str_sub(url, 7, url.n) : STR_NONE;
  size_t end = str_find(rest, '/', 0);
  struct str authority = str_sub(rest, 0, end == SIZE_MAX ? rest.n : end);
  if (str_find(authority, '@', 0) != SIZE_MAX) return STR_NONE; /* a name before the host deceives the eye */
  size_t from = authority.n && authority.p[0] == '[' ? str_find(authority, ']', 0) : 0;
  if (from == SIZE_MAX) return STR_NONE;
  size_t colon = str_find(authority, ':', from);
  return colon == SIZE_MAX ? authority : str_sub(authority, 0, colon);
}

static bool host_allowed(struct str host, struct str hosts) {
  struct str piece;
  while (str_cut(hosts, ',', &piece, &hosts))
    if (host.n && str_eq_nocase(str_trim(piece), host)) return true;
  return false;
}

static bool loopback_name(struct str host) {
  return str_eq_nocase(host, STR("localhost")) || str_starts(host, STR("127.")) || str_eq(host, STR("[::1]"));
}

/* This machine, link-local (also the metadata services of clouds), unspecified, multicast. */
static bool address_refused(const struct sockaddr *sa) {
  if (sa->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, sa, sizeof v4);
    uint32_t a = ntohl(v4.sin_addr.s_addr);
    return a >> 24 == 127 || a >> 24 == 0 || a >> 16 == 0xA9FE || a >> 28 >= 14;
  }
  if (sa->sa_family != AF_INET6) return true;
  struct sockaddr_in6 v6;
  memcpy(&v6, sa, sizeof v6);
  const struct in6_addr *a = &v6.sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(a)) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    memcpy(&v4.sin_addr, a->s6_addr + 12, 4);
    return address_refused((const struct sockaddr *)&v4);
  }
  return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MULTICAST(a);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to) {
  struct receiving *x = arg;
  (void)purpose;
  if (!x->loopback && address_refused(&to->addr)) {
    x->refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t receive(char *bytes, size_t size, size_t n, void *arg) {
  struct receiving *x = arg;
  strbuf_add(&x->body, (struct str){bytes, size * n});
  return x->body.failed ? 0 : size * n;
}

static int options(CURL *c, const struct fetch *f, const char *url, struct curl_slist *headers, struct receiving *x) {
  bool bad = false;
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_URL, url);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, f->loopback ? "https,http" : "https");
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)FETCH_CONNECT_SECONDS);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)FETCH_SECONDS);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, receive);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_USERAGENT, "Perennial/" PERENNIAL_VERSION);
  if (f->loopback) bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_PROXY, "");
  if (f->form.n) {
    bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)f->form.n);
    bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, f->form.p);
  }
  return bad ? ERR_NOMEM : OK;
}

static int perform(CURL *c, struct arena *a, struct str host, struct receiving *x, struct fetched *ret, struct err *e) {
  long status = 0;
  CURLcode rc = curl_easy_perform(c);
  if (x->refused) return err_set(e, ERR_DENIED, "%.*s is this machine or a link-local address: it is not asked", (int)host.n, host.p);
  if (x->body.failed == ERR_LIMIT) return err_set(e, ERR_LIMIT, "%.*s sends too much", (int)host.n, host.p);
  if (x->body.failed) return err_set(e, ERR_NOMEM, "Out of memory");
  if (rc != CURLE_OK) return err_set(e, ERR_IO, "%.*s can't be asked: %s", (int)host.n, host.p, curl_easy_strerror(rc));
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  ret->status = (int)status;
  ret->body = arena_str(a, strbuf_str(&x->body));
  return ret->body.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

int fetch_run(struct arena *a, const struct fetch *f, struct fetched *ret, struct err *e) {
  struct receiving x = {.body = STRBUF_INIT(FETCH_MOST_BYTES), .loopback = f->loopback};
  struct str host = fetch_host(f->url);
  char url[FETCH_MOST_URL], line[4000];
  bool plain = str_starts(f->url, STR("http://"));
  if (!host.n || f->url.n >= sizeof url || !host_allowed(host, f->hosts))
    return err_set(e, ERR_DENIED, "%.*s is not among the hosts that may be asked", (int)(host.n > 80 ? 80 : host.n), host.p);
  if (plain && !(f->loopback && loopback_name(host))) return err_set(e, ERR_DENIED, "%.*s is not asked without TLS", (int)host.n, host.p);
  CURL *c = curl_handle();
  struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
  snprintf(line, sizeof line, "Authorization: %.*s", STR_FMT(f->authorization));
  if (headers && f->authorization.n) headers = curl_slist_append(headers, line);
  str_to_z(f->url, url, sizeof url);
  int rc = c && headers ? options(c, f, url, headers, &x) : ERR_NOMEM;
  if (rc == OK) rc = perform(c, a, host, &x, ret, e);
  else err_set(e, rc, "Out of memory");
  curl_slist_free_all(headers);
  curl_easy_cleanup(c);
  strbuf_free(&x.body);
  return rc;
}

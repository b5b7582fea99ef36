#include "exchange/smtp.h"

#include "exchange/curl_once.h"

enum { MOST_ADDRESS = 254 };

bool smtp_address(struct str s) {
  size_t at = str_find(s, '@', 0);
  if (at == SIZE_MAX || at == 0 || at > 64 || s.n > MOST_ADDRESS || str_find(s, '@', at + 1) != SIZE_MAX)
    return false;
  struct str host = str_sub(s, at + 1, s.n);
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || i == at;
    if (!letter && (i > at || !memchr("!#$%&'*+/=?^_`{|}~", c, 18)))
      return false;
  }
  return host.n > 2 && str_find(host, '.', 1) != SIZE_MAX && !str_starts(host, STR(".")) && !str_ends(host, STR(".")) && !str_contains(host, STR("..")) && s.p[0] != '.';
}

struct sending {
  struct str rest;
  bool all;             /* curl has taken the last byte */
};

static size_t give(char *buf, size_t size, size_t n, void *arg) {
  struct sending *x = arg;
  size_t room = size * n, take = x->rest.n < room ? x->rest.n : room;
  if (take)
    memcpy(buf, x->rest.p, take);
  x->rest = str_sub(x->rest, take, x->rest.n);
  x->all = x->rest.n == 0;
  return take;
}

static size_t drop(char *bytes, size_t size, size_t n, void *arg) {
  (void)bytes, (void)arg;
  return size * n;
}

static int options(CURL *c, const struct smtp *x, const char *url, const char *from, struct curl_slist *to, struct sending *sending) {
  bool bad = false;
  char user[300], password[600];
  str_to_z(x->user, user, sizeof user);
  str_to_z(x->password, password, sizeof password);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_URL, url);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_PROXY, "");
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_USE_SSL, x->security == SMTP_PLAIN ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
  bad |= x->ca_file && CURLE_OK != curl_easy_setopt(c, CURLOPT_CAINFO, x->ca_file);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)SMTP_CONNECT_SECONDS);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SMTP_SECONDS);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_READDATA, sending);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
  bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)sending->rest.n);
  if (x->user.n) {
    bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_USERNAME, user);
    bad |= CURLE_OK != curl_easy_setopt(c, CURLOPT_PASSWORD, password);
  }
  return bad ? ERR_NOMEM : OK;
}

/* What a failure means: an answer of the server is an answer; silence after the last byte is not. */
static enum smtp_result judge(CURL *c, CURLcode rc, const struct smtp *x, const struct sending *s, struct err *e) {
  long answer = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
  if (rc == CURLE_OK)
    return SMTP_SENT;
  if (rc == CURLE_LOGIN_DENIED || answer == 535 || answer == 534) {
    err_set(e, ERR_DENIED, "The mail server %.*s refuses the sign-in: check its user and password", STR_FMT(x->host));
    return SMTP_LATER; /* somebody mends the settings, and it goes out */
  }
  if (answer >= 500) {
    err_set(e, ERR_DENIED, "The mail server %.*s refuses the message with %d: check the address and the sender", STR_FMT(x->host), (int)answer);
    return SMTP_REFUSED;
  }
  if (answer >= 400) {
    err_set(e, ERR_IO, "The mail server %.*s takes it later (%d)", STR_FMT(x->host), (int)answer);
    return SMTP_LATER;
  }
  if (rc == CURLE_USE_SSL_FAILED) {
    err_set(e, ERR_DENIED, "The mail server %.*s offers no encryption: nothing was sent", STR_FMT(x->host));
    return SMTP_LATER;
  }
  if (s->all) {
    err_set(e, ERR_IO, "The connection to the mail server %.*s broke after the message had left: it may have arrived", STR_FMT(x->host));
    return SMTP_UNCERTAIN;
  }
  err_set(e, ERR_IO, "The mail server %.*s can't be reached: %s", STR_FMT(x->host), curl_easy_strerror(rc));
  return SMTP_LATER;
}

enum smtp_result smtp_send(const struct smtp *x, struct str to, struct str message, struct err *e) {
  char url[400], from[MOST_ADDRESS + 8], address[MOST_ADDRESS + 8];
  struct sending sending = {.rest = message};
  if (!smtp_address(to)) {
    err_set(e, ERR_SYNTAX, "%.*s is no mail address", STR_FMT(str_sub(to, 0, 80)));
    return SMTP_REFUSED;
  }
  snprintf(url, sizeof url, "%s://%.*s:%d", x->security == SMTP_TLS ? "smtps" : "smtp", STR_FMT(x->host), x->port);
  snprintf(from, sizeof from, "<%.*s>", STR_FMT(x->from));
  snprintf(address, sizeof address, "<%.*s>", STR_FMT(to));
  CURL *c = curl_handle();
  struct curl_slist *list = curl_slist_append(NULL, address);
  enum smtp_result result = SMTP_LATER;
  if (!c || !list || options(c, x, url, from, list, &sending) < 0)
    err_set(e, ERR_NOMEM, "Out of memory");
  else
    result = judge(c, curl_easy_perform(c), x, &sending, e);
  curl_slist_free_all(list);
  curl_easy_cleanup(c);
  return result;
}

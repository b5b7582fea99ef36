/* Our request and response: what a handler sees. No socket type appears here, so that every page and
 * every rule of the dispatcher is tested without a network. http_mhd.c turns bytes into these and back. */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H
#include "app/scope.h"
#include "base/strbuf.h"
#include "web/words.h"

struct book_cache; /* app/book_cache.h */
struct route;
struct web;

enum http_method { HTTP_GET, HTTP_POST, HTTP_METHOD_OTHER }; /* HEAD is answered as GET without its body */

/* Every limit of the web, in one place (security.md §Input). */
enum {
  WEB_MAX_URL = 8 << 10,
  WEB_MAX_HEADER = 16 << 10,
  WEB_MAX_FORM = 1 << 20,
  WEB_MAX_JSON = 1 << 20,
  WEB_MAX_JSON_DEPTH = 32,
  WEB_MAX_UPLOAD = 100 << 20,
  WEB_MAX_PAGE = 64 << 20,    /* a response held in memory; bigger ones go through response_file */
  WEB_MAX_ARENA = 256 << 20,  /* what one request may hold */
  WEB_MAX_FEED_PAGE = 50000,  /* rows of one answer of the feed, when the reader asks for so many */
  WEB_MAX_FEED_MINUTE = 600,  /* questions to the feed by one person in a minute */
  WEB_MAX_PARAMS = 4,         /* :name parts of a path */
  WEB_MAX_PAIRS = 2000,       /* fields of a form, or of a query */
};

struct pair {
  struct str name, value; /* decoded */
};
struct pairs {
  struct pair *p;
  size_t n;
};
/* First value of that name, or an empty text. pairs_has tells an empty value from an absent one. */
struct str pairs_get(const struct pairs *p, const char *name);
bool pairs_has(const struct pairs *p, const char *name);
/* Decodes application/x-www-form-urlencoded text into arena arrays. OK, ERR_SYNTAX (bad % escape, a NUL, not
 * UTF-8), ERR_LIMIT (more than WEB_MAX_PAIRS), ERR_NOMEM. */
int pairs_decode(struct arena *a, struct str text, struct pairs *ret);

/* A file that came with a multipart form: already written to a temporary file, which is removed when the
 * request ends. */
struct upload {
  struct str field, file_name; /* the client's name for it: for display only, never a path */
  const char *path;            /* the temporary file; NULL when the form had no file */
  int64_t size;
};

/* The signed-in person, or role ROLE_COUNT and id 0 for nobody. */
struct actor {
  int64_t id;
  enum role role;
  struct str name, email, language, locale, time_zone;
  struct str csrf;         /* token of this session; empty for an API token */
  struct str session_hash; /* key of the session row; empty for an API token */
  int64_t fresh_at;        /* when the password was last given in this session */
  bool has_password;       /* false: signs in through the provider only */
  bool by_token, may_write; /* signed in by an API token; its scope allows changes */
};

struct request {
  enum http_method method;
  bool head, fragment;     /* HEAD; HX-Request of htmx: answer with the changed part only */
  bool secure;             /* the person's browser speaks TLS to us or to the proxy in front */
  struct str path;         /* decoded, begins with '/' */
  struct str target;       /* as it came: path and query, for links back to the same page */
  struct pairs query, form; /* form: fields of a POST */
  struct str json;         /* body of a JSON route: well-formed, no deeper than WEB_MAX_JSON_DEPTH */
  struct upload upload;
  struct str host, address, agent; /* Host header; the client's address */
  char id[17];             /* request id, in the log line and on error pages */
  int64_t now;             /* seconds UTC, taken once */
  day_t today;             /* the day the page stands on: the organization's, or as_of */
  day_t as_of;             /* the past day asked for, DAY_NONE = now: show no form, read rows only as they were known then (web/as_of.h) */
  day_t real_today;        /* the organization's day, also when looking at a past one */
  int64_t until;           /* last instant known on that day; INT64_MAX = now */
  struct reader reader[1]; /* language, locale, zone and day of whoever reads; an array of one, so that r->reader is its address */
  const struct route *route;
  struct str params[WEB_MAX_PARAMS]; /* values of :name parts, in order */
  struct actor who;
  struct scope scope;      /* rows the actor may see; filled for signed-in requests */
  struct arena *arena;     /* freed when the response has been made */
  struct store *store;     /* this worker's connection */
  struct book_cache *books; /* the book in memory; NULL in tests that need none */
  const struct web *web;
  char nonce[25];          /* of this response's Content-Security-Policy */
  struct err err;          /* set it before returning a negative code */
  /* Header lookup, case-insensitive name; empty when absent. */
  struct str (*header)(const struct request *r, const char *name);
  void *transport;
};
/* The :name part as a positive number. OK or ERR_NOTFOUND: an address with anything else has no page. */
int request_id_param(const struct request *r, int index, int64_t *ret);

struct http_header {
  struct str name, value;
};
struct response {
  int status; /* 0 = 200 */
  struct str content_type; /* empty: text/html; charset=utf-8 */
  struct strbuf body;
  int file;   /* >= 0: an open file sent instead of body, closed afterwards; else -1 */
  const void *fixed; size_t fixed_n; /* static bytes sent instead of body (assets) */
  bool cacheable; /* an immutable asset: no no-store */
  bool foreign;   /* bytes of somebody's file: nothing in it may run, whatever a browser makes of it */
  struct http_header headers[12];
  size_t n_headers;
};
/* name and value must live as long as the request's arena. */
void response_header(struct response *w, const char *name, struct str value);
/* 303 to an address of ours (it must begin with one '/'; anything else goes to "/"). Returns OK. */
int response_redirect(struct request *r, struct response *w, struct str to);
/* Marks the response as a download with that file name (RFC 6266). Returns OK or ERR_NOMEM. */
int response_download(struct request *r, struct response *w, struct str content_type, struct str file_name);
/* A new, already unlinked temporary file for a large download; set it as w->file when it is complete
 * (rewound by the sender). OK, ERR_IO. */
int response_temp_file(struct request *r, int *ret_fd);
/* The same of what write() makes at a path of its own, in a folder that only this process may enter. Its code, or ERR_IO. */
int response_temp_write(struct request *r, int (*write)(void *arg, const char *path, struct err *e), void *arg, int *ret_fd);
void response_init(struct response *w);
void response_free(struct response *w);
#endif

/* The running web server and what its requests share. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H
#include "app/access.h"
#include "web/http.h"
#include "web/route.h"

struct web {
  const char *db_url;
  const char *listen;           /* "127.0.0.1:8080", "[::1]:0": port 0 = the kernel chooses */
  struct str public_url;        /* "https://renewals.example.com" behind a proxy: allowed Origin and Host, Secure cookies,
                                   and X-Forwarded-For of loopback peers is believed. "" = none */
  const struct route *routes;   /* web_routes */
  struct book_cache *books;     /* may be NULL */
  struct import_desk *imports;  /* app/import_desk.h; NULL: no uploads */
  struct password_cost cost;
  int workers;                  /* 0 = twice the cores, at least 4 */
  int io_threads;               /* 0 = 1 */
  int idle_seconds;             /* a connection that moves no byte for so long is closed; 0 = 30 */
  int request_seconds;          /* a request must have arrived whole by then; 0 = 60, uploads ten times that */
  int per_address;              /* connections of one address; 0 = 128; not limited behind a proxy */
  day_t today;                  /* DAY_NONE: the clock's UTC day; else the day of a pinned demo */
};
struct server;
/* Checks the routes, binds, opens one store per worker and starts. ERR_USAGE (address not understood), ERR_IO (port in
 * use or not allowed, with the mend), ERR_FAIL. `w` must outlive the server. */
int server_start(const struct web *w, struct server **ret, struct err *e);
int server_port(const struct server *s);
/* Takes no new connections, lets running requests end (at most ten seconds), closes everything. Takes NULL. */
void server_stop(struct server *s);

/* One request, without sockets: finds the route, checks host, session or token, role, CSRF and body, calls the handler,
 * makes error pages, adds the security headers. The caller fills method, target, host, address, agent, header, arena, store,
 * web and the raw body. Never fails: w is always a complete response. */
struct raw_body {
  struct str bytes;       /* BODY_FORM, BODY_JSON */
  struct pairs fields;    /* BODY_UPLOAD */
  struct upload upload;
  bool too_large, broken; /* over the route's limit; not a well-formed multipart */
};
void web_handle(struct request *r, const struct raw_body *body, struct response *w);
/* Name of the session cookie: "__Host-perennial" over TLS, "perennial" on loopback. */
const char *session_cookie_name(const struct request *r);
#endif

/* A real server on a loopback port in a temporary folder, and a small client that speaks to it. */
#ifndef TESTS_HTTP_SUPPORT_H
#define TESTS_HTTP_SUPPORT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include "../group.h"

#include "app/access.h"
#include "base/strbuf.h"
#include "web/server.h"

#define PASSWORD "quiet harbor lantern" /* of every person of the tests */
#define CHEAP ((struct password_cost){1, 8192 * 1024})

struct house {
  char dir[64], key[100], db[300]; /* db: a file in dir, or $PERENNIAL_TEST_POSTGRES */
  struct store *store;
  struct web web;
  struct server *server;
  int port;
  int64_t people[ROLE_COUNT]; /* one of each role; email ROLE@example.com */
  int64_t other_rep;          /* of another team */
};
/* People of every role, no business rows. */
void house_open(struct house *h);
void house_serve(struct house *h); /* house_open, then starts the server with h->web as the test left it */
void house_start(struct house *h); /* both */
void house_close(struct house *h);  /* with the books of the server */
/* A script of SQL, and the first column of the first row (-1 = none); both must succeed. */
void house_run(const struct house *h, const char *sql);
int64_t house_number(const struct house *h, const char *sql);
/* A customer with a contract N-id and its renewal of 1,200 dollars, all known since 2023, all with the number id. */
struct house_renewal {
  int id;
  const char *customer; /* NULL: that of the renewal `with` */
  int64_t owner;
  int stage, category;
  day_t due;
  bool line; /* the contract has a line that ends on the day due and that this renewal renews */
  int outcome, with;
};
void house_renewal_add(const struct house *h, const struct house_renewal *x);
void house_changed(const struct house *h); /* scripts wrote rows of the book: it is read anew */
/* Pins the organization's day, and serves with the book in memory. */
void house_serve_book(struct house *h, day_t today);

struct answer {
  int status;       /* 0: the connection ended without an answer */
  struct strbuf raw; /* head and body as they came */
  struct str head, body;
};
struct ask {
  const char *method, *path;
  const char *body, *type; /* type NULL: a form */
  size_t body_n;           /* 0 = up to the NUL */
  const char *cookie, *origin, *site, *bearer, *host; /* NULL = not sent; origin "own" = ours; host NULL = ours */
  const char *extra;       /* further header lines, each ended by \r\n */
};
/* Sends one request on a new connection and reads until the server closes. */
void ask(const struct house *h, const struct ask *q, struct answer *ret);
void answer_free(struct answer *a);
/* Asks for a page as this cookie's person; sends a form (its fields behind the token). Both give the status. */
int get_as(const struct house *h, const char *cookie, const char *path, struct answer *ret);
int post_as(const struct house *h, const char *cookie, const char *csrf, const char *path, const char *fields, struct answer *ret);
/* Sends JSON with an API token; fails the test unless the status is that and the answer has the text (NULL = any). */
void api_posts(const struct house *h, const char *token, const char *path, const char *json, int status, const char *text);
bool by_token(const char *path); /* an address for programs: /api/ and /odata/ */
/* Value of a header, or an empty text. */
struct str answer_header(const struct answer *a, const char *name);
bool answer_says(const struct answer *a, const char *text);
/* Signs in by the form; the cookie as a Cookie header's value. Fails the test unless it works. */
void sign_in(const struct house *h, const char *email, char cookie[128]);
/* The CSRF token in a page that this cookie sees. */
void csrf_of(const struct house *h, const char *cookie, char csrf[80]);
int connect_to(const struct house *h); /* a socket; the caller closes it */
#endif

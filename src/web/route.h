/* Routes are rows; the dispatcher enforces what a row says, so that a page cannot forget it.
 * Deny by default: a row without roles, or a POST without a CSRF level, keeps the server from starting. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H
#include "web/http.h"

enum { /* who may call: a set of roles, or everybody */
  MAY_ADMIN = 1 << ROLE_ADMIN, MAY_EXEC = 1 << ROLE_EXEC, MAY_MANAGER = 1 << ROLE_MANAGER, MAY_REP = 1 << ROLE_REP,
  MAY_OPS = 1 << ROLE_OPS, MAY_SALES = 1 << ROLE_SALES, MAY_PARTNER = 1 << ROLE_PARTNER,
  MAY_READ = MAY_ADMIN | MAY_EXEC | MAY_MANAGER | MAY_REP | MAY_OPS,  /* staff who see the desk */
  MAY_WRITE = MAY_ADMIN | MAY_MANAGER | MAY_REP | MAY_OPS,
  MAY_IMPORT = MAY_ADMIN | MAY_MANAGER | MAY_OPS,
  MAY_MERGE = MAY_ADMIN | MAY_MANAGER | MAY_OPS,          /* accounts that are one */
  MAY_STAFF = MAY_READ | MAY_SALES,                       /* everybody of the house who can sign in */
  MAY_SIGNED_IN = (1 << ROLE_COUNT) - 1,                  /* every role */
  MAY_ANYBODY = 1 << 30,                                  /* signed in or not */
};
enum csrf_level {
  CSRF_UNSET,  /* GET rows */
  CSRF_ORIGIN, /* Origin and Sec-Fetch-Site: forms before there is a session (sign-in) */
  CSRF_FORM,   /* these and the session's token in the field `csrf` or the header X-CSRF-Token */
  CSRF_TOKEN,  /* API: only with a bearer token, cookies are not looked at */
};
enum body_kind { BODY_NONE, BODY_FORM, BODY_UPLOAD, BODY_JSON };

/* Fills w. OK, or a negative code with r->err: ERR_NOTFOUND 404, ERR_DENIED 403, ERR_CONFLICT 409, ERR_SYNTAX
 * and ERR_RANGE 400, ERR_NOMEM 503, ERR_AGAIN 503, anything else 500, each as a page or, under /api/, as JSON. */
typedef int route_fn(struct request *r, struct response *w);

struct route {
  enum http_method method;
  const char *path;      /* "/renewals/:id/history": whole parts only; a literal part wins over a :part */
  unsigned may;          /* MAY_… */
  enum csrf_level csrf;
  enum body_kind body;
  size_t limit;          /* of the body in bytes; 0 = the kind's own */
  route_fn *handler;
  const char *subject;   /* what the first :part names: "renewal", "contract", "person", "period" …; tests put a
                            foreign one there and expect 404. NULL when there is none */
  bool as_of;            /* a GET that can show a past day: its handler obeys r->as_of (web/as_of.h) */
  bool fresh;            /* only within ACCESS_FRESH_SECONDS of the password: otherwise it is asked for first */
  bool fresh_all;        /* the same, for an export without a filter by somebody who sees all rows */
};
/* The whole product's table, in routes.c, ended by a row without handler. */
extern const struct route web_routes[];

/* Why a table is not servable, or OK: rows without may, handler or CSRF level, two rows that are the same. */
int routes_check(const struct route *rows, struct err *e);
enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };
/* path is decoded; params are borrowed from it. *ret_allow: methods that exist for this path ("GET, POST"). */
enum route_match route_find(const struct route *rows, enum http_method method, struct str path, const struct route **ret,
                            struct str params[WEB_MAX_PARAMS], const char **ret_allow);
#endif

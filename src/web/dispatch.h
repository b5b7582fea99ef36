/* Inside of the dispatcher: what dispatch.c, gate.c and the pages of sign-in share. */
#ifndef WEB_DISPATCH_H
#define WEB_DISPATCH_H
#include "web/server.h"

/* Value of a cookie, or "". */
struct str cookie_get(const struct request *r, struct str name);
bool request_is_api(const struct request *r);  /* path under /api/, or of the feed: answers are for programs */
bool request_is_feed(const struct request *r); /* path under /odata/: only with a token, errors as OData has them */
/* Splits and decodes r->target into path and query. OK, ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM. */
int request_parse_target(struct request *r);

/* Who calls: the session of the cookie, or the bearer token of an API call; r->who and r->scope. Nobody is OK too. */
int gate_identify(struct request *r);
/* What others have handed to the request's person, what field sales may read: into r->scope. Codes like scope_cover. */
int gate_cover(struct request *r);
/* Whether the Host header is a name of ours: stops pages of other names that resolve to this address. */
bool gate_host(const struct request *r);
/* Whether a form was sent from a page of ours: Origin, else Sec-Fetch-Site. */
bool gate_from_us(const struct request *r);
/* The CSRF rule of the route. OK or ERR_DENIED with the sentence in r->err. */
int gate_csrf(struct request *r);
/* The Set-Cookie of a new session, or with token "" of its end. OK, ERR_NOMEM. */
/* Name of a further cookie of ours: the session's name and this behind it. */
struct str cookie_name(const struct request *r, const char *part);
/* A Set-Cookie like the session's that lives so many seconds (0 = until the browser ends); value "" takes it away. OK, ERR_NOMEM. */
int cookie_set(struct request *r, struct response *w, struct str name, struct str value, int seconds);
int session_cookie_set(struct request *r, struct response *w, struct str token);
/* Fills r->reader: from the signed-in person, else from Accept-Language. */
void request_reader_set(struct request *r);
/* What a route with `fresh` wants: 1 = go on; 0 = the page that asks for the password is in w; or a code. */
int fresh_gate(struct request *r, struct response *w);
/* Security headers of every response. */
void response_guard(struct request *r, struct response *w);
/* 64 random hexadecimal digits at most; size counts the NUL. */
void random_hex(char *buf, size_t size);
#endif

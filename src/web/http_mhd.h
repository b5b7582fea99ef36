/* Between http_mhd.c (sockets) and server.c (workers). */
#ifndef WEB_HTTP_MHD_H
#define WEB_HTTP_MHD_H
#include "web/server.h"

struct transport;
/* One request on its way: filled by an I/O thread, handled by a worker, sent by the I/O thread again. */
struct exchange {
  struct exchange *next;      /* in the workers' queue */
  void *connection;           /* of the transport */
  enum http_method method;
  bool head, begun, done;     /* HEAD; headers were looked at; the response is complete */
  struct arena *arena;        /* of the request and its response */
  struct str target, host, address, agent; /* live as long as the exchange */
  const struct route *route;  /* NULL when no row matches; the dispatcher finds out why */
  struct strbuf bytes;
  struct raw_body body;
  size_t limit, seen, in_fields; /* of the body in bytes; what came; what of it went to fields of a multipart form */
  void *form;                 /* the transport's multipart parser */
  int upload_fd;
  char upload_path[64], address_text[64];
  struct response response;
  int64_t began_us;
};
struct str exchange_header(struct exchange *x, const char *name);
/* Hands a request to the workers; false when their queue is full or the server stops. */
bool server_take(struct server *s, struct exchange *x);

int transport_start(const struct web *w, struct server *server, struct transport **ret, struct err *e);
int transport_port(const struct transport *t);
void transport_quiesce(struct transport *t); /* no new connections */
void transport_stop(struct transport *t);    /* takes NULL */
void transport_resume(struct exchange *x);   /* the response is complete: any thread */
#endif

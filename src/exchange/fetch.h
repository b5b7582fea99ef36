/* Requests to other hosts: https with a verified certificate, no redirects, bounded in size and time. The address that a name resolves to
 * is looked at before the connection: this machine and link-local ones are refused unless allowed. Safe from any thread. */
#ifndef EXCHANGE_FETCH_H
#define EXCHANGE_FETCH_H
#include "base/arena.h"
#include "base/err.h"

enum { FETCH_CONNECT_SECONDS = 5, FETCH_SECONDS = 10, FETCH_MOST_BYTES = 256 << 10, FETCH_MOST_URL = 2000 };
struct fetch {
  struct str url;
  struct str hosts;         /* the hosts that may be asked, with commas: any other is refused */
  struct str form;          /* a POST of application/x-www-form-urlencoded; "" = GET */
  struct str authorization; /* value of that header, "" = none */
  bool loopback;            /* this machine may be asked, by http too: for tests */
};
struct fetched {
  int status;
  struct str body; /* in the arena */
};
/* OK with any status; ERR_DENIED (scheme, host or address not allowed), ERR_IO (no connection, certificate, time), ERR_LIMIT (too large), ERR_NOMEM. */
int fetch_run(struct arena *a, const struct fetch *f, struct fetched *ret, struct err *e);
/* Host of an address, without the port; "" when it has none. */
struct str fetch_host(struct str url);
#endif

/* A small mail server on loopback for tests: takes one connection after another, does what the address says, and keeps what it took. */
#ifndef TESTS_STORE_SMTP_SERVER_H
#define TESTS_STORE_SMTP_SERVER_H
#include <stdbool.h>

/* later@… 451 to the message; bad@… 550 to the recipient; cut@… the connection ends after the whole message without an answer; die@… the
 * same, and the process smtp_kill is killed before. Everything else is taken. */
struct smtp_server;
struct smtp_server *smtp_server_start(int *ret_port);
void smtp_server_stop(struct smtp_server *x);
void smtp_server_kill(struct smtp_server *x, int pid); /* whom die@… kills */
int smtp_server_taken(struct smtp_server *x);          /* whole messages that arrived, answered or not */
int smtp_server_connections(struct smtp_server *x);
/* The newest whole message, with its envelope before it: "FROM <a@x>\nTO <b@y>\n\n…". Borrowed until the next one. */
const char *smtp_server_last(struct smtp_server *x);
#endif

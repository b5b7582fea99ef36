/* One message to one address by SMTP: TLS from the first byte or by STARTTLS with a verified certificate, without it only where the settings say so. What is
 * known afterwards is told apart: refused, not sent, sent, or cut off so late that nobody knows. Bounded in time. Safe from any thread. */
#ifndef EXCHANGE_SMTP_H
#define EXCHANGE_SMTP_H
#include "base/err.h"

enum smtp_security { SMTP_STARTTLS, SMTP_TLS, SMTP_PLAIN };
enum { SMTP_CONNECT_SECONDS = 20, SMTP_SECONDS = 240 };
struct smtp {
  struct str host;
  int port;
  enum smtp_security security;
  struct str user, password; /* "" = without */
  struct str from;           /* envelope */
  const char *ca_file;       /* certificates to trust instead of the system's; NULL = the system's. For tests */
};
enum smtp_result {
  SMTP_SENT,
  SMTP_LATER,     /* not sent: no connection, or the server says to try again */
  SMTP_REFUSED,   /* not sent, and never will be: address, sender or sign-in refused */
  SMTP_UNCERTAIN, /* the message had left when the connection broke */
};
/* message: complete, with CRLF. The sentence is in e unless it was sent. */
enum smtp_result smtp_send(const struct smtp *x, struct str to, struct str message, struct err *e);
/* Whether it is one plain address, name@host, without anything that could become a header or a command. */
bool smtp_address(struct str s);
#endif

/* Mail that the program sends: by the organization's server (struct org: smtp_…), with its password sealed. */
#ifndef APP_MAIL_H
#define APP_MAIL_H
#include "exchange/smtp.h"
#include "report/eml.h"
#include "store/repo_config.h"

/* Keeps the password sealed; "" takes it away. In its own write transaction, with an audit entry. ERR_SYNTAX, and the codes of access_seal. */
int mail_password_set(struct store *s, struct str password, int64_t actor_id, int64_t now, struct err *e);
int mail_password_there(struct store *s, bool *ret, struct err *e);
/* To one address. from_… and to_address of the message are set here; its id is a left part alone. What became of it, with the sentence in e.
 * SMTP_LATER also when no server is set up, so that it goes out once there is one. */
enum smtp_result mail_send(struct store *s, const struct org *org, struct str to, struct eml *x, struct err *e);
#endif

#include "app/mail.h"

#include "app/access_seal.h"
#include "store/repo_audit.h"
#include "store/repo_door.h"

#include <sodium.h>

enum { MESSAGE_MOST = 40 << 20, PASSWORD_MOST = 500 };
static const char secret_name[] = "smtp_password";

struct password_change {
  struct str sealed;
  int64_t actor_id, now;
};

static int password_tx(struct store *s, void *arg, struct err *e) {
  const struct password_change *x = arg;
  int64_t n = x->sealed.n ? sealed_put(s, str_of(secret_name), x->sealed, x->now, e) : sealed_delete(s, str_of(secret_name), e);
  if (n < 0)
    return (int)n;
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = "secret.set", .entity = "org_config",
                                            .detail = STR("{\"key\":\"smtp_password\"}")}, e);
}

int mail_password_set(struct store *s, struct str password, int64_t actor_id, int64_t now, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(1 << 20);
  struct password_change x = {.actor_id = actor_id, .now = now, .sealed = STR_NONE};
  if (!a)
    return err_set(e, ERR_NOMEM, "Out of memory");
  if (password.n > PASSWORD_MOST)
    return err_set(e, ERR_SYNTAX, "The secret is too long");
  int rc = password.n ? access_seal(s, a, secret_name, password, &x.sealed, e) : OK;
  return rc < 0 ? rc : store_write(s, password_tx, &x, e);
}

int mail_password_there(struct store *s, bool *ret, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(1 << 20);
  struct str sealed;
  int rc = a ? sealed_get(s, a, str_of(secret_name), &sealed, e) : err_set(e, ERR_NOMEM, "Out of memory");
  *ret = rc == OK;
  return rc == ERR_NOTFOUND ? OK : rc;
}

static int password_of(struct store *s, struct arena *a, struct str *ret, struct err *e) {
  struct str sealed;
  *ret = STR_NONE;
  int rc = sealed_get(s, a, str_of(secret_name), &sealed, e);
  if (rc == ERR_NOTFOUND)
    return OK;
  return rc < 0 ? rc : access_unseal(s, a, secret_name, sealed, ret, e);
}

enum smtp_result mail_send(struct store *s, const struct org *org, struct str to, struct eml *x, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(MESSAGE_MOST);
  ARENA_CLEANUP struct arena *a = arena_new(1 << 20);
  struct str from = str_of(org->smtp_from), password = STR_NONE;
  if (!org->smtp_host[0] || !smtp_address(from)) {
    err_set(e, ERR_CONFLICT, "No mail server is set up: name one and a sender under Settings, Mail");
    return SMTP_LATER;
  }
  if (!a || password_of(s, a, &password, e) < 0) {
    if (!a)
      err_set(e, ERR_NOMEM, "Out of memory");
    return SMTP_LATER;
  }
  x->from_name = str_of(org->name);
  x->from_address = from;
  x->to_address = to;
  x->goes_out = true;
  x->id = arena_fmt(a, "%.*s@%.*s", STR_FMT(x->id), STR_FMT(str_sub(from, str_find(from, '@', 0) + 1, from.n)));
  eml_write(&b, x);
  if (b.failed || !x->id.p) {
    err_set(e, ERR_LIMIT, "The message is too large for mail: choose fewer files");
    return SMTP_REFUSED;
  }
  struct smtp server = {.host = str_of(org->smtp_host), .port = org->smtp_port, .security = (enum smtp_security)org->smtp_security,
                        .user = str_of(org->smtp_user), .password = password, .from = from, .ca_file = getenv("PERENNIAL_CA_FILE")};
  enum smtp_result result = smtp_send(&server, to, strbuf_str(&b), e);
  sodium_memzero((char *)(uintptr_t)password.p, password.n);
  return result;
}

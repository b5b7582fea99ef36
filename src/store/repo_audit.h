/* Append-only, hash-chained audit: hash = SHA-256(prev_hash || canonical text of the entry). */
#ifndef STORE_REPO_AUDIT_H
#define STORE_REPO_AUDIT_H
#include "store/store.h"

struct audit_entry {
  int64_t id, at, actor_id; /* actor 0 = the program itself */
  const char *action;       /* "renewal.edit", "import.apply", "sign_in" … */
  const char *entity;       /* "renewal", "contract", "user" … or "" */
  int64_t entity_id;
  struct str detail;        /* compact JSON object or "" */
};
/* Inside a write transaction. */
int audit_add(struct store *s, const struct audit_entry *x, struct err *e);
/* Walks the chain. OK, or ERR_CONFLICT with the first broken entry in the text. */
int audit_verify(struct store *s, int64_t *ret_entries, struct err *e);
#endif

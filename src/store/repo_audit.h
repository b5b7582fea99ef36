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

#define AUDIT_HASH_SIZE 65 /* 64 hexadecimal digits and NUL */
/* The hash that an entry must have behind the one with hash `prev`. OK, ERR_LIMIT, ERR_NOMEM. */
int audit_entry_hash(const struct audit_entry *x, struct str prev, char hex[AUDIT_HASH_SIZE], struct err *e);

/* Reading: newest first, by the key (at, id). Every filter has an index that gives the order too. */
struct audit_query {
  const int64_t *actors; size_t n_actors; /* only what these did; NULL = everybody */
  struct str action;                      /* "" = any */
  struct str entity; int64_t entity_id;   /* one thing; "" or 0 = any */
  int64_t from, to;                       /* instants, from <= at < to; 0 = open */
  int64_t before_at, before_id;           /* key of the last row of the page before; 0 = from the newest */
  size_t limit;
};
struct audit_row {
  int64_t id, at, actor_id, entity_id;
  struct str action, entity, detail, actor; /* actor: the person's name, "" for the program itself */
  bool whole;                               /* its hash is that of what it says now */
};
/* Text lives in the arena. OK or a code. */
int audit_rows(struct store *s, struct arena *a, const struct audit_query *q, struct audit_row **ret, size_t *ret_n, struct err *e);
/* The kinds of actions there are, in alphabetical order; looks at one entry of each. */
int audit_actions(struct store *s, struct arena *a, struct str **ret, size_t *ret_n, struct err *e);

/* The last walk over the whole chain that somebody asked for. */
struct audit_check {
  int64_t at, actor_id, entries; /* entries: how many were whole; at 0 = nobody asked yet */
  struct str problem;            /* "" = the chain was whole */
};
int audit_check_put(struct store *s, const struct audit_check *x, struct err *e); /* inside a write transaction */
int audit_check_last(struct store *s, struct arena *a, struct audit_check *ret, struct err *e);
int audit_count(struct store *s, int64_t *ret, struct err *e); /* entries ever written, by the counter */
#endif

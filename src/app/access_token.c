/* API tokens: shown once, stored as a hash, with a scope and an end. */
#include "app/access_secret.h"

#include "base/date.h"
#include "base/utf8.h"

enum { TOKEN_MOST_DAYS = 366, TOKEN_NAME_MOST = 100, USED_EVERY = 60 };

struct token_change {
  struct token_data row;
  struct str hash;
  int64_t id, person_id, actor_id, now;
};

static int add_tx(struct store *s, void *arg, struct err *e) {
  struct token_change *x = arg;
  int rc = token_put(s, &x->row, x->hash, e);
  return rc < 0 ? rc : access_audit(s, "token.add", x->actor_id, x->row.person_id, x->now, e);
}

int access_token_add(struct store *s, int64_t person_id, struct str name, unsigned scopes, int days, int64_t actor_id, int64_t now,
                     char ret_token[API_TOKEN_SIZE], struct err *e) {
  char secret[SECRET_TEXT_SIZE], hash[SECRET_TEXT_SIZE], text[API_TOKEN_SIZE];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct person_row p;
  name = str_trim(name);
  if (!name.n || utf8_count(name) > TOKEN_NAME_MOST) return err_set(e, ERR_SYNTAX, "The token's name is missing or longer than %d", TOKEN_NAME_MOST);
  if (days < 1 || days > TOKEN_MOST_DAYS) return err_set(e, ERR_SYNTAX, "A token lives from 1 to %d days", TOKEN_MOST_DAYS);
  if (!(scopes & (TOKEN_READ | TOKEN_WRITE))) return err_set(e, ERR_SYNTAX, "A token needs a scope: read or write");
  int rc = a ? person_by_id(s, a, person_id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc < 0) return rc;
  secret_new(secret);
  snprintf(text, sizeof text, "pt_%s", secret);
  secret_hash(str_of(text), hash);
  struct token_change x = {.row = {.person_id = person_id, .name = name, .scopes = scopes & TOKEN_WRITE ? STR("read write") : STR("read"),
                                   .created_at = now, .expires_at = now + (int64_t)days * SECONDS_PER_DAY},
                           .hash = str_of(hash), .actor_id = actor_id, .now = now};
  rc = store_write(s, add_tx, &x, e);
  if (rc < 0) return rc;
  memcpy(ret_token, text, sizeof text);
  return OK;
}

static void token_fill(const struct token_data *d, struct api_token *t) {
  *t = (struct api_token){.id = d->id, .person_id = d->person_id, .created_at = d->created_at, .expires_at = d->expires_at,
                          .last_used_at = d->last_used_at, .name = d->name,
                          .scopes = TOKEN_READ | (str_contains(d->scopes, STR("write")) ? TOKEN_WRITE : 0u)};
}

static int used_tx(struct store *s, void *arg, struct err *e) {
  const struct token_change *x = arg;
  return token_used(s, x->id, x->now, e);
}

int access_token(struct store *s, struct arena *a, struct str token, int64_t now, struct api_token *ret, struct person *ret_person, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct token_data d;
  struct person_row p;
  if (token.n != API_TOKEN_SIZE - 1) return err_set(e, ERR_NOTFOUND, "No such token");
  secret_hash(token, hash);
  int rc = token_get(s, a, str_of(hash), &d, e);
  if (rc == OK && now >= d.expires_at) rc = err_set(e, ERR_NOTFOUND, "The token is over");
  if (rc == OK) rc = person_by_id(s, a, d.person_id, &p, e);
  if (rc == OK && !p.active) rc = err_set(e, ERR_NOTFOUND, "The token is over");
  if (rc == OK && now - d.last_used_at >= USED_EVERY) {
    struct token_change x = {.id = d.id, .now = now};
    rc = store_write_now(s, used_tx, &x, e);
    if (rc == ERR_AGAIN) { /* somebody writes: the next request says it */
      *e = (struct err){0};
      rc = OK;
    }
  }
  if (rc < 0) return rc;
  token_fill(&d, ret);
  return person_of_row(&p, ret_person);
}

int access_token_list(struct store *s, struct arena *a, int64_t person_id, struct api_token **ret, size_t *ret_n, struct err *e) {
  struct token_data *rows = NULL;
  size_t n = 0;
  int rc = token_rows(s, a, person_id, &rows, &n, e);
  if (rc < 0) return rc;
  struct api_token *out = arena_zalloc(a, n + 1, sizeof *out);
  if (!out) return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) token_fill(&rows[i], &out[i]);
  *ret = out;
  *ret_n = n;
  return OK;
}

static int revoke_tx(struct store *s, void *arg, struct err *e) {
  const struct token_change *x = arg;
  int64_t owner = 0;
  int rc = token_owner(s, x->id, &owner, e);
  if (rc < 0) return rc;
  int64_t n = token_delete(s, x->id, x->person_id, e);
  if (n < 0) return (int)n;
  if (n == 0) return err_set(e, ERR_NOTFOUND, "No such token");
  return access_audit(s, "token.revoke", x->actor_id, owner, x->now, e);
}

int access_token_revoke(struct store *s, int64_t id, int64_t person_id, int64_t actor_id, int64_t now, struct err *e) {
  struct token_change x = {.id = id, .person_id = person_id, .actor_id = actor_id, .now = now};
  return store_write(s, revoke_tx, &x, e);
}

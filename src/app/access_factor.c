#include "app/access_factor.h"

#include "app/access_seal.h"
#include "app/access_secret.h"
#include "base/strbuf.h"
#include "store/repo_config.h"
#include "store/repo_door.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>

enum { SECRET_BYTES = 20, STEP_SECONDS = 30, WINDOW = 1, DIGITS = 6, FREE_TRIES = 5, CODE_LETTERS = 10 };
static const char seal_name[] = "totp";

static pthread_once_t oath_once = PTHREAD_ONCE_INIT;
static void oath_begin(void) { (void)oath_init(); }

int access_factor_state(struct store *s, struct arena *a, int64_t person_id, struct factor_state *ret, struct err *e) {
  struct totp_row x;
  struct factor_state f = {0};
  int rc = totp_get(s, a, person_id, &x, e);
  if (rc == OK) f = (struct factor_state){.on = x.confirmed_at != 0, .begun = x.confirmed_at == 0, .since = x.confirmed_at};
  if (rc == OK) rc = recovery_count(s, person_id, &f.codes_left, e);
  if (rc < 0 && rc != ERR_NOTFOUND) return rc;
  *ret = f;
  return OK;
}

static void percent(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) strbuf_addc(b, (char)c);
    else strbuf_fmt(b, "%%%02X", c);
  }
}

/* Text and address of a secret: the app shows the organization and the email. */
static int secret_show(struct store *s, struct arena *a, int64_t person_id, struct str secret, struct factor_secret *ret, struct err *e) {
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(200), uri STRBUF_CLEANUP = STRBUF_INIT(4000);
  struct person_row p;
  struct org org;
  char *base32 = NULL;
  size_t n = 0;
  int rc = person_by_id(s, a, person_id, &p, e);
  if (rc == OK) rc = org_load(s, &org, e);
  if (rc < 0) return rc;
  pthread_once(&oath_once, oath_begin);
  if (oath_base32_encode(secret.p, secret.n, &base32, &n) != OATH_OK) return err_set(e, ERR_NOMEM, "Out of memory");
  while (n && base32[n - 1] == '=') n--;
  for (size_t i = 0; i < n; i++) strbuf_fmt(&text, "%s%c", i && i % 4 == 0 ? " " : "", base32[i]);
  struct str issuer = org.name[0] ? str_of(org.name) : STR("Perennial");
  strbuf_addz(&uri, "otpauth://totp/");
  percent(&uri, issuer);
  strbuf_addz(&uri, ":");
  percent(&uri, p.email);
  strbuf_fmt(&uri, "?secret=%.*s&issuer=", (int)n, base32);
  percent(&uri, issuer);
  strbuf_fmt(&uri, "&digits=%d&period=%d", DIGITS, STEP_SECONDS);
  sodium_memzero(base32, n);
  free(base32); /* the library's own allocation */
  *ret = (struct factor_secret){arena_str(a, strbuf_str(&text)), arena_str(a, strbuf_str(&uri))};
  return text.failed || uri.failed || !ret->text.p || !ret->uri.p ? err_set(e, ERR_NOMEM, "Out of memory") : OK;
}

struct factor_change {
  int64_t person_id, actor_id, now, step;
  struct totp_row row;
  const char *action;
  const char (*codes)[FACTOR_CODE_SIZE];
  struct arena *arena;
};

static int begin_tx(struct store *s, void *arg, struct err *e) {
  struct factor_change *x = arg;
  struct totp_row there;
  int rc = totp_get(s, x->arena, x->person_id, &there, NULL);
  if (rc == OK && there.confirmed_at) return err_set(e, ERR_CONFLICT, "The authenticator is on already: turn it off first");
  if (rc < 0 && rc != ERR_NOTFOUND) return err_set(e, rc, "The authenticator can't be read");
  return totp_put(s, &x->row, e);
}

int access_factor_begin(struct store *s, struct arena *a, int64_t person_id, int64_t now, struct factor_secret *ret, struct err *e) {
  unsigned char secret[SECRET_BYTES];
  struct factor_change x = {.person_id = person_id, .now = now, .arena = a, .row = {.person_id = person_id, .created_at = now}};
  struct str bytes = {(const char *)secret, sizeof secret};
  randombytes_buf(secret, sizeof secret);
  int rc = access_seal(s, a, seal_name, bytes, &x.row.secret_sealed, e);
  if (rc == OK) rc = store_write(s, begin_tx, &x, e);
  return rc < 0 ? rc : secret_show(s, a, person_id, bytes, ret, e);
}

int access_factor_waiting(struct store *s, struct arena *a, int64_t person_id, struct factor_secret *ret, struct err *e) {
  struct totp_row x;
  struct str secret;
  int rc = totp_get(s, a, person_id, &x, e);
  if (rc == OK && x.confirmed_at) rc = err_set(e, ERR_NOTFOUND, "No authenticator waits for its first code");
  if (rc == OK) rc = access_unseal(s, a, seal_name, x.secret_sealed, &secret, e);
  return rc < 0 ? rc : secret_show(s, a, person_id, secret, ret, e);
}

/* Digits only: people type blanks. False when these are not six digits. */
static bool code_digits(struct str code, char digits[DIGITS + 1]) {
  size_t n = 0;
  for (size_t i = 0; i < code.n; i++) {
    char c = code.p[i];
    if (c == ' ') continue;
    if (c < '0' || c > '9' || n == DIGITS) return false;
    digits[n++] = c;
  }
  digits[n] = 0;
  return n == DIGITS;
}

/* The step of time that the code belongs to, or ERR_DENIED. */
static int totp_step(struct str secret, const char *digits, int64_t now, int64_t *ret_step) {
  uint64_t counter = 0;
  int position = 0;
  pthread_once(&oath_once, oath_begin);
  int rc = oath_totp_validate3(secret.p, secret.n, (time_t)now, STEP_SECONDS, 0, WINDOW, &position, &counter, digits);
  if (rc < 0) return ERR_DENIED;
  *ret_step = (int64_t)counter;
  return OK;
}

/* "K7MQP-X2D4W" as it is hashed: ten letters and digits in lower case. False when it is not of that form. */
static bool code_letters(struct str code, char letters[CODE_LETTERS + 1]) {
  size_t n = 0;
  for (size_t i = 0; i < code.n; i++) {
    char c = code.p[i];
    if (c == ' ' || c == '-') continue;
    if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) || n == CODE_LETTERS) return false;
    letters[n++] = c;
  }
  letters[n] = 0;
  return n == CODE_LETTERS;
}

static void codes_new(char codes[FACTOR_CODES][FACTOR_CODE_SIZE]) {
  static const char letters[] = "abcdefghjkmnpqrstvwxyz23456789"; /* none that look alike: 30^10 of them, 49 bits */
  for (size_t i = 0; i < FACTOR_CODES; i++) {
    for (size_t k = 0; k < FACTOR_CODE_SIZE - 1; k++) codes[i][k] = k == 5 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    codes[i][FACTOR_CODE_SIZE - 1] = 0;
  }
}

/* Bound to the person, so that equal codes of two people don't show. */
static void code_hash(int64_t person_id, const char *letters, char hash[SECRET_TEXT_SIZE]) {
  char text[64];
  snprintf(text, sizeof text, "%" PRId64 ":%s", person_id, letters);
  secret_hash(str_of(text), hash);
}

static int codes_put(struct store *s, const struct factor_change *x, struct err *e) {
  int64_t n = recovery_delete_all(s, x->person_id, e);
  if (n < 0) return (int)n;
  for (size_t i = 0; i < FACTOR_CODES; i++) {
    char letters[CODE_LETTERS + 1], hash[SECRET_TEXT_SIZE];
    code_letters(str_of(x->codes[i]), letters);
    code_hash(x->person_id, letters, hash);
    int rc = recovery_put(s, x->person_id, str_of(hash), x->now, e);
    if (rc < 0) return rc;
  }
  return access_audit(s, x->action, x->actor_id, x->person_id, x->now, e);
}

static int confirm_tx(struct store *s, void *arg, struct err *e) {
  struct factor_change *x = arg;
  int rc = totp_take_step(s, x->person_id, x->step, x->now, e);
  return rc < 0 ? rc : codes_put(s, x, e);
}

static int wrong(struct store *s, const char *key, int64_t person_id, int64_t now, struct err *e) {
  int rc = access_failed(s, key, FREE_TRIES, "sign_in.code_failed", person_id, now, e);
  return rc < 0 ? rc : err_set(e, ERR_DENIED, "This code is not right: look at the newest one and mind the clock of your device.");
}

int access_factor_confirm(struct store *s, int64_t person_id, struct str code, int64_t now, char ret_codes[FACTOR_CODES][FACTOR_CODE_SIZE], struct err *e) {
  char digits[DIGITS + 1], codes[FACTOR_CODES][FACTOR_CODE_SIZE], key[64];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct factor_change x = {.person_id = person_id, .actor_id = person_id, .now = now, .action = "factor.on"};
  struct str secret;
  snprintf(key, sizeof key, "code:%" PRId64, person_id);
  int rc = a ? totp_get(s, a, person_id, &x.row, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && x.row.confirmed_at) rc = err_set(e, ERR_NOTFOUND, "No authenticator waits for its first code");
  if (rc == OK) rc = access_held_up(s, key, now, e);
  if (rc == OK) rc = access_unseal(s, a, seal_name, x.row.secret_sealed, &secret, e);
  if (rc < 0) return rc;
  if (!code_digits(code, digits) || totp_step(secret, digits, now, &x.step) < 0) return wrong(s, key, person_id, now, e);
  codes_new(codes);
  x.codes = (const char (*)[FACTOR_CODE_SIZE])codes;
  rc = store_write(s, confirm_tx, &x, e);
  if (rc == OK) memcpy(ret_codes, codes, sizeof codes);
  sodium_memzero(codes, sizeof codes);
  return rc == ERR_CONFLICT ? err_set(e, ERR_DENIED, "This code was used already: wait for the next one.") : rc;
}

static int take_step_tx(struct store *s, void *arg, struct err *e) {
  const struct factor_change *x = arg;
  return totp_take_step(s, x->person_id, x->step, x->now, e);
}

struct recovery_use {
  char hash[SECRET_TEXT_SIZE];
  int64_t person_id, now;
};

static int recovery_tx(struct store *s, void *arg, struct err *e) {
  const struct recovery_use *x = arg;
  int64_t n = recovery_use(s, x->person_id, str_of(x->hash), x->now, e);
  if (n < 0) return (int)n;
  if (n == 0) return ERR_NOTFOUND;
  return access_audit(s, "factor.recovery_used", x->person_id, x->person_id, x->now, e);
}

int access_factor_check(struct store *s, int64_t person_id, struct str code, int64_t now, bool *ret_recovery, struct err *e) {
  char digits[DIGITS + 1], letters[CODE_LETTERS + 1], key[64];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct factor_change x = {.person_id = person_id, .now = now};
  struct recovery_use u = {.person_id = person_id, .now = now};
  struct str secret;
  snprintf(key, sizeof key, "code:%" PRId64, person_id);
  int rc = a ? totp_get(s, a, person_id, &x.row, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && !x.row.confirmed_at) rc = err_set(e, ERR_NOTFOUND, "There is no authenticator");
  if (rc == OK) rc = access_held_up(s, key, now, e);
  if (rc < 0) return rc;
  bool recovery = !code_digits(code, digits);
  if (recovery) {
    if (!code_letters(code, letters)) return wrong(s, key, person_id, now, e);
    code_hash(person_id, letters, u.hash);
    rc = store_write(s, recovery_tx, &u, e);
    if (rc == ERR_NOTFOUND) return wrong(s, key, person_id, now, e);
  } else {
    rc = access_unseal(s, a, seal_name, x.row.secret_sealed, &secret, e);
    if (rc < 0) return rc;
    if (totp_step(secret, digits, now, &x.step) < 0) return wrong(s, key, person_id, now, e);
    rc = store_write(s, take_step_tx, &x, e);
    if (rc == ERR_CONFLICT) return err_set(e, ERR_DENIED, "This code was used already: wait for the next one.");
  }
  if (rc == OK) rc = access_forgive(s, key, e);
  if (rc == OK && ret_recovery) *ret_recovery = recovery;
  return rc;
}

static int renew_tx(struct store *s, void *arg, struct err *e) {
  const struct factor_change *x = arg;
  struct totp_row row;
  int rc = totp_get(s, x->arena, x->person_id, &row, e);
  if (rc == OK && !row.confirmed_at) rc = err_set(e, ERR_NOTFOUND, "There is no authenticator");
  return rc < 0 ? rc : codes_put(s, x, e);
}

int access_recovery_renew(struct store *s, int64_t person_id, int64_t now, char ret_codes[FACTOR_CODES][FACTOR_CODE_SIZE], struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  char codes[FACTOR_CODES][FACTOR_CODE_SIZE];
  if (!a) return err_set(e, ERR_NOMEM, "Out of memory");
  codes_new(codes);
  struct factor_change x = {.person_id = person_id, .actor_id = person_id, .now = now, .action = "factor.codes", .arena = a,
                            .codes = (const char (*)[FACTOR_CODE_SIZE])codes};
  int rc = store_write(s, renew_tx, &x, e);
  if (rc == OK) memcpy(ret_codes, codes, sizeof codes);
  sodium_memzero(codes, sizeof codes);
  return rc;
}

static int off_tx(struct store *s, void *arg, struct err *e) {
  const struct factor_change *x = arg;
  int64_t n = totp_delete(s, x->person_id, e);
  int64_t steps = n < 0 ? n : step_delete_person(s, x->person_id, e);
  if (steps < 0) return (int)steps;
  return n ? access_audit(s, "factor.off", x->actor_id, x->person_id, x->now, e) : OK;
}

int access_factor_off(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, struct err *e) {
  struct factor_change x = {.person_id = person_id, .actor_id = actor_id, .now = now};
  return store_write(s, off_tx, &x, e);
}

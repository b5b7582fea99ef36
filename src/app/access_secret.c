#include "app/access_secret.h"

#include "base/utf8.h"
#include "store/repo_audit.h"

#include <pthread.h>
#include <sodium.h>

void secret_new(char text[SECRET_TEXT_SIZE]) {
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(text, SECRET_TEXT_SIZE, bytes, sizeof bytes);
}

void secret_hash(struct str text, char hash[SECRET_TEXT_SIZE]) {
  unsigned char bytes[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(bytes, (const unsigned char *)text.p, text.n);
  sodium_bin2hex(hash, SECRET_TEXT_SIZE, bytes, sizeof bytes);
}

/* A hash holds tens of megabytes for a while: many sign-ins at once must not take the memory of everything else. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int running;

static void hash_enter(void) {
  pthread_mutex_lock(&turn);
  while (running >= 2) pthread_cond_wait(&freed, &turn);
  running++;
  pthread_mutex_unlock(&turn);
}

static void hash_leave(void) {
  pthread_mutex_lock(&turn);
  running--;
  pthread_cond_signal(&freed);
  pthread_mutex_unlock(&turn);
}

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's hash text");

int access_password_hash(struct str password, struct password_cost cost, char hash[PASSWORD_HASH_SIZE], struct err *e) {
  if (sodium_init() < 0) return err_set(e, ERR_FAIL, "The password can't be stored: the system gives no random numbers");
  hash_enter();
  int bad = crypto_pwhash_str(hash, password.p, password.n, cost.passes, cost.bytes);
  hash_leave();
  return bad ? err_set(e, ERR_NOMEM, "The password can't be stored: no memory for its hash: try again later") : OK;
}

bool password_matches(struct str password, struct str hash, struct password_cost cost) {
  char text[PASSWORD_HASH_SIZE] = {0};
  if (!hash.n) {
    access_password_hash(password, cost, text, NULL);
    return false;
  }
  str_to_z(hash, text, sizeof text);
  hash_enter();
  int bad = crypto_pwhash_str_verify(text, password.p, password.n);
  hash_leave();
  return !bad;
}

int access_audit_detail(struct store *s, const char *action, int64_t actor_id, int64_t person_id, struct str detail, int64_t now, struct err *e) {
  struct audit_entry x = {.at = now, .actor_id = actor_id, .action = action, .entity = "person", .entity_id = person_id, .detail = detail};
  return audit_add(s, &x, e);
}

int access_audit(struct store *s, const char *action, int64_t actor_id, int64_t person_id, int64_t now, struct err *e) {
  return access_audit_detail(s, action, actor_id, person_id, STR_NONE, now, e);
}

/* The commonest passwords of twelve characters and more, lower case; shorter ones are refused by their length. */
static const char *const commonest[] = {
    "123456789012", "1234567890123", "12345678901234", "1234567890123456", "123123123123", "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv",
    "abcdefghijkl", "abcd12345678", "administrator", "admin1234567", "adminadminadmin", "asdfghjkl123", "asdfasdfasdf", "changeme1234",
    "changemenow1", "football1234", "iloveyou1234", "letmein12345", "letmeinletmein", "liverpool123", "manchester12", "monkey123456",
    "p@ssw0rd1234", "passw0rd1234", "password1234", "password12345", "password123456", "passwordpassword", "princess1234", "qazwsxedcrfv",
    "qwerty123456", "qwertyqwerty", "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiopasdf", "sunshine1234", "superman1234",
    "trustno1trustno1", "welcome12345", "welcome123456", "zaq12wsxcde3", "perennial123", "perennial1234", "renewals1234",
};

static bool one_character(struct str s) {
  for (size_t i = 1; i < s.n; i++)
    if (s.p[i] != s.p[0]) return false;
  return s.n > 0;
}

int access_password_check(struct str password, struct str email, struct str name, struct err *e) {
  size_t n = utf8_count(password);
  struct str local, host;
  str_cut(email, '@', &local, &host);
  if (!utf8_valid(password)) return err_set(e, ERR_SYNTAX, "The password is not text: choose another one");
  if (n < ACCESS_MIN_PASSWORD) return err_set(e, ERR_SYNTAX, "The password is too short: it needs %d characters or more", ACCESS_MIN_PASSWORD);
  if (n > ACCESS_MAX_PASSWORD) return err_set(e, ERR_SYNTAX, "The password is too long: the most is %d characters", ACCESS_MAX_PASSWORD);
  if (str_eq_nocase(password, email) || str_eq_nocase(password, name) || str_eq_nocase(password, local))
    return err_set(e, ERR_SYNTAX, "The password is the name or the email: choose one that others can't guess");
  bool common = one_character(password);
  for (size_t i = 0; i < sizeof commonest / sizeof commonest[0]; i++) common |= str_eq_nocase(password, str_of(commonest[i]));
  if (common) return err_set(e, ERR_SYNTAX, "The password is among the commonest: choose one that others can't guess");
  return OK;
}

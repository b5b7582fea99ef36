/* What slows guessing: failures are counted under a key ("account:…", "address:…", "code:…") and survive a restart. */
#include "app/access_secret.h"

enum {
  FIRST_WAIT = 15,     /* seconds; doubles with every further failure */
  MOST_WAIT = 15 * 60,
  FORGET = 24 * 3600,  /* after so long without a failure the count begins anew */
};

static int64_t wait_after(int64_t failures, int64_t free_failures) {
  if (failures < free_failures) return 0;
  int64_t over = failures - free_failures, wait = over > 10 ? MOST_WAIT : FIRST_WAIT << over;
  return wait > MOST_WAIT ? MOST_WAIT : wait;
}

int access_count_failure(struct store *s, const char *key, int64_t free_failures, int64_t now, struct err *e) {
  struct throttle t;
  int rc = throttle_get(s, str_of(key), &t, e);
  if (rc < 0) return rc;
  if (t.last_failure + FORGET < now) t.failures = 0;
  t.failures++;
  t.last_failure = now;
  t.blocked_until = now + wait_after(t.failures, free_failures);
  return throttle_put(s, str_of(key), &t, e);
}

struct counting {
  const char *key, *action;
  int64_t free_failures, person_id, now;
  struct throttle t;
};

static int look_tx(struct store *s, void *arg, struct err *e) {
  struct counting *x = arg;
  return throttle_get(s, str_of(x->key), &x->t, e);
}

int access_held_up(struct store *s, const char *key, int64_t now, struct err *e) {
  struct counting x = {.key = key};
  int rc = store_read(s, look_tx, &x, e);
  if (rc < 0 || x.t.blocked_until <= now) return rc;
  return err_set(e, ERR_DENIED, "Too many wrong tries: wait %d seconds and try again.", (int)(x.t.blocked_until - now));
}

static int failed_tx(struct store *s, void *arg, struct err *e) {
  const struct counting *x = arg;
  int rc = access_count_failure(s, x->key, x->free_failures, x->now, e);
  return rc < 0 || !x->action ? rc : access_audit(s, x->action, 0, x->person_id, x->now, e);
}

int access_failed(struct store *s, const char *key, int64_t free_failures, const char *action, int64_t person_id, int64_t now, struct err *e) {
  struct counting x = {.key = key, .action = action, .free_failures = free_failures, .person_id = person_id, .now = now};
  return store_write(s, failed_tx, &x, e);
}

static int clear_tx(struct store *s, void *arg, struct err *e) {
  const struct counting *x = arg;
  return throttle_clear(s, str_of(x->key), e);
}

int access_forgive(struct store *s, const char *key, struct err *e) {
  struct counting x = {.key = key};
  int rc = store_read(s, look_tx, &x, e);
  return rc < 0 || !x.t.failures ? rc : store_write(s, clear_tx, &x, e);
}

#include "app/calendar_feed.h"

#include "app/access_secret.h"
#include "base/utf8.h"

enum { USED_EVERY = 3600 };

struct feeding {
  struct arena *a;
  struct calendar_feed feed;
  struct str hash;
  int64_t now;
};

static int make_tx(struct store *s, void *arg, struct err *e) {
  struct feeding *x = arg;
  struct calendar_feed *rows = NULL;
  size_t n = 0;
  int rc = calendar_feeds(s, x->a, x->feed.person_id, &rows, &n, e);
  if (rc == OK && n >= FEEDS_MOST)
    return err_set(e, ERR_RANGE, "You have %d calendar addresses already: revoke one first", FEEDS_MOST);
  if (rc == OK)
    rc = calendar_feed_put(s, &x->feed, x->hash, e);
  return rc < 0 ? rc : access_audit(s, "calendar.add", x->feed.person_id, x->feed.person_id, x->now, e);
}

int calendar_feed_make(struct store *s, struct arena *a, int64_t person_id, struct str name, int64_t now, char ret_secret[SECRET_TEXT_SIZE], struct err *e) {
  char secret[SECRET_TEXT_SIZE], hash[SECRET_TEXT_SIZE];
  name = str_trim(name);
  if (!name.n || utf8_count(name) > FEED_NAME_MAX)
    return err_set(e, ERR_RANGE, "The calendar's name is missing or longer than %d: say where you will use it", FEED_NAME_MAX);
  secret_new(secret);
  secret_hash(str_of(secret), hash);
  struct feeding x = {.a = a, .feed = {.person_id = person_id, .name = name, .created_at = now}, .hash = str_of(hash), .now = now};
  int rc = store_write(s, make_tx, &x, e);
  if (rc == OK)
    memcpy(ret_secret, secret, sizeof secret);
  return rc;
}

static int end_tx(struct store *s, void *arg, struct err *e) {
  const struct feeding *x = arg;
  int rc = calendar_feed_revoke(s, x->feed.person_id, x->feed.id, x->now, e);
  return rc < 0 ? rc : access_audit(s, "calendar.revoke", x->feed.person_id, x->feed.person_id, x->now, e);
}

int calendar_feed_end(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e) {
  struct feeding x = {.feed = {.id = id, .person_id = person_id}, .now = now};
  return store_write(s, end_tx, &x, e);
}

static int used_tx(struct store *s, void *arg, struct err *e) {
  const struct feeding *x = arg;
  return calendar_feed_used(s, x->feed.id, x->now, e);
}

int calendar_feed_open(struct store *s, struct arena *a, struct str secret, int64_t now, struct calendar_feed *ret, struct person *ret_person, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct person_row p;
  struct feeding x = {.now = now};
  if (secret.n != SECRET_TEXT_SIZE - 1)
    return err_set(e, ERR_NOTFOUND, "There is no such calendar");
  secret_hash(secret, hash);
  int rc = calendar_feed_find(s, a, str_of(hash), &x.feed, e);
  if (rc == OK)
    rc = person_by_id(s, a, x.feed.person_id, &p, e);
  if (rc == OK && !p.active)
    rc = err_set(e, ERR_NOTFOUND, "There is no such calendar");
  if (rc == OK && now - x.feed.last_used_at >= USED_EVERY) {
    struct err busy = {0};
    if (store_write_now(s, used_tx, &x, &busy) == ERR_AGAIN) /* somebody writes: the next reading says it */
      busy = (struct err){0};
  }
  if (rc < 0)
    return rc;
  *ret = x.feed;
  return person_of_row(&p, ret_person);
}

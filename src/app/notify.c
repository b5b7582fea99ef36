#include "app/notify.h"

#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_note.h"
#include "store/repo_work.h"

#define NOTICE_KIND_ROW(NAME, NUMBER, SPELLING, ROLES) {NUMBER, SPELLING, ROLES},
const struct notify_kind notify_kinds[] = {NOTICE_KINDS(NOTICE_KIND_ROW)};
const size_t n_notify_kinds = sizeof notify_kinds / sizeof *notify_kinds;
enum { KINDS = sizeof notify_kinds / sizeof *notify_kinds, BOTH_WAYS = NOTICE_IN_PRODUCT | NOTICE_IN_DIGEST, WISH_NAME = 64 };

const struct notify_kind *notify_kind_of(int kind) {
  for (size_t i = 0; i < n_notify_kinds; i++)
    if (notify_kinds[i].kind == kind)
      return &notify_kinds[i];
  return NULL;
}

static const char *wish_name(const struct notify_kind *k, char buf[WISH_NAME]) {
  (void)snprintf(buf, WISH_NAME, "notice.%s", k->name);
  return buf;
}

static int ways_of(struct str wish) {
  int64_t v = 0;
  return wish.n && str_to_i64(wish, &v) == OK && v >= 0 && v <= BOTH_WAYS ? (int)v : BOTH_WAYS;
}

int notify_send(struct store *s, const struct notify *n, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const struct notify_kind *k = notify_kind_of(n->kind);
  char name[WISH_NAME];
  bool active = false;
  struct str wish = STR_NONE;
  if (!a)
    return err_set(e, ERR_NOMEM, "Out of memory");
  if (!k)
    return err_set(e, ERR_RANGE, "There is no kind of notice %d", n->kind);
  if (n->person_id == 0 || n->person_id == n->by_id)
    return OK;
  int rc = notice_wish(s, a, n->person_id, str_of(wish_name(k, name)), &active, &wish, e);
  int ways = ways_of(wish);
  if (rc < 0 || !active || ways == 0)
    return rc;
  /* One that is for the digest only waits for nobody. */
  struct notice x = {.person_id = n->person_id, .kind = n->kind, .entity = n->entity, .entity_id = n->entity_id, .by_id = n->by_id, .at = n->at, .ways = ways,
                     .a = utf8_cut(n->a, NOTIFY_WORDS), .b = utf8_cut(n->b, NOTIFY_WORDS), .c = utf8_cut(n->c, NOTIFY_WORDS),
                     .read_at = ways & NOTICE_IN_PRODUCT ? 0 : n->at};
  return notice_put(s, &x, e);
}

struct str notify_number(struct arena *a, int64_t n) { return arena_fmt(a, "%" PRId64, n); }

struct str notify_day(struct arena *a, day_t d) {
  char buf[DAY_ISO_SIZE];
  return d == DAY_NONE ? STR_NONE : arena_str(a, str_of(day_iso(d, buf)));
}

struct str notify_money(struct arena *a, int64_t minor, currency_t c) {
  char code[4];
  return arena_fmt(a, "%" PRId64 " %s", minor, currency_code(c, code));
}

int notify_wishes(struct store *s, struct arena *a, int64_t person_id, int **ret, struct err *e) {
  int *ways = arena_alloc(a, sizeof *ways * KINDS), rc = ways ? OK : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n_notify_kinds && rc == OK; i++) {
    char name[WISH_NAME];
    struct str wish = STR_NONE;
    rc = person_setting_get(s, a, person_id, wish_name(&notify_kinds[i], name), &wish, e);
    ways[i] = ways_of(wish);
  }
  if (rc == OK)
    *ret = ways;
  return rc;
}

struct wishing {
  int64_t person_id, now;
  const int *ways;
};

static int wishes_tx(struct store *s, void *arg, struct err *e) {
  const struct wishing *x = arg;
  int rc = OK;
  for (size_t i = 0; i < n_notify_kinds && rc == OK; i++) {
    char name[WISH_NAME], value[2] = {(char)('0' + (x->ways[i] & BOTH_WAYS)), 0};
    rc = person_setting_put(s, x->person_id, wish_name(&notify_kinds[i], name), str_of(value), e);
  }
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->person_id, .action = "person.notices", .entity = "person",
                                                          .entity_id = x->person_id}, e);
}

int notify_wishes_set(struct store *s, int64_t person_id, const int *ways, int64_t now, struct err *e) {
  struct wishing x = {person_id, now, ways};
  return store_write(s, wishes_tx, &x, e);
}

struct reading_notice {
  struct arena *a;
  int64_t person_id, id, now;
};

static int read_tx(struct store *s, void *arg, struct err *e) {
  const struct reading_notice *x = arg;
  struct notice n;
  int rc = notice_get(s, x->a, x->person_id, x->id, &n, e);
  int64_t rows = rc < 0 ? rc : notice_read(s, x->person_id, x->id, x->now, e);
  if (rows >= 0 && n.kind == NOTICE_MENTION)
    rows = mention_seen(s, x->person_id, n.entity_id, x->now, e);
  return rows < 0 ? (int)rows : OK;
}

int notify_read(struct store *s, struct arena *a, int64_t person_id, int64_t id, int64_t now, struct err *e) {
  struct reading_notice x = {a, person_id, id, now};
  return store_write(s, read_tx, &x, e);
}

static int read_all_tx(struct store *s, void *arg, struct err *e) {
  const struct reading_notice *x = arg;
  int64_t rows = notice_read_all(s, x->person_id, x->id, x->now, e);
  if (rows > 0)
    rows = mention_seen_all(s, x->person_id, x->now, e);
  return rows < 0 ? (int)rows : OK;
}

int notify_read_all(struct store *s, int64_t person_id, int64_t last_id, int64_t now, struct err *e) {
  struct reading_notice x = {NULL, person_id, last_id, now};
  return store_write(s, read_all_tx, &x, e);
}

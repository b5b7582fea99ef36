#include "app/note.h"

#include "app/notify.h"
#include "store/repo_audit.h"
#include "store/repo_desk.h"
#include "store/repo_renewal.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* A byte that continues a word: a letter, a digit, or part of a character beyond ASCII. */
static bool wordy(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80; }

static bool named_at(struct str body, size_t at, struct str name) {
  if (!name.n || name.n > body.n - at) return false;
  for (size_t i = 0; i < name.n; i++)
    if (lower(body.p[at + i]) != lower(name.p[i])) return false;
  return at + name.n == body.n || !wordy(body.p[at + name.n]);
}

bool note_mention_next(struct str body, const struct person_brief *people, size_t n, size_t *from, size_t *ret_n, size_t *ret_person) {
  for (size_t i = str_find(body, '@', *from); i != SIZE_MAX; i = str_find(body, '@', i + 1)) {
    size_t best = n;
    if (i > 0 && wordy(body.p[i - 1])) continue; /* an email address */
    for (size_t k = 0; k < n; k++)
      if (named_at(body, i + 1, people[k].name) && (best == n || people[k].name.n > people[best].name.n)) best = k;
    if (best == n) continue;
    *from = i;
    *ret_n = people[best].name.n + 1;
    *ret_person = best;
    return true;
  }
  return false;
}

struct writing {
  struct arena *a;
  const struct scope *who;
  struct note note;
  int64_t now;
};

static int readable(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct renewal *ret, struct err *e) {
  int rc = renewal_get(s, a, id, ret, e);
  if (rc == OK && !scope_sees(who, id, ret->owner_id)) rc = err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, id);
  return rc;
}

/* Who is named, each once; refuses those whom the mention would not reach. */
static int mentions_of(struct store *s, const struct writing *x, int64_t owner_id, int64_t *ids, size_t *ret_n, struct err *e) {
  struct person_brief *people = NULL;
  size_t n = 0, k = 0, at = 0, length, who;
  int rc = person_briefs(s, x->a, &people, &n, e);
  for (; rc == OK && note_mention_next(x->note.body, people, n, &at, &length, &who); at += length) {
    struct scope sees;
    bool there = false;
    for (size_t i = 0; i < k; i++) there |= ids[i] == people[who].id;
    if (there) continue;
    if (k == NOTE_MOST_MENTIONS) return err_set(e, ERR_RANGE, "The note mentions too many people: at most %d", NOTE_MOST_MENTIONS);
    rc = scope_load(s, x->a, people[who].id, &sees, e);
    if (rc == OK) rc = scope_cover(s, x->a, x->who->today, &sees, e);
    if (rc == OK && !scope_sees(&sees, x->note.renewal_id, owner_id))
      return err_set(e, ERR_RANGE, "%.*s does not see this renewal, so the mention would not reach them: take the @ away", STR_FMT(people[who].name));
    ids[k++] = people[who].id;
  }
  *ret_n = k;
  return rc;
}

/* The mention of one person, who is told; the author has seen what waited here for them. */
static int mention(struct store *s, const struct writing *x, int64_t person_id, struct str customer, struct err *e) {
  if (person_id == x->who->person_id) return OK;
  struct notify n = {.person_id = person_id, .kind = NOTICE_MENTION, .entity = STR("renewal"), .entity_id = x->note.renewal_id, .a = customer, .b = x->note.body,
                     .by_id = x->who->person_id, .at = x->now};
  int rc = mention_put(s, x->note.id, person_id, e);
  return rc == OK ? notify_send(s, &n, e) : rc;
}

/* What waited for the person on a renewal, in notes and at the bell, is seen. */
static int seen(struct store *s, int64_t person_id, int64_t renewal_id, int64_t now, struct err *e) {
  int64_t n = mention_seen(s, person_id, renewal_id, now, e);
  if (n > 0) n = notice_read_about(s, person_id, NOTICE_MENTION, STR("renewal"), renewal_id, now, e);
  return n < 0 ? (int)n : OK;
}

static int write_note(struct store *s, struct writing *x, struct err *e) {
  struct renewal r;
  int64_t ids[NOTE_MOST_MENTIONS];
  size_t n = 0;
  int rc = readable(s, x->a, x->who, x->note.renewal_id, &r, e);
  if (rc == OK) rc = note_same(s, &x->note, x->now - SENT_TWICE_SECONDS, &x->note.id, e);
  if (rc < 0 || x->note.id) return rc;
  rc = mentions_of(s, x, r.owner_id, ids, &n, e);
  if (rc == OK) rc = note_put(s, &x->note, e);
  struct str customer = STR_NONE;
  if (rc == OK && n) rc = renewal_customer(s, x->a, r.id, &customer, e);
  for (size_t i = 0; i < n && rc == OK; i++) rc = mention(s, x, ids[i], customer, e);
  if (rc == OK) rc = seen(s, x->who->person_id, r.id, x->now, e);
  const struct audit_entry entry = {.at = x->now, .actor_id = x->who->person_id, .action = "note.add", .entity = "renewal", .entity_id = r.id, .detail = STR_NONE};
  return rc == OK ? audit_add(s, &entry, e) : rc;
}

static int write_tx(struct store *s, void *arg, struct err *e) { return write_note(s, arg, e); }

static struct writing writing_of(struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, int64_t now) {
  return (struct writing){.a = a, .who = who, .now = now, .note = {.renewal_id = renewal_id, .at = now, .by_id = who->person_id, .by = STR_NONE, .body = str_trim(body)}};
}

static int check_body(const struct note *x, struct err *e) {
  if (!x->body.n) return err_set(e, ERR_RANGE, "The note is empty: write what the next person should know");
  return x->body.n > NOTE_MAX ? err_set(e, ERR_RANGE, "The note is too long: at most %d bytes", NOTE_MAX) : OK;
}

int note_judge(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, struct err *e) {
  struct writing x = writing_of(a, who, renewal_id, body, 0);
  struct renewal r;
  int64_t ids[NOTE_MOST_MENTIONS];
  size_t n = 0;
  int rc = who->person_id ? check_body(&x.note, e) : err_set(e, ERR_RANGE, "A note needs its author: say who writes it");
  if (rc == OK) rc = readable(s, a, who, renewal_id, &r, e);
  return rc == OK ? mentions_of(s, &x, r.owner_id, ids, &n, e) : rc;
}

int note_write_step(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, int64_t now, int64_t *ret_id, struct err *e) {
  struct writing x = writing_of(a, who, renewal_id, body, now);
  int rc = check_body(&x.note, e);
  if (rc == OK) rc = write_note(s, &x, e);
  if (rc == OK) *ret_id = x.note.id;
  return rc;
}

int note_write(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, int64_t now, int64_t *ret_id, struct err *e) {
  struct writing x = writing_of(a, who, renewal_id, body, now);
  int rc = check_body(&x.note, e);
  if (rc == OK) rc = store_write(s, write_tx, &x, e);
  if (rc == OK) *ret_id = x.note.id;
  return rc;
}

static int seen_tx(struct store *s, void *arg, struct err *e) {
  struct writing *x = arg;
  struct renewal r;
  int rc = readable(s, x->a, x->who, x->note.renewal_id, &r, e);
  return rc == OK ? seen(s, x->who->person_id, r.id, x->now, e) : rc;
}

int note_mentions_seen(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, int64_t now, struct err *e) {
  struct writing x = {.a = a, .who = who, .now = now, .note = {.renewal_id = renewal_id}};
  return store_write(s, seen_tx, &x, e);
}

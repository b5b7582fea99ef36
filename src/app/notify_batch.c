#include "app/notify_batch.h"

#include "app/notify.h"

struct tally { /* what one person is told */
  int64_t person_id, renewal_id, n;
};

static int count(struct arena *a, struct tally **t, size_t *n, size_t *room, int64_t person_id, int64_t renewal_id) {
  size_t i = 0;
  while (i < *n && (*t)[i].person_id != person_id)
    i++;
  if (i == *room) { /* owners are few: rows are not */
    struct tally *more = arena_zalloc(a, 2 * *room + 8, sizeof *more);
    if (!more)
      return ERR_NOMEM;
    if (*n)
      memcpy(more, *t, *n * sizeof *more);
    *t = more;
    *room = 2 * *room + 8;
  }
  *n += i == *n;
  (*t)[i] = (struct tally){person_id, renewal_id, (*t)[i].n + 1};
  return OK;
}

/* The owners before (given false), or those who became one. */
static int tell(struct store *s, struct arena *a, const struct notify_batch *x, bool given, struct err *e) {
  struct tally *t = NULL;
  size_t n = 0, room = 0;
  int rc = OK;
  for (size_t i = 0; i < x->n && rc == OK; i++) {
    const struct batch_row *row = &x->rows[i];
    bool moved = row->after.owner_id != row->before.owner_id;
    if (row->fate == BATCH_CHANGE && (moved || !given))
      rc = count(a, &t, &n, &room, given ? row->after.owner_id : row->before.owner_id, row->id);
  }
  if (rc < 0)
    return err_set(e, rc, "Out of memory");
  for (size_t i = 0; i < n && rc == OK; i++) {
    bool one = t[i].n == 1;
    struct notify m = {.person_id = t[i].person_id, .kind = given ? NOTICE_GIVEN : x->kind, .entity = one ? STR("renewal") : STR("change_batch"),
                       .entity_id = one ? t[i].renewal_id : x->batch_id, .a = notify_number(a, t[i].n), .b = x->why, .by_id = x->by_id, .at = x->at};
    rc = notify_send(s, &m, e);
  }
  return rc;
}

int notify_batch(struct store *s, struct arena *a, const struct notify_batch *x, struct err *e) {
  int rc = tell(s, a, x, false, e);
  return rc == OK ? tell(s, a, x, true, e) : rc;
}

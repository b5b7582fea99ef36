/* Escalations on the command center: late ones, and those that the person owns. */
#include "web/pages/escalation_parts.h"
#include "web/pages/home_parts.h"

struct waiting {
  const struct escalation *x;
  struct escalation_stake stake;
};

static int most_first(const void *a, const void *b) {
  const struct waiting *x = a, *y = b;
  return x->stake.amount > y->stake.amount ? -1 : x->stake.amount < y->stake.amount ? 1 : (x->x->id > y->x->id) - (x->x->id < y->x->id);
}

int home_waits_escalations(struct request *r, const struct desk *d, struct home_view *v, size_t most) {
  struct escalation *rows = NULL;
  size_t n = 0, k = 0;
  int64_t now = escalation_now(r, &d->org);
  int rc = escalation_all(r->store, r->arena, &r->scope, ESCALATION_OPEN, r->until, &rows, &n, &r->err);
  struct waiting *w = arena_zalloc(r->arena, n + 1, sizeof *w);
  if (rc < 0 || !w)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && rc >= 0; i++)
    if (rows[i].now.state != STUCK_RESOLVED && (escalation_is_late(&rows[i], now) || rows[i].now.owner_id == r->who.id)) {
      w[k].x = &rows[i];
      rc = escalation_stake(r, d, &rows[i], &w[k++].stake);
    }
  if (rc < 0)
    return rc;
  qsort(w, k, sizeof *w, most_first);
  for (size_t i = 0; i < k && i < most && v->n_waits < HOME_MOST_WAITS; i++) {
    const struct escalation *x = w[i].x;
    bool late = escalation_is_late(x, now);
    struct home_wait *to = &v->waits[v->n_waits++];
    *to = (struct home_wait){.icon = "flame", .hot = late, .title = tr_fmt(r, "{0}: {1}", x->customer, x->blocked), .note = escalation_who(r->reader, x),
                             .href = arena_fmt(r->arena, "/escalations/%" PRId64, x->id), .act = tr(r, "act|Open"),
                             .due = late ? tr(r, "escalation|late") : format_distance(r->reader, format_day_of(r->reader, x->now.promise_at)),
                             .due_note = format_instant(r->reader, x->now.promise_at), .amount_href = w[i].stake.href};
    if (w[i].stake.rows)
      to->amount = parts_amount(r->reader, w[i].stake.amount, d->reporting, MONEY_K);
  }
  return OK;
}

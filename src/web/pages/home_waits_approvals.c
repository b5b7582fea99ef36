/* Requests for an exception that wait on the person, as rows of the command center: nearest expiry first. */
#include "web/pages/approvals.h"
#include "web/pages/home_parts.h"

enum { NEAR_DAYS = 2, SHOWN = 4 };

int home_waits_approvals(struct request *r, struct home_view *v) {
  struct exception *rows = NULL;
  size_t n = 0;
  if (r->as_of != DAY_NONE)
    return OK;
  int rc = exception_inbox(r->store, r->arena, r->who.id, r->today, &rows, &n, &r->err);
  for (size_t i = 0; i < n && i < SHOWN && v->n_waits < HOME_MOST_WAITS && rc >= 0; i++) {
    const struct exception *x = &rows[i];
    struct approval_item item = approval_item_of(r, x);
    bool back = x->state == EXCEPTION_RETURNED, known = x->cost_reporting >= 0;
    v->waits[v->n_waits++] = (struct home_wait){.icon = "gavel", .hot = x->expires - r->today <= NEAR_DAYS, .title = item.title, .note = item.note, .href = item.href,
        .act = back ? tr(r, "act|Answer") : tr(r, "act|Decide"), .due = format_distance(r->reader, x->expires),
        .due_note = format_weekday(r->reader, x->expires),
        .amount = known ? parts_amount(r->reader, x->cost_reporting, x->reporting, MONEY_WHOLE)
                        : parts_amount(r->reader, x->cost, x->currency, MONEY_WHOLE),
        .amount_note = tr(r, "cost"), .amount_href = item.href};
  }
  return rc;
}

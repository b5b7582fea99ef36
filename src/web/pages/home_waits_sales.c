/* Asks to field sales on the command center: those whose day went by without an answer or an end. */
#include "app/sales_ask.h"
#include "web/pages/home_parts.h"

int home_waits_sales(struct request *r, struct home_view *v) {
  struct sales_ask *rows = NULL;
  size_t n = 0, late = 0;
  if (r->as_of != DAY_NONE) /* what waits, waits now */
    return OK;
  int rc = sales_asks_mine(r->store, r->arena, &r->scope, INT64_MAX, &rows, &n, &r->err);
  while (rc >= 0 && late < n && rows[late].due < r->today) /* by due day */
    late++;
  if (rc < 0 || !late || v->n_waits == HOME_MOST_WAITS)
    return rc;
  const struct sales_ask *x = &rows[0];
  bool one = late == 1;
  v->waits[v->n_waits++] = (struct home_wait){
    .icon = "flag", .hot = true, .act = tr(r, "act|Look"), .href = one ? arena_fmt(r->arena, "/sales/asks/%" PRId64, x->id) : STR("/sales"),
    .title = one ? tr_fmt(r, "{0}: {1} is late with what was asked", x->customer, x->to)
                 : tr_fmt(r, "{0} asks to field sales are late", format_count(r->reader, (int64_t)late)),
    .note = one ? x->what : tr_fmt(r, "First: {0}", x->what), .due = format_distance(r->reader, x->due), .due_note = format_weekday(r->reader, x->due),
    .amount = one ? parts_amount(r->reader, x->amount, x->currency, MONEY_WHOLE) : (struct amount){STR_NONE, STR_NONE},
    .amount_href = one ? arena_fmt(r->arena, "/renewals/%" PRId64, x->renewal_id) : STR_NONE};
  return OK;
}

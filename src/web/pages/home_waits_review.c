/* What 1:1s and promises want from this person today. */
#include "web/pages/home_parts.h"
#include "web/pages/review.h"

enum { MOST_EACH = 3 };

static void wait_review(struct request *r, const struct review *x, struct home_wait *to) {
  struct str href = review_address(r, x->rep_id, x->day);
  bool late = x->day < r->today;
  *to = (struct home_wait){.icon = "users", .hot = late, .title = tr_fmt(r, "1:1 with {0}", x->rep), .note = late ? tr(r, "still open") : tr(r, "the agenda is made"),
                           .href = href, .act = tr(r, "act|Open"), .due = format_distance(r->reader, x->day), .due_note = format_weekday(r->reader, x->day)};
}

static void wait_promise(struct request *r, const struct promise *x, struct home_wait *to) {
  bool late = x->due_date < r->today;
  *to = (struct home_wait){.icon = "checklist", .hot = late, .title = x->person_id == r->who.id ? tr_fmt(r, "You promised: {0}", x->body)
                                                                 : tr_fmt(r, "{0} promised: {1}", x->person, x->body),
                           .note = x->customer,
                           .href = arena_fmt(r->arena, "/renewals/%" PRId64 "#promises", x->renewal_id), .act = tr(r, "act|Open"),
                           .due = format_distance(r->reader, x->due_date), .due_note = format_weekday(r->reader, x->due_date)};
}

int home_waits_review(struct request *r, struct home_view *v) {
  struct review *reviews = NULL;
  struct promise *promises = NULL;
  size_t n = 0, n_promises = 0;
  int rc = review_open_of_manager(r->store, r->arena, r->who.id, r->today, r->until, &reviews, &n, &r->err);
  rc = rc < 0 ? rc : promise_due(r->store, r->arena, &r->scope, r->who.id, r->today, r->until, &promises, &n_promises, &r->err);
  for (size_t i = 0, k = 0; i < n_promises && k < MOST_EACH && v->n_waits < HOME_MOST_WAITS && rc >= 0; i++)
    if (scope_sees(&r->scope, promises[i].renewal_id, promises[i].owner_id)) {
      wait_promise(r, &promises[i], &v->waits[v->n_waits++]);
      k++;
    }
  for (size_t i = 0, k = 0; i < n && k < MOST_EACH && v->n_waits < HOME_MOST_WAITS && rc >= 0; i++)
    if (review_may(r->store, r->arena, &r->scope, reviews[i].rep_id, NULL, &r->err) == OK) { /* the rep may have another manager by now */
      wait_review(r, &reviews[i], &v->waits[v->n_waits++]);
      k++;
    }
  return rc < 0 ? rc : OK;
}

/* Field sales of the demo: everybody looks after some accounts, some are asked to step in, and the last days have told them of a few renewals. */
#include "app/demo_write.h"
#include "app/sales.h"
#include "app/sales_ask.h"
#include "store/repo_renewal.h"

enum { PEOPLE_MOST = 4096, FRESH_DAYS = 3, WINDOW = 120, ASK_FAR = 75 };

static const char *const what_for[] = {"Bring their CIO into the call on Thursday", "Ask why procurement stopped answering",
                                       "Join the pricing talk: they compare us with another vendor",
                                       "Confirm that the budget for next year is approved"};

struct best { /* of one salesperson: the largest renewal that ends soon */
  int64_t renewal_id, amount;
};

static int step(struct demo_writer *w, int64_t ask_id, int64_t at, int64_t by, int act, int64_t to, const char *reason, struct err *e) {
  return sales_ask_step_put(w->store, ask_id, &(struct sales_ask_step){.at = at, .by_id = by, .act = act, .to_id = to, .reason = str_of(reason)}, e);
}

/* One ask of the renewal's rep; its state by k: waiting, accepted, declined, waiting and late, done. */
static int add_ask(struct demo_writer *w, int64_t person, int64_t renewal_id, int k, struct err *e) {
  static const int states[] = {ASK_OPEN, ASK_ACCEPTED, ASK_DECLINED, ASK_OPEN, ASK_DONE};
  static const int days[] = {3, 6, 1, -2, -4};
  struct renewal r;
  day_t today = w->shape.today;
  int64_t at = demo_instant(today - 6 - k % 3, (14 + k % 4) * 3600 + k * 61 % 3600), later = at + SECONDS_PER_DAY + 4000;
  int rc = renewal_get(w->store, w->row, renewal_id, &r, e), s = k % 5;
  if (rc != OK || !r.owner_id)
    return rc;
  struct sales_ask x = {.renewal_id = renewal_id, .asked_by = r.owner_id, .asked_at = at, .what = str_of(what_for[k % 4]), .due = today + days[s], .to_id = person,
                        .state = states[s]};
  rc = sales_ask_put(w->store, &x, e);
  rc = rc == OK ? step(w, x.id, at, r.owner_id, ASK_ACT_ASKED, person, "", e) : rc;
  if (rc == OK && (x.state == ASK_ACCEPTED || x.state == ASK_DONE))
    rc = step(w, x.id, later, person, ASK_ACT_ACCEPTED, person, "", e);
  if (rc == OK && x.state == ASK_DECLINED)
    rc = step(w, x.id, later, person, ASK_ACT_DECLINED, person, "The account moves to the public sector team this week", e);
  if (rc == OK && x.state == ASK_DONE)
    rc = step(w, x.id, later + SECONDS_PER_DAY, person, ASK_ACT_DONE, person, "They sign on Monday", e);
  arena_reset(w->row);
  return rc;
}

/* What was so before the last days is old news: only the rest is told. */
static int old_news(struct demo_writer *w, const struct sales_news *rows, size_t n, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].due <= w->shape.today + WINDOW - FRESH_DAYS)
      rc = sales_told_put(w->store, rows[i].renewal_id, SALES_NEWS_WINDOW, demo_instant(rows[i].due - WINDOW, 0), e);
  return rc;
}

int demo_sales(struct demo_writer *w, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct best *best = a ? arena_zalloc(a, PEOPLE_MOST, sizeof *best) : NULL;
  struct sales_news *rows = NULL;
  size_t n = 0;
  int rc = best ? vendor_lead_sales(w->store, w->sales_lead, e) : ERR_NOMEM;
  for (int r = 0; r < DEMO_REGIONS && rc == OK; r++)
    rc = vendor_own_sales(w->store, r + 1, w->first_sales[r], w->sales[r], demo_instant(w->shape.today - 200, 0), e);
  int64_t first = 0;
  rc = rc == OK ? store_reserve_ids(w->store, "sales_owner", w->next_account - 1, &first, e) : rc;
  const struct sales_when when = {w->shape.today, WINDOW};
  rc = rc == OK ? sales_untold(w->store, a, SALES_NEWS_WINDOW, &when, 0, &rows, &n, e) : rc;
  rc = rc == OK ? old_news(w, rows, n, e) : rc;
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].person_id < PEOPLE_MOST && rows[i].due <= w->shape.today + ASK_FAR && rows[i].amount > best[rows[i].person_id].amount)
      best[rows[i].person_id] = (struct best){rows[i].renewal_id, rows[i].amount};
  for (int64_t p = 1, k = 0; p < PEOPLE_MOST && rc == OK; p++)
    if (best[p].renewal_id)
      rc = add_ask(w, p, best[p].renewal_id, (int)k++, e);
  return rc == OK ? sales_tell(w->store, 0, w->shape.today, demo_instant(w->shape.today, 7 * 3600), 0, e) : rc;
}

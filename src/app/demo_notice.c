/* What the people of the demo have been told: managers ask about the nearest large renewal of each rep in a note that mentions them. */
#include "app/demo_write.h"
#include "app/notify.h"
#include "store/repo_desk.h"
#include "store/repo_note.h"

enum { NEAR_DAYS = 7, FAR_DAYS = 60, DAYS = 4, REPS_MOST = 512 };

struct pick { /* of one rep: the largest renewal that ends soon */
  int64_t renewal_id, amount;
};

static const char *const asks[DAYS] = {"@%.*s what keeps the PO? Let me know before our 1:1.", "@%.*s I can call their CIO if that helps.",
                                   "@%.*s the distributor asked for the serial numbers, please send them today.", "@%.*s can we close this one by Friday?"};

static const char *const answers[] = {"@%.*s their legal wants our new data terms first. Who has them?", "@%.*s the buyer is back on Monday, a call would help.",
                                      "@%.*s the PO is signed, procurement enters it tonight."};

static int write_note(struct demo_writer *w, int64_t renewal_id, int64_t by_id, int64_t to_id, struct str body, int64_t at, struct err *e) {
  struct str customer = STR_NONE;
  struct note n = {.renewal_id = renewal_id, .at = at, .by_id = by_id, .body = body};
  int rc = renewal_customer(w->store, w->row, renewal_id, &customer, e);
  rc = rc == OK ? note_put(w->store, &n, e) : rc;
  rc = rc == OK ? mention_put(w->store, n.id, to_id, e) : rc;
  struct notify x = {.person_id = to_id, .kind = NOTICE_MENTION, .entity = STR("renewal"), .entity_id = renewal_id, .a = customer, .b = body, .by_id = by_id, .at = at};
  return rc == OK ? notify_send(w->store, &x, e) : rc;
}

/* A question to one rep; some of them answer with one of their own. */
static int ask_rep(struct demo_writer *w, int64_t rep, const struct pick *p, int k, struct err *e) {
  struct str name = STR_NONE, manager = STR_NONE;
  int64_t at = demo_instant(w->shape.today - 1 - k % DAYS, (13 + k % 3) * 3600 + k * 97 % 3600);
  int rc = person_name(w->store, w->row, rep, &name, e);
  rc = rc == OK ? person_name(w->store, w->row, w->manager, &manager, e) : rc;
  rc = rc == OK ? write_note(w, p->renewal_id, w->manager, rep, arena_fmt(w->row, asks[k % DAYS], STR_FMT(name)), at, e) : rc;
  if (rc == OK && k % 3 == 0)
    rc = write_note(w, p->renewal_id, rep, w->manager, arena_fmt(w->row, answers[k / 3 % 3], STR_FMT(manager)),
                    at + 5400, e);
  arena_reset(w->row);
  return rc;
}

static int pick_largest(void *arg, const struct open_renewal *x) {
  struct pick *picks = arg, *p = x->owner_id > 0 && x->owner_id < REPS_MOST ? &picks[x->owner_id] : NULL;
  if (p && x->atr_amount > p->amount)
    *p = (struct pick){x->id, x->atr_amount};
  return OK;
}

int demo_notices(struct demo_writer *w, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct pick *picks = a ? arena_zalloc(a, REPS_MOST, sizeof *picks) : NULL;
  int rc = picks ? demo_each_open(w, NEAR_DAYS, FAR_DAYS, pick_largest, picks, e) : ERR_NOMEM;
  for (int day = DAYS - 1; day >= 0; day--) /* in time order, as they would have been written */
    for (int64_t rep = 1, k = 0; rep < REPS_MOST && rc == OK; rep++)
      if (picks[rep].renewal_id && k++ % DAYS == day)
        rc = ask_rep(w, rep, &picks[rep], (int)k - 1, e);
  return rc;
}

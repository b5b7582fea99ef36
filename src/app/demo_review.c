/* Six weeks of 1:1s of every rep, with promises kept, broken and open; one of Marisol Andrade's is today. */
#include "app/demo_write.h"
#include "app/promise.h"
#include "base/alloc.h"
#include "store/repo_review.h"

enum { WEEKS = 6, PICKS = 6, REPS_MOST = 512, PAST_DAYS = 40, AHEAD_DAYS = 75, HELD_BY_HEAD = 2 };

struct picks { /* of one rep: the largest renewals that are open */
  int64_t id[PICKS], amount[PICKS];
  int n;
};

static const char *const promised[] = {"Get the PO number from their buyer", "Send the quote with the new quantities", "Call the CIO about the end date",
                                       "Have the distributor confirm the serial numbers", "Agree the signing day with legal", "Offer the three-year term"};
static const char *const broken[] = {"the buyer was on leave, moved to next week", "legal had not read it", "waiting for the distributor's answer"};
static const char *const lines[] = {"Two customers ask for shorter terms; bring one example next week.", "Quotes go out a week before the window closes.",
                                    "The commit is sound except for the largest one.", "Fewer, larger calls: three customers make the quarter."};
static const char *const own_lines[] = {"Sounded tired; ask about the load in December.", "Ready for a larger book."};

static void take(struct picks *p, int64_t id, int64_t amount) {
  int at = p->n < PICKS ? p->n++ : PICKS - 1;
  if (at == PICKS - 1 && p->n == PICKS && p->amount[at] >= amount)
    return;
  for (; at > 0 && p->amount[at - 1] < amount; at--) {
    p->amount[at] = p->amount[at - 1];
    p->id[at] = p->id[at - 1];
  }
  p->amount[at] = amount;
  p->id[at] = id;
}

static int take_open(void *arg, const struct open_renewal *x) {
  struct picks *all = arg;
  if (x->owner_id > 0 && x->owner_id < REPS_MOST)
    take(&all[x->owner_id], x->id, x->atr_amount);
  return OK;
}

struct meeting {
  struct review review;
  const struct picks *picks;
  int rep_index, week; /* week: how many ago, 0 = the next one */
};

static int write_promise(struct demo_writer *w, const struct meeting *m, int k, int64_t *ret_id, struct err *e) {
  int turn = m->rep_index + m->week * 3 + k;
  day_t due = m->review.day + 4 + k;
  struct promise p = {.renewal_id = m->picks->id[(m->week + k) % m->picks->n], .person_id = k == 1 && turn % 3 == 0 ? m->review.manager_id : m->review.rep_id,
                      .rep_id = m->review.rep_id, .review_id = m->review.id, .body = str_of(promised[turn % 6]), .due_date = due,
                      .made_at = demo_instant(m->review.day, 15 * 3600 + k * 600), .made_by = m->review.manager_id, .reason = STR_NONE};
  bool stays = m->week == 1 && (turn % 2 == 0 || due >= w->shape.today);
  if (!stays) {
    p.state = turn % 4 == 1 ? PROMISE_BROKEN : PROMISE_KEPT;
    day_t settled = due + (p.state == PROMISE_BROKEN ? 3 : -1);
    p.settled_at = demo_instant(settled < w->shape.today ? settled : w->shape.today - 1, 16 * 3600 + k * 600);
    p.settled_by = p.person_id;
    p.reason = p.state == PROMISE_BROKEN ? str_of(broken[turn % 3]) : STR_NONE;
  }
  int rc = promise_put(w->store, &p, e);
  *ret_id = p.id;
  return rc;
}

static int write_line(struct demo_writer *w, const struct meeting *m, const char *text, bool private, int64_t promise_id, int seconds, struct err *e) {
  struct review_note n = {.review_id = m->review.id, .at = demo_instant(m->review.day, seconds), .by_id = m->review.manager_id, .private = private,
                          .body = str_of(text), .promise_id = promise_id};
  return review_note_put(w->store, &n, e);
}

static int write_meeting(struct demo_writer *w, struct meeting *m, struct err *e) {
  bool held = m->week > 0;
  m->review.made_at = demo_instant(m->review.day - 7, 15 * 3600 + 1800);
  m->review.made_by = m->review.manager_id;
  m->review.closed_at = held ? demo_instant(m->review.day, 15 * 3600 + 1800) : 0;
  m->review.closed_by = held ? m->review.manager_id : 0;
  int rc = review_put(w->store, &m->review, e);
  if (rc < 0 || !held)
    return rc;
  rc = write_line(w, m, lines[(m->rep_index + m->week) % 4], false, 0, 14 * 3600, e);
  if (rc == OK && m->week % 3 == 2)
    rc = write_line(w, m, own_lines[m->rep_index % 2], true, 0, 14 * 3600 + 300, e);
  for (int k = 0; k < 2 && m->picks->n > 0 && rc == OK; k++) {
    int64_t id = 0;
    rc = write_promise(w, m, k, &id, e);
    if (rc == OK && k == 0)
      rc = write_line(w, m, promised[(m->rep_index + m->week * 3) % 6], false, id, 15 * 3600, e);
  }
  arena_reset(w->row);
  return rc;
}

/* Who leads a team: the first two reps of each report to the head of all, the others to their region's. */
static int64_t manager_of(const struct demo_writer *w, int team, int index) {
  static const int64_t heads[DEMO_REGIONS + 1] = {0, 5, 6, 7}; /* demo_people.c, by region */
  return index < HELD_BY_HEAD ? w->manager : heads[w->region[team]];
}

/* The last day of this weekday before today, never today itself. */
static day_t last_of(day_t today, int weekday) {
  day_t d = today - 1;
  while (day_weekday(d) != weekday)
    d--;
  return d;
}

static int write_series(struct demo_writer *w, const struct picks *picks, int team, int index, struct err *e) {
  int64_t rep = w->first_rep[team] + index, manager = manager_of(w, team, index);
  bool first = team == 0 && index == 0; /* Tom Okafor's next one is today */
  day_t last = last_of(w->shape.today, first ? day_weekday(w->shape.today) : 1 + (index + team + 4) % 5);
  int rc = OK;
  for (int week = WEEKS; week >= 0 && rc == OK; week--) {
    struct meeting m = {.picks = &picks[rep < REPS_MOST ? rep : 0], .rep_index = index + team, .week = week,
                        .review = {.rep_id = rep, .manager_id = manager, .every_days = 7, .day = last - (week - 1) * 7}};
    rc = write_meeting(w, &m, e);
  }
  return rc;
}

int demo_reviews(struct demo_writer *w, struct err *e) {
  struct picks *all = mem_zalloc(REPS_MOST, sizeof *all);
  int rc = all ? demo_each_open(w, -PAST_DAYS, AHEAD_DAYS, take_open, all, e) : ERR_NOMEM;
  for (int t = 0; t < DEMO_TEAMS && rc == OK; t++)
    for (int i = 0; i < w->shape.reps[t] && rc == OK; i++)
      rc = write_series(w, all, t, i, e);
  mem_free(all);
  return rc;
}

/* More weekly calls for a demo: bench_calls STORE QUARTERS. Every rep and every manager calls in each week of the QUARTERS before the oldest
 * call in the store, each call with the renewals of those reps behind it, as the demo's own newer ones. So that a store holds five years of weekly
 * submissions: the demo writes six quarters. */
#include <stdio.h>

#include "app/demo_write.h"
#include "base/alloc.h"
#include "domain/calendar.h"
#include "store/driver.h"
#include "store/repo_call.h"

enum { HEAPS = 12 }; /* a rep's renewals are dealt to as many heaps; a quarter takes one of them */

struct known {
  int64_t id, owner;
};
struct bench {
  struct known *renewals[HEAPS];
  size_t n[HEAPS], room[HEAPS];
  struct call_person *people;
  size_t n_people;
  struct manager_row *managers;
  size_t n_managers;
  struct call_row *rows;
  struct calendar calendar;
  struct arena *all;
  struct random r;
  int64_t quarters, written;
};

static int keep(void *arg, const struct version_seen *v) {
  struct bench *t = arg;
  int h = (int)(v->renewal_id % HEAPS);
  if (v->version != 1)
    return OK;
  if (!mem_room(&t->renewals[h], t->n[h], &t->room[h], 4096, sizeof *t->renewals[h]))
    return ERR_NOMEM;
  t->renewals[h][t->n[h]++] = (struct known){v->renewal_id, v->owner_id};
  return OK;
}

/* What stands behind a call: renewals of these owners, in order of id. */
static size_t behind(struct bench *t, int heap, const uint8_t *owners, size_t most) {
  size_t n = 0;
  for (size_t i = 0; i < t->n[heap]; i++)
    if (t->renewals[heap][i].owner < (int64_t)most && owners[t->renewals[heap][i].owner])
      t->rows[n++] = (struct call_row){.renewal_id = t->renewals[heap][i].id, .version = 1, .category = (int)(i % CATEGORY_COUNT),
                                       .amount = 10000 + (int64_t)random_below(&t->r, 4000000)};
  return n;
}

static int put(struct store *s, struct bench *t, struct call x, const struct period *quarter, const struct period *week, size_t n, struct err *e) {
  char id[PERIOD_ID_SIZE];
  x.for_team = x.for_team.p ? x.for_team : STR_NONE;
  x.period_id = str_of(period_id(quarter, id));
  x.first = quarter->first, x.last = quarter->last, x.plan_day = quarter->first;
  x.week_first = week->first, x.week = week->week;
  x.by_id = x.person_id;
  x.at = demo_instant(week->first + 2, 15 * 3600 + (int)random_below(&t->r, 9000));
  x.due_at = demo_instant(week->first + 2, 17 * 3600);
  x.commit = 100000 * (1000 + (int64_t)random_below(&t->r, 9000));
  x.best_case = x.commit / 10 * 11, x.pipeline = x.commit / 10 * 13;
  x.note = random_below(&t->r, 3) ? STR_NONE : STR("Two PO numbers came in this week");
  t->written++;
  return call_put(s, &x, t->rows, n, NULL, 0, e);
}

static int one_week(struct store *s, struct bench *t, int heap, currency_t money, const struct period *quarter, const struct period *week, uint8_t *owners, size_t most,
                    struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < t->n_people && rc == OK; i++) {
    const struct call_person *p = &t->people[i];
    owners[p->id] = 1;
    size_t n = behind(t, heap, owners, most);
    owners[p->id] = 0;
    rc = put(s, t, (struct call){.person_id = p->id, .team_id = p->team_id, .region_id = p->region_id, .currency = money}, quarter, week, n, e);
  }
  for (size_t i = 0; i < t->n_managers && rc == OK; i++) {
    const struct manager_row *m = &t->managers[i];
    for (size_t k = 0; k < t->n_people; k++)
      owners[t->people[k].id] = manager_has(m, t->people[k].team_id);
    size_t n = behind(t, heap, owners, most);
    rc = put(s, t, (struct call){.person_id = m->id, .team_id = m->team_id, .region_id = m->region_id, .for_team_id = m->team_id, .for_team = m->team, .currency = money},
             quarter, week, n, e);
    for (size_t k = 0; k < t->n_people; k++)
      owners[t->people[k].id] = 0;
  }
  return rc;
}

static int write_calls(struct store *s, void *arg, struct err *e) {
  struct bench *t = arg;
  int64_t oldest = 0, most = 0, renewals = 0;
  currency_t money = 0;
  int rc = db_one_i64(store_db(s), "select min(period_first) from forecast_submission /* scan */", NULL, 0, &oldest, e);
  rc = rc < 0 ? rc : db_one_i64(store_db(s), "select max(id) + 1 from person", NULL, 0, &most, e);
  rc = rc < 0 ? rc : vendor_each_version(s, (day_t)oldest - 1500, (day_t)oldest + 1200, keep, t, e);
  for (int h = 0; h < HEAPS; h++)
    renewals += (int64_t)t->n[h];
  uint8_t *owners MEM_CLEANUP = mem_zalloc((size_t)most, 1);
  t->rows = mem_zalloc((size_t)renewals + 1, sizeof *t->rows);
  rc = rc < 0 ? rc : !owners || !t->rows ? ERR_NOMEM : currency_parse(STR("USD"), &money);
  rc = rc < 0 ? rc : call_people(s, t->all, &t->people, &t->n_people, e);
  rc = rc < 0 ? rc : vendor_managers(s, t->all, &t->managers, &t->n_managers, e);
  struct period quarter = period_of(&t->calendar, PERIOD_QUARTER, (day_t)oldest);
  for (int64_t i = 0; i < t->quarters && rc == OK; i++) {
    quarter = period_prev(&t->calendar, &quarter);
    for (struct period w = period_of(&t->calendar, PERIOD_WEEK, quarter.first); rc == OK && w.first <= quarter.last; w = period_next(&t->calendar, &w))
      rc = one_week(s, t, (int)(i % HEAPS), money, &quarter, &w, owners, (size_t)most, e);
  }
  return rc;
}

int main(int argc, char **argv) {
  struct err e = {0};
  struct store *s = NULL;
  struct bench t = {.calendar = CALENDAR_DEFAULT, .r = random_seed(5, 260), .all = arena_new(0)};
  if (argc != 3 || str_to_i64(str_of(argv[2]), &t.quarters) != OK || !t.all) {
    fprintf(stderr, "usage: bench_calls STORE QUARTERS\n");
    return 2;
  }
  int rc = store_open(argv[1], &s, &e);
  rc = rc < 0 ? rc : store_write_bulk(s, write_calls, &t, &e);
  if (rc < 0)
    fprintf(stderr, "bench_calls: %s\n", e.text);
  else
    printf("%lld calls of %lld quarters more\n", (long long)t.written, (long long)t.quarters);
  store_close(s);
  for (int h = 0; h < HEAPS; h++)
    mem_free(t.renewals[h]);
  mem_free(t.rows);
  arena_free(t.all);
  return rc < 0;
}

#include "app/nightly.h"
#include "app/sales.h"
#include "store/repo_config.h"
#include "store/repo_history.h"

struct night {
  int64_t now;
  struct history_counts counts;
};

/* *ret: the day to judge up to, or DAY_NONE when that has been done. */
static int due_day(struct store *s, int64_t now, day_t *ret, struct err *e) {
  struct org org;
  day_t through = DAY_NONE;
  int rc = org_load(s, &org, e);
  if (rc == OK)
    rc = history_whole_through(s, &through, e);
  if (rc == OK)
    *ret = through == DAY_NONE || org_today(&org, now - NIGHTLY_HOUR * 3600) > through ? org_today(&org, now) : DAY_NONE;
  return rc;
}

static int judge(struct store *s, void *arg, struct err *e) {
  struct night *n = arg;
  day_t day = DAY_NONE;
  int rc = due_day(s, n->now, &day, e);
  if (rc < 0 || day == DAY_NONE)
    return rc;
  int64_t known = (int64_t)day * SECONDS_PER_DAY;
  struct history_change c = {.all = true, .today = day, .now = n->now, .known_at = known > n->now ? n->now : known};
  rc = history_derive(s, &c, &n->counts, e);
  if (rc >= 0)
    rc = sales_tell(s, 0, day, n->now, 0, e);
  return rc < 0 ? rc : 1;
}

int nightly_run(struct store *s, int64_t now, struct history_counts *ret_counts, struct err *e) {
  day_t day = DAY_NONE;
  int rc = due_day(s, now, &day, e);
  if (rc < 0 || day == DAY_NONE)
    return rc;
  struct night n = {.now = now};
  rc = store_write_bulk(s, judge, &n, e);
  if (rc == 1)
    *ret_counts = n.counts;
  return rc;
}

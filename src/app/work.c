#include "app/work.h"
#include "app/import_rows.h"

#include <stdlib.h>

#include "insight/grid.h"
#include "store/repo_audit.h"
#include "store/repo_renewal.h"

enum { REASON_MAX = 500 };

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

static const char *const SHARES[WORK_SHARES] = {"all", "own", "cover"};

const char *work_share_name(int share) { return share >= 0 && share < WORK_SHARES ? SHARES[share] : ""; }

int work_share_of(struct str s) {
  for (int i = 0; i < WORK_SHARES; i++)
    if (str_eq(s, str_of(SHARES[i])))
      return i;
  return -1;
}

/* ---- the list ---- */

struct listing {
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  uint8_t *reps;
  uint32_t *rows;
  size_t n_rows;
  day_t today;
  int64_t until;
};

static uint32_t row_of(const struct book *b, int64_t id) {
  size_t from = 0, to = b->renewals.n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (b->renewals.id[mid] < (uint64_t)id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < b->renewals.n && b->renewals.id[from] == (uint64_t)id ? (uint32_t)from : UINT32_MAX;
}

static int row_cmp(const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* The renewals of one handover that were the giver's and that the actor sees too. */
static int add_handed(struct store *s, struct listing *x, const struct handover *h, struct err *e) {
  const struct book_renewals *r = &x->b->renewals;
  int64_t *ids = NULL;
  size_t n = 0;
  int rc = handover_renewals(s, x->a, h->id, false, &ids, &n, e);
  uint32_t *rows = rc < 0 ? NULL : arena_alloc(x->a, (x->n_rows + n + 1) * sizeof *rows);
  if (rc < 0 || !rows)
    return rc < 0 ? rc : no_memory(e);
  if (x->n_rows)
    memcpy(rows, x->rows, x->n_rows * sizeof *rows);
  x->rows = rows;
  for (size_t i = 0; i < n; i++) {
    uint32_t row = row_of(x->b, ids[i]);
    if (row != UINT32_MAX && x->b->reps.id[r->rep[row]] == h->from_id && scope_sees(x->who, ids[i], x->b->reps.id[r->rep_now[row]]))
      rows[x->n_rows++] = row;
  }
  return OK;
}

static int add_covered(struct store *s, struct listing *x, int64_t rep_id, struct err *e) {
  struct handover *h = NULL;
  size_t n = 0;
  int rc = handover_covered(s, x->a, rep_id, x->today, x->until, &h, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    uint32_t code = book_code(&x->b->reps, h[i].from_id);
    if (!h[i].whole_book)
      rc = add_handed(s, x, &h[i], e);
    else if (code && scope_sees_rep(x->who, h[i].from_id))
      x->reps[code] = 1;
  }
  if (x->n_rows)
    qsort(x->rows, x->n_rows, sizeof *x->rows, row_cmp);
  size_t kept = 0;
  for (size_t i = 0; i < x->n_rows; i++)
    if (!kept || x->rows[kept - 1] != x->rows[i])
      x->rows[kept++] = x->rows[i];
  x->n_rows = kept;
  return rc;
}

static int add_sleeps(struct store *s, struct arena *a, int64_t until, struct work_query *q, struct err *e) {
  struct snooze_brief *z = NULL;
  size_t n = 0;
  int rc = snooze_asleep(s, a, q->today, until, &z, &n, e);
  struct work_sleep *sleeps = rc < 0 ? NULL : arena_alloc(a, (n + 1) * sizeof *sleeps);
  if (rc < 0 || !sleeps)
    return rc < 0 ? rc : no_memory(e);
  for (size_t i = 0; i < n; i++)
    sleeps[i] = (struct work_sleep){(uint32_t)z[i].renewal_id, z[i].until};
  q->sleeps = sleeps;
  q->n_sleeps = n;
  return OK;
}

int work_list(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, int64_t rep_id, enum work_share share,
              day_t today, int64_t until, day_t plan_day, struct worklist *ret, struct err *e) {
  struct listing x = {.a = a, .who = who, .b = b, .reps = arena_zalloc(a, b->reps.n + 1, 1), .today = today, .until = until};
  int past_week_start = (day_weekday(today) - org->calendar.week_start + 7) % 7;
  struct work_query q = {.rule = org->work, .today = today, .week_end = today + 6 - past_week_start, .plan_day = plan_day};
  q.seen = scope_reps(who, a, b);
  if (!x.reps || !q.seen || scope_rows(who, a, b, &q.extra, &q.n_extra) < 0)
    return no_memory(e);
  uint32_t own = book_code(&b->reps, rep_id);
  int rc = share == WORK_OWN ? OK : add_covered(s, &x, rep_id, e);
  if (rc == OK)
    rc = add_sleeps(s, a, until, &q, e);
  if (rc < 0)
    return rc;
  if (own && share != WORK_COVER && scope_sees_rep(who, rep_id))
    x.reps[own] = 1;
  q.reps = x.reps;
  q.rows = x.rows;
  q.n_rows = x.n_rows;
  return worklist_rank(b, &q, a, ret, e);
}

/* GROUP/REP/SHARE. False: it is no such name. */
static bool read_part(struct str text, int *group, int64_t *rep_id, int *share) {
  struct str group_text, rep_text, share_text;
  str_cut(text, '/', &group_text, &text);
  str_cut(text, '/', &rep_text, &share_text);
  *group = str_eq(group_text, STR("any")) ? WORK_GROUPS : work_group_of(group_text);
  *share = work_share_of(share_text);
  return *group >= 0 && *share >= 0 && str_to_i64(rep_text, rep_id) == OK && *rep_id > 0;
}

int work_resolve(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, day_t today, int64_t until,
                 struct grid_query *q, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < q->n_filters && rc == OK; i++) {
    struct grid_filter *f = &q->filters[i];
    struct worklist w;
    int group, share;
    int64_t rep_id;
    if (grid_column_kind(f->column) != GRID_KIND_ROWS)
      continue;
    f->n_rows = 0;
    if (f->column == GRID_IMPORT)
      rc = import_rows(s, a, b, f, e);
    if (f->column != GRID_WORK || !read_part(f->text, &group, &rep_id, &share) || !scope_sees_rep(who, rep_id))
      continue;
    rc = work_list(s, a, who, b, org, rep_id, (enum work_share)share, today, until, q->plan_day, &w, e);
    uint32_t *rows = rc < 0 ? NULL : arena_alloc(a, (w.n + 1) * sizeof *rows);
    if (rc < 0 || !rows)
      return rc < 0 ? rc : no_memory(e);
    for (size_t k = 0; k < w.n; k++)
      if (group == WORK_GROUPS || (int)w.items[k].group == group)
        rows[f->n_rows++] = w.items[k].row;
    qsort(rows, f->n_rows, sizeof *rows, row_cmp);
    f->rows = rows;
  }
  return rc;
}

/* ---- sleeping ---- */

static int check_reason(struct str reason, struct err *e) {
  if (str_trim(reason).n == 0)
    return err_set(e, ERR_RANGE, "The reason is missing: say in a few words why");
  return reason.n > REASON_MAX ? err_set(e, ERR_RANGE, "The reason is too long: at most %d bytes", REASON_MAX) : OK;
}

/* A renewal that the actor may change. */
static int editable(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct renewal *ret, struct err *e) {
  struct renewal r;
  int rc = renewal_get(s, a, id, &r, e);
  if (rc < 0)
    return rc;
  if (!scope_sees(who, id, r.owner_id))
    return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, id);
  if (!scope_edits(who, id, r.owner_id))
    return err_set(e, ERR_DENIED, "Your role may read this renewal but not put it to sleep: ask its owner");
  *ret = r;
  return OK;
}

static int audit(struct store *s, const struct scope *who, int64_t now, const char *action, const char *entity, int64_t id, struct err *e) {
  return audit_add(s, &(struct audit_entry){.at = now, .actor_id = who->person_id, .action = action, .entity = entity, .entity_id = id}, e);
}

struct sleeping {
  struct arena *a;
  const struct scope *who;
  struct snooze snooze;
  day_t today;
  int64_t now;
};

static int snooze_tx(struct store *s, void *arg, struct err *e) {
  struct sleeping *x = arg;
  struct renewal r = {0};
  int rc = editable(s, x->a, x->who, x->snooze.renewal_id, &r, e);
  if (rc == OK && (r.stage == STAGE_WON || r.stage == STAGE_LOST))
    rc = err_set(e, ERR_RANGE, "It is closed, so it is on no worklist: there is nothing to put to sleep");
  if (rc == OK)
    rc = snooze_add(s, &x->snooze, e);
  return rc == OK ? audit(s, x->who, x->now, "snooze.add", "renewal", x->snooze.renewal_id, e) : rc;
}

int work_snooze(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, day_t until, struct str reason, day_t today, int64_t now,
                struct err *e) {
  struct sleeping x = {.a = a, .who = who, .today = today, .now = now,
                       .snooze = {.renewal_id = renewal_id, .until = until, .reason = str_trim(reason), .by_id = who->person_id, .at = now}};
  if (until == DAY_NONE || until <= today)
    return err_set(e, ERR_RANGE, "The day to come back is missing or not in the future: give a day after today");
  if (until > today + HANDOVER_DAYS)
    return err_set(e, ERR_RANGE, "The day to come back is more than a year away: give an earlier one");
  int rc = check_reason(reason, e);
  return rc == OK ? store_write(s, snooze_tx, &x, e) : rc;
}

static int wake_tx(struct store *s, void *arg, struct err *e) {
  struct sleeping *x = arg;
  struct renewal r = {0};
  int64_t ended = 0;
  int rc = editable(s, x->a, x->who, x->snooze.renewal_id, &r, e);
  if (rc == OK)
    rc = snooze_end(s, r.id, x->today, x->who->person_id, x->now, &ended, e);
  return rc == OK && ended ? audit(s, x->who, x->now, "snooze.end", "renewal", r.id, e) : rc;
}

int work_wake(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, day_t today, int64_t now, struct err *e) {
  struct sleeping x = {.a = a, .who = who, .today = today, .now = now, .snooze = {.renewal_id = renewal_id}};
  return store_write(s, wake_tx, &x, e);
}

#include "app/call.h"

#include "app/call_internal.h"
#include "app/note.h"
#include "base/strbuf.h"
#include "base/zone.h"
#include "insight/exact.h"
#include "store/repo_audit.h"
#include "store/repo_scope.h"

enum { TRIES = 5 };

struct submitting {
  struct arena *a;
  const struct scope *who;
  const struct org *org;
  const struct book *book;
  struct period period, week;
  struct call call;
  int64_t now, seen;
  bool stale; /* the book is older than the store */
};

int64_t call_due_at(struct arena *a, const struct org *org, const struct period *week, struct str time_zone) {
  day_t due = week->first + (org->call_weekday - day_weekday(week->first) + 7) % 7;
  return due > week->last ? 0 : zone_instant(zone_load(a, time_zone), due, 60 * org->call_minute);
}

static int check_quarter(const struct org *org, const struct period *p, day_t today, struct err *e) {
  char id[PERIOD_ID_SIZE], last[DAY_ISO_SIZE];
  struct period running = period_of(&org->calendar, PERIOD_QUARTER, today), next = period_next(&org->calendar, &running);
  if (p->kind != PERIOD_QUARTER)
    return err_set(e, ERR_RANGE, "A call is for a quarter, such as %s", period_id(&running, id));
  if (p->last < today)
    return err_set(e, ERR_RANGE, "%s ended on %s: its calls are closed", period_id(p, id), day_iso(p->last, last));
  if (p->first > next.last)
    return err_set(e, ERR_RANGE, "%s is too far away: call the running quarter or the next", period_id(p, id));
  return OK;
}

/* ---- freezing ---- */

static int freeze_row(struct store *s, const struct book *b, uint32_t i, day_t plan_day, struct call_row *ret, struct err *e) {
  struct call_renewal x;
  int64_t rate = 0;
  uint8_t code = b->renewals.currency[i];
  int rc = call_renewal_get(s, b->renewals.id[i], &x, e);
  if (rc < 0)
    return rc;
  *ret = (struct call_row){.renewal_id = b->renewals.id[i], .version = x.version, .category = x.category};
  int64_t minor = x.category == CATEGORY_CLOSED ? x.won_amount : x.forecast_amount;
  if (book_rate(b, code, plan_day, &rate, NULL) < 0)
    ret->no_rate = true;
  else if (exact_round(exact_term(minor, rate, x.currency, b->reporting), &ret->amount) < 0)
    return err_set(e, ERR_RANGE, "Renewal %u has an amount that is too large: mend it first", b->renewals.id[i]);
  return OK;
}

/* Renewals of these reps that count in the period, in order of id. The book is as new as the store: nobody writes meanwhile. */
static int freeze(struct store *s, const struct submitting *x, const uint8_t *reps, struct call_row **ret, size_t *ret_n, struct err *e) {
  const struct book *b = x->book;
  size_t n = 0, k = 0;
  for (size_t i = 0; i < b->renewals.n; i++)
    n += reps[b->renewals.rep[i]] && forecast_counts(b, i, &x->period);
  struct call_row *rows = arena_zalloc(x->a, n + 1, sizeof *rows);
  if (!rows)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = OK;
  for (size_t i = 0; i < b->renewals.n && rc == OK; i++)
    if (reps[b->renewals.rep[i]] && forecast_counts(b, i, &x->period))
      rc = freeze_row(s, b, (uint32_t)i, x->period.first, &rows[k++], e);
  *ret = rows;
  *ret_n = k;
  return rc;
}

static int audit_call(struct store *s, const struct submitting *x, const char *action, struct err *e) {
  const struct call *c = &x->call;
  struct str detail = arena_fmt(x->a, "{\"call\":%" PRId64 ",\"period\":\"%.*s\",\"week\":%d,\"revision\":%d,\"commit\":%" PRId64 ",\"renewals\":%" PRId64 "}", c->id,
                                STR_FMT(c->period_id), c->week, c->revision, c->commit, c->frozen);
  if (!detail.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = action, .entity = "person", .entity_id = c->person_id,
                                            .detail = detail}, e);
}

/* The same sent twice: x->call becomes the one that is there. 1 = so. */
static int sent_twice(struct store *s, struct submitting *x, struct err *e) {
  struct call was;
  int64_t id = 0;
  int rc = call_newest(s, x->call.person_id, x->call.period_id, x->call.week_first, &id, e);
  if (rc < 0 || !id)
    return rc;
  rc = call_get(s, x->a, id, &was, e);
  if (rc < 0)
    return rc;
  bool same = was.commit == x->call.commit && was.best_case == x->call.best_case && was.pipeline == x->call.pipeline && str_eq(was.note, x->call.note) &&
              was.for_team_id == x->call.for_team_id && was.at <= x->now && x->now - was.at <= SENT_TWICE_SECONDS;
  if (same)
    x->call = was;
  return same;
}

static int fresh(struct store *s, struct submitting *x, struct err *e) {
  int64_t seq = 0;
  int rc = store_change_seq(s, &seq, e);
  x->stale = rc == OK && seq != x->book->seq;
  return rc < 0 ? rc : x->stale ? err_set(e, ERR_CONFLICT, "The book changed while the call was submitted: submit again") : OK;
}

/* The person stands where they stand now, in this very transaction. */
static int stand(struct store *s, struct submitting *x, struct err *e) {
  struct call_person p;
  int rc = call_person_get(s, x->a, x->call.person_id, &p, e);
  if (rc < 0)
    return rc;
  x->call.team_id = p.team_id;
  x->call.region_id = p.region_id;
  x->call.due_at = call_due_at(x->a, x->org, &x->week, p.time_zone);
  return OK;
}

static int submit_tx(struct store *s, void *arg, struct err *e) {
  struct submitting *x = arg;
  struct call_row *rows = NULL;
  size_t n = 0;
  int rc = fresh(s, x, e);
  rc = rc < 0 ? rc : sent_twice(s, x, e);
  if (rc != OK)
    return rc < 0 ? rc : OK;
  rc = stand(s, x, e);
  uint8_t *reps = node_reps(&(struct node){NODE_REP, x->call.person_id}, x->a, x->book);
  if (rc < 0 || !reps)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  rc = freeze(s, x, reps, &rows, &n, e);
  rc = rc < 0 ? rc : call_put(s, &x->call, rows, n, NULL, 0, e);
  return rc < 0 ? rc : audit_call(s, x, "call.submit", e);
}

/* Runs a transaction over a book that is as new as the store. */
static int with_fresh_book(struct store *s, struct book_cache *books, store_tx_fn *tx, struct submitting *x, struct err *e) {
  int rc = OK;
  const struct call asked = x->call;
  for (int i = 0; i < TRIES; i++) {
    x->stale = false;
    x->call = asked;
    rc = book_cache_get(books, s, &x->book, e);
    if (rc < 0)
      return rc;
    rc = store_write(s, tx, x, e);
    book_cache_release(books, x->book);
    if (!x->stale)
      break;
  }
  return rc;
}

static int64_t whose(const struct scope *who, const struct call_ask *x) { return who->person_id ? who->person_id : x->person_id; }

/* What every submission says of its period and week. */
static int begin(struct submitting *x, struct str note, struct err *e) {
  char id[PERIOD_ID_SIZE];
  day_t today = org_today(x->org, x->now);
  int rc = check_quarter(x->org, &x->period, today, e);
  if (rc < 0)
    return rc;
  x->week = period_of(&x->org->calendar, PERIOD_WEEK, today);
  x->call.period_id = arena_str(x->a, str_of(period_id(&x->period, id)));
  x->call.first = x->period.first;
  x->call.last = x->period.last;
  x->call.plan_day = x->period.first;
  x->call.week_first = x->week.first;
  x->call.week = x->week.week;
  x->call.at = x->now;
  x->call.by_id = x->who->person_id;
  x->call.currency = x->org->reporting_currency;
  x->call.note = str_trim(note);
  if (x->call.note.n > CALL_NOTE_MAX)
    return err_set(e, ERR_RANGE, "The note is too long: at most %d bytes", CALL_NOTE_MAX);
  return x->call.period_id.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

int call_submit(struct store *s, struct arena *a, const struct scope *who, struct book_cache *books, const struct org *org, const struct call_ask *x,
                int64_t now, struct call *ret, struct err *e) {
  struct submitting y = {.a = a, .who = who, .org = org, .period = x->period, .now = org_now(org, now)};
  y.call = (struct call){.person_id = whose(who, x), .commit = x->commit, .best_case = x->best_case, .pipeline = x->pipeline, .for_team = STR_NONE};
  if (who->person_id && who->role != ROLE_REP)
    return err_set(e, ERR_DENIED, "Only reps call their own book: a manager sets a number beside the rep's");
  if (x->commit < 0 || x->best_case < x->commit || x->pipeline < x->best_case)
    return err_set(e, ERR_RANGE, "The sums do not run up: commit holds what is closed, best case holds commit, pipeline holds best case");
  int rc = begin(&y, x->note, e);
  rc = rc < 0 ? rc : with_fresh_book(s, books, submit_tx, &y, e);
  if (rc < 0)
    return rc;
  *ret = y.call;
  return OK;
}

/* ---- the manager ---- */

static int parts_of(const struct call_board *b, struct arena *a, struct call_part **ret, size_t *ret_n, struct err *e) {
  struct call_part *p = arena_zalloc(a, b->n_lines + 1, sizeof *p);
  if (!p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < b->n_lines; i++) {
    const struct call_line *l = &b->lines[i];
    p[i] = (struct call_part){.person_id = l->person.id, .called_id = l->now ? l->now->id : 0, .called = l->now ? l->now->commit : 0, .has_amount = l->has_mine,
                              .amount = l->mine, .adjustment_id = l->adjustment ? l->adjustment->id : 0};
  }
  *ret = p;
  *ret_n = b->n_lines;
  return OK;
}

/* Running sums over the manager's number: what each rep sees above their commit comes on top. */
static int sums_of(const struct call_board *b, int64_t total, struct call *ret, struct err *e) {
  int64_t best = 0, all = 0;
  for (size_t i = 0; i < b->n_lines; i++) {
    const struct call *c = b->lines[i].now;
    if (c && c->currency == b->book->reporting &&
        (__builtin_add_overflow(best, c->best_case - c->commit, &best) || __builtin_add_overflow(all, c->pipeline - c->commit, &all)))
      return err_set(e, ERR_RANGE, "call: a sum is larger than a number can hold");
  }
  ret->commit = total;
  return __builtin_add_overflow(total, best, &ret->best_case) || __builtin_add_overflow(total, all, &ret->pipeline)
             ? err_set(e, ERR_RANGE, "call: a sum is larger than a number can hold")
             : OK;
}

static int submit_team_tx(struct store *s, void *arg, struct err *e) {
  struct submitting *x = arg;
  struct call_board board;
  struct call_total total;
  struct call_row *rows = NULL;
  struct call_part *parts = NULL;
  size_t n = 0, n_parts = 0;
  const struct call_when when = {org_today(x->org, x->now), INT64_MAX, x->now};
  int rc = fresh(s, x, e);
  rc = rc < 0 ? rc : call_board_load(s, x->a, x->who, x->book, x->org, &x->period, &when, &board, e);
  if (rc < 0)
    return rc;
  call_board_whole(&board, &total);
  if (!board.may_adjust || !total.n_mine)
    return err_set(e, ERR_RANGE, "There is nothing to submit: nobody in the team has called yet, and no number of yours stands");
  if (total.mine != x->seen)
    return err_set(e, ERR_CONFLICT, "The total changed while you looked: look at it again, then submit");
  x->call.for_team_id = board.for_team_id;
  x->call.for_team = arena_str(x->a, board.for_team); /* the book goes */
  rc = sums_of(&board, total.mine, &x->call, e);
  rc = rc < 0 ? rc : sent_twice(s, x, e);
  if (rc != OK)
    return rc < 0 ? rc : OK;
  rc = stand(s, x, e);
  uint8_t *reps = node_reps(&(struct node){NODE_TEAM, board.for_team_id}, x->a, x->book);
  if (rc < 0 || !reps)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  rc = freeze(s, x, reps, &rows, &n, e);
  rc = rc < 0 ? rc : parts_of(&board, x->a, &parts, &n_parts, e);
  rc = rc < 0 ? rc : call_put(s, &x->call, rows, n, parts, n_parts, e);
  return rc < 0 ? rc : audit_call(s, x, "call.submit_team", e);
}

int call_submit_team(struct store *s, struct arena *a, const struct scope *who, struct book_cache *books, const struct org *org,
                     const struct period *period, int64_t seen, struct str note, int64_t now, struct call *ret, struct err *e) {
  struct submitting x = {.a = a, .who = who, .org = org, .period = *period, .now = org_now(org, now), .seen = seen, .call = {.person_id = who->person_id}};
  if (who->role != ROLE_MANAGER || !who->person_id)
    return err_set(e, ERR_DENIED, "Only the manager of a team submits its call");
  int rc = begin(&x, note, e);
  rc = rc < 0 ? rc : with_fresh_book(s, books, submit_team_tx, &x, e);
  if (rc < 0)
    return rc;
  *ret = x.call;
  return OK;
}

struct adjusting {
  struct arena *a;
  const struct scope *who;
  struct adjustment x;
};

/* The newest number of the place, when the same person just set the very same. */
static int adjusted_twice(struct store *s, struct adjusting *y, int64_t *ret_id, struct err *e) {
  struct adjustment *rows = NULL;
  size_t n = 0;
  int rc = adjustment_list(s, y->a, y->x.period_id, y->x.for_team_id, INT64_MAX, &rows, &n, e);
  const struct adjustment *last = NULL;
  for (size_t i = 0; i < n; i++)
    if (rows[i].node_kind == y->x.node_kind && rows[i].node_id == y->x.node_id)
      last = &rows[i];
  bool same = last && last->by_id == y->x.by_id && last->base_id == y->x.base_id && last->taken_back == y->x.taken_back &&
              (last->taken_back || last->amount == y->x.amount) && str_eq(last->reason, y->x.reason) && y->x.at - last->at <= SENT_TWICE_SECONDS;
  *ret_id = same ? last->id : 0;
  return rc;
}

static int adjust_tx(struct store *s, void *arg, struct err *e) {
  struct adjusting *y = arg;
  struct node n = {(enum node_kind)y->x.node_kind, y->x.node_id};
  char place[NODE_TEXT_SIZE];
  int64_t twice = 0;
  int rc = adjusted_twice(s, y, &twice, e);
  if (rc < 0 || twice) {
    y->x.id = twice;
    return rc;
  }
  rc = adjustment_put(s, &y->x, e);
  struct str detail = arena_fmt(y->a, "{\"period\":\"%.*s\",\"place\":\"%s\",\"amount\":%" PRId64 "}", STR_FMT(y->x.period_id), node_text(&n, place), y->x.amount);
  if (rc < 0 || !detail.p)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = y->x.at, .actor_id = y->who->person_id, .action = y->x.taken_back ? "call.take_back" : "call.adjust",
                                            .entity = n.kind == NODE_REP ? "person" : n.kind == NODE_TEAM ? "team" : n.kind == NODE_REGION ? "region" : "team",
                                            .entity_id = n.kind == NODE_COMPANY ? y->x.for_team_id : n.id, .detail = detail}, e);
}

int call_adjust_check(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_adjust *x,
                      int64_t now, int64_t *ret_team, struct err *e) {
  struct str name;
  int64_t team = 0;
  bool manager = false, whole = false;
  int rc = call_layer(s, who, b, &team, &name, &manager, e);
  if (rc < 0)
    return rc;
  if (!manager || !team)
    return err_set(e, ERR_DENIED, "Only the manager of a team sets a number beside a call");
  rc = node_check(&x->node, a, who, b, &whole, e);
  if (rc == OK && x->node.kind != NODE_COMPANY && !whole)
    rc = err_set(e, ERR_NOTFOUND, "Not all of its reps are in your team");
  if (rc == OK)
    rc = check_quarter(org, &x->period, org_today(org, now), e);
  if (rc < 0)
    return rc;
  if (!x->take_back && x->amount < 0)
    return err_set(e, ERR_RANGE, "A call cannot be below zero");
  if (!str_trim(x->reason).n)
    return err_set(e, ERR_RANGE, "The reason is missing: it stands beside the number");
  if (str_trim(x->reason).n > CALL_REASON_MAX)
    return err_set(e, ERR_RANGE, "The reason is too long: at most %d bytes", CALL_REASON_MAX);
  *ret_team = team;
  return OK;
}

static void adjustment_of(const struct scope *who, const struct org *org, const struct call_adjust *x, int64_t team, int64_t at, char id[PERIOD_ID_SIZE],
                          struct adjustment *ret) {
  *ret = (struct adjustment){.for_team_id = team, .node_kind = (int)x->node.kind, .node_id = x->node.id, .base_id = x->base_id, .taken_back = x->take_back,
                             .amount = x->take_back ? 0 : x->amount, .by_id = who->person_id, .at = at, .first = x->period.first, .last = x->period.last,
                             .plan_day = x->period.first, .currency = org->reporting_currency, .reason = str_trim(x->reason),
                             .period_id = str_of(period_id(&x->period, id))};
}

int call_adjust_in(struct store *s, struct arena *a, const struct scope *who, const struct org *org, const struct call_adjust *x, int64_t team, int64_t at,
                   int64_t *ret_id, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct adjusting y = {.a = a, .who = who};
  adjustment_of(who, org, x, team, at, id, &y.x);
  int rc = adjust_tx(s, &y, e);
  if (rc == OK)
    *ret_id = y.x.id;
  return rc;
}

int call_adjust(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_adjust *x,
                int64_t now, int64_t *ret_id, struct err *e) {
  char id[PERIOD_ID_SIZE];
  int64_t team = 0;
  int rc = call_adjust_check(s, a, who, b, org, x, now, &team, e);
  if (rc < 0)
    return rc;
  struct adjusting y = {.a = a, .who = who};
  adjustment_of(who, org, x, team, org_now(org, now), id, &y.x);
  rc = store_write(s, adjust_tx, &y, e);
  if (rc == OK)
    *ret_id = y.x.id;
  return rc;
}

int call_show(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, struct call *ret, struct err *e) {
  struct call x;
  int rc = call_get(s, a, id, &x, e);
  if (rc < 0)
    return rc;
  if (!scope_sees_rep(who, x.person_id) || x.at > until)
    return err_set(e, ERR_NOTFOUND, "There is no call %" PRId64, id);
  *ret = x;
  return OK;
}

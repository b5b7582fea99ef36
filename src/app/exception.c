/* Asking, routing and seeing. */
#include "app/exception.h"

#include <stdlib.h>

#include "app/exception_work.h"
#include "app/notify.h"
#include "insight/book_index.h"
#include "insight/grid.h"
#include "store/repo_audit.h"
#include "store/repo_note.h"
#include "store/repo_people.h"
#include "store/repo_renewal.h"

enum { TEAMS_UP = 32, OPEN_LOOKED = 50, SEATS_MOST = 50, WAITING_MOST = 500 };

/* ---- whom it goes to ---- */

static int64_t team_above(const struct team_row *teams, size_t n, int64_t id) {
  for (size_t i = 0; i < n; i++)
    if (teams[i].id == id)
      return teams[i].parent_id;
  return 0;
}

static bool may_be_asked(const struct person_detail *p, const struct exception_route *x) {
  return p->active && p->id != x->asked_by && p->id != x->owner_id && p->id != x->without_id;
}

/* The first by id of a role, of a team or (0) of everybody. */
static const struct person_detail *first_of(const struct person_detail *p, size_t n, const struct exception_route *x, enum role role, int64_t team) {
  const struct person_detail *best = NULL;
  for (size_t i = 0; i < n; i++)
    if (p[i].role == role && (!team || p[i].team_id == team) && may_be_asked(&p[i], x) && (!best || p[i].id < best->id))
      best = &p[i];
  return best;
}

struct line { /* who there is, and what their roles may */
  struct person_detail *people;
  struct team_row *teams;
  struct authority_rule *rules;
  size_t n, n_teams, n_rules;
};

static const struct person_detail *manager_above(const struct line *l, const struct exception_route *x) {
  const struct person_detail *found = NULL;
  int64_t team = x->team_id; /* a team that by mistake lies below itself ends the walk */
  for (int up = 0; team && up < TEAMS_UP && !found; up++, team = team_above(l->teams, l->n_teams, team))
    found = first_of(l->people, l->n, x, ROLE_MANAGER, team);
  return found;
}

static const struct person_detail *who_covers(const struct line *l, const struct exception_route *x) {
  const struct person_detail *found = NULL;
  for (size_t i = 0; i < AUTHORITY_ROLES && !found; i++) {
    struct authority_rule rule = authority_on(l->rules, l->n_rules, x->kind, (int)authority_roles[i], x->day);
    if (authority_covers(&rule, x->size, x->cost))
      found = authority_roles[i] == ROLE_MANAGER ? manager_above(l, x) : first_of(l->people, l->n, x, authority_roles[i], 0);
  }
  return found;
}

int exception_route(struct store *s, struct arena *a, const struct exception_route *x, int64_t *ret_id, struct str *ret_name, struct err *e) {
  struct line l = {0};
  int rc = person_details(s, a, &l.people, &l.n, e);
  rc = rc == OK ? team_rows(s, a, &l.teams, &l.n_teams, e) : rc;
  rc = rc == OK ? authority_load(s, a, INT64_MAX, &l.rules, &l.n_rules, e) : rc;
  if (rc < 0)
    return rc;
  const struct person_detail *found = who_covers(&l, x);
  if (found && x->first && found->role != ROLE_MANAGER && authority_on(l.rules, l.n_rules, x->kind, ROLE_MANAGER, x->day).may) {
    const struct person_detail *before = manager_above(&l, x);
    found = before ? before : found;
  }
  *ret_id = found ? found->id : 0;
  *ret_name = found ? found->name : STR_NONE;
  return OK;
}

/* ---- what it would cost ---- */

static int rate_on(const struct book *b, const struct org *org, currency_t c, day_t day, int64_t *ret) {
  bool assumed;
  day_t plan = period_of(&org->calendar, PERIOD_QUARTER, day).first;
  for (uint8_t i = 1; i < b->n_currencies; i++)
    if (b->currency_of[i] == c)
      return book_rate(b, i, plan, ret, &assumed);
  return ERR_NOTFOUND;
}

/* Of a case: as it is asked, or changed by the approver. -1 without a rate. */
static int64_t in_reporting(int64_t cost, currency_t c, int64_t rate, currency_t reporting) {
  int64_t x = -1;
  return rate > 0 && money_convert(cost, c, rate, reporting, &x) == OK ? x : -1;
}

static int check_renewal(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct renewal *ret, struct err *e) {
  int rc = renewal_get(s, a, id, ret, e);
  if (rc < 0 || !scope_sees(who, id, ret->owner_id))
    return rc < 0 && rc != ERR_NOTFOUND ? rc : err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, id);
  return scope_edits(who, id, ret->owner_id) ? OK : err_set(e, ERR_DENIED, "Your role may read this renewal but not ask for an exception: ask its owner");
}

static int quote_of(struct store *s, struct arena *a, const struct book *b, const struct org *org, const struct renewal *r, int64_t asked_by,
                    const struct exception_ask *x, day_t today, struct exception_quote *ret, struct err *e) {
  struct exception_policy *policies = NULL;
  struct str country;
  size_t n = 0;
  int64_t partner = 0, team = 0;
  struct exception_quote q = {.annual = r->atr_amount > 0 ? r->atr_amount : r->forecast_amount, .currency = r->currency, .reporting = b->reporting, .cost_reporting = -1};
  int rc = exception_policies(s, a, INT64_MAX, &policies, &n, e);
  rc = rc == OK ? exception_renewal_facts(s, a, r->id, &country, &partner, &team, e) : rc;
  if (rc < 0)
    return rc;
  struct exception_policy p = exception_policy_on(policies, n, x->kind, today);
  q.rate_bp = p.rate_bp;
  q.policy_id = p.id;
  if (exception_cost(x->kind, q.annual, x->size, q.rate_bp, &q.cost) < 0)
    return err_set(e, ERR_RANGE, "The size does not fit the kind: give a share from 0.01 to 100 percent, or 1 to %d days",
                   (int)exception_size_most(EXCEPTION_BACKDATE_WAIVER));
  if (rate_on(b, org, q.currency, today, &q.fx_rate) < 0)
    q.fx_rate = 0;
  q.cost_reporting = in_reporting(q.cost, q.currency, q.fx_rate, q.reporting);
  struct exception_route way = {.kind = x->kind, .size = x->size, .cost = q.cost_reporting, .asked_by = asked_by, .owner_id = r->owner_id, .team_id = team, .day = today};
  rc = exception_route(s, a, &way, &q.decider_id, &q.decider, e);
  way.first = true;
  rc = rc == OK ? exception_route(s, a, &way, &q.approver_id, &q.approver, e) : rc;
  if (rc == OK)
    *ret = q;
  return rc;
}

int exception_quote(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct exception_ask *x,
                    day_t today, struct exception_quote *ret, struct err *e) {
  struct renewal r;
  int rc = check_renewal(s, a, who, x->renewal_id, &r, e);
  return rc == OK ? quote_of(s, a, b, org, &r, who->person_id, x, today, ret, e) : rc;
}

/* ---- asking ---- */

struct asking {
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  const struct org *org;
  const struct exception_ask *ask;
  day_t today;
  int64_t now, id;
};

static int check_ask(const struct asking *x, const struct renewal *r, struct err *e) {
  const struct exception_ask *k = x->ask;
  if (!x->who->person_id)
    return err_set(e, ERR_DENIED, "A person asks for an exception, not the command line");
  if (r->outcome != OUTCOME_OPEN)
    return err_set(e, ERR_RANGE, "The renewal is closed: an exception is asked for while it is open");
  if (!str_trim(k->reason).n)
    return err_set(e, ERR_RANGE, "The reason is missing: say why the policy should not hold here");
  if (k->reason.n > EXCEPTION_TEXT_MAX || k->evidence.n > EXCEPTION_TEXT_MAX)
    return err_set(e, ERR_RANGE, "The text is too long: at most %d bytes", EXCEPTION_TEXT_MAX);
  if (k->expires < x->today || k->expires > x->today + EXCEPTION_DAYS_MOST)
    return err_set(e, ERR_RANGE, "The last day to decide must lie within the next %d days", EXCEPTION_DAYS_MOST);
  if (k->recapture != DAY_NONE && k->recapture <= x->today)
    return err_set(e, ERR_RANGE, "The day of recapture must lie in the future");
  return k->n_documents > EXCEPTION_DOCUMENTS_MOST ? err_set(e, ERR_RANGE, "At most %d documents stand behind a request", EXCEPTION_DOCUMENTS_MOST) : OK;
}

/* One of a kind at a time: two open requests for the same thing would be decided apart. */
static int check_other(struct store *s, const struct asking *x, struct err *e) {
  struct exception *rows = NULL;
  size_t n = 0;
  struct exception_query q = {.list = EXCEPTIONS_OF_RENEWAL, .key = x->ask->renewal_id, .until = INT64_MAX, .max = OPEN_LOOKED};
  int rc = exception_list(s, x->a, &q, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].kind == x->ask->kind && exception_state_on(&rows[i], x->today) <= EXCEPTION_RETURNED)
      rc = err_set(e, ERR_CONFLICT, "Request %" PRId64 " of the same kind is still open: withdraw it first", rows[i].id);
  return rc;
}

static int keep_documents(struct store *s, const struct asking *x, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < x->ask->n_documents && rc == OK; i++) {
    struct document d;
    rc = document_row(s, x->a, x->ask->documents[i], &d, e);
    if (rc == OK && (d.renewal_id != x->ask->renewal_id || d.removed_at))
      rc = err_set(e, ERR_NOTFOUND, "Document %" PRId64 " is not kept on this renewal", x->ask->documents[i]);
    rc = rc == OK ? exception_document_put(s, x->id, d.id, e) : rc;
  }
  return rc;
}

static int ask_tx(struct store *s, void *arg, struct err *e) {
  struct asking *x = arg;
  const struct exception_ask *k = x->ask;
  struct renewal r;
  struct exception_quote q;
  int64_t team = 0;
  struct exception c = {.renewal_id = k->renewal_id, .kind = k->kind, .asked_by = x->who->person_id, .asked_at = x->now, .reason = str_trim(k->reason),
                        .evidence = str_trim(k->evidence), .expires = k->expires, .recapture = k->recapture, .state = EXCEPTION_WAITING, .version = 1};
  int rc = check_renewal(s, x->a, x->who, k->renewal_id, &r, e);
  rc = rc == OK ? check_ask(x, &r, e) : rc;
  rc = rc == OK ? check_other(s, x, e) : rc;
  rc = rc == OK ? quote_of(s, x->a, x->b, x->org, &r, c.asked_by, k, x->today, &q, e) : rc;
  rc = rc == OK ? exception_renewal_facts(s, x->a, k->renewal_id, &c.country, &c.partner_id, &team, e) : rc;
  if (rc < 0)
    return rc;
  if (!q.approver_id)
    return err_set(e, ERR_CONFLICT, "Nobody has the authority for this size: ask operations to set it");
  int64_t annual = in_reporting(q.annual, q.currency, q.fx_rate, q.reporting);
  c.segment = exception_segment(annual);
  c.annual_amount = q.annual;
  c.currency = q.currency;
  c.reporting = q.reporting;
  c.fx_rate = q.fx_rate;
  c.rate_bp = q.rate_bp;
  c.policy_id = q.policy_id;
  c.size = k->size;
  c.cost = q.cost;
  c.cost_reporting = q.cost_reporting;
  c.approver_id = q.approver_id;
  rc = exception_put(s, &c, e);
  x->id = c.id;
  rc = rc == OK ? keep_documents(s, x, e) : rc;
  rc = rc == OK ? exception_row(s, x->a, c.id, INT64_MAX, &c, e) : rc;
  rc = rc == OK ? exception_tell(s, x->a, NOTICE_EXCEPTION_ASKED, c.approver_id, true, &c, c.reason, c.asked_by, x->today, x->now, e) : rc;
  return rc == OK ? exception_audit(s, x->a, "exception.ask", &c, c.asked_by, x->now, e) : rc;
}

int exception_ask(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct exception_ask *x,
                  day_t today, int64_t now, int64_t *ret_id, struct err *e) {
  struct asking k = {.a = a, .who = who, .b = b, .org = org, .ask = x, .today = today, .now = now};
  int rc = store_write(s, ask_tx, &k, e);
  if (rc == OK)
    *ret_id = k.id;
  return rc;
}

int exception_tell(struct store *s, struct arena *a, int kind, int64_t person_id, bool seats, const struct exception *x, struct str text, int64_t by_id, day_t today,
                   int64_t now, struct err *e) {
  int64_t *more = NULL;
  size_t n = 0;
  struct notify note = {.person_id = person_id, .kind = kind, .entity = STR("exception"), .entity_id = x->id, .a = x->customer,
                        .b = str_of(exception_kind_name(x->kind)), .c = text, .by_id = by_id, .at = now};
  int rc = notify_send(s, &note, e);
  if (rc == OK && seats && person_id)
    rc = delegation_of(s, a, person_id, true, today, &more, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    note.person_id = more[i];
    rc = notify_send(s, &note, e);
  }
  return rc;
}

int exception_audit(struct store *s, struct arena *a, const char *action, const struct exception *x, int64_t by_id, int64_t now, struct err *e) {
  struct str detail = arena_fmt(a, "{\"kind\":\"%s\",\"renewal\":%" PRId64 ",\"size\":%" PRId64 ",\"cost_reporting\":%" PRId64 ",\"version\":%d}",
                                exception_kind_name(x->kind), x->renewal_id, x->size, x->cost_reporting, (int)x->version);
  if (!detail.n)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = now, .actor_id = by_id, .action = action, .entity = "exception", .entity_id = x->id, .detail = detail}, e);
}

/* ---- seeing ---- */

int exception_state_on(const struct exception *x, day_t day) { return x->state <= EXCEPTION_RETURNED && x->expires < day ? EXCEPTION_EXPIRED : x->state; }

int exception_seats(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t **ret, size_t *ret_n, struct err *e) {
  int64_t *others = NULL;
  size_t n = 0;
  int rc = delegation_of(s, a, person_id, false, today, &others, &n, e);
  int64_t *ids = rc == OK ? arena_alloc(a, (n + 1) * sizeof *ids) : NULL;
  if (rc < 0 || !ids)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  ids[0] = person_id;
  for (size_t i = 0; i < n; i++)
    ids[i + 1] = others[i];
  *ret = ids;
  *ret_n = n + 1;
  return OK;
}

bool exception_seen(const struct scope *who, const struct exception *x, const int64_t *seats, size_t n_seats) {
  bool seat = false;
  for (size_t i = 0; i < n_seats && x->approver_id; i++)
    seat |= seats[i] == x->approver_id;
  return seat || (who->person_id && who->person_id == x->asked_by) || scope_sees(who, x->renewal_id, x->owner_id);
}

int exception_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, day_t today, struct exception *ret, struct err *e) {
  struct exception x;
  int64_t *seats = NULL;
  size_t n = 0;
  int rc = exception_row(s, a, id, until, &x, e);
  rc = rc == OK ? exception_seats(s, a, who->person_id, today, &seats, &n, e) : rc;
  if (rc < 0)
    return rc;
  if (!exception_seen(who, &x, seats, n))
    return err_set(e, ERR_NOTFOUND, "There is no request %" PRId64, id);
  *ret = x;
  return OK;
}

int exception_find(struct store *s, struct arena *a, const struct scope *who, const struct exception_query *q, day_t today, struct exception **ret, size_t *ret_n,
                   struct err *e) {
  struct exception *rows = NULL;
  int64_t *seats = NULL;
  size_t n = 0, n_seats = 0, k = 0;
  int rc = exception_list(s, a, q, &rows, &n, e);
  rc = rc == OK ? exception_seats(s, a, who->person_id, today, &seats, &n_seats, e) : rc;
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n; i++)
    if (exception_seen(who, &rows[i], seats, n_seats))
      rows[k++] = rows[i];
  *ret = rows;
  *ret_n = k;
  return OK;
}

static int nearest(const void *a, const void *b) {
  const struct exception *x = a, *y = b;
  return x->expires != y->expires ? (x->expires < y->expires ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

int exception_inbox(struct store *s, struct arena *a, int64_t person_id, day_t today, struct exception **ret, size_t *ret_n, struct err *e) {
  int64_t *seats = NULL;
  size_t n_seats = 0, n = 0;
  int rc = exception_seats(s, a, person_id, today, &seats, &n_seats, e);
  struct exception *all = rc == OK ? arena_alloc(a, WAITING_MOST * sizeof *all) : NULL;
  if (rc < 0 || !all)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i <= n_seats && i < SEATS_MOST && rc == OK; i++) {
    struct exception *rows = NULL;
    size_t k = 0;
    bool back = i == n_seats;
    struct exception_query q = {.list = back ? EXCEPTIONS_BACK_TO : EXCEPTIONS_FOR, .key = back ? person_id : seats[i], .until = INT64_MAX, .max = WAITING_MOST};
    rc = exception_list(s, a, &q, &rows, &k, e);
    for (size_t j = 0; j < k && n < WAITING_MOST && rc == OK; j++)
      if (rows[j].expires >= today && (back || rows[j].asked_by != person_id)) /* one who stands in still decides nothing of their own */
        all[n++] = rows[j];
  }
  if (rc < 0)
    return rc;
  qsort(all, n, sizeof *all, nearest);
  *ret = all;
  *ret_n = n;
  return OK;
}

/* ---- past cases ---- */

static void find_after(const struct book *b, const struct exception *x, struct exception_precedent *ret) {
  const struct book_renewals *r = &b->renewals;
  uint32_t row = grid_row_of_id(r, (uint32_t)x->renewal_id), best = UINT32_MAX;
  size_t n = 0;
  ret->after = AFTER_NONE;
  ret->after_due = ret->after_booked = DAY_NONE;
  const uint32_t *rows = row == UINT32_MAX ? NULL : book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, r->account[row], &n);
  for (size_t i = 0; i < n && rows; i++) {
    day_t later = r->due[rows[i]] - r->due[row];
    if (later >= AFTER_FIRST && later <= AFTER_LAST && (best == UINT32_MAX || r->atr[rows[i]] > r->atr[best]))
      best = rows[i];
  }
  if (best == UINT32_MAX)
    return;
  ret->after_due = r->due[best];
  ret->after_booked = r->booked[best];
  bool late = r->booked[best] != DAY_NONE && r->booked[best] > r->due[best];
  ret->after = r->outcome[best] == OUTCOME_OPEN ? AFTER_OPEN : r->outcome[best] == OUTCOME_LOST ? AFTER_LOST : late ? AFTER_LATE : AFTER_ON_TIME;
}

static struct exception_facts facts_of(const struct exception *x) {
  return (struct exception_facts){.kind = x->kind, .segment = x->segment, .size = x->size, .partner_id = x->partner_id, .country = x->country};
}

int exception_precedents(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct exception *x, int64_t until, size_t max,
                         struct exception_precedent **ret, size_t *ret_n, struct err *e) {
  struct exception *rows = NULL;
  size_t n = 0, k = 0;
  struct exception_query q = {.list = EXCEPTIONS_LIKE, .key = x->kind, .until = until, .max = EXCEPTION_LIKE_LOOKED};
  struct exception_facts is = facts_of(x);
  int rc = exception_list(s, a, &q, &rows, &n, e);
  struct exception_precedent *best = rc == OK ? arena_alloc(a, (max + 1) * sizeof *best) : NULL;
  if (rc < 0 || !best)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) {
    struct exception_facts was = facts_of(&rows[i]);
    int like = exception_likeness(&is, &was);
    size_t at = k;
    if (rows[i].id == x->id || rows[i].renewal_id == x->renewal_id)
      continue;
    for (; at > 0 && best[at - 1].likeness < like; at--)
      best[at] = best[at - 1];
    if (at < max)
      best[at] = (struct exception_precedent){.x = rows[i], .likeness = like, .seen = scope_sees(who, rows[i].renewal_id, rows[i].owner_id)};
    k += k < max;
  }
  for (size_t i = 0; i < k; i++)
    find_after(b, &best[i].x, &best[i]);
  *ret = best;
  *ret_n = k;
  return OK;
}

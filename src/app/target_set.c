/* Setting targets and who is there; the versions of a period. */
#include "app/target.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_audit.h"

int target_may(const struct scope *who, struct arena *a, const struct book *b, const struct node *n, struct err *e) {
  bool whole = false;
  int rc = node_check(n, a, who, b, &whole, e);
  if (rc < 0)
    return rc;
  if (who->person_id == 0 || who->role == ROLE_ADMIN || who->role == ROLE_OPS)
    return OK;
  if (who->role == ROLE_MANAGER && whole && n->kind != NODE_COMPANY)
    return OK;
  return err_set(e, ERR_DENIED, "This target is not yours to set: ask the manager of that part of the organization, or sales operations");
}

struct setting {
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  const struct target_edit *edits;
  size_t n, written;
  struct target_rows rows; /* of `period`: edits of one period stand together, so that each is read once */
  const struct period *period;
  struct str reason;
  day_t today;
  int64_t now;
};

static int check(const struct setting *x, const struct target_edit *t, struct err *e) {
  int64_t most = t->measure == TARGET_CLOSED ? TARGET_MONEY_MAX : t->measure == TARGET_COUNT ? 1000000000 : TARGET_RATE_MAX;
  if (t->amount < 0)
    return err_set(e, ERR_RANGE, "A target can't be below zero");
  if (t->amount > most)
    return err_set(e, ERR_RANGE, "The target is too large: check for a missing decimal mark");
  if (!x->reason.n && t->period.last < x->today)
    return err_set(e, ERR_RANGE, "The period is over: say why its target changes");
  return target_may(x->who, x->a, x->b, &t->node, e);
}

/* The name that the place's target stands under already, so that a region spelled otherwise in a file gets a version, not a second target. */
static int put(struct store *s, struct setting *x, const struct target_edit *t, struct err *e) {
  static const char *const scopes[] = {"company", "region", "team", "rep"};
  char id[PERIOD_ID_SIZE];
  bool read = x->period && x->period->first == t->period.first && x->period->kind == t->period.kind;
  int rc = read ? OK : target_load(s, x->a, x->b, &t->period, INT64_MAX, &x->rows, e), was = 0;
  if (rc < 0)
    return rc;
  x->period = &t->period;
  const struct target_row *old = target_of(&x->rows, &t->node, t->measure);
  struct target set = {.scope = old ? old->set.scope : str_of(scopes[t->node.kind]),
                       .scope_name = old ? old->set.scope_name : t->node.kind == NODE_COMPANY ? STR("Company") : node_name(&t->node, x->b),
                       .kind = str_of(target_kind_name(t->measure)),
                       .measure = t->measure == TARGET_COUNT ? STR("closed") : str_of(target_measure_name(t->measure)), .amount = t->amount,
                       .currency = t->measure == TARGET_CLOSED ? x->b->reporting : CURRENCY_NONE, .reason = x->reason, .set_by = x->who->person_id, .set_at = x->now};
  if (old && old->amount == t->amount)
    return OK;
  rc = target_put(s, str_of(period_id(&t->period, id)), &set, t->base, &was, e);
  if (rc == ERR_CONFLICT)
    return err_set(e, rc, "The target of %.*s was set by somebody else meanwhile: look at it again", STR_FMT(set.scope_name));
  if (rc == 1 && was && !x->reason.n)
    return err_set(e, ERR_RANGE, "The target stands at another amount already: say why it changes");
  x->written += rc == 1;
  return rc < 0 ? rc : OK;
}

static int set_tx(struct store *s, void *arg, struct err *e) {
  struct setting *x = arg;
  char id[PERIOD_ID_SIZE];
  int rc = OK;
  x->written = 0;
  x->period = NULL;
  for (size_t i = 0; i < x->n && rc == OK; i++)
    rc = check(x, &x->edits[i], e);
  for (size_t i = 0; i < x->n && rc == OK; i++)
    rc = put(s, x, &x->edits[i], e);
  if (rc < 0 || !x->written)
    return rc;
  struct str detail = arena_fmt(x->a, "{\"period\":\"%s\",\"measure\":\"%s\",\"targets\":%zu}", period_id(&x->edits[0].period, id),
                                target_measure_name(x->edits[0].measure), x->written);
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "target.set", .entity = "target", .detail = detail}, e);
}

int target_set(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct target_edit *edits, size_t n, struct str reason,
               day_t today, int64_t now, size_t *ret_n, struct err *e) {
  struct setting x = {.a = a, .who = who, .b = b, .edits = edits, .n = n, .reason = str_trim(reason), .today = today, .now = now};
  if (utf8_count(x.reason) > TARGET_REASON_MAX)
    return err_set(e, ERR_RANGE, "The reason is too long: at most %d characters", TARGET_REASON_MAX);
  int rc = store_write(s, set_tx, &x, e);
  if (rc == OK)
    *ret_n = x.written;
  return rc;
}

/* ---- who is there ---- */

struct presence_write {
  struct arena *a;
  struct presence_row *row;
  int64_t person_id, id, by, now;
};

static int audit_presence(struct store *s, const struct presence_write *x, const char *action, struct err *e) {
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->by, .action = action, .entity = "person", .entity_id = x->person_id}, e);
}

static int presence_put_tx(struct store *s, void *arg, struct err *e) {
  struct presence_write *x = arg;
  struct presence_row *rows = NULL;
  size_t n = 0;
  int rc = presence_list(s, x->a, INT64_MAX, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].person_id == x->row->person_id && rows[i].kind == x->row->kind && rows[i].first == x->row->first && rows[i].last == x->row->last) {
      x->row->id = rows[i].id; /* it stands so already: a form that was sent twice */
      return OK;
    }
  rc = rc < 0 ? rc : presence_put(s, x->row, e);
  return rc < 0 ? rc : audit_presence(s, x, "presence.set", e);
}

static int presence_end_tx(struct store *s, void *arg, struct err *e) {
  struct presence_write *x = arg;
  int rc = presence_end(s, x->id, x->person_id, x->by, x->now, e);
  if (rc == ERR_NOTFOUND)
    return err_set(e, rc, "There is no such entry: somebody took it out already");
  return rc < 0 ? rc : audit_presence(s, x, "presence.end", e);
}

static int may_person(const struct scope *who, struct arena *a, const struct book *b, int64_t person_id, struct err *e) {
  struct node n = {NODE_REP, person_id};
  return target_may(who, a, b, &n, e);
}

int target_presence_set(struct store *s, struct arena *a, const struct scope *who, const struct book *b, struct presence_row *x, int64_t now, struct err *e) {
  int rc = may_person(who, a, b, x->person_id, e);
  if (rc < 0)
    return rc;
  if (x->kind < PRESENCE_JOINED || x->kind > PRESENCE_AWAY || x->first == DAY_NONE)
    return err_set(e, ERR_RANGE, "Say whether they joined, left or are away, and from which day");
  if (x->kind == PRESENCE_AWAY && x->last != DAY_NONE && x->last < x->first)
    return err_set(e, ERR_RANGE, "The last day is before the first");
  x->note = str_trim(x->note);
  if (utf8_count(x->note) > TARGET_NOTE_MAX)
    return err_set(e, ERR_RANGE, "The note is too long: at most %d characters", TARGET_NOTE_MAX);
  if (x->kind != PRESENCE_AWAY)
    x->last = DAY_NONE;
  x->set_by = who->person_id;
  x->set_at = now;
  return store_write(s, presence_put_tx, &(struct presence_write){.a = a, .row = x, .person_id = x->person_id, .by = who->person_id, .now = now}, e);
}

int target_presence_end(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t person_id, int64_t id, int64_t now, struct err *e) {
  int rc = may_person(who, a, b, person_id, e);
  return rc < 0 ? rc : store_write(s, presence_end_tx, &(struct presence_write){.person_id = person_id, .id = id, .by = who->person_id, .now = now}, e);
}

/* ---- versions ---- */

int target_versions(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target_version **ret, size_t *ret_n, struct err *e) {
  struct target_step *steps = NULL;
  size_t n = 0, k = 0;
  int rc = target_steps(s, a, period_id, until, &steps, &n, e);
  struct target_version *x = rc < 0 ? NULL : arena_zalloc(a, n + 1, sizeof *x);
  if (rc < 0 || !x)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) {
    const struct target *t = &steps[i].now;
    if (!k || x[k - 1].at != t->set_at || x[k - 1].by_id != t->set_by) {
      x[k] = (struct target_version){.number = (int)k + 1, .at = t->set_at, .by_id = t->set_by, .by = t->by, .steps = &steps[i]};
      k++;
    }
    x[k - 1].n++;
    if (!x[k - 1].reason.n)
      x[k - 1].reason = t->reason;
  }
  *ret = x;
  *ret_n = k;
  return OK;
}

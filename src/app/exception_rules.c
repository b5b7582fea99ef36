/* Authority, policies and standing in, as dated data. */
#include "app/exception.h"
#include "app/notify.h"
#include "store/repo_audit.h"
#include "store/repo_desk.h"
#include "store/repo_scope.h"

enum { REASON_MAX = 500, POLICY_MAX = 2000, RATE_MOST = 10000, DELEGATE_DAYS = 366 };

int authority_load(struct store *s, struct arena *a, int64_t until, struct authority_rule **ret, size_t *ret_n, struct err *e) {
  struct authority_entry *rows = NULL;
  size_t n = 0;
  int rc = authority_entries(s, a, until, &rows, &n, e);
  struct authority_rule *rules = rc == OK ? arena_alloc(a, (n + 1) * sizeof *rules) : NULL;
  if (rc < 0 || !rules)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    rules[i] = rows[i].rule;
  *ret = rules;
  *ret_n = n;
  return OK;
}

struct exception_policy exception_policy_on(const struct exception_policy *rows, size_t n, int kind, day_t day) {
  struct exception_policy best = {.kind = kind, .from = DAY_MIN, .rate_bp = exception_default_rate(kind), .body = STR_NONE, .by = STR_NONE};
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == kind && rows[i].from <= day && (rows[i].from > best.from || (rows[i].from == best.from && rows[i].id > best.id)))
      best = rows[i];
  return best;
}

static int may_set(const struct scope *who, struct err *e) {
  return who->role == ROLE_OPS || who->role == ROLE_ADMIN ? OK : err_set(e, ERR_DENIED, "Operations and administrators set policy and authority");
}

struct setting {
  struct authority_entry rule;
  struct exception_policy policy;
  struct str detail;
};

static int rule_tx(struct store *s, void *arg, struct err *e) {
  struct setting *x = arg;
  int rc = authority_put(s, &x->rule, e);
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->rule.set_at, .actor_id = x->rule.set_by, .action = "authority.set", .entity = "authority",
                                                          .entity_id = x->rule.rule.id, .detail = x->detail}, e);
}

int authority_set(struct store *s, const struct scope *who, const struct authority_rule *rule, struct str why, day_t today, int64_t now, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct setting x = {.rule = {.rule = *rule, .why = str_trim(why), .set_by = who->person_id, .set_at = now}};
  char day[DAY_ISO_SIZE];
  bool role = false;
  int rc = may_set(who, e);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < AUTHORITY_ROLES; i++)
    role |= (int)authority_roles[i] == rule->role;
  if (!role || rule->kind <= 0 || rule->kind >= EXCEPTION_KINDS)
    return err_set(e, ERR_RANGE, "There is no such kind or role in the table of authority");
  if (rule->max_size < -1 || rule->max_size > exception_size_most(rule->kind) || rule->max_cost < -1)
    return err_set(e, ERR_RANGE, "A limit is no size of this kind: leave it empty for no limit");
  if (rule->from < today)
    return err_set(e, ERR_RANGE, "A rule begins today or later: what was decided before stays under the rule of then");
  if (!x.rule.why.n || why.n > REASON_MAX)
    return err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why");
  x.detail = a ? arena_fmt(a, "{\"kind\":\"%s\",\"role\":\"%s\",\"from\":\"%s\",\"may\":%s,\"max_size\":%" PRId64 ",\"max_cost\":%" PRId64 "}",
                           exception_kind_name(rule->kind), role_name(rule->role), day_iso(rule->from, day), rule->may ? "true" : "false", rule->max_size, rule->max_cost)
               : STR_NONE;
  return x.detail.n ? store_write(s, rule_tx, &x, e) : err_set(e, ERR_NOMEM, "Out of memory");
}

static int policy_tx(struct store *s, void *arg, struct err *e) {
  struct setting *x = arg;
  int rc = exception_policy_put(s, &x->policy, e);
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->policy.set_at, .actor_id = x->policy.set_by, .action = "exception_policy.set",
                                                          .entity = "exception_policy", .entity_id = x->policy.id, .detail = x->detail}, e);
}

int exception_policy_set(struct store *s, const struct scope *who, int kind, day_t from, int64_t rate_bp, struct str words, day_t today, int64_t now,
                         struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct setting x = {.policy = {.kind = kind, .from = from, .rate_bp = rate_bp, .body = str_trim(words), .set_by = who->person_id, .set_at = now}};
  char day[DAY_ISO_SIZE];
  int rc = may_set(who, e);
  if (rc < 0)
    return rc;
  if (kind <= 0 || kind >= EXCEPTION_KINDS)
    return err_set(e, ERR_RANGE, "There is no such kind or role in the table of authority");
  if (rate_bp < 0 || rate_bp > RATE_MOST)
    return err_set(e, ERR_RANGE, "The rate is a share from 0 to 100 percent");
  if (from < today)
    return err_set(e, ERR_RANGE, "A rule begins today or later: what was decided before stays under the rule of then");
  if (!x.policy.body.n || words.n > POLICY_MAX)
    return err_set(e, ERR_RANGE, "The words of the policy are missing or too long: at most %d bytes", POLICY_MAX);
  x.detail = a ? arena_fmt(a, "{\"kind\":\"%s\",\"from\":\"%s\",\"rate_bp\":%" PRId64 "}", exception_kind_name(kind), day_iso(from, day), rate_bp) : STR_NONE;
  return x.detail.n ? store_write(s, policy_tx, &x, e) : err_set(e, ERR_NOMEM, "Out of memory");
}

/* ---- standing in ---- */

struct delegating {
  struct arena *a;
  const struct scope *who;
  struct delegation *x;
  day_t today;
  int64_t now, id;
};

static bool may_hand(const struct scope *who, int64_t from_id) {
  return who->person_id == from_id || who->role == ROLE_ADMIN || who->role == ROLE_OPS || (who->role == ROLE_MANAGER && scope_sees_rep(who, from_id));
}

static bool decides(int role) { return role == ROLE_MANAGER || role == ROLE_OPS || role == ROLE_EXEC || role == ROLE_ADMIN; }

static int check_delegate(struct store *s, const struct delegating *k, struct err *e) {
  const struct delegation *x = k->x;
  int role = 0, from_role = 0;
  int64_t team = 0;
  struct delegation *others = NULL;
  size_t n = 0;
  if (!may_hand(k->who, x->from_id))
    return err_set(e, ERR_NOTFOUND, "There is no such person in your team");
  int rc = scope_person(s, x->from_id, &from_role, &team, e);
  if (rc == OK)
    rc = scope_person(s, x->to_id, &role, &team, e);
  if (rc == ERR_NOTFOUND || (rc == OK && (!decides(role) || !decides(from_role) || x->to_id == x->from_id)))
    return err_set(e, ERR_RANGE, "This person cannot stand in: choose an active manager, or somebody of operations or the executives");
  if (rc == OK && (x->first == DAY_NONE || x->last == DAY_NONE || x->last < x->first || x->last < k->today || x->last - x->first >= DELEGATE_DAYS))
    return err_set(e, ERR_RANGE, "The days are missing, over already or longer than a year: give the first and the last day");
  if (rc == OK && (!str_trim(x->reason).n || x->reason.n > REASON_MAX))
    return err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why");
  rc = rc == OK ? delegation_list(s, k->a, x->from_id, k->today, &others, &n, e) : rc;
  for (size_t i = 0; i < n && rc == OK; i++)
    if (others[i].from_id == x->from_id && others[i].first <= x->last && others[i].last >= x->first)
      rc = err_set(e, ERR_CONFLICT, "%.*s stands in on some of these days already: end that first", STR_FMT(others[i].to));
  return rc;
}

static int delegate_tx(struct store *s, void *arg, struct err *e) {
  struct delegating *k = arg;
  struct delegation x = *k->x;
  struct str from = STR_NONE;
  x.reason = str_trim(x.reason);
  x.made_by = k->who->person_id;
  x.made_at = k->now;
  int rc = check_delegate(s, k, e);
  rc = rc == OK ? delegation_put(s, &x, e) : rc;
  rc = rc == OK ? person_name(s, k->a, x.from_id, &from, e) : rc;
  k->id = x.id;
  struct notify note = {.person_id = x.to_id, .kind = NOTICE_EXCEPTION_STAND_IN, .entity = STR("approvals"), .entity_id = x.id, .a = from,
                        .b = notify_day(k->a, x.first), .c = notify_day(k->a, x.last), .by_id = x.made_by, .at = k->now};
  rc = rc == OK ? notify_send(s, &note, e) : rc;
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = k->now, .actor_id = x.made_by, .action = "exception.delegate", .entity = "person",
                                                          .entity_id = x.from_id}, e);
}

int exception_delegate(struct store *s, struct arena *a, const struct scope *who, struct delegation *x, day_t today, int64_t now, struct err *e) {
  struct delegating k = {.a = a, .who = who, .x = x, .today = today, .now = now};
  int rc = store_write(s, delegate_tx, &k, e);
  if (rc == OK)
    x->id = k.id;
  return rc;
}

static int delegate_end_tx(struct store *s, void *arg, struct err *e) {
  struct delegating *k = arg;
  struct delegation x;
  int rc = delegation_get(s, k->a, k->id, &x, e);
  if (rc == OK && x.to_id != k->who->person_id && !may_hand(k->who, x.from_id))
    rc = err_set(e, ERR_NOTFOUND, "There is no delegation %" PRId64, k->id);
  if (rc < 0 || x.ended_at)
    return rc;
  rc = delegation_close(s, x.id, k->who->person_id, k->now, e);
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = k->now, .actor_id = k->who->person_id, .action = "exception.delegate_end", .entity = "person",
                                                          .entity_id = x.from_id}, e);
}

int exception_delegate_end(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, struct err *e) {
  struct delegating k = {.a = a, .who = who, .now = now, .id = id};
  return store_write(s, delegate_end_tx, &k, e);
}

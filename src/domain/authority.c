#include "domain/authority.h"

#include "base/err.h"

static const char *const kinds[EXCEPTION_KINDS] = {"", "discount", "reinstatement_waiver", "backdate_waiver", "late_coterm", "short_term", "payment_terms",
                                                   "price_hold", "partner_change"};
static const char *const states[] = {"", "waiting", "returned", "approved", "declined", "withdrawn", "expired"};
static const char *const acts[EXCEPTION_ACTS] = {"", "ask", "return", "answer", "approve", "approve_changed", "decline", "withdraw", "move", "pass"};

enum { SHARE_MOST = 10000, DAYS_MOST = 1095, YEAR = 365 };

static int in(const char *const *names, int n, struct str s) {
  for (int i = 1; i < n; i++)
    if (str_eq_nocase(s, str_of(names[i])))
      return i;
  return -1;
}

const char *exception_kind_name(int kind) { return kind > 0 && kind < EXCEPTION_KINDS ? kinds[kind] : ""; }
int exception_kind_of(struct str s) { return in(kinds, EXCEPTION_KINDS, s); }
const char *exception_state_name(int state) { return state > 0 && state <= EXCEPTION_EXPIRED ? states[state] : ""; }
int exception_state_of(struct str s) { return in(states, EXCEPTION_EXPIRED + 1, s); }
const char *exception_act_name(int act) { return act > 0 && act < EXCEPTION_ACTS ? acts[act] : ""; }

bool exception_in_days(int kind) { return kind >= EXCEPTION_BACKDATE_WAIVER && kind <= EXCEPTION_PRICE_HOLD; }

bool exception_has_rate(int kind) { return kind == EXCEPTION_REINSTATEMENT_WAIVER || (kind >= EXCEPTION_LATE_COTERM && kind <= EXCEPTION_PRICE_HOLD); }

int64_t exception_size_most(int kind) { return exception_in_days(kind) ? DAYS_MOST : SHARE_MOST; }

int64_t exception_default_rate(int kind) {
  static const int64_t rates[EXCEPTION_KINDS] = {[EXCEPTION_REINSTATEMENT_WAIVER] = 1000, [EXCEPTION_LATE_COTERM] = 1000, [EXCEPTION_SHORT_TERM] = 1500,
                                                 [EXCEPTION_PAYMENT_TERMS] = 800, [EXCEPTION_PRICE_HOLD] = 500};
  return kind > 0 && kind < EXCEPTION_KINDS ? rates[kind] : 0;
}

int exception_cost(int kind, int64_t annual, int64_t size, int64_t rate_bp, int64_t *ret) {
  if (kind <= 0 || kind >= EXCEPTION_KINDS || annual < 0 || size < 1 || size > exception_size_most(kind) || rate_bp < 0 || rate_bp > SHARE_MOST)
    return ERR_RANGE;
  __int128 over = (__int128)annual * size, under = exception_in_days(kind) ? YEAR : SHARE_MOST;
  if (exception_has_rate(kind)) {
    over *= rate_bp;
    under *= SHARE_MOST;
  }
  __int128 whole = over / under, twice = (over % under) * 2;
  whole += twice > under || (twice == under && (whole & 1));
  if (whole > INT64_MAX)
    return ERR_RANGE;
  *ret = (int64_t)whole;
  return OK;
}

const enum role authority_roles[AUTHORITY_ROLES] = {ROLE_MANAGER, ROLE_OPS, ROLE_EXEC, ROLE_ADMIN};

/* Managers decide what is small, operations what is larger, executives everything; administrators nothing unless a row says so. */
static struct authority_rule by_default(int kind, int role) {
  static const struct {
    int64_t size, cost;
  } manager[EXCEPTION_KINDS] = {[EXCEPTION_DISCOUNT] = {1000, 2500000},       [EXCEPTION_REINSTATEMENT_WAIVER] = {5000, 1000000},
                                [EXCEPTION_BACKDATE_WAIVER] = {60, 1000000},  [EXCEPTION_LATE_COTERM] = {180, 1000000},
                                [EXCEPTION_SHORT_TERM] = {180, 1000000},      [EXCEPTION_PAYMENT_TERMS] = {60, 1000000},
                                [EXCEPTION_PRICE_HOLD] = {365, 1500000},      [EXCEPTION_PARTNER_CHANGE] = {500, 1000000}};
  struct authority_rule x = {.kind = kind, .role = role, .from = DAY_MIN, .may = role != ROLE_ADMIN, .max_size = -1, .max_cost = -1};
  if (role == ROLE_MANAGER || role == ROLE_OPS) {
    int64_t times = role == ROLE_OPS ? 3 : 1, size = manager[kind].size * times;
    x.max_size = size < exception_size_most(kind) ? size : exception_size_most(kind);
    x.max_cost = manager[kind].cost * times;
  }
  return x;
}

static bool can_have(int role) {
  for (size_t i = 0; i < AUTHORITY_ROLES; i++)
    if ((int)authority_roles[i] == role)
      return true;
  return false;
}

struct authority_rule authority_on(const struct authority_rule *rules, size_t n, int kind, int role, day_t day) {
  const struct authority_rule *best = NULL;
  if (kind <= 0 || kind >= EXCEPTION_KINDS || !can_have(role))
    return (struct authority_rule){.kind = kind, .role = role, .from = DAY_MIN, .may = false, .max_size = 0, .max_cost = 0};
  for (size_t i = 0; i < n; i++) {
    const struct authority_rule *x = &rules[i];
    if (x->kind == kind && x->role == role && x->from <= day && (!best || x->from > best->from || (x->from == best->from && x->id > best->id)))
      best = x;
  }
  return best ? *best : by_default(kind, role);
}

bool authority_covers(const struct authority_rule *rule, int64_t size, int64_t cost) {
  return rule->may && (rule->max_size < 0 || size <= rule->max_size) && (rule->max_cost < 0 || (cost >= 0 && cost <= rule->max_cost));
}

int exception_segment(int64_t annual_reporting) {
  static const int64_t bounds[EXCEPTION_SEGMENTS - 1] = {1000000, 5000000, 25000000};
  int i = 0;
  while (i < EXCEPTION_SEGMENTS - 1 && annual_reporting >= bounds[i])
    i++;
  return i;
}

static int like_size(int64_t a, int64_t b) {
  int64_t small = a < b ? a : b, large = a < b ? b : a;
  if (small <= 0)
    return 0;
  if (large * 10 <= small * 11)
    return 40;
  if (large * 4 <= small * 5)
    return 30;
  return large * 2 <= small * 3 ? 20 : large <= small * 2 ? 10 : 0;
}

int exception_likeness(const struct exception_facts *a, const struct exception_facts *b) {
  if (a->kind != b->kind)
    return 0;
  int apart = a->segment - b->segment;
  return like_size(a->size, b->size) + (apart == 0 ? 20 : apart == 1 || apart == -1 ? 10 : 0) + (str_eq(a->country, b->country) ? 20 : 0) +
         (a->partner_id == b->partner_id ? 20 : 0);
}

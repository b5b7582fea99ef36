#include "app/sales.h"

#include "app/notify.h"
#include "app/sales_ask.h"
#include "store/repo_contract.h"
#include "store/repo_audit.h"
#include "store/repo_config.h"
#include "store/repo_scope.h"

int sales_led(struct store *s, struct arena *a, int64_t person_id, struct sales_person **ret, size_t *ret_n, struct err *e) {
  struct sales_person me, *all = NULL;
  int64_t *team = NULL;
  size_t n_all = 0, n_team = 0, n = 0;
  int rc = sales_person_get(s, a, person_id, &me, e);
  *ret = NULL;
  *ret_n = 0;
  if (rc <= 0)
    return rc;
  bool leads = me.leads && me.team_id;
  rc = leads ? sales_people(s, a, &all, &n_all, e) : OK;
  if (rc == OK && leads)
    rc = scope_team_people(s, a, me.team_id, &team, &n_team, e);
  struct sales_person *rows = arena_alloc(a, (n_all + 1) * sizeof *rows);
  if (rc < 0 || !rows)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  rows[n++] = me;
  for (size_t i = 0; i < n_all; i++)
    for (size_t k = 0; k < n_team; k++)
      if (team[k] == all[i].id && all[i].id != me.id)
        rows[n++] = all[i];
  *ret = rows;
  *ret_n = n;
  return OK;
}

/* ---- who looks after an account ---- */

bool sales_may_assign(const struct scope *who) { return who->role == ROLE_ADMIN || who->role == ROLE_OPS || who->role == ROLE_MANAGER; }

struct assigning {
  struct arena *a;
  int64_t account_id, person_id, import_id, actor_id, now;
  bool changed;
};

static int assign_tx(struct store *s, void *arg, struct err *e) {
  struct assigning *x = arg;
  struct sales_owner now = {0};
  struct sales_person person;
  struct account account;
  struct org org;
  x->changed = false;
  int rc = sales_owner_of(s, x->a, x->account_id, INT64_MAX, &now, e);
  if (rc < 0 || (rc == 1 && now.person_id == x->person_id) || (rc == 0 && !x->person_id))
    return rc < 0 ? rc : OK;
  rc = x->person_id ? sales_person_get(s, x->a, x->person_id, &person, e) : 1;
  if (rc == 0)
    return err_set(e, ERR_RANGE, "This is nobody of field sales: choose an active person with that role");
  if (rc == 1)
    rc = account_get(s, x->a, x->account_id, &account, e);
  if (rc >= 0)
    rc = sales_owner_put(s, x->account_id, x->person_id, x->now, x->actor_id, x->import_id, e);
  if (rc >= 0)
    rc = org_load(s, &org, e);
  if (rc >= 0 && x->person_id)
    rc = sales_told_account(s, x->account_id, &(struct sales_when){org_today(&org, x->now), org.window_days}, x->now, e);
  if (rc >= 0 && x->person_id && !x->import_id) /* an import tells once of all its accounts */
    rc = notify_send(s, &(struct notify){.person_id = x->person_id, .kind = NOTICE_SALES_YOURS, .entity = STR("account"), .entity_id = x->account_id,
                                         .a = account.name, .by_id = x->actor_id, .at = x->now}, e);
  x->changed = rc >= 0;
  return rc < 0 || x->import_id ? rc : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = "account.sales_owner", .entity = "account",
                                                                          .entity_id = x->account_id}, e);
}

int sales_assign(struct store *s, struct arena *a, const struct scope *who, int64_t account_id, int64_t person_id, int64_t now, struct err *e) {
  struct assigning x = {.a = a, .account_id = account_id, .person_id = person_id, .actor_id = who->person_id, .now = now};
  if (!sales_may_assign(who))
    return err_set(e, ERR_DENIED, "Your role may not say who of field sales looks after an account: ask the manager");
  return store_write(s, assign_tx, &x, e);
}

int sales_assign_import(struct store *s, struct arena *a, const struct sales_import *x, bool *ret_changed, struct err *e) {
  struct assigning k = {.a = a, .account_id = x->account_id, .person_id = x->person_id, .import_id = x->import_id, .actor_id = x->actor_id, .now = x->now};
  int rc = assign_tx(s, &k, e);
  *ret_changed = k.changed;
  return rc;
}

struct leading {
  int64_t person_id, actor_id, now;
  bool leads;
};

static int lead_tx(struct store *s, void *arg, struct err *e) {
  const struct leading *x = arg;
  int rc = sales_lead_put(s, x->person_id, x->leads, e);
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = "person.leads", .entity = "person",
                                                          .entity_id = x->person_id,
                                                          .detail = x->leads ? STR("{\"leads\":[false,true]}") : STR("{\"leads\":[true,false]}")}, e);
}

int sales_lead_set(struct store *s, int64_t person_id, bool leads, int64_t actor_id, int64_t now, struct err *e) {
  struct leading x = {person_id, actor_id, now, leads};
  return store_write(s, lead_tx, &x, e);
}

/* ---- what they are told ---- */

static int tell_kind(struct store *s, struct arena *a, int kind, const struct sales_when *when, int64_t renewal_id, int64_t now, int64_t by_id, struct err *e) {
  static const int notices[SALES_NEWS_KINDS] = {0, NOTICE_SALES_WINDOW, NOTICE_SALES_RISK, NOTICE_SALES_NEED};
  struct sales_news *rows = NULL;
  size_t n = 0;
  int rc = sales_untold(s, a, kind, when, renewal_id, &rows, &n, e);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    rc = sales_told_put(s, rows[i].renewal_id, kind, now, e);
    if (rc >= 0)
      rc = notify_send(s, &(struct notify){.person_id = rows[i].person_id, .kind = notices[kind], .entity = STR("renewal"), .entity_id = rows[i].renewal_id,
                                           .a = rows[i].customer, .b = notify_money(a, rows[i].amount, rows[i].currency), .c = notify_day(a, rows[i].due),
                                           .by_id = by_id, .at = now}, e);
  }
  return rc < 0 ? rc : OK;
}

int sales_tell(struct store *s, int64_t renewal_id, day_t today, int64_t now, int64_t by_id, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct org org;
  int rc = a ? org_load(s, &org, e) : err_set(e, ERR_NOMEM, "Out of memory");
  struct sales_when when = {today, rc < 0 ? 0 : org.window_days};
  if (rc >= 0)
    rc = sales_told_forget(s, &when, renewal_id, e);
  for (int kind = SALES_NEWS_WINDOW; kind < SALES_NEWS_KINDS && rc >= 0; kind++)
    rc = tell_kind(s, a, kind, &when, renewal_id, now, by_id, e);
  return rc < 0 || renewal_id ? rc : sales_asks_call_late(s, a, today, now, e);
}

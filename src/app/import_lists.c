/* Rows of the small imports. */
#include "app/import_lists.h"
#include "app/scope.h"
#include "app/target.h"
#include "app/touch.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "store/repo_account.h"
#include "store/repo_contract.h"
#include "store/repo_import.h"

enum { SIGNAL_NAME_MOST = 60 };

void list_init(struct file_list *l, struct arena *a, enum import_kind kind, int64_t actor_id, const struct import_plan *p)
{
  *l = (struct file_list){.arena = a, .kind = kind, .actor_id = actor_id};
  for (int f = 0; f < FIELD_COUNT; f++)
    l->slot[f] = p->column[f] >= 0 || p->constant[f] ? l->n_slots++ : -1;
}

void list_free(struct file_list *l)
{
  mem_free(l->row);
  l->row = NULL;
  l->n = l->cap = 0;
}

static bool one_of(struct str s, const char *const *words)
{
  for (; *words; words++)
    if (str_eq_nocase(s, str_of(*words)))
      return true;
  return false;
}

static void check_rate(const struct org *org, const struct import_values *v, struct row_trouble *t)
{
  if (v->number[FIELD_RATE] <= 0)
    row_trouble_add(t, FIELD_RATE, v->text[FIELD_RATE], "the rate is not above zero", "write how much of the reporting currency one unit is worth");
  else if (v->currency == org->reporting_currency && v->number[FIELD_RATE] != RATE_ONE)
    row_trouble_add(t, FIELD_RATE, v->text[FIELD_RATE], "the reporting currency is worth 1 of itself",
                    "leave the row out, or set reporting_currency to the currency the rates are in");
}

static void check_target(const struct org *org, const struct import_values *v, struct row_trouble *t)
{
  static const char *const scopes[] = {"company", "region", "team", "rep", "all", NULL}, *const kinds[] = {"money", "rate", "count", NULL};
  struct period period;
  if (!one_of(v->text[FIELD_SCOPE], scopes))
    row_trouble_add(t, FIELD_SCOPE, v->text[FIELD_SCOPE], "unknown scope", "write company, region, team or rep");
  if (period_parse(&org->calendar, v->text[FIELD_PERIOD], &period) < 0)
    row_trouble_add(t, FIELD_PERIOD, v->text[FIELD_PERIOD], "not a period", "write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07");
  if (v->has[FIELD_TARGET_KIND] && !one_of(v->text[FIELD_TARGET_KIND], kinds))
    row_trouble_add(t, FIELD_TARGET_KIND, v->text[FIELD_TARGET_KIND], "unknown kind of target", "write money, rate or count");
  if (v->number[FIELD_AMOUNT] < 0)
    row_trouble_add(t, FIELD_AMOUNT, v->text[FIELD_AMOUNT], "the amount is negative", "correct it");
  if (utf8_count(v->text[FIELD_REASON]) > TARGET_REASON_MAX)
    row_trouble_add(t, FIELD_REASON, v->text[FIELD_REASON], "the reason is too long", "write at most 500 characters");
}

/* Whose targets the importer may set: who sees everything and may import, all; a manager their own. Read once. */
static int find_places(struct file_list *l, struct store *s, struct err *e)
{
  struct scope who = scope_operator();
  int rc = l->actor_id ? scope_load(s, l->arena, l->actor_id, &who, e) : OK;
  if (rc == OK && !who.everything)
    rc = target_places_led(s, l->arena, l->actor_id, &l->places, &l->n_places, e);
  l->all_places = who.everything;
  l->rights_known = rc == OK;
  return rc;
}

static int check_place(struct file_list *l, struct store *s, const struct import_values *v, struct row_trouble *t, struct err *e)
{
  int rc = l->rights_known ? OK : find_places(l, s, e);
  if (rc < 0 || l->all_places)
    return rc;
  for (size_t i = 0; i < l->n_places; i++)
    if (str_eq_nocase(v->text[FIELD_SCOPE], l->places[i].scope) && utf8_alike(v->text[FIELD_SCOPE_NAME], l->places[i].name))
      return OK;
  row_trouble_add(t, FIELD_SCOPE_NAME, v->text[FIELD_SCOPE_NAME], "this target is not yours to set", "leave the row out, or ask sales operations");
  return OK;
}

static void check_touch(const struct import_values *v, struct row_trouble *t)
{
  if (!one_of(v->text[FIELD_CHANNEL], touch_channels))
    row_trouble_add(t, FIELD_CHANNEL, v->text[FIELD_CHANNEL], "unknown channel", "write email, phone, meeting, chat, letter, portal, visit or other");
  if (v->has[FIELD_PARTY] && !one_of(v->text[FIELD_PARTY], touch_parties))
    row_trouble_add(t, FIELD_PARTY, v->text[FIELD_PARTY], "unknown party", "write customer, reseller, distributor or sales");
}

/* The renewal a touch belongs to. */
static int find_renewal(struct store *s, const struct import_values *v, struct row_trouble *t, int64_t *ret, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(8192);
  struct str contract = v->text[FIELD_CONTRACT_NUMBER];
  utf8_fold(&key, contract);
  if (key.failed)
    return err_set(e, ERR_NOMEM, "out of memory");
  int rc = import_find_renewal(s, key.n ? strbuf_str(&key) : contract, v->has[FIELD_DUE] ? v->day[FIELD_DUE] : DAY_NONE, ret, e);
  if (rc == OK && *ret == 0)
    row_trouble_add(t, v->has[FIELD_DUE] ? FIELD_DUE : FIELD_CONTRACT_NUMBER, v->text[v->has[FIELD_DUE] ? FIELD_DUE : FIELD_CONTRACT_NUMBER],
                    "the contract has no such renewal", "import its contract first, or correct the number or the due date");
  return rc;
}

/* What a signal is of: its contract, or else its account. */
static int find_place(struct store *s, const struct import_values *v, struct row_trouble *t, int64_t *ret, struct err *e)
{
  bool contract = v->has[FIELD_CONTRACT_NUMBER] && v->text[FIELD_CONTRACT_NUMBER].n;
  enum import_field f = contract ? FIELD_CONTRACT_NUMBER : FIELD_END_USER;
  if (!contract && !(v->has[FIELD_END_USER] && v->text[FIELD_END_USER].n)) {
    row_trouble_add(t, FIELD_END_USER, STR_NONE, "neither an account nor a contract", "write whose signal it is");
    return OK;
  }
  struct err none = {0};
  int rc = contract ? contract_find(s, v->text[f], ret, &none) : account_find(s, v->text[f], ret, &none);
  if (rc == ERR_NOTFOUND) {
    row_trouble_add(t, f, v->text[f], contract ? "there is no such contract" : "there is no such account", "import its contracts first, or correct the name");
    return OK;
  }
  return rc < 0 ? err_set(e, rc, "%s", none.text) : OK;
}

static void check_signal(const struct import_values *v, day_t today, struct row_trouble *t)
{
  bool text = v->has[FIELD_SAYS] && v->text[FIELD_SAYS].n;
  if (!v->has[FIELD_VALUE] && !text)
    row_trouble_add(t, FIELD_VALUE, STR_NONE, "neither a number nor a text", "write what the signal says");
  if (v->day[FIELD_AT] > today)
    row_trouble_add(t, FIELD_AT, v->text[FIELD_AT], "the date lies in the future", "correct it, or leave the row out");
  if (utf8_count(v->text[FIELD_SIGNAL]) > SIGNAL_NAME_MOST)
    row_trouble_add(t, FIELD_SIGNAL, v->text[FIELD_SIGNAL], "the name of the signal is too long", "write at most 60 characters");
}

static int keep(struct file_list *l, int64_t renewal, const struct import_values *v)
{
  if (!mem_room(&l->row, l->n, &l->cap, 256, sizeof *l->row))
    return ERR_NOMEM;
  struct list_row *r = &l->row[l->n];
  *r = (struct list_row){renewal, arena_alloc(l->arena, (size_t)l->n_slots * sizeof *r->value + 1), v->currency, (uint32_t)v->row};
  if (!r->value)
    return ERR_NOMEM;
  for (int f = 0; f < FIELD_COUNT; f++) {
    if (l->slot[f] < 0)
      continue;
    struct list_value *x = &r->value[l->slot[f]];
    *x = (struct list_value){STR_NONE, v->number[f], v->day[f], v->has[f]};
    if (v->has[f] && v->text[f].n) {
      x->text = arena_str(l->arena, v->text[f]);
      if (!x->text.p)
        return ERR_NOMEM;
    }
  }
  l->n++;
  return OK;
}

int list_take(struct file_list *l, struct store *s, const struct org *org, const struct import_values *v, struct row_trouble *t, struct err *e)
{
  if (l->kind == IMPORT_FX)
    check_rate(org, v, t);
  else if (l->kind == IMPORT_TARGETS)
    check_target(org, v, t);
  else if (l->kind == IMPORT_TOUCHES)
    check_touch(v, t);
  else if (l->kind == IMPORT_SIGNALS)
    check_signal(v, l->today, t);
  int64_t renewal = 0;
  int rc = l->kind == IMPORT_TOUCHES ? find_renewal(s, v, t, &renewal, e) : l->kind == IMPORT_TARGETS ? check_place(l, s, v, t, e)
           : l->kind == IMPORT_SIGNALS ? find_place(s, v, t, &renewal, e) : OK;
  if (rc < 0 || t->n)
    return rc;
  return keep(l, renewal, v) < 0 ? err_set(e, ERR_NOMEM, "out of memory after %zu rows: free memory or split the file", l->n) : OK;
}

static const struct list_value *at(const struct file_list *l, size_t i, enum import_field f)
{
  static const struct list_value none = {{"", 0}, 0, DAY_NONE, false};
  const struct list_value *x = l->slot[f] < 0 ? &none : &l->row[i].value[l->slot[f]];
  return x->has ? x : &none;
}

struct str list_text(const struct file_list *l, size_t i, enum import_field f)
{
  return at(l, i, f)->text;
}

int64_t list_number(const struct file_list *l, size_t i, enum import_field f)
{
  return at(l, i, f)->number;
}

day_t list_day(const struct file_list *l, size_t i, enum import_field f)
{
  return at(l, i, f)->day;
}

bool list_has(const struct file_list *l, size_t i, enum import_field f)
{
  return at(l, i, f)->has;
}

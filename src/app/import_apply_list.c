/* The small imports into the store. */
#include "app/import_apply.h"
#include "app/notify.h"
#include "app/sales.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "store/repo_import_was.h"
#include "store/repo_signal.h"

struct owner_tally { /* accounts that became a salesperson's */
  int64_t person_id, n;
};
struct work {
  struct store *s;
  struct import_job *j;
  struct file_list *l;
  struct arena *arena;
  struct dict names, people, regions;
  int64_t *id, *person, *region; /* by key code */
  uint32_t *name_of, *parent_of; /* by row */
  struct import_result counts;
  struct owner_tally *owners;
  size_t n_owners, owners_room;
};

static void count(struct work *w, bool fresh, bool changed)
{
  w->counts.added += fresh;
  w->counts.changed += !fresh && changed;
  w->counts.same += !fresh && !changed;
}

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory: nothing was imported: free memory or split the file");
}

static int no_arena(const void *p, struct err *e)
{
  return p ? OK : no_memory(e);
}

/* "Customer - Direct", "Reseller", "Distribuidor" -> bits; 0 = says nothing, -1 = no memory. */
static int account_kind(struct str s)
{
  static const struct {
    const char *stem;
    int kind;
  } stems[] = {{"customer", 1}, {"client", 1}, {"enduser", 1}, {"prospect", 1}, {"reseller", 2}, {"partner", 2}, {"revend", 2}, {"parceiro", 2}, {"socio", 2},
               {"distribu", 4}, {"mayorista", 4}, {"atacadista", 4}, {"grossiste", 4}};
  char buf[HEADER_KEY_SIZE];
  struct str key = header_key(s, buf, sizeof buf);
  int kind = 0;
  if (!key.p)
    return -1;
  for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++)
    if (str_contains(key, str_of(stems[i].stem)))
      kind |= stems[i].kind;
  return kind;
}

/* Codes of every row's name (and parent), and what the store calls them. */
static int name_rows(struct work *w, enum import_field name, enum import_thing what, struct err *e)
{
  w->name_of = arena_alloc(w->arena, (w->l->n + 1) * sizeof *w->name_of);
  w->parent_of = arena_alloc(w->arena, (w->l->n + 1) * sizeof *w->parent_of);
  if (!w->name_of || !w->parent_of)
    return no_memory(e);
  for (size_t i = 0; i < w->l->n; i++) {
    struct str parent = what == THING_ACCOUNT ? list_text(w->l, i, FIELD_PARENT) : STR_NONE;
    w->name_of[i] = dict_key(&w->names, list_text(w->l, i, name));
    w->parent_of[i] = parent.n ? dict_key(&w->names, parent) : CODE_NONE;
    if (w->name_of[i] == DICT_NONE || (parent.n && w->parent_of[i] == DICT_NONE))
      return no_memory(e);
    if (list_has(w->l, i, FIELD_REGION) && dict_key(&w->regions, list_text(w->l, i, FIELD_REGION)) == DICT_NONE)
      return no_memory(e);
  }
  int rc = resolve_names(w->s, w->arena, &w->names, what, &w->id, e);
  if (rc == OK)
    rc = resolve_names(w->s, w->arena, &w->regions, THING_REGION, &w->region, e);
  for (uint32_t i = 0; i < dict_keys(&w->regions) && rc == OK; i++)
    if (w->region[i] == 0) {
      rc = store_reserve_ids(w->s, "region", 1, &w->region[i], e);
      if (rc == OK)
        rc = import_add_region(w->s, w->region[i], dict_shown(&w->regions, i), w->j->note.id, e);
    }
  return rc;
}

static struct new_account account_row(struct work *w, size_t i)
{
  struct file_list *l = w->l;
  uint32_t region = list_has(l, i, FIELD_REGION) ? dict_key(&w->regions, list_text(l, i, FIELD_REGION)) : DICT_NONE;
  return (struct new_account){.name = dict_shown(&w->names, w->name_of[i]), .key = dict_folded(&w->names, w->name_of[i]),
                              .country = list_text(l, i, FIELD_COUNTRY), .language = list_text(l, i, FIELD_LANGUAGE),
                              .external_id = list_text(l, i, FIELD_EXTERNAL_ID), .kind = account_kind(list_text(l, i, FIELD_KIND)),
                              .currency = w->l->row[i].currency, .region_id = region == DICT_NONE ? 0 : w->region[region], .known_at = w->j->known_at};
}

static int find_people(struct work *w, enum import_field field, struct err *e)
{
  for (size_t i = 0; i < w->l->n; i++)
    if (list_has(w->l, i, field) && dict_key(&w->people, list_text(w->l, i, field)) == DICT_NONE)
      return no_memory(e);
  return resolve_names(w->s, w->arena, &w->people, THING_PERSON, &w->person, e);
}

static int person_of(struct work *w, struct str name, int64_t *ret, struct err *e)
{
  uint32_t code = dict_key(&w->people, name);
  if (code == DICT_NONE)
    return no_memory(e);
  *ret = w->person[code];
  return OK;
}

/* A name that is nobody of field sales changes nothing and is told as a finding. */
static int unknown_owner(struct work *w, int64_t account_id, struct str name, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(2000);
  bool added = false;
  strbuf_fmt(&b, "the file says the sales owner is %.*s, who is nobody of field sales", STR_FMT(utf8_cut(name, 200)));
  if (b.failed)
    return no_memory(e);
  return import_add_finding(w->s, &(struct finding){.rule = "sales_owner_unknown", .entity = "account", .field = "sales_owner", .department = "ops", .status = "open",
    .entity_id = account_id, .detail = strbuf_str(&b), .known_at = w->j->known_at, .import_id = w->j->note.id}, &added, e);
}

static int count_owner(struct work *w, int64_t person_id, struct err *e)
{
  size_t i = 0;
  while (i < w->n_owners && w->owners[i].person_id != person_id)
    i++;
  if (i == w->owners_room) {
    size_t room = 2 * i + 16;
    struct owner_tally *more = arena_zalloc(w->arena, room, sizeof *more);
    if (!more)
      return no_memory(e);
    if (i)
      memcpy(more, w->owners, i * sizeof *more);
    w->owners = more;
    w->owners_room = room;
  }
  w->n_owners += i == w->n_owners;
  w->owners[i].person_id = person_id;
  w->owners[i].n++;
  return OK;
}

static int set_sales_owner(struct work *w, size_t i, int64_t account_id, bool *changed, struct err *e)
{
  struct str name = list_text(w->l, i, FIELD_SALES_OWNER);
  struct sales_person p;
  int64_t person = 0;
  bool moved = false;
  if (!name.n)
    return OK;
  int rc = person_of(w, name, &person, e);
  if (rc == OK && person > 0)
    rc = sales_person_get(w->s, w->arena, person, &p, e);
  if (rc == 0)
    return unknown_owner(w, account_id, name, e);
  const struct sales_import x = {.account_id = account_id, .person_id = person, .import_id = w->j->note.id,
    .actor_id = w->j->options->actor_id, .now = w->j->options->now};
  rc = rc < 0 ? rc : sales_assign_import(w->s, w->arena, &x, &moved, e);
  *changed |= moved;
  return rc == OK && moved ? count_owner(w, person, e) : rc;
}

/* Each new owner is told once, of all their accounts. */
static int tell_owners(struct work *w, struct err *e)
{
  int rc = OK;
  for (size_t i = 0; i < w->n_owners && rc == OK; i++)
    rc = notify_send(w->s, &(struct notify){.person_id = w->owners[i].person_id, .kind = NOTICE_SALES_IMPORT, .entity = STR("sales"),
      .a = notify_number(w->arena, w->owners[i].n),
      .by_id = w->j->options->actor_id, .at = w->j->options->now}, e);
  return rc;
}

static int apply_accounts(struct work *w, struct err *e)
{
  int rc = name_rows(w, FIELD_NAME, THING_ACCOUNT, e);
  if (rc == OK)
    rc = find_people(w, FIELD_SALES_OWNER, e);
  struct new_account *rows = arena_zalloc(w->arena, (size_t)dict_keys(&w->names) + 1, sizeof *rows);
  bool *fresh = arena_zalloc(w->arena, w->l->n + 1, sizeof *fresh);
  size_t n = 0;
  int64_t first = 0;
  if (rc == OK && (!rows || !fresh))
    rc = no_memory(e);
  for (size_t i = 0; i < w->l->n && rc == OK; i++)
    if (w->id[w->name_of[i]] == 0) {
      fresh[i] = true;
      rows[n++] = account_row(w, i);
      if (rows[n - 1].kind < 0)
        return no_memory(e);
      w->id[w->name_of[i]] = -(int64_t)n;
    }
  for (size_t i = 0; i < w->l->n && rc == OK; i++)
    if (w->parent_of[i] != CODE_NONE && w->id[w->parent_of[i]] == 0) { /* a parent that has no row of its own */
      rows[n++] = (struct new_account){.name = dict_shown(&w->names, w->parent_of[i]), .key = dict_folded(&w->names, w->parent_of[i]), .known_at = w->j->known_at};
      w->id[w->parent_of[i]] = -(int64_t)n;
    }
  if (rc == OK && n)
    rc = store_reserve_ids(w->s, "account", (int64_t)n, &first, e);
  for (uint32_t i = 0; i < dict_keys(&w->names) && rc == OK; i++)
    if (w->id[i] < 0) {
      size_t r = (size_t)(-w->id[i] - 1);
      w->id[i] = rows[r].id = first + (int64_t)r;
    }
  if (rc == OK && n)
    rc = import_add_accounts(w->s, rows, n, w->j->note.id, e);
  w->counts.accounts_added = (int64_t)n;
  for (size_t i = 0; i < w->l->n && rc == OK; i++) {
    struct new_account x = account_row(w, i);
    bool changed = false;
    if (x.kind < 0)
      return no_memory(e);
    x.id = w->id[w->name_of[i]];
    x.parent_id = w->parent_of[i] == CODE_NONE || w->id[w->parent_of[i]] == x.id ? 0 : w->id[w->parent_of[i]];
    if (!fresh[i] || x.parent_id)
      rc = import_set_account(w->s, &x, w->j->note.id, &changed, e);
    if (rc == OK)
      rc = set_sales_owner(w, i, x.id, &changed, e);
    count(w, fresh[i], changed);
  }
  return rc == OK ? tell_owners(w, e) : rc;
}

static int apply_products(struct work *w, struct err *e)
{
  int rc = name_rows(w, FIELD_SKU, THING_PRODUCT, e);
  for (size_t i = 0; i < w->l->n && rc == OK; i++) {
    struct file_list *l = w->l;
    uint32_t code = w->name_of[i];
    bool changed = false, fresh = w->id[code] == 0;
    struct new_product x = {.id = w->id[code], .sku = dict_shown(&w->names, code), .key = dict_folded(&w->names, code), .name = list_text(l, i, FIELD_NAME),
                            .family = list_text(l, i, FIELD_FAMILY), .product_line = list_text(l, i, FIELD_PRODUCT_LINE),
                            .service_level = list_text(l, i, FIELD_SERVICE_LEVEL), .replacement = list_text(l, i, FIELD_REPLACEMENT),
                            .eol = list_day(l, i, FIELD_EOL), .eos = list_day(l, i, FIELD_EOS), .known_at = w->j->known_at};
    if (fresh) {
      rc = store_reserve_ids(w->s, "product", 1, &x.id, e);
      w->id[code] = x.id;
      if (rc == OK)
        rc = import_add_products(w->s, &x, 1, w->j->note.id, e);
      w->counts.products_added++;
    } else {
      rc = import_set_product(w->s, &x, w->j->note.id, &changed, e);
    }
    count(w, fresh, changed);
  }
  return rc;
}

static int apply_rates(struct work *w, struct err *e)
{
  int rc = OK;
  for (size_t i = 0; i < w->l->n && rc == OK; i++) {
    bool fresh = false, changed = false;
    struct str source = list_text(w->l, i, FIELD_SOURCE);
    rc = import_set_rate(w->s, w->l->row[i].currency, list_day(w->l, i, FIELD_RATE_DATE), list_number(w->l, i, FIELD_RATE),
                         source.n ? source : w->j->note.source, w->j->known_at, w->j->note.id, &fresh, &changed, e);
    count(w, fresh, changed);
  }
  return rc;
}

static struct str lower(struct arena *a, struct str s, const char *otherwise)
{
  struct str copy = arena_str(a, s.n ? s : str_of(otherwise));
  for (size_t i = 0; copy.p && i < copy.n; i++)
    if (copy.p[i] >= 'A' && copy.p[i] <= 'Z')
      ((char *)(uintptr_t)copy.p)[i] = (char)(copy.p[i] + 32);
  return copy;
}

/* What a target would be after a dry run, beside what it is. */
static int tell_target(struct work *w, const struct new_target *t, struct err *e)
{
  struct import_result *r = w->j->result;
  struct target which = {.scope = t->scope, .scope_name = t->scope_name, .kind = t->kind, .measure = t->measure}, was;
  if (!w->j->dry_run || r->n_targets == IMPORT_TARGETS_TOLD)
    return OK;
  int rc = target_newest(w->s, t->period, &which, &was, e);
  if (rc < 0 || (rc == 1 && was.amount == t->amount && was.currency == t->currency))
    return rc < 0 ? rc : OK;
  struct import_target *x = &r->targets[r->n_targets++];
  struct arena *a = w->j->arena; /* this transaction's own goes with it */
  *x = (struct import_target){arena_str(a, t->period), {.now = {.scope = arena_str(a, t->scope), .scope_name = arena_str(a, t->scope_name), .kind = arena_str(a, t->kind),
    .measure = arena_str(a, t->measure), .amount = t->amount, .currency = t->currency, .reason = STR_NONE, .by = STR_NONE}, .had = rc == 1, .was = was.amount,
    .was_currency = was.currency}};
  return x->period.p && x->step.now.scope.p && x->step.now.scope_name.p && x->step.now.kind.p && x->step.now.measure.p ? OK : no_memory(e);
}

static int apply_targets(struct work *w, struct err *e)
{
  int rc = OK;
  w->j->result->n_targets = 0; /* a transaction may be tried again */
  w->j->result->targets = w->j->dry_run ? arena_zalloc(w->j->arena, IMPORT_TARGETS_TOLD, sizeof *w->j->result->targets) : NULL;
  if (w->j->dry_run && !w->j->result->targets)
    return no_memory(e);
  struct str from_file = utf8_cut(w->j->note.file_name, 200); /* a version has a reason */
  for (size_t i = 0; i < w->l->n && rc == OK; i++) {
    struct file_list *l = w->l;
    bool fresh = false, changed = false;
    struct new_target t = {.scope = lower(w->arena, list_text(l, i, FIELD_SCOPE), ""), .scope_name = list_text(l, i, FIELD_SCOPE_NAME),
                           .period = list_text(l, i, FIELD_PERIOD), .kind = lower(w->arena, list_text(l, i, FIELD_TARGET_KIND), "money"),
                           .measure = lower(w->arena, list_text(l, i, FIELD_MEASURE), "closed"),
                           .reason = list_has(l, i, FIELD_REASON) ? list_text(l, i, FIELD_REASON) : from_file,
                           .set_by = w->j->options->actor_id, .set_at = w->j->known_at, .currency = w->l->row[i].currency};
    if (!t.scope.p || !t.kind.p || !t.measure.p)
      return no_memory(e);
    __int128 value = list_number(l, i, FIELD_AMOUNT);
    bool money = str_eq(t.kind, STR("money")), rate = str_eq(t.kind, STR("rate"));
    if (!money)
      t.currency = CURRENCY_NONE;
    t.amount = (int64_t)value;
    if (!rate)
      rc = div_round_i128(value * (money ? pow10_i64(currency_exponent(t.currency)) : 1), RATE_ONE, &t.amount);
    if (rc == OK)
      rc = tell_target(w, &t, e);
    if (rc == OK)
      rc = import_set_target(w->s, &t, w->j->note.id, &fresh, &changed, e);
    count(w, fresh, changed);
  }
  return rc;
}

static int apply_touch(struct work *w, size_t i, struct err *e)
{
  struct file_list *l = w->l;
  int64_t by = 0, id, renewal = l->row[i].renewal;
  bool known = false;
  struct str owner = list_text(l, i, FIELD_OWNER), party = list_text(l, i, FIELD_PARTY);
  int rc = owner.n ? person_of(w, owner, &by, e) : OK;
  struct touch t = {.renewal_id = renewal, .at = (int64_t)list_day(l, i, FIELD_AT) * SECONDS_PER_DAY, .by_id = by,
                    .channel = lower(w->arena, list_text(l, i, FIELD_CHANNEL), ""), .party = lower(w->arena, party, "customer"),
                    .language = list_text(l, i, FIELD_LANGUAGE), .note = list_text(l, i, FIELD_NOTE)};
  if (rc == OK && (!t.channel.p || !t.party.p))
    rc = no_memory(e);
  if (rc == OK)
    rc = import_has_touch(w->s, renewal, t.at, t.channel, t.note, &known, e);
  if (rc == OK && !known)
    rc = touch_add(w->s, &t, &id, e);
  if (rc == OK && !known)
    rc = import_made(w->s, w->j->note.id, "touch", id, e);
  count(w, !known, false);
  return rc;
}

static int apply_touches(struct work *w, struct err *e)
{
  int rc = find_people(w, FIELD_OWNER, e);
  for (size_t i = 0; i < w->l->n && rc == OK; i++)
    rc = apply_touch(w, i, e);
  return rc;
}

/* Known from its own day on; of a file that says on which day it was true, not before that. */
static int apply_signal(struct work *w, size_t i, struct err *e)
{
  struct file_list *l = w->l;
  bool contract = list_has(l, i, FIELD_CONTRACT_NUMBER) && list_text(l, i, FIELD_CONTRACT_NUMBER).n, fresh = false;
  struct new_signal x = {.at = list_day(l, i, FIELD_AT), .name = list_text(l, i, FIELD_SIGNAL), .has_number = list_has(l, i, FIELD_VALUE), .import_id = w->j->note.id};
  *(contract ? &x.contract_id : &x.account_id) = l->row[i].renewal;
  if (x.has_number)
    x.number = list_number(l, i, FIELD_VALUE);
  else
    x.text = list_text(l, i, FIELD_SAYS);
  x.known_at = (int64_t)x.at * SECONDS_PER_DAY;
  if (w->j->options->as_of != DAY_NONE && x.known_at < w->j->known_at)
    x.known_at = w->j->known_at;
  int rc = signal_add(w->s, &x, &fresh, e);
  count(w, fresh, false);
  return rc;
}

static int apply_signals(struct work *w, struct err *e)
{
  int rc = OK;
  for (size_t i = 0; i < w->l->n && rc == OK; i++)
    rc = apply_signal(w, i, e);
  return rc;
}

static int apply_kind(struct work *w, struct err *e)
{
  switch (w->l->kind) {
  case IMPORT_ACCOUNTS: return apply_accounts(w, e);
  case IMPORT_PRODUCTS: return apply_products(w, e);
  case IMPORT_FX: return apply_rates(w, e);
  case IMPORT_TARGETS: return apply_targets(w, e);
  case IMPORT_TOUCHES: return apply_touches(w, e);
  case IMPORT_SIGNALS: return apply_signals(w, e);
  case IMPORT_CONTRACTS: case IMPORT_KIND_COUNT: break;
  }
  return err_set(e, ERR_USAGE, "not a list");
}

int apply_list(struct store *s, void *job, struct err *e)
{
  struct import_job *j = job;
  struct arena *a ARENA_CLEANUP = arena_child(j->arena);
  struct work w = {.s = s, .j = j, .l = j->list, .arena = a};
  int rc = no_arena(a, e);
  if (rc == OK && (dict_init(&w.names) | dict_init(&w.people) | dict_init(&w.regions)))
    rc = no_memory(e);
  if (rc == OK)
    rc = apply_open(s, j, e);
  if (rc == OK)
    rc = apply_kind(&w, e);
  if (rc == OK) {
    struct import_result *r = j->result;
    r->added = w.counts.added;
    r->changed = w.counts.changed;
    r->same = w.counts.same;
    r->accounts_added = w.counts.accounts_added;
    r->products_added = w.counts.products_added;
    rc = apply_close(s, j, e);
  }
  dict_free(&w.names);
  dict_free(&w.people);
  dict_free(&w.regions);
  if (rc == OK && j->dry_run) {
    j->undone = true;
    return ERR_CONFLICT;
  }
  return rc;
}

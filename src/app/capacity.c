#include "app/capacity.h"

#include "app/note.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_people.h"

enum { MOST_PLANS = 200, NAME_MOST = 120, WEEK = 7 };

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "capacity: out of memory: try again"); }

/* ---- looking ---- */

static bool same_letters(struct str a, struct str b)
{
  bool same = a.n == b.n;
  for (size_t i = 0; i < a.n && same; i++)
    same = (a.p[i] | 32) == (b.p[i] | 32) && ((a.p[i] ^ b.p[i]) & ~32) == 0;
  return same;
}

static uint8_t language_code(const struct capacity_facts *f, struct str text)
{
  size_t n = 0;
  while (n < text.n && text.p[n] != '-' && text.p[n] != '_')
    n++;
  struct str head = str_sub(text, 0, n);
  for (uint32_t i = 1; i < f->n_languages; i++)
    if (same_letters(f->languages[i], head))
      return (uint8_t)i;
  return 0;
}

static uint8_t country_code(const struct capacity_facts *f, struct str text)
{
  for (uint32_t i = 1; i < f->n_countries; i++)
    if (same_letters(f->countries[i], text))
      return (uint8_t)i;
  return 0;
}

/* What was written down that people speak, and their own language of the interface besides. Of whom nothing was written down nothing is judged. */
static int fill_spoken(struct store *s, struct arena *a, struct capacity_desk *d, struct err *e)
{
  const struct book *b = d->book;
  uint8_t *speaks = arena_zalloc(a, (size_t)b->reps.n + 1, CAPACITY_CODES);
  struct spoken *rows = NULL;
  size_t n = 0;
  int r = speaks ? spoken_rows(s, a, &rows, &n, e) : no_memory(e);
  for (size_t i = 0; r == OK && i < n; i++) {
    uint8_t *of = speaks + (size_t)book_code(&b->reps, rows[i].person_id) * CAPACITY_CODES;
    of[language_code(&d->facts->facts, rows[i].language)] = 1;
    of[0] = 1;
  }
  for (size_t i = 0; r == OK && i < d->n_people; i++) {
    uint8_t *of = speaks + (size_t)book_code(&b->reps, d->people[i].id) * CAPACITY_CODES, language = language_code(&d->facts->facts, d->people[i].language);
    if (language)
      of[language] = 1;
  }
  d->query.speaks = speaks;
  return r;
}

static int fill_people(struct store *s, struct arena *a, const struct scope *who, struct capacity_desk *d, struct err *e)
{
  struct capacity_person *all = NULL;
  size_t n = 0;
  d->listed = arena_zalloc(a, (size_t)d->book->reps.n + 1, 1);
  int r = d->listed ? capacity_people(s, a, &all, &n, e) : no_memory(e);
  if (r < 0)
    return r;
  d->people = all;
  for (size_t i = 0; i < n; i++)
    if (scope_sees_rep(who, all[i].id)) {
      d->people[d->n_people++] = all[i];
      d->listed[book_code(&d->book->reps, all[i].id)] = all[i].role == ROLE_REP;
    }
  return OK;
}

int capacity_open(struct store *s, struct book_cache *c, const struct book *b, const struct scope *who, const struct org *org, day_t today, struct arena *a,
                  struct capacity_desk *ret, struct err *e)
{
  struct capacity_desk d = {.book = b, .cache = c};
  struct account_facts *own = NULL;
  d.query = (struct capacity_query){.rule = org->work, .today = today, .plan_day = period_of(&org->calendar, PERIOD_QUARTER, today).first,
                                    .week_first = today - (day_weekday(today) - org->calendar.week_start + WEEK) % WEEK,
                                    .reps = who->everything ? NULL : scope_reps(who, a, b)};
  if (!who->everything && !d.query.reps)
    return no_memory(e);
  int r = c ? facts_cache_get(book_cache_facts(c), s, b, &d.facts, e) : account_facts_read(s, b, &own, e);
  if (r < 0)
    return r;
  d.facts = c ? d.facts : own;
  d.query.facts = &d.facts->facts;
  r = fill_people(s, a, who, &d, e);
  if (r == OK)
    r = fill_spoken(s, a, &d, e);
  if (r < 0) {
    capacity_close(&d);
    return r;
  }
  *ret = d;
  return OK;
}

void capacity_close(struct capacity_desk *x)
{
  if (x->facts && x->cache)
    facts_cache_release(book_cache_facts(x->cache), x->facts);
  else if (x->facts)
    account_facts_free((struct account_facts *)(uintptr_t)x->facts); /* ours */
  x->facts = NULL;
}

/* ---- writing ---- */

struct writing {
  const struct scope *who;
  struct arena *a;
  struct str name;
  const struct plan_rule *rules; size_t n;
  struct plan_rule *rule;
  const struct str *languages;
  int64_t id, place, batch_id, now;
};

static bool may_plan(const struct scope *who) { return who->role == ROLE_ADMIN || who->role == ROLE_OPS || who->role == ROLE_MANAGER; }

static int denied(struct err *e) { return err_set(e, ERR_DENIED, "capacity: only managers, operations and administrators plan moves"); }

static int audit(struct store *s, const struct writing *x, const char *action, const char *entity, struct err *e)
{
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = action, .entity = entity, .entity_id = x->id}, e);
}

static int speak_tx(struct store *s, void *arg, struct err *e)
{
  const struct writing *x = arg;
  int r = spoken_put(s, x->id, x->languages, x->n, e);
  return r < 0 ? r : audit(s, x, "person.languages", "person", e);
}

int capacity_speak(struct store *s, const struct scope *who, int64_t person_id, const struct str *languages, size_t n, int64_t now, struct err *e)
{
  struct writing x = {.who = who, .id = person_id, .languages = languages, .n = n, .now = now};
  if (!scope_sees_rep(who, person_id))
    return err_set(e, ERR_NOTFOUND, "capacity: there is no such person in your team");
  return may_plan(who) ? store_write(s, speak_tx, &x, e) : denied(e);
}

static bool sees_plan(const struct scope *who, const struct capacity_plan *p)
{
  return who->everything || p->made_by == who->person_id || scope_sees_rep(who, p->made_by);
}

int capacity_plan_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct capacity_plan *ret, struct err *e)
{
  struct capacity_plan *rows = NULL;
  size_t n = 0;
  int r = capacity_plan_rows(s, a, id, 1, &rows, &n, e);
  if (r < 0)
    return r;
  if (id <= 0 || n == 0 || !sees_plan(who, &rows[0]))
    return err_set(e, ERR_NOTFOUND, "capacity: there is no plan %" PRId64, id);
  *ret = rows[0];
  return OK;
}

int capacity_plans(struct store *s, struct arena *a, const struct scope *who, struct capacity_plan **ret, size_t *ret_n, struct err *e)
{
  struct capacity_plan *rows = NULL;
  size_t n = 0, k = 0;
  int r = capacity_plan_rows(s, a, 0, MOST_PLANS, &rows, &n, e);
  for (size_t i = 0; r == OK && i < n; i++)
    if (sees_plan(who, &rows[i]))
      rows[k++] = rows[i];
  if (r == OK) {
    *ret = rows;
    *ret_n = k;
  }
  return r;
}

/* Whether the newest plan is the same one, by the same person a moment ago: a form that was sent twice. 1 with its id in x, 0, or a code. */
static int sent_before(struct store *s, struct arena *a, struct writing *x, struct err *e)
{
  struct capacity_plan *p = NULL;
  struct plan_rule *rules = NULL;
  size_t n = 0, n_rules = 0;
  int r = capacity_plan_rows(s, a, 0, 1, &p, &n, e);
  if (r < 0 || !n || p->made_by != x->who->person_id || p->made_at < x->now - SENT_TWICE_SECONDS || p->batch_id || !str_eq(p->name, x->name))
    return r < 0 ? r : 0;
  r = plan_rules(s, a, p->id, &rules, &n_rules, e);
  bool same = r == OK && n_rules == x->n;
  for (size_t i = 0; i < n_rules && same; i++)
    same = str_eq(rules[i].kind, x->rules[i].kind) && str_eq(rules[i].value, x->rules[i].value) && rules[i].account_id == x->rules[i].account_id &&
           rules[i].from_id == x->rules[i].from_id && rules[i].to_id == x->rules[i].to_id;
  if (same)
    x->id = p->id;
  return r < 0 ? r : same;
}

static int make_tx(struct store *s, void *arg, struct err *e)
{
  struct writing *x = arg;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct capacity_plan p = {.name = x->name, .made_by = x->who->person_id, .made_at = x->now};
  int r = a ? sent_before(s, a, x, e) : no_memory(e);
  if (r != 0)
    return r < 0 ? r : OK;
  r = capacity_plan_add(s, &p, e);
  for (size_t i = 0; i < x->n && r == OK; i++) {
    struct plan_rule rule = x->rules[i];
    r = plan_rule_add(s, p.id, &rule, e);
  }
  x->id = p.id;
  return r < 0 ? r : audit(s, x, "capacity.plan", "capacity_plan", e);
}

int capacity_plan_make(struct store *s, const struct scope *who, struct str name, const struct plan_rule *rules, size_t n, int64_t now, int64_t *ret_id, struct err *e)
{
  struct writing x = {.who = who, .name = str_trim(name), .rules = rules, .n = n, .now = now};
  if (!may_plan(who) || who->person_id == 0)
    return denied(e);
  if (x.name.n == 0 || utf8_count(x.name) > NAME_MOST)
    return err_set(e, ERR_RANGE, "A plan has a name of up to 120 characters");
  if (n > CAPACITY_MOST_RULES)
    return err_set(e, ERR_RANGE, "A plan has at most 200 rules");
  int r = store_write(s, make_tx, &x, e);
  if (r == OK)
    *ret_id = x.id;
  return r;
}

/* The plan, when this person may change it now. */
static int changeable(struct store *s, const struct writing *x, int64_t id, struct err *e)
{
  struct capacity_plan p;
  int r = capacity_plan_get(s, x->a, x->who, id, &p, e);
  if (r < 0)
    return r;
  if (!may_plan(x->who))
    return denied(e);
  return capacity_stands(&p) ? err_set(e, ERR_CONFLICT, "The plan is carried out: take the change back before you change the plan") : OK;
}

static int rule_tx(struct store *s, void *arg, struct err *e)
{
  struct writing *x = arg;
  struct plan_rule *rows = NULL;
  size_t n = 0;
  int r = changeable(s, x, x->id, e);
  if (r == OK)
    r = plan_rules(s, x->a, x->id, &rows, &n, e);
  if (r == OK && n >= CAPACITY_MOST_RULES)
    r = err_set(e, ERR_RANGE, "A plan has at most 200 rules");
  if (r == OK)
    r = plan_rule_add(s, x->id, x->rule, e);
  if (r == OK)
    r = capacity_plan_touch(s, x->id, x->now, e);
  return r < 0 ? r : audit(s, x, "capacity.rule", "capacity_plan", e);
}

static int resolve_value(struct store *s, const struct capacity_desk *d, struct plan_rule *x, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(2000);
  int kind = capacity_kind_of(x->kind), r = OK;
  if (kind < 0)
    return err_set(e, ERR_RANGE, "Choose what the rule goes by: customer, partner, country, language or everything");
  if (kind == CAPACITY_ALL) {
    x->value = STR("");
    return OK;
  }
  if (kind == CAPACITY_COUNTRY || kind == CAPACITY_LANGUAGE) {
    bool known = kind == CAPACITY_COUNTRY ? country_code(&d->facts->facts, x->value) : language_code(&d->facts->facts, x->value);
    return known ? OK : err_set(e, ERR_RANGE, "No customer has that country or language: write it as the customers have it");
  }
  utf8_fold(&key, x->value);
  r = key.failed ? OK : account_of_name(s, strbuf_str(&key), &x->account_id, e); /* a name that long is nobody's */
  return r < 0 ? r : x->account_id ? OK : err_set(e, ERR_RANGE, "There is no account of that name: write it as it stands on its page");
}

int capacity_rule_add(struct store *s, struct arena *a, const struct scope *who, const struct capacity_desk *d, int64_t plan_id, struct plan_rule *x, int64_t now,
                      struct err *e)
{
  struct writing w = {.who = who, .a = a, .id = plan_id, .rule = x, .now = now};
  bool known = false;
  for (size_t i = 0; i < d->n_people; i++)
    known |= d->people[i].id == x->to_id;
  if (!known || (x->from_id && !scope_sees_rep(who, x->from_id)))
    return err_set(e, ERR_RANGE, "Choose a rep of your team to whom it goes");
  if (x->from_id == x->to_id)
    return err_set(e, ERR_RANGE, "It goes to whom it comes from: choose two different people");
  int r = resolve_value(s, d, x, e);
  return r < 0 ? r : store_write(s, rule_tx, &w, e);
}

static int drop_rule_tx(struct store *s, void *arg, struct err *e)
{
  struct writing *x = arg;
  int r = changeable(s, x, x->id, e);
  if (r == OK)
    r = plan_rule_delete(s, x->id, x->place, e);
  if (r == OK)
    r = capacity_plan_touch(s, x->id, x->now, e);
  return r < 0 ? r : audit(s, x, "capacity.rule_remove", "capacity_plan", e);
}

int capacity_rule_drop(struct store *s, struct arena *a, const struct scope *who, int64_t plan_id, int64_t place, int64_t now, struct err *e)
{
  struct writing x = {.who = who, .a = a, .id = plan_id, .place = place, .now = now};
  return store_write(s, drop_rule_tx, &x, e);
}

static int drop_tx(struct store *s, void *arg, struct err *e)
{
  struct writing *x = arg;
  int r = changeable(s, x, x->id, e);
  if (r == OK)
    r = capacity_plan_delete(s, x->id, e);
  return r < 0 ? r : audit(s, x, "capacity.plan_remove", "capacity_plan", e);
}

int capacity_plan_drop(struct store *s, struct arena *a, const struct scope *who, int64_t plan_id, int64_t now, struct err *e)
{
  struct writing x = {.who = who, .a = a, .id = plan_id, .now = now};
  return store_write(s, drop_tx, &x, e);
}

/* ---- carrying out ---- */

int capacity_codes(const struct capacity_desk *d, struct arena *a, const struct plan_rule *rules, size_t n, struct capacity_rule **ret, size_t *ret_n, struct err *e)
{
  const struct book *b = d->book;
  struct capacity_rule *x = arena_zalloc(a, n + 1, sizeof *x);
  size_t k = 0;
  if (!x)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    const struct plan_rule *r = &rules[i];
    struct capacity_rule c = {.kind = capacity_kind_of(r->kind), .from = (uint16_t)book_code(&b->reps, r->from_id), .to = (uint16_t)book_code(&b->reps, r->to_id)};
    c.code = c.kind == CAPACITY_COUNTRY ? country_code(&d->facts->facts, r->value) : c.kind == CAPACITY_LANGUAGE ? language_code(&d->facts->facts, r->value)
                                                                                                                    : book_code(&b->accounts, r->account_id);
    if (c.to && (c.from || !r->from_id) && (c.code || c.kind == CAPACITY_ALL))
      x[k++] = c;
  }
  *ret = x;
  *ret_n = k;
  return OK;
}

static int carried_tx(struct store *s, void *arg, struct err *e)
{
  struct writing *x = arg;
  int r = capacity_plan_carried(s, x->id, x->batch_id, x->who->person_id, x->now, e);
  return r < 0 ? r : audit(s, x, "capacity.carry", "capacity_plan", e);
}

int capacity_plan_carry(struct store *s, struct arena *a, const struct scope *who, const struct capacity_desk *d, const struct capacity_plan *plan,
                        const struct batch_seen *seen, day_t today, int64_t now, struct batch_result *ret, struct err *e)
{
  const struct book *b = d->book;
  struct plan_rule *rules = NULL;
  struct capacity_rule *codes = NULL;
  int64_t moved = 0, accounts = 0;
  size_t n = 0, n_codes = 0;
  if (!may_plan(who))
    return denied(e);
  if (capacity_stands(plan))
    return err_set(e, ERR_CONFLICT, "The plan is carried out already");
  uint16_t *owner = arena_alloc(a, (b->renewals.n + 1) * sizeof *owner);
  int r = owner ? plan_rules(s, a, plan->id, &rules, &n, e) : no_memory(e);
  if (r == OK)
    r = capacity_codes(d, a, rules, n, &codes, &n_codes, e);
  if (r == OK)
    r = capacity_assign(b, &d->query, codes, n_codes, owner, &moved, &accounts, e);
  struct batch_item *items = r == OK ? arena_zalloc(a, (size_t)moved + 1, sizeof *items) : NULL;
  if (r < 0 || !items)
    return r < 0 ? r : no_memory(e);
  size_t k = 0;
  for (size_t i = 0; i < b->renewals.n; i++)
    if (owner[i] != b->renewals.rep[i])
      items[k++] = (struct batch_item){.id = b->renewals.id[i], .owner_id = b->reps.id[owner[i]]};
  struct renewal_batch batch = {.items = items, .n = k, .edit = {.set = RENEWAL_SET_OWNER, .why = arena_fmt(a, "Capacity: %.*s", STR_FMT(plan->name))}, .seen = *seen,
    .for_good = true};
  r = renewal_batch_apply(s, a, who, &batch, today, now, ret, e);
  struct writing x = {.who = who, .id = plan->id, .batch_id = ret->batch_id, .now = now};
  return r < 0 || !ret->batch_id ? r : store_write(s, carried_tx, &x, e);
}

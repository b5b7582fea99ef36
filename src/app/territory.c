#include "app/territory.h"

#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/grid.h"
#include "store/repo_audit.h"

#include <jansson.h>

enum { NAME_MOST = 120, COUNTRY_MOST = 80 };

struct change {
  struct territory_row *t;
  int64_t id, actor_id, now;
  const char *action;
};

static int audit(struct store *s, const struct change *x, const struct territory_row *t, struct err *e) {
  json_t *j = t ? json_pack("{s:s%, s:s%, s:I, s:i, s:I, s:I}", "name", t->name.p, t->name.n, "country", t->country.p, t->country.n, "region_id",
                            (json_int_t)t->region_id, "sales_model", t->sales_model, "partner_id", (json_int_t)t->partner_id, "owner_id",
                            (json_int_t)t->owner_id)
                : NULL;
  char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
  json_decref(j);
  int rc = audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = x->action, .entity = "territory",
                                              .entity_id = t ? t->id : x->id, .detail = str_of(text)}, e);
  free(text);
  return rc;
}

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct change *x = arg;
  struct territory_row t = *x->t;
  int rc = territory_put(s, &t, x->now, e);
  if (rc == OK) rc = audit(s, x, &t, e);
  if (rc == OK) x->id = t.id;
  return rc;
}

int territory_save(struct store *s, struct territory_row *t, int64_t actor_id, int64_t now, const char **ret_field, struct err *e) {
  struct change x = {.t = t, .actor_id = actor_id, .now = now, .action = t->id ? "territory.edit" : "territory.add"};
  t->name = str_trim(t->name);
  t->country = str_trim(t->country);
  *ret_field = "name";
  if (!t->name.n || t->name.n > NAME_MOST || !utf8_valid(t->name)) return err_set(e, ERR_SYNTAX, "The rule's name is missing or too long.");
  *ret_field = "country";
  if (t->country.n > COUNTRY_MOST || !utf8_valid(t->country)) return err_set(e, ERR_SYNTAX, "The country is too long.");
  *ret_field = "owner";
  if (!t->owner_id) return err_set(e, ERR_SYNTAX, "Choose who gets these renewals.");
  *ret_field = "name";
  int rc = store_write(s, save_tx, &x, e);
  if (rc == OK) t->id = x.id;
  return rc;
}

static int remove_tx(struct store *s, void *arg, struct err *e) {
  const struct change *x = arg;
  int rc = territory_delete(s, x->id, e);
  return rc < 0 ? rc : audit(s, x, NULL, e);
}

int territory_remove(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e) {
  struct change x = {.id = id, .actor_id = actor_id, .now = now, .action = "territory.remove"};
  return store_write(s, remove_tx, &x, e);
}

static int raise_tx(struct store *s, void *arg, struct err *e) {
  const struct change *x = arg;
  int rc = territory_up(s, x->id, e);
  return rc < 0 ? rc : audit(s, x, NULL, e);
}

int territory_raise(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e) {
  struct change x = {.id = id, .actor_id = actor_id, .now = now, .action = "territory.edit"};
  return store_write(s, raise_tx, &x, e);
}

/* ---- the plan ---- */

struct placing {
  const struct book *book;
  const struct territory_row *rules;
  size_t n_rules;
  uint32_t *region, *partner, *owner; /* of each rule, as codes of the book; UINT32_MAX = any (owner: not in the book yet) */
  uint8_t **country;                  /* of each rule: 1 for every account code in that country; NULL = any */
};

static int fill_country(struct arena *a, struct placing *x, size_t rule, const struct account_country *all, size_t n) {
  const struct book_dict *d = &x->book->accounts;
  x->country[rule] = arena_zalloc(a, d->n + 1, 1);
  if (!x->country[rule]) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!str_eq_nocase(all[i].country, x->rules[rule].country)) continue;
    uint32_t code = book_code(d, all[i].id);
    if (code) x->country[rule][code] = 1;
  }
  return OK;
}

static int prepare(struct store *s, struct arena *a, struct placing *x, struct err *e) {
  struct account_country *all = NULL;
  size_t n = 0;
  bool wanted = false;
  int rc = OK;
  x->region = arena_zalloc(a, x->n_rules + 1, sizeof *x->region);
  x->partner = arena_zalloc(a, x->n_rules + 1, sizeof *x->partner);
  x->owner = arena_zalloc(a, x->n_rules + 1, sizeof *x->owner);
  x->country = arena_zalloc(a, x->n_rules + 1, sizeof *x->country);
  if (!x->region || !x->partner || !x->owner || !x->country) return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < x->n_rules; i++) wanted |= x->rules[i].country.n > 0;
  if (wanted) rc = account_countries(s, a, &all, &n, e);
  for (size_t i = 0; i < x->n_rules && rc == OK; i++) {
    const struct territory_row *t = &x->rules[i];
    x->region[i] = t->region_id ? book_code(&x->book->regions, t->region_id) : UINT32_MAX;
    x->partner[i] = t->partner_id ? book_code(&x->book->accounts, t->partner_id) : UINT32_MAX;
    x->owner[i] = book_code(&x->book->reps, t->owner_id);
    if (t->country.n) rc = fill_country(a, x, i, all, n);
  }
  return rc == ERR_NOMEM ? err_set(e, rc, "Out of memory") : rc;
}

/* The rule that decides renewal i, or n_rules. A code of 0 (a region or partner the book does not have) fits nothing. */
static size_t rule_of(const struct placing *x, size_t i) {
  const struct book_renewals *n = &x->book->renewals;
  for (size_t k = 0; k < x->n_rules; k++) {
    const struct territory_row *t = &x->rules[k];
    if (x->region[k] != UINT32_MAX && (x->region[k] == 0 || n->region[i] != x->region[k])) continue;
    if (x->partner[k] != UINT32_MAX && (x->partner[k] == 0 || (n->reseller[i] != x->partner[k] && n->distributor[i] != x->partner[k]))) continue;
    if (t->sales_model >= 0 && n->model[i] != t->sales_model) continue;
    if (x->country[k] && !x->country[k][n->account[i]]) continue;
    return k;
  }
  return x->n_rules;
}

static struct territory_move *move_of(struct territory_plan *p, const struct territory_row *t) {
  for (size_t i = 0; i < p->n; i++)
    if (p->moves[i].owner_id == t->owner_id) return &p->moves[i];
  p->moves[p->n] = (struct territory_move){.owner_id = t->owner_id, .owner = t->owner};
  return &p->moves[p->n++];
}

static bool open_row(const struct book_renewals *n, size_t i) { return n->outcome[i] == OUTCOME_OPEN && n->category[i] != CATEGORY_OMITTED; }

int territory_plan(struct store *s, struct arena *a, const struct book *b, const uint8_t *reps, const struct territory_row *rules, size_t n_rules,
                   day_t plan_day, struct territory_plan *ret, struct err *e) {
  struct placing x = {.book = b, .rules = rules, .n_rules = n_rules};
  const struct book_renewals *n = &b->renewals;
  struct territory_plan p = {.moves = arena_zalloc(a, n_rules + 1, sizeof *p.moves), .by_rule = arena_zalloc(a, n_rules + 1, sizeof *p.by_rule)};
  uint16_t *decided = arena_zalloc(a, n->n + 1, sizeof *decided); /* 1 + rule of the rows that move */
  if (!p.moves || !p.by_rule || !decided || n_rules >= UINT16_MAX) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = prepare(s, a, &x, e);
  if (rc < 0) return rc;
  for (size_t i = 0; i < n->n; i++) {
    if (!open_row(n, i) || !reps[n->rep[i]]) continue;
    size_t k = rule_of(&x, i);
    p.by_rule[k]++;
    if (k == n_rules) p.unplaced++;
    else if (x.owner[k] && n->rep[i] == x.owner[k]) p.right++;
    else decided[i] = (uint16_t)(k + 1), move_of(&p, &rules[k])->n++;
  }
  for (size_t m = 0; m < p.n; m++) {
    p.moves[m].rows = arena_alloc(a, (p.moves[m].n + 1) * sizeof *p.moves[m].rows);
    if (!p.moves[m].rows) return err_set(e, ERR_NOMEM, "Out of memory");
    p.moves[m].n = 0;
  }
  for (size_t i = 0; i < n->n; i++) {
    if (!decided[i]) continue;
    struct territory_move *m = move_of(&p, &rules[decided[i] - 1]);
    int64_t amount = 0;
    m->rows[m->n++] = (uint32_t)i;
    if (grid_converted(b, (uint32_t)i, plan_day, &amount)) m->amount += amount;
  }
  *ret = p;
  return OK;
}

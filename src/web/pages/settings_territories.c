/* Territories: the rules in their order, what they would move, and moving it. */
#include "app/renewal_batch.h"
#include "app/territory.h"
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/pages/desk.h"
#include "web/pages/settings.h"
#include "web/route.h"
#include "web/views.h"

struct entered {
  struct str name, country, partner;
  int64_t region, owner, model;
};
static const struct field fields[] = {
    {.name = "name", .label = "The name", .kind = FIELD_TEXT, .offset = offsetof(struct entered, name), .required = true, .max = 120},
    {.name = "country", .label = "The country", .kind = FIELD_TEXT, .offset = offsetof(struct entered, country), .max = 80},
    {.name = "partner", .label = "The partner", .kind = FIELD_TEXT, .offset = offsetof(struct entered, partner), .max = 200},
    {.name = "region", .label = "The region", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, region)},
    {.name = "model", .label = "The sales model", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, model), .min = -1, .max = MODEL_COUNT - 1},
    {.name = "owner", .label = "The rep", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, owner), .required = true},
};

/* "Brazil, two tier, through Ingram" or "everything else". */
static struct str condition(struct request *r, const struct territory_row *t) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  struct str model = t->sales_model >= 0 ? str_of(parts_sales_model(r->reader, t->sales_model)) : STR_NONE;
  struct str partner = t->partner.n ? tr_fmt(r, "through {0}", t->partner) : STR_NONE;
  const struct str pieces[] = {t->country, t->region, model, partner};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
    if (pieces[i].n) strbuf_fmt(&b, "%s%.*s", b.n ? ", " : "", STR_FMT(pieces[i]));
  struct str s = b.n && !b.failed ? arena_str(r->arena, strbuf_str(&b)) : tr(r, "everything else");
  return s.p ? s : STR_NONE;
}

static struct option *ids_option(struct request *r, int64_t id, struct str label, bool selected, struct option *o) {
  *o = (struct option){arena_fmt(r->arena, "%" PRId64, id), label, selected};
  return o;
}

static int fill_choices(struct request *r, struct territories_view *v) {
  struct person_detail *people = NULL;
  struct region_row *regions = NULL;
  size_t n = 0, n_regions = 0;
  int rc = person_details(r->store, r->arena, &people, &n, &r->err);
  if (rc == OK) rc = region_rows(r->store, r->arena, &regions, &n_regions, &r->err);
  if (rc < 0) return rc;
  v->owners = arena_zalloc(r->arena, n + 1, sizeof *v->owners);
  v->regions = arena_zalloc(r->arena, n_regions + 1, sizeof *v->regions);
  v->models = arena_zalloc(r->arena, MODEL_COUNT + 1, sizeof *v->models);
  if (!v->owners || !v->regions || !v->models) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    if (people[i].active && (people[i].role == ROLE_REP || people[i].role == ROLE_MANAGER)) ids_option(r, people[i].id, people[i].name, false, &v->owners[v->n_owners++]);
  ids_option(r, 0, tr(r, "Any"), true, &v->regions[v->n_regions++]);
  for (size_t i = 0; i < n_regions; i++) ids_option(r, regions[i].id, regions[i].name, false, &v->regions[v->n_regions++]);
  ids_option(r, -1, tr(r, "Any"), true, &v->models[v->n_models++]);
  for (int m = MODEL_DIRECT; m < MODEL_COUNT; m++) ids_option(r, m, str_of(parts_sales_model(r->reader, m)), false, &v->models[v->n_models++]);
  return OK;
}

static int fill_plan(struct request *r, const struct desk *d, const struct territory_row *rules, size_t n, struct territories_view *v) {
  struct territory_plan p;
  int rc = territory_plan(r->store, r->arena, d->book, d->reps, rules, n, d->period.first, &p, &r->err);
  if (rc < 0) return rc;
  v->moves = arena_zalloc(r->arena, p.n + 1, sizeof *v->moves);
  if (!v->moves) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) v->rules[i].count = tr_n(r, (int64_t)p.by_rule[i], "{n} open renewal", "{n} open renewals");
  for (size_t i = 0; i < p.n; i++) {
    if (!p.moves[i].n) continue;
    struct amount sum = parts_amount(r->reader, p.moves[i].amount, d->reporting, MONEY_HEAD);
    v->moves[v->n_moves++] = (struct territory_move_row){.owner_id = p.moves[i].owner_id, .owner = p.moves[i].owner,
                                                         .what = tr_n(r, (int64_t)p.moves[i].n, "{n} renewal, {0}", "{n} renewals, {0}", sum.text),
                                                         .too_many = p.moves[i].n > BATCH_MOST};
  }
  v->right = tr_n(r, (int64_t)p.right, "{n} open renewal is where the rules put it.", "{n} open renewals are where the rules put them.");
  if (p.unplaced) v->unplaced = tr_n(r, (int64_t)p.unplaced, "No rule fits {n} more; it stays where it is.", "No rule fits {n} more; they stay where they are.");
  return OK;
}

static int show(struct request *r, struct response *w, struct territories_view *v) {
  struct view_cx cx = view_cx_of(r);
  struct desk d DESK_CLEANUP = {0};
  struct territory_row *rules = NULL;
  int rc = territory_rows(r->store, r->arena, &rules, &v->n_rules, &r->err);
  if (rc == OK) rc = fill_choices(r, v);
  if (rc == OK && r->books) rc = desk_open(r, STR_NONE, &d);
  if (rc < 0) return rc;
  v->rules = arena_zalloc(r->arena, v->n_rules + 1, sizeof *v->rules);
  if (!v->rules) return ERR_NOMEM;
  for (size_t i = 0; i < v->n_rules; i++)
    v->rules[i] = (struct territory_rule_row){.id = rules[i].id, .name = rules[i].name, .condition = condition(r, &rules[i]), .owner = rules[i].owner, .first = i == 0};
  if (d.book && v->n_rules) rc = fill_plan(r, &d, rules, v->n_rules, v);
  if (rc == OK) rc = settings_nav_fill(r, "/settings/territories", &v->nav);
  if (rc < 0) return rc;
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Territories"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_territories(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_territories_page(struct request *r, struct response *w) {
  struct territories_view v = {.done = str_eq(pairs_get(&r->query, "done"), STR("saved")) ? tr(r, "Saved. Nothing has moved yet.") : STR_NONE};
  return show(r, w, &v);
}

/* The account that the person named. ERR_SYNTAX: there is none. */
static int partner_of(struct request *r, struct str name, int64_t *ret) {
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(2000);
  *ret = 0;
  if (!name.n) return OK;
  utf8_fold(&key, name);
  int rc = key.failed ? ERR_NOMEM : account_of_name(r->store, strbuf_str(&key), ret, &r->err);
  return rc < 0 ? rc : *ret ? OK : err_set(&r->err, ERR_SYNTAX, "There is no account of that name: write the partner's name as it stands on its page.");
}

int settings_territory_add_post(struct request *r, struct response *w) {
  struct entered x = {.model = -1};
  struct form f;
  const char *field = "";
  int64_t partner = 0;
  int rc = FORM_READ(r, fields, &x, &f);
  if (rc == OK && !f.n_errors) rc = partner_of(r, x.partner, &partner);
  struct territory_row t = {.name = x.name, .country = x.country, .region_id = x.region, .partner_id = partner, .sales_model = (int)x.model, .owner_id = x.owner};
  if (rc == OK && !f.n_errors) rc = territory_save(r->store, &t, r->who.id, r->now, &field, &r->err);
  if (rc == OK && !f.n_errors) return response_redirect(r, w, STR("/settings/territories?done=saved"));
  if (rc < 0 && rc != ERR_SYNTAX && rc != ERR_CONFLICT) return rc;
  struct territories_view v = {.error = rc < 0 ? tr_sentence(r, str_of(r->err.text)) : STR_NONE, .name = form_value(&f, "name"),
                               .country = form_value(&f, "country"), .partner = form_value(&f, "partner")};
  for (size_t i = 0; i < f.n && !v.error.n; i++) v.error = f.errors[i];
  w->status = 422;
  return show(r, w, &v);
}

int settings_territory_act_post(struct request *r, struct response *w) {
  int64_t id = 0;
  bool up = str_eq(pairs_get(&r->form, "act"), STR("up"));
  int rc = request_id_param(r, 0, &id);
  if (rc == OK) rc = up ? territory_raise(r->store, id, r->who.id, r->now, &r->err) : territory_remove(r->store, id, r->who.id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/settings/territories?done=saved"));
}

/* One owner's share as one batch: its page shows every row, and takes it back. */
int settings_territories_apply_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct territory_row *rules = NULL;
  struct territory_plan p = {0};
  struct batch_result done;
  int64_t owner = 0;
  size_t n = 0;
  if (str_to_i64(pairs_get(&r->form, "owner"), &owner) < 0 || !r->books) return ERR_NOTFOUND;
  int rc = territory_rows(r->store, r->arena, &rules, &n, &r->err);
  if (rc == OK) rc = desk_open(r, STR_NONE, &d);
  if (rc == OK) rc = territory_plan(r->store, r->arena, d.book, d.reps, rules, n, d.period.first, &p, &r->err);
  const struct territory_move *m = NULL;
  for (size_t i = 0; i < p.n && rc == OK; i++)
    if (p.moves[i].owner_id == owner && p.moves[i].n) m = &p.moves[i];
  if (rc < 0 || !m) return rc < 0 ? rc : response_redirect(r, w, STR("/settings/territories"));
  struct batch_item *items = arena_zalloc(r->arena, m->n, sizeof *items);
  if (!items) return ERR_NOMEM;
  for (size_t i = 0; i < m->n; i++) items[i].id = d.book->renewals.id[m->rows[i]];
  struct renewal_batch b = {.items = items, .n = m->n, .edit = {.set = RENEWAL_SET_OWNER, .owner_id = owner, .why = STR("Territories")}, .for_good = true};
  rc = renewal_batch_apply(r->store, r->arena, &r->scope, &b, r->today, r->now, &done, &r->err);
  if (rc < 0) return rc;
  struct str to = done.batch_id ? arena_fmt(r->arena, "/renewals/bulk/%" PRId64, done.batch_id) : STR("/settings/territories");
  return to.p ? response_redirect(r, w, to) : ERR_NOMEM;
}

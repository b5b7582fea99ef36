#include "web/pages/search.h"
#include "base/utf8.h"
#include "insight/kpi.h"
#include "web/dispatch.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_GROUPS = SEARCH_KIND_COUNT + 2, MOST_COMMANDS = 8, MOST_HELP = 5, MOST_IN_PALETTE = 5 };

struct str search_address(struct request *r, const struct search_result *x) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  switch (x->kind) {
  case SEARCH_ACCOUNT: return arena_fmt(r->arena, "/accounts/%lld", (long long)x->id);
  case SEARCH_CONTRACT: return desk_address(r, "/contracts/", x->contract);
  case SEARCH_CONTACT: return arena_fmt(r->arena, "/accounts/%lld#contacts", (long long)x->account_id);
  case SEARCH_ORDER:
  case SEARCH_RENEWAL: return arena_fmt(r->arena, "/renewals/%lld", (long long)x->id);
  case SEARCH_SERIAL:
    strbuf_add(&b, desk_address(r, "/contracts/", x->contract));
    desk_add_param(&b, &first, "serial", x->name);
    return arena_str(r->arena, strbuf_str(&b));
  case SEARCH_REP:
  default:
    strbuf_addz(&b, "/renewals");
    desk_add_param(&b, &first, "f", arena_fmt(r->arena, "category:commit,best_case,pipeline owner:\"%.*s\"", STR_FMT(x->name)));
    return arena_str(r->arena, strbuf_str(&b));
  }
}

const char *search_kind_name(const struct search_result *x) {
  static const char *const names[SEARCH_KIND_COUNT] = {[SEARCH_CONTRACT] = "contract", [SEARCH_SERIAL] = "serial_number", [SEARCH_ORDER] = "po_number",
                                                       [SEARCH_RENEWAL] = "renewal", [SEARCH_REP] = "owner", [SEARCH_CONTACT] = "contact"};
  if (x->kind == SEARCH_ACCOUNT)
    return x->account_kind & 4 ? "distributor" : x->account_kind & 2 ? "reseller" : "customer";
  return names[x->kind];
}

static const char *group_label(enum search_kind k) {
  static const char *const labels[SEARCH_KIND_COUNT] = {
    [SEARCH_ACCOUNT] = MSG("Customers and partners"), [SEARCH_CONTRACT] = MSG("Contracts"), [SEARCH_SERIAL] = MSG("Serial numbers"),
    [SEARCH_ORDER] = MSG("Purchase orders"), [SEARCH_RENEWAL] = MSG("Renewals"), [SEARCH_REP] = MSG("Owners"), [SEARCH_CONTACT] = MSG("Contacts")};
  return labels[k];
}

static const char *icon_of(const struct search_result *x) {
  static const char *const icons[SEARCH_KIND_COUNT] = {[SEARCH_ACCOUNT] = "building", [SEARCH_CONTRACT] = "file-text", [SEARCH_SERIAL] = "barcode",
                                                       [SEARCH_ORDER] = "receipt", [SEARCH_RENEWAL] = "table", [SEARCH_REP] = "user", [SEARCH_CONTACT] = "user"};
  return x->kind == SEARCH_ACCOUNT && x->account_kind & 6 ? "users" : icons[x->kind];
}

static struct str joined(struct request *r, struct str a, const char *between, struct str b) {
  return !a.n ? b : !b.n ? a : arena_fmt(r->arena, "%.*s%s%.*s", STR_FMT(a), between, STR_FMT(b));
}

/* What stands in muted ink behind the name. */
static struct str of_text(struct request *r, const struct search_result *x) {
  switch (x->kind) {
  case SEARCH_ACCOUNT: {
    struct str kind = x->account_kind & 4 ? tr(r, "distributor") : x->account_kind & 2 ? tr(r, "reseller") : tr(r, "customer");
    return x->of.n ? tr_fmt(r, "{0}, merged from {1}", kind, x->of) : kind;
  }
  case SEARCH_SERIAL: case SEARCH_ORDER: case SEARCH_RENEWAL: return x->kind == SEARCH_RENEWAL ? x->contract : joined(r, x->of, ", ", x->contract);
  default: return x->of;
  }
}

static void fill_result(struct request *r, const struct search_result *x, struct search_row *row) {
  *row = (struct search_row){.href = search_address(r, x), .name = x->name, .of = of_text(r, x), .icon = icon_of(x)};
  if (x->next_renewal) {
    struct amount amount = parts_amount(r->reader, x->next_amount, x->next_currency, MONEY_WHOLE);
    row->note = joined(r, amount.text, " · ", format_day(r->reader, x->next_due));
    row->title = amount.title;
  }
}

/* ---- commands and help ---- */

/* Whether every word of the folded query begins a word of the label. */
static bool says(struct str label, struct str query) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  struct str word, rest = query;
  strbuf_addc(&b, ' ');
  utf8_fold(&b, label);
  while (str_cut(rest, ' ', &word, &rest)) {
    STRBUF_CLEANUP struct strbuf w = STRBUF_INIT(WEB_MAX_URL);
    strbuf_addc(&w, ' ');
    strbuf_add(&w, word);
    if (word.n && !str_contains(strbuf_str(&b), strbuf_str(&w)))
      return false;
  }
  return true;
}

struct collecting {
  struct request *r;
  struct str query;      /* folded */
  struct search_group *group;
  size_t most;
};

static void offer(struct collecting *c, struct str label, struct str href, const char *icon, const char *key) {
  if (c->group->n_rows < c->most && says(label, c->query))
    c->group->rows[c->group->n_rows++] = (struct search_row){.href = href, .name = label, .icon = icon, .key = key};
}

static bool may_get(const struct request *r, const char *path) {
  const struct route *row = NULL;
  struct str params[WEB_MAX_PARAMS];
  const char *allow;
  return route_find(r->web->routes, HTTP_GET, str_of(path), &row, params, &allow) == ROUTE_FOUND && (row->may & (1u << r->who.role));
}

/* What can be done on the page that the palette was opened on. */
static void offer_here(struct collecting *c) {
  static const struct {
    const char *root, *label, *tail, *icon;
  } HERE[] = {
    {"/renewals/", MSG("Log a touch on this renewal"), "#t-no", "phone"}, {"/renewals/", MSG("History of this renewal"), "#h-lg", "clock"},
    {"/accounts/", MSG("Coverage map of this account"), "/coverage", "calendar"}, {"/accounts/", MSG("Contacts of this account"), "#contacts", "users"},
    {"/contracts/", MSG("Coverage map of this contract"), "#h-cv", "calendar"}, {"/contracts/", MSG("Lines of this contract"), "#h-ln", "table"},
  };
  struct str from, rest;
  (void)str_cut(pairs_get(&c->r->query, "from"), '?', &from, &rest);
  for (size_t i = 0; i < sizeof HERE / sizeof *HERE; i++) {
    struct str root = str_of(HERE[i].root);
    if (str_starts(from, root) && from.n > root.n && str_find(from, '/', root.n) == SIZE_MAX)
      offer(c, tr(c->r, HERE[i].label), arena_fmt(c->r->arena, "%.*s%s", STR_FMT(from), HERE[i].tail), HERE[i].icon, NULL);
  }
}

static void offer_commands(struct collecting *c, struct str q) {
  static const struct {
    const char *label, *href, *icon;
  } MORE[] = {{MSG("Review duplicate accounts"), "/accounts/duplicates", "users"}, {MSG("Change my password"), "/settings", "key"},
              {MSG("Create an API token"), "/settings", "key"}};
  offer_here(c);
  for (const struct nav_entry *n = web_nav; n->path; n++)
    if (may_get(c->r, n->path))
      offer(c, tr_fmt(c->r, "Go to {0}", tr(c->r, n->label)), str_of(n->path), n->icon, n->key);
  for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++)
    if (may_get(c->r, MORE[i].href))
      offer(c, tr(c->r, MORE[i].label), str_of(MORE[i].href), MORE[i].icon, NULL);
  if (q.n && c->group->n_rows < c->most) {
    STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
    bool first = true;
    strbuf_addz(&b, "/renewals");
    desk_add_param(&b, &first, "q", q);
    c->group->rows[c->group->n_rows++] = (struct search_row){.href = arena_str(c->r->arena, strbuf_str(&b)), .icon = "search",
                                                             .name = tr_fmt(c->r, "Renewals that match \"{0}\"", q)};
  }
}

static void offer_help(struct collecting *c) {
  for (int id = 0; id < KPI_COUNT && c->query.n; id++) {
    const struct kpi_def *def = kpi_def_of((enum kpi_id)id);
    offer(c, tr_fmt(c->r, "How it is counted: {0}", tr(c->r, def->title)), desk_address(c->r, "/kpi/", str_of(def->key)), "report", NULL);
  }
}

static int add_group(struct search_view *v, struct request *r, struct str label, size_t most, struct search_group **ret) {
  struct search_group *g = &v->groups[v->n_groups];
  *g = (struct search_group){.label = label, .place = (int)v->n_groups, .rows = arena_zalloc(r->arena, most + 1, sizeof *g->rows)};
  if (!g->rows)
    return ERR_NOMEM;
  v->n_groups++;
  *ret = g;
  return OK;
}

static int add_offers(struct request *r, struct search_view *v, struct str folded) {
  struct collecting c = {.r = r, .query = folded, .most = MOST_COMMANDS};
  if (add_group(v, r, tr(r, "Commands"), MOST_COMMANDS, &c.group) < 0)
    return ERR_NOMEM;
  offer_commands(&c, v->q);
  v->n_groups -= c.group->n_rows == 0;
  c.most = MOST_HELP;
  if (add_group(v, r, tr(r, "Help"), MOST_HELP, &c.group) < 0)
    return ERR_NOMEM;
  offer_help(&c);
  v->n_groups -= c.group->n_rows == 0;
  return OK;
}

/* ---- the page ---- */

static int add_found(struct request *r, struct search_view *v, const struct search_found *found) {
  struct search_group *g = NULL;
  for (size_t i = 0; i < found->n; i++) {
    const struct search_result *x = &found->rows[i];
    if ((i == 0 || found->rows[i - 1].kind != x->kind) && add_group(v, r, tr(r, group_label(x->kind)), SEARCH_MOST_OF_KIND, &g) < 0)
      return ERR_NOMEM;
    fill_result(r, x, &g->rows[g->n_rows++]);
  }
  v->nothing = v->asked && !found->too_short && !found->n;
  v->closest = arena_zalloc(r->arena, 4, sizeof *v->closest);
  if (!v->closest)
    return ERR_NOMEM;
  for (size_t i = 0; i < found->n_closest; i++)
    v->closest[v->n_closest++] = (struct search_row){.href = search_address(r, &found->closest[i]), .name = found->closest[i].name};
  return OK;
}

static void number_rows(struct search_view *v) {
  int place = 0;
  for (size_t g = 0; g < v->n_groups; g++)
    for (size_t i = 0; i < v->groups[g].n_rows; i++)
      v->groups[g].rows[i].place = place++;
}

int search_page(struct request *r, struct response *w) {
  struct search_view v = {.q = str_trim(pairs_get(&r->query, "q"))};
  struct search_found found = {0};
  STRBUF_CLEANUP struct strbuf folded = STRBUF_INIT(WEB_MAX_URL * 4);
  v.asked = v.q.n > 0;
  v.groups = arena_zalloc(r->arena, MOST_GROUPS, sizeof *v.groups);
  if (!v.groups || !r->books)
    return v.groups ? err_set(&r->err, ERR_FAIL, "book: the server was started without one") : ERR_NOMEM;
  utf8_fold(&folded, v.q);
  int rc = v.asked ? search_run(r->books, r->store, r->arena, &r->scope, v.q, r->today, r->fragment ? MOST_IN_PALETTE : SEARCH_MOST_OF_KIND, &found, &r->err) : OK;
  v.too_short = found.too_short;
  if (rc >= 0)
    rc = add_found(r, &v, &found);
  if (rc >= 0)
    rc = add_offers(r, &v, strbuf_str(&folded));
  if (rc < 0)
    return rc;
  number_rows(&v);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Search")});
  if (r->fragment)
    view_search_list(&w->body, &cx, &v);
  else
    view_search(&w->body, &cx, &v);
  return shell_end(r, w);
}

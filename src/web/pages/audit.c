/* The audit: newest first, by the key of its last row; every filter stands in the address. */
#include "web/pages/audit.h"
#include "app/audit_read.h"
#include "web/dispatch.h"
#include "web/pages/audit_words.h"
#include "web/pages/desk.h"
#include "web/route.h"
#include "web/views.h"
#include "base/zone.h"

enum { PAGE_ROWS = 50, CSV_ROWS = 5000, SECONDS_A_DAY = 86400 };

struct filters {
  struct audit_query q;
  int64_t actor;
  day_t from, to;
};

/* The instant at which that day begins for the reader. */
static int64_t day_begins(const struct request *r, day_t d) {
  char name[ZONE_NAME_SIZE];
  int64_t at = (int64_t)d * SECONDS_A_DAY;
  return at - zone_offset(r->reader->zone, at, name);
}

/* ERR_RANGE: not a day. */
static int day_param(struct request *r, const char *name, day_t *ret) {
  struct str s = pairs_get(&r->query, name);
  *ret = DAY_NONE;
  return s.n ? day_parse_iso(s, ret) : OK;
}

static int filters_read(struct request *r, struct filters *x) {
  *x = (struct filters){.q = {.action = pairs_get(&r->query, "what"), .entity = pairs_get(&r->query, "entity"), .limit = PAGE_ROWS + 1}};
  int64_t key[2] = {0};
  struct str after = pairs_get(&r->query, "after"), at, id;
  if (str_to_i64(pairs_get(&r->query, "who"), &x->actor) < 0) x->actor = 0;
  if (str_to_i64(pairs_get(&r->query, "id"), &x->q.entity_id) < 0) x->q.entity_id = 0;
  str_cut(after, '-', &at, &id);
  if (str_to_i64(at, &key[0]) == OK && str_to_i64(id, &key[1]) == OK) x->q.before_at = key[0], x->q.before_id = key[1];
  if (x->actor > 0) x->q.actors = &x->actor, x->q.n_actors = 1;
  if (day_param(r, "from", &x->from) < 0 || day_param(r, "to", &x->to) < 0)
    return err_set(&r->err, ERR_RANGE, "A day is written like 2026-11-22.");
  if (x->from != DAY_NONE) x->q.from = day_begins(r, x->from);
  if (x->to != DAY_NONE) x->q.to = day_begins(r, x->to + 1);
  return OK;
}

/* The same address with another beginning and, when key is not empty, from another row on. */
static struct str address(struct request *r, const char *path, struct str key) {
  static const char *const names[] = {"who", "what", "entity", "id", "from", "to"};
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_addz(&b, path);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (pairs_get(&r->query, names[i]).n) desk_add_param(&b, &first, names[i], pairs_get(&r->query, names[i]));
  if (key.n) desk_add_param(&b, &first, "after", key);
  struct str s = b.failed ? (struct str){0} : arena_str(r->arena, strbuf_str(&b));
  return s.p ? s : STR_NONE;
}

static int fill_choices(struct request *r, const struct filters *x, const struct audit_things *things, struct audit_view *v) {
  struct str *kinds = NULL;
  size_t n = 0;
  int rc = audit_actions(r->store, r->arena, &kinds, &n, &r->err);
  if (rc < 0) return rc;
  v->actions = arena_zalloc(r->arena, n + 1, sizeof *v->actions);
  v->people = arena_zalloc(r->arena, things->n_people + 1, sizeof *v->people);
  if (!v->actions || !v->people) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) v->actions[v->n_actions++] = (struct option){kinds[i], audit_action_words(r, kinds[i]), str_eq(kinds[i], x->q.action)};
  for (size_t i = 0; i < things->n_people; i++) {
    const struct person_detail *p = &things->people[i];
    if (r->scope.everything || scope_sees_rep(&r->scope, p->id))
      v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%" PRId64, p->id), p->name, p->id == x->actor};
  }
  return OK;
}

static int fill_chain(struct request *r, struct audit_view *v) {
  struct audit_check last;
  int64_t all = 0;
  int rc = audit_check_last(r->store, r->arena, &last, &r->err);
  if (rc == OK) rc = audit_count(r->store, &all, &r->err);
  if (rc < 0) return rc;
  if (!last.at) v->chain = tr(r, "Nobody has checked the chain yet.");
  else if (last.problem.n) v->chain_problem = last.problem;
  else v->chain = tr_fmt(r, "The first {0} of {1} entries were whole on {2}.", format_count(r->reader, last.entries), format_count(r->reader, all),
                         format_instant(r->reader, last.at));
  return OK;
}

static void fill_items(struct request *r, const struct audit_things *things, const struct audit_row *rows, size_t n, struct audit_view *v) {
  for (size_t i = 0; i < n; i++) {
    struct audit_item *x = &v->items[v->n_items++];
    *x = (struct audit_item){.id = rows[i].id, .when = format_instant(r->reader, rows[i].at), .who = rows[i].actor.n ? rows[i].actor : tr(r, "The program"),
                             .what = audit_action_words(r, rows[i].action), .detail = audit_detail_words(r, rows[i].detail), .broken = !rows[i].whole};
    audit_thing(r, things, &rows[i], &x->thing, &x->href);
    if (rows[i].actor_id) x->who_href = arena_fmt(r->arena, "/audit?who=%" PRId64, rows[i].actor_id);
  }
}

static int things_open(struct request *r, struct desk *d, struct audit_things *ret) {
  struct person_detail *people = NULL;
  int rc = person_details(r->store, r->arena, &people, &ret->n_people, &r->err);
  if (rc == OK && r->books) rc = desk_open(r, STR_NONE, d);
  if (rc < 0) return rc;
  ret->people = people;
  ret->book = d->book;
  ret->reps = d->reps;
  return OK;
}

int audit_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct audit_things things = {0};
  struct audit_view v = {.all = r->scope.everything, .from = pairs_get(&r->query, "from"), .to = pairs_get(&r->query, "to"),
                         .entity = pairs_get(&r->query, "entity"), .id = pairs_get(&r->query, "id")};
  struct view_cx cx = view_cx_of(r);
  struct filters x;
  struct audit_row *rows = NULL;
  size_t n = 0;
  int rc = things_open(r, &d, &things);
  if (rc == OK) rc = filters_read(r, &x);
  if (rc == ERR_RANGE) v.error = tr_sentence(r, str_of(r->err.text)), w->status = 400;
  if (rc == OK) rc = audit_read(r->store, r->arena, &r->scope, &x.q, &rows, &n, &r->err);
  if (rc < 0 && rc != ERR_RANGE) return rc;
  v.items = arena_zalloc(r->arena, n + 1, sizeof *v.items);
  if (!v.items) return ERR_NOMEM;
  bool more = n > PAGE_ROWS;
  fill_items(r, &things, rows, more ? PAGE_ROWS : n, &v);
  if (more) v.next_href = address(r, "/audit", arena_fmt(r->arena, "%" PRId64 "-%" PRId64, rows[PAGE_ROWS - 1].at, rows[PAGE_ROWS - 1].id));
  v.filtered = x.actor || x.q.action.n || x.q.entity.n || v.from.n || v.to.n;
  v.may_check = r->who.role != ROLE_MANAGER;
  v.csv_href = address(r, "/audit.csv", STR_NONE);
  rc = fill_choices(r, &x, &things, &v);
  if (rc == OK && v.may_check) rc = fill_chain(r, &v);
  if (rc == OK) rc = settings_nav_fill(r, "/audit", &v.nav);
  if (rc < 0) return rc;
  shell_begin(r, w, &(struct page){.title = tr(r, "Audit"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_audit(&w->body, &cx, &v);
  return shell_end(r, w);
}

int audit_check_post(struct request *r, struct response *w) {
  struct audit_check x;
  int rc = audit_check_now(r->store, r->arena, r->who.id, r->now, &x, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/audit"));
}

/* A cell as text; what a spreadsheet would take for a formula gets an apostrophe. */
static void cell(struct strbuf *b, struct str s, const char *end) {
  bool formula = s.n && memchr("=+-@\t\r", s.p[0], 6);
  strbuf_addz(b, formula ? "\"'" : "\"");
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"') strbuf_addc(b, '"');
    strbuf_addc(b, s.p[i]);
  }
  strbuf_addz(b, "\"");
  strbuf_addz(b, end);
}

/* Everything that is filtered, read page by page into the response. */
int audit_csv(struct request *r, struct response *w) {
  struct filters x;
  char at[INSTANT_ISO_SIZE], iso[DAY_ISO_SIZE];
  struct audit_row *rows = NULL;
  size_t n = 0;
  struct arena *scratch ARENA_CLEANUP = arena_child(r->arena);
  int rc = scratch ? filters_read(r, &x) : ERR_NOMEM;
  if (rc < 0) return rc;
  x.q.limit = CSV_ROWS;
  strbuf_addz(&w->body, "id,at,actor_id,actor,action,entity,entity_id,detail,whole\r\n");
  do {
    arena_reset(scratch);
    rc = audit_read(r->store, scratch, &r->scope, &x.q, &rows, &n, &r->err);
    if (rc < 0) return rc;
    for (size_t i = 0; i < n; i++) {
      strbuf_fmt(&w->body, "%" PRId64 ",%s,%" PRId64 ",", rows[i].id, instant_iso(rows[i].at, at), rows[i].actor_id);
      cell(&w->body, rows[i].actor, ",");
      cell(&w->body, rows[i].action, ",");
      cell(&w->body, rows[i].entity, ",");
      strbuf_fmt(&w->body, "%" PRId64 ",", rows[i].entity_id);
      cell(&w->body, rows[i].detail, rows[i].whole ? ",1\r\n" : ",0\r\n");
    }
    if (n) x.q.before_at = rows[n - 1].at, x.q.before_id = rows[n - 1].id;
  } while (n == CSV_ROWS && !w->body.failed);
  if (w->body.failed) return err_set(&r->err, ERR_LIMIT, "The export is too long: choose fewer days");
  return response_download(r, w, STR("text/csv; charset=utf-8"), arena_fmt(r->arena, "audit-%s.csv", day_iso(r->today, iso)));
}

/* Who may approve what, the policies behind it, and who stands in for whom. */
#include "app/access.h"
#include "web/pages/approvals.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { HISTORY = 30 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "Out of memory"); }

static struct str iso(struct request *r, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, buf)));
}

static int fill_kinds(struct request *r, const struct authority_entry *e, size_t n, const struct exception_policy *p, size_t n_p, currency_t reporting,
                      struct authority_view *v) {
  struct authority_rule *rules = arena_alloc(r->arena, (n + 1) * sizeof *rules);
  v->kinds = arena_zalloc(r->arena, EXCEPTION_KINDS, sizeof *v->kinds);
  v->kind_options = arena_zalloc(r->arena, EXCEPTION_KINDS, sizeof *v->kind_options);
  v->roles = arena_zalloc(r->arena, AUTHORITY_ROLES, sizeof *v->roles);
  if (!rules || !v->kinds || !v->kind_options || !v->roles)
    return no_memory(r);
  for (size_t i = 0; i < n; i++)
    rules[i] = e[i].rule;
  for (size_t i = 0; i < AUTHORITY_ROLES; i++)
    v->roles[v->n_roles++] = (struct option){str_of(role_name((int)authority_roles[i])), str_of(parts_role(r->reader, (int)authority_roles[i])),
                                             str_eq(pairs_get(&r->form, "role"), str_of(role_name((int)authority_roles[i])))};
  for (int k = 1; k < EXCEPTION_KINDS; k++) {
    struct exception_policy is = exception_policy_on(p, n_p, k, r->today);
    struct authority_kind *to = &v->kinds[v->n_kinds++];
    to->name = str_of(approval_kind(r->reader, k));
    to->policy = approval_policy(r->reader, &is);
    to->rule = approval_rule(r->reader, k, is.rate_bp);
    to->limits = arena_zalloc(r->arena, AUTHORITY_ROLES, sizeof *to->limits);
    if (!to->limits)
      return no_memory(r);
    for (size_t i = 0; i < AUTHORITY_ROLES; i++) {
      struct authority_rule rule = authority_on(rules, n, k, (int)authority_roles[i], r->today);
      to->limits[to->n_limits++] = (struct approval_limit){v->roles[i].label, approval_limits(r->reader, &rule, reporting), rule.may};
    }
    v->kind_options[v->n_kind_options++] = (struct option){str_of(exception_kind_name(k)), to->name, str_eq(pairs_get(&r->form, "kind"), str_of(exception_kind_name(k)))};
  }
  return OK;
}

static int fill_history(struct request *r, const struct authority_entry *e, size_t n, const struct exception_policy *p, size_t n_p, currency_t reporting,
                        struct authority_view *v) {
  v->changes = arena_zalloc(r->arena, HISTORY * 2 + 1, sizeof *v->changes);
  if (!v->changes)
    return no_memory(r);
  for (size_t i = n; i-- > 0 && v->n_changes < HISTORY;) {
    struct str role = str_of(parts_role(r->reader, e[i].rule.role)), kind = str_of(approval_kind(r->reader, e[i].rule.kind));
    v->changes[v->n_changes++] = (struct authority_change){
        .what = tr_fmt(r, "{0}, {1}: {2}", kind, role, approval_limits(r->reader, &e[i].rule, reporting)), .from = format_day_year(r->reader, e[i].rule.from),
        .who = e[i].by, .why = e[i].why, .when = format_instant(r->reader, e[i].set_at)};
  }
  for (size_t i = n_p; i-- > 0 && v->n_changes < 2 * HISTORY;)
    v->changes[v->n_changes++] = (struct authority_change){
        .what = tr_fmt(r, "{0}: policy", str_of(approval_kind(r->reader, p[i].kind))), .from = format_day_year(r->reader, p[i].from), .who = p[i].by, .why = p[i].body,
        .when = format_instant(r->reader, p[i].set_at)};
  return OK;
}

static int show_authority(struct request *r, struct response *w, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct authority_view v = {.problem = problem, .today = iso(r, r->today), .may_set = r->as_of == DAY_NONE && (r->who.role == ROLE_OPS || r->who.role == ROLE_ADMIN)};
  struct authority_entry *e = NULL;
  struct exception_policy *p = NULL;
  size_t n = 0, n_p = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = authority_entries(r->store, r->arena, r->until, &e, &n, &r->err);
  if (rc >= 0)
    rc = exception_policies(r->store, r->arena, r->until, &p, &n_p, &r->err);
  if (rc >= 0)
    rc = fill_kinds(r, e, n, p, n_p, d.reporting, &v);
  if (rc >= 0)
    rc = fill_history(r, e, n, p, n_p, d.reporting, &v);
  if (rc < 0)
    return rc;
  v.from = problem.n ? pairs_get(&r->form, "from") : v.today;
  v.size = pairs_get(&r->form, "size");
  v.cost = pairs_get(&r->form, "cost");
  v.why = pairs_get(&r->form, "why");
  v.rate = pairs_get(&r->form, "rate");
  v.words = pairs_get(&r->form, "words");
  v.currency = str_of(d.reporting_code);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Authority"), .nav = "/approvals", .crumb = tr(r, "Approvals"), .crumb_href = STR("/approvals"),
                                   .sheet = "rhythm.css"});
  view_authority(&w->body, &cx, &v);
  return shell_end(r, w);
}

int authority_page(struct request *r, struct response *w) { return show_authority(r, w, STR_NONE); }

/* An empty limit is none: -1. */
static int limit(struct request *r, const char *name, int scale, int64_t *ret) {
  struct str s = str_trim(pairs_get(&r->form, name));
  *ret = -1;
  if (!s.n || (format_amount_read(r->reader, s, scale, ret) == OK && *ret >= 0))
    return OK;
  return err_set(&r->err, ERR_RANGE, "A limit is no number: leave it empty for no limit");
}

static int read_rule(struct request *r, struct authority_rule *x) {
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  x->kind = exception_kind_of(pairs_get(&r->form, "kind"));
  x->role = role_of(pairs_get(&r->form, "role"));
  x->may = str_eq(pairs_get(&r->form, "may"), STR("yes"));
  if (rc >= 0 && day_parse_iso(str_trim(pairs_get(&r->form, "from")), &x->from) < 0)
    rc = err_set(&r->err, ERR_RANGE, "A day is missing or no day: write it like 2026-12-31");
  if (rc >= 0)
    rc = limit(r, "size", exception_in_days(x->kind) ? 0 : 2, &x->max_size);
  return rc < 0 ? rc : limit(r, "cost", currency_exponent(org.reporting_currency), &x->max_cost);
}

static int answer(struct request *r, struct response *w, int rc) {
  if (rc == OK)
    return response_redirect(r, w, STR("/approvals/authority"));
  if (rc != ERR_RANGE && rc != ERR_CONFLICT)
    return rc;
  w->status = 422;
  return show_authority(r, w, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}

int authority_post(struct request *r, struct response *w) {
  struct authority_rule x = {.max_size = -1, .max_cost = -1};
  int rc = read_rule(r, &x);
  return answer(r, w, rc < 0 ? rc : authority_set(r->store, &r->scope, &x, pairs_get(&r->form, "why"), r->today, r->now, &r->err));
}

int authority_policy_post(struct request *r, struct response *w) {
  int64_t rate = 0;
  day_t from = DAY_NONE;
  struct str text = str_trim(pairs_get(&r->form, "rate"));
  int rc = OK;
  if (day_parse_iso(str_trim(pairs_get(&r->form, "from")), &from) < 0)
    rc = err_set(&r->err, ERR_RANGE, "A day is missing or no day: write it like 2026-12-31");
  if (rc == OK && text.n && format_amount_read(r->reader, text, 2, &rate) < 0)
    rc = err_set(&r->err, ERR_RANGE, "The rate is a share from 0 to 100 percent");
  if (rc == OK)
    rc = exception_policy_set(r->store, &r->scope, exception_kind_of(pairs_get(&r->form, "kind")), from, rate, pairs_get(&r->form, "words"), r->today, r->now, &r->err);
  return answer(r, w, rc);
}

/* ---- standing in ---- */

static int fill_people(struct request *r, struct away_view *v) {
  struct person *people = NULL;
  size_t n = 0;
  int rc = access_person_list(r->store, r->arena, &people, &n, &r->err);
  v->people = arena_zalloc(r->arena, n + 1, sizeof *v->people);
  if (rc < 0 || !v->people)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    bool decides = people[i].role == ROLE_MANAGER || people[i].role == ROLE_OPS || people[i].role == ROLE_EXEC || people[i].role == ROLE_ADMIN;
    struct str id = arena_fmt(r->arena, "%" PRId64, people[i].id);
    if (people[i].active && decides && people[i].id != r->who.id)
      v->people[v->n_people++] = (struct option){id, people[i].name, str_eq(id, pairs_get(&r->form, "to"))};
  }
  return OK;
}

static int show_away(struct request *r, struct response *w, struct str problem) {
  struct away_view v = {.problem = problem, .reason = pairs_get(&r->form, "reason"), .last = pairs_get(&r->form, "last")};
  struct delegation *d = NULL;
  size_t n = 0;
  int rc = delegation_list(r->store, r->arena, r->who.id, r->today, &d, &n, &r->err);
  if (rc >= 0)
    rc = fill_people(r, &v);
  v.rows = arena_zalloc(r->arena, n + 1, sizeof *v.rows);
  if (rc < 0 || !v.rows)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++)
    v.rows[v.n_rows++] = (struct away_row){d[i].id, tr_fmt(r, "{0} decides for {1} from {2} to {3}: {4}", d[i].to, d[i].from, format_weekday(r->reader, d[i].first),
                                                           format_weekday(r->reader, d[i].last), d[i].reason)};
  v.first = problem.n ? pairs_get(&r->form, "first") : iso(r, r->today);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "While you are away"), .nav = "/approvals", .crumb = tr(r, "Approvals"), .crumb_href = STR("/approvals"),
                                   .sheet = "rhythm.css"});
  view_approval_away(&w->body, &cx, &v);
  return shell_end(r, w);
}

int approvals_away_page(struct request *r, struct response *w) { return show_away(r, w, STR_NONE); }

int approvals_away_post(struct request *r, struct response *w) {
  struct delegation x = {.from_id = r->who.id, .first = DAY_NONE, .last = DAY_NONE, .reason = pairs_get(&r->form, "reason")};
  if (str_to_i64(pairs_get(&r->form, "to"), &x.to_id) < 0)
    x.to_id = 0;
  if (day_parse_iso(str_trim(pairs_get(&r->form, "first")), &x.first) < 0 || day_parse_iso(str_trim(pairs_get(&r->form, "last")), &x.last) < 0)
    x.first = x.last = DAY_NONE; /* the rule below says what is missing */
  int rc = exception_delegate(r->store, r->arena, &r->scope, &x, r->today, r->now, &r->err);
  if (rc == OK)
    return response_redirect(r, w, STR("/approvals/away"));
  if (rc != ERR_RANGE && rc != ERR_CONFLICT)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  return show_away(r, w, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}

int approvals_away_end_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = exception_delegate_end(r->store, r->arena, &r->scope, id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/approvals/away"));
}

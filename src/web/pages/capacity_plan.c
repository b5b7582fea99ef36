/* A plan: its rules, every rep before and after, and carrying it out. */
#include "app/capacity.h"
#include "web/pages/capacity.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "store/repo_review.h"
#include "web/views.h"

#include <stdlib.h>

enum { MOST_PROMISES = 50, ALL_SHOWN = 60 };

/* Everything a plan's page and its acts stand on. */
struct plan_state {
  struct desk desk;
  struct capacity_desk look;
  struct capacity_plan plan;
  struct plan_rule *rules; size_t n;
  uint16_t *owner;
  int64_t moved, accounts;
};

static void state_close(struct plan_state *x) {
  capacity_close(&x->look);
  desk_close(&x->desk);
}
#define STATE_CLEANUP __attribute__((cleanup(state_close)))

static int state_open(struct request *r, struct plan_state *x) {
  int64_t id = 0;
  struct capacity_rule *codes = NULL;
  size_t n = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = capacity_plan_get(r->store, r->arena, &r->scope, id, &x->plan, &r->err);
  if (rc >= 0)
    rc = plan_rules(r->store, r->arena, id, &x->rules, &x->n, &r->err);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &x->desk);
  if (rc >= 0)
    rc = capacity_open(r->store, x->desk.cache, x->desk.book, &r->scope, &x->desk.org, r->today, r->arena, &x->look, &r->err);
  if (rc >= 0)
    rc = capacity_codes(&x->look, r->arena, x->rules, x->n, &codes, &n, &r->err);
  x->owner = rc >= 0 ? arena_alloc(r->arena, (x->desk.book->renewals.n + 1) * sizeof *x->owner) : NULL;
  if (rc < 0 || !x->owner)
    return rc < 0 ? rc : ERR_NOMEM;
  return capacity_assign(x->desk.book, &x->look.query, codes, n, x->owner, &x->moved, &x->accounts, &r->err);
}

/* "Hospital Santa Aurélia from Inês Carvalho to Tom Park" */
static struct str rule_text(struct request *r, const struct plan_rule *x) {
  struct str what = x->value;
  switch (capacity_kind_of(x->kind)) {
  case CAPACITY_COUNTRY: what = tr_fmt(r, "Customers in {0}", x->value); break;
  case CAPACITY_LANGUAGE: what = tr_fmt(r, "Customers whose language is {0}", x->value); break;
  case CAPACITY_PARTNER: what = tr_fmt(r, "What goes through {0}", x->value); break;
  case CAPACITY_ALL: what = tr(r, "Everything"); break;
  default: break;
  }
  return x->from_id ? tr_fmt(r, "{0}, from {1} to {2}", what, x->from, x->to) : tr_fmt(r, "{0}, to {1}", what, x->to);
}

/* The columns of after, where they differ. */
static void fill_after(struct request *r, const struct plan_state *s, const struct capacity_book *was, const struct capacity_book *is, int64_t most,
                       struct capacity_line *x) {
  struct str say;
  x->is_renewals = format_count(r->reader, is->renewals);
  x->is_accounts = format_count(r->reader, is->accounts);
  x->is_atr = parts_amount(r->reader, is->atr, s->desk.reporting, MONEY_K);
  x->is_risk = is->at_risk ? parts_amount(r->reader, is->risk_atr, s->desk.reporting, MONEY_K) : (struct amount){STR("\u2013"), STR_NONE};
  x->change = parts_change(r->reader, is->atr - was->atr, s->desk.reporting, MONEY_K);
  x->risk_changed = was->at_risk && is->risk_atr != was->risk_atr;
  x->unfit_changed = is->unfit != was->unfit;
  x->unfit = format_count(r->reader, was->unfit);
  x->is_unfit = format_count(r->reader, is->unfit);
  x->is_misfit = is->unfit > was->unfit;
  x->is_weeks = capacity_weeks(r, &s->look, is, most, &say);
  x->changed = is->renewals != was->renewals || is->atr != was->atr;
}

static int fill_lines(struct request *r, struct plan_state *s, struct capacity_plan_view *v) {
  struct capacity_book *was = NULL, *is = NULL;
  uint32_t *codes = NULL;
  size_t n = 0;
  int rc = capacity_books(s->desk.book, &s->look.query, NULL, r->arena, &was, &r->err);
  if (rc >= 0)
    rc = capacity_books(s->desk.book, &s->look.query, s->owner, r->arena, &is, &r->err);
  for (uint32_t i = 0; rc >= 0 && i < s->desk.book->reps.n; i++)
    s->look.listed[i] |= is[i].renewals > 0; /* who has nothing yet and would get something */
  if (rc >= 0)
    rc = capacity_order(r, &s->look, was, &codes, &n);
  v->lines = rc >= 0 ? arena_zalloc(r->arena, n + 1, sizeof *v->lines) : NULL;
  if (rc < 0 || !v->lines)
    return rc < 0 ? rc : ERR_NOMEM;
  int64_t most = capacity_most(&s->look, was), most_is = capacity_most(&s->look, is);
  most = most_is > most ? most_is : most;
  for (size_t i = 0; i < n; i++) {
    const struct capacity_book *x = &was[codes[i]], *y = &is[codes[i]];
    if (n > ALL_SHOWN && x->renewals == y->renewals && x->atr == y->atr && x->accounts == y->accounts && memcmp(x->week, y->week, sizeof x->week) == 0)
      continue; /* of many reps those whom it concerns */
    capacity_line_fill(r, &s->desk, &s->look, codes[i], x, most, &v->lines[v->n_lines]);
    fill_after(r, s, x, y, most, &v->lines[v->n_lines++]);
  }
  if (v->n_lines < n)
    v->lines_note = tr_n(r, (int64_t)(n - v->n_lines), "{n} rep keeps their book as it is.", "{n} reps keep their books as they are.");
  return OK;
}

struct going {
  int64_t id;
  uint32_t to;
};

static int by_id(const void *a, const void *b) {
  const struct going *x = a, *y = b;
  return (x->id > y->id) - (x->id < y->id);
}

static int add_promises(struct request *r, const struct plan_state *s, const struct going *moved, size_t n_moved, int64_t rep_id, struct capacity_plan_view *v) {
  struct promise *rows = NULL;
  size_t n = 0;
  int rc = promise_of_rep(r->store, r->arena, rep_id, INT64_MAX, INT64_MAX, &rows, &n, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    const struct going *at = bsearch(&(struct going){rows[i].renewal_id, 0}, moved, n_moved, sizeof *moved, by_id);
    v->promises_all += at != NULL;
    if (at && v->n_promises < MOST_PROMISES)
      v->promises[v->n_promises++] = (struct capacity_promise){format_weekday_year(r->reader, rows[i].due_date), rows[i].person, rows[i].body, rows[i].customer,
        arena_fmt(r->arena, "/renewals/%" PRId64 "#promises", rows[i].renewal_id), book_name(&s->desk.book->reps, at->to), rows[i].due_date < r->today};
  }
  return rc;
}

/* The open promises on what moves: they go along with it. */
static int fill_promises(struct request *r, const struct plan_state *s, struct capacity_plan_view *v) {
  const struct book *b = s->desk.book;
  struct going *moved = arena_zalloc(r->arena, (size_t)s->moved + 1, sizeof *moved);
  uint8_t *from = arena_zalloc(r->arena, b->reps.n + (size_t)1, 1);
  size_t n = 0;
  int rc = OK;
  v->promises = arena_zalloc(r->arena, MOST_PROMISES, sizeof *v->promises);
  if (!moved || !from || !v->promises)
    return ERR_NOMEM;
  for (size_t i = 0; i < b->renewals.n && n < (size_t)s->moved; i++)
    if (s->owner[i] != b->renewals.rep[i]) {
      moved[n++] = (struct going){b->renewals.id[i], s->owner[i]};
      from[b->renewals.rep[i]] = 1;
    }
  if (n)
    qsort(moved, n, sizeof *moved, by_id);
  for (uint32_t i = 1; i < b->reps.n && n && rc >= 0; i++)
    rc = from[i] ? add_promises(r, s, moved, n, b->reps.id[i], v) : OK;
  v->promises_note = v->promises_all > v->n_promises ? tr_fmt(r, "the first {0} of {1}", format_count(r->reader, (int64_t)v->n_promises),
                                                              format_count(r->reader, (int64_t)v->promises_all)) : tr(r, "they become the new owner’s");
  return rc;
}

static int fill_choices(struct request *r, const struct plan_state *s, struct capacity_plan_view *v) {
  static const char *const KINDS[CAPACITY_KINDS] = {MSG("The customer named"), MSG("Customers in the country"), MSG("What goes through the partner"),
                                                    MSG("Customers whose language is"), MSG("Everything")};
  v->kinds = arena_zalloc(r->arena, CAPACITY_KINDS, sizeof *v->kinds);
  v->from = arena_zalloc(r->arena, s->look.n_people + 1, sizeof *v->from);
  v->to = arena_zalloc(r->arena, s->look.n_people + 1, sizeof *v->to);
  if (!v->kinds || !v->from || !v->to)
    return ERR_NOMEM;
  for (int k = 0; k < CAPACITY_KINDS; k++)
    v->kinds[v->n_kinds++] = (struct option){str_of(capacity_kind_name(k)), tr(r, KINDS[k]), str_eq(pairs_get(&r->form, "kind"), str_of(capacity_kind_name(k)))};
  v->from[v->n_from++] = (struct option){STR("0"), tr(r, "Whoever has it"), false};
  for (size_t i = 0; i < s->look.n_people; i++) {
    struct str id = arena_fmt(r->arena, "%lld", (long long)s->look.people[i].id);
    v->from[v->n_from++] = (struct option){id, s->look.people[i].name, str_eq(id, pairs_get(&r->form, "from"))};
    v->to[v->n_to++] = (struct option){id, s->look.people[i].name, str_eq(id, pairs_get(&r->form, "to"))};
  }
  return OK;
}

static void fill_words(struct request *r, const struct plan_state *s, struct capacity_plan_view *v) {
  struct str rows = tr_n(r, s->moved, "{n} open renewal", "{n} open renewals"), accounts = tr_n(r, s->accounts, "{n} account", "{n} accounts");
  v->stands = capacity_stands(&s->plan);
  v->undone = s->plan.undone_at != 0;
  v->by = tr_fmt(r, "Made by {0}, {1}", s->plan.made_by_name, format_day(r->reader, format_day_of(r->reader, s->plan.made_at)));
  v->headline = v->stands ? tr_fmt(r, "{0}: carried out.", s->plan.name) : s->moved ? tr_fmt(r, "{0} would move {1} of {2}.", s->plan.name, rows, accounts)
                                                                                     : tr_fmt(r, "{0} moves nothing yet.", s->plan.name);
  v->say = v->stands ? tr_fmt(r, "Carried out {0}.", format_instant(r->reader, s->plan.applied_at))
           : v->undone ? tr_fmt(r, "It was carried out and taken back {0}.", format_instant(r->reader, s->plan.undone_at)) : tr(r, "Nothing has moved.");
  if (s->moved && !v->stands)
    v->move = tr_n(r, s->moved, "Move {n} renewal", "Move {n} renewals");
  v->batch_id = s->plan.batch_id;
  v->batch_href = s->plan.batch_id ? arena_fmt(r->arena, "/renewals/bulk/%lld", (long long)s->plan.batch_id) : STR_NONE;
  v->back = arena_fmt(r->arena, "/capacity/plans/%lld", (long long)s->plan.id);
}

static int show(struct request *r, struct response *w, struct plan_state *s, struct str error) {
  struct capacity_plan_view v = {.id = s->plan.id, .name = s->plan.name, .error = error, .value = pairs_get(&r->form, "value")};
  v.rules = arena_zalloc(r->arena, s->n + 1, sizeof *v.rules);
  if (!v.rules)
    return ERR_NOMEM;
  for (size_t i = 0; i < s->n; i++)
    v.rules[v.n_rules++] = (struct capacity_rule_line){s->rules[i].place, rule_text(r, &s->rules[i])};
  int rc = fill_lines(r, s, &v);
  if (rc >= 0)
    rc = fill_promises(r, s, &v);
  if (rc >= 0)
    rc = fill_choices(r, s, &v);
  if (rc < 0)
    return rc;
  fill_words(r, s, &v);
  v.may_plan = r->who.may_write && (r->who.role == ROLE_MANAGER || r->who.role == ROLE_OPS || r->who.role == ROLE_ADMIN);
  v.seen_seq = arena_fmt(r->arena, "%lld", (long long)s->desk.book->seq);
  v.seen_at = arena_fmt(r->arena, "%lld", (long long)r->now);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = s->plan.name, .nav = "/capacity", .sheet = "rhythm.css", .crumb = tr(r, "Capacity"), .crumb_href = STR("/capacity")});
  view_capacity_plan(&w->body, &cx, &v);
  return shell_end(r, w);
}

int capacity_plan_page(struct request *r, struct response *w) {
  struct plan_state s STATE_CLEANUP = {0};
  int rc = state_open(r, &s);
  return rc < 0 ? rc : show(r, w, &s, STR_NONE);
}

/* A refusal is the page again, with its sentence; anything else goes up. */
static int answer(struct request *r, struct response *w, struct plan_state *s, int rc) {
  if (rc >= 0)
    return response_redirect(r, w, arena_fmt(r->arena, "/capacity/plans/%lld", (long long)s->plan.id));
  if (rc != ERR_RANGE && rc != ERR_CONFLICT && rc != ERR_LIMIT && rc != ERR_USAGE)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  return show(r, w, s, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}

static int64_t number_of(struct request *r, const char *name) {
  int64_t v = 0;
  return str_to_i64(pairs_get(&r->form, name), &v) < 0 ? 0 : v;
}

int capacity_rule_add_post(struct request *r, struct response *w) {
  struct plan_state s STATE_CLEANUP = {0};
  int rc = state_open(r, &s);
  if (rc < 0)
    return rc;
  struct plan_rule x = {.kind = pairs_get(&r->form, "kind"), .value = str_trim(pairs_get(&r->form, "value")), .from_id = number_of(r, "from"),
                        .to_id = number_of(r, "to")};
  return answer(r, w, &s, capacity_rule_add(r->store, r->arena, &r->scope, &s.look, s.plan.id, &x, r->now, &r->err));
}

int capacity_rule_drop_post(struct request *r, struct response *w) {
  struct plan_state s STATE_CLEANUP = {0};
  int rc = state_open(r, &s);
  return rc < 0 ? rc : answer(r, w, &s, capacity_rule_drop(r->store, r->arena, &r->scope, s.plan.id, number_of(r, "place"), r->now, &r->err));
}

int capacity_plan_drop_post(struct request *r, struct response *w) {
  struct plan_state s STATE_CLEANUP = {0};
  int rc = state_open(r, &s);
  if (rc < 0)
    return rc;
  rc = capacity_plan_drop(r->store, r->arena, &r->scope, s.plan.id, r->now, &r->err);
  return rc < 0 ? answer(r, w, &s, rc) : response_redirect(r, w, STR("/capacity"));
}

int capacity_carry_post(struct request *r, struct response *w) {
  struct plan_state s STATE_CLEANUP = {0};
  struct batch_result done = {0};
  struct batch_seen seen = {number_of(r, "seen_seq"), number_of(r, "seen_at")};
  int rc = state_open(r, &s);
  if (rc < 0)
    return rc;
  rc = capacity_plan_carry(r->store, r->arena, &r->scope, &s.look, &s.plan, &seen, r->today, r->now, &done, &r->err);
  if (rc >= 0 && !done.batch_id)
    rc = err_set(&r->err, ERR_CONFLICT, "Nothing was moved: every renewal was changed after you looked, or may not be changed by you");
  return rc < 0 ? answer(r, w, &s, rc) : response_redirect(r, w, arena_fmt(r->arena, "/renewals/bulk/%lld?back=/capacity/plans/%lld", (long long)done.batch_id,
                                                                              (long long)s.plan.id));
}

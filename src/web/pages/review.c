/* The page of one 1:1, and what is done on it. */
#include "app/bridge.h"
#include "base/utf8.h"
#include "store/repo_desk.h"
#include "web/pages/review.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_CHOICES = 60, CHOICE_BYTES = 60 };

/* The review that the address names; the actor is one of the two, or leads the rep. */
static int review_of(struct request *r, struct review *ret, bool *ret_leads) {
  int64_t rep_id = 0;
  day_t day = DAY_NONE;
  int rc = request_id_param(r, 0, &rep_id);
  if (rc == OK)
    rc = review_may(r->store, r->arena, &r->scope, rep_id, ret_leads, &r->err);
  if (rc == OK && day_parse_iso(r->params[1], &day) < 0)
    rc = err_set(&r->err, ERR_NOTFOUND, "There is no review on that day");
  return rc < 0 ? rc : review_on(r->store, r->arena, rep_id, day, r->until, ret, &r->err);
}

/* ---- what the page shows ---- */

static int fill_agreed(struct request *r, const struct review *x, const struct review *before, struct review_view *v) {
  struct promise *rows = NULL;
  size_t n = 0, kept = 0, settled = 0;
  int64_t since = before ? ((int64_t)before->day) * SECONDS_PER_DAY : INT64_MAX;
  int rc = promise_of_rep(r->store, r->arena, x->rep_id, since, r->until, &rows, &n, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    kept += rows[i].state == PROMISE_KEPT;
    settled += rows[i].state != PROMISE_OPEN;
  }
  if (settled)
    v->agreed_note = tr_fmt(r, "{0} of {1} kept", format_count(r->reader, (int64_t)kept), format_count(r->reader, (int64_t)settled));
  rc = rc < 0 ? rc : review_promises_fill(r, rows, n < REVIEW_LINES ? n : REVIEW_LINES, v->self, &v->agreed);
  if (rc >= 0 && n > REVIEW_LINES) {
    v->agreed.more = tr_n(r, (int64_t)n - REVIEW_LINES, "{n} more promise", "{n} more promises");
    v->agreed.more_href = arena_fmt(r->arena, "/reviews/%" PRId64, x->rep_id);
  }
  return rc;
}

static int fill_lines(struct request *r, const struct review *x, struct review_view *v) {
  struct review_note *rows = NULL;
  size_t n = 0;
  int rc = review_notes(r->store, r->arena, x->id, r->who.id, r->until, &rows, &n, &r->err);
  v->lines = arena_zalloc(r->arena, n + 1, sizeof *v->lines);
  if (rc < 0 || !v->lines)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    char iso[INSTANT_ISO_SIZE];
    struct review_line_view *l = &v->lines[v->n_lines++];
    *l = (struct review_line_view){.id = rows[i].id, .body = rows[i].body, .who = rows[i].by, .when = format_instant(r->reader, rows[i].at), .private = rows[i].private,
                                   .when_iso = arena_str(r->arena, str_of(instant_iso(rows[i].at, iso))),
                                   .promise = rows[i].promise_id ? tr(r, "It became a promise.") : STR_NONE,
                                   .may_promise = v->may_write && !rows[i].promise_id,
                                   .may_remove = v->may_write && !rows[i].promise_id && rows[i].by_id == r->who.id};
    if (rows[i].id == v->note_id && !v->promise_body.n)
      v->promise_body = utf8_cut(rows[i].body, PROMISE_MAX);
  }
  return OK;
}

/* Renewals a promise can be on: the head of the rep's worklist; and who promises. */
static int fill_choices(struct request *r, const struct desk *d, const struct review *x, int64_t chosen, struct review_view *v) {
  struct worklist list;
  const struct book *b = d->book;
  int rc = work_list(r->store, r->arena, &r->scope, b, &d->org, x->rep_id, WORK_OWN, r->today, r->until, d->period.first, &list, &r->err);
  v->renewals = arena_zalloc(r->arena, MOST_CHOICES, sizeof *v->renewals);
  v->people = arena_zalloc(r->arena, 2, sizeof *v->people);
  if (rc < 0 || !v->renewals || !v->people)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < list.n && v->n_renewals < MOST_CHOICES; i++) {
    uint32_t row = list.items[i].row;
    struct str name = utf8_cut(book_name(&b->accounts, b->renewals.account[row]), CHOICE_BYTES);
    v->renewals[v->n_renewals++] = (struct option){arena_fmt(r->arena, "%u", b->renewals.id[row]),
                                                   arena_fmt(r->arena, "%.*s · %.*s", STR_FMT(name), STR_FMT(book_name(&b->contracts, b->renewals.contract[row]))),
                                                   b->renewals.id[row] == chosen};
  }
  int64_t who = 0;
  (void)str_to_i64(pairs_get(&r->form, "person"), &who); /* after a refusal */
  v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%" PRId64, x->rep_id), x->rep, who != x->manager_id};
  v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%" PRId64, x->manager_id), x->manager, who == x->manager_id};
  return OK;
}

static void fill_words(struct request *r, const struct review *x, const struct review *before, struct review_view *v) {
  struct str day = format_weekday(r->reader, x->day);
  bool own = x->rep_id == r->who.id;
  v->title = own ? tr_fmt(r, "1:1 on {0}", day) : tr_fmt(r, "{0}, {1}", x->rep, day);
  v->headline = own ? tr_fmt(r, "1:1 with {0}, {1}", x->manager, day) : tr_fmt(r, "1:1 of {0} with {1}, {2}", x->rep, x->manager, day);
  if (x->closed_at)
    v->say = tr_fmt(r, "Closed {0}.", format_instant(r->reader, x->closed_at));
  else
    v->say = before ? tr_fmt(r, "Since the last one, {0}. Both of you see this page beforehand.", format_weekday(r->reader, before->day))
                    : tr(r, "The first review. Both of you see this page beforehand.");
}

static const char *said_of(const struct request *r) {
  static const char *const SAID[][2] = {{"written", MSG("The line is there.")}, {"promised", MSG("The promise is made. It comes back until it is kept.")},
                                        {"settled", MSG("Saved.")}, {"moved", MSG("The review is on another day now.")}, {"gone", MSG("The line is gone.")},
                                        {"closed", MSG("The review is closed.")}};
  for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++)
    if (pairs_has(&r->query, SAID[i][0]))
      return SAID[i][1];
  return NULL;
}

static int fill(struct request *r, const struct desk *d, const struct review *x, bool leads, const struct review_again *again, struct review_view *v) {
  struct review before = {0};
  int64_t chosen = 0;
  int there = review_before(r->store, r->arena, x->rep_id, x->day, r->until, &before, &r->err);
  if (there < 0)
    return there;
  const char *said = said_of(r);
  *v = (struct review_view){.self = review_address(r, x->rep_id, x->day), .rep_id = x->rep_id, .past = r->as_of != DAY_NONE, .open = !x->closed_at, .leads = leads,
                            .first = !there, .said = said ? tr(r, said) : STR_NONE};
  v->live = v->open || x->day >= r->today;
  v->may_write = v->open && !v->past;
  v->may_close = v->may_write && x->day <= r->today;
  if (again) {
    v->error = again->error;
    v->note_text = again->note;
    v->promise_body = again->promise;
    v->due = again->due;
    v->note_id = again->note_id;
  } else if (str_to_i64(pairs_get(&r->query, "promise"), &v->note_id) < 0)
    v->note_id = 0;
  if (!v->live)
    v->then_href = arena_fmt(r->arena, "%.*s?as_of=%.*s", STR_FMT(v->self), STR_FMT(r->params[1]));
  if (str_to_i64(pairs_get(&r->form, "renewal"), &chosen) < 0)
    chosen = 0;
  fill_words(r, x, there ? &before : NULL, v);
  int rc = fill_agreed(r, x, there ? &before : NULL, v);
  rc = rc < 0 ? rc : fill_lines(r, x, v);
  if (rc >= 0 && v->live)
    rc = review_parts_fill(r, d, x, there ? before.day : bridge_usual_from(&d->org.calendar, r->today), v);
  if (rc >= 0 && v->may_write)
    rc = fill_choices(r, d, x, chosen, v);
  return rc;
}

static int send(struct request *r, struct response *w, const struct review *x, bool leads, const struct review_again *again) {
  struct desk d DESK_CLEANUP = {0};
  struct review_view v;
  int rc = desk_open(r, STR_NONE, &d);
  rc = rc < 0 ? rc : fill(r, &d, x, leads, again, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/reviews", .sheet = "rhythm.css", .crumb = tr(r, "1:1 reviews"),
                                   .crumb_href = arena_fmt(r->arena, "/reviews/%" PRId64, x->rep_id)});
  view_review(&w->body, &cx, &v);
  return shell_end(r, w);
}

int review_page(struct request *r, struct response *w) {
  struct review x;
  bool leads = false;
  int rc = review_of(r, &x, &leads);
  return rc < 0 ? rc : send(r, w, &x, leads, NULL);
}

/* ---- acts ---- */

static int again_with(struct request *r, struct response *w, const struct review *x, bool leads, int rc, struct review_again again) {
  struct review now = *x;
  again.error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  rc = review_get(r->store, r->arena, x->id, &now, &r->err);
  return rc < 0 ? rc : send(r, w, &now, leads, &again);
}

static int done(struct request *r, struct response *w, const struct review *x, const char *said) {
  return response_redirect(r, w, arena_fmt(r->arena, "%.*s?%s=1", STR_FMT(review_address(r, x->rep_id, x->day)), said));
}

static int now_of(struct request *r, int64_t *ret) {
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  if (rc == OK)
    *ret = org_now(&org, r->now);
  return rc;
}

static int64_t number(const struct request *r, const char *name) {
  int64_t n = 0;
  return str_to_i64(pairs_get(&r->form, name), &n) < 0 || n < 0 ? 0 : n;
}

int review_note_post(struct request *r, struct response *w) {
  struct review x;
  bool leads = false;
  int64_t id = 0, now = 0, remove = number(r, "remove");
  struct str body = pairs_get(&r->form, "body");
  int rc = review_of(r, &x, &leads);
  rc = rc < 0 ? rc : now_of(r, &now);
  if (rc == OK)
    rc = remove ? review_take_away(r->store, r->arena, &r->scope, x.id, remove, now, &r->err)
                : review_write(r->store, r->arena, &r->scope, x.id, body, pairs_has(&r->form, "private"), now, &id, &r->err);
  else
    return rc;
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again_with(r, w, &x, leads, rc, (struct review_again){.note = body});
  return rc < 0 ? rc : done(r, w, &x, remove ? "gone" : "written");
}

int review_promise_post(struct request *r, struct response *w) {
  struct review x;
  bool leads = false;
  int64_t id = 0, now = 0;
  int rc = review_of(r, &x, &leads);
  rc = rc < 0 ? rc : now_of(r, &now);
  if (rc < 0)
    return rc;
  struct promise_ask q = {.renewal_id = number(r, "renewal"), .person_id = number(r, "person"), .review_id = x.id, .note_id = number(r, "note"), .due = DAY_NONE,
                          .body = pairs_get(&r->form, "body")};
  if (day_parse_iso(pairs_get(&r->form, "due"), &q.due) < 0)
    q.due = DAY_NONE;
  rc = promise_make(r->store, r->arena, &r->scope, &q, r->today, now, &id, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again_with(r, w, &x, leads, rc, (struct review_again){.promise = q.body, .due = pairs_get(&r->form, "due"), .note_id = q.note_id});
  return rc < 0 ? rc : done(r, w, &x, "promised");
}

int review_close_post(struct request *r, struct response *w) {
  struct review x;
  bool leads = false;
  int64_t now = 0;
  day_t next = DAY_NONE;
  int rc = review_of(r, &x, &leads);
  rc = rc < 0 ? rc : now_of(r, &now);
  if (rc < 0)
    return rc;
  rc = review_close(r->store, r->arena, &r->scope, x.id, r->today, now, &next, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again_with(r, w, &x, leads, rc, (struct review_again){0});
  return rc < 0 ? rc : done(r, w, &x, "closed");
}

int review_move_post(struct request *r, struct response *w) {
  struct review x;
  bool leads = false;
  int64_t now = 0;
  day_t day = DAY_NONE;
  int rc = review_of(r, &x, &leads);
  rc = rc < 0 ? rc : now_of(r, &now);
  if (rc < 0)
    return rc;
  if (day_parse_iso(pairs_get(&r->form, "day"), &day) < 0)
    day = DAY_NONE;
  rc = review_move(r->store, r->arena, &r->scope, x.id, day, r->today, now, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again_with(r, w, &x, leads, rc, (struct review_again){0});
  if (rc < 0)
    return rc;
  x.day = day;
  return done(r, w, &x, "moved");
}

/* ---- promises ---- */

/* Only to pages that show promises. */
static struct str back_of(struct request *r, struct str fallback) {
  struct str back = pairs_get(&r->form, "back");
  return str_starts(back, STR("/reviews")) || str_starts(back, STR("/renewals/")) || str_eq(back, STR("/work")) ? back : fallback;
}

int promise_post(struct request *r, struct response *w) {
  int64_t id = 0, now = 0;
  struct promise x;
  struct str act = pairs_get(&r->form, "act");
  int rc = request_id_param(r, 0, &id);
  rc = rc < 0 ? rc : now_of(r, &now);
  rc = rc < 0 ? rc : promise_get(r->store, r->arena, id, &x, &r->err);
  if (rc == OK && !scope_sees(&r->scope, x.renewal_id, x.owner_id))
    rc = err_set(&r->err, ERR_NOTFOUND, "There is no promise %" PRId64, id);
  if (rc == OK && !str_eq(act, STR("kept")) && !str_eq(act, STR("give_up")))
    rc = err_set(&r->err, ERR_SYNTAX, "act: write kept or give_up");
  if (rc == OK)
    rc = promise_settle(r->store, r->arena, &r->scope, id, str_eq(act, STR("kept")), pairs_get(&r->form, "reason"), r->today, now, NULL, &r->err);
  if (rc < 0)
    return rc;
  struct str back = back_of(r, arena_fmt(r->arena, "/renewals/%" PRId64, x.renewal_id));
  bool review = str_starts(back, STR("/reviews"));
  return response_redirect(r, w, arena_fmt(r->arena, "%.*s%s", STR_FMT(back), review ? "?settled=1" : str_starts(back, STR("/renewals")) ? "#promises" : ""));
}

/* Changing many renewals from a list: the look before, the change, its page, and taking it back. */
#include "store/repo_desk.h"
#include "web/pages/bulk.h"
#include "web/pages/renewal.h"
#include "web/shell.h"
#include "web/views.h"

enum { SHOWN_DONE = 100, MOST_LEFT = 50 };

static int send_look(struct request *r, struct response *w, const struct bulk_ask *x, const struct batch_result *b, struct str problem) {
  struct bulk_view v;
  int rc = bulk_view_fill(r, x, b, &v);
  if (rc < 0)
    return rc;
  if (problem.n)
    v.problem = problem;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_bulk(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* A form that cannot be acted on: its sentence, and the way back. */
static int send_refusal(struct request *r, struct response *w, const struct bulk_ask *x, struct str problem) {
  struct bulk_view v = {.title = tr(r, "Nothing was changed"), .back = x->back, .problem = problem};
  struct view_cx cx = view_cx_of(r);
  w->status = 422;
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_bulk(&w->body, &cx, &v);
  return shell_end(r, w);
}

static struct str moved_words(struct request *r, const struct bulk_ask *x) {
  if (x->shown >= 0 && x->shown != (int64_t)x->batch.n)
    return tr_fmt(r, "The list has changed: it had {0} rows when you looked, it has {1} now. This is what would change now.", format_count(r->reader, x->shown),
                  format_count(r->reader, (int64_t)x->batch.n));
  return tr(r, "The list has changed since you looked: other renewals match it now. This is what would change now.");
}

static int look(struct request *r, struct response *w, struct bulk_ask *x, struct str problem, int status) {
  struct batch_result b;
  struct bulk_ask again = *x;
  again.batch.seen = (struct batch_seen){0}; /* what is shown now is what is asked about */
  if (problem.n)
    for (size_t i = 0; i < again.batch.n; i++)
      ((struct batch_item *)(uintptr_t)again.batch.items)[i].version = 0;
  int rc = renewal_batch_preview(r->store, r->arena, &r->scope, &again.batch, r->today, r->now, &b, &r->err);
  if (rc == ERR_USAGE || rc == ERR_LIMIT)
    return send_refusal(r, w, x, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc < 0)
    return rc;
  w->status = status;
  return send_look(r, w, x, &b, problem);
}

/* Where to after a change: back to the list with a note; to its own page when rows were left that the look did not name. */
static int after_change(struct request *r, struct response *w, const struct bulk_ask *x, const struct batch_result *b) {
  size_t left = b->n - b->count[BATCH_CHANGE] - b->count[BATCH_SAME];
  if (!left)
    return response_redirect(r, w, bulk_back(r, x->back, "changed", b->batch_id));
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(WEB_MAX_URL);
  strbuf_fmt(&to, "/renewals/bulk/%lld?back=", (long long)b->batch_id);
  html_part_str(&to, x->back);
  strbuf_addz(&to, "&left=");
  size_t named = 0;
  for (size_t i = 0; i < b->n && named < MOST_LEFT; i++)
    if (b->rows[i].fate != BATCH_CHANGE && b->rows[i].fate != BATCH_SAME)
      strbuf_fmt(&to, "%s%lld", named++ ? "," : "", (long long)b->rows[i].id);
  return response_redirect(r, w, arena_str(r->arena, strbuf_str(&to)));
}

static int make(struct request *r, struct response *w, struct bulk_ask *x) {
  struct batch_result b;
  int rc = renewal_batch_apply(r->store, r->arena, &r->scope, &x->batch, r->today, r->now, &b, &r->err);
  if (rc == ERR_USAGE || rc == ERR_LIMIT)
    return send_refusal(r, w, x, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc < 0)
    return rc;
  if (b.batch_id)
    return after_change(r, w, x, &b);
  if (b.count[BATCH_SAME] == b.n) /* pressed twice: it is as it was asked for */
    return response_redirect(r, w, x->back);
  return look(r, w, x, tr(r, "Nothing was changed. The reasons stand beside the rows."), 409);
}

static bool needs_look(const struct bulk_ask *x) {
  return x->all || x->batch.n > BULK_AT_ONCE || (x->batch.edit.set & (RENEWAL_SET_FORECAST | RENEWAL_SET_WON));
}

static int answer(struct request *r, struct response *w, struct bulk_ask *x, bool confirmed) {
  if (x->problem.n)
    return send_refusal(r, w, x, x->problem);
  if (x->moved)
    return look(r, w, x, moved_words(r, x), 409);
  if (confirmed || (x->go && !needs_look(x)))
    return make(r, w, x);
  return look(r, w, x, STR_NONE, 0);
}

static int post(struct request *r, struct response *w, bool confirmed) {
  struct bulk_ask x;
  int rc = bulk_ask_read(r, &x);
  if (rc < 0)
    return rc;
  rc = answer(r, w, &x, confirmed);
  desk_close(&x.desk);
  return rc;
}

int bulk_post(struct request *r, struct response *w) { return post(r, w, false); }
int bulk_apply_post(struct request *r, struct response *w) { return post(r, w, true); }

/* ---- a change that was made ---- */

static struct str row_state(struct request *r, const struct batch_row *x) {
  switch (x->fate) {
  case BATCH_SAME: return tr(r, "taken back");
  case BATCH_CHANGE: return tr(r, "as changed");
  case BATCH_CONFLICT: return tr(r, "edited afterwards");
  default: return tr(r, "not yours to change now");
  }
}

/* Rows that the change left alone, by the numbers in ?left=; only those the actor sees are named. */
static int fill_left(struct request *r, const struct desk *d, struct bulk_done_view *v) {
  struct str list = pairs_get(&r->query, "left"), part;
  v->left = arena_zalloc(r->arena, MOST_LEFT, sizeof *v->left);
  if (!v->left)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  while (v->n_left < MOST_LEFT && str_cut(list, ',', &part, &list)) {
    struct batch_row row = {.why = STR_NONE};
    struct err quiet = r->err;
    if (str_to_i64(part, &row.id) < 0)
      continue;
    if (desk_renewal(r, row.id, &row.before) < 0) {
      r->err = quiet;
      continue;
    }
    int rc = bulk_row_fill(r, d, &row, &v->left[v->n_left++]);
    if (rc < 0)
      return rc;
  }
  if (v->n_left)
    v->left_title = tr_n(r, (int64_t)v->n_left, "{n} renewal left as it was", "{n} renewals left as they were");
  return OK;
}

static int fill_done(struct request *r, const struct desk *d, const struct batch_undo *u, struct bulk_done_view *v) {
  char iso[INSTANT_ISO_SIZE];
  size_t can = u->count[BATCH_CHANGE], kept = u->n - can - u->count[BATCH_SAME];
  v->id = u->batch.id;
  if (u->n)
    v->title = tr_n(r, (int64_t)u->n, "{n} renewal changed", "{n} renewals changed");
  else
    v->title = u->batch.undone_at ? tr(r, "Taken back") : tr_n(r, (int64_t)u->notes, "{n} note added", "{n} notes added");
  v->why = u->batch.why;
  v->when = format_instant(r->reader, u->batch.at);
  v->when_iso = arena_str(r->arena, str_of(instant_iso(u->batch.at, iso)));
  v->may_undo = can > 0 || u->notes;
  v->only_rest = kept > 0;
  v->undo_label = kept ? tr_n(r, (int64_t)can, "Take back the other one", "Take back the other {n}") : tr(r, "Undo");
  v->rows = arena_zalloc(r->arena, SHOWN_DONE, sizeof *v->rows);
  if (!v->rows)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  int rc = person_name(r->store, r->arena, u->batch.by_id, &v->who, &r->err);
  for (size_t i = 0; i < u->n && i < SHOWN_DONE && rc >= 0; i++) {
    struct batch_row row = u->rows[i];
    struct renewal now = row.before;
    row.before = row.after; /* what it was before the change → what it is now */
    row.after = now;
    rc = bulk_row_fill(r, d, &row, &v->rows[v->n_rows]);
    v->rows[v->n_rows++].state = row_state(r, &u->rows[i]);
  }
  if (u->n > v->n_rows)
    v->more = tr_n(r, (int64_t)(u->n - v->n_rows), "and {n} renewal more", "and {n} renewals more");
  return rc < 0 ? rc : fill_left(r, d, v);
}

static int send_done(struct request *r, struct response *w, const struct batch_undo *u, struct str back, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct bulk_done_view v = {.back = back, .problem = problem};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = fill_done(r, &d, u, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_bulk_done(&w->body, &cx, &v);
  return shell_end(r, w);
}

int bulk_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct batch_undo u;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = renewal_batch_look(r->store, r->arena, &r->scope, id, r->today, r->now, &u, &r->err);
  return rc < 0 ? rc : send_done(r, w, &u, bulk_back(r, pairs_get(&r->query, "back"), NULL, 0), STR_NONE);
}

int bulk_undo_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct batch_undo u;
  struct str back = bulk_back(r, pairs_get(&r->form, "back"), NULL, 0);
  bool rest = str_eq(pairs_get(&r->form, "rest"), STR("1"));
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = renewal_batch_undo(r->store, r->arena, &r->scope, id, rest, r->today, r->now, &u, &r->err);
  if (rc == ERR_CONFLICT) {
    w->status = 409;
    return send_done(r, w, &u, back, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  }
  return rc < 0 ? rc : response_redirect(r, w, bulk_back(r, back, "undone", id));
}

void bulk_note_fill(struct request *r, struct bulk_note *ret) {
  int64_t id = 0;
  struct batch_undo u;
  struct err quiet = r->err;
  bool changed = str_to_i64(pairs_get(&r->query, "changed"), &id) == OK;
  *ret = (struct bulk_note){0};
  if (!changed && str_to_i64(pairs_get(&r->query, "undone"), &id) < 0)
    return;
  if (renewal_batch_look(r->store, r->arena, &r->scope, id, r->today, r->now, &u, &r->err) < 0) {
    r->err = quiet;
    return;
  }
  struct str back = bulk_back(r, r->target, NULL, 0);
  if (!changed || u.batch.undone_at) {
    ret->text = !u.n ? tr(r, "Taken back.") : tr_n(r, (int64_t)u.count[BATCH_SAME], "Taken back: {n} renewal is as before.", "Taken back: {n} renewals are as before.");
    return;
  }
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(WEB_MAX_URL);
  strbuf_fmt(&to, "/renewals/bulk/%lld?back=", (long long)id);
  html_part_str(&to, back);
  struct str done = u.n ? tr_n(r, (int64_t)u.n, "{n} renewal changed.", "{n} renewals changed.") : tr_n(r, (int64_t)u.notes, "{n} note added.", "{n} notes added.");
  *ret = (struct bulk_note){id, done, arena_str(r->arena, strbuf_str(&to)), back};
}

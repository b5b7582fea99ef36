/* Setting one target in its row, and who is there. */
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/pages/targets.h"

static int64_t number(const struct pairs *p, const char *name, int64_t otherwise) {
  int64_t n = 0;
  return str_to_i64(pairs_get(p, name), &n) == OK ? n : otherwise;
}

int targets_post(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  struct target_edit edit = {.base = -1};
  struct target_form form = {.value = pairs_get(&r->form, "amount"), .reason = pairs_get(&r->form, "reason")};
  size_t n = 0;
  int rc = target_ask_open(r, r->params[0], &x);
  if (rc >= 0 && node_parse(pairs_get(&r->form, "node"), &edit.node) != OK)
    return err_set(&r->err, ERR_NOTFOUND, "node: there is no such place: write company, region-3, team-12 or rep-17");
  if (rc >= 0)
    rc = target_may(&r->scope, r->arena, x.desk.book, &edit.node, &r->err);
  if (rc < 0)
    return rc;
  edit.period = x.desk.period;
  edit.measure = x.measure;
  int64_t base = number(&r->form, "base", -1);
  edit.base = base >= 0 && base < INT32_MAX ? (int)base : -1;
  rc = target_read(r, &x.desk, x.measure, form.value, &edit.amount);
  if (rc >= 0)
    rc = target_set(r->store, r->arena, &r->scope, x.desk.book, &edit, 1, form.reason, r->today, r->now, &n, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    form.problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    return targets_show(r, w, &x, &edit.node, &form);
  }
  if (rc < 0)
    return rc;
  char text[NODE_TEXT_SIZE];
  struct str place = arena_str(r->arena, str_of(node_text(&edit.node, text)));
  struct str to = target_href(r, x.desk.period_id, "", x.measure, n ? "saved" : "open", place); /* either shows the row, should its team be folded */
  return response_redirect(r, w, arena_fmt(r->arena, "%.*s#%.*s", STR_FMT(to), STR_FMT(place)));
}

/* Back to the row it came from: an address of these pages only. */
static int back(struct request *r, struct response *w) {
  struct str to = pairs_get(&r->form, "back");
  return response_redirect(r, w, str_starts(to, STR("/targets/")) ? to : STR("/targets"));
}

static int kind_of(struct str s) {
  return str_eq(s, STR("joined")) ? PRESENCE_JOINED : str_eq(s, STR("left")) ? PRESENCE_LEFT : str_eq(s, STR("away")) ? PRESENCE_AWAY : 0;
}

/* The period of the page that the form stands on; the running quarter when it says none. */
static int open_back(struct request *r, struct target_ask *x) {
  struct str back = pairs_get(&r->form, "back"), period = STR_NONE, rest;
  if (str_starts(back, STR("/targets/"))) {
    str_cut(str_sub(back, strlen("/targets/"), back.n), '#', &period, &rest);
    str_cut(period, '?', &period, &rest);
  }
  int rc = target_ask_open(r, period, x);
  return rc == ERR_NOTFOUND && period.n ? target_ask_open(r, STR_NONE, x) : rc;
}

/* What was typed is shown again with what is wrong with it. */
static int show_absence(struct request *r, struct response *w, struct target_ask *x, const struct presence_row *p) {
  struct target_form form = {.absence_problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text))), .first = pairs_get(&r->form, "first"),
                             .last = pairs_get(&r->form, "last"), .note = utf8_cut(p->note, 2 * TARGET_NOTE_MAX), .joined = p->kind == PRESENCE_JOINED,
                             .left = p->kind == PRESENCE_LEFT};
  w->status = 422;
  return targets_show(r, w, x, &(struct node){NODE_REP, p->person_id}, &form);
}

int targets_presence_post(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  struct presence_row p = {.kind = kind_of(pairs_get(&r->form, "kind")), .first = DAY_NONE, .last = DAY_NONE, .note = pairs_get(&r->form, "note")};
  int rc = request_id_param(r, 0, &p.person_id);
  if (rc >= 0)
    rc = open_back(r, &x);
  if (rc < 0)
    return rc;
  struct str last = pairs_get(&r->form, "last");
  if (day_parse_iso(pairs_get(&r->form, "first"), &p.first) < 0)
    p.first = DAY_NONE; /* the rule says what is missing */
  if (last.n && day_parse_iso(last, &p.last) < 0)
    p.first = DAY_NONE;
  rc = target_presence_set(r->store, r->arena, &r->scope, x.desk.book, &p, r->now, &r->err);
  if (rc == ERR_RANGE)
    return show_absence(r, w, &x, &p);
  return rc < 0 ? rc : back(r, w);
}

int targets_presence_end_post(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  int64_t person = 0, id = 0;
  int rc = request_id_param(r, 0, &person);
  if (rc >= 0)
    rc = request_id_param(r, 1, &id);
  if (rc >= 0)
    rc = target_ask_open(r, STR_NONE, &x);
  if (rc >= 0)
    rc = target_presence_end(r->store, r->arena, &r->scope, x.desk.book, person, id, r->now, &r->err);
  return rc < 0 ? rc : back(r, w);
}

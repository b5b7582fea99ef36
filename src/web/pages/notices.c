/* The list behind the bell: what concerned this person, newest first. */
#include "web/pages/notices.h"
#include "web/dispatch.h"
#include "web/shell.h"
#include "web/views.h"

enum { PAGE_ROWS = 50 };

static struct str iso(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

static int fill(struct request *r, const struct notice *rows, size_t n, struct notices_view *v) {
  v->items = arena_zalloc(r->arena, n + 1, sizeof *v->items);
  if (!v->items)
    return err_set(&r->err, ERR_NOMEM, "Out of memory");
  v->may_read = r->as_of == DAY_NONE;
  for (size_t i = 0; i < n; i++) {
    const struct notice *x = &rows[i];
    bool unread = x->read_at == 0 || x->read_at > r->until;
    v->items[v->n_items++] = (struct notice_item){.id = x->id, .text = notice_sentence(r->reader, x), .when = format_instant(r->reader, x->at),
                                                  .when_iso = iso(r, x->at), .href = notice_href(r, x), .icon = notice_icon(x->kind), .unread = unread};
    v->any_unread |= unread;
    v->last_id = v->last_id > x->id ? v->last_id : x->id;
  }
  return OK;
}

int notices_page(struct request *r, struct response *w) {
  struct notices_view v = {0};
  struct notice *rows = NULL;
  size_t n = 0;
  int64_t before = 0, unread = 0;
  if (str_to_i64(pairs_get(&r->query, "before"), &before) < 0 || before < 0)
    before = 0;
  int rc = notice_list(r->store, r->arena, r->who.id, before, r->until, PAGE_ROWS + 1, &rows, &n, &r->err);
  if (rc == OK)
    rc = notice_unread(r->store, r->who.id, NOTIFY_UNREAD_MOST, &unread, &r->err);
  if (rc == OK)
    rc = fill(r, rows, n > PAGE_ROWS ? PAGE_ROWS : n, &v);
  if (rc < 0)
    return rc;
  if (n > PAGE_ROWS)
    v.older_href = arena_fmt(r->arena, "/notices?before=%" PRId64, rows[PAGE_ROWS - 1].id);
  v.any_unread |= unread > 0;
  v.count = r->as_of != DAY_NONE || !unread ? STR_NONE : tr_fmt(r, "{0} unread", unread >= NOTIFY_UNREAD_MOST ? STR("99+") : format_count(r->reader, unread));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Notices"), .nav = "/notices", .sheet = "setup.css"});
  view_notices(&w->body, &cx, &v);
  return shell_end(r, w);
}

int notice_read_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct notice n;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = notice_get(r->store, r->arena, r->who.id, id, &n, &r->err);
  if (rc == OK)
    rc = notify_read(r->store, r->arena, r->who.id, id, r->now, &r->err);
  if (rc < 0)
    return rc;
  struct str to = pairs_has(&r->form, "open") ? notice_href(r, &n) : STR_NONE;
  return response_redirect(r, w, to.n ? to : STR("/notices"));
}

int notices_read_post(struct request *r, struct response *w) {
  int64_t last = 0;
  if (str_to_i64(pairs_get(&r->form, "last"), &last) < 0 || last <= 0)
    return err_set(&r->err, ERR_SYNTAX, "Which notices is missing: go back and press the button again");
  int rc = notify_read_all(r->store, r->who.id, last, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/notices"));
}

/* ---- settings ---- */

static bool concerns(const struct request *r, const struct notify_kind *k) { return k->roles & (1u << r->who.role); }

int notice_settings_page(struct request *r, struct response *w) {
  struct notice_settings_view v = {.saved = pairs_has(&r->query, "done"), .has_digest = r->who.role == ROLE_SALES};
  int *ways = NULL, rc = notify_wishes(r->store, r->arena, r->who.id, &ways, &r->err);
  v.kinds = arena_zalloc(r->arena, n_notify_kinds, sizeof *v.kinds);
  if (rc < 0 || !v.kinds)
    return rc < 0 ? rc : err_set(&r->err, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n_notify_kinds; i++)
    if (concerns(r, &notify_kinds[i]))
      v.kinds[v.n_kinds++] = (struct notice_choice){str_of(notify_kinds[i].name), notice_title(r->reader, notify_kinds[i].kind), ways[i] & NOTICE_IN_PRODUCT,
                                                    ways[i] & NOTICE_IN_DIGEST};
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "What you are told"), .nav = "/notices", .sheet = "setup.css",
                                   .crumb = tr(r, "Notices"), .crumb_href = STR("/notices")});
  view_notice_settings(&w->body, &cx, &v);
  return shell_end(r, w);
}

static bool said(const struct request *r, const char *way, const char *kind) {
  for (size_t i = 0; i < r->form.n; i++)
    if (str_eq(r->form.p[i].name, str_of(way)) && str_eq(r->form.p[i].value, str_of(kind)))
      return true;
  return false;
}

/* The form has a box for each kind that concerns the role; the wishes about others stay. */
int notice_settings_post(struct request *r, struct response *w) {
  int *ways = NULL, rc = notify_wishes(r->store, r->arena, r->who.id, &ways, &r->err);
  for (size_t i = 0; i < n_notify_kinds && rc == OK; i++) {
    bool digest = r->who.role == ROLE_SALES ? said(r, "digest", notify_kinds[i].name) : ways[i] & NOTICE_IN_DIGEST;
    if (concerns(r, &notify_kinds[i]))
      ways[i] = (said(r, "product", notify_kinds[i].name) ? NOTICE_IN_PRODUCT : 0) | (digest ? NOTICE_IN_DIGEST : 0);
  }
  if (rc == OK)
    rc = notify_wishes_set(r->store, r->who.id, ways, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/notices/settings?done=1"));
}

/* One import: what came of it, where to go on, and taking it back. */
#include <jansson.h>
#include "web/pages/desk.h"
#include "web/pages/imports.h"
#include "web/server.h"
#include "web/shell.h"
#include "web/views.h"

#include <unistd.h>

enum { CONTRACTS_SHOWN = 20, CONTRACTS_READ = 500 };

static int fill_contracts(struct request *r, int64_t id, struct import_done_view *v) {
  struct import_contract *rows = NULL;
  size_t n = 0;
  int rc = import_contracts(r->store, r->arena, id, CONTRACTS_READ, &rows, &n, &r->err);
  v->contracts = arena_zalloc(r->arena, CONTRACTS_SHOWN + 1, sizeof *v->contracts);
  if (rc < 0 || !v->contracts)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!r->scope.everything && !scope_sees_rep(&r->scope, rows[i].owner_id))
      continue;
    if (v->n_contracts == CONTRACTS_SHOWN) {
      v->more = true;
      break;
    }
    struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000);
    strbuf_addz(&b, "/contracts/");
    html_part_str(&b, rows[i].number);
    struct str href = b.failed ? STR_NONE : arena_str(r->arena, strbuf_str(&b));
    v->contracts[v->n_contracts++] = (struct import_link){rows[i].number, href, rows[i].customer};
  }
  return OK;
}

static void fill_counts(struct request *r, struct str json, struct import_done_view *v) {
  json_t *x = json_loadb(json.p, json.n, 0, NULL);
  const char *const names[] = {"rows", "added", "changed", "same", "refused"};
  int64_t n[5];
  for (int i = 0; i < 5; i++)
    n[i] = json_integer_value(json_object_get(x, names[i]));
  if (x)
    json_decref(x);
  struct import_result counts = {.rows = n[0], .added = n[1], .changed = n[2], .same = n[3], .refused = n[4]};
  v->counts = imports_counts(r, &counts);
  v->title = n[0] && n[4] == n[0] ? tr(r, "Nothing came in: every row was refused")
             : n[1] + n[2] == 0   ? tr(r, "Nothing changed: everything stood so already")
                                  : tr_n(r, n[1] + n[2], "{n} row came in", "{n} rows came in");
}

static void fill_refused(struct request *r, int64_t id, struct import_done_view *v) {
  struct str path = r->web->imports ? import_desk_problems(r->web->imports, r->arena, id) : STR_NONE;
  if (path.n && access(path.p, R_OK) == 0)
    v->problems_href = imports_href(r, id, "problems.csv");
}

static int fill(struct request *r, int64_t id, struct import_done_view *v) {
  struct import_brief x;
  struct desk_status s = {.state = DESK_IDLE};
  int rc = import_one(r->store, r->arena, id, &x, &r->err);
  if (rc < 0)
    return rc;
  if (r->web->imports)
    import_desk_status(r->web->imports, id, &s);
  *v = (struct import_done_view){.id = id, .file = x.file_name, .kind = str_of(imports_kind(r->reader, import_kind_of(x.kind))), .source = x.source,
                                 .as_of = format_day(r->reader, x.as_of), .who = x.actor.n ? x.actor : tr(r, "command line"),
                                 .when = format_instant(r->reader, x.started_at)};
  fill_counts(r, x.counts, v);
  int kind = import_kind_of(x.kind);
  v->renewals = kind == IMPORT_CONTRACTS;
  v->targets = kind == IMPORT_TARGETS;
  v->working = s.job == DESK_UNDO && (s.state == DESK_QUEUED || s.state == DESK_RUNNING);
  if (s.job == DESK_UNDO && s.state == DESK_ENDED && s.error[0])
    v->error = tr_sentence(r, arena_str(r->arena, str_of(s.error)));
  if (x.undone_at)
    v->undone = format_instant(r->reader, x.undone_at);
  v->may_undo = r->web->imports && (MAY_IMPORT & (1u << r->who.role)) && imports_own(r, x.actor_id) && !x.undone_at && x.finished_at;
  if (x.undone_at)
    return OK;
  if ((MAY_IMPORT & (1u << r->who.role)) && imports_own(r, x.actor_id))
    fill_refused(r, id, v);
  return fill_contracts(r, id, v);
}

int import_done_page(struct request *r, struct response *w) {
  struct import_done_view v;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = fill(r, id, &v);
  if (rc < 0)
    return rc;
  if (r->fragment && !v.working) {
    response_header(w, "HX-Redirect", imports_href(r, id, "done"));
    return OK;
  }
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.file, .nav = "/imports", .sheet = "setup.css", .crumb = tr(r, "Imports"), .crumb_href = STR("/imports")});
  view_import_done(&w->body, &cx, &v);
  return shell_end(r, w);
}

int import_undo_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct import_brief x;
  int64_t id = 0;
  int rc = imports_desk(r, &d);
  if (rc == OK)
    rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = import_one(r->store, r->arena, id, &x, &r->err);
  if (rc == OK && !imports_own(r, x.actor_id))
    return ERR_NOTFOUND;
  if (rc == OK && !x.undone_at)
    rc = import_desk_start(d, r->store, &(struct desk_order){.job = DESK_UNDO, .id = id, .actor_id = r->who.id}, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, imports_href(r, id, "done"));
}

/* The imports so far, those under way, and what is wrong with the data. */
#include <jansson.h>
#include "web/pages/desk.h"
#include "web/pages/imports.h"
#include "web/server.h"
#include "web/shell.h"
#include "web/views.h"

enum { PAGE_ROWS = 50, STAGED_MOST = 20 };

/* {"rows":10,"added":9,"refused":1} as "10 rows: 9 new, 1 refused". */
static struct str counts_words(struct request *r, struct str json) {
  json_t *x = json_loadb(json.p, json.n, 0, NULL);
  struct import_result n = {.rows = json_integer_value(json_object_get(x, "rows")), .added = json_integer_value(json_object_get(x, "added")),
                            .changed = json_integer_value(json_object_get(x, "changed")), .same = json_integer_value(json_object_get(x, "same")),
                            .refused = json_integer_value(json_object_get(x, "refused"))};
  if (x)
    json_decref(x);
  return imports_counts(r, &n);
}

static int fill_runs(struct request *r, struct imports_view *v) {
  int64_t before = 0;
  struct import_brief *rows = NULL;
  size_t n = 0;
  if (str_to_i64(pairs_get(&r->query, "before"), &before) < 0 || before < 0)
    before = 0;
  int rc = import_list(r->store, r->arena, before, PAGE_ROWS, &rows, &n, &r->err);
  v->runs = arena_zalloc(r->arena, PAGE_ROWS, sizeof *v->runs);
  if (rc < 0 || !v->runs)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    v->runs[v->n_runs++] = (struct import_row){
      .when = format_instant(r->reader, rows[i].started_at), .file = rows[i].file_name, .kind = str_of(imports_kind(r->reader, import_kind_of(rows[i].kind))),
      .source = rows[i].source, .as_of = format_day(r->reader, rows[i].as_of), .counts = counts_words(r, rows[i].counts),
      .findings = format_count(r->reader, rows[i].findings), .who = rows[i].actor.n ? rows[i].actor : tr(r, "command line"),
      .href = imports_href(r, rows[i].id, "done"), .unfinished = rows[i].finished_at == 0, .undone = rows[i].undone_at != 0};
  if (n == PAGE_ROWS)
    v->next_href = arena_fmt(r->arena, "/imports?before=%lld", (long long)rows[n - 1].id);
  return OK;
}

static int fill_staged(struct request *r, struct imports_view *v) {
  static const char *const STATES[] = {MSG("Columns to map"), MSG("Being checked"), MSG("Checked, not imported"), MSG("Being imported")};
  static const char *const STEPS[] = {"map", "check", "check", "check"};
  struct staged *rows = NULL;
  size_t n = 0;
  int rc = v->may_import ? staged_open(r->store, r->arena, STAGED_MOST, &rows, &n, &r->err) : OK;
  v->staged = arena_zalloc(r->arena, STAGED_MOST, sizeof *v->staged);
  if (rc < 0 || !v->staged)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!imports_own(r, rows[i].person_id))
      continue;
    int state = rows[i].state >= 0 && rows[i].state < 4 ? rows[i].state : 0;
    v->staged[v->n_staged++] = (struct staged_row){
      .file = rows[i].file_name, .kind = str_of(imports_kind(r->reader, import_kind_of(rows[i].kind))), .state = tr(r, STATES[state]), .who = rows[i].person,
      .when = format_instant(r->reader, rows[i].changed_at), .href = imports_href(r, rows[i].id, STEPS[state]), .size = imports_size(r, rows[i].file_size),
      .working = state == STAGED_CHECKING || state == STAGED_APPLYING, .stopped = rows[i].error.n > 0};
  }
  return OK;
}

static int fill_findings(struct request *r, struct imports_view *v) {
  struct finding_count *rows = NULL;
  size_t n = 0;
  int rc = finding_counts(r->store, r->arena, &rows, &n, &r->err);
  v->findings = arena_zalloc(r->arena, n + 1, sizeof *v->findings);
  if (rc < 0 || !v->findings)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct str rule = arena_str(r->arena, rows[i].rule);
    for (size_t k = 0; k < rule.n; k++)
      if (rule.p[k] == '_')
        ((char *)(uintptr_t)rule.p)[k] = ' '; /* our own copy */
    v->findings[v->n_findings++] = (struct finding_row){rule, format_count(r->reader, rows[i].n), rows[i].department, rows[i].sample};
  }
  return OK;
}

int imports_page(struct request *r, struct response *w) {
  struct imports_view v = {.may_import = r->web->imports && (MAY_IMPORT & (1u << r->who.role))};
  int rc = fill_runs(r, &v);
  if (rc >= 0)
    rc = fill_staged(r, &v);
  if (rc >= 0)
    rc = fill_findings(r, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Imports"), .nav = "/imports", .sheet = "setup.css"});
  view_imports(&w->body, &cx, &v);
  return shell_end(r, w);
}

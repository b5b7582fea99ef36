/* The history of imports, read only. */
#include <jansson.h>
#include "store/repo_desk.h"
#include "web/pages/account.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { PAGE_ROWS = 50 };

/* {"rows":10,"added":9,"refused":1} as "10 rows: 9 added, 1 refused". */
static struct str counts_words(struct request *r, struct str json) {
  static const char *const NAMES[] = {"added", "changed", "same", "refused"};
  json_t *x = json_loadb(json.p, json.n, 0, NULL);
  json_int_t rows = x ? json_integer_value(json_object_get(x, "rows")) : 0;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(400);
  struct str all = tr_n(r, rows, "{n} row", "{n} rows");
  strbuf_add(&b, all);
  bool any = false;
  for (size_t i = 0; x && i < sizeof NAMES / sizeof *NAMES; i++) {
    json_int_t n = json_integer_value(json_object_get(x, NAMES[i]));
    if (n) {
      struct str count = format_count(r->reader, n);
      strbuf_fmt(&b, "%s%.*s %s", any ? ", " : ": ", STR_FMT(count), NAMES[i]);
      any = true;
    }
  }
  if (x)
    json_decref(x);
  return arena_str(r->arena, strbuf_str(&b));
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
      format_instant(r->reader, rows[i].started_at), rows[i].file_name, rows[i].kind, rows[i].source, format_day(r->reader, rows[i].as_of),
      counts_words(r, rows[i].counts), format_count(r->reader, rows[i].findings), rows[i].actor.n ? rows[i].actor : STR("command line"), rows[i].finished_at == 0};
  if (n == PAGE_ROWS)
    v->next_href = arena_fmt(r->arena, "/imports?before=%lld", (long long)rows[n - 1].id);
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
  struct imports_view v = {0};
  int rc = fill_runs(r, &v);
  if (rc >= 0)
    rc = fill_findings(r, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = STR("Imports"), .nav = "/imports"});
  view_imports(&w->body, &cx, &v);
  return shell_end(r, w);
}

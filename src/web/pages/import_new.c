/* Uploading a file. */
#include "web/pages/imports.h"
#include "web/shell.h"
#include "web/views.h"

static int show(struct request *r, struct response *w, struct str kind, struct str as_of, struct str source, struct str problem) {
  struct import_new_view v = {.as_of = as_of, .source = source, .problem = problem, .limit = imports_size(r, WEB_MAX_UPLOAD)};
  v.kinds = imports_kinds(r, kind, &v.n_kinds);
  if (!v.kinds)
    return ERR_NOMEM;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "New import"), .nav = "/imports", .sheet = "setup.css", .crumb = tr(r, "Imports"), .crumb_href = STR("/imports")});
  view_import_new(&w->body, &cx, &v);
  return shell_end(r, w);
}

int import_new_page(struct request *r, struct response *w) {
  struct import_desk *d;
  int rc = imports_desk(r, &d);
  struct str kind = pairs_get(&r->query, "kind");
  return rc < 0 ? rc : show(r, w, import_kind_of(kind) < 0 ? STR("contracts") : kind, STR_NONE, STR_NONE, STR_NONE);
}

/* For the script that shows how far the upload is: where to go on, or what is wrong. */
static int answer_json(struct request *r, struct response *w, const char *name, struct str value) {
  w->content_type = STR("application/json");
  strbuf_addz(&w->body, "{\"");
  strbuf_addz(&w->body, name);
  strbuf_addz(&w->body, "\":");
  html_json_str(&w->body, value);
  strbuf_addz(&w->body, "}\n");
  (void)r;
  return OK;
}

static int refuse(struct request *r, struct response *w, struct str problem) {
  w->status = 422;
  if (str_starts(r->header(r, "Accept"), STR("application/json")))
    return answer_json(r, w, "problem", problem);
  return show(r, w, pairs_get(&r->form, "kind"), pairs_get(&r->form, "as_of"), pairs_get(&r->form, "source"), problem);
}

int import_new_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct str as_of = str_trim(pairs_get(&r->form, "as_of"));
  struct import_upload u = {.path = r->upload.path, .size = r->upload.size, .person_id = r->who.id, .now = r->now, .file_name = r->upload.file_name,
                            .kind = pairs_get(&r->form, "kind"), .source = str_trim(pairs_get(&r->form, "source")), .as_of = DAY_NONE};
  int64_t id = 0;
  int rc = imports_desk(r, &d);
  if (rc < 0)
    return rc;
  if (!u.path || !u.file_name.n)
    return refuse(r, w, r->upload.field.n && u.file_name.n ? tr(r, "The file is empty: export it again.") : tr(r, "Choose a file."));
  if (as_of.n && day_parse_iso(as_of, &u.as_of) < 0)
    return refuse(r, w, tr(r, "Write the day as 2026-11-22."));
  if (u.as_of != DAY_NONE && u.as_of > r->today)
    return refuse(r, w, tr(r, "The day on which the file was true lies in the future."));
  if (u.source.n > 100)
    return refuse(r, w, tr(r, "Keep the name of the source under 100 bytes."));
  rc = import_desk_take(d, r->store, r->arena, &u, &id, &r->err);
  if (rc == ERR_USAGE || rc == ERR_IO)
    return refuse(r, w, tr_sentence(r, str_of(r->err.text)));
  if (rc < 0)
    return rc;
  struct staged x;
  rc = staged_get(r->store, r->arena, id, &x, &r->err);
  if (rc < 0)
    return rc;
  struct str to = imports_href(r, id, x.state == STAGED_MAPPING ? "map" : "check");
  if (str_starts(r->header(r, "Accept"), STR("application/json")))
    return answer_json(r, w, "to", to);
  return response_redirect(r, w, to);
}

/* The page that offers the workbook, and the workbook of the grid's rows. */
#include "web/pages/grid_state.h"
#include "web/pages/roundtrip.h"
#include "web/shell.h"
#include "web/views.h"

struct making {
  struct request *r;
  struct roundtrip_ask ask;
};

static int make_file(void *arg, const char *path, struct err *e) {
  struct making *m = arg;
  return roundtrip_write(m->r->store, m->r->arena, &m->ask, path, e);
}

int roundtrip_send(struct request *r, struct response *w, const struct desk *d, const struct roundtrip_ask *ask, struct str file_name) {
  struct making m = {r, *ask};
  m.ask.book = d->book;
  m.ask.origin.organization = str_of(d->org.name);
  m.ask.origin.by = r->who.name;
  m.ask.origin.by_id = r->who.id;
  m.ask.origin.at = r->now;
  int rc = response_temp_write(r, make_file, &m, &w->file);
  return rc < 0 ? rc : response_download(r, w, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), file_name);
}

int roundtrip_xlsx(struct request *r, struct response *w) {
  struct grid_state s;
  char iso[DAY_ISO_SIZE];
  uint32_t *rows = NULL;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct roundtrip_ask ask = {.reader = r->reader, .origin = {.partner = STR_NONE}};
  rc = grid_all(s.desk.book, &s.query, r->arena, &rows, &ask.n, NULL, &r->err);
  ask.rows = rows;
  if (rc >= 0)
    rc = roundtrip_send(r, w, &s.desk, &ask, arena_fmt(r->arena, "renewals-to-edit-%s.xlsx", day_iso(r->today, iso)));
  desk_close(&s.desk);
  return rc;
}

int roundtrip_page(struct request *r, struct response *w) {
  struct grid_state s;
  struct grid_page page;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct grid_query first = s.query;
  first.limit = 1;
  first.after = 0;
  rc = grid_run(s.desk.book, &first, r->arena, &page, &r->err);
  struct grid_state to = s;
  to.after = 0;
  to.group = -1;
  struct roundtrip_view v = {.problem = STR_NONE, .back = grid_state_href(r, &to, "/renewals"), .href = STR_NONE, .download = STR_NONE};
  if (rc >= 0 && page.totals.rows) {
    v.href = grid_state_href(r, &to, "/renewals/edit.xlsx");
    v.download = tr_n(r, page.totals.rows, "Download {n} renewal", "Download {n} renewals");
  }
  desk_close(&s.desk);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Edit in Excel"), .nav = "/renewals", .sheet = "setup.css", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_roundtrip(&w->body, &cx, &v);
  return shell_end(r, w);
}

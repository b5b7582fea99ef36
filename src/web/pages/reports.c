#include "web/pages/reports.h"

#include "web/server.h"
#include "web/views.h"

enum { ROWS_MOST = 50, LOOKED_AT_MOST = 500 };

static int fill_files(struct request *r, int64_t id, struct report_row *row) {
  struct report_file *files = NULL;
  size_t n = 0;
  int rc = report_file_list(r->store, r->arena, id, &files, &n, &r->err);
  row->files = arena_zalloc(r->arena, n + 1, sizeof *row->files);
  if (rc < 0 || !row->files)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct option *o = NULL;
    size_t n_o = 0;
    o = report_format_options(r, files[i].format, &n_o);
    struct str label = files[i].format;
    for (size_t k = 0; o && k < n_o; k++)
      label = o[k].selected ? o[k].label : label;
    row->files[row->n_files++] = (struct report_link){label, arena_fmt(r->arena, "/reports/%" PRId64 "/file?format=%.*s", id, STR_FMT(files[i].format)),
                                                      arena_fmt(r->arena, "%.*s, SHA-256 %.*s", STR_FMT(files[i].name), STR_FMT(files[i].sha256))};
  }
  return OK;
}

/* The newest that this person may see; older ones by ?before=. */
static int fill_rows(struct request *r, struct reports_view *v) {
  struct report_run *runs = NULL;
  size_t n = 0;
  int64_t before = 0;
  if (str_to_i64(pairs_get(&r->query, "before"), &before) < 0 || before < 0)
    before = 0;
  int rc = report_run_list(r->store, r->arena, 0, before, LOOKED_AT_MOST, &runs, &n, &r->err);
  v->rows = arena_zalloc(r->arena, ROWS_MOST, sizeof *v->rows);
  if (rc < 0 || !v->rows)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && rc >= 0; i++) {
    const struct report_run *x = &runs[i];
    if (!report_run_seen(&r->scope, x))
      continue;
    if (v->n_rows == ROWS_MOST) {
      v->more_href = arena_fmt(r->arena, "/reports?before=%" PRId64, runs[i - 1].id);
      break;
    }
    struct report_row *row = &v->rows[v->n_rows++];
    *row = (struct report_row){.title = report_kind_words(r, x->what), .period = format_period(r->reader, x->period), .day = format_day_year(r->reader, x->day),
                               .rows_of = x->person_id ? x->person : tr(r, "Everything"), .language = report_language_words(r, x->language),
                               .maker = x->due_id ? tr(r, "schedule") : x->maker.n ? x->maker : tr(r, "command line"), .when = format_instant(r->reader, x->made_at)};
    rc = fill_files(r, x->id, row);
  }
  return rc < 0 ? rc : OK;
}

static int fill_schedules(struct request *r, struct reports_view *v) {
  struct report_schedule *rows = NULL;
  size_t n = 0;
  v->may_send = (MAY_SEND_REPORTS & (1u << r->who.role)) != 0;
  if (!v->may_send)
    return OK;
  int rc = report_schedule_list(r->store, r->arena, 0, &rows, &n, &r->err);
  v->schedules = arena_zalloc(r->arena, n + 1, sizeof *v->schedules);
  if (rc < 0 || !v->schedules)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct report_delivery *last = NULL;
    struct report_recipient *to = NULL;
    size_t n_last = 0, n_to = 0;
    if (!report_schedule_seen(&r->scope, &rows[i]))
      continue;
    rc = report_delivery_list(r->store, r->arena, rows[i].id, REPORT_RECIPIENTS_MOST + 1, &last, &n_last, &r->err);
    if (rc >= 0)
      rc = report_recipients(r->store, r->arena, rows[i].id, &to, &n_to, &r->err);
    if (rc < 0)
      return rc;
    struct schedule_row *row = &v->schedules[v->n_schedules++];
    *row = (struct schedule_row){.name = rows[i].name, .href = arena_fmt(r->arena, "/reports/schedules/%" PRId64, rows[i].id), .when = report_when_words(r, &rows[i]),
                                 .next = rows[i].active ? format_instant(r->reader, rows[i].next_at) : tr(r, "Paused"),
                                 .to = tr_n(r, (int64_t)n_to, "{n} person", "{n} people"), .last = tr(r, "Not yet")};
    for (size_t k = 0; k < n_last && last[k].due_id == last[0].due_id && !row->bad; k++) { /* the worst of the last time */
      struct str words = report_state_words(r, &last[k], &row->bad);
      row->last = k == 0 || row->bad ? tr_fmt(r, "{0}, {1}", words, format_instant(r->reader, last[k].at)) : row->last;
    }
  }
  return OK;
}

static int show(struct request *r, struct response *w, struct reports_view *v) {
  char first[DAY_ISO_SIZE], last[DAY_ISO_SIZE];
  struct str language = r->who.language.n ? r->who.language : STR("en"), span = pairs_get(&r->form, "span"), chosen = pairs_get(&r->form, "language");
  int rc = fill_rows(r, v);
  if (rc >= 0)
    rc = fill_schedules(r, v);
  if (rc >= 0)
    rc = report_about_names(r, &v->about, &v->n_about);
  if (rc < 0)
    return rc;
  v->kinds = report_kind_options(r, pairs_get(&r->form, "what"), &v->n_kinds);
  v->spans = report_span_options(r, span, &v->n_spans);
  v->languages = report_language_options(r, chosen.n ? chosen : language, &v->n_languages);
  v->formats = report_format_options(r, r->method == HTTP_POST ? report_formats_chosen(r) : STR_NONE, &v->n_formats);
  v->as_of = pairs_get(&r->form, "as_of");
  v->subject = pairs_get(&r->form, "subject");
  v->first_day = arena_str(r->arena, str_of(day_iso(r->today - 3660, first)));
  v->last_day = arena_str(r->arena, str_of(day_iso(r->today, last)));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Reports"), .nav = "/reports", .sheet = "setup.css"});
  view_reports(&w->body, &cx, v);
  return shell_end(r, w);
}

int reports_page(struct request *r, struct response *w) {
  struct reports_view v = {.done = pairs_has(&r->query, "made") ? tr(r, "The report was made. It stands first in the list.") : STR_NONE};
  return show(r, w, &v);
}

int report_make_post(struct request *r, struct response *w) {
  struct report_run run;
  struct str subject = STR_NONE;
  struct str day = str_trim(pairs_get(&r->form, "as_of"));
  struct str base = r->web->public_url.n ? r->web->public_url : arena_fmt(r->arena, "http://%.*s", STR_FMT(r->host));
  struct report_wish x = {.what = report_what_chosen(r), .span = pairs_get(&r->form, "span"), .formats = report_formats_chosen(r),
                          .language = pairs_get(&r->form, "language"), .base = base, .as_of = DAY_NONE, .person_id = r->who.id, .made_by = r->who.id};
  x.locale = str_eq(x.language, r->who.language) ? r->who.locale : STR_NONE;
  int rc = OK;
  if (day.n && (day_parse_iso(day, &x.as_of) < 0 || x.as_of > r->today))
    rc = err_set(&r->err, ERR_SYNTAX, "As of: choose a day up to today");
  if (x.as_of == r->today)
    x.as_of = DAY_NONE; /* today is not over: now */
  if (rc == OK && !x.formats.n)
    rc = err_set(&r->err, ERR_SYNTAX, "Choose at least one kind of file");
  if (rc == OK && report_what_of(pairs_get(&r->form, "what")) >= 0 && report_what_split(x.what, &subject) < 0)
    rc = err_set(&r->err, ERR_SYNTAX, "Say whom it is about");
  if (rc == OK && (report_what_split(x.what, &subject) < 0 || !x.language.n || !report_span_known(x.span)))
    rc = err_set(&r->err, ERR_SYNTAX, "There is no such report");
  if (rc == OK)
    rc = report_keep(r->store, r->books, &x, r->now, r->arena, &run, &r->err);
  if (rc == ERR_NOTFOUND && subject.n)
    rc = err_set(&r->err, ERR_SYNTAX, "There is nobody of that name in your book");
  if (rc == OK)
    return response_redirect(r, w, STR("/reports?made=1"));
  if (rc != ERR_SYNTAX && rc != ERR_RANGE)
    return rc;
  w->status = 422;
  struct reports_view v = {.problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)))};
  return show(r, w, &v);
}

int report_file_get(struct request *r, struct response *w) {
  struct report_run run;
  struct report_file f, *files = NULL;
  struct str bytes, format = pairs_get(&r->query, "format");
  size_t n = 0;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = report_run_get(r->store, r->arena, id, &run, &r->err);
  if (rc >= 0 && !report_run_seen(&r->scope, &run))
    rc = err_set(&r->err, ERR_NOTFOUND, "There is no such report");
  if (rc >= 0 && !format.n) {
    rc = report_file_list(r->store, r->arena, id, &files, &n, &r->err);
    format = n ? files[0].format : format;
  }
  if (rc >= 0)
    rc = report_file_bytes(r->store, r->arena, id, format, &f, &bytes, &r->err);
  if (rc < 0)
    return rc;
  w->fixed = bytes.p;
  w->fixed_n = bytes.n;
  w->foreign = true; /* a page of ours that is made for print: nothing in it runs */
  int kind = report_format_of(f.format);
  return response_download(r, w, kind >= 0 ? str_of(report_format_media((enum report_format)kind)) : STR("application/octet-stream"), f.name);
}

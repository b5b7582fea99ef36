/* One schedule: its form, and what became of each sending. */
#include "web/pages/reports.h"

#include "app/mail.h"
#include "web/views.h"

enum { SENDINGS_MOST = 100 };

static int fill_sendings(struct request *r, int64_t id, struct schedule_view *v) {
  struct report_delivery *rows = NULL;
  size_t n = 0;
  int rc = report_delivery_list(r->store, r->arena, id, SENDINGS_MOST, &rows, &n, &r->err);
  v->sendings = arena_zalloc(r->arena, n + 1, sizeof *v->sendings);
  if (rc < 0 || !v->sendings)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct sending_row *row = &v->sendings[v->n_sendings++];
    *row = (struct sending_row){.id = rows[i].id, .due = format_instant(r->reader, rows[i].due_at), .to = rows[i].address.n ? rows[i].address : tr(r, "The folder"),
                                .when = format_instant(r->reader, rows[i].at), .error = rows[i].error.n ? tr_sentence(r, rows[i].error) : STR_NONE,
                                .may_again = rows[i].state == DELIVERY_UNCERTAIN || rows[i].state == DELIVERY_GIVEN_UP};
    row->state = report_state_words(r, &rows[i], &row->bad);
    if (rows[i].run_id)
      row->report = arena_fmt(r->arena, "/reports/%" PRId64 "/file", rows[i].run_id);
    if (rows[i].state == DELIVERY_WAITING && rows[i].error.n)
      row->error = tr_fmt(r, "{0}. Next try {1}.", row->error, format_instant(r->reader, rows[i].next_at));
  }
  return OK;
}

static struct str recipients_text(struct request *r, int64_t id) {
  struct report_recipient *to = NULL;
  size_t n = 0;
  struct str all = STR_NONE;
  if (report_recipients(r->store, r->arena, id, &to, &n, &r->err) < 0)
    return all;
  for (size_t i = 0; i < n; i++)
    all = arena_fmt(r->arena, "%.*s%s%.*s%s%.*s", STR_FMT(all), i ? "\n" : "", STR_FMT(to[i].address), to[i].language.n ? " " : "", STR_FMT(to[i].language));
  return all;
}

static void fill_choices(struct request *r, const struct report_schedule *x, struct schedule_view *v) {
  static const char *const days[] = {MSG("Every day"), MSG("Monday"), MSG("Tuesday"), MSG("Wednesday"), MSG("Thursday"), MSG("Friday"), MSG("Saturday"), MSG("Sunday")};
  v->kinds = report_kind_options(r, x->what, &v->n_kinds);
  v->spans = report_span_options(r, x->span, &v->n_spans);
  v->languages = report_language_options(r, x->language, &v->n_languages);
  v->formats = report_format_options(r, x->formats, &v->n_formats);
  v->weekdays = arena_zalloc(r->arena, 8, sizeof *v->weekdays);
  for (int i = 0; v->weekdays && i < 8; i++) {
    int day = i < 7 ? i + 1 : 0; /* Monday first, every day last */
    v->weekdays[v->n_weekdays++] = (struct option){arena_fmt(r->arena, "%d", day), tr(r, days[day]), day == x->weekday};
  }
}

static int show(struct request *r, struct response *w, const struct report_schedule *x, struct schedule_view *v) {
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  if (rc >= 0 && x->id)
    rc = fill_sendings(r, x->id, v);
  if (rc >= 0)
    rc = report_about_names(r, &v->about, &v->n_about);
  if (rc < 0)
    return rc;
  fill_choices(r, x, v);
  v->id = x->id;
  v->version = x->version;
  v->title = x->id ? x->name : tr(r, "New schedule");
  v->action = x->id ? arena_fmt(r->arena, "/reports/schedules/%" PRId64, x->id) : STR("/reports/schedules");
  v->name = x->name;
  struct str kind;
  str_cut(x->what, ':', &kind, &v->subject);
  v->time = arena_fmt(r->arena, "%02d:%02d", x->minute / 60, x->minute % 60);
  v->time_zone = x->time_zone;
  v->to_folder = x->to_folder;
  v->active = x->active;
  v->person = x->person;
  v->may_folder = org.report_folder[0] != 0 || x->to_folder;
  v->no_mailer = !org.smtp_host[0] || !org.smtp_from[0];
  v->is_admin = r->who.role == ROLE_ADMIN;
  v->next = !x->id ? STR_NONE : x->active ? format_instant(r->reader, x->next_at) : tr(r, "Paused");
  if (!v->weekdays || !v->kinds || !v->spans || !v->languages || !v->formats)
    return ERR_NOMEM;
  struct view_cx cx = view_cx_of(r);
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/reports", .sheet = "setup.css", .crumb = tr(r, "Reports"), .crumb_href = STR("/reports")});
  view_report_schedule(&w->body, &cx, v);
  return shell_end(r, w);
}

int schedule_new_page(struct request *r, struct response *w) {
  struct report_schedule x = {.what = STR("weekly"), .span = STR("quarter"), .language = r->who.language.n ? r->who.language : STR("en"), .weekday = 1,
                              .minute = 7 * 60,
                              .time_zone = r->who.time_zone.n ? r->who.time_zone : STR("UTC"), .active = true, .name = STR_NONE, .formats = STR_NONE,
                              .person = r->who.name};
  struct schedule_view v = {.recipients = r->who.email};
  return show(r, w, &x, &v);
}

int schedule_page(struct request *r, struct response *w) {
  struct report_schedule x;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = report_schedule_open(r->store, r->arena, &r->scope, id, &x, &r->err);
  if (rc < 0)
    return rc;
  struct str done = pairs_get(&r->query, "done");
  struct schedule_view v = {.recipients = recipients_text(r, id),
                            .done = str_eq(done, STR("saved")) ? tr(r, "Saved.") : str_eq(done, STR("again")) ? tr(r, "It goes out within a minute.") : STR_NONE};
  return show(r, w, &x, &v);
}

/* "07:00" as minutes; -1: it is no time. */
static int minute_of(struct str s) {
  int64_t h, m;
  if (s.n != 5 || s.p[2] != ':' || str_to_i64(str_sub(s, 0, 2), &h) < 0 || str_to_i64(str_sub(s, 3, 2), &m) < 0 || h < 0 || h > 23 || m < 0 || m > 59)
    return -1;
  return (int)(h * 60 + m);
}

static void read_form(struct request *r, struct report_schedule *x) {
  int64_t weekday = -1;
  if (str_to_i64(pairs_get(&r->form, "weekday"), &weekday) < 0 || weekday > 7)
    weekday = -1;
  x->name = str_trim(pairs_get(&r->form, "name"));
  x->what = report_what_chosen(r);
  x->span = pairs_get(&r->form, "span");
  x->formats = report_formats_chosen(r);
  x->language = pairs_get(&r->form, "language");
  x->weekday = (int)weekday;
  x->minute = minute_of(str_trim(pairs_get(&r->form, "time")));
  x->time_zone = str_trim(pairs_get(&r->form, "time_zone"));
  x->to_folder = pairs_has(&r->form, "to_folder");
  x->active = pairs_has(&r->form, "active");
}

static int save(struct request *r, struct response *w, struct report_schedule *x) {
  struct report_recipient *to = NULL;
  size_t n = 0;
  const char *field = "recipients";
  struct str text = pairs_get(&r->form, "recipients");
  bool was_on = x->to_folder;
  struct org org;
  read_form(r, x);
  int rc = org_load(r->store, &org, &r->err);
  if (rc == OK && x->to_folder && !was_on && !org.report_folder[0])
    x->to_folder = false; /* its box is not shown */
  if (rc == OK)
    rc = report_recipients_read(r->arena, text, &to, &n, &r->err);
  if (rc == OK)
    rc = report_schedule_save(r->store, &r->scope, x, to, n, r->now, &field, &r->err);
  if (rc == OK)
    return response_redirect(r, w, arena_fmt(r->arena, "/reports/schedules/%" PRId64 "?done=saved", x->id));
  if (rc != ERR_SYNTAX && rc != ERR_CONFLICT && rc != ERR_DENIED)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : rc == ERR_DENIED ? 403 : 422;
  x->minute = x->minute < 0 ? 7 * 60 : x->minute;
  struct schedule_view v = {.recipients = text, .problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text))), .field = str_of(field)};
  return show(r, w, x, &v);
}

int schedule_add_post(struct request *r, struct response *w) {
  struct report_schedule x = {.person_id = r->who.id, .person = r->who.name, .active = true};
  return save(r, w, &x);
}

int schedule_post(struct request *r, struct response *w) {
  struct report_schedule x;
  int64_t id = 0, version = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = report_schedule_open(r->store, r->arena, &r->scope, id, &x, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "version"), &version) < 0 || version < 1 || version > INT32_MAX)
    version = 1;
  x.version = (int)version;
  return save(r, w, &x);
}

int schedule_remove_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = report_schedule_drop(r->store, &r->scope, id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/reports"));
}

int schedule_again_post(struct request *r, struct response *w) {
  struct report_schedule x;
  int64_t id = 0, sending = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = report_schedule_open(r->store, r->arena, &r->scope, id, &x, &r->err);
  if (rc >= 0 && str_to_i64(pairs_get(&r->form, "sending"), &sending) < 0)
    rc = err_set(&r->err, ERR_NOTFOUND, "There is no such sending");
  if (rc >= 0)
    rc = report_send_again(r->store, &r->scope, sending, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/reports/schedules/%" PRId64 "?done=again", id));
}

/* What was made, and what goes out by itself. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/reports.h"

enum { LIST_MOST = 200 };

static json_t *run_of(struct request *r, const struct report_run *x) {
  struct report_file *files = NULL;
  size_t n = 0;
  char at[INSTANT_ISO_SIZE];
  json_t *j = json_object(), *list = json_array();
  json_object_set_new(j, "id", json_integer(x->id));
  json_object_set_new(j, "report", api_str(x->what));
  json_object_set_new(j, "period", api_str(x->period));
  json_object_set_new(j, "day", api_day(x->day));
  json_object_set_new(j, "as_of", api_day(x->as_of));
  json_object_set_new(j, "language", api_str(x->language));
  json_object_set_new(j, "rows_of", api_str(x->person));
  json_object_set_new(j, "made_by", api_str(x->maker));
  json_object_set_new(j, "made_at", json_string(instant_iso(x->made_at, at)));
  json_object_set_new(j, "headline", api_str(x->headline));
  if (report_file_list(r->store, r->arena, x->id, &files, &n, &r->err) == OK)
    for (size_t i = 0; i < n; i++) {
      json_t *f = json_object();
      json_object_set_new(f, "format", api_str(files[i].format));
      json_object_set_new(f, "name", api_str(files[i].name));
      json_object_set_new(f, "bytes", json_integer(files[i].size));
      json_object_set_new(f, "sha256", api_str(files[i].sha256));
      json_array_append_new(list, f);
    }
  json_object_set_new(j, "files", list);
  return j;
}

int api_reports(struct request *r, struct response *w) {
  struct report_run *runs = NULL;
  size_t n = 0;
  int rc = report_run_list(r->store, r->arena, 0, 0, LIST_MOST, &runs, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *rows = json_array();
  for (size_t i = 0; i < n; i++)
    if (report_run_seen(&r->scope, &runs[i]))
      json_array_append_new(rows, run_of(r, &runs[i]));
  json_object_set_new(x, "reports", rows);
  return api_send(r, w, x);
}

static json_t *schedule_of(struct request *r, const struct report_schedule *x) {
  static const char *const states[] = {"waiting", "sending", "sent", "uncertain", "given_up"};
  struct report_delivery *rows = NULL;
  size_t n = 0;
  char at[INSTANT_ISO_SIZE];
  json_t *j = json_object(), *list = json_array();
  json_object_set_new(j, "id", json_integer(x->id));
  json_object_set_new(j, "name", api_str(x->name));
  json_object_set_new(j, "report", api_str(x->what));
  json_object_set_new(j, "rows_of", api_str(x->person));
  json_object_set_new(j, "weekday", json_integer(x->weekday));
  json_object_set_new(j, "minute", json_integer(x->minute));
  json_object_set_new(j, "time_zone", api_str(x->time_zone));
  json_object_set_new(j, "active", json_boolean(x->active));
  json_object_set_new(j, "next_at", json_string(instant_iso(x->next_at, at)));
  if (report_delivery_list(r->store, r->arena, x->id, REPORT_RECIPIENTS_MOST + 1, &rows, &n, &r->err) == OK)
    for (size_t i = 0; i < n; i++) {
      json_t *d = json_object();
      json_object_set_new(d, "due_at", json_string(instant_iso(rows[i].due_at, at)));
      json_object_set_new(d, "to", api_str(rows[i].address));
      json_object_set_new(d, "state", json_string(states[rows[i].state]));
      json_object_set_new(d, "tries", json_integer(rows[i].tries));
      json_object_set_new(d, "error", api_str(rows[i].error));
      json_array_append_new(list, d);
    }
  json_object_set_new(j, "sendings", list);
  return j;
}

int api_schedules(struct request *r, struct response *w) {
  struct report_schedule *all = NULL;
  size_t n = 0;
  int rc = report_schedule_list(r->store, r->arena, 0, &all, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *rows = json_array();
  for (size_t i = 0; i < n; i++)
    if (report_schedule_seen(&r->scope, &all[i]))
      json_array_append_new(rows, schedule_of(r, &all[i]));
  json_object_set_new(x, "schedules", rows);
  return api_send(r, w, x);
}

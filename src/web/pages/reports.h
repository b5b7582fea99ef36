/* Reports: what can be made, what was made and can be fetched again byte for byte, and what goes out by itself. */
#ifndef WEB_PAGES_REPORTS_H
#define WEB_PAGES_REPORTS_H
#include "app/report_schedule.h"
#include "web/pages/settings.h"
#include "web/route.h"

enum { MAY_SEND_REPORTS = MAY_READ & ~MAY_REP };

struct report_link {
  struct str label, href, title; /* "XLSX", its file name and digest */
};
struct report_row {
  struct str title, period, day, rows_of, language, maker, when;
  struct report_link *files;
  size_t n_files;
};
struct schedule_row {
  struct str name, href, when, next, to, last;
  bool bad;
};
struct reports_view {
  struct str done, problem, as_of, first_day, last_day, more_href;
  struct str subject, *about;
  size_t n_about;
  struct option *kinds, *spans, *languages, *formats;
  size_t n_kinds, n_spans, n_languages, n_formats;
  struct report_row *rows;
  size_t n_rows;
  struct schedule_row *schedules;
  size_t n_schedules;
  bool may_send;
};
struct sending_row {
  int64_t id;
  struct str due, to, state, when, error, report;
  bool bad, may_again;
};
struct schedule_view {
  int64_t id, version;
  struct str title, action, problem, field, done, name, time, time_zone, recipients, next, person, subject, *about;
  size_t n_about;
  struct option *kinds, *spans, *languages, *formats, *weekdays;
  size_t n_kinds, n_spans, n_languages, n_formats, n_weekdays;
  bool to_folder, active, may_folder, no_mailer, is_admin;
  struct sending_row *sendings;
  size_t n_sendings;
};

/* reports_words.c: choices as people read them. Arena; NULL and 0 on no memory. */
struct option *report_kind_options(struct request *r, struct str chosen, size_t *ret_n);
struct option *report_span_options(struct request *r, struct str chosen, size_t *ret_n);
struct option *report_language_options(struct request *r, struct str chosen, size_t *ret_n);
struct option *report_format_options(struct request *r, struct str chosen, size_t *ret_n); /* chosen: with commas, "" = all */
struct str report_kind_words(struct request *r, struct str what);
struct str report_language_words(struct request *r, struct str language);
/* Names of reps and partners of the rows that the person sees, for whom a report may be about; at most some hundred. */
int report_about_names(struct request *r, struct str **ret, size_t *ret_n);
/* Report and whom it is about, of the form's fields: "review:Tom Okafor". */
struct str report_what_chosen(struct request *r);
/* "xlsx,csv" of the checkboxes that came along. */
struct str report_formats_chosen(struct request *r);
/* "Mondays at 7:00 AM, America/New_York" */
struct str report_when_words(struct request *r, const struct report_schedule *x);
struct str report_state_words(struct request *r, const struct report_delivery *x, bool *ret_bad);

route_fn reports_page, report_make_post, report_file_get;
route_fn schedule_new_page, schedule_add_post, schedule_page, schedule_post, schedule_remove_post, schedule_again_post;
route_fn settings_mail_page, settings_mail_post, settings_mail_try_post;
#endif

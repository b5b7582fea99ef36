/* Reports that are kept: made for somebody, with the bytes of every file, so that the same can be fetched again whatever has changed since. */
#ifndef APP_REPORT_KEEP_H
#define APP_REPORT_KEEP_H
#include "app/report_make.h"
#include "store/repo_report.h"

struct report_wish {
  struct str what;            /* "weekly", "review:Tom Okafor": the report, and whom it is about where it is about somebody */
  struct str span;            /* of which period: a period id, or "quarter", "last_quarter", "month", "year" as they stand on the report's day */
  struct str formats;         /* with commas, "" = all that there are */
  struct str language, locale; /* "pt"; locale "" = the language's */
  struct str base;            /* "https://desk.example": what links begin with; "" = no links */
  day_t as_of;                /* DAY_NONE = as it stands now */
  int64_t person_id;          /* whose rows; 0 = everything */
  int64_t made_by, due_id;    /* 0 = the command line; not by a schedule */
};
/* Makes it, and keeps it in a write transaction of its own with an audit entry. What was made for the same schedule, time and language is there already and
 * is given back. ret and its texts in arena. OK, ERR_NOTFOUND (no such report, period, format or person), ERR_DENIED (the person is
 * disabled), and the codes of making. */
int report_keep(struct store *s, struct book_cache *books, const struct report_wish *x, int64_t now, struct arena *a, struct report_run *ret, struct err *e);
/* Whether somebody may see a report that was kept: one about their own rows or those of somebody whose rows they see, or any when they see everything. */
bool report_run_seen(const struct scope *who, const struct report_run *x);
/* The two parts of `what`. -1: there is no such report, or it is about somebody and says not whom. */
int report_what_split(struct str what, struct str *ret_subject);
/* The names of spans; NULL at the end. */
extern const char *const report_spans[];
bool report_span_known(struct str span);
/* "xlsx,html,csv": all kinds of files there are. In arena. */
struct str report_formats_all(struct arena *a);
/* The mail that brings a report, in its language. In arena. */
struct str report_letter(struct arena *a, struct str schedule, const struct report_run *x);
#endif

/* The reports of the desk: gathered from the functions behind the pages, worded for whoever receives them, written by report/write.h. */
#ifndef APP_REPORT_MAKE_H
#define APP_REPORT_MAKE_H
#include "app/book_cache.h"
#include "app/scope.h"
#include "domain/calendar.h"
#include "report/write.h"
#include "store/repo_config.h"

/* X(constant, spelling in options, addresses and file names) */
#define REPORT_KINDS_OF(X)                                                                                                  \
  X(REPORT_WEEKLY, "weekly") X(REPORT_REVIEW, "review") X(REPORT_PARTNER, "partner") X(REPORT_KPI_BOOK, "kpi-book") X(REPORT_LEDGER, "exceptions")
#define REPORT_WHAT_VALUE(NAME, SPELLING) NAME,
enum report_what { REPORT_KINDS_OF(REPORT_WHAT_VALUE) REPORT_WHAT_COUNT };
/* Whether it is about somebody: struct report_ask.subject. */
bool report_has_subject(enum report_what w);
const char *report_what_name(enum report_what w);
int report_what_of(struct str s); /* -1 unknown */

struct report_ask {
  enum report_what what;
  struct period period;
  day_t as_of;                 /* at the end of that day; DAY_NONE = now */
  int64_t now;                 /* seconds UTC */
  struct str subject;          /* of a review: the rep, of a partner pack: the partner; number or name. Else empty */
  const struct scope *who;     /* whose rows are in it */
  const struct reader *reader; /* for whom it is worded; its arena is the report's */
  struct str base;             /* "https://desk.example": what links begin with; "" = no links */
  int threads;                 /* 0 = one per core */
};
/* Who reads a report of that day: language and locale as people have them ("pt", "pt-BR"; locale "" = the language's). */
struct reader report_reader(struct arena *a, struct str language, struct str locale, day_t day);
/* The day a report speaks of: as_of, else the organization's today. */
day_t report_day(const struct org *org, const struct report_ask *x);
/* books NULL: the book is loaded for this report alone. Everything of *ret lives in the reader's arena, which must outlive it.
 * OK, ERR_NOMEM, ERR_NOTFOUND (subject), ERR_RANGE (a sum too large, a day to come), and the store's codes. */
int report_make(struct store *s, struct book_cache *books, const struct org *org, const struct report_ask *x, struct report *ret, struct err *e);
#endif

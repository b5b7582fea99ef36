/* What moved the model's middle between two days, over the rows a person sees: insight/middle.h on the newest stored run of either day. */
#ifndef APP_MIDDLE_H
#define APP_MIDDLE_H
#include "app/book_cache.h"
#include "app/insight_run.h"
#include "insight/middle.h"

enum { MIDDLE_CHAIN = 40 /* runs between the two: those whose chances are kept */ };
struct middle_ask {
  struct period period;
  day_t from, to;       /* at the end of these days; to DAY_NONE = now */
  day_t today;          /* what now is */
};
struct middle_answer {
  bool has;             /* both days have a run, two different ones, that looked at the period; else all below is unset but the runs there are */
  struct insight_run was, is;
  bool has_was, has_is;
  bool told;            /* what the model learned is told apart from the days that passed */
  struct middle middle;
};
/* newest: the book of now, of c (held) or of book_load when c is NULL. In arena. OK, ERR_NOMEM, ERR_RANGE, the store's. */
int middle_between(struct store *s, struct book_cache *c, const struct book *newest, const struct scope *who, const struct middle_ask *q, struct arena *a,
                   struct middle_answer *ret, struct err *e);
#endif

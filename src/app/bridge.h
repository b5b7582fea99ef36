/* What moved between two days, for whoever asks: the bridge (insight/bridge.h) of a node within a scope, and behind each of its rows who made
 * the change, when and why. One function behind the command, the API and the pages. */
#ifndef APP_BRIDGE_H
#define APP_BRIDGE_H
#include "app/book_cache.h"
#include "app/node.h"
#include "insight/bridge.h"
#include "store/repo_config.h"

struct bridge_ask {
  struct period period;
  day_t from, to;            /* at the end of these days; to DAY_NONE = now */
  struct node node;          /* checked by the caller: node_check */
  enum category up_to;       /* closed, and what is added up to this category */
  bool day_rates;            /* each day at its own rates, the difference is a step; else both at the plan rate of the period's first day */
};
/* The first day of the week before the one of `today`. */
day_t bridge_usual_from(const struct calendar *c, day_t today);
/* newest: of c (held), or of book_load when c is NULL. OK, ERR_RANGE (a day that is none, or the first is not before the second), ERR_NOMEM, and the store's. */
int bridge_make(struct store *s, struct book_cache *c, const struct book *newest, const struct scope *who, const struct bridge_ask *q, struct arena *a,
                struct bridge *ret, struct err *e);
/* The rows of a step by the size of their change, largest first; equal ones as in the book. Reorders them in place. */
void bridge_by_size(struct bridge *x, enum bridge_step step);

struct bridge_cause {
  int64_t at, by;            /* 0: no single change made it (a moving rate) */
  struct str why;
  int pushed;                /* how often its expected day has moved past the end of a quarter, ever until the later day */
  day_t day_was, day_is;     /* expected day on both days */
};
/* The last change between the two days that did what the row says. Strings in arena. */
int bridge_cause(struct store *s, struct arena *a, const struct bridge_ask *q, const struct calendar *c, int64_t renewal_id, const struct bridge_row *row,
                 struct bridge_cause *ret, struct err *e);
#endif

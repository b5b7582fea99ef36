/* Who asks, and which rows they may see or change. Made once per request or command; part of every
 * query that reads business rows. domain.md §Roles, security.md §Access. */
#ifndef APP_SCOPE_H
#define APP_SCOPE_H
#include "domain/terms.h"
#include "insight/book.h"
#include "store/store.h"

struct scope {
  int64_t person_id;  /* 0 = the operator at the command line: everything */
  enum role role;
  /* Reps whose rows are visible: all when rep_ids is NULL and everything is true, else exactly these ids, ascending. */
  bool everything;
  int64_t *rep_ids; size_t n_rep_ids; /* in the arena given to scope_load; with those whose whole book the person covers today */
  int64_t *renewal_ids; size_t n_renewal_ids; /* single renewals: handed to them for today; for field sales, those of their accounts. Ascending */
  struct scope_cover *covers; size_t n_covers;
  day_t today;        /* whose handovers are in it; 0 = nobody's were asked for */
};
struct scope_cover { /* whose work the person covers today */
  int64_t handover_id, from_id;
  bool whole_book;
};
struct scope scope_operator(void);
/* rep: own book. manager: the reps of the team and the teams below. exec, ops, admin: everything. ERR_NOTFOUND. */
int scope_load(struct store *s, struct arena *a, int64_t person_id, struct scope *ret, struct err *e);
/* Adds what others have handed to the person for `today` (app/handover.h): seen and edited like their own until the last day is over. For field sales:
 * the renewals of the accounts they look after (for who leads a team, of the team), due in the last SCOPE_SALES_DAYS or later, and those they are asked about. */
enum { SCOPE_SALES_DAYS = 400 };
int scope_cover(struct store *s, struct arena *a, day_t today, struct scope *x, struct err *e);
/* The same for field sales, by the columns of the newest book: a tenth of the time where it is large. */
int scope_cover_sales(struct store *s, struct arena *a, const struct book *b, day_t today, struct scope *x, struct err *e);
/* Whether a renewal of that owner is seen, may be changed: what every page and command of one renewal asks. */
bool scope_sees(const struct scope *s, int64_t renewal_id, int64_t owner_id);
bool scope_edits(const struct scope *s, int64_t renewal_id, int64_t owner_id);
/* By the owner alone: of people and contracts, and of figures about a person's own work. Never of a renewal: a cover has it without the owner. */
bool scope_sees_rep(const struct scope *s, int64_t rep_id);
bool scope_may_edit(const struct scope *s, int64_t owner_id); /* exec never; ops and admin, manager of the rep, the rep */
/* One byte per rep code of the book: 1 = visible. For the column kernels. NULL on no memory. */
uint8_t *scope_reps(const struct scope *s, struct arena *a, const struct book *b);
/* Where the handed renewals stand in the book's columns, ascending; goes with scope_reps wherever rows are chosen: grid_query.extra,
 * forecast_query.extra, sight_who.extra, party_ask.extra. *ret_n 0: none. OK, ERR_NOMEM. */
int scope_rows(const struct scope *s, struct arena *a, const struct book *b, const uint32_t **ret, size_t *ret_n);
#endif

/* Between call.c (submitting) and call_board.c (reading). */
#ifndef APP_CALL_INTERNAL_H
#define APP_CALL_INTERNAL_H
#include "app/call.h"
#include "store/repo_audit.h"

/* The team whose manager the person is, and its name; 0 = none. For somebody who sees everything: the one team at the top, 0 when there are
 * several. *ret_manager: the person's own. */
int call_layer(struct store *s, const struct scope *who, const struct book *b, int64_t *ret_team, struct str *ret_name, bool *ret_manager, struct err *e);
/* Whether a team stands in another or below it. */
bool call_below(const struct book *b, int64_t team_id, int64_t top_id);

/* Who may set this number, and whether it may be set: the codes of call_adjust. *ret_team: whose numbers they are. */
int call_adjust_check(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_adjust *x,
                      int64_t now, int64_t *ret_team, struct err *e);
/* One number within a write transaction, after that check. */
int call_adjust_in(struct store *s, struct arena *a, const struct scope *who, const struct org *org, const struct call_adjust *x, int64_t team, int64_t at,
                   int64_t *ret_id, struct err *e);
bool call_stands_in(const struct call_line *l, const struct node *n);
/* A manager below whose reps are exactly those of this place; NULL = none. */
const struct call *call_lead_of(const struct call_board *x, const struct node *n);
/* The newest number of a place, also when it was taken back; NULL = none. */
const struct adjustment *call_adjustment_of(const struct call_board *x, const struct node *n);
/* call_roster.c: the people of today, and with a `since` below INT64_MAX everybody there ever was with what changed since that instant. */
enum roster_action { ROSTER_EDIT, ROSTER_ENABLE, ROSTER_DISABLE, ROSTER_ACTIONS };
struct call_roster {
  const struct book *book;
  struct call_person *people;
  size_t n;
  struct audit_row *changes[ROSTER_ACTIONS];
  size_t n_changes[ROSTER_ACTIONS];
};
int call_roster_load(struct store *s, struct arena *a, const struct book *b, int64_t since, struct call_roster *ret, struct err *e);
/* Person i as they stood at an instant, since or later: whether they were an active rep. Teams keep today's regions. */
bool call_roster_at(const struct call_roster *x, size_t i, int64_t at, struct call_person *ret);
#endif

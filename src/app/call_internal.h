/* Between call.c (submitting) and call_board.c (reading). */
#ifndef APP_CALL_INTERNAL_H
#define APP_CALL_INTERNAL_H
#include "app/call.h"

/* The team whose manager the person is, and its name; 0 = none. For somebody who sees everything: the one team at the top, 0 when there are
 * several. *ret_manager: the person's own. */
int call_layer(struct store *s, const struct scope *who, const struct book *b, int64_t *ret_team, struct str *ret_name, bool *ret_manager, struct err *e);
/* Whether a team stands in another or below it. */
bool call_below(const struct book *b, int64_t team_id, int64_t top_id);
#endif

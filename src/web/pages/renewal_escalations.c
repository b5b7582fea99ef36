/* Escalations on the page of a renewal: its own, and those of its contract. */
#include "web/pages/escalation_parts.h"

enum { SHOWN = 3 };

int escalation_section_fill(struct request *r, const struct renewal *x, struct escalation_section *ret) {
  struct escalation *rows = NULL;
  struct org o;
  size_t n = 0;
  int rc = org_load(r->store, &o, &r->err);
  if (rc >= 0)
    rc = escalation_of_renewal(r->store, r->arena, x->id, r->until, &rows, &n, &r->err);
  *ret = (struct escalation_section){.cards = arena_zalloc(r->arena, SHOWN, sizeof *ret->cards), .raise_href = STR_NONE};
  if (rc < 0 || !ret->cards)
    return rc < 0 ? rc : ERR_NOMEM;
  int64_t now = escalation_now(r, &o);
  for (int open = 1; open >= 0; open--)
    for (size_t i = 0; i < n && ret->n_cards < SHOWN; i++) {
      bool is_open = rows[i].now.state != STUCK_RESOLVED;
      if (is_open != (bool)open)
        continue;
      int64_t at = is_open ? rows[i].now.promise_at : rows[i].changed_at;
      ret->cards[ret->n_cards++] = (struct escalation_card){
        .blocked = rows[i].blocked, .href = arena_fmt(r->arena, "/escalations/%" PRId64, rows[i].id), .state = escalation_state_words(r->reader, rows[i].now.state),
        .who = escalation_who(r->reader, &rows[i]), .hot = is_open && rows[i].now.promise_at < now, .when = format_instant(r->reader, at),
        .when_iso = escalation_iso(r, at), .promise = is_open ? escalation_promise(r->reader, &rows[i]) : escalation_cause_words(r->reader, rows[i].now.cause)};
    }
  if (r->as_of == DAY_NONE && scope_edits(&r->scope, x->id, x->owner_id))
    ret->raise_href = arena_fmt(r->arena, "/escalations/new?renewal=%" PRId64, x->id);
  return OK;
}

/* Who was a rep, and where they stood, at an instant: today's people, with what the audit says has changed since taken back. */
#include "app/call_internal.h"

#include <jansson.h>

enum { CHANGES_MOST = 20000 };
static const char *const actions[ROSTER_ACTIONS] = {[ROSTER_EDIT] = "person.edit", [ROSTER_ENABLE] = "person.enable", [ROSTER_DISABLE] = "person.disable"};

int call_roster_load(struct store *s, struct arena *a, const struct book *b, int64_t since, struct call_roster *ret, struct err *e) {
  struct call_roster x = {.book = b};
  int rc = since == INT64_MAX ? call_people(s, a, &x.people, &x.n, e) : call_people_ever(s, a, &x.people, &x.n, e);
  for (int i = 0; i < ROSTER_ACTIONS && rc == OK && since < INT64_MAX; i++) {
    struct audit_query q = {.action = str_of(actions[i]), .from = since, .limit = CHANGES_MOST};
    rc = audit_rows(s, a, &q, &x.changes[i], &x.n_changes[i], e);
  }
  if (rc == OK)
    *ret = x;
  return rc;
}

static int64_t region_of(const struct book *b, int64_t team_id) {
  uint32_t team = 0;
  for (uint32_t i = 1; team_id && i < b->n_teams && !team; i++)
    team = b->teams[i].id == team_id ? i : 0;
  for (uint32_t depth = 0; team && depth < b->n_teams; depth++, team = b->teams[team].parent)
    if (b->teams[team].region)
      return b->regions.id[b->teams[team].region];
  return 0;
}

/* {"role":["rep","manager"],"team_id":[3,4]}: the first of each is what it was before. */
static void undo_edit(const struct call_roster *x, struct str detail, struct call_person *p) {
  json_t *j = json_loadb(detail.p, detail.n, 0, NULL);
  const json_t *role = json_array_get(json_object_get(j, "role"), 0), *team = json_array_get(json_object_get(j, "team_id"), 0);
  if (json_is_string(role))
    p->role = role_of(str_of(json_string_value(role)));
  if (json_is_integer(team)) {
    p->team_id = json_integer_value(team);
    p->region_id = region_of(x->book, p->team_id);
  }
  json_decref(j);
}

bool call_roster_at(const struct call_roster *x, size_t i, int64_t at, struct call_person *ret) {
  struct call_person p = x->people[i];
  int64_t nearest = INT64_MAX;
  for (size_t k = 0; k < x->n_changes[ROSTER_EDIT]; k++) /* newest first: the one nearest to the instant has the last word */
    if (x->changes[ROSTER_EDIT][k].entity_id == p.id && x->changes[ROSTER_EDIT][k].at > at)
      undo_edit(x, x->changes[ROSTER_EDIT][k].detail, &p);
  for (int action = ROSTER_ENABLE; action <= ROSTER_DISABLE; action++)
    for (size_t k = 0; k < x->n_changes[action]; k++) {
      const struct audit_row *c = &x->changes[action][k];
      if (c->entity_id != p.id || c->at <= at || c->at > nearest)
        continue;
      nearest = c->at;
      p.active = action == ROSTER_DISABLE;
    }
  *ret = p;
  return p.active && p.role == ROLE_REP && p.created_at <= at;
}

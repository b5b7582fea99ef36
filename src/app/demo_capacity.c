/* What the invented reps speak, and a plan for a leave that nobody has carried out. */
#include "app/demo_write.h"
#include "store/repo_capacity.h"

static int speak(struct demo_writer *w, int64_t person, int team, struct err *e) {
  struct str own = str_of(demo_teams[team].language), languages[2] = {STR("en"), str_sub(own, 0, own.n < 2 ? own.n : 2)};
  return spoken_put(w->store, person, languages, str_eq(languages[0], languages[1]) ? 1 : 2, e);
}

int demo_capacity(struct demo_writer *w, day_t today, struct err *e) {
  int rc = OK, large = -1;
  for (int t = 0; t < DEMO_TEAMS && rc == OK; t++) {
    large = large < 0 && w->shape.reps[t] > 1 ? t : large;
    for (int i = 0; i < w->shape.reps[t] && rc == OK; i++) {
      rc = speak(w, w->first_rep[t] + i, t, e);
    }
  }
  if (rc < 0 || large < 0) {
    return rc;
  }
  struct capacity_plan p = {.name = STR("If one of the team is away in December"), .made_by = w->manager, .made_at = demo_instant(today - 4, 15 * 3600)};
  struct plan_rule rule = {.kind = STR("all"), .value = STR(""), .from_id = w->first_rep[large] + 1, .to_id = w->first_rep[large]};
  rc = capacity_plan_add(w->store, &p, e);
  return rc == OK ? plan_rule_add(w->store, p.id, &rule, e) : rc;
}

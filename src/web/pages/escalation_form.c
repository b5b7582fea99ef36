/* Forms of escalations: what can be chosen, what was typed. */
#include "store/repo_note.h"
#include "web/pages/escalation_parts.h"

static int add(struct request *r, struct option **list, size_t *n, size_t room, int64_t value, const char *name, struct str label, bool selected) {
  if (!*list)
    *list = arena_zalloc(r->arena, room, sizeof **list);
  if (!*list)
    return ERR_NOMEM;
  (*list)[(*n)++] = (struct option){name ? str_of(name) : arena_fmt(r->arena, "%" PRId64, value), label, selected};
  return OK;
}

/* Who may own it: its rep, and those whom a mention would reach too. The store looks again who sees it. */
static int people(struct request *r, const struct escalation *x, struct escalation_view *v) {
  struct person_brief *rows = NULL;
  size_t n = 0;
  int64_t owner = x->now.owner_id ? x->now.owner_id : r->who.id;
  int rc = person_briefs(r->store, r->arena, &rows, &n, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    enum role role = (enum role)rows[i].role;
    if (rows[i].id == x->rep_id || rows[i].id == owner || rows[i].id == r->who.id || role == ROLE_MANAGER || role == ROLE_EXEC || role == ROLE_OPS)
      rc = add(r, &v->people, &v->n_people, n + 1, rows[i].id, NULL, rows[i].name, rows[i].id == owner);
  }
  return rc;
}

int escalation_choices(struct request *r, const struct escalation *x, int level, int department, int cause, struct escalation_view *v) {
  int rc = people(r, x, v);
  for (int i = 1; i <= ESCALATION_LEVELS && rc >= 0; i++)
    rc = add(r, &v->levels, &v->n_levels, ESCALATION_LEVELS, i, NULL, escalation_level_words(r->reader, i), i == level);
  for (int i = 1; i < DEPARTMENT_END && rc >= 0; i++)
    rc = add(r, &v->departments, &v->n_departments, DEPARTMENT_END, i, escalation_department_name(i), escalation_department_words(r->reader, i), i == department);
  for (int i = 1; i < CAUSE_END && rc >= 0; i++)
    rc = add(r, &v->causes, &v->n_causes, CAUSE_END, i, escalation_cause_name(i), escalation_cause_words(r->reader, i), i == cause);
  return rc;
}

int64_t escalation_time_read(struct request *r, const char *day_field, const char *time_field) {
  return escalation_time(r->reader->zone, pairs_get(&r->form, day_field), pairs_get(&r->form, time_field));
}

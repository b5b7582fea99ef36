/* Words, calendars, who sees what, and what is read. */
#include "app/escalation.h"

#include "store/repo_account.h"
#include "store/repo_audit.h"
#include "store/repo_people.h"
#include "store/repo_scope.h"

struct spelling {
  int value;
  const char *name;
};
#define ESCALATION_SPELLING(NAME, NUMBER, SPELLING) {NUMBER, SPELLING},
static const struct spelling entities[] = {ESCALATION_ENTITIES(ESCALATION_SPELLING){0, NULL}}, states[] = {ESCALATION_STATES(ESCALATION_SPELLING){0, NULL}},
                             departments[] = {ESCALATION_DEPARTMENTS(ESCALATION_SPELLING){0, NULL}}, causes[] = {ESCALATION_CAUSES(ESCALATION_SPELLING){0, NULL}},
                             acts[] = {ESCALATION_ACTS(ESCALATION_SPELLING){0, NULL}};

static const char *name_of(const struct spelling *p, int v) {
  for (; p->name; p++)
    if (p->value == v)
      return p->name;
  return "";
}

static int value_of(const struct spelling *p, struct str s) {
  for (; p->name; p++)
    if (str_eq(s, str_of(p->name)))
      return p->value;
  return -1;
}

const char *escalation_entity_name(int v) { return name_of(entities, v); }
const char *escalation_state_name(int v) { return name_of(states, v); }
const char *escalation_department_name(int v) { return name_of(departments, v); }
const char *escalation_cause_name(int v) { return name_of(causes, v); }
const char *escalation_act_name(int v) { return name_of(acts, v); }
int escalation_state_of(struct str s) { return value_of(states, s); }
int escalation_department_of(struct str s) { return value_of(departments, s); }
int escalation_cause_of(struct str s) { return value_of(causes, s); }

int64_t escalation_time(const struct zone *z, struct str day_text, struct str time_text) {
  struct str day_typed = str_trim(day_text), time_typed = str_trim(time_text), hours, minutes;
  day_t day = DAY_NONE;
  int64_t h = 0, m = 0;
  if (!day_typed.n && !time_typed.n)
    return 0;
  bool good = day_parse_iso(day_typed, &day) == OK && str_cut(time_typed, ':', &hours, &minutes) && str_to_i64(hours, &h) == OK &&
              str_to_i64(str_sub(minutes, 0, 2), &m) == OK && h >= 0 && h < 24 && m >= 0 && m < 60;
  return good ? zone_instant(z, day, (int)(h * 3600 + m * 60)) : ESCALATION_NO_TIME;
}

int escalation_hours(struct store *s, struct arena *a, const struct org *o, int64_t person_id, struct workhours *ret, struct str *ret_country, struct err *e) {
  struct person_detail p;
  struct holiday *rows = NULL;
  size_t n = 0;
  int rc = person_detail_get(s, a, person_id, &p, e);
  if (rc < 0)
    return rc;
  struct str country = zone_country(a, p.time_zone);
  if (!country.n && p.locale.n == 5)
    country = str_sub(p.locale, 3, 2);
  if (country.n)
    rc = holiday_list(s, a, country, &rows, &n, e);
  day_t *days = rc < 0 ? NULL : arena_alloc(a, (n + 1) * sizeof *days);
  if (!days)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    days[i] = rows[i].day;
  *ret = (struct workhours){.zone = zone_load(a, p.time_zone), .from = o->work_from, .to = o->work_to, .holidays = days, .n_holidays = n};
  if (ret_country)
    *ret_country = country;
  return OK;
}

/* ---- who sees it ---- */

static int sees(struct store *s, struct arena *a, const struct scope *who, int entity, int64_t renewal_id, int64_t rep_id, int64_t account_id, struct err *e) {
  int64_t *owners = NULL;
  size_t n = 0;
  if (who->everything)
    return 1;
  if (entity == ABOUT_RENEWAL)
    return scope_sees(who, renewal_id, rep_id);
  if (entity == ABOUT_CONTRACT)
    return scope_sees_rep(who, rep_id);
  int rc = account_owners(s, a, account_id, &owners, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (scope_sees_rep(who, owners[i]))
      return 1;
  return rc;
}

int escalation_visible(struct store *s, struct arena *a, const struct scope *who, const struct escalation *x, struct err *e) {
  int rc = x->now.owner_id && x->now.owner_id == who->person_id ? 1 : sees(s, a, who, x->entity, x->renewal_id, x->rep_id, x->account_id, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no escalation %" PRId64, x->id);
}

bool escalation_may_act(const struct scope *who, const struct escalation *x) {
  if (x->now.owner_id && x->now.owner_id == who->person_id)
    return true;
  if (who->role == ROLE_EXEC || who->role == ROLE_SALES || who->role == ROLE_PARTNER)
    return false;
  return x->entity == ABOUT_RENEWAL ? scope_edits(who, x->renewal_id, x->rep_id) : true; /* whoever sees the account or contract works on it */
}

int escalation_seen(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t until, struct escalation *ret, struct err *e) {
  struct escalation x;
  int rc = escalation_get(s, a, id, until, &x, e);
  if (rc == OK)
    rc = escalation_visible(s, a, who, &x, e);
  if (rc == OK)
    *ret = x;
  return rc;
}

int escalation_all(struct store *s, struct arena *a, const struct scope *who, int64_t since, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e) {
  struct escalation *rows = NULL;
  size_t n = 0, k = 0;
  int rc = escalation_list(s, a, since, until, ESCALATION_MOST, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    rc = escalation_visible(s, a, who, &rows[i], e);
    if (rc == OK)
      rows[k++] = rows[i];
    rc = rc == ERR_NOTFOUND ? OK : rc;
  }
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = k;
  return OK;
}

bool escalation_is_late(const struct escalation *x, int64_t now) {
  return x->now.state != STUCK_RESOLVED && (x->now.promise_at < now || x->now.due_at < now);
}

/* ---- the next person up ---- */

int escalation_above(struct store *s, struct arena *a, int64_t person_id, int64_t *ret, struct err *e) {
  struct person_detail p;
  int rc = person_detail_get(s, a, person_id, &p, e);
  if (rc < 0)
    return rc;
  int64_t found = 0, team = p.team_id;
  if (p.role == ROLE_EXEC) {
    *ret = 0;
    return OK;
  }
  /* A manager stands above their own team: another manager of the same team is not above them. */
  if (p.role == ROLE_MANAGER && team)
    rc = scope_team_parent(s, team, &team, e);
  for (int i = 0; i < ESCALATION_RISES && rc == OK && team && !found; i++) {
    rc = escalation_head(s, team, person_id, &found, e);
    if (rc == OK && !found)
      rc = scope_team_parent(s, team, &team, e);
  }
  if (rc == OK && !found)
    rc = escalation_head(s, 0, person_id, &found, e);
  if (rc == OK)
    *ret = found;
  return rc;
}

/* ---- figures ---- */

static int by_work(const void *a, const void *b) {
  const struct escalation_done *x = a, *y = b;
  return x->work_seconds < y->work_seconds ? -1 : x->work_seconds > y->work_seconds;
}

static int most_first(const void *a, const void *b) {
  const struct escalation_figure *x = a, *y = b;
  return x->n > y->n ? -1 : x->n < y->n ? 1 : x->value - y->value;
}

/* Rows ascend by working time: the middle one of each value is its median. */
static void figures_of(const struct escalation_done *rows, size_t n, bool cause, int end, struct escalation_figure *ret, size_t *ret_n) {
  size_t k = 0;
  for (int v = 1; v < end; v++) {
    struct escalation_figure f = {.value = v};
    for (size_t i = 0; i < n; i++)
      f.n += (cause ? rows[i].cause : rows[i].department) == v;
    int64_t left = (f.n + 1) / 2;
    for (size_t i = 0; i < n && left > 0; i++)
      if ((cause ? rows[i].cause : rows[i].department) == v && --left == 0)
        f.median = rows[i].work_seconds;
    if (f.n)
      ret[k++] = f;
  }
  qsort(ret, k, sizeof *ret, most_first);
  *ret_n = k;
}

int escalation_measure(struct store *s, struct arena *a, const struct scope *who, int64_t from, int64_t to, struct escalation_figures *ret, struct err *e) {
  struct escalation_done *rows = NULL;
  size_t n = 0, k = 0;
  struct escalation_figures f = {.causes = arena_zalloc(a, CAUSE_END, sizeof *f.causes), .departments = arena_zalloc(a, DEPARTMENT_END, sizeof *f.departments)};
  int rc = f.causes && f.departments ? escalation_done(s, a, from, to, &rows, &n, e) : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n && rc >= 0; i++) {
    rc = sees(s, a, who, rows[i].entity, rows[i].renewal_id, rows[i].rep_id, rows[i].account_id, e);
    if (rc == 1)
      rows[k++] = rows[i];
  }
  if (rc < 0)
    return rc;
  if (k) {
    f.last_closed = rows[k - 1].closed_at;
    f.last_work = rows[k - 1].work_seconds;
    qsort(rows, k, sizeof *rows, by_work);
    f.all = (struct escalation_figure){.n = (int64_t)k, .median = rows[(k - 1) / 2].work_seconds};
  }
  figures_of(rows, k, true, CAUSE_END, f.causes, &f.n_causes);
  figures_of(rows, k, false, DEPARTMENT_END, f.departments, &f.n_departments);
  *ret = f;
  return OK;
}

/* ---- holidays ---- */

struct holiday_change {
  struct holiday day;
  int64_t actor_id, now;
  bool remove;
};

static int holiday_tx(struct store *s, void *arg, struct err *e) {
  const struct holiday_change *x = arg;
  int rc = x->remove ? holiday_drop(s, x->day.country, x->day.day, e) : holiday_put(s, &x->day, e);
  char detail[64], iso[DAY_ISO_SIZE];
  if (rc < 0)
    return rc;
  (void)snprintf(detail, sizeof detail, "{\"country\":\"%.2s\",\"day\":\"%s\"}", x->day.country.p, day_iso(x->day.day, iso));
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = x->remove ? "holiday.remove" : "holiday.set", .entity = "",
                                            .detail = str_of(detail)}, e);
}

static bool is_country(struct str s) { return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z'; }

int holiday_set(struct store *s, const struct holiday *x, int64_t actor_id, int64_t now, struct err *e) {
  struct holiday_change c = {*x, actor_id, now, false};
  if (!is_country(x->country))
    return err_set(e, ERR_RANGE, "The country is not known: write its two letters, such as BR");
  if (x->day == DAY_NONE || !x->name.n || x->name.n > ESCALATION_SHORT)
    return err_set(e, ERR_RANGE, "The holiday has no day or no name: give both");
  return store_write(s, holiday_tx, &c, e);
}

int holiday_remove(struct store *s, struct str country, day_t day, int64_t actor_id, int64_t now, struct err *e) {
  struct holiday_change c = {{.country = country, .day = day, .name = STR_NONE}, actor_id, now, true};
  return store_write(s, holiday_tx, &c, e);
}

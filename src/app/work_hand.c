/* Handing work to a colleague for some days. */
#include "app/access.h"
#include "app/notify.h"
#include "app/work.h"
#include "store/repo_audit.h"
#include "store/repo_desk.h"
#include "store/repo_renewal.h"
#include "store/repo_scope.h"

enum { REASON_MAX = 500 };

bool work_may_hand(const struct scope *who, int64_t from_id) {
  switch (who->role) {
  case ROLE_ADMIN:
  case ROLE_OPS: return true;
  case ROLE_MANAGER: return scope_sees_rep(who, from_id);
  case ROLE_REP: return from_id == who->person_id;
  default: return false;
  }
}

/* Whom a rep may ask: everybody of the own team and of the teams beside it, with the manager above them. */
struct near {
  int64_t *ids;
  size_t n;
};

static int find_near(struct store *s, struct arena *a, const struct scope *who, int64_t team, struct near *ret, struct err *e) {
  int64_t top = team;
  int rc = who->role == ROLE_REP && team ? scope_team_parent(s, team, &top, e) : OK;
  *ret = (struct near){0};
  return rc == OK && who->role == ROLE_REP && team ? scope_team_people(s, a, top ? top : team, &ret->ids, &ret->n, e) : rc;
}

/* Whether this person may cover for that one, as far as the actor goes. */
static bool may_cover(const struct scope *who, const struct near *near, int64_t from_id, int64_t to_id, int role) {
  if (to_id == from_id || (role != ROLE_REP && role != ROLE_MANAGER))
    return false;
  if (who->role != ROLE_REP)
    return who->everything || scope_sees_rep(who, to_id) || to_id == who->person_id;
  for (size_t i = 0; i < near->n; i++)
    if (near->ids[i] == to_id)
      return true;
  return false;
}

struct handing {
  struct arena *a;
  const struct scope *who;
  const struct handover_ask *ask;
  day_t today;
  int64_t now, id;
};

static int check_people(struct store *s, const struct handing *x, struct err *e) {
  int role = 0, from_role = 0;
  int64_t team = 0, from_team = 0;
  struct near near;
  if (!work_may_hand(x->who, x->ask->from_id))
    return x->who->role == ROLE_REP || x->who->role == ROLE_MANAGER ? err_set(e, ERR_NOTFOUND, "There is no such person in your team")
                                                                    : err_set(e, ERR_DENIED, "Your role may not hand over anybody's work: ask the manager");
  int rc = scope_person(s, x->ask->from_id, &from_role, &from_team, e);
  if (rc == OK)
    rc = find_near(s, x->a, x->who, from_team, &near, e);
  if (rc < 0)
    return rc;
  rc = scope_person(s, x->ask->to_id, &role, &team, e);
  if (rc == ERR_NOTFOUND || (rc == OK && !may_cover(x->who, &near, x->ask->from_id, x->ask->to_id, role)))
    return err_set(e, ERR_RANGE, "This colleague cannot cover: choose an active rep or manager of the team");
  return rc;
}

static int check_days(const struct handing *x, struct err *e) {
  const struct handover_ask *k = x->ask;
  if (k->first == DAY_NONE || k->last == DAY_NONE || k->last < k->first)
    return err_set(e, ERR_RANGE, "The days are missing or end before they begin: give the first and the last day");
  if (k->last < x->today)
    return err_set(e, ERR_RANGE, "The last day is over already: give a day from today on");
  if (k->last - k->first >= HANDOVER_DAYS)
    return err_set(e, ERR_RANGE, "It lasts longer than a year: change the owner instead");
  if (str_trim(k->reason).n == 0 || k->reason.n > REASON_MAX)
    return err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why");
  return k->n > HANDOVER_MOST ? err_set(e, ERR_RANGE, "More than %d renewals: hand over the whole book", HANDOVER_MOST) : OK;
}

static int check_rows(struct store *s, const struct handing *x, struct err *e) {
  int64_t other = 0;
  int rc = OK;
  if (x->ask->n == 0) {
    rc = handover_overlap(s, x->ask->from_id, x->ask->first, x->ask->last, &other, e);
    if (rc == OK && other)
      return err_set(e, ERR_CONFLICT, "The book is handed over for some of these days already: take that back first");
  }
  for (size_t i = 0; i < x->ask->n && rc == OK; i++) {
    struct renewal r;
    rc = renewal_get(s, x->a, x->ask->ids[i], &r, e);
    if (rc == OK && r.owner_id != x->ask->from_id)
      return err_set(e, ERR_NOTFOUND, "Renewal %" PRId64 " is not in that book", x->ask->ids[i]);
  }
  return rc;
}

/* Tells both sides, but for whoever did it. */
static int tell_handed(struct store *s, const struct handing *x, const struct handover *h, struct err *e) {
  struct str from = STR_NONE, to = STR_NONE;
  struct notify n = {.person_id = h->to_id, .kind = NOTICE_HANDED_YOU, .entity = STR("handover"), .entity_id = h->id, .b = notify_day(x->a, h->first),
                     .c = notify_day(x->a, h->last), .by_id = x->who->person_id, .at = x->now};
  int rc = person_name(s, x->a, h->from_id, &from, e);
  if (rc == OK)
    rc = person_name(s, x->a, h->to_id, &to, e);
  n.a = from;
  if (rc == OK)
    rc = notify_send(s, &n, e);
  n.person_id = h->from_id;
  n.kind = NOTICE_HANDED_OFF;
  n.a = to;
  return rc == OK ? notify_send(s, &n, e) : rc;
}

static int hand_tx(struct store *s, void *arg, struct err *e) {
  struct handing *x = arg;
  const struct handover_ask *k = x->ask;
  struct handover h = {.from_id = k->from_id, .to_id = k->to_id, .first = k->first, .last = k->last, .reason = str_trim(k->reason), .whole_book = k->n == 0,
                       .made_by = x->who->person_id, .made_at = x->now};
  int rc = check_people(s, x, e);
  if (rc == OK)
    rc = check_days(x, e);
  if (rc == OK)
    rc = check_rows(s, x, e);
  if (rc == OK)
    rc = handover_add(s, &h, k->ids, k->n, e);
  if (rc == OK)
    rc = tell_handed(s, x, &h, e);
  x->id = h.id;
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "handover.add", .entity = "handover",
                                                          .entity_id = h.id}, e);
}

int work_hand(struct store *s, struct arena *a, const struct scope *who, const struct handover_ask *x, day_t today, int64_t now, int64_t *ret_id, struct err *e) {
  struct handing h = {.a = a, .who = who, .ask = x, .today = today, .now = now};
  int rc = store_write(s, hand_tx, &h, e);
  if (rc == OK)
    *ret_id = h.id;
  return rc;
}

struct taking {
  struct arena *a;
  const struct scope *who;
  int64_t id, now;
  day_t today;
};

static int take_back_tx(struct store *s, void *arg, struct err *e) {
  const struct taking *x = arg;
  struct handover h;
  int rc = handover_get(s, x->a, x->id, &h, e);
  if (rc < 0)
    return rc;
  bool part = h.to_id == x->who->person_id || work_may_hand(x->who, h.from_id);
  if (!part && !x->who->everything)
    return err_set(e, ERR_NOTFOUND, "There is no handover %" PRId64, x->id);
  if (!part)
    return err_set(e, ERR_DENIED, "Your role may read this handover but not end it: ask the manager");
  if (h.ended_at || h.last < x->today)
    return OK;
  rc = handover_close(s, x->id, x->who->person_id, x->now, e);
  struct notify n = {.kind = NOTICE_HANDED_BACK, .entity = STR("handover"), .entity_id = h.id, .a = h.from, .b = h.to, .by_id = x->who->person_id, .at = x->now};
  const int64_t sides[] = {h.from_id, h.to_id};
  for (size_t i = 0; i < 2 && rc == OK; i++) {
    n.person_id = sides[i];
    rc = notify_send(s, &n, e);
  }
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "handover.end", .entity = "handover",
                                                          .entity_id = x->id}, e);
}

int work_take_back(struct store *s, struct arena *a, const struct scope *who, int64_t handover_id, day_t today, int64_t now, struct err *e) {
  struct taking x = {.a = a, .who = who, .id = handover_id, .now = now, .today = today};
  return store_write(s, take_back_tx, &x, e);
}

int work_colleagues(struct store *s, struct arena *a, const struct scope *who, int64_t from_id, struct work_colleague **ret, size_t *ret_n, struct err *e) {
  struct person *people = NULL;
  size_t n = 0, k = 0;
  int role = 0;
  int64_t from_team = 0;
  struct near near;
  int rc = scope_person(s, from_id, &role, &from_team, e);
  if (rc == OK)
    rc = find_near(s, a, who, from_team, &near, e);
  if (rc == OK)
    rc = access_person_list(s, a, &people, &n, e);
  struct work_colleague *rows = rc < 0 ? NULL : arena_alloc(a, (n + 1) * sizeof *rows);
  if (rc < 0 || !rows)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    if (people[i].active && may_cover(who, &near, from_id, people[i].id, (int)people[i].role))
      rows[k++] = (struct work_colleague){people[i].id, people[i].name};
  *ret = rows;
  *ret_n = k;
  return OK;
}

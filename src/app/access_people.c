/* People and teams as administrators change them. */
#include "app/access_people.h"

#include "app/access_secret.h"
#include "app/exception.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_door.h"

#include <jansson.h>
#include <unistd.h>

enum { EMAIL_MOST = 254, NAME_MOST = 200, DETAIL_MOST = 4000 };
const char *const people_languages[] = {"en", "es", "pt", "fr", NULL};
const char *const people_locales[] = {"en-US", "en-CA", "en-GB", "es-419", "es-AR", "es-CL", "es-CO", "es-ES", "es-MX", "fr-CA", "fr-FR",
                                       "pt-BR", "pt-PT", NULL};

static bool among(struct str s, const char *const *list) {
  for (; *list; list++)
    if (str_eq(s, str_of(*list))) return true;
  return false;
}

/* A name of the system's time zone data: letters, digits, '/', '_', '+', '-'. */
static bool zone_there(struct str zone) {
  char path[200];
  for (size_t i = 0; i < zone.n; i++) {
    char c = zone.p[i];
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' || c == '-';
    if (!good) return false;
  }
  if (str_eq(zone, STR("UTC"))) return true;
  if (!zone.n || zone.n > 60 || zone.p[0] == '/' || zone.p[zone.n - 1] == '/') return false;
  snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", STR_FMT(zone));
  return access(path, R_OK) == 0;
}

/* Trims and checks; email in lower case in buf. */
static int person_clean(const struct person_detail *p, char buf[EMAIL_MOST + 1], struct person_detail *ret, const char **field, struct err *e) {
  *ret = *p;
  ret->name = str_trim(p->name);
  ret->email = str_trim(p->email);
  size_t at = str_find(ret->email, '@', 0), n = ret->email.n;
  bool good = n == 0 || (n <= EMAIL_MOST && at != SIZE_MAX && at > 0 && at + 1 < n && str_find(ret->email, '@', at + 1) == SIZE_MAX);
  for (size_t i = 0; i < n && good; i++) {
    char c = ret->email.p[i];
    good = (unsigned char)c > 32 && c != 127;
    buf[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
  }
  *field = "email";
  if (!good) return err_set(e, ERR_SYNTAX, "This is not an email address: write it like name@example.com.");
  ret->email = (struct str){buf, n};
  *field = "name";
  if (!ret->name.n || ret->name.n > NAME_MOST || !utf8_valid(ret->name)) return err_set(e, ERR_SYNTAX, "The name is missing or too long.");
  *field = "role";
  if (p->role >= ROLE_COUNT) return err_set(e, ERR_SYNTAX, "Choose a role.");
  *field = "language";
  if (!among(p->language, people_languages)) return err_set(e, ERR_SYNTAX, "Choose a language.");
  *field = "locale";
  if (!among(p->locale, people_locales)) return err_set(e, ERR_SYNTAX, "Choose a locale.");
  *field = "time_zone";
  if (!zone_there(p->time_zone)) return err_set(e, ERR_SYNTAX, "There is no such time zone: write it like America/New_York.");
  *field = "";
  return OK;
}

/* {"role":["rep","manager"], …} of the fields that differ; "" when none does. */
static struct str person_difference(struct arena *a, const struct person_detail *was, const struct person_detail *is) {
  const struct {
    const char *name;
    struct str was, is;
  } texts[] = {{"email", was->email, is->email},          {"name", was->name, is->name},
    {"role", str_of(role_name((int)was->role)), str_of(role_name((int)is->role))},
               {"language", was->language, is->language}, {"locale", was->locale, is->locale}, {"time_zone", was->time_zone, is->time_zone}};
  json_t *all = json_object();
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (!str_eq(texts[i].was, texts[i].is))
      json_object_set_new(all, texts[i].name, json_pack("[s%, s%]", texts[i].was.p, texts[i].was.n, texts[i].is.p, texts[i].is.n));
  if (was->team_id != is->team_id) json_object_set_new(all, "team_id", json_pack("[I, I]", (json_int_t)was->team_id, (json_int_t)is->team_id));
  char *text = json_object_size(all) ? json_dumps(all, JSON_COMPACT) : NULL;
  struct str ret = text ? arena_str(a, str_of(text)) : STR_NONE;
  free(text);
  json_decref(all);
  return ret;
}

struct person_edit {
  const struct person_detail *p;
  struct str key;
  int64_t actor_id, now;
  struct arena *arena;
  const char *field;
};

static int keep_an_admin(struct store *s, int64_t id, struct err *e) {
  int64_t others = 0;
  int rc = person_other_admins(s, id, &others, e);
  return rc < 0 || others ? rc : err_set(e, ERR_DENIED, "This is the only administrator: make another one first.");
}

static int edit_tx(struct store *s, void *arg, struct err *e) {
  struct person_edit *x = arg;
  struct person_detail was;
  x->field = "";
  int rc = person_detail_get(s, x->arena, x->p->id, &was, e);
  if (rc < 0) return rc;
  bool role = was.role != x->p->role;
  if (role) x->field = "role";
  if (role && x->actor_id == was.id) return err_set(e, ERR_DENIED, "Your own role is for another administrator to change.");
  if (role && was.role == ROLE_ADMIN && was.active) rc = keep_an_admin(s, was.id, e);
  if (rc < 0) return rc;
  struct str detail = person_difference(x->arena, &was, x->p);
  if (!detail.n) return OK;
  x->field = "email";
  rc = person_detail_put(s, x->p, x->key, e);
  if (rc < 0) return rc;
  x->field = "";
  bool leaves = role || !str_eq(was.email, x->p->email);
  int64_t n = leaves ? session_delete_others(s, was.id, STR_NONE, e) : 0;
  if (n >= 0 && leaves) n = step_delete_person(s, was.id, e);
  if (n >= 0 && role) n = token_delete_all(s, was.id, e);
  if (n >= 0 && role) n = exception_person_left(s, was.id, x->actor_id, x->now, e); /* the new role may have another authority */
  return n < 0 ? (int)n : access_audit_detail(s, "person.edit", x->actor_id, was.id, detail, x->now, e);
}

int access_person_edit(struct store *s, const struct person_detail *p, int64_t actor_id, int64_t now, const char **ret_field, struct err *e) {
  char email[EMAIL_MOST + 1];
  struct person_detail clean;
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4 * NAME_MOST);
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  int rc = a ? person_clean(p, email, &clean, ret_field, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc < 0) return rc;
  utf8_fold(&key, clean.name);
  if (key.failed) return err_set(e, ERR_NOMEM, "Out of memory");
  struct person_edit x = {.p = &clean, .key = strbuf_str(&key), .actor_id = actor_id, .now = now, .arena = a, .field = ""};
  rc = store_write(s, edit_tx, &x, e);
  *ret_field = x.field;
  return rc;
}

int access_person_switch(struct store *s, int64_t id, bool active, int64_t actor_id, int64_t now, struct err *e) {
  struct person_detail p;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  int rc = a ? person_detail_get(s, a, id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && !active && actor_id == id) rc = err_set(e, ERR_DENIED, "You can't disable yourself: ask another administrator.");
  if (rc == OK && !active && p.role == ROLE_ADMIN && p.active) rc = keep_an_admin(s, id, e);
  return rc < 0 || p.active == active ? rc : access_person_set_active(s, id, active, actor_id, now, e);
}

/* ---- teams ---- */

struct team_change {
  struct team_row *t;
  int64_t id, actor_id, now;
  struct arena *arena;
};

static int team_audit(struct store *s, const char *action, const struct team_change *x, const struct team_row *t, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(DETAIL_MOST);
  json_t *j = t ? json_pack("{s:s%, s:I, s:I}", "name", t->name.p, t->name.n, "parent_id", (json_int_t)t->parent_id, "region_id", (json_int_t)t->region_id)
                : NULL;
  char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
  if (text) strbuf_addz(&b, text);
  free(text);
  json_decref(j);
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = action, .entity = "team",
                                            .entity_id = t ? t->id : x->id, .detail = strbuf_str(&b)}, e);
}

static const struct team_row *team_by_id(const struct team_row *rows, size_t n, int64_t id) {
  for (size_t i = 0; i < n; i++)
    if (rows[i].id == id) return &rows[i];
  return NULL;
}

/* Whether going up from `from` comes to `id`. At most n steps: a cycle that is there already ends the walk. */
static bool lies_below(const struct team_row *rows, size_t n, int64_t from, int64_t id) {
  const struct team_row *t = team_by_id(rows, n, from);
  for (size_t i = 0; t && i <= n; i++) {
    if (t->id == id) return true;
    t = team_by_id(rows, n, t->parent_id);
  }
  return false;
}

static int team_tx(struct store *s, void *arg, struct err *e) {
  struct team_change *x = arg;
  struct team_row *rows = NULL, t = *x->t;
  size_t n = 0;
  int rc = team_rows(s, x->arena, &rows, &n, e);
  if (rc < 0) return rc;
  if ((t.id && !team_by_id(rows, n, t.id)) || (t.parent_id && !team_by_id(rows, n, t.parent_id))) return err_set(e, ERR_NOTFOUND, "No such team");
  if (t.id && t.parent_id && lies_below(rows, n, t.parent_id, t.id))
    return err_set(e, ERR_CONFLICT, "A team can't lie below itself: choose another team above it.");
  rc = team_put(s, &t, e);
  if (rc == OK) rc = team_audit(s, x->t->id ? "team.edit" : "team.add", x, &t, e);
  if (rc == OK) x->id = t.id;
  return rc;
}

int access_team_put(struct store *s, struct team_row *t, int64_t actor_id, int64_t now, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(4 << 20);
  struct team_change x = {.t = t, .actor_id = actor_id, .now = now, .arena = a};
  t->name = str_trim(t->name);
  if (!a) return err_set(e, ERR_NOMEM, "Out of memory");
  if (!t->name.n || t->name.n > PEOPLE_TEAM_MOST || !utf8_valid(t->name)) return err_set(e, ERR_SYNTAX, "The team's name is missing or too long.");
  int rc = store_write(s, team_tx, &x, e);
  if (rc == OK) t->id = x.id;
  return rc;
}

static int team_remove_tx(struct store *s, void *arg, struct err *e) {
  const struct team_change *x = arg;
  int rc = team_delete(s, x->id, e);
  return rc < 0 ? rc : team_audit(s, "team.remove", x, NULL, e);
}

int access_team_remove(struct store *s, int64_t id, int64_t actor_id, int64_t now, struct err *e) {
  struct team_change x = {.id = id, .actor_id = actor_id, .now = now};
  return store_write(s, team_remove_tx, &x, e);
}

#include "app/report_schedule.h"

#include "app/access_people.h"
#include "base/utf8.h"
#include "exchange/smtp.h"
#include "store/repo_access.h"
#include "store/repo_audit.h"

int64_t report_next(const struct report_schedule *x, const struct zone *z, int64_t after) {
  day_t d = zone_day(z, after);
  for (int i = 0; i < 9; i++, d++) {
    int64_t at = zone_instant(z, d, x->minute * 60);
    if ((x->weekday == 0 || day_weekday(d) == x->weekday) && at > after)
      return at;
  }
  return INT64_MAX; /* no week is without its days */
}

int64_t report_last_due(const struct report_schedule *x, const struct zone *z, int64_t now, int *ret_skipped) {
  int skipped = 0;
  int64_t at = x->next_at;
  if (at > now)
    return 0;
  for (int64_t next = report_next(x, z, at); next <= now; next = report_next(x, z, at)) {
    at = next;
    skipped++;
  }
  *ret_skipped = skipped;
  return at;
}

int report_recipients_read(struct arena *a, struct str text, struct report_recipient **ret, size_t *ret_n, struct err *e) {
  struct report_recipient *out = arena_zalloc(a, REPORT_RECIPIENTS_MOST + 1, sizeof *out);
  struct str line, address, language;
  size_t n = 0;
  if (!out)
    return err_set(e, ERR_NOMEM, "Out of memory");
  while (str_cut(text, '\n', &line, &text)) {
    line = str_trim(line);
    if (!line.n)
      continue;
    str_cut(line, ' ', &address, &language);
    language = str_trim(language);
    bool known = !language.n;
    for (size_t i = 0; people_languages[i]; i++)
      known |= str_eq(language, str_of(people_languages[i]));
    if (!smtp_address(address))
      return err_set(e, ERR_SYNTAX, "%.*s is no mail address", STR_FMT(str_sub(address, 0, 80)));
    if (!known)
      return err_set(e, ERR_SYNTAX, "Behind %.*s stands no language of ours: write en, es, fr, pt or nothing", STR_FMT(str_sub(address, 0, 80)));
    for (size_t i = 0; i < n; i++)
      if (str_eq_nocase(out[i].address, address))
        return err_set(e, ERR_SYNTAX, "%.*s stands twice", STR_FMT(str_sub(address, 0, 80)));
    if (n == REPORT_RECIPIENTS_MOST)
      return err_set(e, ERR_SYNTAX, "At most %d people: use a mailing list", REPORT_RECIPIENTS_MOST);
    out[n++] = (struct report_recipient){arena_str(a, address), arena_str(a, language)};
  }
  *ret = out;
  *ret_n = n;
  return OK;
}

/* ---- changing schedules */
static bool all_known(struct str list, struct str known) {
  struct str one, other, rest;
  while (str_cut(list, ',', &one, &list)) {
    bool found = false;
    for (rest = known; str_cut(rest, ',', &other, &rest);)
      found |= str_eq(one, other);
    if (!found)
      return false;
  }
  return true;
}

static bool zone_is(struct arena *a, struct str name) { return str_eq(name, STR("UTC")) || zone_load(a, name) != NULL; }

static bool language_is(struct str language) {
  for (size_t i = 0; people_languages[i]; i++)
    if (str_eq(language, str_of(people_languages[i])))
      return true;
  return false;
}

static int check(struct arena *a, const struct report_schedule *x, size_t n_to, const char **ret_field, struct err *e) {
  *ret_field = "name";
  if (!x->name.n || utf8_count(x->name) > REPORT_NAME_MOST)
    return err_set(e, ERR_SYNTAX, "Give the schedule a name of at most %d letters", REPORT_NAME_MOST);
  *ret_field = "what";
  struct str subject = STR_NONE;
  if (report_what_split(x->what, &subject) < 0 || !report_span_known(x->span))
    return err_set(e, ERR_SYNTAX, "There is no such report");
  *ret_field = "formats";
  if (!x->formats.n || !all_known(x->formats, report_formats_all(a)))
    return err_set(e, ERR_SYNTAX, "Choose at least one kind of file");
  *ret_field = "language";
  if (!language_is(x->language))
    return err_set(e, ERR_SYNTAX, "There is no such language");
  *ret_field = "weekday";
  if (x->weekday < 0 || x->weekday > 7 || x->minute < 0 || x->minute >= 24 * 60)
    return err_set(e, ERR_SYNTAX, "Choose a day and a time such as 07:00");
  *ret_field = "time_zone";
  if (!zone_is(a, x->time_zone))
    return err_set(e, ERR_SYNTAX, "There is no such time zone");
  *ret_field = "recipients";
  if (!n_to && !x->to_folder)
    return err_set(e, ERR_SYNTAX, "Name at least one person, or the folder");
  *ret_field = "";
  return OK;
}

struct saving {
  struct arena *a;
  const struct scope *who;
  struct report_schedule *x;
  const struct report_recipient *to;
  size_t n_to;
  int64_t now;
};

static int note(struct store *s, const struct scope *who, const char *action, int64_t id, struct str detail, int64_t now, struct err *e) {
  return audit_add(s, &(struct audit_entry){.at = now, .actor_id = who ? who->person_id : 0, .action = action, .entity = "report_schedule", .entity_id = id,
                                            .detail = detail}, e);
}

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct saving *v = arg;
  struct report_schedule *x = v->x, old;
  bool is_new = x->id == 0;
  int rc = OK;
  if (!is_new)
    rc = report_schedule_open(s, v->a, v->who, x->id, &old, e);
  if (rc == OK)
    rc = is_new ? report_schedule_put(s, x, e) : report_schedule_set(s, x, e);
  if (rc == ERR_CONFLICT)
    return err_set(e, rc, "Somebody changed this schedule meanwhile: look at it again");
  if (rc == OK)
    rc = report_recipients_set(s, x->id, v->to, v->n_to, e);
  struct str detail = arena_fmt(v->a, "{\"active\":%d,\"weekday\":%d,\"minute\":%d,\"recipients\":%zu,\"person\":%" PRId64 "}", x->active, x->weekday, x->minute,
      v->n_to,
                                x->person_id);
  if (rc == OK)
    rc = note(s, v->who, is_new ? "report.schedule" : "report.reschedule", x->id, detail, v->now, e);
  if (rc < 0 && is_new)
    x->id = 0; /* a transaction that runs again begins anew */
  return rc;
}

int report_schedule_save(struct store *s, const struct scope *who, struct report_schedule *x, const struct report_recipient *to, size_t n_to, int64_t now,
                         const char **ret_field, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(8 << 20);
  if (!a)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = check(a, x, n_to, ret_field, e);
  if (rc < 0)
    return rc;
  if (!who->everything && x->person_id != who->person_id)
    return err_set(e, ERR_DENIED, "A schedule is about your own rows: only who sees everything makes one for somebody else");
  x->next_at = report_next(x, zone_load(a, x->time_zone), now);
  x->made_by = x->id ? x->made_by : who->person_id;
  x->made_at = x->id ? x->made_at : now;
  x->changed_at = now;
  return store_write(s, save_tx, &(struct saving){a, who, x, to, n_to, now}, e);
}

bool report_schedule_seen(const struct scope *who, const struct report_schedule *x) {
  return who->everything || x->person_id == who->person_id || scope_sees_rep(who, x->person_id);
}

int report_schedule_open(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct report_schedule *ret, struct err *e) {
  struct report_schedule x;
  int rc = report_schedule_get(s, a, id, &x, e);
  if (rc == OK && !report_schedule_seen(who, &x))
    rc = err_set(e, ERR_NOTFOUND, "There is no such schedule");
  if (rc == OK)
    *ret = x;
  return rc;
}

struct act {
  struct arena *a;
  const struct scope *who;
  int64_t id, now;
};

static int drop_tx(struct store *s, void *arg, struct err *e) {
  const struct act *x = arg;
  struct report_schedule old;
  int rc = report_schedule_open(s, x->a, x->who, x->id, &old, e);
  if (rc == OK)
    rc = report_schedule_remove(s, x->id, x->now, e);
  return rc < 0 ? rc : note(s, x->who, "report.unschedule", x->id, STR_NONE, x->now, e);
}

int report_schedule_drop(struct store *s, const struct scope *who, int64_t id, int64_t now, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(1 << 20);
  if (!a)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return store_write(s, drop_tx, &(struct act){a, who, id, now}, e);
}

static int again_tx(struct store *s, void *arg, struct err *e) {
  const struct act *x = arg;
  struct report_delivery d;
  struct report_schedule schedule;
  int rc = report_delivery_get(s, x->a, x->id, &d, e);
  if (rc == OK)
    rc = report_schedule_open(s, x->a, x->who, d.schedule_id, &schedule, e);
  if (rc < 0)
    return rc;
  enum delivery_state from = d.state;
  if (from != DELIVERY_UNCERTAIN && from != DELIVERY_GIVEN_UP)
    return err_set(e, ERR_CONFLICT, "This has been sent, or will be: nothing was changed");
  d.state = DELIVERY_WAITING;
  d.tries = 0;
  d.next_at = d.at = x->now;
  rc = report_delivery_move(s, &d, from, e);
  return rc < 0 ? rc : note(s, x->who, "report.send_again", d.schedule_id, arena_fmt(x->a, "{\"sending\":%" PRId64 "}", d.id), x->now, e);
}

int report_send_again(struct store *s, const struct scope *who, int64_t delivery_id, int64_t now, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(1 << 20);
  if (!a)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return store_write(s, again_tx, &(struct act){a, who, delivery_id, now}, e);
}

#include "store/repo_config.h"

#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_audit.h"

#define NAME_MAX_BYTES 119

/* Each key knows how to take its value into the typed view; taking is also how a new value is validated. */
struct key {
  const char *name;
  int (*take)(struct str value, struct org *o);
  const char *allowed; /* for the sentence */
};

static int take_int(struct str v, int lo, int hi, int *ret) {
  int64_t n = 0;
  if (str_to_i64(v, &n) < 0 || n < lo || n > hi) return ERR_SYNTAX;
  *ret = (int)n;
  return OK;
}

static int take_choice(struct str v, const char *zero, const char *one, bool *ret) {
  bool second = str_eq(v, str_of(one));
  if (!second && !str_eq(v, str_of(zero))) return ERR_SYNTAX;
  *ret = second;
  return OK;
}

static int take_name(struct str v, struct org *o) {
  if (v.n == 0 || v.n > NAME_MAX_BYTES) return ERR_SYNTAX;
  str_to_z(v, o->name, sizeof o->name);
  return OK;
}

static int take_year_start(struct str v, struct org *o) {
  return take_int(v, 1, 12, &o->calendar.first_month);
}

static int take_calendar(struct str v, struct org *o) {
  bool weeks;
  if (take_choice(v, "months", "445", &weeks) < 0) return ERR_SYNTAX;
  o->calendar.kind = weeks ? CALENDAR_445 : CALENDAR_MONTHS;
  return OK;
}

static int take_week_start(struct str v, struct org *o) {
  return take_int(v, 1, 7, &o->calendar.week_start);
}

static int take_year_name(struct str v, struct org *o) {
  return take_choice(v, "end", "start", &o->calendar.named_by_start);
}

static int take_currency(struct str v, struct org *o) {
  return currency_parse(v, &o->reporting_currency) < 0 ? ERR_SYNTAX : OK;
}

static int take_grace(struct str v, struct org *o) {
  return take_int(v, 0, 365, &o->grace_days);
}

static int take_window(struct str v, struct org *o) {
  return take_int(v, 1, 730, &o->window_days);
}

static int take_lapse(struct str v, struct org *o) {
  int rc = take_int(v, 0, 3650, &o->max_lapse_days);
  if (rc == OK) o->work.max_lapse_days = o->max_lapse_days;
  return rc;
}

static int take_procurement(struct str v, struct org *o) {
  return take_int(v, 0, 365, &o->work.procurement_days);
}

static int take_reseller(struct str v, struct org *o) {
  return take_int(v, 0, 365, &o->work.reseller_days);
}

static int take_distributor(struct str v, struct org *o) {
  return take_int(v, 0, 365, &o->work.distributor_days);
}

static int take_urgency(struct str v, struct org *o) {
  return take_int(v, 1, 730, &o->work.urgency_days);
}

static int take_today(struct str v, struct org *o) {
  if (v.n == 0) {
    o->today = DAY_NONE;
    return OK;
  }
  return day_parse_iso(v, &o->today) < 0 ? ERR_SYNTAX : OK;
}

static int take_call_weekday(struct str v, struct org *o) {
  return take_int(v, 1, 7, &o->call_weekday);
}

static int take_call_time(struct str v, struct org *o) {
  int hour, minute;
  if (v.n != 5 || v.p[2] != ':' || take_int(str_sub(v, 0, 2), 0, 23, &hour) < 0 || take_int(str_sub(v, 3, 2), 0, 59, &minute) < 0) return ERR_SYNTAX;
  o->call_minute = 60 * hour + minute;
  return OK;
}

static int take_roles(struct str v, struct org *o) {
  struct str piece, rest = v;
  unsigned roles = 0;
  while (str_cut(rest, ',', &piece, &rest)) {
    int role = role_of(str_trim(piece));
    if (role < 0) return ERR_SYNTAX;
    roles |= 1u << role;
  }
  o->second_factor_roles = roles;
  return OK;
}

static int take_text(struct str v, char *buf, size_t size) {
  if (v.n >= size) return ERR_SYNTAX;
  for (size_t i = 0; i < v.n; i++)
    if ((unsigned char)v.p[i] < 32 || v.p[i] == 127) return ERR_SYNTAX;
  str_to_z(v, buf, size);
  return OK;
}

/* Whether the scheme will do is the reader's business: it depends on oidc_loopback. */
static int take_issuer(struct str v, struct org *o) {
  bool url = str_starts(v, STR("https://")) || str_starts(v, STR("http://"));
  if (v.n && (!url || str_find(v, '?', 0) != SIZE_MAX || str_find(v, '#', 0) != SIZE_MAX || str_find(v, ' ', 0) != SIZE_MAX)) return ERR_SYNTAX;
  return take_text(v, o->oidc_issuer, sizeof o->oidc_issuer);
}

static int take_client(struct str v, struct org *o) {
  return take_text(v, o->oidc_client_id, sizeof o->oidc_client_id);
}

static int take_hosts(struct str v, struct org *o) {
  return take_text(v, o->oidc_hosts, sizeof o->oidc_hosts);
}

static int take_label(struct str v, struct org *o) {
  return take_text(v, o->oidc_label, sizeof o->oidc_label);
}

static int take_default_role(struct str v, struct org *o) {
  int role = v.n ? role_of(v) : -1;
  if (v.n && (role < 0 || role == ROLE_ADMIN)) return ERR_SYNTAX;
  o->oidc_default_role = role;
  return OK;
}

static int take_loopback(struct str v, struct org *o) {
  return take_choice(v, "no", "yes", &o->oidc_loopback);
}

static int take_smtp_host(struct str v, struct org *o) {
  for (size_t i = 0; i < v.n; i++)
    if (!((v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= 'A' && v.p[i] <= 'Z') || (v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '.' || v.p[i] == '-')) return ERR_SYNTAX;
  return take_text(v, o->smtp_host, sizeof o->smtp_host);
}

static int take_smtp_port(struct str v, struct org *o) { return take_int(v, 1, 65535, &o->smtp_port); }

static int take_smtp_security(struct str v, struct org *o) {
  static const char *const words[] = {"starttls", "tls", "none"};
  for (int i = 0; i < 3; i++)
    if (str_eq(v, str_of(words[i]))) return o->smtp_security = i, OK;
  return ERR_SYNTAX;
}

static int take_smtp_user(struct str v, struct org *o) { return take_text(v, o->smtp_user, sizeof o->smtp_user); }

/* Looked at closely by who sends; here that it is one word with an @. */
static int take_smtp_from(struct str v, struct org *o) {
  if (v.n && (str_find(v, '@', 0) == SIZE_MAX || str_find(v, ' ', 0) != SIZE_MAX)) return ERR_SYNTAX;
  return take_text(v, o->smtp_from, sizeof o->smtp_from);
}

static int take_report_folder(struct str v, struct org *o) {
  return v.n && v.p[0] != '/' ? ERR_SYNTAX : take_text(v, o->report_folder, sizeof o->report_folder);
}

static int take_report_templates(struct str v, struct org *o) {
  return v.n && v.p[0] != '/' ? ERR_SYNTAX : take_text(v, o->report_templates, sizeof o->report_templates);
}

/* "40,16,8": hours of level 1, 2 and 3. */
static int take_hours(struct str v, int ret[3]) {
  struct str piece, rest = v;
  int hours[3], n = 0;
  while (n < 3 && str_cut(rest, ',', &piece, &rest))
    if (take_int(str_trim(piece), 1, 1000, &hours[n++]) < 0) return ERR_SYNTAX;
  if (n < 3 || rest.n) return ERR_SYNTAX;
  for (int i = 0; i < 3; i++) ret[i] = hours[i];
  return OK;
}

static int take_escalation_hours(struct str v, struct org *o) { return take_hours(v, o->escalation_hours); }

static int take_update_hours(struct str v, struct org *o) { return take_hours(v, o->escalation_update_hours); }

static int take_clock(struct str v, int *ret) {
  struct str h, m;
  int hours = 0, minutes = 0;
  if (!str_cut(v, ':', &h, &m) || m.n != 2 || take_int(h, 0, 24, &hours) < 0 || take_int(m, 0, 59, &minutes) < 0 || hours * 60 + minutes > 24 * 60) return ERR_SYNTAX;
  *ret = (hours * 60 + minutes) * 60;
  return OK;
}

/* "09:00-18:00" */
static int take_work_hours(struct str v, struct org *o) {
  struct str from, to;
  int a = 0, b = 0;
  if (!str_cut(v, '-', &from, &to) || take_clock(str_trim(from), &a) < 0 || take_clock(str_trim(to), &b) < 0 || a >= b) return ERR_SYNTAX;
  o->work_from = a;
  o->work_to = b;
  return OK;
}

static const struct key keys[] = {
    {"call_time", take_call_time, "a time of day such as 12:00"},
    {"call_weekday", take_call_weekday, "a day from 1 (Monday) to 7 (Sunday)"},
    {"distributor_days", take_distributor, "a number of business days from 0 to 365"},
    {"escalation_hours", take_escalation_hours, "three numbers of hours from 1 to 1000, of level 1, 2 and 3: 40,16,8"},
    {"escalation_update_hours", take_update_hours, "three numbers of hours from 1 to 1000, of level 1, 2 and 3: 16,8,4"},
    {"fiscal_calendar", take_calendar, "months or 445"},
    {"fiscal_year_name", take_year_name, "end or start (the calendar year that names the fiscal year)"},
    {"fiscal_year_start", take_year_start, "a month from 1 to 12"},
    {"grace_days", take_grace, "a number of days from 0 to 365"},
    {"max_lapse_days", take_lapse, "a number of days from 0 to 3650"},
    {"name", take_name, "1 to 119 bytes of text"},
    {"oidc_client_id", take_client, "at most 159 bytes of text"},
    {"oidc_default_role", take_default_role, "a role other than admin, or nothing"},
    {"oidc_hosts", take_hosts, "host names with commas, at most 255 bytes, or nothing"},
    {"oidc_issuer", take_issuer, "an https:// address without ? and #, or nothing"},
    {"oidc_label", take_label, "at most 63 bytes of text"},
    {"oidc_loopback", take_loopback, "yes or no"},
    {"procurement_days", take_procurement, "a number of business days from 0 to 365"},
    {"report_folder", take_report_folder, "an absolute path such as /srv/reports, or nothing"},
    {"report_templates", take_report_templates, "an absolute path such as /srv/templates, or nothing"},
    {"reporting_currency", take_currency, "an ISO 4217 code such as USD"},
    {"reseller_days", take_reseller, "a number of business days from 0 to 365"},
    {"second_factor_roles", take_roles, "role names with commas, such as admin,ops, or nothing"},
    {"smtp_from", take_smtp_from, "a mail address, or nothing"},
    {"smtp_host", take_smtp_host, "the name of a mail server, or nothing"},
    {"smtp_port", take_smtp_port, "a number from 1 to 65535"},
    {"smtp_security", take_smtp_security, "starttls, tls or none"},
    {"smtp_user", take_smtp_user, "at most 255 bytes of text, or nothing"},
    {"today", take_today, "a date such as 2026-11-22, or nothing for the real day"},
    {"urgency_days", take_urgency, "a number of days from 1 to 730"},
    {"week_start", take_week_start, "a day from 1 (Monday) to 7 (Sunday)"},
    {"window_days", take_window, "a number of days from 1 to 730"},
    {"work_hours", take_work_hours, "two times of day such as 09:00-18:00"},
};
#define N_KEYS (sizeof keys / sizeof *keys)

static const struct key *key_of(struct str name) {
  for (size_t i = 0; i < N_KEYS; i++)
    if (str_eq(name, str_of(keys[i].name))) return &keys[i];
  return NULL;
}

static int unknown_key(struct str name, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  for (size_t i = 0; i < N_KEYS; i++) strbuf_fmt(&b, "%s%s", i ? ", " : "", keys[i].name);
  return err_set(e, ERR_NOTFOUND, "There is no setting \"%.*s\": the settings are %s", (int)(name.n > 60 ? 60 : name.n), name.p, strbuf_z(&b));
}

int org_load(struct store *s, struct org *ret, struct err *e) {
  struct org o = {.name = "", .calendar = CALENDAR_DEFAULT, .window_days = 120, .max_lapse_days = 365, .work = WORK_RULE_DEFAULT,
                  .call_weekday = 1, .call_minute = 12 * 60, .oidc_default_role = -1, .today = DAY_NONE, .work_from = 9 * 3600, .work_to = 18 * 3600,
                  .escalation_hours = {40, 16, 8}, .escalation_update_hours = {16, 8, 4}, .smtp_port = 587};
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = currency_parse(STR("USD"), &o.reporting_currency);
  if (rc == OK) rc = db_query(store_db(s), "select key, value from org_config /* scan */", NULL, &q, e);
  if (rc < 0) return rc;
  while ((rc = stmt_next(q, e)) > 0) {
    char name[40];
    str_to_z(stmt_str(q, 0), name, sizeof name);
    const struct key *k = key_of(str_of(name));
    if (!k) continue; /* other parts keep their own keys here */
    if (k->take(stmt_str(q, 1), &o) < 0)
      return err_set(e, ERR_SYNTAX, "The setting %s has a value that is not allowed: set it to %s", k->name, k->allowed);
  }
  if (rc == OK) *ret = o;
  return rc;
}

int config_get(struct store *s, struct arena *a, struct str key, struct str *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select value from org_config where key = $1", BINDS(B_STR(key)), &q, e);
  if (rc == OK) rc = stmt_next(q, e);
  if (rc < 0) return rc;
  if (rc == 0) return key_of(key) ? err_set(e, ERR_NOTFOUND, "The setting \"%.*s\" is not set", STR_FMT(key)) : unknown_key(key, e);
  struct str v = arena_str(a, stmt_str(q, 0));
  if (!v.p) return err_set(e, ERR_NOMEM, "Out of memory");
  *ret = v;
  return OK;
}

/* Keys and allowed values hold nothing that JSON would have to escape, but a name may. */
static void add_json(struct strbuf *b, struct str s) {
  strbuf_addc(b, '"');
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c == '"' || c == '\\') strbuf_addc(b, '\\');
    if (c < 0x20) strbuf_fmt(b, "\\u%04x", c);
    else strbuf_addc(b, s.p[i]);
  }
  strbuf_addc(b, '"');
}

int config_set(struct store *s, struct str key, struct str value, int64_t actor_id, int64_t now, struct err *e) {
  struct org scratch = {0};
  const struct key *k = key_of(key);
  if (!k) return unknown_key(key, e);
  if (k->take(value, &scratch) < 0)
    return err_set(e, ERR_SYNTAX, "The setting %s cannot be \"%.*s\": give %s", k->name, (int)(value.n > 60 ? 60 : value.n), value.p, k->allowed);
  int64_t n = db_run(store_db(s), "insert into org_config (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
                     BINDS(B_STR(key), B_STR(value)), e);
  if (n < 0) return (int)n;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(2000);
  strbuf_fmt(&b, "{\"key\":\"%s\",\"value\":", k->name);
  add_json(&b, value);
  strbuf_addc(&b, '}');
  if (b.failed < 0) return err_set(e, b.failed, "Out of memory");
  int rc = audit_add(s, &(struct audit_entry){.at = now, .actor_id = actor_id, .action = "config.set", .entity = "org_config",
                                              .detail = strbuf_str(&b)}, e);
  return rc < 0 ? rc : store_changed(s, "org_config", 0, e);
}

day_t org_today(const struct org *o, int64_t now) {
  return o->today == DAY_NONE ? day_of_instant(now) : o->today;
}

int64_t org_now(const struct org *o, int64_t now) {
  return o->today == DAY_NONE ? now : (int64_t)o->today * SECONDS_PER_DAY + now % SECONDS_PER_DAY;
}

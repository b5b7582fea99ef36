/* Organization settings (key, value). Typed view: struct org. */
#ifndef STORE_REPO_CONFIG_H
#define STORE_REPO_CONFIG_H
#include "base/money.h"
#include "domain/calendar.h"
#include "domain/terms.h"
#include "domain/work.h"
#include "store/store.h"

struct org {
  char name[120];
  struct calendar calendar;      /* keys fiscal_year_start (month 1..12), fiscal_calendar (months|445), week_start (1..7), fiscal_year_name (end|start) */
  currency_t reporting_currency; /* reporting_currency, default USD */
  int grace_days;                /* grace_days, default 0 */
  int window_days;               /* window_days, default 120: a renewal opens this long before end_date */
  int max_lapse_days;            /* max_lapse_days, default 365: longest renewable lapse */
  struct work_rule work;         /* procurement_days, reseller_days, distributor_days, urgency_days; its max_lapse_days is the one above */
  unsigned second_factor_roles;  /* second_factor_roles (role names with commas): bit 1 << role */
  /* Single sign-on, off while the issuer is "": oidc_issuer, oidc_client_id, oidc_label (what the button says), oidc_hosts
   * (hosts other than the issuer's that may be asked, with commas), oidc_default_role (of
   * people it makes; "" = it makes none), oidc_loopback (yes: a provider on this machine, for tests) */
  char oidc_issuer[256], oidc_client_id[160], oidc_label[64], oidc_hosts[256];
  int oidc_default_role;         /* enum role, -1 = none */
  bool oidc_loopback;
  int call_weekday, call_minute; /* the weekly call: call_weekday (1 = Monday … 7), call_time (HH:MM, as minutes of the day), on each person's own clock */
  int work_from, work_to;        /* work_hours, default 09:00-18:00: seconds of the local day, Monday to Friday */
  int escalation_hours[3], escalation_update_hours[3]; /* the same keys: working hours by level to a resolution (40,16,8) and to an update (16,8,4) */
  /* Mail goes out by smtp_host (empty = none), smtp_port, smtp_security (starttls|tls|none), smtp_user, from smtp_from; its password is sealed (app/mail.h) */
  char smtp_host[256], smtp_user[256], smtp_from[256];
  int smtp_port, smtp_security;  /* enum smtp_security */
  char report_folder[512];       /* report_folder: where schedules may write, an absolute path; "" = nowhere */
  char report_templates[512];    /* report_templates: a folder of the company's own documents (report/template.h), an absolute path; "" = none */
  day_t today;                   /* key today (ISO) pins the day of a demo organization; DAY_NONE = clock */
};
/* Defaults where a key is absent. */
int org_load(struct store *s, struct org *ret, struct err *e);
/* ERR_NOTFOUND: absent. The value lives in arena. */
int config_get(struct store *s, struct arena *a, struct str key, struct str *ret, struct err *e);
/* Validates known keys (ERR_SYNTAX with a sentence that lists what is allowed; ERR_NOTFOUND: unknown key).
 * Inside a write transaction; writes an audit entry. */
int config_set(struct store *s, struct str key, struct str value, int64_t actor_id, int64_t now, struct err *e);
/* The day the organization lives in: org->today, else the UTC day of now. */
day_t org_today(const struct org *o, int64_t now);
/* The instant it lives in: the time of day of now, on org->today where a day is pinned. For clocks that are compared with days. */
int64_t org_now(const struct org *o, int64_t now);
#endif

/* Pages of settings beyond the person's own: what administrators see. One struct for each view. */
#ifndef WEB_PAGES_SETTINGS_H
#define WEB_PAGES_SETTINGS_H
#include "store/repo_people.h"
#include "web/form.h"
#include "web/html.h"
#include "web/parts.h"
#include "web/shell.h"

/* The row of places over every page of settings; only what the role may see. */
struct settings_place {
  const char *path;
  struct str label;
  bool current;
};
struct settings_nav {
  struct settings_place *places;
  size_t n_places;
};
int settings_nav_fill(struct request *r, const char *current, struct settings_nav *ret); /* OK, ERR_NOMEM */
struct str settings_moment(struct request *r, int64_t at); /* "never" for 0 */
/* "Firefox on Windows" of what a browser says about itself; its own first words when it is none that is known. */
struct str settings_browser(struct request *r, struct str agent);
/* {"email", "Email"} … for a <select>; value "" and `none` first when none is not NULL. */
struct option *settings_roles(struct request *r, int selected, size_t *ret_n);

/* The page that asks for the password again. */
struct fresh_pair {
  struct str name, value;
};
struct fresh_view {
  struct str action, error, email;
  struct fresh_pair *pairs;
  size_t n_pairs;
  bool no_password;
};
int settings_confirm_post(struct request *r, struct response *w);

/* ---- people ---- */
struct people_row {
  int64_t id, open;
  struct str name, email, role, team, open_text, door;
  bool active, no_email;
};
struct people_view {
  struct settings_nav nav;
  struct people_row *rows, *off;
  size_t n_rows, n_off;
  struct str count, done;
};
int settings_people_page(struct request *r, struct response *w);

struct person_session_row {
  struct str short_id, agent, browser, address, since, last;
};
struct person_token_row {
  int64_t id;
  struct str name, scopes, expires, last_used, owner;
  bool over;
};
struct person_view {
  struct settings_nav nav;
  bool is_new, self, active, has_password, factor_on, may_reset, has_open, sells, leads; /* sells: of field sales */
  int64_t id;
  struct str title, name, email, time_zone, done, link, note;
  struct str name_error, email_error, role_error, team_error, language_error, locale_error, time_zone_error;
  struct option *roles, *teams, *languages, *locales;
  size_t n_roles, n_teams, n_languages, n_locales;
  struct str open_sentence, open_href, password_text, factor_text;
  struct person_session_row *sessions;
  size_t n_sessions;
  struct person_token_row *tokens;
  size_t n_tokens;
};
int settings_person_new(struct request *r, struct response *w);
int settings_person_add_post(struct request *r, struct response *w);
int settings_person_page(struct request *r, struct response *w);
int settings_person_post(struct request *r, struct response *w);
int settings_person_leads_post(struct request *r, struct response *w);
int settings_person_switch_post(struct request *r, struct response *w);
int settings_person_reset_post(struct request *r, struct response *w);
int settings_person_sessions_post(struct request *r, struct response *w);
int settings_person_factor_post(struct request *r, struct response *w);

/* ---- teams ---- */
struct team_item {
  int64_t id, people;
  struct str name, region, people_text, indent; /* indent: one en space per level */
  struct option *parents, *regions;
  size_t n_parents, n_regions;
  bool empty;
};
struct teams_view {
  struct settings_nav nav;
  struct team_item *teams, added; /* added: the form of a new one */
  size_t n_teams;
  struct str done, error;
};
int settings_teams_page(struct request *r, struct response *w);
int settings_team_add_post(struct request *r, struct response *w);
int settings_team_post(struct request *r, struct response *w);
int settings_team_remove_post(struct request *r, struct response *w);

/* ---- everybody's tokens ---- */
struct tokens_view {
  struct settings_nav nav;
  struct person_token_row *tokens;
  size_t n_tokens;
  struct str done;
};
int settings_tokens_page(struct request *r, struct response *w);

/* ---- roles ---- */
struct role_cell {
  struct str text;
};
struct role_place {
  struct str label, path;
  struct role_cell cells[ROLE_COUNT];
  size_t n_cells;
};
struct role_item {
  struct str name, sees;
};
struct roles_view {
  struct settings_nav nav;
  struct role_item roles[ROLE_COUNT];
  size_t n_roles;
  struct role_place *places;
  size_t n_places;
};
int settings_roles_page(struct request *r, struct response *w);

/* ---- organization ---- */
struct org_setting {
  const char *key;
  struct str label, effect, value, error;
  struct option *options; /* a choice; else a text */
  size_t n_options;
  bool number, date;
};
struct org_view {
  struct settings_nav nav;
  struct org_setting *settings;
  size_t n_settings;
  struct option factor_roles[ROLE_COUNT];
  size_t n_factor_roles;
  struct str done, error;
};
/* A setting as a page offers it. standard: the value while nothing is set. */
enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_CHOICE };
struct setting {
  const char *key, *label, *effect, *standard;
  enum setting_kind kind;
  const char *values[13], *labels[13];
};
/* Their values as they are, or as they were typed. OK, ERR_NOMEM, a code of the store. */
int settings_values(struct request *r, const struct setting *rows, size_t n, bool entered, struct org_setting **ret);
/* Within a write transaction: saves those that the form has and that differ, each with its audit entry. *ret_key: the last one looked at. ERR_SYNTAX. */
int settings_save(struct store *s, struct request *r, const struct setting *rows, size_t n, const char **ret_key, struct err *e);
/* Puts r->err's sentence at the setting of that key. */
int settings_refused(struct request *r, const char *key, struct org_setting *list, size_t n);
int settings_organization_page(struct request *r, struct response *w);
int settings_organization_post(struct request *r, struct response *w);

/* ---- working hours and holidays ---- */
struct hours_day {
  struct str country, iso, name, when, about;
};
struct hours_view {
  struct settings_nav nav;
  struct org_setting *settings;
  size_t n_settings;
  struct hours_day *days;
  size_t n_days;
  struct str done, country, day, name, country_error, day_error, name_error, older;
};
int settings_hours_page(struct request *r, struct response *w);
int settings_hours_post(struct request *r, struct response *w);
int settings_holiday_add_post(struct request *r, struct response *w);
int settings_holiday_remove_post(struct request *r, struct response *w);

/* ---- territories ---- */
struct territory_rule_row {
  int64_t id;
  struct str name, condition, owner, count;
  bool first;
};
struct territory_move_row {
  int64_t owner_id;
  struct str owner, what;
  bool too_many;
};
struct territories_view {
  struct settings_nav nav;
  struct territory_rule_row *rules;
  size_t n_rules;
  struct territory_move_row *moves;
  size_t n_moves;
  struct option *owners, *regions, *models;
  size_t n_owners, n_regions, n_models;
  struct str done, error, right, unplaced, name, country, partner;
};
int settings_territories_page(struct request *r, struct response *w);
int settings_territory_add_post(struct request *r, struct response *w);
int settings_territory_act_post(struct request *r, struct response *w);
int settings_territories_apply_post(struct request *r, struct response *w);

/* ---- single sign-on ---- */
struct sign_on_view {
  struct settings_nav nav;
  struct str issuer, client_id, label, hosts, default_role, callback, done, error;
  struct option *roles;
  size_t n_roles;
  bool has_secret;
};
int settings_sign_on_page(struct request *r, struct response *w);
int settings_sign_on_post(struct request *r, struct response *w);
int sign_in_oidc_page(struct request *r, struct response *w);
int sign_in_oidc_callback(struct request *r, struct response *w);

/* ---- second factor ---- */
struct code_item {
  struct str text;
};
struct factor_view {
  struct settings_nav nav;
  bool on, begun, needed;
  struct str since, codes_left, secret, uri, error, broken, done, next;
  struct raw_html_trusted qr;
  struct code_item *codes;
  size_t n_codes;
};
int settings_factor_page(struct request *r, struct response *w);
int settings_factor_begin_post(struct request *r, struct response *w);
int settings_factor_confirm_post(struct request *r, struct response *w);
int settings_factor_codes_post(struct request *r, struct response *w);
int settings_factor_off_post(struct request *r, struct response *w);

/* ---- between the password and the code; a password by link ---- */
struct code_view {
  struct str next, error, secret, uri, email, token;
  struct raw_html_trusted qr;
  struct code_item *codes;
  size_t n_codes;
  bool has_password;
};
int sign_in_code_page(struct request *r, struct response *w);
int sign_in_code_post(struct request *r, struct response *w);
int set_password_page(struct request *r, struct response *w);
int set_password_post(struct request *r, struct response *w);
/* Ends a sign-in: the session's cookie and the way on, or the way to the page that asks for the code. */
struct signed_in;
int sign_in_done(struct request *r, struct response *w, const struct signed_in *done, struct str next);
#endif

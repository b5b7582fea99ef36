#include "web/pages/settings_look.h"
#include "app/access.h"
#include "web/dispatch.h"
#include "web/locale.h"
#include "web/shell.h"
#include "base/zone.h"

static int choices(struct request *r, size_t n, struct option **ret) {
  *ret = arena_zalloc(r->arena, n + 1, sizeof **ret);
  return *ret ? OK : ERR_NOMEM;
}

/* "Português (Brasil)": people look for their own country, so names stand in their own language. */
const char *look_locale_label(const char *name) {
  static const char *const LABELS[][2] = {
    {"en-US", "English (United States)"}, {"en-CA", "English (Canada)"}, {"en-GB", "English (United Kingdom)"},
    {"es-419", "Español (Latinoamérica)"}, {"es-AR", "Español (Argentina)"}, {"es-CL", "Español (Chile)"}, {"es-CO", "Español (Colombia)"},
    {"es-ES", "Español (España)"}, {"es-MX", "Español (México)"}, {"fr-CA", "Français (Canada)"}, {"fr-FR", "Français (France)"},
    {"pt-BR", "Português (Brasil)"}, {"pt-PT", "Português (Portugal)"}};
  for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
    if (!strcmp(LABELS[i][0], name)) return LABELS[i][1];
  return name;
}

static int fill_zones(struct request *r, struct look_view *v) {
  struct str *names = NULL, own = r->who.time_zone.n ? r->who.time_zone : STR("UTC");
  size_t n = 0;
  bool found = false;
  int rc = zone_names(r->arena, &names, &n);
  if (rc == OK) rc = choices(r, n + 1, &v->zones);
  if (rc < 0) return rc;
  for (size_t i = 0; i < n; i++) found |= str_eq(names[i], own);
  if (!found) v->zones[v->n_zones++] = (struct option){own, own, true};
  for (size_t i = 0; i < n; i++) v->zones[v->n_zones++] = (struct option){names[i], names[i], str_eq(names[i], own)};
  return OK;
}

static int fill_look(struct request *r, const char *name, const char *const words[3][2], struct option **ret, size_t *ret_n) {
  struct str is = shell_look(r, name);
  if (choices(r, 3, ret) < 0) return ERR_NOMEM;
  for (size_t i = 0; i < 3; i++) (*ret)[(*ret_n)++] = (struct option){str_of(words[i][0]), tr(r, words[i][1]), str_eq(is, str_of(words[i][0]))};
  return OK;
}

int settings_look_fill(struct request *r, struct look_view *v) {
  static const char *const THEMES[3][2] = {{"", MSG("As this device")}, {"light", MSG("Light")}, {"dark", MSG("Dark")}};
  static const char *const DENSITIES[3][2] = {{"tight", MSG("Tight")}, {"", MSG("Usual")}, {"roomy", MSG("Roomy")}};
  struct str language = words_language(r->reader->words);
  *v = (struct look_view){0};
  if (choices(r, 8, &v->languages) < 0 || choices(r, n_locales, &v->locales) < 0) return ERR_NOMEM;
  for (const char *const *l = words_languages; *l; l++)
    v->languages[v->n_languages++] = (struct option){str_of(*l), str_of(words_language_name(*l)), str_eq(language, str_of(*l))};
  for (size_t i = 0; i < n_locales; i++)
    v->locales[v->n_locales++] = (struct option){str_of(locales[i].name), str_of(look_locale_label(locales[i].name)), &locales[i] == r->reader->locale};
  int rc = fill_zones(r, v);
  if (rc == OK) rc = fill_look(r, "theme", THEMES, &v->themes, &v->n_themes);
  if (rc == OK) rc = fill_look(r, "density", DENSITIES, &v->densities, &v->n_densities);
  currency_t usd = CURRENCY_NONE;
  (void)currency_parse(STR("USD"), &usd);
  struct str money = format_money(r->reader, 123456789, usd, MONEY_FULL), day = format_weekday_year(r->reader, r->reader->today);
  v->sample = arena_fmt(r->arena, "%.*s \u00b7 %.*s", STR_FMT(money), STR_FMT(day));
  v->now = format_instant(r->reader, r->now);
  return rc;
}

/* A cookie that only says how pages look: "" ends it. */
static int look_cookie(struct request *r, struct response *w, const char *name, struct str value) {
  struct str v = arena_fmt(r->arena, "%s=%.*s; Path=/; SameSite=Lax; Max-Age=%d%s", name, STR_FMT(value), value.n ? 31536000 : 0, r->secure ? "; Secure" : "");
  if (!v.p) return ERR_NOMEM;
  response_header(w, "Set-Cookie", v);
  return OK;
}

static bool language_known(struct str s) {
  for (const char *const *l = words_languages; *l; l++)
    if (str_eq(s, str_of(*l))) return true;
  return false;
}

static bool one_of(struct str s, const char *a, const char *b) { return !s.n || str_eq(s, str_of(a)) || str_eq(s, str_of(b)); }

int settings_look_post(struct request *r, struct response *w) {
  struct reading x = {pairs_get(&r->form, "language"), pairs_get(&r->form, "locale"), pairs_get(&r->form, "zone")};
  struct str theme = pairs_get(&r->form, "theme"), density = pairs_get(&r->form, "density");
  bool zone = str_eq(x.time_zone, STR("UTC")) || zone_load(r->arena, x.time_zone);
  if (!language_known(x.language) || !locale_known(x.locale) || !zone || !one_of(theme, "light", "dark") || !one_of(density, "tight", "roomy"))
    return err_set(&r->err, ERR_SYNTAX, "Language, numbers, time zone, theme or rows is not one of its choices: choose again");
  int rc = access_person_set_reading(r->store, r->who.id, &x, r->who.id, r->now, &r->err);
  if (rc == OK) rc = look_cookie(r, w, "theme", theme);
  if (rc == OK) rc = look_cookie(r, w, "density", density);
  if (rc == OK) rc = look_cookie(r, w, "lang", x.language);
  return rc < 0 ? rc : response_redirect(r, w, STR("/settings?done=look"));
}

int language_post(struct request *r, struct response *w) {
  struct str language = pairs_get(&r->form, "language"), next = pairs_get(&r->form, "next");
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4 * WEB_MAX_URL);
  if (!language_known(language)) return err_set(&r->err, ERR_SYNTAX, "The language is not one of the choices: choose again");
  strbuf_addz(&b, "/sign-in");
  if (next.n) strbuf_addz(&b, "?next="), html_part_str(&b, next);
  int rc = look_cookie(r, w, "lang", language);
  return rc < 0 ? rc : response_redirect(r, w, strbuf_str(&b));
}

/* The part of the settings page that says how this person reads: language, locale, zone; theme and density of this browser. */
#ifndef WEB_PAGES_SETTINGS_LOOK_H
#define WEB_PAGES_SETTINGS_LOOK_H
#include "web/http.h"
#include "web/parts.h"

struct look_view {
  struct option *languages, *locales, *zones, *themes, *densities;
  size_t n_languages, n_locales, n_zones, n_themes, n_densities;
  struct str sample, now;
};
/* "Português (Brasil)" of pt-BR; the name itself when there is no label. */
const char *look_locale_label(const char *name);
/* OK, ERR_NOMEM. */
int settings_look_fill(struct request *r, struct look_view *v);
int settings_look_post(struct request *r, struct response *w);
/* The switch on the pages before sign-in: remembers the language in a cookie and goes back there. */
int language_post(struct request *r, struct response *w);
#endif

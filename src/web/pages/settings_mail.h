/* Settings, Mail: the server by which reports go out. */
#ifndef WEB_PAGES_SETTINGS_MAIL_H
#define WEB_PAGES_SETTINGS_MAIL_H
#include "web/pages/settings.h"

struct mail_view {
  struct settings_nav nav;
  struct str done, error, host, port, from, user, me;
  struct option *security;
  size_t n_security;
  bool has_password;
};
#endif

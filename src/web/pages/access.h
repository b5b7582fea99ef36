/* Pages of sign-in and of a person's own settings: password, sessions, API tokens. */
#ifndef WEB_PAGES_ACCESS_H
#define WEB_PAGES_ACCESS_H
#include "web/form.h"
#include "web/html.h"
#include "web/pages/settings.h"
#include "web/pages/settings_look.h"

struct sign_in_view {
  struct str email, next, failed, done, provider;
  struct option *languages; /* of the switch */
  size_t n_languages;
};
int sign_in_page(struct request *r, struct response *w);
int sign_in_post(struct request *r, struct response *w);
int sign_out_post(struct request *r, struct response *w);

struct session_row {
  struct str short_id, address, agent, browser, since, last;
  bool here;
};
struct token_row {
  int64_t id;
  struct str name, scopes, expires, last_used;
  bool over;
};
struct settings_view {
  struct settings_nav nav;
  struct str email, name;
  struct str password_error, now_error, token_name_error, token_days_error, token_name, token_days, made_token, done;
  struct session_row *sessions;
  size_t n_sessions;
  struct token_row *tokens;
  size_t n_tokens;
  struct look_view look;
};
int settings_page(struct request *r, struct response *w);
int settings_password_post(struct request *r, struct response *w);
int settings_sessions_end_post(struct request *r, struct response *w);
int settings_token_add_post(struct request *r, struct response *w);
int settings_token_revoke_post(struct request *r, struct response *w);
#endif

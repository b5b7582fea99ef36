/* Single sign-on: the way to the provider and the way back. Going there is a link, because a form may not lead to another host here. */
#include "app/access_oidc.h"
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/shell.h"

enum { FLOW_SECONDS = 10 * 60 };

static struct str callback(struct request *r) {
  struct str base = r->web->public_url;
  while (base.n && base.p[base.n - 1] == '/') base.n--;
  return base.n ? arena_fmt(r->arena, "%.*s/sign-in/oidc/callback", STR_FMT(base)) : arena_fmt(r->arena, "http://%.*s/sign-in/oidc/callback", STR_FMT(r->host));
}

/* What went wrong, in the reader's words, with the way back. */
static int refuse(struct request *r, struct response *w, int rc) {
  if (rc == ERR_DENIED || rc == ERR_SYNTAX) return error_page(r, w, 403, tr_sentence(r, str_of(r->err.text)));
  if (rc == ERR_IO || rc == ERR_LIMIT)
    return error_page(r, w, 502, tr(r, "The sign-in provider can't be reached. Try again in a minute, or sign in with your password."));
  return rc;
}

int sign_in_oidc_page(struct request *r, struct response *w) {
  struct oidc_begun x;
  struct str to = callback(r);
  if (!to.p) return ERR_NOMEM;
  int rc = access_oidc_begin(r->store, r->arena, to, pairs_get(&r->query, "next"), r->now, &x, &r->err);
  if (rc < 0) return refuse(r, w, rc);
  rc = cookie_set(r, w, cookie_name(r, "-oidc"), x.cookie, FLOW_SECONDS);
  if (rc < 0) return rc;
  w->status = 303; /* to the configured provider: response_redirect goes only to ourselves */
  response_header(w, "Location", x.address);
  return OK;
}

int sign_in_oidc_callback(struct request *r, struct response *w) {
  struct sign_in in = {.address = r->address, .agent = utf8_cut(r->agent, 200), .old_session = cookie_get(r, str_of(session_cookie_name(r))), .now = r->now};
  struct oidc_answer x = {.cookie = cookie_get(r, cookie_name(r, "-oidc")), .state = pairs_get(&r->query, "state"), .code = pairs_get(&r->query, "code"),
                          .error = pairs_get(&r->query, "error"), .issuer = pairs_get(&r->query, "iss")};
  struct signed_in done;
  struct str next = STR_NONE;
  int rc = access_oidc_finish(r->store, r->arena, &x, &in, &done, &next, &r->err);
  if (rc < 0) return refuse(r, w, rc);
  rc = cookie_set(r, w, cookie_name(r, "-oidc"), STR_NONE, 0);
  return rc < 0 ? rc : sign_in_done(r, w, &done, next);
}

#include "app/access_oidc.h"
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/pages/access.h"
#include "web/pages/settings.h"
#include "web/shell.h"
#include "web/views.h"

static int show(struct request *r, struct response *w, struct sign_in_view *v) {
  struct str own = words_language(r->reader->words);
  int rc = access_oidc_label(r->store, r->arena, &v->provider, &r->err);
  if (rc < 0) return rc;
  if (v->provider.n) v->provider = tr_fmt(r, "Sign in with {0}", v->provider);
  v->languages = arena_zalloc(r->arena, 8, sizeof *v->languages);
  if (!v->languages) return ERR_NOMEM;
  for (const char *const *l = words_languages; *l; l++)
    v->languages[v->n_languages++] = (struct option){str_of(*l), str_of(words_language_name(*l)), str_eq(own, str_of(*l))};
  if (str_starts(v->next, STR("/drafts/")) && !v->done.n)
    v->done = tr(r, "Your session had ended. What you sent is kept: sign in, and it is there to be saved.");
  struct view_cx cx = view_cx_of(r);
  door_begin(r, w, tr(r, "Sign in"));
  view_sign_in(&w->body, &cx, v);
  return shell_end(r, w);
}

int sign_in_page(struct request *r, struct response *w) {
  struct str next = pairs_get(&r->query, "next");
  if (r->who.id) return response_redirect(r, w, next);
  bool set = str_eq(pairs_get(&r->query, "done"), STR("password"));
  struct str done = set ? tr(r, "Your password is set. Sign in with it.") : STR_NONE;
  return show(r, w, &(struct sign_in_view){.email = STR_NONE, .next = next, .failed = STR_NONE, .done = done});
}

struct entered {
  struct str email, password, next;
};
static const struct field fields[] = {
    {.name = "email", .label = "Email", .kind = FIELD_TEXT, .offset = offsetof(struct entered, email), .required = true},
    {.name = "password", .label = "Password", .kind = FIELD_SECRET, .offset = offsetof(struct entered, password), .required = true, .max = ACCESS_MAX_PASSWORD},
    {.name = "next", .label = "Address", .kind = FIELD_TEXT, .offset = offsetof(struct entered, next), .max = WEB_MAX_URL},
};

int sign_in_post(struct request *r, struct response *w) {
  struct entered x = {0};
  struct form f;
  int rc = FORM_READ(r, fields, &x, &f);
  if (rc < 0) return rc;
  struct sign_in_view v = {.email = form_value(&f, "email"), .next = form_value(&f, "next"), .failed = STR_NONE};
  if (f.n_errors) {
    v.failed = tr(r, "Enter your email and your password.");
    w->status = 422;
    return show(r, w, &v);
  }
  struct sign_in in = {.email = x.email, .password = x.password, .address = r->address, .agent = utf8_cut(r->agent, 200),
                       .old_session = cookie_get(r, str_of(session_cookie_name(r))), .now = r->now};
  struct signed_in done;
  int wait = 0;
  rc = access_sign_in(r->store, &in, r->web->cost, &done, &wait, &r->err);
  if (rc == ERR_LIMIT) {
    w->status = 429;
    struct str after = arena_fmt(r->arena, "%d", wait);
    if (!after.p) return ERR_NOMEM;
    response_header(w, "Retry-After", after);
    v.failed = tr_n(r, (wait + 59) / 60, "Too many failed tries. Wait {n} minute and try again.", "Too many failed tries. Wait {n} minutes and try again.");
    return v.failed.p ? show(r, w, &v) : ERR_NOMEM;
  }
  if (rc == ERR_DENIED) {
    w->status = 422;
    v.failed = tr(r, "Email and password do not match an account that may sign in.");
    return show(r, w, &v);
  }
  if (rc == ERR_FAIL) { /* the second factor is wanted, but its key file is not there */
    w->status = 503;
    v.failed = tr(r, "You can't sign in at the moment: the server's key file or its database has a problem. Tell your administrator.");
    return show(r, w, &v);
  }
  if (rc < 0) return rc;
  return sign_in_done(r, w, &done, x.next);
}

int sign_out_post(struct request *r, struct response *w) {
  int rc = access_session_end(r->store, r->who.id, r->who.session_hash, r->who.id, r->now, &r->err);
  if (rc < 0 && rc != ERR_NOTFOUND) return rc;
  rc = session_cookie_set(r, w, STR_NONE);
  return rc < 0 ? rc : response_redirect(r, w, STR("/sign-in"));
}

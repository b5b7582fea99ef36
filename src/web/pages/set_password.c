/* The page behind a link that an administrator made: the person sets a password and signs in with it. The token stands in the query,
 * which no log holds. */
#include "web/dispatch.h"
#include "web/pages/access.h"
#include "web/pages/settings.h"
#include "web/shell.h"
#include "web/views.h"

static int show(struct request *r, struct response *w, const struct person *p, struct code_view *v) {
  struct view_cx cx = view_cx_of(r);
  v->email = p->email;
  v->has_password = p->has_password;
  r->who = (struct actor){.role = ROLE_COUNT, .name = STR_NONE, .csrf = STR_NONE}; /* whoever else is signed in here */
  door_begin(r, w, tr(r, "Set your password"));
  view_set_password(&w->body, &cx, v);
  return shell_end(r, w);
}

/* The same page for a wrong, a used and an old link. */
static int over(struct request *r, struct response *w) {
  return error_page(r, w, 404, tr(r, "This link was used, or is older than a day. Ask your administrator for a new one."));
}

int set_password_page(struct request *r, struct response *w) {
  struct code_view v = {.token = pairs_get(&r->query, "token"), .error = STR_NONE};
  struct person p;
  int rc = access_reset_find(r->store, r->arena, v.token, r->now, &p, &r->err);
  return rc == ERR_NOTFOUND ? over(r, w) : rc < 0 ? rc : show(r, w, &p, &v);
}

int set_password_post(struct request *r, struct response *w) {
  struct code_view v = {.token = pairs_get(&r->form, "token"), .error = STR_NONE};
  struct str password = pairs_get(&r->form, "password");
  struct person p;
  int rc = access_reset_find(r->store, r->arena, v.token, r->now, &p, &r->err);
  if (rc == OK && !str_eq(password, pairs_get(&r->form, "again"))) rc = err_set(&r->err, ERR_SYNTAX, "The two new passwords differ.");
  if (rc == OK) rc = access_reset_use(r->store, v.token, password, r->web->cost, r->now, &r->err);
  if (rc == ERR_NOTFOUND) return over(r, w);
  if (rc == ERR_SYNTAX) {
    v.error = tr_sentence(r, str_of(r->err.text));
    w->status = 422;
    return show(r, w, &p, &v);
  }
  return rc < 0 ? rc : response_redirect(r, w, STR("/sign-in?done=password"));
}

/* Single sign-on: one provider, its client, and who may come in by it. */
#include "app/access_oidc.h"
#include "store/repo_config.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/views.h"

static const struct {
  const char *key, *field;
} keys[] = {{"oidc_issuer", "issuer"}, {"oidc_client_id", "client_id"}, {"oidc_label", "label"}, {"oidc_hosts", "hosts"}, {"oidc_default_role", "default_role"}};
enum { KEYS = sizeof keys / sizeof keys[0] };

static int show(struct request *r, struct response *w, struct sign_on_view *v, bool entered) {
  struct view_cx cx = view_cx_of(r);
  struct str *values[KEYS] = {&v->issuer, &v->client_id, &v->label, &v->hosts, &v->default_role};
  int rc = OK;
  for (size_t i = 0; i < KEYS && rc == OK; i++) {
    if (entered) *values[i] = pairs_get(&r->form, keys[i].field);
    else if ((rc = config_get(r->store, r->arena, str_of(keys[i].key), values[i], &r->err)) == ERR_NOTFOUND) rc = OK;
  }
  if (rc == OK) rc = access_oidc_secret_there(r->store, &v->has_secret, &r->err);
  if (rc == OK) rc = settings_nav_fill(r, "/settings/sign-on", &v->nav);
  if (rc < 0) return rc;
  struct option *all = settings_roles(r, -1, &v->n_roles);
  v->roles = arena_zalloc(r->arena, ROLE_COUNT + 1, sizeof *v->roles);
  if (!all || !v->roles) return ERR_NOMEM;
  v->n_roles = 0;
  v->roles[v->n_roles++] = (struct option){STR_NONE, tr(r, "Nobody: only people who are here already"), !v->default_role.n};
  for (int i = 0; i < ROLE_PARTNER; i++)
    if (i != ROLE_ADMIN) v->roles[v->n_roles++] = (struct option){all[i].value, all[i].label, str_eq(all[i].value, v->default_role)};
  struct str base = r->web->public_url.n ? r->web->public_url : arena_fmt(r->arena, "http://%.*s", STR_FMT(r->host));
  while (base.n && base.p[base.n - 1] == '/') base.n--;
  v->callback = arena_fmt(r->arena, "%.*s/sign-in/oidc/callback", STR_FMT(base));
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Single sign-on"), .nav = "/settings", .sheet = "setup.css",
                                   .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_sign_on(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_sign_on_page(struct request *r, struct response *w) {
  struct sign_on_view v = {.done = str_eq(pairs_get(&r->query, "done"), STR("saved")) ? tr(r, "Saved.") : STR_NONE};
  return show(r, w, &v, false);
}

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct request *r = arg;
  for (size_t i = 0; i < KEYS; i++) {
    struct str now = STR_NONE, value = str_trim(pairs_get(&r->form, keys[i].field));
    int rc = config_get(s, r->arena, str_of(keys[i].key), &now, NULL);
    if (rc < 0 && rc != ERR_NOTFOUND) return err_set(e, rc, "The settings could not be read");
    if (str_eq(now, value)) continue;
    rc = config_set(s, str_of(keys[i].key), value, r->who.id, r->now, e);
    if (rc < 0) return rc;
  }
  return OK;
}

int settings_sign_on_post(struct request *r, struct response *w) {
  struct str secret = str_trim(pairs_get(&r->form, "client_secret"));
  bool forget = pairs_has(&r->form, "forget_secret");
  int rc = store_write(r->store, save_tx, r, &r->err);
  if (rc == OK && (secret.n || forget)) rc = access_oidc_secret_set(r->store, forget ? STR_NONE : secret, r->who.id, r->now, &r->err);
  if (rc == OK) return response_redirect(r, w, STR("/settings/sign-on?done=saved"));
  if (rc != ERR_SYNTAX && rc != ERR_FAIL) return rc;
  w->status = 422;
  return show(r, w, &(struct sign_on_view){.error = tr_sentence(r, str_of(r->err.text))}, true);
}

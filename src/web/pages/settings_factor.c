/* A person's second factor: setting it up, new recovery codes, off. */
#include "app/access_factor.h"
#include "store/repo_config.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/qr.h"
#include "web/views.h"

/* For whoever runs the server to mend: what is wrong stands in the log. */
static struct str no_key(struct request *r, struct response *w) {
  w->status = 503;
  return tr(r, "The second factor can't be kept at the moment: the server's key file is missing or not readable. Tell your administrator.");
}

static int show(struct request *r, struct response *w, struct factor_view *v) {
  struct view_cx cx = view_cx_of(r);
  struct factor_state f;
  struct factor_secret secret;
  struct org org;
  int rc = settings_nav_fill(r, "/settings/factor", &v->nav);
  if (rc == OK) rc = access_factor_state(r->store, r->arena, r->who.id, &f, &r->err);
  if (rc == OK) rc = org_load(r->store, &org, &r->err);
  if (rc < 0) return rc;
  v->on = f.on;
  v->needed = org.second_factor_roles & 1u << r->who.role;
  v->since = settings_moment(r, f.since);
  v->codes_left = tr_n(r, f.codes_left, "{n} recovery code left", "{n} recovery codes left");
  if (f.begun && !v->n_codes) rc = access_factor_waiting(r->store, r->arena, r->who.id, &secret, &r->err);
  if (rc == ERR_FAIL) v->broken = no_key(r, w);
  if (rc < 0 && rc != ERR_FAIL) return rc;
  if (f.begun && !v->n_codes && rc == OK) {
    rc = qr_svg(r->arena, secret.uri, &v->qr);
    if (rc < 0) return rc;
    v->begun = true;
    v->secret = secret.text;
    v->uri = secret.uri;
  }
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Second factor"), .nav = "/settings", .sheet = "setup.css",
                                   .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_factor(&w->body, &cx, v);
  return shell_end(r, w);
}

static int show_codes(struct request *r, struct response *w, char codes[FACTOR_CODES][FACTOR_CODE_SIZE]) {
  struct code_item items[FACTOR_CODES];
  for (size_t i = 0; i < FACTOR_CODES; i++) items[i].text = str_of(codes[i]);
  return show(r, w, &(struct factor_view){.codes = items, .n_codes = FACTOR_CODES});
}

int settings_factor_page(struct request *r, struct response *w) {
  struct factor_view v = {.done = str_eq(pairs_get(&r->query, "done"), STR("off")) ? tr(r, "The second factor is off.") : STR_NONE};
  return show(r, w, &v);
}

int settings_factor_begin_post(struct request *r, struct response *w) {
  struct factor_secret secret;
  int rc = access_factor_begin(r->store, r->arena, r->who.id, r->now, &secret, &r->err);
  if (rc == OK || rc == ERR_CONFLICT) return response_redirect(r, w, STR("/settings/factor"));
  if (rc != ERR_FAIL) return rc;
  return show(r, w, &(struct factor_view){.broken = no_key(r, w)});
}

int settings_factor_confirm_post(struct request *r, struct response *w) {
  char codes[FACTOR_CODES][FACTOR_CODE_SIZE];
  int rc = access_factor_confirm(r->store, r->who.id, pairs_get(&r->form, "code"), r->now, codes, &r->err);
  if (rc == OK) return show_codes(r, w, codes);
  if (rc == ERR_NOTFOUND) return response_redirect(r, w, STR("/settings/factor"));
  if (rc != ERR_DENIED) return rc;
  w->status = 422;
  return show(r, w, &(struct factor_view){.error = tr_sentence(r, str_of(r->err.text))});
}

int settings_factor_codes_post(struct request *r, struct response *w) {
  char codes[FACTOR_CODES][FACTOR_CODE_SIZE];
  int rc = access_recovery_renew(r->store, r->who.id, r->now, codes, &r->err);
  if (rc == ERR_NOTFOUND) return response_redirect(r, w, STR("/settings/factor"));
  return rc < 0 ? rc : show_codes(r, w, codes);
}

int settings_factor_off_post(struct request *r, struct response *w) {
  int rc = access_factor_off(r->store, r->who.id, r->who.id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/settings/factor?done=off"));
}

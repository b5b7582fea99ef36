/* A person's own settings: password, sessions, API tokens. */
#include "web/dispatch.h"
#include "web/pages/access.h"
#include "web/shell.h"
#include "web/views.h"

struct changed {
  struct str now, password, again, name;
  int64_t days;
  bool write;
};
#define SECRET(NAME, LABEL) \
  {.name = #NAME, .label = LABEL, .kind = FIELD_SECRET, .offset = offsetof(struct changed, NAME), .required = true, .max = ACCESS_MAX_PASSWORD}
static const struct field password_fields[] = {
    SECRET(now, MSG("The current password")),
    SECRET(password, MSG("The new password")),
    SECRET(again, MSG("The new password once more")),
};
static const struct field token_fields[] = {
    {.name = "name", .label = "The name", .kind = FIELD_TEXT, .offset = offsetof(struct changed, name), .required = true, .max = 100},
    {.name = "days", .label = "The number of days", .kind = FIELD_INTEGER, .offset = offsetof(struct changed, days), .required = true, .min = 1, .max = 366},
    {.name = "write", .label = "May write", .kind = FIELD_FLAG, .offset = offsetof(struct changed, write)},
};

static struct str moment(struct request *r, int64_t at) { return at ? format_instant(r->reader, at) : tr(r, "never"); }

static int fill_sessions(struct request *r, struct settings_view *v) {
  struct session *rows = NULL;
  int rc = access_session_list(r->store, r->arena, r->who.id, r->now, &rows, &v->n_sessions, &r->err);
  if (rc < 0) return rc;
  v->sessions = arena_zalloc(r->arena, v->n_sessions + 1, sizeof *v->sessions);
  if (!v->sessions) return ERR_NOMEM;
  for (size_t i = 0; i < v->n_sessions; i++)
    v->sessions[i] = (struct session_row){.short_id = str_sub(rows[i].hash, 0, 16), .address = rows[i].address, .agent = rows[i].agent,
                                          .browser = settings_browser(r, rows[i].agent),
                                          .since = moment(r, rows[i].created_at), .last = moment(r, rows[i].last_seen),
                                          .here = str_eq(rows[i].hash, r->who.session_hash)};
  return OK;
}

static int fill_tokens(struct request *r, struct settings_view *v) {
  struct api_token *rows = NULL;
  int rc = access_token_list(r->store, r->arena, r->who.id, &rows, &v->n_tokens, &r->err);
  if (rc < 0) return rc;
  v->tokens = arena_zalloc(r->arena, v->n_tokens + 1, sizeof *v->tokens);
  if (!v->tokens) return ERR_NOMEM;
  for (size_t i = 0; i < v->n_tokens; i++)
    v->tokens[i] = (struct token_row){.id = rows[i].id, .name = rows[i].name, .scopes = rows[i].scopes & TOKEN_WRITE ? tr(r, "Read and write") : tr(r, "act|Read"),
                                      .expires = moment(r, rows[i].expires_at), .last_used = moment(r, rows[i].last_used_at),
                                      .over = rows[i].expires_at <= r->now};
  return OK;
}

static int show(struct request *r, struct response *w, struct settings_view *v) {
  struct view_cx cx = view_cx_of(r);
  v->email = r->who.email;
  v->name = r->who.name;
  int rc = fill_sessions(r, v);
  if (rc == OK) rc = fill_tokens(r, v);
  if (rc == OK) rc = settings_look_fill(r, &v->look);
  if (rc == OK) rc = settings_nav_fill(r, "/settings", &v->nav);
  if (rc < 0) return rc;
  r->fragment = false; /* the whole page, whoever asks: several of its parts change at once */
  shell_begin(r, w, &(struct page){.title = tr(r, "Settings"), .nav = "/settings", .sheet = "setup.css"});
  view_settings(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_page(struct request *r, struct response *w) {
  struct str done = pairs_get(&r->query, "done");
  struct settings_view v = {.token_days = STR("90")};
  if (str_eq(done, STR("password"))) v.done = tr(r, "Your password is changed. All your other sessions have ended.");
  if (str_eq(done, STR("session"))) v.done = tr(r, "The session has ended.");
  if (str_eq(done, STR("look"))) v.done = tr(r, "Language and look are saved.");
  if (str_eq(done, STR("token"))) v.done = tr(r, "The token is revoked.");
  return show(r, w, &v);
}

/* Fills the error of the current password. OK also when it is wrong. */
static int check_now(struct request *r, struct form *f, struct str now) {
  int rc = access_password_verify(r->store, r->who.id, now, r->now, &r->err);
  if (rc == ERR_DENIED) form_fail(f, "now", tr_sentence(r, str_of(r->err.text)));
  return rc == ERR_DENIED ? OK : rc;
}

int settings_password_post(struct request *r, struct response *w) {
  struct changed x = {0};
  struct form f;
  int rc = FORM_READ(r, password_fields, &x, &f);
  if (rc == OK && !f.n_errors && !str_eq(x.password, x.again)) form_fail(&f, "again", tr(r, "The two new passwords differ."));
  if (rc == OK && !f.n_errors) rc = check_now(r, &f, x.now);
  if (rc == OK && !f.n_errors) {
    rc = access_password_set(r->store, r->who.id, x.password, r->web->cost, r->who.session_hash, r->who.id, r->now, &r->err);
    if (rc == OK) return response_redirect(r, w, STR("/settings?done=password"));
    if (rc == ERR_SYNTAX) form_fail(&f, "password", tr_sentence(r, str_of(r->err.text))), rc = OK;
  }
  if (rc < 0) return rc;
  struct settings_view v = {.token_days = STR("90"), .now_error = form_error(&f, "now")};
  v.password_error = form_error(&f, "password").n ? form_error(&f, "password") : form_error(&f, "again");
  w->status = 422;
  return show(r, w, &v);
}

int settings_sessions_end_post(struct request *r, struct response *w) {
  struct str which = pairs_get(&r->form, "session");
  struct session *rows = NULL;
  size_t n = 0, ended = 0;
  int rc = access_session_list(r->store, r->arena, r->who.id, r->now, &rows, &n, &r->err);
  for (size_t i = 0; i < n && rc == OK; i++) {
    bool here = str_eq(rows[i].hash, r->who.session_hash);
    if (!str_eq(which, str_sub(rows[i].hash, 0, 16)) && !(str_eq(which, STR("others")) && !here)) continue;
    rc = access_session_end(r->store, r->who.id, rows[i].hash, r->who.id, r->now, &r->err);
    ended++;
  }
  if (rc < 0) return rc;
  return ended || str_eq(which, STR("others")) ? response_redirect(r, w, STR("/settings?done=session")) : ERR_NOTFOUND;
}

int settings_token_add_post(struct request *r, struct response *w) {
  struct changed x = {0};
  struct form f;
  char token[API_TOKEN_SIZE];
  int rc = FORM_READ(r, token_fields, &x, &f);
  struct settings_view v = {.token_days = STR("90")};
  if (rc == OK && !f.n_errors) {
    rc = access_token_add(r->store, r->who.id, x.name, x.write ? TOKEN_READ | TOKEN_WRITE : TOKEN_READ, (int)x.days, r->who.id, r->now, token, &r->err);
    if (rc < 0) return rc;
    v.made_token = arena_str(r->arena, str_of(token));
    return v.made_token.p ? show(r, w, &v) : ERR_NOMEM;
  }
  if (rc < 0) return rc;
  v.token_name_error = form_error(&f, "name");
  v.token_days_error = form_error(&f, "days");
  v.token_name = form_value(&f, "name");
  v.token_days = form_value(&f, "days");
  w->status = 422;
  return show(r, w, &v);
}

int settings_token_revoke_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  bool everybodys = r->who.role == ROLE_ADMIN && pairs_has(&r->form, "all");
  if (rc == OK) rc = access_token_revoke(r->store, id, everybodys ? 0 : r->who.id, r->who.id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, everybodys ? STR("/settings/tokens?done=token") : STR("/settings?done=token"));
}

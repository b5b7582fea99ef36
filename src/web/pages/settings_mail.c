#include "web/pages/settings_mail.h"

#include "app/mail.h"
#include "web/pages/reports.h"
#include "web/views.h"

static const char *const keys[] = {"smtp_host", "smtp_port", "smtp_security", "smtp_from", "smtp_user"};
enum { KEYS = sizeof keys / sizeof keys[0] };

static int show(struct request *r, struct response *w, struct mail_view *v, bool entered) {
  static const char *const words[][2] = {{"starttls", MSG("STARTTLS")}, {"tls", MSG("TLS from the beginning")}, {"none", MSG("None, in one's own network only")}};
  struct str security = STR_NONE, *values[KEYS] = {&v->host, &v->port, &security, &v->from, &v->user};
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  for (size_t i = 0; i < KEYS && rc == OK; i++) {
    if (entered)
      *values[i] = pairs_get(&r->form, keys[i]);
    else if ((rc = config_get(r->store, r->arena, str_of(keys[i]), values[i], &r->err)) == ERR_NOTFOUND)
      rc = OK;
  }
  if (rc == OK)
    rc = mail_password_there(r->store, &v->has_password, &r->err);
  if (rc == OK)
    rc = settings_nav_fill(r, "/settings/mail", &v->nav);
  v->security = arena_zalloc(r->arena, 3, sizeof *v->security);
  if (rc < 0 || !v->security)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < 3; i++)
    v->security[v->n_security++] = (struct option){str_of(words[i][0]), tr(r, words[i][1]), security.n ? str_eq(security, str_of(words[i][0])) : i == 0};
  v->port = v->port.n || entered ? v->port : arena_fmt(r->arena, "%d", org.smtp_port);
  v->me = r->who.email;
  struct view_cx cx = view_cx_of(r);
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Mail"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_mail(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_mail_page(struct request *r, struct response *w) {
  struct str done = pairs_get(&r->query, "done");
  struct mail_view v = {.done = str_eq(done, STR("saved")) ? tr(r, "Saved.") : str_eq(done, STR("sent")) ? tr(r, "The server took the test message.") : STR_NONE};
  return show(r, w, &v, false);
}

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct request *r = arg;
  for (size_t i = 0; i < KEYS; i++) {
    struct str now = STR_NONE, value = str_trim(pairs_get(&r->form, keys[i]));
    int rc = config_get(s, r->arena, str_of(keys[i]), &now, NULL);
    if (rc < 0 && rc != ERR_NOTFOUND)
      return err_set(e, rc, "The settings could not be read");
    if (str_eq(now, value))
      continue;
    rc = config_set(s, str_of(keys[i]), value, r->who.id, r->now, e);
    if (rc < 0)
      return rc;
  }
  return OK;
}

int settings_mail_post(struct request *r, struct response *w) {
  struct str password = pairs_get(&r->form, "password"), from = str_trim(pairs_get(&r->form, "smtp_from"));
  bool forget = pairs_has(&r->form, "forget_password");
  int rc = from.n && !smtp_address(from) ? err_set(&r->err, ERR_SYNTAX, "%.*s is no mail address", STR_FMT(str_sub(from, 0, 80))) : OK;
  if (rc == OK)
    rc = store_write(r->store, save_tx, r, &r->err);
  if (rc == OK && (password.n || forget))
    rc = mail_password_set(r->store, forget ? STR_NONE : password, r->who.id, r->now, &r->err);
  if (rc == OK)
    return response_redirect(r, w, STR("/settings/mail?done=saved"));
  if (rc != ERR_SYNTAX && rc != ERR_FAIL)
    return rc;
  w->status = 422;
  return show(r, w, &(struct mail_view){.error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)))}, true);
}

int settings_mail_try_post(struct request *r, struct response *w) {
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  struct str text = tr(r, "This message was sent to try the mail server. Reports will come the same way.");
  struct eml x = {.subject = tr(r, "A test from the renewals desk"), .text = text, .html = text, .at = r->now,
                  .id = arena_fmt(r->arena, "test-%" PRId64 "-%s", r->now, r->id)};
  if (mail_send(r->store, &org, r->who.email, &x, &r->err) == SMTP_SENT)
    return response_redirect(r, w, STR("/settings/mail?done=sent"));
  w->status = 422;
  return show(r, w, &(struct mail_view){.error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)))}, false);
}

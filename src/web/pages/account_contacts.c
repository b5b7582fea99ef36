/* People at an account: the list, the forms, and what they send. */
#include "app/account.h"
#include "web/form.h"
#include "web/pages/account_role.h"

static int fill_languages(struct request *r, struct account_contact *x) {
  size_t n = 1;
  while (words_languages[n - 1])
    n++;
  x->languages = arena_zalloc(r->arena, n + 2, sizeof *x->languages);
  if (!x->languages)
    return ERR_NOMEM;
  x->languages[x->n_languages++] = (struct option){STR_NONE, tr(r, "Not known"), !x->language.n};
  for (size_t i = 0; words_languages[i]; i++)
    x->languages[x->n_languages++] = (struct option){str_of(words_languages[i]), str_of(words_language_name(words_languages[i])),
                                                     str_eq(x->language, str_of(words_languages[i]))};
  return OK;
}

static int fill_contact(struct request *r, const struct account_view *v, const struct contact *c, struct account_contact *x) {
  *x = (struct account_contact){.id = c->id, .account_id = v->id, .version = c->version, .name = c->name, .role = c->role, .email = c->email, .phone = c->phone,
                                .language = c->language, .opt_out = c->notice_opt_out, .may_edit = v->may_edit};
  return fill_languages(r, x);
}

int account_contacts(struct request *r, struct account_view *v) {
  struct contact *rows = NULL;
  size_t n = 0;
  int rc = contact_list(r->store, r->arena, v->id, &rows, &n, &r->err);
  v->contacts = arena_zalloc(r->arena, n + 1, sizeof *v->contacts);
  if (rc < 0 || !v->contacts)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && rc >= 0; i++)
    rc = fill_contact(r, v, &rows[i], &v->contacts[v->n_contacts++]);
  struct contact none = {.name = STR_NONE, .role = STR_NONE, .email = STR_NONE, .phone = STR_NONE, .language = STR_NONE};
  return rc >= 0 ? fill_contact(r, v, &none, &v->added) : rc;
}

void account_show_refused(struct account_view *v, const struct account_refused *refused) {
  struct account_contact *x = &v->added;
  for (size_t i = 0; i < v->n_contacts; i++)
    if (v->contacts[i].id == refused->typed->id)
      x = &v->contacts[i];
  x->name = refused->typed->name;
  x->role = refused->typed->role;
  x->email = refused->typed->email;
  x->phone = refused->typed->phone;
  x->opt_out = refused->typed->notice_opt_out;
  x->problem = refused->problem;
  x->open = true;
  for (size_t i = 0; i < x->n_languages; i++)
    x->languages[i].selected = str_eq(x->languages[i].value, refused->typed->language);
}

struct contact_form {
  struct str name, role, email, phone, language;
  int64_t version;
  bool opt_out;
};

static const struct field fields[] = {
  {"name", MSG("Name"), FIELD_TEXT, offsetof(struct contact_form, name), false, 0, 10000, 0, NULL},
  {"role", MSG("Role"), FIELD_TEXT, offsetof(struct contact_form, role), false, 0, 10000, 0, NULL},
  {"email", MSG("Email"), FIELD_TEXT, offsetof(struct contact_form, email), false, 0, 10000, 0, NULL},
  {"phone", MSG("Phone"), FIELD_TEXT, offsetof(struct contact_form, phone), false, 0, 10000, 0, NULL},
  {"language", MSG("Language"), FIELD_TEXT, offsetof(struct contact_form, language), false, 0, 40, 0, NULL},
  {"version", "version", FIELD_INTEGER, offsetof(struct contact_form, version), false, 0, INT32_MAX, 0, NULL},
  {"opt_out", MSG("No letters about renewals"), FIELD_FLAG, offsetof(struct contact_form, opt_out), false, 0, 0, 0, NULL},
};

/* What came, and the account's id and the contact's (0 = a new one). */
static int read(struct request *r, int64_t contact_id, struct contact *ret, struct str *ret_problem) {
  struct contact_form x = {.name = STR_NONE, .role = STR_NONE, .email = STR_NONE, .phone = STR_NONE, .language = STR_NONE};
  struct form f;
  int64_t account = 0;
  int rc = request_id_param(r, 0, &account);
  if (rc >= 0)
    rc = FORM_READ(r, fields, &x, &f);
  if (rc < 0)
    return rc;
  *ret = (struct contact){.id = contact_id, .account_id = account, .name = x.name, .role = x.role, .email = x.email, .phone = x.phone, .language = x.language,
                          .notice_opt_out = x.opt_out, .version = (int32_t)x.version};
  *ret_problem = STR_NONE;
  for (size_t i = 0; i < f.n && f.n_errors; i++)
    if (f.errors[i].n)
      *ret_problem = f.errors[i];
  return OK;
}

static int answer(struct request *r, struct response *w, const struct contact *x, int rc, struct str problem) {
  if (rc >= 0 && !problem.n)
    return response_redirect(r, w, arena_fmt(r->arena, "/accounts/%lld?saved=1#contacts", (long long)x->account_id));
  if (rc < 0 && rc != ERR_RANGE && rc != ERR_CONFLICT)
    return rc;
  struct account_refused refused = {x, problem.n ? problem : tr_sentence(r, str_of(r->err.text))};
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  return account_answer(r, w, x->account_id, &refused);
}

static int save(struct request *r, struct response *w, int64_t contact_id) {
  struct desk d DESK_CLEANUP = {0};
  struct contact x;
  struct str problem;
  const char *field;
  int rc = read(r, contact_id, &x, &problem);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  if (!problem.n)
    rc = contact_write(r->store, r->arena, &r->scope, d.book, &x, r->now, &field, &r->err);
  else
    rc = account_visible(r->store, r->arena, &r->scope, d.book, x.account_id, &r->err);
  return answer(r, w, &x, rc, problem);
}

int contact_add_post(struct request *r, struct response *w) { return save(r, w, 0); }

int contact_edit_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 1, &id);
  return rc < 0 ? rc : save(r, w, id);
}

int contact_remove_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct contact x;
  struct str problem;
  int64_t id = 0;
  int rc = request_id_param(r, 1, &id);
  if (rc >= 0)
    rc = read(r, id, &x, &problem);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = contact_erase(r->store, r->arena, &r->scope, d.book, &x, r->now, &r->err);
  return answer(r, w, &x, rc, STR_NONE);
}

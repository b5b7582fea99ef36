#include "app/account.h"

#include "base/utf8.h"
#include "insight/book_index.h"
#include "store/repo_account.h"
#include "store/repo_audit.h"

static int not_seen(int64_t id, struct err *e) { return err_set(e, ERR_NOTFOUND, "account %" PRId64 ": there is none in your book", id); }

/* 1 = a visible rep owns a renewal in which the account has a part; 0; ERR_NOMEM. */
static int in_renewals(const struct book *b, const uint8_t *reps, const uint32_t *extra, size_t n_extra, uint32_t code)
{
  static const enum book_key parts[] = {BOOK_RENEWALS_BY_ACCOUNT, BOOK_RENEWALS_BY_RESELLER, BOOK_RENEWALS_BY_DISTRIBUTOR};
  const struct book_renewals *r = &b->renewals;
  for (int k = 0; k < 3; k++) {
    size_t n = 0;
    const uint32_t *rows = book_rows_of(b, parts[k], code, &n);
    if (!rows)
      return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
      if (reps[r->rep_now[rows[i]]])
        return 1;
  }
  for (size_t k = 0; k < n_extra; k++)
    if (r->account[extra[k]] == code || r->reseller[extra[k]] == code || r->distributor[extra[k]] == code)
      return 1;
  return 0;
}

int account_visible(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t account_id, struct err *e)
{
  uint32_t code = book_code(&b->accounts, account_id);
  int64_t *owners = NULL;
  size_t n = 0;
  if (who->everything)
    return OK;
  const uint32_t *extra = NULL;
  size_t n_extra = 0;
  uint8_t *reps = scope_reps(who, a, b);
  int seen = reps && scope_rows(who, a, b, &extra, &n_extra) == OK ? 0 : ERR_NOMEM;
  if (seen == 0 && code)
    seen = in_renewals(b, reps, extra, n_extra, code);
  if (seen != 0)
    return seen > 0 ? OK : err_set(e, ERR_NOMEM, "account: out of memory: try again");
  int rc = account_owners(s, a, account_id, &owners, &n, e);
  for (size_t i = 0; rc == OK && i < n; i++)
    if (scope_sees_rep(who, owners[i]))
      return OK;
  return rc < 0 ? rc : not_seen(account_id, e);
}

/* ---- contacts ---- */

struct writing {
  struct arena *a;
  const struct scope *who;
  const struct contact *contact;
  int64_t now;
  bool remove;
};

static int audit(struct store *s, const struct writing *x, const char *action, int64_t contact_id, struct err *e)
{
  struct str detail = arena_fmt(x->a, "{\"contact\":%" PRId64 "}", contact_id);
  return detail.p ? audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = action, .entity = "account",
                                   .entity_id = x->contact->account_id, .detail = detail}, e)
                  : err_set(e, ERR_NOMEM, "contact: out of memory: try again");
}

static int write_tx(struct store *s, void *arg, struct err *e)
{
  const struct writing *x = arg;
  struct contact next = *x->contact, stored;
  next.changed_at = x->now;
  next.changed_by = x->who->person_id;
  if (next.id == 0) {
    int rc = contact_add(s, &next, &next.id, e);
    return rc == OK ? audit(s, x, "contact.add", next.id, e) : rc;
  }
  int rc = contact_get(s, x->a, next.id, &stored, e);
  if (rc == OK && stored.account_id != next.account_id)
    return err_set(e, ERR_NOTFOUND, "contact %" PRId64 ": there is none at this account", next.id);
  if (rc == OK)
    rc = x->remove ? contact_remove(s, next.id, next.version, e) : contact_save(s, &next, e);
  return rc == OK ? audit(s, x, x->remove ? "contact.remove" : "contact.edit", next.id, e) : rc;
}

static int may_write(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t account_id, struct err *e)
{
  int rc = account_visible(s, a, who, b, account_id, e);
  if (rc < 0)
    return rc;
  if (who->role != ROLE_ADMIN && who->role != ROLE_OPS && who->role != ROLE_MANAGER && who->role != ROLE_REP)
    return err_set(e, ERR_DENIED, "Your role may read contacts but not change them: ask the owner of the account's renewals");
  return OK;
}

static int broken(const char **ret_field, const char *field, struct err *e, const char *text)
{
  *ret_field = field;
  return err_set(e, ERR_RANGE, "%s", text);
}

static bool is_email(struct str s)
{
  size_t at = str_find(s, '@', 0);
  return at != SIZE_MAX && at > 0 && at + 1 < s.n && str_find(s, '@', at + 1) == SIZE_MAX && str_find(s, ' ', 0) == SIZE_MAX;
}

static int check(const struct contact *x, const char **ret_field, struct err *e)
{
  if (str_trim(x->name).n == 0)
    return broken(ret_field, "name", e, "The name is empty: say who it is");
  if (utf8_count(x->name) > CONTACT_NAME_MAX)
    return broken(ret_field, "name", e, "The name is too long: at most 200 letters");
  if (x->email.n && !is_email(x->email))
    return broken(ret_field, "email", e, "This is no email address: write it like name@example.com");
  if (utf8_count(x->role) > CONTACT_FIELD_MAX || utf8_count(x->email) > CONTACT_FIELD_MAX || utf8_count(x->phone) > CONTACT_FIELD_MAX || x->language.n > 35)
    return broken(ret_field, "role", e, "One of the fields is too long: at most 200 letters");
  return OK;
}

int contact_write(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct contact *x, int64_t now, const char **ret_field,
  struct err *e)
{
  struct writing w = {.a = a, .who = who, .contact = x, .now = now};
  *ret_field = "";
  int rc = may_write(s, a, who, b, x->account_id, e);
  if (rc == OK)
    rc = check(x, ret_field, e);
  return rc == OK ? store_write(s, write_tx, &w, e) : rc;
}

int contact_erase(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct contact *x, int64_t now, struct err *e)
{
  struct writing w = {.a = a, .who = who, .contact = x, .now = now, .remove = true};
  int rc = may_write(s, a, who, b, x->account_id, e);
  return rc == OK ? store_write(s, write_tx, &w, e) : rc;
}

/* An import taken back as a whole. */
#include "app/import_undo.h"
#include "app/history.h"
#include "base/strbuf.h"
#include "store/repo_audit.h"
#include "store/repo_sales.h"
#include "store/repo_renewal.h"

struct undo {
  const struct import_undo *u;
  struct import_undo_counts *ret;
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory: nothing was undone: try again");
}

static int refuse(const struct import_past *p, const struct import_blocker *b, struct err *e)
{
  struct str who = b->person.n ? b->person : STR("the command line");
  switch (b->what) {
  case BLOCK_IMPORT:
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " can't be undone: import %" PRId64 " (%.*s) stands on the same contracts: undo that one first", p->id,
                   b->import_id, STR_FMT(str_sub(b->file_name, 0, 120)));
  case BLOCK_EDIT:
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " can't be undone: %" PRId64 " of its renewals were edited since, last by %.*s: correct single rows instead",
                   p->id, b->n, STR_FMT(str_sub(who, 0, 120)));
  case BLOCK_RECORD:
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " can't be undone: %" PRId64 " entries were made on its records since, last by %.*s: correct single rows instead",
                   p->id, b->n, STR_FMT(str_sub(who, 0, 120)));
  case BLOCK_TARGET:
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " can't be undone: %" PRId64 " of its targets were set anew since: import the targets that are right", p->id, b->n);
  case BLOCK_NONE: break;
  }
  return OK;
}

static int check(struct store *s, struct arena *a, const struct undo *x, struct import_past *p, struct err *e)
{
  struct import_blocker b;
  int rc = import_past_get(s, a, x->u->import_id, p, e);
  if (rc < 0)
    return rc;
  if (p->undone_at)
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " was undone already", p->id);
  if (p->place == 0)
    return err_set(e, ERR_CONFLICT, "Import %" PRId64 " can't be undone: the version that made it kept no record of what it changed", p->id);
  rc = import_undo_begin(s, p, e);
  if (rc == OK)
    rc = import_undo_blocker(s, a, p, &b, e);
  return rc == OK ? refuse(p, &b, e) : rc;
}

/* A renewal as it was before the import, as a further version of it. */
static int restore_renewal(struct store *s, struct arena *parent, const struct import_undo *u, const struct import_undo_renewal *x, struct err *e)
{
  struct arena *a ARENA_CLEANUP = arena_child(parent);
  struct renewal *v = NULL;
  size_t n = 0;
  if (!a)
    return no_memory(e);
  int rc = renewal_versions(s, a, x->id, &v, &n, e);
  if (rc < 0)
    return rc;
  if (x->version < 1 || (size_t)x->version >= n)
    return err_set(e, ERR_FAIL, "Renewal %" PRId64 " has lost versions: run perennial check", x->id);
  struct renewal now = v[x->version - 1];
  now.version = v[n - 1].version;
  now.changed_by = u->actor_id;
  now.changed_at = u->now > v[n - 1].changed_at ? u->now : v[n - 1].changed_at;
  now.why = arena_fmt(a, "history: import %" PRId64 " was undone", u->import_id);
  return now.why.p ? renewal_save(s, &now, e) : no_memory(e);
}

static int note(struct store *s, const struct import_undo *u, const struct import_undo_counts *c, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  strbuf_fmt(&b, "{\"lines_removed\":%" PRId64 ",\"lines_restored\":%" PRId64 ",\"contracts_removed\":%" PRId64 ",\"accounts_removed\":%" PRId64
                 ",\"accounts_kept\":%" PRId64 ",\"renewals_removed\":%" PRId64 "}",
             c->lines_removed, c->lines_restored, c->contracts_removed, c->accounts_removed, c->accounts_kept, c->renewals_removed);
  if (b.failed)
    return no_memory(e);
  struct audit_entry x = {.at = u->now, .actor_id = u->actor_id, .action = "import.undo", .entity = "import", .entity_id = u->import_id, .detail = strbuf_str(&b)};
  int rc = audit_add(s, &x, e);
  return rc == OK ? store_changed(s, "import", 0, e) : rc;
}

static int undo_tx(struct store *s, void *arg, struct err *e)
{
  struct undo *x = arg;
  const struct import_undo *u = x->u;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct import_past p;
  struct import_undo_renewal *renewals = NULL;
  struct import_undo_counts c = {0};
  int64_t *accounts = NULL;
  size_t n_accounts = 0, n_renewals = 0;
  int rc = a ? check(s, a, x, &p, e) : no_memory(e);
  if (rc == OK)
    rc = import_undo_accounts(s, a, &p, &accounts, &n_accounts, e);
  if (rc == OK)
    rc = import_undo_renewals(s, a, &p, &renewals, &n_renewals, e);
  for (size_t i = 0; i < n_renewals && rc == OK; i++)
    rc = restore_renewal(s, a, u, &renewals[i], e);
  if (rc == OK)
    rc = sales_owner_undo(s, p.id, e);
  if (rc == OK) {
    rc = import_undo_rows(s, &p, &c, e);
    if (rc == ERR_CONFLICT)
      return err_set(e, rc, "Import %" PRId64 " can't be undone: something was added to its customers or contracts since: remove that first", p.id);
  }
  struct history_change h = {.account_ids = accounts, .n = n_accounts, .today = p.through_before, .now = u->now,
                             .known_at = u->now, .actor_id = u->actor_id};
  if (rc == OK && n_accounts && p.through_before != DAY_NONE) /* else nothing had been judged before this import */
    rc = history_derive(s, &h, NULL, e);
  if (rc == OK)
    rc = import_undo_end(s, &p, u->now, u->actor_id, e);
  if (rc == OK)
    rc = note(s, u, &c, e);
  if (rc == OK)
    *x->ret = c;
  return rc;
}

int import_undo_run(struct store *s, const struct import_undo *u, struct import_undo_counts *ret, struct err *e)
{
  struct undo x = {u, ret};
  return store_write(s, undo_tx, &x, e);
}

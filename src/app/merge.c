#include "app/merge.h"

#include <stdatomic.h>

#include "app/account.h"
#include "app/history.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "insight/duplicate.h"
#include "store/repo_account.h"
#include "store/repo_audit.h"

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "merge: out of memory: try again"); }

static bool role_may(const struct scope *who) { return who->role == ROLE_ADMIN || who->role == ROLE_OPS || who->role == ROLE_MANAGER; }

/* ---- suggestions ---- */

static bool marked_apart(const struct apart *marks, size_t n, int64_t one, int64_t other)
{
  int64_t a = one < other ? one : other, b = one < other ? other : one;
  size_t low = 0;
  for (size_t high = n; low < high;) {
    size_t mid = (low + high) / 2;
    if (marks[mid].a_id < a || (marks[mid].a_id == a && marks[mid].b_id < b))
      low = mid + 1;
    else
      high = mid;
  }
  return low < n && marks[low].a_id == a && marks[low].b_id == b;
}

/* Pairs of accounts that may be one, whoever sees them: no edit of a renewal changes a name, so they are worked out once for a loaded book. */
struct alike_kept {
  size_t n;
  struct alike {
    int64_t a, b;
    int slips;
  } pairs[];
};

static int find_alike(struct store *s, struct alike_kept **ret, struct err *e)
{
  enum { MOST_PAIRS = 5 * MERGE_SUGGESTIONS };
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct merge_name *names = NULL;
  struct duplicate_pair *pairs = NULL;
  struct apart *marks = NULL;
  size_t n = 0, n_pairs = 0, n_marks = 0;
  int rc = a ? merge_names(s, a, &names, &n, e) : no_memory(e);
  if (rc == OK)
    rc = apart_list(s, a, &marks, &n_marks, e);
  struct duplicate_name *keys = rc < 0 ? NULL : arena_alloc(a, (n + 1) * sizeof *keys);
  if (rc < 0 || !keys)
    return rc < 0 ? rc : no_memory(e);
  for (size_t i = 0; i < n; i++)
    keys[i] = (struct duplicate_name){names[i].id, names[i].key, names[i].country};
  if (duplicate_pairs(keys, n, MOST_PAIRS + n_marks, a, &pairs, &n_pairs) < 0)
    return no_memory(e);
  struct alike_kept *kept = mem_alloc(sizeof *kept + n_pairs * sizeof *kept->pairs);
  if (!kept)
    return no_memory(e);
  kept->n = n_pairs;
  for (size_t i = 0; i < n_pairs; i++)
    kept->pairs[i] = (struct alike){names[pairs[i].a].id, names[pairs[i].b].id, pairs[i].slips};
  *ret = kept;
  return OK;
}

static int alike_of(struct store *s, const struct book *b, const struct alike_kept **ret, struct err *e)
{
  struct book *root = b->root ? b->root : (struct book *)(uintptr_t)b; /* kept beside the book's own names */
  struct alike_kept *there = atomic_load(&root->alike), *made = NULL;
  int rc = there ? OK : find_alike(s, &made, e);
  if (made && atomic_compare_exchange_strong(&root->alike, &there, made))
    there = made;
  else
    mem_free(made); /* somebody else was faster */
  if (rc == OK)
    *ret = there;
  return rc;
}

int merge_suggest(struct store *s, struct arena *a, const struct scope *who, const struct book *b, struct merge_suggestion **ret, size_t *ret_n, struct err *e)
{
  const struct alike_kept *kept = NULL;
  struct merge_suggestion *rows = arena_alloc(a, MERGE_SUGGESTIONS * sizeof *rows);
  struct apart *marks = NULL;
  size_t k = 0, n_marks = 0;
  int rc = rows ? alike_of(s, b, &kept, e) : no_memory(e);
  if (rc == OK)
    rc = apart_list(s, a, &marks, &n_marks, e);
  for (size_t i = 0; rc == OK && i < kept->n && k < MERGE_SUGGESTIONS; i++) {
    const struct alike *x = &kept->pairs[i];
    struct err quiet = {0};
    if (marked_apart(marks, n_marks, x->a, x->b))
      continue;
    if (account_visible(s, a, who, b, x->a, &quiet) < 0 || account_visible(s, a, who, b, x->b, &quiet) < 0)
      continue;
    rows[k].slips = x->slips;
    rc = merge_name(s, a, x->a, &rows[k].a, e);
    rc = rc == OK ? merge_name(s, a, x->b, &rows[k].b, e) : rc;
    k += rc == OK;
    rc = rc == ERR_NOTFOUND ? OK : rc; /* merged since */
  }
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = k;
  return OK;
}

/* ---- rules ---- */

static int check_role(const struct scope *who, struct err *e)
{
  return role_may(who) ? OK : err_set(e, ERR_DENIED, "Your role cannot merge accounts: ask a manager or sales operations");
}

/* Who merges must see every contract that moves: else rows of another team would change hands unseen. */
static int check_owners(struct store *s, struct arena *a, const struct scope *who, int64_t account_id, struct err *e)
{
  int64_t *owners = NULL;
  size_t n = 0;
  int rc = account_owners(s, a, account_id, &owners, &n, e);
  for (size_t i = 0; rc == OK && i < n; i++)
    if (!scope_sees_rep(who, owners[i]))
      return err_set(e, ERR_DENIED, "This account has contracts of another team: ask sales operations to merge it");
  return rc;
}

static int check_one(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t id, struct err *e)
{
  int64_t now = 0;
  int rc = account_now(s, id, &now, e);
  if (rc == OK)
    rc = account_visible(s, a, who, b, now, e);
  return rc == OK && now != id ? err_set(e, ERR_RANGE, "One of the two was merged into another account already: merge that one") : rc;
}

int merge_check(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, struct merge_counts *ret, struct err *e)
{
  struct merge_counts counts;
  int rc = check_one(s, a, who, b, q->survivor_id, e);
  if (rc == OK)
    rc = check_one(s, a, who, b, q->merged_id, e);
  if (rc == OK && q->survivor_id == q->merged_id)
    return err_set(e, ERR_RANGE, "An account cannot be merged into itself: choose another one");
  if (rc == OK)
    rc = check_role(who, e);
  if (rc == OK)
    rc = check_owners(s, a, who, q->merged_id, e);
  if (rc == OK)
    rc = merge_count(s, q->merged_id, &counts, e);
  if (rc == OK)
    *ret = counts;
  return rc;
}

/* ---- doing it ---- */

struct merging {
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  struct merge_ask ask;
  int64_t merge_id;
  bool apart;
};

static int derive(struct store *s, const struct merging *x, int64_t first, int64_t second, struct err *e)
{
  const int64_t ids[] = {first, second};
  struct history_change c = {.account_ids = ids, .n = 2, .today = x->ask.today, .now = x->ask.now, .known_at = x->ask.now, .actor_id = x->who->person_id};
  return history_derive(s, &c, NULL, e);
}

/* An entry for each of the two: whoever asks what was done to an account since, an import that is taken back for one, finds it. */
static int audit(struct store *s, const struct merging *x, const char *action, int64_t survivor, int64_t merged, struct err *e)
{
  struct str detail = arena_fmt(x->a, "{\"merge\":%" PRId64 ",\"survivor\":%" PRId64 ",\"merged\":%" PRId64 "}", x->merge_id, survivor, merged);
  struct audit_entry entry = {.at = x->ask.now, .actor_id = x->who->person_id, .action = action, .entity = "account", .entity_id = survivor, .detail = detail};
  int rc = detail.p ? audit_add(s, &entry, e) : no_memory(e);
  entry.entity_id = merged;
  return rc == OK ? audit_add(s, &entry, e) : rc;
}

static int merge_tx(struct store *s, void *arg, struct err *e)
{
  struct merging *x = arg;
  struct merge_counts counts;
  struct merge m = {.survivor_id = x->ask.survivor_id, .merged_id = x->ask.merged_id, .merged_at = x->ask.now, .merged_by = x->who->person_id,
    .reason = x->ask.reason};
  int rc = merge_check(s, x->a, x->who, x->b, &x->ask, &counts, e);
  if (rc == OK)
    rc = merge_apply(s, &m, e);
  x->merge_id = m.id;
  if (rc == OK)
    rc = derive(s, x, m.survivor_id, m.merged_id, e);
  return rc == OK ? audit(s, x, "account.merge", m.survivor_id, m.merged_id, e) : rc;
}

int merge_accounts(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, int64_t *ret_id, struct err *e)
{
  struct merging x = {.a = a, .who = who, .b = b, .ask = *q};
  struct merge_counts counts;
  int rc = merge_check(s, a, who, b, q, &counts, e);
  if (rc == OK && str_trim(q->reason).n == 0)
    return err_set(e, ERR_RANGE, "Say why these are one: the reason stays with the merge");
  if (rc == OK && utf8_count(q->reason) > MERGE_REASON_MAX)
    return err_set(e, ERR_RANGE, "The reason is too long: at most 500 letters");
  if (rc == OK)
    rc = store_write(s, merge_tx, &x, e);
  if (rc == OK)
    *ret_id = x.merge_id;
  return rc;
}

static int undo_tx(struct store *s, void *arg, struct err *e)
{
  struct merging *x = arg;
  struct merge m;
  int rc = merge_get(s, x->a, x->merge_id, &m, e);
  if (rc == OK)
    rc = account_visible(s, x->a, x->who, x->b, m.survivor_id, e);
  if (rc == OK)
    rc = check_role(x->who, e);
  if (rc == OK)
    rc = check_owners(s, x->a, x->who, m.survivor_id, e);
  if (rc == OK)
    rc = merge_undo(s, &m, x->ask.now, x->who->person_id, e);
  if (rc == OK)
    rc = derive(s, x, m.survivor_id, m.merged_id, e);
  return rc == OK ? audit(s, x, "account.merge_undo", m.survivor_id, m.merged_id, e) : rc;
}

int merge_take_back(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t merge_id, day_t today, int64_t now, struct err *e)
{
  struct merging x = {.a = a, .who = who, .b = b, .merge_id = merge_id, .ask = {.today = today, .now = now}};
  return store_write(s, undo_tx, &x, e);
}

/* ---- not one ---- */

static int apart_tx(struct store *s, void *arg, struct err *e)
{
  struct merging *x = arg;
  int64_t one = x->ask.survivor_id, other = x->ask.merged_id;
  int rc = account_visible(s, x->a, x->who, x->b, one, e);
  if (rc == OK)
    rc = account_visible(s, x->a, x->who, x->b, other, e);
  if (rc == OK && one == other)
    rc = err_set(e, ERR_RANGE, "An account is never two: choose another one");
  if (rc == OK)
    rc = check_role(x->who, e);
  if (rc == OK)
    rc = x->apart ? apart_put(s, one, other, x->ask.now, x->who->person_id, e) : apart_remove(s, one, other, e);
  for (int i = 0; i < 2 && rc > 0; i++) { /* nothing changed: nothing to tell */
    struct str detail = arena_fmt(x->a, "{\"other\":%" PRId64 "}", i ? one : other);
    int told = detail.p ? audit_add(s, &(struct audit_entry){.at = x->ask.now, .actor_id = x->who->person_id, .entity = "account", .entity_id = i ? other : one,
                                                             .action = x->apart ? "account.apart" : "account.apart_undo", .detail = detail}, e) : no_memory(e);
    rc = told < 0 ? told : rc;
  }
  return rc < 0 ? rc : OK;
}

int merge_apart(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct merge_ask *q, bool apart, struct err *e)
{
  struct merging x = {.a = a, .who = who, .b = b, .ask = *q, .apart = apart};
  return store_write(s, apart_tx, &x, e);
}

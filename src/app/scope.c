#include "app/scope.h"

#include <stdlib.h>

#include "app/sales.h"
#include "insight/book_index.h"
#include "store/repo_scope.h"
#include "store/repo_work.h"

struct scope scope_operator(void)
{
  return (struct scope){.role = ROLE_ADMIN, .everything = true};
}

static int64_t *grown(struct arena *a, const int64_t *from, size_t n, size_t more)
{
  int64_t *to = arena_alloc(a, (n + more + 1) * sizeof *to);
  if (to && n)
    memcpy(to, from, n * sizeof *to);
  return to;
}

static int by_id(const void *a, const void *b)
{
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* One rep more where there is room; the list stays in order. */
static void add_rep(struct scope *x, int64_t id)
{
  size_t i = x->n_rep_ids++;
  for (; i > 0 && x->rep_ids[i - 1] > id; i--)
    x->rep_ids[i] = x->rep_ids[i - 1];
  x->rep_ids[i] = id;
}

int scope_load(struct store *s, struct arena *a, int64_t person_id, struct scope *ret, struct err *e)
{
  struct scope x = {.person_id = person_id};
  int role = 0;
  int64_t team = 0;
  int r = scope_person(s, person_id, &role, &team, e);
  if (r < 0)
    return r;
  x.role = (enum role)role;
  x.everything = role == ROLE_ADMIN || role == ROLE_EXEC || role == ROLE_OPS;
  if (role == ROLE_MANAGER && team)
    r = scope_team_people(s, a, team, &x.rep_ids, &x.n_rep_ids, e);
  if (r < 0)
    return r;
  bool self = false;
  for (size_t i = 0; i < x.n_rep_ids; i++)
    self |= x.rep_ids[i] == person_id;
  /* A rep, and a manager without a team, have their own book; sales and partners have none here. */
  if (!self && (role == ROLE_REP || role == ROLE_MANAGER)) {
    int64_t *ids = grown(a, x.rep_ids, x.n_rep_ids, 1);
    if (!ids)
      return err_set(e, ERR_NOMEM, "Out of memory");
    x.rep_ids = ids;
    add_rep(&x, person_id);
  }
  *ret = x;
  return OK;
}

/* ---- what others have handed over ---- */

static int add_renewals(struct store *s, struct arena *a, int64_t handover_id, struct scope *x, struct err *e)
{
  int64_t *ids = NULL;
  size_t n = 0;
  int r = handover_renewals(s, a, handover_id, true, &ids, &n, e);
  if (r < 0)
    return r;
  int64_t *all = grown(a, x->renewal_ids, x->n_renewal_ids, n);
  if (!all)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    all[x->n_renewal_ids + i] = ids[i];
  x->renewal_ids = all;
  x->n_renewal_ids += n;
  return OK;
}

/* Renewals of accounts, by the rows that the book knows of each. */
static int renewals_of(struct arena *a, const struct book *b, const int64_t *accounts, size_t n, day_t since, int64_t **ret, size_t *ret_n)
{
  size_t most = 0, rows = 0, k = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t code = book_code(&b->accounts, accounts[i]);
    if (code && !book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, code, &rows))
      return ERR_NOMEM;
    most += code ? rows : 0;
  }
  int64_t *ids = arena_alloc(a, (most + 1) * sizeof *ids);
  for (size_t i = 0; i < n && ids; i++) {
    uint32_t code = book_code(&b->accounts, accounts[i]);
    const uint32_t *row = code ? book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, code, &rows) : NULL;
    for (size_t j = 0; row && j < rows; j++)
      if (b->renewals.due[row[j]] >= since)
        ids[k++] = b->renewals.id[row[j]];
  }
  *ret = ids;
  *ret_n = k;
  return ids ? OK : ERR_NOMEM;
}

/* What one of field sales may read: by the book where there is one, else by the store alone. */
static int sales_ids(struct store *s, struct arena *a, const struct book *b, int64_t person_id, day_t since, int64_t **ret, size_t *ret_n, struct err *e)
{
  int64_t *accounts = NULL, *asked = NULL, *all;
  size_t n = 0, n_asked = 0;
  if (!b)
    return sales_renewals(s, a, person_id, since, ret, ret_n, e);
  int r = sales_account_ids(s, a, person_id, &accounts, &n, e);
  r = r == OK ? sales_asked_ids(s, a, person_id, &asked, &n_asked, e) : r;
  if (r < 0)
    return r;
  if (renewals_of(a, b, accounts, n, since, ret, ret_n) != OK || !(all = grown(a, *ret, *ret_n, n_asked)))
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n_asked; i++)
    all[(*ret_n)++] = asked[i];
  *ret = all;
  return OK;
}

/* Field sales: the renewals of their accounts, and of those of their team for who leads it; and what they are asked about. */
static int add_sales(struct store *s, struct arena *a, const struct book *b, day_t today, struct scope *x, struct err *e)
{
  struct sales_person *people = NULL;
  size_t n = 0;
  int r = sales_led(s, a, x->person_id, &people, &n, e);
  for (size_t i = 0; i < n && r == OK; i++) {
    int64_t *ids = NULL, *all;
    size_t more = 0;
    r = sales_ids(s, a, b, people[i].id, today - SCOPE_SALES_DAYS, &ids, &more, e);
    if (r < 0)
      return r;
    all = more ? grown(a, x->renewal_ids, x->n_renewal_ids, more) : x->renewal_ids;
    if (more && !all)
      return err_set(e, ERR_NOMEM, "Out of memory");
    for (size_t k = 0; k < more; k++)
      all[x->n_renewal_ids++] = ids[k];
    x->renewal_ids = all;
  }
  if (r == OK && x->n_renewal_ids)
    qsort(x->renewal_ids, x->n_renewal_ids, sizeof *x->renewal_ids, by_id);
  return r;
}

int scope_cover(struct store *s, struct arena *a, day_t today, struct scope *x, struct err *e)
{
  struct handover *h = NULL;
  size_t n = 0;
  x->today = today;
  if (x->role == ROLE_SALES)
    return add_sales(s, a, NULL, today, x, e);
  if (x->role != ROLE_REP && x->role != ROLE_MANAGER)
    return OK;
  int r = handover_covered(s, a, x->person_id, today, INT64_MAX, &h, &n, e);
  if (r < 0 || n == 0)
    return r;
  int64_t *reps = grown(a, x->rep_ids, x->n_rep_ids, n);
  x->covers = arena_alloc(a, n * sizeof *x->covers);
  if (!reps || !x->covers)
    return err_set(e, ERR_NOMEM, "Out of memory");
  x->rep_ids = reps;
  for (size_t i = 0; i < n && r == OK; i++) {
    x->covers[x->n_covers++] = (struct scope_cover){h[i].id, h[i].from_id, h[i].whole_book};
    if (!h[i].whole_book)
      r = add_renewals(s, a, h[i].id, x, e);
    else if (!scope_sees_rep(x, h[i].from_id))
      add_rep(x, h[i].from_id);
  }
  if (x->n_renewal_ids)
    qsort(x->renewal_ids, x->n_renewal_ids, sizeof *x->renewal_ids, by_id);
  return r;
}

int scope_cover_sales(struct store *s, struct arena *a, const struct book *b, day_t today, struct scope *x, struct err *e)
{
  x->today = today;
  return add_sales(s, a, b, today, x, e);
}

static bool handed(const struct scope *s, int64_t renewal_id)
{
  return s->n_renewal_ids && bsearch(&renewal_id, s->renewal_ids, s->n_renewal_ids, sizeof renewal_id, by_id) != NULL;
}

bool scope_sees(const struct scope *s, int64_t renewal_id, int64_t owner_id)
{
  return scope_sees_rep(s, owner_id) || handed(s, renewal_id);
}

bool scope_edits(const struct scope *s, int64_t renewal_id, int64_t owner_id)
{
  return scope_may_edit(s, owner_id) || (s->role != ROLE_SALES && handed(s, renewal_id)); /* field sales reads */
}

int scope_rows(const struct scope *s, struct arena *a, const struct book *b, const uint32_t **ret, size_t *ret_n)
{
  uint32_t *rows = arena_alloc(a, (s->n_renewal_ids + 1) * sizeof *rows);
  size_t n = 0, from = 0;
  if (!rows)
    return ERR_NOMEM;
  for (size_t i = 0; i < s->n_renewal_ids; i++) {
    size_t to = b->renewals.n;
    if (i && s->renewal_ids[i] == s->renewal_ids[i - 1])
      continue;
    while (from < to) {
      size_t mid = (from + to) / 2;
      if (b->renewals.id[mid] < (uint64_t)s->renewal_ids[i])
        from = mid + 1;
      else
        to = mid;
    }
    if (from < b->renewals.n && b->renewals.id[from] == (uint64_t)s->renewal_ids[i])
      rows[n++] = (uint32_t)from;
  }
  *ret = rows;
  *ret_n = n;
  return OK;
}

bool scope_sees_rep(const struct scope *s, int64_t rep_id)
{
  return s->everything || (rep_id != 0 && s->n_rep_ids && bsearch(&rep_id, s->rep_ids, s->n_rep_ids, sizeof rep_id, by_id) != NULL);
}

bool scope_may_edit(const struct scope *s, int64_t owner_id)
{
  switch (s->role) {
  case ROLE_ADMIN:
  case ROLE_OPS: return true;
  case ROLE_MANAGER:
  case ROLE_REP: return scope_sees_rep(s, owner_id);
  default: return false;
  }
}

uint8_t *scope_reps(const struct scope *s, struct arena *a, const struct book *b)
{
  uint8_t *seen = arena_zalloc(a, b->reps.n ? b->reps.n : 1, 1);
  for (uint32_t i = 0; seen && i < b->reps.n; i++)
    seen[i] = scope_sees_rep(s, b->reps.id[i]);
  return seen;
}

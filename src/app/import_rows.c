#include "app/import_rows.h"
#include "store/repo_desk.h"

static bool touched(const struct import_touched *t, int64_t contract)
{
  size_t low = 0, high = t->n_others;
  if (contract >= t->from && contract < t->to)
    return true;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (t->others[mid] < contract)
      low = mid + 1;
    else
      high = mid;
  }
  return low < t->n_others && t->others[low] == contract;
}

int import_rows(struct store *s, struct arena *a, const struct book *b, struct grid_filter *f, struct err *e)
{
  struct import_touched t;
  int64_t id = 0;
  if (str_to_i64(f->text, &id) < 0 || id < 1)
    return OK;
  int rc = import_touched_by(s, a, id, &t, e);
  if (rc < 0)
    return rc;
  uint32_t *rows = arena_alloc(a, ((size_t)b->renewals.n + 1) * sizeof *rows);
  if (!rows)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (uint32_t i = 0; i < b->renewals.n; i++)
    if (touched(&t, b->contracts.id[b->renewals.contract[i]]))
      rows[f->n_rows++] = i;
  f->rows = rows;
  return OK;
}

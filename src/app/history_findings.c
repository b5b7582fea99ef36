/* What the lines say that cannot be right: found on the way, written as data findings. */
#include "app/history_work.h"
#include "base/alloc.h"

enum { OVERLAP_DAYS = 30 }; /* a renewal may begin so many days early without being paid twice by mistake */

void history_find(struct history_work *w, const char *rule, const char *field, int64_t line_id, struct str detail)
{
  if (!detail.p || !mem_room(&w->findings, w->n_findings, &w->cap_findings, 64, sizeof *w->findings))
    return;
  w->findings[w->n_findings++] = (struct history_finding){.rule = rule, .field = field, .line_id = line_id, .detail = detail};
}

/* A line with a serial number, for sorting. */
struct covered {
  uint64_t serial;
  int64_t end_user;
  uint32_t line;
  day_t start, end;
};

static int covered_cmp(const void *x, const void *y)
{
  const struct covered *a = x, *b = y;
  if (a->serial != b->serial)
    return a->serial < b->serial ? -1 : 1;
  if (a->end_user != b->end_user)
    return a->end_user < b->end_user ? -1 : 1;
  if (a->start != b->start)
    return a->start < b->start ? -1 : 1;
  return a->line < b->line ? -1 : a->line > b->line;
}

static void overlap_finding(struct history_work *w, const struct covered *first, const struct covered *second)
{
  const struct history_line *a = &w->rows.lines[first->line], *b = &w->rows.lines[second->line];
  day_t until = first->end < second->end ? first->end : second->end;
  char iso[DAY_ISO_SIZE];
  history_find(w, "double_coverage", "serial_number", b->id,
    arena_fmt(w->arena, "line %" PRId64 " covers the same serial number until %s: %d days are covered twice", a->id, day_iso(first->end, iso),
      (int)(until - second->start + 1)));
}

/* The same serial number of one customer under two items at once. Only what is still running or ahead: nobody can mend
 * the past. Later terms of one item overlap by design where the end date was overwritten. */
int history_overlaps(struct history_work *w, struct err *e)
{
  size_t n = 0;
  for (size_t i = 0; i < w->rows.n_lines; i++)
    n += w->rows.lines[i].serial && !w->rows.lines[i].excluded && w->rows.lines[i].end >= w->today;
  if (n < 2)
    return OK;
  struct covered *c = arena_alloc(w->arena, n * sizeof *c);
  if (!c)
    return history_nomem(e);
  n = 0;
  for (size_t i = 0; i < w->rows.n_lines; i++) {
    const struct history_line *l = &w->rows.lines[i];
    if (l->serial && !l->excluded && l->end >= w->today)
      c[n++] = (struct covered){l->serial, w->rows.contracts[w->contract_of[i]].end_user_id, (uint32_t)i, l->start, l->end};
  }
  qsort(c, n, sizeof *c, covered_cmp);
  for (size_t i = 1, longest = 0; i < n; i++) {
    bool same = c[i].serial == c[longest].serial && c[i].end_user == c[longest].end_user;
    if (same && c[i].start + OVERLAP_DAYS <= c[longest].end && w->rows.lines[c[i].line].line_key != w->rows.lines[c[longest].line].line_key)
      overlap_finding(w, &c[longest], &c[i]);
    if (!same || c[i].end > c[longest].end)
      longest = i;
  }
  return OK;
}

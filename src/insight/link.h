/* Which line renewed which, from plain contract rows: best evidence first (domain.md §2). Pure kernel over
 * columns; the result does not depend on the order of rows within a group. docs/internals/history.md.
 *
 * Order: what a person said; a named predecessor line; the same item with a later term (extended); a named
 * predecessor contract; same serial number; same product, then its replacement; same product family (weak).
 * Within a level the pair whose start lies nearest to the day after the end comes first, equal
 * quantities before unequal ones. A successor renews at most its own quantity, and must end later than what it renews. */
#ifndef INSIGHT_LINK_H
#define INSIGHT_LINK_H
#include "base/date.h"
#include "base/err.h"
#include "domain/terms.h"

#define LINK_NONE UINT32_MAX
/* Successor start within [end - LINK_EARLY_DAYS, end + LINK_LATE_DAYS] for the inferred levels. */
enum { LINK_EARLY_DAYS = 180, LINK_LATE_DAYS = 365 };

/* What a line may take part in. */
enum {
  LINK_SKIP = 1,      /* neither renews nor is renewed: a person excluded it */
  LINK_SETTLED = 2,   /* needs no successor: stated lost, or a person said that nothing renewed it */
  LINK_STATED = 4,    /* the file states its outcome: product and family prove nothing about it */
};

/* Columns of n lines sorted by group (= end user). Codes and hashes: 0 = none. */
struct link_lines {
  size_t n;
  const uint32_t *group;
  const int64_t *id;             /* unique; the last tie-break */
  const day_t *start, *end;      /* inclusive */
  const int64_t *quantity;       /* below 1 counts as 1 */
  const uint64_t *line_key;      /* identity of the item across its terms */
  const uint64_t *serial;        /* hash of the serial number */
  const uint32_t *contract, *product, *family;
  const uint32_t *replacement;   /* product that replaces this line's product */
  const uint32_t *from_line;     /* index of the line that this one says it renews, LINK_NONE = none */
  const uint32_t *from_contract; /* contract that this one says it renews */
  const uint8_t *flags;
};
/* Line `from` was renewed by line `to` for that quantity. */
struct link {
  uint32_t from, to; /* indexes */
  int64_t quantity;
  uint8_t evidence;  /* enum evidence */
};
/* fixed: links that a person made (any groups); their quantity is computed here. A line with a fixed link gets no
 * other successor. *ret: links sorted by (from, to), owned by the caller (mem_free); NULL when there are none.
 * OK, ERR_NOMEM. O(n log n) per group. */
int link_lines_match(const struct link_lines *l, const struct link *fixed, size_t n_fixed, struct link **ret, size_t *ret_n);
#endif

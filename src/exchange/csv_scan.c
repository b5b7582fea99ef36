#include "exchange/csv_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* One bit for each delimiter, quote, LF and CR among 64 bytes. */
static uint64_t specials(const char *p, char delimiter)
{
  uint64_t mask = 0;
#ifdef __SSE2__
  const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8('"'), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
  for (int i = 0; i < 4; i++) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i * 16));
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, q)),
                               _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
    mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << (i * 16);
  }
#else
  for (int i = 0; i < 64; i++)
    mask |= (uint64_t)(p[i] == delimiter || p[i] == '"' || p[i] == '\n' || p[i] == '\r') << i;
#endif
  return mask;
}

void csv_scan_at(struct csv_scan *s, size_t start)
{
  s->start = start;
  s->block = start;
  s->mask = start < s->end ? specials(s->base + start, s->delimiter) : 0;
}

/* Position of the next special byte, s->end if there is none. */
static inline size_t next_special(struct csv_scan *s)
{
  while (s->mask == 0) {
    if (s->end - s->block <= 64 || s->block >= s->end)
      return s->end;
    s->block += 64;
    s->mask = specials(s->base + s->block, s->delimiter);
  }
  size_t at = s->block + (size_t)__builtin_ctzll(s->mask);
  s->mask &= s->mask - 1;
  return at < s->end ? at : s->end;
}

static inline bool ends_cell(const struct csv_scan *s, size_t at)
{
  return at >= s->end || s->base[at] == s->delimiter || s->base[at] == '\n' || s->base[at] == '\r';
}

/* s->base[open] is a quote. Position behind the closing quote's cell (its delimiter, line end or s->end), the text in
 * *ret; SIZE_MAX when the text runs out before that is known. */
static size_t quoted(struct csv_scan *s, size_t open, struct str *ret, bool *ret_doubled)
{
  *ret_doubled = false;
  for (;;) {
    size_t at = next_special(s);
    if (at == s->end)
      return SIZE_MAX;
    if (s->base[at] != '"')
      continue;
    size_t next = at + 1;
    if (next == s->end && !s->whole)
      return SIZE_MAX;
    if (next < s->end && s->base[next] == '"') {
      (void)next_special(s);
      *ret_doubled = true;
      continue;
    }
    while (next < s->end && (s->base[next] == ' ' || s->base[next] == '\t') && s->base[next] != s->delimiter)
      next++;
    if (next == s->end && !s->whole)
      return SIZE_MAX;
    if (!ends_cell(s, next))
      continue;
    *ret = (struct str){s->base + open + 1, at - open - 1};
    return next_special(s);
  }
}

static int more(struct csv_scan *s, size_t field)
{
  s->field = field;
  csv_scan_at(s, s->start);
  return CSV_SCAN_MORE;
}

/* The line end at `at`; *ret_next is where the next record begins. False if it can't be told yet. */
static bool line_end(struct csv_scan *s, size_t at, size_t *ret_next)
{
  *ret_next = at + 1;
  if (s->base[at] == '\n') {
    s->line_end = CSV_END_LF;
    return true;
  }
  if (at + 1 >= s->end && !s->whole)
    return false;
  s->line_end = CSV_END_CR;
  if (at + 1 < s->end && s->base[at + 1] == '\n') {
    s->line_end = CSV_END_CRLF;
    *ret_next = at + 2;
    (void)next_special(s);
  }
  return true;
}

int csv_scan_record(struct csv_scan *s)
{
  if (s->start >= s->end)
    return s->whole ? 0 : more(s, s->start);
  size_t field = s->start, n = 0;
  s->n_doubled = 0;
  s->in_quotes = false;
  for (;;) {
    struct str text;
    bool doubled = false;
    size_t at = next_special(s);
    if (at == field && at < s->end && s->base[at] == '"') {
      at = quoted(s, field, &text, &doubled);
      s->in_quotes = at == SIZE_MAX;
      if (s->in_quotes)
        return more(s, field);
    } else {
      while (at < s->end && s->base[at] == '"')
        at = next_special(s);
      text = (struct str){s->base + field, at - field};
    }
    if (at >= s->end && !s->whole)
      return more(s, field);
    if (n == TABLE_MAX_COLUMNS)
      return CSV_SCAN_TOO_MANY;
    if (doubled)
      s->doubled[s->n_doubled++] = (uint32_t)n;
    s->cells[n++] = (struct cell){text, text.n > 0 ? CELL_TEXT : CELL_EMPTY};
    field = at + 1;
    if (at < s->end && s->base[at] == s->delimiter)
      continue;
    s->n_cells = n;
    s->line_end = CSV_END_NONE;
    size_t next = s->end;
    if (at < s->end && !line_end(s, at, &next))
      return more(s, at);
    s->start = next;
    return 1;
  }
}

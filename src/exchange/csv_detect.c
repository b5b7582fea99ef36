#include "exchange/csv.h"
#include "exchange/csv_scan.h"

#include "base/alloc.h"

enum { SAMPLE_RECORDS = 300 };

/* floor(4 × log2(n)): how much more n cells say than one. */
static unsigned weight(size_t n)
{
  uint64_t fourth = (uint64_t)n * n * n * n; /* n <= 1024 */
  return 63u - (unsigned)__builtin_clzll(fourth);
}

/* How evenly the delimiter cuts the sample: the share of records that have the commonest number of cells, times what
 * that number says. 0 if most records have one cell. Also counts the line ends. */
static unsigned score(struct csv_scan *s, unsigned ends[4])
{
  unsigned records = 0, best = 0, best_records = 0;
  uint16_t seen[TABLE_MAX_COLUMNS + 1] = {0};
  memset(ends, 0, 4 * sizeof *ends);
  csv_scan_at(s, 0);
  while (records < SAMPLE_RECORDS && csv_scan_record(s) == 1) {
    ends[s->line_end]++;
    if (s->n_cells == 1 && s->cells[0].type == CELL_EMPTY)
      continue;
    records++;
    seen[s->n_cells]++;
  }
  for (size_t n = 2; n <= TABLE_MAX_COLUMNS; n++) {
    unsigned now = seen[n] * 1000u / (records > 0 ? records : 1) * weight(n);
    if (seen[n] > 0 && now >= best) {
      best = now;
      best_records = seen[n];
    }
  }
  return best_records > 0 ? best : 0;
}

static const char *line_end_name(const unsigned ends[4])
{
  bool lf = ends[CSV_END_LF] > 0, crlf = ends[CSV_END_CRLF] > 0, cr = ends[CSV_END_CR] > 0;
  if (lf + crlf + cr > 1)
    return "mixed";
  return crlf ? "CRLF" : cr ? "CR" : "LF";
}

/* "sep=;" as the first record. */
static char stated(struct str sample)
{
  bool is = sample.n > 5 && str_eq_nocase(str_sub(sample, 0, 4), STR("sep=")) && (sample.p[5] == '\r' || sample.p[5] == '\n');
  return is && strchr(",;\t|", sample.p[4]) != NULL ? sample.p[4] : '\0';
}

static struct csv_dialect choose(struct csv_scan *s, const char *candidates)
{
  struct csv_dialect d = {',', "LF"};
  unsigned best = 0, ends[4];
  for (const char *c = candidates; *c != '\0'; c++) {
    s->delimiter = *c;
    unsigned now = score(s, ends);
    if (now > best || c == candidates) {
      best = now;
      d = (struct csv_dialect){*c, line_end_name(ends)};
    }
  }
  return d;
}

int csv_detect(struct str sample, bool whole, struct csv_dialect *ret)
{
  struct csv_scan *s = mem_zalloc(1, sizeof *s);
  char *copy = mem_alloc(sample.n + CSV_PADDING);
  int code = ERR_NOMEM;
  if (s != NULL && copy != NULL) {
    memcpy(copy, sample.p, sample.n);
    memset(copy + sample.n, 0, CSV_PADDING);
    s->base = copy;
    s->end = sample.n;
    s->whole = whole;
    char only[2] = {stated(sample), '\0'};
    *ret = choose(s, only[0] != '\0' ? only : ",;\t|");
    code = OK;
  }
  mem_free(copy);
  mem_free(s);
  return code;
}

#include "exchange/header.h"

/* Digits with marks of numbers and dates and no letters: 1,234.50 · 31/12/2026 · (12) · 15 % · $5. */
static bool looks_numeric(const struct cell *c)
{
  if (c->type != CELL_TEXT)
    return c->type != CELL_EMPTY;
  bool digit = false;
  for (size_t i = 0; i < c->text.n; i++) {
    char ch = c->text.p[i];
    if (ch >= '0' && ch <= '9')
      digit = true;
    else if (memchr(" .,-+/:()%$'", ch, 12) == NULL)
      return false;
  }
  return digit;
}

/* Mostly words; a row as full as any may be mostly numbers (id, 2024, 2025, 2026) if there is a word in it. */
static bool reads_like_header(const struct row *r, size_t fullest)
{
  size_t filled = row_filled(r), numeric = 0;
  for (size_t i = 0; i < r->n; i++)
    numeric += looks_numeric(&r->cells[i]);
  return numeric * 2 < filled || (filled == fullest && numeric < filled);
}

size_t header_find(const struct row *rows, size_t n)
{
  size_t fullest = 0, first = 0;
  for (size_t i = 0; i < n; i++) {
    size_t filled = row_filled(&rows[i]);
    fullest = filled > fullest ? filled : fullest;
  }
  size_t enough = fullest <= 1 ? 1 : (fullest + 1) / 2 < 2 ? 2 : (fullest + 1) / 2;
  while (first < n && row_filled(&rows[first]) < enough)
    first++;
  for (size_t i = first; i < n; i++)
    if (row_filled(&rows[i]) >= enough && reads_like_header(&rows[i], fullest))
      return i;
  return first;
}

static size_t width(const struct row *r)
{
  size_t w = r->n;
  while (w > 0 && r->cells[w - 1].type == CELL_EMPTY)
    w--;
  return w;
}

size_t header_width(const struct row *rows, size_t n, size_t header)
{
  size_t most = width(&rows[header]), offered = rows[header].n;
  for (size_t i = header + 1; i < n; i++) {
    size_t w = width(&rows[i]) < offered ? width(&rows[i]) : offered;
    most = w > most ? w : most;
  }
  return most;
}

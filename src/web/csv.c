#include "web/csv.h"

void csv_cell(struct strbuf *b, struct str s) {
  bool formula = s.n && memchr("=+-@\t\r", s.p[0], 6), quote = formula;
  for (size_t i = 0; i < s.n && !quote; i++)
    quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
  if (quote)
    strbuf_addz(b, formula ? "\"'" : "\"");
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      strbuf_addc(b, '"');
    strbuf_addc(b, s.p[i]);
  }
  if (quote)
    strbuf_addc(b, '"');
}

/* Fuzz target: the readers of base and domain. The first byte chooses one; what is accepted must
 * also come back the same. */
#include "base/date.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/money.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "domain/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

static void try_decimal(struct str s, char dec, char group)
{
  for (int scale = 0; scale <= 9; scale += 3) {
    int64_t v = 1, again = 2, coarse;
    bool inexact = false;
    int rc = decimal_parse(s, dec, group, scale, &v, &inexact);
    MUST(rc == OK || rc == ERR_SYNTAX || rc == ERR_RANGE);
    if (rc != OK)
      continue;
    char text[DECIMAL_SIZE];
    decimal_text(v, scale, text);
    MUST(decimal_parse(str_of(text), '.', 0, scale, &again, &inexact) == OK);
    MUST(again == v && !inexact);
    /* Fewer digits always fit where more did. */
    MUST(decimal_parse(s, dec, group, 0, &coarse, NULL) == OK);
  }
}

static void try_date(struct str s)
{
  day_t d;
  char iso[DAY_ISO_SIZE];
  if (day_parse_iso(s, &d) == OK)
    MUST(str_eq(str_of(day_iso(d, iso)), s));
}

static void try_integer(struct str s)
{
  int64_t v, dec;
  if (str_to_i64(s, &v) == OK) {
    MUST(decimal_parse(s, '.', 0, 0, &dec, NULL) == OK);
    MUST(v == dec);
  }
}

static void try_text(struct str s)
{
  size_t at = 0, n = 0;
  for (size_t before = 0; utf8_next(s, &at) >= 0; before = at, n++)
    MUST(at > before && at <= s.n);
  MUST(at == s.n && n == utf8_count(s));
  for (size_t max = 0; max <= s.n && max < 40; max++) {
    struct str cut = utf8_cut(s, max);
    MUST(cut.n <= max && max - cut.n <= 3);
    MUST(!utf8_valid(s) || utf8_valid(cut));
  }
  struct str trimmed = str_trim(s);
  MUST(str_eq(str_trim(trimmed), trimmed));
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(1 << 20), again = STRBUF_INIT(1 << 20);
  utf8_fold(&key, s);
  utf8_fold(&again, strbuf_str(&key));
  MUST(!key.failed && utf8_valid(strbuf_str(&key)));
  MUST(str_eq(strbuf_str(&key), strbuf_str(&again)));
}

static void try_period(struct str s, uint8_t setting)
{
  const struct calendar c = {setting & 1 ? CALENDAR_445 : CALENDAR_MONTHS, 1 + setting / 2 % 12, 1 + setting / 24 % 7, setting > 168};
  struct period p, q;
  char id[PERIOD_ID_SIZE];
  if (period_parse(&c, s, &p) != OK)
    return;
  MUST(p.first <= p.last);
  MUST(str_eq_nocase(str_of(period_id(&p, id)), s));
  q = period_of(&c, p.kind, p.last);
  MUST(q.first == p.first && q.last == p.last);
}

static void try_words(struct str s)
{
  currency_t c;
  char code[4];
  if (currency_parse(s, &c) == OK)
    MUST(str_eq_nocase(str_of(currency_code(c, code)), s));
  int v = stage_of(s);
  MUST(v < 0 || stage_of(str_of(stage_name(v))) == v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  struct str s = {(const char *)data + 2, size - 2};
  static const char marks[][2] = {{'.', ','}, {',', '.'}, {',', ' '}, {'.', '\''}, {'.', 0}};
  switch (data[0]) {
  case 'n':
    try_decimal(s, marks[data[1] % 5][0], marks[data[1] % 5][1]);
    try_integer(s);
    break;
  case 'd': try_date(s); break;
  case 'p': try_period(s, data[1]); break;
  case 'w': try_words(s); break;
  default: try_text(s);
  }
  return 0;
}

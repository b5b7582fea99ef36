#include "base/money.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/strbuf.h"

/* ISO 4217, sorted. Metals, test and "no currency" codes are left out: they have no minor unit.
 * ANG, BGN, CUC, HRK, SLL and ZWL were withdrawn between 2021 and 2026 and still stand in books. */
static const char known[] =
  "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBHDBIFBMDBNDBOBBOVBRLBSDBTNBWPBYNBZDCADCDFCHECHFCHW"
  "CLFCLPCNYCOPCOUCRCCUCCUPCVECZKDJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHRK"
  "HTGHUFIDRILSINRIQDIRRISKJMDJODJPYKESKGSKHRKMFKPWKRWKWDKYDKZTLAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMK"
  "MNTMOPMRUMURMVRMWKMXNMXVMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGKPHPPKRPLNPYGQARRONRSDRUBRWFSARSBD"
  "SCRSDGSEKSGDSHPSLESLLSOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUSNUYIUYUUYWUZS"
  "VEDVESVNDVUVWSTXADXAFXCDXCGXOFXPFYERZARZMWZWGZWL";
static bool among(const char *sorted, size_t n, const char code[3])
{
  size_t lo = 0, hi = n / 3;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    int c = memcmp(sorted + mid * 3, code, 3);
    if (c == 0)
      return true;
    if (c < 0)
      lo = mid + 1;
    else
      hi = mid;
  }
  return false;
}
#define AMONG(list, code) among(list, sizeof(list) - 1, code)

int currency_parse(struct str s, currency_t *ret)
{
  if (s.n != 3)
    return ERR_SYNTAX;
  char code[3];
  unsigned v = 0;
  for (size_t i = 0; i < 3; i++) {
    char c = s.p[i];
    if (c >= 'a' && c <= 'z')
      c = (char)(c - 32);
    if (c < 'A' || c > 'Z')
      return ERR_SYNTAX;
    code[i] = c;
    v = v * 26 + (unsigned)(c - 'A');
  }
  if (!AMONG(known, code))
    return ERR_NOTFOUND;
  *ret = (currency_t)(v + 1);
  return OK;
}

const char *currency_code(currency_t c, char buf[4])
{
  if (c == CURRENCY_NONE || c > 26 * 26 * 26) {
    buf[0] = 0;
    return buf;
  }
  int v = c - 1;
  buf[0] = (char)('A' + v / 676);
  buf[1] = (char)('A' + v / 26 % 26);
  buf[2] = (char)('A' + v % 26);
  buf[3] = 0;
  return buf;
}

/* The number of a code, as currency_parse makes it. */
#define NUMBER(a, b, c) (((a) - 'A') * 676 + ((b) - 'A') * 26 + ((c) - 'A') + 1)

/* Asked for every row of a sum, so a jump and no search. */
int currency_exponent(currency_t c)
{
  switch (c) {
  case NUMBER('B', 'I', 'F'): case NUMBER('C', 'L', 'P'): case NUMBER('D', 'J', 'F'): case NUMBER('G', 'N', 'F'): case NUMBER('I', 'S', 'K'):
  case NUMBER('J', 'P', 'Y'): case NUMBER('K', 'M', 'F'): case NUMBER('K', 'R', 'W'): case NUMBER('P', 'Y', 'G'): case NUMBER('R', 'W', 'F'):
  case NUMBER('U', 'G', 'X'): case NUMBER('U', 'Y', 'I'): case NUMBER('V', 'N', 'D'): case NUMBER('V', 'U', 'V'): case NUMBER('X', 'A', 'F'):
  case NUMBER('X', 'O', 'F'): case NUMBER('X', 'P', 'F'): return 0;
  case NUMBER('B', 'H', 'D'): case NUMBER('I', 'Q', 'D'): case NUMBER('J', 'O', 'D'): case NUMBER('K', 'W', 'D'): case NUMBER('L', 'Y', 'D'):
  case NUMBER('O', 'M', 'R'): case NUMBER('T', 'N', 'D'): return 3;
  case NUMBER('C', 'L', 'F'): case NUMBER('U', 'Y', 'W'): return 4;
  default: return 2;
  }
}

int money_add(struct money a, struct money b, struct money *ret)
{
  if (a.currency != b.currency)
    return ERR_CONFLICT;
  int64_t sum;
  if (__builtin_add_overflow(a.minor, b.minor, &sum))
    return ERR_RANGE;
  *ret = (struct money){sum, a.currency};
  return OK;
}

int money_convert_i128(__int128 minor_times_rate, currency_t from, currency_t to, int64_t *ret)
{
  int shift = currency_exponent(to) - currency_exponent(from);
  __int128 den = RATE_ONE;
  if (shift > 0) {
    if (__builtin_mul_overflow(minor_times_rate, (__int128)pow10_i64(shift), &minor_times_rate))
      return ERR_RANGE;
  } else {
    den *= pow10_i64(-shift);
  }
  return div_round_i128(minor_times_rate, den, ret);
}

int money_convert(int64_t minor, currency_t from, int64_t rate, currency_t to, int64_t *ret)
{
  return money_convert_i128((__int128)minor * rate, from, to, ret);
}

void money_add_text(struct strbuf *b, int64_t minor, currency_t c)
{
  decimal_add(b, minor, currency_exponent(c));
}

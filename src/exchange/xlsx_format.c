/* Number formats: which of them show a number as a date. */
#include "exchange/xlsx_value.h"

enum number_style style_of_builtin(int64_t id)
{
  if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || (id >= 57 && id <= 58))
    return STYLE_DATE;
  if ((id >= 18 && id <= 21) || id == 45 || id == 47 || (id >= 32 && id <= 35) || id == 55 || id == 56)
    return STYLE_TIME;
  return id == 46 ? STYLE_ELAPSED : STYLE_NUMBER;
}

/* Length of the part at s.p[i] that is no format letter: a literal, a quoted text, a blank's width, a color. 0 if none. */
static size_t literal(struct str s, size_t i)
{
  char c = s.p[i];
  if (c == '\\' || c == '_' || c == '*')
    return 2;
  if (c == '"' || c == '[') {
    size_t end = str_find(s, c == '"' ? '"' : ']', i + 1);
    return end == SIZE_MAX ? s.n - i : end - i + 1;
  }
  if ((c == 'E' || c == 'e') && i + 1 < s.n && (s.p[i + 1] == '+' || s.p[i + 1] == '-'))
    return 2;
  if (str_eq_nocase(str_sub(s, i, 7), STR("general")))
    return 7;
  if (str_eq_nocase(str_sub(s, i, 5), STR("am/pm")))
    return 5;
  return 0;
}

static bool elapsed(struct str bracket)
{
  char c = bracket.n > 2 ? (char)(bracket.p[1] | 0x20) : '\0';
  if (c != 'h' && c != 'm' && c != 's')
    return false;
  for (size_t i = 1; i + 1 < bracket.n; i++)
    if ((bracket.p[i] | 0x20) != c)
      return false;
  return true;
}

enum number_style style_of_code(struct str code)
{
  bool day = false, month = false, clock = false;
  for (size_t i = 0; i < code.n && code.p[i] != ';';) {
    size_t skip = literal(code, i);
    if (skip > 0) {
      if (code.p[i] == '[' && elapsed(str_sub(code, i, skip)))
        return STYLE_ELAPSED;
      i += skip;
      continue;
    }
    char c = (char)(code.p[i++] | 0x20);
    day |= c == 'd' || c == 'y' || c == 'e' || c == 'g';
    month |= c == 'm';
    clock |= c == 'h' || c == 's';
  }
  if (day || (month && !clock)) /* m beside h or s is minutes */
    return STYLE_DATE;
  return clock ? STYLE_TIME : STYLE_NUMBER;
}

/* localegen: writes src/words/locale_table.c from the CLDR data of the installed ICU. Run by hand when the data is to be renewed:
 *   ninja -C build tools/localegen && build/tools/localegen > src/words/locale_table.c
 * What is ours and not CLDR's (docs/decisions/0180): English weekdays stand without a comma (Thu Nov 26), dates of pt-PT name
 * their month, the gap of times is an ordinary no-break space. */
#define PERENNIAL_ALLOW_BANNED 1
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

enum { TEXT = 400 };
static const char *const LOCALES[] = {"en-US", "en-CA", "en-GB", "es-419", "es-AR", "es-CL", "es-CO", "es-ES", "es-MX", "fr-CA", "fr-FR", "pt-BR", "pt-PT"};

static void utf8(const UChar *u, char out[TEXT]) {
  UErrorCode e = U_ZERO_ERROR;
  int32_t n;
  u_strToUTF8(out, TEXT, &n, u, -1, &e);
}

static void put(const char *s) {
  printf(" \"");
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c > 126 || c < 32) printf("\\%03o", c);
    else if (c == '"' || c == '\\') printf("\\%c", c);
    else putchar(c);
  }
  printf("\",");
}

static void number(const char *locale, const char *skeleton, double v, char out[TEXT]) {
  UErrorCode e = U_ZERO_ERROR;
  UChar s[100], o[200];
  u_uastrcpy(s, skeleton);
  UNumberFormatter *f = unumf_openForSkeletonAndLocale(s, -1, locale, &e);
  UFormattedNumber *r = unumf_openResult(&e);
  unumf_formatDouble(f, v, r, &e);
  unumf_resultToString(r, o, 200, &e);
  utf8(o, out);
  unumf_closeResult(r);
  unumf_close(f);
}

/* What stands behind the digits and marks of a number. */
static const char *behind(const char *s) {
  while (*s && (strchr("0123456789.,", *s))) s++;
  return s;
}

static void numbers(const char *locale) {
  UErrorCode e = U_ZERO_ERROR;
  char text[TEXT], pattern[TEXT];
  UChar u[200];
  UNumberFormat *f = unum_open(UNUM_CURRENCY, NULL, 0, locale, NULL, &e);
  unum_getSymbol(f, UNUM_DECIMAL_SEPARATOR_SYMBOL, u, 200, &e);
  utf8(u, text);
  put(text);
  unum_getSymbol(f, UNUM_GROUPING_SEPARATOR_SYMBOL, u, 200, &e);
  utf8(u, text);
  put(text);
  number(locale, "percent", 5, text);
  put(behind(text));
  number(locale, "", 1234, text);
  printf(" %d,", strlen(text) == 4 ? 2 : 1);
  unum_toPattern(f, false, u, 200, &e);
  utf8(u, pattern);
  unum_close(f);
  bool first = strncmp(pattern, "\xC2\xA4", 2) == 0, gap = strstr(pattern, "\xC2\xA0") != NULL;
  printf(" %s,", first ? "true" : "false");
  put(gap ? "\xC2\xA0" : "");
  printf("\n   {");
  for (int power = 3; power <= 12; power += 3) {
    double v = 1;
    for (int i = 0; i < power; i++) v *= 10;
    number(locale, "compact-short", v, text);
    int digits = (int)strspn(text, "0123456789");
    printf(" {%d,", power - (digits - 1));
    put(text + digits);
    printf("},");
  }
  printf("},\n");
}

static void symbols(const UDateFormat *d, UDateFormatSymbolType type, int from, int n, int turn) {
  printf("   {");
  for (int i = 0; i < n; i++) {
    UErrorCode e = U_ZERO_ERROR;
    UChar u[100];
    char text[TEXT];
    udat_getSymbols(d, type, from + (i + turn) % n, u, 100, &e);
    utf8(u, text);
    put(text);
  }
  printf("},\n");
}

static void pattern(const char *locale, const char *skeleton) {
  UErrorCode e = U_ZERO_ERROR;
  UChar s[30], u[200];
  char text[TEXT], out[TEXT];
  bool portugal = !strcmp(locale, "pt-PT");
  UDateTimePatternGenerator *g = udatpg_open(portugal ? "pt" : locale, &e);
  u_uastrcpy(s, skeleton);
  udatpg_getBestPattern(g, s, -1, u, 200, &e);
  udatpg_close(g);
  utf8(u, text);
  size_t n = 0;
  for (const char *p = text; *p && n + 3 < sizeof out; p++) {
    if (!strncmp(p, "\xE2\x80\xAF", 3)) memcpy(out + n, "\xC2\xA0", 2), n += 2, p += 2;
    else if (!strncmp(locale, "en", 2) && !strncmp(p, "EEE, ", 5)) memcpy(out + n, "EEE", 3), n += 3, p += 3;
    else out[n++] = *p;
  }
  out[n] = 0;
  if (!strncmp(locale, "en", 2) && !strncmp(out, "EEE", 3) && out[3] != ' ') memmove(out + 4, out + 3, n - 2), out[3] = ' ';
  put(out);
}

int main(void) {
  printf("/* Made by tools/localegen from ICU %s (CLDR). */\n#include \"words/locale.h\"\n\nconst struct locale locales[] = {\n", U_ICU_VERSION);
  for (size_t i = 0; i < sizeof LOCALES / sizeof *LOCALES; i++) {
    UErrorCode e = U_ZERO_ERROR;
    UDateFormat *d = udat_open(UDAT_MEDIUM, UDAT_MEDIUM, LOCALES[i], NULL, 0, NULL, 0, &e);
    printf("  {\"%s\",", LOCALES[i]);
    numbers(LOCALES[i]);
    symbols(d, UDAT_SHORT_MONTHS, 0, 12, 0);
    symbols(d, UDAT_SHORT_WEEKDAYS, 1, 7, 1);
    symbols(d, UDAT_AM_PMS, 0, 2, 0);
    symbols(d, UDAT_SHORT_QUARTERS, 0, 4, 0);
    udat_close(d);
    static const char *const SKELETONS[] = {"MMMd", "yMMMd", "MMMEd", "yMMMEd", "yMMM", "yQQQ", "jm"};
    printf("  ");
    for (size_t k = 0; k < sizeof SKELETONS / sizeof *SKELETONS; k++) pattern(LOCALES[i], SKELETONS[k]);
    printf("},\n");
  }
  printf("};\nconst size_t n_locales = %zu;\n", sizeof LOCALES / sizeof *LOCALES);
  return 0;
}

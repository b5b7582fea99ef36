/* How numbers and dates look in one place of the world: CLDR's data as a table (tools/localegen). */
#ifndef WORDS_LOCALE_H
#define WORDS_LOCALE_H
#include "base/str.h"

struct locale {
  const char *name; /* "pt-BR" */
  const char *decimal, *group;
  const char *percent;    /* what follows the number: "%", or a space before it */
  int group_from;         /* digits before the first mark: 1 = 1,234; 2 = 1234 and 12 345 */
  bool currency_first;
  const char *currency_gap; /* between symbol and number */
  struct {
    int power;            /* the number is divided by 10^power */
    const char *suffix;
  } compact[4];           /* of thousands, 10^6, 10^9, 10^12 */
  const char *months[12], *weekdays[7]; /* short; Monday first */
  const char *day_period[2];            /* AM, PM */
  const char *quarters[4];
  const char *day, *day_year, *weekday, *weekday_year, *month_year, *quarter_year, *time; /* patterns of CLDR: y MMM d EEE QQQ H h mm a 'text' */
};
extern const struct locale locales[]; /* locale_table.c; the first is en-US */
extern const size_t n_locales;

/* "pt-BR" or "pt_BR"; else the usual one of the language ("es" → es-419, "pt" → pt-BR, "fr" → fr-FR); else en-US. */
const struct locale *locale_of(struct str name);
/* Whether there is a locale of exactly that name. */
bool locale_known(struct str name);
#endif

/* Prints the words of the KPI definitions as catalogc's list of messages: they are put together by macros, so no scan of
 * the source finds them. */
#include "insight/kpi.h"

int main(void) {
  for (int i = 0; i < KPI_COUNT; i++) {
    const struct kpi_def *d = kpi_def_of((enum kpi_id)i);
    const char *const texts[] = {d->title, d->numerator, d->denominator};
    for (int k = 0; k < 3; k++)
      if (*texts[k]) printf("kpi_def.c:%s\t%s\t\n", d->key, texts[k]);
  }
  return 0;
}

/* Words that cells use for a sales model or an outcome, in English, Spanish, Portuguese and French. */
#ifndef APP_IMPORT_WORDS_H
#define APP_IMPORT_WORDS_H
#include "base/str.h"

int import_sales_model(struct str s); /* enum sales_model, -1 = not understood */
int import_outcome(struct str s);     /* enum outcome, -1 = not understood */
#endif

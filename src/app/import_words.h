/* Words that cells use for a sales model or an outcome, in English, Spanish, Portuguese and French. */
#ifndef APP_IMPORT_WORDS_H
#define APP_IMPORT_WORDS_H
#include "base/str.h"

enum { WORD_UNKNOWN = -1, WORD_NO_MEMORY = -2 };
int import_sales_model(struct str s); /* enum sales_model, or WORD_… */
int import_outcome(struct str s);     /* enum outcome, or WORD_… */
#endif

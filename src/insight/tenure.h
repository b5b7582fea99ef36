/* How often the support of a line has been renewed before, from the chains of terms in the book.
 *
 * The book holds what became of a line, not by which line. A line follows a renewed one of the same customer and product (else product family) when it starts
 * within LINK_EARLY_DAYS before to LINK_LATE_DAYS after that one's end (link.h) and ends later; nearest start first, the same product and the
 * same contract before others, each renewed line for at most its own quantity.
 * A chain whose first line was already running when the book begins (when the first percent of its lines had ended, and a month) has a past that nobody
 * wrote down: its lines count the renewals seen, and are marked. */
#ifndef INSIGHT_TENURE_H
#define INSIGHT_TENURE_H
#include "insight/book.h"

enum { TENURE_UNKNOWN = 128 /* the chain begins before the book */, TENURE_MOST = 127 };
static inline unsigned tenure_seen(uint8_t t) { return t & TENURE_MOST; }      /* renewals made in the book before this term */
static inline bool tenure_unknown(uint8_t t) { return (t & TENURE_UNKNOWN) != 0; }
/* One byte per line of the book. Made by whoever asks first, from any thread, and kept beside the book; forks of the newest book use their root's.
 * NULL on no memory. About half a second for a million lines, once. */
const uint8_t *tenure_of_lines(const struct book *b);
#endif

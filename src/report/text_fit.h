/* How wide a text is in a sans-serif of an office program, to keep slides from overflowing: a little on the wide side. */
#ifndef REPORT_TEXT_FIT_H
#define REPORT_TEXT_FIT_H
#include "base/arena.h"

/* Thousandths of the type size. */
int64_t text_width(struct str s);
/* Lines that it takes, broken at blanks. width in points, size in hundredths of a point. */
int text_lines(struct str s, int width, int size);
/* The text, or as much of it as one line holds and an ellipsis. In arena. */
struct str text_cut(struct arena *a, struct str s, int width, int size);
/* The largest size from `most` down to `least`, in steps of two points, at which it takes at most `lines` lines; `least` when none does. */
int text_size(struct str s, int width, int lines, int most, int least);
#endif

/* UTF-8 validation, decoding, folding for comparison keys. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/str.h"
struct strbuf;

/* Next code point at *pos, which moves on. Invalid bytes give U+FFFD and move by one. At the end: -1. */
int32_t utf8_next(struct str s, size_t *pos);
bool utf8_valid(struct str s);
void utf8_add(struct strbuf *b, uint32_t cp);
size_t utf8_count(struct str s);          /* code points */
struct str utf8_cut(struct str s, size_t max_bytes); /* at a code point boundary */
/* Comparison key: lower case, Latin letters without diacritics (é -> e, ß -> ss, ø -> o, ñ -> n),
 * runs of blanks and punctuation -> one space, trimmed. Other scripts keep their letters
 * (lower-cased for Greek and Cyrillic). */
void utf8_fold(struct strbuf *b, struct str s);
/* Whether two names have the same comparison key. Names longer than 4,096 bytes are like nothing. */
bool utf8_alike(struct str a, struct str b);
#endif

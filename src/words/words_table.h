/* What tools/catalogc writes: the catalogues as open hash tables of static text. */
#ifndef WORDS_WORDS_TABLE_H
#define WORDS_WORDS_TABLE_H
#include "words/words.h"

enum words_rule { WORDS_ONE_IS_1, WORDS_ONE_IS_0_AND_1 }; /* es, en; fr, pt: CLDR's "one" of whole numbers */
struct words_entry {
  uint64_t hash; /* of id; 0 = free */
  const char *id, *text, *many; /* many: NULL unless the message goes by number */
};
struct words {
  const char *language, *name;
  enum words_rule rule;
  const struct words_entry *slots;
  uint32_t mask;
  const struct words_entry *const *sentences; /* messages with holes, for reader_sentence */
  size_t n_sentences;
};
extern const struct words *const words_all[];
extern const size_t n_words_all;
/* Bytes of the remark before the bar in "state|Open"; 0 = none. Only letters and spaces make one, and no space before
 * the bar: "A | B" and "5|6" are texts. The compiler of the catalogues goes by it too. */
static inline size_t words_remark(struct str id) {
  size_t n = 0;
  while (n < id.n && (((unsigned char)id.p[n] | 32u) - 'a' < 26 || id.p[n] == ' ')) n++;
  return n && n < id.n && id.p[n] == '|' && id.p[n - 1] != ' ' ? n : 0;
}
#endif

/* What tools/catalogc writes: the catalogues as open hash tables of static text. */
#ifndef WEB_WORDS_TABLE_H
#define WEB_WORDS_TABLE_H
#include "web/words.h"

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
#endif

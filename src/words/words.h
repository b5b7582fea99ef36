/* What the interface says, in the reader's language. The English text is the key: a text that a catalogue (po/) lacks is
 * said in English. Nothing here is global or allocates, but for sentences with holes, which live in the reader's arena.
 *   tr(r, "Renewals")                                            a text
 *   tr_fmt(r, "{0} of {1} renewed", won, due)                    a sentence with holes; every argument is a struct str
 *   tr_n(r, n, "{n} line", "{n} lines")                          by number; {n} is the number in the reader's digits
 *   static const char *const WORDS[] = {MSG("Open"), …}          a text that is said later, by tr(r, WORDS[i])
 * r is a struct request or a struct reader. "state|Open" is the text Open with a remark for translators: two meanings of
 * one English word are two messages. tools/catalogc finds the messages by these names: their texts are literals. */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H
#include "base/arena.h"
#include "base/date.h"
#include "base/strbuf.h"

struct locale; /* words/locale.h */
struct request;
struct words;
struct zone; /* base/zone.h */

/* Who reads: pages hand r->reader to whatever writes for a person. */
struct reader {
  struct arena *arena;         /* of the texts made for this reader */
  const struct words *words;   /* NULL = English */
  const struct locale *locale; /* of numbers and dates; NULL = en-US */
  const struct zone *zone;     /* NULL = UTC */
  day_t today;                 /* the day where the reader is; DAY_NONE: dates carry their year always */
};
const struct reader *reader_of_request(const struct request *r);
const struct reader *reader_self(const struct reader *r);
#define READER(r) _Generic((r), struct request *: reader_of_request, const struct request *: reader_of_request, \
  struct reader *: reader_self, const struct reader *: reader_self)(r)

#define MSG(text) text
#define tr(r, text) reader_text(READER(r), text)
#define tr_fmt(r, text, ...) \
  reader_fmt(READER(r), text, (const struct str[]){__VA_ARGS__}, sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
#define tr_n(r, n, one, many, ...) \
  reader_plural(READER(r), n, one, many, (const struct str[]){STR_NONE, ##__VA_ARGS__} + 1, \
                sizeof((const struct str[]){STR_NONE, ##__VA_ARGS__}) / sizeof(struct str) - 1)
/* The text, static and NUL-terminated. */
struct str reader_text(const struct reader *r, const char *text);
/* {0} to {9} are replaced; a hole without its argument stays empty. Empty on no memory. */
struct str reader_fmt(const struct reader *r, const char *text, const struct str *args, size_t n_args);
struct str reader_plural(const struct reader *r, int64_t n, const char *one, const char *many, const struct str *args, size_t n_args);
/* A sentence made elsewhere (struct err): the catalogue's messages with holes are matched against it, the one with the most
 * fixed letters wins; "prefix: sentence" is tried part by part. The sentence itself when nothing fits. */
struct str reader_sentence(const struct reader *r, struct str sentence);
#define tr_sentence(r, text) reader_sentence(READER(r), text)

/* The catalogue of a language ("es", "pt", "fr", also "pt-BR"); NULL for English and all others. */
const struct words *words_of(struct str language);
struct str words_language(const struct words *w); /* "en" for NULL */
/* The languages there are, English first, ended by NULL; and their own names. */
extern const char *const words_languages[];
const char *words_language_name(const char *language);

/* For compiled views: a message by its hash (str_hash of id). False: not in the catalogue. */
bool words_find(const struct words *w, struct str id, uint64_t hash, struct str *ret);
/* The text of a number, with its holes; English when the catalogue lacks it. */
struct str words_plural(const struct words *w, int64_t n, struct str one, struct str many, uint64_t hash);
/* Text up to the next hole; which hole it is: 0 to 9, WORDS_N for {n}, -1 at the end. *rest is what follows. */
enum { WORDS_N = 10 };
int words_hole(struct str *rest, struct str *ret_before);
/* Without the remark before '|'. */
struct str words_plain(struct str id);
#endif

/* Finding things as people type them. Two indexes, both over text folded by utf8_fold:
 * names   words of the names of one dictionary of the book: any order of words, beginnings of words, a letter wrong, missing, too many
 *         or two exchanged. Built once per loaded book; 17 bytes a different word and 4 bytes a word of a name; the letters are those
 *         of book_folded.
 * numbers serial and PO numbers, which the book doesn't carry: written as letters and digits only ("SN-12 34" and "sn1234" are one), found
 *         whole or by their beginning. 9 bytes an entry and its letters, at most SEARCH_NUMBER_MAX.
 * Both are immutable once made; any number of threads may read. */
#ifndef INSIGHT_SEARCH_H
#define INSIGHT_SEARCH_H
#include "base/arena.h"
#include "insight/book.h"

enum { SEARCH_WORDS_MAX = 8, SEARCH_WORD_BYTES = 64, SEARCH_NUMBER_MAX = 48 };

/* How well a name fits, best first: the whole name; its beginning; every word begins one of its words; the same with slips. */
enum search_match { SEARCH_EXACT, SEARCH_PREFIX, SEARCH_WORDS, SEARCH_TYPO };
struct search_hit {
  uint32_t code;
  uint8_t match;   /* enum search_match */
  uint8_t slips;   /* letters that differ, summed over the words */
  int64_t weight;
};

struct search_names;
/* Of the entries 1 … n − 1 of a dictionary. Borrows its folded names: it must not outlive the book. NULL on no memory. */
struct search_names *search_names_new(struct book_dict *d);
void search_names_free(struct search_names *x); /* takes NULL */
size_t search_names_bytes(const struct search_names *x); /* what it holds besides the folded names */

struct search_ask {
  struct str text;         /* folded; its first SEARCH_WORDS_MAX words count */
  const uint8_t *visible;  /* by code: 1 = may be found; NULL = all */
  const int64_t *weight;   /* by code: the larger goes first among equals; NULL = none */
  bool slips;              /* look for slips as well when the plain words find fewer than max */
  size_t max;
};
/* Of more than 60,000 names that begin alike only those whose word comes first are looked at.
 * Slips allowed: none in words of up to 3 letters or with a digit, one up to 7, two from 8. From 5 letters on the beginning of a word
 * is enough with slips, too. The best first: match, slips, weight, shorter name, code. OK, ERR_NOMEM. */
int search_names_find(const struct search_names *x, const struct search_ask *q, struct arena *a, struct search_hit **ret, size_t *ret_n);
/* For "nothing matches": names one of whose words comes near one of the words asked for, nearest first; never more than a third of the
 * letters differ, or two of a word of four or five. */
int search_names_closest(const struct search_names *x, const struct search_ask *q, struct arena *a, struct search_hit **ret, size_t *ret_n);

/* Letters that differ between two folded words: one for each letter wrong, missing, too many, and for two neighbors exchanged (optimal
 * string alignment). prefix: against the nearest beginning of `word`. more than limit: limit + 1. Words are cut at SEARCH_WORD_BYTES. */
int search_distance(struct str asked, struct str word, bool prefix, int limit);

struct search_numbers;
struct search_numbers *search_numbers_new(void); /* NULL on no memory */
void search_numbers_free(struct search_numbers *x); /* takes NULL */
/* Adds a number as it is written; one without letters and digits is left out. OK, ERR_NOMEM, ERR_LIMIT (4 GB of letters). */
int search_numbers_add(struct search_numbers *x, struct str number, uint32_t id);
int search_numbers_seal(struct search_numbers *x); /* sorts; nothing is found before. OK, ERR_NOMEM */
size_t search_numbers_count(const struct search_numbers *x);
size_t search_numbers_bytes(const struct search_numbers *x);
/* The written form that is compared. Returns its length, at most SEARCH_NUMBER_MAX. */
size_t search_number_key(struct str number, char key[SEARCH_NUMBER_MAX]);
/* Entries whose key begins with `key`: places from … to − 1, by key, then as they were added. */
void search_numbers_range(const struct search_numbers *x, struct str key, size_t *ret_from, size_t *ret_to);
uint32_t search_numbers_id(const struct search_numbers *x, size_t place);
struct str search_numbers_key(const struct search_numbers *x, size_t place);
#endif

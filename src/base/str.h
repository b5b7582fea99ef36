/* Text as (pointer, length): borrowed, not NUL-terminated, UTF-8 unless said otherwise. */
#ifndef BASE_STR_H
#define BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
  const char *p;
  size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
#define STR_FMT(s) (int)(s).n, (s).p /* for "%.*s" */
static const struct str STR_NONE = {"", 0};

struct str str_of(const char *z); /* NULL gives the empty string */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII case only */
int str_cmp(struct str a, struct str b);        /* bytewise; <0, 0, >0 */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str needle);
/* Index of byte c at or after `from`, or SIZE_MAX. */
size_t str_find(struct str s, char c, size_t from);
struct str str_sub(struct str s, size_t from, size_t n); /* clamps */
/* Without leading/trailing ASCII blanks, NBSP (U+00A0, U+202F) and BOM. */
struct str str_trim(struct str s);
/* Cuts at the first `sep`: *head gets the part before, *rest what follows (empty if none). False when s was empty. */
bool str_cut(struct str s, char sep, struct str *head, struct str *rest);
/* Whole string as a base-10 integer. OK, ERR_SYNTAX, ERR_RANGE. */
int str_to_i64(struct str s, int64_t *ret);
/* Copies to buf as C string, cutting at a code point. Returns buf. */
char *str_to_z(struct str s, char *buf, size_t size);
uint64_t str_hash(struct str s); /* stable across machines and runs: may be stored */
#endif

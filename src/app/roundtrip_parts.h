/* Inside the round trip: the key of a store, the keys of rows, and texts and numbers one behind the other. Only app/roundtrip_*.c includes it. */
#ifndef APP_ROUNDTRIP_PARTS_H
#define APP_ROUNDTRIP_PARTS_H
#include "app/access.h"
#include "app/roundtrip.h"
#include "base/strbuf.h"

enum { ROUNDTRIP_KEY_SIZE = 64 };
struct roundtrip_secret {
  char text[SECRET_TEXT_SIZE];
};
/* make: it is made when there is none; not inside a transaction then. ERR_NOTFOUND: there is none. */
int roundtrip_secret(struct store *s, struct arena *a, bool make, struct roundtrip_secret *ret, struct err *e);
/* "r48213-7-5f0c2e91k": a letter at the end, so that a spreadsheet that fills a column does not count on. */
void roundtrip_key_text(const struct roundtrip_secret *k, int64_t id, int32_t version, char ret[ROUNDTRIP_KEY_SIZE]);
bool roundtrip_key_read(const struct roundtrip_secret *k, struct str text, int64_t *ret_id, int32_t *ret_version);

void pack_str(struct strbuf *b, struct str s);
void pack_i64(struct strbuf *b, int64_t v);
/* Take from the front of *s; false when it does not hold that. */
bool unpack_str(struct str *s, struct str *ret);
bool unpack_i64(struct str *s, int64_t *ret);

enum { ROUNDTRIP_LINES = 8 };
struct roundtrip_words {       /* in one language */
  struct str sheet, about;     /* names of the sheets, at most 31 characters */
  struct str page;             /* "Page &P of &N" */
  struct str fixed[ROUNDTRIP_FIXED], heading[ROUNDTRIP_FIELDS], rule[ROUNDTRIP_FIELDS]; /* "" = that column is not in it */
  struct str stage[STAGE_COUNT], category[CATEGORY_COUNT];
  struct str lines[ROUNDTRIP_LINES]; size_t n_lines; /* of the second sheet */
};
/* The words of a workbook with n rows, in the reader's arena. */
void roundtrip_words(const struct reader *r, const struct roundtrip_origin *o, size_t n, struct roundtrip_words *ret);

/* What a cell of notes says, "" = nothing; p NULL: no memory. */
struct str roundtrip_note(struct arena *a, const struct cell *c);
/* The value of a cell put over a renewal: *to has it afterwards, or keeps what was there when the two say the same. ERR_RANGE with the sentence. */
int roundtrip_cell(struct arena *a, const struct roundtrip_origin *x, enum roundtrip_field f, const struct cell *c, struct renewal *to, struct err *e);
#endif

/* Growing text with a mandatory maximum and sticky failure: append freely, check once. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H
#include "base/str.h"

struct strbuf {
  char *p;       /* owned; NUL-terminated when n > 0 or after strbuf_z */
  size_t n, cap, max;
  int failed;    /* 0, ERR_NOMEM or ERR_LIMIT: stays until strbuf_free */
};
#define STRBUF_INIT(maximum) {NULL, 0, 0, (maximum), 0}
void strbuf_init(struct strbuf *b, size_t max);
void strbuf_free(struct strbuf *b); /* frees, keeps max, clears failure */
void strbuf_clear(struct strbuf *b); /* length 0, memory kept; failure stays */
void strbuf_add(struct strbuf *b, struct str s);
void strbuf_addz(struct strbuf *b, const char *z);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_fmt(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_i64(struct strbuf *b, int64_t v);
/* Room for n more bytes, to be filled by the caller who then adds to b->n. NULL on failure. */
char *strbuf_reserve(struct strbuf *b, size_t n);
struct str strbuf_str(const struct strbuf *b);
const char *strbuf_z(struct strbuf *b); /* "" when empty or failed before anything was added */
#define STRBUF_CLEANUP __attribute__((cleanup(strbuf_free)))
#endif

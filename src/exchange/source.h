/* The bytes of a text file as valid UTF-8 without NUL, whatever encoding they are in. */
#ifndef EXCHANGE_SOURCE_H
#define EXCHANGE_SOURCE_H
#include "base/err.h"
#include "exchange/encoding.h"

enum { SOURCE_HEAD = 1 << 18 }; /* bytes read at once, and looked at to tell what a file is */

struct source;
/* Reads the head. fd is borrowed and may be a pipe; a regular file is read from its start. OK, ERR_IO, ERR_NOMEM. */
int source_open(int fd, struct source **ret, struct err *e);
void source_close(struct source *s); /* takes NULL; leaves fd open */
struct str source_head(const struct source *s); /* raw bytes, borrowed */
int64_t source_size(const struct source *s);    /* of the file, -1 if unknown (a pipe) */
int64_t source_done(const struct source *s);    /* raw bytes handed out so far */

/* Decides the encoding: the named one, or the one the mark or all the bytes of the file speak for. Call once, before
 * source_fill. OK; ERR_SYNTAX: unknown name, or no believable encoding; ERR_IO. */
int source_decide(struct source *s, struct str name, struct err *e);
enum encoding source_encoding(const struct source *s);
/* Up to cap (>= 64) bytes of UTF-8, whole characters, into buf. *ret_n = 0 only at the end. OK, ERR_IO;
 * ERR_SYNTAX when the next byte has no meaning in the encoding or is NUL (everything before it was handed out). */
int source_fill(struct source *s, char *buf, size_t cap, size_t *ret_n, struct err *e);
#endif

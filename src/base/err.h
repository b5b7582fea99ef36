/* Errors: a closed set of codes, and one text made near the user.
 *
 * Functions return int: 0 or positive = success, negative = one of these. Results go through
 * ret_x parameters, written only on success. Each function documents the codes it can return.
 * `struct err` carries the sentence for a person: "what: why: mend". It is filled once, by the
 * first function that knows enough; callers above only add a prefix. NULL is always accepted. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include "base/str.h"

enum {
  OK = 0,
  ERR_NOMEM = -1,    /* out of memory, or a builder/arena limit hit */
  ERR_LIMIT = -2,    /* input larger than a named limit */
  ERR_SYNTAX = -3,   /* input is not of the expected form */
  ERR_RANGE = -4,    /* well-formed but impossible: 31 February, overflow, end before start */
  ERR_NOTFOUND = -5, /* no such thing, or outside the reader's scope */
  ERR_CONFLICT = -6, /* somebody changed it meanwhile, or it exists already */
  ERR_AGAIN = -7,    /* store busy or serialization failure: run the transaction again */
  ERR_IO = -8,       /* file, disk, network, child process */
  ERR_DENIED = -9,   /* not allowed for this role */
  ERR_FAIL = -10,    /* anything else; the text says what */
  ERR_USAGE = -11,   /* the command was called wrongly */
};

struct err {
  int code;
  char text[1000]; /* NUL-terminated, UTF-8, cut at a code point */
};

/* Fills *e (if not NULL) and returns code, so that `return err_set(e, ERR_IO, ...)` reads well. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the text that is there. Returns e->code. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A plain sentence for a code, for when nothing better was set. Static storage. */
const char *err_name(int code);
#endif

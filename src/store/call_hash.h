/* The hash of a submission, shared by writing (repo_call.c) and proving (repo_call_check.c). */
#ifndef STORE_CALL_HASH_H
#define STORE_CALL_HASH_H
#include "store/repo_call.h"

enum { CALL_HASH_SIZE = 65, CALL_CANONICAL_MAX = 64 << 20 };
/* Over every field, texts with their length before them, the parts in order of person, the packed rows; begins with x->prev_hash ("" for the
 * first of a chain). OK, ERR_LIMIT, ERR_NOMEM. */
int call_hash(const struct call *x, struct str packed, const struct call_part *parts, size_t n_parts, char hex[CALL_HASH_SIZE]);
/* frozen, no_rate and sum of these rows. OK, ERR_RANGE. */
int call_add_up(const struct call_row *rows, size_t n, struct call *x);
#endif

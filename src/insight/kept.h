/* Answers kept beside the very rows they are about, as bytes: who asks the same question of the same rows again gets a copy. Whoever asks what
 * another thread is working out waits for that. Bounded: the longest unused answers go first. */
#ifndef INSIGHT_KEPT_H
#define INSIGHT_KEPT_H
#include "base/arena.h"
#include "base/err.h"

enum { KEPT_KEY_MOST = 64 << 10 };
struct kept; /* of one book; NULL until somebody asks */
/* Works an answer out: bytes that live in the arena and hold no pointers into it. */
typedef int kept_fn(void *arg, struct arena *a, void **ret, size_t *ret_n);
/* The answer to the question `key` (not yet known: what make gives; its code is handed on and nothing is kept). The bytes live in the arena. A key
 * without text is a question that is not kept. OK, ERR_NOMEM, and make's codes. Thread-safe. */
int kept_ask(struct kept *_Atomic *at, struct str key, struct arena *a, kept_fn *make, void *arg, void **ret, size_t *ret_n);
/* What another book's rows are asked has the same answer for `to`, wherever `still` says so of its question: it is copied. What does not fit is left out. */
typedef bool kept_still_fn(void *arg, struct str key);
void kept_carry(struct kept *_Atomic *from, struct kept *_Atomic *to, kept_still_fn *still, void *arg);
void kept_free(struct kept *x); /* takes NULL */
#endif

/* Fuzz target: what a sign-in provider sends. A first line is the token, the rest the key set; no text may pass, since nobody signed it. The
 * first line is also read as an address, and as base64url, which must come back the same. */
#include "exchange/fetch.h"
#include "exchange/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str all = {(const char *)data, size}, first, rest = all, payload, bytes;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  if (!a || !str_cut(all, '\n', &first, &rest))
    return 0;
  int rc = jwt_verify(a, first, rest, &payload, &e);
  MUST(rc == ERR_SYNTAX || rc == ERR_DENIED);
  MUST(e.text[0]);
  struct str host = fetch_host(first);
  MUST(host.n == 0 || (host.p >= first.p && host.p + host.n <= first.p + first.n));
  if (base64url_decode(a, first, &bytes) == OK)
    MUST(str_eq(base64url_encode(a, bytes), first));
  return 0;
}

/* Signed JSON web tokens (RFC 7515, 7519) against a key set (RFC 7517): RS256, PS256 and ES256 by OpenSSL, nothing else; never "none",
 * never a key that came with the token. */
#ifndef EXCHANGE_JWT_H
#define EXCHANGE_JWT_H
#include "base/arena.h"
#include "base/err.h"

enum { JWT_MOST = 32 << 10 };
/* Payload (JSON) of a token whose signature one key of the set made. ERR_SYNTAX (not a token), ERR_DENIED (algorithm, unknown key, wrong
 * signature: the text says which), ERR_NOMEM. */
int jwt_verify(struct arena *a, struct str token, struct str key_set, struct str *ret_payload, struct err *e);
/* Unpadded base64url. ERR_SYNTAX, ERR_NOMEM. */
int base64url_decode(struct arena *a, struct str text, struct str *ret);
struct str base64url_encode(struct arena *a, struct str bytes); /* p NULL on no memory */
#endif

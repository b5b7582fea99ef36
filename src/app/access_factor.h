/* The second factor: codes of an authenticator app (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds, one step of clock error either way) and
 * ten recovery codes. The secret is sealed (access_seal.h), recovery codes are kept as hashes; a code counts once. Every change writes
 * its audit entry in the same transaction. */
#ifndef APP_ACCESS_FACTOR_H
#define APP_ACCESS_FACTOR_H
#include "store/store.h"

enum { FACTOR_CODES = 10, FACTOR_CODE_SIZE = 12 }; /* "k7mqp-x2d4w" and NUL */
struct factor_state {
  bool on, begun;    /* on: a code was right once; begun: a secret waits for its first code */
  int64_t since, codes_left;
};
int access_factor_state(struct store *s, struct arena *a, int64_t person_id, struct factor_state *ret, struct err *e);

/* What the person puts into the app. Shown only until the first code was right. */
struct factor_secret {
  struct str text; /* base32 in groups of four */
  struct str uri;  /* otpauth://totp/… for a QR code */
};
/* A new secret that waits for its first code. ERR_CONFLICT: the factor is on already. */
int access_factor_begin(struct store *s, struct arena *a, int64_t person_id, int64_t now, struct factor_secret *ret, struct err *e);
/* The secret that waits. ERR_NOTFOUND: none does. */
int access_factor_waiting(struct store *s, struct arena *a, int64_t person_id, struct factor_secret *ret, struct err *e);
/* Takes the first code and turns the factor on; ret_codes are shown once. ERR_DENIED (wrong code, too many tries), ERR_NOTFOUND. */
int access_factor_confirm(struct store *s, int64_t person_id, struct str code, int64_t now, char ret_codes[FACTOR_CODES][FACTOR_CODE_SIZE], struct err *e);
/* A code of the app, or a recovery code, which is then used up (*ret_recovery). Failures count and have to wait like those of a password.
 * OK, ERR_DENIED (wrong, used or too many tries: the text says which). */
int access_factor_check(struct store *s, int64_t person_id, struct str code, int64_t now, bool *ret_recovery, struct err *e);
/* Ten new recovery codes instead of those there are. ERR_NOTFOUND: the factor is off. */
int access_recovery_renew(struct store *s, int64_t person_id, int64_t now, char ret_codes[FACTOR_CODES][FACTOR_CODE_SIZE], struct err *e);
/* Off, by the person or by an administrator when the phone is lost; unfinished sign-ins end. OK also when it was off. */
int access_factor_off(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, struct err *e);
#endif

/* Secrets that must be read again (an authenticator's secret, the secret of a single sign-on client) are kept sealed with libsodium's
 * secretbox. The key is never in the database: it is the file $PERENNIAL_KEY_FILE, or FILE.key beside a SQLite database, mode 0600, 64
 * hexadecimal digits, made when the first secret is sealed. A stolen backup without the key file opens nothing. */
#ifndef APP_ACCESS_SEAL_H
#define APP_ACCESS_SEAL_H
#include "store/store.h"

/* Sealed text as base64 in the arena. what is the name the text is bound to: another place can't open it.
 * OK, ERR_FAIL (no key file is named: PostgreSQL without the variable), ERR_IO, ERR_NOMEM. */
int access_seal(struct store *s, struct arena *a, const char *what, struct str text, struct str *ret, struct err *e);
/* ERR_FAIL: the key file is missing, is open to others, or is not the one it was sealed with. */
int access_unseal(struct store *s, struct arena *a, const char *what, struct str sealed, struct str *ret, struct err *e);
#endif

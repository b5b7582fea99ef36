/* Accounts: who may see one, and the people at it. Every change writes its audit entry in the same transaction. */
#ifndef APP_ACCOUNT_H
#define APP_ACCOUNT_H
#include "app/scope.h"
#include "store/repo_contact.h"

enum { CONTACT_NAME_MAX = 200, CONTACT_FIELD_MAX = 200 }; /* code points */

/* An account is seen by those who see everything, and by those who see one of its contracts or renewals, whatever its part in it. OK,
 * ERR_NOTFOUND (there is none, or it is not seen: the same sentence). */
int account_visible(struct store *s, struct arena *a, const struct scope *who, const struct book *b, int64_t account_id, struct err *e);

/* Adds a contact (id 0), or changes one as of its version. *ret_field names the field a refusal is about, or "". OK, ERR_NOTFOUND (account or
 * contact, or out of scope), ERR_DENIED (role), ERR_RANGE (a field), ERR_CONFLICT (changed meanwhile). */
int contact_write(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct contact *x, int64_t now, const char **ret_field,
                  struct err *e);
/* Takes a contact away for good. */
int contact_erase(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct contact *x, int64_t now, struct err *e);
#endif

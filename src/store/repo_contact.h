/* People at an account. Their data is personal: removing a contact removes the row; the audit keeps ids only. */
#ifndef STORE_REPO_CONTACT_H
#define STORE_REPO_CONTACT_H
#include "store/store.h"

struct contact {
  int64_t id, account_id, changed_at, changed_by;
  struct str name, role, email, phone, language; /* "" = not given */
  bool notice_opt_out;  /* wants no letters about renewals */
  int32_t version;      /* 1 = as it was added */
};
/* Of an account, by name; strings in arena. */
int contact_list(struct store *s, struct arena *a, int64_t account_id, struct contact **ret, size_t *ret_n, struct err *e);
int contact_get(struct store *s, struct arena *a, int64_t id, struct contact *ret, struct err *e); /* ERR_NOTFOUND */
/* Inside a write transaction. add gives the id; save and remove expect x->version, else ERR_CONFLICT. */
int contact_add(struct store *s, const struct contact *x, int64_t *ret_id, struct err *e);
int contact_save(struct store *s, const struct contact *x, struct err *e);
int contact_remove(struct store *s, int64_t id, int32_t version, struct err *e);
#endif

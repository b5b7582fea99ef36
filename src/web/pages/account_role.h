/* Sections of the account's page: what it is as a customer, reseller and distributor; its contacts. For account.c. */
#ifndef WEB_PAGES_ACCOUNT_ROLE_H
#define WEB_PAGES_ACCOUNT_ROLE_H
#include "web/pages/account.h"

/* Fills v->roles for every part that the account has in visible renewals or by its kind; sets v->customer. */
int account_roles(struct request *r, const struct desk *d, const struct account *x, struct account_view *v);
/* Puts what was typed and why it was refused into the form it came from. */
void account_show_refused(struct account_view *v, const struct account_refused *refused);
#endif

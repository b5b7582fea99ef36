/* Inside of the pages of people. */
#ifndef WEB_PAGES_PEOPLE_H
#define WEB_PAGES_PEOPLE_H
#include "web/pages/desk.h"

/* Open renewals by rep code of the book; the rows a person would leave behind. OK, ERR_NOMEM. */
int people_open(struct request *r, const struct desk *d, int64_t **ret_by_rep);
#endif

/* Whose act a command is. */
#ifndef CLI_PERSON_H
#define CLI_PERSON_H
#include "app/access.h"
#include "app/scope.h"
#include "cli/cli.h"

/* The person of --as EMAIL with the rows of the organization's day. The store must be open. ret_person may be NULL. OK, ERR_USAGE (email NULL),
 * ERR_NOTFOUND, ERR_DENIED (disabled). */
int cli_as(struct cli *c, const char *email, struct scope *ret, struct person *ret_person, struct err *e);
#endif

/* Acts of the command `escalations`, as they were typed. */
#ifndef CLI_ESCALATION_ACT_H
#define CLI_ESCALATION_ACT_H
#include "app/escalation.h"
#include "cli/cli.h"

struct escalation_words {
  const char *as, *renewal, *contract, *account, *level, *department, *owner, *blocked, *reason, *promise, *by, *note, *waiting_on, *cause;
};
/* Takes the options. OK, ERR_USAGE after printing. */
int escalation_words_take(struct cli *c, struct escalation_words *ret);
/* Does it as the person of --as: the codes of escalation_raise and escalation_do, ERR_USAGE, ERR_RANGE. */
int escalation_words_raise(struct cli *c, const struct escalation_words *x, int64_t *ret_id, struct err *e);
int escalation_words_do(struct cli *c, const struct escalation_words *x, int64_t id, int act, struct err *e);
#endif

/* report due|list|get|schedules: reports that are kept and sent. */
#ifndef CLI_REPORT_KEPT_H
#define CLI_REPORT_KEPT_H
#include "cli/cli.h"

bool report_kept_is(const struct cli *c); /* the first argument is one of them */
int report_kept_cmd(struct cli *c);
#endif

/* What `retention fit` and `retention value` share. */
#ifndef CLI_CMD_RETENTION_H
#define CLI_CMD_RETENTION_H
#include "cli/cli.h"
#include "insight/cohort.h"

/* --model, --discount, --horizon and the like. A number with up to `scale` decimals, "10%" is 0.1; min … max. Absent: *ret stays. OK, ERR_USAGE printed. */
int retention_number(struct cli *c, const char *name, double min, double max, double *ret);
/* --model sbg|bdw. OK, ERR_USAGE printed. */
int retention_model(struct cli *c, enum cohort_model *ret);
/* A figure with so many digits behind the point; what is not known is empty, null in JSON. */
void retention_cell(struct cli_table *t, struct arena *a, double v, int digits);
int retention_value(struct cli *c); /* of retention_cmd: value */
#endif

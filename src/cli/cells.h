/* Cells of common kinds, and the day that commands live in. */
#ifndef CLI_CELLS_H
#define CLI_CELLS_H
#include "base/money.h"
#include "cli/cli.h"

void cli_cell_day(struct cli_table *t, day_t d);                              /* ISO, empty for none */
void cli_cell_money(struct cli_table *t, int64_t minor, currency_t currency); /* 1234.50 */
/* The organization's day: its setting `today`, else the UTC day. The store must be open. */
int cli_today(struct cli *c, day_t *ret, struct err *e);
#endif

/* What cmd_kpi.c and cmd_kpi_rows.c share. */
#ifndef CLI_CMD_KPI_ROWS_H
#define CLI_CMD_KPI_ROWS_H
#include "app/kpi_goal.h"
#include "cli/cli.h"
#include "insight/kpi.h"

struct kpi_view {
  struct cli *c;
  const struct book *book;
  struct kpi_query q;
  struct kpi_result res;
  struct kpi_goals goals;
  int name;  /* enum kpi_id, -1 = all */
  char side; /* of --rows, or '\0' */
};
/* Prints the lines behind a figure. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_print_rows(const struct kpi_view *v, uint32_t group, struct err *e);
#endif

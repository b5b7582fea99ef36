#include "cli/cells.h"

#include "base/strbuf.h"
#include "store/repo_config.h"

void cli_cell_day(struct cli_table *t, day_t d)
{
  char iso[DAY_ISO_SIZE];
  cli_cell(t, str_of(day_iso(d, iso)));
}

void cli_cell_money(struct cli_table *t, int64_t minor, currency_t currency)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(64);
  money_add_text(&b, minor, currency);
  cli_cell(t, strbuf_str(&b));
}

int cli_today(struct cli *c, day_t *ret, struct err *e)
{
  struct org org;
  int r = org_load(c->store, &org, e);
  if (r == OK)
    *ret = org_today(&org, c->now);
  return r;
}

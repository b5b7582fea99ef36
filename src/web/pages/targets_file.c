/* The targets of a period and its parts as a workbook. */
#include "app/target_export.h"
#include "web/pages/targets.h"

struct workbook {
  struct request *r;
  const struct desk *d;
};

static int write_workbook(void *arg, const char *path, struct err *e) {
  const struct workbook *x = arg;
  return target_export(x->r->store, x->r->arena, &x->r->scope, x->d->book, &x->d->org, &x->d->period, x->r->until, path, e);
}

int targets_xlsx(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  int rc = target_ask_open(r, r->params[0], &x);
  rc = rc < 0 ? rc : response_temp_write(r, write_workbook, &(struct workbook){r, &x.desk}, &w->file);
  if (rc < 0)
    return rc;
  return response_download(r, w, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                           arena_fmt(r->arena, "targets-%.*s.xlsx", STR_FMT(x.desk.period_id)));
}

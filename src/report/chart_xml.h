/* A native chart as a part of a document or a presentation, with its workbook inside, so that "Edit data" works. */
#ifndef REPORT_CHART_XML_H
#define REPORT_CHART_XML_H
#include "report/model.h"
#include "report/opc.h"

struct chart_look {
  int font;           /* hundredths of a point */
  const char *folder; /* "word", "ppt": where the parts stand */
};
/* Adds chart, workbook and their relationships; *ret_part: the chart's, to be linked from where it is shown. ERR_NOMEM, ERR_LIMIT. */
int chart_add(struct opc *o, const struct report *r, const struct report_plot *x, const struct chart_look *look, int number, int *ret_part, struct err *e);
/* Whether there is anything to draw. */
bool chart_has_data(const struct report_plot *x);
#endif

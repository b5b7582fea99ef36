/* A plot as markup, for the print sink. */
#ifndef REPORT_SVG_PLOT_H
#define REPORT_SVG_PLOT_H
#include "base/strbuf.h"
#include "report/model.h"

/* Columns, stacked or side by side, and lines over them; a legend where there are several series. Nothing without categories. */
void svg_plot(struct strbuf *b, const struct report *r, const struct report_plot *x);
#endif

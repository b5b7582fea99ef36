/* What the makers of reports share: figures, tables and sections as they are filled. */
#ifndef APP_REPORT_PARTS_H
#define APP_REPORT_PARTS_H
#include "app/report_say.h"

enum { SECTION_FIGURES = 40, SECTION_LINES = 12 };
/* A section with room for tables and plots. OK, ERR_NOMEM. */
int part_section(struct pack *p, struct report_section *s, const char *id, struct str heading, size_t tables, size_t plots);
/* The next figure of a section; its definition and address are set by the caller. A spare one when there is no room. */
struct report_figure *part_figure(struct pack *p, struct report_section *s, const char *id, enum report_kind kind, struct str label, struct report_cell value);
void part_line(struct pack *p, struct report_section *s, struct str line); /* "" adds nothing */
struct report_table part_table(const char *name, const char *title, const char *empty, const struct report_column *columns, size_t n);
/* Columns whose titles are said in the reader's language. In the arena, NULL on no memory. */
const struct report_column *part_columns(struct pack *p, const struct report_column *columns, size_t n);
/* A plot with n categories and series, to be filled. OK, ERR_NOMEM. */
int part_plot(struct pack *p, struct report_plot *x, enum report_chart_kind kind, enum report_kind unit, size_t n, size_t n_series);
/* Sheets of the workbook. OK, ERR_NOMEM. */
int part_sheet(struct pack *p, struct report_sheet *s, const char *name, struct str heading, size_t tables, size_t charts);
int part_out_of_memory(struct err *e);

/* report_weekly.c, report_story.c, report_sheets.c. The codes of report_make. */
int report_weekly(struct pack *p, struct report *ret, struct err *e);
int report_kpi_book(struct pack *p, struct report *ret, struct err *e);
int report_ledger(struct pack *p, struct report *ret, struct err *e);
/* ERR_NOTFOUND: nobody of that name or number sells in the book that is seen. */
int report_partner(struct pack *p, struct report *ret, struct err *e);
/* Makes the pack one about the rep: their rows alone. ERR_NOTFOUND: not one of the actor's. */
int review_subject(struct pack *p, struct err *e);
int story_promises(struct pack *p, struct report_section *s, struct err *e);
int report_sheets(struct pack *p, struct report *ret, struct err *e);
int story_lands(struct pack *p, struct report_section *s);
int story_moved(struct pack *p, struct report_section *s);
int story_rates(struct pack *p, struct report_section *s);
int story_risks(struct pack *p, struct report_section *s);
int story_stuck(struct pack *p, struct report_section *s);
int story_outlook(struct pack *p, struct report_section *s);
int story_about(struct pack *p, struct report_section *s);
#endif

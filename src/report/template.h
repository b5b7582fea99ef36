/* A company's own document, presentation or workbook in place of ours: {{names}} in its texts become the report's figures and sentences.
 *
 * Names: headline, second, title, subject, organization, period, as_of; of a section its claim, "lands.claim", and its source; of a figure its
 * value as on a card, "closed"; in full, "closed.full"; "closed.target", "closed.note", "closed.label", "closed.definition".
 * In a workbook a cell that holds one figure's name alone becomes a number.
 * Everything else of the file stays as it is: pictures, styles, layouts. */
#ifndef REPORT_TEMPLATE_H
#define REPORT_TEMPLATE_H
#include "report/write.h"

enum { TEMPLATE_FILE_MOST = 20 << 20, TEMPLATE_PARTS = 1000, TEMPLATE_PART_MOST = 20 << 20, TEMPLATE_TOTAL_MOST = 64 << 20 };
/* Writes `path` from the template. ERR_SYNTAX: no Office file, damaged, or names that the report does not have (the text lists them); ERR_DENIED: it holds
 * macros or reaches out to another file or address; ERR_LIMIT: too large; ERR_IO, ERR_NOMEM. Nothing is written then. */
int report_fill(const struct report *r, const char *template, const char *path, struct err *e);
/* Writes it from the company's own file in the folder where there is one for this report and kind of file, "weekly.pt.docx" before "weekly.docx", else from ours.
 * folder "" = none. The codes of both; a template that does not fit is an error, never passed over. */
int report_write_own(const struct report *r, const char *folder, enum report_format f, const char *path, struct err *e);
#endif

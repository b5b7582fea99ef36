/* A report as a file. */
#ifndef REPORT_WRITE_H
#define REPORT_WRITE_H
#include "report/model.h"

/* X(constant, extension and spelling in options and addresses, media type) */
#define REPORT_FORMATS(X)                                                                                      \
  X(REPORT_XLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")                  \
  X(REPORT_DOCX, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")            \
  X(REPORT_PPTX, "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation")          \
  X(REPORT_HTML, "html", "text/html; charset=utf-8")                                                           \
  X(REPORT_CSV, "csv", "text/csv; charset=utf-8")
#define REPORT_FORMAT_VALUE(NAME, SPELLING, MEDIA) NAME,
enum report_format { REPORT_FORMATS(REPORT_FORMAT_VALUE) REPORT_FORMAT_COUNT };
const char *report_format_name(enum report_format f);  /* "xlsx" */
const char *report_format_media(enum report_format f);
int report_format_of(struct str s);                    /* -1 unknown */

/* Writes the file; replaces it only when the new one is whole. The same report gives the same bytes. Text that looks like a formula stays
 * text. OK, ERR_IO, ERR_NOMEM, ERR_LIMIT. */
int report_write(const struct report *r, enum report_format f, const char *path, struct err *e);
/* "weekly-2026-Q4-as-of-2026-11-22.xlsx", in the reader's arena. */
struct str report_file_name(const struct report *r, enum report_format f);

/* The sinks behind it. */
int report_write_xlsx(const struct report *r, const char *path, struct err *e);
int report_write_docx(const struct report *r, const char *path, struct err *e); /* the brief */
int report_write_pptx(const struct report *r, const char *path, struct err *e); /* at most eight slides */
int report_write_html(const struct report *r, const char *path, struct err *e); /* one page that prints well, nothing loaded from elsewhere */
int report_write_csv(const struct report *r, const char *path, struct err *e);  /* a row per figure: where it stands, key, value, unit, target, definition, address */
/* Bytes at a path, whole or not at all. */
int report_put_file(const char *path, struct str bytes, struct err *e);
#endif

/* What a file is, by its content and not by its name. */
#ifndef EXCHANGE_KIND_H
#define EXCHANGE_KIND_H
#include "base/err.h"

enum kind { KIND_TEXT, KIND_ZIP };
/* head: the first SOURCE_HEAD bytes; fd: the whole file, for what only its middle tells (its position is left alone).
 * OK, or ERR_SYNTAX with the sentence "NAME is a PDF, not a table: export the contracts as CSV or XLSX".
 * told_utf16: the reader was told that the text is UTF-16, so that NUL bytes are no sign of a binary file. */
int kind_of(int fd, struct str head, const char *name, bool told_utf16, enum kind *ret, struct err *e);
#endif

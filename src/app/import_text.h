/* Lines of fields between tabs; tab, newline, return and backslash inside a field are escaped. The form in which a staged import keeps what
 * was found and what was corrected. */
#ifndef APP_IMPORT_TEXT_H
#define APP_IMPORT_TEXT_H
#include "base/arena.h"
#include "base/strbuf.h"

void fields_add(struct strbuf *b, struct str s); /* escaped, with a tab in front unless the line is empty: its first field may not be empty */
void fields_add_i64(struct strbuf *b, int64_t v);
void fields_end(struct strbuf *b);               /* newline */
/* Next line of *rest; false at the end. */
bool fields_line(struct str *rest, struct str *ret_line);
/* Next field of a line, unescaped into arena when it has to be; empty when there is none left. p = NULL on no memory. */
struct str fields_next(struct arena *a, struct str *line);
int64_t fields_i64(struct arena *a, struct str *line); /* 0 when it is not a number */
#endif

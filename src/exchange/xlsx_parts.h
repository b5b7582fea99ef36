/* The two parts that all sheets of a workbook share: texts and number formats. */
#ifndef EXCHANGE_XLSX_PARTS_H
#define EXCHANGE_XLSX_PARTS_H
#include "exchange/xml.h"
#include "exchange/xlsx_value.h"

extern const char *const xlsx_spaces[]; /* the spreadsheet namespaces, transitional and strict */

struct strings;
/* The shared strings: rich text joined, phonetic readings left out, _xHHHH_ escapes undone. Codes of xml_read_part. */
int strings_read(struct package *p, struct str path, const char *what, struct strings **ret, struct err *e);
void strings_free(struct strings *s); /* takes NULL */
/* False if there is no such string; s may be NULL (none at all). Lives as long as s. */
bool strings_get(const struct strings *s, int64_t index, struct str *ret);
/* "_x000D_" -> carry return, as spreadsheets write control characters; in place, the new length. */
size_t strings_unescape(char *p, size_t n);

struct styles;
/* What the number formats of the cells' styles show. Codes of xml_read_part. */
int styles_read(struct package *p, struct str path, const char *what, struct styles **ret, struct err *e);
void styles_free(struct styles *s); /* takes NULL */
enum number_style styles_get(const struct styles *s, int64_t index); /* STYLE_NUMBER if unknown; s may be NULL */
#endif

/* What the number of a cell means: plain decimals and dates, worked out in decimal digits, without floating point. */
#ifndef EXCHANGE_XLSX_VALUE_H
#define EXCHANGE_XLSX_VALUE_H
#include "exchange/table.h"

enum number_style {
  STYLE_NUMBER,
  STYLE_DATE,    /* shows a day, perhaps a time too */
  STYLE_TIME,    /* shows only a time of day */
  STYLE_ELAPSED, /* [h]:mm: a duration */
};
/* Of a number format: a built-in one by its id, or the code of a custom one ("dd/mm/yyyy;@"). */
enum number_style style_of_builtin(int64_t id);
enum number_style style_of_code(struct str code);

enum { VALUE_SIZE = 512 };
/* The number as a plain decimal in buf[VALUE_SIZE]: no exponent, no noise. A number written with a point or an exponent is
 * the image of a binary one and is rounded to the 15 digits a spreadsheet computes with (0.30000000000000004 -> 0.3);
 * one written as an integer keeps all its digits. False when raw is no number. */
bool value_number(struct str raw, char *buf, struct str *ret);
/* The serial number as YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS if there is a time of day, or for STYLE_TIME below 1 HH:MM:SS
 * (a text). 1900 system with its 29 February 1900 (serial 60) and day 0 ("1900-01-00"); 1904 system: day 0 = 1904-01-01.
 * What no spreadsheet can show as a date (negative, after 9999) stays a number, and so does STYLE_ELAPSED. */
struct cell value_date(struct str raw, enum number_style style, bool system_1904, char *buf);
#endif

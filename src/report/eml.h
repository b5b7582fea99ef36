/* A message (RFC 5322, 2045 to 2047): headers, then the same text plain and as HTML (multipart/alternative), or the plain text and files (multipart/mixed). */
#ifndef REPORT_EML_H
#define REPORT_EML_H
#include "base/strbuf.h"

struct eml_file {
  struct str name, media, bytes; /* name: UTF-8 */
};
struct eml {
  struct str from_name, from_address, to_name, to_address, subject; /* UTF-8; control characters become spaces */
  struct str text, html;   /* UTF-8 */
  struct str id;           /* left part and host of the Message-ID: "digest-7-2026-11-23@desk" */
  int64_t at;              /* Date, seconds UTC */
  const struct eml_file *files; size_t n_files; /* with files html is not read */
  bool goes_out;           /* sent by the program: not marked as a draft, and as one that nobody should answer by a machine */
};
/* Appends the message with CRLF lines of at most 76 bytes in the bodies and 78 in headers where a word fits; both bodies in base64, so that the boundary cannot
 * stand in them. Marked X-Unsent unless it goes out, so that mail programs open it as a draft. b->failed tells of no room. */
void eml_write(struct strbuf *b, const struct eml *x);
#endif

/* A calendar as a file (RFC 5545): all-day events with stable identities. Lines end with CRLF, are folded at 75 bytes between characters, text is escaped. */
#ifndef REPORT_ICS_H
#define REPORT_ICS_H
#include "base/date.h"
#include "base/strbuf.h"

struct ics_event {
  struct str uid;      /* the same for the same thing in every reading: "renewal-48213@desk" */
  struct str summary, description, url; /* "" = left out */
  day_t day;
  int64_t stamp;       /* when the thing changed last, seconds UTC */
};
void ics_begin(struct strbuf *b, struct str name); /* name: what calendar programs call it */
void ics_add(struct strbuf *b, const struct ics_event *x);
void ics_end(struct strbuf *b);
#endif

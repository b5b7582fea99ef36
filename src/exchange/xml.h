/* Events of an XML part as it streams by. No DOCTYPE, no entities but the five of XML, no network, bounded depth.
 * The only file that sees libxml2 is xml.c. */
#ifndef EXCHANGE_XML_H
#define EXCHANGE_XML_H
#include "exchange/package.h"

enum { XML_MAX_DEPTH = 128, XML_CHUNK = 16384 };

struct xml_attributes; /* of one start tag */
/* Value of the attribute, empty if it is not there. Bare: without a prefix; prefixed: with one, whichever (r:id).
 * Valid during the event; an ampersand in it reads "&#38;" (xml_unescape). */
struct str xml_bare(const struct xml_attributes *a, const char *name);
struct str xml_prefixed(const struct xml_attributes *a, const char *name);
struct str xml_unescape(struct str value, char *buf, size_t cap); /* into buf, cut at cap */

/* name: local name of an element of `spaces` (or of none); elements of other namespaces are passed over, not their
 * contents. A code below 0 from start or end ends the reading with it (its text is set by then). */
struct xml_events {
  void *ctx;
  const char *const *spaces; /* namespace URIs, NULL at the end */
  int (*start)(void *ctx, const char *name, const struct xml_attributes *a, struct err *e);
  int (*end)(void *ctx, const char *name, struct err *e);
  void (*text)(void *ctx, struct str text);
};
struct xml;
/* part and events are borrowed. what: of the file, for messages ("book.xlsx"). OK, ERR_NOMEM. */
int xml_open(struct part *part, const char *what, const struct xml_events *events, struct xml **ret, struct err *e);
/* Reads the next chunk of the part, calling events. 1: go on; 0: the end; ERR_SYNTAX: not well-formed or a DOCTYPE;
 * the part's codes; what an event returned. */
int xml_feed(struct xml *x, struct err *e);
void xml_close(struct xml *x); /* takes NULL; leaves the part open */
/* A whole part in one go. ERR_NOTFOUND without a text if there is no such part. */
int xml_read_part(struct package *p, struct str path, const char *what, const struct xml_events *events, struct err *e);
#endif

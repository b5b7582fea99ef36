/* The fields an import knows, and which headers of foreign files mean them. */
#ifndef APP_IMPORT_FIELD_H
#define APP_IMPORT_FIELD_H
#include "app/import.h"

enum import_field {
  /* contracts */
  FIELD_CONTRACT_NUMBER, FIELD_TERM_NUMBER, FIELD_LINE_NUMBER, FIELD_END_USER, FIELD_COUNTRY, FIELD_REGION, FIELD_OWNER,
  FIELD_SALES_MODEL, FIELD_RESELLER, FIELD_DISTRIBUTOR, FIELD_PRODUCT, FIELD_DESCRIPTION, FIELD_FAMILY, FIELD_SERIAL,
  FIELD_QUANTITY, FIELD_START, FIELD_END, FIELD_CURRENCY, FIELD_LIST_AMOUNT, FIELD_NET_AMOUNT, FIELD_UNIT_PRICE, FIELD_BOOKED,
  FIELD_RENEWED_FROM, FIELD_OUTCOME, FIELD_RENEWED_ON, FIELD_RENEWED_AMOUNT, FIELD_STATUS,
  /* accounts */
  FIELD_NAME, FIELD_KIND, FIELD_LANGUAGE, FIELD_PARENT, FIELD_EXTERNAL_ID, FIELD_SALES_OWNER,
  /* products */
  FIELD_SKU, FIELD_PRODUCT_LINE, FIELD_SERVICE_LEVEL, FIELD_EOL, FIELD_EOS, FIELD_REPLACEMENT,
  /* fx */
  FIELD_RATE_DATE, FIELD_RATE, FIELD_SOURCE,
  /* targets */
  FIELD_SCOPE, FIELD_SCOPE_NAME, FIELD_PERIOD, FIELD_TARGET_KIND, FIELD_MEASURE, FIELD_AMOUNT, FIELD_REASON,
  /* touches */
  FIELD_DUE, FIELD_AT, FIELD_CHANNEL, FIELD_PARTY, FIELD_NOTE, FIELD_SIGNAL, FIELD_VALUE, FIELD_SAYS,
  FIELD_COUNT
};
enum field_type { TYPE_TEXT, TYPE_DATE, TYPE_AMOUNT, TYPE_WHOLE, TYPE_CURRENCY, TYPE_DECIMAL };

struct field_spec {
  const char *name;      /* domain.md's word: map files, problems, JSON */
  enum field_type type;
  unsigned kinds;        /* bit per import_kind that takes it */
  unsigned required;     /* bit per import_kind that cannot do without (product or description: see mapping) */
};
const struct field_spec *field_spec(enum import_field f); /* static */
bool field_in(enum import_field f, enum import_kind k);
/* The field of that name among those of a kind, or -1. Blank and '-' count as '_'. */
int field_of(enum import_kind k, struct str name);

/* Key of a header: folded, connector prefixes and suffixes (SBQQ__ … __c, custrecord_…) taken off, no
 * blanks: "SBQQ__StartDate__c", "Start date" and "start_date" agree. Written to buf, cut at its end. p = NULL on no memory. */
struct str header_key(struct str header, char *buf, size_t size);
#define HEADER_KEY_SIZE 128
/* How well a header names a field: 0 = its own name, 1 = a synonym, 2 = a word that may mean it, -1 = not. */
int header_rank(enum import_kind k, enum import_field f, struct str key);
/* 0 (nothing in common) … 100 (equal) between a header's key and the closest name of the field. */
int header_likeness(enum import_kind k, enum import_field f, struct str key);
#endif

/* /odata/v1: the book for spreadsheets and BI tools, as OData 4.0 (JSON, CSDL as XML) and CSV. Read only, by API token, within the person's scope. */
#ifndef WEB_API_ODATA_H
#define WEB_API_ODATA_H
#include "insight/feed.h"
#include "web/pages/desk.h"
#include "web/route.h"

route_fn odata_service, odata_metadata, odata_set, odata_count;

enum { ODATA_COLUMNS = 48 };
struct odata_ask {
  struct desk desk;
  struct feed feed;
  struct feed_query query;
  int columns[ODATA_COLUMNS]; size_t n_columns;
  bool selected;        /* $select named them */
  bool stored;          /* one of them stands in the store */
  bool count, csv;
  bool ieee;            /* numbers of 64 bits and decimals as texts: IEEE754Compatible=true */
  bool bare;            /* odata.metadata=none */
  uint32_t top;         /* UINT32_MAX = no $top */
};
/* Where rows go: the answer's own memory, and a file as soon as there are many. */
struct odata_sink {
  struct request *r;
  struct response *w;
  struct strbuf *text;
  int fd;
};
int odata_begin(struct odata_sink *k, struct request *r, struct response *w);
int odata_flush(struct odata_sink *k, bool end); /* after each row; writes out when much has gathered. Codes of err.h */
/* http://host/odata/v1/ */
struct str odata_root(struct request *r);
/* One row as an object, or a line of CSV. scratch is reset. Codes of renewal_get. */
int odata_row(struct odata_sink *k, const struct odata_ask *x, uint32_t row, struct arena *scratch);
void odata_head_csv(struct odata_sink *k, const struct odata_ask *x);
/* Reads the options of the address. Codes with r->err. */
int odata_read(struct request *r, struct odata_ask *x);
/* Whether this person has asked too much within the minute; *ret_wait seconds. */
bool odata_too_many(int64_t person, int64_t now, int *ret_wait);
#endif

/* Rows on their way from the reading process to this one. The reader is not trusted: everything is checked on arrival. */
#ifndef EXCHANGE_WIRE_H
#define EXCHANGE_WIRE_H
#include "base/strbuf.h"
#include "exchange/row.h"

enum wire_kind { WIRE_INFO = 1, WIRE_ROWS, WIRE_END, WIRE_ERROR };
/* Messages travel through memory that both processes map: the socket between them carries only their heads, and one byte
 * back for each slot that is free again. What fits into no slot follows its head through the socket. (All of it through a
 * pipe cost more than parsing a CSV file does.) */
struct wire_head {
  uint32_t kind, n; /* bytes of the message */
  uint32_t slot;    /* where it lies, WIRE_INLINE = behind this head */
};
#define WIRE_INLINE UINT32_MAX
enum {
  WIRE_SLOTS = 4,
  WIRE_SLOT = 1 << 18,
  WIRE_RING = WIRE_SLOTS * WIRE_SLOT,
  WIRE_BATCH = 1 << 17, /* rows are sent once they fill this */
  WIRE_MAX = 64 << 20,  /* bytes of one message */
};

/* WIRE_INFO: what table_info tells. */
void wire_put_info(struct strbuf *b, const struct table_info *info);
/* Strings are borrowed from s, arrays come from mem. OK, ERR_SYNTAX (not what wire_put_info writes), ERR_NOMEM. */
int wire_get_info(struct str s, struct arena *mem, struct table_info *ret);

/* WIRE_ROWS: progress, then rows one behind the other. */
void wire_put_progress(struct strbuf *b, int64_t done, int64_t total);
void wire_put_row(struct strbuf *b, const struct row *r);
int wire_get_progress(struct str s, size_t *at, int64_t *ret_done, int64_t *ret_total);
/* The row at *at, which moves on. Cells go into cells[TABLE_MAX_COLUMNS]. 1, 0 at the end, ERR_SYNTAX. */
int wire_get_row(struct str s, size_t *at, struct cell *cells, struct row *ret);

/* WIRE_ERROR */
void wire_put_error(struct strbuf *b, int code, const struct err *e);
int wire_get_error(struct str s, struct err *e); /* fills e; the code (ERR_FAIL if it is none) */
#endif

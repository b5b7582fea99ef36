/* The one place that knows how SQLite's tables differ from the shared subset. Text in, text out.
 * In CREATE TABLE and ALTER TABLE: bigint, int, integer -> INTEGER, double precision -> REAL, bytea -> BLOB. A created
 * table becomes STRICT; `id bigint primary key` becomes the rowid (INTEGER PRIMARY KEY); a table with any other
 * primary key becomes WITHOUT ROWID. Everything else passes unchanged; comments, quoted names and text are kept. */
#ifndef STORE_DIALECT_H
#define STORE_DIALECT_H
#include "base/strbuf.h"

/* A script of several statements -> the same for SQLite, appended to b (sticky failure of b tells). */
void dialect_sqlite(struct strbuf *b, struct str script);
#endif

/* Inside of the catalogue compiler: catalogc.c (what is made of catalogues), catalogc_po.c (reads po files),
 * catalogc_scan.c (finds the messages that the program uses). */
#ifndef TOOLS_CATALOGC_H
#define TOOLS_CATALOGC_H
#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

/* A message. In a catalogue: id ("context|text" when it has a msgctxt), text, and for a message by number id_many, text_many.
 * Used by the program: id, id_many and the place. */
struct message {
  struct str id, id_many, text, text_many, place;
  bool sentence; /* of an error: made with %, found by its shape */
};
struct messages {
  struct message *p;
  size_t n, cap;
  struct arena *arena;
};
int messages_add(struct messages *m, struct message x); /* OK, ERR_NOMEM */
const struct message *messages_find(const struct messages *m, struct str id);
void messages_sort(struct messages *m); /* by id; the first of each stays */

/* Adds the translated messages of a po file; a message without translation or marked fuzzy is left out. ERR_SYNTAX: said on
 * standard error with the line. */
int po_read(struct str text, const char *path, struct messages *ret);
/* Adds the messages of a C file: tr, tr_fmt, tr_n, MSG and, as sentences, err_set and err_prefix. */
int scan_c(struct str text, const char *path, struct messages *ret);
/* Adds the messages that viewc listed. */
int scan_list(struct str text, struct messages *ret);
#endif

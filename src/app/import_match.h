/* Which rows of a file are terms already known, which are new, and which say something newer about a known
 * term. Pure. The rules, from domain.md §2: docs/internals/import.md "Same line, same term". */
#ifndef APP_IMPORT_MATCH_H
#define APP_IMPORT_MATCH_H
#include "app/import_lines.h"
#include "store/repo_import.h"

enum match_action {
  MATCH_NEW,      /* a term not known yet */
  MATCH_SAME,     /* known, with the same facts */
  MATCH_CHANGED,  /* known term, newer facts */
  MATCH_OLDER,    /* differs, but the store knows something newer */
  MATCH_SHORTER,  /* same line, earlier end: a person decides */
};
struct match {
  uint64_t line_key;  /* identity of the line across its terms; never 0 */
  uint32_t known;     /* index into known for all but MATCH_NEW */
  day_t start;        /* of the term to write: the file's, or the day after the known term's end */
  uint8_t action;
  bool extends;       /* MATCH_NEW: a later term of a line that is known (in the store or in this file) */
};
struct match_input {
  const struct file_lines *lines;
  const int64_t *contract_id;   /* by index into lines->contract; 0 = new */
  const int64_t *product_id;    /* by product key; 0 = new */
  const struct known_line *known; size_t n_known; /* of those contracts, sorted by (contract_id, line_key, start) */
  bool mapped[FIELD_COUNT];     /* the file has the field: its empty cells mean "none" */
  bool late;                    /* a newer file of the same source was imported before */
};
enum { MATCH_MAX_ALIKE = 20000 }; /* rows of one contract that nothing tells apart */
/* order: line indexes as they should be written (by contract, then start); ret: by line index. Both n entries,
 * owned by the caller. OK, ERR_NOMEM, ERR_LIMIT (MATCH_MAX_ALIKE). */
int match_lines(const struct match_input *in, uint32_t *order, struct match *ret);
#endif

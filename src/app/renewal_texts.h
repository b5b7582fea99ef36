/* Next steps, PO numbers and reasons of loss as people look for them: folded, in memory beside the newest book, read once per whole load of it and
 * shared by the threads of a server; edits are followed by the change log. About 30 bytes a different text and 8 a row that has one. */
#ifndef APP_RENEWAL_TEXTS_H
#define APP_RENEWAL_TEXTS_H
#include "app/book_cache.h"
#include "insight/grid.h"

struct renewal_texts;
struct renewal_texts *renewal_texts_new(void);     /* empty; NULL on no memory */
void renewal_texts_free(struct renewal_texts *x);  /* takes NULL */

/* Puts the rows into every filter of q whose column is a text; rows of any owner: the grid asks the scope. A past day has no texts: there
 * such a filter matches nothing, with `negate` too. In arena. OK, ERR_NOMEM, store codes. */
int renewal_texts_resolve(struct book_cache *books, struct store *s, struct arena *a, const struct book *b, struct grid_query *q, struct err *e);
/* Reads them when they are not there, so that nobody waits for them. */
int renewal_texts_warm(struct book_cache *books, struct store *s, struct err *e);
#endif

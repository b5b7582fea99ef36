/* Documents beside a renewal. Their kind is what their content says; the name's ending must agree. They are kept in the store, never in a
 * folder that a web server could hand out, and leave it only as a download. */
#ifndef APP_DOCUMENT_H
#define APP_DOCUMENT_H
#include "app/scope.h"
#include "store/repo_note.h"

enum {
  DOCUMENT_MAX = 5 << 20,             /* bytes of one */
  DOCUMENT_TOTAL_MAX = 100 << 20,     /* of all that stand on one renewal */
  DOCUMENT_NAME_MAX = 200,            /* bytes */
};
/* "pdf", "word" … by the content and the ending of the name; NULL: not one of the kinds that are taken, or the two do not agree. */
const char *document_kind(struct str bytes, struct str file_name);
/* What the download calls it: "application/pdf" …; octets for what is not known. */
const char *document_media_type(struct str file_name);
/* The last part of a path, without control characters, in arena; "document" when nothing is left. */
struct str document_name(struct arena *a, struct str file_name);

/* Keeps a document on a renewal that the person may edit. Runs its own write transaction; the same bytes under the same name are kept once.
 * OK, ERR_NOTFOUND, ERR_DENIED, ERR_RANGE (empty, not a kind that is taken), ERR_LIMIT (too large, or too much on this renewal). */
int document_add(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str file_name, struct str bytes, int64_t now, int64_t *ret_id,
                 struct err *e);
/* One that the person may see, with its bytes. ERR_NOTFOUND: none in the scope, or removed. */
int document_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct document *ret, struct str *ret_bytes, struct err *e);
/* Removes the bytes; name, person and day stay. The person who added it, or a manager, ops or admin who may edit the renewal.
 * OK, ERR_NOTFOUND, ERR_DENIED. *ret_renewal: where it stood. */
int document_drop(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, int64_t *ret_renewal, struct err *e);
#endif

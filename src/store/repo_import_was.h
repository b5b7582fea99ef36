/* What an import is about to overwrite, kept so that the import can be taken back as a whole (repo_import_undo.h). Rows that
 * an import adds need nothing here: they carry its id. All inside its write transaction; import_id 0 keeps nothing.
 * OK and store codes. */
#ifndef STORE_REPO_IMPORT_WAS_H
#define STORE_REPO_IMPORT_WAS_H
#include "store/repo_history.h"

int import_was_line(struct store *s, int64_t import_id, int64_t id, struct err *e);
int import_was_contract(struct store *s, int64_t import_id, int64_t id, struct err *e);
int import_was_account(struct store *s, int64_t import_id, int64_t id, struct err *e);
int import_was_product(struct store *s, int64_t import_id, int64_t id, struct err *e);
int import_was_rate(struct store *s, int64_t import_id, currency_t c, day_t date, struct err *e); /* also that there was none */
int import_was_link(struct store *s, int64_t import_id, int64_t line_id, int64_t successor_line_id, struct err *e);
/* The stored outcomes of the lines that `only` selects, from memory. */
int import_was_outcomes(struct store *s, int64_t import_id, const struct history_line *lines, const uint8_t *only, size_t n, struct err *e);
/* A row without an import_id of its own: a person, region, target or touch. */
int import_made(struct store *s, int64_t import_id, const char *entity, int64_t id, struct err *e);
#endif

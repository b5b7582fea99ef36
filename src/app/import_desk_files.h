/* Files of the import desk. */
#ifndef APP_IMPORT_DESK_FILES_H
#define APP_IMPORT_DESK_FILES_H
#include "base/arena.h"
#include "base/err.h"

char *desk_copy_text(const char *s); /* on the heap, NULL on no memory */
/* Makes the folder and those above it, mode 0700. ERR_IO. */
int desk_folder(const char *path, struct err *e);
/* A client's name for a file: without folders, control bytes, and what is not UTF-8; at most 200 bytes. p = NULL on no memory. */
struct str desk_file_name(struct arena *a, struct str name);
int desk_hash(struct arena *a, const char *path, struct str *ret_hex, struct err *e); /* SHA-256. ERR_IO, ERR_NOMEM */
int desk_copy(const char *from, const char *to, struct err *e); /* mode 0600, flushed. ERR_IO */
#endif

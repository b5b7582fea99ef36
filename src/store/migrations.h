/* The schema's steps as they stand in the program. For store.c and repo_check.c. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H
#include "base/embedded.h"

#define MIGRATION_HASH_SIZE 65
extern const struct embedded store_migrations[]; /* by number, ascending; numbers may have gaps */
int store_migration_number(const struct embedded *m); /* the digits its name begins with */
/* SHA-256 of the text in hexadecimal; kept with each applied migration. */
void store_migration_hash(const struct embedded *m, char hex[MIGRATION_HASH_SIZE]);
#endif

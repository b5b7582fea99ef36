/* The parts of an Office package (ZIP), read with limits: ratio, total size, checksums, no paths that lead out.
 * The only file that sees zip.h is package.c. */
#ifndef EXCHANGE_PACKAGE_H
#define EXCHANGE_PACKAGE_H
#include "base/err.h"

enum {
  PACKAGE_MAX_PARTS = 10000,
  PACKAGE_MAX_RATIO = 100,         /* unpacked : packed, for parts and for what is read of them … */
  PACKAGE_RATIO_FROM = 1 << 20,    /* … once more than this was unpacked: small parts of blanks pack better */
  PACKAGE_MAX_TOTAL = 1 << 30,     /* unpacked bytes of all parts, and of all reading */
  PACKAGE_MAX_PATH = 1024,
};
struct package;
struct part;

/* fd is borrowed and must be seekable. name is borrowed: for messages. OK; ERR_SYNTAX: damaged, cut, encrypted, a path that
 * leads out of the package; ERR_LIMIT: zip bomb; ERR_IO, ERR_NOMEM. The text begins with the name. */
int package_open(int fd, const char *name, struct package **ret, struct err *e);
void package_close(struct package *p); /* takes NULL; after its parts */
/* Is the part there? Paths without a leading slash; either case, \ and / alike, as Office does. */
bool package_has(const struct package *p, struct str path);
/* ERR_NOTFOUND without a text if it is not there; else as package_open. */
int part_open(struct package *p, struct str path, struct part **ret, struct err *e);
/* *ret_n = 0 at the end, where the checksum has been proved. OK, ERR_SYNTAX, ERR_LIMIT. */
int part_read(struct part *s, char *buf, size_t cap, size_t *ret_n, struct err *e);
int64_t part_size(const struct part *s); /* as the directory of the package says */
int64_t part_done(const struct part *s);
void part_close(struct part *s); /* takes NULL */
/* target of a relationship, seen from the part `from`: absolute or relative, with . and .. inside the package. Into
 * buf[PACKAGE_MAX_PATH]. Empty if it leads out of the package or is too long. */
struct str package_resolve(struct str from, struct str target, char *buf);
#endif

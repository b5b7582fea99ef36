/* Files that browsers fetch, inside the program: made by tools/assets.mjs at build. Their addresses carry the hash of
 * their bytes, so that they may be kept for ever. */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H
#include "base/str.h"

struct asset {
  const char *name, *address, *type; /* "app.css", "/a/app.3f9c….css", "text/css; charset=utf-8" */
  const unsigned char *bytes;
  size_t n;
  const unsigned char *zipped; /* gzip; NULL for what does not shrink */
  size_t zipped_n;
};
extern const struct asset web_assets[]; /* ended by name NULL */
const struct asset *asset_of_name(struct str name);       /* NULL when there is none */
const struct asset *asset_of_address(struct str address); /* NULL when there is none */
#endif

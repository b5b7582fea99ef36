#include "web/asset.h"

const struct asset *asset_of_name(struct str name) {
  for (const struct asset *a = web_assets; a->name; a++)
    if (str_eq(name, str_of(a->name))) return a;
  return NULL;
}

const struct asset *asset_of_address(struct str address) {
  for (const struct asset *a = web_assets; a->name; a++)
    if (str_eq(address, str_of(a->address))) return a;
  return NULL;
}

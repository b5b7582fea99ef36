#include "words/locale.h"

static const struct locale *exactly(struct str name) {
  for (size_t i = 0; i < n_locales; i++)
    if (str_eq_nocase(name, str_of(locales[i].name))) return &locales[i];
  return NULL;
}

bool locale_known(struct str name) { return exactly(name) != NULL; }

const struct locale *locale_of(struct str name) {
  static const char *const usual[][2] = {{"en", "en-US"}, {"es", "es-419"}, {"fr", "fr-FR"}, {"pt", "pt-BR"}};
  char tag[16];
  str_to_z(name, tag, sizeof tag);
  if (name.n > 2 && tag[2] == '_') tag[2] = '-';
  const struct locale *l = exactly(str_of(tag));
  for (size_t i = 0; i < 4 && !l; i++)
    if (str_eq_nocase(str_sub(name, 0, 2), str_of(usual[i][0])) && (name.n == 2 || tag[2] == '-')) l = exactly(str_of(usual[i][1]));
  return l ? l : &locales[0];
}

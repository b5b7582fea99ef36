/* catalogc: the catalogues of the interface's languages.
 *   catalogc OUT.c po/es.po…                       compiles them (src/words/words_table.h)
 *   catalogc --check ROOT po/es.po… LIST…          compares them with the messages that the program uses: those listed (by
 *                                                  viewc; files named ….messages) and those of the C files under ROOT/src.
 *                                                  Status 1 when one is missing, is used by nothing, or has other holes
 *   catalogc --missing ROOT po/es.po LIST…         prints what that catalogue lacks, as entries to be filled in */
#include "catalogc.h"
#include "words/words_table.h"
#include <dirent.h>

int messages_add(struct messages *m, struct message x) {
  if (m->n == m->cap) {
    size_t cap = m->cap ? 2 * m->cap : 256;
    struct message *p = arena_zalloc(m->arena, cap, sizeof *p);
    if (!p) return ERR_NOMEM;
    if (m->n) memcpy(p, m->p, m->n * sizeof *p);
    m->p = p;
    m->cap = cap;
  }
  m->p[m->n++] = x;
  return arena_failed(m->arena) ? ERR_NOMEM : OK;
}

static int by_id(const void *a, const void *b) {
  const struct message *x = a, *y = b;
  int c = str_cmp(x->id, y->id);
  if (!c) c = -str_cmp(x->id_many, y->id_many); /* those without a plural last */
  return c ? c : str_cmp(x->place, y->place);
}

void messages_sort(struct messages *m) {
  size_t n = 0;
  if (m->n) qsort(m->p, m->n, sizeof *m->p, by_id);
  for (size_t i = 0; i < m->n; i++)
    if (!n || !str_eq(m->p[n - 1].id, m->p[i].id)) m->p[n++] = m->p[i];
  m->n = n;
}

/* A singular has one entry of a catalogue and so one plural: of two ("{n} item", "{n} items" and "{n} pieces") one would be said wrong. */
static int one_plural_each(struct messages *m) {
  int rc = OK;
  if (m->n) qsort(m->p, m->n, sizeof *m->p, by_id);
  for (size_t i = 1; i < m->n; i++) {
    const struct message *x = &m->p[i - 1], *y = &m->p[i];
    if (!str_eq(x->id, y->id) || !x->id_many.n || !y->id_many.n || str_eq(x->id_many, y->id_many)) continue;
    fprintf(stderr, "%.*s has two plurals: %.*s (%.*s) and %.*s (%.*s): give one a remark\n", STR_FMT(x->id), STR_FMT(x->id_many), STR_FMT(x->place),
            STR_FMT(y->id_many), STR_FMT(y->place));
    rc = ERR_SYNTAX;
  }
  return rc;
}

const struct message *messages_find(const struct messages *m, struct str id) {
  size_t lo = 0, hi = m->n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    int c = str_cmp(m->p[mid].id, id);
    if (!c) return &m->p[mid];
    if (c < 0) lo = mid + 1;
    else hi = mid;
  }
  return NULL;
}

static int file_text(struct arena *a, const char *path, struct str *ret) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64 << 20);
  FILE *f = fopen(path, "rb");
  size_t n;
  char *room;
  if (!f) return fprintf(stderr, "%s: can't be read\n", path), ERR_IO;
  while ((room = strbuf_reserve(&b, 65536)) && (n = fread(room, 1, 65536, f)) > 0) b.n += n;
  fclose(f);
  *ret = arena_str(a, strbuf_str(&b));
  return b.failed || !ret->p ? ERR_NOMEM : OK;
}

/* French puts a space before ; : ? ! » and after «; a line may not begin or end with them, so it is one that does not break. Catalogues are written with
 * a plain one, which an editor shows. */
static struct str unbroken(struct arena *a, struct str s) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1 << 20);
  for (size_t i = 0; i < s.n; i++) {
    bool before = i + 1 < s.n && (strchr(";:?!", s.p[i + 1]) || str_starts(str_sub(s, i + 1, s.n), STR("»")));
    bool after = i > 1 && str_starts(str_sub(s, i - 2, s.n), STR("«"));
    if (s.p[i] == ' ' && (before || after)) strbuf_addz(&b, "\u00a0");
    else strbuf_addc(&b, s.p[i]);
  }
  return arena_str(a, strbuf_str(&b));
}

static int read_catalogue(struct arena *a, const char *path, struct messages *ret) {
  struct str text;
  *ret = (struct messages){.arena = a};
  int rc = file_text(a, path, &text);
  if (rc == OK) rc = po_read(text, path, ret);
  for (size_t i = 0; i < ret->n && str_ends(str_of(path), STR("fr.po")); i++)
    ret->p[i].text = unbroken(a, ret->p[i].text), ret->p[i].text_many = unbroken(a, ret->p[i].text_many);
  size_t n = ret->n;
  if (rc == OK) messages_sort(ret);
  if (rc == OK && ret->n != n) return fprintf(stderr, "%s: %zu messages stand in it twice\n", path, n - ret->n), ERR_SYNTAX;
  return rc;
}

static int scan_folder(struct arena *a, const char *path, struct messages *ret) {
  DIR *d = opendir(path);
  int rc = OK;
  if (!d) return fprintf(stderr, "%s: can't be read\n", path), ERR_IO;
  for (struct dirent *x; rc == OK && (x = readdir(d));) {
    struct str name = str_of(x->d_name), at = arena_fmt(a, "%s/%s", path, x->d_name), text;
    if (name.p[0] == '.' || str_eq(name, STR("cli"))) continue; /* the command line speaks English */
    if (x->d_type == DT_DIR) rc = scan_folder(a, at.p, ret);
    if (x->d_type == DT_DIR || (!str_ends(name, STR(".c")) && !str_ends(name, STR(".h")))) continue;
    rc = file_text(a, at.p, &text);
    if (rc == OK) rc = scan_c(text, at.p, ret);
  }
  closedir(d);
  return rc;
}

static bool is_list(const char *path) { return str_ends(str_of(path), STR(".messages")); }

static int used_messages(struct arena *a, const char *root, char **paths, int n, struct messages *ret) {
  struct str text, src = arena_fmt(a, "%s/src", root);
  *ret = (struct messages){.arena = a};
  int rc = OK;
  for (int i = 0; i < n && rc == OK; i++) {
    if (!is_list(paths[i])) continue;
    rc = file_text(a, paths[i], &text);
    if (rc == OK) rc = scan_list(text, ret);
  }
  if (rc == OK) rc = scan_folder(a, src.p, ret);
  if (rc == OK) rc = one_plural_each(ret);
  if (rc == OK) messages_sort(ret);
  return rc;
}

/* Bit per hole, {n} included. */
static unsigned holes(struct str s) {
  unsigned bits = 0;
  for (size_t i = 0; i + 2 < s.n; i++)
    if (s.p[i] == '{' && s.p[i + 2] == '}') bits |= s.p[i + 1] == 'n' ? 1u << 10 : 1u << (s.p[i + 1] - '0');
  return bits;
}

static int check(const char *path, const struct messages *used, const struct messages *have) {
  int bad = 0;
  for (size_t i = 0; i < used->n; i++) {
    const struct message *u = &used->p[i], *h = messages_find(have, u->id);
    if (!h) bad++, printf("%s: missing: %.*s (%.*s)\n", path, STR_FMT(u->id), STR_FMT(u->place));
    else if (!str_eq(u->id_many, h->id_many)) bad++, printf("%s: other plural: %.*s (%.*s)\n", path, STR_FMT(u->id), STR_FMT(u->place));
  }
  for (size_t i = 0; i < have->n; i++) {
    const struct message *h = &have->p[i];
    unsigned own = holes(h->id) | holes(h->id_many), one = holes(h->text), many = h->text_many.n ? holes(h->text_many) : own;
    if (!messages_find(used, h->id)) bad++, printf("%s: unused: %.*s\n", path, STR_FMT(h->id));
    if ((own & ~(1u << 10)) != (one & ~(1u << 10)) || own != many || (one & ~own)) bad++, printf("%s: other holes: %.*s\n", path, STR_FMT(h->id));
  }
  return bad;
}

static void print_po(const char *word, struct str s) {
  printf("%s \"", word);
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '\n') printf("\\n");
    else if (s.p[i] == '"' || s.p[i] == '\\') printf("\\%c", s.p[i]);
    else putchar(s.p[i]);
  }
  printf("\"\n");
}

static void print_missing(const struct messages *used, const struct messages *have) {
  for (size_t i = 0; i < used->n; i++) {
    const struct message *u = &used->p[i];
    if (messages_find(have, u->id)) continue;
    size_t bar = words_remark(u->id);
    printf("#: %.*s\n", STR_FMT(u->place));
    if (bar) print_po("msgctxt", str_sub(u->id, 0, bar));
    print_po("msgid", bar ? str_sub(u->id, bar + 1, u->id.n) : u->id);
    if (u->id_many.n) print_po("msgid_plural", u->id_many);
    printf(u->id_many.n ? "msgstr[0] \"\"\nmsgstr[1] \"\"\n\n" : "msgstr \"\"\n\n");
  }
}

static void c_string(FILE *f, struct str s) {
  fputc('"', f);
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?') fprintf(f, "\\%03o", c);
    else fputc(c, f);
  }
  fputc('"', f);
}

static void write_slots(FILE *f, const char *lang, const struct messages *m, uint32_t mask, uint32_t *slot_of) {
  static const struct message *slots[1 << 16];
  memset(slots, 0, sizeof slots);
  for (size_t i = 0; i < m->n; i++) {
    uint32_t k = (uint32_t)str_hash(m->p[i].id) & mask;
    while (slots[k]) k = (k + 1) & mask;
    slots[k] = &m->p[i];
    slot_of[i] = k;
  }
  fprintf(f, "static const struct words_entry slots_%s[] = {\n", lang);
  for (uint32_t k = 0; k <= mask; k++) {
    if (!slots[k]) {
      fprintf(f, "  {0},\n");
      continue;
    }
    fprintf(f, "  {UINT64_C(0x%" PRIx64 "), ", str_hash(slots[k]->id));
    c_string(f, slots[k]->id);
    fprintf(f, ", ");
    c_string(f, slots[k]->text);
    fprintf(f, ", ");
    if (slots[k]->text_many.n) c_string(f, slots[k]->text_many);
    else fprintf(f, "NULL");
    fprintf(f, "},\n");
  }
  fprintf(f, "};\n");
}

static int write_catalogue(FILE *f, const char *lang, const struct messages *m) {
  static uint32_t slot_of[1 << 15];
  uint32_t mask = 15;
  while (mask < 2 * m->n) mask = mask * 2 + 1;
  if (mask >= 1 << 16) return fprintf(stderr, "catalogc: more than 32,767 messages\n"), ERR_LIMIT;
  write_slots(f, lang, m, mask, slot_of);
  size_t n = 0;
  fprintf(f, "static const struct words_entry *const sentences_%s[] = {\n", lang);
  for (size_t i = 0; i < m->n; i++)
    if (holes(m->p[i].id) && !m->p[i].id_many.n) fprintf(f, "  &slots_%s[%u],\n", lang, slot_of[i]), n++;
  fprintf(f, "  NULL};\n");
  const char *name = !strcmp(lang, "es") ? "Espa\\u00f1ol" : !strcmp(lang, "fr") ? "Fran\\u00e7ais" : !strcmp(lang, "pt") ? "Portugu\\u00eas" : lang;
  const char *rule = !strcmp(lang, "es") ? "WORDS_ONE_IS_1" : "WORDS_ONE_IS_0_AND_1";
  fprintf(f, "static const struct words words_%s = {\"%s\", \"%s\", %s, slots_%s, %u, sentences_%s, %zu};\n", lang, lang, name, rule, lang, mask, lang, n);
  return OK;
}

static int compile(struct arena *a, const char *out, char **paths, int n) {
  FILE *f = fopen(out, "wb");
  int rc = OK;
  if (!f) return fprintf(stderr, "%s: can't be written\n", out), ERR_IO;
  fprintf(f, "/* Made by tools/catalogc. */\n#include \"words/words_table.h\"\n");
  STRBUF_CLEANUP struct strbuf all = STRBUF_INIT(1000);
  for (int i = 0; i < n && rc == OK; i++) {
    struct messages m;
    struct str path = str_of(paths[i]);
    char lang[3] = {0};
    if (path.n < 5 || !str_ends(path, STR(".po"))) return fclose(f), fprintf(stderr, "%s: not named like es.po\n", paths[i]), ERR_USAGE;
    memcpy(lang, path.p + path.n - 5, 2);
    rc = read_catalogue(a, paths[i], &m);
    if (rc == OK) rc = write_catalogue(f, lang, &m);
    strbuf_fmt(&all, "&words_%s, ", lang);
  }
  fprintf(f, "const struct words *const words_all[] = {%s};\nconst size_t n_words_all = %d;\n", strbuf_z(&all), n);
  return fclose(f) ? ERR_IO : rc;
}

int main(int argc, char **argv) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  bool checking = argc > 3 && !strcmp(argv[1], "--check"), missing = argc > 3 && !strcmp(argv[1], "--missing");
  if (!a || argc < 3) return fprintf(stderr, "usage: catalogc OUT.c FILE.po… | --check ROOT FILE.po… LIST… | --missing ROOT FILE.po LIST…\n"), 2;
  if (!checking && !missing) return compile(a, argv[1], argv + 2, argc - 2) < 0;
  struct messages used, have;
  int bad = 0;
  if (used_messages(a, argv[2], argv + 3, argc - 3, &used) < 0) return 1;
  for (int i = 3; i < argc; i++) {
    if (is_list(argv[i])) continue;
    if (read_catalogue(a, argv[i], &have) < 0) return 1;
    if (missing) print_missing(&used, &have);
    else bad += check(argv[i], &used, &have);
  }
  if (checking) printf("%zu messages are used, %d complaints\n", used.n, bad);
  return bad > 0;
}

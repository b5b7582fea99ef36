/* Fuzz target: guessing and converting encodings, and messages from a reader that lies. The first byte chooses. */
#include "base/utf8.h"
#include "exchange/encoding.h"
#include "exchange/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

static void guess(struct str s) {
  struct encoding_evidence whole = {0}, pieces = {0};
  encoding_look(&whole, s);
  for (size_t i = 0; i < s.n; i += 7)
    encoding_look(&pieces, str_sub(s, i, 7));
  enum encoding e = encoding_guess(&whole);
  MUST(e == encoding_guess(&pieces));
  bool open;
  size_t good = encoding_utf8_prefix(s, &open);
  MUST(good <= s.n && utf8_valid(str_sub(s, 0, good)));
  if (utf8_valid(s))
    MUST(good == s.n && (e == ENCODING_UTF_8 || e == ENCODING_UTF_16LE || e == ENCODING_UTF_16BE));
}

static void convert(enum encoding e, struct str s) {
  char out[64];
  size_t at = 0, used, made;
  int code = OK;
  do {
    code = encoding_convert(e, str_sub(s, at, s.n), out, sizeof out, &used, &made);
    MUST(code == OK || code == ERR_SYNTAX);
    MUST(used <= s.n - at && made <= sizeof out && utf8_valid((struct str){out, made}));
    at += used;
  } while (code == OK && used > 0);
  MUST(code != OK || s.n - at < 4);
}

static void wire(struct str s) {
  static struct cell cells[TABLE_MAX_COLUMNS];
  struct arena *mem = arena_new(1 << 20);
  struct table_info info;
  struct row row;
  struct err e;
  size_t at = 0, before;
  int got;
  (void)wire_get_info(s, mem, &info);
  MUST(wire_get_error(s, &e) < 0);
  do {
    before = at;
    got = wire_get_row(s, &at, cells, &row);
    MUST(at <= s.n && (got != 1 || at > before));
  } while (got == 1);
  arena_free(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  struct str s = {(const char *)data + 1, size - 1};
  uint8_t choice = data[0] & 15;
  if (choice >= ENCODING_UTF_16LE && choice <= ENCODING_ISO_8859_15)
    convert((enum encoding)choice, s);
  else if (choice >= 14)
    wire(s);
  else
    guess(s);
  return 0;
}

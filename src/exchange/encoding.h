/* Which encoding some bytes are in, and how they become UTF-8. No I/O, no memory of its own. */
#ifndef EXCHANGE_ENCODING_H
#define EXCHANGE_ENCODING_H
#include "base/str.h"

enum encoding {
  ENCODING_UNKNOWN,
  ENCODING_UTF_8,
  ENCODING_UTF_16LE,
  ENCODING_UTF_16BE,
  ENCODING_WINDOWS_1250,
  ENCODING_WINDOWS_1251,
  ENCODING_WINDOWS_1252,
  ENCODING_ISO_8859_1,
  ENCODING_ISO_8859_2,
  ENCODING_ISO_8859_5,
  ENCODING_ISO_8859_9,
  ENCODING_ISO_8859_15,
};
extern const uint16_t encoding_windows_1250[128], encoding_windows_1251[128], encoding_windows_1252[128],
    encoding_iso_8859_1[128], encoding_iso_8859_2[128], encoding_iso_8859_5[128], encoding_iso_8859_9[128],
    encoding_iso_8859_15[128];

/* The name a person may write: any case, and the usual aliases (latin1, cp1252, utf8, utf-16). ENCODING_UNKNOWN if none. */
enum encoding encoding_by_name(struct str name);
const char *encoding_name(enum encoding e); /* "utf-8", "windows-1252" …; static */
/* The encoding a byte order mark at the start states, and the length of the mark (0 = none, ENCODING_UNKNOWN). */
enum encoding encoding_of_mark(struct str head, size_t *ret_length);

/* What has been seen of a text without a mark. Start from zeroes, feed all bytes in order, ask at the end. */
struct encoding_evidence {
  uint64_t bytes, high, letters, common, pairs, mixed, control_like, undefined_1251, undefined_1252;
  uint64_t sequences, broken;        /* UTF-8: whole multi-byte sequences, and bytes that fit into none */
  uint64_t zero_even, zero_odd;      /* NUL bytes by the parity of their offset, first 64 KiB only */
  uint8_t before, last;              /* the two bytes before the next one */
  uint8_t need, low, up;             /* UTF-8: continuation bytes still due, range of the next one */
};
void encoding_look(struct encoding_evidence *v, struct str bytes);
/* UTF-16 by its zero bytes; UTF-8 where multi-byte sequences hold together (a few broken ones do not make it another
 * encoding: reading will name the row); else Windows-1251 or Windows-1252 by how letters stand together.
 * ENCODING_UNKNOWN when none of these is believable (KOI8-R, GBK, code page 437 …). */
enum encoding encoding_guess(const struct encoding_evidence *v);

/* Length of the longest valid UTF-8 prefix. *ret_open: the rest is the beginning of a sequence that was cut. */
size_t encoding_utf8_prefix(struct str s, bool *ret_open);
/* Converts as much of `in` as fits into out[cap]: *ret_used bytes become *ret_made bytes of UTF-8. A code unit cut at the
 * end of `in` is left over. OK, ERR_SYNTAX when the next byte at *ret_used has no meaning in the encoding.
 * Not for ENCODING_UTF_8 (nothing to convert) and ENCODING_UNKNOWN. */
int encoding_convert(enum encoding e, struct str in, char *out, size_t cap, size_t *ret_used, size_t *ret_made);
#endif

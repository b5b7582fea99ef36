/* What marks a workbook as ours: the signed origin in the heading of its hidden column, and the key of each row. */
#include "app/access_secret.h"
#include "app/roundtrip_parts.h"
#include "store/repo_roundtrip.h"

#include <sodium.h>

enum { MAC = 16, MAC_TEXT = 2 * MAC + 1, MARK = 4 };
static const struct str FRONT = {"perennial-1.", 12};

/* ---- the key ---- */

static int put_key(struct store *s, void *arg, struct err *e) {
  struct roundtrip_secret *x = arg;
  return roundtrip_key_put(s, str_of(x->text), e);
}

int roundtrip_secret(struct store *s, struct arena *a, bool make, struct roundtrip_secret *ret, struct err *e) {
  struct str text = STR_NONE;
  if (sodium_init() < 0) return err_set(e, ERR_FAIL, "The system gives no random numbers");
  int rc = roundtrip_key_get(s, a, &text, e);
  if (rc == ERR_NOTFOUND && make) {
    secret_new(ret->text);
    rc = store_write(s, put_key, ret, e);
    if (rc == OK) rc = roundtrip_key_get(s, a, &text, e);
  }
  if (rc == OK) str_to_z(text, ret->text, sizeof ret->text);
  return rc;
}

static void mac_of(const struct roundtrip_secret *k, struct str text, unsigned char mac[MAC]) {
  crypto_generichash(mac, MAC, (const unsigned char *)text.p, text.n, (const unsigned char *)k->text, strlen(k->text));
}

/* ---- a row ---- */

static uint32_t mark_of(const struct roundtrip_secret *k, int64_t id, int32_t version) {
  unsigned char mac[MAC];
  char text[64];
  snprintf(text, sizeof text, "row:%" PRId64 ":%d", id, (int)version);
  mac_of(k, str_of(text), mac);
  return (uint32_t)mac[0] << 24 | (uint32_t)mac[1] << 16 | (uint32_t)mac[2] << 8 | mac[3];
}

void roundtrip_key_text(const struct roundtrip_secret *k, int64_t id, int32_t version, char ret[ROUNDTRIP_KEY_SIZE]) {
  snprintf(ret, ROUNDTRIP_KEY_SIZE, "r%" PRId64 "-%d-%08xk", id, (int)version, mark_of(k, id, version));
}

bool roundtrip_key_read(const struct roundtrip_secret *k, struct str text, int64_t *ret_id, int32_t *ret_version) {
  struct str number, version, mark;
  char again[ROUNDTRIP_KEY_SIZE];
  int64_t id = 0, v = 0;
  text = str_trim(text);
  if (!text.n || text.p[0] != 'r') return false;
  str_cut(str_sub(text, 1, text.n), '-', &number, &mark);
  str_cut(mark, '-', &version, &mark);
  if (str_to_i64(number, &id) < 0 || str_to_i64(version, &v) < 0 || id <= 0 || v <= 0 || v > INT32_MAX) return false;
  roundtrip_key_text(k, id, (int32_t)v, again);
  if (!str_eq(text, str_of(again))) return false;
  *ret_id = id;
  *ret_version = (int32_t)v;
  return true;
}

/* ---- the origin ---- */

static void put_origin(struct strbuf *b, const struct roundtrip_origin *x) {
  pack_str(b, x->organization);
  pack_str(b, x->by);
  pack_str(b, x->partner);
  pack_i64(b, x->by_id);
  pack_i64(b, x->at);
  pack_i64(b, x->seq);
  pack_i64(b, x->partner_id);
  for (int i = 0; i < ROUNDTRIP_FIELDS; i++) pack_str(b, x->heading[i]);
  for (int i = 0; i < STAGE_COUNT; i++) pack_str(b, x->stage[i]);
  for (int i = 0; i < CATEGORY_COUNT; i++) pack_str(b, x->category[i]);
}

static bool get_origin(struct str s, struct roundtrip_origin *x) {
  bool good = unpack_str(&s, &x->organization) && unpack_str(&s, &x->by) && unpack_str(&s, &x->partner) && unpack_i64(&s, &x->by_id) && unpack_i64(&s, &x->at) &&
              unpack_i64(&s, &x->seq) && unpack_i64(&s, &x->partner_id);
  for (int i = 0; i < ROUNDTRIP_FIELDS; i++) good = good && unpack_str(&s, &x->heading[i]);
  for (int i = 0; i < STAGE_COUNT; i++) good = good && unpack_str(&s, &x->stage[i]);
  for (int i = 0; i < CATEGORY_COUNT; i++) good = good && unpack_str(&s, &x->category[i]);
  return good;
}

bool roundtrip_is_origin(struct str heading) { return str_starts(str_trim(heading), FRONT); }

int roundtrip_sign(struct store *s, struct arena *a, const struct roundtrip_origin *x, struct str *ret, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(16384);
  struct roundtrip_secret k;
  unsigned char mac[MAC];
  char hex[MAC_TEXT];
  int rc = roundtrip_secret(s, a, true, &k, e);
  if (rc < 0) return rc;
  put_origin(&b, x);
  size_t size = sodium_base64_ENCODED_LEN(b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *text = b.failed ? NULL : arena_alloc(a, size);
  if (!text) return err_set(e, ERR_NOMEM, "Out of memory");
  sodium_bin2base64(text, size, (const unsigned char *)b.p, b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  mac_of(&k, strbuf_str(&b), mac);
  sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
  *ret = arena_fmt(a, "%.*s%s.%s", STR_FMT(FRONT), text, hex);
  return ret->p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

int roundtrip_verify(struct store *s, struct arena *a, struct str text, struct roundtrip_origin *ret, struct err *e) {
  struct str body, hex;
  struct roundtrip_secret k;
  unsigned char mac[MAC], said[MAC];
  size_t n = 0, n_said = 0;
  if (!roundtrip_is_origin(text)) return err_set(e, ERR_SYNTAX, "The workbook does not say where it comes from");
  text = str_trim(text);
  str_cut(str_sub(text, FRONT.n, text.n), '.', &body, &hex);
  unsigned char *bytes = arena_alloc(a, body.n + 1);
  if (!bytes) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = roundtrip_secret(s, a, false, &k, e);
  if (rc < 0 && rc != ERR_NOTFOUND) return rc;
  bool good = sodium_base642bin(bytes, body.n + 1, body.p, body.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
              get_origin((struct str){(const char *)bytes, n}, ret);
  if (!good) return err_set(e, ERR_DENIED, "The hidden first column of the workbook was changed: take the file as it was saved last, or make a new one");
  good = rc == OK && sodium_hex2bin(said, sizeof said, hex.p, hex.n, NULL, &n_said, NULL) == 0 && n_said == MAC;
  if (good) mac_of(&k, (struct str){(const char *)bytes, n}, mac);
  if (!good || sodium_memcmp(mac, said, MAC) != 0)
    return err_set(e, ERR_DENIED, "This workbook was not made here but by %.*s: send it to where it was made, or make a new one here", STR_FMT(ret->organization));
  return OK;
}

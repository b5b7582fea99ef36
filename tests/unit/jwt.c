/* Tokens of a sign-in provider: signed here with keys made for the test, then verified; and everything that must not pass. */
#include <setjmp.h>
#include "../group.h"
#include "exchange/jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

static struct arena *a;
static EVP_PKEY *rsa, *ec, *other;
static struct str set; /* rsa as "r", ec as "e" */

static struct str number(EVP_PKEY *key, const char *name, int size) {
  BIGNUM *n = NULL;
  unsigned char bytes[1024];
  assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
  int len = size ? size : BN_num_bytes(n);
  assert_int_equal(BN_bn2binpad(n, bytes, len), len);
  BN_free(n);
  return base64url_encode(a, (struct str){(const char *)bytes, (size_t)len});
}

static struct str jwk_rsa(EVP_PKEY *key, const char *rest) {
  return arena_fmt(a, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}", number(key, OSSL_PKEY_PARAM_RSA_N, 0).p, number(key, OSSL_PKEY_PARAM_RSA_E, 0).p, rest);
}

static struct str jwk_ec(EVP_PKEY *key, const char *rest) {
  return arena_fmt(a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}", number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32).p,
                   number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32).p, rest);
}

/* head and body as base64url, and the signature over them. */
static struct str token(const char *head, const char *body, EVP_PKEY *key, bool pss) {
  struct str text = arena_fmt(a, "%s.%s", base64url_encode(a, str_of(head)).p, base64url_encode(a, str_of(body)).p);
  unsigned char signature[1024], raw[64];
  size_t n = sizeof signature;
  EVP_PKEY_CTX *pc = NULL;
  EVP_MD_CTX *cx = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(cx, &pc, EVP_sha256(), NULL, key), 1);
  if (pss) {
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST), 1);
  }
  assert_int_equal(EVP_DigestSign(cx, signature, &n, (const unsigned char *)text.p, text.n), 1);
  EVP_MD_CTX_free(cx);
  struct str made = {(const char *)signature, n};
  if (key == ec) {
    const unsigned char *at = signature;
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &at, (long)n);
    assert_non_null(s);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + 32, 32), 32);
    ECDSA_SIG_free(s);
    made = (struct str){(const char *)raw, sizeof raw};
  }
  return arena_fmt(a, "%s.%s", text.p, base64url_encode(a, made).p);
}

static void passes(struct str t, struct str keys, const char *body) {
  struct err e = {0};
  struct str got = STR_NONE;
  if (jwt_verify(a, t, keys, &got, &e) != OK) fail_msg("%s", e.text);
  assert_true(str_eq(got, str_of(body)));
}

static void fails(struct str t, struct str keys, int code, const char *says) {
  struct err e = {0};
  struct str got = STR("untouched");
  assert_int_equal(jwt_verify(a, t, keys, &got, &e), code);
  if (!str_contains(str_of(e.text), str_of(says))) fail_msg("says: %s; wanted: %s", e.text, says);
  assert_true(str_eq(got, STR("untouched")));
}

#define BODY "{\"sub\":\"ada\"}"

static void good_tokens(void **state) {
  (void)state;
  passes(token("{\"alg\":\"RS256\",\"kid\":\"r\"}", BODY, rsa, false), set, BODY);
  passes(token("{\"alg\":\"PS256\",\"kid\":\"r\"}", BODY, rsa, true), set, BODY);
  passes(token("{\"alg\":\"ES256\",\"kid\":\"e\"}", BODY, ec, false), set, BODY);
  passes(token("{\"alg\":\"ES256\"}", BODY, ec, false), set, BODY); /* the only one of its kind */
}

static void algorithms_are_few(void **state) {
  static const char *const heads[] = {"{\"alg\":\"none\"}", "{\"alg\":\"HS256\",\"kid\":\"r\"}", "{\"alg\":\"RS512\",\"kid\":\"r\"}", "{\"alg\":\"rs256\",\"kid\":\"r\"}",
                                      "{\"alg\":7}", "{\"kid\":\"r\"}"};
  (void)state;
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) fails(token(heads[i], BODY, rsa, false), set, ERR_DENIED, "not allowed");
  /* One algorithm's signature under another's name. */
  fails(token("{\"alg\":\"PS256\",\"kid\":\"r\"}", BODY, rsa, false), set, ERR_DENIED, "signature is wrong");
  fails(token("{\"alg\":\"RS256\",\"kid\":\"r\"}", BODY, rsa, true), set, ERR_DENIED, "signature is wrong");
  fails(token("{\"alg\":\"ES256\",\"kid\":\"r\"}", BODY, rsa, false), set, ERR_DENIED, "does not publish");
  fails(token("{\"alg\":\"ES256\",\"kid\":\"e\"}", BODY, rsa, false), set, ERR_DENIED, "signature is wrong");
}

static void keys_come_from_the_set(void **state) {
  (void)state;
  fails(token("{\"alg\":\"RS256\",\"kid\":\"r\"}", BODY, other, false), set, ERR_DENIED, "signature is wrong");
  fails(token("{\"alg\":\"RS256\",\"kid\":\"x\"}", BODY, rsa, false), set, ERR_DENIED, "does not publish");
  struct str head = arena_fmt(a, "{\"alg\":\"RS256\",\"kid\":\"x\",\"jwk\":%s}", jwk_rsa(other, "").p); /* a key that comes with the token */
  fails(token(head.p, BODY, other, false), set, ERR_DENIED, "does not publish");
  fails(token("{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"exp\"]}", BODY, rsa, false), set, ERR_DENIED, "not known here");
  struct str t = token("{\"alg\":\"RS256\"}", BODY, rsa, false);
  fails(t, arena_fmt(a, "{\"keys\":[%s,%s]}", jwk_rsa(rsa, "").p, jwk_rsa(other, "").p), ERR_DENIED, "does not publish"); /* which one? */
  fails(t, arena_fmt(a, "{\"keys\":[%s]}", jwk_rsa(rsa, ",\"use\":\"enc\"").p), ERR_DENIED, "does not publish");
  fails(t, arena_fmt(a, "{\"keys\":[%s]}", jwk_rsa(rsa, ",\"alg\":\"RS512\"").p), ERR_DENIED, "does not publish");
  fails(t, STR("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}"), ERR_DENIED, "does not publish"); /* too short to be safe */
  fails(t, STR("{\"keys\":[{\"kty\":\"RSA\"}, 7, null, {}]}"), ERR_DENIED, "does not publish");
  fails(t, STR("{\"keys\":7}"), ERR_DENIED, "does not publish");
  fails(t, STR("<html>"), ERR_SYNTAX, "provider's keys");
  fails(token("{\"alg\":\"ES256\"}", BODY, ec, false),
        STR("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
            "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}"),
        ERR_DENIED, "does not publish"); /* not on the curve */
}

static void what_is_not_a_token(void **state) {
  static const char *const texts[] = {"", "a", "a.b", "a.b.c.d", "...", "..", "{}.{}.x", "e30.e30", "W10.e30.AA", "e30.W10.AA", "e30=.e30.AA", "e31.e30.AA"};
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) fails(str_of(texts[i]), set, ERR_SYNTAX, "token");
  fails(token("{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"r\"}", BODY, rsa, false), set, ERR_SYNTAX, "can't be read"); /* said twice */
  fails(arena_fmt(a, "%s!", token("{\"alg\":\"RS256\",\"kid\":\"r\"}", BODY, rsa, false).p), set, ERR_SYNTAX, "signature can't be read");
  char *big = arena_alloc(a, JWT_MOST + 2);
  memset(big, 'A', JWT_MOST + 1);
  big[10] = big[20] = '.';
  fails((struct str){big, JWT_MOST + 1}, set, ERR_SYNTAX, "not a token");
}

/* Any one character of a good token changed is no good token. */
static void every_character_counts(void **state) {
  struct str t = token("{\"alg\":\"ES256\",\"kid\":\"e\"}", BODY, ec, false);
  (void)state;
  for (size_t i = 0; i < t.n; i++) {
    char *z = arena_alloc(a, t.n + 1);
    memcpy(z, t.p, t.n + 1);
    z[i] = z[i] == 'A' ? 'B' : 'A';
    struct err e = {0};
    struct str got;
    int rc = jwt_verify(a, (struct str){z, t.n}, set, &got, &e);
    if (rc != ERR_SYNTAX && rc != ERR_DENIED) fail_msg("passes with character %zu changed", i);
  }
}

static void one_text_for_one_value(void **state) {
  struct str v;
  (void)state;
  assert_int_equal(base64url_decode(a, STR("-_8"), &v), OK);
  assert_true(str_eq(v, STR("\xfb\xff")));
  assert_true(str_eq(base64url_encode(a, v), STR("-_8")));
  assert_int_equal(base64url_decode(a, STR(""), &v), OK);
  assert_int_equal(v.n, 0);
  assert_int_equal(base64url_decode(a, STR("-_9"), &v), ERR_SYNTAX); /* bits that are left over */
  assert_int_equal(base64url_decode(a, STR("AAAAA"), &v), ERR_SYNTAX);
  assert_int_equal(base64url_decode(a, STR("+/8"), &v), ERR_SYNTAX);
  assert_int_equal(base64url_decode(a, STR("AA=="), &v), ERR_SYNTAX);
}

static int setup(void **state) {
  (void)state;
  a = arena_new(0);
  rsa = EVP_RSA_gen(2048);
  other = EVP_RSA_gen(2048);
  ec = EVP_EC_gen("P-256");
  if (!a || !rsa || !other || !ec) return -1;
  set = arena_fmt(a, "{\"keys\":[%s,%s]}", jwk_rsa(rsa, ",\"kid\":\"r\"").p, jwk_ec(ec, ",\"kid\":\"e\"").p);
  return set.p ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  EVP_PKEY_free(rsa);
  EVP_PKEY_free(other);
  EVP_PKEY_free(ec);
  arena_free(a);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(good_tokens),         cmocka_unit_test(algorithms_are_few),     cmocka_unit_test(keys_come_from_the_set),
    cmocka_unit_test(what_is_not_a_token), cmocka_unit_test(every_character_counts), cmocka_unit_test(one_text_for_one_value),
  };
  return group_run_tests(tests, setup, teardown);
}

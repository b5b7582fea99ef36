#include "exchange/jwt.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { ES256_HALF = 32, RSA_LEAST_BITS = 2048, RSA_MOST_BITS = 8192 };
enum jwt_algorithm { JWT_RS256, JWT_PS256, JWT_ES256, JWT_OTHER };

static int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int base64url_decode(struct arena *a, struct str text, struct str *ret) {
  char *out = arena_alloc(a, text.n / 4 * 3 + 4);
  size_t n = 0;
  unsigned bits = 0, have = 0;
  if (!out) return ERR_NOMEM;
  if (text.n % 4 == 1) return ERR_SYNTAX;
  for (size_t i = 0; i < text.n; i++) {
    int d = digit_of(text.p[i]);
    if (d < 0) return ERR_SYNTAX;
    bits = bits << 6 | (unsigned)d;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[n++] = (char)(bits >> have & 255);
    }
  }
  if (bits & ((1u << have) - 1)) return ERR_SYNTAX; /* one text for one value */
  out[n] = 0;
  *ret = (struct str){out, n};
  return OK;
}

struct str base64url_encode(struct arena *a, struct str bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  char *out = arena_alloc(a, (bytes.n + 2) / 3 * 4 + 1);
  size_t n = 0;
  unsigned bits = 0, have = 0;
  if (!out) return (struct str){0};
  for (size_t i = 0; i < bytes.n; i++) {
    bits = bits << 8 | (unsigned char)bytes.p[i];
    have += 8;
    for (; have >= 6; have -= 6) out[n++] = digits[bits >> (have - 6) & 63];
  }
  if (have) out[n++] = digits[bits << (6 - have) & 63];
  out[n] = 0;
  return (struct str){out, n};
}

static json_t *part_json(struct arena *a, struct str part, struct str *ret_text) {
  struct str text;
  if (base64url_decode(a, part, &text) < 0) return NULL;
  *ret_text = text;
  json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
  if (j && json_is_object(j)) return j;
  json_decref(j);
  return NULL;
}

static enum jwt_algorithm algorithm_of(const char *name) {
  if (name && !strcmp(name, "RS256")) return JWT_RS256;
  if (name && !strcmp(name, "PS256")) return JWT_PS256;
  return name && !strcmp(name, "ES256") ? JWT_ES256 : JWT_OTHER;
}

static const char *member(const json_t *j, const char *name) { return json_string_value(json_object_get(j, name)); }

static EVP_PKEY *key_make(const char *type, OSSL_PARAM_BLD *b) {
  EVP_PKEY *key = NULL;
  OSSL_PARAM *p = OSSL_PARAM_BLD_to_param(b);
  EVP_PKEY_CTX *cx = p ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
  if (!cx || EVP_PKEY_fromdata_init(cx) != 1 || EVP_PKEY_fromdata(cx, &key, EVP_PKEY_PUBLIC_KEY, p) != 1) key = NULL;
  EVP_PKEY_CTX_free(cx);
  OSSL_PARAM_free(p);
  return key;
}

static EVP_PKEY *key_rsa(struct arena *a, const json_t *jwk) {
  struct str n, e;
  EVP_PKEY *key = NULL;
  if (base64url_decode(a, str_of(member(jwk, "n")), &n) < 0 || base64url_decode(a, str_of(member(jwk, "e")), &e) < 0) return NULL;
  if (n.n * 8 < RSA_LEAST_BITS || n.n * 8 > RSA_MOST_BITS + 8 || !e.n || e.n > 8) return NULL;
  OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
  BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL), *be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
  if (b && bn && be && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn) && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be)) key = key_make("RSA", b);
  BN_free(bn);
  BN_free(be);
  OSSL_PARAM_BLD_free(b);
  return key;
}

static EVP_PKEY *key_ec(struct arena *a, const json_t *jwk) {
  struct str x, y;
  unsigned char point[1 + 2 * ES256_HALF] = {4};
  EVP_PKEY *key = NULL;
  const char *curve = member(jwk, "crv");
  if (!curve || strcmp(curve, "P-256") != 0) return NULL;
  if (base64url_decode(a, str_of(member(jwk, "x")), &x) < 0 || base64url_decode(a, str_of(member(jwk, "y")), &y) < 0) return NULL;
  if (x.n != ES256_HALF || y.n != ES256_HALF) return NULL;
  memcpy(point + 1, x.p, ES256_HALF);
  memcpy(point + 1 + ES256_HALF, y.p, ES256_HALF);
  OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
  if (b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
      OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
    key = key_make("EC", b);
  OSSL_PARAM_BLD_free(b);
  return key;
}

/* The key the header names, or the only one of its kind; for signatures, and for this algorithm if the set says so. */
static EVP_PKEY *key_of(struct arena *a, const json_t *keys, const char *kid, enum jwt_algorithm algorithm, const char *alg) {
  const char *kind = algorithm == JWT_ES256 ? "EC" : "RSA";
  const json_t *found = NULL;
  size_t i, fits = 0;
  json_t *k;
  json_array_foreach(keys, i, k) {
    const char *kty = member(k, "kty"), *use = member(k, "use"), *id = member(k, "kid"), *its = member(k, "alg");
    if (!kty || strcmp(kty, kind) || (use && strcmp(use, "sig")) || (its && strcmp(its, alg))) continue;
    if (kid && (!id || strcmp(id, kid))) continue;
    found = k;
    fits++;
  }
  if (fits != 1) return NULL;
  return algorithm == JWT_ES256 ? key_ec(a, found) : key_rsa(a, found);
}

/* The two numbers of an ES256 signature as OpenSSL wants them. NULL on no memory; free with OPENSSL_free. */
static unsigned char *signature_der(struct str raw, size_t *ret_n) {
  unsigned char *der = NULL;
  ECDSA_SIG *s = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn((const unsigned char *)raw.p, ES256_HALF, NULL), *t = BN_bin2bn((const unsigned char *)raw.p + ES256_HALF, ES256_HALF, NULL);
  if (!s || !r || !t || ECDSA_SIG_set0(s, r, t) != 1) {
    BN_free(r);
    BN_free(t);
    ECDSA_SIG_free(s);
    return NULL;
  }
  int n = i2d_ECDSA_SIG(s, &der);
  ECDSA_SIG_free(s);
  *ret_n = n > 0 ? (size_t)n : 0;
  return n > 0 ? der : NULL;
}

static bool signed_by(EVP_PKEY *key, enum jwt_algorithm algorithm, struct str text, struct str signature) {
  EVP_PKEY_CTX *pc = NULL;
  unsigned char *der = NULL;
  const unsigned char *s = (const unsigned char *)signature.p;
  size_t n = signature.n;
  if (algorithm == JWT_ES256) {
    if (signature.n != 2 * ES256_HALF || !(der = signature_der(signature, &n))) return false;
    s = der;
  }
  EVP_MD_CTX *cx = EVP_MD_CTX_new();
  bool good = cx && EVP_DigestVerifyInit(cx, &pc, EVP_sha256(), NULL, key) == 1;
  if (good && algorithm == JWT_PS256)
    good = EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1;
  good = good && EVP_DigestVerify(cx, s, n, (const unsigned char *)text.p, text.n) == 1;
  EVP_MD_CTX_free(cx);
  OPENSSL_free(der);
  return good;
}

static int verify(struct arena *a, const json_t *head, const json_t *set, struct str text, struct str signature, struct err *e) {
  const char *alg = member(head, "alg"), *kid = member(head, "kid");
  enum jwt_algorithm algorithm = algorithm_of(alg);
  struct str raw;
  if (algorithm == JWT_OTHER) return err_set(e, ERR_DENIED, "The token is signed in a way that is not allowed: RS256, PS256 or ES256 are");
  if (json_object_get(head, "crit")) return err_set(e, ERR_DENIED, "The token wants something that is not known here");
  if (base64url_decode(a, signature, &raw) < 0) return err_set(e, ERR_SYNTAX, "The token's signature can't be read");
  EVP_PKEY *key = key_of(a, json_object_get(set, "keys"), kid, algorithm, alg);
  if (!key) return err_set(e, ERR_DENIED, "The token is signed with a key that the provider does not publish");
  bool good = signed_by(key, algorithm, text, raw);
  EVP_PKEY_free(key);
  return good ? OK : err_set(e, ERR_DENIED, "The token's signature is wrong");
}

int jwt_verify(struct arena *a, struct str token, struct str key_set, struct str *ret_payload, struct err *e) {
  size_t one = str_find(token, '.', 0), two = one == SIZE_MAX ? SIZE_MAX : str_find(token, '.', one + 1);
  struct str head_text, body_text;
  if (token.n > JWT_MOST || two == SIZE_MAX || str_find(token, '.', two + 1) != SIZE_MAX) return err_set(e, ERR_SYNTAX, "This is not a token");
  json_t *head = part_json(a, str_sub(token, 0, one), &head_text), *body = part_json(a, str_sub(token, one + 1, two - one - 1), &body_text);
  json_t *set = json_loadb(key_set.p, key_set.n, JSON_REJECT_DUPLICATES, NULL);
  int rc = head && body && set ? OK : err_set(e, ERR_SYNTAX, set ? "The token can't be read" : "The provider's keys can't be read");
  if (rc == OK) rc = verify(a, head, set, str_sub(token, 0, two), str_sub(token, two + 1, token.n), e);
  json_decref(head);
  json_decref(body);
  json_decref(set);
  if (rc == OK) *ret_payload = body_text;
  return rc;
}

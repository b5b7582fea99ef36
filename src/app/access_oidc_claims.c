/* What an ID token must say (OpenID Connect Core §3.1.3.7), once its signature is known to be the provider's. */
#include "app/access_oidc.h"

#include <jansson.h>

enum { CLOCK_ERROR = 60 };

static struct str claim(const json_t *j, const char *name) {
  const json_t *v = json_object_get(j, name);
  return v && json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

static bool for_us(const json_t *j, struct str client_id) {
  const json_t *aud = json_object_get(j, "aud"), *azp = json_object_get(j, "azp"), *one;
  size_t i;
  bool found = str_eq(claim(j, "aud"), client_id);
  json_array_foreach(aud, i, one) found |= json_is_string(one) && str_eq((struct str){json_string_value(one), json_string_length(one)}, client_id);
  if (json_array_size(aud) > 1 && !azp) return false;
  return found && (!azp || str_eq(claim(j, "azp"), client_id));
}

/* The email in lower case, when the provider says that it has verified it. */
static struct str verified_email(struct arena *a, const json_t *j) {
  const json_t *verified = json_object_get(j, "email_verified");
  bool good = json_is_true(verified) || (json_is_string(verified) && !strcmp(json_string_value(verified), "true"));
  struct str email = good ? claim(j, "email") : STR_NONE;
  char *lower = arena_alloc(a, email.n + 1);
  if (!lower) return STR_NONE;
  for (size_t i = 0; i < email.n; i++) lower[i] = email.p[i] >= 'A' && email.p[i] <= 'Z' ? (char)(email.p[i] + 32) : email.p[i];
  lower[email.n] = 0;
  return (struct str){lower, email.n};
}

static int check(const json_t *j, const struct oidc_expected *x, struct err *e) {
  const json_t *exp = json_object_get(j, "exp"), *iat = json_object_get(j, "iat");
  if (!str_eq(claim(j, "iss"), x->issuer)) return err_set(e, ERR_DENIED, "The token comes from another provider");
  if (!for_us(j, x->client_id)) return err_set(e, ERR_DENIED, "The token is meant for another program");
  if (!json_is_number(exp) || (int64_t)json_number_value(exp) + CLOCK_ERROR <= x->now) return err_set(e, ERR_DENIED, "The token is over");
  if (!json_is_number(iat) || (int64_t)json_number_value(iat) - CLOCK_ERROR > x->now) return err_set(e, ERR_DENIED, "The token comes from the future");
  if (!x->nonce.n || !str_eq(claim(j, "nonce"), x->nonce)) return err_set(e, ERR_DENIED, "The token belongs to another sign-in");
  if (!claim(j, "sub").n || claim(j, "sub").n > 255) return err_set(e, ERR_DENIED, "The token does not say who you are");
  return OK;
}

int access_oidc_claims(struct arena *a, struct str payload, const struct oidc_expected *x, struct oidc_identity *ret, struct err *e) {
  json_t *j = json_loadb(payload.p, payload.n, JSON_REJECT_DUPLICATES, NULL);
  int rc = json_is_object(j) ? check(j, x, e) : err_set(e, ERR_DENIED, "The token can't be read");
  struct oidc_identity who = {0};
  if (rc == OK) who = (struct oidc_identity){arena_str(a, claim(j, "sub")), verified_email(a, j), arena_str(a, str_sub(claim(j, "name"), 0, 200))};
  json_decref(j);
  if (rc < 0) return rc;
  if (!who.subject.p || !who.name.p) return err_set(e, ERR_NOMEM, "Out of memory");
  *ret = who;
  return OK;
}

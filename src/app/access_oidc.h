/* Single sign-on by OpenID Connect: authorization code flow with PKCE. The organization names one provider (struct org: oidc_…); the client
 * secret is sealed. What belongs to a sign-in under way (state, nonce, verifier, where to go then) travels in a sealed cookie, so that a
 * state that came to another browser is worth nothing; a state counts once. People are found by (issuer, subject), at first by an email the
 * provider has verified; they are made only when a default role is set. */
#ifndef APP_ACCESS_OIDC_H
#define APP_ACCESS_OIDC_H
#include "app/access.h"

/* Label of the button, "" when single sign-on is off. */
int access_oidc_label(struct store *s, struct arena *a, struct str *ret, struct err *e);
struct oidc_begun {
  struct str address; /* where the browser goes */
  struct str cookie;  /* sealed; comes back with the answer */
};
/* Asks the provider for its addresses. redirect: our own address that the provider sends the browser back to.
 * ERR_NOTFOUND (off), ERR_IO, ERR_DENIED (the provider's addresses are not allowed: the text says why), ERR_SYNTAX (nonsense). */
int access_oidc_begin(struct store *s, struct arena *a, struct str redirect, struct str next, int64_t now, struct oidc_begun *ret, struct err *e);
struct oidc_answer {
  struct str cookie, state, code, error, issuer; /* issuer: the parameter iss of RFC 9207, "" = not sent */
};
/* Checks the answer, fetches and checks the ID token, finds the person and opens a session (or the step before it). A refusal is kept in the
 * audit. ERR_DENIED and ERR_SYNTAX: the text says why in a sentence; ERR_IO: the provider can't be asked; ERR_NOTFOUND: off. */
int access_oidc_finish(struct store *s, struct arena *a, const struct oidc_answer *x, const struct sign_in *in, struct signed_in *ret,
                       struct str *ret_next, struct err *e);
/* Keeps the client secret sealed; "" takes it away. */
int access_oidc_secret_set(struct store *s, struct str secret, int64_t actor_id, int64_t now, struct err *e);
int access_oidc_secret_there(struct store *s, bool *ret, struct err *e);

/* The claims of an ID token, as far as they count here; public for tests. ERR_DENIED with the reason. */
struct oidc_expected {
  struct str issuer, client_id, nonce;
  int64_t now;
};
struct oidc_identity {
  struct str subject, email, name; /* email "" = none that is verified */
};
int access_oidc_claims(struct arena *a, struct str payload, const struct oidc_expected *x, struct oidc_identity *ret, struct err *e);
#endif

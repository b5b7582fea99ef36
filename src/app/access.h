/* Who may come in: people, passwords, sessions, API tokens, and the throttle in front of sign-in.
 * Secrets (session ids, API tokens) have 256 bits and are stored as SHA-256 only; passwords as argon2id.
 * Every change writes its audit entry in the same transaction. Times are seconds UTC, given by the caller. */
#ifndef APP_ACCESS_H
#define APP_ACCESS_H
#include "domain/terms.h"
#include "store/store.h"

enum {
  ACCESS_MIN_PASSWORD = 12,             /* code points; no composition rules */
  ACCESS_MAX_PASSWORD = 512,
  ACCESS_IDLE_SECONDS = 2 * 3600,       /* a session unused for so long is over */
  ACCESS_OVER_KEPT_SECONDS = 7 * 24 * 3600, /* the row of one that is over stays so long: a form sent from it is its person's */
  ACCESS_SESSION_SECONDS = 12 * 3600,   /* and every one after so long */
  ACCESS_STEP_SECONDS = 10 * 60,        /* between the password and the code */
  ACCESS_FRESH_SECONDS = 10 * 60,       /* so long a password once given opens what needs a fresh one */
  ACCESS_LINK_SECONDS = 24 * 3600,      /* life of a link that sets a password */
  ACCESS_TOKEN_DAYS = 90,               /* life of an API token unless said otherwise; at most 366 */
};
/* Cost of a password hash. PASSWORD_COST is libsodium's moderate number of passes over 64 MiB. */
struct password_cost {
  unsigned long long passes;
  size_t bytes;
};
#define PASSWORD_COST ((struct password_cost){3, 64u << 20})

#define PASSWORD_HASH_SIZE 128
/* Hash of a password, for people written otherwise than by access_person_add. Slow and heavy on purpose; at most two run
 * at once in the process. OK, ERR_NOMEM, ERR_FAIL. */
int access_password_hash(struct str password, struct password_cost cost, char hash[PASSWORD_HASH_SIZE], struct err *e);

struct person {
  int64_t id;
  struct str email, name, team, language, locale, time_zone; /* team: its name, "" for none */
  enum role role;
  bool active, has_password;
};
struct person_new {
  struct str email, name;
  enum role role;
  struct str team;     /* made when there is none of that name; "" = none */
  struct str password; /* "" = cannot sign in yet */
};
/* Adds a person. One who came in by an import (same name, no email yet) is given the email, role and team instead, so
 * that their book becomes visible to them. OK, ERR_CONFLICT (email taken), ERR_SYNTAX (email, name or password refused). */
int access_person_add(struct store *s, const struct person_new *p, struct password_cost cost, int64_t actor_id, int64_t now, int64_t *ret_id,
                      struct err *e);
/* By email (any case). ERR_NOTFOUND. Text lives in the arena. */
int access_person_find(struct store *s, struct arena *a, struct str email, struct person *ret, struct err *e);
/* All people, by name. */
int access_person_list(struct store *s, struct arena *a, struct person **ret, size_t *ret_n, struct err *e);
/* A disabled person cannot sign in; their sessions and tokens end at once. ERR_NOTFOUND. */
int access_person_set_active(struct store *s, int64_t id, bool active, int64_t actor_id, int64_t now, struct err *e);
/* How a person reads: language of the interface, locale of numbers and dates, time zone; checked by the caller. ERR_NOTFOUND. */
struct reading {
  struct str language, locale, time_zone;
};
int access_person_set_reading(struct store *s, int64_t id, const struct reading *x, int64_t actor_id, int64_t now, struct err *e);
/* Sets a password and ends all sessions but `keep_session` (its hash; "" = none). ERR_SYNTAX: refused, text says why. */
int access_password_set(struct store *s, int64_t id, struct str password, struct password_cost cost, struct str keep_session, int64_t actor_id,
                        int64_t now, struct err *e);
/* Whether it is the person's password; equal time for people without one. Failures count like those of sign-in, so that
 * a borrowed session can't guess. OK, ERR_DENIED (wrong, or too many tries: the text says which). */
int access_password_verify(struct store *s, int64_t id, struct str password, int64_t now, struct err *e);
/* A link that sets a password, shown once: single use, ACCESS_LINK_SECONDS; a new one ends those before it. For people without a
 * password too. ERR_NOTFOUND, ERR_DENIED (disabled, or without an email). */
int access_reset_make(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, char ret_token[65], struct err *e);
/* Whose link it is. ERR_NOTFOUND: none, used, or over. */
int access_reset_find(struct store *s, struct arena *a, struct str token, int64_t now, struct person *ret, struct err *e);
/* Sets the password, ends the link, all sessions and unfinished sign-ins. ERR_NOTFOUND, ERR_SYNTAX (refused: the text says why). */
int access_reset_use(struct store *s, struct str token, struct str password, struct password_cost cost, int64_t now, struct err *e);
/* Why a password would be refused, or OK: too short, too long, among the commonest, or the email or name itself. */
int access_password_check(struct str password, struct str email, struct str name, struct err *e);

#define SECRET_TEXT_SIZE 65 /* 64 hexadecimal digits and NUL */
struct sign_in {
  struct str email, password, address, agent;
  struct str old_session; /* token of the cookie that came along, ended on success; "" = none */
  int64_t now;
};
enum sign_in_stage {
  SIGN_IN_DONE,   /* token is a session's */
  SIGN_IN_CODE,   /* token is that of a step: the code of the authenticator is still wanted */
  SIGN_IN_ENROL,  /* the same, but the role needs an authenticator and the person has none yet */
};
struct signed_in {
  int64_t person_id;
  enum sign_in_stage stage;
  char token[SECRET_TEXT_SIZE]; /* for the cookie; not stored */
};
/* Checks and opens a session, or the step before it. The same ERR_DENIED and the same time for an unknown name, a wrong password and a disabled
 * person. ERR_LIMIT: too many failures for this account or address; *ret_retry_after seconds (may be NULL). */
int access_sign_in(struct store *s, const struct sign_in *in, struct password_cost cost, struct signed_in *ret, int *ret_retry_after, struct err *e);

/* A sign-in between the password and the code: lives ACCESS_STEP_SECONDS. ERR_NOTFOUND: none, or over. */
int access_step(struct store *s, struct arena *a, struct str token, int64_t now, int64_t *ret_person_id, enum sign_in_stage *ret_stage, struct err *e);
/* Ends the step and opens the session; the caller has checked the code. in: address, agent, old_session, now. ERR_NOTFOUND: over, or used already. */
int access_step_finish(struct store *s, const struct sign_in *in, struct str token, struct signed_in *ret, struct err *e);

struct session {
  struct str hash, csrf, address, agent;
  int64_t person_id, created_at, last_seen, expires_at, fresh_at; /* fresh_at: when the password was last given */
  struct person person;
};
/* The live session of a cookie's token; moves last_seen (at most once a minute). ERR_NOTFOUND: none, over, or disabled. */
int access_session(struct store *s, struct arena *a, struct str token, int64_t now, struct session *ret, struct err *e);
/* Whose session a cookie's token was, also when it is over: within a week of its end, unless it was ended on purpose. 0 = not known. */
int access_session_owner(struct store *s, struct arena *a, struct str token, int64_t *ret_person, struct err *e);
/* Whose session had this form token. 0 = not known. */
int access_csrf_owner(struct store *s, struct str csrf, int64_t *ret_person, struct err *e);
/* Live sessions of a person, newest first; `person` is not filled. */
int access_session_list(struct store *s, struct arena *a, int64_t person_id, int64_t now, struct session **ret, size_t *ret_n, struct err *e);
/* The password was given once more in this session. ERR_DENIED as access_password_verify. */
int access_session_fresh(struct store *s, int64_t person_id, struct str hash, struct str password, int64_t now, struct err *e);
/* Ends one session of that person. ERR_NOTFOUND when it is not theirs. */
int access_session_end(struct store *s, int64_t person_id, struct str hash, int64_t actor_id, int64_t now, struct err *e);
int access_session_end_all(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, struct err *e);

enum { TOKEN_READ = 1, TOKEN_WRITE = 2 };
struct api_token {
  int64_t id, person_id, created_at, expires_at, last_used_at; /* last_used_at 0 = never */
  struct str name;
  unsigned scopes;
};
/* ret_token is shown once: "pt_" and 64 hexadecimal digits. ERR_SYNTAX (name, days), ERR_NOTFOUND (person). */
#define API_TOKEN_SIZE 68
int access_token_add(struct store *s, int64_t person_id, struct str name, unsigned scopes, int days, int64_t actor_id, int64_t now,
                     char ret_token[API_TOKEN_SIZE], struct err *e);
/* The live token and its active person; notes its use (at most once a minute). ERR_NOTFOUND. */
int access_token(struct store *s, struct arena *a, struct str token, int64_t now, struct api_token *ret, struct person *ret_person, struct err *e);
/* person_id 0 = everybody's. */
int access_token_list(struct store *s, struct arena *a, int64_t person_id, struct api_token **ret, size_t *ret_n, struct err *e);
/* person_id 0 = whoever's it is. ERR_NOTFOUND. */
int access_token_revoke(struct store *s, int64_t id, int64_t person_id, int64_t actor_id, int64_t now, struct err *e);
#endif

/* From a proven identity to a session: at once, or by the step in which the code of the second factor is asked for. */
#include "app/access_factor.h"
#include "app/access_secret.h"
#include "app/draft.h"
#include "store/repo_config.h"
#include "store/repo_door.h"

struct opening {
  const struct sign_in *in;
  int64_t person_id;
  const char *way;
  struct str step; /* hash of the step that ends with this, "" = none */
  enum sign_in_stage stage;
  char token[SECRET_TEXT_SIZE], hash[SECRET_TEXT_SIZE], csrf[SECRET_TEXT_SIZE];
};

static int session_tx(struct store *s, const struct opening *x, struct err *e) {
  char old[SECRET_TEXT_SIZE];
  int64_t now = x->in->now;
  secret_hash(x->in->old_session, old);
  int64_t n = x->in->old_session.n ? session_over(s, str_of(old), now, e) : 0;
  if (n >= 0) n = session_delete_over(s, now - ACCESS_OVER_KEPT_SECONDS, now - ACCESS_IDLE_SECONDS - ACCESS_OVER_KEPT_SECONDS, e);
  if (n < 0) return (int)n;
  struct session_data row = {.id_hash = str_of(x->hash), .csrf = str_of(x->csrf), .address = x->in->address, .agent = x->in->agent, .fresh_at = now,
                             .person_id = x->person_id, .created_at = now, .last_seen = now, .expires_at = now + ACCESS_SESSION_SECONDS};
  int rc = session_put(s, &row, e);
  if (rc == OK) rc = visit_mark(s, x->person_id, now, VISIT_PAUSE_SECONDS, e);
  return rc < 0 ? rc : access_audit(s, strcmp(x->way, "oidc") ? "sign_in" : "sign_in.oidc", x->person_id, x->person_id, now, e);
}

static int open_tx(struct store *s, void *arg, struct err *e) {
  const struct opening *x = arg;
  if (x->step.n) {
    int64_t n = step_delete(s, x->step, e);
    if (n == 0) return err_set(e, ERR_NOTFOUND, "This sign-in is over: begin again");
    if (n < 0) return (int)n;
  }
  if (x->stage == SIGN_IN_DONE) return session_tx(s, x, e);
  int64_t n = step_delete_over(s, x->in->now, e);
  if (n < 0) return (int)n;
  struct step_row row = {.person_id = x->person_id, .created_at = x->in->now, .expires_at = x->in->now + ACCESS_STEP_SECONDS, .way = str_of(x->way)};
  return step_put(s, str_of(x->hash), &row, e);
}

static int open_it(struct store *s, struct opening *x, struct signed_in *ret, struct err *e) {
  secret_new(x->token);
  secret_new(x->csrf);
  secret_hash(str_of(x->token), x->hash);
  int rc = store_write(s, open_tx, x, e);
  if (rc < 0) return rc;
  *ret = (struct signed_in){.person_id = x->person_id, .stage = x->stage};
  memcpy(ret->token, x->token, sizeof ret->token);
  return OK;
}

static int stage_of_person(struct store *s, struct arena *a, int64_t person_id, enum sign_in_stage *ret, struct err *e) {
  struct factor_state f;
  struct person_row p;
  struct org org;
  int rc = access_factor_state(s, a, person_id, &f, e);
  if (rc == OK) rc = person_by_id(s, a, person_id, &p, e);
  if (rc == OK) rc = org_load(s, &org, e);
  if (rc == OK) *ret = f.on ? SIGN_IN_CODE : org.second_factor_roles & 1u << p.role ? SIGN_IN_ENROL : SIGN_IN_DONE;
  return rc;
}

int access_pass(struct store *s, const struct sign_in *in, int64_t person_id, const char *way, struct signed_in *ret, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct opening x = {.in = in, .person_id = person_id, .way = way, .step = STR_NONE};
  struct factor_secret waiting;
  int rc = a ? stage_of_person(s, a, person_id, &x.stage, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && x.stage == SIGN_IN_ENROL) rc = access_factor_begin(s, a, person_id, in->now, &waiting, e);
  return rc < 0 ? rc : open_it(s, &x, ret, e);
}

int access_step(struct store *s, struct arena *a, struct str token, int64_t now, int64_t *ret_person_id, enum sign_in_stage *ret_stage, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct step_row row;
  struct person_row p;
  struct factor_state f;
  if (token.n != SECRET_TEXT_SIZE - 1) return err_set(e, ERR_NOTFOUND, "This sign-in is over: begin again");
  secret_hash(token, hash);
  int rc = step_get(s, a, str_of(hash), &row, e);
  if (rc == OK && now >= row.expires_at) rc = err_set(e, ERR_NOTFOUND, "This sign-in is over: begin again");
  if (rc == OK) rc = person_by_id(s, a, row.person_id, &p, e);
  if (rc == OK && !p.active) rc = err_set(e, ERR_NOTFOUND, "This sign-in is over: begin again");
  if (rc == OK) rc = access_factor_state(s, a, row.person_id, &f, e);
  if (rc < 0) return rc;
  *ret_person_id = row.person_id;
  *ret_stage = f.on ? SIGN_IN_CODE : SIGN_IN_ENROL;
  return OK;
}

int access_step_finish(struct store *s, const struct sign_in *in, struct str token, struct signed_in *ret, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct step_row row;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  secret_hash(token, hash);
  int rc = a ? step_get(s, a, str_of(hash), &row, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc < 0) return rc;
  struct opening x = {.in = in, .person_id = row.person_id, .way = str_eq(row.way, STR("oidc")) ? "oidc" : "password", .step = str_of(hash)};
  return open_it(s, &x, ret, e);
}

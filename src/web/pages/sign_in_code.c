/* Between the password and the session: the code of the authenticator, or its enrolment when the role needs one. */
#include "app/access_factor.h"
#include "app/draft.h"
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/qr.h"
#include "web/shell.h"
#include "web/views.h"

static struct str step_token(const struct request *r) { return cookie_get(r, cookie_name(r, "-step")); }

/* Where nobody asked for a page: to what was not saved when the sign-in before ended. */
static int first_page(struct request *r, int64_t person_id, struct str *next) {
  struct draft *kept = NULL;
  size_t n = 0;
  if (next->n && !str_eq(*next, STR("/"))) return OK;
  int rc = draft_list(r->store, r->arena, person_id, 1, &kept, &n, &r->err);
  *next = rc == OK && n ? arena_fmt(r->arena, "/drafts/%" PRId64, kept->id) : STR("/");
  return rc == OK && !next->p ? ERR_NOMEM : rc;
}

int sign_in_done(struct request *r, struct response *w, const struct signed_in *done, struct str next) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4 * WEB_MAX_URL);
  if (done->stage == SIGN_IN_DONE) {
    int rc = session_cookie_set(r, w, str_of(done->token));
    if (rc == OK && step_token(r).n) rc = cookie_set(r, w, cookie_name(r, "-step"), STR_NONE, 0);
    if (rc == OK) rc = first_page(r, done->person_id, &next);
    return rc < 0 ? rc : response_redirect(r, w, next);
  }
  int rc = cookie_set(r, w, cookie_name(r, "-step"), str_of(done->token), ACCESS_STEP_SECONDS);
  strbuf_addz(&b, "/sign-in/code?next=");
  html_part_str(&b, next.n ? next : STR("/"));
  struct str to = b.failed ? (struct str){0} : arena_str(r->arena, strbuf_str(&b));
  if (rc < 0 || !to.p) return rc < 0 ? rc : ERR_NOMEM;
  return response_redirect(r, w, to);
}

struct step {
  int64_t person_id;
  enum sign_in_stage stage;
};

/* 1 = there is a step; 0 = there is none, and the way back to the beginning is in w. */
static int step_of(struct request *r, struct response *w, struct step *x) {
  int rc = access_step(r->store, r->arena, step_token(r), r->now, &x->person_id, &x->stage, &r->err);
  if (rc == ERR_NOTFOUND) return response_redirect(r, w, STR("/sign-in"));
  return rc < 0 ? rc : 1;
}

static int show(struct request *r, struct response *w, const struct step *x, struct code_view *v) {
  struct view_cx cx = view_cx_of(r);
  bool enrol = x->stage == SIGN_IN_ENROL;
  if (enrol) {
    struct factor_secret secret;
    int rc = access_factor_waiting(r->store, r->arena, x->person_id, &secret, &r->err);
    if (rc == OK) rc = qr_svg(r->arena, secret.uri, &v->qr);
    if (rc < 0) return rc;
    v->secret = secret.text;
    v->uri = secret.uri;
  }
  door_begin(r, w, enrol ? tr(r, "Set up your authenticator") : tr(r, "Enter the code"));
  if (enrol) view_sign_in_enrol(&w->body, &cx, v);
  else view_sign_in_code(&w->body, &cx, v);
  return shell_end(r, w);
}

int sign_in_code_page(struct request *r, struct response *w) {
  struct step x;
  struct code_view v = {.next = pairs_get(&r->query, "next"), .error = STR_NONE};
  if (r->who.id) return response_redirect(r, w, v.next);
  int rc = step_of(r, w, &x);
  return rc <= 0 ? rc : show(r, w, &x, &v);
}

/* The session is open; its page shows the recovery codes once and then goes on. */
static int show_codes(struct request *r, struct response *w, const struct signed_in *done, char codes[FACTOR_CODES][FACTOR_CODE_SIZE], struct str next) {
  struct view_cx cx = view_cx_of(r);
  struct code_item items[FACTOR_CODES];
  struct code_view v = {.codes = items, .n_codes = FACTOR_CODES, .next = str_starts(next, STR("/")) && !str_starts(next, STR("//")) ? next : STR("/")};
  for (size_t i = 0; i < FACTOR_CODES; i++) items[i].text = str_of(codes[i]);
  int rc = session_cookie_set(r, w, str_of(done->token));
  if (rc == OK) rc = cookie_set(r, w, cookie_name(r, "-step"), STR_NONE, 0);
  if (rc < 0) return rc;
  door_begin(r, w, tr(r, "Keep these codes"));
  view_sign_in_codes(&w->body, &cx, &v);
  return shell_end(r, w);
}

int sign_in_code_post(struct request *r, struct response *w) {
  char codes[FACTOR_CODES][FACTOR_CODE_SIZE];
  struct step x;
  struct signed_in done;
  struct str code = pairs_get(&r->form, "code"), next = pairs_get(&r->form, "next");
  int rc = step_of(r, w, &x);
  if (rc <= 0) return rc;
  struct sign_in in = {.address = r->address, .agent = utf8_cut(r->agent, 200), .old_session = cookie_get(r, str_of(session_cookie_name(r))), .now = r->now};
  if (x.stage == SIGN_IN_ENROL) rc = access_factor_confirm(r->store, x.person_id, code, r->now, codes, &r->err);
  else rc = access_factor_check(r->store, x.person_id, code, r->now, NULL, &r->err);
  if (rc == ERR_DENIED) {
    struct code_view v = {.next = next, .error = tr_sentence(r, str_of(r->err.text))};
    w->status = 422;
    return show(r, w, &x, &v);
  }
  if (rc == OK) rc = access_step_finish(r->store, &in, step_token(r), &done, &r->err);
  if (rc == ERR_NOTFOUND) return response_redirect(r, w, STR("/sign-in"));
  if (rc < 0) return rc;
  return x.stage == SIGN_IN_ENROL ? show_codes(r, w, &done, codes, next) : sign_in_done(r, w, &done, next);
}

/* Acts on one request. What is refused shows the case again, with what was typed. */
#include "web/pages/approvals.h"

static int answer(struct request *r, struct response *w, int64_t id, int rc) {
  if (rc == OK)
    return response_redirect(r, w, arena_fmt(r->arena, "/approvals/%" PRId64, id));
  if (rc != ERR_RANGE && rc != ERR_CONFLICT && rc != ERR_DENIED)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : rc == ERR_DENIED ? 403 : 422;
  return approvals_send(r, w, id, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}

static int version_of(struct request *r, int32_t *ret) {
  int64_t v = 0;
  if (str_to_i64(pairs_get(&r->form, "version"), &v) < 0 || v < 1 || v > INT32_MAX)
    return err_set(&r->err, ERR_SYNTAX, "The version is missing: go back and press the button again");
  *ret = (int32_t)v;
  return OK;
}

static int act_of(struct str s) {
  return str_eq(s, STR("approve")) ? EXCEPTION_APPROVE : str_eq(s, STR("return")) ? EXCEPTION_RETURN : str_eq(s, STR("decline")) ? EXCEPTION_DECLINE : 0;
}

/* The size and the last day of an approval as they were typed. */
static int read_approval(struct request *r, const struct exception *x, struct exception_decision *d) {
  struct str size = str_trim(pairs_get(&r->form, "size")), until = str_trim(pairs_get(&r->form, "valid_until"));
  if (size.n && (format_amount_read(r->reader, size, exception_in_days(x->kind) ? 0 : 2, &d->size) < 0 || d->size <= 0))
    return err_set(&r->err, ERR_RANGE, "The size is no number of this kind: give percent or days, as it was asked");
  if (until.n && day_parse_iso(until, &d->valid_until) < 0)
    return err_set(&r->err, ERR_RANGE, "The last day of the approval is no day: write it like 2026-12-31");
  return OK;
}

int approval_decide_post(struct request *r, struct response *w) {
  struct exception_decision d = {.note = pairs_get(&r->form, "note"), .act = act_of(pairs_get(&r->form, "act")), .valid_until = DAY_NONE};
  struct exception x;
  int rc = request_id_param(r, 0, &d.id);
  if (rc == OK)
    rc = exception_get(r->store, r->arena, &r->scope, d.id, INT64_MAX, r->today, &x, &r->err);
  if (rc == OK)
    rc = version_of(r, &d.version);
  if (rc < 0)
    return rc;
  if (d.act == EXCEPTION_APPROVE)
    rc = read_approval(r, &x, &d);
  if (rc == OK)
    rc = exception_decide(r->store, r->arena, &r->scope, &d, r->today, r->now, &r->err);
  return answer(r, w, d.id, rc);
}

typedef int own_fn(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, day_t today, int64_t now, struct err *e);

static int own_post(struct request *r, struct response *w, own_fn *fn) {
  struct exception x;
  int64_t id = 0;
  int32_t version = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = exception_get(r->store, r->arena, &r->scope, id, INT64_MAX, r->today, &x, &r->err);
  if (rc == OK)
    rc = version_of(r, &version);
  return rc < 0 ? rc : answer(r, w, id, fn(r->store, r->arena, &r->scope, id, version, pairs_get(&r->form, "note"), r->today, r->now, &r->err));
}

int approval_answer_post(struct request *r, struct response *w) { return own_post(r, w, exception_answer); }
int approval_withdraw_post(struct request *r, struct response *w) { return own_post(r, w, exception_withdraw); }

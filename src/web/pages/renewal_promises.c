/* Promises on a renewal's page: those that are there, and a form to make one directly. */
#include "store/repo_desk.h"
#include "web/pages/renewal.h"
#include "web/pages/review.h"

enum { ON_RENEWAL = 8 };

int renewal_promises_fill(struct request *r, const struct renewal *x, struct renewal_promises *v) {
  struct promise *rows = NULL;
  size_t n = 0;
  int rc = promise_of_renewal(r->store, r->arena, x->id, r->until, ON_RENEWAL, &rows, &n, &r->err);
  *v = (struct renewal_promises){.id = x->id, .from = pairs_get(&r->query, "from")};
  v->list = arena_zalloc(r->arena, 1, sizeof *v->list);
  v->people = arena_zalloc(r->arena, 2, sizeof *v->people);
  if (rc < 0 || !v->list || !v->people)
    return rc < 0 ? rc : ERR_NOMEM;
  rc = review_promises_fill(r, rows, n, arena_fmt(r->arena, "/renewals/%" PRId64, x->id), v->list);
  for (size_t i = 0; i < v->list->n_rows; i++) /* it is the page's own */
    v->list->rows[i].customer = STR_NONE;
  v->may_promise = r->as_of == DAY_NONE && x->outcome == OUTCOME_OPEN && scope_edits(&r->scope, x->id, x->owner_id);
  if (rc < 0 || !v->may_promise)
    return rc;
  struct str owner = STR_NONE;
  if (x->owner_id && x->owner_id != r->who.id) {
    rc = person_name(r->store, r->arena, x->owner_id, &owner, &r->err);
    if (owner.n)
      v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%" PRId64, x->owner_id), owner, true};
  }
  v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%" PRId64, r->who.id), r->who.name, false};
  return rc;
}

int renewal_promise_post(struct request *r, struct response *w) {
  struct promise_ask q = {.due = DAY_NONE, .body = str_trim(pairs_get(&r->form, "body"))};
  struct org org;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &q.renewal_id);
  rc = rc < 0 ? rc : org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "person"), &q.person_id) < 0)
    q.person_id = 0;
  if (day_parse_iso(pairs_get(&r->form, "due"), &q.due) < 0)
    q.due = DAY_NONE; /* the rule says what is missing */
  rc = promise_make(r->store, r->arena, &r->scope, &q, r->today, org_now(&org, r->now), &id, &r->err);
  if (rc != ERR_RANGE)
    return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "%.*s#promises", STR_FMT(renewal_address(r, q.renewal_id, NULL))));
  struct renewal_view v;
  struct str problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  rc = renewal_view_fill(r, q.renewal_id, &v);
  if (rc < 0)
    return rc;
  v.promises.problem = problem;
  v.promises.body = q.body;
  v.promises.due = pairs_get(&r->form, "due");
  w->status = 422;
  return renewal_page_send(r, w, &v);
}

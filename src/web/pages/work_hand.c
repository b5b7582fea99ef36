/* Handing work to a colleague for some days, and taking it back; the switch of the single keys. */
#include "store/repo_desk.h"
#include "store/repo_review.h"
#include "web/pages/work.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_PROMISES = 100 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "handover: out of memory: try again"); }

/* The renewals named by the fields `id` ("48213:7" or lists of such) that are in this person's book. */
static int chosen(struct request *r, const struct pairs *p, int64_t **ret, size_t *ret_n) {
  int64_t *ids = arena_alloc(r->arena, (HANDOVER_MOST + 2) * sizeof *ids);
  size_t n = 0;
  if (!ids)
    return no_memory(r);
  for (size_t i = 0; i < p->n; i++) {
    struct str list = p->p[i].value, part, id_text, rest;
    if (!str_eq(p->p[i].name, STR("id")))
      continue;
    while (n <= HANDOVER_MOST && str_cut(list, ',', &part, &list)) {
      str_cut(part, ':', &id_text, &rest);
      if (str_to_i64(id_text, &ids[n]) == OK && ids[n] > 0)
        n++;
    }
  }
  *ret = ids;
  *ret_n = n;
  return OK;
}

static struct str iso(struct request *r, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, buf)));
}

static int fill_promises(struct request *r, const int64_t *ids, size_t n_ids, struct work_hand_view *v) {
  struct promise *rows = NULL;
  size_t n = 0;
  int rc = promise_of_person(r->store, r->arena, v->from_id, DAY_MAX, INT64_MAX, &rows, &n, &r->err);
  v->promises = rc < 0 ? NULL : arena_zalloc(r->arena, n + 1, sizeof *v->promises);
  if (rc < 0 || !v->promises)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n && v->n_promises < MOST_PROMISES; i++) {
    bool handed = n_ids == 0;
    for (size_t k = 0; k < n_ids && !handed; k++)
      handed = ids[k] == rows[i].renewal_id;
    if (handed && scope_sees(&r->scope, rows[i].renewal_id, rows[i].owner_id))
      v->promises[v->n_promises++] = (struct work_promise){format_weekday_year(r->reader, rows[i].due_date), rows[i].body, rows[i].customer,
        arena_fmt(r->arena, "/renewals/%" PRId64 "#promises", rows[i].renewal_id), rows[i].due_date < r->today};
  }
  return OK;
}

static int show(struct request *r, struct response *w, const struct pairs *p, struct str problem) {
  struct work_hand_view v = {.problem = problem, .back = STR("/work")};
  struct work_colleague *c = NULL;
  int64_t *ids = NULL;
  size_t n = 0, n_ids = 0;
  if (str_to_i64(pairs_get(p, "from"), &v.from_id) < 0 || v.from_id <= 0)
    v.from_id = r->who.id;
  if (!work_may_hand(&r->scope, v.from_id))
    return err_set(&r->err, ERR_NOTFOUND, "handover: there is no such person in your team");
  int rc = person_name(r->store, r->arena, v.from_id, &v.from, &r->err);
  if (rc >= 0)
    rc = chosen(r, p, &ids, &n_ids);
  if (rc >= 0)
    rc = fill_promises(r, ids, n_ids, &v);
  if (rc >= 0)
    rc = work_colleagues(r->store, r->arena, &r->scope, v.from_id, &c, &n, &r->err);
  v.colleagues = arena_zalloc(r->arena, n + 1, sizeof *v.colleagues);
  if (rc < 0 || !v.colleagues)
    return rc < 0 ? rc : no_memory(r);
  int64_t to = 0;
  if (str_to_i64(pairs_get(p, "to"), &to) < 0)
    to = 0;
  for (size_t i = 0; i < n; i++)
    v.colleagues[v.n_colleagues++] = (struct option){arena_fmt(r->arena, "%lld", (long long)c[i].id), c[i].name, c[i].id == to};
  STRBUF_CLEANUP struct strbuf list = STRBUF_INIT(WEB_MAX_FORM);
  for (size_t i = 0; i < n_ids; i++)
    strbuf_fmt(&list, "%s%lld", i ? "," : "", (long long)ids[i]);
  v.ids = arena_str(r->arena, strbuf_str(&list));
  v.chosen = (int64_t)n_ids;
  v.first = pairs_has(p, "first") ? pairs_get(p, "first") : iso(r, r->today);
  v.last = pairs_get(p, "last");
  v.reason = pairs_get(p, "reason");
  if (v.from_id != r->who.id)
    v.back = arena_fmt(r->arena, "/work/%lld", (long long)v.from_id);
  v.title = n_ids ? tr_n(r, v.chosen, "Hand over {n} renewal", "Hand over {n} renewals") : tr(r, "Hand over the whole book");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/work", .crumb = tr(r, "Worklist"), .crumb_href = v.back});
  view_work_hand(&w->body, &cx, &v);
  return shell_end(r, w);
}

int work_hand_page(struct request *r, struct response *w) { return show(r, w, &r->query, STR_NONE); }

int work_hand_post(struct request *r, struct response *w) {
  struct handover_ask x = {.first = DAY_NONE, .last = DAY_NONE, .reason = str_trim(pairs_get(&r->form, "reason"))};
  int64_t id = 0, *ids = NULL;
  int rc = chosen(r, &r->form, &ids, &x.n);
  if (rc < 0)
    return rc;
  x.ids = ids;
  if (str_to_i64(pairs_get(&r->form, "from"), &x.from_id) < 0)
    x.from_id = r->who.id;
  if (str_to_i64(pairs_get(&r->form, "to"), &x.to_id) < 0)
    x.to_id = 0;
  if (day_parse_iso(pairs_get(&r->form, "first"), &x.first) < 0 || day_parse_iso(pairs_get(&r->form, "last"), &x.last) < 0)
    x.first = DAY_NONE; /* the rule below says what is missing */
  rc = work_hand(r->store, r->arena, &r->scope, &x, r->today, r->now, &id, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    struct str problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    return show(r, w, &r->form, problem);
  }
  return rc < 0 ? rc : response_redirect(r, w, x.from_id == r->who.id ? STR("/work") : arena_fmt(r->arena, "/work/%lld", (long long)x.from_id));
}

int work_take_back_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = work_take_back(r->store, r->arena, &r->scope, id, r->today, r->now, &r->err);
  struct str back = pairs_get(&r->form, "back");
  return rc < 0 ? rc : response_redirect(r, w, str_starts(back, STR("/work")) ? back : STR("/work"));
}

/* ---- single keys ---- */

static int put_keys(struct store *s, void *arg, struct err *e) {
  struct request *r = arg;
  return person_setting_put(s, r->who.id, "single_keys", str_eq(pairs_get(&r->form, "keys"), STR("off")) ? STR("off") : STR("on"), e);
}

int work_keys_post(struct request *r, struct response *w) {
  int rc = store_write(r->store, put_keys, r, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, bulk_back(r, pairs_get(&r->form, "back"), NULL, 0));
}

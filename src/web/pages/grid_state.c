#include "app/renewal_texts.h"
#include "app/work.h"
#include "web/pages/grid_state.h"
#include "base/utf8.h"

enum { VIEW_PAIRS = 12 };

/* What the address says, or the open view where the address says nothing of the list itself. */
static int source_of(struct request *r, struct grid_state *s, struct pairs *ret) {
  static const char *const OWN[] = {"f", "q", "period", "sort", "group", "cols", "density"};
  int64_t id = 0;
  bool said = false;
  *ret = r->query;
  for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
    said |= pairs_has(&r->query, OWN[i]);
  if (!pairs_has(&r->query, "view"))
    return OK;
  if (str_to_i64(pairs_get(&r->query, "view"), &id) < 0 || id <= 0)
    return err_set(&r->err, ERR_NOTFOUND, "view: there is none with this number");
  int rc = view_get(r->store, r->arena, &r->scope, id, &s->view, &r->err);
  return rc < 0 || said ? rc : pairs_decode(r->arena, s->view.query, ret);
}

/* The boxes ticked in the form of columns, in its order. */
static struct grid_chosen ticked_columns(struct request *r, const struct pairs *p) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  for (size_t i = 0; i < p->n; i++)
    if (str_eq(p->p[i].name, STR("c"))) {
      strbuf_add(&b, p->p[i].value);
      strbuf_addc(&b, ',');
    }
  return grid_chosen_read(arena_str(r->arena, strbuf_str(&b)));
}

static int density_of(struct str s) { return str_eq(s, STR("28")) ? 28 : str_eq(s, STR("34")) ? 34 : 44; }

static int read_list(struct request *r, const struct pairs *p, struct grid_state *s) {
  bool given = pairs_has(p, "f") || pairs_has(p, "q");
  s->q = str_trim(pairs_get(p, "q"));
  s->period = pairs_get(p, "period");
  s->sort = pairs_get(p, "sort");
  s->cols = pairs_has(p, "chosen") ? ticked_columns(r, p) : grid_chosen_read(pairs_get(p, "cols"));
  s->density = density_of(pairs_get(p, "density"));
  s->group = grid_column_of(pairs_get(p, "group"));
  s->group = grid_may_group(s->group) ? s->group : -1;
  s->open = pairs_get(&r->query, "open");
  s->f = given ? pairs_get(p, "f") : STR("category:commit,best_case,pipeline");
  return desk_open(r, s->period, &s->desk);
}

static int read_query(struct request *r, struct grid_state *s) {
  int rc = grid_parse(s->desk.book, s->f, r->arena, &s->query, &s->bad, &r->err);
  if (rc < 0)
    return rc;
  bool descending = s->sort.n && s->sort.p[0] == '-';
  int column = grid_column_of(descending ? str_sub(s->sort, 1, s->sort.n) : s->sort);
  s->query.sort = column < 0 ? GRID_DUE : (enum grid_column)column;
  s->query.descending = column >= 0 && descending;
  if (s->q.n) {
    STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(WEB_MAX_URL);
    utf8_fold(&key, s->q);
    s->query.search = arena_str(r->arena, strbuf_str(&key));
  }
  s->query.plan_day = s->desk.period.first;
  s->query.reps = s->desk.reps;
  s->query.extra = s->desk.extra;
  s->query.n_extra = s->desk.n_extra;
  s->query.limit = GRID_PAGE_ROWS;
  if (!s->bad.n && s->query.n_filters) /* what was not understood stays as it was written */
    s->f = grid_state_text(r, s, s->query.filters, s->query.n_filters);
  if (str_to_i64(pairs_get(&r->query, "after"), &s->after) < 0 || s->after < 0 || s->after >= UINT32_MAX)
    s->after = 0;
  s->query.after = s->group < 0 ? (uint32_t)s->after : 0;
  grid_query_days(&s->query, &s->desk.org.calendar, r->today);
  rc = work_resolve(r->store, r->arena, &r->scope, s->desk.book, &s->desk.org, r->today, r->until, &s->query, &r->err);
  return rc < 0 ? rc : renewal_texts_resolve(r->books, r->store, r->arena, s->desk.book, &s->query, &r->err);
}

int grid_state_read(struct request *r, struct grid_state *ret) {
  struct grid_state s = {.view = {.id = 0}};
  struct pairs p;
  int rc = source_of(r, &s, &p);
  if (rc >= 0)
    rc = read_list(r, &p, &s);
  if (rc < 0)
    return rc;
  rc = read_query(r, &s);
  if (rc < 0) {
    desk_close(&s.desk);
    return rc;
  }
  s.changed = s.view.id && !str_eq(grid_state_query(r, &s), s.view.query);
  *ret = s;
  return OK;
}

struct str grid_state_text(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  struct grid_query q = s->query;
  q.filters = (struct grid_filter *)(uintptr_t)filters; /* only read */
  q.n_filters = n;
  if (s->q.n)
    q.search = STR_NONE; /* stands in its own field */
  grid_print(s->desk.book, &q, &b);
  return arena_str(r->arena, strbuf_str(&b));
}

static void add_list(struct request *r, const struct grid_state *s, struct strbuf *b) {
  bool first = false;
  strbuf_addz(b, "f=");
  html_part_str(b, s->f);
  desk_add_param(b, &first, "q", s->q);
  desk_add_param(b, &first, "period", s->period);
  desk_add_param(b, &first, "sort", s->sort);
  desk_add_param(b, &first, "group", s->group < 0 ? STR_NONE : str_of(grid_column_name(s->group)));
  desk_add_param(b, &first, "cols", grid_chosen_text(r->arena, &s->cols));
  if (s->density != 44)
    strbuf_fmt(b, "&density=%d", s->density);
}

struct str grid_state_query(struct request *r, const struct grid_state *s) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  add_list(r, s, &b);
  return arena_str(r->arena, strbuf_str(&b));
}

struct str grid_state_href(struct request *r, const struct grid_state *s, const char *root) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = false;
  strbuf_fmt(&b, "%s?", root);
  if (s->view.id)
    strbuf_fmt(&b, "view=%lld&", (long long)s->view.id);
  add_list(r, s, &b);
  desk_add_param(&b, &first, "open", s->open);
  if (s->after)
    strbuf_fmt(&b, "&after=%lld", (long long)s->after);
  return arena_str(r->arena, strbuf_str(&b));
}

struct str grid_state_with(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n) {
  struct grid_state x = *s;
  x.f = grid_state_text(r, s, filters, n);
  x.after = 0;
  x.open = STR_NONE;
  return grid_state_href(r, &x, "/renewals");
}

int grid_state_hidden(struct request *r, const struct grid_state *s, bool with_f, struct grid_hidden **ret, size_t *ret_n) {
  const struct grid_hidden all[] = {
    {STR("view"), s->view.id ? arena_fmt(r->arena, "%lld", (long long)s->view.id) : STR_NONE}, {STR("q"), s->q}, {STR("period"), s->period},
    {STR("sort"), s->sort}, {STR("group"), s->group < 0 ? STR_NONE : str_of(grid_column_name(s->group))},
    {STR("cols"), grid_chosen_text(r->arena, &s->cols)}, {STR("density"), s->density == 44 ? STR_NONE : arena_fmt(r->arena, "%d", s->density)}};
  struct grid_hidden *rows = arena_zalloc(r->arena, sizeof all / sizeof *all + 2, sizeof *rows);
  size_t n = 0;
  if (!rows)
    return err_set(&r->err, ERR_NOMEM, "renewals: out of memory: try again");
  if (with_f)
    rows[n++] = (struct grid_hidden){STR("f"), s->f};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].value.n && !(with_f == false && str_eq(all[i].name, STR("q"))))
      rows[n++] = all[i];
  *ret = rows;
  *ret_n = n;
  return OK;
}

#include "web/pages/capacity.h"
#include "app/capacity.h"
#include "app/node.h"
#include "app/work.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { WEEKS_HEIGHT = 22, MOST_LANGUAGES = 3, PROPOSE_MOST = 40, MOST_NODES = 200, PAGE = 60 };

/* ---- one rep ---- */

int64_t capacity_most(const struct capacity_desk *c, const struct capacity_book *books) {
  int64_t most = 1;
  for (uint32_t i = 0; i < c->book->reps.n; i++)
    for (int w = 0; w < CAPACITY_WEEKS; w++)
      most = books[i].week[w] > most ? books[i].week[w] : most;
  return most;
}

struct raw_html_trusted capacity_weeks(struct request *r, const struct capacity_desk *c, const struct capacity_book *x, int64_t most, struct str *ret_say) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  int64_t all = 0, top = 0;
  int heaviest = 0;
  for (int w = 0; w < CAPACITY_WEEKS; w++) {
    all += x->week[w];
    heaviest = x->week[w] > top ? w : heaviest;
    top = x->week[w] > top ? x->week[w] : top;
  }
  struct str total = tr_n(r, all, "{n} renewal to place in 13 weeks", "{n} renewals to place in 13 weeks");
  *ret_say = top ? tr_fmt(r, "{0}, most in the week of {1}: {2}", total, format_day(r->reader, c->query.week_first + 7 * heaviest), format_count(r->reader, top)) : total;
  svg_columns(&b, x->week, CAPACITY_WEEKS, most, WEEKS_HEIGHT, *ret_say);
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

/* "pt 71%, es 20%, en 9%": what the money is in. */
static struct str languages_text(struct request *r, const struct capacity_desk *c, const struct capacity_book *x) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(400);
  const struct capacity_facts *f = &c->facts->facts;
  bool used[CAPACITY_CODES] = {false};
  for (int k = 0; k < MOST_LANGUAGES; k++) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < f->n_languages; i++)
      if (!used[i] && x->language_atr[i] > 0 && (!best || x->language_atr[i] > x->language_atr[best]))
        best = i;
    if (!best)
      break;
    used[best] = true;
    struct str share = format_share(r->reader, x->language_atr[best], x->atr, 0);
    strbuf_fmt(&b, "%s%.*s %.*s", b.n ? ", " : "", STR_FMT(f->languages[best]), STR_FMT(share));
  }
  return arena_str(r->arena, strbuf_str(&b));
}

void capacity_line_fill(struct request *r, const struct desk *d, const struct capacity_desk *c, uint32_t rep, const struct capacity_book *x, int64_t most,
                        struct capacity_line *to) {
  struct desk_rows open = {0};
  desk_where_open(&open);
  desk_where(&open, GRID_REP, rep);
  *to = (struct capacity_line){.id = c->book->reps.id[rep], .name = rep ? book_name(&c->book->reps, rep) : tr(r, "No owner"),
                               .renewals = format_count(r->reader, x->renewals),
                               .renewals_href = desk_rows_href(r, d, &open, "due_date"), .accounts = format_count(r->reader, x->accounts),
                               .atr = parts_amount(r->reader, x->atr, d->reporting, MONEY_K), .past_safe = format_count(r->reader, x->past_safe),
                               .languages = languages_text(r, c, x), .late = x->past_safe > 0, .misfit = x->unfit > 0};
  to->risk = x->at_risk ? parts_amount(r->reader, x->risk_atr, d->reporting, MONEY_K) : (struct amount){STR("\u2013"), STR_NONE};
  to->unfit = x->unfit ? tr_n(r, x->unfit, "{n} in a language they do not speak", "{n} in languages they do not speak") : STR_NONE;
  to->weeks = capacity_weeks(r, c, x, most, &to->weeks_say);
  if (rep)
    to->href = arena_fmt(r->arena, "/work/%lld", (long long)to->id);
}

int capacity_order(struct request *r, const struct capacity_desk *c, const struct capacity_book *books, uint32_t **ret, size_t *ret_n) {
  const uint32_t *sorted = book_sorted((struct book_dict *)(uintptr_t)&c->book->reps);
  uint32_t *codes = arena_alloc(r->arena, ((size_t)c->book->reps.n + 1) * sizeof *codes);
  size_t n = 0;
  if (!sorted || !codes)
    return ERR_NOMEM;
  for (uint32_t i = 0; i < c->book->reps.n; i++)
    if (sorted[i] && (c->listed[sorted[i]] || books[sorted[i]].renewals))
      codes[n++] = sorted[i];
  if (books[0].renewals)
    codes[n++] = 0;
  *ret = codes;
  *ret_n = n;
  return OK;
}

/* ---- /capacity ---- */

/* "covered by Tom Park until Dec 4" */
static int fill_cover(struct request *r, struct capacity_view *v) {
  struct handover *rows = NULL;
  size_t n = 0;
  if (r->as_of != DAY_NONE)
    return OK;
  int rc = handover_list(r->store, r->arena, 0, r->today, r->until, &rows, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < v->n_lines; i++) {
    struct capacity_line *x = &v->lines[i];
    if (x->id && work_may_hand(&r->scope, x->id))
      x->hand_href = arena_fmt(r->arena, "/work/hand?from=%lld", (long long)x->id);
    for (size_t k = 0; k < n && !x->cover.n; k++) {
      if (rows[k].from_id != x->id || !rows[k].whole_book)
        continue;
      struct str first = format_day(r->reader, rows[k].first), last = format_day(r->reader, rows[k].last);
      x->cover = rows[k].first <= r->today ? tr_fmt(r, "{0} covers until {1}", rows[k].to, last) : tr_fmt(r, "{0} covers {1} to {2}", rows[k].to, first, last);
    }
  }
  return rc < 0 ? rc : OK;
}

static int fill_plans(struct request *r, struct capacity_view *v) {
  struct capacity_plan *rows = NULL;
  size_t n = 0;
  int rc = r->as_of == DAY_NONE ? capacity_plans(r->store, r->arena, &r->scope, &rows, &n, &r->err) : OK;
  v->plans = arena_zalloc(r->arena, n + 1, sizeof *v->plans);
  if (rc < 0 || !v->plans)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    v->plans[v->n_plans++] = (struct capacity_plan_line){
        .name = rows[i].name, .href = arena_fmt(r->arena, "/capacity/plans/%lld", (long long)rows[i].id), .by = rows[i].made_by_name,
        .when = format_day(r->reader, format_day_of(r->reader, rows[i].made_at)),
        .state = capacity_stands(&rows[i]) ? tr(r, "Carried out")
                 : rows[i].undone_at       ? tr(r, "Taken back") : tr_n(r, rows[i].rules, "{n} move planned", "{n} moves planned")};
  return OK;
}

static int fill_nodes(struct request *r, const struct desk *d, struct capacity_view *v) {
  const struct book *b = d->book;
  char text[NODE_TEXT_SIZE];
  v->nodes = arena_zalloc(r->arena, MOST_NODES + 1, sizeof *v->nodes);
  if (!v->nodes)
    return ERR_NOMEM;
  v->nodes[v->n_nodes++] = (struct option){STR("company"), tr(r, "All"), true};
  for (uint32_t t = 1; t < b->n_teams && v->n_nodes < MOST_NODES; t++) {
    struct node n = {NODE_TEAM, b->teams[t].id};
    bool whole;
    struct err quiet = {0};
    if (node_check(&n, r->arena, &r->scope, b, &whole, &quiet) >= 0)
      v->nodes[v->n_nodes++] = (struct option){arena_str(r->arena, str_of(node_text(&n, text))), b->teams[t].name, false};
  }
  return OK;
}

/* Each rep with what was written down: "Inês Carvalho: pt, es". */
static int fill_people(struct request *r, const struct capacity_desk *c, struct capacity_view *v) {
  struct spoken *rows = NULL;
  size_t n = 0;
  int rc = spoken_rows(r->store, r->arena, &rows, &n, &r->err);
  v->people = arena_zalloc(r->arena, c->n_people + 1, sizeof *v->people);
  if (rc < 0 || !v->people)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < c->n_people; i++) {
    STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(500);
    for (size_t k = 0; k < n; k++)
      if (rows[k].person_id == c->people[i].id)
        strbuf_fmt(&b, "%s%.*s", b.n ? ", " : "", STR_FMT(rows[k].language));
    struct str label = b.n ? arena_fmt(r->arena, "%.*s (%.*s)", STR_FMT(c->people[i].name), STR_FMT(strbuf_str(&b))) : c->people[i].name;
    v->people[v->n_people++] = (struct option){arena_fmt(r->arena, "%lld", (long long)c->people[i].id), label, false};
  }
  return OK;
}

static void fill_words(struct request *r, const struct desk *d, const struct capacity_desk *c, const struct capacity_book *books, const uint32_t *codes, size_t n,
                       struct capacity_view *v) {
  uint32_t most = 0;
  int64_t sum = 0, reps = 0, past = 0, count = 0;
  for (size_t i = 0; i < n; i++) {
    const struct capacity_book *x = &books[codes[i]];
    reps += codes[i] != 0;
    sum += x->atr;
    past += x->past_safe;
    count += x->renewals;
    most = codes[i] && (!most || x->atr > books[most].atr) ? codes[i] : most;
  }
  struct str whole = format_money(r->reader, sum, d->reporting, MONEY_HEAD), open = tr_n(r, count, "{n} open renewal", "{n} open renewals");
  v->headline = tr_n(r, reps, "{n} rep carries {0} in {1}.", "{n} reps carry {0} in {1}.", whole, open);
  if (reps > 1 && most) {
    struct str average = format_money(r->reader, sum / reps, d->reporting, MONEY_HEAD), top = format_money(r->reader, books[most].atr, d->reporting, MONEY_HEAD);
    v->say = tr_fmt(r, "{0} each on average; most with {1}, {2}.", average, book_name(&c->book->reps, most), top);
  }
  if (past) {
    struct str late = tr_n(r, past, "{n} is past its last safe day.", "{n} are past their last safe day.");
    v->say = v->say.n ? arena_fmt(r->arena, "%.*s %.*s", STR_FMT(v->say), STR_FMT(late)) : late;
  }
  v->weeks_title = tr_fmt(r, "Renewals by the week of their last safe day, from {0} on", format_day(r->reader, c->query.week_first));
}

/* Of many reps a page: from the one that the address says on. The sentences above speak of all of them. */
static size_t fill_pager(struct request *r, size_t n, struct capacity_view *v) {
  int64_t from = 1;
  if (str_to_i64(pairs_get(&r->query, "from"), &from) != OK || from < 1 || (size_t)from > n)
    from = 1;
  size_t last = n - (size_t)from < PAGE ? n : (size_t)from + PAGE - 1;
  struct str page = format_count(r->reader, PAGE);
  if (n <= PAGE)
    return 0;
  v->place = tr_fmt(r, "Reps {0} to {1} of {2}", format_count(r->reader, from), format_count(r->reader, (int64_t)last), format_count(r->reader, (int64_t)n));
  if (from > 1)
    v->first_label = tr_fmt(r, "First {0}", page);
  if (last < n) {
    v->next_label = tr_fmt(r, "Next {0}", page);
    v->next_href = arena_fmt(r->arena, "/capacity?from=%zu", last + 1);
  }
  return (size_t)from - 1;
}

static int fill(struct request *r, const struct desk *d, const struct capacity_desk *c, struct capacity_view *v) {
  struct capacity_book *books = NULL;
  uint32_t *codes = NULL;
  size_t n = 0;
  int rc = capacity_books(d->book, &c->query, NULL, r->arena, &books, &r->err);
  if (rc >= 0)
    rc = capacity_order(r, c, books, &codes, &n);
  v->lines = rc >= 0 ? arena_zalloc(r->arena, PAGE + 1, sizeof *v->lines) : NULL;
  if (rc < 0 || !v->lines)
    return rc < 0 ? rc : ERR_NOMEM;
  int64_t most = capacity_most(c, books), sum = 0;
  size_t reps = n - (n && codes[n - 1] == 0);
  for (size_t i = 0; i < reps; i++)
    sum += books[codes[i]].atr;
  for (size_t i = fill_pager(r, n, v); i < n && v->n_lines < PAGE; i++) {
    struct capacity_line *x = &v->lines[v->n_lines++];
    capacity_line_fill(r, d, c, codes[i], &books[codes[i]], most, x);
    if (reps > 1 && i < reps)
      x->share = format_growth(r->reader, books[codes[i]].atr, sum / (int64_t)reps);
  }
  fill_words(r, d, c, books, codes, n, v);
  rc = fill_cover(r, v);
  if (rc >= 0)
    rc = fill_plans(r, v);
  if (rc >= 0)
    rc = fill_people(r, c, v);
  return rc < 0 ? rc : fill_nodes(r, d, v);
}

static int show(struct request *r, struct response *w, struct capacity_view *v) {
  struct desk d DESK_CLEANUP = {0};
  struct capacity_desk c CAPACITY_CLEANUP = {0};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = capacity_open(r->store, d.cache, d.book, &r->scope, &d.org, r->today, r->arena, &c, &r->err);
  if (rc >= 0)
    rc = fill(r, &d, &c, v);
  if (rc < 0)
    return rc;
  v->may_plan = r->as_of == DAY_NONE && r->who.may_write && (r->who.role == ROLE_MANAGER || r->who.role == ROLE_OPS || r->who.role == ROLE_ADMIN);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Capacity"), .nav = "/capacity", .sheet = "rhythm.css"});
  view_capacity(&w->body, &cx, v);
  return shell_end(r, w);
}

int capacity_page(struct request *r, struct response *w) {
  struct capacity_view v = {0};
  return show(r, w, &v);
}

/* ---- a new plan ---- */

/* The proposal as rules that stand in the plan by name. */
static int propose(struct request *r, const struct desk *d, const struct capacity_desk *c, const struct node *node, struct plan_rule **ret, size_t *ret_n) {
  struct capacity_rule *moves = NULL;
  size_t n = 0;
  uint8_t *among = node_reps(node, r->arena, d->book);
  if (!among)
    return ERR_NOMEM;
  uint8_t *reps = arena_zalloc(r->arena, (size_t)d->book->reps.n + 1, 1);
  for (size_t i = 0; reps && i < c->n_people; i++) {
    uint32_t code = book_code(&d->book->reps, c->people[i].id);
    reps[code] = c->people[i].role == ROLE_REP && among[code];
  }
  int rc = reps ? capacity_propose(d->book, &c->query, reps, PROPOSE_MOST, r->arena, &moves, &n, &r->err) : ERR_NOMEM;
  struct plan_rule *rules = arena_zalloc(r->arena, n + 1, sizeof *rules);
  if (rc < 0 || !rules)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    rules[i] = (struct plan_rule){.kind = STR("account"), .value = book_name(&d->book->accounts, moves[i].code), .account_id = d->book->accounts.id[moves[i].code],
                                  .from_id = d->book->reps.id[moves[i].from], .to_id = d->book->reps.id[moves[i].to]};
  *ret = rules;
  *ret_n = n;
  return OK;
}

int capacity_plan_add_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct capacity_desk c CAPACITY_CLEANUP = {0};
  struct plan_rule *rules = NULL;
  struct node node = {NODE_COMPANY, 0};
  size_t n = 0;
  int64_t id = 0;
  bool whole, even = str_eq(pairs_get(&r->form, "how"), STR("even"));
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = capacity_open(r->store, d.cache, d.book, &r->scope, &d.org, r->today, r->arena, &c, &r->err);
  if (rc >= 0 && node_parse(pairs_get(&r->form, "node"), &node) < 0)
    rc = ERR_NOTFOUND;
  if (rc >= 0)
    rc = node_check(&node, r->arena, &r->scope, d.book, &whole, &r->err);
  if (rc >= 0 && even)
    rc = propose(r, &d, &c, &node, &rules, &n);
  struct str name = str_trim(pairs_get(&r->form, "name"));
  if (rc >= 0 && even && n == 0)
    rc = err_set(&r->err, ERR_RANGE, "The books are even already: no move of an account would help");
  if (rc >= 0)
    rc = capacity_plan_make(r->store, &r->scope, name.n ? name : tr_fmt(r, "Plan of {0}", format_day(r->reader, r->today)), rules, n, r->now, &id, &r->err);
  if (rc == ERR_RANGE) {
    struct capacity_view v = {.error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text))), .name = name};
    w->status = 422;
    return show(r, w, &v);
  }
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/capacity/plans/%lld", (long long)id));
}

/* ---- what people speak ---- */

int capacity_speak_post(struct request *r, struct response *w) {
  enum { MOST = 12 };
  struct str list = pairs_get(&r->form, "languages"), part, codes[MOST];
  int64_t id = 0;
  size_t n = 0;
  bool bad = false;
  if (str_to_i64(pairs_get(&r->form, "person"), &id) < 0)
    return ERR_NOTFOUND;
  while (n < MOST && str_cut(list, ',', &part, &list)) {
    part = str_trim(part);
    bad |= part.n == 1 || part.n > 3;
    for (size_t i = 0; i < part.n; i++)
      bad |= part.p[i] < 'a' || part.p[i] > 'z';
    bool again = part.n == 0;
    for (size_t i = 0; i < n; i++)
      again |= str_eq(codes[i], part);
    if (!again)
      codes[n++] = part;
  }
  if (bad) {
    struct capacity_view v = {.error = tr(r, "Languages are written as codes with commas between them: pt, es, en"), .spoken = pairs_get(&r->form, "languages")};
    w->status = 422;
    return show(r, w, &v);
  }
  int rc = capacity_speak(r->store, &r->scope, id, codes, n, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/capacity#languages"));
}

/* ---- /api/v1/capacity ---- */

static json_t *rep_of(const struct desk *d, const struct capacity_desk *c, uint32_t rep, const struct capacity_book *x) {
  json_t *o = json_object(), *weeks = json_array(), *languages = json_object();
  json_object_set_new(o, "rep", api_str(book_name(&d->book->reps, rep)));
  json_object_set_new(o, "rep_id", rep ? json_integer(d->book->reps.id[rep]) : json_null());
  json_object_set_new(o, "renewals", json_integer(x->renewals));
  json_object_set_new(o, "accounts", json_integer(x->accounts));
  json_object_set_new(o, "atr", api_money(x->atr, d->reporting));
  json_object_set_new(o, "at_risk", json_integer(x->at_risk));
  json_object_set_new(o, "at_risk_atr", api_money(x->risk_atr, d->reporting));
  json_object_set_new(o, "past_last_safe_day", json_integer(x->past_safe));
  json_object_set_new(o, "language_unfit", json_integer(x->unfit));
  json_object_set_new(o, "renewals_without_rate", json_integer(x->no_rate));
  for (int w = 0; w < CAPACITY_WEEKS; w++)
    json_array_append_new(weeks, json_integer(x->week[w]));
  for (uint32_t i = 1; i < c->facts->facts.n_languages; i++)
    if (x->language_atr[i]) {
      struct str name = c->facts->facts.languages[i];
      json_object_setn_new(languages, name.p, name.n, api_money(x->language_atr[i], d->reporting));
    }
  json_object_set_new(o, "to_place_by_week", weeks);
  json_object_set_new(o, "atr_by_language", languages);
  return o;
}

int api_capacity(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct capacity_desk c CAPACITY_CLEANUP = {0};
  struct capacity_book *books = NULL;
  uint32_t *codes = NULL;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = capacity_open(r->store, d.cache, d.book, &r->scope, &d.org, r->today, r->arena, &c, &r->err);
  if (rc >= 0)
    rc = capacity_books(d.book, &c.query, NULL, r->arena, &books, &r->err);
  if (rc >= 0)
    rc = capacity_order(r, &c, books, &codes, &n);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *reps = json_array();
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "first_week", api_day(c.query.week_first));
  json_object_set_new(x, "currency", api_currency(d.reporting));
  for (size_t i = 0; i < n; i++)
    json_array_append_new(reps, rep_of(&d, &c, codes[i], &books[codes[i]]));
  json_object_set_new(x, "reps", reps);
  return api_send(r, w, x);
}

/* The form of one filter of the grid, and the address that it leads to. */
#include "base/utf8.h"
#include "web/pages/grid_state.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_OPTIONS = 400 };

/* How many values are offered to be ticked; of customers and contracts there are too many, they are searched. */
static uint32_t offered(const struct book *b, enum grid_column column) {
  switch (column) {
  case GRID_CATEGORY: return CATEGORY_COUNT;
  case GRID_STAGE: return STAGE_COUNT;
  case GRID_OUTCOME: return OUTCOME_COUNT;
  case GRID_MODEL: return MODEL_COUNT;
  case GRID_PO: case GRID_AT_RISK: case GRID_OVERRIDE: case GRID_HAS_STEP: return 2;
  case GRID_CURRENCY: return b->n_currencies;
  case GRID_REP: return b->reps.n < MOST_OPTIONS ? b->reps.n : MOST_OPTIONS;
  case GRID_REGION: return b->regions.n < MOST_OPTIONS ? b->regions.n : MOST_OPTIONS;
  case GRID_TEAM: return b->n_teams < MOST_OPTIONS ? b->n_teams : MOST_OPTIONS;
  default: return 0;
  }
}

static bool is_searched(enum grid_column c) {
  return c == GRID_CUSTOMER || c == GRID_CONTRACT || c == GRID_RESELLER || c == GRID_DISTRIBUTOR || c == GRID_REP || c == GRID_TEAM || c == GRID_REGION ||
         grid_column_kind(c) == GRID_KIND_TEXT;
}
static bool may_be_blank(enum grid_column c) {
  return c == GRID_RESELLER || c == GRID_DISTRIBUTOR || c == GRID_CUSTOMER || c == GRID_CONTRACT || grid_column_kind(c) != GRID_KIND_SET;
}

static const struct grid_filter *filter_of(const struct grid_state *s, enum grid_column column) {
  for (size_t i = 0; i < s->query.n_filters; i++)
    if (s->query.filters[i].column == column)
      return &s->query.filters[i];
  return NULL;
}

static bool has_code(const struct grid_filter *f, uint32_t code) {
  for (size_t i = 0; f && i < f->n_codes; i++)
    if (f->codes[i] == code)
      return true;
  return false;
}

/* A rep is offered only to those who see some of that rep's rows; a team only when it has such a rep. */
static bool is_offered(const struct grid_state *s, enum grid_column column, uint32_t code) {
  const struct book *b = s->desk.book;
  if (column == GRID_REP)
    return s->desk.reps[code];
  if (column == GRID_CURRENCY)
    return code > 0;
  bool any = column != GRID_TEAM;
  for (uint32_t i = 0; i < b->reps.n && !any; i++)
    any = s->desk.reps[i] && b->rep_team[i] == code;
  return any;
}

/* What stands for a value in the form: ids, since codes move when names are added. */
static int64_t value_of(const struct book *b, enum grid_column column, uint32_t code) {
  switch (column) {
  case GRID_REP: return b->reps.id[code];
  case GRID_REGION: return b->regions.id[code];
  case GRID_TEAM: return b->teams[code].id;
  case GRID_CURRENCY: return (int64_t)b->currency_of[code];
  default: return code;
  }
}

static int fill_options(struct request *r, const struct grid_state *s, const struct grid_filter *f, enum grid_column column, struct grid_filter_view *v) {
  uint32_t n = offered(s->desk.book, column);
  v->options = arena_zalloc(r->arena, n + 1, sizeof *v->options);
  if (!v->options)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  for (uint32_t i = 0; i < n; i++)
    if (is_offered(s, column, i))
      v->options[v->n_options++] = (struct option){arena_fmt(r->arena, "%lld", (long long)value_of(s->desk.book, column, i)),
                                                      grid_code_words(r, s, column, i), has_code(f, i)};
  return OK;
}

static struct str raw_end(struct request *r, const struct grid_state *s, enum grid_column c, int64_t v) {
  char iso[DAY_ISO_SIZE];
  if (v == INT64_MIN || v == INT64_MAX)
    return STR_NONE;
  if (grid_column_kind(c) == GRID_KIND_DAY)
    return arena_str(r->arena, str_of(day_iso((day_t)v, iso)));
  if (grid_column_kind(c) == GRID_KIND_MONEY)
    return format_amount_input(r->reader, v, currency_exponent(s->desk.reporting));
  return arena_fmt(r->arena, "%lld", (long long)v);
}

static void add_when(struct request *r, const struct grid_filter *f, const struct grid_when *w, struct grid_filter_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64);
  grid_when_print(w, &b);
  bool now = f && f->relative && f->when.span == w->span && f->when.n == w->n;
  v->whens[v->n_whens++] = (struct option){arena_str(r->arena, strbuf_str(&b)), grid_when_words(r, w), now};
}

/* Days that move with today; one that only an address has said is offered, too. */
static int fill_whens(struct request *r, const struct grid_filter *f, struct grid_filter_view *v) {
  static const struct grid_when ALL[] = {{GRID_SPAN_DAYS, 0}, {GRID_SPAN_WEEK, 0}, {GRID_SPAN_MONTH, 0}, {GRID_SPAN_QUARTER, 0}, {GRID_SPAN_YEAR, 0},
                                         {GRID_SPAN_DAYS, 7}, {GRID_SPAN_DAYS, 30}, {GRID_SPAN_DAYS, 90}, {GRID_SPAN_MONTH, 1}, {GRID_SPAN_QUARTER, 1},
                                         {GRID_SPAN_DAYS, -7}, {GRID_SPAN_DAYS, -30}, {GRID_SPAN_DAYS, -90}, {GRID_SPAN_MONTH, -1}, {GRID_SPAN_QUARTER, -1}};
  enum { N = sizeof ALL / sizeof *ALL };
  bool there = !f || !f->relative;
  v->whens = arena_zalloc(r->arena, N + 1, sizeof *v->whens);
  if (!v->whens)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  for (size_t i = 0; i < N; i++) {
    add_when(r, f, &ALL[i], v);
    there |= v->whens[i].selected;
  }
  if (!there)
    add_when(r, f, &f->when, v);
  return OK;
}

static int fill_form(struct request *r, const struct grid_state *s, enum grid_column c, struct grid_filter_view *v) {
  const struct grid_filter *f = filter_of(s, c);
  v->label = grid_column_label(r->reader, &s->desk, c);
  v->column = str_of(grid_column_name((int)c));
  v->negate = f && f->negate;
  v->blank = f && (f->blank || (is_searched(c) && !offered(s->desk.book, c) && has_code(f, 0)));
  v->blank_label = may_be_blank(c) ? tr(r, "Without one") : STR_NONE;
  v->range = grid_column_kind(c) != GRID_KIND_SET && grid_column_kind(c) != GRID_KIND_TEXT;
  v->contains = is_searched(c);
  v->kind = grid_column_kind(c) == GRID_KIND_DAY ? "date" : "text";
  if (f && v->range && !f->relative && f->from <= f->to) {
    v->from = raw_end(r, s, c, f->from);
    v->to = raw_end(r, s, c, f->to);
  }
  v->text = f ? f->text : STR_NONE;
  int rc = grid_state_hidden(r, s, true, &v->hidden, &v->n_hidden);
  if (rc >= 0)
    rc = fill_options(r, s, f, c, v);
  if (rc >= 0 && grid_column_kind(c) == GRID_KIND_DAY)
    rc = fill_whens(r, f, v);
  if (f) {
    struct grid_filter *kept = arena_alloc(r->arena, (s->query.n_filters + 1) * sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; kept && i < s->query.n_filters; i++)
      if (s->query.filters[i].column != c)
        kept[n++] = s->query.filters[i];
    v->clear_href = grid_state_with(r, s, kept, n);
  }
  return rc;
}

/* Everything that can be filtered by, each a link to its form. */
static int fill_columns(struct request *r, const struct grid_state *s, struct grid_filter_view *v) {
  struct str base = grid_state_href(r, s, "/renewals/filter");
  v->label = tr(r, "Filter by");
  v->columns = arena_zalloc(r->arena, GRID_COLUMN_COUNT, sizeof *v->columns);
  if (!v->columns)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  for (int c = 0; c < GRID_COLUMN_COUNT; c++)
    if (c != GRID_AMOUNT && grid_column_kind((enum grid_column)c) != GRID_KIND_ROWS &&
        (r->as_of == DAY_NONE || grid_column_kind((enum grid_column)c) != GRID_KIND_TEXT)) /* no texts of a past day; converted amounts stand for the others */
      v->columns[v->n_columns++] = (struct grid_total){grid_column_label(r->reader, &s->desk, (enum grid_column)c), STR_NONE,
                                                       arena_fmt(r->arena, "%.*s&column=%s", STR_FMT(base), grid_column_name(c))};
  return OK;
}

int grid_filter_page(struct request *r, struct response *w) {
  struct grid_state s;
  struct grid_filter_view v = {.page = !r->fragment};
  int column = grid_column_of(pairs_get(&r->query, "column"));
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = column < 0 || grid_column_kind((enum grid_column)column) == GRID_KIND_ROWS ? fill_columns(r, &s, &v) : fill_form(r, &s, (enum grid_column)column, &v);
  if (rc >= 0) {
    struct view_cx cx = view_cx_of(r);
    shell_begin(r, w, &(struct page){.title = v.label, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
    view_grid_filter(&w->body, &cx, &v);
    rc = shell_end(r, w);
  }
  desk_close(&s.desk);
  return rc;
}

/* One end of a range from the form; an end that is not understood is open. */
static int64_t entered_end(const struct request *r, const struct grid_state *s, enum grid_column c, const char *name, int64_t open) {
  struct str text = str_trim(pairs_get(&r->query, name));
  day_t day;
  int64_t v;
  if (grid_column_kind(c) == GRID_KIND_DAY)
    return text.n && day_parse_iso(text, &day) == OK ? day : open;
  if (grid_column_kind(c) == GRID_KIND_NUMBER)
    return text.n && str_to_i64(text, &v) == OK ? v : open;
  return text.n && format_amount_read(r->reader, text, currency_exponent(s->desk.reporting), &v) == OK ? v : open;
}

static bool ticked(const struct request *r, int64_t value) {
  for (size_t i = 0; i < r->query.n; i++) {
    int64_t v = 0;
    if (str_eq(r->query.p[i].name, STR("v")) && str_to_i64(r->query.p[i].value, &v) == OK && v == value)
      return true;
  }
  return false;
}

static struct str entered_text(struct request *r) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(WEB_MAX_URL);
  utf8_fold(&key, str_trim(pairs_get(&r->query, "text")));
  return arena_str(r->arena, strbuf_str(&key));
}

static bool set_entered(struct request *r, const struct book *b, enum grid_column c, struct grid_filter *f) {
  uint32_t n = offered(b, c);
  f->codes = arena_zalloc(r->arena, n + 2, sizeof *f->codes);
  for (uint32_t i = 0; f->codes && i < n; i++)
    if (ticked(r, value_of(b, c, i)))
      f->codes[f->n_codes++] = i;
  if (f->codes && pairs_has(&r->query, "blank") && may_be_blank(c))
    f->codes[f->n_codes++] = 0;
  if (is_searched(c))
    f->text = entered_text(r);
  return f->n_codes > 0 || f->text.n > 0;
}

static bool filter_entered(struct request *r, const struct grid_state *s, enum grid_column c, struct grid_filter *f) {
  *f = (struct grid_filter){.column = c, .negate = pairs_has(&r->query, "not"), .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  if (grid_column_kind(c) == GRID_KIND_SET)
    return set_entered(r, s->desk.book, c, f);
  f->blank = pairs_has(&r->query, "blank");
  if (grid_column_kind(c) == GRID_KIND_TEXT) {
    f->text = f->blank ? STR_NONE : entered_text(r);
    return f->blank || f->text.n > 0;
  }
  f->relative = !f->blank && grid_column_kind(c) == GRID_KIND_DAY && grid_when_read(str_trim(pairs_get(&r->query, "when")), &f->when);
  if (!f->blank && !f->relative) {
    f->from = entered_end(r, s, c, "from", INT64_MIN);
    f->to = entered_end(r, s, c, "to", INT64_MAX);
  }
  return f->blank || f->relative || f->from != INT64_MIN || f->to != INT64_MAX;
}

int grid_chip_set(struct request *r, const struct grid_state *s, struct str *ret_href) {
  *ret_href = pairs_has(&r->query, "chosen") ? grid_state_href(r, s, "/renewals") : STR_NONE;
  int column = grid_column_of(pairs_get(&r->query, "set"));
  if (column < 0 || grid_column_kind((enum grid_column)column) == GRID_KIND_ROWS)
    return OK;
  struct grid_filter *filters = arena_alloc(r->arena, (s->query.n_filters + 2) * sizeof *filters);
  if (!filters)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  size_t n = 0;
  for (size_t i = 0; i < s->query.n_filters; i++)
    if (s->query.filters[i].column != (enum grid_column)column)
      filters[n++] = s->query.filters[i];
  n += filter_entered(r, s, (enum grid_column)column, &filters[n]);
  *ret_href = grid_state_with(r, s, filters, n);
  return OK;
}

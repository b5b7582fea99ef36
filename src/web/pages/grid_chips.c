/* The filters of the grid: what each chip says, its form, and the address its form leads to. */
#include "web/pages/grid_state.h"

enum chip_kind { CHIP_CHOICE, CHIP_DAYS, CHIP_MONEY };
struct chip {
  enum grid_column column;
  const char *label;
  enum chip_kind kind;
};
static const struct chip CHIPS[] = {
  {GRID_CATEGORY, "Category", CHIP_CHOICE}, {GRID_DUE, "Expires", CHIP_DAYS},        {GRID_REP, "Owner", CHIP_CHOICE},
  {GRID_REGION, "Region", CHIP_CHOICE},     {GRID_CONVERTED, "Amount", CHIP_MONEY},  {GRID_PO, "PO", CHIP_CHOICE},
  {GRID_STAGE, "Stage", CHIP_CHOICE},       {GRID_AT_RISK, "At risk", CHIP_CHOICE},  {GRID_MODEL, "Sales model", CHIP_CHOICE},
  {GRID_EXPECTED, "Lands", CHIP_DAYS},
};
enum { N_CHIPS = sizeof CHIPS / sizeof *CHIPS, MOST_OPTIONS = 400 };

static const struct str YES_NO[][2] = {{{"none", 4}, {"has one", 7}}, {{"no", 2}, {"yes", 3}}};

static struct str enum_word(const struct reader *r, enum grid_column column, uint32_t code) {
  switch (column) {
  case GRID_CATEGORY: return str_of(parts_category(r, (int)code));
  case GRID_STAGE: return str_of(parts_stage(r, (int)code));
  case GRID_MODEL: return str_of(parts_sales_model(r, (int)code));
  case GRID_OUTCOME: return str_of(parts_outcome(r, (int)code));
  case GRID_PO: return code < 2 ? YES_NO[0][code] : STR_NONE;
  case GRID_AT_RISK: return code < 2 ? YES_NO[1][code] : STR_NONE;
  default: return STR_NONE;
  }
}

static struct str code_word(const struct reader *r, const struct book *b, enum grid_column column, uint32_t code) {
  if (column == GRID_REP && code < b->reps.n)
    return code ? b->reps.name[code] : STR("nobody");
  if (column == GRID_REGION && code < b->regions.n)
    return code ? b->regions.name[code] : STR("no region");
  if (column == GRID_TEAM && code < b->n_teams)
    return code ? b->teams[code].name : STR("no team");
  return enum_word(r, column, code);
}

static uint32_t count_of(const struct book *b, enum grid_column column) {
  switch (column) {
  case GRID_CATEGORY: return CATEGORY_COUNT;
  case GRID_STAGE: return STAGE_COUNT;
  case GRID_MODEL: return MODEL_COUNT;
  case GRID_PO:
  case GRID_AT_RISK: return 2;
  case GRID_REP: return b->reps.n < MOST_OPTIONS ? b->reps.n : MOST_OPTIONS;
  case GRID_REGION: return b->regions.n < MOST_OPTIONS ? b->regions.n : MOST_OPTIONS;
  default: return 0;
  }
}

static const char *label_of(enum grid_column column) {
  for (size_t i = 0; i < N_CHIPS; i++)
    if (CHIPS[i].column == column)
      return CHIPS[i].label;
  switch (column) {
  case GRID_TEAM: return "Team";
  case GRID_OUTCOME: return "Outcome";
  case GRID_CLOSE: return "Close date";
  case GRID_BOOKED: return "Booked";
  case GRID_CHANGED: return "Changed";
  case GRID_STEP_DATE: return "Step due";
  case GRID_CUSTOMER: return "Customer";
  case GRID_RESELLER: return "Reseller";
  case GRID_DISTRIBUTOR: return "Distributor";
  case GRID_CURRENCY: return "Currency";
  default: return grid_column_name((int)column);
  }
}

static bool is_money(enum grid_column c) { return c == GRID_AMOUNT || c == GRID_CONVERTED || c == GRID_ATR || c == GRID_WON; }

static struct str end_words(struct request *r, const struct grid_state *s, const struct grid_filter *f, int64_t v) {
  return is_money(f->column) ? format_money(r->reader, v, s->desk.reporting, MONEY_K) : format_day(r->reader, (day_t)v);
}

static struct str range_words(struct request *r, const struct grid_state *s, const struct grid_filter *f) {
  if (f->from == INT64_MIN && f->to == INT64_MAX)
    return STR("any");
  struct str from = f->from == INT64_MIN ? STR_NONE : end_words(r, s, f, f->from), to = f->to == INT64_MAX ? STR_NONE : end_words(r, s, f, f->to);
  bool money = is_money(f->column);
  if (!from.n)
    return arena_fmt(r->arena, "%s %.*s", money ? "up to" : "until", STR_FMT(to));
  if (!to.n)
    return arena_fmt(r->arena, "from %.*s", STR_FMT(from));
  return f->from == f->to ? from : arena_fmt(r->arena, "%.*s to %.*s", STR_FMT(from), STR_FMT(to));
}

struct str grid_filter_words(struct request *r, const struct grid_state *s, const struct grid_filter *f) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  strbuf_fmt(&b, "%s: %s", label_of(f->column), f->negate ? "not " : "");
  if (f->text.n) {
    strbuf_add(&b, f->text);
  } else if (f->n_codes > 3) {
    strbuf_fmt(&b, "%d of them", (int)f->n_codes);
  } else if (f->codes) {
    for (size_t i = 0; i < f->n_codes; i++) {
      strbuf_addz(&b, i ? ", " : "");
      strbuf_add(&b, code_word(r->reader, s->desk.book, f->column, f->codes[i]));
    }
    if (!f->n_codes)
      strbuf_addz(&b, "nothing known");
  } else {
    strbuf_add(&b, range_words(r, s, f));
  }
  return arena_str(r->arena, strbuf_str(&b));
}

static const struct grid_filter *filter_of(const struct grid_state *s, enum grid_column column) {
  for (size_t i = 0; i < s->query.n_filters; i++)
    if (s->query.filters[i].column == column)
      return &s->query.filters[i];
  return NULL;
}

static struct str without(struct request *r, const struct grid_state *s, enum grid_column column) {
  struct grid_filter *kept = arena_alloc(r->arena, (s->query.n_filters + 1) * sizeof *kept);
  size_t n = 0;
  for (size_t i = 0; kept && i < s->query.n_filters; i++)
    if (s->query.filters[i].column != column)
      kept[n++] = s->query.filters[i];
  return grid_state_text(r, s, kept, n);
}

static bool has_code(const struct grid_filter *f, uint32_t code) {
  for (size_t i = 0; f && i < f->n_codes; i++)
    if (f->codes[i] == code)
      return !f->negate;
  return f && f->negate;
}

static int choices(struct request *r, const struct grid_state *s, const struct grid_filter *f, struct grid_chip *x, enum grid_column column) {
  uint32_t n = count_of(s->desk.book, column);
  x->options = arena_zalloc(r->arena, n + 1, sizeof *x->options);
  if (!x->options)
    return ERR_NOMEM;
  for (uint32_t i = 0; i < n; i++) {
    if (column == GRID_REP && !s->desk.reps[i])
      continue;
    struct str word = code_word(r->reader, s->desk.book, column, i);
    x->options[x->n_options++] = (struct option){word, word, has_code(f, i)};
  }
  return OK;
}

static struct str raw_end(struct request *r, const struct grid_state *s, enum chip_kind kind, int64_t v) {
  if (v == INT64_MIN || v == INT64_MAX)
    return STR_NONE;
  char day[DAY_ISO_SIZE];
  if (kind == CHIP_DAYS)
    return arena_str(r->arena, str_of(day_iso((day_t)v, day)));
  return format_amount_input(r->reader, v, currency_exponent(s->desk.reporting));
}

static int hidden_fields(struct request *r, const struct grid_state *s, const char *set, struct grid_chip *x) {
  x->hidden = arena_zalloc(r->arena, 5, sizeof *x->hidden);
  if (!x->hidden)
    return ERR_NOMEM;
  const struct grid_hidden all[] = {{STR("f"), s->f}, {STR("set"), str_of(set)}, {STR("q"), s->q}, {STR("period"), s->period}, {STR("sort"), s->sort}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (i < 2 || all[i].value.n)
      x->hidden[x->n_hidden++] = all[i];
  return OK;
}

int grid_chips(struct request *r, const struct grid_state *s, struct grid_view *v) {
  v->chips = arena_zalloc(r->arena, N_CHIPS + 1, sizeof *v->chips);
  if (!v->chips)
    return ERR_NOMEM;
  for (size_t i = 0; i < N_CHIPS; i++) {
    const struct chip *c = &CHIPS[i];
    const struct grid_filter *f = filter_of(s, c->column);
    struct grid_chip *x = &v->chips[v->n_chips];
    *x = (struct grid_chip){.name = "v", .label = c->label, .on = f != NULL, .summary = str_of(c->label)};
    int rc = hidden_fields(r, s, grid_column_name((int)c->column), x);
    if (rc == OK && c->kind == CHIP_CHOICE)
      rc = choices(r, s, f, x, c->column);
    if (rc < 0)
      return rc;
    if (c->kind == CHIP_CHOICE && x->n_options < 2)
      continue; /* nothing to choose */
    if (c->kind != CHIP_CHOICE) {
      x->from_name = "from";
      x->to_name = "to";
      x->kind = c->kind == CHIP_DAYS ? "date" : "text";
      x->from = f ? raw_end(r, s, c->kind, f->from) : STR_NONE;
      x->to = f ? raw_end(r, s, c->kind, f->to) : STR_NONE;
    }
    if (f) {
      x->summary = grid_filter_words(r, s, f);
      x->clear_href = grid_state_href(r, s, "/renewals", without(r, s, c->column), s->sort, 0);
    }
    v->n_chips++;
  }
  return OK;
}

static bool chosen(const struct request *r, struct str word) {
  for (size_t i = 0; i < r->query.n; i++)
    if (str_eq(r->query.p[i].name, STR("v")) && str_eq(r->query.p[i].value, word))
      return true;
  return false;
}

/* One end of a range from the form; an end that is not understood is open. */
static int64_t entered_end(const struct request *r, const struct grid_state *s, enum chip_kind kind, const char *name, int64_t open) {
  struct str text = str_trim(pairs_get(&r->query, name));
  day_t day;
  int64_t amount;
  if (kind == CHIP_DAYS)
    return text.n && day_parse_iso(text, &day) == OK ? day : open;
  return text.n && format_amount_read(r->reader, text, currency_exponent(s->desk.reporting), &amount) == OK ? amount : open;
}

static bool filter_entered(struct request *r, const struct grid_state *s, const struct chip *c, struct grid_filter *f) {
  *f = (struct grid_filter){.column = c->column, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  if (c->kind != CHIP_CHOICE) {
    f->from = entered_end(r, s, c->kind, "from", INT64_MIN);
    f->to = entered_end(r, s, c->kind, "to", INT64_MAX);
    return f->from != INT64_MIN || f->to != INT64_MAX;
  }
  uint32_t n = count_of(s->desk.book, c->column);
  f->codes = arena_zalloc(r->arena, n + 1, sizeof *f->codes);
  for (uint32_t i = 0; f->codes && i < n; i++)
    if (chosen(r, code_word(r->reader, s->desk.book, c->column, i)))
      f->codes[f->n_codes++] = i;
  return f->n_codes > 0;
}

int grid_chip_set(struct request *r, const struct grid_state *s, struct str *ret_href) {
  *ret_href = STR_NONE;
  int column = grid_column_of(pairs_get(&r->query, "set"));
  const struct chip *c = NULL;
  for (size_t i = 0; i < N_CHIPS; i++)
    if ((int)CHIPS[i].column == column)
      c = &CHIPS[i];
  if (!c)
    return OK;
  struct grid_filter *filters = arena_alloc(r->arena, (s->query.n_filters + 2) * sizeof *filters);
  if (!filters)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  size_t n = 0;
  for (size_t i = 0; i < s->query.n_filters; i++)
    if (s->query.filters[i].column != c->column)
      filters[n++] = s->query.filters[i];
  n += filter_entered(r, s, c, &filters[n]);
  *ret_href = grid_state_href(r, s, "/renewals", grid_state_text(r, s, filters, n), s->sort, 0);
  return OK;
}

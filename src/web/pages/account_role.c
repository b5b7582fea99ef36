#include "web/pages/account_role.h"
#include "app/kpi.h"
#include "insight/book_part.h"
#include "insight/party.h"

enum { MOST_OPEN = 12, MOST_PAST = 12, MOST_PARTIES = 12, YEARS = 5, SOON = 90, YEAR_DAYS = 365, N_FIGURES = 5 };

struct part {
  enum grid_column column;
  uint32_t code;
};

static struct desk_rows rows_of(const struct part *p) {
  struct desk_rows x = {.n = 0};
  desk_where(&x, p->column, p->code);
  return x;
}

static int add_figure(struct request *r, const struct desk *d, struct account_role *role, struct str label, const struct desk_rows *x, bool bad) {
  struct grid_totals t;
  int rc = desk_rows_totals(r, d, x, &t);
  if (rc >= 0)
    role->figures[role->n_figures++] = (struct account_figure){.label = label, .note = tr_n(r, t.rows, "{n} renewal", "{n} renewals"),
                                                               .href = desk_rows_href(r, d, x, ""), .bad = bad && t.rows > 0,
                                                               .amount = parts_amount(r->reader, t.converted, d->reporting, MONEY_HEAD)};
  return rc;
}

static int fill_figures(struct request *r, const struct desk *d, const struct part *p, struct account_role *role) {
  struct desk_rows open = rows_of(p), soon, past_due, risk, won = rows_of(p);
  role->figures = arena_zalloc(r->arena, N_FIGURES, sizeof *role->figures);
  if (!role->figures)
    return ERR_NOMEM;
  desk_where_open(&open);
  soon = past_due = risk = open;
  desk_where_range(&soon, GRID_DUE, r->today, r->today + SOON);
  desk_where_range(&past_due, GRID_DUE, INT64_MIN, r->today - 1);
  desk_where(&risk, GRID_AT_RISK, 1);
  desk_where(&won, GRID_CATEGORY, CATEGORY_CLOSED);
  desk_where_range(&won, GRID_BOOKED, r->today - YEAR_DAYS + 1, r->today);
  int rc = add_figure(r, d, role, tr(r, "Open"), &open, false);
  if (rc >= 0)
    rc = add_figure(r, d, role, tr(r, "Due in 90 days"), &soon, false);
  if (rc >= 0)
    rc = add_figure(r, d, role, tr(r, "Past its end date"), &past_due, true);
  if (rc >= 0)
    rc = add_figure(r, d, role, tr(r, "At risk"), &risk, true);
  return rc >= 0 ? add_figure(r, d, role, tr(r, "Won in 12 months"), &won, false) : rc;
}

static struct account_renewal renewal_row(struct request *r, const struct book *b, uint32_t i) {
  const struct book_renewals *n = &b->renewals;
  bool closed = n->category[i] == CATEGORY_CLOSED, open = n->outcome[i] == OUTCOME_OPEN;
  return (struct account_renewal){
    .due = format_weekday(r->reader, n->due[i]), .href = arena_fmt(r->arena, "/renewals/%u", n->id[i]), .customer = book_name(&b->accounts, n->account[i]),
    .contract = book_name(&b->contracts, n->contract[i]), .owner = book_name(&b->reps, n->rep[i]), .outcome = str_of(parts_outcome(r->reader, n->outcome[i])),
    .booked = n->booked[i] == DAY_NONE ? STR_NONE : format_day(r->reader, n->booked[i]), .glyph = parts_glyph(n->category[i]),
    .category = str_of(parts_category(r->reader, n->category[i])),
    .amount = parts_amount(r->reader, closed ? n->won[i] : n->forecast[i], b->currency_of[n->currency[i]], MONEY_WHOLE), .late = open && n->due[i] < r->today};
}

static int list(struct request *r, const struct desk *d, const struct desk_rows *x, bool descending, uint32_t most, struct account_renewal **ret, size_t *ret_n,
                struct str *ret_note) {
  struct grid_page page;
  int rc = desk_rows_page(r, d, x, GRID_DUE, descending, most, &page);
  if (rc < 0)
    return rc;
  *ret = arena_zalloc(r->arena, page.n + 1, sizeof **ret);
  if (!*ret)
    return ERR_NOMEM;
  for (size_t i = 0; i < page.n; i++)
    (*ret)[(*ret_n)++] = renewal_row(r, d->book, page.rows[i]);
  struct str all = format_count(r->reader, page.totals.rows);
  *ret_note = page.more ? tr_fmt(r, "{0} of {1}", format_count(r->reader, (int64_t)page.n), all) : all;
  return OK;
}

static int fill_renewals(struct request *r, const struct desk *d, const struct part *p, struct account_role *role) {
  struct desk_rows open = rows_of(p), past = rows_of(p);
  desk_where_open(&open);
  desk_where_codes(&past, GRID_CATEGORY, (const uint32_t[]){CATEGORY_CLOSED, CATEGORY_OMITTED}, 2, false);
  role->open_href = desk_rows_href(r, d, &open, "");
  role->past_href = desk_rows_href(r, d, &past, "-due_date");
  int rc = list(r, d, &open, false, MOST_OPEN, &role->open, &role->n_open, &role->open_note);
  if (p->column != GRID_CUSTOMER && role->n_open && r->as_of == DAY_NONE && (MAY_WRITE & (1u << r->who.role)))
    role->workbook_href = arena_fmt(r->arena, "/accounts/%lld/workbook.xlsx", (long long)d->book->accounts.id[p->code]);
  return rc >= 0 ? list(r, d, &past, true, MOST_PAST, &role->past, &role->n_past, &role->past_note) : rc;
}

/* ---- by year ---- */

static struct str kpi_href(struct request *r, enum kpi_id id, struct str year, const struct part *p, const char *side) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/kpi/%s", kpi_def_of(id)->key);
  desk_add_param(&b, &first, "period", year);
  desk_add_param(&b, &first, "by", str_of(kpi_by_name(p->column == GRID_CUSTOMER ? KPI_BY_ACCOUNT : KPI_BY_PARTNER)));
  desk_add_param(&b, &first, "group", arena_fmt(r->arena, "%u", p->code));
  desk_add_param(&b, &first, "side", str_of(side));
  return arena_str(r->arena, strbuf_str(&b));
}

static struct account_year year_row(struct request *r, const struct desk *d, const struct part *p, const struct period *year, const struct kpi_group *g) {
  char id[PERIOD_ID_SIZE];
  struct str y = arena_str(r->arena, str_of(period_id(year, id)));
  bool running = year->last >= r->today;
  enum kpi_id count = running ? KPI_ON_TIME_TO_DATE_COUNT : KPI_ON_TIME_COUNT, money = running ? KPI_ON_TIME_TO_DATE_MONEY : KPI_ON_TIME_MONEY;
  const struct kpi_value *v = g->values;
  return (struct account_year){
    .year = running ? tr_fmt(r, "{0} to date", y) : y, .due = format_count(r->reader, v[count].den), .on_time = format_share(r->reader, v[count].num, v[count].den, 0),
    .on_time_money = format_share(r->reader, v[money].num, v[money].den, 0), .retained = format_share(r->reader, v[KPI_FINAL].num, v[KPI_FINAL].den, 0),
    .atr = parts_amount(r->reader, v[KPI_ATR].num, d->reporting, MONEY_HEAD), .due_href = kpi_href(r, count, y, p, "d"), .on_time_href = kpi_href(r, count, y, p, "n"),
    .on_time_money_href = kpi_href(r, money, y, p, "n"), .retained_href = kpi_href(r, KPI_FINAL, y, p, "n"), .atr_href = kpi_href(r, KPI_ATR, y, p, "n")};
}

static int fill_years(struct request *r, const struct desk *d, const struct part *p, struct account_role *role) {
  struct period year = period_of(&d->org.calendar, PERIOD_YEAR, r->today);
  role->years = arena_zalloc(r->arena, YEARS, sizeof *role->years);
  if (!role->years)
    return ERR_NOMEM;
  for (int i = 0; i < YEARS && d->book->lines.n; i++, year = period_prev(&d->org.calendar, &year)) {
    struct kpi_query q = {.period = year, .calendar = d->org.calendar, .as_of = r->today, .grace_days = d->org.grace_days, .reps = d->reps, .threads = 1};
    struct kpi_result result;
    int rc = kpi_compute(d->book, &q, r->arena, &result, &r->err);
    if (rc < 0)
      return rc;
    if (result.total.due)
      role->years[role->n_years++] = year_row(r, d, p, &year, &result.total);
  }
  return OK;
}

/* ---- the others ---- */

static int fill_parties(struct request *r, const struct desk *d, const struct part *p, struct account_role *role) {
  struct party_sum *rows = NULL;
  size_t n = 0;
  struct party_ask q = {p->column, p->code, d->reps, d->extra, d->n_extra, d->period.first};
  int rc = party_sums(d->book, &q, r->arena, &rows, &n);
  size_t shown = n < MOST_PARTIES ? n : MOST_PARTIES;
  role->parties = arena_zalloc(r->arena, shown + 1, sizeof *role->parties);
  if (rc < 0 || !role->parties)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < shown; i++) {
    struct desk_rows x = rows_of(p);
    desk_where(&x, rows[i].part, rows[i].account);
    struct str all_href = desk_rows_href(r, d, &x, "");
    desk_where_open(&x);
    role->parties[role->n_parties++] = (struct account_party){
      .name = book_name(&d->book->accounts, rows[i].account), .href = account_href(r, d->book->accounts.id[rows[i].account]),
      .part = rows[i].part == GRID_CUSTOMER ? tr(r, "Customer") : rows[i].part == GRID_RESELLER ? tr(r, "Reseller") : tr(r, "Distributor"),
      .renewals = format_count(r->reader, rows[i].renewals), .last_due = format_day(r->reader, rows[i].last_due),
      .open_href = rows[i].open ? desk_rows_href(r, d, &x, "") : all_href, .open = parts_amount(r->reader, rows[i].open_amount, d->reporting, MONEY_HEAD)};
  }
  role->parties_note = n > shown ? tr_fmt(r, "{0} of {1}", format_count(r->reader, (int64_t)shown), format_count(r->reader, (int64_t)n)) : STR_NONE;
  role->parties_title = role->partner ? tr(r, "Customers behind it") : tr(r, "Partners");
  return OK;
}

/* d: of the account's rows alone. */
static int fill_role(struct request *r, const struct desk *d, const struct part *p, struct account_role *role) {
  role->partner = p->column != GRID_CUSTOMER;
  int rc = fill_figures(r, d, p, role);
  if (rc >= 0)
    rc = fill_renewals(r, d, p, role);
  if (rc >= 0)
    rc = fill_years(r, d, p, role);
  return rc >= 0 ? fill_parties(r, d, p, role) : rc;
}

/* Adds the section of one part, when the account has it by its kind or in a visible renewal. */
static int add_role(struct request *r, const struct desk *d, const struct part *p, bool by_kind, struct account_view *v) {
  struct book *book = arena_zalloc(r->arena, 1, sizeof *book);
  struct desk own = *d;
  struct desk_rows rows = rows_of(p);
  struct grid_totals t;
  if (!book || book_part_of(d->book, p->column, p->code, &own.extra, &own.n_extra, r->arena, book) < 0)
    return ERR_NOMEM;
  own.book = book;
  int rc = desk_rows_totals(r, &own, &rows, &t);
  bool shown = rc >= 0 && (t.rows || by_kind);
  if (shown)
    rc = fill_role(r, &own, p, &v->roles[v->n_roles]);
  book_part_end(book);
  if (shown && rc >= 0) {
    v->roles[v->n_roles].place = (int)v->n_roles + 1;
    v->n_roles++;
  }
  return rc;
}

int account_roles(struct request *r, const struct desk *d, const struct account *x, struct account_view *v) {
  static const struct {
    enum grid_column column;
    int bit;
    const char *title;
  } ROLES[] = {{GRID_CUSTOMER, 1, MSG("As a customer")}, {GRID_RESELLER, 2, MSG("As a reseller")}, {GRID_DISTRIBUTOR, 4, MSG("As a distributor")}};
  struct part p = {.code = book_code(&d->book->accounts, x->id)};
  v->roles = arena_zalloc(r->arena, 3, sizeof *v->roles);
  if (!v->roles)
    return ERR_NOMEM;
  v->customer = (x->kind & 1) != 0 || !(x->kind & 6);
  for (size_t i = 0; i < 3 && p.code; i++) {
    size_t before = v->n_roles;
    p.column = ROLES[i].column;
    int rc = add_role(r, d, &p, (x->kind & ROLES[i].bit) != 0, v);
    if (rc < 0)
      return rc;
    if (v->n_roles > before)
      v->roles[before].title = tr(r, ROLES[i].title);
    v->customer |= i == 0 && v->n_roles > before;
  }
  if (v->n_roles == 1)
    v->roles[0].title = STR_NONE;
  return OK;
}

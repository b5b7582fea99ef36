/* The ledger of exceptions: what was asked in a period, what it cost, and when it is to be recaptured. */
#include "store/repo_desk.h"
#include "web/pages/approvals.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { LEDGER_MOST = 5000, GROUPS_MOST = 400, SHOWN = 200 };
enum by { BY_KIND, BY_REP, BY_PARTNER, BY_QUARTER, BYS };
static const char *const BY_NAMES[BYS] = {"kind", "rep", "partner", "quarter"};

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "Out of memory"); }

struct ledger {
  struct desk desk;
  enum by by;
  struct exception *rows;
  size_t n;
};

static int64_t instant_of(day_t d) { return (int64_t)d * SECONDS_PER_DAY; }

/* By quarter the whole year is shown, else the page's period. */
static int read_ledger(struct request *r, struct ledger *l) {
  struct str by = pairs_get(&r->query, "by"), period = pairs_get(&r->query, "period");
  for (int i = 0; i < BYS; i++)
    if (str_eq(by, str_of(BY_NAMES[i])))
      l->by = (enum by)i;
  int rc = desk_open(r, period, &l->desk);
  if (rc < 0)
    return rc;
  struct period p = l->by == BY_QUARTER ? period_of(&l->desk.org.calendar, PERIOD_YEAR, l->desk.period.first) : l->desk.period;
  struct exception_query q = {.list = EXCEPTIONS_PERIOD, .key = instant_of(p.last + 1), .from = instant_of(p.first), .until = r->until, .max = LEDGER_MOST};
  return exception_find(r->store, r->arena, &r->scope, &q, r->today, &l->rows, &l->n, &r->err);
}

static bool is_waiver(int kind) { return kind == EXCEPTION_REINSTATEMENT_WAIVER || kind == EXCEPTION_BACKDATE_WAIVER; }

static struct str group_name(struct request *r, const struct ledger *l, const struct exception *x) {
  char id[PERIOD_ID_SIZE];
  switch (l->by) {
  case BY_REP: return x->owner.n ? x->owner : tr(r, "nobody");
  case BY_PARTNER: return x->partner.n ? x->partner : tr(r, "sold directly");
  case BY_QUARTER: {
    struct period p = period_of(&l->desk.org.calendar, PERIOD_QUARTER, format_day_of(r->reader, x->asked_at));
    return format_period(r->reader, arena_str(r->arena, str_of(period_id(&p, id))));
  }
  default: return str_of(approval_kind(r->reader, x->kind));
  }
}

struct total {
  struct str name;
  int64_t asked, approved, declined, open, cost, waiver, no_rate;
};

static void count(const struct request *r, struct total *t, const struct exception *x) {
  int state = exception_state_on(x, r->today);
  t->asked++;
  t->approved += state == EXCEPTION_APPROVED;
  t->declined += state == EXCEPTION_DECLINED;
  t->open += state <= EXCEPTION_RETURNED;
  if (state != EXCEPTION_APPROVED)
    return;
  if (x->cost_reporting < 0 || __builtin_add_overflow(t->cost, x->cost_reporting, &t->cost)) {
    t->no_rate++;
    return;
  }
  t->waiver += is_waiver(x->kind) ? x->cost_reporting : 0; /* never more than cost */
}

static struct ledger_total total_of(struct request *r, const struct ledger *l, const struct total *t) {
  return (struct ledger_total){.name = t->name, .asked = format_count(r->reader, t->asked), .approved = format_count(r->reader, t->approved),
                               .declined = format_count(r->reader, t->declined), .open = format_count(r->reader, t->open),
                               .cost = parts_amount(r->reader, t->cost, l->desk.reporting, MONEY_WHOLE),
                               .waiver = parts_amount(r->reader, t->waiver, l->desk.reporting, MONEY_WHOLE)};
}

static int by_cost(const void *a, const void *b) {
  const struct total *x = a, *y = b;
  return x->cost != y->cost ? (x->cost < y->cost ? 1 : -1) : str_cmp(x->name, y->name);
}

static int fill_totals(struct request *r, const struct ledger *l, struct ledger_view *v) {
  struct total *t = arena_zalloc(r->arena, GROUPS_MOST + 1, sizeof *t), all = {.name = tr(r, "Total")};
  size_t n = 0;
  if (!t)
    return no_memory(r);
  for (size_t i = 0; i < l->n; i++) {
    struct str name = group_name(r, l, &l->rows[i]);
    size_t k = 0;
    while (k < n && !str_eq(t[k].name, name))
      k++;
    if (k == n && n < GROUPS_MOST)
      t[n++].name = name;
    count(r, &t[k], &l->rows[i]); /* beyond GROUPS_MOST: into the last, which is not shown; the total counts all */
    count(r, &all, &l->rows[i]);
  }
  if (l->by != BY_QUARTER)
    qsort(t, n, sizeof *t, by_cost);
  v->totals = arena_zalloc(r->arena, n + 1, sizeof *v->totals);
  if (!v->totals)
    return no_memory(r);
  for (size_t i = 0; i < n; i++)
    v->totals[v->n_totals++] = total_of(r, l, &t[i]);
  v->all = total_of(r, l, &all);
  v->headline = tr_n(r, all.approved, "{n} exception approved, at a cost of {0}", "{n} exceptions approved, at a cost of {0}",
                     format_money(r->reader, all.cost, l->desk.reporting, MONEY_HEAD));
  v->say = all.no_rate ? tr_n(r, all.no_rate, "{n} is in no sum: there is no rate for its currency.",
                             "{n} are in no sum: there is no rate for their currency.") : STR_NONE;
  return OK;
}

static void fill_row(struct request *r, const struct exception *x, struct ledger_row *to) {
  bool known = x->cost_reporting >= 0;
  *to = (struct ledger_row){.customer = x->customer, .href = arena_fmt(r->arena, "/approvals/%" PRId64, x->id), .words = approval_words(r->reader, x->kind, x->size),
                            .owner = x->owner, .partner = x->partner, .asked = format_day(r->reader, format_day_of(r->reader, x->asked_at)),
                            .state = str_of(approval_state(r->reader, exception_state_on(x, r->today))),
                            .cost = known ? parts_amount(r->reader, x->cost_reporting, x->reporting, MONEY_WHOLE)
                                          : parts_amount(r->reader, x->cost, x->currency, MONEY_WHOLE),
                            .recapture = x->recapture == DAY_NONE ? STR("\u2013") : format_day(r->reader, x->recapture)};
}

static struct str page_href(struct request *r, enum by by, struct str period) {
  return arena_fmt(r->arena, "/approvals/ledger?by=%s&period=%.*s", BY_NAMES[by], STR_FMT(period));
}

static int fill_nav(struct request *r, const struct ledger *l, struct ledger_view *v) {
  static const char *const LABELS[BYS] = {MSG("By kind"), MSG("By rep"), MSG("By partner"), MSG("By quarter")};
  v->bys = arena_zalloc(r->arena, BYS, sizeof *v->bys);
  if (!v->bys)
    return no_memory(r);
  for (int i = 0; i < BYS; i++)
    v->bys[v->n_bys++] = (struct option){page_href(r, (enum by)i, l->desk.period_id), tr(r, LABELS[i]), i == (int)l->by};
  v->by_name = tr(r, LABELS[l->by]);
  v->csv_href = arena_fmt(r->arena, "/approvals/ledger.csv?by=%s&period=%.*s", BY_NAMES[l->by], STR_FMT(l->desk.period_id));
  return OK;
}

static struct raw_html_trusted period_bar(struct request *r, const struct ledger *l) {
  char a[PERIOD_ID_SIZE], b[PERIOD_ID_SIZE];
  struct period prev = period_prev(&l->desk.org.calendar, &l->desk.period), next = period_next(&l->desk.org.calendar, &l->desk.period);
  struct str prev_id = arena_str(r->arena, str_of(period_id(&prev, a))), next_id = arena_str(r->arena, str_of(period_id(&next, b)));
  return desk_period_bar(r, page_href(r, l->by, prev_id), format_period(r->reader, prev_id), l->desk.period_name, page_href(r, l->by, next_id),
                         format_period(r->reader, next_id));
}

static void ledger_close(struct ledger *l) { desk_close(&l->desk); }

int approvals_ledger_page(struct request *r, struct response *w) {
  struct ledger l __attribute__((cleanup(ledger_close))) = {0};
  struct ledger_view v = {0};
  int rc = read_ledger(r, &l);
  if (rc >= 0)
    rc = fill_totals(r, &l, &v);
  if (rc >= 0)
    rc = fill_nav(r, &l, &v);
  v.rows = arena_zalloc(r->arena, SHOWN + 1, sizeof *v.rows);
  if (rc < 0 || !v.rows)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = l.n; i-- > 0 && v.n_rows < SHOWN;)
    fill_row(r, &l.rows[i], &v.rows[v.n_rows++]);
  v.rows_note = l.n > SHOWN ? tr_fmt(r, "the newest {0} of {1}; all are in the CSV", format_count(r->reader, SHOWN), format_count(r->reader, (int64_t)l.n))
                            : tr_n(r, (int64_t)l.n, "{n} request", "{n} requests");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Ledger"), .nav = "/approvals", .crumb = tr(r, "Approvals"), .crumb_href = STR("/approvals"), .sheet = "rhythm.css",
                                   .bar = period_bar(r, &l)});
  view_approval_ledger(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- CSV ---- */

static void cell(struct strbuf *b, struct str s, bool last) {
  bool quote = false;
  for (size_t i = 0; i < s.n; i++)
    quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
  bool formula = s.n && strchr("=+-@\t", s.p[0]); /* a spreadsheet would compute it */
  if (quote || formula)
    strbuf_addc(b, '"');
  if (formula)
    strbuf_addc(b, '\'');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      strbuf_addc(b, '"');
    strbuf_addc(b, s.p[i]);
  }
  if (quote || formula)
    strbuf_addc(b, '"');
  strbuf_addz(b, last ? "\r\n" : ",");
}

static void day_cell(struct strbuf *b, day_t d, bool last) {
  char buf[DAY_ISO_SIZE];
  cell(b, str_of(day_iso(d, buf)), last);
}

static void money_cell(struct strbuf *b, int64_t minor, currency_t c) {
  if (minor >= 0)
    money_add_text(b, minor, c);
  strbuf_addc(b, ',');
}

static void csv_row(struct request *r, struct strbuf *b, const struct exception *x) {
  char code[4], reporting[4];
  strbuf_fmt(b, "%" PRId64 ",", x->id);
  cell(b, str_of(exception_kind_name(x->kind)), false);
  cell(b, str_of(exception_state_name(exception_state_on(x, r->today))), false);
  cell(b, x->customer, false);
  cell(b, x->contract, false);
  cell(b, x->owner, false);
  cell(b, x->partner, false);
  cell(b, x->country, false);
  cell(b, x->asker, false);
  day_cell(b, format_day_of(r->reader, x->asked_at), false);
  cell(b, x->decider, false);
  day_cell(b, x->decided_at ? format_day_of(r->reader, x->decided_at) : DAY_NONE, false);
  strbuf_fmt(b, "%" PRId64 ",%" PRId64 ",%s,", x->asked_size, x->size, exception_in_days(x->kind) ? "days" : "basis_points");
  money_cell(b, x->cost, x->currency);
  cell(b, str_of(currency_code(x->currency, code)), false);
  money_cell(b, x->cost_reporting, x->reporting);
  cell(b, str_of(currency_code(x->reporting, reporting)), false);
  money_cell(b, is_waiver(x->kind) && x->state == EXCEPTION_APPROVED ? x->cost_reporting : 0, x->reporting);
  day_cell(b, x->recapture, false);
  day_cell(b, x->valid_until, true);
}

int approvals_ledger_csv(struct request *r, struct response *w) {
  struct ledger l __attribute__((cleanup(ledger_close))) = {0};
  int rc = read_ledger(r, &l);
  if (rc < 0)
    return rc;
  strbuf_addz(&w->body, "id,kind,state,customer,contract,owner,partner,country,asked_by,asked,decided_by,decided,asked_size,size,unit,cost,currency,"
                        "cost_reporting,reporting_currency,waiver_cost,recapture_date,valid_until\r\n");
  for (size_t i = 0; i < l.n; i++)
    csv_row(r, &w->body, &l.rows[i]);
  return response_download(r, w, STR("text/csv; charset=utf-8"), STR("exceptions.csv"));
}

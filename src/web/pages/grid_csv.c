/* The rows of the grid as CSV: exactly what is filtered, in its order, every page of it. */
#include <unistd.h>
#include "base/strbuf.h"
#include "web/pages/grid_state.h"

enum { FLUSH_AT = 1 << 16 };

/* A cell as text: quoted when needed; what a spreadsheet would take for a formula gets an apostrophe. */
static void cell(struct strbuf *b, struct str s) {
  bool formula = s.n && memchr("=+-@\t\r", s.p[0], 6), quote = formula;
  for (size_t i = 0; i < s.n && !quote; i++)
    quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
  if (quote)
    strbuf_addz(b, formula ? "\"'" : "\"");
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      strbuf_addc(b, '"');
    strbuf_addc(b, s.p[i]);
  }
  if (quote)
    strbuf_addc(b, '"');
  strbuf_addc(b, ',');
}

static void day_cell(struct strbuf *b, day_t d) {
  char iso[DAY_ISO_SIZE];
  strbuf_addz(b, day_iso(d, iso));
  strbuf_addc(b, ',');
}

static void money_cell(struct strbuf *b, int64_t minor, currency_t c) {
  money_add_text(b, minor, c);
  strbuf_addc(b, ',');
}

static struct str dict_name(const struct book_dict *d, uint32_t code) { return code && code < d->n ? book_name(d, code) : STR_NONE; }

static void csv_row(const struct grid_state *s, uint32_t i, const struct renewal *x, struct strbuf *b) {
  const struct book *k = s->desk.book;
  const struct book_renewals *n = &k->renewals;
  char code[4], at[INSTANT_ISO_SIZE];
  int64_t converted;
  currency_t c = k->currency_of[n->currency[i]];
  strbuf_fmt(b, "%u,", n->id[i]);
  cell(b, dict_name(&k->accounts, n->account[i]));
  cell(b, dict_name(&k->contracts, n->contract[i]));
  day_cell(b, n->due[i]);
  day_cell(b, n->close[i]);
  day_cell(b, n->booked[i]);
  cell(b, str_of(currency_code(c, code)));
  money_cell(b, n->atr[i], c);
  money_cell(b, n->forecast[i], c);
  money_cell(b, n->won[i], c);
  if (grid_converted(k, i, s->query.plan_day, &converted))
    money_add_text(b, converted, s->desk.reporting);
  strbuf_addc(b, ',');
  cell(b, str_of(category_name(n->category[i])));
  cell(b, str_of(stage_name(n->stage[i])));
  cell(b, str_of(outcome_name(n->outcome[i])));
  strbuf_addz(b, n->flags[i] & RENEWAL_AT_RISK ? "1," : "0,");
  cell(b, x->next_step);
  day_cell(b, x->next_step_date);
  cell(b, x->po_number);
  cell(b, dict_name(&k->accounts, n->reseller[i]));
  cell(b, dict_name(&k->accounts, n->distributor[i]));
  cell(b, dict_name(&k->reps, n->rep[i]));
  cell(b, dict_name(&k->regions, n->region[i]));
  cell(b, str_of(sales_model_name(n->model[i])));
  strbuf_addz(b, instant_iso(x->changed_at, at));
  strbuf_addz(b, "\r\n");
}

static int write_all(int fd, struct strbuf *b, struct err *e) {
  struct str s = strbuf_str(b);
  while (s.n) {
    ssize_t n = write(fd, s.p, s.n);
    if (n <= 0)
      return err_set(e, ERR_IO, "export: the temporary file can't be written: the disk may be full");
    s = str_sub(s, (size_t)n, s.n);
  }
  strbuf_clear(b);
  return b->failed ? err_set(e, ERR_NOMEM, "export: out of memory: try again") : OK;
}

static int csv_rows(struct request *r, const struct grid_state *s, const uint32_t *rows, size_t n, int fd) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1 << 20);
  ARENA_CLEANUP struct arena *scratch = arena_child(r->arena);
  if (!scratch)
    return err_set(&r->err, ERR_NOMEM, "export: out of memory: try again");
  strbuf_fmt(&b, "renewal_id,customer,contract_number,due_date,close_date,booked_date,currency,atr_amount,forecast_amount,won_amount,amount_%s,"
                 "forecast_category,stage,outcome,at_risk,next_step,next_step_date,po_number,reseller_account,distributor_account,owner,region,"
                 "sales_model,changed_at\r\n", s->desk.reporting_code);
  int rc = OK;
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct renewal x;
    arena_reset(scratch);
    rc = renewal_get_as_of(r->store, scratch, s->desk.book->renewals.id[rows[i]], r->until, &x, &r->err);
    if (rc < 0)
      break;
    csv_row(s, rows[i], &x, &b);
    if (b.n > FLUSH_AT)
      rc = write_all(fd, &b, &r->err);
  }
  return rc < 0 ? rc : write_all(fd, &b, &r->err);
}

int grid_csv(struct request *r, struct response *w) {
  struct grid_state s;
  uint32_t *rows = NULL;
  size_t n = 0;
  int fd = -1;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = grid_all(s.desk.book, &s.query, r->arena, &rows, &n, NULL, &r->err);
  if (rc >= 0)
    rc = response_temp_file(r, &fd);
  if (rc >= 0)
    rc = csv_rows(r, &s, rows, n, fd);
  desk_close(&s.desk);
  if (rc < 0) {
    if (fd >= 0)
      close(fd);
    return rc;
  }
  w->file = fd;
  char iso[DAY_ISO_SIZE];
  return response_download(r, w, STR("text/csv; charset=utf-8"), arena_fmt(r->arena, "renewals-%s.csv", day_iso(r->today, iso)));
}

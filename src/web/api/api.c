#include "web/api/api.h"
#include <math.h>
#include "store/repo_contract.h"
#include "web/api/json.h"
#include "web/pages/desk.h"
#include "web/pages/grid_state.h"

enum { MOST_LIMIT = 1000 };

int api_me(struct request *r, struct response *w) {
  json_t *x = json_object();
  json_object_set_new(x, "id", json_integer(r->who.id));
  json_object_set_new(x, "name", api_str(r->who.name));
  json_object_set_new(x, "email", api_str(r->who.email));
  json_object_set_new(x, "role", json_string(role_name((int)r->who.role)));
  json_object_set_new(x, "may_write", json_boolean(r->who.may_write));
  json_object_set_new(x, "today", api_day(r->today));
  return api_send(r, w, x);
}

static void set_amounts(json_t *x, int64_t atr, int64_t forecast, int64_t won, currency_t c) {
  json_object_set_new(x, "currency", api_currency(c));
  json_object_set_new(x, "atr_amount", api_money(atr, c));
  json_object_set_new(x, "forecast_amount", api_money(forecast, c));
  json_object_set_new(x, "won_amount", api_money(won, c));
}

static json_t *cell_of(const struct grid_value *v) {
  char code[4];
  if (v->blank)
    return json_null();
  switch (v->kind) {
  case VALUE_DAY: return api_day((day_t)v->number);
  case VALUE_MONEY: return api_money(v->number, v->currency);
  case VALUE_COUNT: return json_integer(v->number);
  case VALUE_FLAG: return json_boolean(v->number);
  default: return v->currency ? json_string(currency_code(v->currency, code)) : api_str(v->text);
  }
}

/* Without cols= what the book has of a renewal; with it these, and always its id and currency. */
static const uint8_t API_USUAL[] = {SHOW_CUSTOMER, SHOW_CONTRACT, SHOW_DUE, SHOW_CLOSE, SHOW_BOOKED, SHOW_STEP_DATE, SHOW_ATR, SHOW_WON, SHOW_CONVERTED,
                                    SHOW_CATEGORY, SHOW_STAGE, SHOW_OUTCOME, SHOW_AT_RISK, SHOW_MODEL, SHOW_OWNER, SHOW_REGION, SHOW_RESELLER,
                                    SHOW_DISTRIBUTOR, SHOW_CHANGED};

static struct grid_chosen api_columns(const struct request *r, const struct grid_state *s) {
  struct grid_chosen x = s->cols;
  if (pairs_get(&r->query, "cols").n || s->view.id)
    return x;
  x.n = sizeof API_USUAL;
  memcpy(x.col, API_USUAL, sizeof API_USUAL);
  return x;
}

static int renewal_row(struct request *r, const struct grid_state *s, const struct grid_chosen *cols, uint32_t i, json_t **ret) {
  const struct book_renewals *n = &s->desk.book->renewals;
  currency_t c = s->desk.book->currency_of[n->currency[i]];
  struct renewal full;
  if (grid_chosen_stored(cols)) {
    int rc = renewal_get_as_of(r->store, r->arena, n->id[i], r->until, &full, &r->err);
    if (rc < 0)
      return rc;
  }
  json_t *x = json_object();
  json_object_set_new(x, "id", json_integer(n->id[i]));
  json_object_set_new(x, "currency", api_currency(c));
  json_object_set_new(x, "reporting_currency", api_currency(s->desk.reporting));
  if (!pairs_get(&r->query, "cols").n && !s->view.id)
    json_object_set_new(x, "forecast_amount", api_money(n->forecast[i], c));
  for (size_t k = 0; k < cols->n; k++) {
    struct grid_value v = grid_col_value(&s->desk, cols->col[k], i, &full);
    json_object_set_new(x, grid_cols[cols->col[k]].header, cell_of(&v));
  }
  *ret = x;
  return OK;
}

static json_t *totals_of(const struct grid_state *s, const struct grid_totals *t) {
  const struct book *b = s->desk.book;
  json_t *x = json_object(), *by = json_object();
  json_object_set_new(x, "rows", json_integer(t->rows));
  json_object_set_new(x, "currency", api_currency(s->desk.reporting));
  json_object_set_new(x, "amount", api_money(t->converted, s->desk.reporting));
  json_object_set_new(x, "rows_without_rate", json_integer(t->no_rate));
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (t->rows_by_currency[c]) {
      char code[4];
      json_object_set_new(by, currency_code(b->currency_of[c], code), api_money(t->by_currency[c], b->currency_of[c]));
    }
  json_object_set_new(x, "by_currency", by);
  return x;
}

static int renewals_answer(struct request *r, struct response *w, struct grid_state *s) {
  struct grid_page page;
  int64_t limit = GRID_PAGE_ROWS;
  if (pairs_has(&r->query, "limit") && (str_to_i64(pairs_get(&r->query, "limit"), &limit) < 0 || limit < 1 || limit > MOST_LIMIT))
    return err_set(&r->err, ERR_RANGE, "limit: must be from 1 to %d", MOST_LIMIT);
  if (s->bad.n)
    return err_set(&r->err, ERR_SYNTAX, "f: not understood: %.*s", STR_FMT(s->bad));
  s->query.limit = (uint32_t)limit;
  int rc = grid_run(s->desk.book, &s->query, r->arena, &page, &r->err);
  if (rc < 0)
    return rc;
  struct grid_chosen cols = api_columns(r, s);
  json_t *x = json_object(), *rows = json_array();
  for (size_t i = 0; i < page.n && rc >= 0; i++) {
    json_t *row = NULL;
    rc = renewal_row(r, s, &cols, page.rows[i], &row);
    if (rc >= 0)
      json_array_append_new(rows, row);
  }
  if (rc < 0) {
    json_decref(rows);
    json_decref(x);
    return rc;
  }
  json_object_set_new(x, "renewals", rows);
  json_object_set_new(x, "totals", totals_of(s, &page.totals));
  json_object_set_new(x, "next_after", page.more && page.n ? json_integer(s->desk.book->renewals.id[page.rows[page.n - 1]]) : json_null());
  return api_send(r, w, x);
}

int api_renewals(struct request *r, struct response *w) {
  struct grid_state s;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = renewals_answer(r, w, &s);
  desk_close(&s.desk);
  return rc;
}

static json_t *term_row(const struct contract_term *t) {
  json_t *x = json_object();
  json_object_set_new(x, "line_number", api_str(t->line_number));
  json_object_set_new(x, "product", api_str(t->sku));
  json_object_set_new(x, "serial_number", api_str(t->serial_number));
  json_object_set_new(x, "quantity", json_integer(t->quantity));
  json_object_set_new(x, "start_date", api_day(t->start_date));
  json_object_set_new(x, "end_date", api_day(t->end_date));
  json_object_set_new(x, "currency", api_currency(t->currency));
  json_object_set_new(x, "net_amount", api_money(t->net_amount, t->currency));
  json_object_set_new(x, "annual_value", api_money(t->annual_value, t->currency));
  json_object_set_new(x, "outcome", json_string(outcome_name(t->outcome)));
  json_object_set_new(x, "evidence", json_string(evidence_name(t->evidence)));
  json_object_set_new(x, "booked_date", api_day(t->booked_date));
  json_object_set_new(x, "booked_assumed", json_boolean(t->booked_assumed));
  return x;
}

static void set_contract(json_t *x, const struct contract *c) {
  json_object_set_new(x, "contract_number", api_str(c->number));
  json_object_set_new(x, "end_user_account", api_str(c->end_user.name));
  json_object_set_new(x, "reseller_account", api_str(c->reseller.name));
  json_object_set_new(x, "distributor_account", api_str(c->distributor.name));
  json_object_set_new(x, "sales_model", json_string(sales_model_name(c->sales_model)));
  json_object_set_new(x, "owner", api_str(c->owner));
  json_object_set_new(x, "region", api_str(c->region));
  json_object_set_new(x, "contract_state", json_string(contract_state_name(c->state)));
}

static void set_state(json_t *x, const struct renewal *n) {
  char at[INSTANT_ISO_SIZE];
  json_object_set_new(x, "id", json_integer(n->id));
  json_object_set_new(x, "version", json_integer(n->version));
  json_object_set_new(x, "due_date", api_day(n->due_date));
  json_object_set_new(x, "close_date", api_day(n->close_date));
  json_object_set_new(x, "booked_date", api_day(n->booked_date));
  set_amounts(x, n->atr_amount, n->forecast_amount, n->won_amount, n->currency);
  json_object_set_new(x, "forecast_category", json_string(category_name(n->category)));
  json_object_set_new(x, "category_override", json_boolean(n->category_override));
  json_object_set_new(x, "stage", json_string(stage_name(n->stage)));
  json_object_set_new(x, "outcome", json_string(outcome_name(n->outcome)));
  json_object_set_new(x, "at_risk", json_boolean(n->at_risk));
  json_object_set_new(x, "next_step", api_str(n->next_step));
  json_object_set_new(x, "next_step_date", api_day(n->next_step_date));
  json_object_set_new(x, "po_number", api_str(n->po_number));
  json_object_set_new(x, "lost_reason", api_str(n->lost_reason));
  json_object_set_new(x, "changed_at", json_string(instant_iso(n->changed_at, at)));
}

int api_renewal(struct request *r, struct response *w) {
  int64_t id = 0;
  struct renewal n;
  struct contract c;
  struct contract_term *terms = NULL;
  size_t n_terms = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &n);
  if (rc >= 0)
    rc = desk_contract(r, n.contract_id, &c);
  if (rc >= 0)
    rc = contract_terms(r->store, r->arena, n.contract_id, n.due_date, r->until, &terms, &n_terms, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *lines = json_array();
  set_state(x, &n);
  set_contract(x, &c);
  for (size_t i = 0; i < n_terms; i++)
    json_array_append_new(lines, term_row(&terms[i]));
  json_object_set_new(x, "lines", lines);
  return api_send(r, w, x);
}

static json_t *node_of(const struct desk *d, const struct forecast_node *n) {
  static const char *const LEVELS[] = {"all", "region", "team", "rep"};
  json_t *x = json_object(), *counts = json_object(), *amounts = json_object();
  json_object_set_new(x, "level", json_string(LEVELS[n->level]));
  json_object_set_new(x, "name", api_str(n->name));
  json_object_set_new(x, "parent", n->parent < 0 ? json_null() : json_integer(n->parent));
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    json_object_set_new(counts, category_name(c), json_integer(n->count[c]));
    json_object_set_new(amounts, category_name(c), api_money(n->amount[c], d->reporting));
  }
  json_object_set_new(x, "amount", amounts);
  json_object_set_new(x, "renewals", counts);
  json_object_set_new(x, "target", n->has_target ? api_money(n->target, d->reporting) : json_null());
  json_object_set_new(x, "gap", n->has_target ? api_money(n->gap, d->reporting) : json_null());
  json_object_set_new(x, "coverage", isnan(n->coverage) ? json_null() : json_real(n->coverage));
  return x;
}

int api_forecast(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct forecast_tree t = {0};
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc >= 0)
    rc = desk_forecast(r, &d, &t);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *nodes = json_array();
  json_object_set_new(x, "period", api_str(d.period_id));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "currency", api_currency(d.reporting));
  for (size_t i = 0; i < t.n; i++)
    json_array_append_new(nodes, node_of(&d, &t.nodes[i]));
  json_object_set_new(x, "nodes", nodes);
  return api_send(r, w, x);
}

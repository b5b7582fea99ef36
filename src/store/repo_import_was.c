/* Rows as they were before an import. */
#include "store/repo_import_was.h"
#include "store/driver.h"

static int done(int64_t rows)
{
  return rows < 0 ? (int)rows : OK;
}

static int keep(struct store *s, const char *sql, int64_t import_id, int64_t id, struct err *e)
{
  return import_id ? done(db_run(store_db(s), sql, BINDS(B_I64(import_id), B_I64(id)), e)) : OK;
}

int import_was_line(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              "insert into contract_line_was (by_import, id, line_number, product_id, serial_number, quantity, start_date, currency, list_amount, net_amount, "
              "annual_value, booked_date, renewed_from, stated_outcome, renewed_on, renewed_amount, status, import_id) "
              "select $1, id, line_number, product_id, serial_number, quantity, start_date, currency, list_amount, net_amount, annual_value, booked_date, "
              "renewed_from, stated_outcome, renewed_on, renewed_amount, status, import_id from contract_line where id = $2 on conflict do nothing",
              import_id, id, e);
}

int import_was_contract(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              "insert into contract_was (by_import, id, end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, "
              "currency, import_id) select $1, id, end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, currency, "
              "import_id from contract where id = $2 on conflict do nothing",
              import_id, id, e);
}

int import_was_account(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              "insert into account_was (by_import, id, kind, country, language, currency, parent_id, region_id, external_id) "
              "select $1, id, kind, country, language, currency, parent_id, region_id, external_id from account "
              "where id = $2 and coalesce(import_id, 0) <> $1 on conflict do nothing",
              import_id, id, e);
}

int import_was_product(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              "insert into product_was (by_import, id, name, family, product_line, service_level, eol_date, eos_date, replacement_sku) "
              "select $1, id, name, family, product_line, service_level, eol_date, eos_date, replacement_sku from product "
              "where id = $2 and coalesce(import_id, 0) <> $1 on conflict do nothing",
              import_id, id, e);
}

int import_was_rate(struct store *s, int64_t import_id, currency_t c, day_t date, struct err *e)
{
  if (!import_id)
    return OK;
  int64_t n = db_run(store_db(s),
                     "insert into fx_rate_was (by_import, currency, rate_date, rate, source, known_at) "
                     "select $1, currency, rate_date, rate, source, known_at from fx_rate where currency = $2 and rate_date = $3 on conflict do nothing",
                     BINDS(B_I64(import_id), B_I64(c), B_I64(date)), e);
  if (n != 0)
    return done(n);
  return done(db_run(store_db(s), "insert into fx_rate_was (by_import, currency, rate_date) values ($1, $2, $3) on conflict do nothing",
                     BINDS(B_I64(import_id), B_I64(c), B_I64(date)), e));
}

int import_was_link(struct store *s, int64_t import_id, int64_t line_id, int64_t successor_line_id, struct err *e)
{
  if (!import_id)
    return OK;
  return done(db_run(store_db(s),
                     "insert into line_link_was (by_import, line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason) "
                     "select $1, line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason from line_link "
                     "where line_id = $2 and successor_line_id = $3 on conflict do nothing",
                     BINDS(B_I64(import_id), B_I64(line_id), B_I64(successor_line_id)), e));
}

int import_was_outcomes(struct store *s, int64_t import_id, const struct history_line *lines, const uint8_t *only, size_t n, struct err *e)
{
  struct bulk *b = NULL;
  bool any = false;
  for (size_t i = 0; i < n && !any; i++)
    any = only[i] && lines[i].outcome.stored;
  if (!import_id || !any)
    return OK;
  int r = bulk_begin(store_db(s), "line_outcome_was",
                     "by_import, line_id, outcome, evidence, booked_date, booked_assumed, won_annual, known_at, known_derived, renewal_id", &b, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n && r == OK; i++) {
    const struct line_outcome *o = &lines[i].outcome;
    if (!only[i] || !o->stored)
      continue;
    bulk_i64(b, import_id);
    bulk_i64(b, lines[i].id);
    bulk_i64(b, o->outcome);
    bulk_i64(b, o->evidence);
    bulk_day(b, o->booked);
    bulk_i64(b, o->booked_assumed);
    bulk_i64(b, o->won);
    bulk_i64(b, o->known_at);
    bulk_i64(b, o->known_derived);
    bulk_id(b, o->renewal_id);
    r = bulk_row(b, e);
  }
  int end = bulk_end(b, r < 0 ? NULL : e);
  return r < 0 ? r : end;
}

int import_made(struct store *s, int64_t import_id, const char *entity, int64_t id, struct err *e)
{
  if (!import_id)
    return OK;
  return done(db_run(store_db(s), "insert into import_made (by_import, entity, entity_id) values ($1, $2, $3) on conflict do nothing",
                     BINDS(B_I64(import_id), B_STR(str_of(entity)), B_I64(id)), e));
}

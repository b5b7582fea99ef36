/* Rows as they were before an import. */
#include "store/repo_import_was.h"
#include "store/driver.h"
#include "store/repo_outcome.h"

/* The row as it is, unless it has been kept or (NOT_MINE) the import itself made it. */
#define KEEP(table, columns, not_mine) \
  "insert into " table "_was (by_import, id, " columns ") select $1, id, " columns " from " table " where id = $2" not_mine " on conflict do nothing"
#define NOT_MINE " and coalesce(import_id, 0) <> $1"

static int keep(struct store *s, const char *sql, int64_t import_id, int64_t id, struct err *e)
{
  return import_id ? db_exec(store_db(s), sql, BINDS(B_I64(import_id), B_I64(id)), e) : OK;
}

int import_was_line(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              KEEP("contract_line",
                   "line_number, product_id, serial_number, quantity, start_date, currency, list_amount, net_amount, annual_value, booked_date, "
                   "renewed_from, stated_outcome, renewed_on, renewed_amount, status, import_id", ""),
              import_id, id, e);
}

int import_was_contract(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s,
              KEEP("contract",
                   "end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, currency, import_id", ""),
              import_id, id, e);
}

int import_was_account(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s, KEEP("account", "kind, country, language, currency, parent_id, region_id, external_id", NOT_MINE), import_id, id, e);
}

int import_was_product(struct store *s, int64_t import_id, int64_t id, struct err *e)
{
  return keep(s, KEEP("product", "name, family, product_line, service_level, eol_date, eos_date, replacement_sku", NOT_MINE), import_id, id, e);
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
    return n < 0 ? (int)n : OK;
  return db_exec(store_db(s), "insert into fx_rate_was (by_import, currency, rate_date) values ($1, $2, $3) on conflict do nothing",
                 BINDS(B_I64(import_id), B_I64(c), B_I64(date)), e);
}

int import_was_link(struct store *s, int64_t import_id, int64_t line_id, int64_t successor_line_id, struct err *e)
{
  if (!import_id)
    return OK;
  return db_exec(store_db(s),
                 "insert into line_link_was (by_import, line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason) "
                 "select $1, line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason from line_link "
                 "where line_id = $2 and successor_line_id = $3 on conflict do nothing",
                 BINDS(B_I64(import_id), B_I64(line_id), B_I64(successor_line_id)), e);
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
                     "by_import, " OUTCOME_COLUMNS, &b, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n && r == OK; i++) {
    if (!only[i] || !lines[i].outcome.stored)
      continue;
    bulk_i64(b, import_id);
    r = outcome_row(b, lines[i].id, &lines[i].outcome, e);
  }
  int end = bulk_end(b, r < 0 ? NULL : e);
  return r < 0 ? r : end;
}

int import_made(struct store *s, int64_t import_id, const char *entity, int64_t id, struct err *e)
{
  if (!import_id)
    return OK;
  return db_exec(store_db(s), "insert into import_made (by_import, entity, entity_id) values ($1, $2, $3) on conflict do nothing",
                 BINDS(B_I64(import_id), B_STR(str_of(entity)), B_I64(id)), e);
}

/* Rows of an import: keys, terms, bulk writing. */
#include "store/repo_import.h"
#include "base/alloc.h"
#include "store/driver.h"
#include "store/repo_import_was.h"

static struct bind text_or_null(struct str s)
{
  return s.n == 0 ? B_NULL : B_STR(s);
}

int import_each_key(struct store *s, enum import_thing what, import_key_fn *fn, void *arg, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = ERR_FAIL;
  switch (what) {
  case THING_ACCOUNT: rc = db_query(store_db(s), "select coalesce(m.survivor_id, a.id), a.name_key, a.external_id from account a"
                                                   " left join account_merged m on m.merged_id = a.id /* scan */", NULL, &q, e); break;
  case THING_PRODUCT: rc = db_query(store_db(s), "select id, sku_key, '' from product /* scan */", NULL, &q, e); break;
  case THING_PERSON: rc = db_query(store_db(s), "select id, name_key, email from person order by id desc /* scan */", NULL, &q, e); break;
  case THING_REGION: rc = db_query(store_db(s), "select id, name, '' from region /* scan */", NULL, &q, e); break;
  }
  while (rc >= 0 && (rc = stmt_next(q, e)) == 1)
    rc = fn(arg, stmt_i64(q, 0), stmt_str(q, 1), stmt_str(q, 2), e);
  return rc < 0 ? rc : OK;
}

#define CONTRACT_COLUMNS "number_key, id, end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, currency"

int import_each_contract(struct store *s, struct str key, import_contract_fn *fn, void *arg, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = key.n ? db_query(store_db(s), "select " CONTRACT_COLUMNS " from contract where number_key = $1", BINDS(B_STR(key)), &q, e)
                 : db_query(store_db(s), "select " CONTRACT_COLUMNS " from contract /* scan */", NULL, &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) == 1) {
    struct known_contract c = {stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), stmt_i64(q, 4), stmt_i64(q, 5), stmt_i64(q, 6),
                               (int)stmt_i64(q, 7), (currency_t)stmt_i64(q, 8)};
    rc = fn(arg, stmt_str(q, 0), &c, e);
  }
  return rc < 0 ? rc : OK;
}

int import_each_line(struct store *s, int64_t first_contract, int64_t last_contract, import_line_fn *fn, void *arg, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s),
                    "select id, contract_id, line_key, line_number, serial_number, renewed_from, status, product_id, quantity, start_date, end_date, currency, "
                    "list_amount, net_amount, booked_date, stated_outcome, renewed_on, renewed_amount from contract_line "
                    "where contract_id between $1 and $2 order by contract_id, line_key, start_date /* sort */",
                    BINDS(B_I64(first_contract), B_I64(last_contract)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) == 1) {
    struct known_line l = {.id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .line_key = (uint64_t)stmt_i64(q, 2), .product_id = stmt_i64(q, 7),
                           .quantity = stmt_i64(q, 8), .start = stmt_day(q, 9), .end = stmt_day(q, 10), .currency = (currency_t)stmt_i64(q, 11),
                           .has_list = !stmt_null(q, 12), .list = stmt_i64(q, 12), .net = stmt_i64(q, 13), .booked = stmt_day(q, 14),
                           .outcome = stmt_null(q, 15) ? -1 : (int8_t)stmt_i64(q, 15), .renewed_on = stmt_day(q, 16),
                           .has_renewed_amount = !stmt_null(q, 17), .renewed_amount = stmt_i64(q, 17)};
    for (int i = 0; i < KNOWN_TEXTS; i++)
      l.text[i] = str_hash(stmt_str(q, 3 + i));
    rc = fn(arg, &l, e);
  }
  return rc < 0 ? rc : OK;
}

int import_count_lines(struct store *s, int64_t *ret, struct err *e)
{
  return db_one_i64(store_db(s), "select 1 from contract_line limit 1 /* scan */", NULL, 0, ret, e);
}

int import_add_accounts(struct store *s, const struct new_account *rows, size_t n, int64_t import_id, struct err *e)
{
  struct bulk *b;
  int rc = bulk_begin(store_db(s), "account",
                      "id,name,name_key,kind,country,language,currency,parent_id,region_id,external_id,known_at,import_id", &b, e);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n && rc == OK; i++) {
    const struct new_account *x = &rows[i];
    bulk_i64(b, x->id);
    bulk_str(b, x->name);
    bulk_str(b, x->key);
    bulk_i64(b, x->kind);
    x->country.n ? bulk_str(b, x->country) : bulk_null(b);
    x->language.n ? bulk_str(b, x->language) : bulk_null(b);
    bulk_id(b, x->currency);
    bulk_id(b, x->parent_id);
    bulk_id(b, x->region_id);
    x->external_id.n ? bulk_str(b, x->external_id) : bulk_null(b);
    bulk_i64(b, x->known_at);
    bulk_id(b, import_id);
    rc = bulk_row(b, e);
  }
  int end = bulk_end(b, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

int import_add_products(struct store *s, const struct new_product *rows, size_t n, int64_t import_id, struct err *e)
{
  struct bulk *b;
  int rc = bulk_begin(store_db(s), "product",
                      "id,sku,sku_key,name,family,product_line,service_level,eol_date,eos_date,replacement_sku,known_at,import_id", &b, e);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n && rc == OK; i++) {
    const struct new_product *x = &rows[i];
    bulk_i64(b, x->id);
    bulk_str(b, x->sku);
    bulk_str(b, x->key);
    x->name.n ? bulk_str(b, x->name) : bulk_null(b);
    x->family.n ? bulk_str(b, x->family) : bulk_null(b);
    x->product_line.n ? bulk_str(b, x->product_line) : bulk_null(b);
    x->service_level.n ? bulk_str(b, x->service_level) : bulk_null(b);
    bulk_day(b, x->eol);
    bulk_day(b, x->eos);
    x->replacement.n ? bulk_str(b, x->replacement) : bulk_null(b);
    bulk_i64(b, x->known_at);
    bulk_id(b, import_id);
    rc = bulk_row(b, e);
  }
  int end = bulk_end(b, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

int import_add_person(struct store *s, int64_t id, struct str name, struct str key, struct str email, int64_t now, int64_t import_id,
                      struct err *e)
{
  int64_t n = db_run(store_db(s), "insert into person (id, email, name, name_key, role, active, created_at) values ($1, $2, $3, $4, 3, 0, $5)",
                     BINDS(B_I64(id), text_or_null(email), B_STR(name), B_STR(key), B_I64(now)), e);
  return n < 0 ? (int)n : import_made(s, import_id, "person", id, e);
}

int import_add_region(struct store *s, int64_t id, struct str name, int64_t import_id, struct err *e)
{
  int64_t n = db_run(store_db(s), "insert into region (id, name) values ($1, $2)", BINDS(B_I64(id), B_STR(name)), e);
  return n < 0 ? (int)n : import_made(s, import_id, "region", id, e);
}

struct import_writer {
  struct bulk *bulk;
  int64_t import_id;
};

static int writer_begin(struct store *s, const char *table, const char *columns, int64_t import_id, struct import_writer **ret, struct err *e)
{
  struct import_writer *w = mem_zalloc(1, sizeof *w);
  if (!w)
    return err_set(e, ERR_NOMEM, "out of memory");
  w->import_id = import_id;
  int rc = bulk_begin(store_db(s), table, columns, &w->bulk, e);
  if (rc < 0)
    mem_free(w);
  else
    *ret = w;
  return rc;
}

int import_contracts_begin(struct store *s, int64_t import_id, struct import_writer **ret, struct err *e)
{
  return writer_begin(s, "contract",
                      "id,number,number_key,end_user_account_id,reseller_account_id,distributor_account_id,sales_model,currency,owner_id,region_id,"
                      "state,known_at,import_id",
                      import_id, ret, e);
}

int import_contracts_add(struct import_writer *w, const struct new_contract *c, struct err *e)
{
  struct bulk *b = w->bulk;
  bulk_i64(b, c->id);
  bulk_str(b, c->number);
  bulk_str(b, c->key);
  bulk_i64(b, c->end_user);
  bulk_id(b, c->reseller);
  bulk_id(b, c->distributor);
  bulk_i64(b, c->sales_model);
  bulk_i64(b, c->currency);
  bulk_id(b, c->owner);
  bulk_id(b, c->region);
  bulk_i64(b, c->state);
  bulk_i64(b, c->known_at);
  bulk_id(b, w->import_id);
  return bulk_row(b, e);
}

int import_lines_begin(struct store *s, int64_t import_id, struct import_writer **ret, struct err *e)
{
  return writer_begin(s, "contract_line",
                      "id,contract_id,line_number,line_key,product_id,serial_number,quantity,start_date,end_date,currency,list_amount,net_amount,annual_value,"
                      "booked_date,renewed_from,stated_outcome,renewed_on,renewed_amount,status,known_at,known_derived,import_id",
                      import_id, ret, e);
}

int import_lines_add(struct import_writer *w, const struct new_line *l, struct err *e)
{
  struct bulk *b = w->bulk;
  bulk_i64(b, l->id);
  bulk_i64(b, l->contract_id);
  bulk_str(b, l->line_number);
  bulk_i64(b, (int64_t)l->line_key);
  bulk_id(b, l->product_id);
  l->serial.n ? bulk_str(b, l->serial) : bulk_null(b);
  bulk_i64(b, l->quantity);
  bulk_day(b, l->start);
  bulk_day(b, l->end);
  bulk_i64(b, l->currency);
  l->has_list ? bulk_i64(b, l->list) : bulk_null(b);
  bulk_i64(b, l->net);
  bulk_i64(b, l->annual);
  bulk_day(b, l->booked);
  l->renewed_from.n ? bulk_str(b, l->renewed_from) : bulk_null(b);
  l->outcome >= 0 ? bulk_i64(b, l->outcome) : bulk_null(b);
  bulk_day(b, l->renewed_on);
  l->has_renewed_amount ? bulk_i64(b, l->renewed_amount) : bulk_null(b);
  l->status.n ? bulk_str(b, l->status) : bulk_null(b);
  bulk_i64(b, l->known_at);
  bulk_i64(b, l->derived);
  bulk_id(b, w->import_id);
  return bulk_row(b, e);
}

int import_writer_end(struct import_writer *w, struct err *e)
{
  if (!w)
    return OK;
  int rc = bulk_end(w->bulk, e);
  mem_free(w);
  return rc;
}

int import_set_line(struct store *s, const struct new_line *l, int64_t import_id, struct err *e)
{
  int rc = import_was_line(s, import_id, l->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "update contract_line set line_number = $2, product_id = $3, serial_number = $4, quantity = $5, start_date = $6, currency = $7, "
                 "list_amount = $8, net_amount = $9, annual_value = $10, booked_date = $11, renewed_from = $12, stated_outcome = $13, renewed_on = $14, "
                 "renewed_amount = $15, status = $16, import_id = $17 where id = $1",
                 BINDS(B_I64(l->id), B_STR(l->line_number), B_ID(l->product_id), text_or_null(l->serial), B_I64(l->quantity), B_I64(l->start),
                       B_I64(l->currency), l->has_list ? B_I64(l->list) : B_NULL, B_I64(l->net), B_I64(l->annual), B_DAY(l->booked),
                       text_or_null(l->renewed_from), l->outcome >= 0 ? B_I64(l->outcome) : B_NULL, B_DAY(l->renewed_on),
                       l->has_renewed_amount ? B_I64(l->renewed_amount) : B_NULL, text_or_null(l->status), B_ID(import_id)),
                 e);
}

int import_set_contract(struct store *s, const struct new_contract *c, int64_t import_id, struct err *e)
{
  int rc = import_was_contract(s, import_id, c->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "update contract set end_user_account_id = $2, reseller_account_id = $3, distributor_account_id = $4, owner_id = $5, region_id = $6, "
                 "sales_model = $7, currency = $8, import_id = $9 where id = $1",
                 BINDS(B_I64(c->id), B_I64(c->end_user), B_ID(c->reseller), B_ID(c->distributor), B_ID(c->owner), B_ID(c->region),
                       B_I64(c->sales_model), B_I64(c->currency), B_ID(import_id)),
                 e);
}

#define ACCOUNT_DIFFERS \
  "where id = $1 and not (kind | $2 = kind and coalesce($3, country, '') = coalesce(country, '') " \
  "and coalesce($4, language, '') = coalesce(language, '') and coalesce($5, currency, 0) = coalesce(currency, 0) " \
  "and coalesce($6, parent_id, 0) = coalesce(parent_id, 0) and coalesce($7, region_id, 0) = coalesce(region_id, 0) " \
  "and coalesce($8, external_id, '') = coalesce(external_id, ''))"
#define PRODUCT_DIFFERS \
  "where id = $1 and not (coalesce($2, name, '') = coalesce(name, '') " \
  "and coalesce($3, family, '') = coalesce(family, '') and coalesce($4, product_line, '') = coalesce(product_line, '') " \
  "and coalesce($5, service_level, '') = coalesce(service_level, '') and coalesce($6, eol_date, 0) = coalesce(eol_date, 0) " \
  "and coalesce($7, eos_date, 0) = coalesce(eos_date, 0) and coalesce($8, replacement_sku, '') = coalesce(replacement_sku, ''))"

int import_set_account(struct store *s, const struct new_account *x, int64_t import_id, bool *ret_changed, struct err *e)
{
  const struct bind *binds = BINDS(B_I64(x->id), B_I64(x->kind), text_or_null(x->country), text_or_null(x->language), B_ID(x->currency), B_ID(x->parent_id),
                                   B_ID(x->region_id), text_or_null(x->external_id));
  int64_t id = 0;
  int rc = db_one_i64(store_db(s), "select id from account " ACCOUNT_DIFFERS, binds, 0, &id, e);
  if (rc == OK && id)
    rc = import_was_account(s, import_id, id, e);
  if (rc < 0)
    return rc;
  *ret_changed = id != 0;
  if (!id)
    return OK;
  return db_exec(store_db(s),
                 "update account set kind = kind | $2, country = coalesce($3, country), language = coalesce($4, language), "
                 "currency = coalesce($5, currency), parent_id = coalesce($6, parent_id), region_id = coalesce($7, region_id), "
                 "external_id = coalesce($8, external_id) where id = $1",
                 binds, e);
}

int import_set_product(struct store *s, const struct new_product *x, int64_t import_id, bool *ret_changed, struct err *e)
{
  const struct bind *binds = BINDS(B_I64(x->id), text_or_null(x->name), text_or_null(x->family), text_or_null(x->product_line),
                                   text_or_null(x->service_level), B_DAY(x->eol), B_DAY(x->eos), text_or_null(x->replacement));
  int64_t id = 0;
  int rc = db_one_i64(store_db(s), "select id from product " PRODUCT_DIFFERS, binds, 0, &id, e);
  if (rc == OK && id)
    rc = import_was_product(s, import_id, id, e);
  if (rc < 0)
    return rc;
  *ret_changed = id != 0;
  if (!id)
    return OK;
  return db_exec(store_db(s),
                 "update product set name = coalesce($2, name), family = coalesce($3, family), product_line = coalesce($4, product_line), "
                 "service_level = coalesce($5, service_level), eol_date = coalesce($6, eol_date), eos_date = coalesce($7, eos_date), "
                 "replacement_sku = coalesce($8, replacement_sku) where id = $1",
                 binds, e);
}

int import_add_account_kind(struct store *s, int64_t id, int kind, int64_t import_id, struct err *e)
{
  int64_t lacks = 0;
  int rc = db_one_i64(store_db(s), "select id from account where id = $1 and kind | $2 <> kind", BINDS(B_I64(id), B_I64(kind)), 0, &lacks, e);
  if (rc == OK && lacks)
    rc = import_was_account(s, import_id, id, e);
  if (rc < 0 || !lacks)
    return rc;
  return db_exec(store_db(s), "update account set kind = kind | $2 where id = $1", BINDS(B_I64(id), B_I64(kind)), e);
}

int import_add_finding(struct store *s, const struct finding *f, bool *ret_added, struct err *e)
{
  int64_t known = 0, id;
  int rc = db_one_i64(store_db(s), "select id from data_finding where entity = $1 and entity_id = $2 and rule = $3 and field = $4 and detail = $5",
                      BINDS(B_STR(str_of(f->entity)), B_I64(f->entity_id), B_STR(str_of(f->rule)), B_STR(str_of(f->field)), B_STR(f->detail)), 0, &known, e);
  *ret_added = rc == OK && known == 0;
  if (rc < 0 || known)
    return rc;
  rc = store_reserve_ids(s, "data_finding", 1, &id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into data_finding (id, rule, entity, entity_id, field, detail, department, status, known_at, import_id) "
                 "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                 BINDS(B_I64(id), B_STR(str_of(f->rule)), B_STR(str_of(f->entity)), B_I64(f->entity_id), B_STR(str_of(f->field)), B_STR(f->detail),
                       B_STR(str_of(f->department)), B_STR(str_of(f->status)), B_I64(f->known_at), B_ID(f->import_id)),
                 e);
}

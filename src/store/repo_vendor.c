#include "store/repo_vendor.h"
#include "store/rows.h"

#include "base/alloc.h"
#include "store/driver.h"

enum { T_REGION, T_TEAM, T_PERSON, T_ACCOUNT, T_PRODUCT, T_CONTRACT, T_LINE, T_RATE, T_TARGET, T_COUNT };
static const char *const tables[T_COUNT][2] = {
    {"region", "id, name"},
    {"team", "id, name, parent_id, region_id"},
    {"person", "id, email, name, name_key, role, team_id, language, locale, time_zone, password_hash, password_changed_at, created_at"},
    {"account", "id, name, name_key, kind, country, language, currency, region_id, known_at"},
    {"product", "id, sku, sku_key, name, family, product_line, service_level, eol_date, eos_date, replacement_sku, known_at"},
    {"contract", "id, number, number_key, end_user_account_id, bill_to_account_id, reseller_account_id, distributor_account_id, sales_model, currency, "
                 "owner_id, region_id, renewal_pricing_method, uplift_bp, notice_days, known_at"},
    {"contract_line", "id, contract_id, line_number, line_key, product_id, serial_number, quantity, start_date, end_date, currency, list_amount, "
                      "net_amount, annual_value, booked_date, renewed_from, known_at, known_derived"},
    {"fx_rate", "currency, rate_date, rate, source, known_at"},
    {"target", "id, scope, scope_name, period_id, kind, measure, amount, currency, version, reason, set_by, set_at"},
};
struct vendor {
  struct store *store;
  struct bulk *bulks[T_COUNT];
};

static struct bulk *bulk_of(struct vendor *v, int table, struct err *e) {
  if (v->bulks[table] == NULL) {
    (void)bulk_begin(store_db(v->store), tables[table][0], tables[table][1], &v->bulks[table], e);
  }
  return v->bulks[table];
}

static void add_text(struct bulk *b, struct str s) {
  if (s.n == 0) {
    bulk_null(b);
  } else {
    bulk_str(b, s);
  }
}

int vendor_begin(struct store *s, struct vendor **ret, struct err *e) {
  int64_t there = 0;
  int code = db_one_i64(store_db(s), "select 1 from account limit 1", BINDS(), 0, &there, e);
  if (code != OK) {
    return code;
  }
  if (there != 0) {
    return err_set(e, ERR_CONFLICT, "%s: holds a book already: choose another place with --db", store_url(s));
  }
  return vendor_append(s, ret, e);
}

int vendor_append(struct store *s, struct vendor **ret, struct err *e) {
  struct vendor *v = mem_zalloc(1, sizeof *v);
  if (v == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  v->store = s;
  *ret = v;
  return OK;
}

int vendor_add_region(struct vendor *v, const struct vendor_region *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_REGION, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->name);
  return bulk_row(b, e);
}

int vendor_add_team(struct vendor *v, const struct vendor_team *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_TEAM, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->name);
  bulk_id(b, r->parent_id);
  bulk_id(b, r->region_id);
  return bulk_row(b, e);
}

int vendor_add_person(struct vendor *v, const struct vendor_person *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_PERSON, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  add_text(b, r->email);
  bulk_str(b, r->name);
  bulk_str(b, r->name_key);
  bulk_i64(b, r->role);
  bulk_id(b, r->team_id);
  bulk_str(b, r->language);
  bulk_str(b, r->locale);
  bulk_str(b, r->time_zone);
  add_text(b, r->password_hash);
  bulk_id(b, r->password_hash.n > 0 ? r->created_at : 0);
  bulk_i64(b, r->created_at);
  return bulk_row(b, e);
}

int vendor_add_account(struct vendor *v, const struct vendor_account *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_ACCOUNT, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->name);
  bulk_str(b, r->name_key);
  bulk_i64(b, r->kind);
  bulk_str(b, r->country);
  bulk_str(b, r->language);
  bulk_id(b, r->currency);
  bulk_id(b, r->region_id);
  bulk_i64(b, r->known_at);
  return bulk_row(b, e);
}

int vendor_add_product(struct vendor *v, const struct vendor_product *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_PRODUCT, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->sku);
  bulk_str(b, r->sku_key);
  bulk_str(b, r->name);
  bulk_str(b, r->family);
  bulk_str(b, r->product_line);
  bulk_str(b, r->service_level);
  bulk_day(b, r->eol);
  bulk_day(b, r->eos);
  add_text(b, r->replacement_sku);
  bulk_i64(b, r->known_at);
  return bulk_row(b, e);
}

int vendor_add_contract(struct vendor *v, const struct vendor_contract *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_CONTRACT, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->number);
  bulk_str(b, r->number_key);
  bulk_i64(b, r->end_user_id);
  bulk_i64(b, r->distributor_id != 0 ? r->distributor_id : r->reseller_id != 0 ? r->reseller_id : r->end_user_id);
  bulk_id(b, r->reseller_id);
  bulk_id(b, r->distributor_id);
  bulk_i64(b, r->sales_model);
  bulk_i64(b, r->currency);
  bulk_id(b, r->owner_id);
  bulk_id(b, r->region_id);
  bulk_str(b, STR("uplift"));
  bulk_i64(b, r->uplift_bp);
  bulk_i64(b, r->notice_days);
  bulk_i64(b, r->known_at);
  return bulk_row(b, e);
}

int vendor_add_line(struct vendor *v, const struct vendor_line *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_LINE, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_i64(b, r->contract_id);
  bulk_str(b, r->line_number);
  bulk_i64(b, r->line_key);
  bulk_id(b, r->product_id);
  add_text(b, r->serial_number);
  bulk_i64(b, r->quantity);
  bulk_day(b, r->start);
  bulk_day(b, r->end);
  bulk_i64(b, r->currency);
  bulk_i64(b, r->list_amount);
  bulk_i64(b, r->net_amount);
  bulk_i64(b, r->annual_value);
  bulk_day(b, r->booked);
  add_text(b, r->renewed_from);
  bulk_i64(b, r->known_at);
  bulk_i64(b, 1);
  return bulk_row(b, e);
}

int vendor_add_rate(struct vendor *v, currency_t c, day_t from, int64_t rate, struct str source, int64_t known_at, struct err *e) {
  struct bulk *b = bulk_of(v, T_RATE, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, c);
  bulk_day(b, from);
  bulk_i64(b, rate);
  bulk_str(b, source);
  bulk_i64(b, known_at);
  return bulk_row(b, e);
}

int vendor_add_target(struct vendor *v, const struct vendor_target *r, struct err *e) {
  struct bulk *b = bulk_of(v, T_TARGET, e);
  if (b == NULL) {
    return ERR_FAIL;
  }
  bulk_i64(b, r->id);
  bulk_str(b, r->scope);
  bulk_str(b, r->scope_name);
  bulk_str(b, r->period_id);
  bulk_str(b, r->kind);
  bulk_str(b, r->measure);
  bulk_i64(b, r->amount);
  bulk_id(b, r->currency);
  bulk_i64(b, r->version);
  bulk_str(b, r->reason);
  bulk_id(b, r->set_by);
  bulk_i64(b, r->set_at);
  return bulk_row(b, e);
}

int vendor_end(struct vendor *v, struct err *e) {
  int code = OK;
  if (v == NULL) {
    return OK;
  }
  for (int i = 0; i < T_COUNT; i++) {
    if (v->bulks[i] != NULL) {
      int ended = bulk_end(v->bulks[i], code == OK ? e : NULL);
      code = code == OK ? ended : code;
    }
  }
  mem_free(v);
  return code;
}

int vendor_open_renewals(struct store *s, struct arena *a, day_t first, day_t last, int64_t after, size_t max, struct open_renewal **ret, size_t *ret_n,
                         struct err *e) {
  static const char sql[] = "select id, owner_id, contract_id, atr_amount, changed_at, due_date, currency, version from renewal"
                            " where outcome = 0 and due_date between $1 and $2 and id > $3 order by id limit $4 /* scan */";
  struct open_renewal *rows = arena_alloc(a, max * sizeof *rows);
  struct stmt *q = NULL;
  size_t n = 0;
  if (rows == NULL) {
    return ERR_NOMEM;
  }
  int code = db_query(store_db(s), sql, BINDS(B_I64(first), B_I64(last), B_I64(after), B_I64((int64_t)max)), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    rows[n++] = (struct open_renewal){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), stmt_i64(q, 4),
                                      stmt_day(q, 5), (currency_t)stmt_i64(q, 6), (int32_t)stmt_i64(q, 7)};
    code = OK;
  }
  stmt_done(q);
  if (code != OK) {
    return code;
  }
  *ret = rows;
  *ret_n = n;
  return OK;
}

int vendor_each_due(struct store *s, day_t first, day_t last, vendor_due_fn *fn, void *arg, struct err *e) {
  static const char sql[] = "select owner_id, due_date, currency, sum(atr_amount) from renewal where due_date between $1 and $2"
                            " group by owner_id, due_date, currency order by owner_id, due_date, currency /* scan */";
  struct stmt *q = NULL;
  int code = db_query(store_db(s), sql, BINDS(B_I64(first), B_I64(last)), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    struct due_sum x = {stmt_i64(q, 0), stmt_day(q, 1), (currency_t)stmt_i64(q, 2), stmt_i64(q, 3)};
    code = fn(arg, &x);
  }
  stmt_done(q);
  return code;
}

int vendor_lead_sales(struct store *s, int64_t person_id, struct err *e) {
  int64_t n = db_run(store_db(s), "update person set leads = 1 where id = $1", BINDS(B_I64(person_id)), e);
  return n < 0 ? (int)n : OK;
}

int vendor_own_sales(struct store *s, int64_t region_id, int64_t first_person, int64_t people, int64_t since, struct err *e) {
  int64_t n = db_run(store_db(s), "insert into sales_owner (id, account_id, person_id, since) select id, id, $2 + id % $3, $4 from account"
                                  " where region_id = $1 and kind = 1 /* scan */", BINDS(B_I64(region_id), B_I64(first_person), B_I64(people), B_I64(since)), e);
  return n < 0 ? (int)n : OK;
}

int vendor_each_version(struct store *s, day_t first, day_t last, vendor_version_fn *fn, void *arg, struct err *e) {
  static const char sql[] = "select v.renewal_id, v.changed_at, v.owner_id, v.forecast_amount, v.won_amount, v.version, v.category, v.currency, v.close_date,"
                            " v.booked_date, r.due_date from renewal r join renewal_version v on v.renewal_id = r.id where r.due_date between $1 and $2"
                            " order by v.renewal_id, v.version /* scan */";
  struct stmt *q = NULL;
  int code = db_query(store_db(s), sql, BINDS(B_I64(first), B_I64(last)), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    struct version_seen x = {stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), stmt_i64(q, 4), (int)stmt_i64(q, 5), (int)stmt_i64(q, 6),
                             (currency_t)stmt_i64(q, 7), stmt_day(q, 8), stmt_day(q, 9), stmt_day(q, 10)};
    code = fn(arg, &x);
  }
  stmt_done(q);
  return code;
}

int vendor_rate(struct store *s, currency_t c, day_t day, int64_t *ret, struct err *e) {
  static const char then[] = "select rate from fx_rate where currency = $1 and rate_date <= $2 order by rate_date desc limit 1";
  static const char oldest[] = "select rate from fx_rate where currency = $1 order by rate_date limit 1";
  int rc = db_one_i64(store_db(s), then, BINDS(B_I64(c), B_I64(day)), 0, ret, e);
  return rc < 0 || *ret ? rc : db_one_i64(store_db(s), oldest, BINDS(B_I64(c)), 0, ret, e);
}

static void manager_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct manager_row *)row = (struct manager_row){.id = stmt_i64(q, 0), .team_id = stmt_i64(q, 1), .region_id = stmt_i64(q, 2), .top = stmt_null(q, 3),
                                                    .team = row_text(a, q, 4, bad), .time_zone = row_text(a, q, 5, bad)};
}

int vendor_managers(struct store *s, struct arena *a, struct manager_row **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select p.id, p.team_id, t.region_id, t.parent_id, t.name, p.time_zone from person p join team t on t.id = p.team_id"
                            " where p.role = 2 and p.active = 1 order by t.parent_id is null, p.id /* scan */";
  static const char below[] = "with recursive below (id) as (select cast($1 as bigint) union select t.id from team t join below b on t.parent_id = b.id)"
                              " select id from below order by id /* scan */";
  int rc = rows_read(s, a, sql, BINDS(), manager_at, ret, ret_n, e);
  for (size_t i = 0; i < *ret_n && rc == OK; i++)
    rc = rows_read(s, a, below, BINDS(B_I64((*ret)[i].team_id)), row_i64, &(*ret)[i].teams, &(*ret)[i].n_teams, e);
  return rc;
}

int vendor_backdate_renewals(struct store *s, day_t since, struct err *e) {
  /* 34,560,000 seconds are 400 days: how far ahead of its due date a renewal exists. */
  static const char open_sql[] = "update renewal set changed_at = due_date * 86400 - 34560000 where outcome = 0 and version = 1 /* scan */";
  static const char open_version_sql[] = "update renewal_version set changed_at = (select due_date from renewal r where r.id = renewal_id) * 86400 - 34560000"
                                         " where outcome = 0 and version = 1 /* scan */";
  static const char won_version_sql[] = "update renewal_version set version = 3 where version = 1 and outcome in (1, 2) and booked_date > $1 /* scan */";
  static const char won_sql[] = "update renewal set version = 3 where version = 1 and outcome in (1, 2) and booked_date > $1 /* scan */";
  static const char before_sql[] =
      "insert into renewal_version (renewal_id, version, changed_at, changed_by, why, owner_id, stage, category, category_override, at_risk, close_date,"
      " currency, atr_amount, forecast_amount, won_amount, outcome)"
      " select id, n, case n when 1 then due_date * 86400 - 34560000 else (booked_date - 10 - id % 30) * 86400 + 50400 end, case n when 2 then owner_id end,"
      " case n when 1 then why else 'quote sent' end, owner_id, case n when 1 then 0 when 2 then 2 end, case n when 1 then 3 else 2 end, 0, 0, due_date,"
      " currency, atr_amount, atr_amount, 0, 0"
      " from renewal cross join (select 1 as n union all select 2 as n) steps where version = 3 and outcome in (1, 2) and booked_date > $1 /* scan */";
  struct db *db = store_db(s);
  int64_t n = db_run(db, open_version_sql, BINDS(), e);
  n = n < 0 ? n : db_run(db, open_sql, BINDS(), e);
  n = n < 0 ? n : db_run(db, won_version_sql, BINDS(B_I64(since)), e);
  n = n < 0 ? n : db_run(db, won_sql, BINDS(B_I64(since)), e);
  n = n < 0 ? n : db_run(db, before_sql, BINDS(B_I64(since)), e);
  return n < 0 ? (int)n : OK;
}

int64_t vendor_count_renewals(struct store *s, struct err *e) {
  int64_t n = 0;
  int code = db_one_i64(store_db(s), "select count(*) from renewal /* scan */", BINDS(), 0, &n, e);
  return code == OK ? n : code;
}

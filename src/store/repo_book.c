#include "store/repo_book.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_book_rows.h"

enum { MAX_RATES = 1 << 16 };

static int read_dict(struct book_reader *r, struct book_dict *d, const char *count_sql, const char *sql, struct err *e) {
  int64_t n = 0;
  struct stmt *q = NULL;
  uint32_t i = 0;
  int code = db_one_i64(r->db, count_sql, BINDS(), 0, &n, e);
  if (code == OK) {
    code = book_alloc_dict(r->book, d, (uint32_t)n);
  }
  if (code == OK) {
    code = db_query(r->db, sql, BINDS(), &q, e);
  }
  while (code == OK && (code = stmt_next(q, e)) == 1 && i + 1 < d->n) {
    i++;
    d->id[i] = stmt_i64(q, 0);
    d->name[i] = arena_str(book_arena(r->book), stmt_str(q, 1));
    code = d->name[i].p != NULL ? OK : ERR_NOMEM;
  }
  stmt_done(q);
  d->n = i + 1;
  return code;
}

static int read_teams(struct book_reader *r, struct err *e) {
  struct book *b = r->book;
  int64_t n = 0;
  struct stmt *q = NULL;
  int code = db_one_i64(r->db, "select count(*) from team /* scan */", BINDS(), 0, &n, e);
  if (code != OK) {
    return code;
  }
  b->teams = arena_zalloc(book_arena(b), (size_t)n + 1, sizeof *b->teams);
  int64_t *parents = arena_zalloc(book_arena(b), (size_t)n + 1, sizeof *parents);
  if (b->teams == NULL || parents == NULL) {
    return ERR_NOMEM;
  }
  b->teams[0].name = STR_NONE;
  b->n_teams = 1;
  code = db_query(r->db, "select id, name, parent_id, region_id from team order by id /* scan */", BINDS(), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1 && b->n_teams <= (uint32_t)n) {
    parents[b->n_teams] = stmt_i64(q, 2);
    b->teams[b->n_teams++] = (struct book_team){.id = stmt_i64(q, 0), .name = arena_str(book_arena(b), stmt_str(q, 1)),
                                                .region = book_code(&b->regions, stmt_i64(q, 3))};
    code = OK;
  }
  stmt_done(q);
  for (uint32_t i = 1; i < b->n_teams; i++) {
    for (uint32_t k = 1; k < b->n_teams; k++) {
      b->teams[i].parent = b->teams[k].id == parents[i] ? k : b->teams[i].parent;
    }
  }
  return code;
}

static int read_rep_teams(struct book_reader *r, struct err *e) {
  struct book *b = r->book;
  struct stmt *q = NULL;
  b->rep_team = arena_zalloc(book_arena(b), b->reps.n, sizeof *b->rep_team);
  if (b->rep_team == NULL) {
    return ERR_NOMEM;
  }
  int code = db_query(r->db, "select id, team_id from person order by id /* scan */", BINDS(), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    uint32_t rep = book_code(&b->reps, stmt_i64(q, 0));
    for (uint32_t k = 1; k < b->n_teams && rep != 0; k++) {
      if (b->teams[k].id == stmt_i64(q, 1)) {
        b->rep_team[rep] = k;
      }
    }
    code = OK;
  }
  stmt_done(q);
  return code;
}

static int read_products(struct book_reader *r, struct err *e) {
  struct book *b = r->book;
  struct stmt *q = NULL;
  b->product_family = arena_zalloc(book_arena(b), b->products.n, sizeof *b->product_family);
  if (b->product_family == NULL) {
    return ERR_NOMEM;
  }
  int code = db_query(r->db, "select id, family from product order by id /* scan */", BINDS(), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    uint32_t p = book_code(&b->products, stmt_i64(q, 0));
    b->product_family[p] = arena_str(book_arena(b), stmt_str(q, 1));
    code = b->product_family[p].p != NULL ? OK : ERR_NOMEM;
  }
  stmt_done(q);
  return code;
}

static int read_rates(struct book_reader *r, struct err *e) {
  struct stmt *q = NULL;
  struct book_rate *rates MEM_CLEANUP = mem_alloc(MAX_RATES * sizeof *rates);
  uint32_t n = 0;
  currency_t at = CURRENCY_NONE;
  if (rates == NULL) {
    return ERR_NOMEM;
  }
  int code = db_query(r->db, "select currency, rate_date, rate, known_at from fx_rate order by currency, rate_date /* scan */", BINDS(), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    currency_t c = (currency_t)stmt_i64(q, 0);
    code = OK;
    if (c != at && n > 0) {
      code = book_set_rates(r->book, at, rates, book_rates_as_of(rates, n, r->as_of));
      n = 0;
    }
    at = c;
    if (n < MAX_RATES) {
      rates[n++] = (struct book_rate){stmt_day(q, 1), day_of_instant(stmt_i64(q, 3)), stmt_i64(q, 2)};
    }
  }
  stmt_done(q);
  return code == OK && n > 0 ? book_set_rates(r->book, at, rates, book_rates_as_of(rates, n, r->as_of)) : code;
}

static int read_contracts(struct book_reader *r, struct err *e) {
  static const char sql[] = "select id, end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, currency,"
                            " cancelled_on from contract order by id /* scan */";
  struct book *b = r->book;
  struct stmt *q = NULL;
  size_t i = 0;
  r->contract = mem_zalloc(b->contracts.n, sizeof *r->contract);
  b->contract_account = arena_zalloc(book_arena(b), b->contracts.n, sizeof *b->contract_account);
  b->contract_partner = arena_zalloc(book_arena(b), b->contracts.n, sizeof *b->contract_partner);
  b->contract_cancelled = arena_zalloc(book_arena(b), b->contracts.n, sizeof *b->contract_cancelled);
  if (r->contract == NULL || b->contract_account == NULL || b->contract_partner == NULL || b->contract_cancelled == NULL) {
    return ERR_NOMEM;
  }
  r->contract[0].cancelled = b->contract_cancelled[0] = DAY_NONE;
  int code = db_query(r->db, sql, BINDS(), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1 && ++i < b->contracts.n) {
    r->contract[i] = (struct contract_row){
        .account = book_code(&b->accounts, stmt_i64(q, 1)), .reseller = book_code(&b->accounts, stmt_i64(q, 2)),
        .distributor = book_code(&b->accounts, stmt_i64(q, 3)), .rep = (uint16_t)book_code(&b->reps, stmt_i64(q, 4)),
        .region = (uint16_t)book_code(&b->regions, stmt_i64(q, 5)), .model = (uint8_t)stmt_i64(q, 6),
        .currency = book_currency(b, (currency_t)stmt_i64(q, 7)), .cancelled = stmt_day(q, 8)};
    b->contract_account[i] = r->contract[i].account;
    b->contract_partner[i] = r->contract[i].reseller != 0 ? r->contract[i].reseller : r->contract[i].distributor;
    b->contract_cancelled[i] = r->contract[i].cancelled;
    code = OK;
  }
  stmt_done(q);
  return code;
}

static int read_dictionaries(struct book_reader *r, struct err *e) {
  struct book *b = r->book;
  int code = read_dict(r, &b->regions, "select count(*) from region /* scan */", "select id, name from region order by id /* scan */", e);
  code = code == OK ? read_dict(r, &b->reps, "select count(*) from person /* scan */", "select id, name from person order by id /* scan */", e) : code;
  code = code == OK ? read_dict(r, &b->products, "select count(*) from product /* scan */", "select id, sku from product order by id /* scan */", e) : code;
  code = code == OK ? read_dict(r, &b->accounts, "select count(*) from account /* scan */", "select id, name from account order by id /* scan */", e) : code;
  code = code == OK ? read_dict(r, &b->contracts, "select count(*) from contract /* scan */", "select id, number from contract order by id /* scan */", e) : code;
  code = code == OK ? read_teams(r, e) : code;
  code = code == OK ? read_rep_teams(r, e) : code;
  code = code == OK ? read_products(r, e) : code;
  code = code == OK ? read_rates(r, e) : code;
  return code == OK ? read_contracts(r, e) : code;
}

struct book_request {
  const struct org *org;
  day_t as_of;
  struct book *book;
};

static int read_in_tx(struct store *s, void *arg, struct err *e) {
  struct book_request *x = arg;
  struct book_reader r = {.db = store_db(s), .org = x->org, .as_of = x->as_of, .book = book_new()};
  if (r.book == NULL) {
    return ERR_NOMEM;
  }
  r.book->reporting = x->org->reporting_currency;
  r.book->as_of = x->as_of;
  r.until = x->as_of == DAY_NONE ? INT64_MAX : ((int64_t)x->as_of + 1) * SECONDS_PER_DAY - 1;
  (void)book_currency(r.book, r.book->reporting);
  int code = store_change_seq(s, &r.book->seq, e);
  code = code == OK ? read_dictionaries(&r, e) : code;
  code = code == OK ? book_read_lines(&r, e) : code;
  code = code == OK ? book_read_renewals(&r, e) : code;
  mem_free(r.contract);
  if (code != OK) {
    book_free(r.book);
    return code;
  }
  x->book = r.book;
  return OK;
}

int book_read(struct store *s, const struct org *org, day_t as_of, struct book **ret, struct err *e) {
  struct book_request x = {.org = org, .as_of = as_of};
  int code = store_read(s, read_in_tx, &x, e);
  if (code < 0) {
    return code;
  }
  *ret = x.book;
  return OK;
}

int book_changes(struct store *s, int64_t seq, int64_t *ids, size_t max, size_t *ret_n, bool *ret_other, struct err *e) {
  struct stmt *q = NULL;
  size_t n = 0;
  bool other = false;
  int code = db_query(store_db(s), "select distinct entity, entity_id from change_log where seq > $1 /* scan */", BINDS(B_I64(seq)), &q, e);
  while (code == OK && !other && (code = stmt_next(q, e)) == 1) {
    int64_t id = stmt_i64(q, 1);
    code = OK;
    if (str_eq(stmt_str(q, 0), STR("touch")) || str_eq(stmt_str(q, 0), STR("contact"))) {
      continue; /* not in the book */
    }
    other = !str_eq(stmt_str(q, 0), STR("renewal")) || id == 0 || n == max;
    if (!other) {
      ids[n++] = id;
    }
  }
  stmt_done(q);
  if (code != OK) {
    return code;
  }
  *ret_n = n;
  *ret_other = other;
  return OK;
}

/* The entry of an id, or the newest one; *ret_id 0 when there is none. */
static int audit_entry(struct store *s, int64_t id, int64_t *ret_id, uint64_t *ret_hash, struct err *e) {
  struct stmt *q = NULL;
  int code = id == 0 ? db_query(store_db(s), "select id, hash from audit order by id desc limit 1 /* scan */", BINDS(), &q, e)
                     : db_query(store_db(s), "select id, hash from audit where id = $1", BINDS(B_I64(id)), &q, e);
  *ret_id = 0;
  *ret_hash = 0;
  if (code == OK && (code = stmt_next(q, e)) == 1) {
    *ret_id = stmt_i64(q, 0);
    *ret_hash = str_hash(stmt_str(q, 1));
    code = OK;
  }
  stmt_done(q);
  return code;
}

int book_mark(struct store *s, struct book_mark *ret, struct err *e) {
  struct book_mark m;
  int code = store_change_seq(s, &m.seq, e);
  code = code == OK ? audit_entry(s, 0, &m.audit_id, &m.audit_hash, e) : code;
  if (code == OK) {
    *ret = m;
  }
  return code;
}

int book_mark_holds(struct store *s, const struct book_mark *m, struct err *e) {
  struct book_mark there;
  int code = store_change_seq(s, &there.seq, e);
  if (code == OK && m->audit_id > 0) {
    code = audit_entry(s, m->audit_id, &there.audit_id, &there.audit_hash, e);
    return code == OK ? there.audit_id == m->audit_id && there.audit_hash == m->audit_hash && there.seq >= m->seq : code;
  }
  return code;
}

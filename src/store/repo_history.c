#include "store/repo_history.h"

#include "base/alloc.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_outcome.h"

/* ---- rates ---- */

int history_rates_load(struct store *s, currency_t reporting, struct history_rates *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  struct history_rates x = {.reporting = reporting};
  size_t cap = 0;
  int r = db_query(store_db(s), "select currency, rate_date, rate from fx_rate order by currency, rate_date /* scan */", NULL, &q, e);
  while (r == OK && (r = stmt_next(q, e)) == 1) {
    if (!mem_room(&x.rows, x.n, &cap, 256, sizeof *x.rows)) {
      r = err_set(e, ERR_NOMEM, "Out of memory while reading exchange rates");
      break;
    }
    x.rows[x.n++] = (struct history_rate){(currency_t)stmt_i64(q, 0), stmt_day(q, 1), stmt_i64(q, 2)};
    r = OK;
  }
  if (r < 0)
    history_rates_free(&x);
  else
    *ret = x;
  return r;
}

void history_rates_free(struct history_rates *r)
{
  mem_free(r->rows);
  *r = (struct history_rates){0};
}

int history_rate(const struct history_rates *r, currency_t c, day_t day, int64_t *ret)
{
  if (c == r->reporting) {
    *ret = RATE_ONE;
    return OK;
  }
  size_t low = 0, high = r->n; /* first row behind (c, day) */
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    const struct history_rate *x = &r->rows[mid];
    if (x->currency < c || (x->currency == c && x->from <= day))
      low = mid + 1;
    else
      high = mid;
  }
  if (low > 0 && r->rows[low - 1].currency == c)
    low--;
  if (low == r->n || r->rows[low].currency != c)
    return ERR_NOTFOUND;
  *ret = r->rows[low].rate;
  return OK;
}

/* ---- links ---- */

int history_links_add(struct store *s, const struct history_link *rows, size_t n, struct err *e)
{
  struct bulk *b = NULL;
  if (n == 0)
    return OK;
  int r = bulk_begin(store_db(s), "line_link", "line_id, successor_line_id, quantity, evidence, known_at, decided_by", &b, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n && r == OK; i++) {
    bulk_i64(b, rows[i].line_id);
    bulk_i64(b, rows[i].successor_line_id);
    bulk_i64(b, rows[i].quantity);
    bulk_i64(b, rows[i].evidence);
    bulk_i64(b, rows[i].known_at);
    bulk_id(b, rows[i].decided_by);
    r = bulk_row(b, e);
  }
  int end = bulk_end(b, r < 0 ? NULL : e);
  return r < 0 ? r : end;
}

int history_link_remove(struct store *s, int64_t line_id, int64_t successor_line_id, struct err *e)
{
  return db_exec(store_db(s), "delete from line_link where line_id = $1 and successor_line_id = $2", BINDS(B_I64(line_id), B_I64(successor_line_id)), e);
}

int history_link_update(struct store *s, int64_t line_id, int64_t successor_line_id, int64_t quantity, int evidence, struct err *e)
{
  return db_exec(store_db(s), "update line_link set quantity = $3, evidence = $4 where line_id = $1 and successor_line_id = $2",
    BINDS(B_I64(line_id), B_I64(successor_line_id), B_I64(quantity), B_I64(evidence)), e);
}

int history_links_clear(struct store *s, int64_t line_id, struct err *e)
{
  return db_exec(store_db(s), "delete from line_link where line_id = $1", BINDS(B_I64(line_id)), e);
}

int history_link_decide(struct store *s, const struct history_link *l, struct str reason, struct err *e)
{
  return db_exec(store_db(s),
    "insert into line_link (line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason) values ($1, $2, $3, $4, $5, $6, $7)",
    BINDS(B_I64(l->line_id), B_I64(l->successor_line_id), B_I64(l->quantity), B_I64(EVIDENCE_MANUAL), B_I64(l->known_at), B_ID(l->decided_by), B_STR(reason)), e);
}

/* ---- outcomes ---- */

int outcome_row(struct bulk *b, int64_t line_id, const struct line_outcome *o, struct err *e)
{
  bulk_i64(b, line_id);
  bulk_i64(b, o->outcome);
  bulk_i64(b, o->evidence);
  bulk_day(b, o->booked);
  bulk_i64(b, o->booked_assumed);
  bulk_i64(b, o->won);
  bulk_i64(b, o->known_at);
  bulk_i64(b, o->known_derived);
  bulk_id(b, o->renewal_id);
  return bulk_row(b, e);
}

static int outcomes_insert(struct store *s, const struct history_line *lines, const struct line_outcome *now, const uint8_t *only, size_t n, struct err *e)
{
  struct bulk *b = NULL;
  int r = bulk_begin(store_db(s), "line_outcome", OUTCOME_COLUMNS, &b, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n && r == OK; i++) {
    if (only[i] && !lines[i].outcome.stored)
      r = outcome_row(b, lines[i].id, &now[i], e);
  }
  int end = bulk_end(b, r < 0 ? NULL : e);
  return r < 0 ? r : end;
}

int history_outcomes_write(struct store *s, const struct history_line *lines, const struct line_outcome *now, const uint8_t *only, size_t n,
                           struct err *e)
{
  int r = outcomes_insert(s, lines, now, only, n, e);
  for (size_t i = 0; i < n && r == OK; i++) {
    const struct line_outcome *o = &now[i];
    if (only[i] && lines[i].outcome.stored)
      r = db_exec(store_db(s),
        "update line_outcome set outcome = $2, evidence = $3, booked_date = $4, booked_assumed = $5, won_annual = $6, known_at = $7, known_derived = $8, "
        "renewal_id = $9 where line_id = $1",
        BINDS(B_I64(lines[i].id), B_I64(o->outcome), B_I64(o->evidence), B_DAY(o->booked), B_I64(o->booked_assumed), B_I64(o->won), B_I64(o->known_at),
          B_I64(o->known_derived), B_ID(o->renewal_id)), e);
  }
  return r;
}

int history_contract_state(struct store *s, int state, const int64_t *contract_ids, size_t n, struct err *e)
{
  int r = OK;
  for (; n >= HISTORY_STATE_BATCH && r == OK; n -= HISTORY_STATE_BATCH, contract_ids += HISTORY_STATE_BATCH) {
    struct bind binds[HISTORY_STATE_BATCH + 2] = {B_I64(state)};
    for (size_t i = 0; i < HISTORY_STATE_BATCH; i++)
      binds[i + 1] = B_I64(contract_ids[i]);
    r = db_exec(store_db(s), "update contract set state = $1 where id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", binds, e);
  }
  for (size_t i = 0; i < n && r == OK; i++)
    r = db_exec(store_db(s), "update contract set state = $1 where id = $2", BINDS(B_I64(state), B_I64(contract_ids[i])), e);
  return r;
}

int history_line_exclude(struct store *s, int64_t line_id, struct str reason, struct err *e)
{
  int64_t n = db_run(store_db(s), "update contract_line set excluded_reason = $2 where id = $1", BINDS(B_I64(line_id), reason.n ? B_STR(reason) : B_NULL), e);
  if (n == 0)
    return err_set(e, ERR_NOTFOUND, "There is no contract line %" PRId64, line_id);
  return n < 0 ? (int)n : OK;
}

int history_edited_by_hand(struct store *s, int64_t renewal_id, bool *ret, struct err *e)
{
  int64_t n = 0;
  int r = db_one_i64(store_db(s),
    "select count(*) from renewal_version where renewal_id = $1 and (why is null or substr(why, 1, 9) <> 'history: ')",
    BINDS(B_I64(renewal_id)), 0, &n, e);
  if (r == OK)
    *ret = n > 0;
  return r;
}

/* Days kept beside the settings, which nobody sets by hand. */
static int day_kept(struct store *s, const char *key, day_t *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  day_t day = DAY_NONE;
  int r = db_query(store_db(s), "select value from org_config where key = $1", BINDS(B_STR(str_of(key))), &q, e);
  if (r == OK && (r = stmt_next(q, e)) == 1)
    r = day_parse_iso(stmt_str(q, 0), &day) < 0 ? err_set(e, ERR_FAIL, "The setting %s is not a date: delete it and derive the history again", key) : OK;
  if (r == OK)
    *ret = day;
  return r;
}

static int day_keep(struct store *s, const char *key, day_t day, struct err *e)
{
  char iso[DAY_ISO_SIZE];
  return db_exec(store_db(s), "insert into org_config (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
    BINDS(B_STR(str_of(key)), B_STR(str_of(day_iso(day, iso)))), e);
}

int history_through(struct store *s, day_t *ret, struct err *e) { return day_kept(s, "history_through", ret, e); }
int history_through_set(struct store *s, day_t day, struct err *e) { return day_keep(s, "history_through", day, e); }
int history_whole_through(struct store *s, day_t *ret, struct err *e) { return day_kept(s, "history_whole_through", ret, e); }
int history_whole_through_set(struct store *s, day_t day, struct err *e) { return day_keep(s, "history_whole_through", day, e); }

/* ---- findings ---- */

static uint64_t finding_key(struct str rule, int64_t line_id)
{
  return str_hash(rule) * 31 + (uint64_t)line_id;
}

static int findings_known(struct store *s, struct map64 *known, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(s), "select rule, entity_id from data_finding where entity = 'contract_line'", NULL, &q, e);
  while (r == OK && (r = stmt_next(q, e)) == 1)
    r = map64_put(known, finding_key(stmt_str(q, 0), stmt_i64(q, 1))) ? OK : err_set(e, ERR_NOMEM, "Out of memory while reading findings");
  return r;
}

static int findings_insert(struct store *s, const struct history_finding *rows, const uint8_t *fresh, size_t n, int64_t first_id, int64_t known_at,
                           int64_t import_id, struct err *e)
{
  struct bulk *b = NULL;
  int r = bulk_begin(store_db(s), "data_finding", "id, rule, entity, entity_id, field, detail, department, status, known_at, import_id", &b, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n && r == OK; i++) {
    if (!fresh[i])
      continue;
    bulk_i64(b, first_id++);
    bulk_str(b, str_of(rows[i].rule));
    bulk_str(b, STR("contract_line"));
    bulk_i64(b, rows[i].line_id);
    bulk_str(b, str_of(rows[i].field));
    bulk_str(b, rows[i].detail);
    bulk_str(b, STR("ops"));
    bulk_str(b, STR("open"));
    bulk_i64(b, known_at);
    bulk_id(b, import_id);
    r = bulk_row(b, e);
  }
  int end = bulk_end(b, r < 0 ? NULL : e);
  return r < 0 ? r : end;
}

int history_findings_add(struct store *s, const struct history_finding *rows, size_t n, int64_t known_at, int64_t import_id, int64_t *ret_added, struct err *e)
{
  *ret_added = 0;
  if (n == 0)
    return OK;
  struct map64 *known = map64_new();
  MEM_CLEANUP uint8_t *fresh = mem_zalloc(n, 1);
  int64_t count = 0, first = 0;
  int r = known && fresh ? findings_known(s, known, e) : err_set(e, ERR_NOMEM, "Out of memory while writing findings");
  for (size_t i = 0; i < n && r == OK; i++) {
    uint64_t key = finding_key(str_of(rows[i].rule), rows[i].line_id);
    if (map64_get(known, key))
      continue;
    fresh[i] = 1;
    count++;
    if (!map64_put(known, key))
      r = err_set(e, ERR_NOMEM, "Out of memory while writing findings");
  }
  map64_free(known);
  if (r == OK && count)
    r = store_reserve_ids(s, "data_finding", count, &first, e);
  if (r == OK && count)
    r = findings_insert(s, rows, fresh, n, first, known_at, import_id, e);
  if (r == OK)
    *ret_added = count;
  return r;
}

/* ---- lines for people ---- */

#define TERM_COLUMNS                                                                                                                    \
  "l.id, l.contract_id, c.end_user_account_id, l.quantity, l.annual_value, coalesce(o.won_annual, 0), c.number, l.line_number, "          \
  "coalesce(p.sku, ''), coalesce(l.serial_number, ''), coalesce(l.excluded_reason, ''), l.currency, l.start_date, l.end_date, o.booked_date, " \
  "coalesce(o.outcome, 0), coalesce(o.evidence, 7), coalesce(o.booked_assumed, 0), coalesce(o.renewal_id, 0) "
#define TERM_FROM                                                                                                                      \
  "from contract c join contract_line l on l.contract_id = c.id left join product p on p.id = l.product_id left join line_outcome o on o.line_id = l.id "

static int read_term(const struct stmt *q, struct arena *a, struct history_term *t, struct err *e)
{
  *t = (struct history_term){.id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .end_user_id = stmt_i64(q, 2), .quantity = stmt_i64(q, 3),
    .annual_value = stmt_i64(q, 4), .won = stmt_i64(q, 5), .contract = arena_str(a, stmt_str(q, 6)), .line_number = arena_str(a, stmt_str(q, 7)),
    .product = arena_str(a, stmt_str(q, 8)), .serial_number = arena_str(a, stmt_str(q, 9)), .excluded_reason = arena_str(a, stmt_str(q, 10)),
    .currency = (currency_t)stmt_i64(q, 11), .start = stmt_day(q, 12), .end = stmt_day(q, 13), .booked = stmt_day(q, 14),
    .outcome = (uint8_t)stmt_i64(q, 15), .evidence = (uint8_t)stmt_i64(q, 16), .booked_assumed = stmt_i64(q, 17) != 0, .renewal_id = stmt_i64(q, 18)};
  if (!t->contract.p || !t->line_number.p || !t->product.p || !t->serial_number.p || !t->excluded_reason.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return OK;
}

int history_term_get(struct store *s, struct arena *a, int64_t line_id, struct history_term *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(s), "select " TERM_COLUMNS TERM_FROM "where l.id = $1", BINDS(B_I64(line_id)), &q, e);
  if (r == OK)
    r = stmt_next(q, e);
  if (r == 0)
    return err_set(e, ERR_NOTFOUND, "There is no contract line %" PRId64, line_id);
  return r < 0 ? r : read_term(q, a, ret, e);
}

int history_terms(struct store *s, struct arena *a, struct str contract_number, struct history_term **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4096);
  int64_t contract = 0, count = 0;
  utf8_fold(&key, contract_number);
  if (key.failed)
    return err_set(e, ERR_LIMIT, "The contract number is too long");
  int r = db_one_i64(store_db(s), "select id from contract where number_key = $1", BINDS(B_STR(strbuf_str(&key))), 0, &contract, e);
  if (r == OK && contract == 0)
    return err_set(e, ERR_NOTFOUND, "There is no contract %.*s", STR_FMT(utf8_cut(contract_number, 80)));
  if (r == OK)
    r = db_one_i64(store_db(s), "select count(*) from contract_line where contract_id = $1", BINDS(B_I64(contract)), 0, &count, e);
  if (r < 0)
    return r;
  struct history_term *t = arena_zalloc(a, (size_t)count + 1, sizeof *t);
  if (!t)
    return err_set(e, ERR_NOMEM, "Out of memory");
  size_t n = 0;
  r = db_query(store_db(s), "select " TERM_COLUMNS TERM_FROM "where c.id = $1 order by l.line_number, l.end_date, l.id /* scan */", BINDS(B_I64(contract)), &q, e);
  while (r == OK && n < (size_t)count && (r = stmt_next(q, e)) == 1)
    r = read_term(q, a, &t[n++], e);
  if (r < 0)
    return r;
  *ret = t;
  *ret_n = n;
  return OK;
}

int history_links_of(struct store *s, struct arena *a, int64_t line_id, struct history_link **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t count = 0;
  int r = db_one_i64(store_db(s), "select count(*) from line_link where line_id = $1", BINDS(B_I64(line_id)), 0, &count, e);
  struct history_link *l = r == OK ? arena_zalloc(a, (size_t)count + 1, sizeof *l) : NULL;
  if (r == OK && !l)
    r = err_set(e, ERR_NOMEM, "Out of memory");
  size_t n = 0;
  if (r == OK)
    r = db_query(store_db(s), "select successor_line_id, quantity, known_at, decided_by, evidence from line_link where line_id = $1 order by successor_line_id",
      BINDS(B_I64(line_id)), &q, e);
  while (r == OK && n < (size_t)count && (r = stmt_next(q, e)) == 1) {
    l[n++] = (struct history_link){.line_id = line_id, .successor_line_id = stmt_i64(q, 0), .quantity = stmt_i64(q, 1), .known_at = stmt_i64(q, 2),
      .decided_by = stmt_i64(q, 3), .evidence = (uint8_t)stmt_i64(q, 4)};
    r = OK;
  }
  if (r < 0)
    return r;
  *ret = l;
  *ret_n = n;
  return OK;
}

/* ---- touches ---- */

int touch_add(struct store *s, const struct touch *t, int64_t *ret_id, struct err *e)
{
  int64_t id = 0;
  int r = store_reserve_ids(s, "touch", 1, &id, e);
  if (r == OK)
    r = db_exec(store_db(s), "insert into touch (id, renewal_id, at, by_id, channel, party, language, note) values ($1, $2, $3, $4, $5, $6, $7, $8)",
      BINDS(B_I64(id), B_I64(t->renewal_id), B_I64(t->at), B_ID(t->by_id), B_STR(t->channel), B_STR(t->party),
        t->language.n ? B_STR(t->language) : B_NULL, B_STR(t->note)), e);
  if (r == OK)
    *ret_id = id;
  return r;
}

int touch_same(struct store *s, const struct touch *t, int64_t since, int64_t *ret_id, struct err *e)
{
  return db_one_i64(store_db(s), "select id from touch where renewal_id = $1 and by_id = $2 and channel = $3 and party = $4 and note = $5 and at >= $6 limit 1",
    BINDS(B_I64(t->renewal_id), B_I64(t->by_id), B_STR(t->channel), B_STR(t->party), B_STR(t->note), B_I64(since)), 0, ret_id, e);
}

int touch_list(struct store *s, struct arena *a, int64_t renewal_id, size_t max, struct touch **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t count = 0;
  int r = db_one_i64(store_db(s), "select count(*) from touch where renewal_id = $1", BINDS(B_I64(renewal_id)), 0, &count, e);
  if (r < 0)
    return r;
  size_t room = (size_t)count < max ? (size_t)count : max, n = 0;
  struct touch *t = arena_zalloc(a, room + 1, sizeof *t);
  if (!t)
    return err_set(e, ERR_NOMEM, "Out of memory");
  r = db_query(store_db(s), "select id, at, by_id, channel, party, language, note from touch where renewal_id = $1 order by at desc, id desc limit $2 /* scan */",
    BINDS(B_I64(renewal_id), B_I64((int64_t)room)), &q, e);
  while (r == OK && n < room && (r = stmt_next(q, e)) == 1) {
    t[n] = (struct touch){.id = stmt_i64(q, 0), .renewal_id = renewal_id, .at = stmt_i64(q, 1), .by_id = stmt_i64(q, 2), .channel = arena_str(a, stmt_str(q, 3)),
      .party = arena_str(a, stmt_str(q, 4)), .language = arena_str(a, stmt_str(q, 5)), .note = arena_str(a, stmt_str(q, 6))};
    bool whole = t[n].channel.p && t[n].party.p && t[n].language.p && t[n].note.p;
    r = whole ? OK : err_set(e, ERR_NOMEM, "Out of memory");
    n++;
  }
  if (r < 0)
    return r;
  *ret = t;
  *ret_n = n;
  return OK;
}

#include "store/repo_call.h"

#include <sodium.h>

#include "base/strbuf.h"
#include "store/call_hash.h"
#include "store/rows.h"

enum { PACK_ROW = 32, FORM = 1, NO_RATE = 16 };

/* ---- packed rows ---- */

static size_t put_number(unsigned char *p, uint64_t v) {
  size_t n = 0;
  for (; v >= 128; v >>= 7)
    p[n++] = (unsigned char)(v | 128);
  p[n++] = (unsigned char)v;
  return n;
}

static bool take_number(struct str *s, uint64_t *ret) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64 && s->n; shift += 7) {
    unsigned char c = (unsigned char)s->p[0];
    *s = str_sub(*s, 1, s->n);
    v |= (uint64_t)(c & 127) << shift;
    if (c < 128) {
      *ret = v;
      return true;
    }
  }
  return false;
}

int call_pack(struct arena *a, const struct call_row *rows, size_t n, struct str *ret) {
  unsigned char *p = arena_alloc(a, n * PACK_ROW + 1);
  size_t k = 0;
  int64_t before = 0;
  if (!p)
    return ERR_NOMEM;
  p[k++] = FORM;
  for (size_t i = 0; i < n; i++) {
    uint64_t amount = (uint64_t)rows[i].amount << 1 ^ (rows[i].amount < 0 ? UINT64_MAX : 0);
    k += put_number(p + k, (uint64_t)(rows[i].renewal_id - before));
    k += put_number(p + k, (uint64_t)rows[i].version);
    p[k++] = (unsigned char)(rows[i].category | (rows[i].no_rate ? NO_RATE : 0));
    k += put_number(p + k, amount);
    before = rows[i].renewal_id;
  }
  *ret = (struct str){(const char *)p, k};
  return OK;
}

int call_unpack(struct arena *a, struct str bytes, struct call_row **ret, size_t *ret_n) {
  struct call_row *rows = NULL;
  size_t n = 0, room = 0;
  int64_t before = 0;
  if (!bytes.n || bytes.p[0] != FORM)
    return ERR_SYNTAX;
  for (struct str s = str_sub(bytes, 1, bytes.n); s.n; n++) {
    uint64_t id, version, amount;
    rows = rows_room(a, rows, n, &room, sizeof *rows);
    if (!rows)
      return ERR_NOMEM;
    if (!take_number(&s, &id) || !take_number(&s, &version) || version > INT32_MAX || !s.n)
      return ERR_SYNTAX;
    unsigned char category = (unsigned char)s.p[0];
    s = str_sub(s, 1, s.n);
    if (!take_number(&s, &amount) || (category & ~NO_RATE) >= CATEGORY_COUNT || id == 0 || id > INT64_MAX || __builtin_add_overflow(before, (int64_t)id, &before))
      return ERR_SYNTAX;
    rows[n] = (struct call_row){.renewal_id = before, .version = (int)version, .category = category & ~NO_RATE, .no_rate = (category & NO_RATE) != 0,
                                .amount = (int64_t)(amount >> 1 ^ (amount & 1 ? UINT64_MAX : 0))};
  }
  *ret = rows;
  *ret_n = n;
  return OK;
}

int call_add_up(const struct call_row *rows, size_t n, struct call *x) {
  x->frozen = (int64_t)n;
  x->no_rate = 0;
  for (int c = 0; c < CATEGORY_COUNT; c++)
    x->sum[c] = 0;
  for (size_t i = 0; i < n; i++) {
    x->no_rate += rows[i].no_rate;
    if (__builtin_add_overflow(x->sum[rows[i].category], rows[i].amount, &x->sum[rows[i].category]))
      return ERR_RANGE;
  }
  return OK;
}

/* ---- the hash ---- */

static void add_text(struct strbuf *b, struct str s) {
  strbuf_fmt(b, "%zu:", s.n);
  strbuf_add(b, s);
  strbuf_addc(b, '\n');
}

int call_hash(const struct call *x, struct str packed, const struct call_part *parts, size_t n_parts, char hex[CALL_HASH_SIZE]) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(CALL_CANONICAL_MAX);
  unsigned char hash[crypto_hash_sha256_BYTES];
  const int64_t numbers[] = {x->id, x->person_id, x->seq, x->by_id, x->for_team_id, x->team_id, x->region_id, x->first, x->last, x->week_first, x->week,
                             x->revision, x->at, x->due_at, x->currency, x->plan_day, x->commit, x->best_case, x->pipeline, x->frozen, x->no_rate};
  add_text(&b, x->prev_hash);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    strbuf_fmt(&b, "%" PRId64 " ", numbers[i]);
  for (int c = 0; c < CATEGORY_COUNT; c++)
    strbuf_fmt(&b, "%" PRId64 " ", x->sum[c]);
  add_text(&b, x->for_team);
  add_text(&b, x->period_id);
  add_text(&b, x->note);
  for (size_t i = 0; i < n_parts; i++)
    strbuf_fmt(&b, "%" PRId64 " %" PRId64 " %" PRId64 " %d %" PRId64 " %" PRId64 "\n", parts[i].person_id, parts[i].called_id, parts[i].called,
               parts[i].has_amount, parts[i].amount, parts[i].adjustment_id);
  add_text(&b, packed);
  if (b.failed)
    return b.failed;
  crypto_hash_sha256(hash, (const unsigned char *)b.p, b.n);
  sodium_bin2hex(hex, CALL_HASH_SIZE, hash, sizeof hash);
  return OK;
}

/* ---- submissions ---- */

/* The place in the chain and in the week. */
static void place_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct call *x = row;
  x->seq = stmt_i64(q, 0) + 1;
  x->prev_hash = row_text(a, q, 1, bad);
}

static int find_place(struct store *s, struct arena *a, struct call *x, struct err *e) {
  struct call last = {0};
  int64_t revision = 0;
  int rc = row_read(s, a, "select seq, hash from forecast_submission where person_id = $1 order by seq desc limit 1", BINDS(B_I64(x->person_id)), place_at, &last, e);
  if (rc >= 0)
    rc = db_one_i64(store_db(s), "select max(revision) from forecast_submission where period_id = $1 and week_first = $2 and person_id = $3",
                    BINDS(B_STR(x->period_id), B_I64(x->week_first), B_I64(x->person_id)), 0, &revision, e);
  if (rc < 0)
    return rc;
  x->seq = last.seq ? last.seq : 1;
  x->prev_hash = last.seq ? last.prev_hash : STR_NONE;
  x->revision = (int)revision + 1;
  return store_reserve_ids(s, "forecast_submission", 1, &x->id, e);
}

static int insert_call(struct store *s, const struct call *x, struct err *e) {
  return db_exec(store_db(s),
                 "insert into forecast_submission (id, person_id, seq, by_id, for_team_id, for_team, team_id, region_id, period_id, period_first, period_last,"
                 " week_first, week, revision, at, due_at, currency, plan_day, commit_amount, best_case_amount, pipeline_amount, frozen, no_rate, sum_closed,"
                 " sum_commit, sum_best_case, sum_pipeline, sum_omitted, note, prev_hash, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
                 " $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)",
                 BINDS(B_I64(x->id), B_I64(x->person_id), B_I64(x->seq), B_ID(x->by_id), B_ID(x->for_team_id), B_STR(x->for_team), B_ID(x->team_id),
                       B_ID(x->region_id), B_STR(x->period_id), B_I64(x->first), B_I64(x->last), B_I64(x->week_first), B_I64(x->week), B_I64(x->revision),
                       B_I64(x->at), B_ID(x->due_at), B_I64(x->currency), B_I64(x->plan_day), B_I64(x->commit), B_I64(x->best_case), B_I64(x->pipeline),
                       B_I64(x->frozen), B_I64(x->no_rate), B_I64(x->sum[0]), B_I64(x->sum[1]), B_I64(x->sum[2]), B_I64(x->sum[3]), B_I64(x->sum[4]),
                       B_STR(x->note), B_STR(x->prev_hash), B_STR(x->hash)),
                 e);
}

static int insert_part(struct store *s, int64_t id, const struct call_part *p, struct err *e) {
  return db_exec(store_db(s),
                 "insert into forecast_submission_part (submission_id, person_id, called_id, called, amount, adjustment_id) values ($1, $2, $3,"
                 " cast($4 as bigint), cast($5 as bigint), $6)",
                 BINDS(B_I64(id), B_I64(p->person_id), B_ID(p->called_id), p->called_id ? B_I64(p->called) : B_NULL, p->has_amount ? B_I64(p->amount) : B_NULL,
                       B_ID(p->adjustment_id)),
                 e);
}

static int put_in(struct store *s, struct arena *a, struct call *x, const struct call_row *rows, size_t n, const struct call_part *parts, size_t n_parts,
                  char hex[CALL_HASH_SIZE], struct err *e) {
  struct str packed;
  int rc = find_place(s, a, x, e);
  if (rc < 0)
    return rc;
  if (call_add_up(rows, n, x) < 0)
    return err_set(e, ERR_RANGE, "call: a sum is larger than a number can hold: look for an amount typed wrongly");
  rc = call_pack(a, rows, n, &packed);
  rc = rc < 0 ? rc : call_hash(x, packed, parts, n_parts, hex);
  if (rc < 0)
    return err_set(e, rc, "Out of memory");
  x->hash = (struct str){hex, CALL_HASH_SIZE - 1};
  rc = insert_call(s, x, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "insert into forecast_submission_rows (submission_id, rows) values ($1, $2)", BINDS(B_I64(x->id), B_BLOB(packed)), e);
  for (size_t i = 0; i < n_parts && rc == OK; i++)
    rc = insert_part(s, x->id, &parts[i], e);
  return rc;
}

int call_put(struct store *s, struct call *x, const struct call_row *rows, size_t n, const struct call_part *parts, size_t n_parts, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  char hex[CALL_HASH_SIZE];
  int rc = a ? put_in(s, a, x, rows, n, parts, n_parts, hex, e) : err_set(e, ERR_NOMEM, "Out of memory");
  x->prev_hash = x->hash = STR_NONE; /* they lived here */
  return rc;
}

#define CALL_COLUMNS                                                                                                                                     \
  "select c.id, c.person_id, c.seq, c.by_id, c.for_team_id, c.team_id, c.region_id, c.period_first, c.period_last, c.week_first, c.week, c.revision, c.at," \
  " c.due_at, c.currency, c.plan_day, c.commit_amount, c.best_case_amount, c.pipeline_amount, c.frozen, c.no_rate, c.sum_closed, c.sum_commit,"            \
  " c.sum_best_case, c.sum_pipeline, c.sum_omitted, c.for_team, c.period_id, c.note, c.prev_hash, c.hash, p.name, b.name from forecast_submission c"       \
  " join person p on p.id = c.person_id left join person b on b.id = c.by_id "

static void call_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct call *x = row;
  *x = (struct call){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .seq = stmt_i64(q, 2), .by_id = stmt_i64(q, 3), .for_team_id = stmt_i64(q, 4),
                     .team_id = stmt_i64(q, 5), .region_id = stmt_i64(q, 6), .first = stmt_day(q, 7), .last = stmt_day(q, 8), .week_first = stmt_day(q, 9),
                     .week = (int)stmt_i64(q, 10), .revision = (int)stmt_i64(q, 11), .at = stmt_i64(q, 12), .due_at = stmt_i64(q, 13),
                     .currency = (currency_t)stmt_i64(q, 14), .plan_day = stmt_day(q, 15), .commit = stmt_i64(q, 16), .best_case = stmt_i64(q, 17),
                     .pipeline = stmt_i64(q, 18), .frozen = stmt_i64(q, 19), .no_rate = stmt_i64(q, 20), .for_team = row_text(a, q, 26, bad),
                     .period_id = row_text(a, q, 27, bad), .note = row_text(a, q, 28, bad), .prev_hash = row_text(a, q, 29, bad),
                     .hash = row_text(a, q, 30, bad), .person = row_text(a, q, 31, bad), .by = row_text(a, q, 32, bad)};
  for (int c = 0; c < CATEGORY_COUNT; c++)
    x->sum[c] = stmt_i64(q, 21 + c);
}

int call_get(struct store *s, struct arena *a, int64_t id, struct call *ret, struct err *e) {
  int rc = row_read(s, a, CALL_COLUMNS "where c.id = $1", BINDS(B_I64(id)), call_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no call %" PRId64, id);
}

int call_list(struct store *s, struct arena *a, struct str period_id, day_t from, day_t to, int64_t until, struct call **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   CALL_COLUMNS "where c.period_id = $1 and c.week_first >= $2 and c.week_first <= $3 and c.at <= $4"
                                " order by c.period_id, c.week_first, c.person_id, c.revision /* scan */",
                   BINDS(B_STR(period_id), B_I64(from), B_I64(to), B_I64(until)), call_at, ret, ret_n, e);
}

static void mark_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct call_mark *)row = (struct call_mark){.person_id = stmt_i64(q, 0), .for_team_id = stmt_i64(q, 1), .at = stmt_i64(q, 2), .due_at = stmt_i64(q, 3),
                                                .commit = stmt_i64(q, 4), .week_first = stmt_day(q, 5), .plan_day = stmt_day(q, 6), .week = (int)stmt_i64(q, 7),
                                                .revision = (int)stmt_i64(q, 8), .currency = (currency_t)stmt_i64(q, 9)};
}

int call_marks(struct store *s, struct arena *a, struct str period_id, day_t from, day_t to, int64_t until, struct call_mark **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select person_id, for_team_id, at, due_at, commit_amount, week_first, plan_day, week, revision, currency from forecast_submission"
                   " where period_id = $1 and week_first >= $2 and week_first <= $3 and at <= $4 order by period_id, week_first, person_id, revision /* scan */",
                   BINDS(B_STR(period_id), B_I64(from), B_I64(to), B_I64(until)), mark_at, ret, ret_n, e);
}

int call_newest(struct store *s, int64_t person_id, struct str period_id, day_t week_first, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s), "select id from forecast_submission where period_id = $1 and week_first = $2 and person_id = $3 order by revision desc limit 1",
                    BINDS(B_STR(period_id), B_I64(week_first), B_I64(person_id)), 0, ret_id, e);
}

int call_rows(struct store *s, struct arena *a, int64_t id, struct call_row **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select rows from forecast_submission_rows where submission_id = $1", BINDS(B_I64(id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  rc = rc ? call_unpack(a, stmt_str(q, 0), ret, ret_n) : ERR_NOTFOUND;
  return rc < 0 ? err_set(e, rc, "The renewals behind call %" PRId64 " cannot be read: run \"perennial check\"", id) : OK;
}

static void part_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct call_part *)row = (struct call_part){.person_id = stmt_i64(q, 0), .called_id = stmt_i64(q, 1), .called = stmt_i64(q, 2),
                                                .has_amount = !stmt_null(q, 3), .amount = stmt_i64(q, 3), .adjustment_id = stmt_i64(q, 4)};
}

int call_parts(struct store *s, struct arena *a, int64_t id, struct call_part **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select person_id, called_id, called, amount, adjustment_id from forecast_submission_part where submission_id = $1 order by person_id",
                   BINDS(B_I64(id)), part_at, ret, ret_n, e);
}

static void state_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct call_renewal *)row = (struct call_renewal){.version = (int)stmt_i64(q, 0), .category = (int)stmt_i64(q, 1), .currency = (currency_t)stmt_i64(q, 2),
                                                  .forecast_amount = stmt_i64(q, 3), .won_amount = stmt_i64(q, 4)};
}

int call_renewal_get(struct store *s, int64_t renewal_id, struct call_renewal *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select version, category, currency, forecast_amount, won_amount from renewal where id = $1", BINDS(B_I64(renewal_id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  if (rc == 0)
    return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, renewal_id);
  state_at(NULL, q, ret, NULL);
  return OK;
}

/* ---- managers' numbers ---- */

int adjustment_put(struct store *s, struct adjustment *x, struct err *e) {
  int64_t newest = 0;
  int rc = db_one_i64(store_db(s), "select max(id) from forecast_adjustment where period_id = $1 and for_team_id = $2 and node_kind = $3 and node_id = $4",
                      BINDS(B_STR(x->period_id), B_I64(x->for_team_id), B_I64(x->node_kind), B_I64(x->node_id)), 0, &newest, e);
  if (rc == OK && newest != x->base_id)
    rc = err_set(e, ERR_CONFLICT, "Somebody changed this call meanwhile: look at their number, then decide");
  if (rc == OK)
    rc = store_reserve_ids(s, "forecast_adjustment", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into forecast_adjustment (id, for_team_id, period_id, period_first, period_last, node_kind, node_id, base_id, amount, currency, plan_day,"
                 " reason, by_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, cast($9 as bigint), $10, $11, $12, $13, $14)",
                 BINDS(B_I64(x->id), B_I64(x->for_team_id), B_STR(x->period_id), B_I64(x->first), B_I64(x->last), B_I64(x->node_kind), B_I64(x->node_id),
                       B_I64(x->base_id), x->taken_back ? B_NULL : B_I64(x->amount), B_I64(x->currency), B_I64(x->plan_day), B_STR(x->reason), B_ID(x->by_id),
                       B_I64(x->at)),
                 e);
}

static void adjustment_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct adjustment *)row = (struct adjustment){
      .id = stmt_i64(q, 0), .for_team_id = stmt_i64(q, 1), .node_kind = (int)stmt_i64(q, 2), .node_id = stmt_i64(q, 3), .base_id = stmt_i64(q, 4),
      .taken_back = stmt_null(q, 5), .amount = stmt_i64(q, 5), .currency = (currency_t)stmt_i64(q, 6), .plan_day = stmt_day(q, 7), .by_id = stmt_i64(q, 8),
      .at = stmt_i64(q, 9), .first = stmt_day(q, 10), .last = stmt_day(q, 11), .reason = row_text(a, q, 12, bad), .period_id = row_text(a, q, 13, bad),
      .by = row_text(a, q, 14, bad)};
}

int adjustment_list(struct store *s, struct arena *a, struct str period_id, int64_t for_team_id, int64_t until, struct adjustment **ret, size_t *ret_n,
                    struct err *e) {
  return rows_read(s, a,
                   "select x.id, x.for_team_id, x.node_kind, x.node_id, x.base_id, x.amount, x.currency, x.plan_day, x.by_id, x.at, x.period_first,"
                   " x.period_last, x.reason, x.period_id, p.name from forecast_adjustment x left join person p on p.id = x.by_id where x.period_id = $1"
                   " and ($2 = 0 or x.for_team_id = $2) and x.at <= $3 order by x.id /* scan */",
                   BINDS(B_STR(period_id), B_I64(for_team_id), B_I64(until)), adjustment_at, ret, ret_n, e);
}

/* ---- who calls ---- */

static void person_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct call_person *)row = (struct call_person){.id = stmt_i64(q, 0), .team_id = stmt_i64(q, 1), .region_id = stmt_i64(q, 2), .name = row_text(a, q, 3, bad),
                                                    .time_zone = row_text(a, q, 4, bad), .role = (int)stmt_i64(q, 5), .active = stmt_i64(q, 6) != 0,
                                                    .created_at = stmt_i64(q, 7)};
}

/* The region of the team or of the nearest team above, four steps up; union ends a circle. */
#define PERSON_COLUMNS                                                                                                                                \
  "select p.id, p.team_id, coalesce(t.region_id, u.region_id, v.region_id, w.region_id), p.name, p.time_zone, p.role, p.active, p.created_at from person p" \
  " left join team t on t.id = p.team_id left join team u on u.id = t.parent_id left join team v on v.id = u.parent_id left join team w on w.id = v.parent_id "

int call_people(struct store *s, struct arena *a, struct call_person **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, PERSON_COLUMNS "where p.active = 1 and p.role = $1 order by p.id /* scan */", BINDS(B_I64(ROLE_REP)), person_at, ret, ret_n, e);
}

int call_people_ever(struct store *s, struct arena *a, struct call_person **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, PERSON_COLUMNS "order by p.id /* scan */", BINDS(), person_at, ret, ret_n, e);
}

int call_person_get(struct store *s, struct arena *a, int64_t id, struct call_person *ret, struct err *e) {
  int rc = row_read(s, a, PERSON_COLUMNS "where p.id = $1 and p.active = 1", BINDS(B_I64(id)), person_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no active person %" PRId64, id);
}

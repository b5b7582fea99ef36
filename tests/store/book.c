/* The book against the store it was read from: KPIs against independent SQL, the snapshot file, the shared cache. SQLite; an invented vendor. */
#include <fcntl.h>
#include <setjmp.h>
#include <unistd.h>

#include "../group.h"

#include "app/book_cache.h"
#include "app/book_snapshot.h"
#include "app/demo.h"
#include "app/export.h"
#include "app/kpi.h"
#include "app/renewal.h"
#include "base/decimal.h"
#include "store/driver.h"
#include "store/repo_audit.h"
#include "store/repo_book.h"

enum { LINES = 2500, MAX_OWNERS = 100 };
static char folder[] = "/tmp/perennial-book-XXXXXX", url[sizeof folder + 20];
static struct store *s;
static struct org org;
static day_t today;

static int make_vendor(void **state) {
  (void)state;
  struct err e = {0};
  struct demo_result made;
  assert_non_null(mkdtemp(folder));
  assert_true(snprintf(url, sizeof url, "%s/book.db", folder) > 0);
  assert_int_equal(day_from_ymd(2026, 11, 22, &today), OK);
  struct demo_options o = {.lines = LINES, .seed = 3, .today = today, .now = (int64_t)today * SECONDS_PER_DAY};
  if (store_open(url, &s, &e) != OK || store_migrate(s, NULL, &e) != OK || demo_make(s, &o, &made, &e) != OK || org_load(s, &org, &e) != OK) {
    fail_msg("%s", e.text);
  }
  return 0;
}

static int remove_vendor(void **state) {
  (void)state;
  static const char *const files[] = {"book.db", "book.db-wal", "book.db-shm", "test.book"};
  store_close(s);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char path[sizeof url + 20];
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, files[i]) > 0);
    (void)unlink(path);
  }
  return rmdir(folder);
}

static struct book *read_book(void) {
  struct book *b = NULL;
  struct err e = {0};
  if (book_read(s, &org, DAY_NONE, &b, &e) != OK) {
    fail_msg("%s", e.text);
  }
  return b;
}

/* ---- KPIs against SQL ---- */

/* Every line due in the period that counts, with its rate on its due date, what came back and when. $1, $2: the period. */
#define DUE_LINES \
  "with due as (select c.owner_id as owner, c.end_user_account_id as account, l.contract_id as contract, l.end_date as due, l.annual_value as atr," \
  " case when l.currency = (select currency from fx_rate f where f.rate = 1000000000 limit 1) or not exists (select 1 from fx_rate f where f.currency ="     \
  " l.currency) then 1000000000 else coalesce((select f.rate from fx_rate f where f.currency = l.currency and f.rate_date <= l.end_date order by"          \
  " f.rate_date desc limit 1), (select f.rate from fx_rate f where f.currency = l.currency order by f.rate_date limit 1)) end as rate,"                    \
  " o.booked_date as booked, coalesce(o.won_annual, 0) as won, coalesce(o.outcome, 0) as outcome,"                                                       \
  " case when o.booked_assumed = 1 or o.evidence = 4 then 1 else 0 end as soft"                                                                          \
  " from contract_line l join contract c on c.id = l.contract_id left join line_outcome o on o.line_id = l.id and o.known_at / 86400 <= $3"              \
  " where l.end_date between $1 and $2 and l.known_at / 86400 <= $3 and l.excluded_reason is null"                                                       \
  " and (c.cancelled_on is null or c.cancelled_on > l.end_date)) "
#define KEPT "case when won < atr then won else atr end"

enum { N, ATR, ON_TIME_N, ON_TIME, IN_QUARTER, FINAL, WON, RESOLVED, RENEWED, SOFT, LATE_30, LATE_365, MEASURES };
static const char due_sql[] = DUE_LINES
    "select owner, rate, count(*), sum(atr), sum(booked <= due), sum(case when booked <= due then " KEPT " else 0 end),"
    " sum(case when booked <= $2 then " KEPT " else 0 end), sum(case when booked is not null then " KEPT " else 0 end),"
    " sum(case when booked is not null then won else 0 end), sum(case when outcome <> 0 then atr else 0 end),"
    " sum(case when booked is not null then atr else 0 end), sum(soft), sum(booked > due and booked <= due + 30),"
    " sum(booked > due + 180 and booked <= due + 365) from due group by owner, rate order by owner, rate /* scan */";

static bool is_count(int m) { return m == N || m == ON_TIME_N || m == SOFT || m == LATE_30 || m == LATE_365; }

struct expected {
  int64_t owner;
  __int128 sum[MEASURES];
};

static int64_t rounded(__int128 sum) {
  int64_t v = 0;
  assert_int_equal(div_round_i128(sum, RATE_ONE, &v), OK);
  return v;
}

static void check_group(const struct kpi_group *g, const struct expected *x) {
  static const struct {
    int measure;
    enum kpi_id id;
    bool den;
  } same[] = {{N, KPI_ON_TIME_COUNT, true}, {ATR, KPI_ATR, false}, {ATR, KPI_ON_TIME_MONEY, true}, {ON_TIME_N, KPI_ON_TIME_COUNT, false},
              {ON_TIME, KPI_ON_TIME_MONEY, false}, {IN_QUARTER, KPI_IN_QUARTER, false}, {FINAL, KPI_FINAL, false}, {WON, KPI_NET, false},
              {RESOLVED, KPI_RESOLUTION, false}, {RENEWED, KPI_CLOSE, false}, {WON, KPI_CONVERSION, false}, {RENEWED, KPI_CONVERSION, true},
              {SOFT, KPI_ASSUMED, false}, {N, KPI_ASSUMED, true}, {LATE_30, KPI_BAND_COUNT + BAND_LATE_30, false},
              {LATE_365, KPI_BAND_COUNT + BAND_LATE_365, false}};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    const struct kpi_value *v = &g->values[same[i].id];
    int64_t want = is_count(same[i].measure) ? (int64_t)x->sum[same[i].measure] : rounded(x->sum[same[i].measure]);
    if ((same[i].den ? v->den : v->num) != want) {
      fail_msg("%s of %.*s: %" PRId64 ", by SQL %" PRId64, kpi_def_of(same[i].id)->key, STR_FMT(g->name), same[i].den ? v->den : v->num, want);
    }
  }
}

static size_t ask_sql(const struct period *p, struct expected *x, struct expected *all) {
  struct err e = {0};
  struct stmt *q = NULL;
  size_t n = 0;
  int code = db_query(store_db(s), due_sql, BINDS(B_I64(p->first), B_I64(p->last), B_I64(today)), &q, &e);
  while (code == OK && (code = stmt_next(q, &e)) == 1) {
    int64_t owner = stmt_i64(q, 0), rate = stmt_i64(q, 1);
    if (n == 0 || x[n - 1].owner != owner) {
      assert_true(n < MAX_OWNERS);
      x[n++] = (struct expected){.owner = owner};
    }
    for (int m = 0; m < MEASURES; m++) {
      __int128 v = (__int128)stmt_i64(q, m + 2) * (is_count(m) ? 1 : rate);
      x[n - 1].sum[m] += v;
      all->sum[m] += v;
    }
    code = OK;
  }
  stmt_done(q);
  assert_int_equal(code, OK);
  return n;
}

/* Σ over accounts of min(Σ atr, Σ won), from sums per account that SQL made. */
static void check_gross(const struct period *p, const struct kpi_value *v) {
  static const char sql[] = DUE_LINES "select sum(atr * rate), sum(case when booked is not null then won * rate else 0 end) from due group by account /* scan */";
  struct err e = {0};
  struct stmt *q = NULL;
  __int128 kept = 0;
  int code = db_query(store_db(s), sql, BINDS(B_I64(p->first), B_I64(p->last), B_I64(today)), &q, &e);
  while (code == OK && (code = stmt_next(q, &e)) == 1) {
    kept += stmt_i64(q, 0) < stmt_i64(q, 1) ? stmt_i64(q, 0) : stmt_i64(q, 1);
    code = OK;
  }
  stmt_done(q);
  assert_int_equal(v->num, rounded(kept));
}

static void check_logo(const struct period *p, const struct kpi_value *v) {
  static const char sql[] = DUE_LINES
      "select count(*), coalesce(sum(back), 0) from (select contract, max(booked is not null) as back from due group by contract) x /* scan */";
  struct err e = {0};
  struct stmt *q = NULL;
  assert_int_equal(db_query(store_db(s), sql, BINDS(B_I64(p->first), B_I64(p->last), B_I64(today)), &q, &e), OK);
  assert_int_equal(stmt_next(q, &e), 1);
  assert_int_equal(v->den, stmt_i64(q, 0));
  assert_int_equal(v->num, stmt_i64(q, 1));
  stmt_done(q);
}

/* Open renewals that have a line which counts: all, untouched for 14 days, expected after their due date. */
static int64_t check_desk(const struct period *p, const struct kpi_value *values) {
  static const char sql[] =
      "select count(*), coalesce(sum(t.changed_at / 86400 <= $3 - 14), 0), coalesce(sum(t.close_date > t.due_date), 0) from renewal t"
      " where t.due_date between $1 and $2 and t.category in (1, 2, 3) and exists (select 1 from contract_line l join contract c on c.id = l.contract_id"
      " where l.contract_id = t.contract_id and l.end_date = t.due_date and l.known_at / 86400 <= $3 and l.excluded_reason is null"
      " and (c.cancelled_on is null or c.cancelled_on > l.end_date)) /* scan */";
  struct err e = {0};
  struct stmt *q = NULL;
  assert_int_equal(db_query(store_db(s), sql, BINDS(B_I64(p->first), B_I64(p->last), B_I64(today)), &q, &e), OK);
  assert_int_equal(stmt_next(q, &e), 1);
  assert_int_equal(values[KPI_STALE].den, stmt_i64(q, 0));
  assert_int_equal(values[KPI_SLIP].den, stmt_i64(q, 0));
  assert_int_equal(values[KPI_STALE].num, stmt_i64(q, 1));
  assert_int_equal(values[KPI_SLIP].num, stmt_i64(q, 2));
  stmt_done(q);
  return values[KPI_STALE].num + values[KPI_SLIP].num;
}

static void kpis_equal_sql(void **state) {
  (void)state;
  struct book *b = read_book();
  int64_t lines = 0, waiting = 0;
  struct period p = period_of(&org.calendar, PERIOD_QUARTER, today - 4 * 365);
  for (; p.first <= today + 400; p = period_next(&org.calendar, &p)) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct expected x[MAX_OWNERS], all = {0};
    struct kpi_query q = {.period = p, .calendar = org.calendar, .by = KPI_BY_REP, .as_of = today, .threads = 2};
    struct kpi_result r;
    struct err e = {0};
    size_t n = ask_sql(&p, x, &all);
    assert_int_equal(kpi_compute(b, &q, a, &r, &e), OK);
    check_group(&r.total, &all);
    check_gross(&p, &r.total.values[KPI_GROSS]);
    check_logo(&p, &r.total.values[KPI_LOGO]);
    waiting += check_desk(&p, r.total.values);
    lines += (int64_t)all.sum[N];
    for (size_t i = 0; i < n; i++) {
      size_t g = 0;
      while (g < r.n_groups && b->reps.id[r.groups[g].key] != x[i].owner) {
        g++;
      }
      assert_true(g < r.n_groups);
      check_group(&r.groups[g], &x[i]);
    }
  }
  assert_true(lines > LINES / 2 && waiting > 20); /* the check looked at most of the book */
  book_free(b);
}

/* The movement, item by item: $1 first day, $2 closing day, $3 as-of day, $4 1 = by owner. Integers throughout: money × 10^9. */
static const char movement_sql[] =
    "with base as (select case when $4 = 1 then c.owner_id else 0 end as owner, c.end_user_account_id as account, l.product_id as product,"
    " coalesce(p.family, '') as family, l.quantity as q, l.annual_value * coalesce((select f.rate from fx_rate f where f.currency = l.currency and"
    " f.rate_date <= $1 order by f.rate_date desc limit 1), (select f.rate from fx_rate f where f.currency = l.currency order by f.rate_date limit 1),"
    " 1000000000) as arr, l.start_date < $1 and l.end_date >= $1 - 1 as opens, l.end_date >= $2 as closes"
    " from contract_line l join contract c on c.id = l.contract_id left join product p on p.id = l.product_id"
    " where l.start_date <= $2 and l.end_date >= $1 - 1 and l.known_at / 86400 <= $3 and l.excluded_reason is null"
    " and (c.cancelled_on is null or c.cancelled_on > l.end_date)),"
    " pot as (select owner, account, sum(arr * opens) as a, sum(arr * closes) as b, max(opens) as o, max(closes) as c from base group by owner, account),"
    " line as (select x.* from base x join pot on pot.owner = x.owner and pot.account = x.account and pot.o = 1 and pot.c = 1 where x.opens + x.closes > 0),"
    " product_of as (select owner, account, product, case when family <> '' and sum(opens * closes) = 0 and (sum(opens) = 0 or sum(closes) = 0)"
    " then 'f' || family else 'p' || coalesce(product, 0) end as item from line group by owner, account, product),"
    " item as (select x.owner, sum(opens * closes) as stays, sum(opens) as before, sum(closes) as after, sum(opens > closes) as went,"
    " sum(q * (opens > closes)) as q0, sum(q * (closes > opens)) as q1, sum(arr * (opens > closes)) as a0, sum(arr * (closes > opens)) as a1,"
    " sum(q * opens * closes) as qs, sum(arr * opens * closes) as s"
    " from line x join product_of k on k.owner = x.owner and k.account = x.account and coalesce(k.product, 0) = coalesce(x.product, 0)"
    " group by x.owner, x.account, k.item),"
    " effect as (select owner, before, after, a0, a1,"
    " case when before = 0 or after = 0 then 0 when went > 0 then (q1 - q0) * a0 / q0 else q1 * s / qs end as qty from item),"
    " part as (select owner, sum(case when qty > 0 then qty else 0 end) as more,"
    " sum(case when before > 0 and after > 0 and a1 - a0 > qty then a1 - a0 - qty else 0 end) as dearer,"
    " sum(case when before = 0 then a1 else 0 end) as added, sum(case when qty < 0 then -qty else 0 end) as fewer,"
    " sum(case when before > 0 and after > 0 and a1 - a0 < qty then qty - (a1 - a0) else 0 end) as cheaper,"
    " sum(case when after = 0 then a0 else 0 end) as removed from effect group by owner)"
    " select pot.owner, sum(a), sum(case when o = 0 then b else 0 end), coalesce(max(more), 0), coalesce(max(dearer), 0), coalesce(max(added), 0),"
    " coalesce(max(fewer), 0), coalesce(max(cheaper), 0), coalesce(max(removed), 0), sum(case when c = 0 then a else 0 end), sum(b)"
    " from pot left join part on part.owner = pot.owner where o + c > 0 group by pot.owner order by pot.owner /* scan */";

/* Running sums are rounded, as docs/kpi.md says; what is new and what came back stand together here. */
static void check_moves(const struct kpi_group *g, struct stmt *q, int64_t seen[7]) {
  static const enum kpi_id ids[] = {KPI_EXPANSION_QUANTITY, KPI_EXPANSION_PRICE, KPI_EXPANSION_ADD_ON, KPI_CONTRACTION_QUANTITY, KPI_CONTRACTION_PRICE,
                                    KPI_CONTRACTION_ITEM_REMOVAL, KPI_CHURN};
  const struct kpi_value *v = g->values;
  __int128 sum = stmt_i64(q, 1);
  int64_t at = rounded(sum);
  assert_int_equal(v[KPI_ARR_OPENING].num, at);
  sum += stmt_i64(q, 2);
  assert_int_equal(v[KPI_NEW].num + v[KPI_RESURRECTION].num, rounded(sum) - at);
  for (int m = 0; m < 7; m++) {
    at = rounded(sum);
    sum += m < 3 ? stmt_i64(q, m + 3) : -stmt_i64(q, m + 3);
    int64_t want = m < 3 ? rounded(sum) - at : at - rounded(sum);
    if (v[ids[m]].num != want) {
      fail_msg("%s of %.*s: %" PRId64 ", by SQL %" PRId64, kpi_def_of(ids[m])->key, STR_FMT(g->name), v[ids[m]].num, want);
    }
    seen[m] += want;
  }
  assert_int_equal(v[KPI_ARR_CLOSING].num, rounded(stmt_i64(q, 10)));
}

static void movement_equals_sql(void **state) {
  (void)state;
  struct book *b = read_book();
  int64_t seen[7] = {0}, groups = 0;
  struct period p = period_of(&org.calendar, PERIOD_QUARTER, today - 3 * 365);
  for (; p.first <= today; p = period_next(&org.calendar, &p)) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct kpi_query k = {.period = p, .calendar = org.calendar, .by = KPI_BY_REP, .as_of = today, .threads = 2};
    struct kpi_result r;
    struct err e = {0};
    assert_int_equal(kpi_compute(b, &k, a, &r, &e), OK);
    for (int by = 0; by < 2; by++) {
      struct stmt *q = NULL;
      int code = db_query(store_db(s), movement_sql, BINDS(B_I64(p.first), B_I64(p.last < today ? p.last : today), B_I64(today), B_I64(by)), &q, &e);
      for (; code == OK && (code = stmt_next(q, &e)) == 1; code = OK, groups++) {
        size_t g = 0;
        while (by == 1 && g < r.n_groups && b->reps.id[r.groups[g].key] != stmt_i64(q, 0)) {
          g++;
        }
        assert_true(by == 0 || g < r.n_groups);
        check_moves(by == 0 ? &r.total : &r.groups[g], q, seen);
      }
      stmt_done(q);
      assert_int_equal(code, OK);
    }
  }
  assert_true(groups > 50);
  for (int m = 0; m < 7; m++) {
    assert_true(seen[m] > 0); /* the vendor has something of everything */
  }
  book_free(b);
}

/* ---- the snapshot ---- */

static char snapshot[sizeof url + 20];

static void same_columns(const struct book *x, const struct book *y) {
  assert_int_equal(x->lines.n, y->lines.n);
  assert_int_equal(x->renewals.n, y->renewals.n);
  assert_int_equal(x->seq, y->seq);
#define SAME(column) assert_memory_equal(x->column, y->column, n * sizeof *x->column)
  size_t n = x->lines.n;
  SAME(lines.end), SAME(lines.start), SAME(lines.booked), SAME(lines.known), SAME(lines.outcome_known), SAME(lines.atr), SAME(lines.won), SAME(lines.id);
  SAME(lines.account), SAME(lines.contract), SAME(lines.product), SAME(lines.quantity), SAME(lines.rep), SAME(lines.region), SAME(lines.currency);
  SAME(lines.model), SAME(lines.outcome_evidence), SAME(lines.flags);
  n = x->contracts.n;
  SAME(contract_account), SAME(contract_partner), SAME(contract_cancelled);
  n = x->renewals.n;
  SAME(renewals.id), SAME(renewals.contract), SAME(renewals.due), SAME(renewals.close), SAME(renewals.forecast), SAME(renewals.rep), SAME(renewals.flags);
#undef SAME
  for (uint32_t i = 0; i < x->accounts.n; i++) {
    assert_int_equal(x->accounts.id[i], y->accounts.id[i]);
    assert_true(str_eq(x->accounts.name[i], y->accounts.name[i]));
  }
  for (uint32_t i = 0; i < x->products.n; i++) {
    assert_true(str_eq(x->product_family[i], y->product_family[i]));
  }
  for (uint32_t i = 0; i < x->n_teams; i++) {
    assert_true(str_eq(x->teams[i].name, y->teams[i].name) && x->teams[i].region == y->teams[i].region && x->teams[i].parent == y->teams[i].parent);
  }
  for (uint8_t c = 0; c < x->n_currencies; c++) {
    assert_int_equal(x->n_rates[c], y->n_rates[c]);
    for (uint32_t i = 0; i < x->n_rates[c]; i++) {
      assert_true(x->rates[c][i].from == y->rates[c][i].from && x->rates[c][i].rate == y->rates[c][i].rate);
    }
  }
}

static void patch_byte(off_t at) {
  char byte;
  int fd = open(snapshot, O_RDWR);
  assert_true(fd >= 0);
  assert_int_equal(pread(fd, &byte, 1, at), 1);
  byte ^= 1;
  assert_int_equal(pwrite(fd, &byte, 1, at), 1);
  assert_int_equal(close(fd), 0);
}

static void snapshot_is_the_book_or_nothing(void **state) {
  (void)state;
  struct book *b = read_book(), *mapped = NULL;
  struct book_mark now, later;
  assert_true(snprintf(snapshot, sizeof snapshot, "%s/test.book", folder) > 0);
  assert_int_equal(book_mark(s, &now, NULL), OK);
  assert_int_equal(book_snapshot_read(snapshot, &org, &now, &mapped), ERR_NOTFOUND);
  assert_int_equal(book_snapshot_write(snapshot, &org, &now, b), OK);
  assert_int_equal(book_snapshot_read(snapshot, &org, &now, &mapped), OK);
  same_columns(b, mapped);
  book_free(mapped);
  assert_int_equal(book_snapshot_mark(snapshot, &later), OK);
  assert_memory_equal(&later, &now, sizeof now);
  later.seq++;
  assert_int_equal(book_snapshot_read(snapshot, &org, &later, &mapped), ERR_NOTFOUND); /* another moment */
  struct org other = org;
  other.calendar.first_month = org.calendar.first_month % 12 + 1;
  assert_int_equal(book_snapshot_read(snapshot, &other, &now, &mapped), ERR_NOTFOUND); /* another calendar */
  int fd = open(snapshot, O_RDONLY);
  off_t size = lseek(fd, 0, SEEK_END);
  (void)close(fd);
  for (off_t at = 0; at < size; at += 997) { /* one bit wrong anywhere */
    patch_byte(at);
    int code = book_snapshot_read(snapshot, &org, &now, &mapped);
    if (code == OK) { /* only in padding that belongs to nobody */
      same_columns(b, mapped);
      book_free(mapped);
    }
    patch_byte(at);
  }
  for (off_t n = size - 1; n > 0; n /= 3) {
    assert_int_equal(truncate(snapshot, n), 0);
    assert_int_equal(book_snapshot_read(snapshot, &org, &now, &mapped), ERR_NOTFOUND);
  }
  book_free(b);
}

/* ---- the shared cache ---- */

static size_t open_row(const struct book *b) {
  size_t i = 0;
  while (i < b->renewals.n && b->renewals.category[i] != CATEGORY_PIPELINE) {
    i++;
  }
  assert_true(i < b->renewals.n);
  return i;
}

static int somebody_signs_in(struct store *st, void *ctx, struct err *e) {
  (void)ctx;
  return audit_add(st, &(struct audit_entry){.at = (int64_t)today * SECONDS_PER_DAY, .action = "sign_in", .entity = "person"}, e);
}

/* A server that starts anew holds what the store says, with the lines of the file or without. */
static void a_start_takes_the_file(bool takes) {
  struct book_cache *c = book_cache_new(snapshot);
  const struct book *b = NULL;
  assert_non_null(c);
  assert_int_equal(book_cache_get(c, s, &b, NULL), OK);
  struct book *whole = read_book();
  same_columns(whole, b);
  book_free(whole);
  assert_int_equal((b->root != NULL ? b->root : b)->map != NULL, takes);
  book_cache_release(c, b);
  book_cache_free(c);
}

static void a_start_goes_on_from_the_snapshot(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = read_book();
  struct book_mark now;
  struct err e = {0};
  assert_int_equal(book_mark(s, &now, NULL), OK);
  assert_int_equal(book_snapshot_write(snapshot, &org, &now, b), OK);
  a_start_takes_the_file(true);
  assert_int_equal(store_write(s, somebody_signs_in, NULL, &e), OK);
  a_start_takes_the_file(true); /* the chain went on, the book did not */
  size_t row = open_row(b);
  struct scope who = scope_operator();
  struct renewal_edit edit = {.id = b->renewals.id[row], .set = RENEWAL_SET_FORECAST, .forecast_amount = b->renewals.forecast[row] + 1, .why = STR("a cent more")};
  struct renewal_edited edited;
  assert_int_equal(renewal_edit(s, a, &who, &edit, today, (int64_t)today * SECONDS_PER_DAY, &edited, &e), OK);
  a_start_takes_the_file(true); /* and what was edited since is read again */
  now.audit_hash++; /* a file of a store that has lived otherwise, such as the copy that this one was before a restore */
  assert_int_equal(book_snapshot_write(snapshot, &org, &now, b), OK);
  a_start_takes_the_file(false);
  now.audit_hash--;
  now.audit_id += 1000;
  assert_int_equal(book_snapshot_write(snapshot, &org, &now, b), OK);
  a_start_takes_the_file(false);
  book_free(b);
}

static void cache_follows_the_store(void **state) {
  (void)state;
  struct book_cache *c = book_cache_new(NULL);
  const struct book *first = NULL, *again = NULL, *later = NULL, *past = NULL;
  struct err e = {0};
  assert_non_null(c);
  assert_int_equal(book_cache_get(c, s, &first, &e), OK);
  assert_int_equal(book_cache_get(c, s, &again, &e), OK);
  assert_ptr_equal(first, again); /* nothing changed: the same generation */
  book_cache_release(c, again);
  size_t row = open_row(first);
  int64_t before = first->renewals.forecast[row];
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct scope who = scope_operator();
  struct renewal_edit edit = {.id = first->renewals.id[row], .set = RENEWAL_SET_FORECAST, .forecast_amount = before + 12345, .why = STR("larger order")};
  struct renewal_edited edited;
  if (renewal_edit(s, a, &who, &edit, today, (int64_t)today * SECONDS_PER_DAY, &edited, &e) != OK) {
    fail_msg("%s", e.text);
  }
  assert_int_equal(book_cache_get(c, s, &later, &e), OK);
  assert_ptr_not_equal(first, later);
  assert_int_equal(first->renewals.forecast[row], before); /* a reader keeps what it began with */
  assert_int_equal(later->renewals.forecast[row], before + 12345);
  assert_ptr_equal(first->lines.atr, later->lines.atr);    /* only the renewals were read again */
  struct book *whole = read_book();
  same_columns(whole, later);
  book_free(whole);
  book_cache_release(c, first);
  assert_int_equal(book_cache_get_as_of(c, s, today - 200, &past, &e), OK);
  assert_int_equal(past->as_of, today - 200);
  for (size_t i = 0; i < past->lines.n; i++) {
    assert_true(past->lines.known[i] <= today - 200);
    assert_true(past->lines.outcome_known[i] == DAY_NONE || past->lines.outcome_known[i] <= today - 200);
  }
  book_cache_release(c, past);
  book_cache_release(c, later);
  book_cache_free(c);
}

/* ---- past days ---- */

/* Made from the book in memory, or read from the store as of the day: the same book. */
static void past_is_the_store_of_then(void **state) {
  (void)state;
  static const day_t back[] = {1, 3, 30, 91, 200, 365, 900};
  struct book_cache *c = book_cache_new(NULL);
  struct err e = {0};
  assert_non_null(c);
  for (size_t k = 0; k < sizeof back / sizeof back[0]; k++) {
    struct book *whole = NULL;
    const struct book *past = NULL, *again = NULL;
    day_t day = today - back[k];
    assert_int_equal(book_read(s, &org, day, &whole, &e), OK);
    assert_int_equal(book_cache_get_as_of(c, s, day, &past, &e), OK);
    assert_int_equal(past->as_of, day);
    same_columns(whole, past);
    size_t n = whole->renewals.n;
    assert_memory_equal(whole->renewals.stage, past->renewals.stage, n);
    assert_memory_equal(whole->renewals.category, past->renewals.category, n);
    assert_memory_equal(whole->renewals.outcome, past->renewals.outcome, n);
    assert_memory_equal(whole->renewals.currency, past->renewals.currency, n);
    assert_memory_equal(whole->renewals.won, past->renewals.won, n * sizeof *past->renewals.won);
    assert_memory_equal(whole->renewals.changed, past->renewals.changed, n * sizeof *past->renewals.changed);
    assert_int_equal(book_cache_get_as_of(c, s, day, &again, &e), OK);
    assert_ptr_equal(past, again);
    book_cache_release(c, again);
    book_cache_release(c, past);
    book_free(whole);
  }
  book_cache_free(c);
}

static int64_t *forecast_of(const struct book *b, int64_t id) {
  for (size_t i = 0; i < b->renewals.n; i++)
    if (b->renewals.id[i] == id)
      return &b->renewals.forecast[i];
  return NULL;
}

/* An edit of today leaves the past days that are held; a new owner decides at once who sees them. */
static void past_stays_and_scope_moves(void **state) {
  (void)state;
  struct book_cache *c = book_cache_new(NULL);
  const struct book *newest = NULL, *first = NULL, *then = NULL;
  struct err e = {0};
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct scope who = scope_operator();
  struct renewal_edited edited;
  assert_int_equal(book_cache_get(c, s, &newest, &e), OK);
  size_t row = open_row(newest);
  int64_t id = newest->renewals.id[row], amount = newest->renewals.forecast[row];
  uint16_t rep = newest->renewals.rep[row], other = 0;
  for (size_t i = 0; i < newest->renewals.n && other == 0; i++)
    other = newest->renewals.rep[i] != rep ? newest->renewals.rep[i] : 0;
  assert_int_equal(book_cache_get_as_of(c, s, today - 1, &first, &e), OK);
  struct renewal_edit edit = {.id = id, .set = RENEWAL_SET_FORECAST, .forecast_amount = amount + 1, .why = STR("one more")};
  assert_int_equal(renewal_edit(s, a, &who, &edit, today, (int64_t)today * SECONDS_PER_DAY + 60, &edited, &e), OK);
  assert_int_equal(book_cache_get_as_of(c, s, today - 1, &then, &e), OK);
  assert_ptr_equal(first, then); /* nothing of yesterday changed */
  int64_t *old = forecast_of(then, id);
  assert_true(old == NULL || *old != amount + 1);
  book_cache_release(c, then);
  book_cache_release(c, first);
  edit = (struct renewal_edit){.id = id, .set = RENEWAL_SET_OWNER, .owner_id = newest->reps.id[other], .why = STR("moved")};
  assert_int_equal(renewal_edit(s, a, &who, &edit, today, (int64_t)today * SECONDS_PER_DAY + 120, &edited, &e), OK);
  assert_int_equal(book_cache_get_as_of(c, s, today - 1, &then, &e), OK);
  for (size_t i = 0; i < then->renewals.n; i++)
    if (then->renewals.id[i] == (uint32_t)id) {
      assert_int_equal(then->renewals.rep[i], rep);       /* the owner of then stands in the row */
      assert_int_equal(then->renewals.rep_now[i], other); /* the owner of now decides who sees it */
    }
  book_cache_release(c, then);
  book_cache_release(c, newest);
  book_cache_free(c);
}

/* ---- exports ---- */

struct tally {
  int64_t rows, won;
  int columns, category, amount;
};

static int count_row(void *ctx, const struct str *cells, int n, struct err *e) {
  struct tally *t = ctx;
  int64_t minor = 0;
  (void)e;
  assert_int_equal(n, t->columns);
  assert_int_equal(decimal_parse(cells[t->amount], '.', 0, 2, &minor, NULL), OK);
  t->rows++;
  t->won += minor;
  assert_true(t->category < 0 || str_eq(cells[t->category], STR("closed")));
  return OK;
}

static void exports_are_complete(void **state) {
  (void)state;
  struct book *b = read_book();
  struct scope who = scope_operator(), nobody = {.role = ROLE_REP};
  struct tally t = {.category = 10, .amount = 17};
  const struct export_sink sink = {&t, count_row};
  struct export_query q = {.kind = EXPORT_RENEWALS, .filter = STR("category:closed"), .first = 1, .plan_day = today, .today = today};
  struct err e = {0};
  int64_t rows = 0, want_rows = 0, want = 0;
  assert_int_equal(db_one_i64(store_db(s), "select count(*) from renewal where category = 0 /* scan */", BINDS(), -1, &want_rows, &e), OK);
  assert_int_equal(db_one_i64(store_db(s), "select sum(won_amount) from renewal where category = 0 /* scan */", BINDS(), -1, &want, &e), OK);
  (void)export_columns(q.kind, &t.columns);
  assert_int_equal(export_run(b, &who, &q, &sink, &rows, &e), OK);
  assert_int_equal(rows, want_rows);
  assert_int_equal(t.won, want); /* all of the vendor's currencies have two decimals */
  q.filter = STR("shade:dark");
  assert_int_equal(export_run(b, &who, &q, &sink, NULL, &e), ERR_SYNTAX);
  assert_non_null(strstr(e.text, "shade"));
  t = (struct tally){.category = -1, .amount = 12};
  q.kind = EXPORT_TERMS;
  (void)export_columns(q.kind, &t.columns);
  assert_int_equal(export_run(b, &who, &q, &sink, &rows, &e), OK);
  assert_int_equal((size_t)rows, b->lines.n);
  assert_int_equal(export_run(b, &nobody, &q, &sink, &rows, &e), OK);
  assert_int_equal(rows, 0); /* outside the scope */
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kpis_equal_sql), cmocka_unit_test(movement_equals_sql), cmocka_unit_test(snapshot_is_the_book_or_nothing),
    cmocka_unit_test(a_start_goes_on_from_the_snapshot),
                                     cmocka_unit_test(cache_follows_the_store), cmocka_unit_test(past_is_the_store_of_then),
                                     cmocka_unit_test(past_stays_and_scope_moves), cmocka_unit_test(exports_are_complete)};
  return group_run_tests(tests, make_vendor, remove_vendor);
}

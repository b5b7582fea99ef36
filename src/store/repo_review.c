#include "store/repo_review.h"

#include "store/rows.h"

#define OPEN INT64_MAX

/* ---- reviews ---- */

static int series_of(struct store *s, struct review *x, struct err *e) {
  int rc = db_one_i64(store_db(s), "select id from review_series where rep_id = $1 and manager_id = $2", BINDS(B_I64(x->rep_id), B_I64(x->manager_id)), 0,
                      &x->series_id, e);
  if (rc < 0)
    return rc;
  if (x->series_id)
    return db_exec(store_db(s), "update review_series set every_days = $2 where id = $1", BINDS(B_I64(x->series_id), B_I64(x->every_days)), e);
  rc = store_reserve_ids(s, "review_series", 1, &x->series_id, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into review_series (id, rep_id, manager_id, every_days, made_at) values ($1, $2, $3, $4, $5)",
                               BINDS(B_I64(x->series_id), B_I64(x->rep_id), B_I64(x->manager_id), B_I64(x->every_days), B_I64(x->made_at)), e);
}

static int day_is_free(struct store *s, int64_t rep_id, day_t day, int64_t but, struct err *e) {
  int64_t there = 0;
  int rc = db_one_i64(store_db(s), "select id from review where rep_id = $1 and day = $2", BINDS(B_I64(rep_id), B_I64(day)), 0, &there, e);
  return rc < 0 ? rc : there && there != but ? err_set(e, ERR_CONFLICT, "There is a review on that day already: open it") : OK;
}

int review_put(struct store *s, struct review *x, struct err *e) {
  int rc = day_is_free(s, x->rep_id, x->day, 0, e);
  rc = rc < 0 ? rc : series_of(s, x, e);
  rc = rc < 0 ? rc : store_reserve_ids(s, "review", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s),
                               "insert into review (id, series_id, rep_id, manager_id, day, made_at, made_by, open_through, closed_by) values ($1, $2, $3, $4, $5,"
                               " $6, $7, $8, $9)",
                               BINDS(B_I64(x->id), B_I64(x->series_id), B_I64(x->rep_id), B_I64(x->manager_id), B_I64(x->day), B_I64(x->made_at), B_ID(x->made_by),
                                     B_I64(x->closed_at ? x->closed_at - 1 : OPEN), B_ID(x->closed_by)), e);
}

#define REVIEW_COLUMNS                                                                                                                                  \
  "select r.id, r.series_id, r.rep_id, r.manager_id, r.day, r.made_at, r.made_by, r.open_through, r.closed_by, v.every_days, p.name, m.name from review r" \
  " join review_series v on v.id = r.series_id join person p on p.id = r.rep_id join person m on m.id = r.manager_id "

static void review_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  int64_t through = stmt_i64(q, 7);
  *(struct review *)row = (struct review){
      .id = stmt_i64(q, 0), .series_id = stmt_i64(q, 1), .rep_id = stmt_i64(q, 2), .manager_id = stmt_i64(q, 3), .day = stmt_day(q, 4), .made_at = stmt_i64(q, 5),
      .made_by = stmt_i64(q, 6), .closed_at = through == OPEN ? 0 : through + 1, .closed_by = stmt_i64(q, 8), .every_days = (int)stmt_i64(q, 9),
      .rep = row_text(a, q, 10, bad), .manager = row_text(a, q, 11, bad)};
}

/* As it was known then. */
static void known(struct review *x, int64_t until) {
  if (x->closed_at > until)
    x->closed_at = x->closed_by = 0;
}

static void all_known(struct review *rows, size_t n, int64_t until) {
  for (size_t i = 0; i < n; i++)
    known(&rows[i], until);
}

int review_get(struct store *s, struct arena *a, int64_t id, struct review *ret, struct err *e) {
  int rc = row_read(s, a, REVIEW_COLUMNS "where r.id = $1", BINDS(B_I64(id)), review_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no review %" PRId64, id);
}

int review_on(struct store *s, struct arena *a, int64_t rep_id, day_t day, int64_t until, struct review *ret, struct err *e) {
  int rc = row_read(s, a, REVIEW_COLUMNS "where r.rep_id = $1 and r.day = $2 and r.made_at <= $3", BINDS(B_I64(rep_id), B_I64(day), B_I64(until)), review_at, ret, e);
  if (rc > 0)
    known(ret, until);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no review on that day");
}

int review_before(struct store *s, struct arena *a, int64_t rep_id, day_t day, int64_t until, struct review *ret, struct err *e) {
  int rc = row_read(s, a, REVIEW_COLUMNS "where r.rep_id = $1 and r.day < $2 and r.made_at <= $3 order by r.day desc limit 1",
                    BINDS(B_I64(rep_id), B_I64(day), B_I64(until)), review_at, ret, e);
  if (rc > 0)
    known(ret, until);
  return rc;
}

int review_list(struct store *s, struct arena *a, int64_t rep_id, int64_t until, size_t max, struct review **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a, REVIEW_COLUMNS "where r.rep_id = $1 and r.made_at <= $2 order by r.day desc limit $3",
                     BINDS(B_I64(rep_id), B_I64(until), B_I64((int64_t)max)), review_at, ret, ret_n, e);
  if (rc == OK)
    all_known(*ret, *ret_n, until);
  return rc;
}

int review_open_list(struct store *s, struct arena *a, int64_t until, struct review **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a, REVIEW_COLUMNS "where r.open_through >= $1 and r.made_at <= $1 order by r.rep_id, r.day /* scan */", BINDS(B_I64(until)), review_at, ret,
                     ret_n, e); /* sorts the open ones, about one a rep */
  if (rc == OK)
    all_known(*ret, *ret_n, until);
  return rc;
}

int review_open_of_manager(struct store *s, struct arena *a, int64_t manager_id, day_t last, int64_t until, struct review **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a, REVIEW_COLUMNS "where r.manager_id = $1 and r.open_through >= $2 and r.made_at <= $2 and r.day <= $3 order by r.day, r.id /* scan */",
                     BINDS(B_I64(manager_id), B_I64(until), B_I64(last)), review_at, ret, ret_n, e);
  if (rc == OK)
    all_known(*ret, *ret_n, until);
  return rc;
}

int review_close_row(struct store *s, int64_t id, int64_t by_id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update review set open_through = $2, closed_by = $3 where id = $1 and open_through = $4",
                     BINDS(B_I64(id), B_I64(now - 1), B_ID(by_id), B_I64(OPEN)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_CONFLICT, "The review is closed already");
}

int review_move_row(struct store *s, int64_t id, day_t day, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct review x;
  int rc = a ? review_get(s, a, id, &x, e) : rows_no_memory(e);
  rc = rc < 0 ? rc : day_is_free(s, x.rep_id, day, id, e);
  if (rc < 0)
    return rc;
  int64_t n = db_run(store_db(s), "update review set day = $2 where id = $1 and open_through = $3", BINDS(B_I64(id), B_I64(day), B_I64(OPEN)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_CONFLICT, "The review is closed already");
}

/* ---- notes ---- */

int review_note_put(struct store *s, struct review_note *x, struct err *e) {
  int rc = store_reserve_ids(s, "review_note", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into review_note (id, review_id, at, by_id, private, body, promise_id) values ($1, $2, $3, $4, $5, $6, $7)",
                               BINDS(B_I64(x->id), B_I64(x->review_id), B_I64(x->at), B_I64(x->by_id), B_I64(x->private), B_STR(x->body), B_ID(x->promise_id)), e);
}

static void note_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct review_note *)row = (struct review_note){
      .id = stmt_i64(q, 0), .review_id = stmt_i64(q, 1), .at = stmt_i64(q, 2), .by_id = stmt_i64(q, 3), .private = stmt_i64(q, 4) != 0,
      .promise_id = stmt_i64(q, 5), .by = row_text(a, q, 6, bad), .body = row_text(a, q, 7, bad)};
}

int review_notes(struct store *s, struct arena *a, int64_t review_id, int64_t reader_id, int64_t until, struct review_note **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select n.id, n.review_id, n.at, n.by_id, n.private, n.promise_id, p.name, n.body from review_note n join person p on p.id = n.by_id"
                   " where n.review_id = $1 and n.at <= $2 and (n.private = 0 or n.by_id = $3) and (n.removed_at is null or n.removed_at > $2)"
                   " order by n.at, n.id /* scan */",
                   BINDS(B_I64(review_id), B_I64(until), B_I64(reader_id)), note_at, ret, ret_n, e);
}

int review_note_same(struct store *s, const struct review_note *x, int64_t since, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s),
                    "select id from review_note where review_id = $1 and at >= $2 and by_id = $3 and private = $4 and body = $5 and removed_at is null limit 1",
                    BINDS(B_I64(x->review_id), B_I64(since), B_I64(x->by_id), B_I64(x->private), B_STR(x->body)), 0, ret_id, e);
}

int review_note_remove_row(struct store *s, int64_t review_id, int64_t id, int64_t by_id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update review_note set removed_at = $4 where id = $2 and review_id = $1 and by_id = $3 and removed_at is null and promise_id is null",
                     BINDS(B_I64(review_id), B_I64(id), B_I64(by_id), B_I64(now)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_NOTFOUND, "There is no line of yours to take away");
}

int review_note_promised(struct store *s, int64_t review_id, int64_t id, int64_t reader_id, int64_t promise_id, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "update review_note set promise_id = $4 where id = $2 and review_id = $1 and (private = 0 or by_id = $3) and removed_at is null"
                     " and promise_id is null",
                     BINDS(B_I64(review_id), B_I64(id), B_I64(reader_id), B_I64(promise_id)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_NOTFOUND, "That line is a promise already, or is gone");
}

/* ---- promises ---- */

int promise_put(struct store *s, struct promise *x, struct err *e) {
  int rc = store_reserve_ids(s, "promise", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s),
                               "insert into promise (id, renewal_id, person_id, rep_id, review_id, body, due_date, made_at, made_by, state, open_through, settled_by,"
                               " reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                               BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->person_id), B_I64(x->rep_id), B_ID(x->review_id), B_STR(x->body),
                                     B_I64(x->due_date), B_I64(x->made_at), B_ID(x->made_by), B_I64(x->state),
                                     B_I64(x->settled_at ? x->settled_at - 1 : OPEN), B_ID(x->settled_by), B_STR(x->reason)), e);
}

#define PROMISE_FIELDS                                                                                                                                       \
  "select q.id, q.renewal_id, q.person_id, q.rep_id, q.review_id, q.due_date, q.made_at, q.made_by, q.state, q.open_through, q.settled_by, r.owner_id, p.name," \
  " u.name, q.body, q.reason, t.name"
#define PROMISE_FROM                                                                                                                                         \
  " from promise q join renewal r on r.id = q.renewal_id join contract c on c.id = r.contract_id join account u on u.id = c.end_user_account_id"              \
  " join person p on p.id = q.person_id left join person t on t.id = q.settled_by "
#define PROMISE_COLUMNS PROMISE_FIELDS PROMISE_FROM
enum { PROMISE_COLUMN_COUNT = 17 };

static void promise_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  int64_t through = stmt_i64(q, 9);
  *(struct promise *)row = (struct promise){
      .id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .person_id = stmt_i64(q, 2), .rep_id = stmt_i64(q, 3), .review_id = stmt_i64(q, 4),
      .due_date = stmt_day(q, 5), .made_at = stmt_i64(q, 6), .made_by = stmt_i64(q, 7), .state = (int)stmt_i64(q, 8),
      .settled_at = through == OPEN ? 0 : through + 1, .settled_by = stmt_i64(q, 10), .owner_id = stmt_i64(q, 11), .person = row_text(a, q, 12, bad),
      .customer = row_text(a, q, 13, bad), .body = row_text(a, q, 14, bad), .reason = row_text(a, q, 15, bad), .settler = row_text(a, q, 16, bad)};
}

/* Settled later than the instant: then it was open. */
static int promises_known(int rc, struct promise **rows, const size_t *n, int64_t until) {
  for (size_t i = 0; rc == OK && i < *n; i++)
    if ((*rows)[i].settled_at > until) {
      struct promise *x = &(*rows)[i];
      x->settled_at = x->settled_by = x->state = 0;
      x->reason = x->settler = STR_NONE;
    }
  return rc;
}

int promise_get(struct store *s, struct arena *a, int64_t id, struct promise *ret, struct err *e) {
  int rc = row_read(s, a, PROMISE_COLUMNS "where q.id = $1", BINDS(B_I64(id)), promise_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no promise %" PRId64, id);
}

int promise_same(struct store *s, const struct promise *x, int64_t since, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s),
                    "select id from promise where renewal_id = $1 and open_through = $2 and person_id = $3 and due_date = $4 and body = $5 and made_at >= $6 limit 1",
                    BINDS(B_I64(x->renewal_id), B_I64(OPEN), B_I64(x->person_id), B_I64(x->due_date), B_STR(x->body), B_I64(since)), 0, ret_id, e);
}

int promise_of_rep(struct store *s, struct arena *a, int64_t rep_id, int64_t since, int64_t until, struct promise **ret, size_t *ret_n, struct err *e) {
  int64_t from = since == INT64_MAX || since > until ? until : since - 1;
  int rc = rows_read(s, a, PROMISE_COLUMNS "where q.rep_id = $1 and q.open_through >= $2 and q.made_at <= $3 order by q.open_through desc, q.due_date, q.id /* scan */",
                     BINDS(B_I64(rep_id), B_I64(from), B_I64(until)), promise_at, ret, ret_n, e);
  return promises_known(rc, ret, ret_n, until);
}

int promise_of_person(struct store *s, struct arena *a, int64_t person_id, day_t last, int64_t until, struct promise **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a, PROMISE_COLUMNS "where q.person_id = $1 and q.open_through >= $2 and q.made_at <= $2 and q.due_date <= $3"
                                         " order by q.due_date, q.id /* scan */",
                     BINDS(B_I64(person_id), B_I64(until), B_I64(last)), promise_at, ret, ret_n, e);
  return promises_known(rc, ret, ret_n, until);
}

int promise_of_renewal(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct promise **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a, PROMISE_COLUMNS "where q.renewal_id = $1 and q.made_at <= $2 order by q.open_through desc, q.due_date, q.id limit $3 /* scan */",
                     BINDS(B_I64(renewal_id), B_I64(until), B_I64((int64_t)max)), promise_at, ret, ret_n, e);
  return promises_known(rc, ret, ret_n, until);
}

int promise_settle_row(struct store *s, int64_t id, int state, int64_t by_id, struct str reason, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update promise set state = $2, open_through = $3, settled_by = $4, reason = $5 where id = $1 and open_through = $6",
                     BINDS(B_I64(id), B_I64(state), B_I64(now - 1), B_ID(by_id), B_STR(reason), B_I64(OPEN)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_CONFLICT, "The promise was settled meanwhile: look at it again");
}

int promise_pass_row(struct store *s, struct promise *x, int64_t person_id, int64_t rep_id, int64_t batch_id, int64_t by_id, struct str reason,
                     int64_t now, struct err *e) {
  enum { PASSED = 4 };
  struct promise to = *x;
  int rc = promise_settle_row(s, x->id, PASSED, by_id, reason, now, e);
  to.person_id = person_id;
  to.rep_id = rep_id;
  to.made_at = now;
  to.made_by = by_id;
  rc = rc < 0 ? rc : promise_put(s, &to, e);
  rc = rc < 0 ? rc : db_exec(store_db(s), "update promise set passed_from = $2, batch_id = $3 where id = $1", BINDS(B_I64(to.id), B_I64(x->id), B_ID(batch_id)), e);
  if (rc == OK)
    *x = to;
  return rc;
}

int promise_open_of(struct store *s, struct arena *a, int64_t renewal_id, int64_t rep_id, struct promise **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, PROMISE_COLUMNS "where q.renewal_id = $1 and q.open_through = $2 and q.rep_id = $3 order by q.id /* scan */",
                   BINDS(B_I64(renewal_id), B_I64(OPEN), B_I64(rep_id)), promise_at, ret, ret_n, e);
}

static void passed_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct promise_passed *x = row;
  promise_at(a, q, &x->now, bad);
  x->was_person_id = stmt_i64(q, PROMISE_COLUMN_COUNT);
  x->was_rep_id = stmt_i64(q, PROMISE_COLUMN_COUNT + 1);
}

int promise_passed_by(struct store *s, struct arena *a, int64_t batch_id, int64_t renewal_id, struct promise_passed **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   PROMISE_FIELDS ", o.person_id, o.rep_id" PROMISE_FROM "join promise o on o.id = q.passed_from"
                                  " where q.batch_id = $1 and q.renewal_id = $2 and q.open_through = $3 order by q.id /* scan */",
                   BINDS(B_I64(batch_id), B_I64(renewal_id), B_I64(OPEN)), passed_at, ret, ret_n, e);
}

static void count_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct promise_count *)row = (struct promise_count){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2)};
}

int promise_counts(struct store *s, struct arena *a, day_t today, int64_t until, struct promise_count **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select rep_id, count(*), sum(case when due_date < $2 then 1 else 0 end) from promise where open_through >= $1 and made_at <= $1"
                   " group by rep_id order by rep_id /* scan */",
                   BINDS(B_I64(until), B_I64(today)), count_at, ret, ret_n, e);
}

static void made_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct promise_made *)row = (struct promise_made){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2)};
}

int promise_made_in(struct store *s, struct arena *a, int64_t rep_id, int64_t until, struct promise_made **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select review_id, count(*), sum(case when state = 1 and open_through < $2 then 1 else 0 end) from promise"
                   " where rep_id = $1 and review_id is not null and made_at <= $2 and (state <> 4 or open_through >= $2) group by review_id order by review_id"
                   " /* scan */",
                   BINDS(B_I64(rep_id), B_I64(until)), made_at, ret, ret_n, e);
}

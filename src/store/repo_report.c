#include "store/repo_report.h"

#include "store/rows.h"

static int done(int64_t n) { return n < 0 ? (int)n : OK; }

/* ---- runs and their files */
int report_run_put(struct store *s, struct report_run *x, struct err *e) {
  int rc = store_reserve_ids(s, "report_run", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return done(db_run(store_db(s),
                     "insert into report_run (id, what, period, day, as_of, language, title, headline, person_id, made_by, made_at, due_id)"
                     " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                     BINDS(B_I64(x->id), B_STR(x->what), B_STR(x->period), B_I64(x->day), B_DAY(x->as_of), B_STR(x->language), B_STR(x->title), B_STR(x->headline),
                           B_ID(x->person_id), B_ID(x->made_by), B_I64(x->made_at), B_ID(x->due_id)), e));
}

int report_file_put(struct store *s, const struct report_file *x, struct str bytes, struct err *e) {
  int64_t n = db_run(store_db(s), "insert into report_content (sha256, size, bytes) values ($1, $2, $3) on conflict (sha256) do nothing",
                     BINDS(B_STR(x->sha256), B_I64((int64_t)bytes.n), B_BLOB(bytes)), e);
  if (n < 0)
    return (int)n;
  return done(db_run(store_db(s), "insert into report_file (run_id, format, name, sha256) values ($1, $2, $3, $4)",
                     BINDS(B_I64(x->run_id), B_STR(x->format), B_STR(x->name), B_STR(x->sha256)), e));
}

#define RUN_SQL                                                                                                                        \
  "select r.id, r.what, r.period, r.day, r.as_of, r.language, r.title, r.headline, r.person_id, r.made_by, r.made_at, r.due_id, p.name, m.name" \
  " from report_run r left join person p on p.id = r.person_id left join person m on m.id = r.made_by "

static void run_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct report_run *)row = (struct report_run){
      .id = stmt_i64(q, 0), .what = row_text(a, q, 1, bad), .period = row_text(a, q, 2, bad), .day = stmt_day(q, 3), .as_of = stmt_day(q, 4),
      .language = row_text(a, q, 5, bad), .title = row_text(a, q, 6, bad), .headline = row_text(a, q, 7, bad), .person_id = stmt_i64(q, 8), .made_by = stmt_i64(q, 9),
      .made_at = stmt_i64(q, 10), .due_id = stmt_i64(q, 11), .person = row_text(a, q, 12, bad), .maker = row_text(a, q, 13, bad)};
}

int report_run_get(struct store *s, struct arena *a, int64_t id, struct report_run *ret, struct err *e) {
  int rc = row_read(s, a, RUN_SQL "where r.id = $1", BINDS(B_I64(id)), run_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no report %" PRId64, id) : rc < 0 ? rc : OK;
}

int report_run_of_due(struct store *s, struct arena *a, int64_t due_id, struct str language, struct report_run *ret, struct err *e) {
  int rc = row_read(s, a, RUN_SQL "where r.due_id = $1 and r.language = $2", BINDS(B_I64(due_id), B_STR(language)), run_row, ret, e);
  return rc == 0 ? ERR_NOTFOUND : rc < 0 ? rc : OK;
}

int report_run_list(struct store *s, struct arena *a, int64_t person_id, int64_t before, size_t max, struct report_run **ret, size_t *ret_n, struct err *e) {
  int64_t below = before ? before : INT64_MAX;
  if (person_id)
    return rows_read(s, a, RUN_SQL "where r.person_id = $1 and r.id < $2 order by r.id desc limit $3", BINDS(B_I64(person_id), B_I64(below), B_I64((int64_t)max)),
                     run_row, ret, ret_n, e);
  return rows_read(s, a, RUN_SQL "where r.id < $1 order by r.id desc limit $2", BINDS(B_I64(below), B_I64((int64_t)max)), run_row, ret, ret_n, e);
}

#define FILE_SQL "select f.run_id, f.format, f.name, f.sha256, c.size from report_file f join report_content c on c.sha256 = f.sha256 where f.run_id = $1 "

static void file_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct report_file *)row = (struct report_file){.run_id = stmt_i64(q, 0), .format = row_text(a, q, 1, bad), .name = row_text(a, q, 2, bad),
                                                    .sha256 = row_text(a, q, 3, bad), .size = stmt_i64(q, 4)};
}

int report_file_list(struct store *s, struct arena *a, int64_t run_id, struct report_file **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, FILE_SQL "order by f.format", BINDS(B_I64(run_id)), file_row, ret, ret_n, e);
}

int report_file_bytes(struct store *s, struct arena *a, int64_t run_id, struct str format, struct report_file *ret, struct str *ret_bytes, struct err *e) {
  struct report_file x;
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = row_read(s, a, FILE_SQL "and f.format = $2", BINDS(B_I64(run_id), B_STR(format)), file_row, &x, e);
  if (rc == 0)
    return err_set(e, ERR_NOTFOUND, "There is no such file of report %" PRId64, run_id);
  if (rc > 0)
    rc = db_query(store_db(s), "select bytes from report_content where sha256 = $1", BINDS(B_STR(x.sha256)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  struct str bytes = arena_str(a, stmt_str(q, 0));
  if (!bytes.p)
    return rows_no_memory(e);
  *ret = x;
  *ret_bytes = bytes;
  return OK;
}

/* ---- schedules */
int report_schedule_put(struct store *s, struct report_schedule *x, struct err *e) {
  int rc = store_reserve_ids(s, "report_schedule", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return done(db_run(store_db(s),
                     "insert into report_schedule (id, name, what, span, formats, person_id, language, weekday, minute, time_zone, to_folder, active, next_at, made_by,"
                     " made_at, changed_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, 1)",
                     BINDS(B_I64(x->id), B_STR(x->name), B_STR(x->what), B_STR(x->span), B_STR(x->formats), B_I64(x->person_id), B_STR(x->language), B_I64(x->weekday),
                           B_I64(x->minute), B_STR(x->time_zone), B_I64(x->to_folder), B_I64(x->active), B_I64(x->next_at), B_ID(x->made_by), B_I64(x->made_at)), e));
}

int report_schedule_set(struct store *s, const struct report_schedule *x, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "update report_schedule set name = $2, what = $3, span = $4, formats = $5, person_id = $6, language = $7, weekday = $8, minute = $9,"
                     " time_zone = $10,"
                     " to_folder = $11, active = $12, next_at = $13, changed_at = $14, version = version + 1 where id = $1 and version = $15 and removed_at is null",
                     BINDS(B_I64(x->id), B_STR(x->name), B_STR(x->what), B_STR(x->span), B_STR(x->formats), B_I64(x->person_id), B_STR(x->language), B_I64(x->weekday),
                           B_I64(x->minute), B_STR(x->time_zone), B_I64(x->to_folder), B_I64(x->active), B_I64(x->next_at), B_I64(x->changed_at), B_I64(x->version)), e);
  return n == 0 ? ERR_CONFLICT : done(n);
}

int report_schedule_remove(struct store *s, int64_t id, int64_t now, struct err *e) {
  return done(db_run(store_db(s), "update report_schedule set removed_at = $2, active = 0 where id = $1", BINDS(B_I64(id), B_I64(now)), e));
}

int report_schedule_moved(struct store *s, int64_t id, int64_t next_at, struct err *e) {
  return done(db_run(store_db(s), "update report_schedule set next_at = $2 where id = $1", BINDS(B_I64(id), B_I64(next_at)), e));
}

int report_recipients_set(struct store *s, int64_t schedule_id, const struct report_recipient *x, size_t n, struct err *e) {
  int rc = done(db_run(store_db(s), "delete from report_recipient where schedule_id = $1", BINDS(B_I64(schedule_id)), e));
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = done(db_run(store_db(s), "insert into report_recipient (schedule_id, n, address, language) values ($1, $2, $3, $4)",
                     BINDS(B_I64(schedule_id), B_I64((int64_t)i), B_STR(x[i].address), B_STR(x[i].language)), e));
  return rc;
}

static void recipient_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct report_recipient *)row = (struct report_recipient){row_text(a, q, 0, bad), row_text(a, q, 1, bad)};
}

int report_recipients(struct store *s, struct arena *a, int64_t schedule_id, struct report_recipient **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select address, language from report_recipient where schedule_id = $1 order by n", BINDS(B_I64(schedule_id)), recipient_row, ret, ret_n, e);
}

#define SCHEDULE_SQL                                                                                                                            \
  "select s.id, s.name, s.what, s.span, s.formats, s.person_id, s.language, s.weekday, s.minute, s.time_zone, s.to_folder, s.active, s.next_at," \
  " s.made_by, s.made_at, s.changed_at, s.version, p.name from report_schedule s join person p on p.id = s.person_id where s.removed_at is null "

static void schedule_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct report_schedule *)row = (struct report_schedule){
      .id = stmt_i64(q, 0), .name = row_text(a, q, 1, bad), .what = row_text(a, q, 2, bad), .span = row_text(a, q, 3, bad), .formats = row_text(a, q, 4, bad),
      .person_id = stmt_i64(q, 5), .language = row_text(a, q, 6, bad), .weekday = (int)stmt_i64(q, 7), .minute = (int)stmt_i64(q, 8), .time_zone = row_text(a, q, 9, bad),
      .to_folder = stmt_i64(q, 10) != 0, .active = stmt_i64(q, 11) != 0, .next_at = stmt_i64(q, 12), .made_by = stmt_i64(q, 13), .made_at = stmt_i64(q, 14),
      .changed_at = stmt_i64(q, 15), .version = (int)stmt_i64(q, 16), .person = row_text(a, q, 17, bad)};
}

int report_schedule_get(struct store *s, struct arena *a, int64_t id, struct report_schedule *ret, struct err *e) {
  int rc = row_read(s, a, SCHEDULE_SQL "and s.id = $1", BINDS(B_I64(id)), schedule_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no schedule %" PRId64, id) : rc < 0 ? rc : OK;
}

int report_schedule_list(struct store *s, struct arena *a, int64_t person_id, struct report_schedule **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, SCHEDULE_SQL "and ($1 = 0 or s.person_id = $1) order by s.name, s.id /* scan */", BINDS(B_I64(person_id)), schedule_row, ret, ret_n, e);
}

int report_schedule_due(struct store *s, struct arena *a, int64_t now, struct report_schedule **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, SCHEDULE_SQL "and s.active = 1 and s.next_at <= $1 order by s.next_at, s.id /* scan */", BINDS(B_I64(now)), schedule_row, ret, ret_n, e);
}

/* ---- what became of it */
int report_due_put(struct store *s, const struct report_due *x, int64_t *ret_id, struct err *e) {
  int64_t there = 0;
  int rc = db_one_i64(store_db(s), "select id from report_due where schedule_id = $1 and due_at = $2", BINDS(B_I64(x->schedule_id), B_I64(x->due_at)), 0, &there, e);
  if (rc < 0 || there)
    return rc;
  rc = store_reserve_ids(s, "report_due", 1, ret_id, e);
  if (rc < 0)
    return rc;
  int64_t n = db_run(store_db(s), "insert into report_due (id, schedule_id, due_at, began_at, skipped) values ($1, $2, $3, $4, $5)",
                     BINDS(B_I64(*ret_id), B_I64(x->schedule_id), B_I64(x->due_at), B_I64(x->began_at), B_I64(x->skipped)), e);
  return n < 0 ? (int)n : 1;
}

int report_delivery_put(struct store *s, int64_t due_id, struct str address, struct str language, int64_t now, struct err *e) {
  int64_t id = 0;
  int rc = store_reserve_ids(s, "report_delivery", 1, &id, e);
  if (rc < 0)
    return rc;
  return done(db_run(store_db(s),
                     "insert into report_delivery (id, due_id, address, language, state, tries, next_at, at, error) values ($1, $2, $3, $4, 0, 0, $5, $5, '')"
                     " on conflict (due_id, address) do nothing",
                     BINDS(B_I64(id), B_I64(due_id), B_STR(address), B_STR(language), B_I64(now)), e));
}

#define DELIVERY_SQL                                                                                                                      \
  "select d.id, d.due_id, u.schedule_id, u.due_at, d.address, d.language, d.state, d.tries, d.next_at, d.at, d.run_id, d.error from report_delivery d" \
  " join report_due u on u.id = d.due_id "

static void delivery_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct report_delivery *)row = (struct report_delivery){
      .id = stmt_i64(q, 0), .due_id = stmt_i64(q, 1), .schedule_id = stmt_i64(q, 2), .due_at = stmt_i64(q, 3), .address = row_text(a, q, 4, bad),
      .language = row_text(a, q, 5, bad), .state = (enum delivery_state)stmt_i64(q, 6), .tries = (int)stmt_i64(q, 7), .next_at = stmt_i64(q, 8), .at = stmt_i64(q, 9),
      .run_id = stmt_i64(q, 10), .error = row_text(a, q, 11, bad)};
}

int report_delivery_next(struct store *s, struct arena *a, int64_t now, struct report_delivery *ret, struct err *e) {
  return row_read(s, a, DELIVERY_SQL "where d.state in (0, 1) and d.state = 0 and d.next_at <= $1 order by d.next_at, d.id limit 1 /* scan */", BINDS(B_I64(now)),
                  delivery_row, ret, e);
}

int report_delivery_move(struct store *s, const struct report_delivery *x, enum delivery_state from, struct err *e) {
  int64_t n = db_run(store_db(s), "update report_delivery set state = $2, tries = $3, next_at = $4, at = $5, run_id = $6, error = $7 where id = $1 and state = $8",
                     BINDS(B_I64(x->id), B_I64(x->state), B_I64(x->tries), B_I64(x->next_at), B_I64(x->at), B_ID(x->run_id), B_STR(x->error), B_I64(from)), e);
  return n < 0 ? (int)n : n > 0;
}

int64_t report_delivery_lost(struct store *s, int64_t since, int64_t now, struct str error, struct err *e) {
  int64_t n = db_run(store_db(s), "update report_delivery set state = 0, next_at = $2 where state in (0, 1) and state = 1 and at < $1 and address = ''",
                     BINDS(B_I64(since), B_I64(now)), e);
  if (n < 0)
    return n;
  return db_run(store_db(s), "update report_delivery set state = 3, at = $2, error = $3 where state in (0, 1) and state = 1 and at < $1",
                BINDS(B_I64(since), B_I64(now), B_STR(error)), e);
}

int report_delivery_sending(struct store *s, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from report_delivery where state in (0, 1) and state = 1", NULL, 0, ret, e);
}

int report_delivery_get(struct store *s, struct arena *a, int64_t id, struct report_delivery *ret, struct err *e) {
  int rc = row_read(s, a, DELIVERY_SQL "where d.id = $1", BINDS(B_I64(id)), delivery_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no sending %" PRId64, id) : rc < 0 ? rc : OK;
}

int report_delivery_list(struct store *s, struct arena *a, int64_t schedule_id, size_t max, struct report_delivery **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, DELIVERY_SQL "where u.schedule_id = $1 order by u.due_at desc, d.id limit $2 /* scan */", BINDS(B_I64(schedule_id), B_I64((int64_t)max)),
                   delivery_row, ret, ret_n, e);
}

#include "store/repo_work.h"

#include "store/rows.h"

/* ---- sleeping renewals ---- */

int snooze_end(struct store *s, int64_t renewal_id, day_t today, int64_t by_id, int64_t at, int64_t *ret_ended, struct err *e) {
  int64_t n = db_run(store_db(s), "update snooze set ended_by = $3, ended_at = $4 where renewal_id = $1 and until_date > $2 and ended_at is null",
                     BINDS(B_I64(renewal_id), B_I64(today), B_ID(by_id), B_I64(at)), e);
  if (n < 0)
    return (int)n;
  *ret_ended = n;
  return OK;
}

int snooze_add(struct store *s, struct snooze *x, struct err *e) {
  int64_t ended = 0;
  int rc = snooze_end(s, x->renewal_id, DAY_NONE + 1, x->by_id, x->at, &ended, e);
  if (rc == OK)
    rc = store_reserve_ids(s, "snooze", 1, &x->id, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "insert into snooze (id, renewal_id, until_date, reason, by_id, at) values ($1, $2, $3, $4, $5, $6)",
                 BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->until), B_STR(x->reason), B_ID(x->by_id), B_I64(x->at)), e);
  return rc;
}

static void snooze_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct snooze *)row = (struct snooze){.id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 8), .until = stmt_day(q, 1), .reason = row_text(a, q, 2, bad),
                                          .by_id = stmt_i64(q, 3), .at = stmt_i64(q, 4), .ended_by = stmt_i64(q, 5), .ended_at = stmt_i64(q, 6),
                                          .by = row_text(a, q, 7, bad)};
}

int snooze_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct snooze **ret, size_t *ret_n, struct err *e) {
  int rc = rows_read(s, a,
                   "select z.id, z.until_date, z.reason, z.by_id, z.at, z.ended_by, z.ended_at, p.name, z.renewal_id from snooze z"
                   " left join person p on p.id = z.by_id where z.renewal_id = $1 and z.at <= $3 order by z.id desc limit $2 /* scan */",
                   BINDS(B_I64(renewal_id), B_I64((int64_t)max), B_I64(until)), snooze_at, ret, ret_n, e);
  for (size_t i = 0; rc >= 0 && i < *ret_n; i++)
    if ((*ret)[i].ended_at > until)
      (*ret)[i].ended_at = (*ret)[i].ended_by = 0;
  return rc;
}

static void asleep_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct snooze_brief *)row = (struct snooze_brief){stmt_i64(q, 0), stmt_day(q, 1)};
}

int snooze_asleep(struct store *s, struct arena *a, day_t today, int64_t until, struct snooze_brief **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select renewal_id, until_date from snooze where until_date > $1 and at <= $2 and (ended_at is null or ended_at > $2)"
                   " order by renewal_id /* scan */",
                   BINDS(B_I64(today), B_I64(until)), asleep_at, ret, ret_n, e);
}

/* ---- handovers ---- */

int handover_add(struct store *s, struct handover *x, const int64_t *ids, size_t n, struct err *e) {
  int rc = store_reserve_ids(s, "handover", 1, &x->id, e);
  if (rc == OK)
    rc = db_exec(store_db(s),
                 "insert into handover (id, from_id, to_id, first_date, last_date, reason, whole_book, made_by, made_at)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 BINDS(B_I64(x->id), B_I64(x->from_id), B_I64(x->to_id), B_I64(x->first), B_I64(x->last), B_STR(x->reason), B_I64(x->whole_book),
                       B_ID(x->made_by), B_I64(x->made_at)), e);
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = db_exec(store_db(s), "insert into handover_renewal (handover_id, renewal_id) values ($1, $2) on conflict do nothing",
                 BINDS(B_I64(x->id), B_I64(ids[i])), e);
  return rc;
}

int handover_close(struct store *s, int64_t id, int64_t by_id, int64_t at, struct err *e) {
  return db_exec(store_db(s), "update handover set ended_by = $2, ended_at = $3 where id = $1", BINDS(B_I64(id), B_ID(by_id), B_I64(at)), e);
}

#define HANDOVER_SQL                                                                                                              \
  "select h.id, h.from_id, h.to_id, h.first_date, h.last_date, h.reason, h.whole_book, h.made_by, h.made_at, h.ended_by, h.ended_at," \
  " f.name, t.name, m.name, (select count(*) from handover_renewal x where x.handover_id = h.id)"                                  \
  " from handover h join person f on f.id = h.from_id join person t on t.id = h.to_id left join person m on m.id = h.made_by "

/* In force at the instant $2. */
#define HANDOVER_THEN "h.made_at <= $2 and (h.ended_at is null or h.ended_at > $2)"

static void handover_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct handover *)row = (struct handover){
      .id = stmt_i64(q, 0), .from_id = stmt_i64(q, 1), .to_id = stmt_i64(q, 2), .first = stmt_day(q, 3), .last = stmt_day(q, 4),
      .reason = row_text(a, q, 5, bad), .whole_book = stmt_i64(q, 6) != 0, .made_by = stmt_i64(q, 7), .made_at = stmt_i64(q, 8),
      .ended_by = stmt_i64(q, 9), .ended_at = stmt_i64(q, 10), .from = row_text(a, q, 11, bad), .to = row_text(a, q, 12, bad),
      .made = row_text(a, q, 13, bad), .renewals = stmt_i64(q, 14)};
}

int handover_get(struct store *s, struct arena *a, int64_t id, struct handover *ret, struct err *e) {
  int rc = row_read(s, a, HANDOVER_SQL "where h.id = $1", BINDS(B_I64(id)), handover_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no handover %" PRId64, id);
}

int handover_list(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t until, struct handover **ret, size_t *ret_n,
                  struct err *e) {
  if (person_id == 0)
    return rows_read(s, a, HANDOVER_SQL "where " HANDOVER_THEN " and h.last_date >= $1 order by h.first_date, h.id /* scan */",
                     BINDS(B_I64(today), B_I64(until)), handover_at, ret, ret_n, e);
  return rows_read(s, a,
                   HANDOVER_SQL "where (h.from_id = $3 or h.to_id = $3) and " HANDOVER_THEN " and h.last_date >= $1 order by h.first_date, h.id /* scan */",
                   BINDS(B_I64(today), B_I64(until), B_I64(person_id)), handover_at, ret, ret_n, e);
}

int handover_covered(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t until, struct handover **ret, size_t *ret_n,
                     struct err *e) {
  return rows_read(s, a,
                   HANDOVER_SQL "where h.to_id = $3 and " HANDOVER_THEN " and h.first_date <= $1 and h.last_date >= $1 order by h.id /* scan */",
                   BINDS(B_I64(today), B_I64(until), B_I64(person_id)), handover_at, ret, ret_n, e);
}

int handover_renewals(struct store *s, struct arena *a, int64_t id, bool owned, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select x.renewal_id from handover_renewal x join handover h on h.id = x.handover_id join renewal r on r.id = x.renewal_id"
                   " and ($2 = 0 or r.owner_id = h.from_id) where x.handover_id = $1 order by x.renewal_id",
                   BINDS(B_I64(id), B_I64(owned)), row_i64, ret, ret_n, e);
}

int handover_overlap(struct store *s, int64_t from_id, day_t first, day_t last, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s),
                    "select id from handover where from_id = $1 and whole_book = 1 and ended_at is null and first_date <= $3"
                    " and last_date >= $2 order by id limit 1 /* scan */",
                    BINDS(B_I64(from_id), B_I64(first), B_I64(last)), 0, ret_id, e);
}

/* ---- settings of a person ---- */

static void setting_at(struct arena *a, const struct stmt *q, void *row, bool *bad) { *(struct str *)row = row_text(a, q, 0, bad); }

int person_setting_get(struct store *s, struct arena *a, int64_t person_id, const char *name, struct str *ret, struct err *e) {
  struct str value = STR_NONE;
  int rc = row_read(s, a, "select value from person_setting where person_id = $1 and name = $2", BINDS(B_I64(person_id), B_STR(str_of(name))), setting_at, &value, e);
  if (rc < 0)
    return rc;
  *ret = value;
  return OK;
}

int person_setting_put(struct store *s, int64_t person_id, const char *name, struct str value, struct err *e) {
  return db_exec(store_db(s),
                 "insert into person_setting (person_id, name, value) values ($1, $2, $3) on conflict (person_id, name) do update set value = $3",
                 BINDS(B_I64(person_id), B_STR(str_of(name)), B_STR(value)), e);
}

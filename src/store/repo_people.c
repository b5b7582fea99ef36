#include "store/repo_people.h"

#include "store/rows.h"

static struct bind text_or_null(struct str s) { return s.n ? B_STR(s) : B_NULL; }

/* ---- people ---- */

#define DETAIL \
  "select p.id, p.team_id, p.created_at, p.password_changed_at, p.email, p.name, p.language, p.locale, p.time_zone, p.role, p.active, " \
  "case when p.password_hash is null then 0 else 1 end, case when f.confirmed_at is null then 0 else 1 end " \
  "from person p left join totp f on f.person_id = p.id "

static void detail_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct person_detail *)row = (struct person_detail){
      .id = stmt_i64(q, 0), .team_id = stmt_i64(q, 1), .created_at = stmt_i64(q, 2), .password_changed_at = stmt_i64(q, 3),
      .email = row_text(a, q, 4, bad), .name = row_text(a, q, 5, bad), .language = row_text(a, q, 6, bad), .locale = row_text(a, q, 7, bad),
      .time_zone = row_text(a, q, 8, bad), .role = (enum role)stmt_i64(q, 9), .active = stmt_i64(q, 10) != 0, .has_password = stmt_i64(q, 11) != 0,
      .has_factor = stmt_i64(q, 12) != 0};
}

int person_detail_get(struct store *s, struct arena *a, int64_t id, struct person_detail *ret, struct err *e) {
  int rc = row_read(s, a, DETAIL "where p.id = $1", BINDS(B_I64(id)), detail_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "No such person");
}

int person_details(struct store *s, struct arena *a, struct person_detail **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, DETAIL "order by p.name, p.id /* scan */", NULL, detail_at, ret, ret_n, e);
}

int person_detail_put(struct store *s, const struct person_detail *p, struct str name_key, struct err *e) {
  struct db *db = store_db(s);
  int64_t other = 0;
  int rc = p->email.n ? db_one_i64(db, "select id from person where email = $1 and id <> $2", BINDS(B_STR(p->email), B_I64(p->id)), 0, &other, e) : OK;
  if (rc < 0) return rc;
  if (other) return err_set(e, ERR_CONFLICT, "%.*s: another person has this email", STR_FMT(p->email));
  int64_t n = db_run(db,
                     "update person set email = cast($2 as text), name = $3, name_key = $4, role = $5, team_id = cast($6 as bigint), language = $7, "
                     "locale = $8, time_zone = $9 where id = $1",
                     BINDS(B_I64(p->id), text_or_null(p->email), B_STR(p->name), B_STR(name_key), B_I64(p->role), B_ID(p->team_id), B_STR(p->language),
                           B_STR(p->locale), B_STR(p->time_zone)), e);
  if (n < 0) return (int)n;
  return n ? store_changed(s, "person", p->id, e) : err_set(e, ERR_NOTFOUND, "No such person");
}

int person_other_admins(struct store *s, int64_t but, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from person where role = 0 and active = 1 and id <> $1 /* scan */", BINDS(B_I64(but)), 0, ret, e);
}

/* ---- teams and regions ---- */

static void team_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct team_row *)row = (struct team_row){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), row_text(a, q, 4, bad)};
}

int team_rows(struct store *s, struct arena *a, struct team_row **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select t.id, t.parent_id, t.region_id, (select count(*) from person p where p.team_id = t.id and p.active = 1), t.name "
                   "from team t order by t.name /* scan */",
                   NULL, team_at, ret, ret_n, e);
}

int team_put(struct store *s, struct team_row *t, struct err *e) {
  struct db *db = store_db(s);
  int64_t other = 0, id = t->id;
  int rc = db_one_i64(db, "select id from team where name = $1 and id <> $2", BINDS(B_STR(t->name), B_I64(id)), 0, &other, e);
  if (rc == OK && other) return err_set(e, ERR_CONFLICT, "%.*s: there is a team of that name", STR_FMT(t->name));
  if (rc == OK && !id) rc = store_reserve_ids(s, "team", 1, &id, e);
  if (rc < 0) return rc;
  int64_t n = db_run(db,
                     "insert into team (id, name, parent_id, region_id) values ($1, $2, cast($3 as bigint), cast($4 as bigint)) on conflict (id) "
                     "do update set name = excluded.name, parent_id = excluded.parent_id, region_id = excluded.region_id /* scan */",
                     BINDS(B_I64(id), B_STR(t->name), B_ID(t->parent_id), B_ID(t->region_id)), e);
  if (n < 0) return (int)n;
  t->id = id;
  return store_changed(s, "team", id, e);
}

int team_delete(struct store *s, int64_t id, struct err *e) {
  struct db *db = store_db(s);
  int64_t inside = 0;
  int rc = db_one_i64(db,
                      "select (select count(*) from person where team_id = $1) + (select count(*) from team where parent_id = $1) /* scan */",
                      BINDS(B_I64(id)), 0, &inside, e);
  if (rc < 0) return rc;
  if (inside) return err_set(e, ERR_CONFLICT, "The team is not empty: move its people and its teams first");
  int64_t n = db_run(db, "delete from team where id = $1 /* scan */", BINDS(B_I64(id)), e);
  if (n < 0) return (int)n;
  return n ? store_changed(s, "team", id, e) : err_set(e, ERR_NOTFOUND, "No such team");
}

static void region_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct region_row *)row = (struct region_row){stmt_i64(q, 0), row_text(a, q, 1, bad)};
}

int region_rows(struct store *s, struct arena *a, struct region_row **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, name from region order by name /* scan */", NULL, region_at, ret, ret_n, e);
}

/* ---- territories ---- */

static void territory_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct territory_row *)row = (struct territory_row){.id = stmt_i64(q, 0), .region_id = stmt_i64(q, 1), .partner_id = stmt_i64(q, 2), .owner_id = stmt_i64(q, 3),
                              .position = (int)stmt_i64(q, 4), .sales_model = stmt_null(q, 5) ? -1 : (int)stmt_i64(q, 5), .name = row_text(a, q, 6, bad),
                              .country = row_text(a, q, 7, bad), .partner = row_text(a, q, 8, bad), .owner = row_text(a, q, 9, bad), .region = row_text(a, q, 10, bad)};
}

int territory_rows(struct store *s, struct arena *a, struct territory_row **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select t.id, t.region_id, t.partner_id, t.owner_id, t.position, t.sales_model, t.name, t.country, c.name, p.name, r.name "
                   "from territory t left join account c on c.id = t.partner_id join person p on p.id = t.owner_id left join region r on r.id = t.region_id "
                   "order by t.position, t.id /* scan */",
                   NULL, territory_at, ret, ret_n, e);
}

int territory_put(struct store *s, struct territory_row *t, int64_t now, struct err *e) {
  struct db *db = store_db(s);
  int64_t other = 0, id = t->id, position = t->position;
  int rc = db_one_i64(db, "select id from territory where name = $1 and id <> $2", BINDS(B_STR(t->name), B_I64(id)), 0, &other, e);
  if (rc == OK && other) return err_set(e, ERR_CONFLICT, "%.*s: there is a rule of that name", STR_FMT(t->name));
  if (rc == OK && !id) rc = db_one_i64(db, "select coalesce(max(position), 0) + 1 from territory /* scan */", NULL, 1, &position, e);
  if (rc == OK && !id) rc = store_reserve_ids(s, "territory", 1, &id, e);
  if (rc < 0) return rc;
  int64_t n = db_run(db,
                     "insert into territory (id, name, position, country, region_id, sales_model, partner_id, owner_id, changed_at) "
                     "values ($1, $2, $3, cast($4 as text), cast($5 as bigint), cast($6 as bigint), cast($7 as bigint), $8, $9) on conflict (id) do update set "
                     "name = excluded.name, country = excluded.country, region_id = excluded.region_id, sales_model = excluded.sales_model, "
                     "partner_id = excluded.partner_id, owner_id = excluded.owner_id, changed_at = excluded.changed_at",
                     BINDS(B_I64(id), B_STR(t->name), B_I64(position), text_or_null(t->country), B_ID(t->region_id),
                           t->sales_model < 0 ? B_NULL : B_I64(t->sales_model), B_ID(t->partner_id), B_I64(t->owner_id), B_I64(now)), e);
  if (n < 0) return (int)n;
  t->id = id;
  return OK;
}

int territory_up(struct store *s, int64_t id, struct err *e) {
  struct db *db = store_db(s);
  int64_t mine = 0, other = 0, theirs = 0;
  int rc = db_one_i64(db, "select position from territory where id = $1", BINDS(B_I64(id)), -1, &mine, e);
  if (rc == OK && mine < 0) return err_set(e, ERR_NOTFOUND, "No such rule");
  if (rc == OK) rc = db_one_i64(db, "select id from territory where position < $1 order by position desc limit 1 /* scan */", BINDS(B_I64(mine)), 0, &other, e);
  if (rc == OK && other) rc = db_one_i64(db, "select position from territory where id = $1", BINDS(B_I64(other)), 0, &theirs, e);
  if (rc < 0 || !other) return rc;
  return db_exec(db, "update territory set position = case when id = $1 then $3 else $4 end where id = $1 or id = $2 /* scan */",
                 BINDS(B_I64(id), B_I64(other), B_I64(theirs), B_I64(mine)), e);
}

int territory_delete(struct store *s, int64_t id, struct err *e) {
  int64_t n = db_run(store_db(s), "delete from territory where id = $1", BINDS(B_I64(id)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_NOTFOUND, "No such rule");
}

int account_of_name(struct store *s, struct str name_key, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s), "select id from account where name_key = $1", BINDS(B_STR(name_key)), 0, ret_id, e);
}

static void country_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct account_country *)row = (struct account_country){stmt_i64(q, 0), row_text(a, q, 1, bad)};
}

int account_countries(struct store *s, struct arena *a, struct account_country **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, country from account where country is not null order by id /* scan */", NULL, country_at, ret, ret_n, e);
}

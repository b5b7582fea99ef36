/* Lines and renewals of the book. */
#include "store/repo_book_rows.h"

#include "base/alloc.h"

static bool became_known_late(const struct book_reader *r, const struct book_line *x) {
  struct period p = period_of(&r->org->calendar, PERIOD_QUARTER, x->end);
  return x->known > p.first;
}

/* What no column of 32 bits holds counts as the most or nothing: no import takes such a quantity. */
static uint32_t quantity_of(int64_t n) { return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n; }

static void take_line(struct book_reader *r, struct stmt *q, struct book_line *x) {
  struct book *b = r->book;
  uint32_t contract = book_code(&b->contracts, stmt_i64(q, 1));
  const struct contract_row *c = &r->contract[contract];
  int64_t outcome_known = stmt_i64(q, 15);
  bool decided = !stmt_null(q, 10) && outcome_known <= r->until;
  int outcome = decided ? (int)stmt_i64(q, 10) : OUTCOME_OPEN, evidence = decided ? (int)stmt_i64(q, 11) : EVIDENCE_NONE;
  *x = (struct book_line){
      .id = (uint32_t)stmt_i64(q, 0), .contract = contract, .account = c->account, .product = book_code(&b->products, stmt_i64(q, 2)),
      .quantity = quantity_of(stmt_i64(q, 16)), .rep = c->rep, .region = c->region, .model = c->model,
      .start = stmt_day(q, 3), .end = stmt_day(q, 4), .currency = book_currency(b, (currency_t)stmt_i64(q, 5)), .atr = stmt_i64(q, 6),
      .known = day_of_instant(stmt_i64(q, 7)), .booked = decided ? stmt_day(q, 12) : DAY_NONE, .won = decided ? stmt_i64(q, 14) : 0,
      .outcome_known = outcome != OUTCOME_OPEN ? day_of_instant(outcome_known) : DAY_NONE,
      .outcome_evidence = (uint8_t)(outcome | evidence << 4)};
  x->flags = (uint8_t)((decided && stmt_i64(q, 13) != 0 ? LINE_BOOKED_ASSUMED : 0) | (evidence == EVIDENCE_WEAK ? LINE_WEAK : 0) |
                       (stmt_null(q, 9) ? 0 : LINE_EXCLUDED) | (stmt_i64(q, 8) == 0 && became_known_late(r, x) ? LINE_ADDED : 0) |
                       (c->cancelled != DAY_NONE && c->cancelled <= x->end && (r->as_of == DAY_NONE || c->cancelled <= r->as_of) ? LINE_CANCELLED : 0));
}

int book_read_lines(struct book_reader *r, struct err *e) {
  static const char sql[] =
      "select l.id, l.contract_id, l.product_id, l.start_date, l.end_date, l.currency, l.annual_value, l.known_at, l.known_derived, l.excluded_reason,"
      " o.outcome, o.evidence, o.booked_date, o.booked_assumed, o.won_annual, o.known_at, l.quantity"
      " from contract_line l left join line_outcome o on o.line_id = l.id where l.known_at <= $1 order by l.id /* scan */";
  int64_t count = 0;
  size_t n = 0;
  struct stmt *q = NULL;
  int code = db_one_i64(r->db, "select count(*) from contract_line /* scan */", BINDS(), 0, &count, e);
  if (code != OK) {
    return code;
  }
  struct book_line *rows MEM_CLEANUP = mem_alloc(((size_t)count + 1) * sizeof *rows);
  if (rows == NULL) {
    return ERR_NOMEM;
  }
  code = db_query(r->db, sql, BINDS(B_I64(r->until)), &q, e);
  while (code == OK && n < (size_t)count && (code = stmt_next(q, e)) == 1) {
    take_line(r, q, &rows[n++]);
    code = OK;
  }
  stmt_done(q);
  code = code == OK ? book_set_lines(r->book, rows, n) : code;
  return code == ERR_RANGE ? err_set(e, code, "the book holds a line with an end date no calendar has: run `perennial check`") : code;
}

/* Column order of every statement that take_renewal reads. */
#define RENEWAL_COLUMNS(t) \
  t ".stage, " t ".category, " t ".category_override, " t ".at_risk, " t ".close_date, " t ".currency, " t ".atr_amount, " t \
    ".forecast_amount, " t ".won_amount, " t ".outcome, " t ".booked_date, " t ".next_step is not null, " t ".next_step_date, " t \
    ".po_number is not null, " t ".changed_at, " t ".owner_id"

static void take_renewal(const struct book_dict *reps, const struct book_renewals *x, const struct stmt *q, size_t i) {
  x->stage[i] = (uint8_t)stmt_i64(q, 3);
  x->category[i] = (uint8_t)stmt_i64(q, 4);
  x->close[i] = stmt_day(q, 7);
  x->atr[i] = stmt_i64(q, 9);
  x->forecast[i] = stmt_i64(q, 10);
  x->won[i] = stmt_i64(q, 11);
  x->outcome[i] = (uint8_t)stmt_i64(q, 12);
  x->booked[i] = stmt_day(q, 13);
  x->step_date[i] = stmt_day(q, 15);
  x->changed[i] = day_of_instant(stmt_i64(q, 17));
  x->rep[i] = (uint16_t)book_code(reps, stmt_i64(q, 18));
  x->flags[i] = (uint8_t)((stmt_i64(q, 5) != 0 ? RENEWAL_OVERRIDE : 0) | (stmt_i64(q, 6) != 0 ? RENEWAL_AT_RISK : 0) |
                          (stmt_i64(q, 16) != 0 ? RENEWAL_HAS_PO : 0) | (stmt_i64(q, 14) != 0 ? RENEWAL_HAS_STEP : 0));
}

int book_read_renewals(struct book_reader *r, struct err *e) {
  static const char now_sql[] = "select t.id, t.contract_id, t.due_date, " RENEWAL_COLUMNS("t") " from renewal t where $1 > 0 order by t.id /* scan */";
  static const char then_sql[] = "select t.id, t.contract_id, t.due_date, " RENEWAL_COLUMNS("v") " from renewal t join (select renewal_id, max(version) as version"
                                 " from renewal_version where changed_at <= $1 group by renewal_id) m on m.renewal_id = t.id"
                                 " join renewal_version v on v.renewal_id = m.renewal_id and v.version = m.version order by t.id /* scan */";
  struct book *b = r->book;
  struct book_renewals *x = &b->renewals;
  int64_t count = 0;
  size_t n = 0;
  struct stmt *q = NULL;
  int code = db_one_i64(r->db, "select count(*) from renewal /* scan */", BINDS(), 0, &count, e);
  code = code == OK ? book_alloc_renewals(b, (size_t)count) : code;
  code = code == OK ? db_query(r->db, r->as_of == DAY_NONE ? now_sql : then_sql, BINDS(B_I64(r->until)), &q, e) : code;
  while (code == OK && n < (size_t)count && (code = stmt_next(q, e)) == 1) {
    uint32_t contract = book_code(&b->contracts, stmt_i64(q, 1));
    const struct contract_row *c = &r->contract[contract];
    x->id[n] = (uint32_t)stmt_i64(q, 0);
    x->contract[n] = contract;
    x->account[n] = c->account;
    x->reseller[n] = c->reseller;
    x->distributor[n] = c->distributor;
    x->region[n] = c->region;
    x->model[n] = c->model;
    x->due[n] = stmt_day(q, 2);
    x->currency[n] = book_currency(b, (currency_t)stmt_i64(q, 8));
    take_renewal(&b->reps, x, q, n);
    n++;
    code = OK;
  }
  stmt_done(q);
  x->n = n;
  return code;
}

/* ---- a past day from the newest book ---- */

struct past {
  const struct book *newest;
  const struct book_states *known; /* of the same day, from before; or NULL */
  day_t as_of;
  struct book_states *states;
};

static uint8_t currency_place(const struct book *b, currency_t c) {
  for (uint8_t i = 1; i < b->n_currencies; i++) {
    if (b->currency_of[i] == c) {
      return i;
    }
  }
  return 0;
}

static void take_version(const struct past *x, const struct stmt *q, size_t place) {
  struct book_states *to = x->states;
  take_renewal(&x->newest->reps, &to->then, q, place);
  to->money[place] = (currency_t)stmt_i64(q, 8);
  to->then.currency[place] = currency_place(x->newest, to->money[place]);
  to->there[place] = 1;
}

/* Few changed since: each one's version by its key. looked[place] is set where nothing is to be looked up. */
static int versions_one_by_one(struct db *db, const struct past *x, const uint8_t *looked, int64_t until, struct err *e) {
  static const char sql[] = "select v.renewal_id, 0, 0, " RENEWAL_COLUMNS("v") " from renewal_version v where v.renewal_id = $1 and v.changed_at <= $2"
                            " order by v.version desc limit 1";
  int code = OK;
  for (size_t i = 0; i < x->states->n && code == OK; i++) {
    struct stmt *q = NULL;
    if (looked[i] != 0) {
      continue;
    }
    code = db_query(db, sql, BINDS(B_I64(x->newest->renewals.id[x->states->row[i]]), B_I64(until)), &q, e);
    if (code == OK && (code = stmt_next(q, e)) == 1) {
      take_version(x, q, i);
      code = OK;
    }
    stmt_done(q);
  }
  return code;
}

/* Many changed: one pass over all versions in the order of the book; the last one of a renewal stands. */
static int versions_in_one_pass(struct db *db, const struct past *x, int64_t until, struct err *e) {
  static const char sql[] = "select v.renewal_id, 0, 0, " RENEWAL_COLUMNS("v") " from renewal_version v where v.changed_at <= $1"
                            " order by v.renewal_id, v.version /* scan */";
  const uint32_t *id = x->newest->renewals.id, *row = x->states->row;
  struct stmt *q = NULL;
  size_t i = 0;
  int code = db_query(db, sql, BINDS(B_I64(until)), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    uint32_t at = (uint32_t)stmt_i64(q, 0);
    while (i < x->states->n && id[row[i]] < at) {
      i++;
    }
    if (i < x->states->n && id[row[i]] == at) {
      take_version(x, q, i);
    }
    code = OK;
  }
  stmt_done(q);
  return code;
}

/* What was found out before is taken over: that a renewal changed again today does not change how it stood then. */
static size_t take_known(const struct past *x, uint8_t *looked) {
  struct book_states *to = x->states;
  const struct book_states *known = x->known;
  size_t at = 0, missing = 0;
  for (size_t i = 0; i < to->n; i++) {
    ptrdiff_t k = known != NULL ? book_states_place(known, to->row[i], &at) : -1;
    looked[i] = k >= 0;
    missing += k < 0;
    if (k < 0) {
      continue;
    }
    to->there[i] = known->there[k];
    to->money[i] = known->money[k];
#define TAKE(column) to->then.column[i] = known->then.column[k]
    TAKE(stage), TAKE(category), TAKE(close), TAKE(atr), TAKE(forecast), TAKE(won), TAKE(outcome), TAKE(booked), TAKE(step_date), TAKE(changed);
    TAKE(rep), TAKE(flags), TAKE(currency);
#undef TAKE
  }
  return missing;
}

static int states_in_tx(struct store *s, void *arg, struct err *e) {
  enum { ONE_PASS_FROM = 8 }; /* a pass over everything costs about as much as looking up an eighth */
  struct past *x = arg;
  const struct book_renewals *now = &x->newest->renewals;
  int64_t until = ((int64_t)x->as_of + 1) * SECONDS_PER_DAY - 1;
  size_t later = 0;
  for (size_t i = 0; i < now->n; i++) {
    later += now->changed[i] > x->as_of;
  }
  book_states_free(x->states); /* of a try before */
  x->states = book_states_new(later);
  uint8_t *looked MEM_CLEANUP = mem_alloc(later + 1);
  if (x->states == NULL || looked == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  x->states->as_of = x->as_of;
  x->states->root_seq = book_root_seq(x->newest);
  x->states->seq = x->newest->seq;
  for (uint32_t i = 0, k = 0; i < now->n; i++) {
    if (now->changed[i] > x->as_of) {
      x->states->row[k++] = i;
    }
  }
  size_t missing = take_known(x, looked);
  return missing >= now->n / ONE_PASS_FROM && missing > 0 ? versions_in_one_pass(store_db(s), x, until, e)
                                                          : versions_one_by_one(store_db(s), x, looked, until, e);
}

int book_read_states(struct store *s, const struct book *newest, day_t as_of, const struct book_states *known, struct book_states **ret, struct err *e) {
  struct past x = {.newest = newest, .known = known, .as_of = as_of};
  int code = store_read(s, states_in_tx, &x, e);
  if (code < 0) {
    book_states_free(x.states);
    return code;
  }
  *ret = x.states;
  return OK;
}

static int read_past(struct store *s, struct book *newest, day_t as_of, bool rebuild, struct book **ret, struct err *e) {
  struct book_states *states = NULL;
  int code = book_read_states(s, newest, as_of, NULL, &states, e);
  if (code != OK) {
    return code;
  }
  struct book *past = book_past(newest, as_of);
  if (past == NULL || book_put_states(past, states, rebuild) != OK) {
    book_free(past);
    book_states_free(states);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  book_states_free(states);
  *ret = past;
  return OK;
}

int book_read_past(struct store *s, struct book *newest, day_t as_of, struct book **ret, struct err *e) { return read_past(s, newest, as_of, false, ret, e); }

int book_read_rebuilt(struct store *s, struct book *newest, day_t as_of, struct book **ret, struct err *e) { return read_past(s, newest, as_of, true, ret, e); }

int book_reread_renewals(struct store *s, struct book *b, const int64_t *ids, size_t n, struct err *e) {
  static const char sql[] = "select t.id, t.contract_id, t.due_date, " RENEWAL_COLUMNS("t") " from renewal t where t.id = $1";
  const struct book_renewals *x = &b->renewals;
  int code = OK;
  for (size_t k = 0; k < n && code == OK; k++) {
    struct stmt *q = NULL;
    size_t from = 0, to = x->n;
    while (from < to) {
      size_t mid = (from + to) / 2;
      if (x->id[mid] < ids[k]) {
        from = mid + 1;
      } else {
        to = mid;
      }
    }
    if (from >= x->n || x->id[from] != ids[k]) {
      return ERR_NOTFOUND;
    }
    code = db_query(store_db(s), sql, BINDS(B_I64(ids[k])), &q, e);
    if (code == OK && (code = stmt_next(q, e)) == 1) {
      take_renewal(&b->reps, x, q, from);
      code = OK;
    } else if (code == 0) {
      code = ERR_NOTFOUND;
    }
    stmt_done(q);
  }
  return code;
}

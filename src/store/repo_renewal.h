/* Renewals and their versions. Every change goes through renewal_save: the new row, its
 * renewal_version, the audit entry and the change_log row in one transaction, guarded by the expected version. */
#ifndef STORE_REPO_RENEWAL_H
#define STORE_REPO_RENEWAL_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

struct renewal {
  int64_t id, contract_id, owner_id;
  day_t due_date;    /* = end_date of its lines */
  day_t close_date;  /* expected, DAY_NONE unknown */
  int stage, category;
  bool category_override; /* the rep set the category by hand */
  bool at_risk;
  currency_t currency;
  int64_t atr_amount;      /* annual value due, frozen at period start */
  int64_t forecast_amount; /* annual value expected */
  int64_t won_amount;      /* annual value booked, 0 while open */
  int outcome;
  day_t booked_date;       /* DAY_NONE while open */
  day_t next_step_date;
  struct str next_step, po_number, lost_reason;
  int32_t version;         /* 1 = first state */
  int64_t changed_at, changed_by;
  struct str why;          /* reason of the last change */
};
/* Strings live in arena. ERR_NOTFOUND. */
int renewal_get(struct store *s, struct arena *a, int64_t id, struct renewal *ret, struct err *e);
/* r->version is the version the editor saw; the stored row must still have it, else ERR_CONFLICT.
 * Writes version+1. changed_at/changed_by/why come from r. Inside a write transaction. Updates r->version. */
int renewal_save(struct store *s, struct renewal *r, struct err *e);
/* The state at an instant: the newest version with changed_at <= at (INT64_MAX: now). ERR_NOTFOUND before it existed. */
int renewal_get_as_of(struct store *s, struct arena *a, int64_t id, int64_t at, struct renewal *ret, struct err *e);
/* All versions, oldest first, into an arena array. */
int renewal_versions(struct store *s, struct arena *a, int64_t id, struct renewal **ret, size_t *ret_n, struct err *e);
/* Many new renewals at once (ids already set, version 1): rows and versions by bulk, no audit entry each; the
 * caller writes one audit entry for the batch. Inside a write transaction. */
int renewal_bulk_add(struct store *s, const struct renewal *rows, size_t n, struct err *e);
/* The same one by one: all of a large import through one writer, with no other statement in between, cost half. */
struct renewal_writer;
int renewal_writer_begin(struct store *s, struct renewal_writer **ret, struct err *e);
int renewal_writer_add(struct renewal_writer *w, const struct renewal *r, struct err *e);
int renewal_writer_end(struct renewal_writer *w, struct err *e); /* always call, also after an error; takes NULL */
#endif

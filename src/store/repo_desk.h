/* Small reads for pages: names of people, import runs, findings. */
#ifndef STORE_REPO_DESK_H
#define STORE_REPO_DESK_H
#include "base/date.h"
#include "store/store.h"

/* Name of a person; "" for 0 or an unknown one. Lives in arena. OK or a code. */
int person_name(struct store *s, struct arena *a, int64_t id, struct str *ret, struct err *e);

/* Name of the end user of a renewal. Lives in arena. ERR_NOTFOUND. */
int renewal_customer(struct store *s, struct arena *a, int64_t renewal_id, struct str *ret, struct err *e);

struct import_brief {
  int64_t id, started_at, finished_at, undone_at; /* finished_at 0 = did not end; undone_at 0 = stands */
  int64_t actor_id; /* 0 = the command line */
  struct str kind, source, file_name, actor, counts; /* counts: JSON object as it was written */
  day_t as_of;
  int64_t findings; /* open ones that this run found */
};
/* Newest first, at most max, older than id `before` (0 = from the newest). */
int import_list(struct store *s, struct arena *a, int64_t before, size_t max, struct import_brief **ret, size_t *ret_n, struct err *e);

/* One of them. ERR_NOTFOUND. */
int import_one(struct store *s, struct arena *a, int64_t id, struct import_brief *ret, struct err *e);
/* Contracts that an import added or changed lines of, with their end users: the newest ids first, at most max. */
struct import_contract {
  struct str number, customer;
  int64_t owner_id;
};
int import_contracts(struct store *s, struct arena *a, int64_t import_id, size_t max, struct import_contract **ret, size_t *ret_n, struct err *e);

/* The ids of those contracts: a range of those it brought, and the others ascending. Nothing of an import that was undone or is not there. */
struct import_touched {
  int64_t from, to; /* [from, to) */
  int64_t *others; size_t n_others;
};
int import_touched_by(struct store *s, struct arena *a, int64_t import_id, struct import_touched *ret, struct err *e);

struct finding_count {
  struct str rule, department, sample;
  int64_t n;
};
/* Open data findings by rule, most first. */
int finding_counts(struct store *s, struct arena *a, struct finding_count **ret, size_t *ret_n, struct err *e);
#endif

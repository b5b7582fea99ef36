/* Inside of app/history: one run's data, handed from step to step. */
#ifndef APP_HISTORY_WORK_H
#define APP_HISTORY_WORK_H
#include "app/history.h"
#include "insight/link.h"
#include "store/repo_config.h"
#include "store/repo_import_was.h"

enum {
  HISTORY_HORIZON = 400,  /* renewals exist for what is due up to so many days ahead: next quarters' forecasts need rows */
  HISTORY_WINDOW = LINK_LATE_DAYS,
};
/* The lines of one contract that end on one day: [from, to) of by_due. */
struct due_group {
  uint32_t from, to;
  uint32_t contract; /* index into rows.contracts */
  uint32_t stored;   /* index into rows.renewals, UINT32_MAX = none */
};
struct history_work {
  struct store *s;
  const struct history_change *change;
  struct arena *arena;
  struct org org;
  struct history_rates rates;
  struct history_rows rows;
  day_t today;
  int lapse;               /* days after end_date from which a line without successor is lost: max(365, max_lapse_days) */
  struct str source;       /* "import 12" or "2026-11-22": where a change comes from, for versions */
  uint32_t *contract_of;   /* by line: index into rows.contracts */
  uint32_t *by_due;        /* line indexes by contract, end, id */
  struct due_group *groups; /* by contract and due date */
  size_t n_groups;
  bool fresh;              /* nothing of rows is in the store yet: states go into rows, whose contracts are still to be written */
  uint8_t *kept_apart;     /* by line: a person said that nothing renewed it */
  struct link *links;      /* indexes into rows.lines; by (from, to) */
  size_t n_links;
  struct line_outcome *now; /* by line */
  uint8_t *write;          /* by line: now differs from what is stored */
  struct history_finding *findings;
  size_t n_findings, cap_findings;
  struct history_counts counts;
};

/* Steps. Each gives OK or a code with the text set. */
int history_match(struct history_work *w, struct err *e);    /* fills links */
int history_links_sync(struct history_work *w, struct err *e);
int history_judge(struct history_work *w, struct err *e);    /* fills now */
int history_groups(struct history_work *w, struct err *e);   /* fills groups */
int history_states(struct history_work *w, struct err *e);   /* states of contracts */
int history_renewals(struct history_work *w, struct err *e); /* sets now[].renewal_id */
int history_overlaps(struct history_work *w, struct err *e); /* finds double coverage */

/* Sum of minor × rate arithmetic: amount in `from` as amount in `to` at that day's rates. ERR_NOTFOUND: a rate is missing. */
int history_convert(const struct history_rates *r, int64_t amount, currency_t from, currency_t to, day_t day, int64_t *ret);
/* Instant at which what is known of a link became known, and whether that is derived. */
int64_t history_link_known(const struct history_work *w, const struct link *k, bool *ret_derived);
/* When the successor's order counts for the earlier line; *ret_assumed when the file doesn't say. */
day_t history_booked(const struct history_line *earlier, const struct history_line *successor, bool *ret_assumed);
/* detail is made with arena_fmt; nothing happens when out of memory (the next run finds it again). */
void history_find(struct history_work *w, const char *rule, const char *field, int64_t line_id, struct str detail);
int history_nomem(struct err *e);
#endif

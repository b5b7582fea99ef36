/* What the parts of the demo share while they write: ids handed out so far and the shape of the vendor. */
#ifndef APP_DEMO_WRITE_H
#define APP_DEMO_WRITE_H
#include "app/demo_vendor.h"
#include "store/repo_vendor.h"

enum { DEMO_REGIONS = 3, DEMO_TEAM_ROWS = 1 + DEMO_REGIONS + DEMO_TEAMS };
struct demo_writer {
  struct store *store;
  struct vendor *vendor;
  struct arena *row;        /* reset after each account */
  struct demo_shape shape;
  int64_t epoch;            /* instant before everything: known_at of the catalogue */
  currency_t currency[DEMO_TEAMS];
  int64_t region[DEMO_TEAMS], first_rep[DEMO_TEAMS], first_reseller[DEMO_TEAMS], first_distributor[DEMO_TEAMS];
  int64_t first_sales[DEMO_REGIONS], sales[DEMO_REGIONS], sales_lead; /* people of field sales */
  int64_t next_account, next_contract, next_line, people, worked, manager;
};
/* Each open renewal due from `first_days` to `last_days` days from the demo's today, in order of id; fn may write. Stops at the first error, its own or fn's. */
int demo_each_open(struct demo_writer *w, int first_days, int last_days, int (*fn)(void *arg, const struct open_renewal *x), void *arg, struct err *e);
int64_t demo_instant(day_t d, int seconds);
/* The comparison key of a name, in w->row. */
struct str demo_key(struct demo_writer *w, struct str name);
/* Regions, teams and people with their sign-ins; fills region, first_rep, people, manager. */
int demo_add_people(struct demo_writer *w, const char *password_hash, struct err *e);
/* What the reps did with the open renewals: calls, quotes, promises, slips, losses, as versions in time order. */
int demo_work(struct demo_writer *w, struct err *e);
/* Notes that mention reps, and what they were told of them. */
int demo_notices(struct demo_writer *w, struct err *e);
/* Who of field sales looks after which account, what they are asked and told. */
int demo_sales(struct demo_writer *w, struct err *e);
/* What the reps speak, and a plan of what would move. */
int demo_capacity(struct demo_writer *w, day_t today, struct err *e);
/* Weekly calls of this quarter and the five before, with what was behind each. */
int demo_calls(struct demo_writer *w, struct err *e);
/* Requests to depart from policy, decided and waiting. */
int demo_exceptions(struct demo_writer *w, struct err *e);
/* 1:1s of the last weeks with what was promised in them, and the next ones. */
int demo_reviews(struct demo_writer *w, struct err *e);
/* Escalations in all states and two years of resolved ones; public holidays. */
int demo_escalations(struct demo_writer *w, struct err *e);
/* Targets of the year and its quarters, from what is due. */
int demo_set_targets(struct demo_writer *w, struct err *e);
#endif

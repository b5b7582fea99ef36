/* Appending whole parties, catalogues and contracts with ids given by the caller: how a demo organization is
 * written. All inside one write transaction. */
#ifndef STORE_REPO_VENDOR_H
#define STORE_REPO_VENDOR_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

struct vendor_region { int64_t id; struct str name; };
struct vendor_team { int64_t id, parent_id, region_id; struct str name; };
struct vendor_person {
  int64_t id, team_id;
  struct str email, name, name_key, language, locale, time_zone, password_hash; /* "" = no password */
  int role;
  int64_t created_at;
};
struct vendor_account {
  int64_t id, region_id, known_at;
  struct str name, name_key, country, language;
  currency_t currency;
  int kind; /* bit 0 customer, 1 reseller, 2 distributor */
};
struct vendor_product {
  int64_t id, known_at;
  struct str sku, sku_key, name, family, product_line, service_level, replacement_sku;
  day_t eol, eos;
};
struct vendor_contract {
  int64_t id, end_user_id, reseller_id, distributor_id, owner_id, region_id, known_at;
  struct str number, number_key;
  currency_t currency;
  int sales_model, uplift_bp, notice_days;
};
struct vendor_line {
  int64_t id, contract_id, product_id, quantity, list_amount, net_amount, annual_value, known_at;
  struct str line_number, serial_number, renewed_from;
  int64_t line_key;
  day_t start, end, booked;
  currency_t currency;
};
struct vendor_target {
  int64_t id;
  struct str scope, scope_name, period_id, kind, measure, reason;
  int64_t amount, set_at, set_by;
  currency_t currency;
  int version;
};
/* Open bulks of the tables; one line per row verb. begin gives ERR_CONFLICT when the store already has accounts. */
struct vendor;
int vendor_begin(struct store *s, struct vendor **ret, struct err *e);
/* The same into a store that has a book already. */
int vendor_append(struct store *s, struct vendor **ret, struct err *e);
int vendor_add_region(struct vendor *v, const struct vendor_region *r, struct err *e);
int vendor_add_team(struct vendor *v, const struct vendor_team *r, struct err *e);
int vendor_add_person(struct vendor *v, const struct vendor_person *r, struct err *e);
int vendor_add_account(struct vendor *v, const struct vendor_account *r, struct err *e);
int vendor_add_product(struct vendor *v, const struct vendor_product *r, struct err *e);
int vendor_add_contract(struct vendor *v, const struct vendor_contract *r, struct err *e);
int vendor_add_line(struct vendor *v, const struct vendor_line *r, struct err *e);
int vendor_add_rate(struct vendor *v, currency_t c, day_t from, int64_t rate, struct str source, int64_t known_at, struct err *e);
int vendor_add_target(struct vendor *v, const struct vendor_target *r, struct err *e);
/* Outside a bulk: who of field sales leads a team; the customers of a region go to `people` salespeople from `first_person` on, since an instant. */
int vendor_lead_sales(struct store *s, int64_t person_id, struct err *e);
int vendor_own_sales(struct store *s, int64_t region_id, int64_t first_person, int64_t people, int64_t since, struct err *e);
/* Ends all bulks; always call, frees v (takes NULL). */
int vendor_end(struct vendor *v, struct err *e);

/* Open renewals due in a range of days, in order of id, in pages: at most max with id > after. */
struct open_renewal {
  int64_t id, owner_id, contract_id, atr_amount, changed_at;
  day_t due;
  currency_t currency;
  int32_t version;
};
int vendor_open_renewals(struct store *s, struct arena *a, day_t first, day_t last, int64_t after, size_t max, struct open_renewal **ret, size_t *ret_n,
                         struct err *e);
/* Annual value due by owner and quarter start, summed in minor units by currency: what targets are made from. */
struct due_sum {
  int64_t owner_id;
  day_t due;
  currency_t currency;
  int64_t atr;
};
typedef int vendor_due_fn(void *arg, const struct due_sum *x);
int vendor_each_due(struct store *s, day_t first, day_t last, vendor_due_fn *fn, void *arg, struct err *e);
/* Every version of the renewals due in those days, by renewal and version: what past calls are frozen from. */
struct version_seen {
  int64_t renewal_id, changed_at, owner_id, forecast, won;
  int version, category;
  currency_t currency;
  day_t close, booked, due;
};
typedef int vendor_version_fn(void *arg, const struct version_seen *x);
int vendor_each_version(struct store *s, day_t first, day_t last, vendor_version_fn *fn, void *arg, struct err *e);
/* The rate in force on a day, else the oldest there is; 0 = none. */
int vendor_rate(struct store *s, currency_t c, day_t day, int64_t *ret, struct err *e);
/* Managers with a team, those below before those above, with every team they have below. In arena. */
struct manager_row {
  int64_t id, team_id, region_id;
  struct str team, time_zone;
  int64_t *teams;
  size_t n_teams;
  bool top;
};
int vendor_managers(struct store *s, struct arena *a, struct manager_row **ret, size_t *ret_n, struct err *e);
static inline bool manager_has(const struct manager_row *m, int64_t team_id) {
  for (size_t i = 0; i < m->n_teams; i++)
    if (m->teams[i] == team_id)
      return true;
  return false;
}
/* Gives renewals the past a running desk would have recorded: open ones exist since their term began to run out, and those booked
 * since `since` were open before they were won. Before any edit; versions stay contiguous. */
int vendor_backdate_renewals(struct store *s, day_t since, struct err *e);
int64_t vendor_count_renewals(struct store *s, struct err *e);
#endif

/* Rows of people, teams and regions as administrators change them, and territories. Rules are in app/; here is only SQL.
 * Text lives in the arena; writes run inside a write transaction. */
#ifndef STORE_REPO_PEOPLE_H
#define STORE_REPO_PEOPLE_H
#include "domain/terms.h"
#include "store/store.h"

struct person_detail {
  int64_t id, team_id, created_at, password_changed_at;
  struct str email, name, language, locale, time_zone; /* "" when NULL */
  enum role role;
  bool active, has_password, has_factor;
};
int person_detail_get(struct store *s, struct arena *a, int64_t id, struct person_detail *ret, struct err *e); /* ERR_NOTFOUND */
/* By name. */
int person_details(struct store *s, struct arena *a, struct person_detail **ret, size_t *ret_n, struct err *e);
/* All fields but active and the password. ERR_CONFLICT: the email is another's. ERR_NOTFOUND. */
int person_detail_put(struct store *s, const struct person_detail *p, struct str name_key, struct err *e);
/* Active administrators other than this person. */
int person_other_admins(struct store *s, int64_t but, int64_t *ret, struct err *e);

struct team_row {
  int64_t id, parent_id, region_id, people; /* 0 = none; people: active ones in the team itself */
  struct str name;
};
int team_rows(struct store *s, struct arena *a, struct team_row **ret, size_t *ret_n, struct err *e); /* by name */
/* id 0: a new row, whose id is given back. ERR_CONFLICT: the name is taken. */
int team_put(struct store *s, struct team_row *t, struct err *e);
/* ERR_CONFLICT: people or teams are still in it. ERR_NOTFOUND. */
int team_delete(struct store *s, int64_t id, struct err *e);

struct region_row {
  int64_t id;
  struct str name;
};
int region_rows(struct store *s, struct arena *a, struct region_row **ret, size_t *ret_n, struct err *e); /* by name */

struct territory_row {
  int64_t id, region_id, partner_id, owner_id; /* 0 = any */
  int position, sales_model;                   /* sales_model -1 = any */
  struct str name, country, partner, owner, region; /* country: as accounts spell it, any case, "" = any; the last three are names */
};
int territory_rows(struct store *s, struct arena *a, struct territory_row **ret, size_t *ret_n, struct err *e); /* by position */
/* id 0: a new row behind the others. ERR_CONFLICT: the name is taken. */
int territory_put(struct store *s, struct territory_row *t, int64_t now, struct err *e);
/* Changes places with the rule before it. OK also for the first. ERR_NOTFOUND. */
int territory_up(struct store *s, int64_t id, struct err *e);
int territory_delete(struct store *s, int64_t id, struct err *e); /* ERR_NOTFOUND */

/* The account of that folded name; 0 = none. */
int account_of_name(struct store *s, struct str name_key, int64_t *ret_id, struct err *e);
/* Accounts that have a country, as it was imported; ids ascend. Reads all accounts: for previews, not for pages. */
struct account_country {
  int64_t id;
  struct str country;
};
int account_countries(struct store *s, struct arena *a, struct account_country **ret, size_t *ret_n, struct err *e);
#endif

/* What an import reads and writes: keys of known things, terms of known lines, bulk rows, runs and mappings.
 * Everything but import_mapping_get and the loaders wants a write transaction. Codes: OK, ERR_AGAIN, ERR_IO,
 * ERR_CONFLICT, ERR_NOMEM, ERR_FAIL, and what a callback gave. */
#ifndef STORE_REPO_IMPORT_H
#define STORE_REPO_IMPORT_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

/* Things that have a name of their own. */
enum import_thing { THING_ACCOUNT, THING_PRODUCT, THING_PERSON, THING_REGION };
/* key: folded name or sku; other: external id (account) or e-mail (person), "" otherwise. Valid during the call. */
typedef int import_key_fn(void *arg, int64_t id, struct str key, struct str other, struct err *e);
int import_each_key(struct store *s, enum import_thing what, import_key_fn *fn, void *arg, struct err *e);

struct known_contract {
  int64_t id, end_user, reseller, distributor, owner, region;
  int sales_model;
  currency_t currency;
};
typedef int import_contract_fn(void *arg, struct str number_key, const struct known_contract *c, struct err *e);
/* The contract of that key (fn is called at most once), or all of them when key is empty. */
int import_each_contract(struct store *s, struct str key, import_contract_fn *fn, void *arg, struct err *e);

enum { KNOWN_TEXTS = 4 }; /* line_number, serial_number, renewed_from, status */
struct known_line {
  int64_t id, contract_id, product_id, quantity, list, net, renewed_amount;
  uint64_t line_key;
  uint64_t text[KNOWN_TEXTS]; /* str_hash of each; of "" when absent */
  day_t start, end, booked, renewed_on;
  currency_t currency;
  int8_t outcome;             /* -1 = not stated */
  bool has_list, has_renewed_amount;
};
typedef int import_line_fn(void *arg, const struct known_line *l, struct err *e);
/* Lines of the contracts first..last (ids, inclusive), by contract, line_key and start. */
int import_each_line(struct store *s, int64_t first_contract, int64_t last_contract, import_line_fn *fn, void *arg, struct err *e);
int import_count_lines(struct store *s, int64_t *ret, struct err *e); /* 0 or not 0: cheap */

/* New rows, ids assigned by the caller (store_reserve_ids). "" and 0 become NULL where the column allows it. */
struct new_account {
  int64_t id, parent_id, region_id, known_at;
  struct str name, key, country, language, external_id;
  int kind;
  currency_t currency;
};
struct new_product {
  int64_t id, known_at;
  struct str sku, key, name, family, product_line, service_level, replacement;
  day_t eol, eos;
};
struct new_contract {
  int64_t id, end_user, reseller, distributor, owner, region, known_at;
  struct str number, key;
  enum contract_state state;
  int sales_model;
  currency_t currency;
};
struct new_line {
  int64_t id, contract_id, product_id, quantity, list, net, annual, renewed_amount, known_at;
  uint64_t line_key;
  struct str line_number, serial, renewed_from, status;
  day_t start, end, booked, renewed_on;
  currency_t currency;
  int outcome;             /* -1 = NULL */
  bool has_list, has_renewed_amount, derived;
};
int import_add_accounts(struct store *s, const struct new_account *rows, size_t n, int64_t import_id, struct err *e);
int import_add_products(struct store *s, const struct new_product *rows, size_t n, int64_t import_id, struct err *e);
int import_add_person(struct store *s, int64_t id, struct str name, struct str key, struct str email, int64_t now, int64_t import_id,
                      struct err *e); /* inactive rep */
int import_add_region(struct store *s, int64_t id, struct str name, int64_t import_id, struct err *e);
/* Many contracts or lines: the row is written before the call returns. */
struct import_writer;
int import_contracts_begin(struct store *s, int64_t import_id, struct import_writer **ret, struct err *e);
int import_contracts_add(struct import_writer *w, const struct new_contract *c, struct err *e);
int import_lines_begin(struct store *s, int64_t import_id, struct import_writer **ret, struct err *e);
int import_lines_add(struct import_writer *w, const struct new_line *l, struct err *e);
int import_writer_end(struct import_writer *w, struct err *e); /* always call, also after an error; takes NULL */

/* Newer facts about known rows; what they replace is kept (repo_import_was.h) under import_id. import_set_account
 * and import_set_product leave alone what is empty in x. */
int import_set_line(struct store *s, const struct new_line *l, int64_t import_id, struct err *e);
int import_set_contract(struct store *s, const struct new_contract *c, int64_t import_id, struct err *e);
int import_set_account(struct store *s, const struct new_account *x, int64_t import_id, bool *ret_changed, struct err *e);
int import_set_product(struct store *s, const struct new_product *x, int64_t import_id, bool *ret_changed, struct err *e);
int import_add_account_kind(struct store *s, int64_t id, int kind, int64_t import_id, struct err *e); /* sets bits */

struct finding {
  const char *rule, *entity, *field, *department, *status;
  int64_t entity_id, known_at, import_id;
  struct str detail;
};
/* Not when the same open finding stands there already; *ret_added tells. */
int import_add_finding(struct store *s, const struct finding *f, bool *ret_added, struct err *e);

/* *ret_changed: the rate was absent or another. */
int import_set_rate(struct store *s, currency_t c, day_t date, int64_t rate, struct str source, int64_t known_at, int64_t import_id, bool *ret_new,
                    bool *ret_changed, struct err *e);
struct new_target {
  struct str scope, scope_name, period, kind, measure, reason;
  int64_t amount, set_by, set_at;
  currency_t currency;
};
int import_set_target(struct store *s, const struct new_target *t, int64_t import_id, bool *ret_new, bool *ret_changed,
                      struct err *e); /* a new version when it differs */
/* The renewal of a contract (by number key) that is due on that day, or, without a day, the open one that is due
 * first, else the latest. 0 = none. */
int import_find_renewal(struct store *s, struct str number_key, day_t due, int64_t *ret_id, struct err *e);
int import_has_touch(struct store *s, int64_t renewal_id, int64_t at, struct str channel, struct str note, bool *ret, struct err *e);

/* Forecast of the open renewals that are not omitted, by currency. In arena. */
struct open_forecast {
  currency_t currency;
  int64_t amount, n;
};
int import_open_forecast(struct store *s, struct arena *a, struct open_forecast **ret, size_t *ret_n, struct err *e);

struct import_note {
  int64_t id, started_at, finished_at, actor_id;
  const char *kind;
  struct str source, file_name, sha256, mapping, counts;
  day_t as_of;
};
int import_run_add(struct store *s, const struct import_note *n, struct err *e); /* before the rows that name it */
int import_run_done(struct store *s, const struct import_note *n, struct err *e);
/* Whether that file was imported as that kind with that mapping and day. *ret_id = 0 when not. */
int import_run_find(struct store *s, const char *kind, struct str sha256, struct str mapping, day_t as_of, int64_t *ret_id, struct err *e);
/* Latest as_of of a source; DAY_NONE when there is none. */
int import_last_as_of(struct store *s, const char *kind, struct str source, day_t *ret, struct err *e);
/* Saved mapping of a source ("" when there is none), in arena. */
int import_mapping_get(struct store *s, struct arena *a, const char *kind, struct str source, struct str *ret, struct err *e);
int import_mapping_set(struct store *s, const char *kind, struct str source, struct str mapping, int64_t now, int64_t actor_id, struct err *e);
#endif

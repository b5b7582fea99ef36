/* Rows behind the history: lines, contracts and products for deriving what became of them, links, outcomes,
 * findings, touches. app/history.c is their only caller but for touches and lists. */
#ifndef STORE_REPO_HISTORY_H
#define STORE_REPO_HISTORY_H
#include "base/money.h"
#include "base/strbuf.h"
#include "domain/terms.h"
#include "store/store.h"

#define AMOUNT_NONE INT64_MIN /* no amount stated */
/* A line with its stored outcome. Texts that only serve for matching are hashes of their folded form, 0 = none. */
struct history_line {
  int64_t id, contract_id, product_id;
  int64_t quantity, annual_value, renewed_amount; /* AMOUNT_NONE */
  int64_t known_at;
  uint64_t line_key, serial, line_number;
  uint64_t from, from_head, from_tail; /* renewed_from: whole; and cut at its last word (contract, line number) */
  day_t start, end, booked, renewed_on;
  currency_t currency;
  int8_t stated;                       /* enum outcome, -1 = the file says nothing */
  bool excluded, known_derived;
  struct line_outcome {
    bool stored;
    bool booked_assumed, known_derived;
    uint8_t outcome, evidence;
    day_t booked;
    int64_t won, known_at, renewal_id;
  } outcome;
};
struct history_contract {
  int64_t id, end_user_id, owner_id;
  uint64_t number; /* hash of number_key */
  currency_t currency;
  uint8_t state;
  day_t cancelled_on;
};
struct history_product {
  int64_t id;
  uint64_t sku, replacement, family; /* hashes of sku_key, of the folded replacement_sku and family */
};
struct history_link {
  int64_t line_id, successor_line_id, quantity, known_at, decided_by;
  uint8_t evidence; /* MANUAL: a person said so; line_id = successor_line_id and quantity 0: nothing renewed it */
};
/* What deriving needs of a stored renewal. by_hand: its newest version was written by a person: the reasons
 * ("why") of versions that the history writes begin with "history: ". */
struct history_renewal {
  int64_t id, contract_id, owner_id, atr, forecast, won, changed_at;
  day_t due, booked;
  uint8_t stage, category, outcome;
  bool by_hand;
  currency_t currency;
};
/* Everything about some accounts (end users), or about all; arrays sorted by id (renewals by contract and due date,
 * links by line). Owned; history_rows_free. */
struct history_rows {
  struct history_line *lines; size_t n_lines;
  struct history_contract *contracts; size_t n_contracts;
  struct history_product *products; size_t n_products;
  struct history_link *links; size_t n_links;
  struct history_renewal *renewals; size_t n_renewals;
};
/* accounts NULL = all. Accounts that these are linked with over a named predecessor or a stored link are loaded
 * too. OK, ERR_NOMEM, store codes. */
int history_load(struct store *s, const int64_t *accounts, size_t n, struct history_rows *ret, struct err *e);
void history_rows_free(struct history_rows *r);
/* Only the products. OK, ERR_NOMEM, store codes. */
int history_products_load(struct store *s, struct history_rows *ret, struct err *e);
/* Fills the hashes of a line from its texts, and one of a folded text (0 = none). fold is scratch, which may fail. */
void history_line_texts(struct history_line *l, struct strbuf *fold, struct str line_number, struct str serial, struct str renewed_from);
uint64_t history_text(struct str folded);

/* Rates of all currencies, for converting a successor's value. */
struct history_rates {
  struct history_rate { currency_t currency; day_t from; int64_t rate; } *rows; /* by currency, then day */
  size_t n;
  currency_t reporting;
};
int history_rates_load(struct store *s, currency_t reporting, struct history_rates *ret, struct err *e);
void history_rates_free(struct history_rates *r);
/* Rate in force on a day (the oldest one before there is any); RATE_ONE for the reporting currency. ERR_NOTFOUND. */
int history_rate(const struct history_rates *r, currency_t c, day_t day, int64_t *ret);

/* Writers, all inside a write transaction. */
int history_links_add(struct store *s, const struct history_link *rows, size_t n, struct err *e);
int history_link_remove(struct store *s, int64_t line_id, int64_t successor_line_id, struct err *e);
int history_link_update(struct store *s, int64_t line_id, int64_t successor_line_id, int64_t quantity, int evidence, struct err *e);
int history_links_clear(struct store *s, int64_t line_id, struct err *e); /* all links from a line */
/* A person's decision: one link with its reason. */
int history_link_decide(struct store *s, const struct history_link *l, struct str reason, struct err *e);
/* Rows with outcome.stored = false are inserted, the others updated. only[i] != 0 selects. */
int history_outcomes_write(struct store *s, const struct history_line *lines, const struct line_outcome *now, const uint8_t *only, size_t n,
                           struct err *e);
/* One state for some contracts; whole batches cost half as much a row. */
enum { HISTORY_STATE_BATCH = 16 };
int history_contract_state(struct store *s, int state, const int64_t *contract_ids, size_t n, struct err *e);
int history_line_exclude(struct store *s, int64_t line_id, struct str reason, struct err *e); /* "" takes it back in */
/* Whether any version of a renewal was written by a person. */
int history_edited_by_hand(struct store *s, int64_t renewal_id, bool *ret, struct err *e);
/* The latest day up to which facts were judged, DAY_NONE at first. */
int history_through(struct store *s, day_t *ret, struct err *e);
int history_through_set(struct store *s, day_t day, struct err *e);
/* The day up to which every line was judged in one run, DAY_NONE at first: an import judges only the accounts it touches. */
int history_whole_through(struct store *s, day_t *ret, struct err *e);
int history_whole_through_set(struct store *s, day_t day, struct err *e);

/* Data findings about lines. One per (rule, line): those that stand already are not added again. */
struct history_finding {
  const char *rule, *field; /* static */
  int64_t line_id;
  struct str detail;
};
int history_findings_add(struct store *s, const struct history_finding *rows, size_t n, int64_t known_at, int64_t import_id, int64_t *ret_added,
                         struct err *e);

/* One line as a person looks it up and sees it. */
struct history_term {
  int64_t id, contract_id, end_user_id, quantity, annual_value, won;
  struct str contract, line_number, product, serial_number, excluded_reason;
  currency_t currency;
  day_t start, end, booked;
  uint8_t outcome, evidence;
  bool booked_assumed;
  int64_t renewal_id;
};
/* By its id, or all lines of the contract with that number (any spelling), by line number and end. Strings in arena.
 * ERR_NOTFOUND. */
int history_term_get(struct store *s, struct arena *a, int64_t line_id, struct history_term *ret, struct err *e);
int history_terms(struct store *s, struct arena *a, struct str contract_number, struct history_term **ret, size_t *ret_n, struct err *e);
/* Successors of a line, by id. In arena. */
int history_links_of(struct store *s, struct arena *a, int64_t line_id, struct history_link **ret, size_t *ret_n, struct err *e);

/* One outreach. */
struct touch {
  int64_t id, renewal_id, at, by_id; /* at: seconds UTC */
  struct str channel, party, language, note;
};
/* Inside a write transaction; gives the id. */
int touch_add(struct store *s, const struct touch *t, int64_t *ret_id, struct err *e);
/* The id of the same touch by the same person since an instant, 0 = none: a form that was sent twice. */
int touch_same(struct store *s, const struct touch *t, int64_t since, int64_t *ret_id, struct err *e);
/* Newest first, at most `max`; strings in arena. */
int touch_list(struct store *s, struct arena *a, int64_t renewal_id, size_t max, struct touch **ret, size_t *ret_n, struct err *e);
#endif

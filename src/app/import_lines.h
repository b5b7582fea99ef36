/* Contract lines of a file in memory: fixed-size records and dictionaries, ready to be matched with the store. */
#ifndef APP_IMPORT_LINES_H
#define APP_IMPORT_LINES_H
#include "app/import_dict.h"
#include "app/import_values.h"

#define CODE_NONE UINT32_MAX
enum { IDENTITY_LINE, IDENTITY_SERIAL, IDENTITY_TERM, IDENTITY_PRODUCT }; /* what tells a line from its neighbors, strongest first */

struct file_line {
  uint64_t base;               /* hash of the contract number and of what identifies the line in it (docs/internals/import.md) */
  int64_t net, list, renewed_amount;
  uint32_t contract;           /* index into contracts */
  uint32_t product;            /* key code */
  uint32_t text;               /* offset of line number, serial, renewed_from, status in the pool */
  int32_t quantity;
  day_t start, end, booked, renewed_on;
  uint32_t row;
  currency_t currency;
  uint8_t identity;
  int8_t outcome;              /* enum outcome, -1 = the file has no such column */
  bool has_list, has_renewed_amount;
};
/* One agreement of the file: its number, and the end user when one number serves several. */
struct file_contract {
  uint32_t number, end_user;   /* key codes */
  uint32_t reseller, distributor, owner, region; /* key codes or CODE_NONE */
  currency_t currency;
  uint8_t model;
  uint8_t shared;              /* another end user has the same number in this file */
};
struct file_product {
  uint32_t name, family;       /* codes into texts, or CODE_NONE */
};
struct file_account {
  uint32_t country, region;    /* codes into texts / regions, or CODE_NONE */
  uint8_t kind;                /* bits of account.kind */
};
/* Cells of a closed set of words repeat: what the last ones meant. */
struct word_memo {
  char text[15];
  uint8_t n;                   /* 0 = empty */
  int value;
};
enum { WORD_MEMOS = 16 };
struct file_lines {
  struct file_line *line;
  size_t n, cap;
  struct file_contract *contract;
  size_t n_contracts, cap_contracts;
  uint32_t *first_of; size_t cap_first; /* by number key: index of its first contract + 1, 0 = none */
  struct map64 *contract_of;   /* (number key, end user key) -> index + 1, of contracts that are not the first of their number */
  struct map64 *seen;          /* hash of (contract, base, start, end) -> line index + 1 */
  struct dict numbers, accounts, products, people, regions;
  struct map *texts;           /* descriptions, families, countries */
  struct file_account *account; size_t cap_accounts; /* by key code */
  struct file_product *product; size_t cap_products;
  char *pool; size_t pool_n, pool_cap; /* per line: 4 × (length byte, bytes) */
  struct strbuf scratch;
  struct word_memo models[WORD_MEMOS], outcomes[WORD_MEMOS];
};
int lines_init(struct file_lines *l); /* OK, ERR_NOMEM */
void lines_free(struct file_lines *l);
/* Takes one good row; may find it bad after all (t). *ret_twice: an exact repetition of an earlier row, nothing taken.
 * OK, ERR_NOMEM, ERR_LIMIT (more than 2^31 rows). */
int lines_take(struct file_lines *l, const struct import_plan *p, const struct import_values *v, struct row_trouble *t, bool *ret_twice, struct err *e);
/* The contract of that number and end user (key codes): index + 1, 0 = none. */
uint32_t lines_contract(const struct file_lines *l, uint32_t number, uint32_t end_user);
uint64_t hash_mix(uint64_t a, uint64_t b); /* two hashes to one; stored, never to be changed */
enum { TEXT_LINE_NUMBER, TEXT_SERIAL, TEXT_RENEWED_FROM, TEXT_STATUS };
struct str line_text(const struct file_lines *l, const struct file_line *x, int which);
#endif

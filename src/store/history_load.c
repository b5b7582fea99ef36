/* Reading the rows that history is derived from: everything in one pass per table, or some accounts and those
 * they are linked with. */
#include "base/alloc.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/driver.h"
#include "store/repo_history.h"

/* A growing array of one of the row types. */
struct rows_vec {
  void *p;
  size_t n, cap, size;
};
struct loader {
  struct store *s;
  struct rows_vec lines, contracts, products, links, renewals;
  struct strbuf fold;
};

static void *vec_add(struct rows_vec *v)
{
  if (!mem_room(&v->p, v->n, &v->cap, 256, v->size))
    return NULL;
  return (char *)v->p + v->size * v->n++;
}

uint64_t history_text(struct str s)
{
  uint64_t h = s.n ? str_hash(s) : 0;
  return s.n && h == 0 ? 1 : h;
}

static uint64_t folded_hash(struct strbuf *fold, struct str s)
{
  if (s.n == 0)
    return 0;
  strbuf_clear(fold);
  utf8_fold(fold, s);
  return history_text(strbuf_str(fold));
}

#define LINE_COLUMNS                                                                                                        \
  "l.id, l.contract_id, l.product_id, l.quantity, l.annual_value, l.renewed_amount, l.known_at, l.line_key, l.serial_number, " \
  "l.line_number, l.renewed_from, l.start_date, l.end_date, l.booked_date, l.renewed_on, l.currency, l.stated_outcome, "       \
  "l.excluded_reason, l.known_derived, o.line_id, o.booked_assumed, o.known_derived, o.outcome, o.evidence, o.booked_date, "   \
  "o.won_annual, o.known_at, o.renewal_id "
static const char lines_all[] = "select " LINE_COLUMNS "from contract_line l left join line_outcome o on o.line_id = l.id order by l.id /* scan */";
static const char lines_of[] = "select " LINE_COLUMNS
                               "from contract c join contract_line l on l.contract_id = c.id left join line_outcome o on o.line_id = l.id "
                               "where c.end_user_account_id = $1";

/* The renewed_from text and its two parts: "C-1001/2" may be a contract, or line 2 of contract C-1001. */
static void read_from(struct strbuf *fold, struct str text, struct history_line *l)
{
  l->from = folded_hash(fold, text);
  l->from_head = l->from_tail = 0;
  if (!l->from)
    return;
  struct str s = strbuf_str(fold);
  size_t cut = s.n;
  while (cut > 0 && s.p[cut - 1] != ' ')
    cut--;
  if (cut > 1) {
    l->from_head = history_text(str_sub(s, 0, cut - 1));
    l->from_tail = history_text(str_sub(s, cut, s.n - cut));
  }
}

void history_line_texts(struct history_line *l, struct strbuf *fold, struct str line_number, struct str serial, struct str renewed_from)
{
  l->serial = folded_hash(fold, serial);
  read_from(fold, renewed_from, l);
  l->line_number = folded_hash(fold, line_number);
}

static void read_outcome(const struct stmt *q, struct line_outcome *o)
{
  *o = (struct line_outcome){.booked = DAY_NONE};
  if (stmt_null(q, 19))
    return;
  o->stored = true;
  o->booked_assumed = stmt_i64(q, 20) != 0;
  o->known_derived = stmt_i64(q, 21) != 0;
  o->outcome = (uint8_t)stmt_i64(q, 22);
  o->evidence = (uint8_t)stmt_i64(q, 23);
  o->booked = stmt_day(q, 24);
  o->won = stmt_i64(q, 25);
  o->known_at = stmt_i64(q, 26);
  o->renewal_id = stmt_i64(q, 27);
}

static int read_line(struct loader *x, const struct stmt *q)
{
  struct history_line *l = vec_add(&x->lines);
  if (!l)
    return ERR_NOMEM;
  l->id = stmt_i64(q, 0);
  l->contract_id = stmt_i64(q, 1);
  l->product_id = stmt_i64(q, 2);
  l->quantity = stmt_i64(q, 3);
  l->annual_value = stmt_i64(q, 4);
  l->renewed_amount = stmt_null(q, 5) ? AMOUNT_NONE : stmt_i64(q, 5);
  l->known_at = stmt_i64(q, 6);
  l->line_key = (uint64_t)stmt_i64(q, 7);
  l->serial = folded_hash(&x->fold, stmt_str(q, 8));
  read_from(&x->fold, stmt_str(q, 10), l);
  l->line_number = folded_hash(&x->fold, stmt_str(q, 9));
  l->start = stmt_day(q, 11);
  l->end = stmt_day(q, 12);
  l->booked = stmt_day(q, 13);
  l->renewed_on = stmt_day(q, 14);
  l->currency = (currency_t)stmt_i64(q, 15);
  l->stated = stmt_null(q, 16) ? -1 : (int8_t)stmt_i64(q, 16);
  l->excluded = !stmt_null(q, 17);
  l->known_derived = stmt_i64(q, 18) != 0;
  read_outcome(q, &l->outcome);
  return OK;
}

static int read_contract(struct loader *x, const struct stmt *q)
{
  struct history_contract *c = vec_add(&x->contracts);
  if (!c)
    return ERR_NOMEM;
  *c = (struct history_contract){.id = stmt_i64(q, 0), .end_user_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .number = history_text(stmt_str(q, 3)),
    .currency = (currency_t)stmt_i64(q, 4), .state = (uint8_t)stmt_i64(q, 5), .cancelled_on = stmt_day(q, 6)};
  return OK;
}

static int read_product(struct loader *x, const struct stmt *q)
{
  struct history_product *p = vec_add(&x->products);
  if (!p)
    return ERR_NOMEM;
  *p = (struct history_product){.id = stmt_i64(q, 0), .sku = history_text(stmt_str(q, 1)), .replacement = folded_hash(&x->fold, stmt_str(q, 2))};
  p->family = folded_hash(&x->fold, stmt_str(q, 3));
  return OK;
}

static int read_link(struct loader *x, const struct stmt *q)
{
  struct history_link *l = vec_add(&x->links);
  if (!l)
    return ERR_NOMEM;
  *l = (struct history_link){.line_id = stmt_i64(q, 0), .successor_line_id = stmt_i64(q, 1), .quantity = stmt_i64(q, 2), .known_at = stmt_i64(q, 3),
    .decided_by = stmt_i64(q, 4), .evidence = (uint8_t)stmt_i64(q, 5)};
  return OK;
}

static int read_renewal(struct loader *x, const struct stmt *q)
{
  struct history_renewal *r = vec_add(&x->renewals);
  if (!r)
    return ERR_NOMEM;
  *r = (struct history_renewal){.id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .atr = stmt_i64(q, 3),
    .forecast = stmt_i64(q, 4), .won = stmt_i64(q, 5), .changed_at = stmt_i64(q, 6), .due = stmt_day(q, 7), .booked = stmt_day(q, 8),
    .stage = (uint8_t)stmt_i64(q, 9), .category = (uint8_t)stmt_i64(q, 10), .outcome = (uint8_t)stmt_i64(q, 11),
    .currency = (currency_t)stmt_i64(q, 12), .by_hand = !str_starts(stmt_str(q, 13), STR("history: "))};
  return OK;
}

static int load(struct loader *x, const char *sql, const struct bind *binds, int (*read)(struct loader *x, const struct stmt *q), struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(x->s), sql, binds, &q, e);
  while (r == OK && (r = stmt_next(q, e)) == 1) {
    r = read(x, q);
    if (r < 0)
      return err_set(e, r, "Out of memory while reading the history");
  }
  return r;
}

#define CONTRACT_COLUMNS "c.id, c.end_user_account_id, c.owner_id, c.number_key, c.currency, c.state, c.cancelled_on "
#define LINK_COLUMNS "k.line_id, k.successor_line_id, k.quantity, k.known_at, k.decided_by, k.evidence "
#define RENEWAL_COLUMNS                                                                                                            \
  "r.id, r.contract_id, r.owner_id, r.atr_amount, r.forecast_amount, r.won_amount, r.changed_at, r.due_date, r.booked_date, r.stage, " \
  "r.category, r.outcome, r.currency, r.why "

static int load_products(struct loader *x, struct err *e)
{
  return load(x, "select id, sku_key, replacement_sku, family from product order by id /* scan */", NULL, read_product, e);
}

static int load_all(struct loader *x, struct err *e)
{
  int r = load(x, "select " CONTRACT_COLUMNS "from contract c order by c.id /* scan */", NULL, read_contract, e);
  if (r == OK)
    r = load(x, lines_all, NULL, read_line, e);
  if (r == OK)
    r = load(x, "select " LINK_COLUMNS "from line_link k order by k.line_id, k.successor_line_id /* scan */", NULL, read_link, e);
  if (r == OK)
    r = load(x, "select " RENEWAL_COLUMNS "from renewal r order by r.id /* scan */", NULL, read_renewal, e);
  return r;
}

/* ---- some accounts ---- */

struct account_queue {
  int64_t *ids;
  size_t n, cap;
  struct map64 *seen;
};

static int queue_add(struct account_queue *q, int64_t id)
{
  size_t before = map64_count(q->seen);
  if (!map64_put(q->seen, (uint64_t)id))
    return ERR_NOMEM;
  if (map64_count(q->seen) == before)
    return OK;
  if (!mem_room(&q->ids, q->n, &q->cap, 256, sizeof *q->ids))
    return ERR_NOMEM;
  q->ids[q->n++] = id;
  return OK;
}

static int queue_from(struct store *s, struct account_queue *queue, const char *sql, struct bind key, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(s), sql, BINDS(key), &q, e);
  while (r == OK && (r = stmt_next(q, e)) == 1) {
    r = queue_add(queue, stmt_i64(q, 0));
    if (r < 0)
      return err_set(e, r, "Out of memory while reading the history");
  }
  return r;
}

/* Accounts of contracts that lines of this account name as predecessors. */
static int queue_named(struct loader *x, struct account_queue *queue, int64_t account, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int r = db_query(store_db(x->s),
    "select distinct l.renewed_from from contract c join contract_line l on l.contract_id = c.id where c.end_user_account_id = $1 and l.renewed_from is not null",
    BINDS(B_I64(account)), &q, e);
  while (r == OK && (r = stmt_next(q, e)) == 1) {
    strbuf_clear(&x->fold);
    utf8_fold(&x->fold, stmt_str(q, 0));
    struct str whole = strbuf_str(&x->fold), head = whole;
    while (head.n > 0 && head.p[head.n - 1] != ' ')
      head.n--;
    r = queue_from(x->s, queue, "select end_user_account_id from contract where number_key = $1", B_STR(whole), e);
    if (r == OK && head.n > 1)
      r = queue_from(x->s, queue, "select end_user_account_id from contract where number_key = $1", B_STR(str_sub(head, 0, head.n - 1)), e);
  }
  return r;
}

static int load_account(struct loader *x, struct account_queue *queue, int64_t account, struct err *e)
{
  const struct bind *key = BINDS(B_I64(account));
  int r = load(x, "select " CONTRACT_COLUMNS "from contract c where c.end_user_account_id = $1", key, read_contract, e);
  if (r == OK)
    r = load(x, lines_of, key, read_line, e);
  if (r == OK)
    r = load(x, "select " LINK_COLUMNS
      "from contract c join contract_line l on l.contract_id = c.id join line_link k on k.line_id = l.id where c.end_user_account_id = $1",
      key, read_link, e);
  if (r == OK)
    r = load(x, "select " RENEWAL_COLUMNS "from contract c join renewal r on r.contract_id = c.id where c.end_user_account_id = $1", key, read_renewal, e);
  if (r == OK)
    r = queue_named(x, queue, account, e);
  if (r == OK)
    r = queue_from(x->s, queue,
      "select distinct c2.end_user_account_id from contract c join contract_line l on l.contract_id = c.id join line_link k on k.line_id = l.id "
      "join contract_line l2 on l2.id = k.successor_line_id join contract c2 on c2.id = l2.contract_id where c.end_user_account_id = $1",
      B_I64(account), e);
  if (r == OK)
    r = queue_from(x->s, queue,
      "select distinct c2.end_user_account_id from contract c join contract_line l on l.contract_id = c.id join line_link k on k.successor_line_id = l.id "
      "join contract_line l2 on l2.id = k.line_id join contract c2 on c2.id = l2.contract_id where c.end_user_account_id = $1",
      B_I64(account), e);
  return r;
}

/* Sorts by the int64 that each row begins with, and a second one behind it where there is one. */
static int by_id(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

static int by_link(const void *a, const void *b)
{
  const struct history_link *x = a, *y = b;
  if (x->line_id != y->line_id)
    return x->line_id < y->line_id ? -1 : 1;
  return x->successor_line_id < y->successor_line_id ? -1 : x->successor_line_id > y->successor_line_id;
}

static int load_some(struct loader *x, const int64_t *accounts, size_t n, struct err *e)
{
  struct account_queue queue = {.seen = map64_new()};
  int r = queue.seen ? OK : ERR_NOMEM;
  for (size_t i = 0; i < n && r == OK; i++)
    r = queue_add(&queue, accounts[i]);
  if (r < 0)
    err_set(e, r, "Out of memory while reading the history");
  for (size_t i = 0; i < queue.n && r == OK; i++)
    r = load_account(x, &queue, queue.ids[i], e);
  map64_free(queue.seen);
  mem_free(queue.ids);
  if (r < 0)
    return r;
  if (x->contracts.n)
    qsort(x->contracts.p, x->contracts.n, x->contracts.size, by_id);
  if (x->lines.n)
    qsort(x->lines.p, x->lines.n, x->lines.size, by_id);
  if (x->links.n)
    qsort(x->links.p, x->links.n, x->links.size, by_link);
  return OK;
}

/* Asking account by account costs a few statements each; beyond one in eight, reading all is cheaper. */
static int some_or_all(struct store *s, size_t n, bool *ret_all, struct err *e)
{
  int64_t count = 0;
  int r = n < 64 ? OK : db_one_i64(store_db(s), "select count(*) from account /* scan */", NULL, 0, &count, e);
  if (r == OK)
    *ret_all = n >= 64 && (int64_t)n * 8 > count;
  return r;
}

static int by_due(const void *a, const void *b)
{
  const struct history_renewal *x = a, *y = b;
  if (x->contract_id != y->contract_id)
    return x->contract_id < y->contract_id ? -1 : 1;
  return x->due < y->due ? -1 : x->due > y->due;
}

static void sort_renewals(struct rows_vec *v)
{
  const struct history_renewal *r = v->p;
  for (size_t i = 1; i < v->n; i++)
    if (by_due(&r[i - 1], &r[i]) > 0) {
      qsort(v->p, v->n, v->size, by_due);
      return;
    }
}

int history_load(struct store *s, const int64_t *accounts, size_t n, struct history_rows *ret, struct err *e)
{
  struct loader x = {.s = s, .lines.size = sizeof(struct history_line), .contracts.size = sizeof(struct history_contract),
    .products.size = sizeof(struct history_product), .links.size = sizeof(struct history_link), .renewals.size = sizeof(struct history_renewal)};
  strbuf_init(&x.fold, 1 << 21);
  bool all = accounts == NULL;
  int r = all ? OK : some_or_all(s, n, &all, e);
  if (r == OK)
    r = load_products(&x, e);
  if (r == OK)
    r = all ? load_all(&x, e) : load_some(&x, accounts, n, e);
  if (r == OK && x.fold.failed)
    r = err_set(e, x.fold.failed, "Out of memory while reading the history");
  strbuf_free(&x.fold);
  struct history_rows rows = {x.lines.p, x.lines.n, x.contracts.p, x.contracts.n, x.products.p, x.products.n, x.links.p, x.links.n, x.renewals.p, x.renewals.n};
  if (r < 0) {
    history_rows_free(&rows);
    return r;
  }
  sort_renewals(&x.renewals);
  *ret = rows;
  return OK;
}

int history_products_load(struct store *s, struct history_rows *ret, struct err *e)
{
  struct loader x = {.s = s, .products.size = sizeof(struct history_product)};
  strbuf_init(&x.fold, 1 << 21);
  int r = load_products(&x, e);
  if (r == OK && x.fold.failed)
    r = err_set(e, x.fold.failed, "Out of memory while reading the history");
  strbuf_free(&x.fold);
  if (r < 0)
    mem_free(x.products.p);
  if (r < 0)
    return r;
  ret->products = x.products.p;
  ret->n_products = x.products.n;
  return OK;
}

void history_rows_free(struct history_rows *r)
{
  mem_free(r->lines);
  mem_free(r->contracts);
  mem_free(r->products);
  mem_free(r->links);
  mem_free(r->renewals);
  *r = (struct history_rows){0};
}

/* Rows of contracts become records. */
#include "app/import_lines.h"
#include "app/import_words.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "domain/terms.h"
#include "domain/value.h"

int lines_init(struct file_lines *l)
{
  *l = (struct file_lines){.contract_of = map64_new(), .seen = map64_new(), .texts = map_new(), .scratch = STRBUF_INIT(1 << 20)};
  int bad = dict_init(&l->numbers) | dict_init(&l->accounts) | dict_init(&l->products) | dict_init(&l->people) | dict_init(&l->regions);
  return bad || !l->contract_of || !l->seen || !l->texts ? ERR_NOMEM : OK;
}

void lines_free(struct file_lines *l)
{
  mem_free(l->line);
  mem_free(l->contract);
  mem_free(l->account);
  mem_free(l->product);
  mem_free(l->pool);
  map64_free(l->contract_of);
  mem_free(l->first_of);
  map64_free(l->seen);
  map_free(l->texts);
  dict_free(&l->numbers);
  dict_free(&l->accounts);
  dict_free(&l->products);
  dict_free(&l->people);
  dict_free(&l->regions);
  strbuf_free(&l->scratch);
  *l = (struct file_lines){0};
}

/* Room for one more of size bytes; grows by half. Where blank, what is new is CODE_NONE everywhere. */
static bool room(void **p, size_t *cap, size_t n, size_t size, bool blank)
{
  if (n < *cap)
    return true;
  size_t more = *cap ? *cap + *cap / 2 : 256;
  more = more > n ? more : n + 1;
  void *q = mem_realloc(*p, more * size);
  if (!q)
    return false;
  if (blank)
    memset((char *)q + *cap * size, 0xFF, (more - *cap) * size);
  *p = q;
  *cap = more;
  return true;
}
#define ROOM(array, cap, n) room((void **)&(array), &(cap), (n), sizeof *(array), false)
#define ROOM_BLANK(array, cap, n) room((void **)&(array), &(cap), (n), sizeof *(array), true)

static uint32_t optional(struct dict *d, const struct import_values *v, enum import_field f, bool *failed)
{
  if (!v->has[f])
    return CODE_NONE;
  uint32_t code = dict_key(d, v->text[f]);
  *failed |= code == DICT_NONE;
  return code;
}

static uint32_t text_code(struct file_lines *l, struct str s, bool *failed)
{
  uint32_t code = map_code(l->texts, s, NULL);
  *failed |= code == MAP_NONE;
  return code;
}

static uint32_t take_account(struct file_lines *l, const struct import_values *v, enum import_field f, uint8_t kind, bool *failed)
{
  uint32_t code = optional(&l->accounts, v, f, failed);
  if (code == CODE_NONE || *failed)
    return CODE_NONE;
  if (!ROOM_BLANK(l->account, l->cap_accounts, code)) {
    *failed = true;
    return CODE_NONE;
  }
  struct file_account *x = &l->account[code];
  if (x->kind == 0xFF)
    *x = (struct file_account){CODE_NONE, CODE_NONE, 0};
  x->kind |= kind;
  if (kind == 1 && x->country == CODE_NONE && v->has[FIELD_COUNTRY])
    x->country = text_code(l, v->text[FIELD_COUNTRY], failed);
  if (kind == 1 && x->region == CODE_NONE)
    x->region = optional(&l->regions, v, FIELD_REGION, failed);
  return code;
}

static uint32_t take_product(struct file_lines *l, const struct import_values *v, bool *failed)
{
  bool coded = v->has[FIELD_PRODUCT];
  uint32_t code = dict_key(&l->products, coded ? v->text[FIELD_PRODUCT] : utf8_cut(v->text[FIELD_DESCRIPTION], IMPORT_TEXT_MAX));
  if (code == DICT_NONE || !ROOM_BLANK(l->product, l->cap_products, code)) {
    *failed = true;
    return CODE_NONE;
  }
  struct file_product *x = &l->product[code];
  if (x->name == CODE_NONE && v->has[FIELD_DESCRIPTION])
    x->name = text_code(l, utf8_cut(v->text[FIELD_DESCRIPTION], IMPORT_TEXT_MAX), failed);
  if (x->family == CODE_NONE && v->has[FIELD_FAMILY])
    x->family = text_code(l, v->text[FIELD_FAMILY], failed);
  return code;
}

static int default_model(const struct import_values *v)
{
  if (v->has[FIELD_DISTRIBUTOR])
    return MODEL_TWO_TIER;
  return v->has[FIELD_RESELLER] ? MODEL_ONE_TIER : MODEL_UNKNOWN;
}

uint32_t lines_contract(const struct file_lines *l, uint32_t number, uint32_t end_user)
{
  uint32_t first = number < l->cap_first ? l->first_of[number] : 0;
  if (first == 0 || l->contract[first - 1].end_user == end_user)
    return first;
  const uint64_t *slot = map64_get(l->contract_of, (uint64_t)number << 32 | end_user);
  return slot ? (uint32_t)*slot : 0;
}

/* Index + 1; 0 = no memory. */
static uint32_t add_contract(struct file_lines *l, uint32_t number, uint32_t end_user, currency_t currency)
{
  size_t had = l->cap_first;
  if (!ROOM(l->contract, l->cap_contracts, l->n_contracts) || !ROOM(l->first_of, l->cap_first, number))
    return 0;
  memset(l->first_of + had, 0, (l->cap_first - had) * sizeof *l->first_of);
  uint32_t at = (uint32_t)l->n_contracts + 1, first = l->first_of[number];
  if (first) {
    uint64_t *slot = map64_put(l->contract_of, (uint64_t)number << 32 | end_user);
    if (!slot)
      return 0;
    *slot = at;
    l->contract[first - 1].shared = 1;
  } else {
    l->first_of[number] = at;
  }
  l->contract[l->n_contracts++] = (struct file_contract){number, end_user, CODE_NONE, CODE_NONE, CODE_NONE, CODE_NONE, currency, MODEL_UNKNOWN, first != 0};
  return at;
}

/* The contract of this row; a number that serves several end users is as many contracts. */
static uint32_t take_contract(struct file_lines *l, const struct import_values *v, int model, bool *failed)
{
  uint32_t end_user = take_account(l, v, FIELD_END_USER, 1, failed);
  uint32_t reseller = take_account(l, v, FIELD_RESELLER, 2, failed), distributor = take_account(l, v, FIELD_DISTRIBUTOR, 4, failed);
  uint32_t number = dict_key(&l->numbers, v->has[FIELD_CONTRACT_NUMBER] ? v->text[FIELD_CONTRACT_NUMBER] : v->text[FIELD_END_USER]);
  if (*failed || number == DICT_NONE) {
    *failed = true;
    return 0;
  }
  uint32_t at = lines_contract(l, number, end_user);
  if (at == 0)
    at = add_contract(l, number, end_user, v->currency);
  if (at == 0) {
    *failed = true;
    return 0;
  }
  struct file_contract *c = &l->contract[at - 1];
  uint32_t owner = optional(&l->people, v, FIELD_OWNER, failed), region = optional(&l->regions, v, FIELD_REGION, failed);
  c->reseller = reseller != CODE_NONE ? reseller : c->reseller;
  c->distributor = distributor != CODE_NONE ? distributor : c->distributor;
  c->owner = owner != CODE_NONE ? owner : c->owner;
  c->region = region != CODE_NONE ? region : c->region;
  c->model = model != MODEL_UNKNOWN ? (uint8_t)model : c->model;
  return at - 1;
}

static void add_folded(struct strbuf *b, struct str s)
{
  bool simple = true;
  for (size_t i = 0; i < s.n && simple; i++)
    simple = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z');
  if (simple)
    strbuf_add(b, s);
  else
    utf8_fold(b, s);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
  uint64_t z = (a ^ (b * UINT64_C(0x9E3779B97F4A7C15))) + UINT64_C(0xD1B54A32D192ED03);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  return z ^ (z >> 27);
}

/* What tells this line from the others of its contract. */
static void identify(struct file_lines *l, const struct import_values *v, struct file_line *x)
{
  struct strbuf *b = &l->scratch;
  strbuf_clear(b);
  if (v->has[FIELD_LINE_NUMBER]) {
    x->identity = IDENTITY_LINE;
    strbuf_addc(b, 'L');
    add_folded(b, v->text[FIELD_LINE_NUMBER]);
  } else if (v->has[FIELD_SERIAL]) {
    x->identity = IDENTITY_SERIAL;
    strbuf_addc(b, 'S');
    add_folded(b, v->text[FIELD_SERIAL]);
    strbuf_addc(b, '/');
    strbuf_add(b, dict_folded(&l->products, x->product));
  } else if (v->has[FIELD_TERM_NUMBER]) {
    x->identity = IDENTITY_TERM;
    strbuf_addc(b, 'T');
  } else {
    x->identity = IDENTITY_PRODUCT;
    strbuf_addc(b, 'P');
    strbuf_add(b, dict_folded(&l->products, x->product));
  }
  /* The number is part of it: the same words in another contract are another line. */
  x->base = hash_mix(str_hash(dict_folded(&l->numbers, l->contract[x->contract].number)), str_hash(strbuf_str(b)));
}

static bool pool_add(struct file_lines *l, struct str s)
{
  size_t n = s.n > 255 ? 255 : s.n;
  if (l->pool_n + n + 1 > l->pool_cap) {
    size_t cap = l->pool_cap ? l->pool_cap + l->pool_cap / 2 : 1 << 16;
    char *p = mem_realloc(l->pool, cap);
    if (!p)
      return false;
    l->pool = p;
    l->pool_cap = cap;
  }
  l->pool[l->pool_n++] = (char)n;
  memcpy(l->pool + l->pool_n, s.p, n);
  l->pool_n += n;
  return true;
}

struct str line_text(const struct file_lines *l, const struct file_line *x, int which)
{
  const char *p = l->pool + x->text;
  for (int i = 0; i < which; i++)
    p += 1 + (unsigned char)*p;
  return (struct str){p + 1, (unsigned char)*p};
}

static bool same_facts(const struct file_lines *l, const struct file_line *a, const struct file_line *b)
{
  bool same = a->net == b->net && a->product == b->product && a->quantity == b->quantity && a->booked == b->booked && a->currency == b->currency &&
              a->has_list == b->has_list && (!a->has_list || a->list == b->list) && a->outcome == b->outcome && a->renewed_on == b->renewed_on &&
              a->has_renewed_amount == b->has_renewed_amount && (!a->has_renewed_amount || a->renewed_amount == b->renewed_amount);
  for (int i = 0; i < 4 && same; i++)
    same = str_eq(line_text(l, a, i), line_text(l, b, i));
  return same;
}

static bool same_term(const struct file_line *a, const struct file_line *b)
{
  return a->contract == b->contract && a->base == b->base && a->start == b->start && a->end == b->end;
}

/* Looks for an earlier row of the same line and dates. */
static int check_twice(struct file_lines *l, const struct file_line *x, struct row_trouble *t, bool *ret_twice)
{
  for (uint64_t salt = 0;; salt++) {
    uint64_t *slot = map64_put(l->seen, hash_mix(hash_mix(hash_mix(x->contract, x->base), (uint64_t)(uint32_t)x->start << 32 | (uint32_t)x->end), salt));
    if (!slot)
      return ERR_NOMEM;
    if (*slot == 0) {
      *slot = l->n + 1;
      return OK;
    }
    const struct file_line *y = &l->line[*slot - 1];
    if (!same_term(x, y))
      continue;
    *ret_twice = same_facts(l, x, y);
    if (!*ret_twice && x->identity != IDENTITY_TERM)
      row_trouble_add(t, FIELD_START, STR_NONE, "the same line and dates stand in an earlier row with other values",
                      "keep the right one, or give the lines different line numbers");
    return OK;
  }
}

/* The term's amount: stated, or price of one × quantity. */
static int64_t net_amount(const struct import_values *v, struct row_trouble *t)
{
  int64_t quantity = v->has[FIELD_QUANTITY] ? v->number[FIELD_QUANTITY] : 1;
  if (v->has[FIELD_NET_AMOUNT])
    return v->number[FIELD_NET_AMOUNT];
  if (!v->has[FIELD_UNIT_PRICE])
    row_trouble_add(t, FIELD_NET_AMOUNT, STR_NONE, "the cell is empty and may not be", "fill it in");
  __int128 net = (__int128)v->number[FIELD_UNIT_PRICE] * quantity;
  if (v->has[FIELD_UNIT_PRICE] && (net > IMPORT_AMOUNT_MAX || net < -IMPORT_AMOUNT_MAX))
    row_trouble_add(t, FIELD_UNIT_PRICE, v->text[FIELD_UNIT_PRICE], "the amount is too large", "check price and quantity");
  return v->has[FIELD_UNIT_PRICE] && t->n == 0 ? (int64_t)net : 0;
}

static void check_row(const struct import_values *v, int64_t net, int model, int outcome, struct row_trouble *t)
{
  int64_t annual;
  if (v->day[FIELD_END] < v->day[FIELD_START])
    row_trouble_add(t, FIELD_END, v->text[FIELD_END], "the end is before the start", "correct one of the two dates");
  else if (value_annual(net, v->day[FIELD_START], v->day[FIELD_END], &annual) < 0)
    row_trouble_add(t, FIELD_NET_AMOUNT, v->text[FIELD_NET_AMOUNT], "the amount is too large", "its value per year cannot be kept: check amount and dates");
  if (!v->has[FIELD_PRODUCT] && !v->has[FIELD_DESCRIPTION])
    row_trouble_add(t, FIELD_PRODUCT, STR_NONE, "the cell is empty and may not be", "fill in the product or a description");
  if (model < 0)
    row_trouble_add(t, FIELD_SALES_MODEL, v->text[FIELD_SALES_MODEL], "unknown sales model", "write direct, one_tier or two_tier");
  if (outcome == WORD_UNKNOWN && v->has[FIELD_OUTCOME])
    row_trouble_add(t, FIELD_OUTCOME, v->text[FIELD_OUTCOME], "unknown outcome", "write renewed, partial, lost or open, or leave it empty");
}

static bool take_texts(struct file_lines *l, const struct import_values *v, struct file_line *x)
{
  enum import_field number = v->has[FIELD_LINE_NUMBER] ? FIELD_LINE_NUMBER : FIELD_TERM_NUMBER;
  const enum import_field fields[4] = {number, FIELD_SERIAL, FIELD_RENEWED_FROM, FIELD_STATUS};
  x->text = (uint32_t)l->pool_n;
  for (int i = 0; i < 4; i++)
    if (!pool_add(l, v->has[fields[i]] ? v->text[fields[i]] : STR_NONE))
      return false;
  return true;
}

static int meaning(struct word_memo *memos, struct str s, int (*look_up)(struct str s))
{
  if (s.n == 0 || s.n > sizeof memos->text)
    return look_up(s);
  struct word_memo *m = &memos[(s.n + 7u * (unsigned char)s.p[0]) % WORD_MEMOS];
  if (m->n == s.n && memcmp(m->text, s.p, s.n) == 0)
    return m->value;
  int value = look_up(s);
  if (value == WORD_NO_MEMORY)
    return value;
  memcpy(m->text, s.p, s.n);
  m->n = (uint8_t)s.n;
  m->value = value;
  return value;
}

int lines_take(struct file_lines *l, const struct import_plan *p, const struct import_values *v, struct row_trouble *t, bool *ret_twice, struct err *e)
{
  bool failed = false, stated = p->column[FIELD_OUTCOME] >= 0 || p->constant[FIELD_OUTCOME];
  int model = v->has[FIELD_SALES_MODEL] ? meaning(l->models, v->text[FIELD_SALES_MODEL], import_sales_model) : default_model(v);
  int outcome = stated ? OUTCOME_OPEN : -1;
  if (v->has[FIELD_OUTCOME])
    outcome = meaning(l->outcomes, v->text[FIELD_OUTCOME], import_outcome);
  *ret_twice = false;
  if (model == WORD_NO_MEMORY || outcome == WORD_NO_MEMORY)
    return err_set(e, ERR_NOMEM, "out of memory after %zu rows: free memory or split the file", l->n);
  int64_t net = net_amount(v, t);
  check_row(v, net, model, outcome, t);
  if (t->n)
    return OK;
  if (l->n >= INT32_MAX || l->pool_n > UINT32_MAX - 2048)
    return err_set(e, ERR_LIMIT, "the file has more rows than one import takes: split it");
  struct file_line x = {.net = net, .list = v->number[FIELD_LIST_AMOUNT], .has_list = v->has[FIELD_LIST_AMOUNT],
                        .renewed_amount = v->number[FIELD_RENEWED_AMOUNT], .has_renewed_amount = v->has[FIELD_RENEWED_AMOUNT],
                        .quantity = v->has[FIELD_QUANTITY] ? (int32_t)v->number[FIELD_QUANTITY] : 1, .start = v->day[FIELD_START], .end = v->day[FIELD_END],
                        .booked = v->has[FIELD_BOOKED] ? v->day[FIELD_BOOKED] : DAY_NONE, .row = (uint32_t)v->row, .currency = v->currency,
                        .renewed_on = v->has[FIELD_RENEWED_ON] ? v->day[FIELD_RENEWED_ON] : DAY_NONE, .outcome = (int8_t)outcome};
  size_t pool = l->pool_n;
  x.product = take_product(l, v, &failed);
  x.contract = take_contract(l, v, model, &failed);
  if (failed || !take_texts(l, v, &x) || !ROOM(l->line, l->cap, l->n))
    return err_set(e, ERR_NOMEM, "out of memory after %zu rows: free memory or split the file", l->n);
  identify(l, v, &x);
  if (l->scratch.failed || (x.identity != IDENTITY_PRODUCT && check_twice(l, &x, t, ret_twice) < 0))
    return err_set(e, ERR_NOMEM, "out of memory after %zu rows: free memory or split the file", l->n);
  if (t->n || *ret_twice)
    l->pool_n = pool;
  else
    l->line[l->n++] = x;
  return OK;
}

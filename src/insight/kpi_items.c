/* What made an account grow or shrink, product by product. Lines in force on both days did not move. Of the others, the lines of one
 * product of an account are an item; products that went and products that came within one family are one item too (a replacement).
 *   no line of the product on the opening day:  add-on, what came
 *   none on the closing day:                    item removal, what went
 *   both:  quantity = (units that came − units that went) × old unit annual value, price = the rest
 * Old unit annual value: of the units that went; when none went, of those that stayed. Each part counts as expansion or as
 * contraction by its own sign. Quotients are cut at 10^-13 of a minor unit; price is the rest, so that the parts are the movement exactly. */
#include "base/alloc.h"
#include "base/map.h"
#include "insight/kpi_internal.h"

static const uint32_t BY_FAMILY = UINT32_C(1) << 31; /* no product has that code */

void kpi_items_free(struct kpi_items *x) {
  map64_free(x->index);
  mem_free(x->at);
  *x = (struct kpi_items){0};
}

static int put(struct kpi_items *x, uint32_t pot, uint32_t product, struct kpi_item **ret) {
  uint64_t *slot = map64_put(x->index, (uint64_t)pot << 32 | product);
  if (slot == NULL) {
    return ERR_NOMEM;
  }
  if (*slot == 0) {
    if (!mem_room(&x->at, x->n, &x->cap, 64, sizeof *x->at)) {
      return ERR_NOMEM;
    }
    x->at[x->n] = (struct kpi_item){.pot = pot, .product = product, .into = (uint32_t)x->n};
    *slot = ++x->n;
  }
  *ret = &x->at[*slot - 1];
  return OK;
}

static bool sum(struct kpi_stock *to, uint32_t lines, int64_t quantity, exact_t money) {
  to->lines += lines;
  to->quantity += quantity;
  return !__builtin_add_overflow(to->money, money, &to->money);
}

int kpi_items_add(struct kpi_items *x, uint32_t pot, uint32_t product, bool came, uint32_t quantity, exact_t money) {
  struct kpi_item *item = NULL;
  if (x->index == NULL) {
    x->index = map64_new();
  }
  int code = x->index != NULL ? put(x, pot, product, &item) : ERR_NOMEM;
  return code != OK ? code : sum(came ? &item->came : &item->went, 1, quantity, money) ? OK : ERR_RANGE;
}

int kpi_items_stay(struct kpi_items *x, uint32_t pot, uint32_t product, uint32_t quantity, exact_t money) {
  const uint64_t *slot = x->index != NULL ? map64_get(x->index, (uint64_t)pot << 32 | product) : NULL;
  return slot == NULL || sum(&x->at[*slot - 1].stays, 1, quantity, money) ? OK : ERR_RANGE;
}

static bool one_sided(const struct kpi_item *x) { return x->stays.lines == 0 && (x->came.lines == 0 || x->went.lines == 0); }

/* Puts what only went and what only came within one family together. */
static int replace(struct kpi_items *x, const uint32_t *family) {
  for (size_t k = 0; k < x->n; k++) {
    struct kpi_item *item = &x->at[k];
    if (family[item->product] == 0 || !one_sided(item)) {
      continue;
    }
    uint64_t *slot = map64_put(x->index, (uint64_t)item->pot << 32 | BY_FAMILY | family[item->product]);
    if (slot == NULL) {
      return ERR_NOMEM;
    }
    if (*slot == 0) {
      *slot = k + 1;
      continue;
    }
    struct kpi_item *to = &x->at[*slot - 1];
    item->into = (uint32_t)(*slot - 1);
    if (!sum(&to->came, item->came.lines, item->came.quantity, item->came.money) || !sum(&to->went, item->went.lines, item->went.quantity, item->went.money)) {
      return ERR_RANGE;
    }
  }
  return OK;
}

static int units(const struct kpi_item *x, int64_t quantity, exact_t *ret) {
  const struct kpi_stock *old = x->went.lines > 0 ? &x->went : &x->stays;
  exact_t product = 0;
  if (old->quantity == 0) {
    *ret = 0;
    return OK;
  }
  if (__builtin_mul_overflow(old->money, (exact_t)quantity, &product)) {
    return ERR_RANGE;
  }
  *ret = product / old->quantity;
  return OK;
}

static void part(struct kpi_item *x, enum kpi_move m, exact_t money) {
  x->parts |= money != 0 ? 1u << m : 0;
  x->money[m] = money;
}

static int judge(struct kpi_item *x) {
  exact_t quantity = 0;
  if (x->stays.lines == 0 && x->went.lines == 0) {
    part(x, MOVE_ADD_ON, x->came.money);
    return OK;
  }
  if (x->stays.lines == 0 && x->came.lines == 0) {
    part(x, MOVE_ITEM_REMOVAL, x->went.money);
    return OK;
  }
  int code = units(x, x->came.quantity - x->went.quantity, &quantity);
  exact_t price = x->came.money - x->went.money - quantity;
  part(x, quantity > 0 ? MOVE_MORE : MOVE_FEWER, quantity > 0 ? quantity : -quantity);
  part(x, price > 0 ? MOVE_DEARER : MOVE_CHEAPER, price > 0 ? price : -price);
  return code;
}

int kpi_items_judge(struct kpi_items *x, const uint32_t *family) {
  int code = family != NULL ? replace(x, family) : OK;
  for (size_t k = 0; k < x->n && code == OK; k++) {
    code = x->at[k].into == k ? judge(&x->at[k]) : OK;
  }
  return code;
}

const struct kpi_item *kpi_items_of(const struct kpi_items *x, uint32_t pot, uint32_t product) {
  const uint64_t *slot = x->index != NULL ? map64_get(x->index, (uint64_t)pot << 32 | product) : NULL;
  return slot == NULL ? NULL : &x->at[x->at[*slot - 1].into];
}

unsigned kpi_item_lines(const struct kpi_item *x, unsigned moves) {
  unsigned of = x->parts & moves;
  if (of & (MOVES_QUANTITY | 1u << MOVE_ITEM_REMOVAL)) {
    return of & MOVES_QUANTITY ? ITEM_WENT | ITEM_CAME : ITEM_WENT;
  }
  /* what went is worth its units at the old value: its shares of the price cancel out, unless it has no units */
  return of == 0 ? 0 : of & MOVES_PRICE && x->went.quantity == 0 ? ITEM_WENT | ITEM_CAME : ITEM_CAME;
}

int kpi_item_share(const struct kpi_item *x, unsigned moves, bool came, int64_t quantity, exact_t money, exact_t *ret) {
  exact_t at_old = 0, share = 0;
  unsigned of = x->parts & moves;
  int code = of & (MOVES_QUANTITY | MOVES_PRICE) ? units(x, quantity, &at_old) : OK;
  share += of & MOVES_QUANTITY ? at_old : 0;
  share += of & MOVES_PRICE ? money - at_old : 0;
  share = came ? share : -share;
  share = moves & MOVES_LOSS ? -share : share;
  *ret = of & (1u << MOVE_ADD_ON | 1u << MOVE_ITEM_REMOVAL) ? money : share;
  return code;
}

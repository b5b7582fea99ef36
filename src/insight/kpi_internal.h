/* What the KPI kernels share: fields a line counts in, exact sums, group keys, conversion factors.
 * Only kpi_*.c include this. */
#ifndef INSIGHT_KPI_INTERNAL_H
#define INSIGHT_KPI_INTERNAL_H
#include "base/strbuf.h"
#include "insight/exact.h"
#include "insight/kpi.h"

/* A line counts in a set of fields; a KPI is one field over another. Each field has a money side and a row side. */
enum kpi_field {
  F_FROZEN, F_ADDS, F_REMOVALS, F_ATR, F_ATR_TO_DATE, F_ON_TIME, F_ON_TIME_TO_DATE, F_IN_QUARTER, F_RETAINED, F_TRAILING, F_WON, F_RESOLVED, F_RENEWED,
  F_ASSUMED_OR_WEAK, F_ASSUMED, F_WEAK, F_EXCLUDED_PERSON, F_EXCLUDED_NO_RATE,
  F_BAND,
  F_COUNT = F_BAND + BAND_COUNT,
  F_NONE = F_COUNT
};
#define FIELD_BIT(f) (UINT32_C(1) << (f))
enum kpi_amount { AMOUNT_ATR, AMOUNT_WON, AMOUNT_RETAINED, AMOUNT_COUNT };
enum kpi_amount kpi_field_amount(int field);

/* How a KPI is made. ROWS: numerator and denominator are fields; the others have files of their own. */
enum kpi_kind { KIND_ROWS, KIND_GROSS, KIND_LOGO, KIND_BASE, KIND_DESK };
struct kpi_recipe {
  enum kpi_kind kind;
  int num, den; /* enum kpi_field, F_NONE; of KIND_DESK enum kpi_desk_state */
};
struct kpi_recipe kpi_recipe_of(enum kpi_id id);

/* Factor of a (day, currency): minor × factor is exact_t, as exact_term of one minor unit. 0 = no rate. Days first .. first + days − 1. */
struct kpi_factors {
  day_t first;
  size_t days;
  uint32_t currencies;
  int64_t *factor;
};
/* OK, ERR_NOMEM, ERR_RANGE (a rate beyond 64 bits). */
int kpi_factors_make(const struct book *b, day_t first, day_t last, struct arena *a, struct kpi_factors *ret);
static inline const int64_t *kpi_factors_of(const struct kpi_factors *f, day_t d) { return f->factor + (size_t)(d - f->first) * f->currencies; }

/* Where a line's group key comes from: a column, less `base`, through `table` if there is one. */
struct kpi_keys {
  const void *column; /* NULL: every key is 0 */
  int width;          /* bytes of an entry: 1, 2 or 4 */
  uint32_t base;
  const uint32_t *table;
  uint32_t n_in;      /* entries of table, or keys */
  uint32_t n;         /* keys are below n */
  struct str *names;  /* by key */
  struct period *spans; /* by key, for month and quarter; else NULL */
};
/* The keys of a dimension for lines due in first..last. OK, ERR_NOMEM. */
int kpi_keys_make(const struct book *b, const struct calendar *c, enum kpi_by by, day_t first, day_t last, struct arena *a, struct kpi_keys *ret);
static inline uint32_t kpi_key(const struct kpi_keys *k, size_t i) {
  uint32_t v = 0;
  if (k->column == NULL) {
    return 0;
  }
  if (k->width == 2) {
    v = ((const uint16_t *)k->column)[i];
  } else if (k->width == 4) {
    v = ((const uint32_t *)k->column)[i] - k->base;
  } else {
    v = ((const uint8_t *)k->column)[i];
  }
  v = v < k->n_in ? v : 0;
  return k->table != NULL ? k->table[v] : v;
}

/* One query against one book. */
struct kpi_run {
  const struct book *b;
  const struct kpi_query *q;
  struct arena *arena;
  struct kpi_keys keys;
  struct kpi_factors factors; /* days of the period */
  size_t from, to;            /* lines due in the period */
  const uint32_t *family;     /* by product code, 0 = none; NULL when the book has no families */
};
int kpi_run_make(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_run *ret, struct err *e);
/* In scope and known by as_of. */
static inline bool kpi_visible(const struct kpi_query *q, const struct book_lines *l, size_t i) {
  return l->known[i] <= q->as_of && (q->reps == NULL || q->reps[l->rep[i]] != 0);
}
static inline bool kpi_booked(const struct kpi_query *q, const struct book_lines *l, size_t i) {
  return l->booked[i] != DAY_NONE && l->outcome_known[i] != DAY_NONE && l->outcome_known[i] <= q->as_of;
}
/* The fields a due line counts in, as bits; 0 when it is not visible. factor 0: no rate. */
uint32_t kpi_fields(const struct kpi_query *q, const struct book_lines *l, size_t i, int64_t factor);
static inline int64_t kpi_line_amount(const struct book_lines *l, size_t i, enum kpi_amount what) {
  int64_t atr = l->atr[i], won = l->won[i];
  return what == AMOUNT_ATR ? atr : what == AMOUNT_WON ? won : won < atr ? won : atr;
}

struct kpi_sums {
  uint32_t key;
  int64_t rows[F_COUNT];
  exact_t money[F_COUNT];
};
/* Sums per touched key. slot_of: key -> index + 1, 0 = untouched. */
struct kpi_table {
  uint32_t *slot_of;
  struct kpi_sums *sums;
  uint32_t n, cap;
  struct kpi_part parts[64];
  int code;
};
void kpi_table_free(struct kpi_table *t);
/* Row-additive sums of the run, per key. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_sum(const struct kpi_run *r, struct kpi_table *ret);

/* Two sums of one (key, account), for figures that look at an account as a whole. */
struct kpi_pot {
  uint32_t key;
  unsigned flags;            /* the caller's */
  uint32_t in_a, in_b, both; /* lines that count in a, in b, in both */
  exact_t a, b;
};
struct kpi_pots {
  struct map64 *index; /* (key, account) -> place + 1 … */
  uint32_t *dense;     /* … or by account alone, when all keys are 0 */
  uint32_t n_dense;
  struct kpi_pot *at;
  size_t n, cap;
};
/* dense: number of account codes when every key will be 0, else 0. OK, ERR_NOMEM. */
int kpi_pots_init(struct kpi_pots *p, uint32_t dense);
void kpi_pots_free(struct kpi_pots *p);
/* The pot, made if absent; valid until the next call. NULL on no memory. */
struct kpi_pot *kpi_pots_put(struct kpi_pots *p, uint32_t key, uint32_t account);
/* The pot or NULL. */
struct kpi_pot *kpi_pots_get(const struct kpi_pots *p, uint32_t key, uint32_t account);

/* Sums capped or distinct per account or contract, per key; [n keys], with the total kept apart because caps do not add up. */
struct kpi_distinct {
  exact_t gross;
  int64_t contracts_due, contracts_booked;
};
/* ret: keys.n entries, then the total. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_distinct(const struct kpi_run *r, struct kpi_distinct **ret);

/* Whole base between two days, per key and for the total. */
enum kpi_move { MOVE_OPENING, MOVE_NEW, MOVE_RESURRECTION, MOVE_MORE, MOVE_DEARER, MOVE_ADD_ON, MOVE_FEWER, MOVE_CHEAPER, MOVE_ITEM_REMOVAL, MOVE_CHURN, MOVE_CLOSING,
                MOVE_COUNT };
#define MOVES_QUANTITY (1u << MOVE_MORE | 1u << MOVE_FEWER)
#define MOVES_PRICE (1u << MOVE_DEARER | 1u << MOVE_CHEAPER)
#define MOVES_GAIN (1u << MOVE_MORE | 1u << MOVE_DEARER | 1u << MOVE_ADD_ON)
#define MOVES_LOSS (1u << MOVE_FEWER | 1u << MOVE_CHEAPER | 1u << MOVE_ITEM_REMOVAL)
struct kpi_base {
  exact_t money[MOVE_COUNT];
  int64_t rows[MOVE_COUNT]; /* lines behind each, as kpi_base_rows lists them */
  int64_t rows_gain, rows_loss;          /* behind expansion and contraction as a whole */
  int64_t rows_kept, rows_kept_or_grown; /* behind the numerators of GRR and NRR */
};
/* Lines of one item (kpi_items.c): how many, their units, their ARR. */
struct kpi_stock {
  uint32_t lines;
  int64_t quantity;
  exact_t money;
};
struct kpi_item {
  uint32_t pot, product;
  uint32_t into;  /* the item it counts with: itself, or what its product was replaced by */
  unsigned parts; /* bits of MOVE_*: the parts of the movement it has a share in */
  struct kpi_stock went, came, stays; /* in force on the opening day only, the closing day only, both */
  exact_t money[MOVE_COUNT];          /* of its parts, none negative but add-on or removal of credits */
};
struct kpi_items {
  struct map64 *index; /* (pot, product) -> place + 1 */
  struct kpi_item *at;
  size_t n, cap;
};
/* A line that came or went. Zeroed items are empty ones. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_items_add(struct kpi_items *x, uint32_t pot, uint32_t product, bool came, uint32_t quantity, exact_t money);
/* A line that stays, after all that moved; it counts only beside others of its product that moved. OK, ERR_RANGE. */
int kpi_items_stay(struct kpi_items *x, uint32_t pot, uint32_t product, uint32_t quantity, exact_t money);
/* Splits every item into its parts. family: by product code, 0 = none; NULL = products have no families. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_items_judge(struct kpi_items *x, const uint32_t *family);
/* The item a line's product counts with, or NULL. */
const struct kpi_item *kpi_items_of(const struct kpi_items *x, uint32_t pot, uint32_t product);
/* Which lines of an item stand behind some moves (bits, all gains or all losses). */
enum { ITEM_WENT = 1, ITEM_CAME = 2 };
unsigned kpi_item_lines(const struct kpi_item *x, unsigned moves);
/* What a line that came or went adds to some moves (bits, all gains or all losses) of its item; over those lines they add up. OK, ERR_RANGE. */
int kpi_item_share(const struct kpi_item *x, unsigned moves, bool came, int64_t quantity, exact_t money, exact_t *ret);
void kpi_items_free(struct kpi_items *x);
/* ret: keys.n entries, then the total. OK, ERR_NOMEM, ERR_RANGE. */
int kpi_base(const struct kpi_run *r, struct kpi_base **ret);
enum kpi_id kpi_of_move(enum kpi_move m);
/* What a row of the base means for one KPI: calls take(arg, line, money, factor) for each. group UINT32_MAX = total. */
typedef int kpi_take_fn(void *arg, size_t line, exact_t money, int64_t factor);
int kpi_base_rows(const struct kpi_run *r, enum kpi_id id, char side, uint32_t group, kpi_take_fn *take, void *arg);

/* Distinct open renewals behind the lines due, per key and for the total. */
enum kpi_desk_state { DESK_OPEN, DESK_STALE, DESK_SLIPPED, DESK_COUNT };
struct kpi_desk {
  int64_t renewals[DESK_COUNT], rows[DESK_COUNT]; /* rows: lines of those renewals */
};
/* ret: keys.n entries, then the total. OK, ERR_NOMEM. */
int kpi_desk(const struct kpi_run *r, struct kpi_desk **ret);
int kpi_desk_rows(const struct kpi_run *r, enum kpi_desk_state state, uint32_t group, kpi_take_fn *take, void *arg);
void kpi_desk_fill(const struct kpi_desk *x, struct kpi_value values[KPI_COUNT]);

/* What a query asks, as text: two of the same text get the same answer from the same rows. `what` is asked of them. */
void kpi_question(const struct kpi_run *r, const char *what, struct strbuf *k);
#endif

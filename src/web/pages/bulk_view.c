/* What the pages of a change to many renewals show: old → new, what stays and why, what the forecast does. */
#include "insight/exact.h"
#include "web/pages/bulk.h"
#include "web/pages/renewal.h"

enum { SHOWN = 20, SHOWN_LEFT = 20, MOST_QUARTERS = 24 };

static struct str id_text(struct request *r, int64_t id) { return arena_fmt(r->arena, "%lld", (long long)id); }

int bulk_row_fill(struct request *r, const struct desk *d, const struct batch_row *b, struct bulk_row *ret) {
  uint32_t contract = book_code(&d->book->contracts, b->before.contract_id);
  struct bulk_row x = {.href = arena_fmt(r->arena, "/renewals/%lld", (long long)b->id),
                       .contract = book_name(&d->book->contracts, contract), .why = tr_sentence(r, b->why)};
  if (!b->before.id) { /* not in the actor's book: its number is all that is said */
    x = (struct bulk_row){.customer = tr_fmt(r, "Renewal {0}", id_text(r, b->id)), .why = tr(r, "It is not in your book.")};
    *ret = x;
    return OK;
  }
  x.customer = book_name(&d->book->accounts, contract < d->book->contracts.n ? d->book->contract_account[contract] : 0);
  x.due = format_weekday(r->reader, b->before.due_date);
  x.diffs = arena_zalloc(r->arena, RENEWAL_BITS, sizeof *x.diffs);
  if (!x.diffs)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    if (b->changed & (1u << i))
      x.diffs[x.n_diffs++] = (struct bulk_diff){tr(r, renewal_label(1u << i)), renewal_value(r, &b->before, 1u << i), renewal_value(r, &b->after, 1u << i)};
  *ret = x;
  return OK;
}

/* ---- what the forecast does ---- */

struct bucket {
  struct period quarter;
  __int128 sum[CATEGORY_COUNT]; /* change, on the scale of insight/exact.h */
};
struct effects {
  struct bucket buckets[MOST_QUARTERS];
  size_t n;
  int64_t no_rate;
};

static struct bucket *bucket_of(struct effects *x, const struct desk *d, day_t day) {
  struct period q = period_of(&d->org.calendar, PERIOD_QUARTER, day);
  for (size_t i = 0; i < x->n; i++)
    if (x->buckets[i].quarter.first == q.first)
      return &x->buckets[i];
  if (x->n == MOST_QUARTERS)
    return NULL;
  x->buckets[x->n] = (struct bucket){.quarter = q};
  return &x->buckets[x->n++];
}

/* Adds or takes away one state of a renewal, where and at the rate at which the forecast counts it. */
static void add_state(struct effects *x, const struct desk *d, const struct renewal *s, int sign) {
  day_t day = s->category == CATEGORY_CLOSED && s->booked_date != DAY_NONE ? s->booked_date : s->close_date != DAY_NONE ? s->close_date : s->due_date;
  struct bucket *b = bucket_of(x, d, day);
  uint8_t code = 0;
  int64_t rate = 0;
  bool assumed;
  for (uint8_t i = 1; i < d->book->n_currencies; i++)
    if (d->book->currency_of[i] == s->currency)
      code = i;
  if (!b || !code || book_rate(d->book, code, b->quarter.first, &rate, &assumed) < 0) {
    x->no_rate++;
    return;
  }
  b->sum[s->category] += sign * exact_term(s->category == CATEGORY_CLOSED ? s->won_amount : s->forecast_amount, rate, s->currency, d->reporting);
}

static int by_quarter(const void *a, const void *b) {
  const struct bucket *x = a, *y = b;
  return (x->quarter.first > y->quarter.first) - (x->quarter.first < y->quarter.first);
}

int bulk_effects_fill(struct request *r, const struct desk *d, const struct batch_result *b, struct bulk_view *v) {
  struct effects x = {0};
  for (size_t i = 0; i < b->n; i++)
    if (b->rows[i].fate == BATCH_CHANGE) {
      add_state(&x, d, &b->rows[i].before, -1);
      add_state(&x, d, &b->rows[i].after, 1);
    }
  qsort(x.buckets, x.n, sizeof *x.buckets, by_quarter);
  v->effects = arena_zalloc(r->arena, x.n * CATEGORY_COUNT + 1, sizeof *v->effects);
  if (!v->effects)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  for (size_t i = 0; i < x.n; i++)
    for (int c = 0; c < CATEGORY_COUNT; c++) {
      int64_t change = 0;
      char id[PERIOD_ID_SIZE];
      if (exact_round(x.buckets[i].sum[c], &change) < 0 || change == 0)
        continue;
      struct str quarter = format_period(r->reader, arena_str(r->arena, str_of(period_id(&x.buckets[i].quarter, id))));
      v->effects[v->n_effects++] = (struct bulk_effect){tr_fmt(r, "{0}, {1}", str_of(parts_category(r->reader, c)), quarter),
                                                        parts_change(r->reader, change, d->reporting, MONEY_K1), change > 0};
    }
  if (x.no_rate)
    v->no_rate = tr(r, "Some of these renewals have a currency without an exchange rate; they are not in these sums.");
  return OK;
}

/* ---- the page ---- */

/* "Category: Commit. Next step: Chase PO." */
static struct str say_edit(struct request *r, const struct renewal_edit *e, currency_t currency) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  struct renewal to = {.stage = e->stage, .category = e->category, .close_date = e->close_date, .forecast_amount = e->forecast_amount, .next_step = e->next_step,
                       .next_step_date = e->next_step_date, .at_risk = e->at_risk, .owner_id = e->owner_id, .currency = currency};
  for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if (e->set & bit) {
      struct str one = tr_fmt(r, "{0}: {1}.", tr(r, renewal_label(bit)), renewal_value(r, &to, bit));
      strbuf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_FMT(one));
    }
  return arena_str(r->arena, strbuf_str(&b));
}

static int fill_rows(struct request *r, const struct desk *d, const struct batch_result *b, struct bulk_view *v) {
  v->rows = arena_zalloc(r->arena, SHOWN, sizeof *v->rows);
  v->left = arena_zalloc(r->arena, SHOWN_LEFT, sizeof *v->left);
  if (!v->rows || !v->left)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  size_t left = b->n - b->count[BATCH_CHANGE];
  int rc = OK;
  for (size_t i = 0; i < b->n && rc >= 0; i++) {
    const struct batch_row *x = &b->rows[i];
    if (x->fate == BATCH_CHANGE && v->n_rows < SHOWN)
      rc = bulk_row_fill(r, d, x, &v->rows[v->n_rows++]);
    else if (x->fate != BATCH_CHANGE && v->n_left < SHOWN_LEFT) {
      rc = bulk_row_fill(r, d, x, &v->left[v->n_left]);
      if (x->fate == BATCH_SAME)
        v->left[v->n_left].why = tr(r, "It has these values already.");
      v->n_left++;
    }
  }
  if (b->count[BATCH_CHANGE] > v->n_rows)
    v->more = tr_n(r, (int64_t)(b->count[BATCH_CHANGE] - v->n_rows), "and {n} renewal more, in the same way", "and {n} renewals more, in the same way");
  if (left > v->n_left)
    v->left_more = tr_n(r, (int64_t)(left - v->n_left), "and {n} renewal more", "and {n} renewals more");
  if (left)
    v->left_title = tr_n(r, (int64_t)left, "{n} renewal stays as it is", "{n} renewals stay as they are");
  return rc;
}

/* What the confirming form carries: the fields as they came, and what was seen. */
static int fill_hidden(struct request *r, const struct bulk_ask *x, const struct batch_result *b, struct bulk_view *v) {
  static const char *const KEPT[] = {"category", "stage", "close_date", "next_step", "next_step_date", "at_risk", "owner", "forecast_amount", "all", "f", "q", "period"};
  enum { N = sizeof KEPT / sizeof *KEPT };
  STRBUF_CLEANUP struct strbuf ids = STRBUF_INIT(WEB_MAX_FORM);
  v->hidden = arena_zalloc(r->arena, N + 6, sizeof *v->hidden);
  if (!v->hidden)
    return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again");
  for (size_t i = 0; i < N; i++) {
    struct str value = pairs_get(&r->form, KEPT[i]);
    if (value.n)
      v->hidden[v->n_hidden++] = (struct bulk_hidden){str_of(KEPT[i]), value};
  }
  for (size_t i = 0; i < b->n && !x->all; i++) {
    strbuf_fmt(&ids, "%s%lld", i ? "," : "", (long long)b->rows[i].id);
    if (b->rows[i].before.version && b->rows[i].fate != BATCH_CONFLICT)
      strbuf_fmt(&ids, ":%d", (int)b->rows[i].before.version);
  }
  if (!x->all)
    v->hidden[v->n_hidden++] = (struct bulk_hidden){STR("id"), arena_str(r->arena, strbuf_str(&ids))};
  v->hidden[v->n_hidden++] = (struct bulk_hidden){STR("rows"), arena_fmt(r->arena, "%llu", (unsigned long long)x->digest)};
  v->hidden[v->n_hidden++] = (struct bulk_hidden){STR("seen"), arena_fmt(r->arena, "%lld", (long long)b->seen.seq)};
  v->hidden[v->n_hidden++] = (struct bulk_hidden){STR("seen_at"), arena_fmt(r->arena, "%lld", (long long)b->seen.at)};
  v->hidden[v->n_hidden++] = (struct bulk_hidden){STR("back"), x->back};
  return ids.failed ? err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again") : OK;
}

int bulk_view_fill(struct request *r, const struct bulk_ask *x, const struct batch_result *b, struct bulk_view *v) {
  currency_t currency = b->n ? b->rows[0].before.currency : CURRENCY_NONE;
  size_t n = b->count[BATCH_CHANGE];
  *v = (struct bulk_view){.back = x->back, .why = x->why, .problem = x->problem, .say = say_edit(r, &x->batch.edit, currency)};
  v->title = n ? tr_n(r, (int64_t)n, "Change {n} renewal", "Change {n} renewals") : tr(r, "Nothing to change here");
  v->button = n ? v->title : STR_NONE;
  int rc = fill_rows(r, &x->desk, b, v);
  if (rc >= 0)
    rc = bulk_effects_fill(r, &x->desk, b, v);
  return rc < 0 ? rc : fill_hidden(r, x, b, v);
}

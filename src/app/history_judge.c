/* The outcome of every line: what the file states, what links prove, what time has decided. */
#include "app/history_work.h"
#include "base/decimal.h"
#include "domain/value.h"

/* Evidence from strong to weak: the enum's numbers are stored and grew in another order. */
static const uint8_t strength[EVIDENCE_COUNT] = {[EVIDENCE_MANUAL] = 0, [EVIDENCE_STATED] = 1, [EVIDENCE_EXPLICIT] = 2, [EVIDENCE_EXTENDED] = 3,
  [EVIDENCE_SERIAL] = 4, [EVIDENCE_PRODUCT] = 5, [EVIDENCE_WEAK] = 6, [EVIDENCE_NONE] = 7};
/* A renewal below this share of the old annual value is partial. Not 100: the same price over a year with a
 * leap day is 0.27 % less per year. */
enum { FULL_VALUE_PERCENT = 99 };

static int64_t instant(day_t d)
{
  return (int64_t)d * SECONDS_PER_DAY;
}

int history_convert(const struct history_rates *r, int64_t amount, currency_t from, currency_t to, day_t day, int64_t *ret)
{
  int64_t rate_from, rate_to;
  if (from == to) {
    *ret = amount;
    return OK;
  }
  if (history_rate(r, from, day, &rate_from) < 0 || history_rate(r, to, day, &rate_to) < 0 || rate_to <= 0)
    return ERR_NOTFOUND;
  __int128 num = (__int128)amount * rate_from * pow10_i64(currency_exponent(to));
  __int128 den = (__int128)rate_to * pow10_i64(currency_exponent(from));
  return div_round_i128(num, den, ret);
}

day_t history_booked(const struct history_line *earlier, const struct history_line *successor, bool *ret_assumed)
{
  *ret_assumed = successor->booked == DAY_NONE;
  if (!*ret_assumed)
    return successor->booked;
  /* A term that begins the day after the old one ended left no gap, and one whose start was never moved
   * was extended in place: both count as booked on the last day. */
  day_t d = successor->start;
  if (d == earlier->end + 1 || d <= earlier->start)
    d = earlier->end;
  /* It stood in a file on that day, so it had been ordered by then. */
  if (!successor->known_derived && d > day_of_instant(successor->known_at))
    d = day_of_instant(successor->known_at);
  return d;
}

/* A decision of a person about a line: when it was made. 0 = none. */
static int64_t decided_at(const struct history_work *w, int64_t line_id, int64_t successor_id)
{
  size_t low = 0, high = w->rows.n_links;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    const struct history_link *k = &w->rows.links[mid];
    if (k->line_id < line_id || (k->line_id == line_id && k->successor_line_id < successor_id))
      low = mid + 1;
    else
      high = mid;
  }
  const struct history_link *k = low < w->rows.n_links ? &w->rows.links[low] : NULL;
  return k && k->line_id == line_id && k->successor_line_id == successor_id ? k->known_at : 0;
}

int64_t history_link_known(const struct history_work *w, const struct link *k, bool *ret_derived)
{
  const struct history_line *earlier = &w->rows.lines[k->from], *s = &w->rows.lines[k->to];
  bool assumed;
  int64_t at = s->known_derived ? instant(history_booked(earlier, s, &assumed)) : s->known_at;
  *ret_derived = s->known_derived;
  if (s->known_derived && at > w->change->known_at)
    at = w->change->known_at; /* the file said so, whatever day it gives */
  if (k->evidence == EVIDENCE_MANUAL) {
    int64_t decided = decided_at(w, earlier->id, s->id);
    at = decided > at ? decided : at;
  }
  return at;
}

/* What a line's links add up to. */
struct renewed {
  int64_t quantity, won, known_at;
  day_t booked;
  bool assumed, derived;
  uint8_t evidence;
};
struct judge {
  struct history_work *w;
  int64_t *linked, *taken; /* by line as successor: quantity linked in all, and by the links looked at so far */
};

/* A successor's annual value belongs to what it renewed, by linked quantity; whole to the last minor unit. What it
 * covers beyond that came with the renewal, so it counts as won too. */
static int share(const struct judge *j, const struct link *k, int64_t *ret)
{
  int64_t annual = j->w->rows.lines[k->to].annual_value, before = 0, with = 0;
  int r = div_round_i128((__int128)annual * j->taken[k->to], j->linked[k->to], &before);
  if (r == OK)
    r = div_round_i128((__int128)annual * (j->taken[k->to] + k->quantity), j->linked[k->to], &with);
  *ret = with - before;
  return r;
}

static void currency_findings(struct history_work *w, const struct history_line *l, const struct history_line *s, int converted)
{
  char a[4], b[4];
  history_find(w, converted < 0 ? "currency_without_rate" : "currency_changed", "currency", l->id,
    arena_fmt(w->arena, "renewed by line %" PRId64 " in %s instead of %s%s", s->id, currency_code(s->currency, a), currency_code(l->currency, b),
      converted < 0 ? "; there is no exchange rate, so nothing counts as won" : ""));
}

static int add_link(struct judge *j, const struct link *k, struct renewed *x)
{
  struct history_work *w = j->w;
  const struct history_line *l = &w->rows.lines[k->from], *s = &w->rows.lines[k->to];
  bool assumed, derived;
  day_t booked = history_booked(l, s, &assumed);
  int64_t part = 0, known = history_link_known(w, k, &derived);
  int r = share(j, k, &part);
  j->taken[k->to] += k->quantity;
  if (r == OK && s->currency != l->currency) {
    int64_t converted = 0;
    r = history_convert(&w->rates, part, s->currency, l->currency, booked, &converted);
    currency_findings(w, l, s, r);
    part = r == OK ? converted : 0;
    r = r == ERR_NOTFOUND ? OK : r;
  }
  x->quantity += k->quantity;
  if (r == OK && __builtin_add_overflow(x->won, part, &x->won))
    r = ERR_RANGE;
  x->booked = x->booked == DAY_NONE || booked > x->booked ? booked : x->booked;
  x->known_at = known > x->known_at ? known : x->known_at;
  x->assumed |= assumed;
  x->derived |= derived;
  if (strength[k->evidence] > strength[x->evidence])
    x->evidence = k->evidence;
  return r;
}

/* Full or partial. Money only decides where there is some: free lines renew by quantity. */
static uint8_t full_or_partial(const struct history_line *l, const struct renewed *x)
{
  int64_t quantity = l->quantity < 1 ? 1 : l->quantity;
  bool less = x->quantity < quantity || (__int128)x->won * 100 < (__int128)l->annual_value * FULL_VALUE_PERCENT;
  return less ? OUTCOME_PARTIAL : OUTCOME_RENEWED;
}

/* The file says what became of the line. What it leaves out comes from links, else from the line itself, as assumed. */
static int judge_stated(const struct history_work *w, const struct history_line *l, const struct renewed *x, struct line_outcome *o)
{
  o->outcome = (uint8_t)l->stated;
  o->evidence = EVIDENCE_STATED;
  o->known_derived = l->known_derived;
  int64_t known = instant(l->renewed_on != DAY_NONE ? l->renewed_on : l->end + w->lapse + 1);
  if (l->stated != OUTCOME_LOST) {
    bool linked = x->quantity > 0;
    o->booked = l->renewed_on != DAY_NONE ? l->renewed_on : linked ? x->booked : l->end;
    o->booked_assumed = l->renewed_on == DAY_NONE && (!linked || x->assumed);
    known = instant(o->booked);
    if (l->renewed_amount != AMOUNT_NONE) {
      int r = value_annual(l->renewed_amount, l->start, l->end, &o->won);
      if (r < 0)
        return r;
    } else {
      o->won = linked ? x->won : l->annual_value;
      o->booked_assumed |= !linked;
    }
  }
  o->known_at = l->known_at;
  if (l->known_derived)
    o->known_at = known < w->change->known_at ? known : w->change->known_at;
  else if (l->outcome.stored && o->known_at < w->change->known_at)
    o->known_at = w->change->known_at; /* an earlier file left it open */
  return OK;
}

static int judge_line(struct judge *j, size_t i, const struct renewed *x)
{
  struct history_work *w = j->w;
  const struct history_line *l = &w->rows.lines[i];
  const struct history_contract *c = &w->rows.contracts[w->contract_of[i]];
  struct line_outcome *o = &w->now[i];
  *o = (struct line_outcome){.outcome = OUTCOME_OPEN, .evidence = EVIDENCE_NONE, .booked = DAY_NONE, .known_at = l->known_at,
    .known_derived = l->known_derived, .renewal_id = l->outcome.renewal_id};
  if (l->excluded)
    return OK;
  bool person = w->kept_apart[i] || (x->quantity > 0 && x->evidence == EVIDENCE_MANUAL);
  if (l->stated > OUTCOME_OPEN && !person)
    return judge_stated(w, l, x, o);
  if (x->quantity > 0) {
    o->outcome = full_or_partial(l, x);
    o->evidence = x->evidence;
    o->booked = x->booked;
    o->booked_assumed = x->assumed;
    o->won = x->won;
    o->known_at = x->known_at;
    o->known_derived = x->derived;
  } else if (c->cancelled_on != DAY_NONE && c->cancelled_on <= w->today) {
    o->outcome = OUTCOME_LOST;
    o->evidence = EVIDENCE_STATED;
    o->known_at = l->known_derived ? instant(c->cancelled_on) : w->change->known_at;
  } else if (w->today > l->end + w->lapse) {
    o->outcome = OUTCOME_LOST;
    o->known_at = instant(l->end + w->lapse + 1);
    o->known_derived = true;
  }
  return OK;
}

/* The same outcome as before was known before. */
static void keep_known(struct history_work *w, size_t i)
{
  const struct line_outcome *old = &w->rows.lines[i].outcome;
  struct line_outcome *o = &w->now[i];
  if (!old->stored) {
    w->write[i] = 1;
  } else if (old->outcome == o->outcome && old->evidence == o->evidence && old->booked == o->booked && old->booked_assumed == o->booked_assumed &&
             old->won == o->won) {
    o->known_at = old->known_at;
    o->known_derived = old->known_derived;
  } else {
    w->write[i] = 1;
    if (o->outcome == OUTCOME_OPEN)
      o->known_derived = false;
    /* Something told us only now, if only another amount; a derived time stays what it is. */
    if (!o->known_derived && o->known_at < w->change->known_at)
      o->known_at = w->change->known_at;
  }
}

static void count_outcome(struct history_work *w, size_t i)
{
  const struct line_outcome *o = &w->now[i];
  w->counts.lines++;
  w->counts.by_outcome[o->outcome]++;
  if (o->outcome == OUTCOME_RENEWED || o->outcome == OUTCOME_PARTIAL) {
    w->counts.by_evidence[o->evidence]++;
    w->counts.assumed += o->booked_assumed;
  }
}

int history_judge(struct history_work *w, struct err *e)
{
  size_t n = w->rows.n_lines;
  struct judge j = {.w = w, .linked = arena_zalloc(w->arena, n + 1, sizeof *j.linked), .taken = arena_zalloc(w->arena, n + 1, sizeof *j.taken)};
  w->now = arena_alloc(w->arena, (n + 1) * sizeof *w->now);
  w->write = arena_zalloc(w->arena, n + 1, 1);
  if (!j.linked || !j.taken || !w->now || !w->write)
    return history_nomem(e);
  for (size_t i = 0; i < w->n_links; i++)
    j.linked[w->links[i].to] += w->links[i].quantity;
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    struct renewed x = {.booked = DAY_NONE, .evidence = EVIDENCE_MANUAL};
    int r = OK;
    for (; r == OK && k < w->n_links && w->links[k].from == i; k++)
      r = add_link(&j, &w->links[k], &x);
    if (r == OK)
      r = judge_line(&j, i, &x);
    if (r < 0)
      return err_set(e, r, "The amounts of contract line %" PRId64 " or of what renewed it are too large to add up: correct them and import again", w->rows.lines[i].id);
    keep_known(w, i);
    count_outcome(w, i);
  }
  return OK;
}

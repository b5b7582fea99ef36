/* One renewal per contract and day on which lines of it end: made, kept in step with its lines, closed by them.
 * What a person wrote stands, but for facts: a booking closes, a lapse closes, each with a version that says why. */
#include "app/history_work.h"
#include "domain/value.h"
#include "store/repo_renewal.h"

/* What the lines of a group say about their renewal. */
struct due_sum {
  int64_t atr, won, known_at;
  day_t booked;
  size_t lines, open, lost, full, partial; /* live lines and their outcomes */
  bool stated_lost;
  uint8_t outcome;
};

static const struct history_line *due_line(const struct history_work *w, uint32_t at)
{
  return &w->rows.lines[w->by_due[at]];
}

static int add_amount(struct history_work *w, const struct history_line *l, currency_t to, int64_t amount, int64_t *sum)
{
  int64_t x = amount;
  if (history_convert(&w->rates, amount, l->currency, to, l->end, &x) == ERR_NOTFOUND) {
    char a[4], b[4];
    history_find(w, "currency_without_rate", "currency", l->id,
      arena_fmt(w->arena, "is in %s, its contract in %s, and there is no exchange rate: left out of the renewal's amount", currency_code(l->currency, a),
        currency_code(to, b)));
    return OK;
  }
  return __builtin_add_overflow(*sum, x, sum) ? ERR_RANGE : OK;
}

/* Open while a line is open, except that after the due date what came back closes it; the rest can still follow. */
static uint8_t group_outcome(const struct history_work *w, const struct due_sum *x, day_t due)
{
  size_t back = x->full + x->partial;
  if (back == 0)
    return x->lost == x->lines && x->lines ? OUTCOME_LOST : OUTCOME_OPEN;
  if (x->open && w->today <= due)
    return OUTCOME_OPEN;
  return x->full == x->lines ? OUTCOME_RENEWED : OUTCOME_PARTIAL;
}

/* All but the amounts. */
static struct due_sum count_group(const struct history_work *w, const struct due_group *g)
{
  struct due_sum x = {.booked = DAY_NONE};
  for (uint32_t i = g->from; i < g->to; i++) {
    const struct line_outcome *o = &w->now[w->by_due[i]];
    if (due_line(w, i)->excluded)
      continue;
    x.lines++;
    x.open += o->outcome == OUTCOME_OPEN;
    x.lost += o->outcome == OUTCOME_LOST;
    x.full += o->outcome == OUTCOME_RENEWED;
    x.partial += o->outcome == OUTCOME_PARTIAL;
    x.stated_lost |= o->outcome == OUTCOME_LOST && o->evidence == EVIDENCE_STATED;
    if (o->outcome != OUTCOME_OPEN && o->known_at > x.known_at)
      x.known_at = o->known_at;
    if (o->outcome == OUTCOME_RENEWED || o->outcome == OUTCOME_PARTIAL)
      x.booked = x.booked == DAY_NONE || o->booked > x.booked ? o->booked : x.booked;
  }
  x.outcome = group_outcome(w, &x, due_line(w, g->from)->end);
  return x;
}

static int sum_group(struct history_work *w, const struct due_group *g, struct due_sum *ret, struct err *e)
{
  currency_t currency = w->rows.contracts[g->contract].currency;
  struct due_sum x = count_group(w, g);
  int r = OK;
  for (uint32_t i = g->from; i < g->to && r == OK; i++) {
    const struct history_line *l = due_line(w, i);
    const struct line_outcome *o = &w->now[w->by_due[i]];
    if (l->excluded)
      continue;
    r = add_amount(w, l, currency, l->annual_value, &x.atr);
    if (r == OK && (o->outcome == OUTCOME_RENEWED || o->outcome == OUTCOME_PARTIAL))
      r = add_amount(w, l, currency, o->won, &x.won);
  }
  if (r < 0)
    return err_set(e, r, "The amounts due on contract line %" PRId64 "'s end date are too large to add up: correct them and import again", due_line(w, g->from)->id);
  *ret = x;
  return OK;
}

/* ---- the state that facts give a renewal ---- */

static struct str why_of(const struct history_work *w, const struct due_sum *x)
{
  switch (x->outcome) {
  case OUTCOME_RENEWED:
  case OUTCOME_PARTIAL: return arena_fmt(w->arena, "history: booked in %.*s", STR_FMT(w->source));
  case OUTCOME_LOST: return arena_fmt(w->arena, "history: lost, seen in %.*s", STR_FMT(w->source));
  default: return arena_fmt(w->arena, "history: open again after %.*s", STR_FMT(w->source));
  }
}

static struct str lost_reason(const struct history_work *w, const struct due_sum *x)
{
  return x->stated_lost ? STR("stated by the file") : arena_fmt(w->arena, "no successor within %d days", w->lapse);
}

static void apply_outcome(const struct history_work *w, const struct due_sum *x, struct renewal *r)
{
  r->outcome = x->outcome;
  r->booked_date = x->outcome == OUTCOME_LOST || x->outcome == OUTCOME_OPEN ? DAY_NONE : x->booked;
  r->won_amount = r->booked_date == DAY_NONE ? 0 : x->won;
  r->stage = x->outcome == OUTCOME_OPEN ? STAGE_NOT_STARTED : x->outcome == OUTCOME_LOST ? STAGE_LOST : STAGE_WON;
  r->category = (int)stage_category((enum stage)r->stage);
  r->category_override = false;
  if (x->outcome != OUTCOME_LOST)
    r->lost_reason = STR_NONE;
  else if (r->lost_reason.n == 0)
    r->lost_reason = lost_reason(w, x);
}

/* ---- existing renewals ---- */

static int save(struct history_work *w, struct renewal *r, struct str why, int64_t at, struct err *e)
{
  if (!why.p)
    return history_nomem(e);
  r->why = why;
  r->changed_by = w->change->actor_id;
  r->changed_at = at > r->changed_at ? at : r->changed_at; /* versions never go back in time */
  w->counts.renewals_changed++;
  return renewal_save(w->s, r, e);
}

static bool period_started(const struct history_work *w, day_t due)
{
  return w->today >= period_of(&w->org.calendar, PERIOD_QUARTER, due).first;
}

/* An open renewal follows its lines until its period starts, its owner until a person has worked on it. */
static int follow_lines(struct history_work *w, const struct history_renewal *old, const struct due_sum *x, int64_t owner, struct err *e)
{
  bool gone = x->lines == 0;
  bool amount = !gone && x->atr != old->atr && !period_started(w, old->due);
  bool handed = !gone && owner && owner != old->owner_id, by_hand = old->by_hand;
  bool drop = gone && old->category != CATEGORY_OMITTED;
  bool restore = !gone && old->category == CATEGORY_OMITTED && !old->by_hand;
  if (!amount && !handed && !drop && !restore)
    return OK;
  int r = by_hand ? OK : history_edited_by_hand(w->s, old->id, &by_hand, e);
  struct renewal now;
  if (r < 0 || (by_hand && !amount))
    return r;
  r = renewal_get(w->s, w->arena, old->id, &now, e);
  if (r < 0)
    return r;
  if (amount && now.forecast_amount == now.atr_amount)
    now.forecast_amount = x->atr;
  if (amount)
    now.atr_amount = x->atr;
  if (handed && !by_hand)
    now.owner_id = owner;
  if (restore) {
    now.category = (int)stage_category((enum stage)now.stage);
    now.category_override = false;
    now.forecast_amount = now.atr_amount;
  }
  if (drop) {
    now.category = CATEGORY_OMITTED;
    now.category_override = true;
    now.forecast_amount = 0;
  }
  const char *what = drop ? "no line is due here" : restore ? "a line is due here again" : amount ? "amount due changed" : "owner of the contract changed";
  return save(w, &now, arena_fmt(w->arena, "history: %s in %.*s", what, STR_FMT(w->source)), w->change->known_at, e);
}

static int update_renewal(struct history_work *w, const struct history_renewal *old, const struct due_sum *x, int64_t owner, struct err *e)
{
  bool closed = x->outcome != OUTCOME_OPEN, was_closed = old->stage == STAGE_WON || old->stage == STAGE_LOST;
  bool same = closed && old->outcome == x->outcome && old->booked == (x->outcome == OUTCOME_LOST ? DAY_NONE : x->booked) &&
              old->won == (x->outcome == OUTCOME_LOST ? 0 : x->won);
  if (same)
    return OK;
  if (!closed && !was_closed)
    return follow_lines(w, old, x, owner, e);
  /* A person closed it: only a booking says more than they did. */
  bool by_hand = old->by_hand;
  int r = by_hand || !was_closed || x->outcome == OUTCOME_RENEWED || x->outcome == OUTCOME_PARTIAL ? OK : history_edited_by_hand(w->s, old->id, &by_hand, e);
  if (r < 0 || (was_closed && by_hand && (!closed || x->outcome == OUTCOME_LOST)))
    return r;
  struct renewal now;
  r = renewal_get(w->s, w->arena, old->id, &now, e);
  if (r < 0)
    return r;
  apply_outcome(w, x, &now);
  return save(w, &now, why_of(w, x), closed ? x->known_at : w->change->known_at, e);
}

/* ---- new ones ---- */

static struct renewal new_renewal(const struct history_work *w, const struct due_group *g, const struct due_sum *x, struct str why)
{
  const struct history_contract *c = &w->rows.contracts[g->contract];
  day_t due = w->rows.lines[w->by_due[g->from]].end;
  struct renewal r = {.contract_id = c->id, .owner_id = c->owner_id, .due_date = due, .close_date = due, .next_step_date = DAY_NONE,
    .currency = c->currency, .atr_amount = x->atr, .forecast_amount = x->atr, .version = 1, .next_step = STR_NONE, .po_number = STR_NONE,
    .lost_reason = STR_NONE, .why = why, .changed_by = w->change->actor_id};
  apply_outcome(w, x, &r);
  r.changed_at = x->outcome == OUTCOME_OPEN ? w->change->known_at : x->known_at;
  return r;
}

int history_groups(struct history_work *w, struct err *e)
{
  size_t n = w->rows.n_lines, stored = 0;
  struct due_group *g = arena_alloc(w->arena, (n + 1) * sizeof *g);
  if (!g)
    return history_nomem(e);
  w->groups = g;
  w->n_groups = 0;
  for (size_t i = 0; i < n;) {
    uint32_t c = w->contract_of[w->by_due[i]];
    day_t end = w->rows.lines[w->by_due[i]].end;
    size_t to = i;
    while (to < n && w->contract_of[w->by_due[to]] == c && w->rows.lines[w->by_due[to]].end == end)
      to++;
    int64_t id = w->rows.contracts[c].id;
    const struct history_renewal *r = w->rows.renewals;
    while (stored < w->rows.n_renewals && (r[stored].contract_id < id || (r[stored].contract_id == id && r[stored].due < end)))
      stored++;
    bool there = stored < w->rows.n_renewals && r[stored].contract_id == id && r[stored].due == end;
    g[w->n_groups++] = (struct due_group){.from = (uint32_t)i, .to = (uint32_t)to, .contract = c, .stored = there ? (uint32_t)stored : UINT32_MAX};
    i = to;
  }
  return OK;
}

/* Whether lines that have no renewal get one: what is due too far ahead and open waits. */
static bool gets_renewal(const struct history_work *w, const struct due_group *g)
{
  struct due_sum x = count_group(w, g);
  return g->stored == UINT32_MAX && x.lines > 0 && (x.outcome != OUTCOME_OPEN || due_line(w, g->from)->end <= w->today + HISTORY_HORIZON);
}

static void set_renewal(struct history_work *w, const struct due_group *g, int64_t id)
{
  for (uint32_t k = g->from; k < g->to; k++)
    w->now[w->by_due[k]].renewal_id = id;
}

static int update_stored(struct history_work *w, struct err *e)
{
  int r = OK;
  for (size_t i = 0; i < w->n_groups && r == OK; i++) {
    const struct due_group *g = &w->groups[i];
    struct due_sum x;
    if (g->stored == UINT32_MAX)
      continue;
    set_renewal(w, g, w->rows.renewals[g->stored].id);
    r = sum_group(w, g, &x, e);
    if (r == OK)
      r = update_renewal(w, &w->rows.renewals[g->stored], &x, w->rows.contracts[g->contract].owner_id, e);
  }
  return r;
}

static int add_new(struct history_work *w, struct err *e)
{
  struct str why = arena_fmt(w->arena, "history: %.*s", STR_FMT(w->source));
  struct renewal_writer *out = NULL;
  int64_t n = 0, id = 0;
  for (size_t i = 0; i < w->n_groups; i++)
    n += gets_renewal(w, &w->groups[i]);
  if (n == 0)
    return OK;
  int r = why.p ? store_reserve_ids(w->s, "renewal", n, &id, e) : history_nomem(e);
  if (r == OK)
    r = renewal_writer_begin(w->s, &out, e);
  for (size_t i = 0; i < w->n_groups && r == OK; i++) {
    const struct due_group *g = &w->groups[i];
    struct due_sum x;
    if (!gets_renewal(w, g))
      continue;
    r = sum_group(w, g, &x, e);
    if (r < 0)
      break;
    struct renewal fresh = new_renewal(w, g, &x, why);
    fresh.id = id++;
    set_renewal(w, g, fresh.id);
    r = renewal_writer_add(out, &fresh, e);
  }
  int end = renewal_writer_end(out, r < 0 ? NULL : e);
  w->counts.renewals_added += n;
  return r < 0 ? r : end;
}

/* Stored renewals whose lines are gone (an end date was corrected): open ones are omitted, not deleted. */
static int orphans(struct history_work *w, struct err *e)
{
  uint8_t *met = arena_zalloc(w->arena, w->rows.n_renewals + 1, 1);
  if (!met)
    return history_nomem(e);
  for (size_t i = 0; i < w->n_groups; i++)
    if (w->groups[i].stored != UINT32_MAX)
      met[w->groups[i].stored] = 1;
  int r = OK;
  for (size_t i = 0; i < w->rows.n_renewals && r == OK; i++) {
    const struct due_sum none = {.booked = DAY_NONE};
    if (!met[i] && w->rows.renewals[i].outcome == OUTCOME_OPEN && w->rows.renewals[i].stage != STAGE_LOST && w->rows.renewals[i].stage != STAGE_WON)
      r = follow_lines(w, &w->rows.renewals[i], &none, 0, e);
  }
  return r;
}

/* ---- contracts ---- */

/* Contracts that get a state, gathered until a batch is full. */
struct states {
  struct state_batch {
    int64_t ids[HISTORY_STATE_BATCH];
    size_t n;
  } of[CONTRACT_STATE_COUNT];
};

static int states_flush(struct history_work *w, struct states *x, int state, struct err *e)
{
  struct state_batch *b = &x->of[state];
  size_t n = b->n;
  b->n = 0;
  return history_contract_state(w->s, state, b->ids, n, e);
}

/* The groups [from, to) of one contract, ascending by due date. */
static int contract_state(struct history_work *w, struct states *x, size_t from, size_t to, struct err *e)
{
  const struct due_group *groups = w->groups;
  struct history_contract *c = &w->rows.contracts[groups[from].contract];
  struct contract_facts f = {.start = DAY_NONE, .end = DAY_NONE, .cancelled = c->cancelled_on != DAY_NONE && c->cancelled_on <= w->today};
  for (size_t i = from; i < to; i++) {
    size_t back = 0, open = 0, live = 0;
    day_t due = due_line(w, groups[i].from)->end;
    for (uint32_t k = groups[i].from; k < groups[i].to; k++) {
      const struct history_line *l = due_line(w, k);
      uint8_t o = w->now[w->by_due[k]].outcome;
      if (l->excluded)
        continue;
      live++;
      f.start = f.start == DAY_NONE || l->start < f.start ? l->start : f.start;
      back += o == OUTCOME_RENEWED || o == OUTCOME_PARTIAL;
      open += o == OUTCOME_OPEN;
    }
    if (!live)
      continue;
    f.end = due;
    f.renewed = back > 0 && open == 0;
    f.renewal_open |= open > 0 && due - w->org.window_days <= w->today && w->today <= due;
  }
  if (f.end == DAY_NONE)
    return OK;
  int state = (int)contract_state_on(&f, w->today, w->org.window_days, w->org.max_lapse_days);
  if (state == c->state)
    return OK;
  w->counts.contracts_changed++;
  c->state = (uint8_t)state;
  if (w->fresh)
    return OK;
  struct state_batch *b = &x->of[state];
  b->ids[b->n++] = c->id;
  return b->n == HISTORY_STATE_BATCH ? states_flush(w, x, state, e) : OK;
}

int history_states(struct history_work *w, struct err *e)
{
  struct states x = {0};
  int r = OK;
  for (size_t i = 0, to; i < w->n_groups && r == OK; i = to) {
    for (to = i + 1; to < w->n_groups && w->groups[to].contract == w->groups[i].contract; to++)
      ;
    r = contract_state(w, &x, i, to, e);
  }
  for (int i = 0; i < CONTRACT_STATE_COUNT && r == OK; i++)
    r = states_flush(w, &x, i, e);
  return r;
}

int history_renewals(struct history_work *w, struct err *e)
{
  int r = update_stored(w, e);
  if (r == OK)
    r = add_new(w, e);
  return r == OK ? orphans(w, e) : r;
}

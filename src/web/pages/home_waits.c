#include "base/utf8.h"
#include "store/repo_desk.h"
#include "store/repo_note.h"
#include "web/pages/escalations.h"
#include "web/pages/home_parts.h"

enum { NEAR_DAYS = 14, SINGLE = 4, MOST_ESCALATIONS = 4, CHANGE_DAYS = 7, MOST_DAYS_BACK = 45, LOOKED_AT = 400, SHOWN_CHANGES = 8 };

static struct desk_rows past_end(const struct request *r) {
  struct desk_rows x = {0};
  desk_where_open(&x);
  desk_where_range(&x, GRID_DUE, INT64_MIN, (int64_t)r->today - 1);
  return x;
}

static struct desk_rows near_without_po(const struct request *r) {
  struct desk_rows x = {0};
  desk_where(&x, GRID_CATEGORY, CATEGORY_COMMIT);
  desk_where(&x, GRID_PO, 0);
  desk_where_range(&x, GRID_DUE, r->today, (int64_t)r->today + NEAR_DAYS);
  return x;
}

static struct home_wait *next_wait(struct home_view *v) { return v->n_waits < HOME_MOST_WAITS ? &v->waits[v->n_waits++] : NULL; }

/* One renewal as a line of its own. */
static void wait_row(struct request *r, const struct desk *d, uint32_t i, struct home_view *v) {
  const struct book *b = d->book;
  const struct book_renewals *n = &b->renewals;
  struct home_wait *x = next_wait(v);
  if (!x)
    return;
  struct str customer = book_name(&b->accounts, n->account[i]), owner = book_name(&b->reps, n->rep[i]), contract = book_name(&b->contracts, n->contract[i]);
  bool past = n->due[i] < r->today;
  int64_t converted = 0;
  currency_t c = b->currency_of[n->currency[i]];
  *x = (struct home_wait){.icon = past ? "alert-triangle" : "clock", .hot = past || n->due[i] - r->today <= 3,
                          .title = past ? tr_fmt(r, "{0}: support has stopped, still open", customer) : tr_fmt(r, "{0}: in commit, no PO", customer),
                          .note = arena_fmt(r->arena, "%.*s \u00b7 %.*s", STR_FMT(contract), STR_FMT(owner)),
                          .href = arena_fmt(r->arena, "/renewals/%u", n->id[i]), .act = tr(r, "act|Open"),
                          .due = format_distance(r->reader, n->due[i]), .due_note = format_weekday(r->reader, n->due[i]),
                          .amount = parts_amount(r->reader, n->forecast[i], c, MONEY_WHOLE)};
  x->amount_href = x->href;
  if (c != d->reporting && grid_converted(b, i, d->period.first, &converted))
    x->amount_note = format_money(r->reader, converted, d->reporting, MONEY_K1);
}

static void wait_set(struct request *r, const struct desk *d, const struct desk_rows *rows, const struct grid_totals *t, const char *icon, bool hot, struct str title,
                     struct str note, struct home_view *v) {
  struct home_wait *x = t->rows ? next_wait(v) : NULL;
  if (!x)
    return;
  struct str href = desk_rows_href(r, d, rows, "-amount"), count = tr_n(r, t->rows, "{n} renewal", "{n} renewals");
  *x = (struct home_wait){.icon = icon, .hot = hot, .title = title, .note = note.n ? arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(count), STR_FMT(note)) : count,
                          .href = href, .amount_href = href,
                          .act = tr_n(r, t->rows, "See it", "See the {n}"),
                          .amount = parts_amount(r->reader, t->converted, d->reporting, MONEY_K)};
}

/* Past their end, near it without a PO, past all hope: the largest of the first two each by itself, by money in the reporting currency, then all of each. Each
 * kind is looked for once: its page says its totals, too. */
static int renewal_waits(struct request *r, const struct desk *d, struct home_view *v) {
  uint32_t found[2 * SINGLE];
  int64_t money[2 * SINGLE];
  size_t n = 0;
  struct desk_rows sets[2] = {past_end(r), near_without_po(r)}, lapsed = {0};
  struct grid_page pages[2];
  struct grid_totals gone = {0};
  for (int k = 0; k < 2; k++) {
    int rc = desk_rows_page(r, d, &sets[k], GRID_CONVERTED, true, SINGLE, &pages[k]);
    if (rc < 0)
      return rc;
    for (size_t i = 0; i < pages[k].n; i++) {
      int64_t value = 0;
      (void)grid_converted(d->book, pages[k].rows[i], d->period.first, &value); /* without a rate it comes last */
      size_t at = n++;
      for (; at > 0 && money[at - 1] < value; at--) {
        money[at] = money[at - 1];
        found[at] = found[at - 1];
      }
      money[at] = value;
      found[at] = pages[k].rows[i];
    }
  }
  for (size_t i = 0; i < n && i < SINGLE; i++)
    wait_row(r, d, found[i], v);
  desk_where_open(&lapsed);
  desk_where_range(&lapsed, GRID_DUE, INT64_MIN, (int64_t)r->today - d->org.max_lapse_days - 1);
  int rc = pages[0].totals.rows ? desk_rows_totals(r, d, &lapsed, &gone) : OK;
  wait_set(r, d, &sets[0], &pages[0].totals, "alert-triangle", true, tr(r, "Past the end date and still open"), STR_NONE, v);
  wait_set(r, d, &sets[1], &pages[1].totals, "clock", false, tr_fmt(r, "Commit with no PO, {0} days or less", format_count(r->reader, NEAR_DAYS)), STR_NONE, v);
  wait_set(r, d, &lapsed, &gone, "x", false, tr(r, "Lapsed: too late to renew"), tr_n(r, d->org.max_lapse_days, "past {n} day", "past {n} days"), v);
  return rc;
}

static void wait_fact(struct home_view *v, const char *icon, struct str title, struct str note, struct str href, struct str act) {
  struct home_wait *x = next_wait(v);
  if (x)
    *x = (struct home_wait){.icon = icon, .title = title, .note = note, .href = href, .act = act};
}

static int missing_targets(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_view *v) {
  int64_t reps = 0, without = 0;
  struct str first = STR_NONE;
  for (size_t i = 0; i < t->n; i++)
    if (t->nodes[i].level == FORECAST_REP && t->nodes[i].code) {
      reps++;
      if (!t->nodes[i].has_target) {
        without++;
        first = first.n ? first : t->nodes[i].name;
      }
    }
  if (!without || r->who.role == ROLE_REP)
    return OK;
  struct str title = without == reps ? tr_fmt(r, "No rep has a target for {0}", d->period_name)
                                     : tr_n(r, without, "{n} of {0} reps has no target for {1}", "{n} of {0} reps have no target for {1}",
                                            format_count(r->reader, reps), d->period_name);
  struct str note = without == reps ? tr(r, "Import them: perennial import targets FILE") : tr_fmt(r, "First: {0}", first);
  wait_fact(v, "target", title, note, arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d->period_id)), tr(r, "Roll-up"));
  return OK;
}

static int data_problems(struct request *r, struct home_view *v) {
  if (r->who.role == ROLE_REP || r->as_of != DAY_NONE) /* a finding says only that it is open now */
    return OK;
  struct finding_count *rows = NULL;
  size_t n = 0;
  int rc = finding_counts(r->store, r->arena, &rows, &n, &r->err);
  int64_t all = 0;
  for (size_t i = 0; rc >= 0 && i < n; i++)
    all += rows[i].n;
  if (all > 0) {
    wait_fact(v, "file-import", tr_n(r, all, "{n} record needs a fix in the data", "{n} records need a fix in the data"), tr_fmt(r, "Most: {0}", rows[0].sample),
              STR("/imports"), tr(r, "See them"));
  }
  return rc;
}

/* What comes next when nothing waits. */
static int next_expiry(struct request *r, const struct desk *d, struct home_view *v) {
  struct desk_rows x = {0};
  struct grid_page page;
  desk_where_open(&x);
  desk_where_range(&x, GRID_DUE, r->today, INT64_MAX);
  int rc = desk_rows_page(r, d, &x, GRID_DUE, false, 1, &page);
  v->calm = tr(r, "Nothing expires.");
  if (rc < 0 || !page.n)
    return rc;
  uint32_t i = page.rows[0];
  struct str day = format_weekday(r->reader, d->book->renewals.due[i]), name = book_name(&d->book->accounts, d->book->renewals.account[i]);
  v->calm = tr_fmt(r, "Next expiry: {0}, {1}.", day, name);
  v->calm_href = arena_fmt(r->arena, "/renewals/%u", d->book->renewals.id[i]);
  return OK;
}

/* What somebody wants from this person, and what this person did not finish. */
static int people_waits(struct request *r, struct home_view *v) {
  enum { MENTIONS = 4, DRAFTS = 3, NOTE_BYTES = 90 };
  struct mention *mentions = NULL;
  struct draft *drafts = NULL;
  size_t n = 0, n_drafts = 0, shown = 0;
  if (r->as_of != DAY_NONE)
    return OK;
  int rc = mention_waiting(r->store, r->arena, r->who.id, 4 * MENTIONS, &mentions, &n, &r->err);
  if (rc >= 0)
    rc = draft_list(r->store, r->arena, r->who.id, DRAFTS, &drafts, &n_drafts, &r->err);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n_drafts; i++)
    wait_fact(v, "pencil", tr(r, "A form of yours was not saved"), format_instant(r->reader, drafts[i].at), arena_fmt(r->arena, "/drafts/%lld", (long long)drafts[i].id),
              tr(r, "act|Look"));
  for (size_t i = 0; i < n && shown < MENTIONS; i++) {
    const struct mention *m = &mentions[i];
    if (!scope_sees(&r->scope, m->renewal_id, m->owner_id)) /* it went to somebody else since */
      continue;
    struct str text = utf8_cut(m->body, NOTE_BYTES);
    wait_fact(v, "message", tr_fmt(r, "{0} mentions you: {1}", m->by, m->customer), text.n < m->body.n ? arena_fmt(r->arena, "%.*s\u2026", STR_FMT(text)) : text,
              arena_fmt(r->arena, "/renewals/%lld#notes", (long long)m->renewal_id), tr(r, "act|Read"));
    shown++;
  }
  return OK;
}

/* What is late comes first, and with money at stake before without; otherwise in the order of the kinds, each of which has its own. */
static void most_urgent_first(struct home_view *v) {
  struct home_wait ordered[HOME_MOST_WAITS];
  size_t n = 0;
  for (int rank = 0; rank < 4; rank++)
    for (size_t i = 0; i < v->n_waits; i++)
      if (rank == (v->waits[i].hot ? 0 : 2) + (v->waits[i].amount.text.n ? 0 : 1))
        ordered[n++] = v->waits[i];
  if (n)
    memcpy(v->waits, ordered, n * sizeof *ordered);
}

int home_waits(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_view *v) {
  v->waits = arena_zalloc(r->arena, HOME_MOST_WAITS, sizeof *v->waits);
  if (!v->waits)
    return ERR_NOMEM;
  int rc = people_waits(r, v);
  if (rc >= 0)
    rc = home_waits_review(r, v);
  if (rc >= 0)
    rc = home_waits_approvals(r, v);
  if (rc >= 0)
    rc = home_waits_sales(r, v);
  if (rc >= 0)
    rc = home_waits_escalations(r, d, v, MOST_ESCALATIONS);
  if (rc >= 0)
    rc = renewal_waits(r, d, v);
  if (rc >= 0)
    rc = home_waits_calls(r, d, v);
  if (rc >= 0)
    rc = missing_targets(r, d, t, v);
  if (rc >= 0 && t->nodes[0].no_rate)
    wait_fact(v, "scale", tr_n(r, t->nodes[0].no_rate, "{n} renewal is in a currency without a rate", "{n} renewals are in a currency without a rate"),
              tr(r, "They are in no sum. Import rates: perennial import fx FILE"),
              arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d->period_id)), tr(r, "Roll-up"));
  if (rc >= 0)
    rc = data_problems(r, v);
  if (rc >= 0 && !v->n_waits)
    rc = next_expiry(r, d, v);
  most_urgent_first(v);
  v->waits_note = v->n_waits ? tr_n(r, (int64_t)v->n_waits, "waiting|{n} item", "{n} items") : STR_NONE;
  return rc;
}

/* How far up a category stands, for "moved up" and "moved down". */
static struct str change_words(struct request *r, const struct renewal *was, const struct renewal *is, struct str name) {
  struct str from = str_of(parts_category(r->reader, was->category)), to = str_of(parts_category(r->reader, is->category));
  if (is->outcome == OUTCOME_LOST && was->outcome != OUTCOME_LOST)
    return tr_fmt(r, "{0} lost", name);
  if (is->category == CATEGORY_CLOSED && was->category != CATEGORY_CLOSED)
    return tr_fmt(r, "{0} closed", name);
  if (is->category != was->category)
    return is->category < was->category ? tr_fmt(r, "{0} moved up from {1} to {2}", name, from, to) : tr_fmt(r, "{0} moved down from {1} to {2}", name, from, to);
  if (is->close_date != was->close_date && is->close_date != DAY_NONE && was->close_date != DAY_NONE) {
    struct str day = format_day(r->reader, is->close_date);
    return is->close_date > was->close_date ? tr_fmt(r, "{0} pushed to {1}", name, day) : tr_fmt(r, "{0} pulled in to {1}", name, day);
  }
  if (is->forecast_amount != was->forecast_amount)
    return is->forecast_amount > was->forecast_amount ? tr_fmt(r, "{0} amount raised", name) : tr_fmt(r, "{0} amount cut", name);
  return STR_NONE;
}

static int64_t counted(const struct renewal *x) {
  return x->category == CATEGORY_CLOSED ? x->won_amount : x->category == CATEGORY_OMITTED ? 0 : x->forecast_amount;
}

static void fill_change(struct request *r, const struct desk *d, uint32_t i, const struct renewal *was, const struct renewal *is, struct home_view *v) {
  const struct book *b = d->book;
  struct str what = change_words(r, was, is, book_name(&b->accounts, b->renewals.account[i]));
  if (!what.n)
    return;
  int64_t before = counted(was), after = counted(is), delta = after - before;
  bool won = is->category == CATEGORY_CLOSED && was->category != CATEGORY_CLOSED;
  v->changes[v->n_changes++] = (struct home_change){
    .glyph = is->outcome == OUTCOME_LOST ? parts_risk_glyph() : parts_glyph(is->category), .what = what, .href = arena_fmt(r->arena, "/renewals/%u", b->renewals.id[i]),
    .who = book_name(&b->reps, b->renewals.rep[i]), .change = parts_change(r->reader, won ? after : delta, is->currency, MONEY_K1),
    .up = won || delta > 0, .down = !won && delta < 0};
}

/* From when on changes are told: the end of the visit before this one; seven days for a first visit and for a past day. */
static int since_when(struct request *r, int64_t *ret, struct str *ret_title) {
  int64_t before = 0;
  int rc = r->as_of == DAY_NONE ? visit_before(r->store, r->who.id, &before, &r->err) : OK;
  day_t week = r->today - CHANGE_DAYS;
  bool told = before > (int64_t)(r->today - MOST_DAYS_BACK) * SECONDS_PER_DAY;
  *ret = told ? before : (int64_t)week * SECONDS_PER_DAY - 1;
  *ret_title = told ? tr_fmt(r, "Since you last looked, {0}", format_instant(r->reader, before)) : tr_fmt(r, "Since {0}", format_weekday(r->reader, week));
  return rc;
}

/* The state of now as the list of changes needs it, from the book: no row is read for it. */
static struct renewal state_of(const struct book *b, uint32_t i) {
  const struct book_renewals *n = &b->renewals;
  return (struct renewal){.id = n->id[i], .category = n->category[i], .outcome = n->outcome[i], .close_date = n->close[i], .forecast_amount = n->forecast[i],
                          .won_amount = n->won[i], .currency = b->currency_of[n->currency[i]]};
}

int home_changes(struct request *r, const struct desk *d, struct home_view *v) {
  struct desk_rows x = {0};
  struct grid_page page;
  int64_t since = 0;
  int rc = since_when(r, &since, &v->changes_title);
  desk_where_range(&x, GRID_CHANGED, day_of_instant(since + 1), INT64_MAX);
  if (rc >= 0)
    rc = desk_rows_page(r, d, &x, GRID_CONVERTED, true, LOOKED_AT, &page);
  v->changes = arena_zalloc(r->arena, SHOWN_CHANGES, sizeof *v->changes);
  if (rc < 0 || !v->changes)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < page.n && v->n_changes < SHOWN_CHANGES; i++) {
    struct renewal was, is = state_of(d->book, page.rows[i]);
    rc = renewal_get_as_of(r->store, r->arena, is.id, since, &was, &r->err);
    if (rc == ERR_NOTFOUND) /* it did not exist then */
      continue;
    if (rc < 0)
      return rc;
    fill_change(r, d, page.rows[i], &was, &is, v);
  }
  v->changes_note = page.totals.rows ? tr_n(r, page.totals.rows, "{n} renewal touched", "{n} renewals touched") : STR_NONE;
  v->changes_href = desk_rows_href(r, d, &x, "-amount");
  return OK;
}

#include "app/history.h"

#include "app/history_work.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/repo_audit.h"

int history_nomem(struct err *e)
{
  return err_set(e, ERR_NOMEM, "Out of memory while deriving the history");
}

/* ---- one run ---- */

static int write_outcomes(struct history_work *w, struct err *e)
{
  size_t n = w->rows.n_lines;
  for (size_t i = 0; i < n; i++) {
    w->write[i] |= w->now[i].renewal_id != w->rows.lines[i].outcome.renewal_id;
    w->counts.outcomes_changed += w->write[i];
  }
  if (w->counts.outcomes_changed == 0)
    return OK;
  int r = import_was_outcomes(w->s, w->change->import_id, w->rows.lines, w->write, n, e);
  return r == OK ? history_outcomes_write(w->s, w->rows.lines, w->now, w->write, n, e) : r;
}

/* One audit entry and one change mark for the run, when it changed anything. */
static int note_run(struct history_work *w, struct err *e)
{
  const struct history_counts *c = &w->counts;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  if (c->links_added + c->links_removed + c->outcomes_changed + c->renewals_added + c->renewals_changed + c->contracts_changed + c->findings_added == 0)
    return OK;
  char iso[DAY_ISO_SIZE];
  strbuf_fmt(&b,
    "{\"today\":\"%s\",\"links_added\":%" PRId64 ",\"links_removed\":%" PRId64 ",\"outcomes_changed\":%" PRId64 ",\"renewals_added\":%" PRId64
    ",\"renewals_changed\":%" PRId64 ",\"contracts_changed\":%" PRId64 ",\"findings_added\":%" PRId64 "}",
    day_iso(w->today, iso), c->links_added, c->links_removed, c->outcomes_changed, c->renewals_added, c->renewals_changed, c->contracts_changed, c->findings_added);
  if (b.failed)
    return err_set(e, ERR_NOMEM, "Out of memory");
  struct audit_entry x = {.at = w->change->now, .actor_id = w->change->actor_id, .action = "history.derive", .entity = w->change->import_id ? "import_run" : "",
    .entity_id = w->change->import_id, .detail = strbuf_str(&b)};
  int r = audit_add(w->s, &x, e);
  return r == OK ? store_changed(w->s, "line", 0, e) : r;
}

/* What can be told before anything is written. */
static int conclude(struct history_work *w, struct err *e)
{
  int r = history_match(w, e);
  if (r == OK)
    r = history_judge(w, e);
  if (r == OK)
    r = history_overlaps(w, e);
  return r == OK ? history_groups(w, e) : r;
}

static int write_down(struct history_work *w, struct err *e)
{
  int64_t findings = 0;
  int r = history_links_sync(w, e);
  if (r == OK)
    r = history_renewals(w, e);
  if (r == OK)
    r = write_outcomes(w, e);
  if (r == OK)
    r = history_findings_add(w->s, w->findings, w->n_findings, w->change->known_at, w->change->import_id, &findings, e);
  w->counts.findings_added = findings;
  if (r == OK && arena_failed(w->arena)) /* some text is cut: nothing of this run may be kept */
    r = history_nomem(e);
  if (r == OK)
    r = note_run(w, e);
  return r == OK && w->change->all ? history_whole_through_set(w->s, w->today, e) : r;
}

/* Settings, and the day that counts: never before one that was judged already. */
static int prepare(struct history_work *w, struct err *e)
{
  const struct history_change *c = w->change;
  day_t through = DAY_NONE;
  char iso[DAY_ISO_SIZE];
  int r = org_load(w->s, &w->org, e);
  if (r == OK)
    r = history_through(w->s, &through, e);
  if (r == OK)
    r = history_rates_load(w->s, w->org.reporting_currency, &w->rates, e);
  if (r < 0)
    return r;
  w->today = through != DAY_NONE && through > c->today ? through : c->today;
  w->lapse = w->org.max_lapse_days > HISTORY_WINDOW ? w->org.max_lapse_days : HISTORY_WINDOW;
  w->source = c->import_id ? arena_fmt(w->arena, "import %" PRId64, c->import_id) : arena_fmt(w->arena, "the run of %s", day_iso(w->today, iso));
  if (!w->source.p)
    return history_nomem(e);
  return w->today == through ? OK : history_through_set(w->s, w->today, e);
}

/* Everything but the arena, which may hold the work itself. */
static void work_free(struct history_work *w)
{
  mem_free(w->links);
  mem_free(w->findings);
  history_rates_free(&w->rates);
  history_rows_free(&w->rows);
}

int history_derive(struct store *s, const struct history_change *c, struct history_counts *ret, struct err *e)
{
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct history_work w = {.s = s, .change = c, .arena = a};
  static const int64_t none;
  int r = a ? prepare(&w, e) : history_nomem(e);
  if (r == OK)
    r = history_load(s, c->all ? NULL : c->n ? c->account_ids : &none, c->all ? 0 : c->n, &w.rows, e);
  if (r == OK)
    r = conclude(&w, e);
  if (r == OK)
    r = history_states(&w, e);
  if (r == OK)
    r = write_down(&w, e);
  work_free(&w);
  if (r == OK && ret)
    *ret = w.counts;
  return r;
}

/* ---- a first history ---- */

int history_first_begin(struct store *s, const struct history_change *c, struct history_rows *rows, struct history_work **ret, struct err *e)
{
  struct arena *a = arena_new(0);
  struct history_work *w = a ? arena_zalloc(a, 1, sizeof *w) : NULL;
  if (!w) {
    arena_free(a);
    history_rows_free(rows);
    return history_nomem(e);
  }
  *w = (struct history_work){.s = s, .change = c, .arena = a, .rows = *rows, .fresh = true};
  *rows = (struct history_rows){0};
  int r = prepare(w, e);
  if (r == OK)
    r = conclude(w, e);
  if (r == OK)
    r = history_states(w, e);
  if (r < 0)
    history_first_free(w);
  else
    *ret = w;
  return r;
}

enum contract_state history_first_state(const struct history_work *w, size_t contract)
{
  return (enum contract_state)w->rows.contracts[contract].state;
}

int history_first_end(struct history_work *w, struct history_counts *ret, struct err *e)
{
  int r = write_down(w, e);
  if (r == OK)
    *ret = w->counts;
  return r;
}

void history_first_free(struct history_work *w)
{
  if (!w)
    return;
  work_free(w);
  arena_free(w->arena);
}

/* ---- decisions of people ---- */

struct decision {
  const struct history_decision *d;
  struct history_counts *ret;
  bool exclude;
};

static int check_successors(struct store *s, struct arena *a, const struct history_decision *d, const struct history_term *line, int64_t *accounts, struct err *e)
{
  for (size_t i = 0; i < d->n; i++) {
    struct history_term t;
    int r = history_term_get(s, a, d->successor_ids[i], &t, e);
    if (r < 0)
      return r;
    char x[DAY_ISO_SIZE], y[DAY_ISO_SIZE];
    if (t.id == line->id || t.end <= line->end)
      return err_set(e, ERR_RANGE, "Line %" PRId64 " cannot renew line %" PRId64 ": it ends on %s, a successor must end after %s: name another line", t.id, line->id,
        day_iso(t.end, x), day_iso(line->end, y));
    if (t.excluded_reason.n)
      return err_set(e, ERR_RANGE, "Line %" PRId64 " cannot renew line %" PRId64 ": it is excluded (%.*s): include it first", t.id, line->id,
        STR_FMT(str_sub(t.excluded_reason, 0, 200)));
    accounts[i] = t.end_user_id;
  }
  return OK;
}

static int decide(struct store *s, const struct history_decision *d, struct err *e)
{
  int r = history_links_clear(s, d->line_id, e);
  struct history_link l = {.line_id = d->line_id, .known_at = d->now, .decided_by = d->actor_id, .quantity = 1};
  for (size_t i = 0; i < d->n && r == OK; i++) {
    l.successor_line_id = d->successor_ids[i];
    r = history_link_decide(s, &l, d->reason, e);
  }
  if (r == OK && d->n == 0) { /* a line that "renews itself" with nothing: no successor */
    l.successor_line_id = d->line_id;
    l.quantity = 0;
    r = history_link_decide(s, &l, d->reason, e);
  }
  return r;
}

static int note_decision(struct store *s, const struct history_decision *d, const char *action, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  strbuf_addz(&b, "{\"successors\":[");
  for (size_t i = 0; i < d->n; i++) {
    strbuf_addz(&b, i ? "," : "");
    strbuf_i64(&b, d->successor_ids[i]);
  }
  strbuf_addz(&b, "],\"reason\":\"");
  for (size_t i = 0; i < d->reason.n; i++) {
    char c = d->reason.p[i];
    if (c == '"' || c == '\\')
      strbuf_addc(&b, '\\');
    strbuf_addc(&b, (unsigned char)c < ' ' ? ' ' : c);
  }
  strbuf_addz(&b, "\"}");
  if (b.failed)
    return err_set(e, b.failed, "The reason is too long");
  return audit_add(s, &(struct audit_entry){.at = d->now, .actor_id = d->actor_id, .action = action, .entity = "contract_line", .entity_id = d->line_id,
    .detail = strbuf_str(&b)}, e);
}

static int derive_again(struct store *s, const struct history_decision *d, const int64_t *accounts, size_t n, struct history_counts *ret, struct err *e)
{
  struct history_change c = {.account_ids = accounts, .n = n, .today = d->today, .now = d->now, .known_at = d->now, .actor_id = d->actor_id};
  return history_derive(s, &c, ret, e);
}

/* The successors that the line had, and theirs, may belong to other accounts: they are derived again too. */
static int relink_tx(struct store *s, void *arg, struct err *e)
{
  const struct decision *x = arg;
  const struct history_decision *d = x->d;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct history_term line;
  struct history_link *old = NULL;
  size_t n_old = 0, n = 1;
  if (!a)
    return history_nomem(e);
  int r = history_term_get(s, a, d->line_id, &line, e);
  if (r == OK)
    r = history_links_of(s, a, d->line_id, &old, &n_old, e);
  int64_t *accounts = r == OK ? arena_alloc(a, (1 + d->n + n_old) * sizeof *accounts) : NULL;
  if (r == OK && !accounts)
    r = history_nomem(e);
  if (r < 0)
    return r;
  accounts[0] = line.end_user_id;
  r = check_successors(s, a, d, &line, accounts + 1, e);
  n += d->n;
  for (size_t i = 0; i < n_old && r == OK; i++) {
    struct history_term t;
    r = history_term_get(s, a, old[i].successor_line_id, &t, e);
    if (r == OK)
      accounts[n++] = t.end_user_id;
  }
  if (r == OK)
    r = decide(s, d, e);
  if (r == OK)
    r = note_decision(s, d, "line.relink", e);
  return r == OK ? derive_again(s, d, accounts, n, x->ret, e) : r;
}

static int check_reason(const struct history_decision *d, struct err *e)
{
  if (str_trim(d->reason).n == 0)
    return err_set(e, ERR_USAGE, "A reason is needed, because it stays with the line: add one");
  return d->reason.n > 2000 ? err_set(e, ERR_RANGE, "The reason is too long: at most 2,000 bytes") : OK;
}

int history_relink(struct store *s, const struct history_decision *d, struct history_counts *ret, struct err *e)
{
  int r = check_reason(d, e);
  return r < 0 ? r : store_write(s, relink_tx, &(struct decision){.d = d, .ret = ret}, e);
}

static int exclude_tx(struct store *s, void *arg, struct err *e)
{
  const struct decision *x = arg;
  const struct history_decision *d = x->d;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct history_term line;
  if (!a)
    return history_nomem(e);
  int r = history_term_get(s, a, d->line_id, &line, e);
  if (r == OK && (line.excluded_reason.n > 0) == x->exclude)
    return err_set(e, ERR_RANGE, "Line %" PRId64 " is %s already", d->line_id, x->exclude ? "excluded" : "included");
  if (r == OK)
    r = history_line_exclude(s, d->line_id, x->exclude ? d->reason : STR_NONE, e);
  if (r == OK)
    r = note_decision(s, d, x->exclude ? "line.exclude" : "line.include", e);
  return r == OK ? derive_again(s, d, &line.end_user_id, 1, x->ret, e) : r;
}

int history_exclude(struct store *s, const struct history_decision *d, bool exclude, struct history_counts *ret, struct err *e)
{
  int r = check_reason(d, e);
  return r < 0 ? r : store_write(s, exclude_tx, &(struct decision){.d = d, .ret = ret, .exclude = exclude}, e);
}

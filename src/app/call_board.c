/* Everything of one week: who called what, who is missing, what the manager counts. */
#include "app/call_internal.h"
#include "insight/exact.h"
#include "store/repo_scope.h"

bool call_amount(const struct book *b, int64_t minor, currency_t currency, day_t plan_day, int64_t *ret) {
  int64_t rate = 0;
  if (currency == b->reporting) {
    *ret = minor;
    return true;
  }
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (b->currency_of[c] == currency)
      return book_rate(b, c, plan_day, &rate, NULL) == OK && money_convert(minor, currency, rate, b->reporting, ret) == OK;
  return false;
}

static uint32_t team_code(const struct book *b, int64_t id) {
  for (uint32_t i = 1; id && i < b->n_teams; i++)
    if (b->teams[i].id == id)
      return i;
  return 0;
}

bool call_below(const struct book *b, int64_t team_id, int64_t top_id) {
  uint32_t team = team_code(b, team_id), top = team_code(b, top_id);
  for (uint32_t depth = 0; top && team && depth < b->n_teams; depth++, team = b->teams[team].parent)
    if (team == top)
      return true;
  return false;
}

int call_layer(struct store *s, const struct scope *who, const struct book *b, int64_t *ret_team, struct str *ret_name, bool *ret_manager, struct err *e) {
  int role = 0, tops = 0;
  int64_t team = 0;
  *ret_team = 0;
  *ret_name = STR_NONE;
  *ret_manager = who->person_id && who->role == ROLE_MANAGER;
  if (*ret_manager) {
    int rc = scope_person(s, who->person_id, &role, &team, e);
    if (rc < 0)
      return rc;
  }
  for (uint32_t i = 1; who->everything && i < b->n_teams; i++)
    if (!b->teams[i].parent) {
      team = tops++ ? 0 : b->teams[i].id;
      if (tops > 1)
        break;
    }
  uint32_t code = team_code(b, team);
  *ret_team = code ? team : 0;
  *ret_name = code ? b->teams[code].name : STR_NONE;
  return OK;
}

/* ---- loading ---- */

struct loading {
  struct store *s;
  struct arena *a;
  const struct scope *who;
  const struct org *org;
  const struct call_when *when;
  struct call_board *x;
  struct call *calls, *then; /* of this week and the one before; of a quarter ago */
  size_t n_calls, n_then;
  day_t before_first;
  struct { struct str zone; int64_t due; } zones[24];
  size_t n_zones;
};

static int64_t due_of(struct loading *l, struct str zone) {
  for (size_t i = 0; i < l->n_zones; i++)
    if (str_eq(l->zones[i].zone, zone))
      return l->zones[i].due;
  int64_t due = call_due_at(l->a, l->org, &l->x->week, zone);
  if (l->n_zones < sizeof l->zones / sizeof *l->zones) {
    l->zones[l->n_zones].zone = zone;
    l->zones[l->n_zones++].due = due;
  }
  return due;
}

/* The week a quarter ago that has the same number; false when there was none. */
static bool week_then(const struct org *org, const struct call_board *x, struct period *ret_quarter, struct period *ret_week) {
  struct period quarter = period_prev(&org->calendar, &x->quarter);
  if (x->week.first < x->quarter.first)
    return false;
  for (struct period w = period_of(&org->calendar, PERIOD_WEEK, quarter.first); w.first <= quarter.last; w = period_next(&org->calendar, &w))
    if (w.week == x->week.week) {
      *ret_quarter = quarter;
      *ret_week = w;
      return true;
    }
  return false;
}

static int read_calls(struct loading *l, struct err *e) {
  struct call_board *x = l->x;
  char id[PERIOD_ID_SIZE];
  struct period quarter, week;
  l->before_first = period_of(&l->org->calendar, PERIOD_WEEK, x->week.first - 1).first;
  int rc = call_list(l->s, l->a, str_of(period_id(&x->quarter, id)), l->before_first, x->week.first, l->when->until, &l->calls, &l->n_calls, e);
  if (rc == OK && x->may_adjust)
    rc = adjustment_list(l->s, l->a, str_of(id), x->for_team_id, l->when->until, &x->adjustments, &x->n_adjustments, e);
  if (rc == OK && week_then(l->org, x, &quarter, &week))
    rc = call_list(l->s, l->a, str_of(period_id(&quarter, id)), week.first, week.first, l->when->until, &l->then, &l->n_then, e);
  return rc;
}

/* The newest number of each place stays. */
static void newest_adjustments(struct call_board *x) {
  size_t n = 0;
  for (size_t i = 0; i < x->n_adjustments; i++) {
    size_t k = 0;
    while (k < n && (x->adjustments[k].node_kind != x->adjustments[i].node_kind || x->adjustments[k].node_id != x->adjustments[i].node_id))
      k++;
    x->adjustments[k] = x->adjustments[i];
    n += k == n;
  }
  x->n_adjustments = n;
}

static const struct adjustment *adjustment_of(const struct call_board *x, enum node_kind kind, int64_t id) {
  for (size_t i = 0; i < x->n_adjustments; i++)
    if (x->adjustments[i].node_kind == (int)kind && x->adjustments[i].node_id == id)
      return &x->adjustments[i];
  return NULL;
}

const struct adjustment *call_adjustment_of(const struct call_board *x, const struct node *n) { return adjustment_of(x, n->kind, n->id); }

static struct call_line *line_of(struct call_board *x, int64_t person_id) {
  for (size_t i = 0; i < x->n_lines; i++)
    if (x->lines[i].person.id == person_id)
      return &x->lines[i];
  return NULL;
}

const struct call_line *call_board_line(const struct call_board *x, int64_t person_id) {
  for (size_t i = 0; i < x->n_lines; i++)
    if (x->lines[i].person.id == person_id)
      return &x->lines[i];
  return NULL;
}

/* Reps who should call, and whoever did although nobody expects it any more. */
static int make_lines(struct loading *l, struct err *e) {
  struct call_board *x = l->x;
  struct call_roster roster;
  bool past = x->week.last < (day_t)(l->when->now / SECONDS_PER_DAY); /* expected is who was a rep when the call of that week was due */
  int64_t since = past ? (int64_t)(x->week.first - 1) * SECONDS_PER_DAY : INT64_MAX;
  int rc = call_roster_load(l->s, l->a, x->book, l->when->until < since ? l->when->until : since, &roster, e);
  if (rc < 0)
    return rc;
  x->lines = arena_zalloc(l->a, roster.n + l->n_calls + 1, sizeof *x->lines);
  if (!x->lines)
    return err_set(e, ERR_NOMEM, "Out of memory");
  bool running = x->quarter.first <= l->when->today && l->when->today <= x->quarter.last;
  for (size_t i = 0; i < roster.n; i++) {
    struct call_person p = roster.people[i];
    int64_t due = due_of(l, p.time_zone), at = past && due ? due : INT64_MAX;
    if (scope_sees_rep(l->who, p.id) && call_roster_at(&roster, i, l->when->until < at ? l->when->until : at, &p)) {
      struct call_line *line = &x->lines[x->n_lines++];
      *line = (struct call_line){.person = p, .due_at = due, .team_id = p.team_id, .region_id = p.region_id};
      line->expected = running && line->due_at;
      line->state = !line->expected ? CALL_NONE : l->when->now > line->due_at ? CALL_OVERDUE : CALL_MISSING;
    }
  }
  for (size_t i = 0; i < l->n_calls; i++) {
    const struct call *c = &l->calls[i];
    if (!c->for_team_id && scope_sees_rep(l->who, c->person_id) && !line_of(x, c->person_id))
      x->lines[x->n_lines++] = (struct call_line){.person = {
          .id = c->person_id, .team_id = c->team_id, .region_id = c->region_id, .name = c->person, .time_zone = STR_NONE}, .team_id = c->team_id,
                                                  .region_id = c->region_id, .due_at = c->due_at};
  }
  return OK;
}

static void place_call(struct call_board *x, const struct call *c, bool this_week) {
  struct call_line *l = c->for_team_id ? NULL : line_of(x, c->person_id);
  if (c->for_team_id && c->for_team_id == x->for_team_id) {
    if (this_week)
      x->own = c;
    else
      x->own_before = c;
  }
  if (!l)
    return;
  if (!this_week) {
    l->before = c;
    return;
  }
  bool late = c->due_at && c->at > c->due_at;
  l->state = l->now ? l->state : late ? CALL_LATE : CALL_DONE; /* by the first of the week */
  l->now = c;
  l->revisions = c->revision;
  l->team_id = c->team_id; /* it counts where the rep stood */
  l->region_id = c->region_id;
}

static void place_calls(struct loading *l) {
  struct call_board *x = l->x;
  for (size_t i = 0; i < l->n_calls; i++)
    place_call(x, &l->calls[i], l->calls[i].week_first == x->week.first);
  for (size_t i = 0; i < l->n_then; i++) {
    const struct call *c = &l->then[i];
    struct call_line *line = c->for_team_id ? NULL : line_of(x, c->person_id);
    if (line)
      line->then = c;
    if (c->for_team_id && c->for_team_id == x->for_team_id)
      x->own_then = c;
  }
  x->calls = l->calls;
  for (size_t i = 0; i < l->n_calls; i++) { /* managers' of this week, the newest of each, that the actor may see */
    const struct call *c = &l->calls[i];
    bool newest = i + 1 == l->n_calls || l->calls[i + 1].person_id != c->person_id || l->calls[i + 1].week_first != c->week_first;
    if (newest && c->for_team_id && c->week_first == x->week.first && scope_sees_rep(l->who, c->person_id))
      x->leads[x->n_leads++] = c;
  }
}

/* What managers below counted for each rep; of two above each other the one with more reps looked last. */
static int take_parts(struct loading *l, struct err *e) {
  struct call_board *x = l->x;
  size_t *reach = arena_zalloc(l->a, x->n_lines + 1, sizeof *reach);
  if (!reach)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < x->n_leads; i++) {
    struct call_part *p = NULL;
    size_t n = 0;
    if (x->may_adjust && x->leads[i]->for_team_id == x->for_team_id)
      continue;
    int rc = call_parts(l->s, l->a, x->leads[i]->id, &p, &n, e);
    if (rc < 0)
      return rc;
    for (size_t k = 0; k < n; k++) {
      struct call_line *line = line_of(x, p[k].person_id);
      if (!line || !p[k].has_amount || n < reach[line - x->lines])
        continue;
      reach[line - x->lines] = n;
      line->from_below = line->has_mine = call_amount(x->book, p[k].amount, x->leads[i]->currency, x->leads[i]->plan_day, &line->mine);
    }
  }
  return OK;
}

static void value_lines(struct call_board *x) {
  for (size_t i = 0; i < x->n_lines; i++) {
    struct call_line *l = &x->lines[i];
    bool known = l->now && call_amount(x->book, l->now->commit, l->now->currency, l->now->plan_day, &l->called);
    x->foreign += l->now && !known;
    l->adjustment = adjustment_of(x, NODE_REP, l->person.id);
    int64_t amount = 0;
    if (l->adjustment && !l->adjustment->taken_back && call_amount(x->book, l->adjustment->amount, l->adjustment->currency, l->adjustment->plan_day, &amount)) {
      l->mine = amount;
      l->has_mine = true;
      l->from_below = false;
    } else if (!l->has_mine && known) {
      l->mine = l->called;
      l->has_mine = true;
    }
  }
}

int call_board_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *quarter,
                    const struct call_when *when, struct call_board *ret, struct err *e) {
  struct call_board x = {.quarter = *quarter, .book = b};
  struct loading l = {.s = s, .a = a, .who = who, .org = org, .when = when, .x = &x};
  x.week = period_of(&org->calendar, PERIOD_WEEK, when->today < quarter->last ? when->today : quarter->last);
  (void)period_week(&org->calendar, quarter->first, &x.weeks);
  int rc = call_layer(s, who, b, &x.for_team_id, &x.for_team, &x.may_adjust, e);
  x.may_adjust = x.may_adjust && x.for_team_id;
  rc = rc < 0 ? rc : read_calls(&l, e);
  rc = rc < 0 ? rc : make_lines(&l, e);
  x.leads = arena_zalloc(a, l.n_calls + 1, sizeof *x.leads);
  if (rc < 0 || !x.leads)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  newest_adjustments(&x);
  place_calls(&l);
  rc = take_parts(&l, e);
  if (rc < 0)
    return rc;
  x.lead_has = arena_zalloc(a, x.n_leads * x.n_lines + 1, 1);
  if (!x.lead_has)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < x.n_leads; i++)
    for (size_t k = 0; k < x.n_lines; k++)
      x.lead_has[i * x.n_lines + k] = call_below(b, x.lines[k].team_id, x.leads[i]->for_team_id);
  value_lines(&x);
  *ret = x;
  return OK;
}

/* ---- sums ---- */

bool call_stands_in(const struct call_line *l, const struct node *n) {
  switch (n->kind) {
  case NODE_REGION: return l->region_id == n->id;
  case NODE_TEAM: return l->team_id == n->id;
  case NODE_REP: return l->person.id == n->id;
  default: return true;
  }
}

const struct call *call_lead_of(const struct call_board *x, const struct node *n) {
  for (size_t i = 0; i < x->n_leads; i++) {
    const struct call *c = x->leads[i];
    bool exact = !(x->may_adjust && c->for_team_id == x->for_team_id), any = false;
    for (size_t k = 0; k < x->n_lines && exact; k++) {
      bool in = call_stands_in(&x->lines[k], n);
      any |= in;
      exact = in == (x->lead_has[i * x->n_lines + k] != 0);
    }
    if (exact && any)
      return c;
  }
  return NULL;
}

/* What the manager counts for this place. False: nothing yet. */
static bool mine_of(const struct call_board *x, const struct node *n, const struct adjustment **ret_adjustment, const struct call **ret_lead, int64_t *ret);

/* Sum over what lies directly below: regions of the whole, teams of a region, reps of a team. */
static bool mine_below(const struct call_board *x, const struct node *n, int64_t *ret) {
  bool any = false;
  *ret = 0;
  for (size_t i = 0; i < x->n_lines; i++) {
    const struct call_line *l = &x->lines[i];
    enum node_kind kind = n->kind == NODE_COMPANY ? NODE_REGION : n->kind == NODE_REGION ? NODE_TEAM : NODE_REP;
    struct node child = {kind, kind == NODE_REGION ? l->region_id : kind == NODE_TEAM ? l->team_id : l->person.id};
    bool seen = false;
    int64_t amount = 0;
    if (!call_stands_in(l, n))
      continue;
    for (size_t k = 0; k < i && !seen && kind != NODE_REP; k++)
      seen = call_stands_in(&x->lines[k], n) && call_stands_in(&x->lines[k], &child);
    if (seen)
      continue;
    const struct adjustment *adjustment;
    const struct call *lead;
    if (mine_of(x, &child, &adjustment, &lead, &amount) && !__builtin_add_overflow(*ret, amount, ret))
      any = true;
  }
  return any;
}

static bool mine_of(const struct call_board *x, const struct node *n, const struct adjustment **ret_adjustment, const struct call **ret_lead, int64_t *ret) {
  const struct call_line *l = n->kind == NODE_REP ? call_board_line(x, n->id) : NULL;
  *ret_lead = NULL;
  *ret_adjustment = l ? l->adjustment : adjustment_of(x, n->kind, n->id);
  if (n->kind == NODE_REP) {
    *ret = l ? l->mine : 0;
    return l && l->has_mine;
  }
  const struct adjustment *y = *ret_adjustment;
  if (y && !y->taken_back && call_amount(x->book, y->amount, y->currency, y->plan_day, ret))
    return true;
  *ret_lead = call_lead_of(x, n);
  if (*ret_lead && call_amount(x->book, (*ret_lead)->commit, (*ret_lead)->currency, (*ret_lead)->plan_day, ret))
    return true;
  return mine_below(x, n, ret);
}

static void add_call(const struct call_board *x, const struct call *c, int64_t *sum, int64_t *n) {
  int64_t amount = 0;
  if (c && call_amount(x->book, c->commit, c->currency, c->plan_day, &amount) && !__builtin_add_overflow(*sum, amount, sum))
    ++*n;
}

void call_board_total(const struct call_board *x, const struct node *n, struct call_total *ret) {
  struct call_total t = {0};
  for (size_t i = 0; i < x->n_lines; i++) {
    const struct call_line *l = &x->lines[i];
    if (!call_stands_in(l, n))
      continue;
    add_call(x, l->now, &t.called, &t.n_called);
    add_call(x, l->before, &t.before, &t.n_before);
    add_call(x, l->then, &t.then, &t.n_then);
    t.n_expected += l->expected;
    t.n_missing += l->state == CALL_MISSING || l->state == CALL_OVERDUE;
    t.n_overdue += l->state == CALL_OVERDUE;
    t.n_late += l->state == CALL_LATE;
    t.n_mine += l->has_mine;
  }
  bool has = mine_of(x, n, &t.adjustment, &t.lead, &t.mine);
  t.n_mine = has ? t.n_mine ? t.n_mine : 1 : 0;
  *ret = t;
}

void call_board_whole(const struct call_board *x, struct call_total *ret) { call_board_total(x, &(struct node){NODE_COMPANY, 0}, ret); }

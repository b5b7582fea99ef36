#include "app/renewal.h"

#include "app/sales.h"
#include "store/repo_scope.h"

enum { FIELDS = 12, TEXT_MAX = 2000, PO_MAX = 100 };
static const char *const field_names[FIELDS] = {"stage", "forecast_category", "close_date", "forecast_amount", "next_step", "next_step_date", "at_risk",
  "po_number", "lost_reason", "booked_date", "won_amount", "owner"};

const char *renewal_field_name(unsigned bit)
{
  for (int i = 0; i < FIELDS; i++)
    if (bit == 1u << i)
      return field_names[i];
  return "";
}

/* Which fields differ between two states. */
static unsigned differences(const struct renewal *a, const struct renewal *b)
{
  unsigned d = 0;
  d |= a->stage != b->stage ? RENEWAL_SET_STAGE : 0;
  d |= a->category != b->category ? RENEWAL_SET_CATEGORY : 0;
  d |= a->close_date != b->close_date ? RENEWAL_SET_CLOSE_DATE : 0;
  d |= a->forecast_amount != b->forecast_amount ? RENEWAL_SET_FORECAST : 0;
  d |= str_eq(a->next_step, b->next_step) ? 0 : RENEWAL_SET_NEXT_STEP;
  d |= a->next_step_date != b->next_step_date ? RENEWAL_SET_NEXT_STEP_DATE : 0;
  d |= a->at_risk != b->at_risk ? RENEWAL_SET_AT_RISK : 0;
  d |= str_eq(a->po_number, b->po_number) ? 0 : RENEWAL_SET_PO_NUMBER;
  d |= str_eq(a->lost_reason, b->lost_reason) ? 0 : RENEWAL_SET_LOST_REASON;
  d |= a->booked_date != b->booked_date ? RENEWAL_SET_BOOKED_DATE : 0;
  d |= a->won_amount != b->won_amount ? RENEWAL_SET_WON : 0;
  d |= a->owner_id != b->owner_id ? RENEWAL_SET_OWNER : 0;
  return d;
}

/* A new stage brings its own category, unless the category was set by hand and the renewal stays open. */
static void apply_stage(struct renewal *r, int stage)
{
  bool closed = stage == STAGE_WON || stage == STAGE_LOST, was_closed = r->stage == STAGE_WON || r->stage == STAGE_LOST;
  r->stage = stage;
  if (closed || was_closed || !r->category_override) {
    r->category = (int)stage_category((enum stage)stage);
    r->category_override = false;
  }
  r->outcome = stage == STAGE_LOST ? OUTCOME_LOST : stage == STAGE_WON ? r->outcome : OUTCOME_OPEN;
  if (!closed) {
    r->booked_date = DAY_NONE;
    r->won_amount = 0;
    r->lost_reason = STR_NONE;
  }
}

/* The edit's fields on top of a state. */
static struct renewal apply(const struct renewal *base, const struct renewal_edit *x)
{
  struct renewal r = *base;
  if (x->set & RENEWAL_SET_STAGE)
    apply_stage(&r, x->stage);
  if (x->set & RENEWAL_SET_CATEGORY)
    r.category = x->category;
  if (x->set & RENEWAL_SET_CLOSE_DATE)
    r.close_date = x->close_date;
  if (x->set & RENEWAL_SET_FORECAST)
    r.forecast_amount = x->forecast_amount;
  if (x->set & RENEWAL_SET_NEXT_STEP)
    r.next_step = x->next_step;
  if (x->set & RENEWAL_SET_NEXT_STEP_DATE)
    r.next_step_date = x->next_step_date;
  if (x->set & RENEWAL_SET_AT_RISK)
    r.at_risk = x->at_risk;
  if (x->set & RENEWAL_SET_PO_NUMBER)
    r.po_number = x->po_number;
  if (x->set & RENEWAL_SET_LOST_REASON)
    r.lost_reason = x->lost_reason;
  if (x->set & RENEWAL_SET_BOOKED_DATE)
    r.booked_date = x->booked_date;
  if (x->set & RENEWAL_SET_WON)
    r.won_amount = x->won_amount;
  if (x->set & RENEWAL_SET_OWNER)
    r.owner_id = x->owner_id;
  bool stage_known = r.stage >= 0 && r.stage < STAGE_COUNT;
  r.category_override = stage_known && r.category != (int)stage_category((enum stage)r.stage);
  if (r.stage == STAGE_WON) /* a person's word until the lines say it better */
    r.outcome = r.won_amount < r.atr_amount - r.atr_amount / 100 ? OUTCOME_PARTIAL : OUTCOME_RENEWED;
  return r;
}

/* ---- rules ---- */

static int broken(struct renewal_edited *ret, unsigned field, struct err *e, const char *text)
{
  ret->field = renewal_field_name(field);
  return err_set(e, ERR_RANGE, "%s", text);
}

static bool sensible_day(day_t d)
{
  return d == DAY_NONE || (d >= DAY_MIN && d <= DAY_MAX);
}

static int check_shape(const struct renewal *r, struct renewal_edited *ret, struct err *e)
{
  if (r->stage < 0 || r->stage >= STAGE_COUNT)
    return broken(ret, RENEWAL_SET_STAGE, e, "The stage is not known: use not_started, contacted, quoted, negotiating, po_promised, won or lost");
  if (r->category < 0 || r->category >= CATEGORY_COUNT)
    return broken(ret, RENEWAL_SET_CATEGORY, e, "The forecast category is not known: use commit, best_case, pipeline, omitted or closed");
  if (!sensible_day(r->close_date))
    return broken(ret, RENEWAL_SET_CLOSE_DATE, e, "The close date is outside 1900 to 2170: check the year");
  if (!sensible_day(r->next_step_date))
    return broken(ret, RENEWAL_SET_NEXT_STEP_DATE, e, "The date of the next step is outside 1900 to 2170: check the year");
  if (r->forecast_amount < 0)
    return broken(ret, RENEWAL_SET_FORECAST, e, "The forecast amount is negative: give the annual value expected, or 0");
  if (r->won_amount < 0)
    return broken(ret, RENEWAL_SET_WON, e, "The won amount is negative: give the annual value booked");
  if (r->next_step.n > TEXT_MAX)
    return broken(ret, RENEWAL_SET_NEXT_STEP, e, "The next step is too long: at most 2,000 bytes");
  if (r->lost_reason.n > TEXT_MAX)
    return broken(ret, RENEWAL_SET_LOST_REASON, e, "The lost reason is too long: at most 2,000 bytes");
  if (r->po_number.n > PO_MAX)
    return broken(ret, RENEWAL_SET_PO_NUMBER, e, "The PO number is too long: at most 100 bytes");
  return OK;
}

/* What stage, category and dates demand of each other. */
static int check_rules(const struct renewal *r, day_t today, struct renewal_edited *ret, struct err *e)
{
  if (r->stage == STAGE_WON) {
    if (r->booked_date == DAY_NONE)
      return broken(ret, RENEWAL_SET_BOOKED_DATE, e, "A won renewal needs its booked date: give the day of the order");
    if (r->booked_date > today || !sensible_day(r->booked_date))
      return broken(ret, RENEWAL_SET_BOOKED_DATE, e, "The booked date lies in the future or far in the past: use po_promised with a close date for an expected order");
    if (r->won_amount == 0 && r->atr_amount > 0)
      return broken(ret, RENEWAL_SET_WON, e, "A won renewal needs the annual value booked: give the amount, or use lost");
    if (r->category != CATEGORY_CLOSED)
      return broken(ret, RENEWAL_SET_CATEGORY, e, "A won renewal is closed: its category cannot be set");
  }
  if (r->stage == STAGE_LOST && str_trim(r->lost_reason).n == 0)
    return broken(ret, RENEWAL_SET_LOST_REASON, e, "A lost renewal needs a reason: say in a few words why");
  if (r->stage == STAGE_LOST && r->category != CATEGORY_OMITTED)
    return broken(ret, RENEWAL_SET_CATEGORY, e, "A lost renewal is omitted: change its stage to bring it back");
  if (r->stage != STAGE_WON && r->category == CATEGORY_CLOSED)
    return broken(ret, RENEWAL_SET_CATEGORY, e, "Only a won renewal is closed: set its stage to won, with the booked date and amount");
  if (r->stage != STAGE_WON && (r->booked_date != DAY_NONE || r->won_amount != 0))
    return broken(ret, RENEWAL_SET_BOOKED_DATE, e, "Only a won renewal has a booked date and amount: set its stage to won as well");
  if (r->stage != STAGE_LOST && r->lost_reason.n)
    return broken(ret, RENEWAL_SET_LOST_REASON, e, "Only a lost renewal has a lost reason: set its stage to lost as well");
  return OK;
}

static int check_people(struct store *s, const struct scope *who, const struct renewal *before, const struct renewal *after, struct renewal_edited *ret, struct err *e)
{
  if (!scope_sees(who, before->id, before->owner_id))
    return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, before->id);
  if (!scope_edits(who, before->id, before->owner_id))
    return err_set(e, ERR_DENIED, "Your role may read this renewal but not change it: ask its owner");
  if (after->owner_id == before->owner_id)
    return OK;
  if (who->role == ROLE_REP)
    return err_set(e, ERR_DENIED, "A rep cannot hand a renewal to somebody else: ask the manager");
  if (after->owner_id == 0 || !scope_sees_rep(who, after->owner_id))
    return broken(ret, RENEWAL_SET_OWNER, e, "The new owner is not in your team: choose one of its reps");
  int role = 0;
  int64_t team = 0;
  int r = scope_person(s, after->owner_id, &role, &team, e);
  return r == ERR_NOTFOUND ? broken(ret, RENEWAL_SET_OWNER, e, "The new owner is not an active person: choose one of the reps") : r;
}

/* ---- the edit ---- */

struct editing {
  struct arena *a;
  const struct scope *who;
  const struct renewal_edit *edit;
  day_t today;
  int64_t now;
  bool judge_only;
  struct renewal_edited *ret;
};

/* The state that the editor saw: that version, with the columns that have no history. */
static int seen_state(struct store *s, struct arena *a, const struct renewal *stored, int32_t version, struct renewal *ret, struct err *e)
{
  struct renewal *all = NULL;
  size_t n = 0;
  if (version == 0 || version == stored->version) {
    *ret = *stored;
    return OK;
  }
  int r = renewal_versions(s, a, stored->id, &all, &n, e);
  if (r < 0)
    return r;
  for (size_t i = 0; i < n; i++)
    if (all[i].version == version) {
      *ret = all[i];
      return OK;
    }
  return err_set(e, ERR_NOTFOUND, "Renewal %" PRId64 " has no version %d", stored->id, (int)version);
}

static int conflict(const struct editing *x, struct err *e)
{
  struct renewal_edited *t = x->ret;
  t->clashes = differences(&t->seen, &t->stored) & x->edit->set;
  return err_set(e, ERR_CONFLICT, "Renewal %" PRId64 " was changed meanwhile (you saw version %d, it is at %d): look at both and save again", t->stored.id,
    (int)t->seen.version, (int)t->stored.version);
}

static int edit_tx(struct store *s, void *arg, struct err *e)
{
  const struct editing *x = arg;
  struct renewal_edited *t = x->ret;
  int r = renewal_get(s, x->a, x->edit->id, &t->stored, e);
  if (r == OK)
    r = seen_state(s, x->a, &t->stored, x->edit->version, &t->seen, e);
  if (r < 0)
    return r;
  t->wanted = apply(&t->stored, x->edit);
  t->changed = differences(&t->stored, &t->wanted);
  r = check_people(s, x->who, &t->stored, &t->wanted, t, e);
  if (r == OK)
    r = check_shape(&t->wanted, t, e);
  if (r == OK && t->changed && t->seen.version != t->stored.version) /* what is wanted stands already: a form that was sent twice */
    r = conflict(x, e);
  if (r == OK && t->changed)
    r = check_rules(&t->wanted, x->today, t, e);
  if (r < 0 || t->changed == 0 || x->judge_only)
    return r;
  t->wanted.changed_at = x->now > t->stored.changed_at ? x->now : t->stored.changed_at;
  t->wanted.changed_by = x->who->person_id;
  t->wanted.why = x->edit->why;
  r = renewal_save(s, &t->wanted, e);
  if (r == OK && t->changed & (RENEWAL_SET_AT_RISK | RENEWAL_SET_CATEGORY | RENEWAL_SET_STAGE))
    r = sales_tell(s, t->wanted.id, x->today, t->wanted.changed_at, x->who->person_id, e);
  if (r == OK) {
    t->seen = t->stored;
    t->stored = t->wanted;
  }
  return r;
}

int renewal_edit_check(const struct renewal_edit *edit, struct err *e)
{
  if (edit->set == 0)
    return err_set(e, ERR_USAGE, "There is nothing to change");
  if (str_trim(edit->why).n == 0)
    return err_set(e, ERR_USAGE, "Say why: the reason stands beside the change in the renewal's history");
  if (edit->why.n > TEXT_MAX || str_starts(edit->why, STR("history: ")))
    return err_set(e, ERR_USAGE, "The reason is too long, or begins with \"history: \", which marks what the program changed: reword it");
  return OK;
}

int renewal_edit(struct store *s, struct arena *a, const struct scope *who, const struct renewal_edit *edit, day_t today, int64_t now,
  struct renewal_edited *ret, struct err *e)
{
  *ret = (struct renewal_edited){.field = ""};
  struct editing x = {.a = a, .who = who, .edit = edit, .today = today, .now = now, .ret = ret};
  int r = renewal_edit_check(edit, e);
  return r == OK ? store_write(s, edit_tx, &x, e) : r;
}

int renewal_edit_step(struct store *s, struct arena *a, const struct scope *who, const struct renewal_edit *edit, day_t today, int64_t now, bool write,
  struct renewal_edited *ret, struct err *e)
{
  *ret = (struct renewal_edited){.field = ""};
  struct editing x = {.a = a, .who = who, .edit = edit, .today = today, .now = now, .judge_only = !write, .ret = ret};
  return edit_tx(s, &x, e);
}

struct renewal_edit renewal_edit_between(const struct renewal *from, const struct renewal *to)
{
  return (struct renewal_edit){.id = to->id, .version = from->version, .set = differences(to, from), .stage = to->stage, .category = to->category,
    .close_date = to->close_date, .next_step_date = to->next_step_date, .booked_date = to->booked_date, .forecast_amount = to->forecast_amount,
    .won_amount = to->won_amount, .at_risk = to->at_risk, .owner_id = to->owner_id, .next_step = to->next_step, .po_number = to->po_number,
    .lost_reason = to->lost_reason};
}

int renewal_undo(struct store *s, struct arena *a, int64_t id, struct renewal_edit *ret, struct err *e)
{
  struct renewal *all = NULL;
  size_t n = 0;
  int r = renewal_versions(s, a, id, &all, &n, e);
  if (r < 0)
    return r;
  if (n < 2)
    return err_set(e, ERR_NOTFOUND, "Renewal %" PRId64 " has only one version: there is nothing to take back", id);
  struct renewal_edit x = renewal_edit_between(&all[n - 1], &all[n - 2]);
  x.why = arena_fmt(a, "undo of version %d", (int)x.version);
  if (!x.why.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  *ret = x;
  return OK;
}

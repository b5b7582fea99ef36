/* The panel beside the worklist: the one thing that matters, why the row stands where it stands, its fields, its latest events. */
#include "app/touch.h"
#include "store/repo_desk.h"
#include "web/pages/work.h"
#include "web/views.h"

enum { LATEST = 3 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "worklist: out of memory: try again"); }

/* ---- why it is here ---- */

static struct str deadline_words(struct request *r, const struct renewal *x, day_t last_safe) {
  day_t left = last_safe - r->today;
  if (x->due_date < r->today)
    return tr_n(r, r->today - x->due_date, "Support ended {n} day ago", "Support ended {n} days ago");
  if (left < 0)
    return tr_fmt(r, "Last safe day was {0}", format_day(r->reader, last_safe));
  return left == 0 ? tr(r, "Today is the last safe day") : tr_n(r, left, "{n} day to the last safe day", "{n} days to the last safe day");
}

static struct str part_words(struct request *r, const struct renewal *x, const struct work_score *s, int part) {
  switch (part) {
  case WORK_DEADLINE: return deadline_words(r, x, s->last_safe);
  case WORK_STEP:
    return x->next_step_date == DAY_NONE ? tr(r, "No next step") : tr_n(r, r->today - x->next_step_date, "Next step {n} day late", "Next step {n} days late");
  case WORK_ORDER: return tr(r, "In commit without a PO");
  case WORK_CATEGORY: return x->category == CATEGORY_COMMIT ? tr(r, "In commit") : tr(r, "In best case");
  default: return tr(r, "At risk");
  }
}

static int fill_why(struct request *r, const struct work_state *s, const struct work_item *it, const struct renewal *x, struct work_peek *v) {
  v->why = arena_zalloc(r->arena, WORK_PARTS, sizeof *v->why);
  if (!v->why)
    return no_memory(r);
  for (int p = 0; p < WORK_PARTS; p++)
    if (it->score.per_mille[p])
      v->why[v->n_why++] = (struct work_why){part_words(r, x, &it->score, p), parts_change(r->reader, it->score.part[p], s->desk.reporting, MONEY_K1),
                                             it->score.per_mille[p] / 10};
  v->score = format_money(r->reader, it->score.score, s->desk.reporting, MONEY_K1);
  return OK;
}

static void fill_place(struct request *r, const struct work_state *s, size_t at, struct work_peek *v) {
  v->place = tr_fmt(r, "{0} of {1}", format_count(r->reader, (int64_t)at + 1), format_count(r->reader, (int64_t)s->n_shown));
  v->why_title = at == 0 ? tr(r, "Why it is first") : tr(r, "Why it is here");
}

/* ---- the one thing that matters ---- */

static void fill_note(struct request *r, const struct renewal *x, const struct snooze *asleep, day_t last_safe, int max_lapse, struct work_peek *v) {
  day_t left = x->due_date - r->today;
  v->hot = true;
  if (asleep) {
    v->hot = false;
    v->asleep = true;
    v->note = tr_fmt(r, "Asleep until {0}.", format_weekday(r->reader, asleep->until));
    v->note_more = tr_fmt(r, "{0}: {1}", asleep->by, asleep->reason);
  } else if (left < 0) {
    v->note = tr_fmt(r, "Support stopped on {0}.", format_weekday(r->reader, x->due_date));
    v->note_more = -left <= max_lapse ? tr(r, "An order now still brings it back.") : tr(r, "It has lapsed too long to be renewed.");
  } else if (left <= 7) {
    v->note = left == 0 ? tr(r, "Support stops today.") : tr_fmt(r, "Support stops on {0}.", format_weekday(r->reader, x->due_date));
    v->note_more = x->po_number.n ? tr(r, "The PO is there: place the order.") : tr(r, "There is no PO yet.");
  } else if (last_safe < r->today) {
    v->note = tr_fmt(r, "The last safe day was {0}.", format_weekday(r->reader, last_safe));
    v->note_more = tr_fmt(r, "What is ordered now may arrive after {0}.", format_weekday(r->reader, x->due_date));
  } else if (x->category == CATEGORY_COMMIT && !x->po_number.n) {
    v->note = tr(r, "In commit without a PO.");
    v->note_more = tr_fmt(r, "Place the order by {0} to be on time.", format_weekday(r->reader, last_safe));
  } else if (x->next_step_date != DAY_NONE && x->next_step_date < r->today) {
    v->note = tr_n(r, r->today - x->next_step_date, "The next step is {n} day late.", "The next step is {n} days late.");
    v->note_more = tr_fmt(r, "Place the order by {0} to be on time.", format_weekday(r->reader, last_safe));
  } else {
    v->hot = false;
    v->note = tr_fmt(r, "Place the order by {0} to be on time.", format_weekday(r->reader, last_safe));
  }
}

/* ---- fields ---- */

static int choices(struct request *r, const struct renewal *x, struct work_peek *v) {
  static const int SHOWN[] = {CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
  static const char *const KEYS[] = {"1", "2", "3"};
  v->categories = arena_zalloc(r->arena, 3, sizeof *v->categories);
  v->stages = arena_zalloc(r->arena, STAGE_COUNT, sizeof *v->stages);
  if (!v->categories || !v->stages)
    return no_memory(r);
  for (size_t i = 0; i < 3; i++)
    v->categories[v->n_categories++] = (struct work_choice){category_name(SHOWN[i]), parts_category(r->reader, SHOWN[i]), KEYS[i], x->category == SHOWN[i],
                                                            parts_glyph(SHOWN[i])};
  for (int i = 0; i < STAGE_COUNT; i++)
    if ((i != STAGE_WON && i != STAGE_LOST) || i == x->stage)
      v->stages[v->n_stages++] = (struct option){str_of(stage_name(i)), str_of(parts_stage(r->reader, i)), i == x->stage};
  return OK;
}

static struct str iso(struct request *r, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, buf)));
}

static int touch_choices(struct request *r, struct work_peek *v) {
  static const char *const CHANNELS[] = {MSG("Email"), MSG("Phone"), MSG("Meeting"), MSG("Chat"), MSG("Letter"), MSG("Portal"), MSG("Visit"), MSG("Other")};
  static const char *const PARTIES[] = {MSG("Customer"), MSG("Reseller"), MSG("Distributor"), MSG("Sales")};
  v->channels = arena_zalloc(r->arena, 8, sizeof *v->channels);
  v->parties = arena_zalloc(r->arena, 4, sizeof *v->parties);
  if (!v->channels || !v->parties)
    return no_memory(r);
  for (; v->n_channels < 8; v->n_channels++)
    v->channels[v->n_channels] = (struct option){str_of(touch_channels[v->n_channels]), tr(r, CHANNELS[v->n_channels]), v->n_channels == 1};
  for (; v->n_parties < 4; v->n_parties++)
    v->parties[v->n_parties] = (struct option){str_of(touch_parties[v->n_parties]), tr(r, PARTIES[v->n_parties]), v->n_parties == 0};
  return OK;
}

static int fill_fields(struct request *r, const struct work_state *s, const struct renewal *x, uint32_t row, struct work_peek *v) {
  const struct book *b = s->desk.book;
  char code[4];
  v->amount = parts_amount(r->reader, x->forecast_amount, x->currency, MONEY_WHOLE);
  v->last_year = parts_amount(r->reader, x->atr_amount, x->currency, MONEY_WHOLE);
  v->growth = format_growth(r->reader, x->forecast_amount, x->atr_amount);
  v->currency = arena_str(r->arena, str_of(currency_code(x->currency, code)));
  v->category = str_of(parts_category(r->reader, x->category));
  v->glyph = parts_glyph(x->category);
  v->at_risk = x->at_risk;
  v->stage_word = str_of(parts_stage(r->reader, x->stage));
  v->close_word = x->close_date == DAY_NONE ? tr(r, "none") : format_weekday(r->reader, x->close_date);
  v->step_word = x->next_step.n ? x->next_step : tr(r, "none");
  v->step_day_word = x->next_step_date == DAY_NONE ? STR_NONE : format_day(r->reader, x->next_step_date);
  v->step_late = x->next_step_date != DAY_NONE && x->next_step_date < r->today;
  v->amount_value = renewal_raw(r, x, RENEWAL_SET_FORECAST);
  v->close_value = iso(r, x->close_date);
  v->step_value = x->next_step;
  v->step_date_value = iso(r, x->next_step_date);
  v->po_value = x->po_number;
  v->tomorrow = iso(r, r->today + 1);
  if (row != UINT32_MAX) {
    v->reseller = b->renewals.reseller[row] ? book_name(&b->accounts, b->renewals.reseller[row]) : STR_NONE;
    v->distributor = b->renewals.distributor[row] ? book_name(&b->accounts, b->renewals.distributor[row]) : STR_NONE;
    int64_t converted = 0;
    if (x->currency != s->desk.reporting && grid_converted(b, row, s->desk.period.first, &converted))
      v->reporting = parts_amount(r->reader, converted, s->desk.reporting, MONEY_K1);
  }
  int rc = choices(r, x, v);
  return rc < 0 ? rc : touch_choices(r, v);
}

static uint32_t row_of(const struct book *b, int64_t id) {
  size_t from = 0, to = b->renewals.n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (b->renewals.id[mid] < (uint64_t)id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < b->renewals.n && b->renewals.id[from] == (uint64_t)id ? (uint32_t)from : UINT32_MAX;
}

static int fill_sleep(struct request *r, int64_t id, struct snooze **ret) {
  size_t n = 0;
  *ret = NULL;
  struct snooze *z = NULL;
  int rc = snooze_list(r->store, r->arena, id, r->until, 1, &z, &n, &r->err);
  if (rc >= 0 && n && !z[0].ended_at && z[0].until > r->today)
    *ret = z;
  return rc;
}

int work_asleep(struct request *r, int64_t id, struct str *ret) {
  struct snooze *z = NULL;
  int rc = fill_sleep(r, id, &z);
  *ret = z ? tr_fmt(r, "Asleep until {0}. {1}: {2}", format_weekday(r->reader, z->until), z->by, z->reason) : STR_NONE;
  return rc;
}

static void fill_mode(const struct work_state *s, struct work_peek *v) {
  if (!v->may_edit)
    return;
  v->form_log = str_eq(s->act, STR("log"));
  v->fresh_step = str_eq(s->act, STR("new"));
  v->form_step = v->fresh_step || str_eq(s->act, STR("step"));
  v->form_later = str_eq(s->act, STR("later"));
  if (v->fresh_step)
    v->step_value = v->step_date_value = STR_NONE;
}

int work_peek_fill(struct request *r, struct work_state *s, struct work_peek *v) {
  struct renewal x;
  struct snooze *asleep = NULL;
  size_t at = SIZE_MAX;
  int64_t id = s->peek ? s->peek : s->desk.book->renewals.id[s->list.items[s->shown[0]].row];
  int rc = desk_renewal(r, id, &x);
  if (rc >= 0)
    rc = fill_sleep(r, id, &asleep);
  if (rc < 0)
    return rc;
  uint32_t row = row_of(s->desk.book, id), contract = book_code(&s->desk.book->contracts, x.contract_id);
  for (size_t i = 0; i < s->n_shown; i++)
    at = s->list.items[s->shown[i]].row == row ? i : at;
  s->peek = id;
  *v = (struct work_peek){.id = id, .version = x.version, .href = work_row_href(r, s, id), .self = work_href(r, s, id, ""),
                          .contract = book_name(&s->desk.book->contracts, contract), .open = x.stage != STAGE_WON && x.stage != STAGE_LOST};
  v->customer = book_name(&s->desk.book->accounts, contract < s->desk.book->contracts.n ? s->desk.book->contract_account[contract] : 0);
  v->may_edit = r->as_of == DAY_NONE && r->who.role != ROLE_EXEC && scope_edits(&r->scope, id, x.owner_id);
  int model = row != UINT32_MAX ? s->desk.book->renewals.model[row] : MODEL_UNKNOWN;
  fill_note(r, &x, asleep, work_last_safe_day(&s->desk.org.work, x.due_date, model), s->desk.org.max_lapse_days, v);
  rc = fill_fields(r, s, &x, row, v);
  if (rc >= 0 && at != SIZE_MAX) {
    fill_place(r, s, at, v);
    rc = fill_why(r, s, &s->list.items[s->shown[at]], &x, v);
  }
  if (rc >= 0)
    rc = renewal_events(r, id, &v->events, &v->n_events);
  v->n_events = v->n_events > LATEST ? LATEST : v->n_events;
  fill_mode(s, v);
  return rc;
}

void work_peek_write(struct request *r, struct strbuf *b, const struct work_peek *v) {
  struct view_cx cx = view_cx_of(r);
  view_work_peek(b, &cx, v);
}

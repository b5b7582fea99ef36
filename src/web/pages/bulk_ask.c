/* Reading what a form of many renewals asks for: which rows, which fields. */
#include "app/renewal_texts.h"
#include "app/work.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "web/pages/bulk.h"

struct input {
  int category, stage;
  day_t close_date, next_step_date;
  int64_t owner, count;
  struct str next_step, at_risk, forecast_amount, why;
};

static const struct field FIELDS[] = {
  {.name = "category", .label = MSG("Category"), .kind = FIELD_CHOICE, .offset = offsetof(struct input, category), .of = category_of},
  {.name = "stage", .label = MSG("Stage"), .kind = FIELD_CHOICE, .offset = offsetof(struct input, stage), .of = stage_of},
  {.name = "close_date", .label = MSG("Close date"), .kind = FIELD_DAY, .offset = offsetof(struct input, close_date)},
  {.name = "next_step_date", .label = MSG("Step date"), .kind = FIELD_DAY, .offset = offsetof(struct input, next_step_date)},
  {.name = "owner", .label = MSG("Owner"), .kind = FIELD_INTEGER, .offset = offsetof(struct input, owner), .min = 1, .max = INT64_MAX},
  {.name = "count", .label = MSG("Number of rows"), .kind = FIELD_INTEGER, .offset = offsetof(struct input, count), .max = INT64_MAX},
  {.name = "next_step", .label = MSG("Next step"), .kind = FIELD_TEXT, .offset = offsetof(struct input, next_step), .max = 200},
  {.name = "at_risk", .label = MSG("At risk"), .kind = FIELD_TEXT, .offset = offsetof(struct input, at_risk), .max = 3},
  {.name = "forecast_amount", .label = MSG("Amount"), .kind = FIELD_TEXT, .offset = offsetof(struct input, forecast_amount), .max = 40},
  {.name = "why", .label = MSG("Why"), .kind = FIELD_TEXT, .offset = offsetof(struct input, why), .max = 300},
};

static void edit_of(const struct input *in, struct renewal_edit *x) {
  *x = (struct renewal_edit){.category = in->category, .stage = in->stage, .close_date = in->close_date, .next_step_date = in->next_step_date,
                             .owner_id = in->owner, .next_step = in->next_step, .at_risk = str_eq(in->at_risk, STR("yes")), .why = in->why};
  x->set |= in->category >= 0 ? RENEWAL_SET_CATEGORY : 0;
  x->set |= in->stage >= 0 ? RENEWAL_SET_STAGE : 0;
  x->set |= in->close_date != DAY_NONE ? RENEWAL_SET_CLOSE_DATE : 0;
  x->set |= in->next_step_date != DAY_NONE ? RENEWAL_SET_NEXT_STEP_DATE : 0;
  x->set |= in->next_step.n ? RENEWAL_SET_NEXT_STEP : 0;
  x->set |= in->at_risk.n ? RENEWAL_SET_AT_RISK : 0;
  x->set |= in->owner ? RENEWAL_SET_OWNER : 0;
  x->set |= in->forecast_amount.n ? RENEWAL_SET_FORECAST : 0;
}

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "bulk: out of memory: try again"); }

/* "48213:7,48214" into items; what is no number is no row. */
static void add_items(struct str text, struct batch_item *items, size_t room, size_t *n) {
  struct str part, id_text, version_text;
  while (*n < room && str_cut(text, ',', &part, &text)) {
    int64_t id = 0, version = 0;
    str_cut(part, ':', &id_text, &version_text);
    if (str_to_i64(str_trim(id_text), &id) < 0 || id <= 0)
      continue;
    if (version_text.n && (str_to_i64(version_text, &version) < 0 || version < 0 || version > INT32_MAX))
      version = 0;
    items[(*n)++] = (struct batch_item){id, (int32_t)version};
  }
}

static int chosen_rows(struct request *r, struct bulk_ask *x) {
  struct batch_item *items = arena_alloc(r->arena, (BATCH_MOST + 1) * sizeof *items);
  if (!items)
    return no_memory(r);
  size_t n = 0;
  for (size_t i = 0; i < r->form.n; i++)
    if (str_eq(r->form.p[i].name, STR("id")))
      add_items(r->form.p[i].value, items, BATCH_MOST + 1, &n);
  x->batch.items = items;
  x->batch.n = n;
  return OK;
}

/* Every row of a filter within the actor's scope, as the grid finds them. */
static int filtered_rows(struct request *r, struct bulk_ask *x) {
  struct grid_query q = {0};
  struct str bad = STR_NONE, search = str_trim(pairs_get(&r->form, "q"));
  uint32_t *rows = NULL;
  size_t n = 0;
  struct grid_totals totals;
  int rc = grid_parse(x->desk.book, pairs_get(&r->form, "f"), r->arena, &q, &bad, &r->err);
  if (rc < 0)
    return rc;
  if (search.n) {
    STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(WEB_MAX_URL);
    utf8_fold(&key, search);
    q.search = arena_str(r->arena, strbuf_str(&key));
  }
  q.sort = GRID_DUE;
  q.plan_day = x->desk.period.first;
  q.reps = x->desk.reps;
  q.extra = x->desk.extra;
  q.n_extra = x->desk.n_extra;
  grid_query_days(&q, &x->desk.org.calendar, r->today);
  rc = work_resolve(r->store, r->arena, &r->scope, x->desk.book, &x->desk.org, r->today, r->until, &q, &r->err);
  if (rc >= 0)
    rc = renewal_texts_resolve(r->books, r->store, r->arena, x->desk.book, &q, &r->err);
  if (rc >= 0)
    rc = grid_all(x->desk.book, &q, r->arena, &rows, &n, &totals, &r->err);
  struct batch_item *items = rc < 0 ? NULL : arena_alloc(r->arena, (n + 1) * sizeof *items);
  if (rc < 0 || !items)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++)
    items[i] = (struct batch_item){x->desk.book->renewals.id[rows[i]], 0};
  x->batch.items = items;
  x->batch.n = n;
  return OK;
}

static uint64_t digest_of(const struct batch_item *items, size_t n) {
  uint64_t h = UINT64_C(0xcbf29ce484222325) + n;
  for (size_t i = 0; i < n; i++) {
    h ^= (uint64_t)items[i].id;
    h *= UINT64_C(0x100000001b3);
    h ^= h >> 29;
  }
  return h >> 1; /* fits an int64_t in a form */
}

/* An amount means the same for every row only when all have one currency: found by the first row of the selection that is in the book. */
static int amount_of(struct request *r, struct bulk_ask *x) {
  const struct book *b = x->desk.book;
  uint8_t currency = 0;
  bool several = false;
  for (size_t i = 0; i < x->batch.n; i++) {
    size_t from = 0, to = b->renewals.n;
    while (from < to) {
      size_t mid = (from + to) / 2;
      if (b->renewals.id[mid] < (uint64_t)x->batch.items[i].id)
        from = mid + 1;
      else
        to = mid;
    }
    if (from == b->renewals.n || b->renewals.id[from] != (uint64_t)x->batch.items[i].id || !desk_sees_row(&x->desk, (uint32_t)from))
      continue;
    several |= currency && currency != b->renewals.currency[from];
    currency = b->renewals.currency[from];
  }
  int64_t minor = 0;
  if (several)
    x->problem = tr(r, "The selected renewals have several currencies, so one amount cannot stand for all: select those of one currency.");
  else if (format_amount_read(r->reader, x->forecast_amount, currency_exponent(b->currency_of[currency]), &minor) < 0 || minor < 0) {
    int digits = currency_exponent(b->currency_of[currency]);
    x->problem = tr_fmt(r, "The amount is not a number of this currency, like {0}.", format_amount_input(r->reader, digits == 2 ? 123450 : 1234, digits == 2 ? 2 : 0));
  }
  x->batch.edit.forecast_amount = minor;
  return OK;
}

static void read_seen(struct request *r, struct bulk_ask *x) {
  int64_t digest = 0;
  if (str_to_i64(pairs_get(&r->form, "seen"), &x->batch.seen.seq) < 0 || str_to_i64(pairs_get(&r->form, "seen_at"), &x->batch.seen.at) < 0)
    x->batch.seen = (struct batch_seen){0};
  bool shown = str_to_i64(pairs_get(&r->form, "rows"), &digest) == OK;
  x->digest = digest_of(x->batch.items, x->batch.n);
  x->moved = x->all && ((shown && (uint64_t)digest != x->digest) || (x->shown >= 0 && x->shown != (int64_t)x->batch.n));
}

int bulk_ask_read(struct request *r, struct bulk_ask *ret) {
  struct bulk_ask x = {.all = str_eq(pairs_get(&r->form, "all"), STR("1")), .go = str_eq(pairs_get(&r->form, "go"), STR("1")),
                       .back = bulk_back(r, pairs_get(&r->form, "back"), NULL, 0), .problem = STR_NONE};
  struct input in = {.category = -1, .stage = -1, .close_date = DAY_NONE, .next_step_date = DAY_NONE, .count = -1, .why = tr(r, "changed together with others")};
  struct form form;
  int rc = FORM_READ(r, FIELDS, &in, &form);
  for (size_t i = 0; rc >= 0 && i < form.n && !x.problem.n; i++)
    x.problem = form.errors[i];
  if (rc >= 0)
    rc = desk_open(r, x.all ? pairs_get(&r->form, "period") : STR_NONE, &x.desk);
  if (rc < 0)
    return rc;
  edit_of(&in, &x.batch.edit);
  x.why = x.batch.edit.why = in.why.n ? in.why : tr(r, "changed together with others");
  x.forecast_amount = in.forecast_amount;
  x.shown = x.all ? in.count : -1;
  rc = x.all ? filtered_rows(r, &x) : chosen_rows(r, &x);
  if (rc >= 0 && x.forecast_amount.n)
    rc = amount_of(r, &x);
  if (rc < 0) {
    desk_close(&x.desk);
    return rc;
  }
  read_seen(r, &x);
  *ret = x;
  return OK;
}

/* ---- the address to return to ---- */

struct str bulk_back(struct request *r, struct str back, const char *name, int64_t value) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  struct str path, query, part;
  if (!back.n || back.p[0] != '/' || (back.n > 1 && (back.p[1] == '/' || back.p[1] == '\\')))
    back = STR("/renewals");
  str_cut(back, '?', &path, &query);
  strbuf_add(&b, path);
  char sep = '?';
  while (str_cut(query, '&', &part, &query)) {
    if (!part.n || str_starts(part, STR("changed=")) || str_starts(part, STR("undone=")))
      continue;
    strbuf_addc(&b, sep);
    strbuf_add(&b, part);
    sep = '&';
  }
  if (name)
    strbuf_fmt(&b, "%c%s=%lld", sep, name, (long long)value);
  struct str to = arena_str(r->arena, strbuf_str(&b));
  return b.failed || !to.p ? STR("/renewals") : to;
}

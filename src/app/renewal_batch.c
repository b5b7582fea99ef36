#include "app/renewal_batch.h"

#include "app/note.h"
#include "app/notify.h"
#include "app/notify_batch.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "store/repo_audit.h"
#include "store/repo_review.h"

enum { MOST_CHANGES = 20000 };

/* ---- looking and writing ---- */

struct batching {
  struct arena *a;
  const struct scope *who;
  const struct renewal_batch *b;
  day_t today;
  int64_t now;
  bool write;
  int64_t *moved; /* renewals changed since b->seen, ascending */
  size_t n_moved;
  bool all_moved;
  struct batch_result *ret;
};

static bool has_moved(const struct batching *x, int64_t id)
{
  size_t from = 0, to = x->n_moved;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (x->moved[mid] < id)
      from = mid + 1;
    else
      to = mid;
  }
  return x->all_moved || (from < x->n_moved && x->moved[from] == id);
}

/* A mark in the change log may be a touch or a snooze; the row itself tells when its fields changed last. */
static bool changed_since(const struct batching *x, const struct renewal *r)
{
  return x->b->seen.at > 0 && r->changed_at >= x->b->seen.at && has_moved(x, r->id);
}

static int refused(const struct batching *x, struct batch_row *row, enum batch_fate fate, const struct err *why, struct err *e)
{
  row->fate = fate;
  row->after = row->before;
  row->changed = 0;
  row->why = arena_str(x->a, str_of(why->text));
  return row->why.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

/* Judges one row, and writes it when it may be changed. Only what ends the whole act comes back as a code. */
static int one_row(struct store *s, const struct batching *x, const struct batch_item *item, struct batch_row *row, struct err *e)
{
  struct renewal_edit edit = item->edit ? *item->edit : x->b->edit;
  struct renewal_edited done = {0};
  struct err why = {0};
  edit.why = x->b->edit.why;
  edit.id = item->id;
  edit.version = item->version;
  edit.owner_id = item->owner_id ? item->owner_id : edit.owner_id;
  *row = (struct batch_row){.id = item->id, .why = STR_NONE};
  int r = renewal_edit_step(s, x->a, x->who, &edit, x->today, x->now, false, &done, &why);
  row->before = done.stored;
  row->after = done.wanted;
  row->changed = done.changed;
  if (r == ERR_NOTFOUND) {
    row->before = (struct renewal){0}; /* nothing of a row outside the scope comes out */
    return refused(x, row, BATCH_ABSENT, &why, e);
  }
  if (r == ERR_DENIED || r == ERR_RANGE || r == ERR_CONFLICT)
    return refused(x, row, r == ERR_DENIED ? BATCH_DENIED : r == ERR_RANGE ? BATCH_RULE : BATCH_CONFLICT, &why, e);
  if (r < 0)
    return err_set(e, r, "%s", why.text);
  if (done.changed && changed_since(x, &done.stored)) {
    err_set(&why, ERR_CONFLICT, "It was changed after you looked: look again");
    return refused(x, row, BATCH_CONFLICT, &why, e);
  }
  if (item->note.n) {
    r = note_judge(s, x->a, x->who, item->id, item->note, &why);
    if (r < 0)
      return r == ERR_RANGE || r == ERR_NOTFOUND ? refused(x, row, BATCH_RULE, &why, e) : err_set(e, r, "%s", why.text);
    row->note = item->note;
  }
  row->fate = done.changed || row->note.n ? BATCH_CHANGE : BATCH_SAME;
  if (!x->write || !done.changed)
    return OK;
  edit.version = done.stored.version;
  r = renewal_edit_step(s, x->a, x->who, &edit, x->today, x->now, true, &done, e);
  row->after = done.wanted;
  return r;
}

static int audit_batch(struct store *s, const struct batching *x, const struct change_batch *batch, const char *action, struct err *e)
{
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  strbuf_fmt(&b, "{\"renewals\":%" PRId64 ",\"fields\":[", batch->renewals);
  bool first = true;
  for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if (batch->fields & bit) {
      strbuf_fmt(&b, "%s\"%s\"", first ? "" : ",", renewal_field_name(bit));
      first = false;
    }
  strbuf_addz(&b, "]}");
  if (b.failed < 0)
    return err_set(e, b.failed, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = action, .entity = "change_batch", .entity_id = batch->id,
    .detail = strbuf_str(&b)}, e);
}

/* What goes along with a renewal that changed hands for good. */
static int take_along(struct store *s, const struct batching *x, int64_t batch_id, const struct batch_row *row, struct err *e)
{
  struct promise *open = NULL;
  size_t n = 0;
  int64_t from = row->before.owner_id, to = row->after.owner_id;
  int r = batch_contract_move(s, batch_id, row->before.contract_id, to, x->now, e);
  r = r < 0 || !from ? r : promise_open_of(s, x->a, row->id, from, &open, &n, e);
  for (size_t i = 0; i < n && r >= 0; i++)
    r = promise_pass_row(s, &open[i], open[i].person_id == from ? to : open[i].person_id, to, batch_id, x->who->person_id, x->b->edit.why, x->now, e);
  return r < 0 ? r : OK;
}

static int keep_note(struct store *s, const struct batching *x, int64_t batch_id, const struct batch_row *row, struct err *e)
{
  int64_t note_id = 0;
  int r = note_write_step(s, x->a, x->who, row->id, row->note, x->now, &note_id, e);
  return r == OK ? batch_note_add(s, batch_id, note_id, e) : r;
}

static int keep_batch(struct store *s, struct batching *x, struct err *e)
{
  struct batch_result *t = x->ret;
  struct change_batch batch = {.at = x->now, .by_id = x->who->person_id, .fields = x->b->edit.set, .renewals = (int64_t)t->count[BATCH_CHANGE],
    .why = x->b->edit.why};
  if (t->count[BATCH_CHANGE] == 0)
    return OK;
  int r = batch_add(s, &batch, e);
  for (size_t i = 0; i < t->n && r == OK; i++)
    if (t->rows[i].fate == BATCH_CHANGE && t->rows[i].changed)
      r = batch_mark_add(s, batch.id, t->rows[i].id, t->rows[i].after.version, e);
  for (size_t i = 0; i < t->n && r == OK; i++)
    if (t->rows[i].fate == BATCH_CHANGE && t->rows[i].note.n)
      r = keep_note(s, x, batch.id, &t->rows[i], e);
  for (size_t i = 0; i < t->n && r == OK && x->b->for_good; i++)
    if (t->rows[i].fate == BATCH_CHANGE && (t->rows[i].changed & RENEWAL_SET_OWNER) && t->rows[i].after.owner_id)
      r = take_along(s, x, batch.id, &t->rows[i], e);
  if (r == OK)
    r = audit_batch(s, x, &batch, "renewal.batch", e);
  if (r == OK)
    r = notify_batch(s, x->a, &(struct notify_batch){.rows = t->rows, .n = t->n, .kind = NOTICE_BATCH, .batch_id = batch.id, .by_id = batch.by_id, .at = x->now,
      .why = batch.why}, e);
  if (r == OK)
    t->batch_id = batch.id;
  return r;
}

static int batch_tx(struct store *s, void *arg, struct err *e)
{
  struct batching *x = arg;
  struct batch_result *t = x->ret;
  *t = (struct batch_result){.rows = t->rows, .seen = {.at = x->now}};
  int r = store_change_seq(s, &t->seen.seq, e);
  if (r == OK && x->b->seen.at > 0)
    r = batch_changed_since(s, x->a, x->b->seen.seq, MOST_CHANGES, &x->moved, &x->n_moved, &x->all_moved, e);
  struct map64 *met = r == OK ? map64_new() : NULL;
  if (r == OK && !met)
    r = err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < x->b->n && r == OK; i++) {
    uint64_t *again = map64_put(met, (uint64_t)x->b->items[i].id);
    if (!again) {
      r = err_set(e, ERR_NOMEM, "Out of memory");
    } else if (!*again) {
      *again = 1;
      r = one_row(s, x, &x->b->items[i], &t->rows[t->n], e);
      t->count[t->rows[t->n].fate] += r == OK;
      t->n += r == OK;
    }
  }
  map64_free(met);
  return r == OK && x->write ? keep_batch(s, x, e) : r;
}

static int run_batch(struct store *s, struct batching *x, struct batch_result *ret, struct err *e)
{
  if (x->b->n == 0)
    return err_set(e, ERR_USAGE, "No renewal is selected: select the rows to change");
  if (x->b->n > BATCH_MOST)
    return err_set(e, ERR_LIMIT, "%zu renewals are too many for one change: filter the list down to %d", x->b->n, BATCH_MOST);
  bool own = x->b->items[0].edit != NULL; /* each row says itself what it sets: one may have a note alone */
  struct renewal_edit all = x->b->edit;
  all.set |= own ? RENEWAL_SET_NEXT_STEP : 0;
  int r = renewal_edit_check(&all, e);
  if (r < 0)
    return r;
  struct batch_result t = {.rows = arena_alloc(x->a, x->b->n * sizeof *t.rows)};
  if (!t.rows)
    return err_set(e, ERR_NOMEM, "Out of memory");
  x->ret = &t;
  r = x->write ? store_write(s, batch_tx, x, e) : store_read(s, batch_tx, x, e);
  if (r == OK)
    *ret = t;
  return r;
}

int renewal_batch_preview(struct store *s, struct arena *a, const struct scope *who, const struct renewal_batch *b, day_t today, int64_t now,
  struct batch_result *ret, struct err *e)
{
  struct batching x = {.a = a, .who = who, .b = b, .today = today, .now = now};
  return run_batch(s, &x, ret, e);
}

int renewal_batch_apply(struct store *s, struct arena *a, const struct scope *who, const struct renewal_batch *b, day_t today, int64_t now,
  struct batch_result *ret, struct err *e)
{
  struct batching x = {.a = a, .who = who, .b = b, .today = today, .now = now, .write = true};
  return run_batch(s, &x, ret, e);
}

/* ---- taking back ---- */

struct undoing {
  struct arena *a;
  const struct scope *who;
  int64_t batch_id;
  day_t today;
  int64_t now;
  bool write, rest;
  struct batch_undo *ret;
};

static int undo_refused(const struct undoing *x, struct batch_row *row, enum batch_fate fate, struct err *why, struct err *e)
{
  row->fate = fate;
  row->why = arena_str(x->a, str_of(why->text));
  return row->why.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static const struct renewal *version_of(const struct renewal *all, size_t n, int32_t version)
{
  for (size_t i = 0; i < n; i++)
    if (all[i].version == version)
      return &all[i];
  return NULL;
}

/* Whether one row goes back to the version before the batch's; with write, takes it there. */
static int undo_row(struct store *s, const struct undoing *x, const struct batch_mark *mark, bool write, struct batch_row *row, struct err *e)
{
  struct renewal *all = NULL;
  size_t n = 0;
  struct err why = {0};
  *row = (struct batch_row){.id = mark->renewal_id, .why = STR_NONE};
  int r = renewal_versions(s, x->a, mark->renewal_id, &all, &n, e);
  if (r < 0)
    return r;
  const struct renewal *wrote = version_of(all, n, mark->version), *before = version_of(all, n, mark->version - 1);
  if (!wrote || !before || !scope_sees(x->who, mark->renewal_id, all[n - 1].owner_id)) {
    err_set(&why, ERR_NOTFOUND, "There is no renewal %" PRId64, mark->renewal_id);
    return undo_refused(x, row, BATCH_ABSENT, &why, e);
  }
  row->before = all[n - 1];
  row->after = *before;
  struct renewal_edit edit = renewal_edit_between(wrote, before);
  row->changed = edit.set;
  if (mark->undone) {
    row->fate = BATCH_SAME;
    return OK;
  }
  if (all[n - 1].version != mark->version) {
    err_set(&why, ERR_CONFLICT, "It was edited after this change: it keeps what it has now");
    return undo_refused(x, row, BATCH_CONFLICT, &why, e);
  }
  struct renewal_edited done = {0};
  edit.why = arena_fmt(x->a, "undo of change %" PRId64 " of several renewals", x->batch_id);
  if (!edit.why.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  r = renewal_edit_step(s, x->a, x->who, &edit, x->today, x->now, write, &done, &why);
  if (r == ERR_DENIED || r == ERR_RANGE || r == ERR_NOTFOUND)
    return undo_refused(x, row, r == ERR_DENIED ? BATCH_DENIED : r == ERR_RANGE ? BATCH_RULE : BATCH_ABSENT, &why, e);
  if (r < 0)
    return err_set(e, r, "%s", why.text);
  row->fate = BATCH_CHANGE;
  return write ? batch_mark_undone(s, x->batch_id, mark->renewal_id, e) : OK;
}

static bool sees_batch(const struct scope *who, const struct change_batch *b)
{
  return who->everything || (b->by_id != 0 && b->by_id == who->person_id) || scope_sees_rep(who, b->by_id);
}

static int close_batch(struct store *s, const struct undoing *x, struct err *e)
{
  struct batch_undo *t = x->ret;
  t->batch.undone_at = x->now;
  t->batch.undone_by = x->who->person_id;
  int r = batch_undone(s, &t->batch, e);
  if (r == OK)
    r = notify_batch(s, x->a, &(struct notify_batch){.rows = t->rows, .n = t->n, .kind = NOTICE_BATCH_UNDONE, .batch_id = x->batch_id, .by_id = x->who->person_id,
      .at = x->now, .why = t->batch.why}, e);
  return r < 0 ? r : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "renewal.batch_undo", .entity = "change_batch",
    .entity_id = x->batch_id}, e);
}

/* What went along comes back, unless somebody settled it or moved it on meanwhile. */
static int bring_back(struct store *s, const struct undoing *x, const struct batch_row *row, struct err *e)
{
  struct promise_passed *passed = NULL;
  size_t n = 0;
  struct str why = arena_fmt(x->a, "undo of change %" PRId64 " of several renewals", x->batch_id);
  int r = batch_contract_back(s, x->batch_id, row->before.contract_id, x->now, e);
  r = r < 0 ? r : promise_passed_by(s, x->a, x->batch_id, row->id, &passed, &n, e);
  for (size_t i = 0; i < n && r >= 0; i++)
    r = promise_pass_row(s, &passed[i].now, passed[i].was_person_id, passed[i].was_rep_id, 0, x->who->person_id, why, x->now, e);
  return r < 0 ? r : OK;
}

/* A note that was written along goes; that it stood there stays in the audit. */
static int take_note(struct store *s, const struct undoing *x, const struct batch_note *note, struct err *e)
{
  int r = batch_note_remove(s, x->batch_id, note->note_id, e);
  return r < 0 ? r : audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "note.take_back", .entity = "renewal",
    .entity_id = note->renewal_id}, e);
}

static int undo_tx(struct store *s, void *arg, struct err *e)
{
  const struct undoing *x = arg;
  struct batch_undo *t = x->ret;
  struct batch_mark *marks = NULL;
  struct batch_note *notes = NULL;
  size_t n = 0;
  *t = (struct batch_undo){0};
  int r = batch_get(s, x->a, x->batch_id, &t->batch, e);
  if (r == OK && !sees_batch(x->who, &t->batch))
    r = err_set(e, ERR_NOTFOUND, "There is no change of several renewals with the number %" PRId64, x->batch_id);
  if (r == OK)
    r = batch_marks(s, x->a, x->batch_id, &marks, &n, e);
  if (r == OK)
    r = batch_notes(s, x->a, x->batch_id, &notes, &t->notes, e);
  t->rows = r == OK ? arena_alloc(x->a, (n + 1) * sizeof *t->rows) : NULL;
  if (r == OK && !t->rows)
    r = err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n && r == OK; i++) {
    r = undo_row(s, x, &marks[i], false, &t->rows[i], e);
    t->count[t->rows[i].fate] += r == OK;
    t->n = i + 1;
  }
  if (r < 0 || !x->write)
    return r;
  size_t kept = n - t->count[BATCH_CHANGE] - t->count[BATCH_SAME];
  if (t->count[BATCH_CHANGE] == 0 && t->notes == 0)
    return err_set(e, ERR_CONFLICT, "Nothing of this change is left to take back");
  if (kept && !x->rest)
    return err_set(e, ERR_CONFLICT, "%zu of %zu renewals cannot be taken back: take back the rest, or leave the change as it is", kept, n);
  for (size_t i = 0; i < n && r == OK; i++)
    if (t->rows[i].fate == BATCH_CHANGE) {
      r = undo_row(s, x, &marks[i], true, &t->rows[i], e);
      r = r == OK ? bring_back(s, x, &t->rows[i], e) : r;
    }
  for (size_t i = 0; i < t->notes && r == OK; i++)
    r = take_note(s, x, &notes[i], e);
  return r == OK ? close_batch(s, x, e) : r;
}

int renewal_batch_look(struct store *s, struct arena *a, const struct scope *who, int64_t batch_id, day_t today, int64_t now, struct batch_undo *ret,
  struct err *e)
{
  struct batch_undo t;
  struct undoing x = {.a = a, .who = who, .batch_id = batch_id, .today = today, .now = now, .ret = &t};
  int r = store_read(s, undo_tx, &x, e);
  if (r == OK)
    *ret = t;
  return r;
}

int renewal_batch_undo(struct store *s, struct arena *a, const struct scope *who, int64_t batch_id, bool rest, day_t today, int64_t now,
  struct batch_undo *ret, struct err *e)
{
  struct batch_undo t;
  struct undoing x = {.a = a, .who = who, .batch_id = batch_id, .today = today, .now = now, .write = true, .rest = rest, .ret = &t};
  int r = store_write(s, undo_tx, &x, e);
  if (r == OK || r == ERR_CONFLICT)
    *ret = t;
  return r;
}

/* What an edited workbook changes, beside what changed here meanwhile; and making it so. */
#include "app/note.h"
#include "app/roundtrip_parts.h"
#include "store/repo_contract.h"

struct looking {
  struct arena *a;
  const struct scope *who;
  const struct roundtrip_sheet *sheet;
  const struct roundtrip_choice *choices;
  size_t n_choices;
  struct roundtrip_look *ret;
  struct renewal_edit *edits;  /* by row; set 0 = nothing to judge */
  size_t room;
};

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

static unsigned differing(const struct renewal *from, const struct renewal *to) { return renewal_edit_between(from, to).set; }

static int refuse(const struct looking *x, struct roundtrip_row *row, enum batch_fate fate, const struct err *why, struct err *e) {
  row->batch.fate = fate;
  row->batch.why = arena_str(x->a, str_of(why->text));
  return row->batch.why.p ? 1 : no_memory(e);
}

/* The values of the cells over a state of the renewal. 1 = a cell can't be read: the sentence is *why. */
static int over(const struct looking *x, const struct roundtrip_line *line, struct renewal *to, struct err *why) {
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    int rc = x->sheet->present[f] ? roundtrip_cell(x->a, &x->sheet->origin, (enum roundtrip_field)f, &line->cells[f], to, why) : OK;
    if (rc < 0) return rc == ERR_RANGE ? 1 : rc;
  }
  return OK;
}

/* The state that the row of the workbook shows. ERR_NOTFOUND: there is none. */
static int base_of(struct store *s, const struct looking *x, const struct roundtrip_line *line, const struct renewal *stored, struct renewal *ret, struct err *e) {
  struct renewal *all = NULL;
  size_t n = 0;
  if (line->version == stored->version) {
    *ret = *stored;
    return OK;
  }
  int rc = renewal_versions(s, x->a, stored->id, &all, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (all[i].version == line->version) {
      *ret = all[i];
      return OK;
    }
  return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "This row shows a state that the book does not have: make a new workbook");
}

static unsigned chosen(const struct looking *x, int64_t id) {
  for (size_t i = 0; i < x->n_choices; i++)
    if (x->choices[i].id == id) return x->choices[i].take;
  return 0;
}

/* What can be said of a row without looking at its cells. OK, 1 = refused, or a code. */
static int row_there(struct store *s, const struct looking *x, const struct roundtrip_line *line, struct roundtrip_row *row, struct err *e) {
  struct err why = {0};
  struct contract c;
  if (!line->id) {
    if (line->damaged)
      err_set(&why, ERR_RANGE, "Its hidden key was changed, so nobody can tell which renewal it is: copy the row from the workbook as it was made");
    else
      err_set(&why, ERR_RANGE, "It was added in the workbook: a renewal comes from its contract, and can't be made here");
    return refuse(x, row, BATCH_RULE, &why, e);
  }
  int rc = renewal_get(s, x->a, line->id, &row->batch.before, &why);
  if (rc < 0 && rc != ERR_NOTFOUND) return err_set(e, rc, "%s", why.text);
  if (rc == ERR_NOTFOUND || !scope_sees(x->who, line->id, row->batch.before.owner_id)) {
    row->batch.before = (struct renewal){0};
    err_set(&why, ERR_NOTFOUND, "It is not in your book.");
    return refuse(x, row, BATCH_ABSENT, &why, e);
  }
  if (x->sheet->origin.partner_id) {
    rc = contract_get(s, x->a, row->batch.before.contract_id, &c, e);
    if (rc < 0) return rc;
    if (c.reseller.id != x->sheet->origin.partner_id && c.distributor.id != x->sheet->origin.partner_id) {
      err_set(&why, ERR_DENIED, "This renewal is not with %.*s any more", STR_FMT(x->sheet->origin.partner));
      return refuse(x, row, BATCH_DENIED, &why, e);
    }
  }
  if (line->again) {
    err_set(&why, ERR_RANGE, "The renewal stands in the workbook twice, in rows %zu and %zu, with different values: keep the row that counts", line->line, line->again);
    return refuse(x, row, BATCH_RULE, &why, e);
  }
  return OK;
}

/* The note that the row brings; "" also when it was brought before. A partner's says whose it is. */
static int note_of(struct store *s, const struct looking *x, const struct roundtrip_line *line, struct str *ret, struct err *e) {
  const struct roundtrip_origin *o = &x->sheet->origin;
  struct str body = x->sheet->present[ROUNDTRIP_NOTE] ? roundtrip_note(x->a, &line->cells[ROUNDTRIP_NOTE]) : STR_NONE;
  int64_t there = 0;
  if (body.n && o->partner_id) body = arena_fmt(x->a, "%.*s: %.*s", STR_FMT(o->partner), STR_FMT(body));
  if (!body.p) return no_memory(e);
  *ret = body;
  if (!body.n) return OK;
  int rc = note_same(s, &(struct note){.renewal_id = line->id, .by_id = x->who->person_id, .body = body}, o->at, &there, e);
  if (rc == OK && there) *ret = STR_NONE;
  return rc;
}

/* Three states of each field: 1 = it is a row to show, OK = it says nothing. */
static int compare(struct store *s, const struct looking *x, const struct roundtrip_line *line, struct roundtrip_row *row, struct renewal_edit *edit, struct err *e) {
  const struct renewal *stored = &row->batch.before;
  struct err why = {0};
  struct renewal now = *stored;
  int rc = over(x, line, &now, &why);
  if (rc) return rc < 0 ? err_set(e, rc, "%s", why.text) : refuse(x, row, BATCH_RULE, &why, e);
  rc = note_of(s, x, line, &row->batch.note, e);
  if (rc < 0) return rc;
  unsigned differ = differing(stored, &now), wanted = 0;
  row->base = row->mine = *stored;
  if (differ) {
    rc = base_of(s, x, line, stored, &row->base, &why);
    if (rc < 0) return rc == ERR_NOTFOUND ? refuse(x, row, BATCH_RULE, &why, e) : err_set(e, rc, "%s", why.text);
    row->mine = row->base;
    rc = over(x, line, &row->mine, &why);
    if (rc) return rc < 0 ? err_set(e, rc, "%s", why.text) : refuse(x, row, BATCH_RULE, &why, e);
    wanted = differing(&row->base, &row->mine) & differ;
  }
  if (!wanted && !row->batch.note.n) return OK;
  row->conflicts = wanted & differing(&row->base, stored);
  row->decided = row->conflicts & chosen(x, line->id);
  row->batch.fate = BATCH_CONFLICT;
  *edit = renewal_edit_between(&row->base, &row->mine);
  edit->set = (wanted & ~row->conflicts) | row->decided;
  return 1;
}

/* Room for one more row: most rows of a workbook say nothing and take none. */
static int room(struct looking *x, struct err *e) {
  size_t n = x->ret->n, most = x->room ? 2 * x->room : 64;
  if (n < x->room) return OK;
  struct roundtrip_row *rows = arena_alloc(x->a, most * sizeof *rows);
  struct renewal_edit *edits = arena_alloc(x->a, most * sizeof *edits);
  if (!rows || !edits) return no_memory(e);
  if (n) {
    memcpy(rows, x->ret->rows, n * sizeof *rows);
    memcpy(edits, x->edits, n * sizeof *edits);
  }
  x->ret->rows = rows;
  x->edits = edits;
  x->room = most;
  return OK;
}

static int look_tx(struct store *s, void *arg, struct err *e) {
  struct looking *x = arg;
  struct roundtrip_look *t = x->ret;
  t->n = t->same = t->conflicts = 0;
  for (size_t i = 0; i < x->sheet->n; i++) {
    const struct roundtrip_line *line = &x->sheet->lines[i];
    if (room(x, e) < 0) return ERR_NOMEM;
    struct roundtrip_row *row = &t->rows[t->n];
    *row = (struct roundtrip_row){.batch = {.id = line->id, .why = STR_NONE, .note = STR_NONE}, .line = line->line};
    x->edits[t->n] = (struct renewal_edit){0};
    int rc = row_there(s, x, line, row, e);
    if (rc == OK) rc = compare(s, x, line, row, &x->edits[t->n], e);
    if (rc < 0) return rc;
    row->batch.after = row->batch.before;
    t->conflicts += rc == 1 && row->conflicts;
    t->n += rc == 1;
  }
  t->same = x->sheet->seen - t->n;
  return OK;
}

/* It sets something, or says something. */
static bool judged(const struct roundtrip_look *t, const struct renewal_edit *edits, size_t i) {
  return edits[i].set || (edits[i].id && t->rows[i].batch.note.n);
}

/* The rows that do something, through the rules of a change to many; what it says of each goes back into its row. */
static int judge(struct store *s, const struct looking *x, bool write, struct str why, day_t today, int64_t now, struct err *e) {
  struct roundtrip_look *t = x->ret;
  struct renewal_batch b = {.edit = {.why = why}};
  struct batch_item *items = arena_alloc(x->a, (t->n + 1) * sizeof *items);
  if (!items) return no_memory(e);
  for (size_t i = 0; i < t->n; i++)
    if (judged(t, x->edits, i)) {
      items[b.n++] = (struct batch_item){.id = x->edits[i].id, .version = t->rows[i].batch.before.version, .edit = &x->edits[i], .note = t->rows[i].batch.note};
      b.edit.set |= x->edits[i].set;
    }
  b.items = items;
  int (*act)(struct store *, struct arena *, const struct scope *, const struct renewal_batch *, day_t, int64_t, struct batch_result *, struct err *);
  act = write ? renewal_batch_apply : renewal_batch_preview;
  int rc = b.n ? act(s, x->a, x->who, &b, today, now, &t->result, e) : OK;
  for (size_t i = 0, at = 0; i < t->n && rc == OK; i++) {
    if (judged(t, x->edits, i)) t->rows[i].batch = t->result.rows[at++];
    t->count[t->rows[i].batch.fate]++;
  }
  t->batch_id = t->result.batch_id;
  return rc;
}

static int run(struct store *s, struct arena *a, struct looking *x, bool write, struct str why, day_t today, int64_t now, struct roundtrip_look *ret,
               struct err *e) {
  struct roundtrip_look t = {0};
  x->a = a;
  x->ret = &t;
  int rc = store_read(s, look_tx, x, e);
  if (rc == OK) rc = judge(s, x, write, why, today, now, e);
  if (rc == OK) *ret = t;
  return rc;
}

int roundtrip_look(struct store *s, struct arena *a, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_choice *choices,
                   size_t n_choices, day_t today, int64_t now, struct roundtrip_look *ret, struct err *e) {
  struct looking x = {.who = who, .sheet = sheet, .choices = choices, .n_choices = n_choices};
  return run(s, a, &x, false, STR("looked at"), today, now, ret, e);
}

int roundtrip_apply(struct store *s, struct arena *a, const struct scope *who, const struct roundtrip_sheet *sheet, const struct roundtrip_choice *choices,
                    size_t n_choices, struct str why, day_t today, int64_t now, struct roundtrip_look *ret, struct err *e) {
  struct looking x = {.who = who, .sheet = sheet, .choices = choices, .n_choices = n_choices};
  return run(s, a, &x, true, why, today, now, ret, e);
}

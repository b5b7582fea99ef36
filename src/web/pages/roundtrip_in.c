/* A workbook that comes back: read, looked at, applied. */
#include "store/repo_desk.h"
#include "web/pages/grid_cols.h"
#include "web/pages/renewal.h"
#include "web/pages/roundtrip.h"
#include "web/shell.h"
#include "web/views.h"

enum { SHOWN = 100, MOST_LEFT = 50, NAME_MOST = 120 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "workbook: out of memory: try again"); }

static struct str back_of(struct request *r, struct str back) { return bulk_back(r, back, NULL, 0); }

/* ---- upload ---- */

static int refuse(struct request *r, struct response *w, struct str problem) {
  struct roundtrip_view v = {.problem = problem, .back = back_of(r, pairs_get(&r->form, "back")), .href = STR_NONE};
  struct view_cx cx = view_cx_of(r);
  w->status = 422;
  shell_begin(r, w, &(struct page){.title = tr(r, "Edit in Excel"), .nav = "/renewals", .sheet = "setup.css", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_roundtrip(&w->body, &cx, &v);
  return shell_end(r, w);
}

static struct str look_href(struct request *r, int64_t id, struct str back) {
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(WEB_MAX_URL);
  strbuf_fmt(&to, "/renewals/workbook/%lld?back=", (long long)id);
  html_part_str(&to, back);
  return arena_str(r->arena, strbuf_str(&to));
}

int roundtrip_upload_post(struct request *r, struct response *w) {
  struct roundtrip_sheet sheet;
  struct roundtrip_look look;
  int64_t id = 0;
  if (!r->upload.path || !r->upload.file_name.n)
    return refuse(r, w, tr(r, "Choose a file."));
  struct str name = str_sub(r->upload.file_name, 0, NAME_MOST);
  if (!r->upload.size)
    return refuse(r, w, tr_fmt(r, "{0} is empty: upload the workbook that Edit in Excel made", name));
  int rc = roundtrip_read(r->store, r->arena, r->upload.path, name, &sheet, &r->err);
  if (rc >= 0)
    rc = roundtrip_look(r->store, r->arena, &r->scope, &sheet, NULL, 0, r->today, r->now, &look, &r->err);
  if (rc == ERR_SYNTAX || rc == ERR_DENIED || rc == ERR_LIMIT || rc == ERR_IO)
    return refuse(r, w, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc >= 0)
    rc = roundtrip_keep(r->store, &r->scope, &sheet, &look, name, r->now, &id, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, look_href(r, id, back_of(r, pairs_get(&r->form, "back"))));
}

/* ---- the look ---- */

/* "c48213_close_date": the field of a form in which somebody chooses. */
static struct str choice_name(struct request *r, int64_t id, unsigned bit) { return arena_fmt(r->arena, "c%lld_%s", (long long)id, renewal_field_name(bit)); }

static int fill_clash(struct request *r, const struct desk *d, const struct roundtrip_row *x, struct roundtrip_clash_row *ret) {
  struct batch_row plain = x->batch;
  struct bulk_row head;
  plain.changed = 0;
  int rc = bulk_row_fill(r, d, &plain, &head);
  struct roundtrip_clash_row row = {.href = head.href, .customer = head.customer, .contract = head.contract, .due = head.due};
  row.fields = arena_zalloc(r->arena, RENEWAL_BITS, sizeof *row.fields);
  if (rc < 0 || !row.fields)
    return rc < 0 ? rc : no_memory(r);
  struct str who = STR_NONE;
  rc = person_name(r->store, r->arena, x->batch.before.changed_by, &who, &r->err);
  row.who = who.n ? who : tr(r, "Now");
  for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if (x->conflicts & bit)
      row.fields[row.n_fields++] = (struct roundtrip_clash){tr(r, renewal_label(bit)), choice_name(r, x->batch.id, bit), renewal_value(r, &x->base, bit),
                                                            renewal_value(r, &x->batch.before, bit), renewal_value(r, &x->mine, bit)};
  *ret = row;
  return rc;
}

static int fill_rows(struct request *r, const struct desk *d, const struct roundtrip_look *look, struct roundtrip_look_view *v) {
  size_t left = 0, changes = look->count[BATCH_CHANGE];
  v->bulk.rows = arena_zalloc(r->arena, SHOWN, sizeof *v->bulk.rows);
  v->bulk.left = arena_zalloc(r->arena, SHOWN, sizeof *v->bulk.left);
  v->clashes = arena_zalloc(r->arena, SHOWN, sizeof *v->clashes);
  if (!v->bulk.rows || !v->bulk.left || !v->clashes)
    return no_memory(r);
  int rc = OK;
  for (size_t i = 0; i < look->n && rc >= 0; i++) {
    const struct roundtrip_row *x = &look->rows[i];
    bool refused = x->batch.fate != BATCH_CHANGE && x->batch.fate != BATCH_SAME && x->batch.why.n;
    if (x->batch.fate == BATCH_CHANGE && v->bulk.n_rows < SHOWN) {
      struct bulk_row *row = &v->bulk.rows[v->bulk.n_rows++];
      rc = bulk_row_fill(r, d, &x->batch, row);
      if (x->batch.note.n && rc >= 0 && row->n_diffs < RENEWAL_BITS)
        row->diffs[row->n_diffs++] = (struct bulk_diff){tr(r, "Note"), STR_NONE, x->batch.note};
    }
    if (refused && v->bulk.n_left < SHOWN && rc >= 0) {
      struct bulk_row *row = &v->bulk.left[v->bulk.n_left++];
      rc = bulk_row_fill(r, d, &x->batch, row);
      row->due = tr_fmt(r, "Row {0}", format_count(r->reader, (int64_t)x->line));
      if (!x->batch.id)
        row->customer = row->due;
      row->why = tr_sentence(r, x->batch.why);
    }
    left += refused;
    if (x->conflicts && !refused && v->n_clashes < SHOWN && rc >= 0)
      rc = fill_clash(r, d, x, &v->clashes[v->n_clashes++]);
  }
  if (changes > v->bulk.n_rows)
    v->bulk.more = tr_n(r, (int64_t)(changes - v->bulk.n_rows), "and {n} renewal more", "and {n} renewals more");
  if (left > v->bulk.n_left)
    v->bulk.left_more = tr_n(r, (int64_t)(left - v->bulk.n_left), "and {n} row more", "and {n} rows more");
  if (left)
    v->bulk.left_title = tr_n(r, (int64_t)left, "{n} row can't be taken", "{n} rows can't be taken");
  if (v->n_clashes)
    v->clash_title = tr_n(r, (int64_t)look->conflicts, "{n} renewal was changed by both", "{n} renewals were changed by both");
  if (look->conflicts > v->n_clashes)
    v->clash_more = tr_n(r, (int64_t)(look->conflicts - v->n_clashes), "{n} renewal more keeps what it has now; upload the workbook again to choose.",
                         "{n} renewals more keep what they have now; upload the workbook again to choose.");
  return rc;
}

static struct str missing_columns(struct request *r, const struct roundtrip_sheet *sheet) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2048);
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++)
    if (sheet->origin.heading[f].n && !sheet->present[f])
      strbuf_fmt(&b, "%s%.*s", b.n ? ", " : "", STR_FMT(sheet->origin.heading[f]));
  return b.n ? tr_fmt(r, "These columns are not in the file, so nothing changes in them: {0}.", arena_str(r->arena, strbuf_str(&b))) : STR_NONE;
}

static void fill_words(struct request *r, const struct roundtrip_kept *kept, const struct roundtrip_look *look, struct roundtrip_look_view *v) {
  const struct roundtrip_origin *o = &kept->sheet.origin;
  size_t n = look->count[BATCH_CHANGE];
  v->title = n ? tr_n(r, (int64_t)n, "Change {n} renewal", "Change {n} renewals") : v->n_clashes ? tr(r, "Choose what stands") : tr(r, "Nothing to change here");
  v->say = tr_fmt(r, "From {0}, made by {1} on {2}.", kept->file_name, o->by, format_instant(r->reader, o->at));
  if (o->partner_id)
    v->from = tr_fmt(r, "The changes come from {0}, a partner.", o->partner);
  if (look->same)
    v->same = tr_n(r, (int64_t)look->same, "{n} row has no change.", "{n} rows have no change.");
  v->missing = missing_columns(r, &kept->sheet);
  v->button = n ? v->title : v->n_clashes ? tr(r, "Save my choices") : STR_NONE;
  v->why = o->partner_id ? tr_fmt(r, "from the workbook of {0}", o->partner) : tr(r, "edited in a workbook");
}

static int show(struct request *r, struct response *w, const struct roundtrip_kept *kept, const struct roundtrip_look *look, struct str back, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct roundtrip_look_view v = {.id = kept->id, .back = back, .problem = problem};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = fill_rows(r, &d, look, &v);
  if (rc >= 0)
    rc = bulk_effects_fill(r, &d, &look->result, &v.bulk);
  if (rc < 0)
    return rc;
  fill_words(r, kept, look, &v);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_roundtrip_look(&w->body, &cx, &v);
  return shell_end(r, w);
}

static struct str done_href(struct request *r, int64_t batch_id, struct str back) {
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(WEB_MAX_URL);
  strbuf_fmt(&to, "/renewals/bulk/%lld?back=", (long long)batch_id);
  html_part_str(&to, back);
  return arena_str(r->arena, strbuf_str(&to));
}

int roundtrip_look_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct roundtrip_kept kept;
  struct roundtrip_look look;
  struct str back = back_of(r, pairs_get(&r->query, "back"));
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = roundtrip_open(r->store, r->arena, &r->scope, id, &kept, &r->err);
  if (rc >= 0 && kept.batch_id) /* applied: what became of it */
    return response_redirect(r, w, done_href(r, kept.batch_id, back));
  if (rc >= 0)
    rc = roundtrip_look(r->store, r->arena, &r->scope, &kept.sheet, NULL, 0, r->today, r->now, &look, &r->err);
  return rc < 0 ? rc : show(r, w, &kept, &look, back, STR_NONE);
}

/* ---- apply ---- */

static unsigned bit_of(struct str name) {
  for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if (str_eq(name, str_of(renewal_field_name(bit))))
      return bit;
  return 0;
}

static int read_choices(struct request *r, struct roundtrip_choice **ret, size_t *ret_n) {
  struct roundtrip_choice *x = arena_alloc(r->arena, (r->form.n + 1) * sizeof *x);
  size_t n = 0;
  if (!x)
    return no_memory(r);
  for (size_t i = 0; i < r->form.n; i++) {
    struct str id_text, field, name = r->form.p[i].name;
    int64_t id = 0;
    if (name.n < 2 || name.p[0] != 'c' || !str_eq(r->form.p[i].value, STR("1")))
      continue;
    str_cut(str_sub(name, 1, name.n), '_', &id_text, &field);
    if (str_to_i64(id_text, &id) < 0 || !bit_of(field))
      continue;
    size_t at = 0;
    while (at < n && x[at].id != id)
      at++;
    if (at == n)
      x[n++] = (struct roundtrip_choice){.id = id};
    x[at].take |= bit_of(field);
  }
  *ret = x;
  *ret_n = n;
  return OK;
}

/* Back to the list with the note and its Undo; to the page of the change when rows were left that nobody was shown as refused. */
static int after(struct request *r, struct response *w, const struct roundtrip_look *look, struct str back) {
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(WEB_MAX_URL);
  size_t named = 0;
  strbuf_add(&to, done_href(r, look->batch_id, back));
  for (size_t i = 0; i < look->n && named < MOST_LEFT; i++)
    if (look->rows[i].batch.fate != BATCH_CHANGE && look->rows[i].batch.fate != BATCH_SAME && look->rows[i].batch.before.id)
      strbuf_fmt(&to, "%s%lld", named++ ? "," : "&left=", (long long)look->rows[i].batch.id);
  return response_redirect(r, w, named ? arena_str(r->arena, strbuf_str(&to)) : bulk_back(r, back, "changed", look->batch_id));
}

int roundtrip_apply_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct roundtrip_kept kept;
  struct roundtrip_look look;
  struct roundtrip_choice *choices = NULL;
  size_t n = 0;
  struct str back = back_of(r, pairs_get(&r->form, "back")), why = str_trim(pairs_get(&r->form, "why"));
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = roundtrip_open(r->store, r->arena, &r->scope, id, &kept, &r->err);
  if (rc >= 0 && kept.batch_id) /* pressed twice */
    return response_redirect(r, w, done_href(r, kept.batch_id, back));
  if (rc >= 0)
    rc = read_choices(r, &choices, &n);
  if (rc >= 0)
    rc = roundtrip_apply(r->store, r->arena, &r->scope, &kept.sheet, choices, n, why.n ? why : tr(r, "edited in a workbook"), r->today, r->now, &look, &r->err);
  if (rc == ERR_USAGE || rc == ERR_LIMIT)
    return refuse(r, w, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc >= 0)
    rc = roundtrip_close(r->store, id, look.batch_id, r->now, &r->err);
  if (rc < 0)
    return rc;
  if (look.batch_id)
    return after(r, w, &look, back);
  if (look.n == look.count[BATCH_SAME] + look.count[BATCH_CONFLICT]) /* everything was decided for what stands */
    return response_redirect(r, w, back);
  w->status = 409;
  return show(r, w, &kept, &look, back, tr(r, "Nothing was changed. The reasons stand beside the rows."));
}

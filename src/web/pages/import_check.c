/* What an import would do, what is wrong with it, and mending in place. */
#include "app/import_mends.h"
#include "web/pages/imports.h"
#include "web/shell.h"
#include "web/views.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 40, MEND_TEXT_MOST = 4000 };

/* Tells one check's result from another's, so that corrections are never laid over a newer one. */
static int64_t stamp_of(const struct staged *x) { return (int64_t)(str_hash(x->result) & INT64_MAX); }

static bool is_swapped(const struct found_kind *k) { return str_contains(k->why, STR("the other way round")); }
static bool is_negative(const struct found_kind *k) { return str_contains(k->why, STR("is negative")); }

static void fill_acts(struct request *r, const struct found_kind *k, struct mend_kind *m) {
  if (is_swapped(k)) {
    m->act = arena_fmt(r->arena, "swap%d", m->number);
    m->act_label = tr_n(r, k->n, "Turn day and month round in this row", "Turn day and month round in these {n} rows");
  } else if (is_negative(k)) {
    m->act = arena_fmt(r->arena, "credits%d", m->number);
    m->act_label = tr(r, "Take negative amounts as credits");
  }
}

static int fill_kind(struct request *r, const struct import_found *f, const struct found_kind *k, int number, struct mend_kind *m) {
  bool for_cli = str_contains(k->mend, STR("--")); /* options of the command line have their button here, or their place on the mapping page */
  *m = (struct mend_kind){.number = number, .why = tr_sentence(r, k->why), .mend = for_cli ? STR_NONE : tr_sentence(r, k->mend),
                          .column_name = k->column_name.n ? k->column_name : str_of(imports_field(r->reader, k->field)),
                          .count = tr_n(r, k->n, "{n} row", "{n} rows")};
  m->heads = arena_zalloc(r->arena, FOUND_SHOWN, sizeof *m->heads);
  m->values = arena_zalloc(r->arena, FOUND_VALUES, sizeof *m->values);
  m->rows = arena_zalloc(r->arena, FOUND_ROWS, sizeof *m->rows);
  if (!m->heads || !m->values || !m->rows)
    return ERR_NOMEM;
  for (int i = 0; i < f->n_shown; i++) {
    int named = field_of((enum import_kind)f->r.kind, f->shown_names[i]);
    if (f->shown[i] != k->column)
      m->heads[m->n_heads++] = named >= 0 ? str_of(imports_field(r->reader, (enum import_field)named)) : f->shown_names[i];
  }
  for (int i = 0; i < k->n_values && k->column >= 0; i++)
    if (k->values[i].n > 1)
      m->values[m->n_values++] = (struct mend_value_row){
        arena_fmt(r->arena, "value%d_%d", number, i), k->values[i].text, tr_n(r, k->values[i].n, "{n} row", "{n} rows")};
  for (int i = 0; i < k->n_rows; i++) {
    struct mend_row *row = &m->rows[m->n_rows++];
    *row = (struct mend_row){.row = k->rows[i].row, .name = arena_fmt(r->arena, "row%d_%d", number, i), .wrong = k->rows[i].wrong,
                             .fixed = k->rows[i].cut || k->column < 0,
                             .cells = arena_zalloc(r->arena, FOUND_SHOWN, sizeof *row->cells)};
    if (!row->cells)
      return ERR_NOMEM;
    for (int c = 0; c < f->n_shown; c++)
      if (f->shown[c] != k->column)
        row->cells[row->n_cells++] = k->rows[i].cells[c];
  }
  if (k->n > k->n_rows)
    m->more = tr_n(r, k->n - k->n_rows, "{n} more row like these comes when they are mended, and stands in the download.",
                   "{n} more rows like these come when they are mended, and stand in the download.");
  fill_acts(r, k, m);
  return OK;
}

static int fill_effects(struct request *r, const struct import_found *f, struct import_check_view *v) {
  char code[4];
  v->effects = arena_zalloc(r->arena, f->r.n_effects + 1, sizeof *v->effects);
  if (!v->effects)
    return ERR_NOMEM;
  for (size_t i = 0; i < f->r.n_effects; i++) {
    const struct import_effect *x = &f->r.effects[i];
    struct str now = format_count(r->reader, x->n_after), was = format_count(r->reader, x->n_before);
    v->effects[v->n_effects++] = (struct effect_row){
      arena_str(r->arena, str_of(currency_code(x->currency, code))), x->n_after == x->n_before ? now : tr_fmt(r, "{0}, now {1}", was, now),
      format_money(r->reader, x->before, x->currency, MONEY_WHOLE), format_money(r->reader, x->after, x->currency, MONEY_WHOLE),
      format_change(r->reader, x->after - x->before, x->currency, MONEY_WHOLE)};
  }
  return OK;
}

/* What each target is, and what it would be. */
static int fill_targets(struct request *r, const struct import_found *f, struct import_check_view *v) {
  int64_t all = f->r.added + f->r.changed, left = all - (int64_t)f->r.n_targets;
  v->targets = arena_zalloc(r->arena, f->r.n_targets + 1, sizeof *v->targets);
  if (!v->targets)
    return ERR_NOMEM;
  for (size_t i = 0; i < f->r.n_targets; i++) {
    struct import_target_row *x = &v->targets[v->n_targets++];
    x->period = format_period(r->reader, f->r.targets[i].period);
    target_step_fill(r, &f->r.targets[i].step, &x->step);
  }
  if (v->n_targets && left > 0)
    v->targets_more = tr_n(r, left, "and {n} more", "and {n} more");
  return OK;
}

static struct str doubt_words(struct request *r, const struct import_result *x) {
  if (x->doubt == DOUBT_CHANGES)
    return tr_fmt(r, "{0} of the {1} lines that are known would change. This may be the wrong file, or the file of another day.", format_count(r->reader, x->doubted),
                  format_count(r->reader, x->doubted_of));
  if (x->doubt == DOUBT_CUSTOMERS)
    return tr_n(r, x->doubted_of, "The only customer of this file is not known, although earlier files of this source were imported. This may be the wrong file.",
                "None of the {n} customers of this file is known, although earlier files of this source were imported. This may be the wrong file.");
  return STR_NONE;
}

static struct str also_words(struct request *r, const struct import_result *x) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  const struct {
    int64_t n;
    struct str words;
  } parts[] = {{x->accounts_added, tr_n(r, x->accounts_added, "{n} new customer or partner", "{n} new customers or partners")},
               {x->contracts_added, tr_n(r, x->contracts_added, "{n} new contract", "{n} new contracts")},
               {x->products_added, tr_n(r, x->products_added, "{n} new product", "{n} new products")},
               {x->people_added, tr_n(r, x->people_added, "{n} new owner", "{n} new owners")},
               {x->extended, tr_n(r, x->extended, "{n} later term of a known line", "{n} later terms of known lines")},
               {x->older, tr_n(r, x->older, "{n} row older than what is known", "{n} rows older than what is known")},
               {x->findings, tr_n(r, x->findings, "{n} finding to look at", "{n} findings to look at")}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i].n) {
      strbuf_addz(&b, b.n ? ", " : "");
      strbuf_add(&b, parts[i].words);
    }
  return b.failed ? STR_NONE : arena_str(r->arena, strbuf_str(&b));
}

static int fill_found(struct request *r, const struct staged *x, struct import_check_view *v) {
  struct import_found f;
  int rc = found_parse(r->arena, x->result, &f);
  if (rc < 0)
    return err_set(&r->err, ERR_FAIL, "the result of check %lld cannot be read", (long long)x->id);
  const struct import_result *n = &f.r;
  int64_t good = n->rows - n->refused;
  f.r.kind = (enum import_kind)import_kind_of(x->kind);
  v->checked = true;
  v->stamp = stamp_of(x);
  v->seen_before = n->seen_before;
  v->nothing = n->added + n->changed == 0;
  v->long_file = !n->has_effect && n->rows > IMPORT_EFFECT_ROWS;
  v->rows = tr_n(r, n->rows, "{n} row", "{n} rows");
  v->added = format_count(r->reader, n->added);
  v->changed = format_count(r->reader, n->changed);
  v->same = format_count(r->reader, n->same);
  v->refused = format_count(r->reader, n->refused);
  v->also = also_words(r, n);
  v->doubt = doubt_words(r, n);
  v->none_good = good == 0 && n->rows > 0;
  v->forecast = f.r.kind == IMPORT_CONTRACTS || f.r.kind == IMPORT_FX;
  v->apply_label = tr_n(r, good, "Apply {n} row", "Apply {n} rows");
  v->title = n->refused == 0 ? tr(r, "Every row can be taken") : v->none_good ? tr(r, "No row can be taken as it is")
             : tr_n(r, n->refused, "{n} row can't be taken as it is", "{n} rows can't be taken as they are");
  rc = fill_effects(r, &f, v);
  if (rc == OK)
    rc = fill_targets(r, &f, v);
  v->kinds = arena_zalloc(r->arena, (size_t)f.n_kinds + 1, sizeof *v->kinds);
  if (rc == OK && !v->kinds)
    rc = ERR_NOMEM;
  for (int i = 0; i < f.n_kinds && rc == OK; i++)
    rc = fill_kind(r, &f, &f.kinds[i], i, &v->kinds[v->n_kinds++]);
  return rc;
}

static void fill_working(struct request *r, const struct desk_status *s, struct import_check_view *v) {
  char percent[8] = "";
  v->working = true;
  v->canceling = s->canceling;
  v->title = s->job == DESK_APPLY ? tr(r, "Importing") : s->job == DESK_UNDO ? tr(r, "Undoing the import") : tr(r, "Checking the file");
  v->step = s->state == DESK_QUEUED ? tr(r, "Waiting for another import to end") : s->step[0] ? tr_sentence(r, arena_str(r->arena, str_of(s->step))) : tr(r, "Beginning");
  if (s->total > 0)
    snprintf(percent, sizeof percent, "%d", (int)(s->done * 100 / s->total));
  v->percent = arena_str(r->arena, str_of(percent));
}

static int show(struct request *r, struct response *w, const struct import_check_view *v) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v->file, .nav = "/imports", .sheet = "setup.css", .crumb = tr(r, "Imports"), .crumb_href = STR("/imports")});
  view_import_check(&w->body, &cx, v);
  return shell_end(r, w);
}

int import_check_page(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  struct desk_status s;
  int rc = imports_desk(r, &d);
  if (rc == OK)
    rc = imports_staged(r, &x);
  if (rc < 0)
    return rc;
  import_desk_status(d, x.id, &s);
  bool working = s.state == DESK_QUEUED || s.state == DESK_RUNNING;
  struct import_check_view v = {.id = x.id, .file = x.file_name, .kind = str_of(imports_kind(r->reader, import_kind_of(x.kind))), .source = x.source,
                                .as_of = x.as_of == DAY_NONE ? tr(r, "today") : format_day(r->reader, x.as_of), .error = tr_sentence(r, x.error)};
  if (x.state == STAGED_DISCARDED)
    return ERR_NOTFOUND;
  if (r->fragment && !working) { /* the page that waited goes on as a whole */
    response_header(w, "HX-Redirect", x.state == STAGED_APPLIED ? imports_href(r, x.id, "done") : imports_href(r, x.id, "check"));
    return OK;
  }
  if (x.state == STAGED_APPLIED && !working)
    return response_redirect(r, w, imports_href(r, x.id, "done"));
  if (x.state == STAGED_MAPPING && !working)
    return response_redirect(r, w, imports_href(r, x.id, "map"));
  if (working)
    fill_working(r, &s, &v);
  else if (x.state == STAGED_CHECKED)
    rc = fill_found(r, &x, &v);
  else /* a job of another server, or one that has just ended */
    fill_working(r, &(struct desk_status){.job = x.state == STAGED_APPLYING ? DESK_APPLY : DESK_CHECK}, &v);
  return rc < 0 ? rc : show(r, w, &v);
}

/* ---- acts ---- */

static int choose_tx(struct store *s, void *arg, struct err *e) { return staged_choose(s, arg, e); }

/* Starts a check of the file as it is now corrected. */
static int check_again(struct request *r, struct response *w, struct import_desk *d, struct staged *x) {
  x->changed_at = r->now;
  int rc = store_write(r->store, choose_tx, x, &r->err);
  if (rc == OK)
    rc = import_desk_start(d, r->store, &(struct desk_order){.job = DESK_CHECK, .id = x->id, .actor_id = r->who.id}, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, imports_href(r, x->id, "check"));
}

static int both(struct request *r, struct import_desk **d, struct staged *x) {
  int rc = imports_desk(r, d);
  return rc < 0 ? rc : imports_staged(r, x);
}

int import_check_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  int rc = both(r, &d, &x);
  return rc < 0 ? rc : check_again(r, w, d, &x);
}

/* What the form says of one cell or value; p = NULL when it was not sent, is too long or as it was. */
static struct str corrected(struct request *r, const char *what, int kind, int i, struct str was) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s%d_%d", what, kind, i);
  struct str text = str_trim(pairs_get(&r->form, name));
  return pairs_has(&r->form, name) && text.n <= MEND_TEXT_MOST && !str_eq(text, was) ? text : (struct str){NULL, 0};
}

/* The corrections of one kind of problem: what the form changed against what the check found. */
static int take_mends(struct request *r, const struct found_kind *k, int number, struct import_mends *m) {
  int rc = OK;
  for (int i = 0; i < k->n_values && k->column >= 0 && rc == OK; i++) {
    struct str text = corrected(r, "value", number, i, k->values[i].text);
    if (text.p)
      rc = mends_add_value(r->arena, m, k->column, k->values[i].text, text);
  }
  for (int i = 0; i < k->n_rows && k->column >= 0 && rc == OK; i++) {
    struct str text = corrected(r, "row", number, i, k->rows[i].wrong);
    if (text.p && !k->rows[i].cut)
      rc = mends_add_cell(r->arena, m, (size_t)k->rows[i].row, k->column, text);
  }
  if (rc == ERR_LIMIT)
    return err_set(&r->err, ERR_CONFLICT, "There are too many corrections: mend the downloaded rows or the file itself, and import that");
  return rc;
}

static bool pressed(struct request *r, const char *act, int number) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s%d", act, number);
  return str_eq(pairs_get(&r->form, "act"), str_of(name));
}

int import_mend_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  struct import_found f;
  struct import_mends m;
  int64_t stamp = 0;
  int rc = both(r, &d, &x);
  if (rc == OK)
    rc = mends_parse(r->arena, x.mends, &m, &r->err);
  if (rc < 0)
    return rc;
  bool same = str_to_i64(pairs_get(&r->form, "checked"), &stamp) == OK && stamp == stamp_of(&x) && x.state == STAGED_CHECKED;
  if (!same || found_parse(r->arena, x.result, &f) < 0)
    return err_set(&r->err, ERR_CONFLICT, "The file was checked again meanwhile: open the page again");
  for (int i = 0; i < f.n_kinds && rc == OK; i++) {
    if (pressed(r, "swap", i) && is_swapped(&f.kinds[i]))
      m.swapped[f.kinds[i].field] = true;
    m.credits |= pressed(r, "credits", i) && is_negative(&f.kinds[i]);
    rc = take_mends(r, &f.kinds[i], i, &m);
  }
  if (rc < 0)
    return rc;
  x.mends = mends_text(r->arena, &m);
  return x.mends.p ? check_again(r, w, d, &x) : ERR_NOMEM;
}

int import_cancel_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  int rc = both(r, &d, &x);
  if (rc < 0)
    return rc;
  import_desk_cancel(d, x.id);
  return response_redirect(r, w, imports_href(r, x.id, "check"));
}

int import_apply_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  struct import_found f;
  struct desk_status s;
  int rc = both(r, &d, &x);
  if (rc < 0)
    return rc;
  import_desk_status(d, x.id, &s);
  bool working = s.state == DESK_QUEUED || s.state == DESK_RUNNING;
  if (working || x.state == STAGED_APPLIED) /* pressed twice */
    return response_redirect(r, w, imports_href(r, x.id, "check"));
  bool confirmed = pairs_has(&r->form, "confirm");
  if (x.state == STAGED_CHECKED && found_parse(r->arena, x.result, &f) == OK && f.r.doubt && !confirmed) {
    struct import_check_view v = {.id = x.id, .file = x.file_name, .kind = str_of(imports_kind(r->reader, import_kind_of(x.kind))), .source = x.source,
                                  .as_of = x.as_of == DAY_NONE ? tr(r, "today") : format_day(r->reader, x.as_of),
                                  .error = tr(r, "Say that it is the right file, then apply.")};
    w->status = 422;
    rc = fill_found(r, &x, &v);
    return rc < 0 ? rc : show(r, w, &v);
  }
  rc = import_desk_start(d, r->store, &(struct desk_order){.job = DESK_APPLY, .id = x.id, .actor_id = r->who.id, .confirmed = confirmed}, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, imports_href(r, x.id, "check"));
}

int import_discard_post(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  int rc = both(r, &d, &x);
  if (rc == OK)
    rc = import_desk_discard(d, r->store, x.id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/imports"));
}

int import_problems_csv(struct request *r, struct response *w) {
  struct import_desk *d;
  struct staged x;
  int rc = both(r, &d, &x);
  if (rc < 0)
    return rc;
  struct str path = import_desk_problems(d, r->arena, x.id), name = arena_fmt(r->arena, "import-%lld-problems.csv", (long long)x.id);
  if (!path.p || !name.p)
    return ERR_NOMEM;
  int fd = x.state == STAGED_CHECKING || x.state == STAGED_APPLYING ? -1 : open(path.p, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return err_set(&r->err, ERR_NOTFOUND, "no refused rows are kept");
  w->file = fd;
  return response_download(r, w, STR("text/csv; charset=utf-8"), name);
}

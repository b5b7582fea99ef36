/* One import from file to store. */
#include "app/import.h"
#include "app/import_ahead.h"
#include "app/import_apply.h"
#include "app/import_mends.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "exchange/digest.h"
#include <errno.h>
#include <pthread.h>

enum { PREVIEW_ROWS = 5 };

/* The file's hash, computed beside the first pass. */
struct hasher {
  const char *file;
  char hex[DIGEST_TEXT];
  int error; /* errno, 0 = fine */
  bool running;
  pthread_t thread;
};

static void *hash_file(void *arg)
{
  struct hasher *h = arg;
  int rc = digest_file(h->file, h->hex);
  h->error = rc == ERR_NOMEM ? ENOMEM : rc < 0 ? (errno ? errno : EIO) : 0;
  return NULL;
}

static void hasher_start(struct hasher *h, const char *file)
{
  *h = (struct hasher){.file = file};
  h->running = pthread_create(&h->thread, NULL, hash_file, h) == 0;
}

static int hasher_end(struct hasher *h, struct err *e)
{
  if (h->running)
    pthread_join(h->thread, NULL);
  else
    hash_file(h);
  h->running = false;
  return h->error ? err_set(e, ERR_IO, "%s: cannot be read: %s", h->file, strerror(h->error)) : OK;
}

static void hasher_cleanup(struct hasher *h)
{
  if (h->running)
    pthread_join(h->thread, NULL);
}

struct session {
  struct store *s;
  struct arena *a;
  const struct import_options *o;
  struct import_result *r;
  const char *name;         /* file name for sentences */
  struct org org;
  struct import_mapping given;
  struct import_mapping kept; /* the saved mapping's date order and decimal mark */
  struct import_plan plan;
  struct import_columns columns;
  struct file_lines lines;
  struct file_list list;
  struct problems *problems;
  struct str problems_file;  /* its path, if it comes to be written */
  struct table_info info;   /* a copy that outlives the first table */
  int64_t twice;
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory: nothing was imported");
}

static int begin(struct session *x, struct err *e)
{
  const struct import_options *o = x->o;
  struct str shown = o->file_name.n ? o->file_name : str_of(o->file);
  for (size_t i = shown.n; i-- > 0;)
    if (shown.p[i] == '/') {
      shown = str_sub(shown, i + 1, shown.n);
      break;
    }
  x->r->file_name = arena_str(x->a, shown);
  x->r->source = o->source.n ? arena_str(x->a, o->source) : mapping_source(x->a, shown);
  x->r->as_of = o->as_of == DAY_NONE ? o->today : o->as_of;
  if (!x->r->file_name.p || !x->r->source.p)
    return no_memory(e);
  x->name = x->r->file_name.p;
  if (o->as_of != DAY_NONE && o->as_of > o->today)
    return err_set(e, ERR_USAGE, "--as-of lies in the future: it is the day on which the file was true");
  return org_load(x->s, &x->org, e);
}

/* A person said how to read this very file. */
static bool said(const struct session *x)
{
  return x->o->map_file || x->o->mapping.n;
}

/* The mapping a person gave, else the saved one of the source. */
static int load_mapping(struct session *x, struct err *e)
{
  struct str text;
  int rc = import_mapping_get(x->s, x->a, import_kind_name((int)x->o->kind), x->r->source, &text, e);
  if (rc == OK && text.n)
    rc = mapping_parse(x->a, x->o->kind, text, "saved mapping", &x->kept, e);
  if (rc == OK && x->o->map_file)
    rc = mapping_read(x->a, x->o->kind, x->o->map_file, &x->given, e);
  else if (rc == OK && x->o->mapping.n)
    rc = mapping_parse(x->a, x->o->kind, x->o->mapping, "the mapping", &x->given, e);
  else
    x->given = x->kept;
  return rc;
}

static int copy_info(struct session *x, const struct table_info *from)
{
  x->info = *from;
  x->info.columns = arena_alloc(x->a, (from->n_columns + 1) * sizeof *x->info.columns);
  for (size_t i = 0; x->info.columns && i < from->n_columns; i++) {
    x->info.columns[i] = arena_str(x->a, from->columns[i]);
    if (!x->info.columns[i].p)
      return ERR_NOMEM;
  }
  return x->info.columns ? OK : ERR_NOMEM;
}

/* Columns that were seen, for a screen that asks the person to map them. */
static int show_seen(struct session *x)
{
  struct import_column *c = arena_zalloc(x->a, x->info.n_columns + FIELD_COUNT, sizeof *c);
  if (!c)
    return ERR_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < x->info.n_columns; i++)
    c[n++] = (struct import_column){STR_NONE, x->info.columns[i], STR_NONE, STR_NONE, STR_NONE};
  for (int f = 0; f < FIELD_COUNT; f++)
    if (x->plan.column[f] >= 0) {
      struct import_column *k = &c[x->plan.column[f]];
      k->field = str_of(field_spec((enum import_field)f)->name);
      k->rule = str_of(values_rule(&x->columns, (enum import_field)f));
      k->sample = x->columns.sample[f];
    } else if (x->plan.constant[f]) {
      c[n++] = (struct import_column){str_of(field_spec((enum import_field)f)->name), STR_NONE, STR("constant"), x->plan.value[f], x->plan.value[f]};
    }
  x->r->columns = c;
  x->r->n_columns = n;
  return OK;
}

/* First pass: mapping and columns. */
static int understand(struct session *x, struct err *e)
{
  struct table *t = NULL;
  struct import_plan plan;
  int rc = load_mapping(x, e);
  if (rc == OK)
    rc = table_open(x->o->file, &x->o->table, &t, e);
  if (rc < 0)
    return rc;
  if (copy_info(x, table_info(t)) < 0)
    rc = no_memory(e);
  if (rc == OK) {
    rc = mapping_resolve(x->o->kind, &x->info, &x->given, said(x), x->name, &plan, e);
    x->plan = plan;
    if (show_seen(x) < 0 && rc == OK)
      rc = no_memory(e);
  }
  if (rc == OK)
    rc = columns_scan(t, &x->plan, x->o, x->a, &x->columns, e);
  table_close(t);
  if (rc == OK && x->columns.rows == 0)
    return err_set(e, ERR_SYNTAX, "%s: there are no rows under the header: nothing to import", x->name);
  if (rc == OK)
    rc = columns_decide(&x->plan, &x->columns, x->o->date_order ? x->o->date_order : said(x) ? x->given.date_order : DATE_ORDER_UNKNOWN,
                        x->o->decimal ? x->o->decimal : said(x) ? x->given.decimal : 0, x->kept.date_order, x->kept.decimal, x->name, e);
  return rc == OK && show_seen(x) < 0 ? no_memory(e) : rc;
}

static currency_t default_currency(const struct session *x)
{
  if (x->o->currency != CURRENCY_NONE)
    return x->o->currency;
  bool column = x->plan.column[FIELD_CURRENCY] >= 0 || x->plan.constant[FIELD_CURRENCY];
  return column || x->o->kind == IMPORT_ACCOUNTS ? CURRENCY_NONE : x->org.reporting_currency;
}

static int keep_preview(struct session *x, const struct import_values *v)
{
  size_t columns = 0, row = x->r->n_preview_rows;
  if (row == PREVIEW_ROWS)
    return OK;
  if (!x->r->preview) {
    x->r->preview_fields = arena_alloc(x->a, FIELD_COUNT * sizeof(struct str));
    x->r->preview = arena_zalloc(x->a, (size_t)PREVIEW_ROWS * FIELD_COUNT, sizeof(struct str));
    if (!x->r->preview_fields || !x->r->preview)
      return ERR_NOMEM;
  }
  for (int f = 0; f < FIELD_COUNT; f++)
    if (x->plan.column[f] >= 0 || x->plan.constant[f] || (f == FIELD_CURRENCY && x->o->kind == IMPORT_CONTRACTS))
      x->r->preview_fields[columns++] = str_of(field_spec((enum import_field)f)->name);
  x->r->n_preview_fields = columns;
  columns = 0;
  for (int f = 0; f < FIELD_COUNT; f++)
    if (x->plan.column[f] >= 0 || x->plan.constant[f] || (f == FIELD_CURRENCY && x->o->kind == IMPORT_CONTRACTS)) {
      struct str s = values_show(v, (enum import_field)f, x->a);
      if (!s.p)
        return ERR_NOMEM;
      x->r->preview[row * x->r->n_preview_fields + columns++] = s;
      if (x->plan.column[f] >= 0 && x->r->columns[x->plan.column[f]].understood.n == 0)
        x->r->columns[x->plan.column[f]].understood = s;
    }
  x->r->n_preview_rows++;
  return OK;
}

static int take(struct session *x, const struct import_values *v, struct row_trouble *t, struct err *e)
{
  bool twice = false;
  int rc;
  if (x->o->kind == IMPORT_CONTRACTS) {
    rc = lines_take(&x->lines, &x->plan, v, t, &twice, e);
    x->twice += twice;
  } else {
    rc = list_take(&x->list, x->s, &x->org, v, t, e);
  }
  if (rc == OK && t->n == 0 && !twice && keep_preview(x, v) < 0)
    rc = no_memory(e);
  return rc;
}

/* A row that was understood: its record, or what is wrong with it. */
static int take_row(struct session *x, struct ahead_row *r, struct err *e)
{
  const struct import_options *o = x->o;
  int rc = r->trouble.n == 0 ? take(x, r->values, &r->trouble, e) : OK;
  if (rc == OK && r->trouble.n)
    rc = problems_add(x->problems, r->row, r->cells, r->n, x->plan.column, &r->trouble, e);
  if (rc == OK && r->trouble.n && o->problem && o->problem(o->problem_ctx, r->row, r->cells, r->n, &r->trouble, x->plan.column) < 0)
    rc = no_memory(e);
  if (rc == OK && (x->r->rows & 0x3FFF) == 0 && o->cancel && atomic_load(o->cancel))
    rc = err_set(e, ERR_CONFLICT, "canceled: nothing was imported");
  return rc;
}

/* Second pass: values (by another thread, where there is much to do), records, problems. */
static int convert(struct session *x, struct err *e)
{
  struct table *t = NULL;
  struct values_reader reader;
  struct import_ahead *ahead = NULL;
  struct ahead_row *row;
  int rc = table_open(x->o->file, &x->o->table, &t, e);
  if (rc < 0)
    return rc;
  values_begin(&reader, &x->plan, &x->columns, default_currency(x),
               x->o->allow_credits || (x->o->mends && x->o->mends->credits));
  if (x->o->mends)
    reader.swapped = x->o->mends->swapped;
  rc = ahead_open(t, &reader, x->o->mends, &ahead, e);
  while (rc == OK && (rc = ahead_next(ahead, &row, e)) == 1) {
    rc = take_row(x, row, e);
    if ((++x->r->rows & 0x3FFF) == 0 && x->o->progress) {
      int64_t done, total;
      ahead_progress(ahead, &done, &total);
      x->o->progress(x->o->progress_ctx, "reading rows", done, total);
    }
  }
  ahead_close(ahead);
  table_close(t);
  x->r->refused = problems_rows(x->problems);
  return rc;
}

/* Before anything is written: nothing may fail for lack of memory once the good rows are in. */
static int list_problems(struct session *x, struct err *e)
{
  x->problems_file = arena_str(x->a, str_of(x->o->problems));
  if (!x->problems_file.p || problems_list(x->problems, x->a, &x->r->troubles, &x->r->n_troubles) < 0)
    return no_memory(e);
  return OK;
}

static int finish_problems(struct session *x, struct err *e)
{
  bool written = false;
  int rc = problems_finish(x->problems, &written, e);
  if (rc == OK && written)
    x->r->problems_file = x->problems_file;
  return rc;
}

static int store_rows(struct session *x, struct import_job *j, struct err *e)
{
  store_tx_fn *fn = x->o->kind == IMPORT_CONTRACTS ? apply_lines : apply_list;
  int rc;
  j->rehearse = x->o->dry_run && x->o->effect && x->r->rows <= IMPORT_EFFECT_ROWS;
  if (!x->o->dry_run)
    rc = store_write_bulk(x->s, fn, j, e);
  else if (x->o->kind == IMPORT_CONTRACTS && !j->rehearse)
    rc = store_read(x->s, fn, j, e);
  else
    rc = store_write(x->s, fn, j, e);
  if (j->undone) {
    x->r->import_id = 0;
    x->r->has_effect = j->rehearse;
    return OK;
  }
  x->r->written = rc >= 0 && !x->o->dry_run;
  return rc < 0 ? rc : OK;
}

/* Everything is read: note, repetition, store. */
static int apply(struct session *x, struct hasher *h, struct err *e)
{
  const struct import_options *o = x->o;
  struct import_job j = {.options = o, .plan = &x->plan, .lines = &x->lines, .list = &x->list, .arena = x->a, .dry_run = o->dry_run, .twice = x->twice,
                         .known_at = o->as_of == DAY_NONE ? o->now : (int64_t)o->as_of * SECONDS_PER_DAY, .result = x->r};
  enum date_order order = columns_order(&x->columns);
  char decimal = columns_decimal(&x->columns);
  j.mapping = mapping_text(x->a, &x->plan, o->date_order ? o->date_order : order ? order : x->given.date_order ? x->given.date_order : x->kept.date_order,
                           o->decimal ? o->decimal : decimal ? decimal : x->given.decimal ? x->given.decimal : x->kept.decimal);
  int rc = hasher_end(h, e);
  x->r->sha256 = arena_str(x->a, str_of(h->hex));
  if (rc == OK && (!j.mapping.p || !x->r->sha256.p))
    rc = no_memory(e);
  j.note = (struct import_note){.started_at = o->now, .actor_id = o->actor_id, .kind = import_kind_name((int)o->kind), .source = x->r->source,
                                .file_name = x->r->file_name, .sha256 = x->r->sha256, .mapping = j.mapping, .as_of = x->r->as_of};
  int64_t before = 0;
  if (rc == OK)
    rc = import_run_find(x->s, j.note.kind, x->r->sha256, j.mapping, x->r->as_of, &before, e);
  if (rc == OK && before && x->r->refused == 0 && !(o->mends && mends_any(o->mends))) {
    x->r->seen_before = true;
    x->r->same = x->r->rows;
    return OK;
  }
  if (rc < 0 || (o->strict && x->r->refused))
    return rc;
  return store_rows(x, &j, e);
}

static int run(struct session *x, struct hasher *h, struct err *e)
{
  int rc = begin(x, e);
  if (rc == OK) {
    hasher_start(h, x->o->file);
    rc = understand(x, e);
  }
  if (rc < 0)
    return rc;
  x->problems = problems_new(x->o->problems, &x->info);
  if (!x->problems || (x->o->kind == IMPORT_CONTRACTS && lines_init(&x->lines) < 0))
    return no_memory(e);
  list_init(&x->list, x->a, x->o->kind, x->o->actor_id, &x->plan);
  x->list.today = x->o->today;
  rc = convert(x, e);
  if (rc == OK)
    rc = list_problems(x, e);
  if (rc == OK)
    rc = apply(x, h, e);
  /* The file to mend appears only when the good rows are in (or were not wanted). */
  return rc == OK ? finish_problems(x, e) : rc;
}

int import_run(struct store *s, struct arena *a, const struct import_options *o, struct import_result *ret, struct err *e)
{
  struct import_result r = {.kind = o->kind};
  struct hasher h = {0};
  struct session *x = arena_zalloc(a, 1, sizeof *x);
  if (!x)
    return no_memory(e);
  if (o->kind >= IMPORT_KIND_COUNT)
    return err_set(e, ERR_USAGE, "unknown kind of import");
  x->s = s;
  x->a = a;
  x->o = o;
  x->r = &r;
  int rc = run(x, &h, e);
  hasher_cleanup(&h);
  problems_free(x->problems);
  lines_free(&x->lines);
  list_free(&x->list);
  *ret = r;
  return rc;
}

/* perennial import KIND FILE: maps, checks, imports, and says what it understood. */
#include "app/import.h"
#include "base/decimal.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "store/repo_config.h"

#include <unistd.h>

struct words {
  const char *kind, *as_of, *source, *map, *problems, *sheet, *encoding, *delimiter, *order, *decimal, *currency;
};

static int take_words(struct cli *c, struct words *w)
{
  const struct {
    const char *name;
    const char **to;
  } options[] = {{"as-of", &w->as_of}, {"source", &w->source}, {"map", &w->map}, {"problems", &w->problems}, {"sheet", &w->sheet},
                 {"encoding", &w->encoding}, {"delimiter", &w->delimiter}, {"date-order", &w->order}, {"decimal", &w->decimal}, {"currency", &w->currency}};
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    if (cli_option(c, options[i].name, options[i].to) != OK)
      return ERR_USAGE;
  return OK;
}

static int one_byte(const struct cli *c, const char *option, const char *text, const char *allowed, char *ret)
{
  if (text == NULL)
    return OK;
  if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
    text = "\t";
  if (strlen(text) != 1 || strchr(allowed, text[0]) == NULL) {
    cli_usage(c, "--%s %s: not understood", option, text);
    return ERR_USAGE;
  }
  *ret = text[0];
  return OK;
}

static int understand_words(struct cli *c, const struct words *w, struct import_options *o)
{
  static const char *const orders[] = {"", "dmy", "mdy", "ymd"};
  if (w->as_of && cli_day(c, w->as_of, &o->as_of) != OK)
    return ERR_USAGE;
  if (one_byte(c, "decimal", w->decimal, ".,", &o->decimal) != OK || one_byte(c, "delimiter", w->delimiter, ",;|\t", &o->table.delimiter) != OK)
    return ERR_USAGE;
  for (int i = 1; w->order && i < 4; i++)
    if (strcmp(w->order, orders[i]) == 0)
      o->date_order = (enum date_order)i;
  if (w->order && o->date_order == DATE_ORDER_UNKNOWN) {
    cli_usage(c, "--date-order %s: write dmy, mdy or ymd", w->order);
    return ERR_USAGE;
  }
  if (w->currency && currency_parse(str_of(w->currency), &o->currency) < 0) {
    cli_usage(c, "--currency %s: not a currency: write three letters such as USD", w->currency);
    return ERR_USAGE;
  }
  o->source = str_of(w->source);
  o->map_file = w->map;
  o->table.sheet = str_of(w->sheet);
  o->table.encoding = str_of(w->encoding);
  return OK;
}

static void show_progress(void *ctx, const char *step, int64_t done, int64_t total)
{
  (void)ctx;
  if (total > 0)
    fprintf(stderr, "\r%s: %d %%   ", step, (int)(done * 100 / total));
  else
    fprintf(stderr, "\r%s …   ", step);
}

/* contracts.csv -> contracts-problems.csv, in the current folder. */
static struct str problems_name(struct arena *a, const char *file)
{
  const char *slash = strrchr(file, '/');
  struct str s = str_of(slash ? slash + 1 : file);
  for (size_t i = s.n; i-- > 1;)
    if (s.p[i] == '.') {
      s.n = i;
      break;
    }
  return str_ends(s, STR("-problems")) ? arena_fmt(a, "%.*s-again.csv", STR_FMT(s)) : arena_fmt(a, "%.*s-problems.csv", STR_FMT(s));
}

static int print_columns(struct cli *c, const struct import_result *r)
{
  static const struct cli_column heads[] = {{"column", false, false}, {"field", false, false}, {"rule", false, false}, {"first_value", false, false},
                                            {"understood", false, false}};
  struct cli_table *t = cli_table_new(c, heads, 5);
  for (size_t i = 0; t && i < r->n_columns; i++) {
    const struct import_column *k = &r->columns[i];
    cli_cell(t, k->column.n ? k->column : STR("(constant)"));
    cli_cell(t, k->field.n ? k->field : STR("(not taken)"));
    cli_cell(t, k->rule);
    cli_cell(t, k->sample);
    cli_cell(t, k->understood);
  }
  return t ? cli_table_end(t) : ERR_NOMEM;
}

static int print_preview(struct cli *c, const struct import_result *r)
{
  struct cli_column heads[64];
  int n = (int)r->n_preview_fields;
  if (r->n_preview_rows == 0 || n > 64)
    return OK;
  for (int i = 0; i < n; i++)
    heads[i] = (struct cli_column){r->preview_fields[i].p, false, false};
  struct cli_table *t = cli_table_new(c, heads, n);
  for (size_t i = 0; t && i < r->n_preview_rows * r->n_preview_fields; i++)
    cli_cell(t, r->preview[i]);
  return t ? cli_table_end(t) : ERR_NOMEM;
}

static int print_troubles(struct cli *c, const struct import_result *r)
{
  static const struct cli_column heads[] = {{"rows", true, true}, {"column", false, false}, {"why", false, false}, {"first_row", true, true},
                                            {"value", false, false}, {"mend", false, false}};
  if (r->n_troubles == 0)
    return OK;
  struct cli_table *t = cli_table_new(c, heads, 6);
  for (size_t i = 0; t && i < r->n_troubles; i++) {
    const struct import_trouble *x = &r->troubles[i];
    cli_cell_i64(t, x->count);
    cli_cell(t, x->column);
    cli_cell(t, x->why);
    cli_cell_i64(t, x->row);
    cli_cell(t, x->value);
    cli_cell(t, x->mend);
  }
  return t ? cli_table_end(t) : ERR_NOMEM;
}

/* Minor units, a rate × 10^9, or a count, as a decimal. */
static const char *target_number(const struct target *t, int64_t v, currency_t c, char buf[DECIMAL_SIZE]) {
  return decimal_text(v, str_eq(t->kind, STR("rate")) ? 9 : c == CURRENCY_NONE ? 0 : currency_exponent(c), buf);
}

/* What each target is, and what it would be. */
static int print_targets(struct cli *c, const struct import_result *r) {
  static const struct cli_column heads[] = {{"scope", false, false}, {"scope_name", false, false}, {"period", false, false}, {"kind", false, false},
                                            {"measure", false, false}, {"now", true, false}, {"after", true, false}};
  if (r->n_targets == 0)
    return OK;
  struct cli_table *t = cli_table_new(c, heads, 7);
  for (size_t i = 0; t && i < r->n_targets; i++) {
    const struct target_step *x = &r->targets[i].step;
    char buf[DECIMAL_SIZE];
    cli_cell(t, x->now.scope);
    cli_cell(t, x->now.scope_name);
    cli_cell(t, r->targets[i].period);
    cli_cell(t, x->now.kind);
    cli_cell(t, x->now.measure);
    cli_cell(t, x->had ? str_of(target_number(&x->now, x->was, x->was_currency, buf)) : STR_NONE);
    cli_cell(t, str_of(target_number(&x->now, x->now.amount, x->now.currency, buf)));
  }
  return t ? cli_table_end(t) : ERR_NOMEM;
}

static const char *plural(int64_t n) { return n == 1 ? "" : "s"; }

static void print_counts(struct cli *c, const struct import_result *r, const struct import_options *o)
{
  bool none = r->rows > 0 && r->refused == r->rows;
  const char *verb = r->written && none ? "nothing was imported, every row was refused" : r->written ? "imported"
                   : o->dry_run ? "dry run, nothing was written" : r->seen_before ? "this file was imported before, nothing was changed"
                                                                                            : "nothing was imported";
  char day[DAY_ISO_SIZE];
  fprintf(c->out, "%.*s: %s\n", STR_FMT(r->file_name), verb);
  fprintf(c->out, "  %" PRId64 " row%s as of %s: %" PRId64 " new, %" PRId64 " changed, %" PRId64 " same, %" PRId64 " refused\n", r->rows, plural(r->rows),
          day_iso(r->as_of, day), r->added, r->changed, r->same, r->refused);
  if (r->extended || r->older || r->findings)
    fprintf(c->out, "  %" PRId64 " later term%s of known lines, %" PRId64 " older than what is known, %" PRId64 " finding%s to look at\n", r->extended,
            plural(r->extended), r->older, r->findings, plural(r->findings));
  if (r->accounts_added || r->products_added || r->people_added || r->contracts_added)
    fprintf(c->out, "  with %" PRId64 " account%s, %" PRId64 " product%s, %" PRId64 " %s, %" PRId64 " contract%s not known before\n", r->accounts_added,
            plural(r->accounts_added), r->products_added, plural(r->products_added), r->people_added, r->people_added == 1 ? "person" : "people",
            r->contracts_added, plural(r->contracts_added));
  if (r->problems_file.n)
    fprintf(c->out, "  refused rows: %.*s: mend them there and import that file\n", STR_FMT(r->problems_file));
  else if (r->refused && !o->dry_run && !r->written)
    fprintf(c->out, "  with --strict nothing is imported while rows are refused\n");
}

static void json_pair(FILE *f, const char *name, struct str s)
{
  fprintf(f, "\"%s\":", name);
  cli_json_string(f, s);
}

static void print_json(struct cli *c, const struct import_result *r)
{
  char day[DAY_ISO_SIZE];
  fprintf(c->out, "{\"kind\":\"%s\",", import_kind_name((int)r->kind));
  json_pair(c->out, "file_name", r->file_name);
  fputc(',', c->out);
  json_pair(c->out, "source", r->source);
  fputc(',', c->out);
  json_pair(c->out, "sha256", r->sha256);
  fprintf(c->out,
          ",\"as_of\":\"%s\",\"written\":%s,\"seen_before\":%s,\"rows\":%" PRId64 ",\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"same\":%" PRId64
          ",\"refused\":%" PRId64 ",\"extended\":%" PRId64 ",\"older\":%" PRId64 ",\"findings\":%" PRId64 ",\"accounts_added\":%" PRId64
          ",\"products_added\":%" PRId64 ",\"people_added\":%" PRId64 ",\"contracts_added\":%" PRId64 ",",
          day_iso(r->as_of, day), r->written ? "true" : "false", r->seen_before ? "true" : "false", r->rows, r->added, r->changed, r->same, r->refused,
          r->extended, r->older, r->findings, r->accounts_added, r->products_added, r->people_added, r->contracts_added);
  json_pair(c->out, "problems_file", r->problems_file);
  fputs(",\"columns\":[", c->out);
  for (size_t i = 0; i < r->n_columns; i++) {
    const struct import_column *k = &r->columns[i];
    const struct str text[] = {k->column, k->field, k->rule, k->sample, k->understood};
    static const char *const names[] = {"column", "field", "rule", "first_value", "understood"};
    for (int j = 0; j < 5; j++) {
      fputs(j ? "," : i ? ",{" : "{", c->out);
      json_pair(c->out, names[j], text[j]);
    }
    fputc('}', c->out);
  }
  fputs("],\"problems\":[", c->out);
  for (size_t i = 0; i < r->n_troubles; i++) {
    const struct import_trouble *x = &r->troubles[i];
    const struct str text[] = {x->column, x->why, x->mend, x->value};
    static const char *const names[] = {"column", "why", "mend", "value"};
    fprintf(c->out, "%s{\"rows\":%" PRId64 ",\"first_row\":%" PRId64, i ? "," : "", x->count, x->row);
    for (int j = 0; j < 4; j++) {
      fputc(',', c->out);
      json_pair(c->out, names[j], text[j]);
    }
    fputc('}', c->out);
  }
  fputs("]}\n", c->out);
}

static int print_result(struct cli *c, const struct import_options *o, const struct import_result *r)
{
  int rc = OK;
  if (c->format == FORMAT_JSON) {
    print_json(c, r);
    return OK;
  }
  if (o->dry_run) {
    rc = print_columns(c, r);
    fputc('\n', c->out);
    if (rc == OK)
      rc = print_preview(c, r);
    fputc('\n', c->out);
    if (rc == OK)
      rc = print_targets(c, r);
  }
  if (rc == OK)
    rc = print_troubles(c, r);
  if (c->format == FORMAT_TABLE)
    print_counts(c, r, o);
  return rc;
}

static int run_import(struct cli *c, struct import_options *o)
{
  struct err e = {0};
  struct import_result r = {0};
  struct org org;
  int rc = cli_store(c, true, &e);
  if (rc == OK)
    rc = org_load(c->store, &org, &e);
  if (rc == OK) {
    o->today = org_today(&org, c->now);
    if (isatty(STDERR_FILENO))
      o->progress = show_progress;
    rc = import_run(c->store, c->arena, o, &r, &e);
    if (o->progress)
      fputs("\r                              \r", stderr);
  }
  if (rc < 0)
    return cli_fail(c, &e);
  if (print_result(c, o, &r) < 0)
    return cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
  return r.refused ? EXIT_REFUSED_ROWS : EXIT_DONE;
}

int import_cmd(struct cli *c)
{
  struct words w = {0};
  struct import_options o = {.as_of = DAY_NONE, .now = c->now};
  if (take_words(c, &w) != OK)
    return EXIT_USAGE;
  o.dry_run = cli_flag(c, "dry-run");
  o.strict = cli_flag(c, "strict");
  o.allow_credits = cli_flag(c, "allow-credits");
  o.confirmed = cli_flag(c, "yes");
  const char *kind = cli_argument(c);
  if (kind && (strcmp(kind, "list") == 0 || strcmp(kind, "undo") == 0))
    return kind[0] == 'l' ? import_list_cmd(c) : import_undo_cmd(c);
  int k = kind ? import_kind_of(str_of(kind)) : -1;
  if (k < 0)
    return cli_usage(c, "import: say what the file holds: contracts, accounts, products, fx, targets or touches");
  o.file = cli_argument(c);
  if (!o.file)
    return cli_usage(c, "import %s: no file named", kind);
  o.kind = (enum import_kind)k;
  if (cli_end(c) != OK || understand_words(c, &w, &o) != OK)
    return EXIT_USAGE;
  struct str problems = problems_name(c->arena, o.file);
  o.problems = w.problems ? w.problems : o.dry_run ? NULL : problems.p;
  return run_import(c, &o);
}

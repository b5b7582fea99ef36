/* edit: renewals out as a workbook to be edited, and what comes back looked at and applied. */
#include <unistd.h>

#include "app/book_cache.h"
#include "app/report_make.h"
#include "app/roundtrip.h"
#include "app/work.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "cli/person.h"
#include "insight/book_index.h"
#include "insight/grid.h"
#include "store/repo_contract.h"
#include "store/repo_config.h"

static const struct cli_column columns[] = {{"row", true, true}, {"renewal", true, true}, {"state", false, false}, {"field", false, false}, {"old", false, false},
                                            {"new", false, false}, {"workbook", false, false}, {"reason", false, false}};
struct wish {
  const char *as, *to, *filter, *partner, *take, *why, *language, *file;
  struct scope who;
  struct person person;
  struct org org;
  day_t today;
};

/* ---- out ---- */

static int filtered(struct cli *c, const struct wish *w, const struct book *b, uint32_t **ret, size_t *ret_n, struct err *e) {
  struct grid_query q = {0};
  struct str bad = STR_NONE;
  int rc = grid_parse(b, str_of(w->filter), c->arena, &q, &bad, e);
  if (rc == OK && bad.n) return err_set(e, ERR_SYNTAX, "--filter: %.*s: not a column or value of the book: see `perennial help export`", STR_FMT(bad));
  grid_query_days(&q, &w->org.calendar, w->today);
  q.sort = GRID_DUE;
  q.plan_day = period_of(&w->org.calendar, PERIOD_QUARTER, w->today).first;
  q.reps = scope_reps(&w->who, c->arena, b);
  if (rc == OK) rc = scope_rows(&w->who, c->arena, b, &q.extra, &q.n_extra);
  if (rc == OK) rc = work_resolve(c->store, c->arena, &w->who, b, &w->org, w->today, INT64_MAX, &q, e);
  return rc == OK ? grid_all(b, &q, c->arena, ret, ret_n, NULL, e) : rc;
}

/* The open renewals of a partner that the actor sees. */
static int partners(struct cli *c, const struct wish *w, const struct book *b, int64_t account_id, uint32_t **ret, size_t *ret_n, struct err *e) {
  const uint32_t *rows = NULL;
  size_t n = 0, room = 0;
  uint32_t code = book_code(&b->accounts, account_id);
  *ret = arena_alloc(c->arena, (b->renewals.n + 1) * sizeof **ret);
  if (!*ret) return err_set(e, ERR_NOMEM, "Out of memory");
  for (int k = BOOK_RENEWALS_BY_RESELLER; k <= BOOK_RENEWALS_BY_DISTRIBUTOR && code; k++) {
    rows = book_rows_of(b, (enum book_key)k, code, &n);
    for (size_t i = 0; rows && i < n; i++) {
      uint32_t row = rows[i];
      bool twice = k == BOOK_RENEWALS_BY_DISTRIBUTOR && b->renewals.reseller[row] == code, open = b->renewals.stage[row] < STAGE_WON;
      if (open && !twice && scope_sees(&w->who, b->renewals.id[row], b->reps.id[b->renewals.rep_now[row]])) (*ret)[room++] = row;
    }
  }
  *ret_n = room;
  return OK;
}

static int write_file(struct cli *c, const struct wish *w, const struct book *b, size_t *ret_n, struct err *e) {
  struct str language = w->language ? str_of(w->language) : w->person.language.n ? w->person.language : STR("en");
  struct reader reader = report_reader(c->arena, language, STR_NONE, w->today);
  struct account account = {0};
  int64_t id = 0;
  uint32_t *rows = NULL;
  struct roundtrip_ask ask = {.book = b, .reader = &reader};
  struct str part = arena_fmt(c->arena, "%s.part", w->to);
  if (w->partner && (str_to_i64(str_of(w->partner), &id) < 0 || id <= 0)) return err_set(e, ERR_USAGE, "--partner %s: give the number of the account", w->partner);
  int rc = part.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && id) rc = account_get(c->store, c->arena, id, &account, e);
  if (rc == OK) rc = id ? partners(c, w, b, id, &rows, &ask.n, e) : filtered(c, w, b, &rows, &ask.n, e);
  if (rc < 0) return rc;
  ask.rows = rows;
  ask.origin = (struct roundtrip_origin){.organization = str_of(w->org.name), .by = w->person.name.n ? w->person.name : STR("the command line"), .by_id = w->person.id,
                                         .at = c->now, .partner = id ? account.name : STR_NONE, .partner_id = id};
  rc = roundtrip_write(c->store, c->arena, &ask, part.p, e);
  if (rc == OK && rename(part.p, w->to) != 0) rc = err_set(e, ERR_IO, "%s: cannot be written: check the folder and its rights", w->to);
  if (rc < 0) (void)unlink(part.p);
  *ret_n = ask.n;
  return rc;
}

static int run_export(struct cli *c, struct wish *w, struct err *e) {
  struct book *b = NULL;
  size_t n = 0;
  int rc = book_load(c->store, DAY_NONE, &b, e);
  if (rc == OK) rc = write_file(c, w, b, &n, e);
  book_free(b);
  if (rc < 0) return cli_fail(c, e);
  fprintf(c->out, "%zu renewal%s in %s\n", n, n == 1 ? "" : "s", w->to);
  return EXIT_DONE;
}

/* ---- in ---- */

static const char *state_of(const struct roundtrip_row *x, unsigned bit) {
  if (x->conflicts & ~x->decided & bit) return "conflict";
  return x->batch.fate == BATCH_CHANGE ? "change" : x->batch.fate == BATCH_SAME ? "same" : "refused";
}

static void print_line(struct cli *c, struct cli_table *t, const struct roundtrip_row *x, unsigned bit) {
  cli_cell_i64(t, (int64_t)x->line);
  cli_cell_i64(t, x->batch.id);
  cli_cell(t, str_of(state_of(x, bit)));
  cli_cell(t, str_of(bit ? renewal_field_name(bit) : x->batch.note.n ? "note" : ""));
  cli_cell(t, bit ? roundtrip_value(c->arena, &x->batch.before, bit) : STR_NONE);
  cli_cell(t, bit ? roundtrip_value(c->arena, &x->batch.after, bit) : x->batch.note);
  cli_cell(t, x->conflicts & bit ? roundtrip_value(c->arena, &x->mine, bit) : STR_NONE);
  cli_cell(t, x->batch.why);
}

static int print_look(struct cli *c, const struct roundtrip_look *look, struct err *e) {
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof *columns));
  for (size_t i = 0; i < look->n; i++) {
    const struct roundtrip_row *x = &look->rows[i];
    bool change = x->batch.fate == BATCH_CHANGE;
    for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
      if ((change && (x->batch.changed & bit)) || (x->conflicts & bit)) print_line(c, t, x, bit);
    if ((change && x->batch.note.n) || x->batch.why.n) print_line(c, t, x, 0);
  }
  return cli_table_end(t) == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

/* --take workbook: its value wins wherever two changed one field. */
static struct roundtrip_choice *choose_all(struct cli *c, const struct roundtrip_sheet *sheet) {
  struct roundtrip_choice *x = arena_alloc(c->arena, (sheet->n + 1) * sizeof *x);
  for (size_t i = 0; x && i < sheet->n; i++) x[i] = (struct roundtrip_choice){sheet->lines[i].id, ~0u};
  return x;
}

static int run_back(struct cli *c, struct wish *w, bool write, struct err *e) {
  struct roundtrip_sheet sheet;
  struct roundtrip_look look;
  const char *slash = strrchr(w->file, '/');
  int rc = roundtrip_read(c->store, c->arena, w->file, str_of(slash ? slash + 1 : w->file), &sheet, e);
  if (rc < 0) return cli_fail(c, e);
  bool all = w->take && strcmp(w->take, "workbook") == 0;
  struct roundtrip_choice *choices = all ? choose_all(c, &sheet) : NULL;
  size_t n = choices ? sheet.n : 0;
  struct str why = str_of(w->why ? w->why : "edited in a workbook");
  rc = all && !choices ? err_set(e, ERR_NOMEM, "Out of memory")
       : write         ? roundtrip_apply(c->store, c->arena, &w->who, &sheet, choices, n, why, w->today, c->now, &look, e)
                       : roundtrip_look(c->store, c->arena, &w->who, &sheet, choices, n, w->today, c->now, &look, e);
  if (rc == OK) rc = print_look(c, &look, e);
  if (rc < 0) return cli_fail(c, e);
  if (write && look.batch_id && c->format == FORMAT_TABLE)
    fprintf(c->out, "%zu renewals changed (change %" PRId64 ")\n", look.count[BATCH_CHANGE], look.batch_id);
  size_t open = 0;
  for (size_t i = 0; i < look.n; i++) open += look.rows[i].batch.why.n > 0 || (look.rows[i].conflicts & ~look.rows[i].decided) != 0;
  return open ? EXIT_REFUSED_ROWS : EXIT_DONE;
}

static int options(struct cli *c, struct wish *w) {
  const struct {
    const char *name;
    const char **ret;
  } all[] = {{"as", &w->as}, {"to", &w->to}, {"filter", &w->filter}, {"partner", &w->partner}, {"take", &w->take}, {"why", &w->why}, {"language", &w->language}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (cli_option(c, all[i].name, all[i].ret) != OK) return ERR_USAGE;
  return OK;
}

int edit_cmd(struct cli *c) {
  struct err e = {0};
  struct wish w = {.filter = "", .who = scope_operator(), .person = {.name = STR_NONE, .language = STR_NONE}};
  if (options(c, &w) != OK) return EXIT_USAGE;
  const char *act = cli_argument(c);
  bool out = act && strcmp(act, "export") == 0, apply = act && strcmp(act, "apply") == 0, look = act && strcmp(act, "preview") == 0;
  w.file = out ? NULL : cli_argument(c);
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (!out && !apply && !look) return cli_usage(c, "say what to do: export, preview or apply");
  if (out ? !w.to : !w.file) return cli_usage(c, out ? "--to FILE.xlsx is missing" : "the workbook is missing");
  if (apply && !w.as) return cli_usage(c, "--as EMAIL is missing: whose change it is");
  if (w.language && !str_eq(words_language(words_of(str_of(w.language))), str_sub(str_of(w.language), 0, 2)))
    return cli_usage(c, "--language %s: write en, es, fr or pt", w.language);
  if (w.take && strcmp(w.take, "workbook") != 0 && strcmp(w.take, "book") != 0) return cli_usage(c, "--take %s: workbook or book", w.take);
  int rc = cli_store(c, false, &e);
  if (rc == OK) rc = org_load(c->store, &w.org, &e);
  if (rc == OK) rc = cli_today(c, &w.today, &e);
  if (rc == OK && w.as) rc = cli_as(c, w.as, &w.who, &w.person, &e);
  if (rc < 0) return cli_fail(c, &e);
  return out ? run_export(c, &w, &e) : run_back(c, &w, apply, &e);
}

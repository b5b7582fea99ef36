/* The page that offers the workbook, and the workbook of the grid's rows. */
#include "web/pages/grid_state.h"
#include "web/pages/roundtrip.h"
#include "web/shell.h"
#include "web/views.h"

enum { ABOUT_LINES = 8 };

static const char *const HEADINGS[ROUNDTRIP_FIELDS] = {
    [ROUNDTRIP_CATEGORY] = MSG("Category"), [ROUNDTRIP_STAGE] = MSG("Stage"), [ROUNDTRIP_CLOSE] = MSG("Close date"), [ROUNDTRIP_AMOUNT] = MSG("Amount"),
    [ROUNDTRIP_STEP] = MSG("Next step"), [ROUNDTRIP_STEP_DATE] = MSG("Step due"), [ROUNDTRIP_PO] = MSG("PO number")};
static const char *const FIXED[ROUNDTRIP_FIXED] = {
    [ROUNDTRIP_KEY] = "", [ROUNDTRIP_CUSTOMER] = MSG("Customer"), [ROUNDTRIP_CONTRACT] = MSG("Contract"), [ROUNDTRIP_DUE] = MSG("Expires"),
    [ROUNDTRIP_OWNER] = MSG("Owner"), [ROUNDTRIP_CURRENCY] = MSG("Currency"), [ROUNDTRIP_LAST] = MSG("Last year")};
static const char *const RULES[ROUNDTRIP_FIELDS] = {
    [ROUNDTRIP_CATEGORY] = MSG("Choose a category from the list."),
    [ROUNDTRIP_STAGE] = MSG("Choose a stage from the list. Won and lost are said on the page of the renewal."),
    [ROUNDTRIP_CLOSE] = MSG("Write a day, as 2026-11-30."),
    [ROUNDTRIP_AMOUNT] = MSG("Write an amount of 0 or more."),
    [ROUNDTRIP_STEP] = "",
    [ROUNDTRIP_STEP_DATE] = MSG("Write a day, as 2026-11-30."),
    [ROUNDTRIP_PO] = ""};

static struct str say(struct request *r, const char *text) { return *text ? tr(r, text) : STR_NONE; }

int roundtrip_words_fill(struct request *r, const struct str *lines, size_t n_lines, struct roundtrip_words *ret) {
  struct roundtrip_words w = {.sheet = tr(r, "Renewals"), .about = tr(r, "About this workbook"), .lines = lines, .n_lines = n_lines};
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    w.heading[f] = say(r, HEADINGS[f]);
    w.rule[f] = say(r, RULES[f]);
  }
  for (int f = 0; f < ROUNDTRIP_FIXED; f++)
    w.fixed[f] = say(r, FIXED[f]);
  for (int i = 0; i < STAGE_COUNT; i++)
    w.stage[i] = str_of(parts_stage(r->reader, i));
  for (int i = 0; i < CATEGORY_COUNT; i++)
    w.category[i] = str_of(parts_category(r->reader, i));
  *ret = w;
  return OK;
}

static size_t about_lines(struct request *r, const struct desk *d, size_t n, struct str lines[ABOUT_LINES]) {
  size_t k = 0;
  lines[k++] = tr(r, "Renewals to edit");
  lines[k++] = tr_n(r, (int64_t)n, "{n} renewal of {0}, made by {1} on {2}.", "{n} renewals of {0}, made by {1} on {2}.", str_of(d->org.name), r->who.name,
                    format_instant(r->reader, r->now));
  lines[k++] = tr(r, "Change what stands in the tinted cells: category, stage, close date, amount, next step and its day, PO number. Amounts are per year, "
                     "in the currency of the row.");
  lines[k++] = tr(r, "Then save the workbook and upload it where you made it: Renewals, Edit in Excel. You see every change before it is made, "
                     "and can take all of it back at once.");
  lines[k++] = tr(r, "Rows may be filtered, sorted and deleted, columns moved and deleted. A row that is missing means no change: nothing is ever deleted.");
  lines[k++] = tr(r, "The first column is hidden. It says which renewal each row is: leave it as it is.");
  lines[k++] = tr(r, "The sheets are protected against accidents, without a password. To sort, unprotect the sheet first (Review, Unprotect Sheet).");
  lines[k++] = tr(r, "Renewals that are won or lost are changed on their own page.");
  return k;
}

struct making {
  struct request *r;
  struct grid_state *s;
};

static int make_file(void *arg, const char *path, struct err *e) {
  struct making *m = arg;
  struct request *r = m->r;
  struct str *lines = arena_alloc(r->arena, ABOUT_LINES * sizeof *lines);
  struct roundtrip_words words;
  struct roundtrip_ask ask = {.book = m->s->desk.book, .words = &words};
  uint32_t *rows = NULL;
  if (!lines)
    return err_set(e, ERR_NOMEM, "workbook: out of memory: try again");
  int rc = grid_all(m->s->desk.book, &m->s->query, r->arena, &rows, &ask.n, NULL, e);
  if (rc < 0)
    return rc;
  ask.rows = rows;
  rc = roundtrip_words_fill(r, lines, about_lines(r, &m->s->desk, ask.n, lines), &words);
  ask.origin = (struct roundtrip_origin){.organization = str_of(m->s->desk.org.name), .by = r->who.name, .by_id = r->who.id, .at = r->now, .partner = STR_NONE};
  return rc < 0 ? rc : roundtrip_write(r->store, r->arena, &ask, path, e);
}

int roundtrip_xlsx(struct request *r, struct response *w) {
  struct grid_state s;
  char iso[DAY_ISO_SIZE];
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = response_temp_write(r, make_file, &(struct making){r, &s}, &w->file);
  desk_close(&s.desk);
  if (rc < 0)
    return rc;
  return response_download(r, w, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                           arena_fmt(r->arena, "renewals-to-edit-%s.xlsx", day_iso(r->today, iso)));
}

int roundtrip_page(struct request *r, struct response *w) {
  struct grid_state s;
  struct grid_page page;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct grid_query first = s.query;
  first.limit = 1;
  first.after = 0;
  rc = grid_run(s.desk.book, &first, r->arena, &page, &r->err);
  struct grid_state to = s;
  to.after = 0;
  to.group = -1;
  struct roundtrip_view v = {.problem = STR_NONE, .back = grid_state_href(r, &to, "/renewals"), .href = STR_NONE, .download = STR_NONE};
  if (rc >= 0 && page.totals.rows) {
    v.href = grid_state_href(r, &to, "/renewals/edit.xlsx");
    v.download = tr_n(r, page.totals.rows, "Download {n} renewal", "Download {n} renewals");
  }
  desk_close(&s.desk);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Edit in Excel"), .nav = "/renewals", .sheet = "setup.css", .crumb = tr(r, "Renewals"), .crumb_href = v.back});
  view_roundtrip(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* The page that offers the workbook, and the workbook of the grid's rows. */
#include "web/pages/grid_state.h"
#include "web/pages/roundtrip.h"
#include "web/shell.h"
#include "web/views.h"

enum { ABOUT_LINES = 8 };

static const char *const HEADINGS[ROUNDTRIP_FIELDS] = {
    [ROUNDTRIP_CATEGORY] = MSG("Category"), [ROUNDTRIP_STAGE] = MSG("Stage"), [ROUNDTRIP_CLOSE] = MSG("Close date"), [ROUNDTRIP_AMOUNT] = MSG("Amount"),
    [ROUNDTRIP_STEP] = MSG("Next step"), [ROUNDTRIP_STEP_DATE] = MSG("Step due"), [ROUNDTRIP_PO] = MSG("PO number"), [ROUNDTRIP_NOTE] = MSG("Note")};
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
    [ROUNDTRIP_PO] = "",
    [ROUNDTRIP_NOTE] = ""};

static struct str say(const struct reader *w, const char *text) { return *text ? tr(w, text) : STR_NONE; }

struct roundtrip_words roundtrip_words_of(const struct reader *w) {
  struct roundtrip_words x = {.sheet = tr(w, "Renewals"), .about = tr(w, "About this workbook")};
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    x.heading[f] = say(w, HEADINGS[f]);
    x.rule[f] = say(w, RULES[f]);
  }
  for (int f = 0; f < ROUNDTRIP_FIXED; f++)
    x.fixed[f] = say(w, FIXED[f]);
  for (int i = 0; i < STAGE_COUNT; i++)
    x.stage[i] = str_of(parts_stage(w, i));
  for (int i = 0; i < CATEGORY_COUNT; i++)
    x.category[i] = str_of(parts_category(w, i));
  return x;
}

static size_t about_lines(struct request *r, const struct desk *d, size_t n, struct str lines[ABOUT_LINES]) {
  size_t k = 0;
  lines[k++] = tr(r, "Renewals to edit");
  lines[k++] = tr_n(r, (int64_t)n, "{n} renewal of {0}, made by {1} on {2}.", "{n} renewals of {0}, made by {1} on {2}.", str_of(d->org.name), r->who.name,
                    format_instant(r->reader, r->now));
  lines[k++] = tr(r, "Change what stands in the tinted cells: category, stage, close date, amount, next step and its day, PO number. Amounts are per year, "
                     "in the currency of the row. What you write under Note becomes a note on the renewal.");
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
  struct roundtrip_ask ask;
};

static int make_file(void *arg, const char *path, struct err *e) {
  struct making *m = arg;
  return roundtrip_write(m->r->store, m->r->arena, &m->ask, path, e);
}

int roundtrip_send(struct request *r, struct response *w, const struct desk *d, const struct roundtrip_ask *ask, struct str file_name) {
  struct making m = {r, *ask};
  m.ask.book = d->book;
  m.ask.origin.organization = str_of(d->org.name);
  m.ask.origin.by = r->who.name;
  m.ask.origin.by_id = r->who.id;
  m.ask.origin.at = r->now;
  int rc = response_temp_write(r, make_file, &m, &w->file);
  return rc < 0 ? rc : response_download(r, w, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), file_name);
}

int roundtrip_xlsx(struct request *r, struct response *w) {
  struct grid_state s;
  char iso[DAY_ISO_SIZE];
  struct str lines[ABOUT_LINES];
  uint32_t *rows = NULL;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct roundtrip_words words = roundtrip_words_of(r->reader);
  struct roundtrip_ask ask = {.words = &words, .origin = {.partner = STR_NONE}};
  rc = grid_all(s.desk.book, &s.query, r->arena, &rows, &ask.n, NULL, &r->err);
  ask.rows = rows;
  words.lines = lines;
  words.n_lines = about_lines(r, &s.desk, ask.n, lines);
  if (rc >= 0)
    rc = roundtrip_send(r, w, &s.desk, &ask, arena_fmt(r->arena, "renewals-to-edit-%s.xlsx", day_iso(r->today, iso)));
  desk_close(&s.desk);
  return rc;
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

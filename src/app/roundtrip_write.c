/* Renewals out, as a workbook to be edited. */
#include "app/roundtrip_parts.h"
#include "base/utf8.h"
#include "report/xlsx_stream.h"

enum { COLUMNS = ROUNDTRIP_FIXED + ROUNDTRIP_FIELDS, NOT_EDITED = -1 };

struct writing {
  struct arena *a;
  const struct roundtrip_ask *ask;
  struct roundtrip_secret key;
  struct roundtrip_origin origin;
  struct roundtrip_words words;
  struct str origin_text;
  const char *path;
  struct xlsx_stream *book;
  int field[COLUMNS], fixed[COLUMNS]; /* what stands in each column */
  size_t n;
  struct str choices[2][CATEGORY_COUNT + STAGE_COUNT]; /* what a person may choose: of categories, of stages */
  size_t n_choices[2];
  struct xlsx_stream_column columns[COLUMNS];
};

/* Categories and stages that a cell can set by itself. Won and lost need more than one cell: a day, an amount, a reason. */
static void make_choices(struct writing *x) {
  static const int categories[] = {CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE, CATEGORY_OMITTED};
  for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) x->choices[0][x->n_choices[0]++] = x->words.category[categories[i]];
  for (int i = STAGE_NOT_STARTED; i <= STAGE_PO_PROMISED; i++) x->choices[1][x->n_choices[1]++] = x->words.stage[i];
}

/* As wide as its heading in this language at least. */
static int wide(struct str heading, int width) {
  int n = (int)utf8_count(heading) + 3;
  return n > width ? n : width;
}

static void add_fixed(struct writing *x, enum roundtrip_fixed what, enum report_kind kind, int width) {
  if (what != ROUNDTRIP_KEY && !x->words.fixed[what].n) return;
  x->fixed[x->n] = (int)what;
  x->field[x->n] = NOT_EDITED;
  x->columns[x->n++] = (struct xlsx_stream_column){.title = what == ROUNDTRIP_KEY ? x->origin_text : x->words.fixed[what], .kind = kind,
                                                   .width = what == ROUNDTRIP_KEY ? width : wide(x->words.fixed[what], width),
                                                   .hidden = what == ROUNDTRIP_KEY, .rule = STR_NONE};
}

static void add_field(struct writing *x, enum roundtrip_field f) {
  static const struct {
    enum report_kind kind;
    int width;
  } shapes[ROUNDTRIP_FIELDS] = {[ROUNDTRIP_CATEGORY] = {REPORT_TEXT, 14}, [ROUNDTRIP_STAGE] = {REPORT_TEXT, 16}, [ROUNDTRIP_CLOSE] = {REPORT_DAY, 12},
                                [ROUNDTRIP_AMOUNT] = {REPORT_MONEY, 15},  [ROUNDTRIP_STEP] = {REPORT_TEXT, 44},  [ROUNDTRIP_STEP_DATE] = {REPORT_DAY, 12},
                                [ROUNDTRIP_PO] = {REPORT_TEXT, 18},       [ROUNDTRIP_NOTE] = {REPORT_TEXT, 44}};
  int list = f == ROUNDTRIP_CATEGORY ? 0 : f == ROUNDTRIP_STAGE ? 1 : -1;
  x->field[x->n] = (int)f;
  x->columns[x->n++] = (struct xlsx_stream_column){.title = x->origin.heading[f], .kind = shapes[f].kind, .edit = true,
                                                   .width = wide(x->origin.heading[f], shapes[f].width),
                                                   .rule = x->words.rule[f], .choices = list < 0 ? NULL : x->choices[list],
                                                   .n_choices = list < 0 ? 0 : x->n_choices[list]};
}

static void add_columns(struct writing *x) {
  add_fixed(x, ROUNDTRIP_KEY, REPORT_TEXT, 10);
  add_fixed(x, ROUNDTRIP_CUSTOMER, REPORT_TEXT, 34);
  add_fixed(x, ROUNDTRIP_CONTRACT, REPORT_TEXT, 16);
  add_fixed(x, ROUNDTRIP_DUE, REPORT_DAY, 12);
  add_fixed(x, ROUNDTRIP_OWNER, REPORT_TEXT, 20);
  add_fixed(x, ROUNDTRIP_CURRENCY, REPORT_TEXT, 9);
  add_fixed(x, ROUNDTRIP_LAST, REPORT_MONEY, 15);
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++)
    if (x->origin.heading[f].n) add_field(x, (enum roundtrip_field)f);
}

static struct xlsx_stream_cell text_cell(struct str s) { return (struct xlsx_stream_cell){.cell = cell_text(s)}; }
static struct xlsx_stream_cell day_cell(day_t d) { return (struct xlsx_stream_cell){.cell = cell_day(d)}; }
static struct xlsx_stream_cell money_cell(int64_t minor, currency_t c) {
  return (struct xlsx_stream_cell){.cell = cell_money(minor), .money_exponent = currency_exponent(c)};
}

static struct xlsx_stream_cell fixed_cell(const struct writing *x, int what, uint32_t row, const struct renewal *r, char key[ROUNDTRIP_KEY_SIZE], char code[4]) {
  const struct book *b = x->ask->book;
  switch (what) {
    case ROUNDTRIP_KEY: roundtrip_key_text(&x->key, r->id, r->version, key); return text_cell(str_of(key));
    case ROUNDTRIP_CUSTOMER: return text_cell(book_name(&b->accounts, b->renewals.account[row]));
    case ROUNDTRIP_CONTRACT: return text_cell(book_name(&b->contracts, b->renewals.contract[row]));
    case ROUNDTRIP_DUE: return day_cell(r->due_date);
    case ROUNDTRIP_OWNER: return text_cell(book_name(&b->reps, b->renewals.rep[row]));
    case ROUNDTRIP_CURRENCY: return text_cell(str_of(currency_code(r->currency, code)));
    default: return money_cell(r->atr_amount, r->currency);
  }
}

static struct xlsx_stream_cell field_cell(const struct writing *x, int field, const struct renewal *r) {
  const struct roundtrip_words *w = &x->words;
  switch (field) {
    case ROUNDTRIP_CATEGORY: return text_cell(w->category[r->category]);
    case ROUNDTRIP_STAGE: return text_cell(w->stage[r->stage]);
    case ROUNDTRIP_CLOSE: return day_cell(r->close_date);
    case ROUNDTRIP_AMOUNT: return money_cell(r->forecast_amount, r->currency);
    case ROUNDTRIP_STEP: return text_cell(r->next_step);
    case ROUNDTRIP_STEP_DATE: return day_cell(r->next_step_date);
    case ROUNDTRIP_PO: return text_cell(r->po_number);
    default: return text_cell(STR_NONE);
  }
}

static int write_row(struct writing *x, uint32_t row, const struct renewal *r, struct err *e) {
  struct xlsx_stream_cell cells[COLUMNS];
  char key[ROUNDTRIP_KEY_SIZE], code[4];
  bool closed = r->stage == STAGE_WON || r->stage == STAGE_LOST;
  for (size_t i = 0; i < x->n; i++) {
    cells[i] = x->field[i] == NOT_EDITED ? fixed_cell(x, x->fixed[i], row, r, key, code) : field_cell(x, x->field[i], r);
    cells[i].shut = closed && x->field[i] != ROUNDTRIP_NOTE; /* what is closed is changed on its own page, where it is said why */
  }
  return xlsx_stream_row(x->book, cells, e);
}

static int write_tx(struct store *s, void *arg, struct err *e) {
  struct writing *x = arg;
  const struct roundtrip_words *w = &x->words;
  struct xlsx_stream_form form = {.title = w->lines[0], .page = w->page, .organization = x->origin.organization, .made_at = x->origin.at, .lines = w->lines,
                                  .n_lines = w->n_lines};
  char sheet[128], about[128];
  ARENA_CLEANUP struct arena *scratch = arena_child(x->a);
  if (!scratch) return err_set(e, ERR_NOMEM, "Out of memory");
  if (x->book) (void)xlsx_stream_close(x->book, ERR_AGAIN, e); /* it is run again: from the start */
  x->book = NULL;
  form.about = str_to_z(w->about, about, sizeof about);
  int rc = xlsx_stream_open_form(x->path, str_to_z(w->sheet, sheet, sizeof sheet), x->columns, x->n, &form, &x->book, e);
  for (size_t i = 0; i < x->ask->n && rc == OK; i++) {
    struct renewal r;
    arena_reset(scratch);
    rc = renewal_get(s, scratch, x->ask->book->renewals.id[x->ask->rows[i]], &r, e);
    if (rc == ERR_NOTFOUND) rc = OK; /* went while the book was held: it is no row */
    else if (rc == OK) rc = write_row(x, x->ask->rows[i], &r, e);
  }
  return rc;
}

int roundtrip_write(struct store *s, struct arena *a, const struct roundtrip_ask *ask, const char *path, struct err *e) {
  if (ask->n > ROUNDTRIP_MOST_ROWS)
    return err_set(e, ERR_LIMIT, "%zu renewals are too many for one workbook to edit: filter the list down to %d", ask->n, ROUNDTRIP_MOST_ROWS);
  struct writing *x = arena_zalloc(a, 1, sizeof *x);
  if (!x) return err_set(e, ERR_NOMEM, "Out of memory");
  x->a = a;
  x->ask = ask;
  x->path = path;
  x->origin = ask->origin;
  roundtrip_words(ask->reader, &x->origin, ask->n, &x->words);
  memcpy(x->origin.heading, x->words.heading, sizeof x->origin.heading);
  memcpy(x->origin.stage, x->words.stage, sizeof x->origin.stage);
  memcpy(x->origin.category, x->words.category, sizeof x->origin.category);
  x->origin.seq = ask->book->seq;
  int rc = roundtrip_sign(s, a, &x->origin, &x->origin_text, e);
  if (rc == OK) rc = roundtrip_secret(s, a, false, &x->key, e);
  if (rc < 0) return rc;
  make_choices(x);
  add_columns(x);
  rc = store_read(s, write_tx, x, e);
  return x->book ? xlsx_stream_close(x->book, rc, e) : rc;
}

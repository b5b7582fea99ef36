/* worklist: a rep's open renewals in the order of their worklist, with the parts of each score. */
#include "app/book_cache.h"
#include "app/work.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cli/commands.h"

static const struct cli_column columns[] = {
    {"group", false, false}, {"id", true, true}, {"end_user_account", false, false}, {"contract_number", false, false}, {"due_date", false, false},
    {"last_safe_day", false, false}, {"next_step_date", false, false}, {"forecast_category", false, false}, {"forecast_amount", true, false},
    {"currency", false, false}, {"score", true, false}, {"deadline", true, false}, {"step", true, false}, {"order", true, false},
    {"category", true, false}, {"risk", true, false}, {"reporting_currency", false, false}};

static void day_cell(struct cli_table *t, day_t d) {
  char iso[DAY_ISO_SIZE];
  cli_cell(t, str_of(day_iso(d, iso)));
}

static void money_cell(struct cli_table *t, int64_t minor, currency_t c) {
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(64);
  money_add_text(&text, minor, c);
  cli_cell(t, strbuf_str(&text));
}

static void print_item(struct cli_table *t, const struct book *b, const struct work_item *it) {
  const struct book_renewals *n = &b->renewals;
  uint32_t i = it->row;
  char code[4];
  cli_cell(t, str_of(work_group_name((int)it->group)));
  cli_cell_i64(t, n->id[i]);
  cli_cell(t, book_name(&b->accounts, n->account[i]));
  cli_cell(t, book_name(&b->contracts, n->contract[i]));
  day_cell(t, n->due[i]);
  day_cell(t, it->score.last_safe);
  day_cell(t, n->step_date[i]);
  cli_cell(t, str_of(category_name(n->category[i])));
  money_cell(t, n->forecast[i], b->currency_of[n->currency[i]]);
  cli_cell(t, str_of(currency_code(b->currency_of[n->currency[i]], code)));
  money_cell(t, it->score.score, b->reporting);
  for (int p = 0; p < WORK_PARTS; p++) {
    money_cell(t, it->score.part[p], b->reporting);
  }
  cli_cell(t, str_of(currency_code(b->reporting, code)));
}

static int print_list(struct cli *c, const struct org *org, const struct book *b, int64_t rep, enum work_share share, struct err *e) {
  struct scope who = scope_operator();
  struct worklist w;
  day_t today = org_today(org, c->now);
  day_t plan_day = period_of(&org->calendar, PERIOD_QUARTER, today).first;
  int code = work_list(c->store, c->arena, &who, b, org, rep, share, today, INT64_MAX, plan_day, &w, e);
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t i = 0; i < w.n; i++) {
    print_item(t, b, &w.items[i]);
  }
  code = cli_table_end(t);
  return code == OK ? OK : err_set(e, code, "Out of memory");
}

/* The rep whose name this is, case and accents aside. */
static int find_rep(struct book *b, struct str name, int64_t *ret, struct err *e) {
  for (uint32_t i = 1; i < b->reps.n; i++) {
    if (utf8_alike(b->reps.name[i], name)) {
      *ret = b->reps.id[i];
      return OK;
    }
  }
  return err_set(e, ERR_NOTFOUND, "worklist: nobody of the book is called %.*s: write the name as in the column owner", STR_FMT(str_sub(name, 0, 100)));
}

int worklist_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct book *b = NULL;
  const char *rep = NULL, *view = "all";
  int64_t rep_id = 0;
  if (cli_option(c, "rep", &rep) != OK || cli_option(c, "view", &view) != OK || cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  int share = work_share_of(str_of(view));
  if (rep == NULL || share < 0) {
    return cli_usage(c, rep == NULL ? "worklist: --rep NAME is missing" : "worklist: --view is all, own or cover");
  }
  int code = cli_store(c, false, &e);
  code = code == OK ? org_load(c->store, &org, &e) : code;
  code = code == OK ? book_load(c->store, DAY_NONE, &b, &e) : code;
  code = code == OK ? find_rep(b, str_of(rep), &rep_id, &e) : code;
  code = code == OK ? print_list(c, &org, b, rep_id, (enum work_share)share, &e) : code;
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}

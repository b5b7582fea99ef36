/* coverage: what an account has under support, item by item: gaps, lapses, double coverage. */
#include "app/book_cache.h"
#include "app/coverage.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "store/repo_config.h"

static const struct cli_column columns[] = {
    {"serial_number", false, false}, {"product", false, false}, {"what", false, false}, {"from", false, false}, {"to", false, false}, {"days", true, true},
    {"contracts", false, false}, {"eol_date", false, false}, {"eos_date", false, false}, {"annual_value", true, false}, {"currency", false, false}};

static void day_cell(struct cli_table *t, day_t d) {
  char buf[DAY_ISO_SIZE];
  cli_cell(t, str_of(day_iso(d, buf)));
}

/* Numbers of the contracts that touch a span. */
static void contracts_cell(struct cli_table *t, const struct coverage_map *m, const struct coverage_item *x, day_t first, day_t last) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  for (size_t i = 0; i < x->n_terms; i++) {
    const struct coverage_term *term = x->terms[i];
    struct str number = m->terms[term->row].contract;
    if (term->start <= last + 1 && term->end >= first - 1 && !str_contains(strbuf_str(&b), number)) {
      strbuf_addz(&b, b.n > 0 ? " " : "");
      strbuf_add(&b, number);
    }
  }
  cli_cell(t, strbuf_str(&b));
}

static void print_row(struct cli_table *t, const struct coverage_map *m, const struct coverage_item *x, const char *what, day_t first, day_t last, currency_t c) {
  const struct covered_term *newest = &m->terms[x->terms[x->n_terms - 1]->row];
  struct strbuf value STRBUF_CLEANUP = STRBUF_INIT(64);
  char code[4];
  money_add_text(&value, x->value, c);
  cli_cell(t, newest->serial);
  cli_cell(t, newest->product);
  cli_cell(t, str_of(what));
  day_cell(t, first);
  day_cell(t, last);
  cli_cell_i64(t, (int64_t)last - first + 1);
  contracts_cell(t, m, x, first, last);
  day_cell(t, newest->eol);
  day_cell(t, newest->eos);
  cli_cell(t, strbuf_str(&value));
  cli_cell(t, str_of(currency_code(c, code)));
}

struct question {
  struct str account;
  bool gaps, doubles;
};

static void print_item(struct cli_table *t, const struct coverage_map *m, const struct coverage_item *x, const struct question *q, currency_t c) {
  static const char *const words[] = {[COVERAGE_GAP] = "gap", [COVERAGE_LAPSED] = "lapsed", [COVERAGE_DOUBLE] = "double"};
  bool all = !q->gaps && !q->doubles;
  for (size_t i = 0; i < x->n_terms && all; i++) {
    print_row(t, m, x, "covered", x->terms[i]->start, x->terms[i]->end, c);
  }
  for (size_t i = 0; i < x->n_spans; i++) {
    const struct coverage_span *s = &x->spans[i];
    if (all || (s->kind == COVERAGE_DOUBLE ? q->doubles : q->gaps)) {
      print_row(t, m, x, words[s->kind], s->first, s->last, c);
    }
  }
}

static void print_summary(struct cli *c, const struct coverage_map *m) {
  const struct coverage_sprawl *s = &m->sprawl;
  char first[DAY_ISO_SIZE], last[DAY_ISO_SIZE];
  fprintf(c->out, "%zu items: %zu with gaps, %zu lapsed, %zu with double coverage", m->coverage.n, m->coverage.with_gaps, m->coverage.lapsed,
          m->coverage.with_doubles);
  if (s->contracts > 0) {
    fprintf(c->out, "; %lld active contract%s on %lld end date%s, %s to %s", (long long)s->contracts, s->contracts == 1 ? "" : "s", (long long)s->dates,
            s->dates == 1 ? "" : "s", day_iso(s->first, first), day_iso(s->last, last));
  }
  if (m->excluded > 0) {
    fprintf(c->out, "; %zu excluded line%s left out", m->excluded, m->excluded == 1 ? "" : "s");
  }
  fputc('\n', c->out);
}

static int print_coverage(struct cli *c, const struct org *org, const struct book *b, const struct question *q, struct err *e) {
  struct scope who = scope_operator();
  struct coverage_ask ask = {.today = org_today(org, c->now), .as_of = DAY_NONE, .plan_day = org_today(org, c->now)};
  struct coverage_map m;
  int code = account_find(c->store, q->account, &ask.account_id, e);
  code = code == OK ? coverage_load(c->store, c->arena, &who, b, &ask, &m, e) : code;
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t i = 0; i < m.coverage.n; i++) {
    print_item(t, &m, &m.coverage.items[i], q, b->reporting);
  }
  code = cli_table_end(t);
  if (code == OK && c->format == FORMAT_TABLE) {
    print_summary(c, &m);
  }
  return code == OK ? OK : err_set(e, code, "out of memory");
}

int coverage_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct book *b = NULL;
  const char *account = NULL;
  if (cli_option(c, "account", &account) != OK) {
    return EXIT_USAGE;
  }
  struct question q = {str_of(account), cli_flag(c, "gaps"), cli_flag(c, "double")};
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (q.account.n == 0) {
    return cli_usage(c, "--account: whose coverage? Give the account's name");
  }
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK) {
    return cli_fail(c, &e);
  }
  int code = book_load(c->store, DAY_NONE, &b, &e);
  code = code == OK ? print_coverage(c, &org, b, &q, &e) : code;
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}

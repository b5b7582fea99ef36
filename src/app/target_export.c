#include "app/target_export.h"

#include "base/decimal.h"
#include "report/write.h"

enum { COLUMNS = 8, DIGITS = 9 /* of every amount, whatever it is: rates need them */ };
static const struct report_column columns[COLUMNS] = {
    {"scope", REPORT_TEXT, 12, false}, {"scope_name", REPORT_TEXT, 28, false}, {"period", REPORT_TEXT, 12, false}, {"kind", REPORT_TEXT, 10, false},
    {"measure", REPORT_TEXT, 22, false}, {"amount", REPORT_MONEY, 16, false}, {"currency", REPORT_TEXT, 10, false}, {"reason", REPORT_TEXT, 48, false}};

struct making {
  struct store *s;
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  const struct org *org;
  int64_t until;
  struct report_table table;
  size_t cap;
};

static int add(struct making *m, const struct target *t, struct str period) {
  struct report_cell *c = report_row(&m->table, m->a, &m->cap);
  char code[4];
  bool money = str_eq(t->kind, STR("money")), rate = str_eq(t->kind, STR("rate"));
  int digits = money ? currency_exponent(t->currency) : rate ? RATE_SCALE_DIGITS : 0;
  int64_t scaled = 0;
  if (!c)
    return ERR_NOMEM;
  if (__builtin_mul_overflow(t->amount, pow10_i64(DIGITS - digits), &scaled))
    return ERR_RANGE;
  c[0] = cell_text(t->scope);
  c[1] = cell_text(t->scope_name);
  c[2] = cell_text(period);
  c[3] = cell_text(t->kind);
  c[4] = cell_text(t->measure);
  c[5] = cell_money(scaled);
  c[6] = cell_text(arena_str(m->a, str_of(currency_code(t->currency, code))));
  c[7] = cell_text(t->reason);
  return OK;
}

static bool may_see(const struct making *m, const struct target *t) {
  struct target_row x = {0};
  bool whole = false;
  if (!m->b || m->who->everything)
    return true;
  return target_find(m->b, t, &x) && node_check(&x.node, m->a, m->who, m->b, &whole, NULL) == OK && whole;
}

static int add_period(struct making *m, const struct period *p, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct period parts[TARGET_PARTS];
  struct target *rows = NULL;
  size_t n = 0, n_parts = target_parts(&m->org->calendar, p, parts);
  struct str period = arena_str(m->a, str_of(period_id(p, id)));
  int rc = target_list(m->s, m->a, period, m->until, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (may_see(m, &rows[i]) && (rc = add(m, &rows[i], period)) != OK)
      return err_set(e, rc, "A target is too large for a workbook, or out of memory");
  for (size_t k = 0; k < n_parts && rc == OK; k++)
    rc = add_period(m, &parts[k], e);
  return rc;
}

int target_export(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, int64_t until,
                  const char *path, struct err *e) {
  char id[PERIOD_ID_SIZE];
  struct making m = {s, a, who, b, org, until, {.name = "Targets", .title = "Targets", .empty = "No target is set.", .columns = columns, .n_columns = COLUMNS}, 0};
  int rc = add_period(&m, p, e);
  if (rc != OK)
    return rc;
  struct report_sheet sheet = {.name = "Targets", .heading = arena_fmt(a, "Targets of %s", period_id(p, id)), .tables = &m.table, .n_tables = 1};
  struct report report = {.title = sheet.heading, .organization = str_of(org->name), .subject = STR("Targets"), .as_of = p->first, .exponent = DIGITS,
      .sheets = &sheet, .n_sheets = 1};
  return report_write_xlsx(&report, path, e);
}

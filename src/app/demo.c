/* Writes the demo organization: people and partners, the catalogue, rates, then the accounts with their
 * contracts and lines; history_derive makes the rest; demo_work.c lets the team work. */
#include "app/demo.h"

#include "app/demo_vendor.h"
#include "app/demo_write.h"
#include "app/history.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "domain/value.h"
#include "store/repo_audit.h"
#include "store/repo_config.h"

enum { NAME_MAX_BYTES = 400, DEMO_MIN_LINES = 100, DEMO_MAX_LINES_ASKED = 10000000, RATE_MONTHS = 66, BACKDATED_DAYS = 120 };

int64_t demo_instant(day_t d, int seconds) { return (int64_t)d * SECONDS_PER_DAY + seconds; }

struct str demo_key(struct demo_writer *w, struct str name) {
  struct strbuf b = STRBUF_INIT(NAME_MAX_BYTES);
  utf8_fold(&b, name);
  struct str key = arena_str(w->row, strbuf_str(&b));
  strbuf_free(&b);
  return key;
}

static struct str made(struct demo_writer *w, struct strbuf *b) {
  struct str s = arena_str(w->row, strbuf_str(b));
  strbuf_free(b);
  return s;
}

static int add_products(struct demo_writer *w, struct err *e) {
  for (int i = 0; i < DEMO_PRODUCTS; i++) {
    const struct demo_model *m = &demo_models[i / DEMO_LEVELS];
    const char *code = demo_level_codes[i % DEMO_LEVELS];
    struct vendor_product p = {.id = i + 1, .known_at = w->epoch, .name = arena_fmt(w->row, "%s, %s", m->name, demo_levels[i % DEMO_LEVELS]),
                               .sku = arena_fmt(w->row, "%s-%s", m->sku, code), .family = str_of(m->family), .product_line = str_of(m->product_line),
                               .service_level = str_of(demo_levels[i % DEMO_LEVELS]), .eol = DAY_NONE, .eos = DAY_NONE};
    p.sku_key = demo_key(w, p.sku);
    if (m->eol_months != 0) {
      p.eol = day_add_months(w->shape.today, m->eol_months);
      p.eos = day_add_months(w->shape.today, m->eos_months);
    }
    if (m->replacement[0] != '\0') {
      p.replacement_sku = arena_fmt(w->row, "%s-%s", m->replacement, code);
    }
    int rc = vendor_add_product(w->vendor, &p, e);
    if (rc != OK) {
      return rc;
    }
  }
  return OK;
}

static int add_rates(struct demo_writer *w, struct err *e) {
  struct ymd at = day_to_ymd(w->shape.today);
  day_t month = w->shape.today - at.d + 1;
  for (int t = 0; t < DEMO_TEAMS; t++) {
    if (w->currency[t] == w->currency[0]) {
      continue;
    }
    for (int i = 0; i < RATE_MONTHS; i++) {
      day_t from = day_add_months(month, i - RATE_MONTHS + 1);
      int rc = vendor_add_rate(w->vendor, w->currency[t], from, demo_rate(&w->shape, t, i), STR("demo treasury, month"), demo_instant(from, 0), e);
      if (rc != OK) {
        return rc;
      }
    }
  }
  return OK;
}

static int add_partners(struct demo_writer *w, struct err *e) {
  for (int t = 0; t < DEMO_TEAMS; t++) {
    for (int k = 0; k < 2; k++) {
      int n = k == 0 ? w->shape.resellers[t] : w->shape.distributors[t];
      int64_t *first = k == 0 ? &w->first_reseller[t] : &w->first_distributor[t];
      *first = w->next_account;
      for (int i = 0; i < n; i++) {
        struct strbuf b = STRBUF_INIT(NAME_MAX_BYTES);
        demo_partner_name(&b, t, k == 1, i);
        struct vendor_account a = {.id = w->next_account++, .region_id = w->region[t], .known_at = w->epoch, .name = made(w, &b), .kind = k == 0 ? 2 : 4,
                                   .country = str_of(demo_teams[t].country), .language = str_of(demo_teams[t].language), .currency = w->currency[t]};
        a.name_key = demo_key(w, a.name);
        int rc = vendor_add_account(w->vendor, &a, e);
        if (rc != OK) {
          return rc;
        }
      }
    }
  }
  return OK;
}

static int write_line(struct demo_writer *w, const struct demo_account *a, const int64_t *contract_ids, int i, struct err *e) {
  const struct demo_line *x = &a->lines[i];
  char number[24];
  struct strbuf serial = STRBUF_INIT(64);
  demo_serial(&serial, x->product / DEMO_LEVELS, x->serial);
  int n = snprintf(number, sizeof number, "%d", x->line_number);
  struct vendor_line row = {.id = w->next_line + i, .contract_id = contract_ids[x->contract], .product_id = x->product + 1, .quantity = x->quantity,
                            .list_amount = x->list_amount, .net_amount = x->net_amount, .known_at = demo_instant(x->booked, 43200),
                            .line_number = {number, (size_t)n}, .serial_number = strbuf_str(&serial), .start = x->start, .end = x->end, .booked = x->booked,
                            .currency = w->currency[a->team]};
  int rc = value_annual(x->net_amount, x->start, x->end, &row.annual_value);
  struct str key = arena_fmt(w->row, "%" PRId64 "/%d", contract_ids[x->contract], x->line_number);
  row.line_key = (int64_t)(str_hash(key) >> 1);
  if (x->from >= 0) {
    const struct demo_line *from = &a->lines[x->from];
    row.renewed_from = arena_fmt(w->row, "C%06d-%d/%d", (int)a->index + 1, from->contract + 1, from->line_number);
  }
  rc = rc == OK ? vendor_add_line(w->vendor, &row, e) : err_set(e, rc, "demo: a line's annual value is out of range");
  strbuf_free(&serial);
  return rc;
}

static int write_account(struct demo_writer *w, const struct demo_account *a, struct err *e) {
  int64_t contract_ids[sizeof a->contracts / sizeof a->contracts[0]];
  struct strbuf b = STRBUF_INIT(NAME_MAX_BYTES);
  demo_account_name(&b, a->team, a->index);
  day_t first = a->lines[0].booked;
  for (int i = 1; i < a->n_lines; i++) {
    first = a->lines[i].booked < first ? a->lines[i].booked : first;
  }
  struct vendor_account account = {.id = w->next_account++, .region_id = w->region[a->team], .known_at = demo_instant(first, 0), .name = made(w, &b),
                                   .kind = 1, .country = str_of(demo_teams[a->team].country), .language = str_of(demo_teams[a->team].language),
                                   .currency = w->currency[a->team]};
  account.name_key = demo_key(w, account.name);
  int rc = vendor_add_account(w->vendor, &account, e);
  for (int i = 0; i < a->n_contracts && rc == OK; i++) {
    contract_ids[i] = w->next_contract++;
    struct vendor_contract c = {.id = contract_ids[i], .end_user_id = account.id, .owner_id = w->first_rep[a->team] + a->rep, .region_id = w->region[a->team],
                                .known_at = demo_instant(a->contracts[i].start, 0), .currency = w->currency[a->team], .sales_model = a->model,
                                .uplift_bp = 400, .notice_days = 60, .number = arena_fmt(w->row, "C%06d-%d", (int)a->index + 1, i + 1)};
    c.reseller_id = a->reseller >= 0 ? w->first_reseller[a->team] + a->reseller : 0;
    c.distributor_id = a->distributor >= 0 ? w->first_distributor[a->team] + a->distributor : 0;
    c.number_key = demo_key(w, c.number);
    rc = vendor_add_contract(w->vendor, &c, e);
  }
  for (int i = 0; i < a->n_lines && rc == OK; i++) {
    rc = write_line(w, a, contract_ids, i, e);
  }
  w->next_line += a->n_lines;
  return rc;
}

static int add_accounts(struct demo_writer *w, const struct demo_options *o, struct err *e) {
  struct demo_account *a = mem_alloc(sizeof *a);
  int rc = a != NULL ? OK : ERR_NOMEM;
  w->next_line = 1;
  w->next_contract = 1;
  for (int64_t i = 0; rc == OK && w->next_line <= o->lines; i++) {
    demo_account_make(&w->shape, i, a);
    if (a->n_lines > 0) {
      rc = write_account(w, a, e);
    }
    arena_reset(w->row);
    if (o->progress != NULL && i % 512 == 0) {
      o->progress(o->progress_ctx, "writing lines", w->next_line - 1, o->lines);
    }
  }
  mem_free(a);
  return rc;
}

static int claim_ids(struct store *s, const char *table, int64_t n, struct err *e) {
  int64_t first = 0; /* later writers continue behind ours */
  return store_reserve_ids(s, table, n, &first, e);
}

static int finish_ids(struct demo_writer *w, struct err *e) {
  int rc = claim_ids(w->store, "account", w->next_account - 1, e);
  rc = rc == OK ? claim_ids(w->store, "contract", w->next_contract - 1, e) : rc;
  rc = rc == OK ? claim_ids(w->store, "contract_line", w->next_line - 1, e) : rc;
  rc = rc == OK ? claim_ids(w->store, "product", DEMO_PRODUCTS, e) : rc;
  rc = rc == OK ? claim_ids(w->store, "person", w->people, e) : rc;
  rc = rc == OK ? claim_ids(w->store, "team", DEMO_TEAM_ROWS, e) : rc;
  return rc == OK ? claim_ids(w->store, "region", DEMO_REGIONS, e) : rc;
}

static int write_book(struct demo_writer *w, const struct demo_options *o, struct err *e) {
  int rc = vendor_begin(w->store, &w->vendor, e);
  if (rc != OK) {
    return rc;
  }
  rc = demo_add_people(w, o->password_hash, e);
  rc = rc == OK ? add_products(w, e) : rc;
  rc = rc == OK ? add_rates(w, e) : rc;
  rc = rc == OK ? add_partners(w, e) : rc;
  rc = rc == OK ? add_accounts(w, o, e) : rc;
  int ended = vendor_end(w->vendor, rc == OK ? e : NULL);
  return rc == OK ? ended : rc;
}

static int set_settings(struct demo_writer *w, const struct demo_options *o, struct err *e) {
  char today[DAY_ISO_SIZE];
  const struct { struct str key, value; } settings[] = {
      {STR("name"), STR("Palisade Networks")}, {STR("reporting_currency"), STR("USD")}, {STR("today"), str_of(day_iso(o->today, today))}};
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
    int rc = config_set(w->store, settings[i].key, settings[i].value, 0, w->epoch, e);
    if (rc != OK) {
      return rc;
    }
  }
  return OK;
}

struct demo_run {
  const struct demo_options *o;
  struct demo_result *ret;
};

static int make_in_tx(struct store *s, void *arg, struct err *e) {
  struct demo_run *run = arg;
  const struct demo_options *o = run->o;
  struct arena *row ARENA_CLEANUP = arena_new(0);
  struct demo_writer w = {.store = s, .row = row, .shape = demo_shape_of(o->lines, o->seed, o->today), .next_account = 1};
  if (row == NULL) {
    return ERR_NOMEM;
  }
  w.epoch = demo_instant(o->today - 6 * 366, 0);
  for (int t = 0; t < DEMO_TEAMS; t++) {
    (void)currency_parse(str_of(demo_teams[t].currency), &w.currency[t]);
  }
  int rc = write_book(&w, o, e);
  rc = rc == OK ? finish_ids(&w, e) : rc;
  rc = rc == OK ? set_settings(&w, o, e) : rc;
  struct history_counts counts = {0};
  struct history_change all = {.all = true, .today = o->today, .now = demo_instant(o->today, 6 * 3600), .known_at = demo_instant(o->today, 0)};
  if (rc == OK && o->progress != NULL) {
    o->progress(o->progress_ctx, "linking what renewed what", 0, 0);
  }
  rc = rc == OK ? history_derive(s, &all, &counts, e) : rc;
  if (rc == OK && o->progress != NULL) {
    o->progress(o->progress_ctx, "letting the team work", 0, 0);
  }
  rc = rc == OK ? vendor_backdate_renewals(s, o->today - BACKDATED_DAYS, e) : rc;
  rc = rc == OK ? demo_work(&w, e) : rc;
  rc = rc == OK ? demo_set_targets(&w, e) : rc;
  rc = rc == OK ? demo_notices(&w, e) : rc;
  rc = rc == OK ? demo_reviews(&w, e) : rc;
  rc = rc == OK ? demo_sales(&w, e) : rc;
  rc = rc == OK ? demo_capacity(&w, o->today, e) : rc;
  rc = rc == OK ? demo_calls(&w, e) : rc;
  rc = rc == OK ? demo_exceptions(&w, e) : rc;
  rc = rc == OK ? demo_escalations(&w, e) : rc;
  int64_t renewals = rc == OK ? vendor_count_renewals(s, e) : 0;
  struct audit_entry entry = {.at = o->now, .action = "demo.make", .entity = "", .detail = STR("{}")};
  rc = rc == OK ? audit_add(s, &entry, e) : rc;
  rc = rc == OK ? store_changed(s, "book", 0, e) : rc;
  if (rc == OK) {
    *run->ret = (struct demo_result){w.next_line - 1, w.next_account - 1, w.next_contract - 1, w.people, renewals, w.worked};
  }
  return rc;
}

int demo_make(struct store *s, const struct demo_options *o, struct demo_result *ret, struct err *e) {
  if (o->lines < DEMO_MIN_LINES || o->lines > DEMO_MAX_LINES_ASKED) {
    return err_set(e, ERR_RANGE, "--lines %" PRId64 ": a demo has 100 to 10,000,000 lines", o->lines);
  }
  struct demo_run run = {o, ret};
  int rc = store_write_bulk(s, make_in_tx, &run, e);
  return rc < 0 ? rc : OK;
}

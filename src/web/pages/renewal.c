#include "web/pages/renewal.h"
#include "app/touch.h"
#include "web/views.h"
#include "web/pages/desk.h"
#include "web/pages/work.h"
#include "web/shell.h"

static struct str address(struct request *r, const char *root, int64_t id) { return arena_fmt(r->arena, "%s/%lld", root, (long long)id); }

static struct str contract_address(struct request *r, struct str number) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  strbuf_addz(&b, "/contracts/");
  html_part_str(&b, number);
  return arena_str(r->arena, strbuf_str(&b));
}

static struct str span_text(struct request *r, day_t from, day_t to) {
  struct str a = format_day(r->reader, from), b = format_day(r->reader, to);
  return tr_fmt(r, "{0} to {1}", a, b);
}

static void add_party(struct request *r, struct renewal_view *v, const char *role, const struct party *p, const char *missing) {
  struct renewal_party *x = &v->parties[v->n_parties++];
  if (p->id)
    *x = (struct renewal_party){tr(r, role).p, p->name, address(r, "/accounts", p->id), p->country.n ? p->country : STR_NONE};
  else
    *x = (struct renewal_party){tr(r, role).p, tr(r, missing), STR_NONE, STR_NONE};
}

static int fill_parties(struct request *r, const struct contract *c, struct renewal_view *v) {
  v->parties = arena_zalloc(r->arena, 4, sizeof *v->parties);
  if (!v->parties)
    return ERR_NOMEM;
  add_party(r, v, MSG("Customer"), &c->end_user, MSG("not given"));
  if (c->sales_model != MODEL_DIRECT || c->reseller.id)
    add_party(r, v, MSG("Reseller"), &c->reseller, MSG("not given"));
  if (c->sales_model == MODEL_TWO_TIER || c->distributor.id)
    add_party(r, v, MSG("Distributor"), &c->distributor, MSG("not given"));
  if (c->bill_to.id && c->bill_to.id != c->end_user.id && c->bill_to.id != c->reseller.id && c->bill_to.id != c->distributor.id)
    add_party(r, v, MSG("Bill to"), &c->bill_to, "");
  v->sales_model = str_of(parts_sales_model(r->reader, c->sales_model));
  return OK;
}

static struct str outcome_words(struct request *r, const struct contract_term *t) {
  if (t->outcome == OUTCOME_OPEN)
    return tr(r, "outcome|open");
  if (t->outcome == OUTCOME_LOST)
    return tr(r, "not renewed");
  if (t->booked_date == DAY_NONE)
    return tr(r, "renewed");
  struct str day = format_day(r->reader, t->booked_date);
  return t->booked_assumed ? tr_fmt(r, "assumed booked {0}", day) : tr_fmt(r, "booked {0}", day);
}

static void fill_line(struct request *r, const struct contract_term *t, const struct term_link *links, size_t n_links, struct renewal_line *x) {
  x->item = t->product.n ? t->product : t->sku.n ? t->sku : tr(r, "Item not named");
  x->detail = t->product.n && !str_eq(t->product, t->sku) && t->sku.n ? t->sku : t->service_level;
  x->serial = t->serial_number;
  x->quantity = format_count(r->reader, t->quantity);
  x->coverage = span_text(r, t->start_date, t->end_date);
  x->term = parts_amount(r->reader, t->net_amount, t->currency, MONEY_WHOLE);
  x->year = parts_amount(r->reader, t->annual_value, t->currency, MONEY_WHOLE);
  x->next = parts_amount(r->reader, t->won_annual, t->currency, MONEY_WHOLE);
  x->outcome = outcome_words(r, t);
  x->lost = t->outcome == OUTCOME_LOST;
  x->excluded = t->excluded_reason;
  for (size_t i = 0; i < n_links; i++)
    if (links[i].line_id == t->id) {
      x->became = links[i].other_contract;
      x->became_href = contract_address(r, links[i].other_contract);
      return;
    }
}

static int fill_lines(struct request *r, const struct contract_term *terms, size_t n, const struct term_link *links, size_t n_links,
                      currency_t currency, struct renewal_view *v) {
  v->lines = arena_zalloc(r->arena, n + 1, sizeof *v->lines);
  if (!v->lines)
    return ERR_NOMEM;
  int64_t term = 0, year = 0, next = 0, quantity = 0, serials = 0;
  v->one_span = n > 0;
  for (size_t i = 0; i < n; i++) {
    fill_line(r, &terms[i], links, n_links, &v->lines[v->n_lines++]);
    if (__builtin_add_overflow(term, terms[i].net_amount, &term) || __builtin_add_overflow(year, terms[i].annual_value, &year) ||
        __builtin_add_overflow(next, terms[i].won_annual, &next) || __builtin_add_overflow(quantity, terms[i].quantity, &quantity))
      return err_set(&r->err, ERR_RANGE, "renewal: its lines add up to more than an amount can hold");
    serials += terms[i].serial_number.n > 0;
    v->has_outcome |= terms[i].outcome != OUTCOME_OPEN || n_links > 0 || terms[i].end_date < r->today;
    v->one_span &= terms[i].start_date == terms[0].start_date && terms[i].end_date == terms[0].end_date;
    v->has_next |= terms[i].won_annual != 0;
  }
  char code[4];
  struct str lines = tr_n(r, (int64_t)n, "{n} line", "{n} lines"), pieces = tr_n(r, quantity, "product|{n} item", "{n} items");
  struct str money = arena_str(r->arena, str_of(currency_code(currency, code)));
  v->lines_note = serials ? tr_fmt(r, "{0}, {1}, {2}, with serial numbers", money, lines, pieces)
                          : arena_fmt(r->arena, "%.*s, %.*s, %.*s", STR_FMT(money), STR_FMT(lines), STR_FMT(pieces));
  if (v->one_span)
    v->span = span_text(r, terms[0].start_date, terms[0].end_date);
  v->total_term = v->last_term = parts_amount(r->reader, term, currency, MONEY_WHOLE);
  v->total_year = v->last_year = parts_amount(r->reader, year, currency, MONEY_WHOLE);
  v->total_next = parts_amount(r->reader, next, currency, MONEY_WHOLE);
  return OK;
}

/* Links of the same other contract, term and evidence as one row. */
static int fill_links(struct request *r, const struct term_link *links, size_t n, struct renewal_link **ret, size_t *ret_n) {
  struct renewal_link *rows = arena_zalloc(r->arena, n + 1, sizeof *rows);
  bool *done = arena_zalloc(r->arena, n + 1, sizeof *done);
  if (!rows || !done)
    return ERR_NOMEM;
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    if (done[i])
      continue;
    int64_t lines = 0, year = 0;
    for (size_t j = i; j < n; j++)
      if (!done[j] && links[j].other_contract_id == links[i].other_contract_id && links[j].other_end == links[i].other_end &&
          links[j].other_start == links[i].other_start && links[j].evidence == links[i].evidence && links[j].other_currency == links[i].other_currency) {
        done[j] = true;
        lines++;
        if (__builtin_add_overflow(year, links[j].other_annual, &year))
          return err_set(&r->err, ERR_RANGE, "renewal: its lines add up to more than an amount can hold");
      }
    struct str evidence = str_of(parts_evidence(r->reader, links[i].evidence));
    if (links[i].reason.n)
      evidence = arena_fmt(r->arena, "%.*s: %.*s", STR_FMT(evidence), STR_FMT(links[i].reason));
    rows[k++] = (struct renewal_link){links[i].other_contract, contract_address(r, links[i].other_contract),
                                      span_text(r, links[i].other_start, links[i].other_end), evidence, format_count(r->reader, lines),
                                      parts_amount(r->reader, year, links[i].other_currency, MONEY_WHOLE)};
  }
  *ret = rows;
  *ret_n = k;
  return OK;
}

static int fill_siblings(struct request *r, const struct renewal *x, struct renewal_view *v) {
  enum { MOST = 40 };
  struct renewal_brief *rows = NULL;
  size_t n = 0;
  int rc = renewal_briefs(r->store, r->arena, x->contract_id, 0, r->until, MOST, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  v->siblings = arena_zalloc(r->arena, n + 1, sizeof *v->siblings);
  if (!v->siblings)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!scope_sees(&r->scope, rows[i].id, rows[i].owner_id))
      continue;
    int64_t amount = rows[i].outcome == OUTCOME_OPEN ? rows[i].forecast_amount : rows[i].won_amount;
    v->siblings[v->n_siblings++] = (struct renewal_sibling){
      format_day(r->reader, rows[i].due_date), address(r, "/renewals", rows[i].id), str_of(parts_outcome(r->reader, rows[i].outcome)),
      parts_glyph(rows[i].category), parts_amount(r->reader, amount, rows[i].currency, MONEY_WHOLE), rows[i].id == x->id};
  }
  if (v->n_siblings < 2)
    v->n_siblings = 0;
  return OK;
}

static void fill_head(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v) {
  char iso[DAY_ISO_SIZE];
  v->id = x->id;
  v->version = x->version;
  v->customer = c->end_user.name;
  v->customer_href = address(r, "/accounts", c->end_user.id);
  v->contract = c->number;
  v->contract_href = contract_address(r, c->number);
  v->due = format_weekday(r->reader, x->due_date);
  v->due_iso = arena_str(r->arena, str_of(day_iso(x->due_date, iso)));
  v->distance = format_distance(r->reader, x->due_date);
  v->open = x->outcome == OUTCOME_OPEN;
  v->overdue = x->due_date < r->today;
  v->may_edit = r->as_of == DAY_NONE && r->who.role != ROLE_EXEC && scope_edits(&r->scope, x->id, x->owner_id);
  v->at_risk = x->at_risk;
  v->override = x->category_override;
  v->glyph = parts_glyph(x->category);
  v->category = parts_category(r->reader, x->category);
  v->stage = parts_stage(r->reader, x->stage);
  v->outcome = parts_outcome(r->reader, x->outcome);
  int64_t amount = v->open ? x->forecast_amount : x->won_amount;
  v->amount = parts_amount(r->reader, amount, x->currency, MONEY_WHOLE);
  v->atr = parts_amount(r->reader, x->atr_amount, x->currency, MONEY_WHOLE);
  v->growth = format_growth(r->reader, amount, x->atr_amount);
  desk_reporting_amount(r, amount, x->currency, x->close_date == DAY_NONE ? x->due_date : x->close_date, &v->amount_reporting, &v->rate_note);
}

static void fill_facts(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_view *v) {
  v->owner = c->owner.n ? c->owner : tr(r, "nobody");
  v->region = c->region.n ? c->region : tr(r, "none");
  v->state = str_of(parts_contract_state(r->reader, c->state));
  v->pricing = str_eq(c->renewal_pricing_method, STR("uplift")) && c->uplift_bp
                 ? tr_fmt(r, "uplift {0}", format_share(r->reader, c->uplift_bp, 10000, 2))
                 : c->renewal_pricing_method.n ? c->renewal_pricing_method : tr(r, "not given");
  if (c->auto_renew)
    v->pricing = tr_fmt(r, "{0}, renews by itself", v->pricing);
  if (c->notice_days > 0)
    v->notice = tr_n(r, c->notice_days, "{n} day before the end", "{n} days before the end");
  v->close_date = renewal_value(r, x, RENEWAL_SET_CLOSE_DATE);
  v->next_step = renewal_value(r, x, RENEWAL_SET_NEXT_STEP);
  v->next_step_date = x->next_step_date == DAY_NONE ? STR_NONE : renewal_value(r, x, RENEWAL_SET_NEXT_STEP_DATE);
  v->step_late = x->outcome == OUTCOME_OPEN && x->next_step_date != DAY_NONE && x->next_step_date < r->today;
  v->po_number = renewal_value(r, x, RENEWAL_SET_PO_NUMBER);
  v->booked_date = x->booked_date == DAY_NONE ? STR_NONE : renewal_value(r, x, RENEWAL_SET_BOOKED_DATE);
  v->lost_reason = x->lost_reason;
}

static int fill_choices(struct request *r, struct renewal_view *v) {
  size_t channels = 0, parties = 0;
  while (touch_channels[channels])
    channels++;
  while (touch_parties[parties])
    parties++;
  v->channels = arena_zalloc(r->arena, channels, sizeof *v->channels);
  v->parties_options = arena_zalloc(r->arena, parties, sizeof *v->parties_options);
  if (!v->channels || !v->parties_options)
    return ERR_NOMEM;
  for (; v->n_channels < channels; v->n_channels++)
    v->channels[v->n_channels] = (struct option){.value = str_of(touch_channels[v->n_channels]),
                                                 .label = parts_touch_channel(r->reader, str_of(touch_channels[v->n_channels]))};
  for (; v->n_parties_options < parties; v->n_parties_options++)
    v->parties_options[v->n_parties_options] = (struct option){.value = str_of(touch_parties[v->n_parties_options]),
                                                               .label = parts_touch_party(r->reader, str_of(touch_parties[v->n_parties_options]))};
  return OK;
}

/* The newest entries; the rest stands at /history. */
static int recent_events(struct request *r, int64_t id, struct renewal_view *v) {
  enum { SHOWN = 8 };
  int rc = renewal_events(r, id, &v->events, &v->n_events);
  v->history_href = arena_fmt(r->arena, "/renewals/%lld/history", (long long)id);
  if (rc >= 0 && v->n_events > SHOWN) {
    v->events_more = tr_n(r, (int64_t)v->n_events, "All {n} entry", "All {n} entries");
    v->n_events = SHOWN;
  }
  return rc;
}

int renewal_view_fill(struct request *r, int64_t id, struct renewal_view *v) {
  struct renewal x;
  struct contract c;
  struct contract_term *terms = NULL;
  struct term_link *after = NULL, *before = NULL;
  size_t n_terms = 0, n_after = 0, n_before = 0;
  int rc = desk_renewal(r, id, &x);
  if (rc >= 0)
    rc = desk_contract(r, x.contract_id, &c);
  if (rc >= 0)
    rc = contract_terms(r->store, r->arena, x.contract_id, x.due_date, r->until, &terms, &n_terms, &r->err);
  if (rc >= 0)
    rc = contract_links(r->store, r->arena, x.contract_id, x.due_date, false, r->until, &after, &n_after, &r->err);
  if (rc >= 0)
    rc = contract_links(r->store, r->arena, x.contract_id, x.due_date, true, r->until, &before, &n_before, &r->err);
  if (rc < 0)
    return rc;
  *v = (struct renewal_view){0};
  fill_head(r, &x, &c, v);
  fill_facts(r, &x, &c, v);
  rc = fill_parties(r, &c, v);
  if (rc >= 0)
    rc = fill_lines(r, terms, n_terms, after, n_after, x.currency, v);
  if (rc >= 0)
    rc = fill_links(r, after, n_after, &v->after, &v->n_after);
  if (rc >= 0)
    rc = fill_links(r, before, n_before, &v->before, &v->n_before);
  if (rc >= 0)
    rc = fill_siblings(r, &x, v);
  if (rc >= 0)
    rc = renewal_terms_fill(r, &x, &c, v);
  if (rc >= 0)
    rc = renewal_advice_fill(r, &x, &c, v);
  if (rc >= 0)
    rc = renewal_notes_fill(r, &x, v);
  if (rc >= 0)
    rc = renewal_exceptions_fill(r, &x, &v->exceptions);
  if (rc >= 0)
    rc = escalation_section_fill(r, &x, &v->escalations);
  if (rc >= 0)
    rc = renewal_insight_fill(r, &x, &c, &v->insight);
  if (rc >= 0)
    rc = recent_events(r, id, v);
  if (rc >= 0)
    rc = renewal_sales_fill(r, &x, &v->sales);
  if (rc >= 0)
    rc = renewal_promises_fill(r, &x, &v->promises);
  if (rc >= 0)
    rc = fill_choices(r, v);
  if (rc >= 0)
    rc = work_asleep(r, id, &v->asleep);
  if (rc >= 0)
    rc = renewal_form_fill(r, &x, &v->form);
  return rc < 0 ? rc : renewal_neighbors_fill(r, id, v);
}

/* "3 of 31" with the links to the one before and the one after. */
static struct raw_html_trusted neighbor_bar(struct request *r, const struct renewal_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(6 * WEB_MAX_URL);
  struct view_cx cx = view_cx_of(r);
  if (v->prev_href.n || v->next_href.n)
    view_renewal_bar(&b, &cx, v);
  struct str kept = arena_str(r->arena, strbuf_str(&b));
  return (struct raw_html_trusted){kept.p ? kept : STR_NONE};
}

int renewal_page_send(struct request *r, struct response *w, struct renewal_view *v) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v->customer, .nav = "/renewals", .crumb = v->list_name, .crumb_href = v->list_href, .main_class = "rd",
                                   .bar = neighbor_bar(r, v)});
  view_renewal(&w->body, &cx, v);
  return shell_end(r, w);
}

int renewal_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct renewal_view v;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = renewal_view_fill(r, id, &v);
  if (rc < 0)
    return rc;
  v.saved = pairs_has(&r->query, "saved");
  v.logged = pairs_has(&r->query, "logged");
  v.noted = pairs_has(&r->query, "noted");
  v.kept = pairs_has(&r->query, "kept");
  v.dropped = pairs_has(&r->query, "dropped");
  v.may_undo = v.saved && v.may_edit && v.version > 1;
  return renewal_page_send(r, w, &v);
}

#include "app/report_say.h"

#include "insight/grid.h"

enum { MILLION = 1000000, ADDRESS_MOST = 2000, NODE_CODES = 64 };

static struct str one_of(const struct pack *p, const char *const *words, size_t n, int v) { return v >= 0 && (size_t)v < n ? tr(p->r, words[v]) : STR_NONE; }
#define ONE_OF(p, words, v) one_of(p, words, sizeof(words) / sizeof(words)[0], v)

struct str say_category(const struct pack *p, int category) {
  static const char *const words[] = {MSG("Closed"), MSG("Commit"), MSG("Best case"), MSG("Pipeline"), MSG("Omitted")};
  return ONE_OF(p, words, category);
}

struct str say_part(const struct pack *p, int up_to) {
  static const char *const words[] = {MSG("Closed"), MSG("Closed + commit"), MSG("Closed + commit + best case"), MSG("Closed + all open")};
  return ONE_OF(p, words, up_to);
}

struct str say_stage(const struct pack *p, int stage) {
  static const char *const words[] = {MSG("Not started"), MSG("Contacted"), MSG("Quoted"), MSG("Negotiating"), MSG("PO promised"), MSG("Won"), MSG("Lost")};
  return ONE_OF(p, words, stage);
}

struct str say_step(const struct pack *p, int step) {
  static const char *const words[BRIDGE_STEPS] = {
      [BRIDGE_NEW] = MSG("New"),                               [BRIDGE_REASSIGNED_IN] = MSG("Taken over from others"),
      [BRIDGE_WON] = MSG("bridge|Won"),                        [BRIDGE_PULLED_IN] = MSG("Pulled in from later"),
      [BRIDGE_SLIPPED_IN] = MSG("Slipped in from before"),     [BRIDGE_MOVED_UP] = MSG("Moved up"),
      [BRIDGE_GROWN] = MSG("Amount raised"),                   [BRIDGE_SHRUNK] = MSG("Amount cut"),
      [BRIDGE_MOVED_DOWN] = MSG("Moved down"),                 [BRIDGE_SLIPPED] = MSG("Pushed to a later period"),
      [BRIDGE_PULLED_OUT] = MSG("Brought forward out of the period"), [BRIDGE_LOST] = MSG("bridge|Lost"),
      [BRIDGE_REMOVED] = MSG("Left out"),                      [BRIDGE_REASSIGNED_OUT] = MSG("Handed to others"),
      [BRIDGE_CURRENCY] = MSG("Exchange rates")};
  return ONE_OF(p, words, step);
}

struct str say_request_kind(const struct pack *p, int kind) {
  static const char *const words[EXCEPTION_KINDS] = {"", MSG("Discount beyond authority"), MSG("Reinstatement waiver"), MSG("Backdate waiver"), MSG("Late co-term"),
                                                     MSG("Short-term extension"), MSG("Payment terms"), MSG("Price hold"), MSG("Partner change")};
  return ONE_OF(p, words, kind);
}

struct str say_request_state(const struct pack *p, const struct exception *x) {
  static const char *const words[] = {"", MSG("request|Waiting"), MSG("request|Returned"), MSG("request|Approved"), MSG("request|Declined"),
                                      MSG("request|Withdrawn"), MSG("request|Expired")};
  return ONE_OF(p, words, exception_state_on(x, p->today));
}

static struct str share(const struct pack *p, int64_t bp) { return format_share(p->r, bp, 10000, bp % 100 != 0 ? (bp % 10 != 0 ? 2 : 1) : 0); }

struct str say_request(const struct pack *p, const struct exception *x) {
  switch (x->kind) {
    case EXCEPTION_DISCOUNT: return tr_fmt(p->r, "{0} discount", share(p, x->size));
    case EXCEPTION_REINSTATEMENT_WAIVER: return tr_fmt(p->r, "{0} of the reinstatement fee waived", share(p, x->size));
    case EXCEPTION_BACKDATE_WAIVER: return tr_n(p->r, x->size, "{n} lapsed day not charged", "{n} lapsed days not charged");
    case EXCEPTION_LATE_COTERM: return tr_n(p->r, x->size, "late co-term over {n} day", "late co-term over {n} days");
    case EXCEPTION_SHORT_TERM: return tr_n(p->r, x->size, "extension of {n} day", "extension of {n} days");
    case EXCEPTION_PAYMENT_TERMS: return tr_n(p->r, x->size, "payment {n} day later", "payment {n} days later");
    case EXCEPTION_PRICE_HOLD: return tr_n(p->r, x->size, "price held for {n} day", "price held for {n} days");
    case EXCEPTION_PARTNER_CHANGE: return tr_fmt(p->r, "other partner, at {0} more discount", share(p, x->size));
    default: return STR_NONE;
  }
}

struct str say_blocker(const struct pack *p, int department) {
  static const char *const words[] = {"", MSG("department|Sales"), MSG("Legal"), MSG("Finance"), MSG("Operations"), MSG("department|Pricing"),
                                      MSG("department|Support"), MSG("Product development"), MSG("Reseller"), MSG("Distributor"), MSG("Customer")};
  return ONE_OF(p, words, department);
}

struct str say_chance(const struct pack *p, int64_t millionths) {
  if (millionths < MILLION / 100) {
    return tr_fmt(p->r, "under {0}", format_share(p->r, 1, 100, 0));
  }
  if (millionths > MILLION - MILLION / 100) {
    return tr_fmt(p->r, "over {0}", format_share(p->r, 99, 100, 0));
  }
  return format_share(p->r, millionths, MILLION, 0);
}

struct str say_head(const struct pack *p, int64_t minor) { return format_money(p->r, minor, p->currency, MONEY_HEAD); }

struct str say_name(const struct pack *p, const struct book_dict *d, uint32_t code) {
  struct str name = book_name(d, code), copy = name.n > 0 ? arena_str(p->a, name) : STR_NONE;
  return copy.p != NULL ? copy : STR_NONE;
}

static struct str money_then(const struct pack *p, const struct bridge_state *s) {
  return format_money(p->r, s->amount, p->newest->currency_of[s->currency], MONEY_WHOLE);
}

void say_change(const struct pack *p, const struct bridge_row *x, struct str *ret_was, struct str *ret_is) {
  const struct bridge_state *was = &x->was, *is = &x->is;
  switch ((int)x->step) {
    case BRIDGE_REASSIGNED_IN:
    case BRIDGE_REASSIGNED_OUT:
      *ret_was = say_name(p, &p->newest->reps, was->rep);
      *ret_is = say_name(p, &p->newest->reps, is->rep);
      return;
    case BRIDGE_GROWN:
    case BRIDGE_SHRUNK:
      *ret_was = money_then(p, was);
      *ret_is = money_then(p, is);
      return;
    case BRIDGE_PULLED_IN:
    case BRIDGE_SLIPPED_IN:
    case BRIDGE_SLIPPED:
    case BRIDGE_PULLED_OUT:
      *ret_was = format_day(p->r, was->day);
      *ret_is = format_day(p->r, is->day);
      return;
    default:
      *ret_was = was->there ? say_category(p, was->category) : STR_NONE;
      *ret_is = is->there ? say_category(p, is->category) : STR_NONE;
      return;
  }
}

/* ---- addresses ---- */

/* A part of an address: letters, digits and - _ . stand as they are. */
static void add_part(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' || c == '.';
    if (plain) {
      strbuf_addc(b, (char)c);
    } else {
      strbuf_fmt(b, "%%%02X", c);
    }
  }
}

static struct str taken(const struct pack *p, const struct strbuf *b) {
  struct str s = b->failed != 0 ? STR_NONE : arena_str(p->a, strbuf_str(b)); /* too long for an address: none */
  return s.p != NULL ? s : STR_NONE;
}

static void add_as_of(const struct pack *p, struct strbuf *b) {
  char day[DAY_ISO_SIZE];
  if (p->ask->as_of != DAY_NONE) {
    strbuf_fmt(b, "&as_of=%s", day_iso(p->ask->as_of, day));
  }
}

struct str at_rows(const struct pack *p, struct str filter) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(ADDRESS_MOST);
  strbuf_fmt(&b, "/renewals?period=%.*s&f=", STR_FMT(p->period_id));
  add_part(&b, filter);
  strbuf_addz(&b, "&sort=-amount");
  add_as_of(p, &b);
  return taken(p, &b);
}

struct str at_category(const struct pack *p, const struct period *period, const char *category, struct str node) {
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE];
  struct str filter = arena_fmt(p->a, "category:%s expected_date:%s..%s%s%.*s", category, day_iso(period->first, from), day_iso(period->last, to),
      node.n > 0 ? " " : "",
                                STR_FMT(node));
  return filter.p != NULL ? at_rows(p, filter) : STR_NONE;
}

/* A region's rows are those of its teams' reps, as the roll-up counts them, wherever the contract itself is. */
struct str at_node(const struct pack *p, size_t i) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(ADDRESS_MOST);
  uint32_t codes[NODE_CODES] = {p->nodes[i].code};
  const enum forecast_level level = p->nodes[i].level;
  struct grid_filter f = {.column = level == FORECAST_REP ? GRID_REP : GRID_TEAM, .from = INT64_MIN, .to = INT64_MAX, .codes = codes, .n_codes = 1, .text = STR_NONE};
  struct grid_query q = {.filters = &f, .n_filters = 1};
  if (level == FORECAST_REGION) {
    f.n_codes = 0;
    for (size_t k = i + 1; k < p->n_nodes && f.n_codes < NODE_CODES; k++) {
      if (p->nodes[k].level == FORECAST_TEAM && p->nodes[k].parent == (int32_t)i) {
        codes[f.n_codes++] = p->nodes[k].code;
      }
    }
  }
  if (level != FORECAST_ALL) {
    grid_print(p->book, &q, &b);
  }
  return taken(p, &b);
}

struct str at_renewal(const struct pack *p, int64_t id) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(ADDRESS_MOST);
  strbuf_fmt(&b, "/renewals/%" PRId64, id);
  return taken(p, &b);
}

struct str at_kpi(const struct pack *p, enum kpi_id id) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(ADDRESS_MOST);
  strbuf_fmt(&b, "/kpi/%s?period=%.*s", kpi_def_of(id)->key, STR_FMT(p->period_id));
  add_as_of(p, &b);
  return taken(p, &b);
}

struct str at_forecast(const struct pack *p, const char *below) {
  char day[DAY_ISO_SIZE];
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(ADDRESS_MOST);
  strbuf_fmt(&b, "/forecast/%.*s%s%s", STR_FMT(p->period_id), below[0] != 0 ? "/" : "", below);
  if (p->ask->as_of != DAY_NONE) {
    strbuf_fmt(&b, "?as_of=%s", day_iso(p->ask->as_of, day));
  }
  return taken(p, &b);
}

/* What the pages of escalations say and count. */
#include "insight/book_index.h"
#include "web/pages/escalations.h"

static const char *const STATES[] = {"", MSG("escalation|New"), MSG("Owner working"), MSG("Waiting on others"), MSG("Resolved")};
static const char *const DEPARTMENTS[] = {"", MSG("department|Sales"), MSG("Legal"), MSG("Finance"), MSG("Operations"), MSG("department|Pricing"),
    MSG("department|Support"),
                                          MSG("Product development"), MSG("Reseller"), MSG("Distributor"), MSG("Customer")};
static const char *const CAUSES[] = {"", MSG("Wrong data"), MSG("cause|Price"), MSG("An approval that was slow"), MSG("Terms of the contract"),
    MSG("Entitlement not right"),
                                     MSG("An order that was held"), MSG("The customer\u2019s purchasing"), MSG("Quality of the service"), MSG("Our systems"),
                                         MSG("No cause found")};

static struct str one_of(const struct reader *r, const char *const *words, size_t n, int v) { return v > 0 && (size_t)v < n ? tr(r, words[v]) : STR_NONE; }

struct str escalation_state_words(const struct reader *r, int v) { return one_of(r, STATES, sizeof STATES / sizeof *STATES, v); }
struct str escalation_department_words(const struct reader *r, int v) { return one_of(r, DEPARTMENTS, sizeof DEPARTMENTS / sizeof *DEPARTMENTS, v); }
struct str escalation_cause_words(const struct reader *r, int v) { return one_of(r, CAUSES, sizeof CAUSES / sizeof *CAUSES, v); }
struct str escalation_level_words(const struct reader *r, int level) { return tr_fmt(r, "Level {0}", format_count(r, level)); }

struct str escalation_span(const struct reader *r, const struct org *o, int64_t seconds) {
  int64_t day = o->work_to - o->work_from, days = seconds / day, hours = (seconds % day + 1800) / 3600;
  if (days == 0 && seconds < 3600)
    return tr_n(r, (seconds + 30) / 60, "span|{n} min", "{n} min");
  struct str h = tr_n(r, days ? hours : (seconds + 1800) / 3600, "span|{n} h", "{n} h");
  if (days == 0)
    return h;
  struct str d = tr_n(r, days, "span|{n} day", "{n} days");
  return hours ? tr_fmt(r, "span|{0} {1}", d, h) : d;
}

struct str escalation_who(const struct reader *r, const struct escalation *x) {
  struct str department = escalation_department_words(r, x->now.department);
  if (x->now.state != STUCK_WAITING)
    return x->now.state == STUCK_RESOLVED ? x->owner : tr_fmt(r, "{0}, blocked by {1}", x->owner, department);
  return x->now.waiting_on.n ? tr_fmt(r, "{0} waits on {1}: {2}", x->owner, department, x->now.waiting_on) : tr_fmt(r, "{0} waits on {1}", x->owner, department);
}

struct str escalation_promise(const struct reader *r, const struct escalation *x) { return x->now.promise.n ? x->now.promise : tr(r, "An update is due"); }

int64_t escalation_now(const struct request *r, const struct org *o) { return r->as_of == DAY_NONE ? org_now(o, r->now) : r->until; }

/* Of the book's renewals of the account, those that are open, seen, and of the contract when it is about one. */
static void add_rows(const struct request *r, const struct desk *d, const struct escalation *x, uint32_t account, uint32_t contract, struct escalation_stake *s) {
  const struct book_renewals *n = &d->book->renewals;
  size_t rows = 0;
  const uint32_t *p = book_rows_of(d->book, BOOK_RENEWALS_BY_ACCOUNT, account, &rows);
  (void)r;
  for (size_t i = 0; p && i < rows; i++) {
    uint32_t k = p[i];
    int64_t amount = 0;
    if (n->category[k] == CATEGORY_CLOSED || n->category[k] == CATEGORY_OMITTED || (x->renewal_id ? n->id[k] != x->renewal_id : contract && n->contract[k] != contract) ||
        !desk_sees_row(d, k))
      continue;
    if (grid_converted(d->book, k, d->period.first, &amount) && __builtin_add_overflow(s->amount, amount, &s->amount))
      s->amount = INT64_MAX;
    s->rows++;
    s->nearest = s->nearest == DAY_NONE || n->due[k] < s->nearest ? n->due[k] : s->nearest;
  }
}

int escalation_stake(struct request *r, const struct desk *d, const struct escalation *x, struct escalation_stake *ret) {
  uint32_t account = book_code(&d->book->accounts, x->account_id), contract = x->entity == ABOUT_CONTRACT ? book_code(&d->book->contracts, x->contract_id) : 0;
  struct desk_rows rows = {0};
  *ret = (struct escalation_stake){.nearest = DAY_NONE};
  if (!account || (x->entity == ABOUT_CONTRACT && !contract))
    return OK;
  add_rows(r, d, x, account, contract, ret);
  desk_where_open(&rows);
  desk_where(&rows, contract ? GRID_CONTRACT : GRID_CUSTOMER, contract ? contract : account);
  ret->href = !ret->rows ? STR_NONE : x->renewal_id ? arena_fmt(r->arena, "/renewals/%" PRId64, x->renewal_id) : desk_rows_href(r, d, &rows, "-amount");
  return OK;
}

/* How exceptions are said. */
#include "web/pages/approvals.h"

static const char *const KINDS[EXCEPTION_KINDS] = {"", MSG("Discount beyond authority"), MSG("Reinstatement waiver"), MSG("Backdate waiver"), MSG("Late co-term"),
                                                   MSG("Short-term extension"), MSG("Payment terms"), MSG("Price hold"), MSG("Partner change")};
static const char *const STATES[] = {"", MSG("request|Waiting"), MSG("request|Returned"), MSG("request|Approved"), MSG("request|Declined"),
                                     MSG("request|Withdrawn"), MSG("request|Expired")};

const char *approval_kind(const struct reader *r, int kind) { return kind > 0 && kind < EXCEPTION_KINDS ? tr(r, KINDS[kind]).p : ""; }
const char *approval_state(const struct reader *r, int state) { return state > 0 && state <= EXCEPTION_EXPIRED ? tr(r, STATES[state]).p : ""; }

static struct str share(const struct reader *r, int64_t bp) { return format_share(r, bp, 10000, bp % 100 ? (bp % 10 ? 2 : 1) : 0); }

struct str approval_size(const struct reader *r, int kind, int64_t size) {
  return exception_in_days(kind) ? tr_n(r, size, "{n} day", "{n} days") : share(r, size);
}

struct str approval_words(const struct reader *r, int kind, int64_t size) {
  switch (kind) {
  case EXCEPTION_DISCOUNT: return tr_fmt(r, "{0} discount", share(r, size));
  case EXCEPTION_REINSTATEMENT_WAIVER: return tr_fmt(r, "{0} of the reinstatement fee waived", share(r, size));
  case EXCEPTION_BACKDATE_WAIVER: return tr_n(r, size, "{n} lapsed day not charged", "{n} lapsed days not charged");
  case EXCEPTION_LATE_COTERM: return tr_n(r, size, "late co-term over {n} day", "late co-term over {n} days");
  case EXCEPTION_SHORT_TERM: return tr_n(r, size, "extension of {n} day", "extension of {n} days");
  case EXCEPTION_PAYMENT_TERMS: return tr_n(r, size, "payment {n} day later", "payment {n} days later");
  case EXCEPTION_PRICE_HOLD: return tr_n(r, size, "price held for {n} day", "price held for {n} days");
  case EXCEPTION_PARTNER_CHANGE: return tr_fmt(r, "other partner, at {0} more discount", share(r, size));
  default: return STR_NONE;
  }
}

struct str approval_policy(const struct reader *r, const struct exception_policy *p) {
  static const char *const OWN[EXCEPTION_KINDS] = {
      "",
      MSG("Renewals are quoted at the list price after uplift. A discount needs a reason the customer put in writing and an end: the next term returns to the list."),
      MSG("A lapsed contract pays the reinstatement fee. It is waived only where the lapse is our doing, or the customer signs for more than one year."),
      MSG("Support begins the day after the old term ended, and lapsed days are charged. Days are left out only where we could not deliver."),
      MSG("Terms are aligned before the earlier one ends. Later alignment takes the uplift that the moved days would have brought."),
      MSG("Terms of less than a year carry a surcharge. An extension is a bridge to a dated decision, never a renewal by itself."),
      MSG("Invoices are due in 30 days. Longer terms cost what the money costs, and need a customer without overdue invoices."),
      MSG("Prices follow the uplift of the year. A hold is given against a signed commitment to renew."),
      MSG("The partner of record keeps the renewal. A change needs the customer's letter and the word of the partner who loses it."),
  };
  return p->body.n ? p->body : p->kind > 0 && p->kind < EXCEPTION_KINDS ? tr(r, OWN[p->kind]) : STR_NONE;
}

struct str approval_rule(const struct reader *r, int kind, int64_t rate_bp) {
  struct str rate = share(r, rate_bp);
  switch (kind) {
  case EXCEPTION_DISCOUNT: return tr(r, "Cost: annual value × discount.");
  case EXCEPTION_REINSTATEMENT_WAIVER: return tr_fmt(r, "Cost: annual value × fee of {0} × share waived.", rate);
  case EXCEPTION_BACKDATE_WAIVER: return tr(r, "Cost: annual value × days / 365.");
  case EXCEPTION_LATE_COTERM: return tr_fmt(r, "Cost: annual value × days / 365 × uplift of {0}.", rate);
  case EXCEPTION_SHORT_TERM: return tr_fmt(r, "Cost: annual value × days / 365 × surcharge of {0}.", rate);
  case EXCEPTION_PAYMENT_TERMS: return tr_fmt(r, "Cost: annual value × days / 365 × cost of money of {0}.", rate);
  case EXCEPTION_PRICE_HOLD: return tr_fmt(r, "Cost: annual value × days / 365 × uplift of {0} not taken.", rate);
  case EXCEPTION_PARTNER_CHANGE: return tr(r, "Cost: annual value × difference of the discounts.");
  default: return STR_NONE;
  }
}

struct str approval_limits(const struct reader *r, const struct authority_rule *rule, currency_t reporting) {
  struct str size = approval_size(r, rule->kind, rule->max_size), cost = format_money(r, rule->max_cost, reporting, MONEY_WHOLE);
  if (!rule->may)
    return tr(r, "no authority");
  if (rule->max_size < 0 && rule->max_cost < 0)
    return tr(r, "any size and cost");
  if (rule->max_size < 0)
    return tr_fmt(r, "any size, up to {0}", cost);
  return rule->max_cost < 0 ? tr_fmt(r, "up to {0} at any cost", size) : tr_fmt(r, "up to {0} and {1}", size, cost);
}

struct str approval_after(const struct reader *r, const struct exception_precedent *p) {
  struct str due = format_day(r, p->after_due);
  switch (p->after) {
  case AFTER_OPEN: return tr_fmt(r, "open, due {0}", due);
  case AFTER_ON_TIME: return tr_fmt(r, "renewed on time, due {0}", due);
  case AFTER_LATE: return tr_n(r, (int64_t)p->after_booked - p->after_due, "renewed {n} day late", "renewed {n} days late");
  case AFTER_LOST: return tr_fmt(r, "lost, due {0}", due);
  default: return tr(r, "no renewal due yet");
  }
}

const char *approval_step_icon(int act) {
  switch (act) {
  case EXCEPTION_APPROVE:
  case EXCEPTION_PASS:
  case EXCEPTION_APPROVE_CHANGED: return "check";
  case EXCEPTION_DECLINE:
  case EXCEPTION_WITHDRAW: return "x";
  case EXCEPTION_MOVE: return "users";
  case EXCEPTION_ASK: return "gavel";
  default: return "message";
  }
}

struct str approval_step_words(const struct reader *r, const struct exception *x, const struct exception_step *z) {
  struct str by = z->by.n ? z->by : STR("Perennial"), size = approval_size(r, x->kind, z->size), asked = approval_size(r, x->kind, x->asked_size), said = STR_NONE;
  switch (z->act) {
  case EXCEPTION_ASK: said = tr_fmt(r, "{0} asked for {1}", by, size); break;
  case EXCEPTION_RETURN: said = tr_fmt(r, "{0} returned it with a question", by); break;
  case EXCEPTION_ANSWER: said = tr_fmt(r, "{0} answered", by); break;
  case EXCEPTION_APPROVE: said = tr_fmt(r, "{0} approved {1}", by, size); break;
  case EXCEPTION_APPROVE_CHANGED: said = tr_fmt(r, "{0} approved {1} instead of {2}", by, size, asked); break;
  case EXCEPTION_PASS: said = tr_fmt(r, "{0} agreed to {1} and passed it on to {2}", by, size, z->approver); break;
  case EXCEPTION_DECLINE: said = tr_fmt(r, "{0} declined it", by); break;
  case EXCEPTION_WITHDRAW: said = tr_fmt(r, "{0} withdrew it", by); break;
  case EXCEPTION_MOVE: said = z->approver.n ? tr_fmt(r, "It waits for {0} now: the approver before has left or has another role", z->approver)
                                            : tr(r, "The approver has left, and nobody is next in line: whoever has the authority may decide"); break;
  default: break;
  }
  return z->for_name.n ? tr_fmt(r, "{0}, standing in for {1}", said, z->for_name) : said;
}

/* Exceptions from policy: their kinds, what each costs, who may approve how much, and which past cases are like one. Pure.
 *
 * The cost of an exception is what the house gives away by it, in the contract's currency, from the renewal's annual value V (as it was
 * due), the size that is asked (a share in basis points, or days) and the policy's rate R (basis points), rounded once, half to even:
 *   discount              V × size                       the discount beyond the price list
 *   reinstatement_waiver  V × R × size                   R = the reinstatement fee, size = the share of it that is waived
 *   backdate_waiver       V × days / 365                 support for the lapsed days, not charged
 *   late_coterm           V × days / 365 × R             R = the uplift that the moved days would have brought
 *   short_term            V × days / 365 × R             R = the surcharge on an extension of less than a year
 *   payment_terms         V × days / 365 × R             R = the cost of money for a year, days beyond the agreed terms
 *   price_hold            V × days / 365 × R             R = the uplift that is not taken
 *   partner_change        V × size                       size = the difference of the two partners' discounts
 * It is converted once into the reporting currency, at the plan rate of the day on which it was asked.
 *
 * Authority is data: for a kind and a role, from a day on, up to which size and which cost in the reporting currency. The newest row that has
 * begun counts (of the same day the one added last); where there is none, AUTHORITY's defaults below do. Without a rate the cost is not known,
 * and only a role without a limit of cost may approve. */
#ifndef DOMAIN_AUTHORITY_H
#define DOMAIN_AUTHORITY_H
#include "base/date.h"
#include "domain/terms.h"

/* Stored: never renumber. */
enum exception_kind { EXCEPTION_DISCOUNT = 1, EXCEPTION_REINSTATEMENT_WAIVER, EXCEPTION_BACKDATE_WAIVER, EXCEPTION_LATE_COTERM, EXCEPTION_SHORT_TERM,
                      EXCEPTION_PAYMENT_TERMS, EXCEPTION_PRICE_HOLD, EXCEPTION_PARTNER_CHANGE, EXCEPTION_KINDS };
enum exception_state { EXCEPTION_WAITING = 1, EXCEPTION_RETURNED, EXCEPTION_APPROVED, EXCEPTION_DECLINED, EXCEPTION_WITHDRAWN, EXCEPTION_STATES,
                       EXCEPTION_EXPIRED = EXCEPTION_STATES }; /* expired is never stored: it follows from the day */
enum exception_act { EXCEPTION_ASK = 1, EXCEPTION_RETURN, EXCEPTION_ANSWER, EXCEPTION_APPROVE, EXCEPTION_APPROVE_CHANGED, EXCEPTION_DECLINE,
                     EXCEPTION_WITHDRAW, EXCEPTION_MOVE, EXCEPTION_PASS /* agreed, and passed on to more authority */, EXCEPTION_ACTS };
/* "late_coterm", "waiting", "approve_changed" … "" when out of range; -1 for another word. */
const char *exception_kind_name(int kind);
int exception_kind_of(struct str s);
const char *exception_state_name(int state);
int exception_state_of(struct str s);
const char *exception_act_name(int act);

bool exception_in_days(int kind);      /* its size is days, else basis points */
bool exception_has_rate(int kind);     /* its cost takes the policy's rate */
int64_t exception_size_most(int kind); /* the largest size that makes sense: 10,000 basis points, 1,095 days */
/* OK, ERR_RANGE (a size outside 1 … exception_size_most, a negative value or rate, or more than an amount holds). */
int exception_cost(int kind, int64_t annual, int64_t size, int64_t rate_bp, int64_t *ret);
int64_t exception_default_rate(int kind); /* the policy's rate where nobody has set one, basis points */

struct authority_rule {
  int64_t id;                 /* 0 = a default */
  int kind, role;
  day_t from;
  bool may;
  int64_t max_size, max_cost; /* -1 = no limit; cost in minor units of the reporting currency */
};
/* The rule in force on a day, or the default. Always filled. */
struct authority_rule authority_on(const struct authority_rule *rules, size_t n, int kind, int role, day_t day);
/* cost < 0: not known. */
bool authority_covers(const struct authority_rule *rule, int64_t size, int64_t cost);
/* Roles that can have authority, lowest first, and in the order in which a request goes up: manager, ops, exec, admin. */
enum { AUTHORITY_ROLES = 4 };
extern const enum role authority_roles[AUTHORITY_ROLES];

/* How large a renewal is, by its annual value in the reporting currency's minor units: below 10,000, 50,000, 250,000 whole units, or above. */
enum { EXCEPTION_SEGMENTS = 4 };
int exception_segment(int64_t annual_reporting);
/* Likeness of two cases of one kind, 0 … 100: up to 40 for the size (within 10 % 40, within 25 % 30, within half 20, within double 10), 20 for the
 * same segment and 10 for the one beside it, 20 for the same country, 20 for the same partner or none on both sides. Other kinds: 0. */
struct exception_facts {
  int kind, segment;
  int64_t size, partner_id; /* 0 = none */
  struct str country;
};
int exception_likeness(const struct exception_facts *a, const struct exception_facts *b);

/* What became of the customer the year after. */
enum exception_after { AFTER_NONE, AFTER_OPEN, AFTER_ON_TIME, AFTER_LATE, AFTER_LOST };
/* The next renewal is the largest of the same customer that was due AFTER_FIRST … AFTER_LAST days after the case's own. */
enum { AFTER_FIRST = 181, AFTER_LAST = 545 };
#endif

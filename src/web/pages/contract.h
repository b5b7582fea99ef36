/* The page of one contract: parties, terms, lines with serial numbers, renewals, what renewed what, coverage of its items. */
#ifndef WEB_PAGES_CONTRACT_H
#define WEB_PAGES_CONTRACT_H
#include "web/pages/account.h"

struct contract_line_row {
  struct str item, detail, serial, quantity, coverage, outcome, evidence, excluded;
  struct amount term, year;
  bool lost, ended, hit; /* hit: its serial number was asked for */
};
struct contract_stretch { /* the lines that end on one day */
  struct str due, href, lines, from, outcome;
  struct amount year;
};
struct contract_tie { /* what renewed lines of it, or was renewed by them */
  struct str due, way, number, href, coverage, evidence, lines, reason;
  struct amount year;
};
struct contract_view {
  struct str number, state, customer, customer_href, owner, region, sales_model, pricing, notice, cancelled;
  struct str reseller, reseller_href, distributor, distributor_href, bill_to, bill_to_href;
  struct contract_line_row *lines;
  size_t n_lines;
  struct contract_stretch *stretches;
  size_t n_stretches;
  struct contract_tie *ties;
  size_t n_ties;
  struct account_renewal *renewals;
  size_t n_renewals;
  struct coverage_view coverage;
  struct str lines_note, serial, next_href, all_href, escalate_href;
  bool auto_renew;
};
route_fn contract_page;
#endif

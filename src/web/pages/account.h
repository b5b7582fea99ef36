/* Read pages of one account and one contract: what their views show. */
#ifndef WEB_PAGES_ACCOUNT_H
#define WEB_PAGES_ACCOUNT_H
#include "web/parts.h"
#include "web/route.h"

struct account_contract {
  struct str number, href, state, owner, end_user, ends, lines;
  struct amount amount;
};
struct account_renewal {
  struct str due, href, contract, owner, outcome, booked;
  struct raw_html_trusted glyph;
  const char *category;
  struct amount amount;
};
struct account_view {
  struct str name, kind, country, region, parent, parent_href;
  struct account_contract *contracts;
  size_t n_contracts;
  struct account_renewal *renewals;
  size_t n_renewals;
  bool as_partner;
};
struct contract_line_row {
  struct str item, detail, serial, quantity, coverage, outcome, evidence, excluded;
  struct amount term, year;
  bool lost, ended;
};
struct contract_view {
  struct str number, state, customer, customer_href, owner, region, sales_model, currency, cancelled, ends;
  struct str reseller, reseller_href, distributor, distributor_href;
  struct contract_line_row *lines;
  size_t n_lines;
  struct account_renewal *renewals;
  size_t n_renewals;
  struct str lines_note;
};
route_fn account_page, contract_page;
#endif

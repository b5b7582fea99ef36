/* The page of one account: what is due and open there, how it renewed, contracts, coverage, people, touches. */
#ifndef WEB_PAGES_ACCOUNT_H
#define WEB_PAGES_ACCOUNT_H
#include "store/repo_contact.h"
#include "store/repo_contract.h"
#include "web/pages/coverage.h"
#include "web/parts.h"
#include "web/route.h"

struct account_figure {
  struct str label, note, href;
  struct amount amount;
  struct raw_html_trusted glyph;
  bool bad;
};
struct account_contract {
  struct str number, href, state, owner, ends, lines;
  struct amount amount;
};
struct account_renewal {
  struct str due, href, customer, contract, owner, outcome, booked;
  struct raw_html_trusted glyph;
  struct str category;
  struct amount amount;
  bool late;
};
struct account_year {
  struct str year, due, on_time, on_time_money, retained;
  struct str due_href, on_time_href, on_time_money_href, retained_href, atr_href;
  struct amount atr;
};
struct account_party {
  struct str name, href, part, renewals, last_due, open_href;
  struct amount open;
};
/* What the account is in: customer, reseller or distributor; one section each. */
struct account_role {
  struct str title;        /* "As customer"; "" when it is the only one */
  struct str parties_title;
  int place;               /* from 1, for ids */
  struct account_figure *figures;
  size_t n_figures;
  struct account_renewal *open, *past;
  size_t n_open, n_past;
  struct str open_note, open_href, workbook_href /* for the partner to fill in; "" = none */, past_note, past_href;
  struct account_year *years;
  size_t n_years;
  struct account_party *parties;
  size_t n_parties;
  struct str parties_note;
  bool partner;
};
struct account_contact {
  int64_t id, account_id;
  int32_t version;
  struct str name, role, email, phone, language, opt_text, problem;
  struct option *languages;
  size_t n_languages;
  bool opt_out, may_edit, open;
};
struct account_touch_row {
  struct str when, when_iso, who, what, note, href, contract;
};
struct account_link {
  struct str name, href;
};
struct account_view {
  int64_t id;
  struct str name, say, parent, parent_href, saved, contracts_note, coverage_href;
  struct account_role *roles;
  size_t n_roles;
  struct account_contract *contracts;
  size_t n_contracts;
  struct account_link *children;
  size_t n_children;
  struct account_contact *contacts;
  size_t n_contacts;
  struct account_contact added; /* the form for a new one */
  struct account_touch_row *touches;
  size_t n_touches;
  struct coverage_view coverage;
  struct str merge_href, escalate_href;
  bool customer, past_day, may_edit, may_assign;
  struct str sales_owner; /* who of field sales looks after it, "" = nobody */
  struct option *sales;
  size_t n_sales;
};
/* An account the actor may see, on the page's day. ERR_NOTFOUND otherwise. */
int account_seen(struct request *r, const struct desk *d, int64_t id, struct account *ret);
struct str account_href(struct request *r, int64_t id); /* "" for 0 */
/* The contacts of v->id and the form for a new one; account_contacts.c. */
int account_contacts(struct request *r, struct account_view *v);
/* The page with what was typed into a refused form: contact 0 = the new one. */
struct account_refused {
  const struct contact *typed;
  struct str problem;
};
int account_answer(struct request *r, struct response *w, int64_t id, const struct account_refused *refused);
route_fn account_sales_post, account_page, contact_add_post, contact_edit_post, contact_remove_post;
#endif

/* The audit: who did what, when, to which thing; whether the chain of entries is whole. */
#ifndef WEB_PAGES_AUDIT_H
#define WEB_PAGES_AUDIT_H
#include "web/pages/settings.h"

struct audit_item {
  int64_t id;
  struct str when, who, who_href, what, thing, href, detail;
  bool broken; /* its hash is not that of what it says */
};
struct audit_view {
  struct settings_nav nav;
  struct audit_item *items;
  size_t n_items;
  struct option *people, *actions;
  size_t n_people, n_actions;
  struct str from, to, entity, id, next_href, csv_href, chain, chain_problem, error;
  bool all, may_check, filtered;
};
int audit_page(struct request *r, struct response *w);
int audit_csv(struct request *r, struct response *w);
int audit_check_post(struct request *r, struct response *w);
#endif

/* Search and jump: the page /search, and the list that the palette shows (the same address as a fragment). */
#ifndef WEB_PAGES_SEARCH_H
#define WEB_PAGES_SEARCH_H
#include "app/search.h"
#include "web/route.h"

struct search_row {
  struct str href, name, of, note, title;
  const char *icon, *key; /* key: pressed after g, or NULL */
  int place;              /* on the page, from 0 */
};
struct search_group {
  struct str label;
  int place;
  struct search_row *rows;
  size_t n_rows;
};
struct search_view {
  struct str q;
  struct search_group *groups;
  size_t n_groups;
  struct search_row *closest;
  size_t n_closest;
  bool asked, too_short, nothing;
};
/* Address of the thing found. */
struct str search_address(struct request *r, const struct search_result *x);
/* "customer", "contract" … as in the API. */
const char *search_kind_name(const struct search_result *x);
route_fn search_page;
#endif
